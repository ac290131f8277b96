//! The record, on both engines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;
mod forgotten;
mod jobs;
mod log;
