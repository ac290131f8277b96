//! `/oembed`: how other sites show a link to a story, or to the channel.

use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use publish::article::{self, Found};

use super::entry::Full;
use super::shell::Shell;
use super::{Result, live};
use crate::App;
use crate::syndication::oembed::{self, Request, RequestError};

pub(crate) async fn oembed(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    match answer(&app, query.as_deref().unwrap_or_default()).await {
        Ok(response) => response,
        Err(error) => super::failed(&app, &error).await,
    }
}

async fn answer(app: &App, query: &str) -> Result<Response> {
    let shell = Shell::load(app).await?;
    let request = match Request::parse(&shell.publication, query) {
        Ok(request) => request,
        Err(error) => return Ok(refused(&error)),
    };
    if let Some(body) = live::embedded(&shell, &request) {
        return Ok(written(&request, body));
    }
    let mut path = request.path.clone();
    if let Some(Found::Moved(to)) = article::find(app.store(), &path).await? {
        path = to;
    }
    let Some(Found::Published(id)) = article::find(app.store(), &path).await? else {
        return Ok(
            (StatusCode::NOT_FOUND, "There is no article at this address.\n").into_response()
        );
    };
    let Some(full) = Full::load(app, id).await? else {
        return Ok(
            (StatusCode::NOT_FOUND, "There is no article at this address.\n").into_response()
        );
    };
    let content = &full.published.revision.content;
    let label = shell.kind(app, &content.language, content.kind)?;
    let entry = full.entry(&shell, label, String::new());
    let body = oembed::respond(&shell.publication, &entry, &request);
    Ok(written(&request, body))
}

fn written(request: &Request, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, request.format.content_type()),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, body).into_response()
}

fn refused(error: &RequestError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    (status, format!("{error}\n")).into_response()
}
