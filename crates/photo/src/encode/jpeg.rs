use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::NotEncoded;
use crate::render::Pixels;

/// Progressive, so that a slow line shows the whole photo early.
pub(crate) fn encode(mut pixels: Pixels, xmp: Option<&[u8]>) -> Result<Vec<u8>, NotEncoded> {
    let failed = |error: jpeg_encoder::EncodingError| NotEncoded::new("encoding JPEG", &error);
    let side =
        |side: u32| u16::try_from(side).map_err(|error| NotEncoded::new("encoding JPEG", &error));
    let (width, height) = (side(pixels.width)?, side(pixels.height)?);
    if pixels.channels == 4 {
        flatten(&mut pixels);
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(true);
    encoder.set_optimized_huffman_tables(true);
    if let Some(xmp) = xmp.filter(|xmp| xmp.len() <= XMP_BYTES_MAX) {
        encoder.add_app_segment(1, [XMP_PREFIX, xmp].concat()).map_err(failed)?;
    }
    encoder.encode(&pixels.samples, width, height, ColorType::Rgb).map_err(failed)?;
    Ok(file)
}

const QUALITY: u8 = 80;
const XMP_PREFIX: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// What a segment holds beside its length and the prefix.
const XMP_BYTES_MAX: usize = 65_533 - XMP_PREFIX.len();

/// JPEG has no transparency: what shines through is white, as paper is.
fn flatten(pixels: &mut Pixels) {
    pixels.samples = pixels
        .samples
        .chunks_exact(4)
        .flat_map(|pixel| {
            let alpha = u16::from(pixel[3]);
            let over_white =
                |value: u8| ((u16::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
            [over_white(pixel[0]), over_white(pixel[1]), over_white(pixel[2])]
        })
        .collect();
    pixels.channels = 3;
}
