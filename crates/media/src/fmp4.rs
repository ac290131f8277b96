//! Fragmented MP4 (ISO/IEC 14496-12, as CMAF narrows it): an initialisation for one track, and
//! fragments of its samples.
//!
//! Written here and not by a library, because two things are to be kept that a tree of boxes loses:
//! the source's configuration, byte for byte, and its samples, copied once.

mod movie;

use bytes::{BufMut, Bytes, BytesMut};

use crate::codec::{Aac, Avc};
use crate::time::CHANNEL_CLOCK;

pub use movie::{Movie, Reel, read_init};

/// What a track is coded in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// H.264, in units of [`CHANNEL_CLOCK`].
    Video(Avc),
    /// AAC, in units of its sample rate.
    Audio(Aac),
}

impl Format {
    /// Units of the track's times in a second.
    pub fn clock(&self) -> u32 {
        match self {
            Self::Video(_) => CHANNEL_CLOCK,
            Self::Audio(aac) => aac.sample_rate(),
        }
    }

    /// For CODECS of a master playlist.
    pub fn codec(&self) -> String {
        match self {
            Self::Video(avc) => avc.codec(),
            Self::Audio(aac) => aac.codec(),
        }
    }
}

/// One access unit with its times, in units of its track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The coded bytes: NAL units behind their lengths, or an AAC access unit.
    pub data: Bytes,
    /// When it is decoded.
    pub dts: u64,
    /// When it is shown, after that.
    pub offset: i32,
    /// How long it lasts.
    pub duration: u32,
    /// Whether decoding can begin with it.
    pub key: bool,
}

const TRACK: u32 = 1;

/// The initialisation of a track: what EXT-X-MAP points to.
pub fn init(format: &Format) -> Bytes {
    let mut out = Boxes(BytesMut::with_capacity(768));
    out.within(b"ftyp", |out| {
        out.0.put_slice(b"iso6");
        out.0.put_u32(0);
        out.0.put_slice(b"iso6cmfcmp41");
    });
    out.within(b"moov", |out| {
        out.full(b"mvhd", 0, 0, |out| {
            out.zeros(8);
            out.0.put_u32(1000);
            out.zeros(4);
            out.0.put_u32(0x0001_0000);
            out.0.put_u16(0x0100);
            out.zeros(10);
            out.matrix();
            out.zeros(24);
            out.0.put_u32(TRACK + 1);
        });
        out.within(b"trak", |out| track(out, TRACK, format));
        out.within(b"mvex", |out| {
            out.full(b"trex", 0, 0, |out| {
                out.0.put_u32(TRACK);
                out.0.put_u32(1);
                out.zeros(12);
            });
        });
    });
    out.0.freeze()
}

fn track(out: &mut Boxes, id: u32, format: &Format) {
    const ENABLED_IN_MOVIE: u32 = 3;
    out.full(b"tkhd", 0, ENABLED_IN_MOVIE, |out| {
        out.zeros(8);
        out.0.put_u32(id);
        out.zeros(20);
        out.0.put_u16(if matches!(format, Format::Audio(_)) { 0x0100 } else { 0 });
        out.zeros(2);
        out.matrix();
        let (width, height) = size(format);
        out.0.put_u32(u32::from(width) << 16);
        out.0.put_u32(u32::from(height) << 16);
    });
    out.within(b"mdia", |out| {
        out.full(b"mdhd", 0, 0, |out| {
            out.zeros(8);
            out.0.put_u32(format.clock());
            out.zeros(4);
            const UNDETERMINED: u16 = 0x55C4;
            out.0.put_u16(UNDETERMINED);
            out.zeros(2);
        });
        out.full(b"hdlr", 0, 0, |out| {
            out.zeros(4);
            out.0.put_slice(if matches!(format, Format::Audio(_)) { b"soun" } else { b"vide" });
            out.zeros(13);
        });
        out.within(b"minf", |out| {
            match format {
                Format::Video(_) => out.full(b"vmhd", 0, 1, |out| out.zeros(8)),
                Format::Audio(_) => out.full(b"smhd", 0, 0, |out| out.zeros(4)),
            }
            out.within(b"dinf", |out| {
                out.full(b"dref", 0, 0, |out| {
                    out.0.put_u32(1);
                    const IN_THIS_FILE: u32 = 1;
                    out.full(b"url ", 0, IN_THIS_FILE, |_| {});
                });
            });
            out.within(b"stbl", |out| {
                out.full(b"stsd", 0, 0, |out| {
                    out.0.put_u32(1);
                    match format {
                        Format::Video(avc) => avc1(out, avc),
                        Format::Audio(aac) => mp4a(out, aac),
                    }
                });
                out.full(b"stts", 0, 0, |out| out.zeros(4));
                out.full(b"stsc", 0, 0, |out| out.zeros(4));
                out.full(b"stsz", 0, 0, |out| out.zeros(8));
                out.full(b"stco", 0, 0, |out| out.zeros(4));
            });
        });
    });
}

fn size(format: &Format) -> (u16, u16) {
    let Format::Video(avc) = format else { return (0, 0) };
    let short = |pixels| u16::try_from(pixels).unwrap_or(u16::MAX);
    (short(avc.picture().width), short(avc.picture().height))
}

fn avc1(out: &mut Boxes, avc: &Avc) {
    out.within(b"avc1", |out| {
        out.zeros(6);
        out.0.put_u16(1);
        out.zeros(16);
        let (width, height) = size(&Format::Video(avc.clone()));
        out.0.put_u16(width);
        out.0.put_u16(height);
        const DPI_72: u32 = 0x0048_0000;
        out.0.put_u32(DPI_72);
        out.0.put_u32(DPI_72);
        out.zeros(4);
        out.0.put_u16(1);
        out.zeros(32);
        out.0.put_u16(24);
        out.0.put_i16(-1);
        out.within(b"avcC", |out| out.0.put_slice(avc.record()));
    });
}

/// The configuration goes into an elementary stream descriptor (ISO/IEC 14496-1 §7.2.6).
fn mp4a(out: &mut Boxes, aac: &Aac) {
    // At most 64 bytes long, so each length fits into one byte.
    let config = u8::try_from(aac.config().len()).unwrap_or(64);
    out.within(b"mp4a", |out| {
        out.zeros(6);
        out.0.put_u16(1);
        out.zeros(8);
        out.0.put_u16(aac.channels().into());
        out.0.put_u16(16);
        out.zeros(4);
        // Rates that do not fit are found in the configuration.
        out.0.put_u32(u32::from(u16::try_from(aac.sample_rate()).unwrap_or(0)) << 16);
        out.full(b"esds", 0, 0, |out| {
            out.0.put_slice(&[0x03, 23 + config, 0, 0, 0]);
            const AUDIO: u8 = 0x40;
            const AUDIO_STREAM: u8 = 0x15;
            out.0.put_slice(&[0x04, 15 + config, AUDIO, AUDIO_STREAM]);
            out.zeros(11);
            out.0.put_slice(&[0x05, config]);
            out.0.put_slice(aac.config());
            out.0.put_slice(&[0x06, 1, 2]);
        });
    });
}

/// A fragment of samples, which must follow each other without a gap: moof and mdat.
/// `number` counts a track's fragments from 1; wrapping is allowed.
pub fn fragment(number: u32, samples: &[Sample]) -> Bytes {
    const KEY: u32 = 0x0200_0000;
    const NOT_KEY: u32 = 0x0101_0000;
    let flags = |sample: &Sample| if sample.key { KEY } else { NOT_KEY };
    let first = samples.first();
    let start = first.map_or(0, |first| first.dts);
    let same = |of: fn(&Sample) -> u64| {
        samples.iter().all(|sample| first.is_some_and(|first| of(first) == of(sample)))
    };
    let same_duration = same(|sample| sample.duration.into());
    let same_flags = same(|sample| sample.key.into());
    let offsets = samples.iter().any(|sample| sample.offset != 0);
    let data: usize = samples.iter().map(|sample| sample.data.len()).sum();

    let mut out = Boxes(BytesMut::with_capacity(128 + samples.len() * 16 + data));
    let mut offset_at = 0;
    out.within(b"moof", |out| {
        out.full(b"mfhd", 0, 0, |out| out.0.put_u32(number));
        out.within(b"traf", |out| {
            const FROM_MOOF: u32 = 0x02_0000;
            let defaults = u32::from(same_duration) << 3 | u32::from(same_flags) << 5;
            out.full(b"tfhd", 0, FROM_MOOF | defaults, |out| {
                out.0.put_u32(TRACK);
                if same_duration {
                    out.0.put_u32(first.map_or(0, |first| first.duration));
                }
                if same_flags {
                    out.0.put_u32(first.map_or(KEY, flags));
                }
            });
            out.full(b"tfdt", 1, 0, |out| out.0.put_u64(start));
            const DATA_OFFSET: u32 = 1;
            const SIZES: u32 = 0x200;
            let each = u32::from(!same_duration) << 8
                | u32::from(!same_flags) << 10
                | u32::from(offsets) << 11;
            out.full(b"trun", 1, DATA_OFFSET | SIZES | each, |out| {
                out.0.put_u32(u32::try_from(samples.len()).unwrap_or(u32::MAX));
                offset_at = out.0.len();
                out.zeros(4);
                for sample in samples {
                    if !same_duration {
                        out.0.put_u32(sample.duration);
                    }
                    out.0.put_u32(u32::try_from(sample.data.len()).unwrap_or(u32::MAX));
                    if !same_flags {
                        out.0.put_u32(flags(sample));
                    }
                    if offsets {
                        out.0.put_i32(sample.offset);
                    }
                }
            });
        });
    });
    let data_at = u32::try_from(out.0.len() + 8).unwrap_or(u32::MAX);
    out.0[offset_at..offset_at + 4].copy_from_slice(&data_at.to_be_bytes());
    out.within(b"mdat", |out| {
        for sample in samples {
            out.0.put_slice(&sample.data);
        }
    });
    out.0.freeze()
}

struct Boxes(BytesMut);

impl Boxes {
    fn within(&mut self, kind: &[u8; 4], write: impl FnOnce(&mut Self)) {
        let at = self.0.len();
        self.zeros(4);
        self.0.put_slice(kind);
        write(self);
        let size = u32::try_from(self.0.len() - at).unwrap_or(u32::MAX);
        self.0[at..at + 4].copy_from_slice(&size.to_be_bytes());
    }

    fn full(&mut self, kind: &[u8; 4], version: u8, flags: u32, write: impl FnOnce(&mut Self)) {
        self.within(kind, |out| {
            out.0.put_u32(u32::from(version) << 24 | flags);
            write(out);
        });
    }

    fn zeros(&mut self, count: usize) {
        self.0.put_bytes(0, count);
    }

    fn matrix(&mut self) {
        for value in [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000] {
            self.0.put_u32(value);
        }
    }
}

#[cfg(test)]
mod tests;
