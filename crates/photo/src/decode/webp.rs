use image_webp::{DecodingError, WebPDecoder};

use super::{Channels, Raster};
use crate::Rejected;

pub(super) fn decode(bytes: &[u8]) -> Result<Raster, Rejected> {
    let damaged = |error: DecodingError| match error {
        DecodingError::IoError(_) => Rejected::Truncated,
        error => Rejected::Damaged(format!("a WebP: {error}")),
    };
    let mut decoder = WebPDecoder::new(std::io::Cursor::new(bytes)).map_err(damaged)?;
    decoder.set_memory_limit(LIMIT_BYTES);
    let (width, height) = decoder.dimensions();
    crate::inspect::check_size(width, height)?;
    let mut samples = vec![0; decoder.output_buffer_size().ok_or(Rejected::Truncated)?];
    decoder.read_image(&mut samples).map_err(damaged)?;
    let channels = if decoder.has_alpha() { Channels::Rgba } else { Channels::Rgb };
    let icc = decoder.icc_profile().map_err(damaged)?;
    Ok(Raster { width, height, channels, samples, icc })
}

/// For metadata; the picture itself is bounded by its pixels.
const LIMIT_BYTES: usize = 64 * 1024 * 1024;
