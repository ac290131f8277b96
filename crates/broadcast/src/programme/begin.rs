use base::{Actor, ProgrammeId, Timestamp};
use store::{Event, Tx, sql};

use super::{Recorded, by_id, end, on_now};
use crate::{BroadcastError, Result, produces, recording};

/// Begins a programme, and to record it; the one that is on ends with it.
pub async fn begin(
    tx: &mut Tx,
    actor: &Actor,
    programme: ProgrammeId,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let known = by_id(tx, programme).await?.ok_or(BroadcastError::Unknown("programme"))?;
    if known.ended_at.is_some() {
        return Err(BroadcastError::Invalid(
            "This programme is over. Plan another to go on.".into(),
        ));
    }
    if known.began_at.is_some() {
        return Ok(());
    }
    let channel = known.channel_id;
    if let Some(before) = on_now(tx, channel).await? {
        end(tx, actor, before.id, now).await?;
    }
    sql("UPDATE programmes SET began_at = ? WHERE id = ?")
        .bind(now)
        .bind(programme)
        .run(tx)
        .await?;
    tx.append(actor, &Event::ProgrammeBegan { channel, programme }, now).await?;
    if known.recorded() != Recorded::None {
        recording::begin(tx, actor, programme, now).await?;
    }
    Ok(())
}
