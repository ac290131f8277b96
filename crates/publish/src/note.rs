//! Notes beside an article: what the newsroom says to itself about some words of it.
//!
//! A note is anchored to words of the shared document and follows them. Messages stand in it in the
//! order in which they were said, by whom the server saw saying them; so notes are rows of the
//! record, and no part of the document, which whoever writes can change. Nothing that readers are
//! shown is made of them.

mod allowed;
mod answer;
mod place;
mod queries;
mod resolve;
mod see;
mod text;
mod write;

use base::{ArticleId, MessageId, NoteId, PersonId, Timestamp};
use sea_orm::FromQueryResult;
use uuid::Uuid;

pub use allowed::check_resolves;
pub use answer::answer;
pub use place::place;
pub use queries::{MentionRow, by_id, mentions_of, of, people, version};
pub use resolve::{reopen, resolve};
pub use see::see;
pub use text::{Part, Text};
pub use write::write;

/// A note, with all that was said in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Names it.
    pub id: NoteId,
    /// Beside what.
    pub article: ArticleId,
    /// Who began it.
    pub person: PersonId,
    /// The words that it is about.
    pub anchor: Anchor,
    /// Whether it is done with, since when and by whom.
    pub resolved: Option<(Timestamp, PersonId)>,
    /// What was said, in order; never empty.
    pub messages: Vec<Message>,
}

/// Where a note stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The shared document in which the places are places.
    pub epoch: Uuid,
    /// Where the words begin: a relative position of Yjs, as JSON.
    pub start: String,
    /// Where they end.
    pub end: String,
    /// The words themselves, as they stood when the note was written.
    pub quote: String,
}

/// What somebody says in a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Names it.
    pub id: MessageId,
    /// Who says it.
    pub person: PersonId,
    /// What.
    pub text: Text,
    /// When.
    pub at: Timestamp,
    /// Those who are named and have not seen it.
    pub unseen: Vec<PersonId>,
}

#[derive(FromQueryResult)]
struct Row {
    id: NoteId,
    article_id: ArticleId,
    person_id: PersonId,
    epoch: Uuid,
    anchor_start: String,
    anchor_end: String,
    quote: String,
    resolved_at: Option<Timestamp>,
    resolved_by: Option<PersonId>,
}

impl Row {
    fn read(self, messages: Vec<Message>) -> Note {
        Note {
            id: self.id,
            article: self.article_id,
            person: self.person_id,
            anchor: Anchor {
                epoch: self.epoch,
                start: self.anchor_start,
                end: self.anchor_end,
                quote: self.quote,
            },
            resolved: self.resolved_at.zip(self.resolved_by),
            messages,
        }
    }
}
