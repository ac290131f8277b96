use base::{Actor, MeetingId, SeatId, Timestamp};
use store::{Event, Tx, sql};

use super::{Seat, State, check_open, in_meeting, of};
use crate::{MeetError, Result, hosts, meeting};

/// Takes away a seat that nobody has used, and with it what its link opens.
pub async fn take_away(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    seat: SeatId,
    now: Timestamp,
) -> Result<()> {
    hosts(actor)?;
    check_open(&meeting::known(tx, meeting).await?)?;
    let known = in_meeting(tx, meeting, seat).await?;
    check_unused(&known, &of(tx, meeting).await?)?;
    sql("DELETE FROM meeting_seats WHERE id = ?").bind(seat).run(tx).await?;
    tx.append(actor, &Event::SeatTakenAway { meeting, seat }, now).await?;
    Ok(())
}

/// Whether a seat, of all in its meeting, can be taken away.
pub fn check_unused(seat: &Seat, all: &[Seat]) -> Result<()> {
    let title = &seat.title;
    match (seat.state(), seat.joined_at) {
        (State::Free, None) => {}
        (State::Asking, None) => {
            return Err(MeetError::Invalid(format!(
                "Somebody asks to come in as {title}. A chair refuses them first, in the room."
            )));
        }
        _ => {
            return Err(MeetError::Invalid(format!(
                "Somebody has sat as {title}, so the seat stays. A chair removes who sits there, in the \
                 room; then there is a new link for it."
            )));
        }
    }
    let of_party = |it: &&Seat| it.chair && it.party_id == seat.party_id;
    if seat.chair && all.iter().filter(of_party).count() == 1 {
        return Err(MeetError::Invalid(format!(
            "{title} is the only chair of its party, which needs one to speak for it. Add another chair \
             first."
        )));
    }
    if all.len() <= 2 {
        return Err(MeetError::invalid("A meeting has two seats at least. Add another first."));
    }
    Ok(())
}
