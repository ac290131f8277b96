use base::{Actor, BatchId, CommentId, DecisionId, PersonId, SectionId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use super::decide::{Standing, stand};
use super::{State, by_id};
use crate::commenter::moderates;
use crate::lesson::{self, Lesson};
use crate::{DiscussError, Result};

/// What a moderator decided at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Who decided.
    pub person: Option<PersonId>,
    /// The decision's name.
    pub decision: String,
    /// About which comments.
    pub comments: Vec<CommentId>,
    /// Whether it was undone.
    pub undone: bool,
}

#[derive(FromQueryResult)]
struct Made {
    id: DecisionId,
    comment_id: CommentId,
    person_id: Option<PersonId>,
    decision: String,
    was_state: Option<String>,
    was_featured: bool,
    was_counted: Option<String>,
    was_lesson: Option<String>,
    undone: bool,
}

/// What was decided at once by this name.
pub async fn batch(on: &impl Connection, id: BatchId) -> Result<Option<Batch>> {
    let made = made(on, id).await?;
    let comments = made.iter().map(|it| it.comment_id).collect();
    Ok(made.into_iter().next().map(|it| Batch {
        person: it.person_id,
        decision: it.decision,
        comments,
        undone: it.undone,
    }))
}

/// Puts all that was decided at once back as it was before: whether readers see it, whether it is
/// picked, what readers say against it, and how it counts for who wrote it. `comments` says in which
/// sections each stands. All of it or nothing: whoever decided after that is not overruled by it.
///
/// Its author may have read what is taken back, so the decision stays in the comment's history, and
/// the undoing comes to stand after it. What an author has taken away stays away.
pub async fn undo(
    tx: &mut Tx,
    actor: &Actor,
    batch: BatchId,
    comments: &[(CommentId, Vec<SectionId>)],
    now: Timestamp,
) -> Result<()> {
    let made = made(tx, batch).await?;
    for it in &made {
        let known = comments.iter().find(|(id, _)| *id == it.comment_id);
        moderates(actor, known.map_or(&[], |(_, sections)| sections))?;
    }
    if made.is_empty() || made.iter().any(|it| it.undone) {
        return Err(DiscussError::Invalid("There is nothing to undo, or not any more.".into()));
    }
    for it in &made {
        undo_one(tx, actor, it, now).await?;
    }
    sql("UPDATE comment_decisions SET undone = TRUE WHERE batch_id = ?")
        .bind(batch)
        .run(tx)
        .await?;
    Ok(())
}

async fn undo_one(tx: &mut Tx, actor: &Actor, made: &Made, now: Timestamp) -> Result<()> {
    let comment = made.comment_id;
    let known = by_id(tx, comment).await?.ok_or(DiscussError::NoSuchComment(comment))?;
    if known.state == State::Removed {
        return Ok(());
    }
    let newest: DecisionId = sql("SELECT id AS value FROM comment_decisions
         WHERE comment_id = ? ORDER BY created_at DESC, id DESC LIMIT 1")
    .bind(comment)
    .value(tx)
    .await?;
    if newest != made.id || known.state != became(&made.decision) {
        return Err(DiscussError::Invalid(
            "Something has happened to a comment of these since: somebody has decided otherwise, \
             or its author has changed it or asks for another look. Nothing was undone; decide \
             about each by itself."
                .into(),
        ));
    }
    let state = made.was_state.as_deref().map_or(State::Waiting, State::parse);
    let counted = made.was_counted.as_deref().map(State::parse);
    stand(tx, &known, Standing { state, featured: made.was_featured, counted }).await?;
    if let Some(text) = &known.text {
        let lesson = made.was_lesson.as_deref().and_then(Lesson::parse);
        lesson::learn(tx, comment, text, lesson).await?;
    }
    sql("UPDATE comment_reports SET settled_at = NULL, settled_by = NULL WHERE settled_by = ?")
        .bind(made.id)
        .run(tx)
        .await?;
    sql("UPDATE comments SET reports = (SELECT COUNT(*) FROM comment_reports r
           WHERE r.comment_id = comments.id AND r.settled_at IS NULL)
         WHERE id = ?")
    .bind(comment)
    .run(tx)
    .await?;
    let id: DecisionId = tx.new_id(now);
    sql("INSERT INTO comment_decisions (id, comment_id, person_id, decision, words, created_at)
         VALUES (?, ?, ?, 'undo', '', ?)")
    .bind(id)
    .bind(comment)
    .bind(actor.person())
    .bind(now)
    .run(tx)
    .await?;
    let event = Event::CommentDecisionUndone { article: known.article, comment };
    tx.append(actor, &event, now).await?;
    Ok(())
}

/// The state that a decision of this name leads to.
fn became(decision: &str) -> State {
    match decision {
        "reject" => State::Rejected,
        "wait" => State::Waiting,
        _ => State::Shown,
    }
}

async fn made(on: &impl Connection, batch: BatchId) -> Result<Vec<Made>> {
    let found = sql("SELECT id, comment_id, person_id, decision, was_state, was_featured,
           was_counted, was_lesson, undone
         FROM comment_decisions WHERE batch_id = ? ORDER BY id")
    .bind(batch);
    Ok(found.all(on).await?)
}
