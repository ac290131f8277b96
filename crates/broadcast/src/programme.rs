//! Programmes: what a channel shows, from when to when.
//!
//! A programme is planned with a beginning and an end. It begins and ends for good when a producer
//! says so, which may be earlier or later than planned, or has said that it begins by itself.

mod begin;
mod cancel;
mod due;
mod end;
mod plan;

use base::{ArticleId, ChannelId, ProgrammeId, Timestamp};
use store::{Connection, FromQueryResult, sql};

use crate::Result;

pub use begin::begin;
pub use cancel::cancel;
pub use due::{begin_due, is_due};
pub use end::end;
pub use plan::{PlanProgramme, change, plan};

/// What a channel shows, from when to when.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Programme {
    /// Names it.
    pub id: ProgrammeId,
    /// On which channel.
    pub channel_id: ChannelId,
    /// As readers are told.
    pub title: String,
    /// In a few sentences; may be empty.
    pub description: String,
    /// When it is to begin.
    pub starts_at: Timestamp,
    /// When it is to end.
    pub ends_at: Timestamp,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The story that it is about: readers discuss it below the channel.
    pub article_id: Option<ArticleId>,
    /// Whether it begins by itself at its time, if the channel is on air then.
    pub begins_alone: bool,
    recording: String,
}

impl Programme {
    /// Whether it is recorded, and for whom.
    pub fn recorded(&self) -> Recorded {
        Recorded::parse(&self.recording).unwrap_or_default()
    }
}

/// Whether a programme is recorded, and for whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recorded {
    /// Readers can see it again as soon as it is over.
    #[default]
    Publish,
    /// The newsroom can, until somebody publishes it.
    Keep,
    /// Nobody can, unless somebody begins to record it.
    None,
}

impl Recorded {
    /// All, in the order of a menu.
    pub const ALL: [Self; 3] = [Self::Publish, Self::Keep, Self::None];

    /// Its name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Keep => "keep",
            Self::None => "none",
        }
    }

    /// The choice of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// One programme, whether it is to come, on, or over.
pub async fn by_id(on: &impl Connection, id: ProgrammeId) -> Result<Option<Programme>> {
    Ok(sql("SELECT id, channel_id, title, description, starts_at, ends_at, began_at, ended_at,
                article_id, begins_alone, recording FROM programmes WHERE id = ?")
    .bind(id)
    .one(on)
    .await?)
}

/// What is on.
pub async fn on_now(on: &impl Connection, channel: ChannelId) -> Result<Option<Programme>> {
    Ok(sql("SELECT id, channel_id, title, description, starts_at, ends_at, began_at, ended_at,
                article_id, begins_alone, recording FROM programmes WHERE channel_id = ? AND began_at IS NOT NULL AND ended_at IS NULL")
    .bind(channel)
    .one(on)
    .await?)
}

/// What is to come: whatever has not begun and was not to be over by now, the next first.
pub async fn to_come(
    on: &impl Connection,
    channel: ChannelId,
    now: Timestamp,
) -> Result<Vec<Programme>> {
    Ok(sql("SELECT id, channel_id, title, description, starts_at, ends_at, began_at, ended_at,
                article_id, begins_alone, recording FROM programmes WHERE channel_id = ? AND began_at IS NULL AND ends_at > ?
         ORDER BY starts_at, id LIMIT 100")
    .bind(channel)
    .bind(now)
    .all(on)
    .await?)
}

/// What is over, the last first.
pub async fn over(on: &impl Connection, channel: ChannelId) -> Result<Vec<Programme>> {
    Ok(sql("SELECT id, channel_id, title, description, starts_at, ends_at, began_at, ended_at,
                article_id, begins_alone, recording FROM programmes WHERE channel_id = ? AND ended_at IS NOT NULL
         ORDER BY ended_at DESC, id DESC LIMIT 50")
    .bind(channel)
    .all(on)
    .await?)
}
