//! Which recording leads a story.

use base::{RecordingId, Timestamp};
use broadcast::channel::{self, MAIN};
use broadcast::{programme, recording};
use serde::Serialize;
use store::Tx;

use super::trouble::Trouble;
use crate::App;

/// A recording that readers can see.
#[derive(Serialize)]
pub(super) struct Choice {
    id: String,
    title: String,
    at: Timestamp,
}

/// All that can be chosen, the newest first.
pub(super) async fn choices(app: &App) -> Result<Vec<Choice>, Trouble> {
    let store = app.store();
    let Some(channel) = channel::by_slug(store, MAIN).await? else { return Ok(Vec::new()) };
    let mut choices = Vec::new();
    for it in recording::published(store, channel.id).await? {
        let of = programme::by_id(store, it.programme_id).await?;
        let title = of.map(|of| of.title).unwrap_or_default();
        choices.push(Choice { id: it.id.to_string(), title, at: it.began_at });
    }
    Ok(choices)
}

/// What a form says; empty for none.
pub(super) async fn chosen(tx: &Tx, text: &str) -> Result<Option<RecordingId>, Trouble> {
    if text.is_empty() {
        return Ok(None);
    }
    let unknown = || Trouble::invalid("This recording is not published, or not there any more.");
    let id: RecordingId = text.parse().map_err(|_| unknown())?;
    let known = recording::by_id(tx, id).await?.filter(|it| it.published_at.is_some());
    Ok(Some(known.ok_or_else(unknown)?.id))
}
