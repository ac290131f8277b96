use base::{Actor, MeetingId, Timestamp};
use store::{Event, Tx, sql};

use super::{State, known};
use crate::{MeetError, Result, doors, hosts};

/// Calls off a meeting that has not begun.
pub async fn cancel(tx: &mut Tx, actor: &Actor, meeting: MeetingId, now: Timestamp) -> Result<()> {
    hosts(actor)?;
    let known = known(tx, meeting).await?;
    match known.state() {
        State::Cancelled => return Ok(()),
        State::Planned => {}
        State::UnderWay | State::Ended => {
            return Err(MeetError::invalid("This meeting has begun; it can only be ended."));
        }
    }
    sql("UPDATE meetings SET cancelled_at = ?, sequence = sequence + 1 WHERE id = ?")
        .bind(now)
        .bind(meeting)
        .run(tx)
        .await?;
    doors::forget(tx, meeting).await?;
    tx.append(actor, &Event::MeetingCancelled { meeting }, now).await?;
    Ok(())
}
