use accounts::secret;
use base::{ChannelId, StreamKeyId, Timestamp};
use store::{Connection, FromQueryResult, Tx, sql};

use super::Rank;
use crate::Result;

/// To what a key gives the right to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The key.
    pub key: StreamKeyId,
    /// The channel.
    pub channel: ChannelId,
    /// Whether it sends or stands by.
    pub rank: Rank,
}

/// What the key of this text is for; `None` when there is none, or it was revoked.
pub async fn recognise(on: &impl Connection, text: &str) -> Result<Option<Recognised>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: StreamKeyId,
        channel_id: ChannelId,
        rank: String,
    }
    let row: Option<Row> = sql("SELECT id, channel_id, rank FROM stream_keys
         WHERE secret_hash = ? AND revoked_at IS NULL")
    .bind(secret::hash(text))
    .one(on)
    .await?;
    Ok(row.map(|Row { id, channel_id, rank }| Recognised {
        key: id,
        channel: channel_id,
        rank: Rank::parse(&rank).unwrap_or_default(),
    }))
}

impl Recognised {
    /// Keeps that something is sent with it now.
    pub async fn used(self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        sql("UPDATE stream_keys SET used_at = ? WHERE id = ?")
            .bind(now)
            .bind(self.key)
            .run(tx)
            .await?;
        Ok(())
    }
}
