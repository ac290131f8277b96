//! H.264 as streams carry it, with start codes (annex B), made into what MP4 and FLV have (ISO/IEC
//! 14496-15).

use bytes::{Bytes, BytesMut};

use super::Avc;

/// Reads one access unit after another.
#[derive(Clone, Debug, Default)]
pub struct AnnexB {
    config: Option<Bytes>,
}

/// One picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessUnit {
    /// The AVCDecoderConfigurationRecord that decodes it, where that is another than before.
    pub config: Option<Bytes>,
    /// Whether decoding can begin here.
    pub key: bool,
    /// NAL units behind their lengths of four bytes, without parameter sets.
    pub data: Bytes,
}

impl AnnexB {
    /// Reads an access unit.
    pub fn read(&mut self, bytes: &[u8]) -> Option<AccessUnit> {
        const IDR: u8 = 5;
        const SPS: u8 = 7;
        const PPS: u8 = 8;
        const DELIMITER: u8 = 9;
        const FILLER: u8 = 12;
        let (mut sps, mut pps) = (Vec::new(), Vec::new());
        let mut data = BytesMut::with_capacity(bytes.len() + 16);
        let mut key = false;
        for nal in nals(bytes) {
            match nal[0] & 0x1F {
                SPS => sps.push(nal),
                PPS => pps.push(nal),
                DELIMITER | FILLER => {}
                kind => {
                    key |= kind == IDR;
                    data.extend_from_slice(&u32::try_from(nal.len()).ok()?.to_be_bytes());
                    data.extend_from_slice(nal);
                }
            }
        }
        let config = record(&sps, &pps).filter(|record| self.config.as_ref() != Some(record));
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
