//! Sources that stop, jump, wrap and return; programs that are killed.

use std::time::Duration;

use media::*;

use crate::studio::*;
use crate::viewer::Viewer;

fn seconds(count: f64) -> Duration {
    Duration::from_secs_f64(count)
}

/// What viewers saw of the source, by the numbers in its samples; and how often the slate.
fn seen(viewer: &Viewer) -> (Vec<u64>, usize) {
    let number = |data: &[u8]| data.try_into().ok().map(u64::from_be_bytes);
    let numbers: Vec<u64> = viewer.heard.iter().filter_map(|(_, _, data)| number(data)).collect();
    let slates = viewer.heard.len() - numbers.len();
    (numbers, slates)
}

fn discontinuities(channel: &Channel, rendition: RenditionId) -> u64 {
    let read = channel.latest(rendition);
    read.discontinuity_sequence + read.segments.iter().map(|s| s.discontinuities).sum::<u64>()
}

fn on_air(seconds: f64) -> (Channel, Studio) {
    let mut channel = Channel::usual();
    let studio = Studio::default();
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, seconds);
    (channel, studio)
}

#[test]
fn the_slate_comes_two_seconds_after_the_last_frame() {
    let (mut channel, _) = on_air(10.0);
    channel.advance(seconds(1.9));
    assert!(!channel.packager.is_on_slate(VIDEO));
    let before = channel.packager.position();
    channel.advance(seconds(0.2));
    assert!(channel.packager.is_on_slate(VIDEO) && channel.packager.is_on_slate(SOUND));
    // It fills what was missed at once, so viewers at the live edge see it now.
    assert!(channel.packager.position() - before > 90_000 * 3 / 2);
}

#[test]
fn the_slate_goes_on_at_the_pace_of_time_and_the_channel_is_never_late() {
    let (mut channel, _) = on_air(10.0);
    // The sound is seen a little longer than the picture: it is one break all the same.
    for minute in 1..=3 {
        channel.advance(seconds(60.0));
        let behind = seconds(10.0 + 60.0 * f64::from(minute)).as_secs_f64()
            - channel.packager.position() as f64 / 90_000.0;
        assert!((0.0..0.5).contains(&behind), "{behind} s behind after {minute} minutes");
    }
    assert_eq!(discontinuities(&channel, VIDEO), 1);
    assert_eq!(discontinuities(&channel, SOUND), 1);
}

#[test]
fn a_source_returns_at_its_next_key_frame_after_1_5_and_30_seconds() {
    for away in [1.0, 5.0, 30.0] {
        let (mut channel, studio) = on_air(10.0);
        channel.advance(seconds(away));
        channel.connect(&studio, RECORD);
        let returned = channel.now;
        // It comes back in the middle of a group of pictures.
        channel.send(&studio, 1.5, 1.99);
        assert_eq!(channel.packager.is_on_slate(VIDEO), away > 1.0);
        channel.send(&studio, 1.99, 2.2);
        assert!(!channel.packager.is_on_slate(VIDEO) && !channel.packager.is_on_slate(SOUND));
        assert!(channel.now - returned < seconds(3.0), "seen again within 3 s");
        channel.send(&studio, 2.2, 20.0);
        let breaks = if away > 1.0 { 2 } else { 1 };
        assert_eq!(discontinuities(&channel, VIDEO), breaks, "away for {away} s");
        assert_eq!(discontinuities(&channel, SOUND), breaks, "away for {away} s");
        let (numbers, slates) = seen(&channel.viewers[0]);
        assert!(numbers.is_sorted_by(|a, b| a < b), "each frame once");
        assert_eq!(slates > 0, away > 1.0);
        // Picture and sound still belong together.
        check_sync(&channel);
    }
}

/// In every segment that both have, the picture and the sound begin together.
fn check_sync(channel: &Channel) {
    let start = |rendition: usize, sequence| {
        channel.viewers[rendition].segments.get(&sequence).map(|(segment, _)| segment.start)
    };
    for sequence in channel.viewers[0].segments.keys() {
        let (Some(video), Some(sound)) = (start(0, *sequence), start(1, *sequence)) else {
            continue;
        };
        let apart = video.abs_diff(sound);
        assert!(apart < 9_000, "segment {sequence}: {apart} ticks apart");
    }
}

#[test]
fn a_new_initialisation_stands_where_the_slate_begins_and_where_it_ends() {
    let (mut channel, studio) = on_air(10.0);
    channel.advance(seconds(10.0));
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 10.0);
    let read = channel.latest(VIDEO);
    let maps: Vec<(u64, &str)> = read
        .segments
        .iter()
        .filter_map(|segment| Some((segment.discontinuities, segment.map.as_deref()?)))
        .collect();
    assert_eq!(maps, [(0, "i1-0.mp4"), (1, "i1-1.mp4"), (1, "i1-0.mp4")]);
}

#[test]
fn dates_say_what_time_it_was_behind_the_slate() {
    let (mut channel, studio) = on_air(10.0);
    channel.advance(seconds(30.0));
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 10.0);
    let read = channel.latest(VIDEO);
    let returned = read.segments.iter().rfind(|segment| segment.discontinuities == 1).unwrap();
    let date = returned.date.as_deref().unwrap();
    assert!(date.starts_with("2026-09-21T14:30:40"), "{date}");
}

#[test]
fn sound_goes_on_while_the_picture_fails() {
    let (mut channel, studio) = on_air(10.0);
    let blind = Studio { dropped: std::iter::once(250..1000).collect(), ..studio };
    channel.send(&blind, 10.0, 40.0);
    assert!(channel.packager.is_on_slate(VIDEO));
    assert!(!channel.packager.is_on_slate(SOUND));
    channel.send(&blind, 40.0, 50.0);
    assert!(!channel.packager.is_on_slate(VIDEO), "the picture is back");
    for rendition in [1, 2] {
        let (numbers, slates) = seen(&channel.viewers[rendition]);
        assert_eq!(slates, 0);
        // The open segment of Audio Only, of up to 4 s, has yet to come.
        assert!(numbers.len() > 2343 - 190, "{} of 2343 units of sound", numbers.len());
    }
    let (ours, others) = (discontinuities(&channel, VIDEO), discontinuities(&channel, SOUND));
    assert_eq!((ours, others), (2, 2), "players match renditions by them");
    assert_eq!(discontinuities(&channel, ALONE), 0, "Audio Only is not concerned");
}

#[test]
fn the_picture_goes_on_while_the_sound_fails() {
    let (mut channel, studio) = on_air(10.0);
    let mute = Studio { mute: std::iter::once(469..1875).collect(), ..studio };
    channel.send(&mute, 10.0, 50.0);
    assert!(!channel.packager.is_on_slate(VIDEO) && !channel.packager.is_on_slate(SOUND));
    let (numbers, slates) = seen(&channel.viewers[0]);
    assert_eq!((slates, numbers.len() > 1195), (0, true), "{} frames", numbers.len());
    assert_eq!(discontinuities(&channel, VIDEO), discontinuities(&channel, SOUND));
    check_sync(&channel);
}

#[test]
fn a_frozen_encoder_that_goes_on_with_its_clock_is_shown_again() {
    let (mut channel, studio) = on_air(10.0);
    // Ten seconds pass, and its times go on as if none had.
    channel.advance(seconds(10.0));
    channel.send(&studio, 10.0, 20.0);
    assert!(!channel.packager.is_on_slate(VIDEO));
    let (numbers, _) = seen(&channel.viewers[0]);
    assert!(numbers.len() > 445, "{} of 500 frames", numbers.len());
    check_sync(&channel);
}

#[test]
fn a_frozen_encoder_whose_clock_ran_on_is_shown_again() {
    let (mut channel, studio) = on_air(10.0);
    channel.advance(seconds(10.0));
    channel.send(&studio, 20.0, 30.0);
    assert!(!channel.packager.is_on_slate(VIDEO));
    let (numbers, _) = seen(&channel.viewers[0]);
    assert!(numbers.len() > 445, "{} of 500 frames", numbers.len());
    check_sync(&channel);
}

#[test]
fn a_clock_that_jumps_is_a_discontinuity_and_nothing_worse() {
    for clock_ms in [0, 3_600_000, u64::from(u32::MAX) - 5_000] {
        let (mut channel, studio) = on_air(10.0);
        let jumped = Studio { clock_ms: clock_ms.wrapping_add(60_000), ..studio };
        channel.send(&jumped, 0.0, 20.0);
        assert_eq!(discontinuities(&channel, VIDEO), 1, "by {clock_ms}");
        assert_eq!(discontinuities(&channel, SOUND), 1, "by {clock_ms}");
        let (numbers, slates) = seen(&channel.viewers[0]);
        assert_eq!(slates, 0);
        assert!(numbers.len() >= 695, "{} of 750 frames", numbers.len());
        check_sync(&channel);
    }
}

#[test]
fn a_clock_that_wraps_is_not_noticed() {
    let mut channel = Channel::usual();
    let studio = Studio { clock_ms: u64::from(u32::MAX) - 5_000, ..Studio::default() };
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 20.0);
    assert_eq!(discontinuities(&channel, VIDEO), 0);
    assert_eq!(channel.dropped, [0, 0]);
    assert_eq!(channel.packager.position() / 90_000, 20);
}

#[test]
fn another_encoder_takes_over_with_its_own_configuration() {
    let (mut channel, studio) = on_air(10.0);
    let other = Studio { sample_rate: 44_100, rate: (30, 1), gop: 60, clock_ms: 77, ..studio };
    channel.connect(&other, OTHER_RECORD);
    channel.send(&other, 0.0, 20.0);
    let read = channel.latest(VIDEO);
    let map = read.segments.iter().rev().find_map(|segment| segment.map.as_deref());
    assert_eq!(map, Some("i1-1.mp4"));
    assert_eq!(discontinuities(&channel, VIDEO), 1);
    assert_eq!(discontinuities(&channel, SOUND), 1);
    check_sync(&channel);
}

#[test]
fn the_media_sequence_never_goes_back_when_the_program_is_killed() {
    let (channel, studio) = on_air(21.0);
    let saved = serde_json::to_string(&channel.packager.state()).unwrap();
    let before = channel.latest(VIDEO).clone();
    let state: State = serde_json::from_str(&saved).unwrap();

    let mut channel = Channel::of(Packager::resume(settings(), &state).unwrap());
    channel.now = Duration::from_secs(5000);
    let at_once = crate::viewer::read(channel.packager.playlist(VIDEO).text());
    let closed = before.segments.iter().filter(|segment| segment.uri.is_some()).count();
    assert_eq!(at_once.segments.len(), closed, "who reloads finds what there was");
    assert_eq!(at_once.sequence, before.sequence);

    // Until the source is back, viewers see the slate.
    channel.input(Input::Tick);
    channel.advance(seconds(4.0));
    assert!(channel.packager.is_on_slate(VIDEO));
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 10.0);
    let after = channel.latest(VIDEO);
    let end = |read: &crate::viewer::Read| read.segments.last().unwrap().sequence;
    assert!(end(after) > end(&before));
    let resumed = after.segments.iter().find(|segment| segment.discontinuities > 0).unwrap();
    assert_eq!(resumed.sequence, end(&before), "the open segment was lost, and its number is used");
    assert_eq!(resumed.uri, Some(format!("s2-{}.m4s", resumed.sequence)), "no name is used twice");
    assert!(after.segments.last().unwrap().parts.iter().all(|part| part.uri.starts_with("p2-")));
    assert_eq!(discontinuities(&channel, VIDEO), discontinuities(&channel, SOUND));
    check_sync(&channel);
}

#[test]
fn a_segment_that_was_stored_before_a_kill_keeps_its_number_whatever_else_was() {
    for known in [None, Some(3.0), Some(11.0)] {
        let stored_at = known.unwrap_or(11.0);
        let (mut channel, studio) = on_air(stored_at);
        let state = known.map(|_| channel.packager.state());
        channel.send(&studio, stored_at, stored_at + 10.0);
        let closed = |it: &Viewer| it.segments.values().map(|(closed, _)| closed.clone()).collect();
        let stored: Vec<Vec<Segment>> = channel.viewers.iter().map(closed).collect();
        let settings = settings();
        let all = settings.iter().zip(&stored).map(|(it, all)| (&it.name, &all[..], 0));
        let state = State::caught_up(state, all).unwrap();

        let before = channel;
        let mut channel = Channel::of(Packager::resume(settings, &state).unwrap());
        channel.viewers = before.viewers.into_iter().map(Viewer::after_a_kill).collect();
        channel.now = Duration::from_secs(5000);
        channel.connect(&studio, RECORD);
        channel.send(&studio, 0.0, 10.0);
        for rendition in [VIDEO, SOUND] {
            let last = stored[rendition.0].last().unwrap();
            let next = &channel.viewers[rendition.0].segments[&(last.sequence() + 1)].0;
            assert_eq!((next.name.run, next.discontinuities), (2, 1), "{known:?} {next:?}");
            assert_eq!(discontinuities(&channel, rendition), 1, "{known:?}");
            assert!(next.aired >= last.aired.plus(last.duration()), "{known:?}");
        }
    }
    assert!(State::caught_up(None, std::iter::empty()).is_none());
}

#[test]
fn a_rendition_that_lost_more_in_a_kill_goes_on_where_the_others_do() {
    for (rendition, lost) in [(SOUND, 1), (SOUND, 2), (VIDEO, 1), (VIDEO, 2)] {
        for waits in [0.0, 4.0] {
            let (channel, studio) = on_air(21.0);
            let closed = |it: &Viewer| it.segments.values().map(|it| it.0.clone()).collect();
            let mut stored: Vec<Vec<Segment>> = channel.viewers.iter().map(closed).collect();
            let kept = stored[rendition.0].len() - lost;
            stored[rendition.0].truncate(kept);
            let settings = settings();
            let all = settings.iter().zip(&stored).map(|(it, all)| (&it.name, &all[..], 0));
            let state = State::caught_up(None, all).unwrap();

            let mut channel = Channel::of(Packager::resume(settings, &state).unwrap());
            channel.now = Duration::from_secs(5000);
            channel.input(Input::Tick);
            channel.advance(seconds(waits));
            channel.connect(&studio, RECORD);
            channel.send(&studio, 0.0, 10.0);
            let breaks = if waits > 0.0 { 2 } else { 1 };
            for each in [VIDEO, SOUND] {
                let case = format!("{each:?} where {rendition:?} lost {lost}, and waited {waits}");
                assert_eq!(discontinuities(&channel, each), breaks, "{case}");
            }
            // Their numbers differ by what was lost, but not their places.
            let starts = |it: RenditionId| {
                let all = channel.viewers[it.0].segments.values();
                all.map(|(segment, _)| segment.start).collect::<Vec<_>>()
            };
            let sounds = starts(SOUND);
            for start in starts(VIDEO) {
                assert!(sounds.iter().any(|it| it.abs_diff(start) < 9_000), "{start}: {sounds:?}");
            }
        }
    }
}

#[test]
fn what_a_rendition_had_before_it_began_anew_is_nothing_to_catch_up_with() {
    let (channel, _) = on_air(21.0);
    let state = channel.packager.state();
    let own: Vec<Segment> = channel.viewers[0].segments.values().map(|it| it.0.clone()).collect();
    let older = own.iter().map(|it| {
        let mut older = it.clone();
        older.name.number += 500;
        older
    });
    let stored: Vec<Segment> = older.chain(own.iter().cloned()).collect();
    let name = settings()[0].name.clone();
    let all = std::iter::once((&name, &stored[..], 0));
    assert_eq!(State::caught_up(Some(state.clone()), all), Some(state));
}

fn settings() -> Vec<Settings> {
    crate::studio::settings(PartTarget::of_duration(seconds(0.4)), true)
}

#[test]
fn decode_times_go_on_when_the_program_is_killed() {
    let (channel, studio) = on_air(21.0);
    let state = channel.packager.state();
    let position = channel.packager.position();
    let settings = crate::studio::settings(PartTarget::of_duration(seconds(0.4)), false);
    let mut channel = Channel::of(Packager::resume(settings, &state).unwrap());
    assert_eq!(channel.packager.position(), position);
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 5.0);
    let (first, ..) = channel.viewers[0].heard.first().unwrap();
    assert!(*first >= position - 9_000 && *first <= position, "{first} behind {position}");
}

#[test]
fn without_a_slate_viewers_wait_and_the_channel_goes_on() {
    let mut channel = Channel::without_slate();
    let studio = Studio::default();
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 10.0);
    channel.advance(seconds(30.0));
    assert!(!channel.packager.is_on_slate(VIDEO));
    assert_eq!(channel.packager.next_tick(), None);
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 10.0);
    assert_eq!(discontinuities(&channel, VIDEO), 1);
    check_sync(&channel);
}

#[test]
fn a_rung_of_the_ladder_shows_its_slate_alone_and_returns() {
    let mut all = settings();
    let mut rung = all[0].clone();
    rung.name = RenditionName::new("low").unwrap();
    all.push(rung);
    let low = RenditionId(3);
    let mut channel = Channel::new(all);
    channel.viewers.push(Viewer::default());
    let studio = Studio::default();
    channel.connect(&studio, RECORD);
    channel.input(Input::Format { rendition: low, format: video_format(RECORD) });
    // What the transcoder gives back, a second late; for 8 s it gives nothing.
    for frame in 0..1000_u64 {
        let at = frame as f64 * 0.04;
        channel.send(&studio, at, at + 0.04);
        let Some(number) = frame.checked_sub(25) else { continue };
        if !(300..500).contains(&number) {
            let sample = Sample {
                data: bytes::Bytes::from_static(b"rung"),
                dts: number * 3600,
                offset: 0,
                duration: 3600,
                key: number % 50 == 0,
            };
            if channel.packager.floor(low) <= sample.dts {
                channel.input(Input::Sample { rendition: low, sample, jump: false });
            }
        }
        assert!(!channel.packager.is_on_slate(VIDEO));
    }
    assert!(!channel.packager.is_on_slate(low), "it is back");
    let (_, not_source) = seen(&channel.viewers[3]);
    let slates = channel.viewers[3].heard.iter().filter(|(.., data)| data == b"slate").count();
    assert!(slates > 100 && not_source > slates);
    let all: Vec<u64> = [VIDEO, SOUND, low].map(|id| discontinuities(&channel, id)).into();
    assert_eq!(all, [2, 2, 2], "players match renditions by them");
    // Segments have the same numbers and begin together.
    let ends = |id: RenditionId| channel.viewers[id.0].segments.keys().last().copied().unwrap();
    assert!(ends(VIDEO).abs_diff(ends(low)) <= 2, "{} and {}", ends(VIDEO), ends(low));
}

#[test]
fn a_break_of_all_is_one_discontinuity_although_the_sound_was_heard_a_little_longer() {
    for last in [5.0, 5.01, 5.02, 5.03, 5.04, 5.07] {
        let (mut channel, studio) = on_air(last);
        channel.advance(seconds(4.0));
        channel.connect(&studio, RECORD);
        channel.send(&studio, 0.0, 5.0);
        let both = [VIDEO, SOUND].map(|id| discontinuities(&channel, id));
        assert_eq!(both, [2, 2], "after {last} s");
    }
}

#[test]
fn the_slate_is_shown_at_will_while_the_source_goes_on_and_the_source_comes_back() {
    let (mut channel, studio) = on_air(10.0);
    channel.input(Input::Hold(true));
    assert!(channel.packager.is_on_slate(VIDEO) && channel.packager.is_on_slate(SOUND));
    channel.advance(seconds(5.0));
    let position = channel.packager.position();
    // What comes meanwhile is passed over.
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 3.0);
    assert!(channel.packager.is_on_slate(VIDEO));
    assert!(channel.packager.position() > position, "viewers see the slate go on");
    channel.input(Input::Hold(false));
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 6.0);
    assert!(!channel.packager.is_on_slate(VIDEO) && !channel.packager.is_on_slate(SOUND));
    let (numbers, slates) = seen(&channel.viewers[0]);
    assert!(numbers.is_sorted_by(|a, b| a < b) && slates > 0);
    check_sync(&channel);
}

#[test]
fn what_is_on_its_way_stops_the_slate_for_a_while_and_no_longer() {
    let (mut channel, _) = on_air(10.0);
    channel.advance(seconds(10.0));
    let from = channel.packager.position();
    for rendition in [VIDEO, SOUND, ALONE] {
        channel.input(Input::OnItsWay { rendition, from });
    }
    channel.advance(seconds(4.0));
    assert_eq!(channel.packager.position(), from);
    channel.advance(seconds(4.0));
    let behind = 28.0 - channel.packager.position() as f64 / 90_000.0;
    assert!((0.0..0.5).contains(&behind), "{behind} s behind");
}
