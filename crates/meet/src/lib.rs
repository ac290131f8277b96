//! Meetings: who meets whom about what, the room while they do, and the record that is left.
//!
//! A host plans a [`meeting`]: its parties with their seats, its agenda, and its [`Profile`], which
//! fixes what is possible. Who holds a seat's invitation asks in the lobby, and a chair lets them in
//! ([`seat`]). In a closed meeting that is the act of adding them to the group that has the keys, and all
//! that is kept of it here is sealed mail in its order ([`doors`]). Afterwards each party writes its
//! [`readout`], and the host publishes the [`record`].
//!
//! Absent from here: sockets, media, HTTP, templates, and every secret: the root of the invitations, the
//! keys of the group, and what is said. Who is connected at this moment is known to whoever holds the
//! connections.

pub mod agenda;
pub mod doors;
mod error;
pub mod floor;
pub mod meeting;
pub mod official_photo;
pub mod outcome;
pub mod party;
pub mod readout;
pub mod record;
pub mod seat;
pub mod story;

use accounts::policy::{self, Action};
use base::{Actor, MeetingId};
use store::Connection;

pub use error::MeetError;
pub use meeting::{Meeting, Profile};
pub use party::Party;
pub use seat::Seat;

/// What every command gives.
pub type Result<T, E = MeetError> = std::result::Result<T, E>;

/// Whether the actor may plan meetings and say what readers learn of them.
fn hosts(actor: &Actor) -> Result<()> {
    Ok(policy::check(actor, Action::HoldMeetings)?)
}

/// The seat that acts, which must be in this meeting's room.
async fn in_room(on: &impl Connection, actor: &Actor, meeting: MeetingId) -> Result<Seat> {
    let Actor::Seat { seat } = actor else {
        return Err(MeetError::NotHere("Only who sits in the meeting may do this."));
    };
    let seat = seat::by_id(on, *seat).await?.ok_or(MeetError::Unknown("seat"))?;
    if seat.meeting_id != meeting || seat.state() != seat::State::In {
        return Err(MeetError::NotHere("Only who was let into the meeting may do this."));
    }
    Ok(seat)
}

/// The chair who acts, who must be in this meeting's room.
async fn in_the_chair(on: &impl Connection, actor: &Actor, meeting: MeetingId) -> Result<Seat> {
    let seat = in_room(on, actor, meeting).await?;
    if !seat.chair {
        return Err(MeetError::NotHere("Only a chair may do this. Ask one of them."));
    }
    Ok(seat)
}

/// Text as it is kept: without space around it, and with nothing that a database refuses.
fn words<'a>(text: &'a str, what: &str, chars: std::ops::RangeInclusive<usize>) -> Result<&'a str> {
    let text = text.trim();
    if !chars.contains(&text.chars().count()) || text.contains('\0') {
        let (least, most) = (chars.start(), chars.end());
        return Err(MeetError::Invalid(format!("{what} has {least} to {most} characters.")));
    }
    Ok(text)
}
