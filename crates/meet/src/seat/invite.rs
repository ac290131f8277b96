use base::{Actor, MeetingId, SeatId, Timestamp};
use sha2::{Digest as _, Sha256};
use store::{Connection, Event, Tx, sql};

use super::{Seat, by_id, clear, in_meeting};
use crate::meeting::State;
use crate::{MeetError, Result, hosts, meeting};

/// What is known here of a seat's invitation, which a host's browser made.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// For which seat.
    pub seat: SeatId,
    /// Of a link that was made anew: what tells it from the one before it.
    pub salt: Option<[u8; 16]>,
    /// SHA-256 of what it shows.
    pub verifier: [u8; 32],
}

/// Takes note of invitations. Others from before, for the same seats, open nothing any more, and whoever
/// asks with one asks no longer. Those that are known already stay as they are.
pub async fn invite(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    invitations: &[Invitation],
    now: Timestamp,
) -> Result<()> {
    hosts(actor)?;
    let known = meeting::known(tx, meeting).await?;
    if matches!(known.state(), State::Ended | State::Cancelled) {
        return Err(MeetError::invalid("This meeting is over: nobody can be invited to it."));
    }
    let mut seats = Vec::new();
    for Invitation { seat, salt, verifier } in invitations {
        let known = in_meeting(tx, meeting, *seat).await?;
        if known.verifier.as_deref() == Some(verifier.as_slice()) {
            continue;
        }
        if known.state() == super::State::In {
            return Err(MeetError::Invalid(format!(
                "Somebody sits as {}. A chair removes them in the room, before there is another link.",
                known.title
            )));
        }
        if known.refused_verifier.as_deref() == Some(verifier.as_slice()) {
            return Err(MeetError::Invalid(format!(
                "This link for {} was taken back, and somebody may still have it. Make a new one.",
                known.title
            )));
        }
        // Who asks does so with the invitation from before.
        clear(tx, *seat).await?;
        sql("UPDATE meeting_seats SET refused_verifier = COALESCE(verifier, refused_verifier),
                    verifier = ?, salt = ?, identity = NULL
             WHERE id = ?")
        .bind(verifier.to_vec())
        .bind(salt.map(|it| it.to_vec()))
        .bind(*seat)
        .run(tx)
        .await?;
        seats.push(*seat);
    }
    if !seats.is_empty() {
        tx.append(actor, &Event::SeatsInvited { meeting, seats }, now).await?;
    }
    Ok(())
}

/// The seat of whoever shows this, if it is what the seat's invitation shows.
pub async fn recognise(
    on: &impl Connection,
    meeting: MeetingId,
    seat: SeatId,
    token: &[u8],
) -> Result<Option<Seat>> {
    let known = by_id(on, seat).await?.filter(|it| it.meeting_id == meeting);
    // A hash is compared: how long that takes tells nothing of what was shown.
    let shown = Sha256::digest(token);
    Ok(known.filter(|it| it.verifier.as_deref() == Some(shown.as_slice())))
}
