//! Readouts: what each party says of a meeting, in its own words and under its own name.

use base::{Actor, MeetingId, PartyId, Timestamp};
use store::{Connection, Event, Tx, sql};

use crate::meeting::State;
use crate::{MeetError, Meeting, Party, Result, hosts, meeting, party, seat, words};

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

/// Writes the readout of one's own party: one of its chairs, once the meeting is over, be it that they never
/// came. Whoever calls has seen the chair's invitation.
pub async fn write(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    command: WriteReadout<'_>,
    now: Timestamp,
) -> Result<()> {
    let own = of_own_party(tx, actor, meeting).await?;
    put(tx, actor, meeting, own.id, command, now).await
}

/// The party of one of its chairs, with its readout as it stands, once the meeting is over.
pub async fn of_own_party(
    on: &impl Connection,
    actor: &Actor,
    meeting: MeetingId,
) -> Result<Party> {
    let Actor::Seat { seat } = actor else {
        return Err(MeetError::NotHere(
            "A party writes its own readout, with its chair's invitation.",
        ));
    };
    let me = seat::in_meeting(on, meeting, *seat).await?;
    // Who was sent out has no invitation any more.
    if !me.chair || !me.is_invited() {
        return Err(MeetError::NotHere(
            "Only a chair writes its party's readout, or reads its draft.",
        ));
    }
    let known = meeting::known(on, meeting).await?;
    if known.held_elsewhere {
        return Err(MeetError::NotHere(
            "This meeting was held elsewhere: send your readout to its host, who enters it.",
        ));
    }
    check_over(&known)?;
    let parties = party::of(on, meeting).await?;
    parties.into_iter().find(|it| it.id == me.party_id).ok_or(MeetError::Unknown("party"))
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
    check_over(&meeting::known(tx, meeting).await?)?;
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

fn check_over(known: &Meeting) -> Result<()> {
    match known.state() {
        State::Ended => Ok(()),
        State::Planned | State::UnderWay => {
            Err(MeetError::invalid("A readout is written once the meeting is over."))
        }
        State::Cancelled => Err(MeetError::invalid("This meeting was called off.")),
    }
}
