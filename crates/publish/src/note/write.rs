use accounts::policy::Action;
use base::{Actor, ArticleId, NoteId, Timestamp};
use store::{Event, Tx, sql};

use super::allowed::{author, changed, say};
use super::{Anchor, Text, of};
use crate::article;
use crate::{PublishError, Result};

const PLACE_BYTES_MAX: usize = 500;
const QUOTE_LENGTH_MAX: usize = 1_000;

/// Begins a note about some words of an article.
///
/// The same, said once more at the same place, is the note that there is: a browser that was not
/// answered sends again.
pub async fn write(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    anchor: &Anchor,
    text: &Text,
    now: Timestamp,
) -> Result<NoteId> {
    let known = article::allowed(tx, actor, Action::LeaveNote, article).await?;
    let by = author(actor)?;
    check_places(anchor)?;
    let quote = anchor.quote.trim();
    if quote.is_empty() || quote.chars().count() > QUOTE_LENGTH_MAX || quote.contains('\0') {
        return Err(PublishError::Invalid(
            "A note is about 1 to 1,000 letters of the story. Select them, and write it anew."
                .into(),
        ));
    }
    let said_before = of(tx, article).await?.into_iter().find(|note| {
        let first = note.messages.first();
        note.person == by
            && note.anchor == *anchor
            && note.resolved.is_none()
            && first.is_some_and(|first| first.text == *text)
    });
    if let Some(note) = said_before {
        return Ok(note.id);
    }
    let note: NoteId = tx.new_id(now);
    sql(
        "INSERT INTO notes (id, article_id, person_id, created_at, epoch, anchor_start, anchor_end,
           quote, resolved_at, resolved_by)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
    )
    .bind(note)
    .bind(article)
    .bind(by)
    .bind(now)
    .bind(anchor.epoch)
    .bind(anchor.start.as_str())
    .bind(anchor.end.as_str())
    .bind(quote)
    .run(tx)
    .await?;
    say(tx, (note, &known), by, text, now).await?;
    changed(tx, &known).await?;
    tx.append(actor, &Event::NoteWritten { article, note }, now).await?;
    Ok(note)
}

/// Whether the places could be places. Only a browser can find them, and one that does not shows
/// the quotation alone.
pub(super) fn check_places(anchor: &Anchor) -> Result<()> {
    for place in [&anchor.start, &anchor.end] {
        let json = serde_json::from_str::<serde_json::Value>(place);
        if place.len() > PLACE_BYTES_MAX || !json.is_ok_and(|json| json.is_object()) {
            return Err(PublishError::Invalid(
                "The browser sent a note without a place. Load the page again.".into(),
            ));
        }
    }
    Ok(())
}
