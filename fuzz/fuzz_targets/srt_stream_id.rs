//! Any text as what a caller of SRT shows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media_io::srt::{Asked, read_stream_id};

fuzz_target!(|shown: &str| {
    if let Asked::Publish(key) = read_stream_id(shown) {
        assert!(!key.is_empty() && shown.contains(&key));
    }
});
