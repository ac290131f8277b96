//! `/live` and `/live/audio`: the channel, what is on and what is to come.

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

/// What shows the channel in a page of another site.
fn snippet(shell: &Shell) -> String {
    let title = shell.site.name.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<iframe src=\"{}\" title=\"{title}\" width=\"640\" height=\"460\" style=\"border:0\" \
         allow=\"autoplay; fullscreen; picture-in-picture\" loading=\"lazy\"></iframe>",
        shell.publication.absolute("/live/embed"),
    )
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
        embed: snippet(&shell),
        on_now: on_now.map(entry),
        to_come: to_come.into_iter().map(entry).collect(),
        story,
        discussion,
        past: seen_again,
    };
    shell.render(app, 200, page, tags)
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
