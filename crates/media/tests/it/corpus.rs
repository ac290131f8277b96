//! The corpus that the fuzz targets begin with, replayed.

use std::path::Path;

use bytes::Bytes;
use media::*;

/// Tags by their names: RTMP's message type, then the body.
pub(crate) fn tags() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/media/tags");
    let mut tags: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    tags.sort();
    tags
}

/// What the fuzz target `media_tags` does.
pub(crate) fn replay(bytes: &[u8]) {
    let Some((kind, body)) = bytes.split_first() else { return };
    let body = Bytes::copy_from_slice(body);
    let avc = Avc::parse(Bytes::from_static(crate::studio::RECORD)).unwrap();
    if *kind == 9 {
        match read_video_tag(body) {
            Ok(VideoTag::Config(record)) => {
                if let Ok(avc) = Avc::parse(record) {
                    let init = fmp4::init(&Format::Video(avc));
                    assert!(init.len() > 400);
                }
            }
            Ok(VideoTag::Frame { data, .. }) => {
                let total: usize = avc.nals(&data).flatten().map(<[u8]>::len).sum();
                assert!(total <= data.len());
                let _ = (avc.is_key_frame(&data), avc.captions(&data));
            }
            _ => {}
        }
    } else if let Ok(AudioTag::Config(config)) = read_audio_tag(body)
        && let Ok(aac) = Aac::parse(config)
    {
        let _ = aac.adts_header(300);
        assert!(fmp4::init(&Format::Audio(aac)).len() > 300);
    }
}

#[test]
fn the_corpus_is_replayed() {
    let tags = tags();
    assert!(tags.len() >= 12);
    tags.iter().for_each(|(_, bytes)| replay(bytes));
}

#[test]
fn the_corpus_says_what_its_names_say() {
    let body = |name: &str| {
        let found = tags().into_iter().find(|(known, _)| known == name);
        Bytes::from(found.unwrap_or_else(|| panic!("{name} is missing")).1).slice(1..)
    };
    let Ok(VideoTag::Config(record)) = read_video_tag(body("video-0")) else { panic!() };
    let avc = Avc::parse(record).unwrap();
    assert_eq!((avc.picture().width, avc.picture().height), (64, 64));
    assert_eq!(avc.picture().frame_rate, FrameRate::new(60_000, 2002));
    let Ok(VideoTag::Frame { key: true, data, .. }) = read_video_tag(body("video-1")) else {
        panic!()
    };
    assert!(avc.is_key_frame(&data) && avc.captions(&data).is_empty());
    let Ok(VideoTag::Frame { data, .. }) = read_video_tag(body("captions")) else { panic!() };
    assert_eq!(avc.captions(&data), [[0xFC, 0x94, 0x25]]);
    let Ok(AudioTag::Config(config)) = read_audio_tag(body("audio-0")) else { panic!() };
    let aac = Aac::parse(config).unwrap();
    assert_eq!((aac.sample_rate(), aac.channels()), (44_100, 1));
    assert!(matches!(read_video_tag(body("hevc")), Ok(VideoTag::Foreign(_))));
    assert!(matches!(read_audio_tag(body("opus")), Ok(AudioTag::Foreign(_))));
    assert!(read_video_tag(body("cut")).is_err());
}
