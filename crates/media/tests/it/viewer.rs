//! A viewer who holds every playlist to the rules and every fragment to its promises. It reads with
//! quick-m3u8 and mp4-atom, which are not ours.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use media::{MediaKind, MediaName, Output, Playlist};
use mp4_atom::{Any, Decode};
use quick_m3u8::config::ParsingOptionsBuilder;
use quick_m3u8::tag::KnownTag;
use quick_m3u8::tag::hls::Tag;
use quick_m3u8::{HlsLine, Reader};

/// A playlist as text says it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Read {
    pub(crate) target: u64,
    pub(crate) part_target: Option<f64>,
    pub(crate) block_reload: bool,
    pub(crate) part_hold_back: Option<f64>,
    pub(crate) hold_back: Option<f64>,
    pub(crate) skip_until: Option<f64>,
    pub(crate) sequence: u64,
    pub(crate) discontinuity_sequence: u64,
    pub(crate) skipped: Option<u64>,
    pub(crate) segments: Vec<ReadSegment>,
    pub(crate) hint: Option<String>,
    pub(crate) reports: Vec<(String, u64, u64)>,
    pub(crate) ended: bool,
}

/// A segment of it; the open one has no address.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadSegment {
    pub(crate) sequence: u64,
    pub(crate) discontinuities: u64,
    pub(crate) map: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) parts: Vec<ReadPart>,
    pub(crate) duration: Option<f64>,
    pub(crate) uri: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct ReadPart {
    pub(crate) uri: String,
    pub(crate) duration: f64,
    pub(crate) independent: bool,
}

pub(crate) fn read(text: &Bytes) -> Read {
    let text = std::str::from_utf8(text).unwrap();
    let options = ParsingOptionsBuilder::new().with_parsing_for_all_tags().build();
    let mut reader = Reader::from_str(text, options);
    let mut lines = text.lines();
    let (mut read, mut segment) = (Read::default(), ReadSegment::default());
    while let Some(line) = reader.read_line().unwrap() {
        let raw = lines.next().unwrap();
        let HlsLine::KnownTag(KnownTag::Hls(tag)) = line else {
            let HlsLine::Uri(uri) = line else { panic!("{raw} is no tag that exists") };
            segment.uri = Some(uri.into_owned());
            read.segments.push(std::mem::take(&mut segment));
            continue;
        };
        match tag {
            Tag::M3u(_) | Tag::Version(_) => {}
            Tag::Targetduration(tag) => read.target = tag.target_duration(),
            Tag::MediaSequence(tag) => read.sequence = tag.media_sequence(),
            Tag::DiscontinuitySequence(tag) => {
                read.discontinuity_sequence = tag.discontinuity_sequence();
            }
            Tag::PartInf(tag) => read.part_target = Some(tag.part_target()),
            Tag::ServerControl(tag) => {
                read.block_reload = tag.can_block_reload();
                read.part_hold_back = tag.part_hold_back();
                read.hold_back = tag.hold_back();
                read.skip_until = tag.can_skip_until();
            }
            Tag::Inf(tag) => segment.duration = Some(tag.duration()),
            Tag::Discontinuity(_) => segment.discontinuities += 1,
            Tag::Map(tag) => segment.map = Some(tag.uri().to_owned()),
            Tag::ProgramDateTime(_) => segment.date = raw.split_once(':').map(|(_, at)| at.into()),
            Tag::Part(tag) => segment.parts.push(ReadPart {
                uri: tag.uri().to_owned(),
                duration: tag.duration(),
                independent: tag.independent(),
            }),
            Tag::Skip(tag) => read.skipped = Some(tag.skipped_segments()),
            Tag::PreloadHint(tag) => read.hint = Some(tag.uri().to_owned()),
            Tag::RenditionReport(tag) => {
                read.reports.push((tag.uri().into(), tag.last_msn(), tag.last_part().unwrap()));
            }
            Tag::Endlist(_) => read.ended = true,
            other => panic!("{other:?} is not expected in a media playlist"),
        }
    }
    if !segment.parts.is_empty() {
        read.segments.push(segment);
    }
    let first = read.sequence + read.skipped.unwrap_or(0);
    for (index, segment) in read.segments.iter_mut().enumerate() {
        segment.sequence = first + index as u64;
    }
    read
}

/// A fragment as it was written.
#[derive(Clone, Debug)]
pub(crate) struct Fragment {
    pub(crate) start: u64,
    pub(crate) units: u64,
    /// Each sample's data, with its decode and presentation times.
    pub(crate) samples: Vec<(u64, i64, Vec<u8>)>,
    pub(crate) key: bool,
}

pub(crate) fn read_fragment(bytes: &Bytes) -> Fragment {
    let mut rest = &bytes[..];
    let Any::Moof(moof) = Any::decode(&mut rest).unwrap() else { panic!("no moof") };
    let Any::Mdat(mdat) = Any::decode(&mut rest).unwrap() else { panic!("no mdat") };
    assert!(rest.is_empty(), "one moof and one mdat");
    let [traf] = &moof.traf[..] else { panic!("one track") };
    let start = traf.tfdt.as_ref().unwrap().base_media_decode_time;
    let (mut at, mut data, mut samples, mut key) = (start, &mdat.data[..], Vec::new(), false);
    for entry in traf.trun.iter().flat_map(|trun| trun.samples.iter()) {
        let duration = entry.duration.or(traf.tfhd.default_sample_duration).unwrap();
        assert!(duration > 0, "a sample without a duration");
        let (sample, behind) = data.split_at(entry.size.unwrap() as usize);
        samples.push((at, at as i64 + entry.cts.unwrap_or(0), sample.to_vec()));
        key |= entry.flags.or(traf.tfhd.default_sample_flags) == Some(0x0200_0000);
        at += u64::from(duration);
        data = behind;
    }
    assert!(data.is_empty(), "the samples fill the mdat");
    Fragment { start, units: at - start, samples, key }
}

/// Follows one rendition.
#[derive(Debug, Default)]
pub(crate) struct Viewer {
    /// Initialisations, with units in a second.
    pub(crate) inits: BTreeMap<String, u32>,
    pub(crate) parts: BTreeMap<MediaName, Fragment>,
    pub(crate) forgotten: BTreeSet<MediaName>,
    pub(crate) segments: BTreeMap<u64, (media::Segment, Vec<Bytes>)>,
    pub(crate) playlists: Vec<Read>,
    pub(crate) latest: Option<std::sync::Arc<Playlist>>,
    /// Where the last segment ended, and units in a second.
    ends: Option<(u64, u32)>,
    /// Whether times may have a gap where the next discontinuity is.
    gaps: bool,
    /// Every sample's data, as it went out.
    pub(crate) heard: Vec<(u64, i64, Vec<u8>)>,
    hinted: Option<String>,
    /// Discontinuity sequence number and initialisation by media sequence number.
    known: BTreeMap<u64, (u64, String)>,
}

impl Viewer {
    pub(crate) fn take(&mut self, output: Output) {
        match output {
            Output::Init { name, bytes, .. } => {
                let mut rest = &bytes[..];
                let Any::Ftyp(_) = Any::decode(&mut rest).unwrap() else { panic!("no ftyp") };
                let Any::Moov(moov) = Any::decode(&mut rest).unwrap() else { panic!("no moov") };
                self.inits.insert(name.to_string(), moov.trak[0].mdia.mdhd.timescale);
            }
            Output::Part { name, bytes, .. } => {
                if let Some(hinted) = &self.hinted {
                    assert!(self.parts.len() + self.forgotten.len() > 0, "{hinted}");
                }
                let number = self.parts.keys().last().map_or(0, |last| last.number + 1);
                assert_eq!((name.kind, name.number), (MediaKind::Part, number), "parts in order");
                self.parts.insert(name, read_fragment(&bytes));
            }
            Output::Segment { segment, chunks, .. } => {
                let fragments: Vec<Fragment> = chunks.iter().map(read_fragment).collect();
                let units: u64 = fragments.iter().map(|fragment| fragment.units).sum();
                assert_eq!(units, segment.units, "a segment is its fragments");
                let bytes: u64 = chunks.iter().map(|chunk| chunk.len() as u64).sum();
                assert_eq!(bytes, segment.bytes);
                for fragment in &fragments {
                    self.hear(fragment, segment.clock);
                }
                let replaced = self.segments.insert(segment.sequence(), (segment, chunks));
                assert!(replaced.is_none(), "a media sequence number came twice");
            }
            Output::Forget { name, .. } => {
                assert!(self.forgotten.insert(name), "{name} was forgotten twice");
            }
            Output::Playlist { playlist, .. } => {
                self.check(read(playlist.text()));
                if let Some(delta) = playlist.delta() {
                    self.check_delta(&read(delta));
                }
                self.latest = Some(playlist);
            }
        }
    }

    fn hear(&mut self, fragment: &Fragment, clock: u32) {
        if let Some((ends, before)) = self.ends.filter(|_| !self.gaps) {
            let ticks = |units: u64, clock: u32| u128::from(units) * 90_000 / u128::from(clock);
            let apart = ticks(ends, before).abs_diff(ticks(fragment.start, clock));
            // Another clock rounds to its own units.
            let most = if clock == before { 0 } else { 3 };
            assert!(apart <= most, "decode times go on: {} is not {ends}", fragment.start);
        }
        self.ends = Some((fragment.start + fragment.units, clock));
        self.heard.extend(fragment.samples.iter().cloned());
    }

    /// For a channel without slates, whose source stands still.
    pub(crate) fn expects_gaps(&mut self) {
        self.gaps = true;
    }

    /// Goes on with what another run of the program makes: that knows of no open segment, and names
    /// its parts anew.
    pub(crate) fn after_a_kill(self) -> Self {
        let mut last = self.playlists.last().cloned();
        let mut known = self.known;
        if let Some(last) = &mut last {
            last.segments.retain(|segment| segment.uri.is_some());
            last.segments.iter_mut().for_each(|segment| segment.parts.clear());
            last.hint = None;
            let open = last.segments.last().map_or(last.sequence, |last| last.sequence + 1);
            known.retain(|sequence, _| *sequence < open);
        }
        let playlists = last.into_iter().collect();
        Self { playlists, known, inits: self.inits, gaps: self.gaps, ..Self::default() }
    }

    fn check(&mut self, read: Read) {
        assert!(read.block_reload);
        assert_eq!(read.skip_until, Some(6.0 * read.target as f64));
        let mut map = String::new();
        for segment in &read.segments {
            map = segment.map.clone().unwrap_or(map);
            let clock = self.inits.get(&map).copied();
            self.check_segment(&read, segment, clock.unwrap_or(90_000));
        }
        self.check_dates(&read);
        self.check_parts_are_recent(&read);
        if let Some(before) = self.playlists.last() {
            check_follows(before, &read);
        }
        let mut discontinuity = read.discontinuity_sequence;
        let mut map = String::new();
        for segment in &read.segments {
            discontinuity += segment.discontinuities;
            if let Some(new) = &segment.map {
                map.clone_from(new);
            }
            assert!(self.inits.contains_key(&map) || map.starts_with("i1-"), "{map} is not known");
            let known = (discontinuity, map.clone());
            let before = self.known.insert(segment.sequence, known.clone());
            assert!(
                before.is_none_or(|before| before == known),
                "segment {} changed",
                segment.sequence
            );
        }
        self.hinted.clone_from(&read.hint);
        self.playlists.push(read);
    }

    fn check_segment(&self, read: &Read, segment: &ReadSegment, clock: u32) {
        if let Some(duration) = segment.duration {
            assert!(duration.round() as u64 <= read.target, "EXTINF {duration} over the target");
        }
        let target = read.part_target;
        for (index, part) in segment.parts.iter().enumerate() {
            let target = target.expect("parts need PART-INF");
            let name: MediaName = part.uri.parse().unwrap();
            assert!(!self.forgotten.contains(&name), "{name} is listed and forgotten");
            let fragment = self.parts.get(&name).unwrap_or_else(|| panic!("{name} never came"));
            let exact = fragment.units as f64 / f64::from(clock);
            assert!(part.duration <= target, "part of {} over {target}", part.duration);
            assert!(exact <= target + 1e-9, "part of {exact} over {target}");
            assert_eq!(part.independent, fragment.key, "{name}");
            let last = segment.uri.is_some() && index + 1 == segment.parts.len();
            // A part that others follow is long enough; so is the newest, unless it ends a segment.
            let newest = segment.uri.is_none() && index + 1 == segment.parts.len();
            assert!(
                last || newest || part.duration >= 0.85 * target - 1e-5,
                "part of {} under 85 % of {target} inside of segment {}",
                part.duration,
                segment.sequence
            );
        }
        assert!(segment.date.is_some(), "every segment has its date");
    }

    fn check_dates(&self, read: &Read) {
        let dates: Vec<&String> = read.segments.iter().flat_map(|segment| &segment.date).collect();
        assert!(dates.is_sorted(), "dates go back: {dates:?}");
    }

    /// Parts stand only where a segment ends within three target durations of the end.
    fn check_parts_are_recent(&self, read: &Read) {
        let mut behind = 0.0;
        for segment in read.segments.iter().rev() {
            behind += length(segment);
            if behind > 3.0 * read.target as f64 + 0.001 {
                assert!(segment.parts.is_empty(), "parts of segment {} linger", segment.sequence);
            }
        }
        let total: f64 = read.segments.iter().map(length).sum();
        assert!(
            read.sequence == 0 || total >= 3.0 * read.target as f64 - 0.01,
            "only {total} s left"
        );
    }

    fn check_delta(&self, delta: &Read) {
        let full = self.playlists.last().unwrap();
        let skipped = delta.skipped.expect("EXT-X-SKIP");
        assert!(skipped > 0);
        assert_eq!(delta.sequence, full.sequence);
        assert_eq!(delta.segments.len() as u64 + skipped, full.segments.len() as u64);
        let kept: f64 = delta.segments.iter().map(length).sum();
        assert!(kept >= 6.0 * full.target as f64 - 0.001 || delta.ended, "{kept} s are too little");
        for segment in &delta.segments {
            let same =
                full.segments.iter().find(|other| other.sequence == segment.sequence).unwrap();
            assert_eq!((&segment.uri, &segment.date), (&same.uri, &same.date));
        }
    }
}

fn check_follows(before: &Read, read: &Read) {
    assert!(read.sequence >= before.sequence, "EXT-X-MEDIA-SEQUENCE went back");
    assert!(read.discontinuity_sequence >= before.discontinuity_sequence);
    assert_eq!(read.target, before.target, "the target duration is constant");
    if before.part_target.is_some() {
        assert_eq!(read.part_target, before.part_target, "the part target is constant");
    }
    let end = |read: &Read| read.segments.last().map(|last| (last.sequence, last.parts.len()));
    if before.ended {
        return;
    }
    if let (Some(before), Some(now)) = (end(before), end(read)) {
        assert!(now.0 >= before.0, "the end went back from {before:?} to {now:?}");
    }
    if let Some(hint) = &before.hint {
        // The part that comes next has the name that was hinted at.
        let listed = |read: &Read| -> Vec<String> {
            read.segments.iter().flat_map(|s| &s.parts).map(|part| part.uri.clone()).collect()
        };
        let known = listed(before);
        let new: Vec<String> =
            listed(read).into_iter().filter(|uri| !known.contains(uri)).collect();
        assert!(new.is_empty() || new.contains(hint), "{hint} was hinted at and {new:?} came");
    }
}

fn length(segment: &ReadSegment) -> f64 {
    segment.duration.unwrap_or_else(|| segment.parts.iter().map(|part| part.duration).sum())
}
