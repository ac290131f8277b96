//! The tables that say what is where.

use std::collections::BTreeMap;

use crate::codec::VideoCoding;

/// Where the first programme is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Map {
    /// Its table.
    pub(super) table: Option<u16>,
    pub(super) video: Option<(u16, VideoCoding)>,
    pub(super) audio: Option<u16>,
    /// It has pictures, in another coding than is read.
    pub(super) foreign_video: bool,
    pub(super) foreign_audio: bool,
}

/// What a stream is, by its number in a table (ISO/IEC 13818-1, table 2-34).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Video(VideoCoding),
    Aac,
    OtherVideo,
    OtherAudio,
    Unknown,
}

impl Stream {
    fn of(number: u8) -> Self {
        match number {
            0x1B => Self::Video(VideoCoding::H264),
            0x24 => Self::Video(VideoCoding::H265),
            0x0F => Self::Aac,
            // MPEG-1, MPEG-2, MPEG-4, JPEG 2000, VVC.
            0x01 | 0x02 | 0x10 | 0x21 | 0x33 => Self::OtherVideo,
            // MPEG-1, MPEG-2, AAC in LATM, AC-3, E-AC-3, DTS.
            0x03 | 0x04 | 0x11 | 0x81 | 0x82 | 0x87 => Self::OtherAudio,
            _ => Self::Unknown,
        }
    }
}

/// Sections that are not whole yet, by where they come.
#[derive(Debug, Default)]
pub(super) struct Tables {
    open: BTreeMap<u16, Vec<u8>>,
}

/// No section is longer.
const SECTION_MAX: usize = 4096;

impl Tables {
    /// Takes a packet's payload; says whether the map is another because of it.
    pub(super) fn take(&mut self, pid: u16, begins: bool, payload: &[u8], map: &mut Map) -> bool {
        if begins {
            let Some((pointer, rest)) = payload.split_first() else { return false };
            let Some(rest) = rest.get(usize::from(*pointer)..) else { return false };
            // One programme has two tables.
            self.open.retain(|open, _| *open == 0 || Some(*open) == map.table);
            self.open.insert(pid, rest.to_vec());
        } else if let Some(open) = self.open.get_mut(&pid) {
            open.extend_from_slice(payload);
        }
        let Some(section) = self.open.get(&pid) else { return false };
        let [_, high, low, ..] = section[..] else { return false };
        let length = 3 + (usize::from(high & 15) << 8 | usize::from(low));
        if section.len() < length {
            if section.len() > SECTION_MAX {
                self.open.remove(&pid);
            }
            return false;
        }
        let before = map.clone();
        let section = self.open.remove(&pid).unwrap_or_default();
        if let Some(body) = checked(&section[..length]) {
            match (pid, section[0]) {
                (0, 0x00) => read_programmes(body, map),
                (_, 0x02) if pid != 0 => read_streams(body, map),
                _ => {}
            }
        }
        *map != before
    }
}

/// What is between a section's head and its checksum, if that is right and the section in force.
fn checked(section: &[u8]) -> Option<&[u8]> {
    let in_force = section.get(5)? & 1 == 1;
    let body = section.get(8..section.len().checked_sub(4)?)?;
    (in_force && checksum(section) == 0).then_some(body)
}

fn checksum(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0x04C1_1DB7;
    bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| {
            if sum >> 31 == 1 { sum << 1 ^ POLYNOMIAL } else { sum << 1 }
        })
    })
}

fn read_programmes(body: &[u8], map: &mut Map) {
    let mut programmes = body.chunks_exact(4).map(|it| {
        (u16::from_be_bytes([it[0], it[1]]), u16::from_be_bytes([it[2], it[3]]) & 0x1FFF)
    });
    // Number 0 is where the network tells of itself.
    let first = programmes.find(|(number, _)| *number != 0).map(|(_, pid)| pid);
    if first.is_some() && first != map.table {
        *map = Map { table: first, ..Map::default() };
    }
}

fn read_streams(body: &[u8], map: &mut Map) {
    let mut read = Map { table: map.table, ..Map::default() };
    let length = |at: usize| {
        let two = [*body.get(at)?, *body.get(at + 1)?];
        Some(usize::from(u16::from_be_bytes(two) & 0xFFF))
    };
    let Some(about) = length(2) else { return };
    let mut at = 4 + about;
    while let (Some(number), Some(about)) = (body.get(at), length(at + 3)) {
        let pid = u16::from_be_bytes([body[at + 1], body[at + 2]]) & 0x1FFF;
        match Stream::of(*number) {
            Stream::Video(coding) => read.video = read.video.or(Some((pid, coding))),
            Stream::Aac => read.audio = read.audio.or(Some(pid)),
            Stream::OtherVideo => read.foreign_video = true,
            Stream::OtherAudio => read.foreign_audio = true,
            Stream::Unknown => {}
        }
        at += 5 + about;
    }
    read.foreign_video &= read.video.is_none();
    read.foreign_audio &= read.audio.is_none();
    *map = read;
}
