//! Meetings, from the plan to the end.

mod air;
mod begin;
mod cancel;
mod change;
mod end;
mod lock;
mod plan;

use std::time::Duration;

use base::{MeetingId, PhotoId, SeatId, Timestamp};
use store::{Connection, FromQueryResult, sql};

use crate::{MeetError, Result};

pub use air::{go_off_air, go_on_air};
pub use begin::begin;
pub use cancel::cancel;
pub use change::change;
pub use end::end;
pub use lock::lock;
pub use plan::{Plan, PlanItem, PlanParty, PlanSeat, plan};

/// So many seats a room has, at the most: each is sent to all others.
pub const SEATS_MAX: usize = 25;

/// One meeting.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Meeting {
    /// Names it.
    pub id: MeetingId,
    /// As it is announced.
    pub title: String,
    profile: String,
    /// As the IANA time zone database names it: all of the meeting's times are told in it.
    pub zone: String,
    /// When it is to begin.
    pub starts_at: Timestamp,
    /// When it is to end.
    pub ends_at: Timestamp,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Whether it was held around a table or in another program.
    pub held_elsewhere: bool,
    /// When it was called off.
    pub cancelled_at: Option<Timestamp>,
    /// How often calendars were told otherwise.
    pub sequence: i64,
    /// Since when it is on air, if it is.
    pub on_air_since: Option<Timestamp>,
    /// Who has the floor.
    pub floor_seat_id: Option<SeatId>,
    /// Since when.
    pub floor_since: Option<Timestamp>,
    /// Whether nobody new may ask to come in.
    pub locked: bool,
    /// Which closed group since the first; 0: none yet.
    pub group_number: i64,
    /// How often its keys have changed.
    pub epoch: i64,
    pub(crate) mail_count: i64,
    /// What readers are told before, as plain text; may be empty.
    pub advisory: String,
    /// Since when they are.
    pub advised_at: Option<Timestamp>,
    tells: String,
    /// Since when readers see its record.
    pub recorded_at: Option<Timestamp>,
    /// The official photo, once it is released.
    pub photo_id: Option<PhotoId>,
}

impl Meeting {
    /// What is possible in it.
    pub fn profile(&self) -> Profile {
        Profile::parse(&self.profile).unwrap_or_default()
    }

    /// What its record tells of who was there.
    pub fn tells(&self) -> Tells {
        Tells::parse(&self.tells).unwrap_or_default()
    }

    /// Where it is on its way.
    pub fn state(&self) -> State {
        match (self.cancelled_at, self.began_at, self.ended_at) {
            (Some(_), ..) => State::Cancelled,
            (_, _, Some(_)) => State::Ended,
            (_, Some(_), _) => State::UnderWay,
            _ => State::Planned,
        }
    }

    /// How long it took.
    pub fn length(&self) -> Option<Duration> {
        Some(self.ended_at?.since(self.began_at?))
    }

    /// Whether readers see anything of it.
    pub fn is_public(&self) -> bool {
        self.advised_at.is_some() || self.recorded_at.is_some()
    }
}

/// What is possible in a meeting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Encrypted from end to end: nothing is recorded, nothing goes on air.
    #[default]
    Closed,
    /// For interviews and public sessions: the server sees and hears it, and it may go on air.
    Open,
}

impl Profile {
    /// All, in the order of a menu.
    pub const ALL: [Self; 2] = [Self::Closed, Self::Open];

    /// Its name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
        }
    }

    /// The profile of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// What the record tells of who was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tells {
    /// Each name, by party.
    #[default]
    Names,
    /// The parties alone.
    Parties,
}

impl Tells {
    /// All, in the order of a menu.
    pub const ALL: [Self; 2] = [Self::Names, Self::Parties];

    /// Its name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Parties => "parties",
        }
    }

    /// The choice of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// Where a meeting is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is to come.
    Planned,
    /// It goes on.
    UnderWay,
    /// It is over.
    Ended,
    /// It was called off.
    Cancelled,
}

impl State {
    /// Its name in messages and texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::UnderWay => "under_way",
            Self::Ended => "ended",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One meeting.
pub async fn by_id(on: &impl Connection, id: MeetingId) -> Result<Option<Meeting>> {
    Ok(sql("SELECT * FROM meetings WHERE id = ?").bind(id).one(on).await?)
}

/// One meeting, which whoever asks believes to be there.
pub(crate) async fn known(on: &impl Connection, id: MeetingId) -> Result<Meeting> {
    by_id(on, id).await?.ok_or(MeetError::Unknown("meeting"))
}

/// All, the last first.
pub async fn list(on: &impl Connection) -> Result<Vec<Meeting>> {
    Ok(sql("SELECT * FROM meetings ORDER BY starts_at DESC, id DESC LIMIT 200").all(on).await?)
}

/// Whether readers see any.
pub async fn any_public(on: &impl Connection) -> Result<bool> {
    let one: Option<i64> = sql("SELECT CAST(1 AS BIGINT) AS value FROM meetings
         WHERE advised_at IS NOT NULL OR recorded_at IS NOT NULL LIMIT 1")
    .optional(on)
    .await?;
    Ok(one.is_some())
}

/// Those that readers see, the last first.
pub async fn public(on: &impl Connection) -> Result<Vec<Meeting>> {
    Ok(sql("SELECT * FROM meetings WHERE advised_at IS NOT NULL OR recorded_at IS NOT NULL
         ORDER BY starts_at DESC, id DESC LIMIT 200")
    .all(on)
    .await?)
}
