use base::{Actor, RecordingId, Timestamp};
use store::{Connection, Event, Tx, sql};

use super::publish::finished;
use crate::{Result, produces};

/// Takes a recording away for good. Its files go a moment later.
pub async fn delete(
    tx: &mut Tx,
    actor: &Actor,
    recording: RecordingId,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let known = finished(tx, recording).await?;
    sql("UPDATE recordings SET published_at = NULL, deleted_at = ? WHERE id = ?")
        .bind(now)
        .bind(recording)
        .run(tx)
        .await?;
    let programme = known.programme_id;
    tx.append(actor, &Event::RecordingDeleted { programme, recording }, now).await?;
    Ok(())
}

/// Those that were taken away, and whose files may still be there.
pub async fn deleted(on: &impl Connection) -> Result<Vec<RecordingId>> {
    Ok(sql("SELECT id AS value FROM recordings WHERE deleted_at IS NOT NULL
         ORDER BY deleted_at LIMIT 10")
    .values(on)
    .await?)
}

/// Its files are gone: forgets that it ever was.
pub async fn forget(tx: &mut Tx, recording: RecordingId) -> Result<()> {
    sql("DELETE FROM recording_segments WHERE recording_id = ?").bind(recording).run(tx).await?;
    sql("DELETE FROM chapters WHERE recording_id = ?").bind(recording).run(tx).await?;
    sql("DELETE FROM recordings WHERE id = ? AND deleted_at IS NOT NULL")
        .bind(recording)
        .run(tx)
        .await?;
    Ok(())
}
