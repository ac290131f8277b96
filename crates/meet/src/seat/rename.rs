use base::{Actor, MeetingId, SeatId, Timestamp};
use store::{Event, Tx, sql};

use super::{check_open, in_meeting, title};
use crate::{Result, hosts, meeting};

/// Calls a seat otherwise, whoever sits there, until the meeting is over.
pub async fn rename(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    seat: SeatId,
    called: &str,
    now: Timestamp,
) -> Result<()> {
    hosts(actor)?;
    check_open(&meeting::known(tx, meeting).await?)?;
    in_meeting(tx, meeting, seat).await?;
    sql("UPDATE meeting_seats SET title = ? WHERE id = ?")
        .bind(title(called)?)
        .bind(seat)
        .run(tx)
        .await?;
    tx.append(actor, &Event::SeatRenamed { meeting, seat }, now).await?;
    Ok(())
}
