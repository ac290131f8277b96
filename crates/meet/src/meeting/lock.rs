use base::{Actor, MeetingId, Timestamp};
use store::{Event, Tx, sql};

use crate::{Result, in_the_chair};

/// Lets nobody new ask to come in, or lets them again.
pub async fn lock(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    locked: bool,
    now: Timestamp,
) -> Result<()> {
    in_the_chair(tx, actor, meeting).await?;
    sql("UPDATE meetings SET locked = ? WHERE id = ?").bind(locked).bind(meeting).run(tx).await?;
    tx.append(actor, &Event::MeetingLocked { meeting, locked }, now).await?;
    Ok(())
}
