//! A recording as one file, of which any range can be had.

use std::ops::Range;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use base::RecordingId;
use broadcast::recording::{self, Piece};
use bytes::Bytes;
use futures_util::stream;
use media::Segment;
use media::fmp4::{Format, Movie, Reel, read_init};
use store::{FileError, Files};

use super::{Result, Shown, segment};
use crate::App;
use crate::channel::answered;

/// The file, or the range of it that was asked for (RFC 9110 §14). What is of another format than
/// most of the recording, as the slate is, is left out: a file has one for each track.
pub(super) async fn answer(
    app: &App,
    shown: &Shown,
    headers: &HeaderMap,
) -> Result<Option<Response>> {
    let sizes = recording::sizes(app.store(), shown.recording.id).await?;
    let (mut picture, mut sound) = (None, None);
    for size in &sizes {
        if picture.is_some() && sound.is_some() {
            break;
        }
        let Some(track) = Track::load(app, shown, &size.rendition).await? else { continue };
        match track.format {
            Format::Video(_) if picture.is_none() => picture = Some(track),
            Format::Audio(_) if sound.is_none() => sound = Some(track),
            _ => {}
        }
    }
    let Some(picture) = picture else { return Ok(None) };
    let movie = Movie::new(
        (&picture.format, &picture.segments),
        sound.as_ref().map(|it| (&it.format, &it.segments[..])),
    );
    let (id, total) = (shown.recording.id, movie.bytes());
    let etag = format!("\"{id}-{total}-{}\"", shown.recording.trim_from.unwrap_or_default());
    let same = headers.get(header::IF_RANGE).is_none_or(|it| it.as_bytes() == etag.as_bytes());
    let wanted = headers.get(header::RANGE).and_then(|it| it.to_str().ok()).filter(|_| same);
    let (status, range) = match wanted.map(|it| range(it, total)) {
        None | Some(Asked::Whole) => (StatusCode::OK, 0..total),
        Some(Asked::Part(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(Asked::Beyond) => (StatusCode::RANGE_NOT_SATISFIABLE, 0..0),
    };
    let length = range.end - range.start;
    let renditions = (picture.rendition, sound.map(|it| it.rendition).unwrap_or_default());
    let body = body(app.0.files.clone(), id, renditions, &movie, range.clone());
    let mut response = answered("video/mp4", shown.kept_as_told(), body);
    *response.status_mut() = status;
    let told = response.headers_mut();
    told.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    told.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    let content_range = match status {
        StatusCode::PARTIAL_CONTENT => {
            Some(format!("bytes {}-{}/{total}", range.start, range.end - 1))
        }
        StatusCode::RANGE_NOT_SATISFIABLE => Some(format!("bytes */{total}")),
        _ => None,
    };
    if let Some(value) = content_range.and_then(|it| HeaderValue::from_str(&it).ok()) {
        told.insert(header::CONTENT_RANGE, value);
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        told.insert(header::ETAG, etag);
    }
    Ok(Some(response))
}

/// What is shown of a rendition in the one format that most of it has.
struct Track {
    rendition: String,
    format: Format,
    segments: Vec<Segment>,
}

impl Track {
    async fn load(app: &App, shown: &Shown, rendition: &str) -> Result<Option<Self>> {
        let pieces = shown.pieces(app, rendition).await?;
        let mut formats: Vec<(Format, Vec<String>, i64)> = Vec::new();
        for Piece { init, .. } in &pieces {
            if formats.iter().any(|(_, names, _)| names.contains(init)) {
                continue;
            }
            let key = recording::file_key(shown.recording.id, rendition, init);
            let Some(format) = read_init(&app.0.files.get(&key).await?) else { continue };
            match formats.iter_mut().find(|(known, ..)| *known == format) {
                // Another run of the program named it anew.
                Some((_, names, _)) => names.push(init.clone()),
                None => formats.push((format, vec![init.clone()], 0)),
            }
        }
        for (_, names, length) in &mut formats {
            *length = pieces.iter().filter(|it| names.contains(&it.init)).map(Piece::ticks).sum();
        }
        let most = formats.into_iter().max_by_key(|(.., length)| *length);
        Ok(most.map(|(format, names, _)| Self {
            rendition: rendition.to_owned(),
            format,
            segments: pieces
                .iter()
                .filter(|it| names.contains(&it.init))
                .filter_map(segment)
                .collect(),
        }))
    }
}

enum Asked {
    Whole,
    Part(Range<u64>),
    Beyond,
}

/// One range, as players ask for it; who asks for several gets the whole.
fn range(text: &str, total: u64) -> Asked {
    let Some((from, to)) = text.strip_prefix("bytes=").and_then(|it| it.split_once('-')) else {
        return Asked::Whole;
    };
    let read = |text: &str| text.trim().parse::<u64>().ok();
    let range = match (from.trim(), to.trim()) {
        ("", last) => match read(last) {
            Some(last) => total.saturating_sub(last)..total,
            None => return Asked::Whole,
        },
        (from, "") => match read(from) {
            Some(from) => from..total,
            None => return Asked::Whole,
        },
        (from, to) => match (read(from), read(to)) {
            (Some(from), Some(to)) if from <= to => from..to.saturating_add(1).min(total),
            _ => return Asked::Whole,
        },
    };
    if range.start < range.end { Asked::Part(range) } else { Asked::Beyond }
}

/// A place in the file, and what stands there.
enum Stands {
    Head(Bytes),
    Reel(Box<Reel>),
}

fn body(
    files: Files,
    id: RecordingId,
    (picture, sound): (String, String),
    movie: &Movie,
    range: Range<u64>,
) -> Body {
    let head = movie.head().clone();
    let mut at = head.len() as u64;
    let mut all = vec![(0, at, Stands::Head(head))];
    for reel in movie.reels() {
        let end = at + reel.segment.bytes;
        all.push((at, end, Stands::Reel(Box::new(reel.clone()))));
        at = end;
    }
    all.retain(|(begin, end, _)| *begin < range.end && *end > range.start);
    let pieces = stream::unfold(all.into_iter(), move |mut left| {
        let (files, range) = (files.clone(), range.clone());
        let (picture, sound) = (picture.clone(), sound.clone());
        async move {
            let (begin, end, stands) = left.next()?;
            let bytes = match stands {
                Stands::Head(bytes) => bytes,
                Stands::Reel(reel) => {
                    let rendition = if reel.sound { &sound } else { &picture };
                    let name = reel.segment.name.to_string();
                    let key = recording::file_key(id, rendition, &name);
                    match files.get(&key).await {
                        Ok(bytes) if bytes.len() as u64 == end - begin => reel.cut(&bytes),
                        Ok(_) => return Some((Err(FileError::Missing(key)), left)),
                        Err(error) => return Some((Err(error), left)),
                    }
                }
            };
            let from = range.start.saturating_sub(begin) as usize;
            let to = (range.end.min(end) - begin) as usize;
            Some((Ok(bytes.slice(from..to)), left))
        }
    });
    Body::from_stream(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_players_write_it() {
        let read = |text| match range(text, 100) {
            Asked::Whole => "whole".to_owned(),
            Asked::Part(range) => format!("{range:?}"),
            Asked::Beyond => "beyond".to_owned(),
        };
        for (text, expected) in [
            ("bytes=0-", "0..100"),
            ("bytes=0-0", "0..1"),
            ("bytes=90-200", "90..100"),
            ("bytes=-10", "90..100"),
            ("bytes=-200", "0..100"),
            ("bytes=100-", "beyond"),
            ("bytes=-0", "beyond"),
            ("bytes=5-3", "whole"),
            ("bytes=1-2,4-5", "whole"),
            ("lines=1-2", "whole"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
