//! Bodies of FLV's video and audio tags, as RTMP carries them: Adobe's FLV 10.1 annex E, and
//! Enhanced RTMP v2 (Veovera) for codecs that are named by four characters.

use bytes::{Buf, Bytes};

use super::CodecError;

const VIDEO: &str = "video message";
const AUDIO: &str = "audio message";

/// What a video message brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VideoTag {
    /// An AVCDecoderConfigurationRecord, for [`super::Avc::parse`].
    Config(Bytes),
    /// One access unit.
    Frame {
        /// Whether the sender calls it a key frame; ask [`super::Avc::is_key_frame`].
        key: bool,
        /// When it is shown, in milliseconds after the message's time, which is when it is decoded.
        offset_ms: i32,
        /// NAL units behind their lengths.
        data: Bytes,
    },
    /// The sender says that no more frames come.
    End,
    /// Nothing that concerns the picture: metadata, a seek of the player.
    Aside,
    /// A codec that is not taken.
    Foreign(Foreign),
}

/// What an audio message brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioTag {
    /// An AudioSpecificConfig, for [`super::Aac::parse`].
    Config(Bytes),
    /// One access unit.
    Frame(Bytes),
    /// The sender says that no more sound comes.
    End,
    /// Nothing that concerns the sound.
    Aside,
    /// A codec that is not taken.
    Foreign(Foreign),
}

/// A codec that is not taken, by the name that its users know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Foreign(pub &'static str);

impl Foreign {
    /// Whether it is one that ffmpeg can be given, so that another can be made of it.
    pub fn can_be_transcoded(self) -> bool {
        !CANNOT_BE_TRANSCODED.contains(&self)
    }
}

const OLD_HEVC: Foreign = Foreign("HEVC without enhanced RTMP");
const OLD_AV1: Foreign = Foreign("AV1 without enhanced RTMP");
const VVC: Foreign = Foreign("VVC (H.266)");
const PICTURES: Foreign = Foreign("several video tracks at once");
const SOUNDS: Foreign = Foreign("several audio tracks at once");
const UNKNOWN_PICTURE: Foreign = Foreign("an unknown video codec");
const UNKNOWN_SOUND: Foreign = Foreign("an unknown audio codec");
const CANNOT_BE_TRANSCODED: [Foreign; 7] =
    [OLD_HEVC, OLD_AV1, VVC, PICTURES, SOUNDS, UNKNOWN_PICTURE, UNKNOWN_SOUND];

impl std::fmt::Display for Foreign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// Reads the body of an RTMP message of type 9.
pub fn read_video_tag(mut body: Bytes) -> Result<VideoTag, CodecError> {
    const COMMAND: u8 = 5;
    let head = body.try_get_u8().map_err(|_| CodecError::Truncated(VIDEO))?;
    let frame = head >> 4 & 7;
    let key = frame == 1;
    if head & 0x80 == 0 {
        match head & 0xF {
            7 if frame == COMMAND => return Ok(VideoTag::Aside),
            7 => {}
            2 => return Ok(VideoTag::Foreign(Foreign("Sorenson H.263"))),
            3 | 6 => return Ok(VideoTag::Foreign(Foreign("Screen video"))),
            4 | 5 => return Ok(VideoTag::Foreign(Foreign("VP6"))),
            12 => return Ok(VideoTag::Foreign(OLD_HEVC)),
            13 => return Ok(VideoTag::Foreign(OLD_AV1)),
            _ => return Err(CodecError::damaged(VIDEO, "it names a codec that does not exist")),
        }
        let packet = body.try_get_u8().map_err(|_| CodecError::Truncated(VIDEO))?;
        let offset_ms = read_offset(&mut body)?;
        return video(packet, key, offset_ms, body);
    }
    let packet = read_packet_type(head & 0xF, &mut body, VIDEO)?;
    const METADATA: u8 = 4;
    const MULTITRACK: u8 = 6;
    if packet == METADATA || frame == COMMAND {
        return Ok(VideoTag::Aside);
    }
    if packet == MULTITRACK {
        return Ok(VideoTag::Foreign(PICTURES));
    }
    match &read_four_characters(&mut body, VIDEO)? {
        b"avc1" => match packet {
            1 => {
                let offset_ms = read_offset(&mut body)?;
                video(1, key, offset_ms, body)
            }
            3 => video(1, key, 0, body),
            other => video(other, key, 0, body),
        },
        b"hvc1" | b"hev1" => Ok(VideoTag::Foreign(Foreign("HEVC (H.265)"))),
        b"vvc1" => Ok(VideoTag::Foreign(VVC)),
        b"av01" => Ok(VideoTag::Foreign(Foreign("AV1"))),
        b"vp09" => Ok(VideoTag::Foreign(Foreign("VP9"))),
        b"vp08" => Ok(VideoTag::Foreign(Foreign("VP8"))),
        _ => Ok(VideoTag::Foreign(UNKNOWN_PICTURE)),
    }
}

fn video(packet: u8, key: bool, offset_ms: i32, data: Bytes) -> Result<VideoTag, CodecError> {
    match packet {
        0 => Ok(VideoTag::Config(data)),
        1 if data.is_empty() => Ok(VideoTag::Aside),
        1 => Ok(VideoTag::Frame { key, offset_ms, data }),
        2 => Ok(VideoTag::End),
        _ => Err(CodecError::damaged(VIDEO, "it is of a kind that does not exist")),
    }
}

/// Reads the body of an RTMP message of type 8.
pub fn read_audio_tag(mut body: Bytes) -> Result<AudioTag, CodecError> {
    let head = body.try_get_u8().map_err(|_| CodecError::Truncated(AUDIO))?;
    let named = match head >> 4 {
        10 => {
            let packet = body.try_get_u8().map_err(|_| CodecError::Truncated(AUDIO))?;
            return audio(packet, body);
        }
        9 => {
            let packet = read_packet_type(head & 0xF, &mut body, AUDIO)?;
            const MULTICHANNEL: u8 = 4;
            const MULTITRACK: u8 = 5;
            if packet == MULTICHANNEL {
                return Ok(AudioTag::Aside);
            }
            if packet == MULTITRACK {
                return Ok(AudioTag::Foreign(SOUNDS));
            }
            match &read_four_characters(&mut body, AUDIO)? {
                b"mp4a" => {
                    return if packet == 2 { Ok(AudioTag::End) } else { audio(packet, body) };
                }
                b"Opus" => "Opus",
                b"fLaC" => "FLAC",
                b"ac-3" => "AC-3",
                b"ec-3" => "E-AC-3",
                b".mp3" => "MP3",
                _ => return Ok(AudioTag::Foreign(UNKNOWN_SOUND)),
            }
        }
        0 | 3 => "PCM",
        1 => "ADPCM",
        2 | 14 => "MP3",
        4..=6 => "Nellymoser",
        7 | 8 => "G.711",
        11 => "Speex",
        _ => return Err(CodecError::damaged(AUDIO, "it names a codec that does not exist")),
    };
    Ok(AudioTag::Foreign(Foreign(named)))
}

fn audio(packet: u8, data: Bytes) -> Result<AudioTag, CodecError> {
    match packet {
        0 => Ok(AudioTag::Config(data)),
        1 if data.is_empty() => Ok(AudioTag::Aside),
        1 => Ok(AudioTag::Frame(data)),
        _ => Err(CodecError::damaged(AUDIO, "it is of a kind that does not exist")),
    }
}

/// Skips what modifies the packet (a time in nanoseconds, and whatever comes to be), which may be
/// ignored by who does not know it.
fn read_packet_type(
    mut packet: u8,
    body: &mut Bytes,
    what: &'static str,
) -> Result<u8, CodecError> {
    const MODIFIER: u8 = 7;
    let cut = CodecError::Truncated(what);
    while packet == MODIFIER {
        let mut size = usize::from(body.try_get_u8().map_err(|_| cut.clone())?) + 1;
        if size == 256 {
            size = usize::from(body.try_get_u16().map_err(|_| cut.clone())?) + 1;
        }
        if body.remaining() <= size {
            return Err(cut);
        }
        body.advance(size);
        packet = body.get_u8() & 0xF;
    }
    Ok(packet)
}

fn read_four_characters(body: &mut Bytes, what: &'static str) -> Result<[u8; 4], CodecError> {
    let mut name = [0; 4];
    body.try_copy_to_slice(&mut name).map_err(|_| CodecError::Truncated(what))?;
    Ok(name)
}

/// A signed number of three bytes.
fn read_offset(body: &mut Bytes) -> Result<i32, CodecError> {
    let mut bytes = [0; 3];
    body.try_copy_to_slice(&mut bytes).map_err(|_| CodecError::Truncated(VIDEO))?;
    let [high, middle, low] = bytes;
    Ok(i32::from_be_bytes([high, middle, low, 0]) >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(bytes: &'static [u8]) -> VideoTag {
        read_video_tag(Bytes::from_static(bytes)).unwrap()
    }

    fn audio(bytes: &'static [u8]) -> AudioTag {
        read_audio_tag(Bytes::from_static(bytes)).unwrap()
    }

    #[test]
    fn what_obs_and_ffmpeg_send_is_read() {
        assert_eq!(video(&[0x17, 0, 0, 0, 0, 1, 2]), VideoTag::Config(Bytes::from_static(&[1, 2])));
        let data = Bytes::from_static(&[9]);
        assert_eq!(
            video(&[0x27, 1, 0, 0, 80, 9]),
            VideoTag::Frame { key: false, offset_ms: 80, data: data.clone() }
        );
        assert_eq!(
            video(&[0x17, 1, 0xFF, 0xFF, 0xF6, 9]),
            VideoTag::Frame { key: true, offset_ms: -10, data: data.clone() }
        );
        assert_eq!(video(&[0x17, 2, 0, 0, 0]), VideoTag::End);
        assert_eq!(
            audio(&[0xAF, 0, 0x11, 0x90]),
            AudioTag::Config(Bytes::from_static(&[0x11, 0x90]))
        );
        assert_eq!(audio(&[0xAF, 1, 9]), AudioTag::Frame(data));
    }

    #[test]
    fn h264_and_aac_come_by_four_characters_too() {
        let data = Bytes::from_static(&[9]);
        assert_eq!(
            video(b"\x91avc1\0\0\x28\x09"),
            VideoTag::Frame { key: true, offset_ms: 40, data: data.clone() }
        );
        assert_eq!(
            video(b"\xA3avc1\x09"),
            VideoTag::Frame { key: false, offset_ms: 0, data: data.clone() }
        );
        // Behind a time in nanoseconds.
        assert_eq!(
            video(b"\x97\x02\0\0\x01\x03avc1\x09"),
            VideoTag::Frame { key: true, offset_ms: 0, data: data.clone() }
        );
        assert_eq!(audio(b"\x91mp4a\x09"), AudioTag::Frame(data));
        assert_eq!(audio(b"\x92mp4a"), AudioTag::End);
    }

    #[test]
    fn what_is_not_taken_is_named() {
        assert_eq!(video(b"\x90hvc1\x01"), VideoTag::Foreign(Foreign("HEVC (H.265)")));
        assert_eq!(video(b"\x90av01\x01"), VideoTag::Foreign(Foreign("AV1")));
        assert_eq!(video(&[0x1C, 0]), VideoTag::Foreign(OLD_HEVC));
        assert_eq!(audio(b"\x90Opus\x01"), AudioTag::Foreign(Foreign("Opus")));
        assert_eq!(audio(&[0x2F, 0]), AudioTag::Foreign(Foreign("MP3")));
    }

    #[test]
    fn what_ends_early_is_refused() {
        for bytes in [&[][..], &[0x17], &[0x17, 1, 0], b"\x91avc", b"\x97\xFF\xFF", b"\x97\x05\0"] {
            let error = read_video_tag(Bytes::from_static(bytes)).unwrap_err();
            assert!(error.to_string().contains("ends too early"), "{bytes:?}: {error}");
        }
        assert!(read_audio_tag(Bytes::from_static(&[0xAF])).is_err());
    }
}
