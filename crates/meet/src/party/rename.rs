use base::{Actor, MeetingId, PartyId, Timestamp};
use store::{Event, Tx, sql};

use super::{check_colour, check_name, name, of};
use crate::{MeetError, Result, hosts, meeting, seat};

/// Calls a party otherwise, or gives it another colour, until the meeting is over.
pub async fn rename(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    party: PartyId,
    called: &str,
    colour: &str,
    now: Timestamp,
) -> Result<()> {
    hosts(actor)?;
    seat::check_open(&meeting::known(tx, meeting).await?)?;
    let mut others = of(tx, meeting).await?;
    let known = others.len();
    others.retain(|it| it.id != party);
    if others.len() == known {
        return Err(MeetError::Unknown("party"));
    }
    let called = name(called)?;
    check_name(called, others.iter().map(|it| it.name.as_str()))?;
    check_colour(colour)?;
    sql("UPDATE meeting_parties SET name = ?, colour = ? WHERE id = ?")
        .bind(called)
        .bind(colour)
        .bind(party)
        .run(tx)
        .await?;
    tx.append(actor, &Event::PartyRenamed { meeting, party }, now).await?;
    Ok(())
}
