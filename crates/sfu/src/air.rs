//! What of an open meeting goes on air: the sound of whoever speaks, and their picture.
//!
//! One seat is on air at a time. Another takes its place once it has been louder for a while, and the
//! picture follows at the next key frame. A screen that is shown is on air in the speaker's place.
//! Packets are put in order and together here, since a channel takes frames.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::track::Media;
use crate::{Kind, Layer, SeatNumber};

/// What is on air, with its time since the meeting went on air.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aired {
    /// A packet of Opus (RFC 6716).
    Sound {
        /// When it is heard.
        at: Duration,
        /// The packet.
        data: Arc<[u8]>,
    },
    /// A frame of VP8 (RFC 6386).
    Picture {
        /// When it is seen.
        at: Duration,
        /// Whether it needs no other frame.
        key: bool,
        /// The frame.
        data: Vec<u8>,
    },
}

/// Whoever speaks stays on air for so long.
const STAYS: Duration = Duration::from_millis(1_500);
/// For so many looks another has to be louder.
const LOUDER_LOOKS: u32 = 2;
/// By so much, in dB.
const LOUDER_BY: f32 = 6.0;
/// And as loud as this: -50 dB below the loudest there is (RFC 6464 counts down from 0).
const AUDIBLE: f32 = 127.0 - 50.0;
/// Who has sent no sound for so long is not speaking.
const SILENT: Duration = Duration::from_millis(1_500);
/// Whoever makes renditions of it can begin anew at a key frame alone.
const KEY_FRAME_EVERY: Duration = Duration::from_secs(4);

pub(crate) struct Air {
    began: Instant,
    speaker: Option<SeatNumber>,
    since: Instant,
    loudness: BTreeMap<SeatNumber, Loudness>,
    /// Who is louder than the speaker, and for how many looks.
    louder: Option<(SeatNumber, u32)>,
    sound: Clock,
    picture: Clock,
    /// Whose picture is to be on air, and whose is.
    target: Option<(SeatNumber, Kind, Layer)>,
    current: Option<(SeatNumber, Kind, Layer)>,
    assembly: Assembly,
    key_frame_at: Option<Instant>,
}

struct Loudness {
    /// From 0, silence, to 127.
    level: f32,
    heard_at: Instant,
}

/// A picture's packets, until they are whole.
#[derive(Default)]
struct Assembly {
    next: Option<u64>,
    waiting: BTreeMap<u64, Part>,
}

struct Part {
    time: u32,
    marker: bool,
    payload: Arc<[u8]>,
    /// Where the frame's bytes begin.
    offset: usize,
    came_at: Instant,
}

impl Air {
    pub(crate) fn new(began: Instant) -> Self {
        Self {
            began,
            speaker: None,
            since: began,
            loudness: BTreeMap::new(),
            louder: None,
            sound: Clock::new(48_000),
            picture: Clock::new(90_000),
            target: None,
            current: None,
            assembly: Assembly::default(),
            key_frame_at: None,
        }
    }

    /// Takes a packet that came into the room, and gives what it leads to. Then [`Air::wants`] says
    /// whether a key frame is needed.
    pub(crate) fn take(&mut self, now: Instant, from: SeatNumber, media: &Media) -> Vec<Aired> {
        match media.kind {
            Kind::Sound => self.take_sound(now, from, media).into_iter().collect(),
            Kind::Camera | Kind::Screen => self.take_picture(now, from, media),
        }
    }

    fn take_sound(&mut self, now: Instant, from: SeatNumber, media: &Media) -> Option<Aired> {
        let level = media.packet.header.ext_vals.audio_level;
        let level = f32::from(level.map_or(0, |below| 127 + below.clamp(-127, 0)));
        let known = self.loudness.entry(from).or_insert(Loudness { level, heard_at: now });
        // Packets of 20 ms: a fifth of a second counts.
        known.level += (level - known.level) / 10.0;
        known.heard_at = now;
        if *self.speaker.get_or_insert(from) != from {
            return None;
        }
        let at = now - self.began;
        let at = self.sound.place(media.key, media.packet.header.timestamp, at, None)?;
        Some(Aired::Sound { at, data: media.packet.payload.clone() })
    }

    fn take_picture(&mut self, now: Instant, from: SeatNumber, media: &Media) -> Vec<Aired> {
        let it = Some((from, media.kind, media.layer));
        let sequence = *media.packet.seq_no;
        let begins = it == self.target && media.key_frame;
        let another = self.current != it || !self.picture.follows(media.key);
        if begins && (another || self.assembly.next.is_none()) {
            self.current = it;
            self.picture.follow(media.key, media.packet.header.timestamp, now - self.began);
            self.assembly.begin(sequence);
        } else if another {
            return Vec::new();
        }
        let Some(offset) = vp8_frame_offset(&media.packet.payload) else { return Vec::new() };
        self.assembly.push(
            sequence,
            Part {
                time: media.packet.header.timestamp,
                marker: media.packet.header.marker,
                payload: media.packet.payload.clone(),
                offset,
                came_at: now,
            },
        );
        let mut all = Vec::new();
        while let Some((time, data)) = self.assembly.frame() {
            let Some(first) = data.first() else { continue };
            let key = first & 1 == 0;
            if key {
                self.key_frame_at = Some(now);
            }
            if let Some(at) = self.picture.place(media.key, time, now - self.began, None) {
                all.push(Aired::Picture { at, key, data });
            }
        }
        if self.assembly.is_stuck(now) {
            self.assembly = Assembly::default();
        }
        all
    }

    /// Decides who is on air. `screen` is whose screen is shown, and `cameras` which layers of whose
    /// camera are being sent. Gives back of whom a key frame is needed.
    pub(crate) fn look(
        &mut self,
        now: Instant,
        screen: Option<(SeatNumber, Layer)>,
        cameras: &BTreeMap<SeatNumber, Vec<(Layer, u64)>>,
    ) -> Option<(SeatNumber, Kind, Layer)> {
        self.choose_speaker(now);
        let camera = |seat: SeatNumber| {
            let largest = cameras.get(&seat)?.last()?.0;
            Some((seat, Kind::Camera, largest))
        };
        // Whoever speaks without a camera is heard, while the one before is seen.
        let seen = self.target.map(|(seat, ..)| seat);
        let anybody = || cameras.keys().find_map(|seat| camera(*seat));
        self.target = screen
            .map(|(seat, layer)| (seat, Kind::Screen, layer))
            .or_else(|| self.speaker.and_then(camera))
            .or_else(|| seen.and_then(camera))
            .or_else(anybody);
        self.wants(now)
    }

    /// Of whom a key frame is needed.
    pub(crate) fn wants(&self, now: Instant) -> Option<(SeatNumber, Kind, Layer)> {
        let old = |at: Instant| now.saturating_duration_since(at) >= KEY_FRAME_EVERY;
        let needed = self.current != self.target
            || self.assembly.next.is_none()
            || self.key_frame_at.is_none_or(old);
        self.target.filter(|_| needed)
    }

    fn choose_speaker(&mut self, now: Instant) {
        self.loudness.retain(|_, it| now.saturating_duration_since(it.heard_at) < SILENT);
        let loudest = self.loudness.iter().max_by(|(_, a), (_, b)| a.level.total_cmp(&b.level));
        let Some((loudest, level)) = loudest.map(|(seat, it)| (*seat, it.level)) else { return };
        let speaker = self.speaker.and_then(|seat| Some((seat, self.loudness.get(&seat)?.level)));
        let Some((speaker, own)) = speaker else {
            self.put_on_air(loudest, now);
            return;
        };
        if loudest == speaker || level < AUDIBLE || level < own + LOUDER_BY {
            self.louder = None;
            return;
        }
        let looks = self.louder.filter(|(seat, _)| *seat == loudest).map_or(1, |(_, n)| n + 1);
        self.louder = Some((loudest, looks));
        if looks >= LOUDER_LOOKS && now.saturating_duration_since(self.since) >= STAYS {
            self.put_on_air(loudest, now);
        }
    }

    fn put_on_air(&mut self, seat: SeatNumber, now: Instant) {
        (self.speaker, self.since, self.louder) = (Some(seat), now, None);
    }
}

impl Assembly {
    /// What is asked for again and does not come in this time is given up.
    const PATIENCE: Duration = Duration::from_millis(600);
    /// More packets than a frame has, and than come in that time.
    const WAITING_MAX: usize = 2_048;

    fn begin(&mut self, sequence: u64) {
        self.next = Some(sequence);
        self.waiting.clear();
    }

    fn push(&mut self, sequence: u64, part: Part) {
        if self.next.is_some_and(|next| sequence >= next) {
            self.waiting.insert(sequence, part);
        }
    }

    /// The next frame, if all its packets have come: its time and its bytes.
    fn frame(&mut self) -> Option<(u32, Vec<u8>)> {
        let next = self.next?;
        let mut last = next;
        while !self.waiting.get(&last)?.marker {
            last += 1;
        }
        let later = self.waiting.split_off(&(last + 1));
        let parts = std::mem::replace(&mut self.waiting, later);
        self.next = Some(last + 1);
        let time = parts.first_key_value()?.1.time;
        let data = parts.values().flat_map(|it| &it.payload[it.offset..]).copied().collect();
        Some((time, data))
    }

    fn is_stuck(&self, now: Instant) -> bool {
        let oldest = self.waiting.values().next();
        self.waiting.len() > Self::WAITING_MAX
            || oldest.is_some_and(|it| now.saturating_duration_since(it.came_at) > Self::PATIENCE)
    }
}

/// Where the bytes of VP8 begin behind the payload descriptor (RFC 7741 §4.2).
fn vp8_frame_offset(payload: &[u8]) -> Option<usize> {
    let mut at = 1;
    if payload.first()? & 0x80 != 0 {
        let extensions = payload.get(1)?;
        at = 2;
        if extensions & 0x80 != 0 {
            at += if payload.get(at)? & 0x80 != 0 { 2 } else { 1 };
        }
        // One byte for the index, and one that the layer and the key index share.
        at += usize::from(extensions & 0x40 != 0) + usize::from(extensions & 0x30 != 0);
    }
    (at < payload.len()).then_some(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(now: Instant, marker: bool, byte: u8) -> Part {
        Part { time: 7, marker, payload: vec![0, byte].into(), offset: 1, came_at: now }
    }

    #[test]
    fn a_frame_is_whole_once_all_its_packets_came_in_whatever_order() {
        let now = Instant::now();
        let mut assembly = Assembly::default();
        assembly.push(9, part(now, true, 0));
        assert!(assembly.frame().is_none(), "nothing has begun");
        assembly.begin(10);
        assembly.push(12, part(now, true, 3));
        assembly.push(10, part(now, false, 1));
        assert!(assembly.frame().is_none());
        assembly.push(13, part(now, true, 4));
        assembly.push(11, part(now, false, 2));
        assert_eq!(assembly.frame(), Some((7, vec![1, 2, 3])));
        assert_eq!(assembly.frame(), Some((7, vec![4])));
        assembly.push(12, part(now, true, 3));
        assert!(assembly.frame().is_none() && assembly.waiting.is_empty(), "it came twice");
    }

    #[test]
    fn what_stays_away_is_given_up() {
        let now = Instant::now();
        let mut assembly = Assembly::default();
        assembly.begin(1);
        assembly.push(2, part(now, true, 0));
        assert!(!assembly.is_stuck(now + Assembly::PATIENCE));
        assert!(assembly.is_stuck(now + Assembly::PATIENCE + Duration::from_millis(1)));
    }

    proptest! {
        #[test]
        fn a_frame_begins_behind_any_descriptor(payload in proptest::collection::vec(any::<u8>(), 1..9)) {
            let mut begins = payload;
            begins[0] = begins[0] & 0xe8 | 0x10;
            // What the library refuses besides, no browser sends.
            if let Ok(theirs) = str0m::rtp::Vp8Descriptor::parse(&begins) {
                let at = vp8_frame_offset(&begins).unwrap();
                prop_assert_eq!(theirs.starts_keyframe(&begins), begins[at] & 1 == 0);
            }
        }
    }
}
