//! How much a seat may send, since what comes from one goes to all.

use std::time::Instant;

/// Three sizes of a camera, a screen and the sound take half of it.
const BYTES_PER_SECOND: u64 = 1_000_000;

/// What is left of it at a moment; a second's worth at most.
pub(crate) struct Intake {
    left: u64,
    at: Instant,
}

impl Intake {
    pub(crate) fn new(now: Instant) -> Self {
        Self { left: BYTES_PER_SECOND, at: now }
    }

    /// Whether a datagram of this length is taken. One that is not is lost, as on a line that is full.
    pub(crate) fn takes(&mut self, now: Instant, length: usize) -> bool {
        let passed = now.saturating_duration_since(self.at).as_micros();
        self.at = self.at.max(now);
        let more = (passed * u128::from(BYTES_PER_SECOND) / 1_000_000) as u64;
        self.left = self.left.saturating_add(more).min(BYTES_PER_SECOND);
        let rest = self.left.checked_sub(length as u64);
        self.left = rest.unwrap_or(self.left);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_second_is_taken_at_once_and_then_what_a_second_gives() {
        let now = Instant::now();
        let mut intake = Intake::new(now);
        let takes = |intake: &mut Intake, at: Duration| {
            (0..3_000).filter(|_| intake.takes(now + at, 1_000)).count()
        };
        assert_eq!(takes(&mut intake, Duration::ZERO), 1_000);
        assert_eq!(takes(&mut intake, Duration::ZERO), 0);
        assert_eq!(takes(&mut intake, Duration::from_millis(10)), 10);
        assert_eq!(takes(&mut intake, Duration::from_secs(90)), 1_000);
        assert_eq!(takes(&mut intake, Duration::from_secs(5)), 0, "no clock goes back");
    }
}
