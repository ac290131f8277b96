//! A meeting, as far as readers are told of it.

use base::Timestamp;
use document::Picture;
use serde::Serialize;

use super::{Card, Head, ShareLink};

/// `/meetings/{id}`
#[derive(Clone, Debug, Serialize)]
pub struct MeetingPage {
    /// For machines.
    pub head: Head,
    /// As the meeting is called.
    pub headline: String,
    /// The meeting.
    pub meeting: Gathering,
    /// What readers are told before; each paragraph of it.
    pub advisory: Vec<String>,
    /// The official photo.
    pub picture: Option<Picture>,
    /// What was decided.
    pub decisions: Vec<String>,
    /// What follows.
    pub follow_ups: Vec<FollowUp>,
    /// What parties say of it.
    pub readouts: Vec<Readout>,
    /// Stories about it.
    pub stories: Vec<Card>,
    /// Where to share it.
    pub share: Vec<ShareLink>,
}

/// `/meetings/`
#[derive(Clone, Debug, Serialize)]
pub struct MeetingsPage {
    /// For machines.
    pub head: Head,
    /// The page's own headline.
    pub headline: String,
    /// Those that readers are told of, the last first.
    pub meetings: Vec<Gathering>,
}

/// A meeting: when, who, about what.
#[derive(Clone, Debug, Serialize)]
pub struct Gathering {
    /// As it is called.
    pub title: String,
    /// Its own page.
    pub url: String,
    /// `planned`, `under_way`, `ended`, `cancelled`.
    pub state: &'static str,
    /// Whether its record is published.
    pub recorded: bool,
    /// Whether it is held behind closed doors.
    pub closed: bool,
    /// Whether it was held around a table or in another program.
    pub held_elsewhere: bool,
    /// The IANA zone that its times are told in.
    pub zone: String,
    /// When it is to begin.
    pub starts_at: Timestamp,
    /// When it is to end.
    pub ends_at: Timestamp,
    /// When it began, once readers may know.
    pub began_at: Option<Timestamp>,
    /// When it ended, once readers may know.
    pub ended_at: Option<Timestamp>,
    /// How many seconds it took.
    pub length: Option<u64>,
    /// Who meets.
    pub parties: Vec<Delegation>,
    /// What about.
    pub agenda: Vec<AgendaPoint>,
}

/// Those who take part together.
#[derive(Clone, Debug, Serialize)]
pub struct Delegation {
    /// As the record calls them.
    pub name: String,
    /// `#rrggbb`.
    pub colour: String,
    /// Who was there, with what they are; empty where the record tells of parties alone.
    pub people: Vec<Attendee>,
    /// Where on the meeting's page its readout is, if it is released.
    pub readout: Option<String>,
}

/// Somebody who was there.
#[derive(Clone, Debug, Serialize)]
pub struct Attendee {
    /// As they said.
    pub name: String,
    /// The title of their seat.
    pub title: String,
}

/// Something on the agenda.
#[derive(Clone, Debug, Serialize)]
pub struct AgendaPoint {
    /// What it is.
    pub title: String,
    /// How long it is to take.
    pub minutes: i64,
    /// `open`, `on`, `dealt`, `left`.
    pub state: &'static str,
    /// How many seconds it took.
    pub spent: u64,
}

/// What somebody is to do.
#[derive(Clone, Debug, Serialize)]
pub struct FollowUp {
    /// What.
    pub words: String,
    /// Who; may be empty.
    pub owner: String,
    /// The day by which, as its first instant in UTC.
    pub due: Option<Timestamp>,
}

/// What a party says of a meeting.
#[derive(Clone, Debug, Serialize)]
pub struct Readout {
    /// Its place on the page.
    pub anchor: String,
    /// Whose.
    pub party: String,
    /// `#rrggbb`.
    pub colour: String,
    /// Above it.
    pub headline: String,
    /// Rendered by `document`, which is trusted to have escaped it.
    pub body_html: String,
    /// Since when readers may see it.
    pub released_at: Timestamp,
}
