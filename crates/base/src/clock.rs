//! Clocks. Commands and pure cores take `now`; only the outermost layer reads a clock.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::Timestamp;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        jiff::Timestamp::now().into()
    }
}

/// A clock that stands still until it is told.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// Stands at `start`.
    pub fn at(start: Timestamp) -> Self {
        Self(Mutex::new(start))
    }

    /// Jumps to `instant`, forwards or back.
    pub fn set(&self, instant: Timestamp) {
        *self.lock() = instant;
    }

    /// Moves forwards by `duration`.
    pub fn advance(&self, duration: Duration) {
        let mut now = self.lock();
        *now = now.plus(duration);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Timestamp> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.lock()
    }
}

/// Decides when something scheduled is due, and distrusts a clock that jumps.
///
/// A wall clock can be set forwards by mistake. An embargo must hold all the same, so the due time
/// is the *earlier* of the wall clock and of a reckoning that started with the wall clock and has
/// advanced with the monotonic clock since. A wall clock that stays ahead of the reckoning by the
/// same amount for [`DueClock::TRUST_AFTER`] is believed (a machine that slept, a clock that was
/// corrected); one set back is believed at once, since that can only delay.
#[derive(Debug)]
pub struct DueClock {
    reckoned: Timestamp,
    last: Instant,
    ahead_since: Option<(Instant, i64)>,
}

impl DueClock {
    /// A smaller difference between wall clock and reckoning is ordinary drift, and is followed.
    pub const DRIFT: Duration = Duration::from_secs(2);
    /// For how long a wall clock must stay ahead before its jump is believed.
    pub const TRUST_AFTER: Duration = Duration::from_secs(300);

    /// Starts from a wall clock that is believed.
    pub fn start(wall: Timestamp, monotonic: Instant) -> Self {
        Self { reckoned: wall, last: monotonic, ahead_since: None }
    }

    /// The instant up to which scheduled things are due.
    pub fn due(&mut self, wall: Timestamp, monotonic: Instant) -> Timestamp {
        self.reckoned = self.reckoned.plus(monotonic.saturating_duration_since(self.last));
        self.last = monotonic;
        let ahead = wall.as_micros() - self.reckoned.as_micros();
        if ahead <= micros(Self::DRIFT) {
            self.reckoned = wall;
            self.ahead_since = None;
        } else {
            match self.ahead_since {
                Some((since, by)) if (ahead - by).abs() <= micros(Self::DRIFT) => {
                    if monotonic.saturating_duration_since(since) >= Self::TRUST_AFTER {
                        self.reckoned = wall;
                        self.ahead_since = None;
                    }
                }
                _ => self.ahead_since = Some((monotonic, ahead)),
            }
        }
        self.reckoned
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn follows_a_clock_that_runs_as_it_should() {
        let start = Instant::now();
        let mut due = DueClock::start(at(1_000), start);
        for second in 0..600 {
            let monotonic = start + Duration::from_secs(second);
            let wall = at(1_000 + i64::try_from(second).unwrap());
            assert_eq!(due.due(wall, monotonic), wall);
        }
    }

    #[test]
    fn is_never_early_when_the_clock_is_set_forwards() {
        let start = Instant::now();
        let mut due = DueClock::start(at(1_000), start);
        let monotonic = start + Duration::from_secs(10);
        assert_eq!(due.due(at(1_010 + 3_600), monotonic), at(1_010));
    }

    #[test]
    fn forgets_a_jump_that_is_taken_back() {
        let start = Instant::now();
        let mut due = DueClock::start(at(1_000), start);
        due.due(at(4_610), start + Duration::from_secs(10));
        let back = due.due(at(1_020), start + Duration::from_secs(20));
        assert_eq!(back, at(1_020));
    }

    #[test]
    fn believes_a_jump_that_lasts() {
        let start = Instant::now();
        let mut due = DueClock::start(at(0), start);
        let mut last = at(0);
        for second in 1..=301 {
            last = due.due(
                at(3_600 + i64::try_from(second).unwrap()),
                start + Duration::from_secs(second),
            );
        }
        assert_eq!(last, at(3_600 + 301));
    }

    #[test]
    fn believes_a_clock_that_is_set_back_at_once() {
        let start = Instant::now();
        let mut due = DueClock::start(at(5_000), start);
        assert_eq!(due.due(at(1_400), start + Duration::from_secs(1)), at(1_400));
    }
}
