//! Discussions: what readers say under stories, and what moderators do about it.
//!
//! Every change is a command: a function of a transaction, who acts, what is asked, and the present
//! instant. A story is told by whoever calls ([`Story`]), in the same transaction: what may be
//! discussed is not known here.
//!
//! Absent from here: HTTP, templates, caches, and what a story says.

pub mod comment;
pub mod commenter;
mod error;
pub mod follow;
mod lesson;
pub mod network;
mod pace;
pub mod proof;
pub mod queue;
pub mod rule;
mod text;
mod toxicity;
pub mod words;

use base::{ArticleId, SectionId, Timestamp};

pub use error::DiscussError;
pub use text::{LENGTH_MAX, Text};

/// What every command gives.
pub type Result<T, E = DiscussError> = std::result::Result<T, E>;

/// A published story, as far as its discussion needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// Which.
    pub article: ArticleId,
    /// The section that it stands in, and those above, from the inside out.
    pub sections: Vec<SectionId>,
    /// When readers first saw it.
    pub published_at: Timestamp,
}
