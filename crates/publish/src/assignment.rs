//! Assignments: what somebody is to do with a story, and until when. Whoever has one may do with the
//! story what its author may.

mod assign;
mod finish;
mod queries;

use base::{ArticleId, PersonId, Timestamp};
use store::FromQueryResult;

pub use assign::{Assign, assign};
pub use finish::{finish, take_away};
pub use queries::{due_between, of_article, open_of};

/// An assignment.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Assignment {
    /// With what.
    pub article_id: ArticleId,
    /// Whose it is.
    pub person_id: PersonId,
    /// What is to be done; empty where the story says it.
    pub task: String,
    /// Until when.
    pub due_at: Option<Timestamp>,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// The headline of the story's newest revision.
    pub headline: String,
}
