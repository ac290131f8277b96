use base::{Actor, MeetingId, SeatId, Timestamp};
use store::{Event, Tx, sql};

use super::{Seat, State, in_meeting};
use crate::meeting::State as Course;
use crate::{MeetError, Meeting, Profile, Result, floor, in_the_chair, meeting};

/// Lets somebody into an open meeting. Into a closed one somebody comes by being given its keys, which is
/// [`crate::doors::commit`].
pub async fn admit(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    seat: SeatId,
    now: Timestamp,
) -> Result<()> {
    let me = in_the_chair(tx, actor, meeting).await;
    let known = meeting::known(tx, meeting).await?;
    if known.profile() == Profile::Closed {
        return Err(MeetError::invalid(
            "Into a closed meeting one is let by being given its keys.",
        ));
    }
    let asks = in_meeting(tx, meeting, seat).await?;
    let own = matches!(actor, Actor::Seat { seat } if *seat == asks.id);
    // A chair opens the door for itself.
    if !(own && asks.chair) {
        me?;
    }
    let Some(identity) = asks.asked_identity.clone() else {
        return Err(MeetError::invalid("Nobody asks to come in with this seat any more."));
    };
    let instance = asks.asked_instance.clone();
    let_in(tx, actor, &asks, &identity, &instance, now).await
}

/// Says no to somebody who asks.
pub async fn refuse(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    seat: SeatId,
    now: Timestamp,
) -> Result<()> {
    in_the_chair(tx, actor, meeting).await?;
    let asks = in_meeting(tx, meeting, seat).await?;
    if asks.state() != State::Asking {
        return Err(MeetError::invalid("Nobody asks to come in with this seat any more."));
    }
    clear(tx, seat).await?;
    tx.append(actor, &Event::SeatRefused { meeting, seat }, now).await?;
    Ok(())
}

/// Sends somebody out. The invitation goes with them: to come back they need another.
pub async fn remove(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    seat: SeatId,
    now: Timestamp,
) -> Result<()> {
    let me = in_the_chair(tx, actor, meeting).await?;
    check_open(&meeting::known(tx, meeting).await?)?;
    if me.id == seat {
        return Err(MeetError::invalid("A chair cannot remove itself. Leave, or end the meeting."));
    }
    let known = in_meeting(tx, meeting, seat).await?;
    if known.state() != State::In {
        return Err(MeetError::invalid("Nobody sits there any more."));
    }
    give_up_floor(tx, meeting, seat, now).await?;
    clear(tx, seat).await?;
    sql("UPDATE meeting_seats SET refused_verifier = verifier, verifier = NULL WHERE id = ?")
        .bind(seat)
        .run(tx)
        .await?;
    tx.append(actor, &Event::SeatRemoved { meeting, seat }, now).await?;
    Ok(())
}

/// Lets an invitation be used on another device.
pub async fn free(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    seat: SeatId,
    now: Timestamp,
) -> Result<()> {
    in_the_chair(tx, actor, meeting).await?;
    check_open(&meeting::known(tx, meeting).await?)?;
    if !in_meeting(tx, meeting, seat).await?.is_invited() {
        return Err(MeetError::invalid(
            "No link leads to this seat any more. A host makes a new one in the newsroom.",
        ));
    }
    give_up_floor(tx, meeting, seat, now).await?;
    clear(tx, seat).await?;
    sql("UPDATE meeting_seats SET identity = NULL WHERE id = ?").bind(seat).run(tx).await?;
    tx.append(actor, &Event::SeatFreed { meeting, seat }, now).await?;
    Ok(())
}

/// Seats whoever asked.
pub(crate) async fn let_in(
    tx: &mut Tx,
    actor: &Actor,
    seat: &Seat,
    identity: &[u8],
    instance: &str,
    now: Timestamp,
) -> Result<()> {
    check_identity(seat, identity)?;
    let back = seat.state() == State::In;
    sql("UPDATE meeting_seats SET state = 'in', identity = ?, keyed_instance = ?, joined_at = ?,
                asked_at = NULL, asked_identity = NULL, key_package = NULL, mac = NULL,
                asked_instance = '', confirmed = ''
         WHERE id = ?")
    .bind(identity.to_vec())
    .bind(instance)
    .bind(seat.joined_at.unwrap_or(now))
    .bind(seat.id)
    .run(tx)
    .await?;
    if !back {
        let fact = Event::SeatAdmitted { meeting: seat.meeting_id, seat: seat.id };
        tx.append(actor, &fact, now).await?;
    }
    Ok(())
}

/// An invitation that somebody was let in with is theirs alone.
pub(crate) fn check_identity(seat: &Seat, identity: &[u8]) -> Result<()> {
    if seat.identity.as_deref().is_some_and(|known| known != identity) {
        return Err(MeetError::invalid(
            "This invitation was used on another device. Go on there, or ask a chair to free the seat.",
        ));
    }
    Ok(())
}

/// Whether one can come in at all.
pub(crate) fn check_open(known: &Meeting) -> Result<()> {
    match known.state() {
        Course::Planned | Course::UnderWay => Ok(()),
        Course::Ended => Err(MeetError::invalid("This meeting is over.")),
        Course::Cancelled => Err(MeetError::invalid("This meeting was called off.")),
    }
}

async fn give_up_floor(
    tx: &mut Tx,
    meeting: MeetingId,
    seat: SeatId,
    now: Timestamp,
) -> Result<()> {
    let known = meeting::known(tx, meeting).await?;
    if known.floor_seat_id == Some(seat) {
        floor::take(tx, &known, now).await?;
    }
    Ok(())
}

pub(super) async fn clear(tx: &mut Tx, seat: SeatId) -> Result<()> {
    sql("UPDATE meeting_seats SET state = 'free', asked_at = NULL, asked_identity = NULL,
                key_package = NULL, mac = NULL, asked_instance = '', keyed_instance = '',
                hand_at = NULL, confirmed = ''
         WHERE id = ?")
    .bind(seat)
    .run(tx)
    .await?;
    Ok(())
}
