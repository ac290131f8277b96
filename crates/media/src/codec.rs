//! Headers of codecs and of the FLV tags that bring them. Every reader here takes hostile bytes.

mod aac;
mod annex_b;
mod bits;
mod captions;
mod flv;
mod h264;
mod hevc;

pub use aac::{Aac, AdtsHeader};
pub use annex_b::{AccessUnit, AnnexB, VideoCoding};
pub use captions::{CaptionService, CaptionWatch};
pub use flv::{AudioTag, Foreign, VideoTag, read_audio_tag, read_video_tag};
pub use h264::{Avc, Nals, Picture};

/// Bytes that are not what they were said to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// There are fewer bytes than the header says.
    #[error(
        "The {0} ends too early. Restart the encoder; if it happens again, the connection damages data."
    )]
    Truncated(&'static str),
    /// The header says what cannot be.
    #[error("The {what} is damaged: {why}. Restart the encoder.")]
    Damaged {
        /// What was read.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl CodecError {
    pub(crate) fn damaged(what: &'static str, why: &'static str) -> Self {
        Self::Damaged { what, why }
    }
}
