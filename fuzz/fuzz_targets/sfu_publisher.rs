#![no_main]

use std::time::Instant;

use libfuzzer_sys::fuzz_target;
use sfu::publisher::Publisher;

fuzz_target!(|text: &str| {
    let now = Instant::now();
    let server = ([192, 0, 2, 1], 4433).into();
    if let Ok((mut publisher, _)) = Publisher::new(now, &[server], text) {
        let _ = publisher.restart_ice(text);
        publisher.handle_datagram(now, server, server, text.as_bytes());
    }
});
