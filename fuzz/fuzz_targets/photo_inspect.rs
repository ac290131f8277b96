//! Any bytes as an upload: refused or understood, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(seen) = photo::inspect(bytes) else { return };
    // The limits of an upload are too generous for a fuzzer's pace.
    if u64::from(seen.width) * u64::from(seen.height) <= 1 << 16 {
        let _ = photo::Picture::decode(bytes);
    }
});
