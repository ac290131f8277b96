//! From the times that a source writes on its messages to channel time, which never goes back.
//!
//! A source's clock wraps, jumps and begins anew with every connection. Channel time goes on: picture
//! and sound keep their distance within one *epoch*, and a new epoch begins, at a key frame, where
//! the channel stands. Frame times are set on the exact grid of the frame rate, sound is counted in
//! samples, so what an encoder rounded to milliseconds comes out even.

use std::time::Duration;

use crate::time::{CHANNEL_CLOCK, FrameRate, rescale, units};

/// What a source's times are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceClock {
    /// Milliseconds in 32 bits, as RTMP has them.
    Milliseconds,
    /// Ticks of 90 kHz in 33 bits, as MPEG has them.
    Mpeg,
}

impl SourceClock {
    /// The bits that a time has.
    fn mask(self) -> u64 {
        match self {
            Self::Milliseconds => u32::MAX.into(),
            Self::Mpeg => (1 << 33) - 1,
        }
    }
}

/// Which tracks a source has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracks {
    /// An epoch begins at a key frame.
    Both,
    /// An epoch begins with any sound.
    AudioOnly,
}

/// Where a sample belongs, in units of its track: 90 kHz for video, samples for audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// When it is decoded.
    pub dts: u64,
    /// When it is shown, after that.
    pub offset: i32,
    /// How long it lasts, unless the next sample says otherwise.
    pub duration: u32,
    /// Whether a new epoch begins with it: what came before does not go on here.
    pub jump: bool,
}

/// Why a sample has no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// The source's clock jumped or began; all waits for a key frame.
    AwaitsKeyFrame,
    /// It belongs where the channel has shown something already.
    Late,
}

/// A clock that differs this much from what was expected has jumped.
const JUMP: Duration = Duration::from_secs(2);
/// One track that goes back by more than this has jumped; by less, it is set right.
const BACKWARD: Duration = Duration::from_millis(250);
/// Sound that is this far from where its samples say is moved to where its times say.
const AUDIO_DRIFT: Duration = Duration::from_millis(30);
/// Sound goes on without a picture once no key frame has come for as long as this.
const AUDIO_ALONE: Duration = Duration::from_secs(4);
/// The other track is alive if it is no further behind than this.
const ALONGSIDE: Duration = Duration::from_millis(500);
/// After so many key frames that come too late the two tracks are set together anew.
const LATE_KEYS_MAX: u32 = 3;
/// After so many frames beside the grid in a row the rate is no longer believed.
const BESIDE_MAX: u32 = 8;

/// Places samples. All its times are positions of channel time, in ticks of 90 kHz.
#[derive(Clone, Debug)]
pub struct Timeline {
    clock: SourceClock,
    tracks: Tracks,
    /// Whether the source speaks in channel time, and so neither jumps nor begins anew.
    in_channel_time: bool,
    rate: Option<FrameRate>,
    /// The source's latest time: as it was written, and without its wraps.
    latest: Option<(u64, i64)>,
    epoch: Option<Epoch>,
    video: Video,
    audio: Audio,
    /// When the wait for a key frame began, by the source's sound.
    waiting_since: Option<i64>,
    late_keys: u32,
}

#[derive(Clone, Copy, Debug)]
struct Epoch {
    /// The source's time that …
    source: i64,
    /// … is this channel time.
    channel: u64,
    /// The first sample of each track bears the jump.
    video_begun: bool,
    audio_begun: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Video {
    /// The last frame's decode time, and where it is expected to end.
    last: Option<u64>,
    end: u64,
    grid: Option<Grid>,
    last_duration: u32,
}

#[derive(Clone, Copy, Debug)]
struct Grid {
    rate: FrameRate,
    origin: i64,
    beside: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Audio {
    /// In samples.
    end: u64,
    rate: u32,
}

impl Timeline {
    /// Begins, or goes on, at this position of channel time: that of the packager.
    pub fn resume_at(position: u64, clock: SourceClock, tracks: Tracks) -> Self {
        Self {
            clock,
            tracks,
            in_channel_time: false,
            rate: None,
            latest: None,
            epoch: None,
            video: Video { end: position, ..Video::default() },
            audio: Audio { end: position, rate: CHANNEL_CLOCK },
            waiting_since: None,
            late_keys: 0,
        }
    }

    /// For what our own transcoder gives back, whose times are channel time already: they are only
    /// freed of their wraps and set on their grid. `position` is where the channel stands.
    pub fn of_channel(position: u64, clock: SourceClock) -> Self {
        let mut timeline = Self::resume_at(0, clock, Tracks::Both);
        timeline.in_channel_time = true;
        let raw = match clock {
            SourceClock::Milliseconds => position / u64::from(CHANNEL_CLOCK / 1000),
            SourceClock::Mpeg => position,
        };
        timeline.latest = Some((raw & clock.mask(), timeline.to_ticks_wide(signed(raw))));
        timeline.epoch =
            Some(Epoch { source: 0, channel: 0, video_begun: true, audio_begun: false });
        timeline
    }

    /// The frame rate, as the picture's configuration declares it.
    pub fn set_frame_rate(&mut self, rate: Option<FrameRate>) {
        if self.rate != rate {
            self.rate = rate;
            self.video.grid = None;
        }
    }

    /// Another source speaks from now on, or the same in a new connection.
    pub fn source_changed(&mut self, clock: SourceClock, tracks: Tracks) {
        self.clock = clock;
        self.tracks = tracks;
        self.latest = None;
        self.end_epoch();
    }

    /// Where the channel stands, as far as this source has brought it.
    pub fn position(&self) -> u64 {
        self.video.end.max(self.audio_end())
    }

    /// Places a frame that is decoded at `at` of the source and shown `offset` later, both in units
    /// of the source's clock. `floor` is [`crate::Packager::floor`] of its rendition.
    pub fn video(&mut self, at: u64, offset: i32, key: bool, floor: u64) -> Result<Place, Dropped> {
        let at = self.follow(at, self.video.last.map(|_| self.video.end));
        if self.epoch.is_none() {
            if !key {
                return Err(Dropped::AwaitsKeyFrame);
            }
            self.begin_epoch(at, floor);
        } else if self.map(at) < floor {
            // The channel showed its slate meanwhile. If the sound went on, the picture rejoins it;
            // if not, the source goes on behind the slate.
            let sound_goes_on = self.audio_end().saturating_add(ticks(ALONGSIDE)) >= floor
                && self.epoch.is_some_and(|epoch| epoch.audio_begun);
            self.late_keys += u32::from(key);
            let rejoins = sound_goes_on && self.late_keys <= LATE_KEYS_MAX;
            if !key || rejoins || self.in_channel_time {
                return Err(Dropped::Late);
            }
            self.end_epoch();
            self.begin_epoch(at, floor);
        }
        self.late_keys = 0;
        let mapped = self.map(at);
        let shown = self.map(at.saturating_add(self.to_ticks(offset)));
        Ok(self.set_frame(mapped, shown))
    }

    /// Places an access unit of `samples` at `sample_rate`. `floor` is [`crate::Packager::floor`] of
    /// its rendition.
    pub fn audio(
        &mut self,
        at: u64,
        samples: u32,
        sample_rate: u32,
        floor: u64,
    ) -> Result<Place, Dropped> {
        let sample_rate = sample_rate.max(1);
        if self.audio.rate != sample_rate {
            self.audio.end = rescale(self.audio.end, self.audio.rate, sample_rate);
            self.audio.rate = sample_rate;
        }
        let begun = self.epoch.is_some_and(|epoch| epoch.audio_begun);
        let at = self.follow(at, begun.then(|| self.audio_end()));
        if self.epoch.is_none() {
            let since = *self.waiting_since.get_or_insert(at);
            let alone = at.saturating_sub(since) >= signed(ticks(AUDIO_ALONE));
            if self.tracks == Tracks::Both && !alone {
                return Err(Dropped::AwaitsKeyFrame);
            }
            self.begin_epoch(at, floor);
        }
        if self.map(at) < floor {
            let pictures_go_on = self.tracks == Tracks::Both
                && self.video.end.saturating_add(ticks(ALONGSIDE)) >= floor
                && self.epoch.is_some_and(|epoch| epoch.video_begun);
            if pictures_go_on || self.in_channel_time {
                return Err(Dropped::Late);
            }
            self.end_epoch();
            if self.tracks == Tracks::Both {
                self.waiting_since = Some(at);
                return Err(Dropped::AwaitsKeyFrame);
            }
            self.begin_epoch(at, floor);
        }
        self.set_sound(at, samples, sample_rate, floor)
    }

    /// Where a time of the source is on the channel, in ticks of 90 kHz, for what is not placed as a
    /// sample; none while all waits for a key frame.
    pub fn moment(&mut self, at: u64) -> Option<u64> {
        let at = self.follow(at, None);
        self.epoch.map(|_| self.map(at))
    }

    /// The source's time without its wraps, in ticks; ends the epoch if it jumped. `end` is where
    /// its own track stands.
    fn follow(&mut self, raw: u64, end: Option<u64>) -> i64 {
        let raw = raw & self.clock.mask();
        let Some((last_raw, last)) = self.latest else {
            let at = self.to_ticks_wide(signed(raw));
            self.latest = Some((raw, at));
            return at;
        };
        // The shorter way around the circle, with its sign.
        let shift = self.clock.mask().leading_zeros();
        let moved = (raw.wrapping_sub(last_raw) << shift).cast_signed() >> shift;
        let at = last.saturating_add(self.to_ticks_wide(moved));
        if self.in_channel_time {
            self.latest = Some((raw, at));
            return at;
        }
        let jumped = self.to_ticks_wide(moved).unsigned_abs() > ticks(JUMP);
        let back = self.epoch.is_some()
            && end.is_some_and(|end| self.map(at).saturating_add(ticks(BACKWARD)) < end);
        if jumped || back {
            self.latest = Some((raw, at));
            self.end_epoch();
        } else if at > last {
            self.latest = Some((raw, at));
        }
        at
    }

    fn end_epoch(&mut self) {
        self.epoch = None;
        self.waiting_since = None;
        self.video.grid = None;
        self.video.last = None;
    }

    fn begin_epoch(&mut self, source: i64, floor: u64) {
        let channel = self.position().max(floor);
        self.epoch = Some(Epoch { source, channel, video_begun: false, audio_begun: false });
        self.waiting_since = None;
        self.late_keys = 0;
    }

    /// Channel time of a time of the source; the past of an epoch is where it begins.
    fn map(&self, at: i64) -> u64 {
        let Some(epoch) = self.epoch else { return 0 };
        let ahead = i128::from(at) - i128::from(epoch.source) + i128::from(epoch.channel);
        u64::try_from(ahead.max(0)).unwrap_or(u64::MAX)
    }

    fn set_frame(&mut self, mapped: u64, shown: u64) -> Place {
        let jump = match &mut self.epoch {
            Some(epoch) => !std::mem::replace(&mut epoch.video_begun, true),
            None => false,
        };
        let (mut dts, mut pts, duration) = self.on_grid(mapped, shown);
        if let Some(last) = self.video.last {
            dts = dts.max(last + 1);
            if duration == 0 {
                // A frame that came late says nothing of the next.
                let usual = u64::from(CHANNEL_CLOCK / 10);
                self.video.last_duration = u32::try_from((dts - last).min(usual)).unwrap_or(0);
            }
        } else {
            // What the last epoch showed stays where it is.
            dts = dts.max(self.video.end);
        }
        pts = pts.max(dts.saturating_sub(u64::from(CHANNEL_CLOCK)));
        let duration = if duration == 0 { self.video.last_duration } else { duration };
        self.video.last = Some(dts);
        self.video.end = dts + u64::from(duration.max(1));
        let offset = i64::try_from(i128::from(pts) - i128::from(dts)).unwrap_or(0);
        // Nobody shows a frame more than ten seconds after it was decoded.
        let most = i64::from(CHANNEL_CLOCK) * 10;
        let offset = i32::try_from(offset.clamp(-most, most)).unwrap_or(0);
        Place { dts, offset, duration, jump }
    }

    /// Decode and presentation time on the grid of the frame rate, and a frame's duration; as they
    /// were, and 0, if the frames keep no rate.
    fn on_grid(&mut self, mapped: u64, shown: u64) -> (u64, u64, u32) {
        let Some(rate) = self.rate else { return (mapped, shown, 0) };
        let as_it_is = (mapped, shown, 0);
        let (at, pts) = (signed(mapped), signed(shown));
        let frame = rate.begins(1);
        let fresh = Grid { rate, origin: at, beside: 0 };
        let mut grid = self.video.grid.unwrap_or(fresh);
        if grid.beside >= BESIDE_MAX {
            return as_it_is;
        }
        let number = rate.nearest(at - grid.origin);
        let mut on = grid.origin + grid.rate.begins(number);
        let taken = self.video.last.is_some_and(|last| signed(last) >= on);
        if (on - at).abs() * 3 > frame || taken {
            grid.beside += 1;
            grid.origin = at;
            on = at;
        } else {
            grid.beside = grid.beside.saturating_sub(1);
        }
        self.video.grid = Some(grid);
        let number = rate.nearest(pts - grid.origin);
        let shown_on = grid.origin + grid.rate.begins(number);
        let shown_on = if (shown_on - pts).abs() * 3 > frame { pts } else { shown_on };
        let next = grid.origin + rate.begins(rate.nearest(on - grid.origin) + 1);
        let duration = u32::try_from(next - on).unwrap_or(0);
        (unsigned(on), unsigned(shown_on), duration)
    }

    fn set_sound(
        &mut self,
        at: i64,
        samples: u32,
        rate: u32,
        floor: u64,
    ) -> Result<Place, Dropped> {
        let mapped = rescale(self.map(at), CHANNEL_CLOCK, rate);
        let drift = units(AUDIO_DRIFT, rate);
        let begun = self.epoch.is_some_and(|epoch| epoch.audio_begun);
        let end = self.audio.end;
        let dts = if begun && mapped.abs_diff(end) <= drift {
            end
        } else if mapped >= end {
            mapped
        } else if begun {
            // Sound that runs fast loses at most half a unit at a time, so each keeps a duration.
            mapped.max(end - u64::from(samples / 2))
        } else if end - mapped <= drift {
            end
        } else {
            return Err(Dropped::Late);
        };
        if rescale(dts, rate, CHANNEL_CLOCK).saturating_add(ticks(AUDIO_DRIFT)) < floor {
            return Err(Dropped::Late);
        }
        let jump = match &mut self.epoch {
            Some(epoch) => !std::mem::replace(&mut epoch.audio_begun, true),
            None => false,
        };
        self.audio.end = dts + u64::from(samples);
        Ok(Place { dts, offset: 0, duration: samples, jump })
    }

    fn audio_end(&self) -> u64 {
        rescale(self.audio.end, self.audio.rate, CHANNEL_CLOCK)
    }

    fn to_ticks(&self, offset: i32) -> i64 {
        self.to_ticks_wide(i64::from(offset))
    }

    fn to_ticks_wide(&self, time: i64) -> i64 {
        match self.clock {
            SourceClock::Milliseconds => time.saturating_mul(i64::from(CHANNEL_CLOCK / 1000)),
            SourceClock::Mpeg => time,
        }
    }
}

fn ticks(time: Duration) -> u64 {
    units(time, CHANNEL_CLOCK)
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
