//! Real ffmpeg, as a source and as a judge.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

pub(crate) mod studio;

use std::process::{Command, Stdio};

use media_io::{Kind, Tag, flv};

/// What ffmpeg writes as FLV on its standard output when it is told so.
pub(crate) fn made_by_ffmpeg(arguments: &str) -> Vec<Tag> {
    let output = Command::new("ffmpeg")
        .args("-hide_banner -nostdin -loglevel error".split(' '))
        .args(arguments.split(' '))
        .args(["-f", "flv", "pipe:1"])
        .stdin(Stdio::null())
        .output()
        .expect("ffmpeg is installed; `make test` sees to it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    tags_of(&output.stdout)
}

pub(crate) fn tags_of(flv: &[u8]) -> Vec<Tag> {
    let mut reader = flv::Reader::new();
    reader.push(flv);
    std::iter::from_fn(|| reader.next_tag().unwrap()).collect()
}

/// Some seconds of a moving picture with a tone, a key frame each second.
pub(crate) fn source(seconds: u32, size: &str, rate: &str) -> Vec<Tag> {
    made_by_ffmpeg(&format!(
        "-f lavfi -i testsrc2=s={size}:r={rate} -f lavfi -i sine=r=48000 -t {seconds} \
         -c:v libx264 -preset ultrafast -bf 2 -pix_fmt yuv420p -force_key_frames expr:gte(t,n_forced) \
         -c:a aac -ac 2 -b:a 96k"
    ))
}

/// When each frame is shown, and whether it is a key frame, in the order in which they are shown.
pub(crate) fn shown(tags: &[Tag]) -> Vec<(u32, bool)> {
    let mut shown: Vec<_> = tags
        .iter()
        .filter(|tag| tag.kind == Kind::Video && !tag.is_header() && tag.body[1] == 1)
        .map(|tag| {
            let late = i32::from_be_bytes([tag.body[2], tag.body[3], tag.body[4], 0]) >> 8;
            (tag.timestamp.wrapping_add_signed(late), tag.is_key_frame())
        })
        .collect();
    shown.sort_unstable();
    shown
}

/// What ffmpeg writes as Matroska when it is told so, as an encoder with enhanced RTMP would send it:
/// tags with this four-letter codec.
pub(crate) fn enhanced(arguments: &str, codec: &[u8; 4], kind: Kind) -> Vec<Tag> {
    let output = Command::new("ffmpeg")
        .args("-hide_banner -nostdin -loglevel error".split(' '))
        .args(arguments.split(' '))
        .args(["-f", "matroska", "pipe:1"])
        .stdin(Stdio::null())
        .output()
        .expect("ffmpeg is installed; `make test` sees to it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut tags = Vec::new();
    let mut cluster = 0;
    walk(&output.stdout, &mut |id, payload| match id {
        CODEC_PRIVATE => tags.push(enhanced_tag(kind, 0, 0x10, codec, payload)),
        TIMESTAMP => cluster = payload.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)),
        SIMPLE_BLOCK => {
            let at =
                cluster.wrapping_add_signed(i16::from_be_bytes([payload[1], payload[2]]).into());
            let frame_type = if payload[3] & 0x80 != 0 { 0x10 } else { 0x20 };
            // 3 for pictures: shown when they are decoded.
            let packet = if kind == Kind::Video { 3 } else { 1 };
            tags.push(enhanced_tag(kind, at, frame_type | packet, codec, &payload[4..]));
        }
        _ => {}
    });
    tags
}

fn enhanced_tag(kind: Kind, timestamp: u32, first: u8, codec: &[u8; 4], data: &[u8]) -> Tag {
    let first = if kind == Kind::Video { 0x80 | first } else { 0x90 | first & 0x0F };
    Tag { kind, timestamp, body: [&[first][..], codec, data].concat().into() }
}

/// What an encoder says of its picture before it sends.
pub(crate) fn metadata(width: u32, height: u32, rate: f64) -> Tag {
    let mut body = b"\x02\0\x0aonMetaData\x08\0\0\0\x03".to_vec();
    for (name, value) in
        [("width", f64::from(width)), ("height", f64::from(height)), ("framerate", rate)]
    {
        body.extend((name.len() as u16).to_be_bytes());
        body.extend(name.as_bytes());
        body.push(0);
        body.extend(value.to_be_bytes());
    }
    body.extend(b"\0\0\x09");
    Tag { kind: Kind::Script, timestamp: 0, body: body.into() }
}

const CODEC_PRIVATE: u32 = 0x63A2;
const TIMESTAMP: u32 = 0xE7;
const SIMPLE_BLOCK: u32 = 0xA3;
/// Segment, tracks, one track, cluster.
const WITHIN: [u32; 4] = [0x1853_8067, 0x1654_AE6B, 0xAE, 0x1F43_B675];

/// Calls this for each element of Matroska, those within others included.
fn walk(mut bytes: &[u8], see: &mut dyn FnMut(u32, &[u8])) {
    while let Some(first) = bytes.first() {
        let id_len = first.leading_zeros() as usize + 1;
        let id = bytes[..id_len].iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        let size_len = bytes[id_len].leading_zeros() as usize + 1;
        let size = &bytes[id_len..id_len + size_len];
        let mask = (1_u64 << (7 * size_len)) - 1;
        let size = size.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)) & mask;
        let rest = &bytes[id_len + size_len..];
        let len = if size == mask { rest.len() } else { size as usize };
        let (payload, after) = rest.split_at(len);
        if WITHIN.contains(&id) {
            walk(payload, see);
        } else {
            see(id, payload);
        }
        bytes = after;
    }
}
