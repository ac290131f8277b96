use base::{Actor, NoteId, PersonId, Timestamp};
use store::{Tx, sql};

use super::allowed::{allowed, author};
use crate::Result;

/// Says that the actor has seen where a note asks for them. That is nobody else's business, and no
/// fact of the log.
pub async fn see(tx: &mut Tx, actor: &Actor, note: NoteId, now: Timestamp) -> Result<()> {
    allowed(tx, actor, note).await?;
    seen(tx, author(actor)?, note, now).await
}

pub(super) async fn seen(tx: &Tx, person: PersonId, note: NoteId, now: Timestamp) -> Result<()> {
    sql("UPDATE mentions SET seen_at = ?
         WHERE person_id = ? AND seen_at IS NULL
           AND message_id IN (SELECT m.id FROM note_messages m WHERE m.note_id = ?)")
    .bind(now)
    .bind(person)
    .bind(note)
    .run(tx)
    .await?;
    Ok(())
}
