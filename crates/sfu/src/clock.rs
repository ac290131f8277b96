//! The times of what goes on air: one line, whoever speaks.

use std::time::Duration;

use crate::rebase::StreamKey;

/// Gives the packets of one stream after another times on one line.
pub(crate) struct Clock {
    rate: u32,
    stream: Option<StreamKey>,
    /// The last packet's time in its stream, and on the line.
    last: (u32, Duration),
}

impl Clock {
    pub(crate) fn new(rate: u32) -> Self {
        Self { rate, stream: None, last: (0, Duration::ZERO) }
    }

    /// Goes on with another stream, whose packet of this time is at `at`.
    pub(crate) fn follow(&mut self, stream: StreamKey, time: u32, at: Duration) {
        let at = match self.stream {
            None => at,
            // What was on air before is not to be overtaken.
            Some(_) => at.max(self.last.1 + Duration::from_millis(1)),
        };
        (self.stream, self.last) = (Some(stream), (time, at));
    }

    /// When a packet is, or none where what is later was on air already. `taken` is when the sender says
    /// that it was, if it says so: that is come nearer to by an eighth of what passes, so that nothing
    /// goes back and no sound has a gap.
    pub(crate) fn place(
        &mut self,
        stream: StreamKey,
        time: u32,
        now: Duration,
        taken: Option<Duration>,
    ) -> Option<Duration> {
        /// A clock that is this far from ours was set anew.
        const JUMP: Duration = Duration::from_secs(2);
        if self.stream != Some(stream) {
            self.follow(stream, time, now);
            return Some(self.last.1);
        }
        let (last, at) = self.last;
        let ahead = i64::from(time.wrapping_sub(last).cast_signed());
        let Ok(ahead) = u64::try_from(ahead) else { return None };
        let ahead = Duration::from_nanos(ahead * 1_000_000_000 / u64::from(self.rate));
        let mut placed = at + ahead;
        if let Some(taken) = taken.filter(|taken| taken.abs_diff(now) <= JUMP) {
            placed = taken.clamp(placed - ahead / 8, placed + ahead / 8);
        }
        if placed.abs_diff(now) > JUMP {
            self.follow(stream, time, now);
        } else {
            self.last = (time, placed);
        }
        Some(self.last.1)
    }

    /// Whether it is this stream that it gives times to.
    pub(crate) fn follows(&self, stream: StreamKey) -> bool {
        self.stream == Some(stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_on_from_one_speaker_to_the_next_and_over_a_wrap() {
        let ms = Duration::from_millis;
        let stream = |ssrc| StreamKey { session: 1, ssrc };
        let mut clock = Clock::new(48_000);
        assert_eq!(clock.place(stream(1), u32::MAX - 959, ms(100), None), Some(ms(100)));
        assert_eq!(clock.place(stream(1), 0, ms(130), None), Some(ms(120)));
        assert_eq!(clock.place(stream(1), u32::MAX, ms(130), None), None, "too late");
        assert_eq!(clock.place(stream(2), 5, ms(90), None), Some(ms(121)), "nothing goes back");
        assert_eq!(clock.place(stream(2), 965, ms(150), None), Some(ms(141)));
        assert_eq!(clock.place(stream(2), 48_000 * 60, ms(170), None), Some(ms(170)), "set anew");
    }

    #[test]
    fn what_the_sender_says_is_come_nearer_to_and_nothing_goes_back() {
        let ms = Duration::from_millis;
        let stream = StreamKey { session: 1, ssrc: 1 };
        let placed = |taken: &dyn Fn(Duration) -> Duration| {
            let mut clock = Clock::new(1_000);
            let mut last = Duration::ZERO;
            for time in 0..200 {
                let came = ms(1_000 + u64::from(time) * 20);
                let at = clock.place(stream, time * 20, came, Some(taken(came))).unwrap();
                assert!(at > last);
                last = at;
            }
            last.abs_diff(ms(1_000 + 199 * 20))
        };
        assert_eq!(placed(&|came| came - ms(300)), ms(300));
        assert_eq!(placed(&|came| came + ms(300)), ms(300));
        assert_eq!(placed(&|came| came + ms(60_000)), ms(0), "no clock is that wrong");
    }
}
