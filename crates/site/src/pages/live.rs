//! `/live` and `/live/audio`: the channel, what is on and what is to come; also as a calendar, and as
//! a player for pages of other sites.

use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use broadcast::channel::{self, MAIN};
use broadcast::programme::{self, Programme};
use projections::page_cache::{Rendered, Tag};

use super::Result;
use super::answer::{Answer, cached};
use super::discussion::under_a_story;
use super::programme::past;
use super::shell::Shell;
use crate::App;
use crate::syndication::icalendar::{self, Appointment};
use crate::syndication::{oembed, structured_data};
use crate::view::{EmbedPage, LivePage, ScheduleEntry, Streams};

/// `GET /live`
pub(crate) async fn live(State(app): State<App>, answer: Answer) -> Response {
    cached(&app, answer, "/live", || render(&app, false)).await
}

/// `GET /live/audio`
pub(crate) async fn audio(State(app): State<App>, answer: Answer) -> Response {
    cached(&app, answer, "/live/audio", || render(&app, true)).await
}

/// Its key is no address: what is answered without a look at routes has not its headers.
const EMBED: &str = "/live/embed#";

/// `GET /live/embed`: the player alone, which pages of other sites may show in a frame.
pub(crate) async fn embed(State(app): State<App>, answer: Answer) -> Response {
    let mut response = cached(&app, answer, EMBED, || render_embed(&app)).await;
    let policy = app.0.framed_policy.clone();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

pub(super) async fn render_embed(app: &App) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let channel = channel::by_slug(app.store(), MAIN).await?;
    let title = channel.map(|it| it.title).filter(|it| !it.is_empty());
    let on_air = shell.view().channel.clone();
    let headline = on_air.title.or(title).unwrap_or_else(|| shell.site.name.clone());
    let mut head = shell.head(&headline, &shell.site.language, "/live");
    head.robots = Some("noindex".to_owned());
    let page = EmbedPage {
        head,
        headline,
        audio_only: false,
        on_air: on_air.on_air,
        streams: Streams::of(MAIN),
        address: shell.publication.absolute("/live"),
    };
    shell.render(app, 200, page, vec![Tag::Schedule])
}

/// How large the player is in a page of another site, in pixels: a picture of 16 to 9, and the bar.
const WIDTH: u32 = 640;
const BAR: u32 = 100;

/// What shows the channel in a page of another site, within bounds of that.
fn player(shell: &Shell, max: (Option<u32>, Option<u32>)) -> oembed::Player {
    let width = WIDTH.min(max.0.unwrap_or(WIDTH));
    let height = width * 9 / 16 + BAR;
    let height = height.min(max.1.unwrap_or(height));
    let name = shell.site.name.replace('&', "&amp;").replace('"', "&quot;");
    let html = format!(
        "<iframe src=\"{}\" title=\"{name}\" width=\"{width}\" height=\"{height}\" style=\"border:0\" \
         allow=\"autoplay; fullscreen; picture-in-picture\" loading=\"lazy\"></iframe>",
        shell.publication.absolute("/live/embed"),
    );
    let on = shell.view().channel.title.clone();
    oembed::Player { title: on.unwrap_or_else(|| shell.site.name.clone()), html, width, height }
}

/// What oEmbed answers about a page of the channel; nothing about others.
pub(super) fn embedded(shell: &Shell, request: &oembed::Request) -> Option<String> {
    if !["/live", "/live/audio", "/live/embed"].contains(&request.path.as_str()) {
        return None;
    }
    let player = player(shell, (request.max_width, request.max_height));
    Some(oembed::respond_with_player(&shell.publication, player, request.format))
}

const SCHEDULE: &str = "/live/schedule.ics";

/// `GET /live/schedule.ics`: what is on and what is to come, for calendars.
pub(crate) async fn schedule(State(app): State<App>, answer: Answer) -> Response {
    cached(&app, answer, SCHEDULE, || render_schedule(&app)).await
}

pub(super) async fn render_schedule(app: &App) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let mut programmes = Vec::new();
    if let Some(channel) = channel::by_slug(app.store(), MAIN).await? {
        programmes.extend(programme::on_now(app.store(), channel.id).await?);
        programmes.extend(programme::to_come(app.store(), channel.id, app.now()).await?);
    }
    let appointments: Vec<_> =
        programmes.into_iter().map(|it| appointment(app, &shell, it)).collect();
    let body = icalendar::schedule(&shell.site.name, &appointments);
    Ok(Rendered {
        status: 200,
        content_type: "text/calendar; charset=utf-8",
        body: body.into(),
        modified: None,
        location: None,
        tags: vec![Tag::Schedule, Tag::Site],
    })
}

fn appointment(app: &App, shell: &Shell, programme: Programme) -> Appointment {
    let host = shell.publication.public_url.host_str().unwrap_or("tribune");
    let began = programme.began_at.unwrap_or(programme.starts_at);
    Appointment {
        uid: format!("{}@{host}", programme.id),
        sequence: 0,
        organizer: shell.publication.public_url.as_str().trim_end_matches('/').to_owned(),
        title: programme.title,
        description: programme.description,
        url: shell.publication.absolute("/live"),
        zone: "UTC".to_owned(),
        starts_at: began,
        // What goes on for longer than was planned has no end that is known.
        ends_at: programme.ends_at.max(began),
        cancelled: false,
        busy: false,
        written_at: app.now(),
    }
}

pub(super) async fn render(app: &App, audio_only: bool) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let path = if audio_only { "/live/audio" } else { "/live" };
    let (mut on_now, mut to_come, mut called) = (None, Vec::new(), String::new());
    let mut on_air = false;
    let mut seen_again = Vec::new();
    if let Some(channel) = channel::by_slug(app.store(), MAIN).await? {
        on_air = channel.on_air_since.is_some();
        called = channel.title;
        on_now = programme::on_now(app.store(), channel.id).await?;
        to_come = programme::to_come(app.store(), channel.id, app.now()).await?;
        seen_again = past(app, channel.id).await?;
    }
    if called.is_empty() {
        called.clone_from(&shell.site.name);
    }
    let headline = on_now.as_ref().map_or(called, |it| it.title.clone());
    let description = on_now.as_ref().map(|it| it.description.clone()).unwrap_or_default();
    let mut head = shell.head(&headline, &shell.site.language, path);
    head.description.clone_from(&description);
    head.open_graph = shell.card(&head, path, false);
    let links = oembed::discovery(&shell.publication, "/oembed", path, &headline);
    head.oembed = Some(links[0].href.clone());
    head.json_ld.extend(on_now.as_ref().map(|it| broadcast(&shell, it)));
    let mut tags = vec![Tag::Schedule];
    let about = match on_now.as_ref().and_then(|it| it.article_id) {
        Some(story) => under_a_story(app, &shell, story, &mut tags).await?,
        None => None,
    };
    let (story, discussion) = about.map_or((None, None), |(story, said)| (Some(story), said));
    let page = LivePage {
        share: shell.view().share_links(&shell.publication.absolute(path), &headline),
        head,
        headline,
        description,
        on_air,
        audio_only,
        streams: Streams::of(MAIN),
        embed: player(&shell, (None, None)).html,
        calendar: SCHEDULE.to_owned(),
        on_now: on_now.map(entry),
        to_come: to_come.into_iter().map(entry).collect(),
        story,
        discussion,
        past: seen_again,
    };
    shell.render(app, 200, page, tags)
}

/// What is on, as search engines are told.
fn broadcast(shell: &Shell, on: &Programme) -> String {
    let began = on.began_at.unwrap_or(on.starts_at);
    let broadcast = structured_data::Broadcast {
        name: on.title.clone(),
        description: on.description.clone(),
        url: "/live".to_owned(),
        player: "/live/embed".to_owned(),
        picture: shell.view().channel.picture.clone(),
        began,
        ends: on.ends_at.max(began),
        on_air: shell.view().channel.on_air,
    };
    structured_data::broadcast(&shell.publication, &broadcast)
}

fn entry(it: Programme) -> ScheduleEntry {
    ScheduleEntry {
        title: it.title,
        description: it.description,
        at: it.began_at.unwrap_or(it.starts_at),
    }
}

#[cfg(test)]
mod tests;
