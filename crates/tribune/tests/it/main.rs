//! The whole program, run as its operators run it and asked as its readers ask.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod channel;
mod commands;
mod crash;
mod embargo;
mod http;
mod nodes;
mod support;
