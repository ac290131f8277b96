//! Slates that ffmpeg makes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use bytes::Bytes;
use media_io::slate::{Slate, make};
use media_io::{Ffmpeg, Kind, Tag};
use support::shown;

fn ffmpeg() -> Ffmpeg {
    Ffmpeg::find().expect("`make test` installs it")
}

fn check(tags: &[Tag], frames: usize) {
    let header = tags.iter().position(|tag| tag.kind == Kind::Video && tag.is_header());
    let first = tags.iter().position(Tag::is_key_frame);
    assert!(header.is_some() && header < first);
    let shown = shown(tags);
    assert_eq!(shown.len(), frames);
    assert!(shown[0].1 && shown[1..].iter().all(|(_, key)| !key), "one key frame, to be looped");
    let sound = tags.iter().filter(|tag| tag.kind == Kind::Audio && !tag.is_header()).count();
    assert!((93..=96).contains(&sound), "two seconds of 1024 samples at 48 kHz: {sound}");
}

#[tokio::test]
async fn without_a_still_there_is_a_ground() {
    let slate = Slate { still: None, width: 426, height: 240, rate: (25, 1) };
    check(&make(&ffmpeg(), &slate).await.unwrap(), 50);
    let slate = Slate { rate: (30000, 1001), ..slate };
    check(&make(&ffmpeg(), &slate).await.unwrap(), 60);
}

#[tokio::test]
async fn a_still_is_fitted_into_the_size() {
    let png = include_bytes!("../../../fixtures/photos/press.png");
    let still = Some(Bytes::from_static(png));
    let slate = Slate { still, width: 640, height: 360, rate: (25, 1) };
    check(&make(&ffmpeg(), &slate).await.unwrap(), 50);
    let jpeg = std::fs::read("../../fixtures/demo/photos/laboratory.jpg").unwrap();
    check(&make(&ffmpeg(), &Slate { still: Some(jpeg.into()), ..slate }).await.unwrap(), 50);
}

#[tokio::test]
async fn what_is_no_slate_is_refused_with_a_reason() {
    let good = Slate { still: None, width: 320, height: 180, rate: (25, 1) };
    let cases = [
        (Slate { rate: (0, 1), ..good.clone() }, "no frame rate"),
        (Slate { rate: (25, 0), ..good.clone() }, "no frame rate"),
        (Slate { width: 321, ..good.clone() }, "321×180"),
        (Slate { height: 1 << 20, ..good.clone() }, "1048576"),
        (Slate { still: Some(Bytes::from_static(b"no picture")), ..good }, "ffmpeg failed"),
    ];
    for (slate, reason) in cases {
        let why = make(&ffmpeg(), &slate).await.unwrap_err().to_string();
        assert!(why.contains(reason), "{why}");
    }
}
