//! What one seat sends: a stream each for its sound, each layer of its camera, and its screen.

use std::time::{Duration, Instant};

use str0m::rtp::Ssrc;

use crate::{Kind, Layer};

/// A stream that has been silent for so long is not being sent.
const SILENT: Duration = Duration::from_millis(1_500);
/// Of a screen that stands still browsers send a picture each second, or fewer.
const SILENT_SCREEN: Duration = Duration::from_secs(5);
/// A key frame is not asked for more often: each is as large as many other pictures.
const BETWEEN_KEY_FRAMES: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) kind: Kind,
    pub(crate) layer: Layer,
    pub(crate) ssrc: Ssrc,
    new: bool,
    last_at: Instant,
    /// Since when it has been sent without a pause.
    pub(crate) since: Instant,
    bytes: u64,
    counted_since: Instant,
    bits_per_second: Option<u64>,
    key_frame_wanted: bool,
    asked_at: Option<Instant>,
}

impl Source {
    pub(crate) fn new(kind: Kind, layer: Layer, ssrc: Ssrc, now: Instant) -> Self {
        Self {
            kind,
            layer,
            ssrc,
            new: true,
            last_at: now,
            since: now,
            bytes: 0,
            counted_since: now,
            bits_per_second: None,
            key_frame_wanted: false,
            asked_at: None,
        }
    }

    /// Counts a packet. True if it is the first, or ends a silence.
    pub(crate) fn received(&mut self, bytes: usize, now: Instant) -> bool {
        let returns = std::mem::take(&mut self.new) || !self.is_sent(now);
        if returns {
            self.since = now;
        }
        self.last_at = now;
        self.bytes += bytes as u64;
        returns
    }

    pub(crate) fn is_sent(&self, now: Instant) -> bool {
        let silent = if self.kind == Kind::Screen { SILENT_SCREEN } else { SILENT };
        now.saturating_duration_since(self.last_at) < silent
    }

    /// How much it takes; before there is a measurement, what browsers usually send.
    pub(crate) fn bits_per_second(&self) -> u64 {
        self.bits_per_second.unwrap_or(match (self.kind, self.layer) {
            (Kind::Sound, _) => 40_000,
            (Kind::Camera, Layer::Quarter) => 150_000,
            (Kind::Camera, Layer::Half) => 500_000,
            (Kind::Camera, Layer::Full) | (Kind::Screen, _) => 1_500_000,
        })
    }

    pub(crate) fn measure(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.counted_since);
        if elapsed < Duration::from_secs(1) {
            return;
        }
        let measured = (u128::from(self.bytes) * 8_000 / elapsed.as_millis().max(1)) as u64;
        // One second with a key frame in it weighs no more than its neighbours.
        self.bits_per_second =
            Some(self.bits_per_second.map_or(measured, |before| (before * 3 + measured) / 4));
        self.bytes = 0;
        self.counted_since = now;
    }

    pub(crate) fn want_key_frame(&mut self) {
        self.key_frame_wanted = true;
    }

    pub(crate) fn key_frame_came(&mut self) {
        self.key_frame_wanted = false;
    }

    /// Whether to ask for a key frame now; it counts as asked.
    pub(crate) fn asks(&mut self, now: Instant) -> bool {
        let asks = self.key_frame_wanted
            && self
                .asked_at
                .is_none_or(|at| now.saturating_duration_since(at) >= BETWEEN_KEY_FRAMES);
        if asks {
            self.asked_at = Some(now);
        }
        asks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(now: Instant) -> Source {
        Source::new(Kind::Camera, Layer::Half, 7.into(), now)
    }

    #[test]
    fn a_key_frame_is_asked_for_twice_a_second_until_it_comes() {
        let start = Instant::now();
        let mut source = camera(start);
        assert!(!source.asks(start));
        source.want_key_frame();
        let asked: Vec<u64> =
            (0..2_000).filter(|ms| source.asks(start + Duration::from_millis(*ms))).collect();
        assert_eq!(asked, [0, 500, 1_000, 1_500]);
        source.key_frame_came();
        assert!(!source.asks(start + Duration::from_secs(9)));
    }

    #[test]
    fn what_is_silent_is_not_being_sent() {
        let start = Instant::now();
        let mut source = camera(start);
        assert!(source.received(100, start));
        assert!(source.is_sent(start + Duration::from_secs(1)));
        let back = start + Duration::from_secs(3);
        assert!(!source.is_sent(back));
        assert!(source.received(100, back));
        assert!(!source.received(100, back));
        assert_eq!(source.since, back);
    }

    #[test]
    fn its_rate_is_what_came_in_the_last_seconds() {
        let start = Instant::now();
        let mut source = camera(start);
        assert_eq!(source.bits_per_second(), 500_000);
        for second in 1..9 {
            source.received(25_000, start + Duration::from_secs(second));
            source.measure(start + Duration::from_secs(second));
        }
        assert_eq!(source.bits_per_second(), 200_000);
    }
}
