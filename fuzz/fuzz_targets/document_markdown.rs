//! Any text is Markdown, and the document it becomes survives going out and coming in again.
#![no_main]

use base::PhotoId;
use document::markdown::{Image, PhotoFile, PhotoNames, Resolver, from_markdown, to_markdown};
use libfuzzer_sys::fuzz_target;

struct NoFiles;

impl Resolver for NoFiles {
    fn photo(&mut self, _: &Image) -> Option<PhotoId> {
        None
    }
}

impl PhotoNames for NoFiles {
    fn photo(&self, _: PhotoId) -> Option<PhotoFile> {
        None
    }
}

fuzz_target!(|text: &str| {
    if let Ok((document, _)) = from_markdown(text, &mut NoFiles) {
        let markdown = to_markdown(&document, &NoFiles);
        let (again, _) = from_markdown(&markdown, &mut NoFiles).expect("its own Markdown is taken");
        assert_eq!(again, document, "{markdown}");
    }
});
