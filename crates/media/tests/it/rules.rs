//! Each rule of low-latency HLS that the packager keeps. The viewer checks the general ones (parts
//! and their target, decode times, sequences, dates, hints) of every playlist in every test.

use std::time::Duration;

use media::reload::{Answer, Directives, PartAnswer, Refused, decide, decide_part};
use media::*;

use crate::studio::*;
use crate::viewer::{Read, read};

fn on_air(seconds: f64) -> Channel {
    let mut channel = Channel::usual();
    let studio = Studio::default();
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, seconds);
    channel
}

fn part_durations(read: &Read) -> Vec<f64> {
    read.segments.iter().flat_map(|segment| &segment.parts).map(|part| part.duration).collect()
}

#[test]
fn segments_begin_at_key_frames_and_parts_divide_them() {
    let channel = on_air(20.0);
    let video = channel.latest(VIDEO);
    for segment in video.segments.iter().filter(|segment| segment.uri.is_some()) {
        assert_eq!(segment.duration, Some(2.0));
        if !segment.parts.is_empty() {
            assert_eq!(segment.parts.iter().map(|p| p.duration).collect::<Vec<_>>(), [0.4; 5]);
            let independent: Vec<bool> = segment.parts.iter().map(|p| p.independent).collect();
            assert_eq!(independent, [true, false, false, false, false]);
        }
    }
    // Sound is cut where the picture is, to an access unit.
    let sound = channel.latest(SOUND);
    assert_eq!(sound.segments.len(), video.segments.len());
    for segment in sound.segments.iter().filter(|segment| segment.uri.is_some()) {
        assert!((segment.duration.unwrap() - 2.0).abs() < 0.022, "{:?}", segment.duration);
    }
}

#[test]
fn each_usual_frame_rate_has_parts_of_one_length() {
    for (rate, part, target) in [
        ((25, 1), 0.4, 0.4),
        ((30, 1), 0.5, 0.5),
        ((50, 1), 0.5, 0.5),
        ((60, 1), 0.5, 0.5),
        ((24, 1), 0.5, 0.5),
        ((30_000, 1001), 0.5005, 0.5005),
        ((24_000, 1001), 0.5005, 0.5005),
    ] {
        let frames = FrameRate::new(rate.0, rate.1).unwrap();
        let part_target = PartTarget::of_frames(frames, None, PartTarget::USUAL);
        let mut channel = Channel::new(settings(part_target, true));
        let gop = (2.0 * frames.per_second()).round() as u64;
        let studio = Studio { rate, gop, ..Studio::default() };
        channel.connect(&studio, RECORD);
        channel.send(&studio, 0.0, 30.0);
        let video = channel.latest(VIDEO);
        assert_eq!(video.part_target, Some(target), "{rate:?}");
        let parts = part_durations(video);
        assert!(parts.len() >= 16, "{} parts", parts.len());
        for duration in parts {
            assert!((duration - part).abs() < 0.000_02, "{rate:?}: a part of {duration}");
        }
    }
}

#[test]
fn the_part_target_stays_when_another_rate_comes() {
    let mut channel = on_air(10.0);
    let studio = Studio { rate: (30, 1), gop: 60, ..Studio::default() };
    channel.connect(&studio, OTHER_RECORD);
    channel.send(&studio, 0.0, 20.0);
    let parts = part_durations(channel.latest(VIDEO));
    assert!(parts.iter().all(|duration| *duration == 0.4), "12 frames are 0.4 s, too: {parts:?}");
}

#[test]
fn server_control_holds_back_three_times_the_longest_part_target() {
    let channel = on_air(10.0);
    let (video, sound) = (channel.latest(VIDEO), channel.latest(SOUND));
    let longest = video.part_target.unwrap().max(sound.part_target.unwrap());
    for read in [video, sound] {
        assert!(read.part_hold_back.unwrap() >= 3.0 * longest);
        assert!(read.part_hold_back.unwrap() < 3.0 * longest + 0.001);
        assert_eq!(read.hold_back, Some(12.0));
        assert_eq!(read.skip_until, Some(24.0));
        assert!(read.block_reload);
    }
}

#[test]
fn a_part_comes_within_a_part_target_of_the_last() {
    let mut channel = Channel::usual();
    let studio = Studio::default();
    channel.connect(&studio, RECORD);
    let mut last = None;
    for tick in 0..2000 {
        let from = f64::from(tick) * 0.01;
        channel.send(&studio, from, from + 0.01);
        let parts = channel.viewers[0].parts.len();
        if last.is_none_or(|(count, _)| count < parts) {
            if let Some((_, at)) = last.filter(|(count, _)| *count > 0) {
                assert!(channel.now - at <= Duration::from_millis(410), "a late part");
            }
            last = Some((parts, channel.now));
        }
    }
}

#[test]
fn a_part_is_out_as_soon_as_its_last_frame_is_in() {
    let mut channel = Channel::usual();
    let studio = Studio::default();
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 0.36);
    assert_eq!(channel.viewers[0].parts.len(), 0, "nine frames are no part");
    channel.send(&studio, 0.36, 0.38);
    assert_eq!(channel.viewers[0].parts.len(), 1, "the tenth fills it, before the eleventh came");
}

#[test]
fn what_a_segment_needs_stands_before_its_first_part() {
    let channel = on_air(5.0);
    let text = channel.packager.playlist(VIDEO).text().clone();
    let text = std::str::from_utf8(&text).unwrap();
    let first = |tag: &str| text.find(tag).unwrap_or_else(|| panic!("{tag} is missing"));
    assert!(first("#EXT-X-MAP") < first("#EXT-X-PROGRAM-DATE-TIME"));
    assert!(first("#EXT-X-PROGRAM-DATE-TIME") < first("#EXT-X-PART:"));
    assert!(first("#EXT-X-PART:") < first("#EXTINF"));
}

#[test]
fn dates_are_those_of_the_first_sample() {
    let channel = on_air(10.0);
    let dates: Vec<&str> =
        channel.latest(VIDEO).segments.iter().map(|s| s.date.as_deref().unwrap()).collect();
    let began = "2026-09-21T14:30:00.000Z";
    assert_eq!(dates[..2], [began, "2026-09-21T14:30:02.000Z"]);
}

#[test]
fn parts_are_listed_for_three_target_durations_and_served_for_three_more() {
    let channel = on_air(60.0);
    let viewer = &channel.viewers[0];
    let read = channel.latest(VIDEO);
    let listed = part_durations(read).len();
    assert!((25..=30).contains(&listed), "{listed} parts are listed");
    let served =
        viewer.parts.len() - viewer.forgotten.iter().filter(|n| n.kind == MediaKind::Part).count();
    assert!((60..=62).contains(&served), "{served} parts are served");
    let playlist = channel.packager.playlist(VIDEO);
    for name in viewer.parts.keys() {
        let expected =
            if viewer.forgotten.contains(name) { PartAnswer::Gone } else { PartAnswer::Now };
        assert_eq!(decide_part(&playlist, *name, Duration::ZERO), expected, "{name}");
    }
}

#[test]
fn no_segment_leaves_while_less_than_three_target_durations_would_remain() {
    let mut small = settings(PartTarget::of_duration(Duration::from_millis(400)), true);
    small.iter_mut().for_each(|settings| settings.window = Duration::from_secs(1));
    let mut channel = Channel::new(small);
    let studio = Studio::default();
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 40.0);
    let read = channel.latest(VIDEO);
    let total: f64 = read.segments.iter().flat_map(|segment| segment.duration).sum();
    assert!((12.0..=14.0).contains(&total), "{total}");
    assert!(read.sequence > 0);
}

#[test]
fn a_segment_that_left_is_kept_for_who_has_the_older_playlist() {
    let channel = on_air(150.0);
    let viewer = &channel.viewers[0];
    let first = channel.latest(VIDEO).sequence;
    let forgotten: Vec<u64> = viewer
        .forgotten
        .iter()
        .filter(|name| name.kind == MediaKind::Segment)
        .map(|name| name.number)
        .collect();
    assert!(!forgotten.is_empty());
    // A window of 60 s, in segments of 2 s.
    assert!(forgotten.iter().all(|number| number + 30 <= first), "{forgotten:?} of {first}");
}

#[test]
fn every_other_rendition_is_reported() {
    let channel = on_air(10.0);
    let video = channel.latest(VIDEO);
    let [(uri, sequence, part)] = &video.reports[..] else { panic!("{:?}", video.reports) };
    assert_eq!(uri, "../sound/live.m3u8");
    let newest = channel.packager.playlist(SOUND).newest().unwrap();
    let newest = (newest.sequence, u64::from(newest.part));
    assert!(
        (*sequence, *part) <= newest && *sequence + 1 >= newest.0,
        "{sequence}.{part} {newest:?}"
    );
    assert!(channel.latest(ALONE).reports.is_empty());
}

#[test]
fn a_delta_update_skips_what_is_older_than_the_skip_boundary() {
    let channel = on_air(60.0);
    let playlist = channel.packager.playlist(VIDEO);
    let delta = read(playlist.delta().unwrap());
    let full = read(playlist.text());
    assert_eq!(delta.skipped.unwrap() + delta.segments.len() as u64, full.segments.len() as u64);
    assert!(playlist.delta().unwrap().len() < playlist.text().len());
    assert!(on_air(20.0).packager.playlist(VIDEO).delta().is_none(), "nothing is that old");
}

#[test]
fn every_playlist_is_a_plain_one_too() {
    let channel = on_air(30.0);
    let plain: Vec<String> = std::str::from_utf8(channel.packager.playlist(VIDEO).text())
        .unwrap()
        .lines()
        .filter(|line| {
            let low = ["PART", "PRELOAD", "RENDITION-REPORT", "SERVER-CONTROL"];
            !low.iter().any(|tag| line.starts_with(&format!("#EXT-X-{tag}")))
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let read = read(&plain.concat().into());
    assert!(read.segments.len() >= 14);
    assert!(read.segments.iter().all(|segment| segment.uri.is_some() && segment.parts.is_empty()));
}

#[test]
fn audio_only_comes_in_whole_segments_of_its_own() {
    let channel = on_air(30.0);
    let alone = channel.latest(ALONE);
    assert_eq!((alone.part_target, &alone.hint, alone.part_hold_back), (None, &None, None));
    assert!(alone.segments.len() >= 7);
    for segment in &alone.segments {
        assert!((3.9..=4.0).contains(&segment.duration.unwrap()), "{:?}", segment.duration);
    }
}

#[test]
fn a_group_of_pictures_that_never_ends_is_cut_at_the_target() {
    let mut channel = Channel::usual();
    let studio = Studio { gop: 100_000, ..Studio::default() };
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 30.0);
    let read = channel.latest(VIDEO);
    assert!(read.segments.len() >= 7);
    for segment in read.segments.iter().filter(|segment| segment.uri.is_some()) {
        assert!((3.5..4.5).contains(&segment.duration.unwrap()), "{:?}", segment.duration);
    }
}

#[test]
fn key_frames_four_seconds_apart_make_whole_segments() {
    let mut channel = Channel::usual();
    let studio = Studio { gop: 100, ..Studio::default() };
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 30.0);
    for segment in channel.latest(VIDEO).segments.iter().filter(|s| s.uri.is_some()) {
        assert_eq!(segment.duration, Some(4.0));
        assert!(segment.parts.first().is_none_or(|first| first.independent));
    }
}

#[test]
fn the_playlist_ends_with_the_channel_and_goes_on_when_it_comes_back() {
    let mut channel = on_air(10.0);
    channel.input(Input::End);
    let ended = channel.latest(VIDEO).clone();
    assert!(ended.ended && ended.hint.is_none());
    let playlist = channel.packager.playlist(VIDEO);
    let far = Directives::parse("_HLS_msn=900&_HLS_part=7").unwrap();
    assert!(
        matches!(decide(&playlist, far, Duration::ZERO), Ok(Answer::Now(_))),
        "directives are ignored"
    );
    channel.advance(Duration::from_secs(600));
    assert!(channel.latest(VIDEO).ended, "no slate after the end");

    let studio = Studio::default();
    channel.connect(&studio, RECORD);
    channel.send(&studio, 0.0, 10.0);
    let read = channel.latest(VIDEO);
    assert!(!read.ended && read.hint.is_some());
    let back = read.segments.iter().find(|segment| segment.discontinuities > 0).unwrap();
    assert_eq!(back.sequence, ended.segments.last().unwrap().sequence + 1);
}

// What is asked for.

fn answer(playlist: &Playlist, query: &str) -> Result<Answer, Refused> {
    decide(playlist, Directives::parse(query)?, Duration::ZERO)
}

/// A channel whose open segment is `sequence`, with parts 0 to `part`.
fn standing() -> (std::sync::Arc<Playlist>, u64, u32) {
    let channel = on_air(21.0);
    let playlist = channel.packager.playlist(VIDEO);
    let Position { sequence, part } = playlist.newest().unwrap();
    assert_eq!((sequence, part), (10, 1));
    (playlist, sequence, part)
}

#[test]
fn a_request_without_directives_is_answered_at_once() {
    let (playlist, ..) = standing();
    assert_eq!(answer(&playlist, ""), Ok(Answer::Now(playlist.text().clone())));
    assert_eq!(answer(&playlist, "token=1&x"), Ok(Answer::Now(playlist.text().clone())));
}

#[test]
fn msn_alone_waits_for_the_whole_segment() {
    let (playlist, open, _) = standing();
    assert!(matches!(answer(&playlist, &format!("_HLS_msn={}", open - 1)), Ok(Answer::Now(_))));
    let wait = Ok(Answer::Wait(Duration::from_secs(12)));
    assert_eq!(answer(&playlist, &format!("_HLS_msn={open}")), wait);
    assert_eq!(answer(&playlist, &format!("_HLS_msn={}", open + 1)), wait);
}

#[test]
fn msn_and_part_wait_for_that_part() {
    let (playlist, open, part) = standing();
    let ask = |part| answer(&playlist, &format!("_HLS_msn={open}&_HLS_part={part}"));
    assert!(matches!(ask(part), Ok(Answer::Now(_))));
    assert!(matches!(ask(part + 1), Ok(Answer::Wait(_))));
}

#[test]
fn a_part_behind_a_segments_last_is_the_first_of_the_next() {
    let (playlist, open, _) = standing();
    // Five parts have closed the segment before; the open one has a first part.
    let query = format!("_HLS_msn={}&_HLS_part=5", open - 1);
    assert!(matches!(answer(&playlist, &query), Ok(Answer::Now(_))));

    // Just when a segment was closed and the next has no part yet.
    let channel = on_air(20.2);
    let playlist = channel.packager.playlist(VIDEO);
    assert_eq!(playlist.newest(), Some(Position { sequence: 9, part: 4 }));
    assert!(matches!(answer(&playlist, "_HLS_msn=9&_HLS_part=4"), Ok(Answer::Now(_))));
    assert!(matches!(answer(&playlist, "_HLS_msn=9&_HLS_part=5"), Ok(Answer::Wait(_))));
    assert!(matches!(answer(&playlist, "_HLS_msn=10&_HLS_part=0"), Ok(Answer::Wait(_))));
}

#[test]
fn part_without_msn_is_refused() {
    let refused = Directives::parse("_HLS_part=1").unwrap_err();
    assert_eq!((refused, refused.status()), (Refused::PartAlone, 400));
}

#[test]
fn directives_that_are_no_numbers_are_refused() {
    for query in [
        "_HLS_msn=",
        "_HLS_msn=x",
        "_HLS_msn=-1",
        "_HLS_msn=+1",
        "_HLS_msn=1.5",
        "_HLS_msn=1&_HLS_part=y",
        "_HLS_msn=1&_HLS_msn=2",
        "_HLS_msn=99999999999999999999999",
    ] {
        assert!(matches!(Directives::parse(query), Err(Refused::NotANumber(_))), "{query}");
    }
}

#[test]
fn more_than_two_segments_ahead_is_refused() {
    let (playlist, open, _) = standing();
    assert!(matches!(answer(&playlist, &format!("_HLS_msn={}", open + 2)), Ok(Answer::Wait(_))));
    let refused = answer(&playlist, &format!("_HLS_msn={}", open + 3)).unwrap_err();
    assert_eq!(refused, Refused::TooFar { wanted: open + 3, last: open });
    assert!(refused.to_string().contains(&format!("Ask for {} at most", open + 2)), "{refused}");
}

#[test]
fn a_part_beyond_the_advance_part_limit_is_refused() {
    let (playlist, open, part) = standing();
    // Three seconds in parts of 0.4 s.
    let ask = |part| answer(&playlist, &format!("_HLS_msn={open}&_HLS_part={part}"));
    assert!(matches!(ask(part + 8), Ok(Answer::Wait(_))));
    assert_eq!(ask(part + 9), Err(Refused::PartTooFar { wanted: part + 9, most: part + 8 }));
}

#[test]
fn who_has_waited_three_target_durations_is_told_to_come_later() {
    let (playlist, open, _) = standing();
    let directives = Directives::parse(&format!("_HLS_msn={open}")).unwrap();
    let after = |seconds| decide(&playlist, directives, Duration::from_secs(seconds));
    assert_eq!(after(11), Ok(Answer::Wait(Duration::from_secs(1))));
    assert_eq!(after(12), Err(Refused::Stalled));
    assert_eq!(Refused::Stalled.status(), 503);
}

#[test]
fn an_msn_that_has_rolled_out_gets_the_current_playlist() {
    let channel = on_air(120.0);
    let playlist = channel.packager.playlist(VIDEO);
    assert!(channel.latest(VIDEO).sequence > 3);
    for query in ["_HLS_msn=1", "_HLS_msn=1&_HLS_part=3", "_HLS_msn=1&_HLS_part=300"] {
        assert_eq!(answer(&playlist, query), Ok(Answer::Now(playlist.text().clone())), "{query}");
    }
}

#[test]
fn skip_is_heeded_where_it_can_be_and_else_ignored() {
    let channel = on_air(60.0);
    let playlist = channel.packager.playlist(VIDEO);
    let delta = Ok(Answer::Now(playlist.delta().unwrap().clone()));
    assert_eq!(answer(&playlist, "_HLS_skip=YES"), delta);
    assert_eq!(answer(&playlist, "_HLS_skip=v2"), delta);
    let full = Ok(Answer::Now(playlist.text().clone()));
    assert_eq!(answer(&playlist, "_HLS_skip=perhaps"), full);
    let young = on_air(10.0).packager.playlist(VIDEO);
    assert_eq!(answer(&young, "_HLS_skip=YES"), Ok(Answer::Now(young.text().clone())));
}

#[test]
fn a_hinted_part_is_waited_for_and_any_other_is_unknown() {
    let (playlist, ..) = standing();
    let hint = read(playlist.text()).hint.unwrap();
    let name: MediaName = hint.parse().unwrap();
    let ask = |name, waiting| decide_part(&playlist, name, Duration::from_secs(waiting));
    assert_eq!(ask(name, 0), PartAnswer::Wait(Duration::from_secs(12)));
    assert_eq!(ask(name, 12), PartAnswer::Stalled);
    assert_eq!(ask(MediaName { number: name.number - 1, ..name }, 0), PartAnswer::Now);
    assert_eq!(ask(MediaName { number: name.number + 1, ..name }, 0), PartAnswer::Unknown);
    assert_eq!(ask(MediaName { run: 2, ..name }, 0), PartAnswer::Unknown);
    assert_eq!(ask(MediaName { run: 0, ..name }, 0), PartAnswer::Unknown);
    assert_eq!(ask(MediaName { kind: MediaKind::Segment, ..name }, 0), PartAnswer::Unknown);
}

#[test]
fn plain_playlists_can_be_waited_for_too() {
    let channel = on_air(21.0);
    let playlist = channel.packager.playlist(ALONE);
    let last = playlist.newest().unwrap().sequence;
    assert!(matches!(answer(&playlist, &format!("_HLS_msn={last}")), Ok(Answer::Now(_))));
    assert!(matches!(answer(&playlist, &format!("_HLS_msn={}", last + 1)), Ok(Answer::Wait(_))));
    assert!(matches!(
        answer(&playlist, &format!("_HLS_msn={}&_HLS_part=0", last + 1)),
        Ok(Answer::Wait(_))
    ));
    assert!(answer(&playlist, &format!("_HLS_msn={}", last + 3)).is_err());
}
