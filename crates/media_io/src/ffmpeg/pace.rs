//! Whether a child keeps up with its source.

use std::collections::VecDeque;

/// Reads what `-progress` writes, and judges it.
#[derive(Debug, Default)]
pub(super) struct Pace {
    line: Vec<u8>,
    /// How far the child has come, of the block that is being read.
    out_ms: Option<i64>,
    /// What was offered and what had come out, at each of the last blocks.
    past: VecDeque<(i64, i64)>,
    slow_in_a_row: u32,
}

/// What a block of `-progress` tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// Of what was offered lately, how much was dealt with; absent while nothing is offered.
    pub(super) speed: Option<f64>,
    /// For how many blocks in a row it has been too slow, and further behind than it may be.
    pub(super) slow_in_a_row: u32,
}

impl Pace {
    /// Takes bytes of `-progress`, when so many milliseconds of stream have been offered to the child,
    /// and tells of each block that ends within them.
    pub(super) fn read(&mut self, bytes: &[u8], offered_ms: i64) -> Vec<Step> {
        let mut steps = Vec::new();
        for byte in bytes {
            if *byte != b'\n' {
                // No line of ffmpeg's is half as long.
                if self.line.len() < LINE_MAX {
                    self.line.push(*byte);
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = String::from_utf8_lossy(&line);
            match line.trim().split_once('=') {
                Some(("out_time_us", time)) => {
                    // Before the first packet it says N/A.
                    self.out_ms = time.parse::<i64>().ok().map(|time| time / 1000);
                }
                Some(("progress", _)) => {
                    if let Some(out) = self.out_ms.take().filter(|out| *out > 0) {
                        steps.push(self.step(offered_ms, out));
                    }
                }
                _ => {}
            }
        }
        steps
    }

    fn step(&mut self, offered: i64, out: i64) -> Step {
        self.past.push_back((offered, out));
        if self.past.len() > WINDOW {
            self.past.pop_front();
        }
        let (offered_then, out_then) = self.past[0];
        let asked = offered - offered_then;
        let speed = (asked >= ASKED_MIN).then(|| (out - out_then) as f64 / asked as f64);
        let behind = offered - out > BEHIND_MAX;
        match speed {
            Some(speed) if behind && speed < KEEPS_UP => self.slow_in_a_row += 1,
            // Nothing is asked of it just now.
            None if behind => {}
            _ => self.slow_in_a_row = 0,
        }
        Step { speed, slow_in_a_row: self.slow_in_a_row }
    }
}

const LINE_MAX: usize = 200;
/// Blocks come each second.
const WINDOW: usize = 4;
/// In milliseconds, below which a quotient says nothing.
const ASKED_MIN: i64 = 500;
/// A child is a little late from its beginning on.
const BEHIND_MAX: i64 = 3000;
/// Times are rounded.
const KEEPS_UP: f64 = 0.98;

#[cfg(test)]
mod tests {
    use super::*;

    fn block(out_ms: i64) -> String {
        format!("frame=1\nout_time_us={}\nspeed=1x\nprogress=continue\n", out_ms * 1000)
    }

    fn last_of(blocks: impl Iterator<Item = (i64, i64)>) -> Step {
        let mut pace = Pace::default();
        let step = |(offered, out)| pace.read(block(out).as_bytes(), offered).pop();
        blocks.map(step).last().flatten().unwrap()
    }

    #[test]
    fn a_child_that_is_late_and_keeps_up_is_not_slow() {
        let step = last_of((1..30).map(|second| (second * 1000 + 2000, second * 1000)));
        assert_eq!(step, Step { speed: Some(1.0), slow_in_a_row: 0 });
    }

    #[test]
    fn a_child_that_falls_behind_is_slow() {
        let step = last_of((1..20).map(|second| (second * 1000, second * 800)));
        assert!(step.speed.is_some_and(|speed| (speed - 0.8).abs() < 0.01), "{step:?}");
        // From the sixteenth second on it is more than three behind.
        assert_eq!(step.slow_in_a_row, 4);
    }

    #[test]
    fn a_child_that_catches_up_is_forgiven() {
        let falling = (1..20).map(|second| (second * 1000, second * 800));
        let catching = (20..23).map(|second| (second * 1000, second * 1000 - 200));
        assert_eq!(last_of(falling.chain(catching)).slow_in_a_row, 0);
    }

    #[test]
    fn a_source_that_stops_makes_no_child_slow() {
        let step = last_of((1..20).map(|second| (second.min(5) * 1000, second.min(5) * 1000)));
        assert_eq!(step, Step { speed: None, slow_in_a_row: 0 });
    }

    #[test]
    fn blocks_are_read_in_pieces_and_nonsense_is_passed_over() {
        let text = format!("\u{fffd}\n=\nout_time_us=N/A\nprogress=continue\n{}", block(1000));
        let mut pace = Pace::default();
        let steps: usize =
            text.as_bytes().chunks(3).map(|piece| pace.read(piece, 1000).len()).sum();
        assert_eq!(steps, 1);
        pace.read(&[b'x'; 100_000], 0);
        assert_eq!(pace.line.len(), LINE_MAX);
    }
}
