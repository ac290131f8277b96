//! One rendition: where each sample goes, and where a part and a segment end.

mod slate;

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::air::Air;
use super::settings::{Delivery, Kind, Master, RenditionName, Settings, Slate};
use super::{Bitrate, On, RenditionState, Sink, of_ticks, to_ticks};
use crate::fmp4::{self, Format, Sample};
use crate::playlist::{Line, List, ListSettings, Parts, Playlist, Report, Segment};
use crate::time::{CHANNEL_CLOCK, Now, duration, units};
use crate::{MediaKind, MediaName};
use slate::Showing;

/// A picture that stands still for longer than this, with no slate to fill it, is a break.
const STANDSTILL: Duration = Duration::from_secs(1);
/// So much silence or slate is put in where samples are missing; more is a break.
const FILLED_MAX: Duration = Duration::from_secs(60);

/// Initialisations that are known again; the slate's and the source's alternate.
const INITS_KEPT: usize = 16;
/// Cuts that sound has yet to follow; where none comes, they are of no use.
const CUTS_KEPT: usize = 64;

#[derive(Debug)]
pub(super) struct Track {
    settings: Settings,
    run: u32,
    list: List,
    /// What samples are coded in, as the source said last and as it is shown.
    source: Option<Format>,
    shown: Option<Format>,
    clock: u32,
    inits: Vec<(Format, MediaName)>,
    next_init: u64,
    next_part: u64,
    fragments: u32,
    /// Where the samples end that have a duration.
    end: u64,
    /// The last sample, while the next one has yet to say how long it lasts.
    pending: Option<Sample>,
    /// Samples of the open part.
    open: Vec<Sample>,
    part_start: u64,
    /// Pieces of the open segment, and where it begins.
    chunks: Vec<Bytes>,
    segment_start: u64,
    grid: Grid,
    /// Where sound has to be cut next, because the picture is, in ticks.
    cuts: VecDeque<u64>,
    /// Where this track began segments, until the others are told.
    boundaries: Vec<u64>,
    /// Whether the next sample does not go on where the last one ended.
    broken: bool,
    marks_seen: u64,
    arrived: Option<Duration>,
    showing: Option<Showing>,
    /// From where on the source's samples are on their way, and since when.
    on_its_way: Option<(u64, Duration)>,
    /// Whether the slate is shown whatever comes in.
    held: bool,
    /// A slate that has yet to take the other's place.
    next_slate: Option<Slate>,
    wake: Option<Duration>,
    ended: bool,
    resumed: bool,
    changed: bool,
    parts_kept: VecDeque<(u64, u64)>,
    segments_kept: VecDeque<(MediaName, u64)>,
}

/// Where parts of sound end beside those of the picture: at whole part targets from the picture's
/// segment on, in ticks.
#[derive(Clone, Copy, Debug, Default)]
struct Grid {
    origin: Option<u64>,
    parts: u64,
}

impl Track {
    pub(super) fn new(settings: Settings, run: u32) -> Self {
        let list = List::new(ListSettings {
            target_seconds: settings.target_seconds,
            window: settings.window,
        });
        let mut track = Self {
            settings,
            run,
            list,
            source: None,
            shown: None,
            clock: CHANNEL_CLOCK,
            inits: Vec::new(),
            next_init: 0,
            next_part: 0,
            fragments: 0,
            end: 0,
            pending: None,
            open: Vec::new(),
            part_start: 0,
            chunks: Vec::new(),
            segment_start: 0,
            grid: Grid::default(),
            cuts: VecDeque::new(),
            boundaries: Vec::new(),
            broken: false,
            marks_seen: 0,
            arrived: None,
            showing: None,
            on_its_way: None,
            held: false,
            next_slate: None,
            wake: None,
            ended: false,
            resumed: false,
            changed: false,
            parts_kept: VecDeque::new(),
            segments_kept: VecDeque::new(),
        };
        if let (Kind::Video, Delivery::LowLatency(target)) =
            (track.settings.kind, track.settings.delivery)
        {
            track.list.set_part_target(target.ticks().into(), CHANNEL_CLOCK);
        }
        track
    }

    pub(super) fn resume(&mut self, state: &RenditionState) {
        self.list.resume(state.segments.clone(), state.discontinuities, state.sequence);
        if let (Some((units, clock)), Kind::Audio, true) =
            (state.part_target, self.settings.kind, self.has_parts())
        {
            self.list.set_part_target(units, clock);
        }
        self.end = state.end;
        self.broken = !self.list.is_fresh();
        self.resumed = self.broken && !state.ended;
        self.ended = state.ended;
        if state.ended {
            self.list.end();
        }
    }

    /// Goes without what it lost and others did not, so that all break off at one place.
    pub(super) fn goes_on_at(&mut self, ticks: u64) {
        if self.broken {
            self.end = of_ticks(ticks, self.clock);
        }
    }

    pub(super) fn state(&self) -> RenditionState {
        let closed: Vec<Segment> = self.list.closed().cloned().collect();
        RenditionState {
            name: self.settings.name.clone(),
            end: self.end_ticks(),
            sequence: self.list.sequence(),
            discontinuities: self.list.discontinuities(),
            part_target: self.list.part_target(),
            ended: self.ended,
            segments: closed,
        }
    }

    pub(super) fn name(&self) -> &RenditionName {
        &self.settings.name
    }

    pub(super) fn kind(&self) -> Kind {
        self.settings.kind
    }

    pub(super) fn master(&self) -> Master {
        self.settings.master
    }

    pub(super) fn has_parts(&self) -> bool {
        matches!(self.settings.delivery, Delivery::LowLatency(_))
    }

    pub(super) fn part_length(&self) -> Option<Duration> {
        self.list.part_target().map(|(units, clock)| duration(units, clock))
    }

    pub(super) fn newest(&self) -> Option<(u64, u32)> {
        self.list.newest()
    }

    pub(super) fn discontinuities(&self) -> u64 {
        self.list.all_discontinuities()
    }

    /// Where its samples end, as far as is known.
    pub(super) fn end_ticks(&self) -> u64 {
        to_ticks(self.expected_end(), self.clock)
    }

    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    pub(super) fn take_boundaries(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.boundaries)
    }

    pub(super) fn bitrate(&self) -> Bitrate {
        let rate = |bytes: u64, length: Duration| {
            let micros = length.as_micros().max(1);
            u64::try_from(u128::from(bytes) * 8_000_000 / micros).unwrap_or(u64::MAX)
        };
        // A short piece before a break says nothing of the rate.
        let half = self.settings.segment / 2;
        let whole = self.list.closed().filter(|segment| segment.duration() >= half);
        let peak = whole.map(|segment| rate(segment.bytes, segment.duration())).max().unwrap_or(0);
        let bytes = self.list.closed().map(|segment| segment.bytes).sum();
        let length = self.list.closed().map(Segment::duration).sum();
        let average = rate(bytes, length);
        Bitrate { peak: peak.max(average), average }
    }

    pub(super) fn render(&self, longest: Duration, reports: &[Report]) -> Playlist {
        let oldest = self.parts_kept.front().map_or(self.next_part, |(number, _)| *number);
        let parts = Parts { run: self.run, oldest, next: self.next_part, longest };
        let parts = (self.has_parts() && self.list.part_target().is_some()).then_some(parts);
        self.list.render(parts, reports)
    }

    pub(super) fn set_format(&mut self, format: Format) {
        let fits = match format {
            Format::Video(_) => self.settings.kind == Kind::Video,
            Format::Audio(_) => self.settings.kind == Kind::Audio,
        };
        debug_assert!(fits, "a rendition's kind does not change");
        if fits {
            self.source = Some(format);
        }
    }

    /// Takes the source's next sample.
    pub(super) fn sample(
        &mut self,
        sample: Sample,
        jump: bool,
        on: On,
        air: &mut Air,
        out: &mut Sink<'_>,
    ) {
        let Some(source) = self.source.clone() else { return };
        if sample.data.is_empty() || self.held {
            return;
        }
        let video = self.settings.kind == Kind::Video;
        let stood_still = self.stood_still(&sample);
        let breaks = jump
            || self.broken
            || self.showing.is_some()
            || stood_still
            || self.shown.as_ref() != Some(&source);
        if breaks && video && !sample.key {
            return;
        }
        let at = to_ticks(sample.dts, source.clock());
        if self.showing.is_some() {
            // A key frame that belongs well before the slate's end would be shown late.
            if at + u64::from(CHANNEL_CLOCK / 10) < self.end_ticks() {
                return;
            }
            if !stood_still {
                self.show_slate_to(at, on, air, out);
            }
            self.showing = None;
        }
        self.on_its_way = None;
        self.arrived = Some(on.now.steady);
        if !video && !stood_still {
            self.fill_with_silence(of_ticks(at, self.clock), on, air, out);
        }
        if breaks {
            self.break_off(source, at, air, out);
            if stood_still {
                self.end = self.end.max(sample.dts);
            }
        }
        self.place(sample, on, air, out);
    }

    /// Whether so much is missing before this sample that it cannot go on where the last one ended.
    fn stood_still(&self, sample: &Sample) -> bool {
        let Some(source) = self.source.as_ref().filter(|_| self.shown.is_some()) else {
            return false;
        };
        // Where there is a slate, it fills what is more than a while.
        let most = match (self.settings.kind, &self.settings.slate) {
            (Kind::Video, None) => STANDSTILL,
            _ => FILLED_MAX,
        };
        let at = to_ticks(sample.dts, source.clock());
        at.saturating_sub(self.end_ticks()) > units(most, CHANNEL_CLOCK)
    }

    /// Ends all that is open at `at`, and goes on in `format` behind it.
    fn break_off(&mut self, format: Format, at: u64, air: &mut Air, out: &mut Sink<'_>) {
        if let Some(pending) = self.pending.take() {
            let at = of_ticks(at, self.clock).max(pending.dts + u64::from(pending.duration.max(1)));
            let end = self.bounded(&pending, at, air, out);
            self.keep(pending, end);
        }
        self.close_part(out);
        self.close_segment(out);
        if self.shown.as_ref() != Some(&format) {
            self.end = of_ticks(to_ticks(self.end, self.clock), format.clock());
            self.clock = format.clock();
            self.set_audio_part_target(&format);
            self.shown = Some(format);
        }
        self.broken = true;
    }

    /// A part of sound is the whole number of access units that holds a part of the picture; or the
    /// nearest, where one more or less would be too much of a difference.
    fn set_audio_part_target(&mut self, format: &Format) {
        let (Format::Audio(aac), Delivery::LowLatency(target)) = (format, self.settings.delivery)
        else {
            return;
        };
        if self.list.part_target().is_some() {
            return;
        }
        let unit = u64::from(aac.frame_samples());
        let wanted = u64::from(target.ticks()) * u64::from(aac.sample_rate());
        let per_unit = unit * u64::from(CHANNEL_CLOCK);
        let (floor, ceil) = (wanted / per_unit, wanted.div_ceil(per_unit));
        let count = match floor * 100 >= ceil * 87 {
            true => ceil,
            false => (wanted + per_unit / 2) / per_unit,
        };
        self.list.set_part_target(count.max(1) * unit, aac.sample_rate());
    }

    /// The longest that a part may be, in units of what is shown.
    fn part_units(&self) -> Option<u64> {
        let (units, clock) = self.list.part_target()?;
        Some(units * u64::from(self.clock) / u64::from(clock))
    }

    /// The shortest that a part may be, unless it ends a segment (§4.4.4.9).
    fn part_units_min(&self) -> u64 {
        self.part_units().map_or(0, |units| (units * 85).div_ceil(100))
    }

    fn fill_with_silence(&mut self, until: u64, on: On, air: &mut Air, out: &mut Sink<'_>) {
        let Some(Format::Audio(aac)) = &self.shown else { return };
        let Some(silence) = aac.silence() else { return };
        let unit = aac.frame_samples();
        // A break that was to come is to come behind the silence.
        let broken = std::mem::take(&mut self.broken);
        while !self.ended && self.expected_end() + u64::from(unit) <= until {
            let dts = self.expected_end();
            let sample =
                Sample { data: silence.clone(), dts, offset: 0, duration: unit, key: true };
            self.place(sample, on, air, out);
        }
        self.broken = broken;
    }

    /// Where the next sample is expected.
    fn expected_end(&self) -> u64 {
        match &self.pending {
            Some(pending) => pending.dts + u64::from(pending.duration.max(1)),
            None => self.end,
        }
    }

    /// Puts a sample behind those that are there.
    fn place(&mut self, mut sample: Sample, on: On, air: &mut Air, out: &mut Sink<'_>) {
        let shown = i128::from(sample.dts) + i128::from(sample.offset);
        let first_ever = self.list.is_fresh() && self.list.opened().is_none();
        if first_ever {
            // It begins where the source stands; there is nothing to go on from.
            self.end = sample.dts;
            self.marks_seen = air.count();
            self.list.set_discontinuities(air.all());
        }
        let at = match self.pending.take() {
            Some(pending) => {
                let at = self.bounded(&pending, sample.dts.max(pending.dts + 1), air, out);
                self.keep(pending, at);
                at
            }
            None => self.end,
        };
        sample.dts = at;
        // Sound has no other time than that of its decoding.
        sample.offset = match self.settings.kind {
            Kind::Video => i32::try_from(shown - i128::from(at)).unwrap_or(0),
            Kind::Audio => 0,
        };
        self.close_full_part(at, u64::from(sample.duration), out);
        self.begin_where_due(&sample, on, first_ever, air, out);
        self.pending = Some(sample);
        self.close_part_ahead(out);
    }

    /// Where a sample may begin that wants to begin at `at`, so that the one before it does not make
    /// its part too long: there, or earlier. It is shown when it was to be shown all the same.
    fn bounded(&mut self, before: &Sample, at: u64, air: &mut Air, out: &mut Sink<'_>) -> u64 {
        let Some(longest) = self.part_units() else {
            // Without parts, what must not be too long is the segment.
            let halves = 2 * u64::from(self.settings.target_seconds) + 1;
            let longest = halves * u64::from(self.clock) / 2 - 1;
            return at.min(self.segment_start + longest).max(before.dts + 1);
        };
        if at > self.part_start + longest
            && !self.open.is_empty()
            && before.dts - self.part_start >= self.part_units_min()
        {
            self.close_part(out);
            if self.list.opened().is_none() {
                self.begin_segment(before.dts, 0, air);
            }
        }
        at.min(self.part_start + longest)
    }

    /// Gives a sample its end and keeps it for the open part.
    fn keep(&mut self, mut sample: Sample, end: u64) {
        if self.list.opened().is_none() {
            return;
        }
        if self.open.is_empty() {
            self.part_start = sample.dts;
        }
        sample.duration = u32::try_from(end - sample.dts).unwrap_or(u32::MAX);
        self.open.push(sample);
        self.end = end;
    }

    /// Begins a segment with this sample, if one is to begin.
    fn begin_where_due(
        &mut self,
        sample: &Sample,
        on: On,
        first_ever: bool,
        air: &mut Air,
        out: &mut Sink<'_>,
    ) {
        let at = sample.dts;
        let ticks = to_ticks(at, self.clock);
        if !air.is_anchored() {
            air.anchor(ticks, on.now.wall);
        }
        let breaks = if self.broken && !first_ever {
            let breaks = air.break_off(ticks, on.now.steady, &mut self.marks_seen);
            if on.leads {
                // What is shown now may have been due a while ago.
                let late =
                    self.showing.map_or(Duration::ZERO, |showing| showing.late(on.now, ticks));
                air.anchor(ticks, on.now.wall.minus(late));
            }
            breaks
        } else if sample.key {
            let half = to_ticks(u64::from(sample.duration / 2), self.clock);
            let breaks = air.due(ticks + half, self.marks_seen);
            self.marks_seen += u64::from(breaks);
            breaks
        } else {
            0
        };
        if breaks > 0 || self.segment_is_due(sample) {
            self.close_part(out);
            self.close_segment(out);
        }
        if self.list.opened().is_none() {
            self.begin_segment(at, breaks, air);
        }
        self.broken = false;
    }

    fn segment_is_due(&mut self, sample: &Sample) -> bool {
        let at = sample.dts;
        let length = at.saturating_sub(self.segment_start);
        let wanted = units(self.settings.segment, self.clock);
        match (self.settings.kind, self.settings.delivery) {
            (Kind::Video, _) if sample.key => {
                // Where key frames come more often than segments, all renditions choose the same:
                // the first in each stretch of channel time.
                let stretch = |at: u64| at / wanted.max(1);
                let another = stretch(at) != stretch(self.segment_start) && length >= wanted / 2;
                length >= wanted - wanted / 20 || another
            }
            (Kind::Video, Delivery::Plain) => self.is_too_long(length + u64::from(sample.duration)),
            (Kind::Video, Delivery::LowLatency(_)) => false,
            (Kind::Audio, Delivery::Plain) => length + u64::from(sample.duration) > wanted,
            (Kind::Audio, Delivery::LowLatency(_)) => {
                let half = u64::from(sample.duration / 2);
                let mut due = false;
                while let Some(cut) = self.cuts.front().copied() {
                    if at + half < of_ticks(cut, self.clock) {
                        break;
                    }
                    self.cuts.pop_front();
                    self.grid.origin = Some(cut);
                    due = true;
                }
                // A segment that has just begun is the one that was to begin.
                due && length >= self.part_units_min()
            }
        }
    }

    /// EXTINF, rounded, must not exceed the target duration (§4.4.3.1).
    fn is_too_long(&self, length: u64) -> bool {
        let target = u64::from(self.settings.target_seconds) * u64::from(self.clock);
        length * 2 >= target * 2 + u64::from(self.clock)
    }

    fn begin_segment(&mut self, at: u64, discontinuities: u32, air: &mut Air) {
        let Some(format) = self.shown.clone() else { return };
        let init = self.init_of(format);
        let start = to_ticks(at, self.clock);
        self.segment_start = at;
        self.part_start = at;
        self.end = self.end.max(at);
        self.grid.parts = 0;
        self.boundaries.push(start);
        self.ended = false;
        let sequence = self.list.sequence();
        self.list.open(Segment {
            name: MediaName { kind: MediaKind::Segment, run: self.run, number: sequence },
            init,
            start,
            units: 0,
            clock: self.clock,
            aired: air.aired(start),
            discontinuities,
            bytes: 0,
        });
    }

    fn init_of(&mut self, format: Format) -> MediaName {
        if let Some((_, name)) = self.inits.iter().find(|(known, _)| *known == format) {
            return *name;
        }
        let name = MediaName { kind: MediaKind::Init, run: self.run, number: self.next_init };
        self.next_init += 1;
        // A source that is another every second is not to fill the memory.
        if self.inits.len() == INITS_KEPT {
            self.inits.remove(0);
        }
        self.inits.push((format, name));
        name
    }

    /// Closes the part that ends at `at`, if another sample like the next would not fit into it.
    fn close_full_part(&mut self, at: u64, next: u64, out: &mut Sink<'_>) {
        let Some(longest) = self.part_units().filter(|_| !self.open.is_empty()) else { return };
        let length = at - self.part_start;
        if length >= self.part_units_min() && length + next / 2 > longest {
            self.close_part(out);
        }
    }

    /// Closes the part with the pending sample, if that is expected to fill it: viewers get it a
    /// frame earlier than if the next sample were awaited.
    fn close_part_ahead(&mut self, out: &mut Sink<'_>) {
        let (Some(pending), Some(longest)) = (&self.pending, self.part_units()) else { return };
        let start = if self.open.is_empty() { pending.dts } else { self.part_start };
        let lasts = u64::from(pending.duration);
        let limit = start + longest;
        let mut end = pending.dts + lasts;
        if lasts == 0 {
            return;
        }
        let full = match self.settings.kind {
            Kind::Video => {
                // Times that are rounded to milliseconds may be a little beyond.
                if end > limit && end - limit <= lasts / 2 {
                    end = limit;
                }
                end + lasts / 2 > limit
            }
            Kind::Audio => end + lasts > limit || self.ends_on_grid(end, lasts),
        };
        if end > limit || !full || end - start < self.part_units_min() {
            return;
        }
        if let Some(pending) = self.pending.take() {
            self.keep(pending, end);
            self.close_part(out);
        }
    }

    fn ends_on_grid(&self, end: u64, lasts: u64) -> bool {
        let (Some(origin), Delivery::LowLatency(target)) =
            (self.grid.origin, self.settings.delivery)
        else {
            return false;
        };
        let due = origin + (self.grid.parts + 1) * u64::from(target.ticks());
        end + lasts / 2 >= of_ticks(due, self.clock)
    }

    fn close_part(&mut self, out: &mut Sink<'_>) {
        // Without parts, samples wait for their segment.
        if self.has_parts() {
            self.write_part(out);
            let longest = self.part_units().unwrap_or(0);
            let length = self.end.saturating_sub(self.segment_start);
            let wanted = units(self.settings.segment, self.clock);
            let alone = self.settings.kind == Kind::Audio && self.grid.origin.is_none();
            if self.is_too_long(length + longest) || (alone && length + longest / 2 >= wanted) {
                self.close_segment(out);
            }
        }
    }

    fn write_part(&mut self, out: &mut Sink<'_>) {
        if self.open.is_empty() || self.list.opened().is_none() {
            return;
        }
        self.put_out_init(out);
        self.fragments = self.fragments.wrapping_add(1);
        let bytes = fmp4::fragment(self.fragments, &self.open);
        let units = self.end - self.part_start;
        let independent = self.open.iter().any(|sample| sample.key);
        let size = bytes.len() as u64;
        let line = self.has_parts().then(|| {
            let name = MediaName { kind: MediaKind::Part, run: self.run, number: self.next_part };
            Line { name, units, independent }
        });
        if let Some(Line { name, .. }) = &line {
            self.next_part += 1;
            self.grid.parts += 1;
            self.parts_kept.push_back((name.number, self.end_ticks()));
            out.part(*name, duration(units, self.clock), bytes.clone());
            self.changed = true;
        }
        self.list.grow(units, size, line);
        self.chunks.push(bytes);
        self.open.clear();
        self.part_start = self.end;
        self.forget(out);
    }

    /// The first time that an initialisation is needed.
    fn put_out_init(&mut self, out: &mut Sink<'_>) {
        let Some(opened) = self.list.opened() else { return };
        if self.list.closed().any(|segment| segment.init == opened.init) || !self.chunks.is_empty()
        {
            return;
        }
        if let Some((format, name)) = self.inits.iter().find(|(_, name)| *name == opened.init) {
            out.init(*name, fmp4::init(format));
        }
    }

    fn close_segment(&mut self, out: &mut Sink<'_>) {
        self.write_part(out);
        if self.chunks.is_empty() {
            return;
        }
        let chunks = std::mem::take(&mut self.chunks);
        let Some((segment, left)) = self.list.close() else { return };
        let window = self.settings.window;
        for gone in left {
            let keep = units(window + gone.duration(), CHANNEL_CLOCK);
            self.segments_kept.push_back((gone.name, self.end_ticks() + keep));
        }
        out.segment(segment, chunks);
        self.changed = true;
    }

    /// Parts are served for three target durations more than they are listed (§6.2.2).
    fn forget(&mut self, out: &mut Sink<'_>) {
        let end = self.end_ticks();
        let keep = 6 * u64::from(self.settings.target_seconds) * u64::from(CHANNEL_CLOCK);
        while let Some((number, _)) = self.parts_kept.front().filter(|(_, at)| at + keep < end) {
            out.forget(MediaName { kind: MediaKind::Part, run: self.run, number: *number });
            self.parts_kept.pop_front();
        }
        while let Some((name, _)) = self.segments_kept.front().filter(|(_, until)| *until < end) {
            out.forget(*name);
            self.segments_kept.pop_front();
        }
    }

    /// Cuts sound where the picture begins a segment, in ticks; also if it is there already.
    pub(super) fn cut_at(&mut self, boundary: u64, now: Now, air: &mut Air, out: &mut Sink<'_>) {
        if !self.has_parts() || self.list.opened().is_none() {
            self.grid.origin = Some(boundary);
            return;
        }
        // Where sound is about to break off by itself, it begins its segment there.
        if self.is_quiet(now.steady) || self.showing.is_some() || !self.cuts.is_empty() {
            if self.cuts.len() == CUTS_KEPT {
                self.cuts.pop_front();
            }
            self.cuts.push_back(boundary);
            return;
        }
        let cut = of_ticks(boundary, self.clock);
        let belongs_behind = |sample: &Sample| sample.dts + u64::from(sample.duration / 2) >= cut;
        let first = self.open.iter().position(belongs_behind);
        let pending_is_first = first.is_none() && self.pending.as_ref().is_some_and(belongs_behind);
        let earliest = self.segment_start + self.part_units_min();
        let at = match first {
            Some(first) => self.open[first].dts,
            None if pending_is_first => self.pending.as_ref().map_or(cut, |pending| pending.dts),
            // What belongs behind the cut has yet to come, or is in a part that is out already.
            None if self.end < cut => {
                self.cuts.push_back(boundary);
                return;
            }
            None => self.end,
        };
        self.grid.origin = Some(boundary);
        if at < earliest {
            return;
        }
        let behind = first.map_or_else(Vec::new, |first| self.open.split_off(first));
        let end = self.end;
        self.end = at.min(end);
        self.close_part(out);
        self.close_segment(out);
        if behind.is_empty() && !pending_is_first {
            // The next sample begins it.
            return;
        }
        let breaks =
            air.due(to_ticks(at, self.clock) + u64::from(CHANNEL_CLOCK / 10), self.marks_seen);
        self.marks_seen += u64::from(breaks);
        self.begin_segment(at, breaks, air);
        self.end = end;
        self.open = behind;
    }

    /// Ends the playlist.
    pub(super) fn end(&mut self, air: &mut Air, out: &mut Sink<'_>) {
        if let Some(pending) = self.pending.take() {
            let end = pending.dts + u64::from(pending.duration.max(1));
            let end = self.bounded(&pending, end, air, out);
            self.keep(pending, end);
        }
        self.close_part(out);
        self.close_segment(out);
        if !self.list.is_fresh() {
            self.list.end();
            self.changed = true;
        }
        self.showing = None;
        self.cuts.clear();
        self.arrived = None;
        self.resumed = false;
        self.wake = None;
        self.broken = !self.list.is_fresh();
        self.ended = true;
    }
}
