//! Any bytes as FLV, in pieces of any size: tags or a reason, the same whatever the pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media_io::flv::Reader;

fuzz_target!(|input: (u8, &[u8])| {
    let (piece, bytes) = input;
    let whole = read(bytes, bytes.len().max(1));
    assert_eq!(read(bytes, usize::from(piece).max(1)), whole);
});

fn read(bytes: &[u8], piece: usize) -> Vec<String> {
    let mut reader = Reader::new();
    let mut seen = Vec::new();
    for piece in bytes.chunks(piece) {
        reader.push(piece);
        loop {
            match reader.next_tag() {
                Ok(Some(tag)) => seen.push(format!("{tag:?}")),
                Ok(None) => break,
                Err(why) => {
                    seen.push(why.to_string());
                    return seen;
                }
            }
        }
    }
    seen
}
