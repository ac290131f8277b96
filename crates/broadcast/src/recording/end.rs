use base::{Actor, RecordingId, Timestamp};
use store::{Event, Tx, sql};

use super::by_id;
use crate::{BroadcastError, Result, produces};

/// Ends a recording; it ends with its programme in any case.
pub async fn end(tx: &mut Tx, actor: &Actor, recording: RecordingId, now: Timestamp) -> Result<()> {
    produces(actor)?;
    let known = by_id(tx, recording).await?.ok_or(BroadcastError::Unknown("recording"))?;
    if known.ended_at.is_some() {
        return Ok(());
    }
    sql("UPDATE recordings SET ended_at = ? WHERE id = ?")
        .bind(now)
        .bind(recording)
        .run(tx)
        .await?;
    let programme = known.programme_id;
    tx.append(actor, &Event::RecordingEnded { programme, recording }, now).await?;
    Ok(())
}
