//! What is shown while the source is away.

use std::time::Duration;

use super::Track;
use crate::fmp4::Sample;
use crate::packager::air::Air;
use crate::packager::settings::Slate;
use crate::packager::{On, Sink, to_ticks};
use crate::time::{CHANNEL_CLOCK, Now, duration, units};

/// A source that sends nothing for this long is away.
const AWAY: Duration = Duration::from_secs(2);
/// A transcoder gives what is on its way within this, or is late.
const ON_ITS_WAY: Duration = Duration::from_secs(6);
/// The slate stays this far behind the present, so that a source that returns in time is not late.
const SLACK: Duration = Duration::from_millis(250);

/// The slate's progress.
#[derive(Clone, Copy, Debug)]
pub(super) struct Showing {
    next: usize,
    /// Channel time at which it began, in ticks …
    from: u64,
    /// … and when the source was seen there last.
    since: Duration,
}

impl Showing {
    /// Up to where the slate is to be shown now, in ticks.
    fn until(&self, now: Duration) -> u64 {
        let passed = now.saturating_sub(self.since).saturating_sub(SLACK);
        self.from + units(passed, CHANNEL_CLOCK)
    }

    /// How long ago what is at `at` was due.
    pub(super) fn late(&self, now: Now, at: u64) -> Duration {
        let due = self.since + duration(at.saturating_sub(self.from), CHANNEL_CLOCK);
        now.steady.saturating_sub(due)
    }

    /// When the slate is to be shown up to `at`.
    fn due(&self, at: u64) -> Duration {
        self.since + SLACK + duration(at.saturating_sub(self.from), CHANNEL_CLOCK)
    }
}

impl Track {
    pub(in crate::packager) fn is_on_slate(&self) -> bool {
        self.showing.is_some()
    }

    pub(in crate::packager) fn next_tick(&self) -> Option<Duration> {
        self.wake
    }

    pub(in crate::packager) fn on_its_way(&mut self, from: u64, now: Duration) {
        self.on_its_way = Some((from, now));
    }

    pub(in crate::packager) fn set_slate(&mut self, slate: Slate) {
        if slate.fits(self.settings.kind) {
            self.next_slate = Some(slate);
        }
    }

    /// Puts a new slate in the other's place; viewers see it at once.
    fn change_slate(&mut self, air: &mut Air, out: &mut Sink<'_>) {
        let Some(slate) = self.next_slate.take() else { return };
        let format = slate.format.clone();
        self.settings.slate = Some(slate);
        if let Some(showing) = &mut self.showing {
            showing.next = 0;
            let from = self.end_ticks();
            self.break_off(format, from, air, out);
        }
    }

    pub(in crate::packager) fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// Whether the slate is due: it was asked for, or the source has sent nothing for so long.
    fn is_away(&self, now: Duration) -> bool {
        self.held || self.is_silent_for(AWAY, now)
    }

    /// Whether the source is likely to be away soon, as the picture's is already.
    pub(super) fn is_quiet(&self, now: Duration) -> bool {
        self.is_silent_for(AWAY / 4, now)
    }

    fn is_silent_for(&self, time: Duration, now: Duration) -> bool {
        let silent = |arrived| now.saturating_sub(arrived) >= time;
        self.settings.slate.is_some() && self.arrived.is_some_and(silent)
    }

    /// Shows the slate as far as it is due.
    pub(in crate::packager) fn tick(&mut self, on: On, air: &mut Air, out: &mut Sink<'_>) {
        let now = on.now.steady;
        self.wake = None;
        self.change_slate(air, out);
        if std::mem::take(&mut self.resumed) || self.held {
            // Viewers of the run before are waiting, or are to see the slate before anything else.
            self.arrived.get_or_insert(now);
        }
        let (Some(arrived), Some(slate)) = (self.arrived, &self.settings.slate) else { return };
        if !self.is_away(now) {
            self.wake = Some(arrived + AWAY);
            return;
        }
        if self.showing.is_none() {
            let from = self.end_ticks();
            self.showing = Some(Showing { next: 0, from, since: arrived });
            let format = slate.format.clone();
            self.break_off(format, from, air, out);
        }
        let Some(showing) = self.showing else { return };
        let mut until = showing.until(now);
        let mut wake = None;
        // Where the leader has returned, the others are about to: their key frame is on its way.
        if let Some((at, made)) = air.next(self.marks_seen).filter(|_| !on.leads && !self.broken)
            && now.saturating_sub(made) < AWAY
            && at < until
        {
            until = at;
            wake = Some(made + AWAY);
        }
        if let Some((from, since)) = self.on_its_way
            && now.saturating_sub(since) < ON_ITS_WAY
            && from < until
        {
            until = from;
            wake = Some(since + ON_ITS_WAY);
        }
        self.show_slate_to(until, on, air, out);
        self.wake = wake.or(self.showing.map(|showing| {
            let lasts = self.next_of_slate().map_or(0, |sample| u64::from(sample.duration));
            showing.due(self.end_ticks() + to_ticks(lasts, self.clock) + 1)
        }));
    }

    /// Shows the slate up to there, in ticks.
    pub(super) fn show_slate_to(&mut self, until: u64, on: On, air: &mut Air, out: &mut Sink<'_>) {
        while let Some(mut sample) = self.next_of_slate() {
            let lasts = to_ticks(sample.duration.into(), self.clock);
            if self.end_ticks() + lasts > until {
                return;
            }
            if let Some(showing) = &mut self.showing {
                showing.next += 1;
            }
            sample.dts = self.expected_end();
            self.place(sample, on, air, out);
        }
    }

    fn next_of_slate(&self) -> Option<Sample> {
        let showing = self.showing.as_ref()?;
        let samples = &self.settings.slate.as_ref()?.samples;
        let at = showing.next.checked_rem(samples.len())?;
        samples.get(at).cloned()
    }
}
