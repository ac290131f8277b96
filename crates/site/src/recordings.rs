//! Recordings' media: below `/recordings/{recording}/` for readers, and below
//! `/newsroom/recordings/{recording}/` for those who decide what readers see.

mod movie;

use std::fmt::Write as _;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base::RecordingId;
use broadcast::programme::{self, Recorded};
use broadcast::recording::{self, Piece, Recording, Size, Span};
use media::fmp4::{Format, read_init};
use media::playlist::{Ends, Sound, Variant, audio_only_master, master, recorded};
use media::{MediaKind, MediaName, Segment};
use store::FileError;

use crate::App;
use crate::channel::{PLAYLIST, answered};
use crate::error::PageError;
use crate::pages::{failed, never_here};

type Result<T> = std::result::Result<T, PageError>;

/// A recording's files never change while readers can see it; it may be taken from them.
const A_DAY: &str = "public, max-age=86400, immutable";
/// What readers see of it may be cut otherwise, and chapters get names.
const A_MINUTE: &str = "public, max-age=60";
/// One that goes on.
const MOMENT: &str = "public, max-age=1";
const PRIVATE: &str = "private, no-store";

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// Anybody: what is published, as it is trimmed.
    Reader,
    /// Who decides: all there is.
    Newsroom,
}

/// `GET /recordings/{id}/{file}`
pub(crate) async fn file(
    State(app): State<App>,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    answer(&app, Viewer::Reader, &id, &file, &headers).await
}

/// `GET /recordings/{id}/{rendition}/{file}`
pub(crate) async fn rendition(
    State(app): State<App>,
    Path((id, rendition, file)): Path<(String, String, String)>,
) -> Response {
    answer_rendition(&app, Viewer::Reader, &id, (&rendition, &file)).await
}

/// What belongs to all of a recording: `master.m3u8`, `audio.m3u8`, `video.mp4`, `chapters.vtt` and
/// `poster.jpg`.
pub(crate) async fn answer(
    app: &App,
    viewer: Viewer,
    id: &str,
    file: &str,
    headers: &HeaderMap,
) -> Response {
    let made = async {
        let Some(shown) = Shown::find(app, viewer, id).await? else { return Ok(None) };
        Ok(match file {
            "master.m3u8" => shown.master(app).await?,
            "audio.m3u8" => shown.audio_master(app).await?,
            "chapters.vtt" => Some(shown.chapters(app).await?),
            "poster.jpg" => shown.poster(app).await?,
            "video.mp4" => movie::answer(app, &shown, headers).await?,
            _ => None,
        })
    };
    finish(app, made.await).await
}

/// What belongs to one rendition: `index.m3u8`, and media by their names.
pub(crate) async fn answer_rendition(
    app: &App,
    viewer: Viewer,
    id: &str,
    (rendition, file): (&str, &str),
) -> Response {
    let made = async {
        let Some(shown) = Shown::find(app, viewer, id).await? else { return Ok(None) };
        if file == "index.m3u8" {
            return shown.playlist(app, rendition).await;
        }
        shown.media(app, rendition, file).await
    };
    finish(app, made.await).await
}

async fn finish(app: &App, made: Result<Option<Response>>) -> Response {
    match made {
        Ok(Some(response)) => response,
        Ok(None) => never_here(app).await,
        Err(error) => failed(app, &error).await,
    }
}

/// A recording that whoever asks may see.
struct Shown {
    recording: Recording,
    viewer: Viewer,
}

impl Shown {
    async fn find(app: &App, viewer: Viewer, id: &str) -> Result<Option<Self>> {
        let Ok(id) = id.parse::<RecordingId>() else { return Ok(None) };
        let Some(recording) = recording::by_id(app.store(), id).await? else { return Ok(None) };
        let may = viewer == Viewer::Newsroom || is_public(app, &recording).await?;
        Ok(may.then_some(Self { recording, viewer }))
    }

    fn goes_on(&self) -> bool {
        self.recording.kept_at.is_none()
    }

    fn kept(&self, kept: &'static str) -> &'static str {
        match self.viewer {
            Viewer::Newsroom => PRIVATE,
            Viewer::Reader => kept,
        }
    }

    fn kept_as_told(&self) -> &'static str {
        self.kept(if self.goes_on() { MOMENT } else { A_MINUTE })
    }

    /// What of a rendition is seen.
    async fn pieces(&self, app: &App, rendition: &str) -> Result<Vec<Piece>> {
        let mut pieces = recording::pieces(app.store(), self.recording.id, rendition).await?;
        if self.viewer == Viewer::Reader {
            pieces.retain(|it| self.recording.shows(it));
        }
        Ok(pieces)
    }

    /// Which part of the recording is seen.
    async fn span(&self, app: &App) -> Result<Span> {
        let store = app.store();
        Ok(match self.viewer {
            Viewer::Reader => recording::span(store, &self.recording).await?,
            Viewer::Newsroom => recording::whole(store, self.recording.id).await?,
        })
    }

    /// What a rendition is coded in: most of it, where that changed.
    async fn format(&self, app: &App, rendition: &str) -> Result<Option<Format>> {
        let init = recording::longest_init(app.store(), self.recording.id, rendition).await?;
        let Some(init) = init else { return Ok(None) };
        let key = recording::file_key(self.recording.id, rendition, &init);
        Ok(read_init(&app.0.files.get(&key).await?))
    }

    async fn master(&self, app: &App) -> Result<Option<Response>> {
        let (mut variants, mut sounds) = (Vec::new(), Vec::new());
        for size in recording::sizes(app.store(), self.recording.id).await? {
            match self.format(app, &size.rendition).await? {
                Some(Format::Video(avc)) => variants.push(Variant {
                    uri: uri(&size),
                    peak: unsigned(size.peak),
                    average: unsigned(size.average()),
                    codec: avc.codec(),
                    size: (avc.picture().width, avc.picture().height),
                    frame_rate: avc.picture().frame_rate,
                }),
                Some(Format::Audio(aac)) if sounds.is_empty() => {
                    sounds.push(sound(&size, &aac.codec(), aac.channels()));
                }
                _ => {}
            }
        }
        if variants.is_empty() {
            return Ok(None);
        }
        if let Some(sound) = sounds.first() {
            for variant in &mut variants {
                variant.peak += sound.peak;
                variant.average += sound.average;
            }
        }
        let text = master(&variants, &sounds, &[], &[]);
        Ok(Some(answered(PLAYLIST, self.kept_as_told(), Body::from(text))))
    }

    async fn audio_master(&self, app: &App) -> Result<Option<Response>> {
        let mut sounds = Vec::new();
        for size in recording::sizes(app.store(), self.recording.id).await? {
            if let Some(Format::Audio(aac)) = self.format(app, &size.rendition).await? {
                sounds.push(sound(&size, &aac.codec(), aac.channels()));
            }
        }
        // The last was made to be played alone.
        let Some(alone) = sounds.pop() else { return Ok(None) };
        let text = audio_only_master(&[alone]);
        Ok(Some(answered(PLAYLIST, self.kept_as_told(), Body::from(text))))
    }

    async fn playlist(&self, app: &App, rendition: &str) -> Result<Option<Response>> {
        let segments: Vec<Segment> =
            self.pieces(app, rendition).await?.iter().filter_map(segment).collect();
        if segments.is_empty() {
            return Ok(None);
        }
        let longest = segments.iter().map(|it| it.duration().as_secs_f64().round() as u32).max();
        // What a playlist that grows says of it must not change.
        let usual = if rendition.starts_with("audio") { 6 } else { 4 };
        let ends = if self.goes_on() { Ends::Later } else { Ends::Here };
        let text = recorded(&segments, longest.unwrap_or_default().max(usual), ends);
        Ok(Some(answered(PLAYLIST, self.kept_as_told(), Body::from(text))))
    }

    async fn media(&self, app: &App, rendition: &str, file: &str) -> Result<Option<Response>> {
        let Ok(name) = file.parse::<MediaName>() else { return Ok(None) };
        let (store, id) = (app.store(), self.recording.id);
        let there = match name.kind {
            MediaKind::Segment => {
                let piece = recording::piece(store, id, rendition, file).await?;
                piece.is_some_and(|it| self.viewer == Viewer::Newsroom || self.recording.shows(&it))
            }
            MediaKind::Init => recording::has_init(store, id, rendition, file).await?,
            MediaKind::Part | MediaKind::Text => false,
        };
        if !there {
            return Ok(None);
        }
        let bytes = match app.0.files.get(&recording::file_key(id, rendition, file)).await {
            Ok(bytes) => bytes,
            Err(FileError::Missing(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Some(answered("video/mp4", self.kept(A_DAY), Body::from(bytes))))
    }

    async fn poster(&self, app: &App) -> Result<Option<Response>> {
        if !self.recording.poster {
            return Ok(None);
        }
        let bytes = app.0.files.get(&recording::poster_key(self.recording.id)).await?;
        Ok(Some(answered("image/jpeg", self.kept(A_DAY), Body::from(bytes))))
    }

    /// Chapters as WebVTT, for players (W3C WebVTT §5).
    async fn chapters(&self, app: &App) -> Result<Response> {
        let span = self.span(app).await?;
        let all = chapters(app, self.recording.id, span).await?;
        let mut out = String::from("WEBVTT\n");
        let ends = all.iter().skip(1).map(|(at, _)| *at).chain([span.to - span.from]);
        for ((at, title), end) in all.iter().zip(ends) {
            let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let _ = write!(out, "\n{} --> {}\n{title}\n", vtt(*at), vtt(end.max(at + 1)));
        }
        Ok(answered("text/vtt; charset=utf-8", self.kept_as_told(), Body::from(out)))
    }
}

/// Whether readers can see it: what is published, and what goes on and will be.
pub(crate) async fn is_public(app: &App, recording: &Recording) -> Result<bool> {
    if recording.published_at.is_some() {
        return Ok(true);
    }
    if recording.kept_at.is_some() {
        return Ok(false);
    }
    let of = programme::by_id(app.store(), recording.programme_id).await?;
    Ok(of.is_some_and(|it| it.recorded() == Recorded::Publish))
}

/// The chapters in a part of a recording, counted from its beginning: one that begins before it
/// begins with it, where no other does.
pub(crate) async fn chapters(
    app: &App,
    recording: RecordingId,
    span: Span,
) -> Result<Vec<(i64, String)>> {
    let mut shown: Vec<(i64, String)> = Vec::new();
    for it in recording::chapters(app.store(), recording).await? {
        if it.at >= span.to {
            break;
        }
        let at = (it.at - span.from).max(0);
        if at == 0 {
            shown.clear();
        }
        shown.push((at, it.title));
    }
    Ok(shown)
}

/// A piece as playlists list it.
pub(super) fn segment(piece: &Piece) -> Option<Segment> {
    Some(Segment {
        name: piece.name.parse().ok()?,
        init: piece.init.parse().ok()?,
        start: piece.starts.try_into().ok()?,
        units: piece.units.try_into().ok()?,
        clock: piece.clock.try_into().ok()?,
        aired: piece.aired_at,
        discontinuities: piece.discontinuities.try_into().ok()?,
        bytes: piece.bytes.try_into().ok()?,
    })
}

fn sound(size: &Size, codec: &str, channels: u8) -> Sound {
    Sound {
        uri: uri(size),
        name: "Sound".into(),
        language: "und".into(),
        peak: unsigned(size.peak),
        average: unsigned(size.average()),
        codec: codec.to_owned(),
        channels,
    }
}

fn uri(size: &Size) -> String {
    format!("{}/index.m3u8", size.rendition)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn vtt(milliseconds: i64) -> String {
    let (seconds, thousandths) = (milliseconds / 1000, milliseconds % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    format!("{:02}:{:02}:{seconds:02}.{thousandths:03}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests;
