use base::limits::{PHOTO_BYTES_MAX, PHOTO_PIXELS_MAX};

/// Why an upload is refused, as a sentence for the person who uploaded it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// Nothing was uploaded.
    #[error("The file is empty; upload a JPEG, PNG, WebP or AVIF.")]
    Empty,
    /// The file is larger than is accepted.
    #[error("The file has {} MB; at most {} MB are accepted.", bytes.div_ceil(1024 * 1024), PHOTO_BYTES_MAX / 1024 / 1024)]
    TooManyBytes {
        /// The file's size.
        bytes: usize,
    },
    /// The picture has more pixels than are accepted.
    #[error("The picture has {} megapixels; at most {} are accepted.", pixels.div_ceil(1_000_000), PHOTO_PIXELS_MAX / 1_000_000)]
    TooManyPixels {
        /// Width times height.
        pixels: u64,
    },
    /// The picture is a strip that no page can show.
    #[error(
        "The picture measures {width} × {height}; its long side may be at most {} times its short side.",
        crate::inspect::ASPECT_MAX
    )]
    TooNarrow {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// A picture, but of a format that is not accepted.
    #[error("This file is {0}; upload a JPEG, PNG, WebP or AVIF.")]
    OtherFormat(&'static str),
    /// Nothing that we know to be a picture.
    #[error("This file is not a picture; upload a JPEG, PNG, WebP or AVIF.")]
    NotAPicture,
    /// The file moves.
    #[error("This file is an animation; upload a still picture.")]
    Animated,
    /// The file ends too early.
    #[error("The file ends before the picture is complete; upload it again.")]
    Truncated,
    /// The file breaks its format's rules.
    #[error("The file is damaged ({0}); export the picture again.")]
    Damaged(String),
    /// The file keeps its format's rules but uses a part of it that is not supported.
    #[error("The picture uses {0}, which is not supported; export it again as a JPEG or PNG.")]
    Unsupported(&'static str),
}
