use std::borrow::Cow;

use super::Parts;
use crate::bytes::{le24, le32, slice};
use crate::metadata::exif;
use crate::orientation::Orientation;
use crate::{Format, Rejected};

/// Walks the RIFF chunks, decoding nothing.
pub(crate) fn read(bytes: &[u8]) -> Result<Parts<'_>, Rejected> {
    let end = (le32(bytes, 4).ok_or(Rejected::Truncated)? as usize).saturating_add(8);
    let bytes = bytes.get(..end).ok_or(Rejected::Truncated)?;
    let mut size = None;
    let mut exif = None;
    let mut xmp = None;
    let mut at = 12;
    while let Some(kind) = slice(bytes, at, 4) {
        let length = le32(bytes, at + 4).ok_or(Rejected::Truncated)? as usize;
        let data = slice(bytes, at + 8, length).ok_or(Rejected::Truncated)?;
        match kind {
            b"VP8X" => {
                if data.first().is_some_and(|flags| flags & ANIMATED != 0) {
                    return Err(Rejected::Animated);
                }
                size = le24(data, 4).zip(le24(data, 7)).map(|(w, h)| (w + 1, h + 1));
            }
            b"VP8 " => size = size.or_else(|| lossy_size(data)),
            b"VP8L" => size = size.or_else(|| lossless_size(data)),
            b"EXIF" => {
                // Some programs keep JPEG's prefix here, which the format does not want.
                exif = Some(Cow::Borrowed(data.strip_prefix(b"Exif\0\0").unwrap_or(data)));
            }
            b"XMP " => xmp = Some(Cow::Borrowed(data)),
            _ => {}
        }
        at += 8 + length + length % 2;
    }
    let (width, height) =
        size.ok_or_else(|| Rejected::Damaged("a WebP without a picture".into()))?;
    let orientation = exif.as_deref().and_then(exif::orientation).unwrap_or(Orientation::UPRIGHT);
    Ok(Parts { format: Format::WebP, width, height, orientation, exif, xmp, resources: None })
}

const ANIMATED: u8 = 0b10;

fn lossy_size(data: &[u8]) -> Option<(u32, u32)> {
    slice(data, 3, 3).filter(|start| start == b"\x9d\x01\x2a")?;
    let sides = le32(data, 6)?;
    Some((sides & 0x3FFF, sides >> 16 & 0x3FFF))
}

fn lossless_size(data: &[u8]) -> Option<(u32, u32)> {
    data.first().filter(|&&signature| signature == 0x2F)?;
    let sides = le32(data, 1)?;
    Some(((sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1))
}
