use base::limits::{PHOTO_BYTES_MAX, PHOTO_PIXELS_MAX};

use crate::container::{self, Parts};
use crate::{Metadata, Rejected};

/// Looks at an upload without decoding a pixel: the content decides what it is, not its name.
///
/// # Errors
/// When the file is not a still JPEG, PNG, WebP or AVIF, is cut short, or is over a limit.
pub fn inspect(bytes: &[u8]) -> Result<Inspected, Rejected> {
    let parts = parts(bytes)?;
    let (width, height) = parts.orientation.size(parts.width, parts.height);
    Ok(Inspected { format: parts.format, width, height, metadata: Metadata::read(&parts) })
}

/// What an upload is and says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// By its content.
    pub format: Format,
    /// In pixels, once upright.
    pub width: u32,
    /// In pixels, once upright.
    pub height: u32,
    /// Who took it, and what it shows.
    pub metadata: Metadata,
}

/// The formats that are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP, lossy or lossless.
    WebP,
    /// AVIF.
    Avif,
}

impl Format {
    /// As in a `Content-Type`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Avif => "image/avif",
        }
    }

    /// Of a file's name, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Avif => "avif",
        }
    }
}

/// The long side may be this many times the short side.
pub(crate) const ASPECT_MAX: u32 = 20;

/// Finds the parts of an acceptable file.
pub(crate) fn parts(bytes: &[u8]) -> Result<Parts<'_>, Rejected> {
    if bytes.is_empty() {
        return Err(Rejected::Empty);
    }
    if bytes.len() > PHOTO_BYTES_MAX {
        return Err(Rejected::TooManyBytes { bytes: bytes.len() });
    }
    let parts = match recognise(bytes)? {
        Format::Jpeg => container::jpeg::read(bytes),
        Format::Png => container::png::read(bytes),
        Format::WebP => container::webp::read(bytes),
        Format::Avif => container::avif::read(bytes).map(|avif| avif.parts),
    }?;
    check_size(parts.width, parts.height)?;
    Ok(parts)
}

pub(crate) fn check_size(width: u32, height: u32) -> Result<(), Rejected> {
    if width == 0 || height == 0 {
        return Err(Rejected::Damaged("a picture without a size".into()));
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PHOTO_PIXELS_MAX {
        return Err(Rejected::TooManyPixels { pixels });
    }
    if width.max(height) / width.min(height) > ASPECT_MAX {
        return Err(Rejected::TooNarrow { width, height });
    }
    Ok(())
}

fn recognise(bytes: &[u8]) -> Result<Format, Rejected> {
    let brand = bytes.get(8..12).unwrap_or_default();
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Ok(Format::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Ok(Format::Png),
        [b'R', b'I', b'F', b'F', ..] if brand == b"WEBP" => Ok(Format::WebP),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => match container::avif::kind(bytes) {
            container::avif::Kind::Still => Ok(Format::Avif),
            container::avif::Kind::Sequence => Err(Rejected::Animated),
            container::avif::Kind::Heic => {
                Err(Rejected::OtherFormat("HEIC (an iPhone's own format)"))
            }
            container::avif::Kind::Other => Err(Rejected::OtherFormat("a video")),
        },
        [b'G', b'I', b'F', b'8', ..] => Err(Rejected::OtherFormat("a GIF")),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => {
            Err(Rejected::OtherFormat("a TIFF or a camera's raw file"))
        }
        [b'B', b'M', ..] => Err(Rejected::OtherFormat("a BMP")),
        [b'8', b'B', b'P', b'S', ..] => Err(Rejected::OtherFormat("a Photoshop document")),
        [b'%', b'P', b'D', b'F', ..] => Err(Rejected::OtherFormat("a PDF")),
        [0xFF, 0x0A, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => {
            Err(Rejected::OtherFormat("a JPEG XL"))
        }
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => Err(Rejected::OtherFormat("a JPEG 2000")),
        _ if looks_like_svg(bytes) => Err(Rejected::OtherFormat("an SVG drawing")),
        _ => Err(Rejected::NotAPicture),
    }
}

fn looks_like_svg(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(1024)];
    start.windows(4).any(|window| window == b"<svg")
}
