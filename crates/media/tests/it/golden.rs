//! Playlists as they are, to be read.

use std::time::Duration;

use media::playlist::{Captions, Sound, Subtitles, Variant, audio_only_master, master};
use media::*;

use crate::studio::*;

fn text(bytes: &bytes::Bytes) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn on_air(seconds: f64) -> Channel {
    // Key frames are 2 s apart, so a target duration of 2 s will do.
    let mut all = settings(PartTarget::of_duration(Duration::from_millis(400)), true);
    all.iter_mut()
        .filter(|one| one.master == Master::Channel)
        .for_each(|one| one.target_seconds = 2);
    let mut channel = Channel::new(all);
    let studio = Studio::default();
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, seconds);
    channel
}

#[test]
fn a_live_playlist_in_the_middle_of_a_segment() {
    let channel = on_air(17.0);
    insta::assert_snapshot!("video", text(channel.packager.playlist(VIDEO).text()));
    insta::assert_snapshot!("sound", text(channel.packager.playlist(SOUND).text()));
    insta::assert_snapshot!("audio_only", text(channel.packager.playlist(ALONE).text()));
}

#[test]
fn a_delta_update() {
    let channel = on_air(41.0);
    insta::assert_snapshot!("delta", text(channel.packager.playlist(VIDEO).delta().unwrap()));
}

#[test]
fn a_slate_between_two_sources() {
    let mut channel = on_air(5.0);
    channel.advance(Duration::from_secs(4));
    let studio = Studio::default();
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 3.0);
    insta::assert_snapshot!("slate", text(channel.packager.playlist(VIDEO).text()));
}

#[test]
fn an_ended_playlist() {
    let mut channel = on_air(5.0);
    channel.input(Input::End);
    insta::assert_snapshot!("ended", text(channel.packager.playlist(VIDEO).text()));
}

#[test]
fn a_window_to_go_back_in() {
    let channel = on_air(41.0);
    let mut dvr = Dvr::new(4, Duration::from_secs(30));
    let mut left = 0;
    for (segment, _) in channel.viewers[0].segments.values() {
        left += dvr.push(segment.clone()).len();
    }
    assert_eq!(left, 5, "20 segments of 2 s, and 15 fill the window");
    insta::assert_snapshot!("dvr", text(dvr.playlist().text()));
    let segments: Vec<Segment> =
        channel.viewers[0].segments.values().skip(5).map(|(segment, _)| segment.clone()).collect();
    let resumed = Dvr::resume(4, Duration::from_secs(30), &segments, dvr.discontinuities());
    assert_eq!(resumed.playlist().text(), dvr.playlist().text());
}

#[test]
fn text_beside_the_pictures_needs_no_initialisation() {
    let channel = on_air(9.0);
    let mut text = Dvr::resume(2, Duration::from_secs(30), &[], 3);
    for (segment, _) in channel.viewers[0].segments.values().skip(1) {
        let name = MediaName { kind: MediaKind::Text, ..segment.name };
        text.push(Segment { name, init: name, ..segment.clone() });
    }
    assert_eq!((text.next_sequence(), text.all_discontinuities()), (4, 3));
    text.end();
    insta::assert_snapshot!("text", self::text(text.playlist().text()));
}

#[test]
fn a_window_goes_on_only_with_segments_that_follow_each_other() {
    let channel = on_air(41.0);
    let segments: Vec<Segment> = channel.viewers[0]
        .segments
        .values()
        .map(|(segment, _)| segment.clone())
        .filter(|segment| segment.sequence() != 7)
        .collect();
    let dvr = Dvr::resume(4, Dvr::WINDOW, &segments, 0);
    let read = crate::viewer::read(dvr.playlist().text());
    assert_eq!((read.sequence, read.segments.len()), (8, 12));
}

fn sound(uri: &str, name: &str, peak: u64) -> Sound {
    Sound {
        uri: uri.into(),
        name: name.into(),
        language: "en".into(),
        peak,
        average: peak - 1000,
        codec: "mp4a.40.2".into(),
        channels: 2,
    }
}

#[test]
fn the_masters() {
    let variant = |uri: &str, peak, size| Variant {
        uri: uri.into(),
        peak,
        average: peak * 9 / 10,
        codec: "avc1.64001f".into(),
        size,
        frame_rate: FrameRate::new(30_000, 1001),
    };
    let variants = [
        variant("source/live.m3u8", 4_200_000, (1920, 1080)),
        variant("v480/live.m3u8", 1_100_000, (854, 480)),
    ];
    let sounds = [sound("sound/live.m3u8", "Original \"sound\"", 98_000)];
    let captions =
        [Captions { instream_id: "CC1".into(), name: "English".into(), language: "en".into() }];
    let subtitles = [Subtitles {
        uri: "text-es/live.m3u8".into(),
        name: "Español".into(),
        language: "es".into(),
    }];
    insta::assert_snapshot!("master", text(&master(&variants, &sounds, &captions, &subtitles)));
    insta::assert_snapshot!("master_plain", text(&master(&variants, &[], &[], &[])));
    let sounds = [sound("a96/live.m3u8", "Stereo", 98_000), sound("a48/live.m3u8", "Mono", 50_000)];
    insta::assert_snapshot!("master_audio", text(&audio_only_master(&sounds)));
}
