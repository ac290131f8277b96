//! AAC: AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) and ADTS (§1.A.2).

use bytes::Bytes;

use super::CodecError;
use super::bits::Bits;

const RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];
const CONFIG: &str = "AAC configuration";

/// How an AAC track is coded, with the AudioSpecificConfig that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aac {
    config: Bytes,
    object_type: u8,
    sample_rate: u32,
    channels: u8,
    frame_samples: u32,
    extended: bool,
}

impl Aac {
    /// Reads an AudioSpecificConfig, as an AAC sequence header carries it.
    pub fn parse(config: Bytes) -> Result<Self, CodecError> {
        let mut bits = Bits::new(&config);
        let read = read_config(&mut bits).ok_or(CodecError::Truncated(CONFIG))?;
        let RawConfig { object_type, sample_rate, channels, short_frames, extended } = read;
        if !(7_350..=192_000).contains(&sample_rate) {
            return Err(CodecError::damaged(CONFIG, "its sample rate is impossible"));
        }
        let channels = match channels {
            0 => {
                return Err(CodecError::damaged(
                    CONFIG,
                    "it does not say which channels there are",
                ));
            }
            1..=6 => channels,
            7 | 12 | 14 => 8,
            11 => 7,
            _ => return Err(CodecError::damaged(CONFIG, "it names channels that do not exist")),
        };
        let core = if short_frames { 960 } else { 1024 };
        let frame_samples = if extended { 2 * core } else { core };
        // Longer ones are allowed to carry more, which nobody needs to play them.
        if config.len() > 64 {
            return Err(CodecError::damaged(CONFIG, "it is far too long"));
        }
        Ok(Self { config, object_type, sample_rate, channels, frame_samples, extended })
    }

    /// A plain AAC-LC track, for sound that comes without its configuration.
    pub fn low_complexity(sample_rate: u32, channels: u8) -> Option<Self> {
        let index = RATES.iter().position(|rate| *rate == sample_rate)?;
        let configuration = match channels {
            1..=6 => channels,
            8 => 7,
            _ => return None,
        };
        let bits = 2 << 11 | u16::try_from(index).ok()? << 7 | u16::from(configuration) << 3;
        Self::parse(Bytes::copy_from_slice(&bits.to_be_bytes())).ok()
    }

    /// The AudioSpecificConfig, as it came.
    pub fn config(&self) -> &Bytes {
        &self.config
    }

    /// MPEG-4's number of the coding tool: 2 is AAC-LC, 5 HE-AAC, 29 HE-AACv2.
    pub fn object_type(&self) -> u8 {
        self.object_type
    }

    /// Whether this is AAC-LC and nothing more, which every browser plays.
    pub fn is_low_complexity(&self) -> bool {
        self.object_type == 2 && !self.extended
    }

    /// Sample frames per second; the timescale of the track.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Channels of sound.
    pub fn channels(&self) -> u8 {
        self.channels
    }

    /// Sample frames in one access unit: 1024 for AAC-LC as everyone sends it.
    pub fn frame_samples(&self) -> u32 {
        self.frame_samples
    }

    /// For CODECS of a master playlist (RFC 6381): `mp4a.40.2`.
    pub fn codec(&self) -> String {
        format!("mp4a.40.{}", self.object_type)
    }

    /// The ADTS header before one access unit of `length` bytes, for AAC over plain HTTP.
    /// None if ADTS cannot say it: a unit over 8184 bytes, a rate or coding tool not in its tables.
    pub fn adts_header(&self, length: usize) -> Option<[u8; 7]> {
        let total = u32::try_from(length.checked_add(7)?).ok().filter(|total| *total < 1 << 13)?;
        let profile = self.object_type.checked_sub(1).filter(|profile| *profile < 4)?;
        let rate = u8::try_from(RATES.iter().position(|rate| *rate == self.sample_rate)?).ok()?;
        let channels = match self.channels {
            8 => 7,
            7 => return None,
            few => few,
        };
        let [_, _, high, low] = total.to_be_bytes();
        Some([
            0xFF,
            // MPEG-4, no checksum.
            0xF1,
            profile << 6 | rate << 2 | channels >> 2,
            channels << 6 | high >> 3,
            high << 5 | low >> 3,
            low << 5 | 0x1F,
            0xFC,
        ])
    }

    /// One access unit of silence, for gaps; none for more than two channels or other than AAC-LC.
    pub fn silence(&self) -> Option<Bytes> {
        match self.channels {
            1 if self.object_type == 2 => Some(Bytes::from_static(&[0, 0xC8, 0, 0x80, 0x23, 0x80])),
            2 if self.object_type == 2 => {
                Some(Bytes::from_static(&[0x21, 0, 0x49, 0x90, 0x02, 0x19, 0, 0x23, 0x80]))
            }
            _ => None,
        }
    }
}

struct RawConfig {
    object_type: u8,
    sample_rate: u32,
    channels: u8,
    short_frames: bool,
    extended: bool,
}

fn read_config(bits: &mut Bits<'_>) -> Option<RawConfig> {
    let mut object_type = read_object_type(bits)?;
    let mut sample_rate = read_rate(bits)?;
    let channels = u8::try_from(bits.take(4)?).ok()?;
    let outer = object_type;
    let extended = object_type == 5 || object_type == 29;
    if extended {
        // The track's clock is that of the output, which the extension names.
        sample_rate = read_rate(bits)?;
        object_type = read_object_type(bits)?;
    }
    let short_frames = matches!(object_type, 1..=4) && bits.flag()?;
    Some(RawConfig { object_type: outer, sample_rate, channels, short_frames, extended })
}

fn read_object_type(bits: &mut Bits<'_>) -> Option<u8> {
    let mut object_type = bits.take(5)?;
    if object_type == 31 {
        object_type = 32 + bits.take(6)?;
    }
    u8::try_from(object_type).ok()
}

fn read_rate(bits: &mut Bits<'_>) -> Option<u32> {
    match bits.take(4)? {
        15 => bits.take(24),
        index => Some(RATES.get(index as usize).copied().unwrap_or(0)),
    }
}

/// An ADTS header, and how many bytes belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdtsHeader {
    /// How the access unit is coded.
    pub aac: Aac,
    /// Bytes before the access unit: 7, or 9 with a checksum.
    pub header: usize,
    /// Bytes of header and access unit together.
    pub total: usize,
}

impl AdtsHeader {
    /// Reads the header at the start of `bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Self, CodecError> {
        const WHAT: &str = "ADTS header";
        let [sync, flags, b2, b3, b4, b5, _, ..] = *bytes else {
            return Err(CodecError::Truncated(WHAT));
        };
        if sync != 0xFF || flags & 0xF6 != 0xF0 {
            return Err(CodecError::damaged(WHAT, "it does not begin with its mark"));
        }
        let rate = RATES.get(usize::from(b2 >> 2 & 0xF)).copied().unwrap_or(0);
        let channels = match (b2 & 1) << 2 | b3 >> 6 {
            7 => 8,
            few => few,
        };
        let header = if flags & 1 == 1 { 7 } else { 9 };
        let total = usize::from(b3 & 3) << 11 | usize::from(b4) << 3 | usize::from(b5) >> 5;
        if total <= header {
            return Err(CodecError::damaged(WHAT, "its length is impossible"));
        }
        if b2 >> 6 != 1 {
            return Err(CodecError::damaged(WHAT, "it is not AAC-LC"));
        }
        let aac = Aac::low_complexity(rate, channels)
            .ok_or(CodecError::damaged(WHAT, "it names a rate or channels that do not exist"))?;
        Ok(Self { aac, header, total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_of_obs_is_read() {
        let aac = Aac::parse(Bytes::from_static(&[0x11, 0x90, 0x56, 0xE5, 0])).unwrap();
        assert_eq!((aac.sample_rate(), aac.channels(), aac.frame_samples()), (48_000, 2, 1024));
        assert_eq!(aac.codec(), "mp4a.40.2");
        assert!(aac.is_low_complexity());
    }

    #[test]
    fn high_efficiency_is_seen() {
        // Object type 5, 24 kHz doubled to 48 kHz, stereo, LC inside.
        let aac = Aac::parse(Bytes::from_static(&[0x2B, 0x11, 0x88, 0])).unwrap();
        assert_eq!((aac.object_type(), aac.sample_rate()), (5, 48_000));
        assert!(!aac.is_low_complexity());
    }

    #[test]
    fn adts_is_read_as_it_was_written() {
        for (rate, channels) in [(48_000, 1), (44_100, 2), (22_050, 6), (96_000, 8)] {
            let aac = Aac::low_complexity(rate, channels).unwrap();
            for length in [1, 300, 8184] {
                let header = aac.adts_header(length).unwrap();
                let read = AdtsHeader::parse(&header).unwrap();
                assert_eq!(read, AdtsHeader { aac: aac.clone(), header: 7, total: length + 7 });
            }
            assert_eq!(aac.adts_header(8185), None);
        }
    }

    #[test]
    fn damage_is_a_sentence() {
        let error = Aac::parse(Bytes::from_static(&[0x11])).unwrap_err();
        assert!(error.to_string().contains("ends too early"), "{error}");
        let error = Aac::parse(Bytes::from_static(&[0x11, 0x80])).unwrap_err();
        assert!(error.to_string().contains("channels"), "{error}");
    }
}
