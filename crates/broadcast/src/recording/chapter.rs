use base::{Actor, RecordingId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use super::{Piece, by_id};
use crate::{BroadcastError, Result, produces};

const TITLE_MAX: usize = 200;
const CHAPTERS_MAX: usize = 200;
/// The longest that a programme can be.
const AT_MAX: i64 = 7 * 86_400_000;

/// A place in a recording that has a name.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Chapter {
    /// Where it begins.
    pub at: i64,
    /// As viewers read it.
    pub title: String,
}

/// The chapters of a recording, from its beginning on.
pub async fn chapters(on: &impl Connection, recording: RecordingId) -> Result<Vec<Chapter>> {
    Ok(sql("SELECT at, title FROM chapters WHERE recording_id = ? ORDER BY at")
        .bind(recording)
        .all(on)
        .await?)
}

/// Names a place; one that has a name gets another.
pub async fn mark(
    tx: &mut Tx,
    actor: &Actor,
    recording: RecordingId,
    chapter: &Chapter,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let title = chapter.title.trim();
    let refused = |why: String| Err(BroadcastError::Invalid(why));
    if title.is_empty() || title.chars().count() > TITLE_MAX || title.contains(char::is_control) {
        return refused(format!("A chapter's title has 1 to {TITLE_MAX} characters on one line."));
    }
    if !(0..=AT_MAX).contains(&chapter.at) {
        return refused("This time is not in the recording. Write it as 1:02:03 or 2:03.".into());
    }
    let known = by_id(tx, recording).await?.ok_or(BroadcastError::Unknown("recording"))?;
    if chapters(tx, recording).await?.len() >= CHAPTERS_MAX {
        return refused(format!("A recording has {CHAPTERS_MAX} chapters at most."));
    }
    sql("INSERT INTO chapters (recording_id, at, title) VALUES (?, ?, ?)
         ON CONFLICT (recording_id, at) DO UPDATE SET title = excluded.title")
    .bind(recording)
    .bind(chapter.at)
    .bind(title)
    .run(tx)
    .await?;
    let programme = known.programme_id;
    tx.append(actor, &Event::ChaptersMarked { programme, recording }, now).await?;
    Ok(())
}

/// Names what is on air at this moment.
pub async fn mark_now(
    tx: &mut Tx,
    actor: &Actor,
    recording: RecordingId,
    title: &str,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let known = by_id(tx, recording).await?.ok_or(BroadcastError::Unknown("recording"))?;
    if known.ended_at.is_some() {
        return Err(BroadcastError::Invalid(
            "This recording is over. Say at which time the chapter begins.".into(),
        ));
    }
    let at = position(tx, recording, known.began_at, now).await?;
    mark(tx, actor, recording, &Chapter { at, title: title.to_owned() }, now).await
}

/// Takes a chapter away.
pub async fn unmark(
    tx: &mut Tx,
    actor: &Actor,
    recording: RecordingId,
    at: i64,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let known = by_id(tx, recording).await?.ok_or(BroadcastError::Unknown("recording"))?;
    sql("DELETE FROM chapters WHERE recording_id = ? AND at = ?")
        .bind(recording)
        .bind(at)
        .run(tx)
        .await?;
    let programme = known.programme_id;
    tx.append(actor, &Event::ChaptersMarked { programme, recording }, now).await?;
    Ok(())
}

/// Where in the recording that is which is on air now: behind all that is kept, as far as that is ago.
async fn position(
    tx: &Tx,
    recording: RecordingId,
    began_at: Timestamp,
    now: Timestamp,
) -> Result<i64> {
    let pieces = super::queries::leading(tx, recording).await?;
    let ago = |from| i64::try_from(now.since(from).as_millis()).unwrap_or(i64::MAX);
    let Some(last) = pieces.last() else { return Ok(ago(began_at)) };
    let before: i64 = pieces.iter().map(Piece::milliseconds).sum();
    Ok(before + ago(last.ended_at()))
}
