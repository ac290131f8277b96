use accounts::policy::{self, Action};
use base::{Actor, CommenterId, DecisionId, PersonId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use super::known;
use crate::{DiscussError, Result};

const WORDS_MAX: usize = 2_000;

/// Something that a moderator did about a commenter, or noted.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Act {
    /// Names it.
    pub id: DecisionId,
    /// Who did; nobody, for the operator.
    pub person_id: Option<PersonId>,
    /// `note`, `ban`, `unban`, `watch` or `unwatch`.
    pub act: String,
    /// What a note says.
    pub words: String,
    /// When a ban ends.
    pub until: Option<Timestamp>,
    /// When.
    pub created_at: Timestamp,
}

/// Notes something about a commenter, for the other moderators. A note is never changed: what it was
/// decided by stays to be read.
///
/// No page shows commenters the notes about them. What somebody takes along of what is kept here
/// holds them all the same, since what is written about a person is that person's to know; but not
/// who wrote them, which is nobody's to take. They go when the commenter goes ([`super::forget`]).
pub async fn note(
    tx: &mut Tx,
    actor: &Actor,
    commenter: CommenterId,
    words: &str,
    now: Timestamp,
) -> Result<()> {
    policy::check_anywhere(actor, Action::Moderate)?;
    known(tx, commenter).await?;
    let words = words.trim().replace('\0', "");
    if words.is_empty() {
        return Err(DiscussError::Invalid("Write something first.".into()));
    }
    if words.chars().count() > WORDS_MAX {
        return Err(DiscussError::Invalid(format!("A note has at most {WORDS_MAX} letters.")));
    }
    keep(tx, actor, commenter, ("note", &words, None), now).await?;
    tx.append(actor, &Event::CommenterNoted { commenter }, now).await?;
    Ok(())
}

/// The notes about a commenter, in order.
pub async fn notes_about(on: &impl Connection, commenter: CommenterId) -> Result<Vec<Act>> {
    let found = sql("SELECT id, person_id, act, words, until, created_at FROM commenter_acts
         WHERE commenter_id = ? AND act = 'note' ORDER BY created_at, id")
    .bind(commenter);
    Ok(found.all(on).await?)
}

/// Has what was done stand in the commenter's history.
pub(super) async fn keep(
    tx: &mut Tx,
    actor: &Actor,
    commenter: CommenterId,
    (act, words, until): (&str, &str, Option<Timestamp>),
    now: Timestamp,
) -> Result<()> {
    let id: DecisionId = tx.new_id(now);
    sql("INSERT INTO commenter_acts
           (id, commenter_id, person_id, act, words, until, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)")
    .bind(id)
    .bind(commenter)
    .bind(actor.person())
    .bind(act)
    .bind(words)
    .bind(until)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}
