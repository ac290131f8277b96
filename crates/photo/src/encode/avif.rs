use ravif::{BitDepth, Encoder, Img};
use rgb::{FromSlice, RGB8, RGBA8};

use super::NotEncoded;
use crate::bytes::be16;
use crate::container::avif::{Meta, boxes};
use crate::render::Pixels;

/// rav1e on one thread: a job encodes one rendition, and the jobs share the machine.
pub(crate) fn encode(pixels: &Pixels, xmp: Option<&[u8]>) -> Result<Vec<u8>, NotEncoded> {
    let encoder = Encoder::new()
        .with_quality(QUALITY)
        .with_alpha_quality(QUALITY)
        .with_speed(SPEED)
        .with_bit_depth(BitDepth::Eight)
        .with_num_threads(Some(1));
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let encoded = if pixels.channels == 4 {
        let samples: &[RGBA8] = pixels.samples.as_rgba();
        encoder.encode_rgba(Img::new(samples, width, height))
    } else {
        let samples: &[RGB8] = pixels.samples.as_rgb();
        encoder.encode_rgb(Img::new(samples, width, height))
    };
    let file = encoded.map_err(|error| NotEncoded::new("encoding AVIF", &error))?.avif_file;
    match xmp {
        Some(xmp) => with_xmp(&file, xmp)
            .ok_or_else(|| NotEncoded::new("encoding AVIF", &"an unexpected layout")),
        None => Ok(file),
    }
}

const QUALITY: f32 = 60.0;
/// 10 is a seventh faster for a tenth more bytes; 8 takes three times as long for 4 % fewer.
const SPEED: u8 = 9;

/// Adds the packet as an item of its own that describes the primary one.
///
/// The `meta` box is written anew, with every item's place moved by what it has grown.
fn with_xmp(file: &[u8], xmp: &[u8]) -> Option<Vec<u8>> {
    let top: Vec<_> = boxes(file).collect();
    let [(b"ftyp", brands), (b"meta", meta_box), (b"mdat", media)] = top[..] else { return None };
    let meta = Meta::read(meta_box)?;
    let id = meta.items.iter().map(|item| item.id).max()? + 1;
    let written = |grown: usize| {
        let mut content = meta_box[..4].to_vec();
        for (kind, data) in boxes(&meta_box[4..]) {
            match kind {
                b"iinf" => put(&mut content, b"iinf", &with_item(data, id)?),
                b"iloc" => {
                    let places = places(&meta, grown, (id, file.len() + grown, xmp.len()))?;
                    put(&mut content, b"iloc", &places);
                }
                b"iref" => {}
                _ => put(&mut content, kind, data),
            }
        }
        put(&mut content, b"iref", &references(&meta, id)?);
        Some(content)
    };
    let grown = written(0)?.len().checked_sub(meta_box.len())?;
    let mut rewritten = Vec::with_capacity(file.len() + grown + xmp.len());
    put(&mut rewritten, b"ftyp", brands);
    put(&mut rewritten, b"meta", &written(grown)?);
    put(&mut rewritten, b"mdat", &[media, xmp].concat());
    Some(rewritten)
}

fn put(target: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    target.extend_from_slice(&(content.len() as u32 + 8).to_be_bytes());
    target.extend_from_slice(kind);
    target.extend_from_slice(content);
}

/// Item information, version 0: a count, then an entry for each item.
fn with_item(information: &[u8], id: u32) -> Option<Vec<u8>> {
    let count = be16(information, 4).filter(|_| information.first() == Some(&0))?;
    let mut content = vec![0; 4];
    content.extend_from_slice(&(count + 1).to_be_bytes());
    content.extend_from_slice(&information[6..]);
    // Version 2; hidden, as it is no picture.
    let mut entry = vec![2, 0, 0, 1];
    entry.extend_from_slice(&u16::try_from(id).ok()?.to_be_bytes());
    entry.extend_from_slice(b"\0\0mime\0application/rdf+xml\0");
    put(&mut content, b"infe", &entry);
    Some(content)
}

/// Item locations, version 0, with four bytes for each place and length.
fn places(meta: &Meta<'_>, grown: usize, added: (u32, usize, usize)) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    for location in &meta.locations {
        let [(at, length)] = location.extents[..] else { return None };
        if location.within_idat {
            return None;
        }
        all.push((location.item, at + grown, length));
    }
    all.push(added);
    let mut content = vec![0, 0, 0, 0, 0x44, 0];
    content.extend_from_slice(&u16::try_from(all.len()).ok()?.to_be_bytes());
    for (item, at, length) in all {
        content.extend_from_slice(&u16::try_from(item).ok()?.to_be_bytes());
        content.extend_from_slice(&[0, 0, 0, 1]);
        content.extend_from_slice(&u32::try_from(at).ok()?.to_be_bytes());
        content.extend_from_slice(&u32::try_from(length).ok()?.to_be_bytes());
    }
    Some(content)
}

/// Item references, version 0: those there were, and that the packet describes the picture.
fn references(meta: &Meta<'_>, id: u32) -> Option<Vec<u8>> {
    let mut content = vec![0; 4];
    for &(kind, from, to) in meta.references.iter().chain([&(b"cdsc", id, meta.primary)]) {
        let mut reference = Vec::new();
        for number in [from, 1, to] {
            reference.extend_from_slice(&u16::try_from(number).ok()?.to_be_bytes());
        }
        put(&mut content, kind, &reference);
    }
    Some(content)
}
