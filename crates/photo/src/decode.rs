mod avif;
mod jpeg;
mod png;
mod webp;

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformExecutor, TransformOptions};
use std::sync::Arc;

use crate::inspect::parts;
use crate::plan::{plan, window};
use crate::{Format, Rejected};

/// A decoded photo: upright, in sRGB's colours, and no larger than its renditions need.
///
/// Samples are linear light, so that shrinking mixes light as a lens would; mixing sRGB's own
/// numbers darkens fine bright detail.
pub struct Picture {
    /// Of the upload, once upright.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) master: Master,
}

/// Linear light, 16 bits a sample; three channels, or four with straight alpha.
pub(crate) struct Master {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) channels: usize,
    pub(crate) samples: Vec<u16>,
}

impl Picture {
    /// Decodes an upload, turns it upright and brings its colours to sRGB.
    ///
    /// This is the dear step. It needs up to four bytes for each pixel of the upload, and never
    /// more than a quarter of a gigabyte on top of that.
    ///
    /// # Errors
    /// For whatever [`crate::inspect`] refuses, and when the pixels themselves are damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rejected> {
        let parts = parts(bytes)?;
        let raster = match parts.format {
            Format::Jpeg => jpeg::decode(bytes)?,
            Format::Png => png::decode(bytes)?,
            Format::WebP => webp::decode(bytes)?,
            Format::Avif => avif::decode(bytes)?,
        };
        if (raster.width, raster.height) != (parts.width, parts.height) {
            return Err(Rejected::Damaged("two sizes for one picture".into()));
        }
        let (width, height) = parts.orientation.size(parts.width, parts.height);
        let mut master = shrink(&raster, shrinking(width, height))?;
        drop(raster);
        master.samples =
            parts.orientation.apply(master.samples, master.channels, master.width, master.height);
        (master.width, master.height) = parts.orientation.size(master.width, master.height);
        Ok(Self { width, height, master })
    }

    /// In pixels, of the upload once upright: what [`plan`] wants.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }
}

/// What a decoder yields: 8 bits a sample, interleaved.
struct Raster {
    width: u32,
    height: u32,
    channels: Channels,
    samples: Vec<u8>,
    icc: Option<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Channels {
    Gray,
    GrayAlpha,
    Rgb,
    Rgba,
    /// As Adobe stores it: 255 is no ink.
    InvertedCmyk,
}

impl Channels {
    fn count(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::InvertedCmyk => 4,
        }
    }

    fn have_alpha(self) -> bool {
        matches!(self, Self::GrayAlpha | Self::Rgba)
    }
}

/// Renditions keep their sharpness when made from a picture at least this much wider, as a ratio.
const OVERSAMPLING: (u32, u32) = (5, 4);
/// However long and narrow the picture, its master has no more pixels than this.
const MASTER_PIXELS_MAX: u64 = 32_000_000;

/// By which whole number the upload can be shrunk before its renditions would lose by it.
fn shrinking(width: u32, height: u32) -> u32 {
    let wanted = plan(width, height)
        .iter()
        .map(|spec| window(spec, width, height).0 * OVERSAMPLING.1 / (spec.width * OVERSAMPLING.0))
        .min()
        .unwrap_or(1)
        .max(1);
    let pixels = u64::from(width) * u64::from(height);
    let needed = (1..=width.min(height))
        .find(|by| pixels / u64::from(*by).pow(2) <= MASTER_PIXELS_MAX)
        .unwrap_or(1);
    wanted.max(needed)
}

/// Averages squares of `by` × `by` pixels, row by row, so that only the small picture is held in
/// linear light. What remains at the right and bottom joins the last squares.
fn shrink(raster: &Raster, by: u32) -> Result<Master, Rejected> {
    let (width, height) = (raster.width as usize, raster.height as usize);
    let by = by as usize;
    let (small_width, small_height) = ((width / by).max(1), (height / by).max(1));
    let alpha = raster.channels.have_alpha();
    let channels = if alpha { 4 } else { 3 };
    let mut colors = Colors::new(raster)?;
    let mut samples = Vec::with_capacity(small_width * small_height * channels);
    // Colour weighted by alpha, then the alpha: what is transparent has no colour to lend.
    let mut sums = vec![[0u64; 4]; small_width];
    let mut counts = vec![0u64; small_width];
    for y in 0..height {
        for (x, &[red, green, blue, opacity]) in colors.row(y)?.iter().enumerate() {
            let at = (x / by).min(small_width - 1);
            let weight = u64::from(opacity);
            let linear = |value: u8| u64::from(LINEAR[usize::from(value)]);
            let sum = &mut sums[at];
            sum[0] += linear(red) * weight;
            sum[1] += linear(green) * weight;
            sum[2] += linear(blue) * weight;
            sum[3] += weight;
            counts[at] += 1;
        }
        let last_of_square = (y + 1) % by == 0 && y / by + 1 < small_height;
        if last_of_square || y + 1 == height {
            for (sum, count) in sums.iter_mut().zip(&mut counts) {
                let mean = |sum: u64, weight: u64| ((sum + weight / 2) / weight.max(1)) as u16;
                samples.extend([0, 1, 2].map(|channel| mean(sum[channel], sum[3])));
                if alpha {
                    samples.push(mean(sum[3] * 257, *count));
                }
                (*sum, *count) = ([0; 4], 0);
            }
        }
    }
    Ok(Master { width: small_width as u32, height: small_height as u32, channels, samples })
}

/// Turns rows of any raster into sRGB with alpha.
struct Colors<'a> {
    raster: &'a Raster,
    transform: Option<Arc<dyn TransformExecutor<u8> + Send + Sync>>,
    plain: Vec<u8>,
    converted: Vec<u8>,
    row: Vec<[u8; 4]>,
}

impl<'a> Colors<'a> {
    fn new(raster: &'a Raster) -> Result<Self, Rejected> {
        let width = raster.width as usize;
        Ok(Self {
            raster,
            transform: raster.icc.as_deref().and_then(|icc| transform(icc, raster.channels)),
            plain: vec![0; width * 4],
            converted: vec![0; width * 3],
            row: vec![[0; 4]; width],
        })
    }

    fn row(&mut self, y: usize) -> Result<&[[u8; 4]], Rejected> {
        let count = self.raster.channels.count();
        let stride = self.raster.width as usize * count;
        let source = self.raster.samples.get(y * stride..(y + 1) * stride);
        let source = source.ok_or(Rejected::Truncated)?;
        for (target, pixel) in self.row.iter_mut().zip(source.chunks_exact(count)) {
            *target = match *pixel {
                [gray] => [gray, gray, gray, 255],
                [gray, alpha] => [gray, gray, gray, alpha],
                [red, green, blue] => [red, green, blue, 255],
                [cyan, magenta, yellow, black]
                    if self.raster.channels == Channels::InvertedCmyk =>
                {
                    // Without a profile, ink is taken to absorb light as it ideally would.
                    let light = |ink: u8| (u16::from(ink) * u16::from(black) / 255) as u8;
                    [light(cyan), light(magenta), light(yellow), 255]
                }
                [red, green, blue, alpha] => [red, green, blue, alpha],
                _ => [0; 4],
            };
        }
        if let Some(transform) = &self.transform {
            let length = if self.raster.channels == Channels::InvertedCmyk {
                for (target, ink) in self.plain.iter_mut().zip(source) {
                    *target = 255 - ink;
                }
                source.len()
            } else {
                for (target, pixel) in self.plain.chunks_exact_mut(3).zip(&self.row) {
                    target.copy_from_slice(&pixel[..3]);
                }
                self.row.len() * 3
            };
            transform
                .transform(&self.plain[..length], &mut self.converted)
                .map_err(|error| Rejected::Damaged(format!("its colour profile: {error}")))?;
            for (target, pixel) in self.row.iter_mut().zip(self.converted.chunks_exact(3)) {
                target[..3].copy_from_slice(pixel);
            }
        }
        Ok(&self.row)
    }
}

/// From the embedded profile to sRGB; a profile that cannot be used is as good as none.
fn transform(
    icc: &[u8],
    channels: Channels,
) -> Option<Arc<dyn TransformExecutor<u8> + Send + Sync>> {
    let profile = ColorProfile::new_from_slice(icc).ok()?;
    let layout = match (profile.color_space, channels) {
        (DataColorSpace::Cmyk, Channels::InvertedCmyk) => Layout::Rgba,
        (DataColorSpace::Rgb, Channels::Rgb | Channels::Rgba) => Layout::Rgb,
        _ => return None,
    };
    let srgb = ColorProfile::new_srgb();
    profile.create_transform_8bit(layout, &srgb, Layout::Rgb, TransformOptions::default()).ok()
}

/// sRGB's 256 values as linear light in 16 bits.
static LINEAR: std::sync::LazyLock<[u16; 256]> = std::sync::LazyLock::new(|| {
    std::array::from_fn(|value| {
        let value = value as f64 / 255.0;
        let linear =
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
        (linear * 65535.0).round() as u16
    })
});
