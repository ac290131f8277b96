//! A whole meeting of 7,320 seconds in simulated time, on every test run.
//!
//! To be done in seconds it sends two sounds and one picture in a second; what wraps begins near its wrap,
//! so that it wraps all the same: the sequence numbers of all sizes, the numbers of pictures, and the
//! times.

mod support;

use std::time::Duration;

use sfu::peer::Slot;
use sfu::{Event, Kind, Layer, Profile, Wish};
use support::{Link, Sends, World, seat};

const SECOND: Duration = Duration::from_secs(1);
const MEETING: u64 = 7_320;

/// Something that happens in a second of the meeting.
enum Act {
    Join(u8, u64),
    Dead(u8),
    Alive(u8),
    Narrow(u8, Option<u64>),
    Lossy(u8, Option<u32>),
    NewPort(u8),
    RestartIce(u8, u64),
    Rejoin(u8, u64),
}

fn plan() -> Vec<(u64, Act)> {
    use Act::*;
    let mut acts = vec![
        (0, Join(0, 1)),
        (0, Join(1, 1)),
        (60, Join(2, 1)),
        (300, Join(3, 1)),
        (1_800, Join(4, 1)),
        (3_660, Join(5, 1)),
        (900, Dead(2)),
        (905, Alive(2)),
        (1_500, Dead(3)),
        (1_515, Alive(3)),
        (2_400, Dead(2)),
        (2_440, Rejoin(2, 2)),
        (3_000, Narrow(3, Some(300_000))),
        (3_120, Narrow(3, None)),
        (4_200, Lossy(4, Some(20))),
        (4_320, Lossy(4, None)),
        (7_140, RestartIce(1, 1)),
        // A page that is loaded again at the very end.
        (7_260, Rejoin(5, 2)),
    ];
    acts.extend((1..12).map(|ten| (ten * 600 + 30, NewPort(0))));
    acts.sort_by_key(|(at, _)| *at);
    acts
}

fn join(world: &mut World, number: u8, session: u64) {
    world.join(number, session, Sends::seldom());
    let peer = &mut world.client(number).peer;
    for layer in Layer::ALL {
        let stream = peer.stream(Kind::Camera, layer);
        (stream.sequence, stream.picture, stream.time) = (65_000, 0x7f00, u32::MAX - 900_000);
    }
    let sound = peer.stream(Kind::Sound, Layer::Full);
    (sound.sequence, sound.time) = (65_000, u32::MAX - 480_000);
    for other in (0..6).filter(|other| *other != number) {
        let layer = if other % 2 == 0 { Layer::Full } else { Layer::Quarter };
        world.room.watch(seat(number), [(seat(other), Wish::UpTo(layer))]);
    }
    world.drain_room();
}

#[test]
fn a_meeting_of_two_hours_and_two_minutes() {
    let mut world = World::new(Profile::Closed, 6);
    let mut acts = plan().into_iter().peekable();
    let mut most_routes = 0;
    for second in 0..MEETING {
        while let Some((_, act)) = acts.next_if(|(at, _)| *at == second) {
            match act {
                Act::Join(number, session) => join(&mut world, number, session),
                Act::Rejoin(number, session) => {
                    world.client(number).link = Link::default();
                    join(&mut world, number, session);
                }
                Act::Dead(number) => world.client(number).link.blackhole = true,
                Act::Alive(number) => world.client(number).link.blackhole = false,
                Act::Narrow(number, rate) => world.client(number).link.bits_per_second = rate,
                Act::Lossy(number, one_in) => world.client(number).link.loses_one_in = one_in,
                Act::NewPort(number) => {
                    let port = world.client(number).address.port() + 1;
                    world.client(number).address.set_port(port);
                }
                Act::RestartIce(number, session) => world.restart_ice(number, session),
            }
        }
        world.run(SECOND);
        most_routes = most_routes.max(world.routes.len());
        if second % 60 == 59 {
            check(&mut world, second);
        }
    }
    assert_eq!(acts.count(), 0, "all has happened");
    assert!(most_routes <= 6 * 17, "{most_routes} ways were open at once");
    let ended = |number| {
        world.events.iter().filter(|(_, e)| *e == Event::Disconnected(seat(number))).count()
    };
    assert_eq!([0, 1, 4].map(ended), [0; 3], "nobody is lost who was there all the time");
    // The last one has only just come again.
    for number in 0..5 {
        let sequence = world.client(number).peer.stream(Kind::Camera, Layer::Full).sequence;
        assert!(sequence > 65_536, "{number} has wrapped: {sequence}");
    }
}

/// In each minute everybody who is there has seen and heard everybody.
fn check(world: &mut World, second: u64) {
    let there: Vec<u8> = world.clients.keys().map(|seat| seat.0).collect();
    for by in &there {
        for of in there.iter().filter(|of| *of != by) {
            for slot in [Slot::Camera(seat(*of)), Slot::Sound(seat(*of))] {
                let heard = world.heard(*by, slot);
                assert_eq!(heard.faults, Vec::<String>::new(), "{by} of {of} until {second}");
                // Half of a minute, if a network was dead for the other half.
                assert!(heard.packets > 14, "{by} of {of} until {second}: {heard:?}");
            }
        }
    }
    for client in world.clients.values_mut() {
        for heard in client.heard.values_mut() {
            heard.packets = 0;
        }
    }
}
