//! H.264 and H.265 as streams carry them, with start codes (annex B of both), made into what MP4 and FLV
//! have (ISO/IEC 14496-15).

use bytes::{Bytes, BytesMut};

use super::{Avc, hevc};

/// How pictures are coded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VideoCoding {
    /// Advanced Video Coding.
    #[default]
    H264,
    /// High Efficiency Video Coding.
    H265,
}

/// Reads one access unit after another.
#[derive(Clone, Debug, Default)]
pub struct AnnexB {
    coding: VideoCoding,
    config: Option<Bytes>,
}

/// One picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessUnit {
    /// The AVCDecoderConfigurationRecord or HEVCDecoderConfigurationRecord that decodes it, where that is
    /// another than before.
    pub config: Option<Bytes>,
    /// Whether decoding can begin here.
    pub key: bool,
    /// NAL units behind their lengths of four bytes, without parameter sets.
    pub data: Bytes,
}

/// What a NAL unit is for.
enum Unit {
    /// A parameter set, of the sort with this number.
    Set(usize),
    /// It holds nothing that anybody needs.
    Idle,
    /// A part of a picture, or words about it; with `key`, decoding can begin here.
    Part { key: bool },
}

impl AnnexB {
    /// For pictures that are coded so.
    pub fn of(coding: VideoCoding) -> Self {
        Self { coding, config: None }
    }

    /// How its pictures are coded.
    pub fn coding(&self) -> VideoCoding {
        self.coding
    }

    /// Reads an access unit.
    pub fn read(&mut self, bytes: &[u8]) -> Option<AccessUnit> {
        let mut sets: [Vec<&[u8]>; 3] = Default::default();
        let mut data = BytesMut::with_capacity(bytes.len() + 16);
        let mut key = false;
        for nal in nals(bytes) {
            let unit = match self.coding {
                VideoCoding::H264 => unit(nal[0] & 0x1F),
                VideoCoding::H265 => hevc_unit(nal[0] >> 1 & 0x3F),
            };
            match unit {
                Unit::Set(sort) => sets[sort].push(nal),
                Unit::Idle => {}
                Unit::Part { key: begins } => {
                    key |= begins;
                    data.extend_from_slice(&u32::try_from(nal.len()).ok()?.to_be_bytes());
                    data.extend_from_slice(nal);
                }
            }
        }
        let record = match (self.coding, &sets) {
            (VideoCoding::H264, [sps, pps, _]) => record(sps, pps),
            (VideoCoding::H265, [vps, sps, pps]) => hevc::record(vps, sps, pps),
        };
        let config = record.filter(|record| self.config.as_ref() != Some(record));
        if config.is_some() {
            self.config.clone_from(&config);
        }
        Some(AccessUnit { config, key, data: data.freeze() })
    }

    /// Whether parameter sets have come, without which no picture decodes.
    pub fn is_configured(&self) -> bool {
        self.config.is_some()
    }
}

/// By nal_unit_type of H.264 (table 7-1).
fn unit(kind: u8) -> Unit {
    const IDR: u8 = 5;
    const SPS: u8 = 7;
    const PPS: u8 = 8;
    const DELIMITER: u8 = 9;
    const FILLER: u8 = 12;
    match kind {
        SPS => Unit::Set(0),
        PPS => Unit::Set(1),
        DELIMITER | FILLER => Unit::Idle,
        kind => Unit::Part { key: kind == IDR },
    }
}

/// By nal_unit_type of H.265 (table 7-1).
fn hevc_unit(kind: u8) -> Unit {
    // Broken links, instantaneous refreshes, and clean random access.
    const BEGINS: std::ops::RangeInclusive<u8> = 16..=21;
    const DELIMITER: u8 = 35;
    const FILLER: u8 = 38;
    match kind {
        hevc::VPS => Unit::Set(0),
        hevc::SPS => Unit::Set(1),
        hevc::PPS => Unit::Set(2),
        DELIMITER | FILLER => Unit::Idle,
        kind => Unit::Part { key: BEGINS.contains(&kind) },
    }
}

/// The NAL units between start codes; none is empty.
fn nals(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(window) = bytes.get(at..at + 3) {
        if window == [0, 0, 1] {
            starts.push(at);
            at += 3;
        } else {
            at += 1;
        }
    }
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([bytes.len()]).collect();
    starts.into_iter().zip(ends).filter_map(move |(start, end)| {
        let nal = bytes.get(start + 3..end)?;
        // Zeros before the next start code belong to it.
        let length = nal.iter().rposition(|byte| *byte != 0)? + 1;
        nal.get(..length)
    })
}

/// The AVCDecoderConfigurationRecord of parameter sets, if they are any.
fn record(sps: &[&[u8]], pps: &[&[u8]]) -> Option<Bytes> {
    let first = *sps.first()?;
    let [_, profile, constraints, level, ..] = *first else { return None };
    if pps.is_empty() || sps.len() > 31 || pps.len() > 255 {
        return None;
    }
    let mut record = vec![1, profile, constraints, level, 0xFF, 0xE0 | sps.len() as u8];
    let add = |record: &mut Vec<u8>, set: &[u8]| {
        record.extend(u16::try_from(set.len()).ok()?.to_be_bytes());
        record.extend(set);
        Some(())
    };
    for set in sps {
        add(&mut record, set)?;
    }
    record.push(pps.len() as u8);
    for set in pps {
        add(&mut record, set)?;
    }
    let avc = Avc::parse(Bytes::from(record.clone())).ok()?;
    if matches!(profile, 100 | 110 | 122 | 144 | 244) {
        let picture = avc.picture();
        let depth = 0xF8 | picture.bit_depth.saturating_sub(8) & 7;
        record.extend([0xFC | picture.chroma & 3, depth, depth, 0]);
    }
    Some(record.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_between_start_codes_of_either_length() {
        let bytes = [0, 0, 0, 1, 9, 0xF0, 0, 0, 1, 0x65, 1, 2, 0, 0, 0, 0, 1, 0x41, 3];
        let found: Vec<&[u8]> = nals(&bytes).collect();
        assert_eq!(found, [&[9, 0xF0][..], &[0x65, 1, 2], &[0x41, 3]]);
        assert_eq!(nals(&[0, 0, 1, 0, 0, 0]).count(), 0);
        assert_eq!(nals(&[7, 8, 9]).count(), 0);
    }
}
