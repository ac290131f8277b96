//! Publishing, on both engines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod articles;
mod assignments;
mod canary;
mod desk;
mod draft;
mod export;
mod import;
mod import_again;
mod listings;
mod notes;
mod photo_rights;
mod photos;
mod policy;
mod previews;
mod relocate;
mod replace_photo;
mod schedule;
mod site;
mod uploads;
mod yjs;
