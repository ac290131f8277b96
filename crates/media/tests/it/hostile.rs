//! Whatever a sender or a viewer sends, nothing panics and nothing grows without bound.

use std::time::Duration;

use bytes::Bytes;
use media::reload::{Directives, decide, decide_part};
use media::*;
use proptest::prelude::*;

use crate::corpus::{self, replay};
use crate::studio::*;

/// A tag of the corpus with some bytes changed, and perhaps cut short.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12);
    let cut = proptest::option::weighted(0.3, any::<prop::sample::Index>());
    (prop::sample::select(corpus::tags()), changes, cut).prop_map(
        |((_, mut bytes), changes, cut)| {
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn reading_tags_never_panics(bytes in prop_oneof![3 => mutated(), 1 => prop::collection::vec(any::<u8>(), 0..300)]) {
        replay(&bytes);
    }

    #[test]
    fn reading_configurations_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = Bytes::from(bytes);
        let _ = Avc::parse(bytes.clone());
        let _ = Aac::parse(bytes.clone());
        if let Ok(header) = AdtsHeader::parse(&bytes) {
            prop_assert!(header.total > header.header);
        }
    }

    #[test]
    fn a_description_of_pictures_never_panics(set in prop::collection::vec(any::<u8>(), 4..80)) {
        let mut record = vec![1, 100, 0, 31, 0xFF, 0xE1, 0, set.len() as u8 + 1, 0x67];
        record.extend_from_slice(&set);
        record.extend_from_slice(&[1, 0, 1, 0x68]);
        if let Ok(avc) = Avc::parse(record.into()) {
            prop_assert!(avc.picture().width <= 16_384 && avc.picture().height <= 16_384);
        }
    }

    #[test]
    fn reading_requests_never_panics(query in "(_HLS_(msn|part|skip)=[0-9YESv+-]{0,22}&?|\\PC{0,8}){0,4}", name in "\\PC{0,20}") {
        if let Ok(directives) = Directives::parse(&query) {
            let playlist = Channel::usual().packager.playlist(VIDEO);
            let _ = decide(&playlist, directives, Duration::ZERO);
        }
        if let Ok(read) = name.parse::<MediaName>() {
            prop_assert_eq!(read.to_string(), name);
        }
    }
}

/// Samples as no encoder would send them.
fn sample() -> impl Strategy<Value = (usize, Sample, bool)> {
    let dts = prop_oneof![0..2_000_000_u64, any::<u64>().prop_map(|dts| dts >> 8)];
    let duration = prop_oneof![Just(0), 1..20_000_u32, any::<u32>()];
    (0..3_usize, dts, any::<i32>(), duration, any::<bool>(), prop::bool::weighted(0.1), 0..9_usize)
        .prop_map(|(rendition, dts, offset, duration, key, jump, length)| {
            let data = Bytes::from(vec![1; length]);
            (rendition, Sample { data, dts, offset, duration, key }, jump)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_packager_takes_any_samples(
        samples in prop::collection::vec((sample(), 0..3_000_u64), 1..60), slate in any::<bool>()
    ) {
        let part = PartTarget::of_duration(Duration::from_millis(400));
        let mut packager = Packager::new(settings(part, slate)).unwrap();
        packager.handle_input(now(0), Input::Format { rendition: VIDEO, format: video_format(RECORD) });
        packager.handle_input(now(0), Input::Format { rendition: SOUND, format: sound_format(48_000) });
        packager.handle_input(now(0), Input::Format { rendition: ALONE, format: sound_format(44_100) });
        let mut at = 0;
        for ((rendition, sample, jump), pause) in samples {
            at += pause;
            let rendition = RenditionId(rendition);
            packager.handle_input(now(at), Input::Sample { rendition, sample, jump });
            while packager.poll_output().is_some() {}
            let name = MediaName { kind: MediaKind::Part, run: 1, number: at };
            let _ = decide_part(&packager.playlist(rendition), name, Duration::ZERO);
        }
    }

    #[test]
    fn the_timeline_takes_any_times(
        times in prop::collection::vec((any::<bool>(), any::<u64>(), any::<i32>(), any::<bool>(), any::<u32>()), 1..60)
    ) {
        let mut timeline = Timeline::resume_at(7, SourceClock::Milliseconds, Tracks::Both);
        timeline.set_frame_rate(FrameRate::new(30_000, 1001));
        let (mut last, mut heard) = (0, 0);
        for (picture, at, offset, key, rate) in times {
            if picture {
                if let Ok(place) = timeline.video(at, offset, key, 0) {
                    prop_assert!(place.dts >= last, "{} before {last}", place.dts);
                    last = place.dts;
                }
            } else if let Ok(place) = timeline.audio(at, 1024, 8_000 + rate % 90_000, 0) {
                heard = heard.max(place.dts);
            }
        }
        prop_assert!(timeline.position() >= last);
    }
}

fn now(ms: u64) -> Now {
    let wall = base::Timestamp::from_micros(1_790_000_000_000_000);
    let steady = Duration::from_millis(ms);
    Now { wall: wall.plus(steady), steady }
}
