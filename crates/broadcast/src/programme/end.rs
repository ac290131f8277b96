use base::{Actor, ProgrammeId, Timestamp};
use store::{Event, Tx, sql};

use super::by_id;
use crate::{BroadcastError, Result, produces, recording};

/// Ends a programme that is on, and its recording.
pub async fn end(tx: &mut Tx, actor: &Actor, programme: ProgrammeId, now: Timestamp) -> Result<()> {
    produces(actor)?;
    let known = by_id(tx, programme).await?.ok_or(BroadcastError::Unknown("programme"))?;
    if known.began_at.is_none() {
        return Err(BroadcastError::Invalid(
            "This programme has not begun. Cancel it, or begin it first.".into(),
        ));
    }
    if known.ended_at.is_some() {
        return Ok(());
    }
    let channel = known.channel_id;
    sql("UPDATE programmes SET ended_at = ? WHERE id = ?")
        .bind(now)
        .bind(programme)
        .run(tx)
        .await?;
    tx.append(actor, &Event::ProgrammeEnded { channel, programme }, now).await?;
    if let Some(recorded) = recording::of_programme(tx, programme).await? {
        recording::end(tx, actor, recorded.id, now).await?;
    }
    Ok(())
}
