use super::{Metadata, clean};
use crate::bytes::slice;
use crate::orientation::Orientation;

/// Reads the few tags that are wanted, and no other: not the place, above all.
pub(crate) fn read(tiff: &[u8]) -> Metadata {
    let Some((tiff, main)) = Tiff::open(tiff) else { return Metadata::default() };
    let text = |directory, tag| tiff.text(directory, tag).and_then(|text| clean(&text));
    let taken_at = tiff.number(main, EXIF_DIRECTORY).and_then(|directory| {
        let taken = text(directory, DATE_TIME_ORIGINAL)?;
        let zone = text(directory, OFFSET_TIME_ORIGINAL).unwrap_or_default();
        iso_time(&taken).map(|taken| taken + &zone)
    });
    Metadata {
        caption: text(main, IMAGE_DESCRIPTION).filter(|caption| !written_by_camera(caption)),
        creator: text(main, ARTIST),
        copyright: text(main, COPYRIGHT),
        taken_at,
        ..Metadata::default()
    }
}

/// How the pixels must be turned.
pub(crate) fn orientation(tiff: &[u8]) -> Option<Orientation> {
    let (tiff, main) = Tiff::open(tiff)?;
    Orientation::from_exif(u16::try_from(tiff.number(main, ORIENTATION)?).ok()?)
}

const IMAGE_DESCRIPTION: u16 = 0x010E;
const ORIENTATION: u16 = 0x0112;
const ARTIST: u16 = 0x013B;
const COPYRIGHT: u16 = 0x8298;
const EXIF_DIRECTORY: u16 = 0x8769;
const DATE_TIME_ORIGINAL: u16 = 0x9003;
const OFFSET_TIME_ORIGINAL: u16 = 0x9011;

/// Some cameras put their own name where the caption belongs.
fn written_by_camera(caption: &str) -> bool {
    ["OLYMPUS DIGITAL CAMERA", "SONY DSC", "KODAK DIGITAL STILL CAMERA", "MINOLTA DIGITAL CAMERA"]
        .contains(&caption)
        || caption.starts_with("DCIM\\")
}

/// `2021:12:07 18:08:00` as `2021-12-07T18:08:00`.
fn iso_time(exif: &str) -> Option<String> {
    let (date, time) = exif.split_once(' ')?;
    let date = date.replace(':', "-");
    (date != "0000-00-00").then(|| format!("{date}T{time}"))
}

struct Tiff<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Tiff<'a> {
    /// The file and the place of its first directory.
    fn open(bytes: &'a [u8]) -> Option<(Self, u32)> {
        let big_endian = match bytes.get(..4)? {
            b"MM\0\x2A" => true,
            b"II\x2A\0" => false,
            _ => return None,
        };
        let tiff = Self { bytes, big_endian };
        let main = tiff.u32(4)?;
        Some((tiff, main))
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = slice(self.bytes, at, 2)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = slice(self.bytes, at, 4)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// Where the entry of `tag` starts.
    fn entry(&self, directory: u32, tag: u16) -> Option<usize> {
        let directory = directory as usize;
        let count = self.u16(directory)?;
        (0..usize::from(count))
            .map(|index| directory + 2 + index * 12)
            .find(|&entry| self.u16(entry) == Some(tag))
    }

    fn number(&self, directory: u32, tag: u16) -> Option<u32> {
        let entry = self.entry(directory, tag)?;
        match self.u16(entry + 2)? {
            3 => self.u16(entry + 8).map(u32::from),
            4 => self.u32(entry + 8),
            _ => None,
        }
    }

    fn text(&self, directory: u32, tag: u16) -> Option<String> {
        let entry = self.entry(directory, tag)?;
        let length = self.u32(entry + 4)? as usize;
        let at = if length <= 4 { entry + 8 } else { self.u32(entry + 8)? as usize };
        let text = slice(self.bytes, at, length)?;
        let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
        Some(super::iptc::utf8_or_latin1(text))
    }
}
