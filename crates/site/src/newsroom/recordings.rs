//! A recording, for those who decide what readers see of it.

use accounts::policy::{self, Action};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base::{ChannelId, RecordingId, Timestamp};
use broadcast::BroadcastError;
use broadcast::programme;
use broadcast::recording::{self, Chapter, Recording, Span};
use serde::Serialize;

use super::forms::{Fields, Posted};
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use crate::App;
use crate::recordings::{Viewer, answer};
use crate::view::clock;

/// A recording in a list.
#[derive(Serialize)]
pub(super) struct RecordingRow {
    id: String,
    title: String,
    pub(super) state: &'static str,
    began_at: Timestamp,
    length: String,
    size: String,
}

#[derive(Serialize)]
struct RecordingPage {
    title: String,
    row: RecordingRow,
    /// Whether there is anything to be seen.
    plays: bool,
    poster: bool,
    /// Where readers see it, if they do.
    public: Option<String>,
    chapters: Vec<ChapterRow>,
    from: String,
    to: String,
    trimmed: bool,
    /// What was typed about a chapter and could not be taken.
    typed: Typed,
}

#[derive(Serialize)]
struct ChapterRow {
    at: i64,
    clock: String,
    title: String,
}

#[derive(Default, Serialize)]
struct Typed {
    title: String,
    at: String,
}

impl View for RecordingPage {
    const TEMPLATE: &'static str = "recording.html";
}

/// What is kept of a channel's programmes, the newest first.
pub(super) async fn rows(app: &App, channel: ChannelId) -> Result<Vec<RecordingRow>, Trouble> {
    let mut rows = Vec::new();
    for it in recording::recent(app.store(), channel).await? {
        rows.push(row(app, &it).await?);
    }
    Ok(rows)
}

/// `GET /newsroom/recordings/{id}`
pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<RecordingId>,
) -> Answer {
    policy::check(staff.actor(), Action::Broadcast)?;
    frame.show(&page(&app, id).await?)
}

/// `GET /newsroom/recordings/{id}/{file}`: all of it, whatever readers see.
pub(super) async fn file(
    State(app): State<App>,
    staff: Staff,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    policy::check(staff.actor(), Action::Broadcast)?;
    Ok(answer(&app, Viewer::Newsroom, &id, &file, &headers).await)
}

/// `POST /newsroom/recordings/{id}`: does what the button says.
pub(super) async fn change(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<RecordingId>,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::Broadcast)?;
    match act(&app, &staff, id, &fields).await {
        Ok(()) if fields.text("step") == "delete" => go("/newsroom/channel"),
        Ok(()) => go(&format!("/newsroom/recordings/{id}")),
        Err(trouble) => {
            let text = |name| fields.text(name).to_owned();
            let typed = Typed { title: text("title"), at: text("at") };
            let page = page(&app, id).await?;
            frame.refuse(&RecordingPage { typed, ..page }, &trouble)
        }
    }
}

async fn act(app: &App, staff: &Staff, id: RecordingId, fields: &Fields) -> Result<(), Trouble> {
    let mut tx = app.store().begin().await?;
    let (actor, now) = (staff.actor(), app.now());
    let title = fields.trimmed("title");
    let was = || fields.text("was").parse::<i64>().unwrap_or(-1);
    match fields.text("step") {
        "now" => recording::mark_now(&mut tx, actor, id, title, now).await?,
        "mark" => {
            let chapter = Chapter { at: position(fields.text("at"))?, title: title.to_owned() };
            recording::mark(&mut tx, actor, id, &chapter, now).await?;
        }
        "move" => {
            let mut at = position(fields.text("at"))?;
            // What is shown has whole seconds: a time that nobody changed stays as exact as it was.
            if clock(was()) == fields.trimmed("at") {
                at = was();
            }
            recording::unmark(&mut tx, actor, id, was(), now).await?;
            let chapter = Chapter { at, title: title.to_owned() };
            recording::mark(&mut tx, actor, id, &chapter, now).await?;
        }
        "unmark" => recording::unmark(&mut tx, actor, id, was(), now).await?,
        "trim" => {
            let span =
                Span { from: position(fields.text("from"))?, to: position(fields.text("to"))? };
            recording::trim(&mut tx, actor, id, Some(span), now).await?;
        }
        "untrim" => recording::trim(&mut tx, actor, id, None, now).await?,
        "publish" => recording::publish(&mut tx, actor, id, now).await?,
        "unpublish" => recording::unpublish(&mut tx, actor, id, now).await?,
        "end" => recording::end(&mut tx, actor, id, now).await?,
        "delete" if fields.text("sure") == "yes" => {
            recording::delete(&mut tx, actor, id, now).await?;
        }
        "delete" => {
            return Err(Trouble::invalid(
                "A deleted recording is gone for good. Say that you want it.",
            ));
        }
        _ => return Err(Trouble::invalid("This page cannot do that. Load it again.")),
    }
    Ok(tx.commit().await?)
}

async fn page(app: &App, id: RecordingId) -> Result<RecordingPage, Trouble> {
    let recording = recording::by_id(app.store(), id).await?;
    let recording = recording.ok_or(BroadcastError::Unknown("recording"))?;
    let row = row(app, &recording).await?;
    let chapters = recording::chapters(app.store(), id).await?;
    let span = recording::span(app.store(), &recording).await?;
    let all = recording::sizes(app.store(), id).await?;
    Ok(RecordingPage {
        title: row.title.clone(),
        plays: !all.is_empty(),
        poster: recording.poster,
        public: recording.published_at.map(|_| format!("/programmes/{}", recording.programme_id)),
        chapters: chapters
            .into_iter()
            .map(|it| ChapterRow { at: it.at, clock: clock(it.at), title: it.title })
            .collect(),
        from: clock(span.from),
        // Rounded down it would be within the last segment that is shown, and so mean the same.
        to: clock(span.to),
        trimmed: recording.trim_from.is_some(),
        typed: Typed::default(),
        row,
    })
}

async fn row(app: &App, recording: &Recording) -> Result<RecordingRow, Trouble> {
    let sizes = recording::sizes(app.store(), recording.id).await?;
    let of = programme::by_id(app.store(), recording.programme_id).await?;
    let bytes: i64 = sizes.iter().map(|it| it.bytes).sum();
    let (whole, tenths) = (bytes / 1_000_000, bytes / 100_000 % 10);
    Ok(RecordingRow {
        id: recording.id.to_string(),
        title: of.map(|it| it.title).unwrap_or_default(),
        state: recording.state().name(),
        began_at: recording.began_at,
        length: clock(sizes.first().map_or(0, |it| it.milliseconds)),
        size: format!("{whole}.{tenths} MB"),
    })
}

/// Milliseconds of what is written like `1:02:03` or `2:03.5`.
fn position(text: &str) -> Result<i64, Trouble> {
    let wrong = || Trouble::invalid(format!("{text:?} is no time. Write it as 1:02:03 or 2:03."));
    let (clock, rest) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let mut seconds = 0_i64;
    let mut parts = 0;
    for part in clock.split(':') {
        let number = part.parse::<u32>().map_err(|_| wrong())?;
        parts += 1;
        if parts > 3 || (parts > 1 && number >= 60) {
            return Err(wrong());
        }
        seconds = seconds * 60 + i64::from(number);
    }
    if !rest.bytes().all(|it| it.is_ascii_digit()) || rest.len() > 3 {
        return Err(wrong());
    }
    Ok(seconds * 1000 + format!("{rest:0<3}").parse::<i64>().map_err(|_| wrong())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expected) in
            [("0", 0), ("2:03", 123_000), (" 1:02:03 ", 3_723_000), ("2:03.5", 123_500)]
        {
            assert_eq!(position(text).ok(), Some(expected), "{text}");
        }
        for text in ["", "x", "1:60", "1:2:3:4", "-1", "1:00.x", "1:00.1234", "1::2"] {
            assert!(position(text).is_err(), "{text}");
        }
    }
}
