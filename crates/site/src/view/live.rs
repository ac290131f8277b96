//! The channel's page.

use base::{ArticleId, Timestamp};
use serde::Serialize;

use super::{Discussion, Head, Link, PastProgramme, ShareLink};

/// What the head of every page says of the channel.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OnAir {
    /// Whether something is sent.
    pub on_air: bool,
    /// What is on, where a producer has said so.
    pub title: Option<String>,
    /// The story that it is about.
    #[serde(skip)]
    pub story: Option<ArticleId>,
    /// Where the last picture of it is, if any are made: it is another every few seconds.
    pub picture: Option<String>,
}

impl OnAir {
    /// Whether what is shown at this moment is about this story.
    pub fn is_about(&self, story: ArticleId) -> bool {
        self.on_air && self.story == Some(story)
    }
}

/// `/live` and `/live/audio`.
#[derive(Clone, Debug, Serialize)]
pub struct LivePage {
    /// For machines.
    pub head: Head,
    /// What is on; else what the channel is called.
    pub headline: String,
    /// What it is about; empty for nothing to say.
    pub description: String,
    /// Whether something is sent.
    pub on_air: bool,
    /// Whether to begin with sound alone.
    pub audio_only: bool,
    /// Where the streams are.
    pub streams: Streams,
    /// What shows it in a page of another site.
    pub embed: String,
    /// What is on, and since when.
    pub on_now: Option<ScheduleEntry>,
    /// What is to come, the next first.
    pub to_come: Vec<ScheduleEntry>,
    /// The same for calendars.
    pub calendar: String,
    /// What was on and can be seen again, the newest first.
    pub past: Vec<PastProgramme>,
    /// Where to share it.
    pub share: Vec<ShareLink>,
    /// The story that what is on is about.
    pub story: Option<Link>,
    /// What readers say about that story.
    pub discussion: Option<Discussion>,
}

/// `/live/embed`: the player alone, for pages of other sites.
#[derive(Clone, Debug, Serialize)]
pub struct EmbedPage {
    /// For machines.
    pub head: Head,
    /// What is on; else what the channel is called.
    pub headline: String,
    /// Whether to begin with sound alone.
    pub audio_only: bool,
    /// Whether something is sent.
    pub on_air: bool,
    /// Where the streams are.
    pub streams: Streams,
    /// The channel's page.
    pub address: String,
}

/// Where the streams of a channel are, from the root.
#[derive(Clone, Debug, Serialize)]
pub struct Streams {
    /// HLS with pictures.
    pub master: String,
    /// The window that one can go back in.
    pub window: String,
    /// The list of the window's pictures.
    pub stills: String,
    /// HLS with sound alone.
    pub audio: String,
    /// Sound for radios and old phones.
    pub mp3: String,
    /// The same in AAC.
    pub aac: String,
    /// Whether it is on air, for scripts.
    pub status: String,
}

impl Streams {
    /// Those of the channel of this slug.
    pub fn of(slug: &str) -> Self {
        let at = |file: &str| format!("/channels/{slug}/{file}");
        Self {
            master: at("master.m3u8"),
            window: at("dvr.m3u8"),
            stills: at("thumbnails.vtt"),
            audio: at("audio.m3u8"),
            mp3: at("audio.mp3"),
            aac: at("audio.aac"),
            status: at("status.json"),
        }
    }
}

/// A programme, as the schedule tells it.
#[derive(Clone, Debug, Serialize)]
pub struct ScheduleEntry {
    /// As it is called.
    pub title: String,
    /// In a few sentences; empty for none.
    pub description: String,
    /// When it is to begin, or began.
    pub at: Timestamp,
}
