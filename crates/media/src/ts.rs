//! MPEG-TS (ISO/IEC 13818-1), as SRT carries it: one programme with H.264 or H.265, and AAC.
//!
//! Bytes in, frames out, in the forms that FLV and MP4 have. What is damaged on the way is left out:
//! a picture whose packets did not all come, and all pictures behind it up to one that decodes by
//! itself. Absent from here: programmes beside the first, tables other than PAT and PMT, encryption.

mod psi;

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use crate::codec::{Aac, AccessUnit, AdtsHeader, AnnexB, VideoCoding};
use psi::{Map, Tables};

/// A picture, or a piece of sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// What the pictures that follow need to be decoded.
    VideoConfig {
        /// How they are coded.
        coding: VideoCoding,
        /// An AVCDecoderConfigurationRecord or HEVCDecoderConfigurationRecord.
        record: Bytes,
    },
    /// One access unit.
    Video {
        /// How it is coded.
        coding: VideoCoding,
        /// When it is decoded, in ticks of 90 kHz, without their wraps.
        dts: u64,
        /// By how many ticks it is shown later.
        offset: i32,
        /// Whether decoding can begin here.
        key: bool,
        /// NAL units behind their lengths of four bytes, without parameter sets.
        data: Bytes,
    },
    /// An AudioSpecificConfig, before the first sound that needs it.
    AudioConfig(Bytes),
    /// One access unit.
    Audio {
        /// When it is heard, in ticks of 90 kHz, without their wraps.
        at: u64,
        /// Without its ADTS header.
        data: Bytes,
    },
    /// A picture in a coding that is not read here.
    ForeignVideo,
    /// Sound in a coding that is not read here.
    ForeignAudio,
}

/// Reads a transport stream.
#[derive(Debug, Default)]
pub struct Demuxer {
    /// What is no whole packet yet.
    rest: BytesMut,
    tables: Tables,
    map: Map,
    video: Pes,
    audio: Pes,
    picture: Picture,
    sound: Sound,
    clock: Clock,
    events: VecDeque<Event>,
    /// Pictures that were left out since this was last asked.
    damaged: u64,
}

/// Packets are of this many bytes, the first of which is …
const PACKET: usize = 188;
/// … this one.
const SYNC: u8 = 0x47;
/// No picture is as large.
const PES_MAX: usize = 8 << 20;

impl Demuxer {
    /// Takes what came next, cut anywhere. Then ask [`Demuxer::next_event`] until it has nothing more.
    pub fn push(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        loop {
            self.find_sync();
            if self.rest.len() < PACKET {
                return;
            }
            let packet = self.rest.split_to(PACKET);
            self.packet(&packet);
        }
    }

    /// What was read next.
    pub fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// No more comes: what is whole is read.
    pub fn finish(&mut self) {
        self.end_video();
        self.end_audio();
    }

    /// How many pictures were left out, because a part of them or of one before them did not come;
    /// since this was last asked.
    pub fn take_damaged(&mut self) -> u64 {
        std::mem::take(&mut self.damaged)
    }

    /// Leaves out what is before a packet's mark. What only looks like one is soon seen by the next.
    fn find_sync(&mut self) {
        let skipped = self.rest.iter().position(|byte| *byte == SYNC).unwrap_or(self.rest.len());
        if skipped > 0 {
            let _ = self.rest.split_to(skipped);
        }
    }

    fn packet(&mut self, packet: &[u8]) {
        let head = u32::from_be_bytes([packet[0], packet[1], packet[2], packet[3]]);
        let (broken, begins) = (head >> 23 & 1 == 1, head >> 22 & 1 == 1);
        let pid = (head >> 8 & 0x1FFF) as u16;
        let (scrambled, adapted, carries) = (head >> 6 & 3, head >> 5 & 1 == 1, head >> 4 & 1 == 1);
        let counter = (head & 15) as u8;
        let mut payload = &packet[4..];
        let mut announced = false;
        if adapted {
            let length = usize::from(payload[0]);
            announced = length > 0 && payload[1] & 0x80 != 0;
            payload = payload.get(1 + length..).unwrap_or_default();
        }
        if !carries || broken {
            // A broken one is seen by its counter when the next one comes.
            return;
        }
        if pid == 0 || Some(pid) == self.map.table {
            if self.tables.take(pid, begins, payload, &mut self.map) {
                self.mapped();
            }
            return;
        }
        let is_video = self.map.video.is_some_and(|(video, _)| video == pid);
        if !is_video && Some(pid) != self.map.audio {
            return;
        }
        let stream = if is_video { &mut self.video } else { &mut self.audio };
        match stream.follows(counter, announced) {
            Follows::Again => return,
            Follows::Next => {}
            Follows::NotNext => self.lost(is_video),
        }
        if scrambled != 0 {
            self.lost(is_video);
            return;
        }
        if begins {
            if is_video {
                self.end_video();
            } else {
                self.end_audio();
            }
            let stream = if is_video { &mut self.video } else { &mut self.audio };
            stream.begin(payload);
        } else {
            let stream = if is_video { &mut self.video } else { &mut self.audio };
            stream.go_on(payload);
        }
        let stream = if is_video { &self.video } else { &self.audio };
        if stream.is_whole() {
            if is_video { self.end_video() } else { self.end_audio() }
        }
    }

    /// The programme is another than before.
    fn mapped(&mut self) {
        (self.video, self.audio) = (Pes::default(), Pes::default());
        let coding = self.map.video.map(|(_, coding)| coding).unwrap_or_default();
        self.picture = Picture { units: AnnexB::of(coding), awaits_key: false };
        self.sound = Sound::default();
        if self.map.foreign_video {
            self.events.push_back(Event::ForeignVideo);
        }
        if self.map.foreign_audio {
            self.events.push_back(Event::ForeignAudio);
        }
    }

    /// Something did not come.
    fn lost(&mut self, of_video: bool) {
        if of_video {
            self.damaged += u64::from(self.video.open.is_some());
            self.video.open = None;
            self.picture.awaits_key = true;
        } else {
            self.audio.open = None;
            self.sound = Sound { config: self.sound.config.take(), ..Sound::default() };
        }
    }

    fn end_video(&mut self) {
        let Some(Open { times: Some((pts, dts)), data, .. }) = self.video.open.take() else {
            return;
        };
        let Some(unit) = self.picture.units.read(&data) else { return };
        let coding = self.picture.units.coding();
        if let Some(record) = unit.config {
            self.events.push_back(Event::VideoConfig { coding, record });
        }
        if unit.data.is_empty() || !self.picture.units.is_configured() {
            return;
        }
        if self.picture.awaits_key && !unit.key {
            self.damaged += 1;
            return;
        }
        self.picture.awaits_key = false;
        let dts_whole = self.clock.unwrapped(dts);
        let offset = i32::try_from(shorter_way(dts, pts)).unwrap_or(0);
        let AccessUnit { key, data, .. } = unit;
        self.events.push_back(Event::Video { coding, dts: dts_whole, offset, key, data });
    }

    fn end_audio(&mut self) {
        let Some(Open { times, data, .. }) = self.audio.open.take() else { return };
        let at = times.map(|(pts, _)| self.clock.unwrapped(pts));
        self.sound.read(&data, at, &mut self.events);
    }
}

/// The packets of one stream, put together.
#[derive(Debug, Default)]
struct Pes {
    counter: Option<u8>,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    /// When it is shown and when it is decoded, in 33 bits.
    times: Option<(u64, u64)>,
    /// How many bytes it will have, where it says so.
    whole: Option<usize>,
    data: BytesMut,
}

enum Follows {
    Next,
    /// It came twice, which is allowed.
    Again,
    NotNext,
}

impl Pes {
    fn follows(&mut self, counter: u8, announced: bool) -> Follows {
        let before = self.counter.replace(counter);
        match before {
            None => Follows::Next,
            Some(before) if (before + 1) & 15 == counter => Follows::Next,
            Some(before) if before == counter && !announced => Follows::Again,
            Some(_) if announced => Follows::Next,
            Some(_) => Follows::NotNext,
        }
    }

    fn begin(&mut self, payload: &[u8]) {
        self.open = read_header(payload);
    }

    fn go_on(&mut self, payload: &[u8]) {
        let Some(open) = &mut self.open else { return };
        open.data.extend_from_slice(payload);
        if open.data.len() > PES_MAX {
            self.open = None;
        }
    }

    fn is_whole(&self) -> bool {
        let whole = |open: &Open| open.whole.is_some_and(|whole| open.data.len() >= whole);
        self.open.as_ref().is_some_and(whole)
    }
}

fn read_header(payload: &[u8]) -> Option<Open> {
    let [0, 0, 1, _, length_high, length_low, flags, times, header, rest @ ..] = payload else {
        return None;
    };
    if flags >> 6 != 2 {
        return None;
    }
    let (fields, data) = rest.split_at_checked(usize::from(*header))?;
    let pts = (times >> 7 == 1).then(|| fields.get(..5).and_then(read_time)).flatten();
    let dts = (times >> 6 == 3).then(|| fields.get(5..10).and_then(read_time)).flatten();
    let length = usize::from(u16::from_be_bytes([*length_high, *length_low]));
    let whole = (length > 0).then(|| length.saturating_sub(3 + usize::from(*header)));
    let times = pts.map(|pts| (pts, dts.unwrap_or(pts)));
    Some(Open { times, whole, data: BytesMut::from(data) })
}

fn read_time(bytes: &[u8]) -> Option<u64> {
    let [a, b, c, d, e] = *bytes else { return None };
    let [a, b, c, d, e] = [a, b, c, d, e].map(u64::from);
    Some((a >> 1 & 7) << 30 | b << 22 | (c >> 1) << 15 | d << 7 | e >> 1)
}

const WRAP: u64 = 1 << 33;

/// From one time of 33 bits to another, the shorter way around.
fn shorter_way(from: u64, to: u64) -> i64 {
    let ahead = to.wrapping_sub(from) % WRAP;
    let ahead = i64::try_from(ahead).unwrap_or(0);
    if ahead >= 1 << 32 { ahead - (1 << 33) } else { ahead }
}

/// Frees times of their wraps.
#[derive(Debug, Default)]
struct Clock {
    last: Option<u64>,
}

impl Clock {
    fn unwrapped(&mut self, time: u64) -> u64 {
        // Far from zero, so that what comes a little before the first time is no wrap.
        let last = self.last.unwrap_or(WRAP + time);
        let whole = last.saturating_add_signed(shorter_way(last % WRAP, time));
        self.last = Some(whole);
        whole
    }
}

#[derive(Debug, Default)]
struct Picture {
    units: AnnexB,
    awaits_key: bool,
}

#[derive(Debug, Default)]
struct Sound {
    config: Option<Aac>,
    /// What is no whole access unit yet.
    rest: BytesMut,
    /// When `rest` is heard.
    at: Option<u64>,
}

impl Sound {
    /// Reads access units in ADTS. `at` is when the first one is heard that begins in these bytes.
    fn read(&mut self, bytes: &[u8], at: Option<u64>, events: &mut VecDeque<Event>) {
        let mut begun_before = self.rest.len();
        self.rest.extend_from_slice(bytes);
        let mut next = at;
        loop {
            if self.rest.len() < 7 {
                break;
            }
            let Ok(AdtsHeader { aac, header, total }) = AdtsHeader::parse(&self.rest) else {
                let _ = self.rest.split_to(1);
                begun_before = begun_before.saturating_sub(1);
                continue;
            };
            if self.rest.len() < total {
                break;
            }
            if begun_before == 0
                && let Some(next) = next.take()
            {
                self.at = Some(next);
            }
            begun_before = begun_before.saturating_sub(total);
            let unit = self.rest.split_to(total).freeze();
            let lasts = u64::from(aac.frame_samples()) * 90_000 / u64::from(aac.sample_rate());
            let Some(heard) = self.at else { continue };
            self.at = Some(heard + lasts);
            if self.config.as_ref() != Some(&aac) {
                events.push_back(Event::AudioConfig(aac.config().clone()));
                self.config = Some(aac);
            }
            if total > header {
                events.push_back(Event::Audio { at: heard, data: unit.slice(header..) });
            }
        }
        if begun_before == 0
            && let Some(next) = next
        {
            self.at = Some(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_wraps_goes_on_and_one_that_goes_back_a_little_does_too() {
        let mut clock = Clock::default();
        let first = clock.unwrapped(WRAP - 3_600);
        let mut after = |time: u64| clock.unwrapped(time) - first;
        assert_eq!(after(WRAP - 1), 3_599);
        assert_eq!(after(0), 3_600);
        assert_eq!(after(3_600), 7_200);
        assert_eq!(after(WRAP - 90), 3_510);
        assert_eq!(after(3_600), 7_200);
        assert_eq!(shorter_way(WRAP - 5, 5), 10);
        assert_eq!(shorter_way(5, WRAP - 5), -10);
    }
}
