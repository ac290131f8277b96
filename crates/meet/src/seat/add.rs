use base::{Actor, MeetingId, PartyId, SeatId, Timestamp};
use store::{Connection, Event, Tx, sql};

use super::{check_open, of, title};
use crate::meeting::{PlanSeat, SEATS_MAX};
use crate::{MeetError, Result, hosts, meeting, party};

/// A page in the room has two lines for each other seat that there was while it is there, and `sfu` takes as
/// many as twice the seats have.
const NUMBERS_MAX: i64 = 50;

/// Adds a seat to a party of a meeting that is not over. Who is invited to it comes by the lobby, as all do.
pub async fn add(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    party: PartyId,
    command: PlanSeat<'_>,
    now: Timestamp,
) -> Result<SeatId> {
    hosts(actor)?;
    check_open(&meeting::known(tx, meeting).await?)?;
    let parties = party::of(tx, meeting).await?;
    parties.iter().find(|it| it.id == party).ok_or(MeetError::Unknown("party"))?;
    check_room_for(tx, meeting, 1).await?;
    let seat = place(tx, meeting, party, &command, now).await?;
    tx.append(actor, &Event::SeatAdded { meeting, seat }, now).await?;
    Ok(seat)
}

/// Whether the room holds so many more.
pub(crate) async fn check_room_for(
    on: &impl Connection,
    meeting: MeetingId,
    more: usize,
) -> Result<()> {
    if of(on, meeting).await?.len() + more > SEATS_MAX {
        return Err(MeetError::Invalid(format!("A meeting has 2 to {SEATS_MAX} seats.")));
    }
    Ok(())
}

/// Writes a seat, with the next number.
pub(crate) async fn place(
    tx: &mut Tx,
    meeting: MeetingId,
    party: PartyId,
    seat: &PlanSeat<'_>,
    now: Timestamp,
) -> Result<SeatId> {
    let number: i64 =
        sql("SELECT next_seat AS value FROM meetings WHERE id = ?").bind(meeting).value(tx).await?;
    if number >= NUMBERS_MAX {
        return Err(MeetError::Invalid(format!(
            "{NUMBERS_MAX} seats were added to this meeting, some of them taken away again, and a room \
             counts no further. Rename a seat that nobody has used, and invite to it."
        )));
    }
    let id: SeatId = tx.new_id(now);
    sql("INSERT INTO meeting_seats (id, meeting_id, party_id, number, title, chair, state)
         VALUES (?, ?, ?, ?, ?, ?, 'free')")
    .bind(id)
    .bind(meeting)
    .bind(party)
    .bind(number)
    .bind(title(seat.title)?)
    .bind(seat.chair)
    .run(tx)
    .await?;
    sql("UPDATE meetings SET next_seat = ? WHERE id = ?")
        .bind(number + 1)
        .bind(meeting)
        .run(tx)
        .await?;
    Ok(id)
}
