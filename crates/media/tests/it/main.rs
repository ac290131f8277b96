//! The packager as viewers meet it, in simulated time.

mod corpus;
mod ffprobe;
mod golden;
mod hostile;
mod properties;
mod rules;
mod slate;
mod studio;
mod viewer;
