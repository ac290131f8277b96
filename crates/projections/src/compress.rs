//! The forms in which a page is sent.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

/// Names a body: a weak validator (RFC 9110 §8.8.1), since one name serves all its encodings.
pub(crate) fn etag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let name: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{name}\"")
}

/// As small as is worth the wait of the first reader.
pub(crate) fn gzip(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 3), Compression::new(5));
    match encoder.write_all(body).and_then(|()| encoder.finish()) {
        Ok(bytes) => bytes.into(),
        Err(_) => unreachable!("a vector takes every byte"),
    }
}

/// The same, in Brotli.
pub(crate) fn brotli(body: &[u8]) -> Bytes {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 5,
        lgwin: 18,
        size_hint: body.len(),
        ..Default::default()
    };
    let mut bytes = Vec::with_capacity(body.len() / 3);
    match brotli::BrotliCompress(&mut &*body, &mut bytes, &params) {
        Ok(_) => bytes.into(),
        Err(_) => unreachable!("a vector takes every byte"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn every_form_gives_the_body_back() {
        let body = b"behind closed doors ".repeat(400);
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(&*gzip(&body)).read_to_end(&mut text).unwrap();
        assert_eq!(text, body);
        let mut text = Vec::new();
        brotli::Decompressor::new(&*brotli(&body), 4_096).read_to_end(&mut text).unwrap();
        assert_eq!(text, body);
    }
}
