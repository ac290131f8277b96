//! Any bytes as what a publisher sends: events or a reason, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media_io::rtmp::{Event, Session};

fuzz_target!(|bytes: &[u8]| {
    let mut session = Session::new();
    // Nobody finds the handshake's length by chance, and nothing in it is looked at.
    session.push(&[&[3][..], &[0; 3072]].concat());
    for piece in bytes.chunks(1000) {
        session.push(piece);
        loop {
            match session.next_event() {
                Ok(Some(Event::Asks { .. })) => session.admit(),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return,
            }
        }
        let _ = session.outgoing();
    }
});
