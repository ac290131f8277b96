//! Bounds on what is accepted from outside, in one place.

/// A headline, in characters.
pub const HEADLINE_CHARS_MAX: usize = 300;
/// A deck, in characters.
pub const DECK_CHARS_MAX: usize = 1_000;
/// A caption, credit or alternative text, in characters.
pub const CAPTION_CHARS_MAX: usize = 2_000;
/// One path segment of an address, in characters.
pub const SLUG_CHARS_MAX: usize = 120;
/// The body of an API request, in bytes.
pub const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;
/// An uploaded photo, in bytes.
pub const PHOTO_BYTES_MAX: usize = 60 * 1024 * 1024;
/// A part of an uploaded photo that is sent in parts, in bytes.
pub const UPLOAD_PART_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The same, unless it is the last one: the record knows each part.
pub const UPLOAD_PART_BYTES_MIN: usize = 64 * 1024;
/// An uploaded photo's width times height.
pub const PHOTO_PIXELS_MAX: u64 = 120_000_000;
