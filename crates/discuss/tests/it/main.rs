//! Discussions on both engines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod checking;
mod desk;
mod following;
mod learning;
mod moderating;
mod networks;
mod people;
mod posting;
mod profiles;
mod undoing;
