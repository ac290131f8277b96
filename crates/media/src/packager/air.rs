//! What the renditions of one master share: discontinuities, and when what was on air.

use std::time::Duration;

use base::Timestamp;

use crate::time::{CHANNEL_CLOCK, duration};

/// Discontinuities of two renditions that are no further apart are the same.
const SAME: u64 = CHANNEL_CLOCK as u64;
/// Discontinuities and anchors that are kept; nobody is further behind.
const KEPT: usize = 256;

/// Shared, because players match renditions by the number of discontinuities before a segment
/// (§6.2.4), and by the dates of their segments (§4.4.4.6).
#[derive(Clone, Debug, Default)]
pub(super) struct Air {
    marks: Vec<Mark>,
    /// Marks that were there before `marks`.
    passed: u64,
    /// Discontinuities of earlier runs.
    earlier: u64,
    anchors: Vec<(u64, Timestamp)>,
    aired_until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    at: u64,
    /// When it was made, by the steady clock.
    made: Duration,
}

impl Air {
    pub(super) fn resume(aired_until: Option<Timestamp>, earlier: u64) -> Self {
        Self { aired_until, earlier, ..Self::default() }
    }

    /// A rendition breaks off at `at` by itself; `seen` counts the marks that it has shown. Gives
    /// back how many discontinuities stand there: those that others made and it has yet to show, or
    /// else a new one, for all.
    pub(super) fn break_off(&mut self, at: u64, now: Duration, seen: &mut u64) -> u32 {
        let due = self.due(at + SAME, *seen);
        if due == 0 {
            self.marks.push(Mark { at, made: now });
            if self.marks.len() > KEPT {
                self.marks.remove(0);
                self.passed += 1;
            }
        }
        let shown = due.max(1);
        *seen = (*seen).max(self.passed) + u64::from(shown);
        shown
    }

    /// How many discontinuities a rendition has yet to show at `at`, where it could.
    pub(super) fn due(&self, at: u64, seen: u64) -> u32 {
        let unseen = usize::try_from(seen.saturating_sub(self.passed)).unwrap_or(usize::MAX);
        let due = self.marks.iter().skip(unseen).take_while(|mark| mark.at <= at).count();
        u32::try_from(due).unwrap_or(u32::MAX)
    }

    /// Where the next discontinuity that a rendition has yet to show is, and when it was made.
    pub(super) fn next(&self, seen: u64) -> Option<(u64, Duration)> {
        let unseen = usize::try_from(seen.saturating_sub(self.passed)).ok()?;
        self.marks.get(unseen).map(|mark| (mark.at, mark.made))
    }

    /// How many marks there are in this run, for a rendition that begins behind them all.
    pub(super) fn count(&self) -> u64 {
        self.passed + self.marks.len() as u64
    }

    /// How many discontinuities there are in all runs.
    pub(super) fn all(&self) -> u64 {
        self.earlier + self.count()
    }

    /// Says when `at` is on air. Dates never go back, and only move where the channel breaks off.
    pub(super) fn anchor(&mut self, at: u64, wall: Timestamp) {
        let so_far = match self.anchors.is_empty() {
            true => self.aired_until,
            false => Some(self.aired(at)),
        };
        self.anchors.push((at, so_far.map_or(wall, |so_far| so_far.max(wall))));
        if self.anchors.len() > KEPT {
            self.anchors.remove(0);
        }
    }

    pub(super) fn is_anchored(&self) -> bool {
        !self.anchors.is_empty()
    }

    /// When `at` is on air.
    pub(super) fn aired(&self, at: u64) -> Timestamp {
        let anchor = self.anchors.iter().rev().find(|(from, _)| *from <= at);
        match anchor.or(self.anchors.first()) {
            Some((from, wall)) if at >= *from => wall.plus(duration(at - from, CHANNEL_CLOCK)),
            Some((from, wall)) => wall.minus(duration(from - at, CHANNEL_CLOCK)),
            None => Timestamp::from_micros(0),
        }
    }
}
