//! Random encoders. The viewer holds every playlist to the rules; see `viewer.rs`.

use std::time::Duration;

use media::PartTarget;
use proptest::prelude::*;

use crate::studio::*;

fn studio() -> impl Strategy<Value = Studio> {
    let rate = prop::sample::select(vec![
        (25, 1),
        (30_000, 1001),
        (30, 1),
        (50, 1),
        (60, 1),
        (24_000, 1001),
        (15, 1),
        (12, 1),
    ]);
    let drops = |most: u64, long: u64| prop::collection::vec((0..most, 1..long), 0..6);
    let jitter = prop::collection::vec(-15_i64..15, 1..9);
    let offsets = prop::sample::select(vec![vec![0], vec![80, 200, 80, 0], vec![40, 120, 0, 0]]);
    (
        rate,
        prop_oneof![Just(2.0), Just(1.0), Just(4.0), 0.3..4.0],
        prop::sample::select(vec![48_000, 44_100, 32_000]),
        drops(900, 40),
        drops(1500, 60),
        prop_oneof![Just(vec![0]), jitter],
        prop_oneof![Just(0), Just(u64::from(u32::MAX) - 9_000), any::<u32>().prop_map(u64::from)],
        any::<bool>(),
        offsets,
    )
        .prop_map(
            |(rate, apart, sample_rate, dropped, mute, jitter, clock_ms, declared, offsets)| {
                let per_second = f64::from(rate.0) / f64::from(rate.1);
                let ranges = |gaps: Vec<(u64, u64)>| {
                    gaps.into_iter().map(|(at, long)| at..at + long).collect()
                };
                Studio {
                    rate,
                    gop: ((apart * per_second).round() as u64).max(1),
                    sample_rate,
                    dropped: ranges(dropped),
                    mute: ranges(mute),
                    jitter,
                    clock_ms,
                    declared,
                    offsets,
                }
            },
        )
}

/// What else happens while an encoder is on air.
#[derive(Clone, Debug)]
enum Event {
    Sends(f64),
    StandsStill(f64),
    Reconnects(f64),
    Jumps(u64),
    Ends,
    Killed,
}

fn events(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        6 => (0.5..9.0).prop_map(Event::Sends),
        2 => (0.1..12.0).prop_map(Event::StandsStill),
        2 => (0.0..8.0).prop_map(Event::Reconnects),
        2 => (0..5_000_000_u64).prop_map(Event::Jumps),
        1 => Just(Event::Ends),
        1 => Just(Event::Killed),
    ];
    prop::collection::vec(event, count)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_encoder_makes_playlists_by_the_rules(
        mut studio in studio(), events in events(1..7), part in 200..501_u64, slate in any::<bool>()
    ) {
        let part = PartTarget::of_duration(Duration::from_millis(part));
        let mut channel = Channel::new(settings(part, slate));
        if !slate {
            channel.viewers.iter_mut().for_each(crate::viewer::Viewer::expects_gaps);
        }
        channel.connect(&studio, RECORD);
        let mut at = 0.0;
        for event in [Event::Sends(8.0)].into_iter().chain(events).chain([Event::Sends(8.0)]) {
            match event {
                Event::Sends(seconds) => {
                    channel.send(&studio, at, at + seconds);
                    at += seconds;
                }
                Event::StandsStill(seconds) => channel.advance(Duration::from_secs_f64(seconds)),
                Event::Reconnects(seconds) => {
                    channel.advance(Duration::from_secs_f64(seconds));
                    studio.clock_ms /= 2;
                    channel.connect(&studio, if seconds < 4.0 { RECORD } else { OTHER_RECORD });
                }
                Event::Jumps(by) => studio.clock_ms = (studio.clock_ms + by) & u64::from(u32::MAX),
                Event::Ends => channel.input(media::Input::End),
                Event::Killed => {
                    channel.is_killed(settings(part, slate));
                    channel.connect(&studio, RECORD);
                }
            }
        }
        let read = channel.latest(VIDEO);
        prop_assert!(!read.segments.is_empty());
        // Frames are decoded in the order in which they came, and none twice.
        let numbers: Vec<u64> = channel.viewers[0]
            .heard
            .iter()
            .filter_map(|(_, _, data)| data.as_slice().try_into().ok().map(u64::from_be_bytes))
            .collect();
        prop_assert!(numbers.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn an_encoder_without_faults_loses_nothing_and_keeps_its_times(
        rate in prop::sample::select(vec![(25, 1), (30_000, 1001), (30, 1), (50, 1), (60_000, 1001)]),
        offsets in prop::sample::select(vec![vec![0], vec![80, 200, 80, 0]]),
        clock_ms in any::<u32>().prop_map(u64::from),
    ) {
        let studio = Studio {
            rate, offsets, clock_ms, gop: (2 * rate.0).div_ceil(rate.1).into(), ..Studio::default()
        };
        let frames = media::FrameRate::new(rate.0, rate.1).unwrap();
        let part = PartTarget::of_frames(frames, None, PartTarget::USUAL);
        let mut channel = Channel::new(settings(part, true));
        channel.connect(&studio, RECORD);
        channel.send(&studio, 0.0, 30.0);
        prop_assert_eq!(channel.dropped, [0, 0]);
        let heard = &channel.viewers[0].heard;
        let frame = f64::from(rate.1) * 90_000.0 / f64::from(rate.0);
        for (number, (at, shown, _)) in heard.iter().enumerate() {
            // On the exact grid of the rate, though the encoder's times are in milliseconds.
            let exact = number as f64 * frame;
            prop_assert!((*at as f64 - exact).abs() <= 1.0, "frame {} at {} not {}", number, at, exact);
            let offset = studio.offsets[number % studio.offsets.len()];
            let true_time = exact + f64::from(offset) * 90.0;
            prop_assert!((*shown as f64 - true_time).abs() < frame / 2.0 + 1.0);
        }
        let sound = &channel.viewers[1].heard;
        for (number, (at, ..)) in sound.iter().enumerate() {
            prop_assert_eq!(*at, 1024 * number as u64);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, ..ProptestConfig::default() })]

    /// As the one above, for long: encoders come and go, and the program is killed between.
    #[test]
    fn hours_of_any_encoders_make_playlists_by_the_rules(
        days in prop::collection::vec((studio(), events(4..12)), 12..16), part in 200..501_u64
    ) {
        let part = PartTarget::of_duration(Duration::from_millis(part));
        let mut channel = Channel::new(settings(part, true));
        let began = channel.now;
        for (mut studio, events) in days {
            channel.connect(&studio, RECORD);
            let mut at = 0.0;
            for event in [Event::Sends(60.0)].into_iter().chain(events) {
                match event {
                    Event::Sends(seconds) => {
                        channel.send(&studio, at, at + 4.0 * seconds);
                        at += 4.0 * seconds;
                    }
                    Event::StandsStill(seconds) => {
                        channel.advance(Duration::from_secs_f64(10.0 * seconds));
                    }
                    Event::Reconnects(seconds) => {
                        channel.advance(Duration::from_secs_f64(seconds));
                        channel.connect(&studio, OTHER_RECORD);
                    }
                    Event::Jumps(by) => {
                        studio.clock_ms = (studio.clock_ms + by) & u64::from(u32::MAX);
                    }
                    Event::Ends => channel.input(media::Input::End),
                    Event::Killed => {
                        channel.is_killed(settings(part, true));
                        channel.connect(&studio, RECORD);
                    }
                }
            }
        }
        prop_assert!(channel.now - began > Duration::from_secs(3600));
        for rendition in [VIDEO, SOUND, ALONE] {
            prop_assert!(!channel.latest(rendition).segments.is_empty());
        }
    }
}
