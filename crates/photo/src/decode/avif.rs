use base::limits::PHOTO_PIXELS_MAX;
use re_rav1d::dav1d::pixel::{MatrixCoefficients, YUVRange};
use re_rav1d::dav1d::{
    Decoder, Error, Picture as Frame, PixelLayout, PlanarImageComponent as Component, Settings,
};

use super::{Channels, Raster};
use crate::Rejected;
use crate::container::avif::{self, Nclx};

pub(super) fn decode(bytes: &[u8]) -> Result<Raster, Rejected> {
    let file = avif::read(bytes)?;
    let frame = decode_frame(&file.color)?;
    let (width, height) = (frame.width(), frame.height());
    let alpha = match &file.alpha {
        None => None,
        Some(stream) => Some(decode_frame(stream)?),
    };
    if alpha.as_ref().is_some_and(|alpha| (alpha.width(), alpha.height()) != (width, height)) {
        return Err(Rejected::Damaged("an AVIF whose transparency has another size".into()));
    }
    let color = Planes::new(&frame, file.nclx);
    let alpha = alpha.as_ref().map(|alpha| Planes::new(alpha, None));
    let channels = if alpha.is_some() { Channels::Rgba } else { Channels::Rgb };
    let mut samples = Vec::with_capacity(width as usize * height as usize * channels.count());
    for y in 0..height as usize {
        for x in 0..width as usize {
            samples.extend_from_slice(&color.rgb(x, y));
            if let Some(alpha) = &alpha {
                samples.push(alpha.gray(x, y));
            }
        }
    }
    Ok(Raster { width, height, channels, samples, icc: file.icc.map(<[u8]>::to_vec) })
}

fn decode_frame(stream: &[u8]) -> Result<Frame, Rejected> {
    let damaged = |error: Error| Rejected::Damaged(format!("an AVIF: {error}"));
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_frame_size_limit(PHOTO_PIXELS_MAX as u32);
    // Progressive files hold a rough picture first; only the last layer is the whole one.
    settings.set_all_layers(false);
    let mut decoder = Decoder::with_settings(&settings).map_err(damaged)?;
    let mut sent = decoder.send_data(stream.to_vec(), None, None, None);
    let mut frame = None;
    // Each turn either takes a frame or makes room for more data, so this ends with the stream.
    loop {
        match decoder.get_picture() {
            Ok(next) => frame = Some(next),
            Err(Error::Again) if sent.is_ok() => break,
            Err(Error::Again) => {}
            Err(error) => return Err(damaged(error)),
        }
        match sent {
            Err(Error::Again) => sent = decoder.send_pending_data(),
            Err(error) => return Err(damaged(error)),
            Ok(()) => {}
        }
    }
    frame.ok_or(Rejected::Truncated)
}

/// A frame's samples, and how they become colours.
struct Planes {
    planes: [Plane; 3],
    /// How often the chroma planes are smaller, as shifts.
    chroma: Option<(u32, u32)>,
    matrix: Matrix,
    /// Sample values of black, and from black to white; then of chroma from grey to its extreme.
    black: f32,
    luma_range: f32,
    grey: f32,
    chroma_range: f32,
}

struct Plane {
    bytes: re_rav1d::dav1d::Plane,
    stride: usize,
    wide: bool,
}

impl Plane {
    fn at(&self, x: usize, y: usize) -> f32 {
        let row = y * self.stride;
        if self.wide {
            let at = row + x * 2;
            f32::from(u16::from_ne_bytes([self.bytes[at], self.bytes[at + 1]]))
        } else {
            f32::from(self.bytes[row + x])
        }
    }
}

enum Matrix {
    /// The planes are green, blue and red.
    Identity,
    /// The weights of red and blue in luma.
    Weights { red: f32, blue: f32 },
}

impl Planes {
    fn new(frame: &Frame, nclx: Option<Nclx>) -> Self {
        let bits = frame.bits_per_component().map_or(8, |bits| bits.0) as i32;
        let wide = frame.bit_depth() > 8;
        let plane = |component| Plane {
            bytes: frame.plane(component),
            stride: frame.stride(component) as usize,
            wide,
        };
        let chroma = match frame.pixel_layout() {
            PixelLayout::I400 => None,
            PixelLayout::I420 => Some((1, 1)),
            PixelLayout::I422 => Some((1, 0)),
            PixelLayout::I444 => Some((0, 0)),
        };
        let components = match chroma {
            None => [Component::Y; 3],
            Some(_) => [Component::Y, Component::U, Component::V],
        };
        let full = match nclx {
            Some(nclx) => nclx.full_range,
            None => frame.color_range() == YUVRange::Full,
        };
        let scale = 2f32.powi(bits - 8);
        let max = 2f32.powi(bits) - 1.0;
        let (black, luma_range, chroma_range) =
            if full { (0.0, max, max / 2.0) } else { (16.0 * scale, 219.0 * scale, 112.0 * scale) };
        Self {
            planes: components.map(plane),
            chroma,
            matrix: matrix(frame, nclx),
            black,
            luma_range,
            grey: 128.0 * scale,
            chroma_range,
        }
    }

    fn luma(&self, plane: usize, x: usize, y: usize) -> f32 {
        (self.planes[plane].at(x, y) - self.black) / self.luma_range
    }

    fn gray(&self, x: usize, y: usize) -> u8 {
        to_byte(self.luma(0, x, y))
    }

    fn rgb(&self, x: usize, y: usize) -> [u8; 3] {
        let Some((shift_x, shift_y)) = self.chroma else {
            return [self.gray(x, y); 3];
        };
        match self.matrix {
            Matrix::Identity if (shift_x, shift_y) == (0, 0) => {
                [2, 0, 1].map(|plane| to_byte(self.luma(plane, x, y)))
            }
            Matrix::Identity => [self.gray(x, y); 3],
            Matrix::Weights { red, blue } => {
                let chroma = |plane: usize| {
                    let sample = self.planes[plane].at(x >> shift_x, y >> shift_y);
                    (sample - self.grey) / self.chroma_range
                };
                let luma = self.luma(0, x, y);
                let r = luma + (1.0 - red) * chroma(2);
                let b = luma + (1.0 - blue) * chroma(1);
                let g = (luma - red * r - blue * b) / (1.0 - red - blue);
                [r, g, b].map(to_byte)
            }
        }
    }
}

fn to_byte(value: f32) -> u8 {
    (value * 255.0 + 0.5) as u8
}

/// The container's word outranks the stream's; without either, BT.601 is the custom.
fn matrix(frame: &Frame, nclx: Option<Nclx>) -> Matrix {
    let code = match nclx {
        Some(nclx) => nclx.matrix,
        None => match frame.matrix_coefficients() {
            MatrixCoefficients::Identity => 0,
            MatrixCoefficients::BT709 => 1,
            MatrixCoefficients::BT2020NonConstantLuminance => 9,
            _ => 6,
        },
    };
    match code {
        0 => Matrix::Identity,
        1 => Matrix::Weights { red: 0.2126, blue: 0.0722 },
        9 => Matrix::Weights { red: 0.2627, blue: 0.0593 },
        _ => Matrix::Weights { red: 0.299, blue: 0.114 },
    }
}
