//! Real ffmpeg, as a source and as a judge.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

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
