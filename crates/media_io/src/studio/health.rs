//! How a channel does, second by second, and what is to be done about it.

use std::collections::VecDeque;
use std::time::Duration;

use base::Timestamp;
use serde::Serialize;
use tokio::time::Instant;

use super::Status;

/// So many seconds are remembered.
const REMEMBERED: usize = 300;
/// What is judged is judged over so many seconds.
const JUDGED: usize = 15;
/// Frames further apart than this are a jump of the source's clock.
const JUMP_MS: i64 = 10_000;

/// How it went in one second.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// When it ended.
    pub at: Timestamp,
    /// What was measured.
    #[serde(flatten)]
    pub reading: Reading,
}

/// What is measured of a second.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Reading {
    /// Thousands of bits that came from the source.
    pub kilobits: u64,
    /// Frames that came.
    pub frames: u64,
    /// The distance of the last two key frames, in seconds.
    pub key_frames_apart: f64,
    /// Frames that are missing between those that came.
    pub lost: u64,
    /// How much later the source arrives than when its line was at its best, in seconds.
    pub behind: f64,
    /// Parts that viewers were given too late.
    pub parts_late: u64,
    /// Seconds of the stream that the transcoder deals with in a second, while there is one.
    pub speed: Option<f64>,
    /// How far each rendition that is made here is behind the source, in seconds.
    pub renditions: Vec<Lag>,
    /// Whoever watched.
    pub viewers: u64,
}

/// A rendition that is made here.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Lag {
    /// Its name.
    pub name: String,
    /// Seconds behind the source.
    pub behind: f64,
}

/// Something that is wrong with a channel, by the key of a sentence, and a number for it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Trouble {
    /// Which sentence.
    pub key: &'static str,
    /// What is to stand in it.
    pub number: f64,
}

/// The last minutes of a channel, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Health(VecDeque<Sample>);

impl Health {
    pub(super) fn push(&mut self, sample: Sample) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(sample);
    }

    pub(super) fn after(&self, at: Option<Timestamp>) -> Vec<Sample> {
        let newer = |it: &&Sample| at.is_none_or(|at| it.at > at);
        self.0.iter().filter(newer).cloned().collect()
    }

    /// What is wrong, the worst first.
    pub(super) fn troubles(&self, status: &Status) -> Vec<Trouble> {
        let mut all = Vec::new();
        let mut add = |key, number: f64| all.push(Trouble { key, number });
        if status.on_air && status.source.is_none() {
            add("no-source", 0.0);
        }
        let (Some(source), Some(newest)) = (&status.source, self.0.back().map(|it| &it.reading))
        else {
            return all;
        };
        if status.on_air && status.on_slate {
            add("no-frames", 0.0);
        }
        let lately = self.0.iter().rev().take(JUDGED).map(|it| &it.reading);
        let seconds = lately.clone().count().max(1) as f64;
        if newest.behind > 2.0 {
            add("line", newest.behind);
        }
        let lost: u64 = lately.clone().map(|it| it.lost).sum();
        let frames: u64 = lately.clone().map(|it| it.frames).sum();
        if lost * 50 > frames + lost {
            add("frames", lost as f64 / seconds);
        }
        // A meeting is asked for key frames as they are needed.
        if source.address.is_some() && source.key_frames_apart > 4.0 {
            add("key-frames", source.key_frames_apart);
        }
        let late: u64 = lately.clone().map(|it| it.parts_late).sum();
        if late >= 3 && !status.on_slate {
            add("parts", late as f64);
        }
        let slow = lately.clone().all(|it| it.speed.is_some_and(|speed| speed < 0.95));
        let behind = newest.renditions.iter().map(|it| it.behind).fold(0.0, f64::max);
        if slow || behind > 4.0 {
            add("machine", behind);
        }
        all
    }
}

/// Counts what comes from a source, second by second.
#[derive(Debug, Default)]
pub(super) struct Meter {
    bytes: usize,
    frames: u64,
    lost: u64,
    last_ms: Option<i64>,
    last_key_ms: Option<i64>,
    key_frames_apart_ms: i64,
    /// When the source's time 0 would have arrived when its line was at its best.
    epoch: Option<i64>,
    began: Option<Instant>,
    behind_ms: i64,
}

impl Meter {
    pub(super) fn bytes(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// A picture came, of the source's time `ms`. Where its rate is known, it is seen what is missing.
    pub(super) fn frame(&mut self, ms: u64, key: bool, rate: Option<f64>, now: Instant) {
        let ms = i64::try_from(ms).unwrap_or(i64::MAX);
        self.frames += 1;
        let step = self.last_ms.map(|last| ms - last);
        let jumped = step.is_some_and(|step| !(-JUMP_MS..JUMP_MS).contains(&step));
        if jumped {
            (self.last_key_ms, self.epoch) = (None, None);
        } else if let (Some(step), Some(rate)) = (step, rate) {
            let intervals = step as f64 * rate / 1_000.0;
            if intervals > 1.6 {
                self.lost += (intervals.round() as u64).saturating_sub(1);
            }
        }
        self.last_ms = Some(ms);
        if key {
            if let Some(before) = self.last_key_ms {
                self.key_frames_apart_ms = ms - before;
            }
            self.last_key_ms = Some(ms);
        }
        let began = *self.began.get_or_insert(now);
        let arrived = i64::try_from((now - began).as_millis()).unwrap_or(i64::MAX);
        let epoch = self.epoch.map_or(arrived - ms, |epoch| epoch.min(arrived - ms));
        self.epoch = Some(epoch);
        self.behind_ms = arrived - ms - epoch;
    }

    /// What came since the last time, which is so long ago.
    pub(super) fn take(&mut self, since: Duration) -> Reading {
        let seconds = since.as_secs_f64().max(0.001);
        // An encoder's clock may go slower than ours: that is no line that falls behind for ever.
        self.epoch = self.epoch.map(|epoch| epoch + (seconds.round() as i64));
        let reading = Reading {
            kilobits: (self.bytes as f64 * 8.0 / 1_000.0 / seconds).round() as u64,
            frames: (self.frames as f64 / seconds).round() as u64,
            key_frames_apart: self.key_frames_apart_ms as f64 / 1_000.0,
            lost: self.lost,
            behind: self.behind_ms as f64 / 1_000.0,
            ..Reading::default()
        };
        (self.bytes, self.frames, self.lost) = (0, 0, 0);
        reading
    }
}

/// Counts the parts that came too late: viewers keep three of them ahead.
#[derive(Debug, Default)]
pub(super) struct Punctuality {
    last: Option<(Instant, Duration)>,
    late: u64,
}

impl Punctuality {
    pub(super) fn part(&mut self, length: Duration, now: Instant) {
        if let Some((before, last)) = self.last.replace((now, length))
            && now - before > last.max(length) * 2
        {
            self.late += 1;
        }
    }

    /// How many since the last time.
    pub(super) fn take(&mut self) -> u64 {
        std::mem::take(&mut self.late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::SourceStatus;

    fn of_a_second(meter: &mut Meter, frames: impl Iterator<Item = u64>, late: u64) -> Reading {
        let began = Instant::now();
        for frame in frames {
            let now = began + Duration::from_millis(frame * 40 + late);
            meter.frame(frame * 40, frame % 50 == 0, Some(25.0), now);
            meter.bytes(10_000);
        }
        meter.take(Duration::from_secs(1))
    }

    #[tokio::test]
    async fn what_is_missing_between_frames_is_seen() {
        let mut meter = Meter::default();
        let whole = of_a_second(&mut meter, 0..25, 0);
        assert_eq!((whole.frames, whole.lost, whole.kilobits), (25, 0, 2_000));
        let holes = of_a_second(&mut meter, (25..101).filter(|n| n % 10 > 2), 0);
        assert_eq!((holes.lost, holes.frames), (21, 54));
        assert!((holes.key_frames_apart - 0.0).abs() < 0.001, "the key frame of 50 was left out");
        let jump = of_a_second(&mut meter, 10_000..10_025, 0);
        assert_eq!(jump.lost, 0, "a clock that jumps loses nothing");
    }

    #[tokio::test]
    async fn a_line_that_falls_behind_is_seen() {
        let mut meter = Meter::default();
        let began = Instant::now();
        for n in 0..100_u64 {
            let late = if n < 50 { 0 } else { 3_000 };
            meter.frame(
                n * 40,
                n % 50 == 0,
                Some(25.0),
                began + Duration::from_millis(n * 40 + late),
            );
        }
        let sample = meter.take(Duration::from_secs(1));
        assert!((sample.behind - 3.0).abs() < 0.01, "{sample:?}");
        assert!((sample.key_frames_apart - 2.0).abs() < 0.01, "{sample:?}");
    }

    #[tokio::test]
    async fn a_part_that_comes_later_than_twice_its_length_is_late() {
        let (mut parts, began) = (Punctuality::default(), Instant::now());
        for at in [0, 500, 1_000, 1_900, 2_500, 4_000] {
            parts.part(Duration::from_millis(500), began + Duration::from_millis(at));
        }
        assert_eq!((parts.take(), parts.take()), (1, 0));
    }

    fn check(reading: &Reading, status: &Status, expected: &[&str]) {
        let mut health = Health::default();
        for _ in 0..REMEMBERED + 5 {
            let at = Timestamp::from_micros(1_790_000_000_000_000);
            health.push(Sample { at, reading: reading.clone() });
        }
        assert_eq!(health.after(None).len(), REMEMBERED);
        let keys: Vec<&str> = health.troubles(status).iter().map(|it| it.key).collect();
        assert_eq!(keys, expected);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = Reading { frames: 25, kilobits: 4_000, speed: Some(1.0), ..Reading::default() };
        let address = Some("198.51.100.4:5004".to_owned());
        let source = SourceStatus { key_frames_apart: 2.0, address, ..SourceStatus::default() };
        let on = Status { on_air: true, source: Some(source.clone()), ..Status::default() };
        check(&good, &on, &[]);
        check(&good, &Status::default(), &[]);
        check(&good, &Status { source: None, ..on.clone() }, &["no-source"]);
        check(&good, &Status { on_slate: true, ..on.clone() }, &["no-frames"]);
        check(&Reading { behind: 3.0, ..good.clone() }, &on, &["line"]);
        check(&Reading { lost: 2, ..good.clone() }, &on, &["frames"]);
        check(&Reading { parts_late: 1, ..good.clone() }, &on, &["parts"]);
        check(&Reading { speed: Some(0.5), ..good.clone() }, &on, &["machine"]);
        check(&Reading { speed: None, ..good.clone() }, &on, &[]);
        let late = vec![Lag { name: "720p".into(), behind: 6.0 }];
        check(&Reading { renditions: late, ..good.clone() }, &on, &["machine"]);
        let far = SourceStatus { key_frames_apart: 8.0, ..source };
        check(&good, &Status { source: Some(far.clone()), ..on.clone() }, &["key-frames"]);
        let meeting = SourceStatus { address: None, ..far };
        check(&good, &Status { source: Some(meeting), ..on }, &[]);
    }
}
