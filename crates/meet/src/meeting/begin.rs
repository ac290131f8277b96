use base::{Actor, MeetingId, Timestamp};
use store::{Event, Tx, sql};

use super::{State, known};
use crate::{MeetError, Result, in_the_chair};

/// Begins a meeting, which its record will tell; a chair does, from the room.
pub async fn begin(tx: &mut Tx, actor: &Actor, meeting: MeetingId, now: Timestamp) -> Result<()> {
    in_the_chair(tx, actor, meeting).await?;
    let known = known(tx, meeting).await?;
    match known.state() {
        State::UnderWay => return Ok(()),
        State::Planned => {}
        State::Ended | State::Cancelled => {
            return Err(MeetError::invalid("This meeting is over. Plan another to go on."));
        }
    }
    sql("UPDATE meetings SET began_at = ? WHERE id = ?").bind(now).bind(meeting).run(tx).await?;
    tx.append(actor, &Event::MeetingBegan { meeting }, now).await?;
    Ok(())
}
