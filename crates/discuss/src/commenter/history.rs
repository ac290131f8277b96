use std::cmp::Reverse;

use base::{ArticleId, CommentId, CommenterId, DecisionId, PersonId, Timestamp};
use store::{Connection, FromQueryResult, sql};
use uuid::Uuid;

use super::Act;
use crate::Result;
use crate::comment::{Comment, Ruling, said_by};

/// A place in a history: what is behind it is older.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When.
    pub at: Timestamp,
    /// What happened then.
    pub id: Uuid,
}

impl Place {
    /// Behind which is everything.
    pub(crate) fn first() -> Self {
        Self { at: Timestamp::from_micros(i64::MAX), id: Uuid::max() }
    }
}

/// Something that a commenter did, or that was done about one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When, and which.
    pub place: Place,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The commenter said something.
    Said(Box<Comment>),
    /// A moderator decided about it, or the commenter appealed.
    Decided {
        /// About what.
        comment: CommentId,
        /// How that reads.
        text: String,
        /// What was decided.
        ruling: Ruling,
    },
    /// A moderator did something about the commenter, or noted it.
    Did(Act),
}

#[derive(FromQueryResult)]
struct Decided {
    id: DecisionId,
    comment_id: CommentId,
    text: String,
    person_id: Option<PersonId>,
    decision: String,
    reason: Option<String>,
    words: String,
    undone: bool,
    created_at: Timestamp,
}

/// What happened with a commenter, the newest first, behind `before`; and whether there is more. Of
/// comments, only those under these stories, if any are named.
pub async fn history(
    on: &impl Connection,
    commenter: CommenterId,
    under: Option<&[ArticleId]>,
    before: Option<Place>,
    limit: usize,
) -> Result<(Vec<Moment>, bool)> {
    let before = before.unwrap_or_else(Place::first);
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let said = said_by(on, commenter, under, (before.at, before.id), one_more).await?;
    let decided: Vec<Decided> = sql("SELECT d.id, d.comment_id, c.text, d.person_id, d.decision,
           d.reason, d.words, d.undone, d.created_at
         FROM comments c JOIN comment_decisions d ON d.comment_id = c.id
         WHERE c.commenter_id = ? AND (? OR c.article_id IN (?))
           AND (d.created_at, d.id) < (?, ?)
         ORDER BY d.created_at DESC, d.id DESC LIMIT ?")
    .bind(commenter)
    .bind(under.is_none())
    .bind_all(under.unwrap_or_default().iter().copied())
    .bind(before.at)
    .bind(before.id)
    .bind(one_more)
    .all(on)
    .await?;
    let did: Vec<Act> = sql("SELECT id, person_id, act, words, until, created_at
         FROM commenter_acts
         WHERE commenter_id = ? AND (created_at, id) < (?, ?)
         ORDER BY created_at DESC, id DESC LIMIT ?")
    .bind(commenter)
    .bind(before.at)
    .bind(before.id)
    .bind(one_more)
    .all(on)
    .await?;
    let said = said.into_iter().map(|it| moment(it.created_at, it.id.0, What::Said(Box::new(it))));
    let decided = decided.into_iter().map(|it| {
        let Decided { comment_id: comment, text, .. } = it;
        let ruling = Ruling {
            person_id: it.person_id,
            decision: it.decision,
            reason: it.reason,
            words: it.words,
            undone: it.undone,
            created_at: it.created_at,
        };
        moment(it.created_at, it.id.0, What::Decided { comment, text, ruling })
    });
    let did = did.into_iter().map(|it| moment(it.created_at, it.id.0, What::Did(it)));
    let mut all: Vec<Moment> = said.chain(decided).chain(did).collect();
    all.sort_by_key(|it| Reverse(it.place));
    let more = all.len() > limit;
    all.truncate(limit);
    Ok((all, more))
}

/// The stories under which a commenter said something.
pub async fn stories(on: &impl Connection, commenter: CommenterId) -> Result<Vec<ArticleId>> {
    let found = sql("SELECT DISTINCT article_id AS value FROM comments WHERE commenter_id = ?")
        .bind(commenter);
    Ok(found.values(on).await?)
}

fn moment(at: Timestamp, id: Uuid, what: What) -> Moment {
    Moment { place: Place { at, id }, what }
}
