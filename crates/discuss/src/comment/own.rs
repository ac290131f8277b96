//! What one may do with a comment of one's own.

use std::time::Duration;

use base::{Actor, CommentId, CommenterId, DecisionId, Timestamp};
use store::{Event, Tx, sql};

use super::pipeline::Facts;
use super::post::Given;
use super::thread::become_state;
use super::{Comment, PostComment, State, by_id};
use crate::{DiscussError, Result, Text, lesson};

/// How long a comment may be changed.
pub const EDIT_WITHIN: Duration = Duration::from_secs(5 * 60);

/// Changes a comment to what the command says; what it said before is kept for moderators. The new
/// words go through all that new comments go through, so nothing gets in by a change.
pub async fn edit(
    tx: &mut Tx,
    actor: &Actor,
    comment: CommentId,
    command: PostComment<'_>,
    now: Timestamp,
) -> Result<Comment> {
    let known = own(tx, command.commenter.id, comment).await?;
    let text = command.text;
    if now.since(known.created_at) > EDIT_WITHIN {
        return Err(DiscussError::Closed(
            "A comment can be changed for five minutes, and they have passed. Answer it, or take \
             it away."
                .into(),
        ));
    }
    let (State::Shown | State::Waiting) = known.state else {
        return Err(DiscussError::NoSuchComment(comment));
    };
    let before = known.text.clone().unwrap_or_else(|| Text::read(String::new()));
    if before == *text {
        return Ok(known);
    }
    let given = &mut Given::default();
    let outcome = Facts::gather(tx, given, &command, now).await?.of_a_change().judge()?;
    // What was decided was decided about other words.
    lesson::learn(tx, comment, &before, None).await?;
    sql("INSERT INTO comment_editions (comment_id, text, until) VALUES (?, ?, ?)
         ON CONFLICT (comment_id, until) DO NOTHING")
    .bind(comment)
    .bind(before.as_str())
    .bind(now)
    .run(tx)
    .await?;
    sql("UPDATE comments SET text = ?, edited_at = ?, verdicts = ?, toxicity = ? WHERE id = ?")
        .bind(text.as_str())
        .bind(now)
        .bind(outcome.verdicts)
        .bind(outcome.toxicity)
        .bind(comment)
        .run(tx)
        .await?;
    let mut state = known.state;
    if state == State::Shown && !outcome.shown && !command.staff {
        state = State::Waiting;
        become_state(tx, &known, state).await?;
    }
    let shown = state == State::Shown;
    tx.append(actor, &Event::CommentEdited { article: known.article, comment, shown }, now).await?;
    Ok(Comment { text: Some(text.clone()), edited_at: Some(now), state, ..known })
}

/// Takes a comment away, its words included, with what was found in them and what was said to a
/// refusal. What others answered stays, and so does what a refusal
/// taught: else nobody would teach less than those who take their spam away again.
pub async fn remove(
    tx: &mut Tx,
    actor: &Actor,
    commenter: CommenterId,
    comment: CommentId,
    now: Timestamp,
) -> Result<()> {
    let known = own(tx, commenter, comment).await?;
    if known.state == State::Removed {
        return Ok(());
    }
    become_state(tx, &known, State::Removed).await?;
    sql("UPDATE comments SET text = '', name = '', verdicts = '[]', featured = FALSE, reports = 0
         WHERE id = ?")
    .bind(comment)
    .run(tx)
    .await?;
    sql("DELETE FROM comment_editions WHERE comment_id = ?").bind(comment).run(tx).await?;
    sql("UPDATE comment_decisions SET words = '' WHERE comment_id = ? AND decision = 'appeal'")
        .bind(comment)
        .run(tx)
        .await?;
    tx.append(actor, &Event::CommentRemoved { article: known.article, comment }, now).await?;
    Ok(())
}

/// Asks the moderators to look again at a comment that they refused; once.
pub async fn appeal(
    tx: &mut Tx,
    actor: &Actor,
    commenter: CommenterId,
    comment: CommentId,
    words: &Text,
    now: Timestamp,
) -> Result<()> {
    let known = own(tx, commenter, comment).await?;
    let before: i64 = sql("SELECT COUNT(*) AS value FROM comment_decisions
         WHERE comment_id = ? AND decision = 'appeal'")
    .bind(comment)
    .value(tx)
    .await?;
    if known.state != State::Rejected || before > 0 {
        return Err(DiscussError::Closed("This was looked at again already.".into()));
    }
    become_state(tx, &known, State::Waiting).await?;
    let id: DecisionId = tx.new_id(now);
    sql("INSERT INTO comment_decisions (id, comment_id, decision, words, created_at)
         VALUES (?, ?, 'appeal', ?, ?)")
    .bind(id)
    .bind(comment)
    .bind(words.as_str())
    .bind(now)
    .run(tx)
    .await?;
    tx.append(actor, &Event::CommentAppealed { article: known.article, comment }, now).await?;
    Ok(())
}

/// The comment, if it is this one's own. Of another's, not even its being there is told.
async fn own(tx: &Tx, commenter: CommenterId, comment: CommentId) -> Result<Comment> {
    let known = by_id(tx, comment).await?;
    known.filter(|it| it.commenter == commenter).ok_or(DiscussError::NoSuchComment(comment))
}
