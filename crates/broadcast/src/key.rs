//! Stream keys: whoever has one may send to a channel.

mod make;
mod recognise;
mod revoke;

use base::{ChannelId, StreamKeyId, Timestamp};
use store::{Connection, FromQueryResult, sql};

use crate::Result;

pub use make::{MakeKey, make};
pub use recognise::{Recognised, recognise};
pub use revoke::revoke;

/// Which of two sources readers see while both send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// This one, as long as it sends.
    #[default]
    Main,
    /// This one, while the main one does not.
    Backup,
}

impl Rank {
    /// Both, in the order of a menu.
    pub const ALL: [Self; 2] = [Self::Main, Self::Backup];

    /// Its name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Backup => "backup",
        }
    }

    /// The rank of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// A key that works, without its text: nobody has that but whoever made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Names it.
    pub id: StreamKeyId,
    /// Who or what sends with it, for those who wonder later.
    pub name: String,
    /// Whether it sends or stands by.
    pub rank: Rank,
    /// Since when it works.
    pub created_at: Timestamp,
    /// When something was last sent with it.
    pub used_at: Option<Timestamp>,
}

/// Whether a key works still.
pub async fn works(on: &impl Connection, key: StreamKeyId) -> Result<bool> {
    let found: Option<StreamKeyId> =
        sql("SELECT id AS value FROM stream_keys WHERE id = ? AND revoked_at IS NULL")
            .bind(key)
            .optional(on)
            .await?;
    Ok(found.is_some())
}

/// Every key of a channel that works, the oldest first.
pub async fn all(on: &impl Connection, channel: ChannelId) -> Result<Vec<Key>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: StreamKeyId,
        name: String,
        rank: String,
        created_at: Timestamp,
        used_at: Option<Timestamp>,
    }
    let rows: Vec<Row> = sql("SELECT id, name, rank, created_at, used_at FROM stream_keys
         WHERE channel_id = ? AND revoked_at IS NULL ORDER BY created_at, id")
    .bind(channel)
    .all(on)
    .await?;
    let key = |Row { id, name, rank, created_at, used_at }| Key {
        id,
        name,
        rank: Rank::parse(&rank).unwrap_or_default(),
        created_at,
        used_at,
    };
    Ok(rows.into_iter().map(key).collect())
}
