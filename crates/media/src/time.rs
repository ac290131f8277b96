//! The two clocks, channel time, and frame rates.

use std::fmt;
use std::time::Duration;

use base::Timestamp;
use serde::{Deserialize, Serialize};

/// Ticks of channel time, and of every video track, in a second.
pub const CHANNEL_CLOCK: u32 = 90_000;

/// The present, by both clocks that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// What the wall clock says; it may be set back, and is only shown to viewers.
    pub wall: Timestamp,
    /// Time since any fixed instant, by a clock that never goes back. All waiting is measured by it.
    pub steady: Duration,
}

/// A rational number of frames per second, such as 30000/1001.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameRate {
    frames: u32,
    seconds: u32,
}

impl FrameRate {
    /// `frames` in `seconds`; none outside of 1 to 240 frames per second.
    pub fn new(frames: u32, seconds: u32) -> Option<Self> {
        let sane = seconds > 0 && (1..=240).contains(&(frames / seconds));
        sane.then_some(Self { frames, seconds })
    }

    /// So many frames in so many seconds.
    pub fn fraction(self) -> (u32, u32) {
        (self.frames, self.seconds)
    }

    /// Frames per second.
    pub fn per_second(self) -> f64 {
        f64::from(self.frames) / f64::from(self.seconds)
    }

    /// When frame `number` begins, in ticks of [`CHANNEL_CLOCK`] from frame 0.
    pub(crate) fn begins(self, number: i64) -> i64 {
        let ticks = i128::from(number) * i128::from(CHANNEL_CLOCK) * i128::from(self.seconds);
        let frames = i128::from(self.frames);
        i64::try_from((2 * ticks + frames).div_euclid(2 * frames)).unwrap_or(i64::MAX)
    }

    /// How long so many frames last, in ticks, rounded up: some rates have frames of no whole number.
    pub(crate) fn lasts_at_most(self, frames: u32) -> u64 {
        let ticks = u128::from(frames) * u128::from(CHANNEL_CLOCK) * u128::from(self.seconds);
        u64::try_from(ticks.div_ceil(u128::from(self.frames))).unwrap_or(u64::MAX)
    }

    /// The frame that begins nearest to `ticks`.
    pub(crate) fn nearest(self, ticks: i64) -> i64 {
        let frames = i128::from(ticks) * i128::from(self.frames);
        let clock = i128::from(CHANNEL_CLOCK) * i128::from(self.seconds);
        i64::try_from((2 * frames + clock).div_euclid(2 * clock)).unwrap_or(i64::MAX)
    }
}

impl fmt::Display for FrameRate {
    /// As FRAME-RATE of a master playlist wants it: three decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.per_second())
    }
}

/// `value`, counted `from` times a second, counted `to` times a second; rounded to the nearest.
pub(crate) fn rescale(value: u64, from: u32, to: u32) -> u64 {
    let scaled =
        (u128::from(value) * u128::from(to) * 2 + u128::from(from)) / (2 * u128::from(from));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

/// `time` in units of which `clock` make a second, rounded down.
pub(crate) fn units(time: Duration, clock: u32) -> u64 {
    u64::try_from(time.as_nanos() * u128::from(clock) / 1_000_000_000).unwrap_or(u64::MAX)
}

/// How long `units` are, of which `clock` make a second.
pub(crate) fn duration(units: u64, clock: u32) -> Duration {
    let nanos = u128::from(units) * 1_000_000_000 / u128::from(clock.max(1));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_a_rational_rate_never_drift() {
        let rate = FrameRate::new(30_000, 1001).unwrap();
        assert_eq!(rate.begins(15), 45_045);
        assert_eq!(rate.begins(30_000), 1001 * 90_000);
        assert_eq!(FrameRate::new(24_000, 1001).unwrap().begins(12), 45_045);
        for number in [-7, 0, 1, 29, 100_000] {
            assert_eq!(rate.nearest(rate.begins(number)), number);
            assert_eq!(rate.nearest(rate.begins(number) + 900), number);
        }
    }

    #[test]
    fn absurd_rates_are_none() {
        assert_eq!(FrameRate::new(25, 0), None);
        assert_eq!(FrameRate::new(1, 2), None);
        assert_eq!(FrameRate::new(1000, 1), None);
        assert_eq!(FrameRate::new(30_000, 1001).unwrap().to_string(), "29.970");
    }
}
