//! The section tree: News, and under it Russia.

mod create;
mod queries;
mod rename;

use base::SectionId;
use sea_orm::FromQueryResult;

pub use create::{CreateSection, create, ensure};
pub use queries::{Tree, tree};
pub use rename::rename;

/// A section.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Section {
    /// Names the section.
    pub id: SectionId,
    /// The section above it.
    pub parent_id: Option<SectionId>,
    /// Its own part of its path.
    pub slug: String,
    /// The parts of its address, such as `news/russia`.
    pub path: String,
    /// As readers see it, such as "Russia".
    pub name: String,
    /// Its place among its neighbours.
    pub rank: i64,
}

impl Section {
    /// Where its page is.
    pub fn address(&self) -> String {
        format!("/{}/", self.path)
    }
}

/// First parts of addresses that are not free for sections.
pub const RESERVED: &[&str] = &[
    "account",
    "api",
    "assets",
    "authors",
    "channels",
    "commenters",
    "comments",
    "discussions",
    "feeds",
    "follows",
    "health",
    "live",
    "meet",
    "meetings",
    "metrics",
    "newsroom",
    "oembed",
    "photos",
    "programmes",
    "recordings",
    "search",
    "sitemaps",
    "static",
    "themes",
];
