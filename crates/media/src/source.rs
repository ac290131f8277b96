//! Whether a source can pass untouched, and if not, what a producer can do about it.

use std::fmt;

use crate::codec::{Aac, Avc, Foreign};

/// Key frames further apart than this keep viewers waiting when they join.
pub const KEY_FRAMES_APART_MAX_MS: u64 = 4_000;

/// Fewer frames a second cannot be cut into parts of a constant length.
const FRAMES_PER_SECOND_MIN: u64 = 10;

/// Frames further apart than this leave parts that differ too much in length …
const FRAMES_APART_MAX_MS: u64 = 100;
/// … where there are so many of them, and they are so large a part of all: an encoder may stumble.
const GAPS_MIN: u64 = 10;
const GAPS_ONE_IN: u64 = 10;

/// Times further apart than this are a jump of the source's clock, which says nothing of its frames.
const JUMP_MS: u64 = 60_000;

/// Why a source has to be transcoded, as a sentence for its producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The picture is not H.264.
    VideoCodec(Foreign),
    /// The sound is not AAC.
    AudioCodec(Foreign),
    /// No sound has come.
    NoAudio,
    /// No picture has come.
    NoVideo,
    /// Colours are not 4:2:0.
    Chroma,
    /// More than 8 bits a sample.
    BitDepth(u8),
    /// Pictures of two fields.
    Interlaced,
    /// AAC, but not LC.
    AacProfile,
    /// More than two channels of sound.
    Channels(u8),
    /// Key frames come too rarely; the longest distance seen, in milliseconds.
    KeyFrames(u64),
    /// Too few frames a second; how many.
    FewFrames(u64),
    /// Frames come unevenly; how many a second on average.
    Uneven(u64),
    /// The picture's description changed while on air.
    Changing,
}

impl Reason {
    /// Whether it is the sound that cannot pass, and the picture may.
    pub fn is_of_sound(&self) -> bool {
        matches!(self, Self::AudioCodec(_) | Self::NoAudio | Self::AacProfile | Self::Channels(_))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VideoCodec(codec) => write!(
                f,
                "The picture comes as {codec}, which not every viewer can play. Set the encoder to H.264."
            ),
            Self::AudioCodec(codec) => write!(
                f,
                "The sound comes as {codec}, which not every viewer can play. Set the encoder to AAC."
            ),
            Self::NoAudio => f.write_str(
                "No sound comes. Switch a microphone or a silent track on; until then viewers hear silence.",
            ),
            Self::NoVideo => f.write_str("No picture comes. Check the encoder's video source."),
            Self::Chroma => f.write_str(
                "The colours are not 4:2:0, which browsers need. Set the encoder's colour format to NV12 or I420.",
            ),
            Self::BitDepth(bits) => write!(
                f,
                "The picture has {bits} bits a sample; browsers need 8. Set the encoder to the High profile, 8 bits."
            ),
            Self::Interlaced => f.write_str(
                "The picture is interlaced. Deinterlace it in the encoder, or set the camera to progressive.",
            ),
            Self::AacProfile => {
                f.write_str("The sound is not AAC-LC. Set the encoder's AAC profile to LC.")
            }
            Self::Channels(channels) => write!(
                f,
                "The sound has {channels} channels. Set the encoder to stereo or mono."
            ),
            Self::KeyFrames(apart) => write!(
                f,
                "Key frames are {}.{} s apart; at most 4 s are allowed. Set the encoder's key-frame interval to 2 s (not \"auto\" or 0).",
                apart / 1000,
                apart % 1000 / 100
            ),
            Self::FewFrames(rate) => write!(
                f,
                "Only {rate} frames a second come. Set the encoder to a constant rate of 25 or 30 frames a second."
            ),
            Self::Uneven(rate) => write!(
                f,
                "Frames come unevenly, {rate} a second on average. Set the encoder to a constant frame rate."
            ),
            Self::Changing => f.write_str(
                "The picture's size or profile changes while on air. Switch the encoder's dynamic resolution off.",
            ),
        }
    }
}

/// What is to be done with a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not enough has been seen; at most 8 s of the source are needed.
    Undecided,
    /// Its samples can go to viewers as they are.
    Untouched,
    /// It has to be transcoded, for these reasons.
    Transcode(Vec<Reason>),
}

/// Watches a source from its first message on. Feed it everything, ask at any time: a source that
/// was fit can become unfit.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    video: Track<Avc>,
    audio: Track<Aac>,
    changed: bool,
    first_ms: Option<u64>,
    last_ms: u64,
    last_key_ms: Option<u64>,
    keys: u32,
    keys_apart_ms: u64,
    first_frame_ms: Option<u64>,
    last_frame_ms: Option<u64>,
    frames: u64,
    gaps: u64,
}

#[derive(Clone, Debug, Default)]
enum Track<C> {
    #[default]
    Unseen,
    Known(C),
    Foreign(Foreign),
}

impl Survey {
    /// The picture's configuration came.
    pub fn video(&mut self, avc: Avc) {
        if let Track::Known(known) = &self.video
            && known.picture() != avc.picture()
        {
            self.changed = true;
        }
        self.video = Track::Known(avc);
    }

    /// The picture comes in a codec that is not taken.
    pub fn foreign_video(&mut self, codec: Foreign) {
        self.video = Track::Foreign(codec);
    }

    /// The sound's configuration came.
    pub fn audio(&mut self, aac: Aac) {
        self.audio = Track::Known(aac);
    }

    /// The sound comes in a codec that is not taken.
    pub fn foreign_audio(&mut self, codec: Foreign) {
        self.audio = Track::Foreign(codec);
    }

    /// A message of either kind came, at this time of the source in milliseconds.
    pub fn passed(&mut self, at_ms: u64) {
        self.first_ms.get_or_insert(at_ms);
        self.last_ms = self.last_ms.max(at_ms);
    }

    /// A frame came that is decoded at this time of the source; `key` if decoding can begin there.
    pub fn frame(&mut self, at_ms: u64, key: bool) {
        self.passed(at_ms);
        self.first_frame_ms.get_or_insert(at_ms);
        self.frames += 1;
        let since = at_ms.saturating_sub(self.last_frame_ms.replace(at_ms).unwrap_or(at_ms));
        if (FRAMES_APART_MAX_MS + 1..JUMP_MS).contains(&since) {
            self.gaps += 1;
        }
        if let Some(last) = self.last_key_ms {
            let apart = at_ms.saturating_sub(last);
            if apart < JUMP_MS {
                self.keys_apart_ms = self.keys_apart_ms.max(apart);
            }
        }
        if key {
            self.last_key_ms = Some(at_ms);
            self.keys += 1;
        }
    }

    /// The longest distance of key frames so far, in milliseconds.
    pub fn key_frames_apart_ms(&self) -> u64 {
        self.keys_apart_ms
    }

    /// Frames in each second so far; none before there is a second of them.
    pub fn frames_per_second(&self) -> Option<u64> {
        let span = self.last_ms - self.first_frame_ms.unwrap_or(self.last_ms);
        (1_000..JUMP_MS).contains(&span).then(|| self.frames * 1_000 / span)
    }

    /// What is to be done with the source, as far as it has been seen.
    pub fn verdict(&self) -> Verdict {
        let seen = self.last_ms - self.first_ms.unwrap_or(self.last_ms);
        let mut reasons = Vec::new();
        match &self.video {
            Track::Unseen if seen >= KEY_FRAMES_APART_MAX_MS => reasons.push(Reason::NoVideo),
            Track::Unseen => {}
            Track::Foreign(codec) => reasons.push(Reason::VideoCodec(*codec)),
            Track::Known(avc) => self.judge_video(avc, &mut reasons),
        }
        match &self.audio {
            Track::Unseen if seen >= KEY_FRAMES_APART_MAX_MS => reasons.push(Reason::NoAudio),
            Track::Unseen => {}
            Track::Foreign(codec) => reasons.push(Reason::AudioCodec(*codec)),
            Track::Known(aac) => {
                if !aac.is_low_complexity() || aac.frame_samples() != 1024 {
                    reasons.push(Reason::AacProfile);
                }
                if aac.channels() > 2 {
                    reasons.push(Reason::Channels(aac.channels()));
                }
            }
        }
        let known = matches!((&self.video, &self.audio), (Track::Known(_), Track::Known(_)));
        match reasons.is_empty() {
            false => Verdict::Transcode(reasons),
            true if known && self.keys >= 2 => Verdict::Untouched,
            true => Verdict::Undecided,
        }
    }

    fn judge_video(&self, avc: &Avc, reasons: &mut Vec<Reason>) {
        let picture = avc.picture();
        if picture.chroma != 1 {
            reasons.push(Reason::Chroma);
        }
        if picture.bit_depth != 8 {
            reasons.push(Reason::BitDepth(picture.bit_depth));
        }
        if picture.interlaced {
            reasons.push(Reason::Interlaced);
        }
        if self.changed {
            reasons.push(Reason::Changing);
        }
        // A frame's own duration is the tolerance: times are rounded to milliseconds.
        if self.keys_apart_ms > KEY_FRAMES_APART_MAX_MS + 42 {
            reasons.push(Reason::KeyFrames(self.keys_apart_ms));
        }
        let span = self.last_ms - self.first_frame_ms.unwrap_or(self.last_ms);
        let rate = (self.frames * 1000).checked_div(span).unwrap_or(FRAMES_PER_SECOND_MIN);
        if (2_000..JUMP_MS).contains(&span) && rate < FRAMES_PER_SECOND_MIN {
            reasons.push(Reason::FewFrames(rate));
        } else if self.gaps >= GAPS_MIN && self.gaps * GAPS_ONE_IN >= self.frames {
            reasons.push(Reason::Uneven(rate));
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    /// 4:2:0, 8 bits, 25 frames a second; and High 4:2:2 with 10 bits.
    const PLAIN: &[u8] = &[
        1, 0x64, 0, 0x0D, 0xFF, 0xE1, 0, 24, 0x67, 0x64, 0x00, 0x0D, 0xAC, 0xD9, 0x41, 0x41, 0xFA,
        0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0x20, 0xF1, 0x42, 0x99, 0x60,
        1, 0, 4, 0x68, 0xEB, 0xE3, 0xCB,
    ];

    fn surveyed(frames: impl Iterator<Item = (u64, bool)>) -> Survey {
        let mut survey = Survey::default();
        survey.video(Avc::parse(Bytes::from_static(PLAIN)).unwrap());
        survey.audio(Aac::low_complexity(48_000, 2).unwrap());
        for (at, key) in frames {
            survey.frame(at, key);
        }
        survey
    }

    fn every(apart: u64, keys: u64, count: u64) -> impl Iterator<Item = (u64, bool)> {
        (0..count).map(move |number| (number * apart, number % keys == 0))
    }

    #[test]
    fn a_source_as_it_should_be_passes_untouched() {
        assert_eq!(surveyed(every(40, 50, 50)).verdict(), Verdict::Undecided);
        assert_eq!(surveyed(every(40, 50, 51)).verdict(), Verdict::Untouched);
        assert_eq!(surveyed(every(40, 100, 300)).verdict(), Verdict::Untouched);
    }

    #[test]
    fn what_obs_sends_on_auto_is_transcoded_and_its_producer_told() {
        let Verdict::Transcode(reasons) = surveyed(every(40, 250, 130)).verdict() else {
            panic!("it passed")
        };
        assert_eq!(reasons, [Reason::KeyFrames(5160)]);
        assert!(reasons[0].to_string().contains("5.1 s apart"), "{}", reasons[0]);
        assert!(reasons[0].to_string().contains("interval to 2 s"), "{}", reasons[0]);
    }

    #[test]
    fn a_jump_of_the_clock_is_no_fault_of_the_frames() {
        let jumps = every(40, 50, 100).chain(every(40, 50, 100).map(|(at, k)| (at + 900_000, k)));
        assert_eq!(surveyed(jumps).verdict(), Verdict::Untouched);
        let back = every(40, 50, 100).map(|(at, k)| (at + 900_000, k)).chain(every(40, 50, 100));
        assert_eq!(surveyed(back).verdict(), Verdict::Untouched);
    }

    #[test]
    fn each_fault_is_named() {
        let reasons = |survey: &Survey| match survey.verdict() {
            Verdict::Transcode(reasons) => reasons,
            other => panic!("{other:?}"),
        };
        assert_eq!(reasons(&surveyed(every(250, 8, 20))), [Reason::FewFrames(4)]);
        // A screen that is only sent where it changes: nine frames at once, and then none for a while.
        let uneven = (0..200).map(|frame| (frame * 33 + frame / 9 * 200, frame % 36 == 0));
        assert_eq!(reasons(&surveyed(uneven)), [Reason::Uneven(18)]);
        let mut survey = surveyed(every(40, 50, 51));
        survey.audio(Aac::low_complexity(48_000, 6).unwrap());
        assert_eq!(reasons(&survey), [Reason::Channels(6)]);
        survey.foreign_audio(Foreign("Opus"));
        survey.foreign_video(Foreign("HEVC (H.265)"));
        assert_eq!(
            reasons(&survey),
            [Reason::VideoCodec(Foreign("HEVC (H.265)")), Reason::AudioCodec(Foreign("Opus"))]
        );
        let mut mute = Survey::default();
        mute.video(Avc::parse(Bytes::from_static(PLAIN)).unwrap());
        every(40, 50, 110).for_each(|(at, key)| mute.frame(at, key));
        assert_eq!(reasons(&mute), [Reason::NoAudio]);
    }
}
