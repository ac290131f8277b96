use base::{Actor, MeetingId, SeatId, Timestamp};
use store::{Tx, sql};

use super::{Seat, State, check_identity, check_open, in_meeting};
use crate::{MeetError, Profile, Result, meeting, words};

const KEY_PACKAGE_MAX: usize = 16 * 1024;

/// Asks to come in.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// As whom.
    pub name: &'a str,
    /// The public key of whoever asks.
    pub identity: &'a [u8],
    /// What they would be added to the group with; empty in an open meeting.
    pub key_package: &'a [u8],
    /// By which a chair knows that it comes from the invitation; empty in an open meeting.
    pub mac: &'a [u8],
    /// The page that asks.
    pub instance: &'a str,
}

/// Asks, from the lobby, to come in; or, who was let in before, to come back.
pub async fn ask(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    command: Ask<'_>,
    now: Timestamp,
) -> Result<()> {
    let me = sits(tx, actor, meeting).await?;
    let known = meeting::known(tx, meeting).await?;
    check_open(&known)?;
    let name = words(command.name, "Your name", 1..=100)?;
    if name.contains('\n') {
        return Err(MeetError::invalid("Your name is one line."));
    }
    if command.identity.len() != 32 {
        return Err(MeetError::invalid("An identity is a public key of 32 bytes."));
    }
    let closed = known.profile() == Profile::Closed;
    if closed && (command.key_package.is_empty() || command.mac.len() != 32) {
        return Err(MeetError::invalid("Into a closed meeting one comes with a key package."));
    }
    if command.key_package.len() > KEY_PACKAGE_MAX {
        return Err(MeetError::invalid("A key package has 16384 bytes at most."));
    }
    check_identity(&me, command.identity)?;
    let inside = me.state() == State::In;
    if known.locked && !inside && me.identity.is_none() {
        return Err(MeetError::invalid("The meeting is locked. A chair can unlock it."));
    }
    let state = if inside { State::In } else { State::Asking };
    sql("UPDATE meeting_seats SET state = ?, name = ?, asked_at = ?, asked_identity = ?,
                key_package = ?, mac = ?, asked_instance = ?
         WHERE id = ?")
    .bind(state.name())
    .bind(if inside { &me.name } else { name })
    .bind(now)
    .bind(command.identity.to_vec())
    .bind(command.key_package.to_vec())
    .bind(command.mac.to_vec())
    .bind(command.instance)
    .bind(me.id)
    .run(tx)
    .await?;
    Ok(())
}

/// Asks no longer.
pub async fn withdraw(tx: &mut Tx, actor: &Actor, meeting: MeetingId) -> Result<()> {
    let me = sits(tx, actor, meeting).await?;
    let state = if me.state() == State::In { State::In } else { State::Free };
    sql("UPDATE meeting_seats SET state = ?, asked_at = NULL, asked_identity = NULL,
                key_package = NULL, mac = NULL, asked_instance = ''
         WHERE id = ?")
    .bind(state.name())
    .bind(me.id)
    .run(tx)
    .await?;
    Ok(())
}

/// The seat that acts, wherever it waits.
async fn sits(tx: &mut Tx, actor: &Actor, meeting: MeetingId) -> Result<Seat> {
    let seat: Option<SeatId> = match actor {
        Actor::Seat { seat } => Some(*seat),
        _ => None,
    };
    let seat = seat.ok_or(MeetError::NotHere("One comes in with an invitation."))?;
    in_meeting(tx, meeting, seat).await
}
