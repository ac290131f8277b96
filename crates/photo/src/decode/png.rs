use png::{ColorType, Decoder, DecodingError, Limits, Transformations};

use super::{Channels, Raster};
use crate::Rejected;

pub(super) fn decode(bytes: &[u8]) -> Result<Raster, Rejected> {
    let mut decoder = Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_limits(Limits { bytes: LIMIT_BYTES });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let damaged = |error: DecodingError| match error {
        DecodingError::IoError(_) => Rejected::Truncated,
        error => Rejected::Damaged(format!("a PNG: {error}")),
    };
    let mut reader = decoder.read_info().map_err(damaged)?;
    let mut samples = vec![0; reader.output_buffer_size().ok_or(Rejected::Truncated)?];
    let frame = reader.next_frame(&mut samples).map_err(damaged)?;
    Ok(Raster {
        width: frame.width,
        height: frame.height,
        channels: match frame.color_type {
            ColorType::Grayscale => Channels::Gray,
            ColorType::GrayscaleAlpha => Channels::GrayAlpha,
            ColorType::Rgba => Channels::Rgba,
            ColorType::Rgb | ColorType::Indexed => Channels::Rgb,
        },
        samples,
        // A profile is meaningless beside a declaration that the colours are sRGB's already.
        icc: if reader.info().srgb.is_some() {
            None
        } else {
            reader.info().icc_profile.as_ref().map(|icc| icc.to_vec())
        },
    })
}

/// For rows and text chunks; the picture itself is bounded by its pixels.
const LIMIT_BYTES: usize = 64 * 1024 * 1024;
