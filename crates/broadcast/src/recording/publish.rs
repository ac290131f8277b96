use base::{Actor, RecordingId, Timestamp};
use store::{Event, Tx, sql};

use super::{Recording, by_id};
use crate::{BroadcastError, Result, produces};

/// Lets readers see a recording that is whole.
pub async fn publish(
    tx: &mut Tx,
    actor: &Actor,
    recording: RecordingId,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let known = finished(tx, recording).await?;
    if known.published_at.is_some() {
        return Ok(());
    }
    sql("UPDATE recordings SET published_at = ? WHERE id = ?")
        .bind(now)
        .bind(recording)
        .run(tx)
        .await?;
    let programme = known.programme_id;
    tx.append(actor, &Event::RecordingPublished { programme, recording }, now).await?;
    Ok(())
}

/// Takes a recording from readers. It stays in the newsroom.
pub async fn unpublish(
    tx: &mut Tx,
    actor: &Actor,
    recording: RecordingId,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let known = finished(tx, recording).await?;
    if known.published_at.is_none() {
        return Ok(());
    }
    sql("UPDATE recordings SET published_at = NULL WHERE id = ?").bind(recording).run(tx).await?;
    let programme = known.programme_id;
    tx.append(actor, &Event::RecordingUnpublished { programme, recording }, now).await?;
    Ok(())
}

/// A recording that has ended, all of which is kept.
pub(super) async fn finished(tx: &Tx, recording: RecordingId) -> Result<Recording> {
    let known = by_id(tx, recording).await?.ok_or(BroadcastError::Unknown("recording"))?;
    if known.kept_at.is_none() {
        return Err(BroadcastError::Invalid(
            "This recording goes on, or the last of it is still on its way. Wait for its end."
                .into(),
        ));
    }
    Ok(known)
}
