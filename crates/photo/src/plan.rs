/// Lists the renditions of a photo that measures `width` × `height` once upright.
///
/// Nothing is ever enlarged: a small photo has fewer and smaller renditions.
#[must_use]
pub fn plan(width: u32, height: u32) -> Vec<Spec> {
    let mut specs = Vec::new();
    for width_wanted in widths(width, height) {
        for encoding in Encoding::ALL {
            specs.push(Spec {
                name: format!("w{width_wanted}.{}", encoding.extension()),
                encoding,
                width: width_wanted,
                height: scaled(height, width_wanted, width),
                crop: None,
            });
        }
    }
    specs.extend(Crop::ALL.map(|crop| {
        let (full_width, full_height) = crop.size();
        let (window_width, _) = crop.window(width, height);
        let width = full_width.min(window_width);
        Spec {
            name: format!("{}.jpg", crop.name()),
            encoding: Encoding::Jpeg,
            width,
            height: scaled(full_height, width, full_width),
            crop: Some(crop),
        }
    }));
    specs
}

/// One rendition to be made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spec {
    /// Fit for an address, and unique among a photo's renditions: `w640.avif`, `share.jpg`.
    pub name: String,
    /// How its pixels are written.
    pub encoding: Encoding,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Which shape is cut out of the photo; none keeps the whole.
    pub crop: Option<Crop>,
}

/// The formats of renditions, best first: the order of a page's `<source>` elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// Half of WebP's bytes.
    Avif,
    /// For browsers without AVIF.
    WebP,
    /// For everything else.
    Jpeg,
}

impl Encoding {
    /// Best first.
    pub const ALL: [Self; 3] = [Self::Avif, Self::WebP, Self::Jpeg];

    /// Of a rendition's name, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Avif => "avif",
            Self::WebP => "webp",
            Self::Jpeg => "jpg",
        }
    }

    /// As in a `Content-Type` or a `<source type>`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Avif => "image/avif",
            Self::WebP => "image/webp",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// The shapes that those who link to a story ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Crop {
    /// 1200 × 630, for OpenGraph.
    Share,
    /// 1:1, for structured data.
    Square,
    /// 4:3, for structured data.
    FourThree,
    /// 16:9, for structured data.
    SixteenNine,
}

impl Crop {
    /// In the order of a plan.
    pub const ALL: [Self; 4] = [Self::Share, Self::Square, Self::FourThree, Self::SixteenNine];

    /// In pixels, when the photo is large enough.
    #[must_use]
    pub fn size(self) -> (u32, u32) {
        match self {
            Self::Share => (1200, 630),
            Self::Square => (1200, 1200),
            Self::FourThree => (1200, 900),
            Self::SixteenNine => (1200, 675),
        }
    }

    /// Of a rendition's name, without the ending.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Square => "1x1",
            Self::FourThree => "4x3",
            Self::SixteenNine => "16x9",
        }
    }

    /// The largest area of this shape within a photo.
    fn window(self, width: u32, height: u32) -> (u32, u32) {
        let (shape_width, shape_height) = self.size();
        let window_width = width.min(scaled(shape_width, height, shape_height));
        (window_width, height.min(scaled(shape_height, window_width, shape_width)))
    }
}

/// How much of a `width` × `height` photo a rendition shows.
pub(crate) fn window(spec: &Spec, width: u32, height: u32) -> (u32, u32) {
    spec.crop.map_or((width, height), |crop| crop.window(width, height))
}

/// From a small phone to a wide desk, and to twice a column's width on a dense screen.
const WIDTHS: [u32; 6] = [320, 480, 640, 960, 1280, 1920];
/// A tall photo is shown narrower, so that no rendition outgrows a screen many times.
const HEIGHT_MAX: u32 = 4096;

/// The widths that suit a photo: the usual ones, and its own where that is smaller than the widest.
fn widths(width: u32, height: u32) -> Vec<u32> {
    let fits = |&wanted: &u32| wanted <= width && scaled(height, wanted, width) <= HEIGHT_MAX;
    let mut widths: Vec<u32> = WIDTHS.into_iter().filter(fits).collect();
    let widest = WIDTHS[WIDTHS.len() - 1];
    if width < widest && !widths.contains(&width) && fits(&width) {
        widths.push(width);
    }
    if widths.is_empty() {
        widths.push(width.min(WIDTHS[0]));
    }
    widths
}

/// `side` × `to` / `from`, rounded, and at least one pixel.
fn scaled(side: u32, to: u32, from: u32) -> u32 {
    let (side, to, from) = (u64::from(side), u64::from(to), u64::from(from.max(1)));
    u32::try_from((side * to + from / 2) / from).unwrap_or(u32::MAX).max(1)
}
