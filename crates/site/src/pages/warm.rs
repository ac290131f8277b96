//! Rendering pages again that an event has made the cache forget.

use std::sync::OnceLock;

use axum::http::Uri;
use projections::page_cache::Warm;
use publish::article::Page;

use super::section::Place;
use super::{author, feeds, front, live, meeting, path, programme, robots, sitemaps};
use crate::App;

/// Renders forgotten pages before anybody asks. Made before the [`App`] that it renders with, since
/// the page cache is a part of it.
#[derive(Default)]
pub struct Warmer(OnceLock<App>);

impl Warmer {
    /// Gives it what to render with; until then it does nothing.
    pub fn begin(&self, app: App) {
        // A second time would name the same app.
        let _ = self.0.set(app);
    }
}

impl Warm for Warmer {
    fn warm(&self, key: &str) {
        // Site maps are long, and asked for by few: they are rendered when somebody asks.
        if key.starts_with("/sitemaps/") || key.starts_with("/news-sitemap.xml") {
            return;
        }
        // Hardly anybody looks at what one commenter says, and it changes with each who speaks.
        if key.starts_with("/commenters/") {
            return;
        }
        let Some(app) = self.0.get().cloned() else { return };
        let key = key.to_owned();
        tokio::spawn(async move {
            let rendered = app.0.pages.get_or_render(&key, || render(&app, &key)).await;
            match rendered {
                Ok((page, _)) => {
                    // Most readers ask for one of these.
                    tokio::task::spawn_blocking(move || (page.gzip().len(), page.brotli().len()));
                }
                Err(error) => tracing::warn!("{key} could not be rendered in advance: {error}"),
            }
        });
    }
}

/// Renders what the route of this address renders.
async fn render(app: &App, key: &str) -> super::Result<projections::page_cache::Rendered> {
    let uri: Uri = key.parse().unwrap_or_default();
    let place = Place::parse(uri.query()).unwrap_or(Place(Page::First));
    let path = uri.path();
    if let Some(slug) = path.strip_prefix("/authors/") {
        return author::find(app, slug, place).await;
    }
    if let Some(id) = path.strip_prefix("/programmes/") {
        return programme::find(app, id).await;
    }
    if let Some(id) = path.strip_prefix(meeting::LIST).filter(|id| !id.is_empty()) {
        return meeting::find(app, id).await;
    }
    if let Some(file) = path.strip_prefix("/feeds/") {
        return feeds::of_site(app, file).await;
    }
    match path {
        "/" => front::render(app).await,
        "/live" => live::render(app, false).await,
        "/live/embed" => live::render_embed(app).await,
        "/live/audio" => live::render(app, true).await,
        "/live/schedule.ics" => live::render_schedule(app).await,
        meeting::LIST => meeting::render_list(app).await,
        "/sitemap.xml" => sitemaps::index(app).await,
        "/robots.txt" => robots::render(app).await,
        _ => path::find(app, path, place).await,
    }
}
