//! A media playlist that grows at its end and shrinks at its beginning.

use std::collections::VecDeque;
use std::fmt::Write;
use std::time::Duration;

use bytes::Bytes;

use super::{Playlist, Segment, seconds, seconds_up};
use crate::{MediaKind, MediaName};

/// What stays the same while a playlist lives.
#[derive(Clone, Debug)]
pub(crate) struct ListSettings {
    /// EXT-X-TARGETDURATION, which must not change (§4.4.3.1).
    pub(crate) target_seconds: u32,
    /// What viewers can look back.
    pub(crate) window: Duration,
}

/// Another rendition's newest part, for EXT-X-RENDITION-REPORT (§4.4.5.4).
pub(crate) struct Report {
    pub(crate) uri: String,
    pub(crate) sequence: u64,
    pub(crate) part: u32,
}

/// The parts of a rendition by their numbers, listed or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    pub(crate) run: u32,
    /// The oldest that is still served.
    pub(crate) oldest: u64,
    /// The one that comes next.
    pub(crate) next: u64,
    /// The longest part target of all renditions that can be played beside each other.
    pub(crate) longest: Duration,
}

/// A line of EXT-X-PART (§4.4.4.9).
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) name: MediaName,
    pub(crate) units: u64,
    pub(crate) independent: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    segment: Segment,
    parts: Vec<Line>,
    closed: bool,
}

impl Entry {
    fn count(&self) -> u32 {
        u32::try_from(self.parts.len()).unwrap_or(u32::MAX)
    }
}

/// The segments of a playlist, oldest first, and perhaps one that is open.
#[derive(Clone, Debug)]
pub(crate) struct List {
    settings: ListSettings,
    /// The part target in units of the track; set with the first format, and then constant.
    part_target: Option<(u64, u32)>,
    entries: VecDeque<Entry>,
    /// Discontinuities that have left at the beginning.
    discontinuities: u64,
    next_sequence: u64,
    ended: bool,
}

impl List {
    pub(crate) fn new(settings: ListSettings) -> Self {
        Self {
            settings,
            part_target: None,
            entries: VecDeque::new(),
            discontinuities: 0,
            next_sequence: 0,
            ended: false,
        }
    }

    /// Goes on behind what an earlier run has listed.
    pub(crate) fn resume(&mut self, segments: Vec<Segment>, discontinuities: u64, next: u64) {
        self.next_sequence = next;
        self.discontinuities = discontinuities;
        self.entries = segments
            .into_iter()
            .map(|segment| Entry { segment, parts: Vec::new(), closed: true })
            .collect();
    }

    pub(crate) fn set_part_target(&mut self, units: u64, clock: u32) {
        self.part_target = Some((units, clock));
    }

    pub(crate) fn part_target(&self) -> Option<(u64, u32)> {
        self.part_target
    }

    /// The number that the next segment gets, or the open one has.
    pub(crate) fn sequence(&self) -> u64 {
        self.next_sequence
    }

    /// Whether nothing was ever listed.
    pub(crate) fn is_fresh(&self) -> bool {
        self.entries.is_empty() && self.next_sequence == 0
    }

    /// Joins renditions that have shown so many discontinuities already.
    pub(crate) fn set_discontinuities(&mut self, discontinuities: u64) {
        self.discontinuities = discontinuities;
    }

    /// Discontinuities up to the end.
    pub(crate) fn all_discontinuities(&self) -> u64 {
        let listed = self.entries.iter().map(|entry| u64::from(entry.segment.discontinuities));
        self.discontinuities + listed.sum::<u64>()
    }

    pub(crate) fn discontinuities(&self) -> u64 {
        self.discontinuities
    }

    pub(crate) fn closed(&self) -> impl Iterator<Item = &Segment> {
        self.entries.iter().filter(|entry| entry.closed).map(|entry| &entry.segment)
    }

    /// Begins a segment, of which its units and bytes are not known yet.
    pub(crate) fn open(&mut self, segment: Segment) {
        self.ended = false;
        self.entries.push_back(Entry { segment, parts: Vec::new(), closed: false });
    }

    /// Adds to the open segment; with a line, what is added is listed as a part.
    pub(crate) fn grow(&mut self, units: u64, bytes: u64, line: Option<Line>) {
        if let Some(entry) = self.entries.back_mut().filter(|entry| !entry.closed) {
            entry.segment.units += units;
            entry.segment.bytes += bytes;
            entry.parts.extend(line);
        }
    }

    /// The open segment, if one is.
    pub(crate) fn opened(&self) -> Option<&Segment> {
        self.entries.back().filter(|entry| !entry.closed).map(|entry| &entry.segment)
    }

    /// Ends the open segment; gives it back, and those that left the list.
    pub(crate) fn close(&mut self) -> Option<(Segment, Vec<Segment>)> {
        let entry = self.entries.back_mut().filter(|entry| !entry.closed)?;
        entry.closed = true;
        let segment = entry.segment.clone();
        self.next_sequence = segment.sequence() + 1;
        Some((segment, self.trim()))
    }

    /// Adds a closed segment that another list has made; gives back those that left.
    pub(crate) fn push(&mut self, segment: Segment) -> Vec<Segment> {
        self.next_sequence = segment.sequence() + 1;
        self.entries.push_back(Entry { segment, parts: Vec::new(), closed: true });
        self.trim()
    }

    pub(crate) fn end(&mut self) {
        self.ended = true;
    }

    /// A segment leaves when the rest fills the window and at least three target durations
    /// (§6.2.2).
    fn trim(&mut self) -> Vec<Segment> {
        let least = Duration::from_secs(3 * u64::from(self.settings.target_seconds));
        let keep = self.settings.window.max(least);
        let mut total: Duration = self.closed().map(Segment::duration).sum();
        let mut left = Vec::new();
        while let Some(first) = self.entries.front().filter(|entry| entry.closed) {
            let rest = total.saturating_sub(first.segment.duration());
            if rest < keep {
                break;
            }
            total = rest;
            self.discontinuities += u64::from(first.segment.discontinuities);
            left.extend(self.entries.pop_front().map(|entry| entry.segment));
        }
        left
    }

    /// The newest part, as other renditions report it.
    pub(crate) fn newest(&self) -> Option<(u64, u32)> {
        let entry = self.entries.iter().rev().find(|entry| !entry.parts.is_empty())?;
        Some((entry.segment.sequence(), entry.count() - 1))
    }

    /// Renders the playlist as it is; with parts, for a rendition that has them.
    pub(crate) fn render(&self, parts: Option<Parts>, reports: &[Report]) -> Playlist {
        let hint = parts.filter(|_| !self.ended).map(|Parts { run, next, .. }| MediaName {
            kind: MediaKind::Part,
            run,
            number: next,
        });
        let listed_from = self.parts_listed_from();
        let skipped = self.skippable();
        let longest = parts.map(|parts| parts.longest);
        let text = |skip| self.text(skip, listed_from, longest, hint, reports);
        let parts = parts.unwrap_or(Parts { run: 0, oldest: 0, next: 0, longest: Duration::ZERO });
        Playlist {
            full: text(0),
            delta: (skipped > 0).then(|| text(skipped)),
            first: self.first(),
            parts: self
                .entries
                .range(listed_from..)
                .filter(|entry| !entry.parts.is_empty())
                .map(|entry| (entry.segment.sequence(), entry.count()))
                .collect(),
            open: self.next_sequence,
            target_seconds: self.settings.target_seconds,
            part_seconds: self.part_target.map(|(units, clock)| units as f64 / f64::from(clock)),
            parts_served: parts.oldest..parts.next,
            hinted: hint.is_some(),
            run: parts.run,
            ended: self.ended,
        }
    }

    fn first(&self) -> u64 {
        self.entries.front().map_or(self.next_sequence, |entry| entry.segment.sequence())
    }

    /// Parts are listed for segments that begin within three target durations of the end
    /// (§6.2.2); the index of the first such.
    fn parts_listed_from(&self) -> usize {
        let most = Duration::from_secs(3 * u64::from(self.settings.target_seconds));
        let mut behind = Duration::ZERO;
        for (index, entry) in self.entries.iter().enumerate().rev() {
            behind += entry.segment.duration();
            if behind > most {
                return index + 1;
            }
        }
        0
    }

    /// How many segments are older than the skip boundary (§4.4.3.8).
    fn skippable(&self) -> usize {
        let boundary = Duration::from_secs(6 * u64::from(self.settings.target_seconds));
        let mut behind = Duration::ZERO;
        for (index, entry) in self.entries.iter().enumerate().rev() {
            behind += entry.segment.duration();
            if behind > boundary {
                return index;
            }
        }
        0
    }

    fn text(
        &self,
        skip: usize,
        parts_from: usize,
        longest: Option<Duration>,
        hint: Option<MediaName>,
        reports: &[Report],
    ) -> Bytes {
        let mut out = String::with_capacity(256 + 160 * self.entries.len());
        // Writing to a String does not fail.
        let _ = self.write_head(&mut out, skip, longest);
        let mut init = skip
            .checked_sub(1)
            .and_then(|last| self.entries.get(last))
            .map(|entry| entry.segment.init);
        for (index, entry) in self.entries.iter().enumerate().skip(skip) {
            let _ = write_entry(&mut out, entry, index >= parts_from, &mut init);
        }
        if let Some(hint) = hint {
            let _ = writeln!(out, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{hint}\"");
        }
        for Report { uri, sequence, part } in reports {
            let _ = writeln!(
                out,
                "#EXT-X-RENDITION-REPORT:URI=\"{uri}\",LAST-MSN={sequence},LAST-PART={part}"
            );
        }
        if self.ended {
            out.push_str("#EXT-X-ENDLIST\n");
        }
        out.into()
    }

    fn write_head(
        &self,
        out: &mut String,
        skip: usize,
        longest: Option<Duration>,
    ) -> std::fmt::Result {
        let target = self.settings.target_seconds;
        writeln!(out, "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:{target}")?;
        let skip_until = 6 * target;
        match (longest, self.part_target) {
            (Some(longest), Some((units, clock))) => {
                // Three times what is written, which is rounded up.
                let hundred_thousandths = 3 * longest.as_nanos().div_ceil(10_000);
                let hold_back = u64::try_from(hundred_thousandths).unwrap_or(u64::MAX);
                writeln!(
                    out,
                    "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={},HOLD-BACK={},CAN-SKIP-UNTIL={skip_until}",
                    seconds_up(hold_back, 100_000),
                    3 * target,
                )?;
                writeln!(out, "#EXT-X-PART-INF:PART-TARGET={}", seconds_up(units, clock))?;
            }
            // Where HOLD-BACK is absent it is three target durations, and a player may choose less.
            _ => writeln!(
                out,
                "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL={skip_until}"
            )?,
        }
        writeln!(out, "#EXT-X-MEDIA-SEQUENCE:{}", self.first())?;
        writeln!(out, "#EXT-X-DISCONTINUITY-SEQUENCE:{}", self.discontinuities)?;
        if skip > 0 {
            writeln!(out, "#EXT-X-SKIP:SKIPPED-SEGMENTS={skip}")?;
        }
        Ok(())
    }
}

/// All that belongs to a segment stands before its first part.
fn write_entry(
    out: &mut String,
    entry: &Entry,
    with_parts: bool,
    init: &mut Option<MediaName>,
) -> std::fmt::Result {
    let Entry { segment, parts, closed } = entry;
    // An open segment without parts has nothing to say yet.
    if !closed && (parts.is_empty() || !with_parts) {
        return Ok(());
    }
    for _ in 0..segment.discontinuities {
        out.push_str("#EXT-X-DISCONTINUITY\n");
    }
    let needs_init = segment.name.kind != MediaKind::Text;
    if needs_init && (*init != Some(segment.init) || segment.discontinuities > 0) {
        writeln!(out, "#EXT-X-MAP:URI=\"{}\"", segment.init)?;
        *init = Some(segment.init);
    }
    writeln!(out, "#EXT-X-PROGRAM-DATE-TIME:{:.3}", segment.aired.to_jiff())?;
    if with_parts {
        for Line { name, units, independent } in parts {
            let duration = seconds(*units, segment.clock);
            let independent = if *independent { ",INDEPENDENT=YES" } else { "" };
            debug_assert_eq!(name.kind, MediaKind::Part);
            writeln!(out, "#EXT-X-PART:DURATION={duration},URI=\"{name}\"{independent}")?;
        }
    }
    if *closed {
        writeln!(out, "#EXTINF:{},", seconds(segment.units, segment.clock))?;
        writeln!(out, "{}", segment.name)?;
    }
    Ok(())
}
