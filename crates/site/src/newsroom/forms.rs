//! What a form of the newsroom sends.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::gate::Staff;
use super::trouble::Trouble;
use crate::App;

/// More than any form holds.
const FORM_BYTES_MAX: usize = 256 * 1024;

/// The fields of a form, in order.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first field of this name; empty when there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every field whose name begins so, by the rest of its name.
    pub(super) fn starting<'a>(
        &'a self,
        with: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter_map(move |(name, value)| Some((name.strip_prefix(with)?, value.as_str())))
    }

    /// A text as it is kept: without the space around it.
    pub(crate) fn trimmed(&self, name: &str) -> &str {
        self.text(name).trim()
    }
}

/// A form of somebody who is not signed in.
impl FromRequest<App> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, _: &App) -> Result<Self, Response> {
        let bytes = read(request.into_body()).await?;
        let pairs = url::form_urlencoded::parse(&bytes).into_owned();
        let fields: Vec<(String, String)> = pairs.collect();
        if fields.iter().any(|(_, value)| value.contains('\0')) {
            return Err(Trouble::invalid("A text holds the character U+0000; leave it out.")
                .into_response());
        }
        Ok(Self(fields))
    }
}

/// A form of a session, which carries the session's token.
pub(super) struct Posted(pub(super) Fields);

impl FromRequest<App> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let csrf = request.extensions().get::<Staff>().map(|staff| staff.csrf.clone());
        let fields = Fields::from_request(request, app).await?;
        if csrf.is_none_or(|csrf| csrf != fields.text("csrf")) {
            return Err(Trouble::foreign().into_response());
        }
        Ok(Self(fields))
    }
}

/// JSON that a script of the newsroom sends; with a session, its token is in a header.
pub(crate) struct Said<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Said<T> {
    type Rejection = Response;

    async fn from_request(request: Request, _: &App) -> Result<Self, Response> {
        let csrf = request.extensions().get::<Staff>().map(|staff| staff.csrf.clone());
        let sent = request.headers().get("x-csrf").and_then(|value| value.to_str().ok());
        if csrf.is_some_and(|csrf| sent != Some(csrf.as_str())) {
            return Err(Trouble::foreign().into_response());
        }
        let bytes = read(request.into_body()).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            Trouble::invalid(format!("The script sent what cannot be read: {error}."))
                .into_response()
        })
    }
}

async fn read(body: Body) -> Result<Bytes, Response> {
    axum::body::to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| {
        Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, "The form is too long, or was cut short.")
            .into_response()
    })
}
