//! The channel's streams, below `/channels/{channel}/`.
//!
//! Nothing here depends on who asks: no cookie is read or set, and any cache may keep what it is
//! told to keep. Playlists may be fetched from pages of other sites, so that players elsewhere can
//! show the channel.

mod media;
mod metrics;

use std::convert::Infallible;

use ::media::icy::Icy;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use base::Timestamp;
use broadcast::programme;
use bytes::Bytes;
use futures_util::stream;
use media_io::studio::{Listener, Reply, Studio, Text};
use serde::Serialize;

use crate::App;
use crate::pages::{add_security, failed, never_here, takes_gzip};
pub(crate) use metrics::metrics;

pub(crate) const PLAYLIST: &str = "application/vnd.apple.mpegurl";
const TEXT: &str = "text/vtt; charset=utf-8";
/// Media never change at their address.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// A playlist that was asked for by a position is the same for all who ask so; a cache in front
/// that holds it for a moment spares us most requests. Others change any time.
const MOMENT: &str = "public, max-age=1";

/// A picture of what is on is as good a little later.
const SECONDS: &str = "public, max-age=5";

/// `GET /channels/{channel}/{file}`
pub(crate) async fn file(
    State(app): State<App>,
    Path((channel, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(studio) = of(&app, &channel) else { return never_here(&app).await };
    let origin = studio.origin();
    let playlist = match file.as_str() {
        "master.m3u8" => origin.master(),
        "dvr.m3u8" => origin.window_master(),
        "audio.m3u8" => origin.audio_master(),
        "audio.aac" => {
            return sound(&app, studio, origin.listen_aac(), "audio/aac", &headers).await;
        }
        "audio.mp3" => {
            let Some(listener) = origin.listen_mp3() else { return off_air() };
            return sound(&app, studio, listener, "audio/mpeg", &headers).await;
        }
        "thumbnail.jpg" | "thumbnails.vtt" => return thumbnails(studio, &file),
        "status.json" => return status(&app, studio).await,
        _ => return never_here(&app).await,
    };
    match playlist {
        Some(text) => told(&text, &headers).map(Body::from),
        None => off_air(),
    }
}

/// The same as [`rendition`] gives, if it is at hand, before any route is looked up: most of what
/// viewers ask for.
pub(crate) fn fast<B>(app: &App, request: &Request<B>) -> Option<http::Response<Bytes>> {
    let uri = request.uri();
    let mut names = uri.path().strip_prefix("/channels/")?.split('/');
    let (channel, rendition, file) = (names.next()?, names.next()?, names.next()?);
    if request.method() != Method::GET || names.next().is_some() {
        return None;
    }
    let origin = of(app, channel)?.origin();
    let (query, headers) = (uri.query().unwrap_or_default(), request.headers());
    let watched = media::from_the_beginning(headers);
    let mut response = match origin.at_once(rendition, file, query, watched)? {
        Reply::Playlist(text) => told(&text, headers),
        Reply::Media(bytes) => shared(media_type(file), FOREVER, media::answer(bytes, headers)),
        _ => return None,
    };
    add_security(app, response.headers_mut());
    Some(response)
}

/// `GET /channels/{channel}/{rendition}/{file}`
pub(crate) async fn rendition(
    State(app): State<App>,
    Path((channel, rendition, file)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Some(studio) = of(&app, &channel) else { return never_here(&app).await };
    let plain = |status: StatusCode, text: String| {
        let mut response = answered("text/plain; charset=utf-8", "no-store", Body::from(text));
        *response.status_mut() = status;
        response
    };
    if let Some(thumbnails) = studio.thumbnails().filter(|_| rendition == "thumbnails") {
        return match thumbnails.picture(&file).await {
            Some(picture) => answered("image/jpeg", FOREVER, Body::from(picture)),
            None => plain(StatusCode::NOT_FOUND, "There is no such picture here.\n".into()),
        };
    }
    let watched = method == Method::GET && media::from_the_beginning(&headers);
    let query = query.unwrap_or_default();
    match studio.origin().file(&rendition, &file, &query, watched).await {
        Reply::Playlist(text) => told(&text, &headers).map(Body::from),
        Reply::Media(bytes) => {
            shared(media_type(&file), FOREVER, media::answer(bytes, &headers)).map(Body::from)
        }
        Reply::Nothing => plain(StatusCode::NOT_FOUND, "There is no such file here.\n".into()),
        Reply::Gone => plain(StatusCode::GONE, "This was here, and is not any more.\n".into()),
        Reply::Wrong(why) => plain(StatusCode::BAD_REQUEST, format!("{why}\n")),
        Reply::Stalled(why) => plain(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}

fn media_type(file: &str) -> &'static str {
    if file.ends_with(".vtt") { TEXT } else { "video/mp4" }
}

/// The last picture, or the list of them.
fn thumbnails(studio: &Studio, file: &str) -> Response {
    let on_air = studio.origin().master().is_some();
    let found = studio.thumbnails().filter(|_| on_air).and_then(|it| match file {
        "thumbnail.jpg" => it.latest().map(|picture| ("image/jpeg", picture)),
        _ => it.list().map(|list| (TEXT, list)),
    });
    match found {
        Some((media_type, bytes)) => answered(media_type, SECONDS, Body::from(bytes)),
        None => off_air(),
    }
}

fn of<'a>(app: &'a App, channel: &str) -> Option<&'a Studio> {
    app.studio().filter(|studio| studio.slug() == channel)
}

/// A playlist, compressed for those who take it so.
fn told(text: &Text, headers: &HeaderMap) -> http::Response<Bytes> {
    let gzip = takes_gzip(headers);
    let body = if gzip { text.gzip() } else { text.plain() };
    let mut response = answered(PLAYLIST, MOMENT, body.clone());
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

pub(crate) fn answered<B>(
    media_type: &'static str,
    kept: &'static str,
    body: B,
) -> http::Response<B> {
    shared(media_type, kept, http::Response::new(body))
}

/// What pages of other sites may fetch, too.
fn shared<B>(
    media_type: &'static str,
    kept: &'static str,
    mut response: http::Response<B>,
) -> http::Response<B> {
    let headers = response.headers_mut();
    headers.reserve(16);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let elsewhere = HeaderValue::from_static("cross-origin");
    headers.insert("cross-origin-resource-policy", elsewhere);
    response
}

fn off_air() -> Response {
    let text = "The channel is off air, or does not make this. Ask again later.\n";
    let mut response = answered("text/plain; charset=utf-8", "no-store", Body::from(text));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// Whether the channel is on air, and what is on, for the player.
async fn status(app: &App, studio: &Studio) -> Response {
    #[derive(Serialize)]
    struct Status {
        on_air: bool,
        title: Option<String>,
        since: Option<Timestamp>,
    }
    let told = async {
        let channel = broadcast::channel::by_slug(app.store(), studio.slug()).await?;
        let on = match &channel {
            Some(channel) => programme::on_now(app.store(), channel.id).await?,
            None => None,
        };
        // On air in the record, and with something to show.
        let shown = studio.origin().master().is_some();
        Ok::<_, broadcast::BroadcastError>(Status {
            on_air: shown,
            since: on.as_ref().and_then(|it| it.began_at),
            title: on.map(|it| it.title),
        })
    };
    match told.await {
        Ok(status) => {
            let body = serde_json::to_vec(&status).unwrap_or_default();
            answered("application/json", MOMENT, Body::from(body))
        }
        Err(error) => failed(app, &error.into()).await,
    }
}

/// Sound for as long as somebody listens, with what is on between it for those who ask (ICY).
async fn sound(
    app: &App,
    studio: &Studio,
    listener: Listener,
    media_type: &'static str,
    headers: &HeaderMap,
) -> Response {
    if studio.origin().audio_master().is_none() {
        return off_air();
    }
    let site = publish::site::current(app.store()).await.map(|it| it.name).unwrap_or_default();
    let wanted = headers.get("icy-metadata").is_some_and(|it| it.as_bytes() == b"1");
    let icy = wanted.then(|| Icy::new(Icy::INTERVAL));
    let begin = (listener, icy, Vec::new());
    let (studio, name) = (studio.clone(), site.clone());
    let bytes = stream::unfold(begin, move |(mut listener, mut icy, mut ready)| {
        let (studio, name) = (studio.clone(), name.clone());
        async move {
            // What is ready is told from its end.
            while ready.is_empty() {
                let sound = listener.next().await?;
                ready = match &mut icy {
                    // The programme may have become another since they began to listen.
                    Some(icy) => icy.write(&sound, studio.title().as_deref().unwrap_or(&name)),
                    None => vec![sound],
                };
                ready.reverse();
            }
            let next: Bytes = ready.pop()?;
            Some((Ok::<_, Infallible>(next), (listener, icy, ready)))
        }
    });
    let mut response = answered(media_type, "no-store", Body::from_stream(bytes));
    let told = response.headers_mut();
    // Only ASCII is certain to be read; the title between the sound says the rest.
    if let Ok(name) = HeaderValue::from_str(&site) {
        told.insert("icy-name", name);
    }
    if wanted {
        told.insert("icy-metaint", HeaderValue::from(Icy::INTERVAL));
    }
    response
}
