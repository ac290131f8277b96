//! Any JSON is refused, or becomes a document whose own JSON gives it again.
#![no_main]

use document::Document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(document) = Document::from_json_str(text) {
        assert_eq!(Document::parse(&document.to_json()).as_ref(), Ok(&document));
        let _ = (document.to_text(), document.summary(200));
    }
});
