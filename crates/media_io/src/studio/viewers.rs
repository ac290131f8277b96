//! How many watch: at this moment, and on the average of each minute.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use base::Timestamp;
use serde::Serialize;

/// Who watches is seen by what they took within this time: some segments of any rendition.
const LATELY: Duration = Duration::from_secs(20);
const MINUTE: i64 = 60_000_000;
/// The sound beside pictures: whoever takes it takes pictures, too.
pub(super) const BESIDE: &str = "sound";

/// How many watch or listen at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Viewers {
    /// All of them.
    pub all: u64,
    /// Of each rendition that anybody takes.
    pub renditions: BTreeMap<String, u64>,
}

/// What was given, of late and in the minute that runs.
#[derive(Debug, Default)]
pub(super) struct Counts {
    lately: VecDeque<(Duration, BTreeMap<String, Duration>)>,
    minute: Option<i64>,
    in_minute: BTreeMap<String, Duration>,
}

/// A minute that is over.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Minute {
    pub(super) began: Timestamp,
    pub(super) viewers: BTreeMap<String, u64>,
}

impl Counts {
    /// Takes what was given of each rendition since the last time, `at` the steady clock.
    pub(super) fn count(
        &mut self,
        at: Duration,
        given: impl IntoIterator<Item = (String, Duration)>,
    ) -> Viewers {
        let given: BTreeMap<String, Duration> = given
            .into_iter()
            .filter(|(name, length)| name != BESIDE && !length.is_zero())
            .collect();
        for (name, length) in &given {
            *self.in_minute.entry(name.clone()).or_default() += *length;
        }
        self.lately.push_back((at, given));
        while self.lately.front().is_some_and(|(then, _)| at.saturating_sub(*then) >= LATELY) {
            self.lately.pop_front();
        }
        let mut all: BTreeMap<String, Duration> = BTreeMap::new();
        for (name, length) in self.lately.iter().flat_map(|(_, given)| given) {
            *all.entry(name.clone()).or_default() += *length;
        }
        let renditions = averages(all, LATELY);
        Viewers { all: renditions.values().sum(), renditions }
    }

    /// The minute that has ended since the last time, if one has.
    pub(super) fn minute_over(&mut self, now: Timestamp) -> Option<Minute> {
        let minute = now.as_micros().div_euclid(MINUTE);
        let before = self.minute.replace(minute).filter(|before| *before != minute)?;
        let given = std::mem::take(&mut self.in_minute);
        let viewers = averages(given, Duration::from_secs(60));
        let began = Timestamp::from_micros(before * MINUTE);
        (!viewers.is_empty()).then_some(Minute { began, viewers })
    }
}

/// Whoever takes as much media as time passes is one viewer; less than a half is somebody who looks in.
fn averages(given: BTreeMap<String, Duration>, over: Duration) -> BTreeMap<String, u64> {
    let count = |length: Duration| (length.as_secs_f64() / over.as_secs_f64()).round() as u64;
    given
        .into_iter()
        .map(|(name, length)| (name, count(length)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn at(n: i64) -> Timestamp {
        Timestamp::from_micros((1_790_000_040 + n) * 1_000_000)
    }

    #[test]
    fn whoever_takes_a_second_in_each_second_is_a_viewer_in_parts_or_in_segments() {
        let mut counts = Counts::default();
        let mut viewers = Viewers::default();
        for n in 0..60 {
            // Seven take parts, three take a segment of four seconds in every fourth.
            let segments = if n % 4 == 0 { 3 * 4 } else { 0 };
            let given = [
                ("source".to_owned(), second(7)),
                ("240p".to_owned(), second(segments)),
                (BESIDE.to_owned(), second(7 + segments)),
            ];
            viewers = counts.count(second(n), given);
        }
        let expected = [("source".to_owned(), 7), ("240p".to_owned(), 3)];
        assert_eq!(viewers, Viewers { all: 10, renditions: expected.into() });
        for n in 60..80 {
            viewers = counts.count(second(n), []);
        }
        assert_eq!(viewers, Viewers::default(), "they are gone");
    }

    #[test]
    fn a_minute_is_told_once_and_with_its_average() {
        let mut counts = Counts::default();
        let mut told = Vec::new();
        for n in 0..150 {
            let watching = if n < 90 { 4 } else { 0 };
            counts.count(second(n), [("source".to_owned(), second(watching))]);
            told.extend(counts.minute_over(at(i64::try_from(n).unwrap())));
        }
        let minute =
            |began, viewers| Minute { began, viewers: [("source".to_owned(), viewers)].into() };
        assert_eq!(told, [minute(at(0), 4), minute(at(60), 2)]);
    }
}
