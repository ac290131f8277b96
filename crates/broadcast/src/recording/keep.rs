use base::{Actor, RecordingId, Timestamp};
use store::{Event, Tx, sql};

use super::{Piece, by_id, publish};
use crate::programme::{self, Recorded};
use crate::{BroadcastError, Result};

/// Notes segments that the file store has. One that is noted already stays as it is.
pub async fn keep(tx: &mut Tx, recording: RecordingId, pieces: &[Piece]) -> Result<()> {
    for it in pieces {
        sql("INSERT INTO recording_segments (recording_id, rendition, number, name, init, starts,
               units, clock, aired_at, discontinuities, bytes)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (recording_id, rendition, number) DO NOTHING")
        .bind(recording)
        .bind(it.rendition.as_str())
        .bind(it.number)
        .bind(it.name.as_str())
        .bind(it.init.as_str())
        .bind(it.starts)
        .bind(it.units)
        .bind(it.clock)
        .bind(it.aired_at)
        .bind(it.discontinuities)
        .bind(it.bytes)
        .run(tx)
        .await?;
    }
    Ok(())
}

/// The file store has a picture of it.
pub async fn has_poster(tx: &mut Tx, recording: RecordingId) -> Result<()> {
    sql("UPDATE recordings SET poster = TRUE WHERE id = ?").bind(recording).run(tx).await?;
    Ok(())
}

/// All of a recording that has ended is in the file store: it is published, if its programme says so.
/// One of which there is nothing is forgotten.
pub async fn kept(tx: &mut Tx, recording: RecordingId, now: Timestamp) -> Result<()> {
    let known = by_id(tx, recording).await?.ok_or(BroadcastError::Unknown("recording"))?;
    if known.kept_at.is_some() || known.ended_at.is_none() {
        return Ok(());
    }
    let programme = known.programme_id;
    sql("UPDATE recordings SET kept_at = ? WHERE id = ?").bind(now).bind(recording).run(tx).await?;
    let any: Option<i64> =
        sql("SELECT number AS value FROM recording_segments WHERE recording_id = ? LIMIT 1")
            .bind(recording)
            .optional(tx)
            .await?;
    if any.is_none() {
        return super::delete(tx, &Actor::System, recording, now).await;
    }
    let event = Event::RecordingKept { programme, recording };
    tx.append(&Actor::System, &event, now).await?;
    let of = programme::by_id(tx, programme).await?;
    if of.is_some_and(|it| it.recorded() == Recorded::Publish) {
        publish(tx, &Actor::System, recording, now).await?;
    }
    Ok(())
}
