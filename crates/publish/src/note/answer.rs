use base::{Actor, MessageId, NoteId, Timestamp};
use store::{Event, Tx};

use super::Text;
use super::allowed::{allowed, author, changed, say};
use super::resolve::open_again;
use super::see::seen;
use crate::Result;

/// Says something more in a note. One that was done with is open again: there is more to say.
///
/// The same, said twice in a row by the same person, is said once: a browser that was not answered
/// sends again.
pub async fn answer(
    tx: &mut Tx,
    actor: &Actor,
    note: NoteId,
    text: &Text,
    now: Timestamp,
) -> Result<MessageId> {
    let (known, article) = allowed(tx, actor, note).await?;
    let by = author(actor)?;
    let last = known.messages.last().filter(|last| last.person == by && last.text == *text);
    if let Some(last) = last {
        return Ok(last.id);
    }
    let message = say(tx, (note, &article), by, text, now).await?;
    seen(tx, by, note, now).await?;
    changed(tx, &article).await?;
    let article = article.id;
    tx.append(actor, &Event::NoteAnswered { article, note, message }, now).await?;
    if known.resolved.is_some() {
        open_again(tx, actor, &known, now).await?;
    }
    Ok(message)
}
