use accounts::person;
use accounts::policy::{self, Action, Denied, Object};
use base::{Actor, MessageId, NoteId, PersonId, Timestamp};
use store::{Tx, sql};

use super::{Note, Text, by_id};
use crate::article::{self, Article};
use crate::{PublishError, Result};

/// The note and its article, if `actor` may leave notes there.
pub(super) async fn allowed(tx: &Tx, actor: &Actor, note: NoteId) -> Result<(Note, Article)> {
    policy::check_anywhere(actor, Action::LeaveNote)?;
    let gone = || PublishError::Invalid("This note is gone. Load the page again.".into());
    let known = by_id(tx, note).await?.ok_or_else(gone)?;
    let article = article::allowed(tx, actor, Action::LeaveNote, known.article).await?;
    Ok((known, article))
}

/// Whether `actor` may say that a note of `by` is done with: its author may, and whoever may write
/// the article.
pub fn check_resolves(actor: &Actor, by: PersonId, object: &Object) -> Result<(), Denied> {
    policy::check_on(actor, Action::LeaveNote, object)?;
    if actor.person() == Some(by) {
        return Ok(());
    }
    policy::check_on(actor, Action::WriteArticle, object)
}

/// Who leaves the note.
pub(super) fn author(actor: &Actor) -> Result<PersonId> {
    actor.person().ok_or_else(|| {
        PublishError::Invalid("A note is somebody's. Sign in to the newsroom to leave one.".into())
    })
}

/// Keeps what somebody says in a note, and asks for those who are named.
pub(super) async fn say(
    tx: &mut Tx,
    (note, article): (NoteId, &Article),
    by: PersonId,
    text: &Text,
    now: Timestamp,
) -> Result<MessageId> {
    let people = text.people();
    let object = article::object(tx, article).await?;
    for known in person::by_ids(tx, &people).await? {
        let reads = policy::check_on(&person::actor(tx, &known).await?, Action::LeaveNote, &object);
        if reads.is_err() || known.suspended_at.is_some() {
            return Err(PublishError::Invalid(format!(
                "{} may not read this story, and would not learn of it. Write the name without \
                 @, or ask somebody else.",
                known.name
            )));
        }
    }
    let message: MessageId = tx.new_id(now);
    sql("INSERT INTO note_messages (id, note_id, person_id, text, created_at)
         VALUES (?, ?, ?, ?, ?)")
    .bind(message)
    .bind(note)
    .bind(by)
    .bind(text.to_string())
    .bind(now)
    .run(tx)
    .await?;
    for person in people.into_iter().filter(|person| *person != by) {
        // Of nobody who never was.
        sql("INSERT INTO mentions (message_id, person_id, seen_at)
             SELECT ?, p.id, NULL FROM people p WHERE p.id = ?")
        .bind(message)
        .bind(person)
        .run(tx)
        .await?;
    }
    Ok(message)
}

/// Tells those who have the article open that its notes have changed.
pub(super) async fn changed(tx: &mut Tx, article: &Article) -> Result<()> {
    sql("UPDATE drafts SET notes = notes + 1 WHERE article_id = ?")
        .bind(article.id)
        .run(tx)
        .await?;
    tx.wake_others();
    Ok(())
}
