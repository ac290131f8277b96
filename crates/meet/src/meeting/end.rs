use accounts::policy::{Action, check};
use base::{Actor, MeetingId, Timestamp};
use store::{Event, Tx, sql};

use super::{State, known};
use crate::{MeetError, Result, agenda, doors, floor, in_the_chair};

/// Ends a meeting: a chair from the room, or a host from the newsroom. Everybody leaves, and the sealed
/// mail of its group goes.
pub async fn end(tx: &mut Tx, actor: &Actor, meeting: MeetingId, now: Timestamp) -> Result<()> {
    if check(actor, Action::HoldMeetings).is_err() {
        in_the_chair(tx, actor, meeting).await?;
    }
    let known = known(tx, meeting).await?;
    match known.state() {
        State::Ended => return Ok(()),
        State::UnderWay => {}
        State::Planned | State::Cancelled => {
            return Err(MeetError::invalid("This meeting has not begun, so it cannot end."));
        }
    }
    floor::take(tx, &known, now).await?;
    agenda::close(tx, meeting, now).await?;
    doors::forget(tx, meeting).await?;
    sql("UPDATE meeting_photos SET state = 'dropped' WHERE meeting_id = ? AND state = 'proposed'")
        .bind(meeting)
        .run(tx)
        .await?;
    if known.on_air_since.is_some() {
        tx.append(actor, &Event::MeetingWentOffAir { meeting }, now).await?;
    }
    sql("UPDATE meetings SET ended_at = ?, on_air_since = NULL WHERE id = ?")
        .bind(now)
        .bind(meeting)
        .run(tx)
        .await?;
    tx.append(actor, &Event::MeetingEnded { meeting }, now).await?;
    Ok(())
}
