use base::{Actor, RecordingId, Timestamp};
use store::{Connection, Event, Tx, sql};

use super::publish::finished;
use super::queries::{leading, sizes};
use super::{Piece, Recording};
use crate::{BroadcastError, Result, produces};

/// Positions from … to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub from: i64,
    /// Where it ends.
    pub to: i64,
}

/// Says what of a recording readers see. It is cut between segments, so that it begins with a key
/// frame: at the beginning of the one in which `from` is, and at the end of the one in which `to` is.
/// The rest is kept. `None` gives all of it back.
pub async fn trim(
    tx: &mut Tx,
    actor: &Actor,
    recording: RecordingId,
    wanted: Option<Span>,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let known = finished(tx, recording).await?;
    let cut = match wanted {
        None => None,
        Some(Span { from, to }) if from >= to || from < 0 => {
            return Err(BroadcastError::Invalid(format!(
                "What is shown ends after it begins, and {} is not after {}. Look at both times.",
                clock(to),
                clock(from)
            )));
        }
        Some(Span { from, to }) => {
            let pieces = leading(tx, recording).await?;
            let bounds = bounds(&pieces);
            let length = bounds.last().map_or(0, |last| last.to);
            let first = bounds.iter().position(|it| it.to > from).ok_or_else(|| {
                BroadcastError::Invalid(format!(
                    "The recording is {} long. Begin earlier.",
                    clock(length)
                ))
            })?;
            let last = bounds.iter().position(|it| it.to >= to).unwrap_or(bounds.len() - 1);
            let span = Span { from: bounds[first].from, to: bounds[last].to };
            let ends = pieces[last].starts + pieces[last].ticks();
            Some((span, Span { from: pieces[first].starts, to: ends }))
        }
    };
    let (cut, shown) = cut.unzip();
    sql("UPDATE recordings SET trim_from = ?, trim_to = ?, shown_from = ?, shown_to = ?
         WHERE id = ?")
    .bind(cut.map(|it| it.from))
    .bind(cut.map(|it| it.to))
    .bind(shown.map(|it| it.from))
    .bind(shown.map(|it| it.to))
    .bind(recording)
    .run(tx)
    .await?;
    let programme = known.programme_id;
    tx.append(actor, &Event::RecordingTrimmed { programme, recording }, now).await?;
    Ok(())
}

/// What of a recording readers see.
pub async fn span(on: &impl Connection, recording: &Recording) -> Result<Span> {
    if let (Some(from), Some(to)) = (recording.trim_from, recording.trim_to) {
        return Ok(Span { from, to });
    }
    whole(on, recording.id).await
}

/// All of a recording, whatever readers see of it.
pub async fn whole(on: &impl Connection, recording: RecordingId) -> Result<Span> {
    let sizes = sizes(on, recording).await?;
    Ok(Span { from: 0, to: sizes.first().map_or(0, |it| it.milliseconds) })
}

/// Where each piece is.
fn bounds(pieces: &[Piece]) -> Vec<Span> {
    let mut at = 0;
    let mut span = |it: &Piece| {
        let from = at;
        at += it.milliseconds();
        Span { from, to: at }
    };
    pieces.iter().map(&mut span).collect()
}

fn clock(milliseconds: i64) -> String {
    let seconds = milliseconds / 1000;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
