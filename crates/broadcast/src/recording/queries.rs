use std::collections::BTreeMap;

use base::{ChannelId, ProgrammeId, RecordingId};
use store::{Connection, FromQueryResult, sql};

use super::{Piece, Recording};
use crate::Result;

/// One recording, unless it was deleted.
pub async fn by_id(on: &impl Connection, id: RecordingId) -> Result<Option<Recording>> {
    Ok(sql("SELECT id, channel_id, programme_id, began_at, ended_at, kept_at, poster, trim_from,
           trim_to, shown_from, shown_to, published_at, deleted_at
         FROM recordings WHERE id = ? AND deleted_at IS NULL")
    .bind(id)
    .one(on)
    .await?)
}

/// That of a programme, if it was recorded.
pub async fn of_programme(
    on: &impl Connection,
    programme: ProgrammeId,
) -> Result<Option<Recording>> {
    Ok(sql("SELECT id, channel_id, programme_id, began_at, ended_at, kept_at, poster, trim_from,
           trim_to, shown_from, shown_to, published_at, deleted_at
         FROM recordings WHERE programme_id = ? AND deleted_at IS NULL")
    .bind(programme)
    .one(on)
    .await?)
}

/// Those of a channel of which the file store does not have all, the oldest first.
pub async fn unfinished(on: &impl Connection, channel: ChannelId) -> Result<Vec<Recording>> {
    Ok(sql("SELECT id, channel_id, programme_id, began_at, ended_at, kept_at, poster, trim_from,
           trim_to, shown_from, shown_to, published_at, deleted_at
         FROM recordings WHERE channel_id = ? AND kept_at IS NULL ORDER BY began_at, id")
    .bind(channel)
    .all(on)
    .await?)
}

/// What readers can see of a channel, the newest first.
pub async fn published(on: &impl Connection, channel: ChannelId) -> Result<Vec<Recording>> {
    Ok(sql("SELECT id, channel_id, programme_id, began_at, ended_at, kept_at, poster, trim_from,
           trim_to, shown_from, shown_to, published_at, deleted_at
         FROM recordings WHERE channel_id = ? AND published_at IS NOT NULL
         ORDER BY began_at DESC, id DESC LIMIT 50")
    .bind(channel)
    .all(on)
    .await?)
}

/// All of a channel, the newest first.
pub async fn recent(on: &impl Connection, channel: ChannelId) -> Result<Vec<Recording>> {
    Ok(sql("SELECT id, channel_id, programme_id, began_at, ended_at, kept_at, poster, trim_from,
           trim_to, shown_from, shown_to, published_at, deleted_at
         FROM recordings WHERE channel_id = ? AND deleted_at IS NULL
         ORDER BY began_at DESC, id DESC LIMIT 50")
    .bind(channel)
    .all(on)
    .await?)
}

/// Every segment of a rendition, in its order.
pub async fn pieces(
    on: &impl Connection,
    recording: RecordingId,
    rendition: &str,
) -> Result<Vec<Piece>> {
    Ok(sql("SELECT rendition, number, name, init, starts, units, clock, aired_at,
           discontinuities, bytes
         FROM recording_segments WHERE recording_id = ? AND rendition = ? ORDER BY number")
    .bind(recording)
    .bind(rendition)
    .all(on)
    .await?)
}

/// The segment of this name, if there is one.
pub async fn piece(
    on: &impl Connection,
    recording: RecordingId,
    rendition: &str,
    name: &str,
) -> Result<Option<Piece>> {
    Ok(sql("SELECT rendition, number, name, init, starts, units, clock, aired_at,
           discontinuities, bytes
         FROM recording_segments WHERE recording_id = ? AND rendition = ? AND name = ?")
    .bind(recording)
    .bind(rendition)
    .bind(name)
    .one(on)
    .await?)
}

/// Whether segments of a rendition need the initialisation of this name.
pub async fn has_init(
    on: &impl Connection,
    recording: RecordingId,
    rendition: &str,
    name: &str,
) -> Result<bool> {
    let found: Option<i64> = sql("SELECT number AS value FROM recording_segments
         WHERE recording_id = ? AND rendition = ? AND init = ? LIMIT 1")
    .bind(recording)
    .bind(rendition)
    .bind(name)
    .optional(on)
    .await?;
    Ok(found.is_some())
}

/// The initialisation that most of a rendition needs.
pub async fn longest_init(
    on: &impl Connection,
    recording: RecordingId,
    rendition: &str,
) -> Result<Option<String>> {
    Ok(sql("SELECT init AS value FROM recording_segments
         WHERE recording_id = ? AND rendition = ?
         GROUP BY init ORDER BY SUM(units) DESC, init LIMIT 1")
    .bind(recording)
    .bind(rendition)
    .optional(on)
    .await?)
}

/// Those of the rendition that everything else is measured by.
pub(super) async fn leading(on: &impl Connection, recording: RecordingId) -> Result<Vec<Piece>> {
    let sizes = sizes(on, recording).await?;
    match sizes.first() {
        Some(first) => pieces(on, recording, &first.rendition).await,
        None => Ok(Vec::new()),
    }
}

/// How much there is of a rendition.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Size {
    /// Which.
    pub rendition: String,
    /// The number of its newest segment.
    pub newest: i64,
    /// How many bytes it has.
    pub bytes: i64,
    /// How long it is.
    pub milliseconds: i64,
    /// The most bits in any second of it.
    pub peak: i64,
}

impl Size {
    /// How many bits it has in each second, on average.
    pub fn average(&self) -> i64 {
        self.bytes.saturating_mul(8_000) / self.milliseconds.max(1)
    }
}

/// How much there is of each rendition: first the picture as it was sent, then smaller ones, then
/// sound.
pub async fn sizes(on: &impl Connection, recording: RecordingId) -> Result<Vec<Size>> {
    let mut sizes: Vec<Size> = sql("SELECT rendition, MAX(number) AS newest,
           CAST(SUM(bytes) AS BIGINT) AS bytes,
           CAST(SUM(units * 1000 / clock) AS BIGINT) AS milliseconds,
           CAST(MAX(CASE WHEN units > 0 THEN bytes * 8 * clock / units ELSE 0 END) AS BIGINT) AS peak
         FROM recording_segments WHERE recording_id = ? GROUP BY rendition ORDER BY rendition")
    .bind(recording)
    .all(on)
    .await?;
    let lines = |name: &str| name.strip_suffix('p').and_then(|it| it.parse::<u32>().ok());
    sizes.sort_by_key(|it| match (it.rendition.as_str(), lines(&it.rendition)) {
        ("source", _) => (0, 0),
        (_, Some(lines)) => (1, u32::MAX - lines),
        ("sound", _) => (2, 0),
        _ => (3, 0),
    });
    Ok(sizes)
}

/// The number of the newest segment of each rendition that is kept.
pub async fn newest_kept(
    on: &impl Connection,
    recording: RecordingId,
) -> Result<BTreeMap<String, i64>> {
    let sizes = sizes(on, recording).await?;
    Ok(sizes.into_iter().map(|it| (it.rendition, it.newest)).collect())
}
