//! What a request says, as types; whatever cannot be read becomes a problem.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_TYPE, HeaderMap};
use axum::http::request::Parts;
use base::limits::{PHOTO_BYTES_MAX, REQUEST_BYTES_MAX};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path as JsonPath, Segment};

use super::problem::Problem;
use crate::app::App;

/// A JSON body. No body at all counts as `{}`, since for some commands there is nothing to say.
pub(super) struct Json<T>(pub(super) T);

/// An upload, whatever its header calls it: the content decides.
pub(super) struct Upload(pub(super) Bytes);

/// The variable parts of the address. One that cannot be an id names nothing.
pub(super) struct Path<T>(pub(super) T);

/// What stands behind the address's question mark.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let bytes = read(request.into_body(), REQUEST_BYTES_MAX).await?;
        if bytes.is_empty() {
            return parse(b"{}").map(Self);
        }
        if !is_json {
            return Err(Problem::other_media_type(
                "Send JSON, with the header \"Content-Type: application/json\".",
            ));
        }
        parse(&bytes).map(Self)
    }
}

impl FromRequest<App> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        read(request.into_body(), PHOTO_BYTES_MAX).await.map(Self)
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let path = axum::extract::Path::from_request_parts(parts, app).await;
        path.map(|path| Self(path.0)).map_err(|_| {
            Problem::not_found(
                "There is nothing at this address: an id looks like \
                 019b79cf-1c00-7000-8000-000000000000.",
            )
        })
    }
}

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let query = axum::extract::Query::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|error| {
            let why = std::error::Error::source(&error).map(ToString::to_string);
            Problem::malformed(format!(
                "The address's query cannot be read: {}.",
                why.unwrap_or_else(|| error.to_string())
            ))
        })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

async fn read(body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    axum::body::to_bytes(body, bytes_max).await.map_err(|error| {
        let source = std::error::Error::source(&error);
        if source.is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>) {
            Problem::too_large(bytes_max)
        } else {
            Problem::malformed("The request's body ended before it was complete; send it again.")
        }
    })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Serde would take a list's members for an object's fields, one by one.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::invalid("The request's JSON does not fit: send an object, {…}."));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer(error.path());
        let error = error.into_inner();
        if error.is_data() {
            Problem::invalid(format!("The request's JSON does not fit: {error}.")).at(pointer)
        } else {
            not_json(&error)
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    refuse_nul(bytes)?;
    Ok(value)
}

/// PostgreSQL cannot keep U+0000 in a text, and no text of a newsroom has it.
fn refuse_nul(bytes: &[u8]) -> Result<(), Problem> {
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    if !holds(b"\\u0000") {
        return Ok(());
    }
    let json: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
    match nul_in(&json) {
        Some(pointer) => {
            Err(Problem::invalid("A text holds the character U+0000; leave it out.").at(pointer))
        }
        None => Ok(()),
    }
}

fn nul_in(json: &serde_json::Value) -> Option<String> {
    use serde_json::Value::{Array, Object, String};
    match json {
        String(text) => text.contains('\0').then(std::string::String::new),
        Array(values) => values
            .iter()
            .enumerate()
            .find_map(|(index, value)| Some(format!("/{index}{}", nul_in(value)?))),
        Object(values) => values
            .iter()
            .find_map(|(key, value)| Some(format!("/{}{}", escaped(key), nul_in(value)?))),
        _ => None,
    }
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::malformed(format!("The request's body is not JSON: {error}."))
}

fn pointer(path: &JsonPath) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", escaped(key)),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
