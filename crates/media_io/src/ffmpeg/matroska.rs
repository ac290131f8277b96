//! Matroska, for what enhanced RTMP brings: ffmpeg reads these codecs in FLV only since 6.1, and
//! Debian has 5.1 still.

use bytes::{BufMut, Bytes, BytesMut};

use crate::tag::{Kind, Tag};

/// Whether FLV could not carry what follows this header.
pub(super) fn needs_matroska(header: &Tag) -> bool {
    parts(header).is_some_and(|parts| parts.codec.is_some())
}

/// The beginning of a stream with these headers.
///
/// # Errors
///
/// With the codec that is not known here.
pub(super) fn header(video: Option<&Tag>, audio: Option<&Tag>) -> Result<Bytes, String> {
    let mut tracks = Vec::new();
    for (number, header) in [(VIDEO_TRACK, video), (AUDIO_TRACK, audio)] {
        let Some(header) = header else { continue };
        let Some(parts) = parts(header) else { continue };
        tracks.extend(element(TRACK_ENTRY, &track(number, &parts)?));
    }
    let mut bytes = BytesMut::new();
    bytes.put_slice(&element(EBML, &element(DOC_TYPE, b"matroska")));
    bytes.put_slice(SEGMENT);
    bytes.put_slice(UNKNOWN_SIZE);
    // A tick is a millisecond.
    let scale = element(TIMESTAMP_SCALE, &1_000_000_u32.to_be_bytes());
    bytes.put_slice(&element(INFO, &scale));
    bytes.put_slice(&element(TRACKS, &tracks));
    Ok(bytes.freeze())
}

/// Appends what a tag carries, at this time; headers and what is no frame carry nothing.
pub(super) fn write(tag: &Tag, timestamp: u32, to: &mut BytesMut) {
    let Some(parts) = parts(tag).filter(|parts| parts.is_frame) else { return };
    let (track, is_key) = match tag.kind {
        Kind::Video => (VIDEO_TRACK, tag.is_key_frame()),
        _ => (AUDIO_TRACK, true),
    };
    let shown = timestamp.saturating_add_signed(parts.late);
    let mut block = vec![0x80 | track, 0, 0, if is_key { 0x80 } else { 0 }];
    block.extend_from_slice(parts.data);
    let mut cluster = element(TIMESTAMP, &shown.to_be_bytes());
    cluster.extend(element(SIMPLE_BLOCK, &block));
    to.put_slice(&element(CLUSTER, &cluster));
}

/// What stands in a tag's body.
struct Parts<'a> {
    /// Four letters, where the tag is enhanced.
    codec: Option<[u8; 4]>,
    is_frame: bool,
    /// By how much it is shown after it is decoded.
    late: i32,
    data: &'a [u8],
}

fn parts(tag: &Tag) -> Option<Parts<'_>> {
    let body = &tag.body[..];
    let first = *body.first()?;
    let enhanced = match tag.kind {
        Kind::Video => first & 0x80 != 0,
        Kind::Audio => first >> 4 == 9,
        Kind::Script => return None,
    };
    let packet = first & 0x0F;
    if enhanced {
        let codec: [u8; 4] = body.get(1..5)?.try_into().ok()?;
        let (late, data) = match (tag.kind, packet, &codec) {
            (Kind::Video, 1, b"hvc1" | b"hev1" | b"avc1") => late(body.get(5..)?)?,
            _ => (0, body.get(5..)?),
        };
        let is_frame = packet == 1 || (packet == 3 && tag.kind == Kind::Video);
        return Some(Parts { codec: Some(codec), is_frame, late, data });
    }
    match (tag.kind, packet, first >> 4) {
        (Kind::Video, 7, _) => {
            let (late, data) = late(body.get(2..)?)?;
            Some(Parts { codec: None, is_frame: body[1] == 1, late, data })
        }
        (Kind::Audio, _, 10) => {
            Some(Parts { codec: None, is_frame: *body.get(1)? == 1, late: 0, data: &body[2..] })
        }
        _ => None,
    }
}

fn late(data: &[u8]) -> Option<(i32, &[u8])> {
    let (late, data) = data.split_at_checked(3)?;
    Some((i32::from_be_bytes([late[0], late[1], late[2], 0]) >> 8, data))
}

fn track(number: u8, parts: &Parts<'_>) -> Result<Vec<u8>, String> {
    let is_video = number == VIDEO_TRACK;
    let codec = match (is_video, parts.codec.as_ref()) {
        (true, None | Some(b"avc1")) => "V_MPEG4/ISO/AVC",
        (true, Some(b"hvc1" | b"hev1")) => "V_MPEGH/ISO/HEVC",
        (true, Some(b"av01")) => "V_AV1",
        (true, Some(b"vp08")) => "V_VP8",
        (true, Some(b"vp09")) => "V_VP9",
        (false, None | Some(b"mp4a")) => "A_AAC",
        (false, Some(b"Opus")) => "A_OPUS",
        (false, Some(b"fLaC")) => "A_FLAC",
        (false, Some(b"ac-3")) => "A_AC3",
        (false, Some(b"ec-3")) => "A_EAC3",
        (false, Some(b".mp3")) => "A_MPEG/L3",
        (_, Some(other)) => {
            return Err(format!("The codec {} is not known.", other.escape_ascii()));
        }
    };
    let mut track = element(TRACK_NUMBER, &[number]);
    track.extend(element(TRACK_UID, &[number]));
    track.extend(element(TRACK_TYPE, &[if is_video { 1 } else { 2 }]));
    track.extend(element(CODEC_ID, codec.as_bytes()));
    if !parts.data.is_empty() {
        track.extend(element(CODEC_PRIVATE, parts.data));
    }
    Ok(track)
}

fn element(id: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut bytes = id.to_vec();
    // Always as long as it may get.
    let size = 1 << 56 | payload.len() as u64;
    bytes.extend(size.to_be_bytes());
    bytes.extend(payload);
    bytes
}

const VIDEO_TRACK: u8 = 1;
const AUDIO_TRACK: u8 = 2;

const EBML: &[u8] = &[0x1A, 0x45, 0xDF, 0xA3];
const DOC_TYPE: &[u8] = &[0x42, 0x82];
const SEGMENT: &[u8] = &[0x18, 0x53, 0x80, 0x67];
const UNKNOWN_SIZE: &[u8] = &[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
const INFO: &[u8] = &[0x15, 0x49, 0xA9, 0x66];
const TIMESTAMP_SCALE: &[u8] = &[0x2A, 0xD7, 0xB1];
const TRACKS: &[u8] = &[0x16, 0x54, 0xAE, 0x6B];
const TRACK_ENTRY: &[u8] = &[0xAE];
const TRACK_NUMBER: &[u8] = &[0xD7];
const TRACK_UID: &[u8] = &[0x73, 0xC5];
const TRACK_TYPE: &[u8] = &[0x83];
const CODEC_ID: &[u8] = &[0x86];
const CODEC_PRIVATE: &[u8] = &[0x63, 0xA2];
const CLUSTER: &[u8] = &[0x1F, 0x43, 0xB6, 0x75];
const TIMESTAMP: &[u8] = &[0xE7];
const SIMPLE_BLOCK: &[u8] = &[0xA3];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tag(kind: Kind, body: &[u8]) -> Tag {
        Tag { kind, timestamp: 0, body: Bytes::copy_from_slice(body) }
    }

    #[test]
    fn only_enhanced_tags_need_it() {
        let check = |kind, body: &[u8], needs| {
            assert_eq!(needs_matroska(&tag(kind, body)), needs, "{body:?}");
        };
        check(Kind::Video, b"\x90hvc1hvcC", true);
        check(Kind::Audio, b"\x90OpusOpusHead", true);
        check(Kind::Video, &[0x17, 0, 0, 0, 0, 1], false);
        check(Kind::Audio, &[0xAF, 0, 0x11, 0x90], false);
        check(Kind::Audio, &[0x2F, 0xFF], false);
    }

    #[test]
    fn an_unknown_codec_is_named() {
        let why = header(Some(&tag(Kind::Video, b"\x90xy\0z!")), None).unwrap_err();
        assert_eq!(why, "The codec xy\\x00z is not known.");
    }

    #[test]
    fn a_frame_is_written_when_it_is_shown() {
        let mut bytes = BytesMut::new();
        write(&tag(Kind::Video, b"\x91hvc1\0\0\x50frame"), 1000, &mut bytes);
        let shown = element(TIMESTAMP, &1080_u32.to_be_bytes());
        let block = element(SIMPLE_BLOCK, b"\x81\0\0\x80frame");
        assert_eq!(bytes, element(CLUSTER, &[shown, block].concat())[..]);
        for nothing in [&b"\x90hvc1hvcC"[..], b"\x92hvc1", b"\x91hv", b""] {
            let before = bytes.len();
            write(&tag(Kind::Video, nothing), 0, &mut bytes);
            assert_eq!(bytes.len(), before);
        }
    }

    proptest! {
        #[test]
        fn any_body_is_written_or_passed_over(
            body in proptest::collection::vec(any::<u8>(), 0..40), video: bool, at: u32,
        ) {
            let kind = if video { Kind::Video } else { Kind::Audio };
            let tag = tag(kind, &body);
            let _ = (needs_matroska(&tag), header(Some(&tag), Some(&tag)));
            write(&tag, at, &mut BytesMut::new());
        }
    }
}
