use accounts::policy::{self, Action};
use base::{Actor, NoteId};
use store::{Tx, sql};

use super::Anchor;
use super::allowed::{allowed, changed};
use super::write::check_places;
use crate::Result;
use crate::article;

/// Says where the words of a note stand now. Yjs has no notion of a paragraph that is divided: what
/// comes after the cut is new to it, and only who made the cut knows what it was. So whoever may
/// change the words may say where they went; what the note was about stays as it was written.
///
/// As what is written in the document itself, this is no fact of the log.
pub async fn place(tx: &mut Tx, actor: &Actor, note: NoteId, anchor: &Anchor) -> Result<()> {
    let (known, article) = allowed(tx, actor, note).await?;
    policy::check_on(actor, Action::WriteArticle, &article::object(tx, &article).await?)?;
    check_places(anchor)?;
    let Anchor { epoch, start, end, .. } = anchor;
    if (known.anchor.epoch, &known.anchor.start, &known.anchor.end) == (*epoch, start, end) {
        return Ok(());
    }
    sql("UPDATE notes SET epoch = ?, anchor_start = ?, anchor_end = ? WHERE id = ?")
        .bind(*epoch)
        .bind(start.as_str())
        .bind(end.as_str())
        .bind(note)
        .run(tx)
        .await?;
    changed(tx, &article).await
}
