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
    /// SHA-256 of what it shows.
    pub verifier: [u8; 32],
}

/// Takes note of invitations. Those from before, for the same seats, open nothing any more.
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
    for Invitation { seat, verifier } in invitations {
        let known = in_meeting(tx, meeting, *seat).await?;
        if known.state() == super::State::In {
            return Err(MeetError::Invalid(format!(
                "Somebody sits as {}. Remove them first, or leave the invitations as they are.",
                known.title
            )));
        }
        if known.refused_verifier.as_deref() == Some(verifier.as_slice()) {
            return Err(MeetError::Invalid(format!(
                "Whoever sat as {} was sent out, and has this link. Make all links anew.",
                known.title
            )));
        }
        // Who asks does so with the invitation from before.
        clear(tx, *seat).await?;
        sql("UPDATE meeting_seats SET verifier = ?, refused_verifier = NULL, identity = NULL
             WHERE id = ?")
        .bind(verifier.to_vec())
        .bind(*seat)
        .run(tx)
        .await?;
    }
    let seats = invitations.iter().map(|it| it.seat).collect();
    tx.append(actor, &Event::SeatsInvited { meeting, seats }, now).await?;
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
