//! H.264 as FLV and MP4 carry it: a configuration record, and NAL units behind their lengths
//! (ISO/IEC 14496-15 §5.3).

use bytes::Bytes;
use h264_reader::nal::sps::{ChromaFormat, FrameMbsFlags, SeqParameterSet};
use h264_reader::rbsp::{BitReader, decode_nal};

use super::CodecError;
use crate::time::FrameRate;

const RECORD: &str = "H.264 configuration";
/// Encoders need less than 100 bytes.
const RECORD_MAX: usize = 8192;
const SLICE_IDR: u8 = 5;
const SEI: u8 = 6;
const SPS: u8 = 7;
/// Of captions in one picture: a message of them holds 31, and there is one for each picture.
const TRIPLETS_MAX: usize = 256;

/// An H.264 track's AVCDecoderConfigurationRecord, and what its first picture parameters say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Avc {
    record: Bytes,
    length_bytes: usize,
    picture: Picture,
}

/// What a sequence parameter set says of the pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// 66 Baseline, 77 Main, 100 High, …
    pub profile: u8,
    /// The profile's constraint flags, as a byte.
    pub constraints: u8,
    /// Ten times the level: 31 is 3.1.
    pub level: u8,
    /// 0 grey, 1 for 4:2:0, 2 for 4:2:2, 3 for 4:4:4.
    pub chroma: u8,
    /// Bits of each sample, the deeper of luma and chroma.
    pub bit_depth: u8,
    /// Pixels across, without what is cropped.
    pub width: u32,
    /// Pixels down, without what is cropped.
    pub height: u32,
    /// Whether pictures may be coded as two fields.
    pub interlaced: bool,
    /// As the encoder declares it; the frames themselves may come otherwise.
    pub frame_rate: Option<FrameRate>,
}

impl Avc {
    /// Reads an AVCDecoderConfigurationRecord, as an AVC sequence header carries it.
    pub fn parse(record: Bytes) -> Result<Self, CodecError> {
        let cut = || CodecError::Truncated(RECORD);
        let [version, _, _, _, lengths, sets, rest @ ..] = &record[..] else { return Err(cut()) };
        if *version != 1 {
            return Err(CodecError::damaged(RECORD, "its version is not 1"));
        }
        if record.len() > RECORD_MAX {
            return Err(CodecError::damaged(RECORD, "it is far too long"));
        }
        let length_bytes = usize::from(lengths & 3) + 1;
        if length_bytes == 3 {
            return Err(CodecError::damaged(RECORD, "lengths of three bytes are not allowed"));
        }
        let mut rest = rest;
        let mut first = None;
        for _ in 0..sets & 0x1F {
            let (set, after) = split_set(rest).ok_or_else(cut)?;
            first = first.or(Some(set));
            rest = after;
        }
        let (pictures, mut rest) = rest.split_first().ok_or_else(cut)?;
        for _ in 0..*pictures {
            (_, rest) = split_set(rest).ok_or_else(cut)?;
        }
        let first = first.ok_or(CodecError::damaged(RECORD, "it has no parameters of pictures"))?;
        if *pictures == 0 {
            return Err(CodecError::damaged(RECORD, "it has no parameters of slices"));
        }
        let picture = Picture::parse(first)?;
        Ok(Self { length_bytes, picture, record })
    }

    /// The AVCDecoderConfigurationRecord, as it came.
    pub fn record(&self) -> &Bytes {
        &self.record
    }

    /// What the pictures are.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// For CODECS of a master playlist (RFC 6381): `avc1.64001f`.
    pub fn codec(&self) -> String {
        let Picture { profile, constraints, level, .. } = self.picture;
        format!("avc1.{profile:02x}{constraints:02x}{level:02x}")
    }

    /// The NAL units of one access unit. Ends behind the first that is damaged, which it yields
    /// as an error.
    pub fn nals<'a>(&self, unit: &'a [u8]) -> Nals<'a> {
        Nals { rest: unit, length_bytes: self.length_bytes }
    }

    /// Whether decoding can begin here: the unit holds an IDR picture. What FLV marks as a key
    /// frame may be less.
    pub fn is_key_frame(&self, unit: &[u8]) -> bool {
        self.nals(unit)
            .flatten()
            .any(|nal| nal.first().is_some_and(|head| head & 0x1F == SLICE_IDR))
    }

    /// What the unit carries of CEA-608/708 captions, as ATSC A/53 puts them into SEI: triplets of
    /// cc_data in their order. Of more than any encoder writes, the rest is passed over.
    pub fn captions(&self, unit: &[u8]) -> Vec<[u8; 3]> {
        let mut found = Vec::new();
        self.nals(unit)
            .flatten()
            .filter(|nal| nal.first().is_some_and(|head| head & 0x1F == SEI))
            .for_each(|nal| read_sei(nal, &mut found));
        found.truncate(TRIPLETS_MAX);
        found
    }
}

fn split_set(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

impl Picture {
    /// Reads a sequence parameter set: the NAL unit with its header byte.
    fn parse(set: &[u8]) -> Result<Self, CodecError> {
        const WHAT: &str = "H.264 description of pictures";
        let damaged = |why| CodecError::damaged(WHAT, why);
        if set.len() < 4 || set[0] & 0x1F != SPS {
            return Err(damaged("it is not one"));
        }
        let payload =
            decode_nal(set).map_err(|_| damaged("its bytes are not escaped as they must be"))?;
        let sps = SeqParameterSet::from_bits(BitReader::new(&payload[..]))
            .map_err(|_| damaged("it contradicts itself or the level it claims"))?;
        let (width, height) =
            sps.pixel_dimensions().map_err(|_| damaged("it crops more than there is"))?;
        if !(16..=16_384).contains(&width) || !(16..=16_384).contains(&height) {
            return Err(damaged("its size is impossible"));
        }
        let chroma = match sps.chroma_info.chroma_format {
            ChromaFormat::Monochrome => 0,
            ChromaFormat::YUV420 => 1,
            ChromaFormat::YUV422 => 2,
            ChromaFormat::YUV444 => 3,
            ChromaFormat::Invalid(_) => return Err(damaged("its colours are impossible")),
        };
        let depth =
            sps.chroma_info.bit_depth_luma_minus8.max(sps.chroma_info.bit_depth_chroma_minus8);
        let frame_rate = sps.vui_parameters.as_ref().and_then(|vui| {
            let timing = vui.timing_info.as_ref()?;
            // Ticks are of fields, of which two make a frame.
            FrameRate::new(timing.time_scale, timing.num_units_in_tick.checked_mul(2)?)
        });
        Ok(Self {
            profile: set[1],
            constraints: set[2],
            level: set[3],
            chroma,
            bit_depth: depth.saturating_add(8),
            width,
            height,
            interlaced: sps.frame_mbs_flags != FrameMbsFlags::Frames,
            frame_rate,
        })
    }
}

/// The NAL units of an access unit, each without its length.
#[derive(Clone, Debug)]
pub struct Nals<'a> {
    rest: &'a [u8],
    length_bytes: usize,
}

impl<'a> Iterator for Nals<'a> {
    type Item = Result<&'a [u8], CodecError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let split = self.rest.split_at_checked(self.length_bytes).and_then(|(length, rest)| {
            let length = length.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
            rest.split_at_checked(length)
        });
        let (nal, rest) = split.unwrap_or((&[], &[]));
        self.rest = rest;
        Some(if split.is_some() { Ok(nal) } else { Err(CodecError::Truncated("picture")) })
    }
}

/// Payload type 4 (registered user data) of the United States, ATSC's provider, "GA94", type 3.
fn read_sei(nal: &[u8], found: &mut Vec<[u8; 3]>) {
    const CAPTIONS: [u8; 8] = [0xB5, 0x00, 0x31, b'G', b'A', b'9', b'4', 3];
    let mut payload = Unescaped { rest: nal.get(1..).unwrap_or_default(), zeros: 0 };
    loop {
        let (Some(kind), Some(size)) = (payload.number(), payload.number()) else { return };
        // What ends the messages is a lone stop bit; nothing of size zero is of interest.
        let message: Vec<u8> = payload.by_ref().take(size).collect();
        if message.len() < size {
            return;
        }
        // Flags and a count, a byte that says nothing, and then the triplets.
        if kind == 4
            && let Some([flags, _, triplets @ ..]) = message.strip_prefix(&CAPTIONS[..])
            && flags & 0x40 != 0
        {
            let count = usize::from(flags & 0x1F);
            let (triplets, _) = triplets.as_chunks::<3>();
            found.extend(triplets.iter().take(count));
        }
    }
}

/// A NAL unit's bytes without the threes that keep start codes out of it.
struct Unescaped<'a> {
    rest: &'a [u8],
    zeros: u8,
}

impl Unescaped<'_> {
    /// A number as SEI writes them: bytes of 255 and a last one, added up.
    fn number(&mut self) -> Option<usize> {
        let mut sum = 0_usize;
        loop {
            let byte = self.next()?;
            sum += usize::from(byte);
            if byte != 255 {
                return Some(sum);
            }
        }
    }
}

impl Iterator for Unescaped<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (mut byte, mut rest) = self.rest.split_first()?;
        if self.zeros >= 2 && *byte == 3 {
            self.zeros = 0;
            (byte, rest) = rest.split_first()?;
        }
        self.rest = rest;
        self.zeros = if *byte == 0 { self.zeros.saturating_add(1) } else { 0 };
        Some(*byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What x264 makes of 320 by 240 pixels at 25 frames a second, High profile.
    const HIGH: &[u8] = &[
        0x67, 0x64, 0x00, 0x0D, 0xAC, 0xD9, 0x41, 0x41, 0xFA, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10,
        0x00, 0x00, 0x03, 0x03, 0x20, 0xF1, 0x42, 0x99, 0x60,
    ];

    fn record(sps: &[u8]) -> Bytes {
        let mut record = vec![1, sps[1], sps[2], sps[3], 0xFF, 0xE1, 0, sps.len() as u8];
        record.extend_from_slice(sps);
        record.extend_from_slice(&[1, 0, 4, 0x68, 0xEB, 0xE3, 0xCB]);
        record.into()
    }

    fn unit(nals: &[&[u8]]) -> Vec<u8> {
        nals.iter().flat_map(|nal| [&(nal.len() as u32).to_be_bytes(), *nal].concat()).collect()
    }

    #[test]
    fn the_pictures_are_described() {
        let avc = Avc::parse(record(HIGH)).unwrap();
        assert_eq!(avc.codec(), "avc1.64000d");
        let picture = avc.picture();
        assert_eq!((picture.width, picture.height), (320, 240));
        assert_eq!((picture.chroma, picture.bit_depth, picture.interlaced), (1, 8, false));
        assert_eq!(picture.frame_rate.unwrap().per_second(), 25.0);
    }

    #[test]
    fn a_record_cut_anywhere_is_refused() {
        let whole = record(HIGH);
        for length in 0..whole.len() {
            assert!(Avc::parse(whole.slice(..length)).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn an_idr_picture_is_a_key_frame_and_nothing_else() {
        let avc = Avc::parse(record(HIGH)).unwrap();
        assert!(avc.is_key_frame(&unit(&[&[0x06, 0x80], &[0x65, 1, 2]])));
        assert!(!avc.is_key_frame(&unit(&[&[0x06, 0x80], &[0x41, 1, 2]])));
        assert!(!avc.is_key_frame(&[0, 0, 0, 200, 0x65]));
        assert!(!avc.is_key_frame(&[]));
    }

    #[test]
    fn captions_are_seen_among_other_messages() {
        let avc = Avc::parse(record(HIGH)).unwrap();
        let mut sei = vec![0x06, 0x05, 0x02, 0xAA, 0xBB];
        // Zero bytes that follow each other are kept apart by a three.
        sei.extend_from_slice(&[4, 16, 0xB5, 0, 0x31, b'G', b'A', b'9', b'4', 3, 0x42, 0xFF]);
        sei.extend_from_slice(&[0xFC, 0x14, 0x20, 0xFE, 0, 0, 3, 0x80]);
        let unit_with = |sei: &[u8]| unit(&[sei, &[0x41]]);
        assert_eq!(avc.captions(&unit_with(&sei)), [[0xFC, 0x14, 0x20], [0xFE, 0, 0]]);
        for length in 1..sei.len() - 2 {
            assert_eq!(avc.captions(&unit_with(&sei[..length])), [[0; 3]; 0], "cut at {length}");
        }
        sei[14] = b'5';
        assert_eq!(avc.captions(&unit_with(&sei)), [[0; 3]; 0]);
        assert_eq!(avc.captions(&unit(&[&[0x06, 4, 255, 255]])), [[0; 3]; 0]);
    }
}
