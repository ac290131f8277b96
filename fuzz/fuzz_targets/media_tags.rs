//! Any bytes as an RTMP message (its type first): refused or understood, never a panic.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use media::{Aac, AdtsHeader, AudioTag, Avc, Format, VideoTag, fmp4, read_audio_tag, read_video_tag};

/// 320 by 240 pixels, for frames that come without their configuration.
const RECORD: &[u8] = &[
    1, 0x64, 0, 0x0D, 0xFF, 0xE1, 0, 24, 0x67, 0x64, 0, 0x0D, 0xAC, 0xD9, 0x41, 0x41, 0xFA, 0x10, 0,
    0, 3, 0, 0x10, 0, 0, 3, 3, 0x20, 0xF1, 0x42, 0x99, 0x60, 1, 0, 4, 0x68, 0xEB, 0xE3, 0xCB,
];

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, body)) = bytes.split_first() else { return };
    let _ = AdtsHeader::parse(body);
    let body = Bytes::copy_from_slice(body);
    if *kind == 9 {
        match read_video_tag(body) {
            Ok(VideoTag::Config(record)) => {
                let _ = Avc::parse(record).map(|avc| fmp4::init(&Format::Video(avc)));
            }
            Ok(VideoTag::Frame { data, .. }) => {
                let Ok(avc) = Avc::parse(Bytes::from_static(RECORD)) else { return };
                let _ = (avc.is_key_frame(&data), avc.captions(&data));
            }
            _ => {}
        }
    } else if let Ok(AudioTag::Config(config)) = read_audio_tag(body) {
        let _ = Aac::parse(config).map(|aac| fmp4::init(&Format::Audio(aac)));
    }
});
