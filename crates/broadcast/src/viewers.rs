//! How many watched in each minute, by rendition. They are counts, and no facts of the log.

use std::collections::BTreeMap;
use std::time::Duration;

use base::{ChannelId, Timestamp};
use store::{Connection, FromQueryResult, Tx, sql};

use crate::Result;

/// Counts are kept for half a year.
pub const KEPT: Duration = Duration::from_secs(183 * 86_400);

/// How many watched a rendition for a minute, on the average.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Count {
    /// When the minute began.
    pub minute: Timestamp,
    /// What they watched, or `mp3` and `aac` for those who listened.
    pub rendition: String,
    /// How many.
    pub viewers: i64,
}

/// Notes a minute's counts. Told twice, as by a program that was begun anew, the larger holds.
pub async fn note(
    tx: &mut Tx,
    channel: ChannelId,
    (minute, counts): (Timestamp, &BTreeMap<String, u64>),
) -> Result<()> {
    for (rendition, viewers) in counts {
        sql("INSERT INTO viewer_counts (channel_id, minute, rendition, viewers)
             VALUES (?, ?, ?, ?)
             ON CONFLICT (channel_id, minute, rendition) DO UPDATE SET viewers =
                 CASE WHEN excluded.viewers > viewer_counts.viewers
                      THEN excluded.viewers ELSE viewer_counts.viewers END")
        .bind(channel)
        .bind(minute)
        .bind(rendition.as_str())
        .bind(i64::try_from(*viewers).unwrap_or(i64::MAX))
        .run(tx)
        .await?;
    }
    Ok(())
}

/// The counts from one instant until before another, the oldest first.
pub async fn between(
    on: &impl Connection,
    channel: ChannelId,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Count>> {
    Ok(sql("SELECT minute, rendition, viewers FROM viewer_counts
         WHERE channel_id = ? AND minute >= ? AND minute < ? ORDER BY minute, rendition")
    .bind(channel)
    .bind(from)
    .bind(until)
    .all(on)
    .await?)
}

/// Forgets what is older than it is kept.
pub async fn forget(tx: &mut Tx, now: Timestamp) -> Result<()> {
    sql("DELETE FROM viewer_counts WHERE minute < ?").bind(now.minus(KEPT)).run(tx).await?;
    Ok(())
}
