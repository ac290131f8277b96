//! Any bytes as what a client of TURN sends, before it has an allocation and after: answers or a reason,
//! never a panic, and never a peer that is no room.
#![no_main]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use base::Timestamp;
use libfuzzer_sys::fuzz_target;
use sfu::peer::turn::Client;
use sfu::turn::{Config, Event, FRAME_MAX, Secret, Server};

fuzz_target!(|input: (bool, Vec<Vec<u8>>)| {
    let (allocated, pieces) = input;
    let rooms = SocketAddr::from(([203, 0, 113, 7], 8081));
    let wall = Timestamp::from_micros(1_790_000_000_000_000);
    let now = Instant::now();
    let secret = Secret::new([7; 32]);
    let shown = secret.credentials("seat", wall.plus(Duration::from_secs(60)));
    let config = Config { secret, peers: vec![rooms] };
    let mut server = Server::new(now, config, rooms, [3; 16]);
    let mut client = Client::new(&shown.username, &shown.password);
    let mut sent = Vec::new();
    if allocated {
        // Nobody finds a signature by chance.
        for _ in 0..2 {
            sent.push(client.allocate());
            hear(&mut server, now, wall, &mut sent, rooms);
            client.push(server.outgoing());
            server.outgoing().clear();
            let _ = client.next_said();
        }
        sent.push(client.bind(0x4000, rooms));
    }
    for piece in pieces {
        sent.push(piece);
        if !hear(&mut server, now, wall, &mut sent, rooms) {
            return;
        }
        server.relay(now, rooms, b"there");
        let _ = client.next_said();
        client.push(server.outgoing());
        server.outgoing().clear();
    }
});

fn hear(
    server: &mut Server,
    now: Instant,
    wall: Timestamp,
    sent: &mut Vec<Vec<u8>>,
    rooms: SocketAddr,
) -> bool {
    for bytes in sent.drain(..) {
        for piece in bytes.chunks(FRAME_MAX) {
            server.push(piece);
            loop {
                match server.next_event(now, wall) {
                    Ok(Some(Event::Asks { .. })) => {
                        server.allocate(now, Some(SocketAddr::from(([192, 0, 0, 8], 5))));
                    }
                    Ok(Some(Event::Sends { to, .. })) => assert_eq!(to, rooms),
                    Ok(None) => break,
                    Err(_) => return false,
                }
            }
        }
    }
    true
}
