//! H.265 as MP4 and enhanced RTMP describe it (ISO/IEC 14496-15 §8.3.3.1), from its parameter sets
//! (ISO/IEC 23008-2 §7.3).

use std::num::NonZeroUsize;

use bytes::Bytes;
use h264_reader::rbsp::{BitRead, BitReader, BitReaderError, ByteReader};

pub(super) const VPS: u8 = 32;
pub(super) const SPS: u8 = 33;
pub(super) const PPS: u8 = 34;

/// The HEVCDecoderConfigurationRecord of parameter sets, if they are whole.
pub(super) fn record(vps: &[&[u8]], sps: &[&[u8]], pps: &[&[u8]]) -> Option<Bytes> {
    if vps.is_empty() || pps.is_empty() {
        return None;
    }
    let first = Sequence::read(sps.first()?).ok()?;
    let layers = (first.sub_layers << 3) | (u8::from(first.nested) << 2);
    let mut record = vec![1];
    record.extend(first.profile);
    // Nothing is said of segmentation, parallelism and frame rates. Lengths have four bytes.
    record.extend([0xF0, 0, 0xFC, 0xFC | first.chroma]);
    record.extend(first.depths_beyond_8.map(|depth| 0xF8 | depth));
    record.extend([0, 0, layers | 3, 3]);
    for (kind, sets) in [(VPS, vps), (SPS, sps), (PPS, pps)] {
        record.push(0x80 | kind);
        record.extend(u16::try_from(sets.len()).ok()?.to_be_bytes());
        for set in sets {
            record.extend(u16::try_from(set.len()).ok()?.to_be_bytes());
            record.extend(*set);
        }
    }
    Some(record.into())
}

/// What a sequence parameter set says that the record repeats.
struct Sequence {
    /// From general_profile_space to general_level_idc.
    profile: [u8; 12],
    sub_layers: u8,
    nested: bool,
    chroma: u8,
    /// Of luma and chroma.
    depths_beyond_8: [u8; 2],
}

impl Sequence {
    fn read(nal: &[u8]) -> Result<Self, BitReaderError> {
        const HEADER: NonZeroUsize = NonZeroUsize::new(2).unwrap();
        let mut bits = BitReader::new(ByteReader::skipping_bytes(nal, HEADER));
        bits.skip(4, "sps_video_parameter_set_id")?;
        let beyond_first: u8 = bits.read::<3, _>("sps_max_sub_layers_minus1")?;
        let nested = bits.read_bit("sps_temporal_id_nesting_flag")?;
        let mut profile = [0; 12];
        for byte in &mut profile {
            *byte = bits.read_to("profile_tier_level")?;
        }
        skip_sub_layers(&mut bits, beyond_first)?;
        bits.read_ue("sps_seq_parameter_set_id")?;
        let chroma = (bits.read_ue("chroma_format_idc")? & 3) as u8;
        if chroma == 3 {
            bits.read_bit("separate_colour_plane_flag")?;
        }
        bits.read_ue("pic_width_in_luma_samples")?;
        bits.read_ue("pic_height_in_luma_samples")?;
        if bits.read_bit("conformance_window_flag")? {
            for _ in 0..4 {
                bits.read_ue("conf_win_offset")?;
            }
        }
        let mut depth = || Ok((bits.read_ue("bit_depth_minus8")? & 7) as u8);
        let depths_beyond_8 = [depth()?, depth()?];
        // There are seven at most, and three bits for them.
        let sub_layers = (beyond_first + 1).min(7);
        Ok(Self { profile, sub_layers, nested, chroma, depths_beyond_8 })
    }
}

/// The profiles and levels of the layers below the highest (§7.3.3).
fn skip_sub_layers(bits: &mut impl BitRead, count: u8) -> Result<(), BitReaderError> {
    const PROFILE: u32 = 88;
    const LEVEL: u32 = 8;
    let mut told = 0;
    for _ in 0..count {
        for length in [PROFILE, LEVEL] {
            told += length * u32::from(bits.read_bit("sub_layer_present_flag")?);
        }
    }
    if count > 0 {
        bits.skip(2 * u32::from(8 - count), "reserved_zero_2bits")?;
    }
    bits.skip(told, "sub_layer")
}
