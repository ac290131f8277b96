use std::borrow::Cow;

use super::Parts;
use crate::bytes::{be32, slice};
use crate::metadata::exif;
use crate::orientation::Orientation;
use crate::{Format, Rejected};

pub(crate) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Walks the chunks up to the last, decoding nothing.
pub(crate) fn read(bytes: &[u8]) -> Result<Parts<'_>, Rejected> {
    let mut size = None;
    let mut exif = None;
    let mut xmp = None;
    let mut at = SIGNATURE.len();
    loop {
        let length = be32(bytes, at).ok_or(Rejected::Truncated)? as usize;
        let kind = slice(bytes, at + 4, 4).ok_or(Rejected::Truncated)?;
        // With the checksum that ends each chunk.
        let data = slice(bytes, at + 8, length + 4).ok_or(Rejected::Truncated);
        let data = data.map(|data| &data[..length]);
        if size.is_none() && kind != b"IHDR" {
            return Err(Rejected::Damaged("a PNG without a header".into()));
        }
        match kind {
            b"IHDR" => {
                let data = data.clone()?;
                let side = |at| be32(data, at).ok_or(Rejected::Truncated);
                size = Some((side(0)?, side(4)?));
            }
            b"acTL" => return Err(Rejected::Animated),
            b"eXIf" => exif = Some(Cow::Borrowed(data.clone()?)),
            b"iTXt" => xmp = xmp.or(xmp_packet(data.clone()?).map(Cow::Borrowed)),
            b"IEND" => {
                data?;
                break;
            }
            _ => {}
        }
        // The size is known before the end is found to be missing: it is the better reason.
        if let (Some((width, height)), true) = (size, data.is_err()) {
            crate::inspect::check_size(width, height)?;
        }
        at += 12 + data?.len();
    }
    let (width, height) = size.ok_or(Rejected::Truncated)?;
    let orientation = exif.as_deref().and_then(exif::orientation).unwrap_or(Orientation::UPRIGHT);
    Ok(Parts { format: Format::Png, width, height, orientation, exif, xmp, resources: None })
}

/// Compressed packets are left alone: nobody writes them, and they could be bombs.
fn xmp_packet(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(b"XML:com.adobe.xmp\0\0")?.get(1..)?;
    let language_end = rest.iter().position(|&byte| byte == 0)? + 1;
    let keyword_end = rest[language_end..].iter().position(|&byte| byte == 0)? + 1;
    Some(&rest[language_end + keyword_end..])
}
