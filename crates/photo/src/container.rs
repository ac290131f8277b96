//! The four containers: where the picture's size and its metadata lie in the file.

pub(crate) mod avif;
pub(crate) mod jpeg;
pub(crate) mod png;
pub(crate) mod webp;

use std::borrow::Cow;

use crate::Format;
use crate::orientation::Orientation;

/// What a container holds beside its pixels.
pub(crate) struct Parts<'a> {
    pub(crate) format: Format,
    /// As stored, before the orientation is applied.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) orientation: Orientation,
    pub(crate) exif: Option<Cow<'a, [u8]>>,
    pub(crate) xmp: Option<Cow<'a, [u8]>>,
    /// Photoshop's image resources, one of which is the IPTC-IIM record.
    pub(crate) resources: Option<Cow<'a, [u8]>>,
}
