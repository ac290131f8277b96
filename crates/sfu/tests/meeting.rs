//! Meetings in simulated time.

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use sfu::peer::Slot;
use sfu::{Event, JoinError, Kind, Layer, Profile, Route, SeatNumber, Wish};
use support::{Heard, Link, SERVER, Sends, World, seat};

const SECOND: Duration = Duration::from_secs(1);

fn camera(of: u8) -> Slot {
    Slot::Camera(seat(of))
}

/// Two seats; the second sends nothing and wishes for the largest picture of the first.
fn sender_and_viewer(sends: Sends) -> World {
    let mut world = World::new(Profile::Closed, 2);
    world.join(0, 1, sends);
    world.join(1, 1, Sends::nothing());
    world.room.watch(seat(1), [(seat(0), Wish::UpTo(Layer::Full))]);
    world
}

fn no_faults(heard: &Heard) {
    assert_eq!(heard.faults, Vec::<String>::new(), "{heard:?}");
    assert!(heard.packets > 0, "nothing has come");
}

#[test]
fn two_seats_hear_and_see_each_other() {
    let mut world = World::new(Profile::Closed, 2);
    world.join(0, 1, Sends::everything());
    world.join(1, 1, Sends::everything());
    world.run(5 * SECOND);
    for (by, of) in [(0, 1), (1, 0)] {
        let sound = world.heard(by, Slot::Sound(seat(of)));
        assert!(sound.packets > 200 && sound.missing == 0, "{sound:?}");
        let camera = world.heard(by, camera(of));
        assert!(camera.pictures[&(of, Some(Layer::Quarter))] > 100, "{camera:?}");
        no_faults(&camera);
        assert_eq!(camera.first_sequence, Some(1));
    }
    assert!(world.happened(Event::Connected(seat(0))), "{:?}", world.events);
    assert!(world.happened(Event::Media(seat(1), Kind::Camera)), "{:?}", world.events);
}

#[test]
fn a_closed_meeting_tells_nobody_how_loud_anybody_is() {
    for (profile, tells) in [(Profile::Closed, false), (Profile::Open, true)] {
        let answer = World::new(profile, 2).join(0, 1, Sends::nothing());
        assert_eq!(answer.contains("ssrc-audio-level"), tells, "{answer}");
        assert_eq!(answer.contains(";cbr=1"), !tells, "{answer}");
        assert!(answer.contains("VP8/90000") && answer.contains("opus/48000"), "{answer}");
        assert!(!answer.contains("VP9") && !answer.contains("H264"), "{answer}");
        assert!(answer.contains("a=ice-lite") && answer.contains("192.0.2.1 4433"), "{answer}");
        assert!(answer.contains("transport-cc") && answer.contains("a=simulcast:recv q;h;f"));
    }
}

#[test]
fn who_comes_late_sees_after_the_numbers_have_wrapped() {
    let mut world = World::new(Profile::Closed, 3);
    world.join(0, 1, Sends::everything());
    for layer in Layer::ALL {
        world.client(0).peer.stream(Kind::Camera, layer).sequence = 65_400;
    }
    world.client(0).peer.stream(Kind::Sound, Layer::Full).sequence = 65_500;
    world.join(1, 1, Sends::nothing());
    world.run(20 * SECOND);
    let sequence = world.client(0).peer.stream(Kind::Camera, Layer::Quarter).sequence;
    assert!(sequence > 65_536, "they have wrapped: {sequence}");
    no_faults(&world.heard(1, camera(0)));

    let asked = world.client(0).key_frames_asked.clone();
    world.join(2, 1, Sends::nothing());
    let took = world.run_until(SECOND, |world| world.heard(2, camera(0)).key_frames > 0);
    assert!(took < Duration::from_millis(500), "the first picture took {took:?}");
    assert_ne!(world.client(0).key_frames_asked, asked, "it was asked for");
    world.run(5 * SECOND);
    let late = world.heard(2, camera(0));
    no_faults(&late);
    assert_eq!((late.first_sequence, late.missing), (Some(1), 0));
    assert!(world.heard(2, Slot::Sound(seat(0))).packets > 200);
}

#[test]
fn numbers_times_and_pictures_wrap_on_the_way_unnoticed() {
    let mut world = sender_and_viewer(Sends::everything());
    for layer in Layer::ALL {
        let stream = world.client(0).peer.stream(Kind::Camera, layer);
        stream.sequence = 65_300;
        stream.picture = 0x7fc0;
        stream.time = u32::MAX - 90_000;
    }
    world.client(0).peer.stream(Kind::Sound, Layer::Full).time = u32::MAX - 48_000;
    world.run(10 * SECOND);
    let full = world.heard(1, camera(0));
    no_faults(&full);
    assert_eq!(full.missing, 0);
    assert_eq!(full.last_layer, Some(Layer::Full));
    let sound = world.heard(1, Slot::Sound(seat(0)));
    no_faults(&sound);
    assert!(sound.last_time.unwrap() < 48_000 * 20, "its time has wrapped: {sound:?}");
    let picture = world.client(0).peer.stream(Kind::Camera, Layer::Full).picture;
    assert!(picture < 0x1000, "its pictures have wrapped: {picture}");
}

#[test]
fn the_size_follows_the_bandwidth_down_and_up() {
    let mut world = sender_and_viewer(Sends::everything());
    world.run_until(15 * SECOND, |world| world.heard(1, camera(0)).last_layer == Some(Layer::Full));

    world.client(1).link.bits_per_second = Some(400_000);
    let down = world.run_until(20 * SECOND, |world| {
        world.heard(1, camera(0)).last_layer == Some(Layer::Quarter)
    });
    world.listen_anew();
    world.run(20 * SECOND);
    let narrow = world.heard(1, camera(0));
    no_faults(&narrow);
    assert!(narrow.longest_gap < SECOND, "the picture goes on: {narrow:?}");

    world.client(1).link.bits_per_second = None;
    let up = world
        .run_until(60 * SECOND, |world| world.heard(1, camera(0)).last_layer == Some(Layer::Full));
    no_faults(&world.heard(1, camera(0)));
    assert!(down < 12 * SECOND && up < 45 * SECOND, "down {down:?}, up {up:?}");
}

#[test]
fn the_packets_of_a_picture_are_not_taken_apart() {
    let mut world = sender_and_viewer(Sends { sound_every: None, ..Sends::everything() });
    world.run(15 * SECOND);
    let heard = world.heard(1, camera(0));
    assert_eq!(heard.last_layer, Some(Layer::Full), "{heard:?}");
    assert!(heard.longest_picture < Duration::from_millis(1), "{heard:?}");
    no_faults(&heard);
}

#[test]
fn who_wishes_for_nothing_gets_nothing_until_it_does() {
    let mut world = sender_and_viewer(Sends::everything());
    world.run(3 * SECOND);
    world.room.watch(seat(1), [(seat(0), Wish::Off)]);
    world.drain_room();
    world.run(SECOND);
    world.listen_anew();
    world.run(3 * SECOND);
    assert_eq!(world.heard(1, camera(0)).packets, 0);
    assert!(world.heard(1, Slot::Sound(seat(0))).packets > 100, "it is heard all the same");
    world.room.watch(seat(1), [(seat(0), Wish::UpTo(Layer::Half))]);
    world.drain_room();
    world.run(3 * SECOND);
    let back = world.heard(1, camera(0));
    no_faults(&back);
    assert_eq!(back.last_layer, Some(Layer::Half));
}

#[test]
fn who_begins_to_send_is_seen_from_the_first_picture_and_asked_for_no_other() {
    let mut world = World::new(Profile::Closed, 2);
    world.join(0, 1, Sends::nothing());
    world.run(2 * SECOND);
    world.join(1, 1, Sends::everything());
    world.run(2 * SECOND);
    no_faults(&world.heard(0, camera(1)));
    let asked = &world.client(1).key_frames_asked;
    assert_eq!(asked.get(&(Kind::Camera, Layer::Quarter)), None, "{asked:?}");
}

#[test]
fn a_receiver_that_has_lost_its_picture_gets_a_key_frame_and_not_a_storm_of_them() {
    let mut world = sender_and_viewer(Sends::everything());
    world.run(5 * SECOND);
    world.listen_anew();
    let before: u64 = world.client(0).key_frames_asked.values().sum();
    for _ in 0..100 {
        world.client(1).peer.ask_for_key_frame(camera(0));
        world.run(Duration::from_millis(20));
    }
    let asked = world.client(0).key_frames_asked.values().sum::<u64>() - before;
    assert!((2..=6).contains(&asked), "{asked} in two seconds");
    assert!(world.heard(1, camera(0)).key_frames >= 2);
}

#[test]
fn what_is_lost_is_sent_again() {
    let mut world = sender_and_viewer(Sends::everything());
    world.client(1).link.loses_one_in = Some(20);
    world.client(0).link.loses_one_in = Some(20);
    world.run(20 * SECOND);
    let heard = world.heard(1, camera(0));
    let sent = heard.packets + heard.missing;
    assert!(heard.packets > 2_000 && heard.missing * 100 < sent, "{heard:?}");
}

#[test]
fn the_screen_that_is_shown_is_that_of_who_began_last() {
    let mut world = World::new(Profile::Closed, 3);
    for number in 0..3 {
        world.join(number, 1, Sends::everything());
    }
    world.run(2 * SECOND);
    world.client(0).sends.screen = true;
    world.run(3 * SECOND);
    assert_eq!(world.heard(1, Slot::Shown).last_from, Some(0));
    assert_eq!(world.heard(0, Slot::Shown).packets, 0, "nobody is shown his own");
    world.client(1).sends.screen = true;
    world.run(3 * SECOND);
    assert_eq!(world.heard(2, Slot::Shown).last_from, Some(1));
    world.client(1).sends.screen = false;
    world.run(10 * SECOND);
    assert_eq!(world.heard(2, Slot::Shown).last_from, Some(0), "the other one's is shown again");
    no_faults(&world.heard(2, Slot::Shown));
}

#[test]
fn a_new_session_takes_the_place_of_the_old_one() {
    let mut world = sender_and_viewer(Sends::everything());
    world.run(3 * SECOND);
    let before = world.heard(1, camera(0));
    world.vanish(0);
    world.run(SECOND);
    world.join(0, 2, Sends::everything());
    world.run(5 * SECOND);
    let after = world.heard(1, camera(0));
    no_faults(&after);
    assert!(after.packets > before.packets + 400, "it goes on: {after:?}");
    assert_eq!(world.room.seats().count(), 2);
    let ways = world.routes.iter().filter(|route| matches!(route, Route::Ufrag(_))).count();
    assert_eq!(ways, 2, "{:?}", world.routes);
}

#[test]
fn a_restart_of_ice_from_another_network_loses_less_than_a_second() {
    let mut world = sender_and_viewer(Sends::everything());
    world.run(5 * SECOND);
    world.listen_anew();
    let elsewhere: SocketAddr = "198.51.100.9:5555".parse().unwrap();
    let client = world.client(0);
    (client.address, client.inside) = (elsewhere, elsewhere);
    client.peer.move_to(elsewhere);
    world.restart_ice(0, 1);
    world.run(10 * SECOND);
    let heard = world.heard(1, camera(0));
    no_faults(&heard);
    assert!(heard.longest_gap < SECOND, "{heard:?}");
    assert!(world.routes.contains(&Route::Source(elsewhere)), "{:?}", world.routes);
    assert!(!world.happened(Event::Disconnected(seat(0))));
}

#[test]
fn a_router_that_gives_another_port_is_followed() {
    let mut world = World::new(Profile::Closed, 2);
    world.join(0, 1, Sends::everything());
    world.join(1, 1, Sends::everything());
    world.run(5 * SECOND);
    world.client(0).address.set_port(60_000);
    world.run(10 * SECOND);
    world.listen_anew();
    world.run(5 * SECOND);
    no_faults(&world.heard(1, camera(0)));
    no_faults(&world.heard(0, camera(1)));
}

#[test]
fn a_network_that_is_dead_for_a_while_is_outlived() {
    for (dead, same_session) in [(5, true), (15, true), (40, false)] {
        let mut world = World::new(Profile::Closed, 2);
        world.join(0, 1, Sends::everything());
        world.join(1, 1, Sends::everything());
        world.run(5 * SECOND);
        world.client(0).link.blackhole = true;
        world.run(dead * SECOND);
        // Fifteen seconds are just when it is given up.
        let lost = world.happened(Event::Disconnected(seat(0)));
        assert!(dead == 15 || lost == (dead > 15), "after {dead} s");
        world.client(0).link = Link::default();
        if !same_session {
            world.join(0, 2, Sends::everything());
        }
        world.run(8 * SECOND);
        world.listen_anew();
        world.run(3 * SECOND);
        for (by, of) in [(0, 1), (1, 0)] {
            let heard = world.heard(by, camera(of));
            assert!(heard.packets > 50, "{by} sees {of} after {dead} s: {heard:?}");
            no_faults(&heard);
        }
    }
}

#[test]
fn who_leaves_is_forgotten() {
    let mut world = World::new(Profile::Closed, 2);
    world.join(0, 1, Sends::everything());
    world.join(1, 1, Sends::everything());
    world.run(3 * SECOND);
    world.room.leave(seat(0));
    world.drain_room();
    assert!(world.happened(Event::Disconnected(seat(0))));
    world.run_until(SECOND, |world| !world.clients[&seat(0)].connected);
    world.listen_anew();
    world.run(3 * SECOND);
    assert_eq!(world.heard(1, camera(0)).packets, 0);
    world.room.close_all();
    world.drain_room();
    assert_eq!(world.routes, []);
    assert_eq!(world.room.seats().count(), 0);
}

#[test]
fn forged_requests_leave_nothing_and_are_answered_with_nothing() {
    let mut world = sender_and_viewer(Sends::everything());
    world.run(3 * SECOND);
    let routes = world.routes.clone();
    let ufrag = routes.iter().find_map(|route| match route {
        Route::Ufrag(ufrag) => Some(ufrag.clone()),
        Route::Source(_) => None,
    });
    let ufrag = ufrag.unwrap();
    for number in 0..1_000_u32 {
        let source = SocketAddr::from(([198, 51, (number >> 8) as u8, number as u8], 4_000));
        let datagram = forged(&format!("{ufrag}:evil"), number);
        let sent = world.sent;
        world.room.handle_datagram(world.now, source, SERVER.into(), &datagram);
        world.drain_room();
        assert_eq!(world.sent, sent, "nothing goes out for it");
    }
    assert_eq!(world.routes, routes);
    world.listen_anew();
    world.run(3 * SECOND);
    no_faults(&world.heard(1, camera(0)));
}

/// A binding request with a user name and a MESSAGE-INTEGRITY that is wrong.
fn forged(username: &str, number: u32) -> Vec<u8> {
    let mut attributes = Vec::new();
    let mut add = |kind: u16, value: &[u8]| {
        attributes.extend(kind.to_be_bytes());
        attributes.extend((value.len() as u16).to_be_bytes());
        attributes.extend(value);
        attributes.resize(attributes.len().next_multiple_of(4), 0);
    };
    add(0x0006, username.as_bytes());
    add(0x0024, &[0x6e, 0, 1, 0xff]);
    add(0x802a, &[1; 8]);
    add(0x0025, &[]);
    add(0x0008, &[number as u8; 20]);
    let mut datagram = vec![0, 1];
    datagram.extend((attributes.len() as u16).to_be_bytes());
    datagram.extend([0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0]);
    datagram.extend(number.to_be_bytes());
    datagram.extend(attributes);
    datagram
}

#[test]
fn garbage_from_strangers_and_from_a_seat_itself_harms_nobody() {
    let mut world = sender_and_viewer(Sends::everything());
    world.run(3 * SECOND);
    let known = world.client(0).address;
    let stranger: SocketAddr = "198.51.100.1:1".parse().unwrap();
    let mut state = 1_u64;
    for number in 0..4_000_usize {
        let bytes: Vec<u8> = (0..number % 300)
            .map(|index| {
                // An xorshift; the first byte goes through all that tells protocols apart.
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                if index == 0 { number as u8 } else { state as u8 }
            })
            .collect();
        let source = if number % 2 == 0 { known } else { stranger };
        world.room.handle_datagram(world.now, source, SERVER.into(), &bytes);
        world.drain_room();
    }
    world.listen_anew();
    world.run(3 * SECOND);
    no_faults(&world.heard(1, camera(0)));
}

#[test]
fn who_floods_the_room_costs_the_others_no_more_than_a_line_that_is_full() {
    let mut world = World::new(Profile::Closed, 3);
    world.join(0, 1, Sends { screen: true, ..Sends::nothing() });
    world.join(1, 1, Sends::everything());
    world.join(2, 1, Sends::nothing());
    world.run(3 * SECOND);
    world.listen_anew();
    // 44 Mbit/s.
    for tick in 0..500 {
        let now = world.now;
        let flood = [1_100; 50];
        let screen = (Kind::Screen, Layer::Full);
        world.client(0).peer.send_picture(now, screen, tick * 900, tick == 0, &flood, b"0s");
        world.drain_client(seat(0));
        world.run(Duration::from_millis(10));
    }
    let flooded = world.heard(2, Slot::Shown).packets;
    assert!((500..6_000).contains(&flooded), "{flooded} of 25,000");
    // A screen goes before cameras, be it as large as this one; whoever speaks is heard.
    let heard = world.heard(2, Slot::Sound(seat(1)));
    no_faults(&heard);
    assert!(heard.longest_gap < SECOND / 10, "{heard:?}");
}

#[test]
fn who_has_no_seat_and_what_is_no_offer_are_refused_and_change_nothing() {
    let mut world = sender_and_viewer(Sends::everything());
    world.run(2 * SECOND);
    let seats = world.seats.clone();
    let refused = world.room.join(world.now, seat(9), 1, &seats, "");
    assert!(matches!(refused, Err(JoinError::NoSuchSeat(SeatNumber(9)))));
    let many: Vec<_> = (0..26).map(SeatNumber).collect();
    let refused = world.room.join(world.now, seat(0), 1, &many, "");
    assert!(matches!(refused, Err(JoinError::TooManySeats)));
    for session in [1, 2] {
        assert!(world.room.join(world.now, seat(0), session, &seats, "v=0").is_err());
    }
    world.drain_room();
    world.listen_anew();
    world.run(2 * SECOND);
    no_faults(&world.heard(1, camera(0)));
}

#[test]
fn twenty_five_seats_see_all_the_others() {
    let mut world = World::new(Profile::Closed, 25);
    let sends = Sends { picture_every: Some(Duration::from_millis(200)), ..Sends::seldom() };
    for number in 0..25 {
        world.join(number, 1, Sends { layers: vec![Layer::Quarter], ..sends.clone() });
    }
    world.run(12 * SECOND);
    for by in 0..25 {
        for of in (0..25).filter(|of| *of != by) {
            let heard = world.heard(by, camera(of));
            assert!(heard.packets > 15, "{by} sees {of}: {heard:?}");
            no_faults(&heard);
        }
    }
}
