//! What was on air, and can be seen again.

use base::Timestamp;
use serde::Serialize;

use super::{Head, ShareLink};

/// `/programmes/{id}`
#[derive(Clone, Debug, Serialize)]
pub struct ProgrammePage {
    /// For machines.
    pub head: Head,
    /// As the programme is called.
    pub headline: String,
    /// What it was about; empty for nothing to say.
    pub description: String,
    /// When it was on air.
    pub at: Timestamp,
    /// Whether it still is.
    pub goes_on: bool,
    /// What it showed.
    pub video: Video,
    /// Places in it that have a name.
    pub chapters: Vec<ChapterLink>,
    /// Where to share it.
    pub share: Vec<ShareLink>,
}

/// A recording, for a player.
#[derive(Clone, Debug, Serialize)]
pub struct Video {
    /// What it is called.
    pub title: String,
    /// Where the programme's own page is.
    pub page: String,
    /// HLS.
    pub master: String,
    /// The same as one file.
    pub file: String,
    /// Sound alone, as HLS.
    pub audio: String,
    /// What is shown until it plays.
    pub poster: Option<String>,
    /// Its chapters, for the player, if it has any.
    pub chapters: Option<String>,
    /// How long it is: `1:02:03`.
    pub length: String,
}

impl Video {
    /// That of the recording of this id.
    pub fn of(id: &str, title: &str, page: String, milliseconds: i64) -> Self {
        let at = |file: &str| format!("/recordings/{id}/{file}");
        Self {
            title: title.to_owned(),
            page,
            master: at("master.m3u8"),
            file: at("video.mp4"),
            audio: at("audio.m3u8"),
            poster: None,
            chapters: None,
            length: clock(milliseconds),
        }
    }
}

/// A place in a recording that has a name.
#[derive(Clone, Debug, Serialize)]
pub struct ChapterLink {
    /// In seconds: `62.5`.
    pub at: String,
    /// The same for people: `1:02`.
    pub clock: String,
    /// What begins there.
    pub title: String,
}

impl ChapterLink {
    /// A chapter at this many milliseconds.
    pub fn new(at: i64, title: String) -> Self {
        let (seconds, rest) = (at / 1000, at % 1000);
        let text = format!("{seconds}.{rest:03}");
        let text = text.trim_end_matches('0').trim_end_matches('.').to_owned();
        Self { at: text, clock: clock(at), title }
    }
}

/// A programme that can be seen again, in a list.
#[derive(Clone, Debug, Serialize)]
pub struct PastProgramme {
    /// As it was called.
    pub title: String,
    /// When it was on air.
    pub at: Timestamp,
    /// Where it can be seen.
    pub url: String,
    /// A picture of it.
    pub poster: Option<String>,
    /// How long it is: `1:02:03`.
    pub length: String,
}

/// Hours, minutes and seconds, as far as there are any.
pub fn clock(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    let (minutes, rest) = (seconds / 60, seconds % 60);
    match minutes / 60 {
        0 => format!("{minutes}:{rest:02}"),
        hours => format!("{hours}:{:02}:{rest:02}", minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_short_as_they_can_be() {
        for (at, expected) in [(0, "0:00"), (62_999, "1:02"), (3_723_000, "1:02:03")] {
            assert_eq!(clock(at), expected);
        }
        assert_eq!(ChapterLink::new(62_500, "x".into()).at, "62.5");
        assert_eq!(ChapterLink::new(60_000, "x".into()).at, "60");
    }
}
