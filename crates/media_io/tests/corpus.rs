//! The corpora of the fuzzers, read as the fuzzers read them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use media_io::flv;
use media_io::rtmp::{Event, Session};

/// Reads each file of a folder of fixtures in pieces of several sizes, which must make no difference,
/// and says of each whether it is good: its name begins so.
fn check(folder: &str, read: impl Fn(&[u8], usize) -> (Vec<String>, bool)) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(folder);
    let mut files = 0;
    for entry in fs::read_dir(&root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = fs::read(&path).unwrap();
        let (whole, good) = read(&bytes, bytes.len());
        for piece in [1, 7, 1000] {
            assert_eq!(read(&bytes, piece).0, whole, "{name} in pieces of {piece}");
        }
        assert_eq!(good, name.starts_with("good-"), "{name}: {whole:?}");
        files += 1;
    }
    assert!(files >= 7, "{} has only {files} files", root.display());
}

#[test]
fn flv_is_read_or_refused() {
    check("flv", |bytes, piece| {
        let mut reader = flv::Reader::new();
        let mut seen = Vec::new();
        for piece in bytes.chunks(piece) {
            reader.push(piece);
            loop {
                match reader.next_tag() {
                    Ok(Some(tag)) => seen.push(format!("{tag:?}")),
                    Ok(None) => break,
                    Err(why) => {
                        seen.push(why.to_string());
                        return (seen, false);
                    }
                }
            }
        }
        let good = !seen.is_empty();
        (seen, good)
    });
}

#[test]
fn publishers_are_understood_or_refused() {
    check("rtmp", |bytes, piece| {
        let mut session = Session::new();
        session.push(&[&[3][..], &[0; 3072]].concat());
        let mut seen = Vec::new();
        let mut admitted = false;
        for piece in bytes.chunks(piece) {
            session.push(piece);
            loop {
                match session.next_event() {
                    Ok(Some(event)) => {
                        if matches!(event, Event::Asks { .. }) {
                            session.admit();
                            admitted = true;
                        }
                        seen.push(format!("{event:?}"));
                    }
                    Ok(None) => break,
                    Err(why) => {
                        seen.push(why.to_string());
                        return (seen, false);
                    }
                }
            }
        }
        (seen, admitted)
    });
}
