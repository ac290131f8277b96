use base::{Actor, NoteId, Timestamp};
use store::{Event, Tx, sql};

use super::Note;
use super::allowed::{allowed, author, changed, check_resolves};
use super::see::seen;
use crate::Result;
use crate::article;

/// Says that a note is done with.
pub async fn resolve(tx: &mut Tx, actor: &Actor, note: NoteId, now: Timestamp) -> Result<()> {
    let (known, article) = allowed(tx, actor, note).await?;
    check_resolves(actor, known.person, &article::object(tx, &article).await?)?;
    let by = author(actor)?;
    if known.resolved.is_some() {
        return Ok(());
    }
    sql("UPDATE notes SET resolved_at = ?, resolved_by = ? WHERE id = ?")
        .bind(now)
        .bind(by)
        .bind(note)
        .run(tx)
        .await?;
    seen(tx, by, note, now).await?;
    changed(tx, &article).await?;
    tx.append(actor, &Event::NoteResolved { article: article.id, note }, now).await?;
    Ok(())
}

/// Takes back what [`resolve`] did.
pub async fn reopen(tx: &mut Tx, actor: &Actor, note: NoteId, now: Timestamp) -> Result<()> {
    let (known, article) = allowed(tx, actor, note).await?;
    check_resolves(actor, known.person, &article::object(tx, &article).await?)?;
    if known.resolved.is_none() {
        return Ok(());
    }
    changed(tx, &article).await?;
    open_again(tx, actor, &known, now).await
}

pub(super) async fn open_again(
    tx: &mut Tx,
    actor: &Actor,
    known: &Note,
    now: Timestamp,
) -> Result<()> {
    sql("UPDATE notes SET resolved_at = NULL, resolved_by = NULL WHERE id = ?")
        .bind(known.id)
        .run(tx)
        .await?;
    let event = Event::NoteReopened { article: known.article, note: known.id };
    tx.append(actor, &event, now).await?;
    Ok(())
}
