//! Playlists of HTTP Live Streaming, by draft-pantos-hls-rfc8216bis-20. Section numbers are its.

mod dvr;
mod list;
mod master;
mod recorded;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use base::Timestamp;

pub use dvr::Dvr;
pub(crate) use list::{Line, List, ListSettings, Parts, Report};
pub use master::{Captions, Sound, Subtitles, Variant, audio_only_master, master};
pub use recorded::{Ends, recorded};

use crate::MediaName;

/// A place in a media playlist: a part of a segment. Parts of a segment count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Media sequence number.
    pub sequence: u64,
    /// Which part of it.
    pub part: u32,
}

/// A closed segment, as much as a playlist has to know. Its bytes are with the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Its name below the rendition's address.
    pub name: MediaName,
    /// The initialisation that its samples need. Text needs none, and has its own name here.
    pub init: MediaName,
    /// Where it begins in channel time, in ticks of 90 kHz.
    pub start: u64,
    /// How long it is, in units of which …
    pub units: u64,
    /// … this many make a second.
    pub clock: u32,
    /// When its first sample was on air.
    pub aired: Timestamp,
    /// EXT-X-DISCONTINUITY tags before it: 0 if it goes on where the one before it ended.
    pub discontinuities: u32,
    /// Its size.
    pub bytes: u64,
}

impl Segment {
    /// Its media sequence number.
    pub fn sequence(&self) -> u64 {
        self.name.number
    }

    /// How long it is.
    pub fn duration(&self) -> std::time::Duration {
        crate::time::duration(self.units, self.clock)
    }

    /// Where it ends, in ticks of channel time.
    pub(crate) fn end(&self) -> u64 {
        let clock = crate::time::CHANNEL_CLOCK;
        self.start + crate::time::rescale(self.units, self.clock, clock)
    }
}

/// The newest segments that follow each other by their sequence numbers, and how many discontinuities
/// there are in those before them.
pub(crate) fn whole(segments: &[Segment]) -> (u64, &[Segment]) {
    let gap = segments.windows(2).rposition(|pair| pair[0].sequence() + 1 != pair[1].sequence());
    let (before, whole) = segments.split_at(gap.map_or(0, |gap| gap + 1));
    (before.iter().map(|gone| u64::from(gone.discontinuities)).sum(), whole)
}

/// A media playlist as it is at one moment: rendered once, shared by all who ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Playlist {
    pub(crate) full: Bytes,
    pub(crate) delta: Option<Bytes>,
    /// Media sequence number of the first segment listed.
    pub(crate) first: u64,
    /// Parts of each segment whose parts are listed, the open one last; empty without parts.
    pub(crate) parts: Vec<(u64, u32)>,
    /// The open segment, which is the next to be closed.
    pub(crate) open: u64,
    pub(crate) target_seconds: u32,
    pub(crate) part_seconds: Option<f64>,
    /// Numbers of the parts that are served; the one behind them is hinted at, if any is.
    pub(crate) parts_served: std::ops::Range<u64>,
    pub(crate) hinted: bool,
    pub(crate) run: u32,
    pub(crate) ended: bool,
}

impl Playlist {
    /// The whole text.
    pub fn text(&self) -> &Bytes {
        &self.full
    }

    /// The text for who has an older one (§6.2.5.1); none if nothing could be skipped.
    pub fn delta(&self) -> Option<&Bytes> {
        self.delta.as_ref()
    }

    /// The last part listed, or the last segment where there are no parts (`part` is 0 then).
    pub fn newest(&self) -> Option<Position> {
        match self.parts.iter().rev().find(|(_, count)| *count > 0) {
            Some((sequence, count)) => Some(Position { sequence: *sequence, part: count - 1 }),
            None => (self.open > self.first).then(|| Position { sequence: self.open - 1, part: 0 }),
        }
    }

    /// Whether nothing will follow.
    pub fn ended(&self) -> bool {
        self.ended
    }
}

/// Seconds with at most five decimals, rounded to the nearest.
pub(crate) fn seconds(units: u64, clock: u32) -> String {
    let clock = u128::from(clock.max(1));
    decimal((u128::from(units) * 200_000 + clock) / (2 * clock))
}

/// Seconds with at most five decimals, rounded up: what parts are not to exceed.
pub(crate) fn seconds_up(units: u64, clock: u32) -> String {
    decimal((u128::from(units) * 100_000).div_ceil(u128::from(clock.max(1))))
}

fn decimal(hundred_thousandths: u128) -> String {
    let text = format!("{}.{:05}", hundred_thousandths / 100_000, hundred_thousandths % 100_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_short_and_part_targets_round_up() {
        assert_eq!(seconds(180_000, 90_000), "2");
        assert_eq!(seconds(36_000, 90_000), "0.4");
        assert_eq!(seconds(45_045, 90_000), "0.5005");
        assert_eq!(seconds(1024, 48_000), "0.02133");
        assert_eq!(seconds_up(1024, 48_000), "0.02134");
        assert_eq!(seconds_up(45_045, 90_000), "0.5005");
    }
}
