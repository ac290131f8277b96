use std::borrow::Cow;

use super::Parts;
use crate::bytes::{be16, be32, slice};
use crate::orientation::Orientation;
use crate::{Format, Rejected};

/// An AVIF's parts, with the coded pictures that the decoder needs.
pub(crate) struct Avif<'a> {
    pub(crate) parts: Parts<'a>,
    /// The AV1 stream of the picture.
    pub(crate) color: Cow<'a, [u8]>,
    /// The AV1 stream of its transparency.
    pub(crate) alpha: Option<Cow<'a, [u8]>>,
    pub(crate) icc: Option<&'a [u8]>,
    /// How samples become colours, when the container says it: it then outranks the stream.
    pub(crate) nclx: Option<Nclx>,
}

/// Code points of ITU-T H.273.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nclx {
    pub(crate) primaries: u16,
    pub(crate) matrix: u16,
    pub(crate) full_range: bool,
}

/// What a file of this family of containers holds.
pub(crate) enum Kind {
    Still,
    Sequence,
    Heic,
    Other,
}

/// By the brands that the file declares, the first of which counts most.
pub(crate) fn kind(bytes: &[u8]) -> Kind {
    let length = be32(bytes, 0).unwrap_or(0) as usize;
    let brands = bytes.get(8..length.min(bytes.len())).unwrap_or_default();
    let has = |brand: &[u8; 4]| brands.chunks_exact(4).any(|known| known == brand);
    match brands.get(..4) {
        Some(b"avis") => Kind::Sequence,
        _ if has(b"avif") => Kind::Still,
        _ if has(b"heic") || has(b"heix") || has(b"hevc") || has(b"mif1") => Kind::Heic,
        _ => Kind::Other,
    }
}

/// Reads the `meta` box and finds the items, decoding nothing.
pub(crate) fn read(bytes: &[u8]) -> Result<Avif<'_>, Rejected> {
    let meta = boxes(bytes).find(|(kind, _)| *kind == b"meta").ok_or(Rejected::Truncated)?.1;
    let meta = Meta::read(meta).ok_or_else(|| Rejected::Damaged("an unreadable AVIF".into()))?;
    let primary = meta.primary;
    let color_item = meta.item(primary).ok_or_else(no_picture)?;
    match color_item.kind {
        b"av01" => {}
        b"grid" => return Err(Rejected::Unsupported("AVIF tiles")),
        _ => return Err(Rejected::Unsupported("a codec other than AV1")),
    }
    let mut size = None;
    let mut turn = 0;
    let mut mirror = None;
    let mut icc = None;
    let mut nclx = None;
    for (kind, data) in meta.properties(primary) {
        match kind {
            b"ispe" => size = be32(data, 4).zip(be32(data, 8)),
            b"irot" => turn = data.first().copied().unwrap_or(0),
            b"imir" => mirror = data.first().map(|axis| axis & 1),
            b"clap" => return Err(Rejected::Unsupported("an AVIF crop")),
            b"colr" => match data.get(..4) {
                Some(b"prof" | b"rICC") => icc = data.get(4..),
                Some(b"nclx") => nclx = read_nclx(data),
                _ => {}
            },
            _ => {}
        }
    }
    let (width, height) = size.ok_or_else(no_picture)?;
    let alpha_item = meta.references(b"auxl", primary).find(|&item| {
        meta.properties(item)
            .any(|(kind, data)| kind == b"auxC" && data.get(4..).is_some_and(is_alpha))
    });
    let described = |wanted: fn(&Item<'_>) -> bool| {
        meta.items.iter().find(|item| wanted(item)).and_then(|item| meta.data(bytes, item.id))
    };
    let exif = described(|item| item.kind == b"Exif").and_then(after_exif_offset);
    let xmp = described(|item| item.kind == b"mime" && item.content_type == b"application/rdf+xml");
    Ok(Avif {
        color: meta.data(bytes, primary).ok_or(Rejected::Truncated)?,
        alpha: match alpha_item {
            Some(item) => Some(meta.data(bytes, item).ok_or(Rejected::Truncated)?),
            None => None,
        },
        icc,
        nclx,
        parts: Parts {
            format: Format::Avif,
            width,
            height,
            // The container's own turning counts; an EXIF orientation beside it does not.
            orientation: Orientation::from_turn_and_mirror(turn, mirror),
            exif,
            xmp,
            resources: None,
        },
    })
}

fn no_picture() -> Rejected {
    Rejected::Damaged("an AVIF without a picture".into())
}

fn is_alpha(urn: &[u8]) -> bool {
    urn.starts_with(b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")
        || urn.starts_with(b"urn:mpeg:hevc:2015:auxid:1")
}

fn read_nclx(data: &[u8]) -> Option<Nclx> {
    Some(Nclx {
        primaries: be16(data, 4)?,
        matrix: be16(data, 8)?,
        full_range: data.get(10)? & 0x80 != 0,
    })
}

/// An Exif item starts with the distance to its TIFF header.
fn after_exif_offset(item: Cow<'_, [u8]>) -> Option<Cow<'_, [u8]>> {
    let start = 4usize.checked_add(be32(&item, 0)? as usize)?;
    item.get(start..)?;
    Some(match item {
        Cow::Borrowed(item) => Cow::Borrowed(&item[start..]),
        Cow::Owned(item) => Cow::Owned(item[start..].to_vec()),
    })
}

/// The boxes that lie one after another in `bytes`, up to the first that is malformed.
pub(crate) fn boxes(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let kind = rest.get(4..8)?.try_into().ok()?;
        let (header, length) = match be32(rest, 0)? {
            0 => (8, rest.len()),
            1 => (
                16,
                usize::try_from(u64::from(be32(rest, 8)?) << 32 | u64::from(be32(rest, 12)?))
                    .ok()?,
            ),
            length => (8, length as usize),
        };
        let content = rest.get(header..length)?;
        rest = &rest[length..];
        Some((kind, content))
    })
}

pub(crate) struct Meta<'a> {
    pub(crate) primary: u32,
    pub(crate) items: Vec<Item<'a>>,
    pub(crate) locations: Vec<Location>,
    /// (kind, from, to)
    pub(crate) references: Vec<(&'a [u8; 4], u32, u32)>,
    properties: Vec<(&'a [u8; 4], &'a [u8])>,
    /// (item, index of a property from 1)
    associations: Vec<(u32, usize)>,
    idat: &'a [u8],
}

pub(crate) struct Item<'a> {
    pub(crate) id: u32,
    kind: &'a [u8],
    content_type: &'a [u8],
}

pub(crate) struct Location {
    pub(crate) item: u32,
    pub(crate) within_idat: bool,
    /// (place, length)
    pub(crate) extents: Vec<(usize, usize)>,
}

/// Enough for any still picture, and too few to make the searches below slow.
const ENTRIES_MAX: usize = 256;

impl<'a> Meta<'a> {
    pub(crate) fn read(meta: &'a [u8]) -> Option<Self> {
        let mut primary = None;
        let mut found = Self {
            primary: 0,
            items: Vec::new(),
            locations: Vec::new(),
            references: Vec::new(),
            properties: Vec::new(),
            associations: Vec::new(),
            idat: &[],
        };
        for (kind, data) in boxes(meta.get(4..)?) {
            match kind {
                b"pitm" => primary = Reader::new(data)?.id_by_version(1),
                b"iinf" => found.items = read_items(data)?,
                b"iloc" => found.locations = read_locations(data)?,
                b"iref" => found.references = read_references(data)?,
                b"idat" => found.idat = data,
                b"iprp" => {
                    for (kind, data) in boxes(data) {
                        match kind {
                            b"ipco" => found.properties = boxes(data).take(ENTRIES_MAX).collect(),
                            b"ipma" => found.associations = read_associations(data)?,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        found.primary = primary?;
        Some(found)
    }

    fn item(&self, id: u32) -> Option<&Item<'a>> {
        self.items.iter().find(|item| item.id == id)
    }

    fn properties(&self, item: u32) -> impl Iterator<Item = (&'a [u8; 4], &'a [u8])> {
        self.associations
            .iter()
            .filter(move |(of, _)| *of == item)
            .filter_map(|(_, index)| self.properties.get(index.checked_sub(1)?).copied())
    }

    /// Items that refer to `item`.
    fn references(&self, kind: &'a [u8; 4], item: u32) -> impl Iterator<Item = u32> {
        self.references
            .iter()
            .filter(move |(of, _, to)| *of == kind && *to == item)
            .map(|(_, from, _)| *from)
    }

    /// An item without bytes counts as missing: to the AV1 decoder it would be a mistake of ours,
    /// over which its debug builds end the process.
    fn data(&self, file: &'a [u8], item: u32) -> Option<Cow<'a, [u8]>> {
        let location = self.locations.iter().find(|location| location.item == item)?;
        let source = if location.within_idat { self.idat } else { file };
        let extent = |&(at, length): &(usize, usize)| {
            if length == 0 { source.get(at..) } else { slice(source, at, length) }
        };
        let data = match location.extents.as_slice() {
            [only] => Cow::Borrowed(extent(only)?),
            many => {
                let mut data = Vec::new();
                for one in many {
                    data.extend_from_slice(extent(one)?);
                    // Extents that overlap could make a small file large.
                    if data.len() > source.len() {
                        return None;
                    }
                }
                Cow::Owned(data)
            }
        };
        (!data.is_empty()).then_some(data)
    }
}

fn read_items(data: &[u8]) -> Option<Vec<Item<'_>>> {
    let mut reader = Reader::new(data)?;
    let _count = if reader.version == 0 { u32::from(reader.u16()?) } else { reader.u32()? };
    let mut items = Vec::new();
    for (kind, data) in boxes(reader.rest()).take(ENTRIES_MAX) {
        let mut entry = Reader::new(data)?;
        if kind != b"infe" || entry.version < 2 {
            continue;
        }
        let id = entry.id_by_version(3)?;
        let _protection = entry.u16()?;
        let kind = entry.take(4)?;
        let mut strings = entry.rest().split(|&byte| byte == 0);
        let _name = strings.next();
        items.push(Item { id, kind, content_type: strings.next().unwrap_or_default() });
    }
    Some(items)
}

fn read_locations(data: &[u8]) -> Option<Vec<Location>> {
    let mut reader = Reader::new(data)?;
    let sizes = reader.u16()?;
    let width = |shift: u16| usize::from(sizes >> shift & 15);
    let (offset_size, length_size, base_size, index_size) =
        (width(12), width(8), width(4), width(0));
    let count = if reader.version < 2 { u32::from(reader.u16()?) } else { reader.u32()? };
    let mut locations = Vec::new();
    for _ in 0..count.min(ENTRIES_MAX as u32) {
        let item = reader.id_by_version(2)?;
        let method = if reader.version == 0 { 0 } else { reader.u16()? & 15 };
        let _data_reference = reader.u16()?;
        let base = reader.number(base_size)?;
        let extents = (0..reader.u16()?.min(ENTRIES_MAX as u16))
            .map(|_| {
                if reader.version > 0 {
                    reader.number(index_size)?;
                }
                let offset = reader.number(offset_size)?;
                Some((base.checked_add(offset)?, reader.number(length_size)?))
            })
            .collect::<Option<_>>()?;
        if method <= 1 {
            locations.push(Location { item, within_idat: method == 1, extents });
        }
    }
    Some(locations)
}

fn read_references(data: &[u8]) -> Option<Vec<(&[u8; 4], u32, u32)>> {
    let reader = Reader::new(data)?;
    let mut references = Vec::new();
    for (kind, data) in boxes(reader.rest()).take(ENTRIES_MAX) {
        let mut entry = Reader { data, version: reader.version };
        let from = entry.id_by_version(1)?;
        for _ in 0..entry.u16()?.min(ENTRIES_MAX as u16) {
            references.push((kind, from, entry.id_by_version(1)?));
        }
    }
    Some(references)
}

fn read_associations(data: &[u8]) -> Option<Vec<(u32, usize)>> {
    let wide = data.get(3)? & 1 != 0;
    let mut reader = Reader::new(data)?;
    let mut associations = Vec::new();
    for _ in 0..reader.u32()?.min(ENTRIES_MAX as u32) {
        let item = reader.id_by_version(1)?;
        for _ in 0..reader.u8()? {
            let index = if wide { reader.u16()? & 0x7FFF } else { u16::from(reader.u8()? & 0x7F) };
            associations.push((item, usize::from(index)));
        }
    }
    Some(associations)
}

/// Reads a box that starts with a version, field by field.
struct Reader<'a> {
    data: &'a [u8],
    version: u8,
}

impl<'a> Reader<'a> {
    fn new(data: &'a [u8]) -> Option<Self> {
        Some(Self { version: *data.first()?, data: data.get(4..)? })
    }

    fn rest(&self) -> &'a [u8] {
        self.data
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.data.split_at_checked(length)?;
        self.data = rest;
        Some(taken)
    }

    fn number(&mut self, length: usize) -> Option<usize> {
        let bytes = self.take(length)?;
        (length <= 8).then(|| bytes.iter().fold(0, |number, &byte| number << 8 | usize::from(byte)))
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u16(&mut self) -> Option<u16> {
        be16(self.take(2)?, 0)
    }

    fn u32(&mut self) -> Option<u32> {
        be32(self.take(4)?, 0)
    }

    /// Ids are 16 bits wide before `wide_from`, and 32 from it on.
    fn id_by_version(&mut self, wide_from: u8) -> Option<u32> {
        if self.version < wide_from { self.u16().map(u32::from) } else { self.u32() }
    }
}
