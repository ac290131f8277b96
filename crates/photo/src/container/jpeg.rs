use std::borrow::Cow;

use super::Parts;
use crate::bytes::{be16, slice};
use crate::metadata::exif;
use crate::orientation::Orientation;
use crate::{Format, Rejected};

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";

/// Walks the markers up to the picture's end, decoding nothing.
pub(crate) fn read(bytes: &[u8]) -> Result<Parts<'_>, Rejected> {
    let mut size = None;
    let mut exif = None;
    let mut xmp = None;
    let mut resources: Option<Cow<'_, [u8]>> = None;
    let mut at = 2;
    loop {
        at = next_marker(bytes, at).ok_or(Rejected::Truncated)?;
        let marker = bytes[at - 1];
        if marker == EOI {
            break;
        }
        if matches!(marker, 0x01 | 0xD0..=0xD8) {
            continue;
        }
        let length = usize::from(be16(bytes, at).ok_or(Rejected::Truncated)?);
        if length < 2 {
            return Err(Rejected::Damaged("a JPEG segment without a length".into()));
        }
        let segment = slice(bytes, at + 2, length - 2).ok_or(Rejected::Truncated)?;
        at += length;
        match marker {
            // Every start of frame but DHT (C4), JPG (C8) and DAC (CC), which share its range.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                let height = be16(segment, 1).ok_or(Rejected::Truncated)?;
                let width = be16(segment, 3).ok_or(Rejected::Truncated)?;
                size.get_or_insert((u32::from(width), u32::from(height)));
            }
            0xE1 => {
                if let Some(tiff) = segment.strip_prefix(EXIF) {
                    exif.get_or_insert(Cow::Borrowed(tiff));
                } else if let Some(packet) = segment.strip_prefix(XMP) {
                    xmp.get_or_insert(Cow::Borrowed(packet));
                }
            }
            // A long record continues in the next segment.
            0xED => {
                if let Some(more) = segment.strip_prefix(PHOTOSHOP) {
                    match &mut resources {
                        Some(so_far) => so_far.to_mut().extend_from_slice(more),
                        None => resources = Some(Cow::Borrowed(more)),
                    }
                }
            }
            _ => {}
        }
    }
    let (width, height) =
        size.ok_or_else(|| Rejected::Damaged("a JPEG without a picture".into()))?;
    let orientation = exif.as_deref().and_then(exif::orientation).unwrap_or(Orientation::UPRIGHT);
    Ok(Parts { format: Format::Jpeg, width, height, orientation, exif, xmp, resources })
}

const EOI: u8 = 0xD9;

/// The place just after the next marker, skipping coded data and padding.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xFF)?;
        while *bytes.get(at)? == 0xFF {
            at += 1;
        }
        at += 1;
        if bytes[at - 1] != 0 {
            return Some(at);
        }
    }
}
