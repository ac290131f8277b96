//! Meetings on air, in simulated time.

mod support;

use std::time::Duration;

use sfu::{Aired, Layer, Profile};
use support::{Link, Sends, World};

const SECOND: Duration = Duration::from_secs(1);

fn on_air(profile: Profile) -> World {
    let mut world = World::new(profile, 2);
    world.join(0, 1, Sends::everything());
    world.join(1, 1, Sends::everything());
    world.run(2 * SECOND);
    let began = world.start;
    world.room.go_on_air(began);
    world.drain_room();
    world
}

/// Whose sounds and pictures they are, with runs of the same together: `(seat, how many)`.
fn runs(aired: &[Aired], pictures: bool) -> Vec<(u8, usize)> {
    let mut runs: Vec<(u8, usize)> = Vec::new();
    for it in aired {
        let seat = match it {
            Aired::Sound { data, .. } if !pictures => data[1],
            Aired::Picture { data, .. } if pictures => data[1],
            _ => continue,
        };
        match runs.last_mut() {
            Some((last, count)) if *last == seat => *count += 1,
            _ => runs.push((seat, 1)),
        }
    }
    runs
}

fn times(aired: &[Aired], pictures: bool) -> Vec<Duration> {
    let time = |it: &Aired| match it {
        Aired::Sound { at, .. } => (!pictures).then_some(*at),
        Aired::Picture { at, .. } => pictures.then_some(*at),
    };
    aired.iter().filter_map(time).collect()
}

#[test]
fn whoever_speaks_is_heard_and_seen_whole_and_in_time() {
    let mut world = on_air(Profile::Open);
    world.client(1).peer.loudness = -60;
    world.run(10 * SECOND);
    assert_eq!(runs(&world.aired, false).len(), 1, "{:?}", runs(&world.aired, false));
    let [(seat, sounds)] = runs(&world.aired, false)[..] else { panic!() };
    assert!(seat == 0 && (490..=502).contains(&sounds), "{seat} {sounds}");
    let [(seat, pictures)] = runs(&world.aired, true)[..] else { panic!() };
    assert!(seat == 0 && (235..=252).contains(&pictures), "{seat} {pictures}");
    for it in &world.aired {
        let Aired::Picture { data, key, .. } = it else { continue };
        assert_eq!(data[0] & 1 == 0, *key);
        assert_eq!(&data[2..3], Layer::Full.rid().as_bytes(), "the largest");
        // Seven packets, without their descriptors of six bytes.
        assert_eq!(data.len(), 6 * 1_100 + 900 - 7 * 6);
    }
    let first = world.aired.iter().find_map(|it| match it {
        Aired::Picture { key, .. } => Some(*key),
        Aired::Sound { .. } => None,
    });
    assert_eq!(first, Some(true));
    for pictures in [true, false] {
        let times = times(&world.aired, pictures);
        assert!(times.is_sorted(), "nothing goes back");
        assert!(times[0] > 2 * SECOND, "it went on air before anybody sent: {:?}", times[0]);
        let length = *times.last().unwrap() - times[0];
        assert!(length.abs_diff(10 * SECOND) < SECOND / 2, "{length:?}");
    }
    let apart = times(&world.aired, true)[50].abs_diff(times(&world.aired, false)[100]);
    assert!(apart < SECOND, "{apart:?}");
}

#[test]
fn another_is_on_air_once_they_are_louder_for_a_while() {
    let mut world = on_air(Profile::Open);
    world.client(1).peer.loudness = -60;
    world.run(4 * SECOND);
    // A cough is not a speech.
    world.client(1).peer.loudness = -10;
    world.run(SECOND / 5);
    world.client(1).peer.loudness = -60;
    world.run(4 * SECOND);
    assert_eq!(runs(&world.aired, false).len(), 1);

    world.client(0).peer.loudness = -60;
    world.client(1).peer.loudness = -20;
    world.run(4 * SECOND);
    for pictures in [false, true] {
        let runs = runs(&world.aired, pictures);
        assert_eq!(runs.iter().map(|(seat, _)| *seat).collect::<Vec<_>>(), [0, 1], "{runs:?}");
        assert!(times(&world.aired, pictures).is_sorted());
    }
    let sounds = runs(&world.aired, false);
    assert!(sounds[1].1 > 130, "it takes a second and a little: {sounds:?}");

    // Whoever is on air leaves, and the other is.
    let now = world.now;
    world.room.leave(sfu::SeatNumber(1));
    world.room.handle_timeout(now);
    world.vanish(1);
    world.run(5 * SECOND);
    for pictures in [false, true] {
        assert_eq!(runs(&world.aired, pictures).last().unwrap().0, 0);
    }
}

#[test]
fn a_screen_is_on_air_in_the_speakers_place_and_what_is_lost_comes_again() {
    let mut world = on_air(Profile::Open);
    world.client(1).peer.loudness = -60;
    world.client(0).link = Link { loses_one_in: Some(20), ..Link::default() };
    world.client(1).link = Link { loses_one_in: Some(20), ..Link::default() };
    world.run(6 * SECOND);
    let before = world.aired.len();
    world.client(1).sends.screen = true;
    world.run(6 * SECOND);
    let later = &world.aired[before..];
    assert_eq!(runs(later, false)[0].0, 0, "the speaker is still heard");
    assert_eq!(runs(later, true).last().unwrap().0, 1);
    for it in &world.aired {
        let Aired::Picture { data, .. } = it else { continue };
        assert!(data.len() > 700, "a frame with a piece missing: {}", data.len());
    }
    world.client(1).sends.screen = false;
    world.run(8 * SECOND);
    assert_eq!(runs(&world.aired, true).last().unwrap().0, 0, "the speaker is seen again");
}

#[test]
fn a_closed_meeting_is_never_on_air_and_an_open_one_until_it_is_taken_off() {
    let mut world = on_air(Profile::Closed);
    world.run(3 * SECOND);
    assert_eq!(world.aired, []);

    let mut world = on_air(Profile::Open);
    world.run(3 * SECOND);
    world.room.go_off_air();
    let before = world.aired.len();
    world.run(3 * SECOND);
    assert!(before > 0 && world.aired.len() == before);
}
