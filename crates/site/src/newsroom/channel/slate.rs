//! What viewers are shown instead of the source.

use base::{Day, PhotoId};
use broadcast::BroadcastError;
use broadcast::channel::{self, Channel};
use media_io::studio::Studio;
use publish::photo::{self, Photo, Wanted, Which};
use serde::Serialize;

use super::form::Form;
use super::{Typed, finish};
use crate::App;
use crate::newsroom::page::Answer;
use crate::newsroom::trouble::Trouble;

/// So many of the newest photos are offered.
const OFFERED: i64 = 40;

/// What the page shows of the slate.
#[derive(Serialize)]
pub(super) struct Slate {
    /// Whether a producer has it shown.
    shown: bool,
    /// The photo that it shows.
    photo: String,
    photos: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    id: String,
    caption: String,
}

impl Slate {
    pub(super) async fn of(app: &App, channel: &Channel, today: Day) -> Result<Self, Trouble> {
        let wanted = Wanted { text: "", which: Which::All, today, before: None };
        let mut all = photo::find(app.store(), wanted, OFFERED).await?;
        let chosen: Vec<PhotoId> = channel.slate_photo.into_iter().collect();
        if !all.iter().any(|photo| chosen.contains(&photo.id)) {
            all.extend(photo::by_ids(app.store(), &chosen).await?.into_values());
        }
        let choice = |it: Photo| Choice {
            caption: if it.caption.is_empty() { it.id.to_string() } else { it.caption },
            id: it.id.to_string(),
        };
        Ok(Self {
            shown: channel.slate_since.is_some(),
            photo: channel.slate_photo.map(|id| id.to_string()).unwrap_or_default(),
            photos: all.into_iter().map(choice).collect(),
        })
    }
}

/// `POST /newsroom/channel/slate`: shows it, or takes it off, as the button says.
pub(in crate::newsroom) async fn put(form: Form) -> Answer {
    let done = async {
        let (mut tx, channel) = form.begin().await?;
        match form.fields.text("step") {
            "hide" => channel::hide_slate(&mut tx, form.actor(), channel, form.now()).await?,
            _ => channel::show_slate(&mut tx, form.actor(), channel, form.now()).await?,
        }
        Ok(tx.commit().await?)
    };
    let done = done.await;
    form.app.studio().map(Studio::look);
    finish(&form, done, Typed::default()).await
}

/// `POST /newsroom/channel/slate/still`
pub(in crate::newsroom) async fn choose(form: Form) -> Answer {
    let done = async {
        let photo: Option<PhotoId> = match form.fields.trimmed("photo") {
            "" => None,
            id => Some(id.parse().map_err(|_| BroadcastError::Unknown("photo"))?),
        };
        let (mut tx, channel) = form.begin().await?;
        if let Some(id) = photo {
            let known = photo::by_ids(&tx, &[id]).await?;
            known.get(&id).ok_or(BroadcastError::Unknown("photo"))?;
        }
        channel::choose_still(&mut tx, form.actor(), channel, photo, form.now()).await?;
        Ok(tx.commit().await?)
    };
    let done = done.await;
    form.app.studio().map(Studio::look);
    finish(&form, done, Typed::default()).await
}
