//! Sending to the channel by WebRTC: WHIP (RFC 9725). A program offers, with its stream key as the bearer
//! token; what it sends comes on the port of the meetings.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, LOCATION,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{patch, post};
use axum::{Router, middleware};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use media_io::rooms::{Answer, NotPublished, Rooms};
use media_io::{Key, Protocol, Request};

use crate::App;
use crate::serve::ClientAddress;

const SDP: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");
/// More than any offer has.
const BODY_MAX: usize = 64 << 10;
/// The first part of an ingest's path, which has no other here.
const APPLICATION: &str = "live";

/// The endpoint, and the sessions that it makes.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/live/whip", post(begin).options(options))
        .route("/live/whip/{session}", patch(change).delete(end).options(options))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::map_response(for_all_origins))
}

/// Why not, in a sentence for whoever runs the encoder.
struct Refused(StatusCode, String);

impl Refused {
    fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self(status, why.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (self.0, format!("{}\n", self.1)).into_response();
        if self.0 == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"The channel\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

impl From<NotPublished> for Refused {
    fn from(why: NotPublished) -> Self {
        let status = match &why {
            NotPublished::Offer(_) => StatusCode::BAD_REQUEST,
            NotPublished::Refused(_) => StatusCode::FORBIDDEN,
            NotPublished::Over => StatusCode::NOT_FOUND,
        };
        Self::new(status, why.to_string())
    }
}

/// Begins a session (§4.2).
async fn begin(
    State(app): State<App>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    offer: Bytes,
) -> Result<Response, Refused> {
    is_of(&headers, SDP)?;
    let key = bearer(&headers).ok_or_else(|| {
        Refused::new(StatusCode::UNAUTHORIZED, "Give the channel’s stream key as the bearer token.")
    })?;
    let rooms = rooms(&app)?;
    let studio = app.studio().ok_or_else(|| {
        let why =
            "This server has no channel: it was started without --rtmp-listen and --srt-listen.";
        Refused::new(StatusCode::SERVICE_UNAVAILABLE, why)
    })?;
    let address = address.map_or(rooms.address().ip(), |Extension(ClientAddress(it))| it);
    let request = Request {
        protocol: Protocol::Whip,
        application: APPLICATION.to_owned(),
        key: Key::new(key),
        address: (address, 0).into(),
    };
    let session = BASE64_URL_SAFE_NO_PAD.encode(base::Random::from_system().bytes::<24>());
    let location = format!("/live/whip/{session}");
    let offer = text(&offer)?;
    let answer = rooms.publish(&*studio.gate(), &request, session, &offer).await?;
    let mut response = answered(StatusCode::CREATED, SDP, answer)?;
    let headers = response.headers_mut();
    headers.insert(LOCATION, value(&location)?);
    headers.insert(ACCEPT_PATCH, HeaderValue::from_static(FRAGMENT));
    Ok(response)
}

/// Takes a candidate, or begins ICE anew (§4.3).
async fn change(
    State(app): State<App>,
    Path(session): Path<String>,
    headers: HeaderMap,
    fragment: Bytes,
) -> Result<Response, Refused> {
    let rooms = rooms(&app)?;
    let known = rooms.ice_session(&session)?;
    is_of(&headers, FRAGMENT)?;
    let matches = headers.get(IF_MATCH).and_then(|it| it.to_str().ok()).ok_or_else(|| {
        let why = "Say which ICE session is meant with If-Match; \"*\" begins ICE anew.";
        Refused::new(StatusCode::PRECONDITION_REQUIRED, why)
    })?;
    if matches == "*" {
        let answer = rooms.restart_ice(&session, text(&fragment)?).await?;
        return answered(StatusCode::OK, FRAGMENT, answer);
    }
    if matches != format!("\"{known}\"") {
        let why = "ICE has begun anew since. Its session has another ETag.";
        return Err(Refused::new(StatusCode::PRECONDITION_FAILED, why));
    }
    // We are found, and need no candidates to look for (RFC 8445 §2.5, a lite agent).
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Ends a session (§4.2).
async fn end(State(app): State<App>, Path(session): Path<String>) -> Result<StatusCode, Refused> {
    rooms(&app)?.unpublish(&session)?;
    Ok(StatusCode::OK)
}

async fn options() -> impl IntoResponse {
    (StatusCode::NO_CONTENT, [(ACCEPT_POST, SDP), (ACCEPT_PATCH, FRAGMENT)])
}

/// A browser studio may be another site's: what lets in is the key, and no cookie.
async fn for_all_origins(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, "POST, PATCH, DELETE, OPTIONS"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, If-Match"),
        (ACCESS_CONTROL_EXPOSE_HEADERS, "Location, ETag, Accept-Patch, Accept-Post"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn rooms(app: &App) -> Result<&Rooms, Refused> {
    app.rooms().ok_or_else(|| {
        let why = "This server takes no WebRTC: it was started with --meet-listen none, or its port was taken.";
        Refused::new(StatusCode::SERVICE_UNAVAILABLE, why)
    })
}

fn is_of(headers: &HeaderMap, media_type: &str) -> Result<(), Refused> {
    let given = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(media_type) {
        return Ok(());
    }
    Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("Send {media_type}.")))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer")).then(|| key.trim()).filter(|key| !key.is_empty())
}

fn text(body: &Bytes) -> Result<String, Refused> {
    String::from_utf8(body.to_vec())
        .map_err(|_| Refused::new(StatusCode::BAD_REQUEST, "SDP is text in UTF-8."))
}

fn answered(status: StatusCode, of: &'static str, answer: Answer) -> Result<Response, Refused> {
    let mut response = (status, [(CONTENT_TYPE, of)], answer.sdp).into_response();
    response.headers_mut().insert(ETAG, value(&format!("\"{}\"", answer.ice_session))?);
    Ok(response)
}

fn value(text: &str) -> Result<HeaderValue, Refused> {
    HeaderValue::from_str(text)
        .map_err(|_| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "The answer cannot be told."))
}

#[cfg(test)]
mod tests;
