//! Places in a meeting, and how one comes to sit there.

mod add;
mod ask;
mod door;
mod invite;
mod rename;
mod take_away;

use base::{MeetingId, PartyId, SeatId, Timestamp};
use store::{Connection, FromQueryResult, sql};

use crate::{MeetError, Result, words};

pub use add::add;
pub(crate) use add::{check_room_for, place};
pub use ask::{Ask, ask, withdraw};
use door::clear;
pub use door::{admit, free, refuse, remove};
pub(crate) use door::{check_identity, check_open, let_in};
pub use invite::{Invitation, invite, recognise};
pub use rename::rename;
pub use take_away::{check_unused, take_away};

/// A place in a meeting.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Seat {
    /// Names it.
    pub id: SeatId,
    /// In which meeting.
    pub meeting_id: MeetingId,
    /// With whom.
    pub party_id: PartyId,
    /// From 0, in the room's order.
    pub number: i64,
    /// Such as "President" or "Interpreter".
    pub title: String,
    /// Whether who sits there lets others in, and speaks for the party.
    pub chair: bool,
    /// SHA-256 of what the seat's invitation shows.
    pub verifier: Option<Vec<u8>>,
    /// What tells a link that was made anew from the one before it. It is no secret.
    pub salt: Option<Vec<u8>>,
    pub(crate) refused_verifier: Option<Vec<u8>>,
    state: String,
    /// The key of whom the chair let in.
    pub identity: Option<Vec<u8>>,
    /// As who sits there, or asks to, said.
    pub name: String,
    /// Since when somebody asks.
    pub asked_at: Option<Timestamp>,
    /// The key of whoever asks.
    pub asked_identity: Option<Vec<u8>>,
    /// What whoever asks would be added to the group with.
    pub key_package: Option<Vec<u8>>,
    /// By which a chair knows that it comes from the invitation.
    pub mac: Option<Vec<u8>>,
    pub(crate) asked_instance: String,
    /// The page that has the group's keys.
    pub keyed_instance: String,
    /// When it was let in first.
    pub joined_at: Option<Timestamp>,
    /// Since when the hand is up.
    pub hand_at: Option<Timestamp>,
    /// The membership code that was found the same; may be empty.
    pub confirmed: String,
}

impl Seat {
    /// Whether somebody is there.
    pub fn state(&self) -> State {
        State::parse(&self.state).unwrap_or_default()
    }

    /// Whether who sat there was sent out, and nobody was invited since.
    pub fn was_emptied(&self) -> bool {
        self.verifier.is_none() && self.refused_verifier.is_some()
    }

    /// Whether there is a link for it.
    pub fn is_invited(&self) -> bool {
        self.verifier.is_some()
    }
}

/// Whether somebody is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nobody.
    #[default]
    Free,
    /// Somebody waits in the lobby.
    Asking,
    /// Somebody was let in.
    In,
}

impl State {
    /// Its name in messages and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Asking => "asking",
            Self::In => "in",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Free, Self::Asking, Self::In].into_iter().find(|it| it.name() == name)
    }
}

/// One seat.
pub async fn by_id(on: &impl Connection, id: SeatId) -> Result<Option<Seat>> {
    Ok(sql("SELECT * FROM meeting_seats WHERE id = ?").bind(id).one(on).await?)
}

/// One seat of this meeting, which whoever asks believes to be there.
pub(crate) async fn in_meeting(
    on: &impl Connection,
    meeting: MeetingId,
    id: SeatId,
) -> Result<Seat> {
    let seat = by_id(on, id).await?.filter(|it| it.meeting_id == meeting);
    seat.ok_or(MeetError::Unknown("seat"))
}

/// The seats of a meeting, in the room's order.
pub async fn of(on: &impl Connection, meeting: MeetingId) -> Result<Vec<Seat>> {
    Ok(sql("SELECT * FROM meeting_seats WHERE meeting_id = ? ORDER BY number")
        .bind(meeting)
        .all(on)
        .await?)
}

fn title(text: &str) -> Result<&str> {
    words(text, "A seat's title", 1..=100)
}
