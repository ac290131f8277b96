//! Master playlists: the channel's, with its pictures, and that of Audio Only.
//!
//! They are two, because hls.js takes audio-only variants out of a master that has pictures.

use std::fmt::Write;

use bytes::Bytes;

use crate::time::FrameRate;

/// A video rendition (§4.4.6.2).
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Address of its media playlist, relative to the master.
    pub uri: String,
    /// The highest bits per second of any segment, with the sound's.
    pub peak: u64,
    /// The average bits per second, with the sound's.
    pub average: u64,
    /// Of the picture alone: `avc1.64001f`.
    pub codec: String,
    /// Pixels across and down.
    pub size: (u32, u32),
    /// If it is known.
    pub frame_rate: Option<FrameRate>,
}

/// An audio rendition: in the channel's master the one that belongs to the pictures (§4.4.6.1), in
/// that of Audio Only a variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// Address of its media playlist, relative to the master.
    pub uri: String,
    /// What viewers read in a menu.
    pub name: String,
    /// BCP 47: `es`.
    pub language: String,
    /// The highest bits per second of any segment.
    pub peak: u64,
    /// The average bits per second.
    pub average: u64,
    /// `mp4a.40.2`
    pub codec: String,
    /// Channels of sound.
    pub channels: u8,
}

/// CEA-608/708 captions inside of the pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captions {
    /// `CC1` to `CC4`, or `SERVICE1` to `SERVICE63`.
    pub instream_id: String,
    /// What viewers read in a menu.
    pub name: String,
    /// BCP 47; empty where it is not known.
    pub language: String,
}

/// A rendition of WebVTT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtitles {
    /// Address of its media playlist, relative to the master.
    pub uri: String,
    /// What viewers read in a menu.
    pub name: String,
    /// BCP 47.
    pub language: String,
}

/// The channel's master. The first variant is what players begin with. The sounds are alternatives
/// to each other; the first is played unless the viewer chooses.
pub fn master(
    variants: &[Variant],
    sounds: &[Sound],
    captions: &[Captions],
    subtitles: &[Subtitles],
) -> Bytes {
    let mut out = String::from("#EXTM3U\n#EXT-X-VERSION:9\n");
    for (index, sound) in sounds.iter().enumerate() {
        let default = if index == 0 { "YES" } else { "NO" };
        let _ = writeln!(
            out,
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"{}\",LANGUAGE=\"{}\",DEFAULT={default},AUTOSELECT=YES,CHANNELS=\"{}\",URI=\"{}\"",
            quotable(&sound.name),
            quotable(&sound.language),
            sound.channels,
            quotable(&sound.uri),
        );
    }
    for Captions { instream_id, name, language } in captions {
        let language = match quotable(language) {
            unknown if unknown.is_empty() => String::new(),
            language => format!(",LANGUAGE=\"{language}\""),
        };
        let _ = writeln!(
            out,
            "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"captions\",NAME=\"{}\"{language},DEFAULT=NO,AUTOSELECT=YES,INSTREAM-ID=\"{}\"",
            quotable(name),
            quotable(instream_id),
        );
    }
    for Subtitles { uri, name, language } in subtitles {
        let _ = writeln!(
            out,
            "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subtitles\",NAME=\"{}\",LANGUAGE=\"{}\",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI=\"{}\"",
            quotable(name),
            quotable(language),
            quotable(uri),
        );
    }
    for variant in variants {
        let Variant { uri, peak, average, codec, size: (width, height), frame_rate } = variant;
        let _ = write!(out, "#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average}");
        let codecs = match sounds.first() {
            Some(sound) => format!("{codec},{}", sound.codec),
            None => codec.clone(),
        };
        let _ = write!(out, ",CODECS=\"{codecs}\",RESOLUTION={width}x{height}");
        if let Some(rate) = frame_rate {
            let _ = write!(out, ",FRAME-RATE={rate}");
        }
        if !sounds.is_empty() {
            out.push_str(",AUDIO=\"sound\"");
        }
        if !subtitles.is_empty() {
            out.push_str(",SUBTITLES=\"subtitles\"");
        }
        // NONE tells players not to look for captions, and to offer no menu.
        out.push_str(match captions {
            [] => ",CLOSED-CAPTIONS=NONE",
            _ => ",CLOSED-CAPTIONS=\"captions\"",
        });
        let _ = writeln!(out, "\n{}", line(uri));
    }
    out.into()
}

/// The master of Audio Only: each sound is a variant, from the one that players begin with.
pub fn audio_only_master(sounds: &[Sound]) -> Bytes {
    let mut out = String::from("#EXTM3U\n#EXT-X-VERSION:9\n");
    for Sound { uri, peak, average, codec, .. } in sounds {
        let _ = writeln!(
            out,
            "#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},CODECS=\"{codec}\"\n{}",
            line(uri)
        );
    }
    out.into()
}

/// A quoted string cannot hold quotation marks or line breaks (§4.2).
fn quotable(text: &str) -> String {
    text.chars().map(|c| if c == '"' { '\'' } else { c }).filter(|c| !c.is_control()).collect()
}

fn line(uri: &str) -> String {
    uri.chars().filter(|c| !c.is_control()).collect()
}
