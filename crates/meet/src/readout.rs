//! Readouts: what each party says of a meeting, in its own words and under its own name.

use base::{Actor, MeetingId, PartyId, Timestamp};
use store::{Event, Tx, sql};

use crate::meeting::State;
use crate::{MeetError, Result, hosts, in_the_chair, meeting, party, words};

/// What a party says of a meeting.
#[derive(Clone, Debug)]
pub struct WriteReadout<'a> {
    /// Above it.
    pub headline: &'a str,
    /// Markdown.
    pub body: &'a str,
    /// Whether readers may see it.
    pub release: bool,
}

/// Writes the readout of one's own party: one of its chairs, once the meeting is over.
pub async fn write(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    command: WriteReadout<'_>,
    now: Timestamp,
) -> Result<()> {
    let me = in_the_chair(tx, actor, meeting).await?;
    put(tx, actor, meeting, me.party_id, command, now).await
}

/// Enters the readout that a party sent, of a meeting that was held elsewhere: its chairs have no seats
/// here to write it from.
pub async fn enter(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    party: PartyId,
    command: WriteReadout<'_>,
    now: Timestamp,
) -> Result<()> {
    hosts(actor)?;
    let known = meeting::known(tx, meeting).await?;
    if !known.held_elsewhere {
        return Err(MeetError::invalid(
            "A party writes its own readout, with its chair's invitation.",
        ));
    }
    let parties = party::of(tx, meeting).await?;
    parties.iter().find(|it| it.id == party).ok_or(MeetError::Unknown("party"))?;
    put(tx, actor, meeting, party, command, now).await
}

async fn put(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    party: PartyId,
    command: WriteReadout<'_>,
    now: Timestamp,
) -> Result<()> {
    let known = meeting::known(tx, meeting).await?;
    if known.state() != State::Ended {
        return Err(MeetError::invalid("A readout is written once the meeting is over."));
    }
    let least = usize::from(command.release);
    let headline = words(command.headline, "A readout's headline", least..=200)?;
    let body = words(command.body, "A readout", least..=20_000)?;
    let was: Option<Timestamp> = sql("SELECT readout_released_at AS value FROM meeting_parties
             WHERE id = ? AND readout_released_at IS NOT NULL")
    .bind(party)
    .optional(tx)
    .await?;
    let released = command.release.then(|| was.unwrap_or(now));
    sql(
        "UPDATE meeting_parties SET readout_headline = ?, readout_body = ?, readout_released_at = ?
         WHERE id = ?",
    )
    .bind(headline)
    .bind(body)
    .bind(released)
    .bind(party)
    .run(tx)
    .await?;
    if released.is_some() || was.is_some() {
        let fact = Event::ReadoutReleased { meeting, party, released: command.release };
        tx.append(actor, &fact, now).await?;
    }
    Ok(())
}
