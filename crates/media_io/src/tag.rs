//! The unit in which streams are handed over.

use std::time::Duration;

use bytes::Bytes;

/// What FLV calls a tag and RTMP a message: one frame, one piece of sound, or a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// What it is.
    pub kind: Kind,
    /// When it is decoded, in milliseconds of the sender's clock, which wraps after 49 days.
    pub timestamp: u32,
    /// As it came: the body of an FLV or enhanced RTMP tag.
    pub body: Bytes,
}

/// What a tag carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A piece of sound.
    Audio,
    /// A frame.
    Video,
    /// A description of the stream, such as `onMetaData`, in AMF0.
    Script,
}

impl Tag {
    /// Whether this sets up a decoder, and so must come before what it decodes, again and again.
    #[must_use]
    pub fn is_header(&self) -> bool {
        let (first, second) = (self.first(), self.body.get(1).copied());
        match self.kind {
            Kind::Video if first & ENHANCED_VIDEO != 0 => first & 0x0F == SEQUENCE_START,
            Kind::Video => first & 0x0F == AVC && second == Some(0),
            Kind::Audio if first >> 4 == ENHANCED_AUDIO => first & 0x0F == SEQUENCE_START,
            Kind::Audio => first >> 4 == AAC && second == Some(0),
            Kind::Script => false,
        }
    }

    /// Whether this is a frame that decodes by itself.
    #[must_use]
    pub fn is_key_frame(&self) -> bool {
        let first = self.first();
        let has_frame = if first & ENHANCED_VIDEO != 0 {
            CODED_FRAMES.contains(&(first & 0x0F))
        } else {
            // The end of a sequence is marked as a key frame, too.
            first & 0x0F != AVC || self.body.get(1) == Some(&NALUS)
        };
        self.kind == Kind::Video && has_frame && (first & 0x70) >> 4 == KEY_FRAME
    }

    /// Says that VP8 follows; it needs no more to be decoded.
    pub(crate) fn vp8_header() -> Self {
        Self::made(Kind::Video, Duration::ZERO, &[&[KEY | SEQUENCE_START], VP8])
    }

    /// A frame of VP8.
    pub(crate) fn vp8(at: Duration, key: bool, frame: &[u8]) -> Self {
        let first = CODED_FRAMES[0] | if key { KEY } else { INTER };
        Self::made(Kind::Video, at, &[&[first], VP8, frame])
    }

    /// Says that Opus follows.
    pub(crate) fn opus_header() -> Self {
        let first = ENHANCED_AUDIO << 4 | SEQUENCE_START;
        Self::made(Kind::Audio, Duration::ZERO, &[&[first], OPUS, &OPUS_HEAD])
    }

    /// A packet of Opus.
    pub(crate) fn opus(at: Duration, packet: &[u8]) -> Self {
        let first = ENHANCED_AUDIO << 4 | CODED_FRAMES[0];
        Self::made(Kind::Audio, at, &[&[first], OPUS, packet])
    }

    /// The AVCDecoderConfigurationRecord of the H.264 that follows.
    pub(crate) fn avc_header(record: &[u8]) -> Self {
        let first = KEY_FRAME << 4 | AVC;
        Self::made(Kind::Video, Duration::ZERO, &[&[first, 0, 0, 0, 0], record])
    }

    /// A frame of H.264, its units behind their lengths, that is shown so many milliseconds after it is
    /// decoded.
    pub(crate) fn avc(at: Duration, shown_after: u32, key: bool, frame: &[u8]) -> Self {
        let [_, a, b, c] = shown_after.to_be_bytes();
        let first = AVC | if key { KEY_FRAME << 4 } else { INTER & 0x7F };
        Self::made(Kind::Video, at, &[&[first, NALUS, a, b, c], frame])
    }

    /// The HEVCDecoderConfigurationRecord of the H.265 that follows.
    pub(crate) fn hevc_header(record: &[u8]) -> Self {
        Self::made(Kind::Video, Duration::ZERO, &[&[KEY | SEQUENCE_START], HEVC, record])
    }

    /// The same as [`Tag::avc`] for H.265.
    pub(crate) fn hevc(at: Duration, shown_after: u32, key: bool, frame: &[u8]) -> Self {
        let [_, offset @ ..] = shown_after.to_be_bytes();
        let first = CODED_FRAMES[0] | if key { KEY } else { INTER };
        Self::made(Kind::Video, at, &[&[first], HEVC, &offset, frame])
    }

    /// Its time wraps after 49 days, as RTMP's does.
    fn made(kind: Kind, at: Duration, body: &[&[u8]]) -> Self {
        Self { kind, timestamp: at.as_millis() as u32, body: body.concat().into() }
    }

    fn first(&self) -> u8 {
        self.body.first().copied().unwrap_or_default()
    }
}

/// In a video body's first byte: a four-letter codec follows, and the low bits are a packet type.
const ENHANCED_VIDEO: u8 = 0x80;
/// Where else a sound format stands.
const ENHANCED_AUDIO: u8 = 9;
const SEQUENCE_START: u8 = 0;
/// With a composition time, and without.
const CODED_FRAMES: [u8; 2] = [1, 3];
const NALUS: u8 = 1;
const KEY_FRAME: u8 = 1;
const AVC: u8 = 7;
const AAC: u8 = 10;
/// First bytes of an enhanced video body, but for the packet type.
const KEY: u8 = ENHANCED_VIDEO | KEY_FRAME << 4;
const INTER: u8 = ENHANCED_VIDEO | 2 << 4;
const HEVC: &[u8] = b"hvc1";
const VP8: &[u8] = b"vp08";
const OPUS: &[u8] = b"Opus";
/// Identification of Opus that is decoded with two channels at 48 kHz (RFC 7845 §5.1).
const OPUS_HEAD: [u8; 19] = *b"OpusHead\x01\x02\x00\x00\x80\xBB\x00\x00\x00\x00\x00";

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(kind: Kind, body: &'static [u8]) -> Tag {
        Tag { kind, timestamp: 0, body: Bytes::from_static(body) }
    }

    #[test]
    fn headers_and_key_frames_are_told_apart() {
        let check = |kind, body, header, key| {
            let tag = tag(kind, body);
            assert_eq!((tag.is_header(), tag.is_key_frame()), (header, key), "{tag:?}");
        };
        check(Kind::Video, &[0x17, 0, 0, 0, 0], true, false);
        check(Kind::Video, &[0x17, 1, 0, 0, 0], false, true);
        check(Kind::Video, &[0x27, 1, 0, 0, 0], false, false);
        check(Kind::Video, &[0x17, 2, 0, 0, 0], false, false);
        check(Kind::Video, &[0x12, 0], false, true);
        check(Kind::Video, b"\x92hvc1", false, false);
        check(Kind::Video, b"\x93hvc1", false, true);
        check(Kind::Video, b"\x90hvc1", true, false);
        check(Kind::Video, b"\x91hvc1", false, true);
        check(Kind::Video, b"\xa1hvc1", false, false);
        check(Kind::Audio, &[0xAF, 0, 0x12], true, false);
        check(Kind::Audio, &[0xAF, 1, 0x12], false, false);
        check(Kind::Audio, b"\x90Opus", true, false);
        check(Kind::Audio, b"\x91Opus", false, false);
        check(Kind::Script, &[2, 0], false, false);
        check(Kind::Video, &[], false, false);
    }
}
