use std::io::Write as _;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// A text that is made once and sent to many, compressed to those who take it so. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Text(Arc<Forms>);

#[derive(Debug)]
struct Forms {
    plain: Bytes,
    gzip: OnceLock<Bytes>,
}

impl Text {
    /// As it is.
    pub fn plain(&self) -> &Bytes {
        &self.0.plain
    }

    /// Compressed with gzip, when this is first asked for.
    pub fn gzip(&self) -> &Bytes {
        self.0.gzip.get_or_init(|| {
            // Playlists repeat themselves, and live for half a second: the least effort will do.
            let plain = &self.0.plain;
            let mut encoder =
                GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
            match encoder.write_all(plain).and_then(|()| encoder.finish()) {
                Ok(bytes) => bytes.into(),
                Err(_) => unreachable!("a vector takes every byte"),
            }
        })
    }
}

impl From<Bytes> for Text {
    fn from(plain: Bytes) -> Self {
        Self(Arc::new(Forms { plain, gzip: OnceLock::new() }))
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.0.plain == other.0.plain
    }
}

impl Eq for Text {}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn it_is_compressed_once_and_gives_itself_back() {
        let text = Text::from(Bytes::from("#EXTINF:2,\nsegment-1.m4s\n".repeat(100)));
        let same = text.clone();
        assert_eq!(text.gzip().as_ptr(), same.gzip().as_ptr());
        assert!(text.gzip().len() * 5 < text.plain().len());
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&text.gzip()[..]).read_to_end(&mut back).unwrap();
        assert_eq!(&back[..], &text.plain()[..]);
    }
}
