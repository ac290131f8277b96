//! Recordings: what a programme showed, kept to be seen again.
//!
//! A recording begins with its programme and ends with it, however often the line is lost in between.
//! What runs the channel keeps its segments in the file store ([`keep`]), until it has all of them
//! ([`kept`]). Editors then say what of it readers see, and whether.
//!
//! Positions in a recording are milliseconds from its beginning, before anything was trimmed.

mod begin;
mod chapter;
mod delete;
mod end;
mod keep;
mod publish;
mod queries;
mod trim;

use base::{ChannelId, ProgrammeId, RecordingId, Timestamp};
use store::FromQueryResult;

pub use begin::begin;
pub use chapter::{Chapter, chapters, mark, mark_now, unmark};
pub use delete::{delete, deleted, forget};
pub use end::end;
pub use keep::{has_poster, keep, kept};
pub use publish::{publish, unpublish};
pub use queries::{
    Size, by_id, has_init, longest_init, newest_kept, of_programme, piece, pieces, published,
    recent, sizes, unfinished,
};
pub use trim::{Span, span, trim, whole};

/// What a programme showed.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Recording {
    /// Names it.
    pub id: RecordingId,
    /// Of which channel.
    pub channel_id: ChannelId,
    /// Of which programme.
    pub programme_id: ProgrammeId,
    /// From when on.
    pub began_at: Timestamp,
    /// Until when, once it is over.
    pub ended_at: Option<Timestamp>,
    /// Since when all of it is in the file store.
    pub kept_at: Option<Timestamp>,
    /// Whether there is a picture of it.
    pub poster: bool,
    /// Where what readers see begins.
    pub trim_from: Option<i64>,
    /// Where that ends.
    pub trim_to: Option<i64>,
    shown_from: Option<i64>,
    shown_to: Option<i64>,
    /// Since when readers can see it.
    pub published_at: Option<Timestamp>,
    /// Since when it is to be forgotten.
    pub deleted_at: Option<Timestamp>,
}

impl Recording {
    /// How far it has come.
    pub fn state(&self) -> State {
        match self {
            Self { ended_at: None, .. } => State::Going,
            Self { kept_at: None, .. } => State::Ending,
            Self { published_at: Some(_), .. } => State::Published,
            _ => State::Kept,
        }
    }

    /// Whether readers see a piece of it: of what is cut elsewhere, what has its middle in between.
    pub fn shows(&self, piece: &Piece) -> bool {
        let (Some(from), Some(to)) = (self.shown_from, self.shown_to) else { return true };
        (from..to).contains(&(piece.starts + piece.ticks() / 2))
    }
}

/// How far a recording has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its programme is on.
    Going,
    /// Its programme is over, and the last of it is on its way to the file store.
    Ending,
    /// All of it is there, for the newsroom.
    Kept,
    /// All of it is there, for everybody.
    Published,
}

impl State {
    /// Its name, for pages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Going => "going",
            Self::Ending => "ending",
            Self::Kept => "kept",
            Self::Published => "published",
        }
    }
}

/// A segment of a rendition of a recording, which the file store has.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Piece {
    /// Of which rendition.
    pub rendition: String,
    /// Its media sequence number on the channel.
    pub number: i64,
    /// The name of its file.
    pub name: String,
    /// The name of the initialisation that it needs.
    pub init: String,
    /// Where it begins in channel time, in ticks of 90 kHz.
    pub starts: i64,
    /// How long it is, in units of which …
    pub units: i64,
    /// … this many make a second.
    pub clock: i64,
    /// When its first frame was on air.
    pub aired_at: Timestamp,
    /// Breaks of the timeline before it.
    pub discontinuities: i64,
    /// Its size.
    pub bytes: i64,
}

impl Piece {
    /// How long it is, in milliseconds.
    pub fn milliseconds(&self) -> i64 {
        self.units.saturating_mul(1000) / self.clock.max(1)
    }

    /// How long it is, in ticks of 90 kHz.
    pub fn ticks(&self) -> i64 {
        self.units.saturating_mul(90_000) / self.clock.max(1)
    }

    /// When it ended.
    pub fn ended_at(&self) -> Timestamp {
        let length = u64::try_from(self.milliseconds()).unwrap_or_default();
        self.aired_at.plus(std::time::Duration::from_millis(length))
    }
}

/// Where the file store has a file of a recording.
pub fn file_key(recording: RecordingId, rendition: &str, name: &str) -> String {
    format!("recordings/{recording}/{rendition}/{name}")
}

/// Where the file store has the picture of a recording.
pub fn poster_key(recording: RecordingId) -> String {
    format!("recordings/{recording}/poster.jpg")
}

/// The folder of a recording in the file store.
pub fn folder(recording: RecordingId) -> String {
    format!("recordings/{recording}")
}
