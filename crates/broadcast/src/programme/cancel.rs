use base::{Actor, ProgrammeId, Timestamp};
use store::{Event, Tx, sql};

use super::by_id;
use crate::{BroadcastError, Result, produces};

/// Takes a programme off the schedule that has not begun.
pub async fn cancel(
    tx: &mut Tx,
    actor: &Actor,
    programme: ProgrammeId,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let known = by_id(tx, programme).await?.ok_or(BroadcastError::Unknown("programme"))?;
    if known.began_at.is_some() {
        return Err(BroadcastError::Invalid(
            "This programme has begun: it can be ended, and stays on the record.".into(),
        ));
    }
    let channel = known.channel_id;
    sql("DELETE FROM programmes WHERE id = ?").bind(programme).run(tx).await?;
    tx.append(actor, &Event::ProgrammeCancelled { channel, programme }, now).await?;
    Ok(())
}
