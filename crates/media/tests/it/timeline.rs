//! Times of a source, and where they belong.

use media::*;

const DAY: u64 = 24 * 60 * 60 * 90_000;

#[test]
fn what_the_transcoder_gives_back_keeps_channel_time_after_the_clock_of_rtmp_has_wrapped() {
    // 32 bits of milliseconds last for 49 days, 33 bits of 90 kHz for a day.
    for (days, clock) in
        [(0, SourceClock::Milliseconds), (60, SourceClock::Milliseconds), (60, SourceClock::Mpeg)]
    {
        let position = days * DAY;
        let mut timeline = Timeline::of_channel(position, clock);
        timeline.set_frame_rate(FrameRate::new(25, 1));
        for frame in 0..100_u64 {
            let at = position + frame * 3600;
            let (raw, offset) = match clock {
                SourceClock::Milliseconds => ((at / 90) & 0xFFFF_FFFF, 80),
                SourceClock::Mpeg => (at & 0x1_FFFF_FFFF, 7200),
            };
            let place = timeline.video(raw, offset, frame % 50 == 0, 0).unwrap();
            assert_eq!((place.dts, place.offset, place.duration), (at, 7200, 3600));
            assert!(!place.jump);
        }
    }
}

#[test]
fn what_the_transcoder_gives_back_is_late_where_the_slate_was_shown() {
    let mut timeline = Timeline::of_channel(0, SourceClock::Milliseconds);
    assert_eq!(timeline.video(1000, 0, true, 180_000), Err(Dropped::Late));
    assert_eq!(timeline.video(2000, 0, true, 180_000).unwrap().dts, 180_000);
}

#[test]
fn nothing_has_a_place_before_the_first_key_frame() {
    let mut timeline = Timeline::resume_at(900, SourceClock::Milliseconds, Tracks::Both);
    assert_eq!(timeline.audio(100, 1024, 48_000, 0), Err(Dropped::AwaitsKeyFrame));
    assert_eq!(timeline.video(110, 0, false, 0), Err(Dropped::AwaitsKeyFrame));
    let first = timeline.video(150, 0, true, 0).unwrap();
    assert_eq!((first.dts, first.jump), (900, true));
    assert!(timeline.audio(160, 1024, 48_000, 0).unwrap().jump);
}

#[test]
fn sound_alone_begins_at_once_and_beside_a_dead_picture_after_four_seconds() {
    let mut timeline = Timeline::resume_at(0, SourceClock::Milliseconds, Tracks::AudioOnly);
    assert_eq!(timeline.audio(77, 1024, 48_000, 0).unwrap().dts, 0);
    let mut timeline = Timeline::resume_at(0, SourceClock::Milliseconds, Tracks::Both);
    let first = (0..300_u64).find(|unit| timeline.audio(unit * 64 / 3, 1024, 48_000, 0).is_ok());
    assert!(first.is_some_and(|unit| (187..=189).contains(&unit)), "{first:?}");
}

#[test]
fn a_clock_of_sound_that_drifts_stays_with_the_picture() {
    // 0.1 %: a second in a quarter of an hour.
    let mut timeline = Timeline::resume_at(0, SourceClock::Milliseconds, Tracks::Both);
    timeline.video(0, 0, true, 0).unwrap();
    let mut last = 0;
    for unit in 0..42_000_u64 {
        let ms = (unit as f64 * 1024.0 / 48.048).round() as u64;
        if let Ok(place) = timeline.audio(ms, 1024, 48_000, 0) {
            let true_place = ms * 48;
            assert!(place.dts.abs_diff(true_place) <= 48 * 32, "unit {unit}");
            assert!(unit == 0 || place.dts > last);
            last = place.dts;
        }
        // The picture goes on beside it.
        if unit % 2 == 0 {
            let _ = timeline.video(ms, 0, unit % 100 == 0, 0);
        }
    }
}

#[test]
fn a_declared_rate_that_is_not_kept_is_not_believed() {
    let mut timeline = Timeline::resume_at(0, SourceClock::Milliseconds, Tracks::Both);
    timeline.set_frame_rate(FrameRate::new(25, 1));
    // 18 frames a second, more or less.
    let mut at = 0;
    for frame in 0..500_u64 {
        let place = timeline.video(at, 0, frame % 36 == 0, 0).unwrap();
        assert!(
            place.dts.abs_diff(at * 90) <= 1800,
            "frame {frame}: {} for {}",
            place.dts,
            at * 90
        );
        at += [51, 60, 56][frame as usize % 3];
    }
}
