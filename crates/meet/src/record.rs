//! What readers learn of a meeting: before it an advisory, after it the record.

use base::{Actor, MeetingId, PhotoId, Timestamp};
use store::{Connection, Event, Tx, sql};

use crate::meeting::State;
use crate::{MeetError, Result, agenda, doors, hosts, meeting, words};

/// Tells readers of a meeting before it, with a few words, or no longer.
pub async fn advise(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    advisory: &str,
    shown: bool,
    now: Timestamp,
) -> Result<()> {
    hosts(actor)?;
    let known = meeting::known(tx, meeting).await?;
    let since = shown.then(|| known.advised_at.unwrap_or(now));
    sql("UPDATE meetings SET advisory = ?, advised_at = ? WHERE id = ?")
        .bind(words(advisory, "An advisory", usize::from(shown)..=5_000)?)
        .bind(since)
        .bind(meeting)
        .run(tx)
        .await?;
    tx.append(actor, &Event::MeetingAdvised { meeting, shown }, now).await?;
    Ok(())
}

/// Has readers see the record of a meeting that is over, or no longer.
pub async fn publish(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    shown: bool,
    now: Timestamp,
) -> Result<()> {
    hosts(actor)?;
    let known = meeting::known(tx, meeting).await?;
    if shown && known.state() != State::Ended {
        return Err(MeetError::invalid("A record is published once the meeting is over."));
    }
    let since = shown.then(|| known.recorded_at.unwrap_or(now));
    sql("UPDATE meetings SET recorded_at = ? WHERE id = ?")
        .bind(since)
        .bind(meeting)
        .run(tx)
        .await?;
    tx.append(actor, &Event::RecordPublished { meeting, shown }, now).await?;
    Ok(())
}

/// Whether readers may fetch this photo: the record of a meeting shows it.
pub async fn shows_photo(on: &impl Connection, photo: PhotoId) -> Result<bool> {
    let one: Option<i64> = sql("SELECT CAST(1 AS BIGINT) AS value FROM meetings
         WHERE photo_id = ? AND recorded_at IS NOT NULL LIMIT 1")
    .bind(photo)
    .optional(on)
    .await?;
    Ok(one.is_some())
}

/// Takes a meeting onto the record that was held elsewhere: around a table, or in another program. What is
/// on its agenda counts as dealt with.
pub async fn note_held(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    began_at: Timestamp,
    ended_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    hosts(actor)?;
    let known = meeting::known(tx, meeting).await?;
    if known.state() != State::Planned {
        return Err(MeetError::invalid(
            "This meeting has begun here, so its times are what they were.",
        ));
    }
    if ended_at <= began_at || ended_at > now {
        return Err(MeetError::invalid(
            "A meeting that was held ended after it began, and not in the future. Look at both times.",
        ));
    }
    sql("UPDATE meetings SET began_at = ?, ended_at = ?, held_elsewhere = ? WHERE id = ?")
        .bind(began_at)
        .bind(ended_at)
        .bind(true)
        .bind(meeting)
        .run(tx)
        .await?;
    agenda::deal_with_all(tx, meeting).await?;
    doors::forget(tx, meeting).await?;
    tx.append(actor, &Event::MeetingEnded { meeting }, now).await?;
    Ok(())
}
