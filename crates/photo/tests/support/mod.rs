//! What the tests share: fixtures, uploads made on the spot, and an eye for colours.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "clippy does not see that this is part of a test")]

use photo::{Focal, Metadata, Picture, plan};

/// Red, green, blue and white, as the fixtures' quarters are.
pub(crate) const RED: [u8; 3] = [0xE0, 0x20, 0x20];
pub(crate) const GREEN: [u8; 3] = [0x20, 0xC0, 0x40];
pub(crate) const BLUE: [u8; 3] = [0x20, 0x40, 0xD0];
pub(crate) const WHITE: [u8; 3] = [0xF0, 0xF0, 0xF0];

/// A file of `fixtures/photos`.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/photos/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

/// Every still picture among the fixtures.
pub(crate) const STILLS: [&str; 15] = [
    "cmyk.jpg",
    "deep.png",
    "exif.jpg",
    "iptc-latin1.jpg",
    "iptc-utf8.jpg",
    "limited-422.avif",
    "palette.png",
    "press.avif",
    "press.jpg",
    "press.png",
    "press.webp",
    "ten-bit-420.avif",
    "transparent.avif",
    "transparent.webp",
    "turned.avif",
];

/// Pixels with a colour for each quarter: top left, top right, bottom left, bottom right.
pub(crate) fn quarters(width: u16, height: u16, colors: [[u8; 3]; 4]) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let quarter = usize::from(y >= height / 2) * 2 + usize::from(x >= width / 2);
            pixels.extend(colors[quarter]);
        }
    }
    pixels
}

/// A JPEG of RGB pixels, with the profile and the EXIF orientation that are asked for.
pub(crate) fn jpeg(
    pixels: &[u8],
    width: u16,
    height: u16,
    orientation: Option<u8>,
    icc: Option<&[u8]>,
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 95);
    if let Some(orientation) = orientation {
        let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        tiff.extend([orientation, 0, 0, 0, 0, 0, 0]);
        encoder.add_exif_metadata(&tiff).unwrap();
    }
    if let Some(icc) = icc {
        encoder.add_icc_profile(icc).unwrap();
    }
    encoder.encode(pixels, width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    file
}

/// One rendition of an upload, by its name.
pub(crate) fn rendition(upload: &[u8], name: &str, focal: Focal) -> Vec<u8> {
    let picture = Picture::decode(upload).unwrap();
    let (width, height) = picture.size();
    let spec = plan(width, height).into_iter().find(|spec| spec.name == name).unwrap();
    picture.render(&spec, focal, &Metadata::default()).unwrap()
}

/// The colours in the middle of a JPEG's quarters.
pub(crate) fn colors_of_quarters(jpeg: &[u8]) -> [[u8; 3]; 4] {
    let cursor = zune_core::bytestream::ZCursor::new(jpeg);
    let mut decoder = zune_jpeg::JpegDecoder::new(cursor);
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| {
        let at = (height * y / 4 * width + width * x / 4) * 3;
        pixels[at..at + 3].try_into().unwrap()
    })
}

/// The colours of an upload's quarters, seen through its JPEG rendition of its own width.
pub(crate) fn colors_of_upload(upload: &[u8]) -> [[u8; 3]; 4] {
    let width = photo::inspect(upload).unwrap().width;
    colors_of_quarters(&rendition(upload, &format!("w{width}.jpg"), Focal::default()))
}

#[track_caller]
pub(crate) fn assert_alike(seen: [[u8; 3]; 4], wanted: [[u8; 3]; 4], tolerance: u8, what: &str) {
    let alike = seen.iter().flatten().zip(wanted.iter().flatten());
    assert!(
        alike.clone().all(|(a, b)| a.abs_diff(*b) <= tolerance),
        "{what}: saw {seen:?}, wanted {wanted:?}"
    );
}
