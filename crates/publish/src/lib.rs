//! Publishing: the site and its sections, articles with their revisions and those who work on them,
//! photos, the front page.
//!
//! Every change is a command: a function of a transaction, the actor, what is asked, and the
//! present instant. It checks the policy, writes its rows, and appends its fact.
//!
//! Absent from here: HTTP, templates, caches, search. What follows from a change is a projection's.

pub mod article;
pub mod assignment;
pub mod draft;
mod error;
pub mod export;
pub mod front;
pub mod import;
pub mod note;
pub mod photo;
pub mod preview;
pub mod section;
pub mod site;

pub use error::PublishError;

/// What every command gives.
pub type Result<T, E = PublishError> = std::result::Result<T, E>;
