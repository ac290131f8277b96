//! Where somebody types what is said, line by line, while the channel is on air.

use accounts::policy::{self, Action};
use axum::extract::{RawQuery, State};
use base::Timestamp;
use broadcast::BroadcastError;
use broadcast::captions::{self, Caption, WriteCaption, language_name};
use broadcast::channel::{self, Channel};
use serde::Serialize;

use super::forms::Posted;
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use crate::App;

const HERE: &str = "/newsroom/captions";
/// Lines that are shown to who writes the next.
const SHOWN: i64 = 12;

#[derive(Serialize)]
struct CaptionsPage {
    on_air_since: Option<Timestamp>,
    languages: Vec<Language>,
    /// The newest first.
    written: Vec<Line>,
    /// What could not be taken, to be mended.
    typed: String,
    may_broadcast: bool,
}

#[derive(Serialize)]
struct Language {
    tag: String,
    name: String,
    chosen: bool,
}

#[derive(Serialize)]
struct Line {
    language: String,
    text: String,
    at: Timestamp,
}

impl View for CaptionsPage {
    const TEMPLATE: &'static str = "captions.html";
}

/// `GET /newsroom/captions?language=…`
pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    RawQuery(query): RawQuery,
) -> Answer {
    policy::check(staff.actor(), Action::Caption)?;
    let query = query.unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let chosen = pairs.find(|(name, _)| name == "language").map(|(_, tag)| tag.into_owned());
    frame.show(&page(&app, &staff, chosen.as_deref(), "").await?)
}

/// `POST /newsroom/captions`: a line.
pub(super) async fn write(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::Caption)?;
    let (language, text) = (fields.trimmed("language"), fields.trimmed("text"));
    let done: Result<(), BroadcastError> = async {
        let mut tx = app.store().begin().await?;
        let channel = channel::main(&mut tx, app.now()).await?.id;
        let command = WriteCaption { language, text, at: None, lasts: None };
        captions::write(&mut tx, staff.actor(), channel, command, app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    match done.map_err(Trouble::from) {
        Ok(()) => {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("language", language);
            go(&format!("{HERE}?{}", query.finish()))
        }
        Err(trouble) => frame.refuse(&page(&app, &staff, Some(language), text).await?, &trouble),
    }
}

async fn page(
    app: &App,
    staff: &Staff,
    chosen: Option<&str>,
    typed: &str,
) -> Result<CaptionsPage, Trouble> {
    let mut tx = app.store().begin().await?;
    let Channel { id, on_air_since, .. } = channel::main(&mut tx, app.now()).await?;
    tx.commit().await?;
    let settings = captions::settings(app.store(), id).await?;
    let written = captions::latest(app.store(), id, SHOWN).await?;
    let language = |tag: String| Language {
        name: language_name(&tag).to_owned(),
        chosen: chosen == Some(tag.as_str()),
        tag,
    };
    let line = |Caption { language, text, starts_at, .. }| Line { language, text, at: starts_at };
    Ok(CaptionsPage {
        on_air_since,
        languages: settings.languages.into_iter().map(language).collect(),
        written: written.into_iter().map(line).collect(),
        typed: typed.to_owned(),
        may_broadcast: policy::check(staff.actor(), Action::Broadcast).is_ok(),
    })
}
