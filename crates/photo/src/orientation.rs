/// How the stored pixels must be turned to be upright, as EXIF counts it: 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Orientation(u8);

impl Orientation {
    pub(crate) const UPRIGHT: Self = Self(1);

    pub(crate) fn from_exif(value: u16) -> Option<Self> {
        u8::try_from(value).ok().filter(|value| (1..=8).contains(value)).map(Self)
    }

    /// From AVIF's pair: quarter turns anticlockwise, then a mirroring (`Some(0)` swaps top and
    /// bottom, `Some(1)` left and right).
    pub(crate) fn from_turn_and_mirror(turn: u8, mirror: Option<u8>) -> Self {
        let by_turn = match mirror {
            None => [1, 8, 3, 6],
            Some(0) => [4, 5, 2, 7],
            Some(_) => [2, 7, 4, 5],
        };
        Self(by_turn[usize::from(turn & 3)])
    }

    /// The size of the upright picture.
    pub(crate) fn size(self, width: u32, height: u32) -> (u32, u32) {
        if self.0 >= 5 { (height, width) } else { (width, height) }
    }

    /// Turns `pixels`, of `channels` samples each and stored as `width` × `height`, upright.
    pub(crate) fn apply(
        self,
        pixels: Vec<u16>,
        channels: usize,
        width: u32,
        height: u32,
    ) -> Vec<u16> {
        if self == Self::UPRIGHT {
            return pixels;
        }
        let (w, h) = (width as usize, height as usize);
        let (upright_w, upright_h) = self.size(width, height);
        let mut upright = Vec::with_capacity(pixels.len());
        for y in 0..upright_h as usize {
            for x in 0..upright_w as usize {
                let (from_x, from_y) = match self.0 {
                    2 => (w - 1 - x, y),
                    3 => (w - 1 - x, h - 1 - y),
                    4 => (x, h - 1 - y),
                    5 => (y, x),
                    6 => (y, h - 1 - x),
                    7 => (w - 1 - y, h - 1 - x),
                    8 => (w - 1 - y, x),
                    _ => (x, y),
                };
                let from = (from_y * w + from_x) * channels;
                upright.extend_from_slice(&pixels[from..from + channels]);
            }
        }
        upright
    }
}
