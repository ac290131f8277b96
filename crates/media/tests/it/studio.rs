//! A channel in simulated time, and the encoders that send to it.

use std::time::Duration;

use base::Timestamp;
use bytes::Bytes;
use media::*;

use crate::viewer::{Read, Viewer};

/// 320 by 240 pixels, 4:2:0, 8 bits.
pub(crate) const RECORD: &[u8] = &[
    1, 0x64, 0, 0x0D, 0xFF, 0xE1, 0, 24, 0x67, 0x64, 0x00, 0x0D, 0xAC, 0xD9, 0x41, 0x41, 0xFA,
    0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0x20, 0xF1, 0x42, 0x99, 0x60, 1, 0,
    4, 0x68, 0xEB, 0xE3, 0xCB,
];
/// The same with other slice parameters: another source.
pub(crate) const OTHER_RECORD: &[u8] = &[
    1, 0x64, 0, 0x0D, 0xFF, 0xE1, 0, 24, 0x67, 0x64, 0x00, 0x0D, 0xAC, 0xD9, 0x41, 0x41, 0xFA,
    0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0x20, 0xF1, 0x42, 0x99, 0x60, 1, 0,
    4, 0x68, 0xEB, 0xE3, 0xCC,
];

pub(crate) const VIDEO: RenditionId = RenditionId(0);
pub(crate) const SOUND: RenditionId = RenditionId(1);
pub(crate) const ALONE: RenditionId = RenditionId(2);

pub(crate) fn video_format(record: &'static [u8]) -> Format {
    Format::Video(Avc::parse(Bytes::from_static(record)).unwrap())
}

pub(crate) fn sound_format(rate: u32) -> Format {
    Format::Audio(Aac::low_complexity(rate, 2).unwrap())
}

pub(crate) fn settings(part: PartTarget, slates: bool) -> Vec<Settings> {
    let slate = |format: Format, duration: u32, key_only: bool| Slate {
        samples: (0..if key_only { 1 } else { 50 })
            .map(|number| Sample {
                data: Bytes::from_static(b"slate"),
                dts: 0,
                offset: 0,
                duration,
                key: key_only || number == 0,
            })
            .collect(),
        format,
    };
    let rendition = |name: &str, kind, master, delivery, segment| Settings {
        name: RenditionName::new(name).unwrap(),
        kind,
        master,
        delivery,
        segment: Duration::from_secs(segment),
        target_seconds: 4,
        window: Duration::from_secs(60),
        slate: slates.then(|| match kind {
            Kind::Video => slate(video_format(OTHER_RECORD), 3600, false),
            Kind::Audio => slate(sound_format(48_000), 1024, true),
        }),
    };
    let low = Delivery::LowLatency(part);
    vec![
        rendition("source", Kind::Video, Master::Channel, low, 2),
        rendition("sound", Kind::Audio, Master::Channel, low, 2),
        rendition("alone", Kind::Audio, Master::AudioOnly, Delivery::Plain, 4),
    ]
}

/// An encoder that sends a picture and sound.
#[derive(Clone, Debug)]
pub(crate) struct Studio {
    pub(crate) rate: (u32, u32),
    /// Frames from one key frame to the next.
    pub(crate) gop: u64,
    pub(crate) sample_rate: u32,
    /// Frames that are not sent.
    pub(crate) dropped: Vec<std::ops::Range<u64>>,
    /// Access units of sound that are not sent.
    pub(crate) mute: Vec<std::ops::Range<u64>>,
    /// Milliseconds by which each frame's time is off, in turn.
    pub(crate) jitter: Vec<i64>,
    /// What the encoder's clock shows at its first frame.
    pub(crate) clock_ms: u64,
    /// Whether the encoder says at which rate it sends.
    pub(crate) declared: bool,
    /// Milliseconds from decoding to showing, in turn.
    pub(crate) offsets: Vec<i32>,
}

impl Default for Studio {
    fn default() -> Self {
        Self {
            rate: (25, 1),
            gop: 50,
            sample_rate: 48_000,
            dropped: Vec::new(),
            mute: Vec::new(),
            jitter: vec![0],
            clock_ms: 0,
            declared: true,
            offsets: vec![0],
        }
    }
}

enum Sent {
    Frame { number: u64, key: bool },
    Sound,
}

pub(crate) struct Channel {
    pub(crate) timeline: Timeline,
    pub(crate) packager: Packager,
    pub(crate) now: Duration,
    pub(crate) viewers: Vec<Viewer>,
    /// How much each kind was placed.
    pub(crate) placed: [u64; 2],
    pub(crate) dropped: [u64; 2],
    /// Frames and access units are numbered through, to be found again.
    pub(crate) number: u64,
    /// What the picture was said to be coded in, last.
    pub(crate) video_format: Option<Format>,
}

impl Channel {
    pub(crate) fn new(settings: Vec<Settings>) -> Self {
        Self::of(Packager::new(settings).unwrap())
    }

    pub(crate) fn of(packager: Packager) -> Self {
        let position = packager.position();
        let timeline = Timeline::resume_at(position, SourceClock::Milliseconds, Tracks::Both);
        let viewers = (0..3).map(|_| Viewer::default()).collect();
        let now = Duration::from_secs(1000);
        Self {
            timeline,
            packager,
            now,
            viewers,
            placed: [0; 2],
            dropped: [0; 2],
            number: 0,
            video_format: None,
        }
    }

    /// The program is killed, and starts again with what it has stored.
    pub(crate) fn is_killed(&mut self, settings: Vec<Settings>) {
        let state = serde_json::to_string(&self.packager.state()).unwrap();
        let state: State = serde_json::from_str(&state).unwrap();
        let began = Self::of(Packager::resume(settings, &state).unwrap());
        let before = std::mem::replace(self, began);
        self.viewers = before.viewers.into_iter().map(Viewer::after_a_kill).collect();
        (self.now, self.number) = (before.now, before.number);
    }

    pub(crate) fn usual() -> Self {
        Self::new(settings(PartTarget::of_duration(Duration::from_millis(400)), true))
    }

    pub(crate) fn without_slate() -> Self {
        Self::new(settings(PartTarget::of_duration(Duration::from_millis(400)), false))
    }

    fn at(&self) -> Now {
        let began = Timestamp::from_micros(1_790_000_000_000_000);
        Now { wall: began.plus(self.now), steady: self.now }
    }

    pub(crate) fn input(&mut self, input: Input) {
        if let Input::Format { rendition: VIDEO, format } = &input {
            self.video_format = Some(format.clone());
        }
        self.packager.handle_input(self.at(), input);
        while let Some(output) = self.packager.poll_output() {
            let (Output::Init { rendition, .. }
            | Output::Part { rendition, .. }
            | Output::Segment { rendition, .. }
            | Output::Playlist { rendition, .. }
            | Output::Forget { rendition, .. }) = &output;
            self.viewers[rendition.0].take(output);
        }
    }

    /// Lets time pass, with ticks when the packager asks for them.
    pub(crate) fn advance(&mut self, by: Duration) {
        let until = self.now + by;
        while let Some(due) = self.packager.next_tick().filter(|due| *due <= until) {
            assert!(due > self.now || self.packager.next_tick().is_some());
            self.now = due.max(self.now + Duration::from_millis(1)).min(until);
            self.input(Input::Tick);
            if self.now == until {
                break;
            }
        }
        self.now = until;
    }

    /// Connects an encoder: its formats are told, its clock is another.
    pub(crate) fn connect(&mut self, studio: &Studio, record: &'static [u8]) {
        self.timeline.source_changed(SourceClock::Milliseconds, Tracks::Both);
        self.tell(studio, record);
    }

    pub(crate) fn tell(&mut self, studio: &Studio, record: &'static [u8]) {
        let rate = FrameRate::new(studio.rate.0, studio.rate.1).filter(|_| studio.declared);
        self.timeline.set_frame_rate(rate);
        self.input(Input::Format { rendition: VIDEO, format: video_format(record) });
        for rendition in [SOUND, ALONE] {
            let format = sound_format(studio.sample_rate);
            self.input(Input::Format { rendition, format });
        }
    }

    /// Lets an encoder send from second `from` of its programme to second `to`; messages arrive when
    /// their times say.
    pub(crate) fn send(&mut self, studio: &Studio, from: f64, to: f64) {
        let per_second = f64::from(studio.rate.0) / f64::from(studio.rate.1);
        let mut sent = Vec::new();
        let frames = (from * per_second).ceil() as u64..(to * per_second).ceil() as u64;
        for number in frames {
            if !studio.dropped.iter().any(|gap| gap.contains(&number)) {
                let off = studio.jitter[number as usize % studio.jitter.len()];
                let exact = (number as f64 * 1000.0 / per_second).round() as i64;
                let key = number % studio.gop == 0;
                sent.push((exact.saturating_add(off).max(0), Sent::Frame { number, key }));
            }
        }
        let per_second = f64::from(studio.sample_rate) / 1024.0;
        for number in (from * per_second).ceil() as u64..(to * per_second).ceil() as u64 {
            if !studio.mute.iter().any(|gap| gap.contains(&number)) {
                let at = (number as f64 * 1000.0 / per_second).round() as i64;
                sent.push((at, Sent::Sound));
            }
        }
        sent.sort_by_key(|(at, _)| *at);
        let began = self.now;
        let start_ms = from * 1000.0;
        for (at, what) in sent {
            let due = began + Duration::from_secs_f64(((at as f64 - start_ms) / 1000.0).max(0.0));
            if due > self.now {
                self.advance(due - self.now);
            }
            let ms = studio.clock_ms.wrapping_add(at as u64);
            match what {
                Sent::Frame { number, key } => {
                    let offset = studio.offsets[number as usize % studio.offsets.len()];
                    self.frame(ms, offset, key);
                }
                Sent::Sound => self.sound(ms, studio.sample_rate),
            }
        }
        let end = began + Duration::from_secs_f64(to - from);
        if end > self.now {
            self.advance(end - self.now);
        }
    }

    pub(crate) fn frame(&mut self, ms: u64, offset: i32, key: bool) {
        let floor = self.packager.floor(VIDEO);
        let Ok(place) = self.timeline.video(ms, offset, key, floor) else {
            self.dropped[0] += 1;
            return;
        };
        self.placed[0] += 1;
        let sample = self.sample(place, key);
        self.input(Input::Sample { rendition: VIDEO, sample, jump: place.jump });
    }

    pub(crate) fn sound(&mut self, ms: u64, rate: u32) {
        let floor = self.packager.floor(SOUND);
        let Ok(place) = self.timeline.audio(ms, 1024, rate, floor) else {
            self.dropped[1] += 1;
            return;
        };
        self.placed[1] += 1;
        for rendition in [SOUND, ALONE] {
            let sample = self.sample(place, true);
            self.input(Input::Sample { rendition, sample, jump: place.jump });
        }
    }

    fn sample(&mut self, place: Place, key: bool) -> Sample {
        self.number += 1;
        Sample {
            data: Bytes::copy_from_slice(&self.number.to_be_bytes()),
            dts: place.dts,
            offset: place.offset,
            duration: place.duration,
            key,
        }
    }

    pub(crate) fn latest(&self, rendition: RenditionId) -> &Read {
        self.viewers[rendition.0].playlists.last().expect("a playlist came")
    }
}
