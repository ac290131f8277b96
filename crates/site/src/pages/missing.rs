//! Pages that say why there is no other.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use projections::page_cache::{Rendered, Tag};

use super::Result;
use super::shell::Shell;
use crate::App;
use crate::error::PageError;
use crate::view::ErrorPage;

/// 404, for as long as the site stays as it is.
pub(super) async fn not_found(app: &App) -> Result<Rendered> {
    not_found_until(app, Vec::new()).await
}

/// 404 until something with one of `tags` changes.
pub(super) async fn not_found_until(app: &App, tags: Vec<Tag>) -> Result<Rendered> {
    error(app, 404, None, None, tags).await
}

/// 410 with the note that an editor left.
pub(super) async fn gone(
    app: &App,
    headline: Option<String>,
    note: String,
    tags: Vec<Tag>,
) -> Result<Rendered> {
    error(app, 410, headline, Some(note), tags).await
}

async fn error(
    app: &App,
    status: u16,
    headline: Option<String>,
    note: Option<String>,
    tags: Vec<Tag>,
) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let page = ErrorPage { headline, note, ..page(app, &shell, status) };
    shell.render(app, status, page, tags)
}

fn page(app: &App, shell: &Shell, status: u16) -> ErrorPage {
    ErrorPage::new(status, app.0.templates.words(), &shell.site.language, shell.view())
}

/// 404 at an address that no page can ever have: told, and not kept.
pub(crate) async fn never_here(app: &App) -> Response {
    match not_found(app).await {
        Ok(page) => {
            let mut response = (StatusCode::NOT_FOUND, page.body).into_response();
            super::answer::uncached(&mut response, super::HTML);
            response
        }
        Err(error) => failed(app, &error).await,
    }
}

/// 500: what went wrong is logged, and the reader is given the reference to it.
pub(crate) async fn failed(app: &App, error: &PageError) -> Response {
    let reference: [u8; 4] = app.store().secret();
    let reference: String = reference.iter().map(|byte| format!("{byte:02x}")).collect();
    tracing::error!(reference, "A page could not be made: {error}");
    let page = async {
        let shell = Shell::load(app).await?;
        let page = ErrorPage { reference: Some(reference.clone()), ..page(app, &shell, 500) };
        shell.render(app, 500, page, Vec::new())
    };
    let body = match page.await {
        Ok(page) => page.body,
        // The database itself may be what fails.
        Err(_) => format!("Something failed. Quote {reference} when you report it.\n").into(),
    };
    let mut response = (StatusCode::INTERNAL_SERVER_ERROR, body).into_response();
    super::answer::uncached(&mut response, super::HTML);
    response
}
