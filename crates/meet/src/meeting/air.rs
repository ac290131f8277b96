use base::{Actor, MeetingId, Timestamp};
use store::{Event, Tx, sql};

use super::{Profile, State, known};
use crate::{MeetError, Result, in_the_chair};

/// Puts an open meeting on air; a chair does, from the room. Everybody there is told.
pub async fn go_on_air(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    now: Timestamp,
) -> Result<()> {
    in_the_chair(tx, actor, meeting).await?;
    let known = known(tx, meeting).await?;
    if known.profile() == Profile::Closed {
        return Err(MeetError::invalid(
            "A closed meeting is never on air. Hold an open one for that.",
        ));
    }
    if known.state() != State::UnderWay {
        return Err(MeetError::invalid("Begin the meeting before it goes on air."));
    }
    if known.on_air_since.is_none() {
        set(tx, meeting, Some(now)).await?;
        tx.append(actor, &Event::MeetingWentOnAir { meeting }, now).await?;
    }
    Ok(())
}

/// Takes a meeting off the air: a chair does, or Tribune itself where the channel takes it no longer.
pub async fn go_off_air(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    now: Timestamp,
) -> Result<()> {
    if *actor != Actor::System {
        in_the_chair(tx, actor, meeting).await?;
    }
    if known(tx, meeting).await?.on_air_since.is_some() {
        set(tx, meeting, None).await?;
        tx.append(actor, &Event::MeetingWentOffAir { meeting }, now).await?;
    }
    Ok(())
}

async fn set(tx: &mut Tx, meeting: MeetingId, since: Option<Timestamp>) -> Result<()> {
    sql("UPDATE meetings SET on_air_since = ? WHERE id = ?")
        .bind(since)
        .bind(meeting)
        .run(tx)
        .await?;
    Ok(())
}
