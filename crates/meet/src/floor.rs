//! Who would speak, in which order, and who has the floor.

use base::{Actor, MeetingId, SeatId, Timestamp};
use store::{Tx, sql};

use crate::{MeetError, Meeting, Result, in_room, in_the_chair, meeting, seat};

/// Raises or lowers one's own hand. Hands are heard in the order in which they were raised.
pub async fn raise_hand(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    up: bool,
    now: Timestamp,
) -> Result<()> {
    let me = in_room(tx, actor, meeting).await?;
    let at = if up { Some(me.hand_at.unwrap_or(now)) } else { None };
    sql("UPDATE meeting_seats SET hand_at = ? WHERE id = ?").bind(at).bind(me.id).run(tx).await?;
    Ok(())
}

/// Gives the floor to a seat, whose hand goes down, or to nobody.
pub async fn give(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    to: Option<SeatId>,
    now: Timestamp,
) -> Result<()> {
    in_the_chair(tx, actor, meeting).await?;
    let known = meeting::known(tx, meeting).await?;
    seat::check_open(&known)?;
    if known.floor_seat_id == to {
        return Ok(());
    }
    take(tx, &known, now).await?;
    let Some(to) = to else { return Ok(()) };
    let next = seat::in_meeting(tx, meeting, to).await?;
    if next.state() != seat::State::In {
        return Err(MeetError::invalid("Who is not in the meeting cannot have the floor."));
    }
    sql("UPDATE meeting_seats SET hand_at = NULL WHERE id = ?").bind(to).run(tx).await?;
    sql("UPDATE meetings SET floor_seat_id = ?, floor_since = ? WHERE id = ?")
        .bind(to)
        .bind(now)
        .bind(meeting)
        .run(tx)
        .await?;
    Ok(())
}

/// Takes the floor from who has it; their party is told how long it was.
pub(crate) async fn take(tx: &mut Tx, known: &Meeting, now: Timestamp) -> Result<()> {
    let (Some(seat), Some(since)) = (known.floor_seat_id, known.floor_since) else {
        return Ok(());
    };
    let spoken = i64::try_from(now.since(since).as_micros()).unwrap_or(i64::MAX);
    sql("UPDATE meeting_parties SET spoken = spoken + ?
         WHERE id = (SELECT party_id FROM meeting_seats WHERE id = ?)")
    .bind(spoken)
    .bind(seat)
    .run(tx)
    .await?;
    sql("UPDATE meetings SET floor_seat_id = NULL, floor_since = NULL WHERE id = ?")
        .bind(known.id)
        .run(tx)
        .await?;
    Ok(())
}
