use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::{Channels, Raster};
use crate::Rejected;

pub(super) fn decode(bytes: &[u8]) -> Result<Raster, Rejected> {
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(SCANS_MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let damaged = |error| Rejected::Damaged(format!("a JPEG: {error:?}"));
    decoder.decode_headers().map_err(damaged)?;
    let (output, channels) = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => (ColorSpace::Luma, Channels::Gray),
        Some(ColorSpace::CMYK) => (ColorSpace::CMYK, Channels::InvertedCmyk),
        _ => (ColorSpace::RGB, Channels::Rgb),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(output));
    let samples = decoder.decode().map_err(damaged)?;
    let info = decoder.info().ok_or(Rejected::Truncated)?;
    Ok(Raster {
        width: info.width.into(),
        height: info.height.into(),
        channels,
        samples,
        icc: decoder.icc_profile(),
    })
}

/// Each scan of a progressive file costs a pass over all pixels; encoders write about ten.
const SCANS_MAX: usize = 64;
