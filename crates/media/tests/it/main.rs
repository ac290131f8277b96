//! The packager as viewers meet it, in simulated time.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;
mod ffprobe;
mod golden;
mod hostile;
mod properties;
mod rules;
mod slate;
mod studio;
mod timeline;
mod ts;
mod viewer;
