//! Any bytes as a transport stream, in pieces of any size: the same events whatever the pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media::ts::{Demuxer, Event};

fuzz_target!(|input: (u8, &[u8])| {
    let (piece, bytes) = input;
    assert_eq!(read(bytes, usize::from(piece).max(1)), read(bytes, bytes.len().max(1)));
});

fn read(bytes: &[u8], piece: usize) -> Vec<Event> {
    let mut demuxer = Demuxer::default();
    for piece in bytes.chunks(piece) {
        demuxer.push(piece);
    }
    demuxer.finish();
    std::iter::from_fn(|| demuxer.next_event()).collect()
}
