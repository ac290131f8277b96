//! What a channel's renditions are to be.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fmp4::{Format, Sample};
use crate::time::{CHANNEL_CLOCK, FrameRate, units};

/// A rendition: one track with its own playlist. Its media playlist is served as
/// `{name}/live.m3u8` beside the master, and its media below the same folder.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its folder.
    pub name: RenditionName,
    /// What it carries.
    pub kind: Kind,
    /// Which master playlist lists it.
    pub master: Master,
    /// With parts or without.
    pub delivery: Delivery,
    /// How long a segment should be: it is closed at the first key frame from then on.
    pub segment: Duration,
    /// EXT-X-TARGETDURATION in seconds. It cannot change while the channel lives, so it has to hold
    /// the longest distance of key frames that is let in. Renditions of one master have the same.
    /// The nearer it is to a segment's length, the shorter playlists are: parts are listed for three
    /// times as long. Players of whole segments stay three times as long behind.
    pub target_seconds: u32,
    /// How far back the live playlist reaches.
    pub window: Duration,
    /// What is shown while its source is away; without one, viewers wait.
    pub slate: Option<Slate>,
}

/// A short loop, coded in advance for one rendition.
#[derive(Clone, Debug)]
pub struct Slate {
    /// How it is coded.
    pub format: Format,
    /// Its samples, from 0 on; the first can be decoded alone. Only their durations and offsets
    /// count.
    pub samples: Vec<Sample>,
}

/// A rendition's folder: small letters, digits and hyphens, at most 32.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RenditionName(String);

impl RenditionName {
    /// Checks a name.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidSettings> {
        let name = name.into();
        let plain = name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
        match plain && (1..=32).contains(&name.len()) {
            true => Ok(Self(name)),
            false => Err(InvalidSettings::Name(name)),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RenditionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for RenditionName {
    type Error = InvalidSettings;

    fn try_from(name: String) -> Result<Self, InvalidSettings> {
        Self::new(name)
    }
}

impl From<RenditionName> for String {
    fn from(name: RenditionName) -> Self {
        name.0
    }
}

/// What a rendition carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture.
    Video,
    /// Sound.
    Audio,
}

/// A master playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Master {
    /// The channel's, with pictures: its renditions break off together.
    Channel,
    /// That of Audio Only: it goes on while the picture fails.
    AudioOnly,
}

/// How a rendition reaches viewers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// In parts, each as soon as it is made.
    LowLatency(PartTarget),
    /// In whole segments.
    Plain,
}

/// How long a part is, in ticks of 90 kHz. It is constant while the channel lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartTarget(u32);

impl PartTarget {
    /// What viewers get unless the site says otherwise.
    pub const USUAL: Duration = Duration::from_millis(500);

    /// The whole number of frames that fits best into `wanted` and divides the distance of key
    /// frames, so that no segment ends with a short part: 10 of 50 at 25 frames a second.
    pub fn of_frames(rate: FrameRate, key_frames_apart: Option<u32>, wanted: Duration) -> Self {
        let per_second = rate.per_second();
        let most = ((wanted.as_secs_f64() * per_second).round() as u32).max(1);
        let apart = key_frames_apart.unwrap_or((2.0 * per_second).round() as u32).max(1);
        let divisor = (1..=most).rev().find(|frames| apart.is_multiple_of(*frames)).unwrap_or(1);
        // A key-frame distance with no fitting divisor ends its segments with a short part.
        let frames = if divisor * 2 > most { divisor } else { most };
        Self(u32::try_from(rate.lasts_at_most(frames)).unwrap_or(u32::MAX))
    }

    /// As ticks of 90 kHz; at least 0.1 s, at most 4 s.
    pub fn of_duration(wanted: Duration) -> Self {
        let ticks = units(wanted, CHANNEL_CLOCK);
        let within = ticks.clamp(u64::from(CHANNEL_CLOCK / 10), u64::from(4 * CHANNEL_CLOCK));
        Self(u32::try_from(within).unwrap_or(CHANNEL_CLOCK))
    }

    /// Ticks of 90 kHz.
    pub fn ticks(self) -> u32 {
        self.0
    }
}

impl Settings {
    pub(super) fn part_target(&self) -> Option<PartTarget> {
        match self.delivery {
            Delivery::LowLatency(target) => Some(target),
            Delivery::Plain => None,
        }
    }
}

/// Settings that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// A name that is no name.
    #[error(
        "\"{0}\" cannot be a rendition's name: use small letters, digits and hyphens, at most 32."
    )]
    Name(String),
    /// Two renditions of one name.
    #[error("Two renditions are called {0}. Give each its own name.")]
    Twice(RenditionName),
    /// A segment that does not fit.
    #[error(
        "Segments of {0} do not fit: let a segment last 1 s to its target duration, and that at most 10 s."
    )]
    Segment(RenditionName),
    /// Target durations that differ.
    #[error("Renditions of the channel have target durations that differ. Give them one.")]
    Targets,
    /// A part that does not fit.
    #[error("Parts of {0} do not fit: let a part last 0.1 s to half of a segment.")]
    Part(RenditionName),
    /// A slate that cannot be shown.
    #[error(
        "The slate of {0} cannot be looped: it needs samples with durations, beginning with a key frame, of the rendition's kind."
    )]
    Slate(RenditionName),
}

pub(super) fn check(all: &[Settings]) -> Result<(), InvalidSettings> {
    let mut channel_target = None;
    for (index, settings) in all.iter().enumerate() {
        let name = &settings.name;
        if all[..index].iter().any(|earlier| earlier.name == *name) {
            return Err(InvalidSettings::Twice(name.clone()));
        }
        let target = Duration::from_secs(settings.target_seconds.into());
        let fits = (Duration::from_secs(1)..=target).contains(&settings.segment);
        if !fits || settings.target_seconds > 10 {
            return Err(InvalidSettings::Segment(name.clone()));
        }
        if settings.master == Master::Channel
            && *channel_target.get_or_insert(settings.target_seconds) != settings.target_seconds
        {
            return Err(InvalidSettings::Targets);
        }
        if let Some(part) = settings.part_target() {
            let half = units(settings.segment, CHANNEL_CLOCK) / 2;
            // Rounding a frame up may reach a tick above.
            if !(u64::from(CHANNEL_CLOCK / 10)..=half + 1).contains(&part.ticks().into()) {
                return Err(InvalidSettings::Part(name.clone()));
            }
        }
        if settings.slate.as_ref().is_some_and(|slate| !slate.fits(settings.kind)) {
            return Err(InvalidSettings::Slate(name.clone()));
        }
    }
    Ok(())
}

impl Slate {
    pub(super) fn fits(&self, kind: Kind) -> bool {
        let of_kind = match self.format {
            Format::Video(_) => kind == Kind::Video,
            Format::Audio(_) => kind == Kind::Audio,
        };
        let begins = self.samples.first().is_some_and(|first| first.key);
        // Half a second, or it could not be cut into parts.
        let longest = self.format.clock() / 2;
        let last = self.samples.iter().all(|sample| (1..=longest).contains(&sample.duration));
        of_kind && begins && last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_a_divisor_of_the_distance_of_key_frames() {
        let target = |frames, seconds, apart, wanted| {
            let rate = FrameRate::new(frames, seconds).unwrap();
            PartTarget::of_frames(rate, apart, Duration::from_millis(wanted)).ticks()
        };
        assert_eq!(target(25, 1, None, 500), 36_000, "0.4 s: 10 of 50 frames");
        assert_eq!(target(30, 1, Some(60), 500), 45_000, "0.5 s");
        assert_eq!(target(50, 1, None, 500), 45_000, "0.5 s: 25 of 100 frames");
        assert_eq!(target(60, 1, None, 500), 45_000);
        assert_eq!(target(30_000, 1001, None, 500), 45_045, "0.5005 s: 15 of 60 frames");
        assert_eq!(target(24_000, 1001, None, 500), 45_045, "12 of 48 frames");
        assert_eq!(target(25, 1, None, 200), 18_000, "0.2 s: 5 frames");
        assert_eq!(
            target(25, 1, Some(47), 500),
            46_800,
            "47 is prime: 13 frames, and a short part"
        );
    }
}
