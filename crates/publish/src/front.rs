//! The editor-ordered top of the front page.

mod arrange;
mod queries;

use base::{ArticleId, Timestamp};
use store::FromQueryResult;

pub use arrange::{PLACES_MAX, arrange, next_due, release_due};
pub use queries::{arrangement, places};

/// A story at the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Place {
    /// Which.
    pub article: ArticleId,
    /// When it leaves by itself; none stays until an editor moves it.
    pub until: Option<Timestamp>,
}

impl From<ArticleId> for Place {
    fn from(article: ArticleId) -> Self {
        Self { article, until: None }
    }
}
