//! Files that never change at their address: renditions of photos, scripts, styles.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base::PhotoId;
use bytes::Bytes;
use store::FileError;

use super::answer::{Answer, FOREVER};
use super::{Result, missing};
use crate::view::assets;
use crate::{App, newsroom};

/// `/photos/{id}/{edition}/{name}`: only while a published article or record shows the photo.
pub(crate) async fn photo(
    State(app): State<App>,
    Path((id, edition, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    match rendition(&app, &id, &edition, &name).await {
        Ok(Found::ForPreviews(photo, content_type, bytes)) => {
            if !newsroom::may_see(&app, &headers, photo).await {
                return missing::never_here(&app).await;
            }
            let mut response = bytes.into_response();
            super::answer::uncached(&mut response, content_type);
            response
        }
        Ok(Found::Public(content_type, bytes)) => {
            let etag = format!("\"{id}-{edition}-{name}\"");
            file(&headers, &etag, content_type, bytes)
        }
        Ok(Found::Nothing) => missing::never_here(&app).await,
        Err(error) => super::failed(&app, &error).await,
    }
}

enum Found {
    /// A published article shows it, or the record of a meeting.
    Public(&'static str, Bytes),
    /// None does, so that only previews may.
    ForPreviews(PhotoId, &'static str, Bytes),
    Nothing,
}

async fn rendition(app: &App, id: &str, edition: &str, name: &str) -> Result<Found> {
    let (Ok(id), Ok(edition)) = (id.parse::<PhotoId>(), edition.parse::<i64>()) else {
        return Ok(Found::Nothing);
    };
    let Some(content_type) = media_type(name) else { return Ok(Found::Nothing) };
    let public = publish::photo::is_public(app.store(), id).await?
        || meet::record::shows_photo(app.store(), id).await?;
    match app.0.files.get(&publish::photo::rendition_key(id, edition, name)).await {
        Ok(bytes) if public => Ok(Found::Public(content_type, bytes)),
        Ok(bytes) => Ok(Found::ForPreviews(id, content_type, bytes)),
        Err(FileError::Missing(_)) => Ok(Found::Nothing),
        Err(error) => Err(error.into()),
    }
}

/// By the name that a rendition was given; no other name is looked up.
fn media_type(name: &str) -> Option<&'static str> {
    let (stem, extension) = name.split_once('.')?;
    if !stem.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    match extension {
        "avif" => Some("image/avif"),
        "webp" => Some("image/webp"),
        "jpg" => Some("image/jpeg"),
        _ => None,
    }
}

/// `/assets/reader-5f1c0a93.js`.
pub(crate) async fn asset(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
    answer: Answer,
) -> Response {
    let found = assets().iter().find(|asset| asset.url.strip_prefix("/assets/") == Some(&name));
    match found {
        Some(asset) => {
            let (bytes, coding) = answer.form(asset);
            // Weak, since one name serves all its codings (RFC 9110 §8.8.1).
            let etag = format!("W/\"{name}\"");
            let mut response = file(&headers, &etag, asset.content_type, Bytes::from_static(bytes));
            let vary = HeaderValue::from_static("accept-encoding");
            response.headers_mut().insert(header::VARY, vary);
            if let Some(coding) = coding.filter(|_| response.status() == StatusCode::OK) {
                response.headers_mut().insert(header::CONTENT_ENCODING, coding);
            }
            response
        }
        None => missing::never_here(&app).await,
    }
}

fn file(headers: &HeaderMap, etag: &str, content_type: &'static str, bytes: Bytes) -> Response {
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        .is_some_and(|known| known.split(',').any(|tag| tag.trim() == etag));
    let mut response =
        if known { StatusCode::NOT_MODIFIED.into_response() } else { bytes.into_response() };
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer.insert(header::CACHE_CONTROL, FOREVER);
    if let Ok(etag) = HeaderValue::from_str(etag) {
        answer.insert(header::ETAG, etag);
    }
    response
}
