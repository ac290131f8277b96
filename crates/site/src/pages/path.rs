//! Whatever is at an address that no route names: a section, its feeds, or an article.

use axum::extract::{RawQuery, State};
use axum::http::{Method, Uri};
use axum::response::Response;
use projections::page_cache::{Rendered, Tag};
use publish::article::{self, Found};
use publish::section::Section;

use super::answer::{Answer, cached};
use super::section::Place;
use super::shell::Shell;
use super::{Result, article as article_page, feeds, missing, moved, section};
use crate::App;

pub(crate) async fn at_path(
    State(app): State<App>,
    method: Method,
    uri: Uri,
    RawQuery(query): RawQuery,
    answer: Answer,
) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return super::answer::method_not_allowed();
    }
    let path = uri.path();
    // A query that no page links to, such as a campaign's, makes no page of its own.
    let place = Place::parse(query.as_deref()).filter(|_| path.ends_with('/'));
    let place = place.unwrap_or(Place(article::Page::First));
    let key = format!("{path}{}", place.query());
    cached(&app, answer, &key, || find(&app, path, place)).await
}

pub(super) async fn find(app: &App, path: &str, place: Place) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    if let Some(section) = path.strip_suffix('/') {
        if let Some(section) = section_at(&shell, section) {
            return section::render(app, &shell, section, place).await;
        }
        return without_slash(app, section).await;
    }
    if let Some((section, file)) = path.rsplit_once("/feeds/")
        && let Some(section) = section_at(&shell, section)
    {
        return feeds::of_section(app, &shell, section, file).await;
    }
    if section_at(&shell, path).is_some() {
        return Ok(moved(format!("{path}/"), vec![Tag::Site]));
    }
    match article::find(app.store(), path).await? {
        Some(Found::Published(id)) => article_page::render(app, &shell, id).await,
        Some(Found::Moved(to)) => Ok(moved(to.clone(), vec![Tag::Site, Tag::Address(to)])),
        Some(Found::Withdrawn { article, note }) => {
            missing::gone(app, None, note, vec![Tag::Article(article)]).await
        }
        None => missing::not_found_until(app, article_page::awaited(path)).await,
    }
}

/// The section whose path this is, after exactly one slash.
fn section_at<'a>(shell: &'a Shell, path: &str) -> Option<&'a Section> {
    shell.sections.by_path(path.strip_prefix('/')?)
}

/// An article's address bears no slash at its end; who adds one is sent on.
async fn without_slash(app: &App, path: &str) -> Result<Rendered> {
    match article::find(app.store(), path).await? {
        Some(Found::Published(_)) => {
            Ok(moved(path.to_owned(), vec![Tag::Site, Tag::Address(path.to_owned())]))
        }
        Some(Found::Moved(to)) => Ok(moved(to.clone(), vec![Tag::Site, Tag::Address(to)])),
        Some(Found::Withdrawn { article, note }) => {
            missing::gone(app, None, note, vec![Tag::Article(article)]).await
        }
        None => missing::not_found_until(app, article_page::awaited(path)).await,
    }
}
