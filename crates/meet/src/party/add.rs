use base::{Actor, MeetingId, PartyId, Timestamp};
use store::{Event, Tx, sql};

use super::{PARTIES_MAX, check, of};
use crate::meeting::PlanParty;
use crate::{MeetError, Result, hosts, meeting, seat};

/// Adds a party with its seats to a meeting that is not over.
pub async fn add(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    command: PlanParty<'_>,
    now: Timestamp,
) -> Result<PartyId> {
    hosts(actor)?;
    seat::check_open(&meeting::known(tx, meeting).await?)?;
    let parties = of(tx, meeting).await?;
    if parties.len() >= PARTIES_MAX {
        return Err(MeetError::Invalid(format!("A meeting has 1 to {PARTIES_MAX} parties.")));
    }
    check(&command, parties.iter().map(|it| it.name.as_str()))?;
    seat::check_room_for(tx, meeting, command.seats.len()).await?;
    let party = place(tx, meeting, parties.len(), &command, now).await?;
    tx.append(actor, &Event::PartyAdded { meeting, party }, now).await?;
    Ok(party)
}

/// Writes a party, after so many others, and its seats.
pub(crate) async fn place(
    tx: &mut Tx,
    meeting: MeetingId,
    before: usize,
    party: &PlanParty<'_>,
    now: Timestamp,
) -> Result<PartyId> {
    let id: PartyId = tx.new_id(now);
    sql("INSERT INTO meeting_parties (id, meeting_id, position, name, colour)
         VALUES (?, ?, ?, ?, ?)")
    .bind(id)
    .bind(meeting)
    .bind(i64::try_from(before).unwrap_or(i64::MAX))
    .bind(super::name(party.name)?)
    .bind(party.colour)
    .run(tx)
    .await?;
    for planned in &party.seats {
        seat::place(tx, meeting, id, planned, now).await?;
    }
    Ok(id)
}
