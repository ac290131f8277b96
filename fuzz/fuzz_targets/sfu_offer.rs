#![no_main]

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use libfuzzer_sys::fuzz_target;
use sfu::{Output, Profile, Room, SeatNumber};

// Whatever is offered, the room answers or refuses, and has nothing to do at once for ever.
fuzz_target!(|offer: &str| {
    let now = Instant::now();
    let ours = SocketAddr::from((Ipv4Addr::LOCALHOST, 4433));
    let mut room = Room::new(now, Profile::Open, vec![ours]);
    let seats = [SeatNumber(0), SeatNumber(1)];
    let _ = room.join(now, SeatNumber(0), 1, &seats, offer);
    while !matches!(room.poll_output(now), Output::Timeout(_)) {}
});
