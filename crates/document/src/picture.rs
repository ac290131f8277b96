//! A picture as the page needs it, whoever stored it.

use serde::Serialize;

/// A photo with its finished renditions, ready to be written as `<picture>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// Renditions by format, the preferred format first.
    pub sources: Vec<PictureSource>,
    /// The address that every browser can read.
    pub src: String,
    /// The `srcset` of the same format as `src`; empty when there is one rendition only.
    pub srcset: String,
    /// Width in pixels of the oriented original.
    pub width: u32,
    /// Height in pixels of the oriented original.
    pub height: u32,
    /// What is to be seen; empty when the picture is decorative.
    pub alt: String,
    /// The caption, as plain text.
    pub caption: String,
    /// Photographer or source, as plain text.
    pub credit: String,
    /// Where the credit links to.
    pub credit_url: Option<String>,
    /// The point that must stay visible when the picture is cropped, in per cent from the left.
    pub focal_x: u8,
    /// The same, in per cent from the top.
    pub focal_y: u8,
}

/// The renditions of one format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PictureSource {
    /// Such as `image/avif`.
    pub media_type: String,
    /// Address and width of each rendition, as the `srcset` attribute has them.
    pub srcset: String,
}
