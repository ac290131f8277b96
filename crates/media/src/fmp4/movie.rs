//! A recording as one file: segments of a picture and of its sound behind one head.
//!
//! Nothing of a segment is moved or made longer: the file is as long as its head and its segments, so
//! any range of it can be given without making the rest.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

use super::{Boxes, Format, track};
use crate::codec::{Aac, Avc};
use crate::playlist::Segment;
use crate::time::CHANNEL_CLOCK;

/// A segment in its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reel {
    /// What it is, with its size.
    pub segment: Segment,
    /// Whether it is of sound.
    pub sound: bool,
    /// By how many ticks of 90 kHz it comes earlier in the file than on the channel.
    earlier: u64,
    /// Its place among all.
    number: u32,
}

/// What a file consists of.
#[derive(Clone, Debug)]
pub struct Movie {
    head: Bytes,
    reels: Vec<Reel>,
}

const PICTURE: u32 = 1;
const SOUND: u32 = 2;
/// A fragment that begins so much before the end of the one before it, in ticks, is in its place:
/// times of sound are not those of pictures.
const LAPS_MAX: u64 = CHANNEL_CLOCK as u64 / 10;

impl Movie {
    /// Puts segments together, each list the oldest first. They must all be of the one format: what
    /// was cut out in between, as the slate is, leaves no gap.
    pub fn new(picture: (&Format, &[Segment]), sound: Option<(&Format, &[Segment])>) -> Self {
        let mut reels = Vec::new();
        let (mut at, mut sound_end) = (0, 0);
        let mut sounds = sound.map(|(_, all)| all).unwrap_or_default().iter().peekable();
        let mut index = Vec::new();
        for it in picture.1 {
            let earlier = it.start.saturating_sub(at);
            let end = it.start + ticks(it);
            let mut bytes = it.bytes;
            reels.push((it.clone(), false, earlier));
            // The sound that begins with this picture, wherever the picture is now.
            while let Some(next) = sounds.next_if(|next| next.start < end) {
                let place = next.start.saturating_sub(earlier);
                if next.start + ticks(next) <= it.start || place + LAPS_MAX < sound_end {
                    continue;
                }
                sound_end = place + ticks(next);
                bytes += next.bytes;
                reels.push((next.clone(), true, earlier));
            }
            index.push((bytes, ticks(it)));
            at += ticks(it);
        }
        let reels = (1..).zip(reels).map(|(number, (segment, sound, earlier))| Reel {
            segment,
            sound,
            earlier,
            number,
        });
        let head = head(picture.0, sound.map(|(format, _)| format), at, &index);
        Self { head, reels: reels.collect() }
    }

    /// What comes first.
    pub fn head(&self) -> &Bytes {
        &self.head
    }

    /// What follows, in its order.
    pub fn reels(&self) -> &[Reel] {
        &self.reels
    }

    /// The size of the whole.
    pub fn bytes(&self) -> u64 {
        let reels: u64 = self.reels.iter().map(|it| it.segment.bytes).sum();
        self.head.len() as u64 + reels
    }
}

impl Reel {
    /// The segment's bytes as they stand in the file.
    pub fn cut(&self, bytes: &Bytes) -> Bytes {
        let clock = u64::from(self.segment.clock);
        let earlier = self.earlier * clock / u64::from(CHANNEL_CLOCK);
        let mut out = BytesMut::from(&bytes[..]);
        let id = if self.sound { SOUND } else { PICTURE };
        for (kind, at, end) in boxes(bytes, 0, bytes.len()) {
            if &kind != b"moof" {
                continue;
            }
            for (kind, at, end) in boxes(bytes, at, end) {
                match &kind {
                    b"mfhd" => put(&mut out, at + 4, &self.number.to_be_bytes()),
                    b"traf" => {
                        for (kind, at, _) in boxes(bytes, at, end) {
                            match &kind {
                                b"tfhd" => put(&mut out, at + 4, &id.to_be_bytes()),
                                // As we write it: the first version counts in 64 bits.
                                b"tfdt" => {
                                    let was =
                                        bytes.get(at + 4..at + 12).map_or(0, |mut it| it.get_u64());
                                    let is = was.saturating_sub(earlier);
                                    put(&mut out, at + 4, &is.to_be_bytes());
                                }
                                _ => {}
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        out.freeze()
    }
}

fn put(out: &mut BytesMut, at: usize, bytes: &[u8]) {
    if let Some(place) = out.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

/// Reads what [`super::init`] wrote.
pub fn read_init(bytes: &Bytes) -> Option<Format> {
    let within = |wanted: &[u8; 4], (at, end)| {
        boxes(bytes, at, end).find(|(kind, ..)| kind == wanted).map(|(_, at, end)| (at, end))
    };
    let mut found = (0, bytes.len());
    for wanted in [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"] {
        found = within(wanted, found)?;
    }
    let (at, end) = found;
    // Behind how many entries there are; of an entry, behind what it says of size or channels.
    let entries = (at + 8, end);
    if let Some((at, end)) = within(b"avc1", entries) {
        let (at, end) = within(b"avcC", (at + 78, end))?;
        return Avc::parse(bytes.slice(at..end)).ok().map(Format::Video);
    }
    let (at, end) = within(b"mp4a", entries)?;
    let (at, end) = within(b"esds", (at + 28, end))?;
    // Version, two descriptors with their fixed fields, and the length of the third.
    const CONFIG: usize = 4 + 5 + 15 + 2;
    let length = usize::from(*bytes.get(at + CONFIG - 1)?);
    let config = at + CONFIG..at + CONFIG + length;
    (config.end <= end)
        .then(|| bytes.slice(config))
        .and_then(|it| Aac::parse(it).ok())
        .map(Format::Audio)
}

/// The boxes in a place: what they are, and where what is in them begins and ends.
fn boxes(
    bytes: &[u8],
    at: usize,
    end: usize,
) -> impl Iterator<Item = ([u8; 4], usize, usize)> + use<'_> {
    let mut at = at;
    std::iter::from_fn(move || {
        let mut head = bytes.get(at..end)?.get(..8)?;
        let size = head.get_u32() as usize;
        let kind = head.get(..4)?.try_into().ok()?;
        let (begin, over) = (at + 8, at.checked_add(size)?);
        if size < 8 || over > end {
            return None;
        }
        at = over;
        Some((kind, begin, over))
    })
}

fn head(picture: &Format, sound: Option<&Format>, length: u64, index: &[(u64, u64)]) -> Bytes {
    let mut out = Boxes(BytesMut::with_capacity(2048 + 12 * index.len()));
    out.within(b"ftyp", |out| {
        out.0.put_slice(b"iso6");
        out.0.put_u32(0);
        out.0.put_slice(b"iso6mp41dash");
    });
    out.within(b"moov", |out| {
        out.full(b"mvhd", 0, 0, |out| {
            out.zeros(8);
            out.0.put_u32(CHANNEL_CLOCK);
            out.zeros(4);
            out.0.put_u32(0x0001_0000);
            out.0.put_u16(0x0100);
            out.zeros(10);
            out.matrix();
            out.zeros(24);
            out.0.put_u32(SOUND + 1);
        });
        out.within(b"trak", |out| track(out, PICTURE, picture));
        if let Some(sound) = sound {
            out.within(b"trak", |out| track(out, SOUND, sound));
        }
        out.within(b"mvex", |out| {
            out.full(b"mehd", 1, 0, |out| out.0.put_u64(length));
            for id in [Some(PICTURE), sound.map(|_| SOUND)].into_iter().flatten() {
                out.full(b"trex", 0, 0, |out| {
                    out.0.put_u32(id);
                    out.0.put_u32(1);
                    out.zeros(12);
                });
            }
        });
    });
    // So that players find their place without reading all before it. More segments than can be
    // counted here would be two days.
    if let Ok(count) = u16::try_from(index.len()) {
        out.full(b"sidx", 1, 0, |out| {
            out.0.put_u32(PICTURE);
            out.0.put_u32(CHANNEL_CLOCK);
            out.zeros(16);
            out.zeros(2);
            out.0.put_u16(count);
            for (bytes, ticks) in index {
                out.0.put_u32(u32::try_from(*bytes).unwrap_or(u32::MAX) & 0x7FFF_FFFF);
                out.0.put_u32(u32::try_from(*ticks).unwrap_or(u32::MAX));
                const BEGINS_WITH_KEY: u32 = 0x9000_0000;
                out.0.put_u32(BEGINS_WITH_KEY);
            }
        });
    }
    out.0.freeze()
}

fn ticks(segment: &Segment) -> u64 {
    segment.units * u64::from(CHANNEL_CLOCK) / u64::from(segment.clock.max(1))
}

#[cfg(test)]
mod tests {
    use base::Timestamp;
    use mp4_atom::{Any, Decode as _};

    use super::super::{Sample, fragment, init};
    use super::*;
    use crate::{MediaKind, MediaName};

    const RECORD: &[u8] = &[
        1, 0x64, 0, 0x0D, 0xFF, 0xE1, 0, 24, 0x67, 0x64, 0x00, 0x0D, 0xAC, 0xD9, 0x41, 0x41, 0xFA,
        0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0x20, 0xF1, 0x42, 0x99, 0x60,
        1, 0, 4, 0x68, 0xEB, 0xE3, 0xCB,
    ];

    fn picture() -> Format {
        Format::Video(Avc::parse(Bytes::from_static(RECORD)).unwrap())
    }

    fn sound() -> Format {
        Format::Audio(Aac::low_complexity(48_000, 2).unwrap())
    }

    /// Two seconds from `start` on, in seconds.
    fn segment(number: u64, start: u64, clock: u32) -> (Segment, Bytes) {
        let sample = |at: u64| Sample {
            data: Bytes::from_static(b"frame"),
            dts: (start + at) * u64::from(clock),
            offset: 0,
            duration: clock,
            key: at == 0,
        };
        let bytes = [fragment(1, &[sample(0)]), fragment(2, &[sample(1)])].concat();
        let name = |kind| MediaName { kind, run: 1, number };
        let segment = Segment {
            name: name(MediaKind::Segment),
            init: MediaName { number: 0, ..name(MediaKind::Init) },
            start: start * 90_000,
            units: 2 * u64::from(clock),
            clock,
            aired: Timestamp::from_micros(0),
            discontinuities: 0,
            bytes: bytes.len() as u64,
        };
        (segment, bytes.into())
    }

    #[test]
    fn an_initialisation_is_read_as_it_was_written() {
        for format in [picture(), sound(), Format::Audio(Aac::low_complexity(44_100, 1).unwrap())] {
            let bytes = init(&format);
            assert_eq!(read_init(&bytes), Some(format));
            for cut in 0..bytes.len() {
                assert_eq!(read_init(&bytes.slice(..cut)), None, "{cut}");
            }
        }
        assert_eq!(read_init(&Bytes::from_static(b"\0\0\0\x08moov\0\0\0\0????")), None);
    }

    #[test]
    fn what_is_cut_out_leaves_no_gap_and_the_size_is_known_beforehand() {
        // A slate of two seconds was between 12 and 14.
        let pictures: Vec<_> = [(5, 10), (7, 14)].map(|(n, at)| segment(n, at, 90_000)).into();
        let sounds: Vec<_> =
            [(5, 10), (6, 12), (7, 14)].map(|(n, at)| segment(n, at, 48_000)).into();
        let of = |all: &[(Segment, Bytes)]| -> Vec<Segment> {
            all.iter().map(|(segment, _)| segment.clone()).collect()
        };
        let movie = Movie::new((&picture(), &of(&pictures)), Some((&sound(), &of(&sounds))));
        let mut file = movie.head().to_vec();
        for reel in movie.reels() {
            let all = if reel.sound { &sounds } else { &pictures };
            let (_, bytes) = all.iter().find(|(it, _)| *it == reel.segment).unwrap();
            file.extend_from_slice(&reel.cut(bytes));
        }
        assert_eq!(file.len() as u64, movie.bytes());
        let mut rest = &file[..];
        let mut times = Vec::new();
        while !rest.is_empty() {
            match Any::decode(&mut rest).unwrap() {
                Any::Moov(moov) => assert_eq!(moov.trak.len(), 2),
                Any::Moof(moof) => {
                    let traf = &moof.traf[0];
                    let time = traf.tfdt.as_ref().unwrap().base_media_decode_time;
                    let clock = if traf.tfhd.track_id == SOUND { 48_000 } else { 90_000 };
                    times.push((traf.tfhd.track_id, time / clock));
                }
                _ => {}
            }
        }
        let expected = [(1, 0), (1, 1), (2, 0), (2, 1), (1, 2), (1, 3), (2, 2), (2, 3)];
        assert_eq!(times, expected);
    }
}
