//! Publishing, on both engines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod articles;
mod canary;
mod desk;
mod draft;
mod export;
mod import;
mod import_again;
mod listings;
mod photos;
mod policy;
mod relocate;
mod schedule;
mod site;
