use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::encode::{self, NotEncoded};
use crate::metadata::xmp;
use crate::plan::window;
use crate::{Encoding, Metadata, Picture, Spec};

/// The point of a photo that every crop keeps, in per cent from its left and top edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Focal {
    /// From the left edge.
    pub x: u8,
    /// From the top edge.
    pub y: u8,
}

impl Default for Focal {
    /// The middle, a little above: where faces are.
    fn default() -> Self {
        Self { x: 50, y: 40 }
    }
}

impl Picture {
    /// Makes one rendition. The same arguments give the same bytes.
    ///
    /// The metadata is written into the file as XMP; nothing else of the upload's metadata is, so
    /// no place where a photo was taken can leave the house. Metadata that would not fit is left
    /// out.
    ///
    /// # Errors
    /// When an encoder fails, which no picture is known to cause.
    pub fn render(
        &self,
        spec: &Spec,
        focal: Focal,
        metadata: &Metadata,
    ) -> Result<Vec<u8>, NotEncoded> {
        let pixels = self.resize(spec, focal)?;
        let xmp = xmp::write(metadata);
        let xmp = xmp.as_deref();
        match spec.encoding {
            Encoding::Avif => encode::avif::encode(&pixels, xmp),
            Encoding::WebP => encode::webp::encode(&pixels, xmp),
            Encoding::Jpeg => encode::jpeg::encode(pixels, xmp),
        }
    }

    fn resize(&self, spec: &Spec, focal: Focal) -> Result<Pixels, NotEncoded> {
        let master = &self.master;
        let kind = if master.channels == 4 { PixelType::U16x4 } else { PixelType::U16x3 };
        let failed = |error: &dyn std::fmt::Display| NotEncoded::new("resizing", error);
        let bytes: &[u8] = bytemuck::cast_slice(&master.samples);
        let source = ImageRef::new(master.width, master.height, bytes, kind)
            .map_err(|error| failed(&error))?;
        let mut target = Image::new(spec.width, spec.height, kind);
        let (left, top, width, height) = self.window(spec, focal);
        let options = ResizeOptions::new()
            .crop(left, top, width, height)
            .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
        Resizer::new().resize(&source, &mut target, &options).map_err(|error| failed(&error))?;
        let target = target.into_vec();
        let mut samples = Vec::with_capacity(target.len() / 2);
        for (at, sample) in target.chunks_exact(2).enumerate() {
            let sample = u16::from_ne_bytes([sample[0], sample[1]]);
            let is_alpha = master.channels == 4 && at % 4 == 3;
            samples.push(if is_alpha { (sample >> 8) as u8 } else { to_srgb(sample) });
        }
        Ok(Pixels { width: spec.width, height: spec.height, channels: master.channels, samples })
    }

    /// The master's area that a rendition shows: as near to having the focal point in its middle
    /// as the photo's edges allow.
    fn window(&self, spec: &Spec, focal: Focal) -> (f64, f64, f64, f64) {
        let (width, height) = window(spec, self.width, self.height);
        let along = |window: u32, whole: u32, focal: u8, master: u32| {
            let scale = f64::from(master) / f64::from(whole);
            let room = f64::from(whole - window);
            let wanted =
                f64::from(whole) * f64::from(focal.min(100)) / 100.0 - f64::from(window) / 2.0;
            (wanted.clamp(0.0, room) * scale, f64::from(window) * scale)
        };
        let (left, width) = along(width, self.width, focal.x, self.master.width);
        let (top, height) = along(height, self.height, focal.y, self.master.height);
        (left, top, width, height)
    }
}

/// A rendition's pixels: sRGB, 8 bits a sample, three channels or four with straight alpha.
pub(crate) struct Pixels {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) channels: usize,
    pub(crate) samples: Vec<u8>,
}

fn to_srgb(linear: u16) -> u8 {
    SRGB[usize::from(linear >> 2)]
}

/// Linear light as sRGB. Fourteen bits are enough to give each of the 256 values back.
static SRGB: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
    (0..1 << 14)
        .map(|linear| {
            let linear = (f64::from(linear) + 0.5) / f64::from(1 << 14);
            let value = if linear <= 0.003_130_8 {
                linear * 12.92
            } else {
                1.055 * linear.powf(1.0 / 2.4) - 0.055
            };
            (value * 255.0).round() as u8
        })
        .collect()
});
