//! Any text as a playlist's query and as a name of media: refused or understood, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use media::MediaName;
use media::reload::Directives;

fuzz_target!(|text: &str| {
    let _ = Directives::parse(text);
    if let Ok(name) = text.parse::<MediaName>() {
        assert_eq!(name.to_string(), text);
    }
});
