//! RSS, Atom and JSON feeds of the site and of each section.

use axum::extract::{Path, State};
use axum::response::Response;
use projections::page_cache::{Rendered, Tag};
use publish::article::{self, Page, Teaser};
use publish::section::Section;

use super::answer::{Answer, cached};
use super::article::Parts;
use super::entry::Full;
use super::related::RelatedStories;
use super::shell::Shell;
use super::{Result, missing};
use crate::App;
use crate::syndication::{Entry, Feed, FeedContent, atom, json_feed, rss};

const ENTRIES: i64 = 30;

pub(crate) async fn site_feed(
    State(app): State<App>,
    Path(file): Path<String>,
    answer: Answer,
) -> Response {
    if writer(&file).is_none() {
        return missing::never_here(&app).await;
    }
    let key = format!("/feeds/{file}");
    cached(&app, answer, &key, || of_site(&app, &file)).await
}

pub(super) async fn of_site(app: &App, file: &str) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let newest = article::teasers_newest(app.store(), ENTRIES).await?;
    let title = shell.site.name.clone();
    render(app, &shell, file, title, "/", &newest, vec![Tag::Newest]).await
}

pub(super) async fn of_section(
    app: &App,
    shell: &Shell,
    section: &Section,
    file: &str,
) -> Result<Rendered> {
    let newest = article::teasers_in(app.store(), section.id, Page::First, ENTRIES).await?;
    let title = format!("{}: {}", shell.site.name, section.name);
    let tags = vec![Tag::Section(section.id)];
    render(app, shell, file, title, &section.address(), &newest, tags).await
}

async fn render(
    app: &App,
    shell: &Shell,
    file: &str,
    title: String,
    page: &str,
    newest: &[Teaser],
    mut tags: Vec<Tag>,
) -> Result<Rendered> {
    let Some((write, content_type)) = writer(file) else { return missing::not_found(app).await };
    let entries = entries(app, shell, newest, &mut tags).await?;
    let modified = entries.iter().map(Entry::modified).max();
    let body = write(&Feed {
        publication: &shell.publication,
        title,
        description: shell.site.description.clone(),
        page: page.to_owned(),
        address: format!("{page}feeds/{file}"),
        hub: None,
        content: FeedContent::Full,
        entries: &entries,
    });
    tags.push(Tag::Site);
    Ok(Rendered { status: 200, content_type, body: body.into(), modified, location: None, tags })
}

type Writer = fn(&Feed<'_>) -> String;

/// What writes the feed of this name, and its media type.
fn writer(file: &str) -> Option<(Writer, &'static str)> {
    match file {
        "rss.xml" => Some((rss::write, rss::CONTENT_TYPE)),
        "atom.xml" => Some((atom::write, atom::CONTENT_TYPE)),
        "feed.json" => Some((json_feed::write, json_feed::CONTENT_TYPE)),
        _ => None,
    }
}

/// Articles with their whole bodies.
async fn entries(
    app: &App,
    shell: &Shell,
    teasers: &[Teaser],
    tags: &mut Vec<Tag>,
) -> Result<Vec<Entry>> {
    let mut entries = Vec::with_capacity(teasers.len());
    for teaser in teasers {
        let Some(full) = Full::load(app, teaser.id).await? else { continue };
        tags.extend(full.tags());
        let content = &full.published.revision.content;
        let related = RelatedStories::load(app, &content.body, &[], tags).await?;
        let labels = app.0.templates.words().labels(&content.language, &shell.site.language)?;
        let parts = Parts { pictures: &full.pictures, related: &related, labels, second: None };
        let html = content.body.to_html(&parts);
        let label = shell.kind(app, &content.language, content.kind)?;
        entries.push(full.entry(shell, label, html));
    }
    Ok(entries)
}
