#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(name) = sfu::stun_ufrag(bytes) {
        assert!(name.len() <= bytes.len());
    }
    let _ = sfu::starts_key_frame(bytes);
});
