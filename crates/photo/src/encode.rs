//! Writes pixels and an XMP packet as a file.

pub(crate) mod avif;
pub(crate) mod jpeg;
pub(crate) mod webp;

/// Why a rendition could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The rendition could not be made: {step} failed ({reason}).")]
pub struct NotEncoded {
    step: &'static str,
    reason: String,
}

impl NotEncoded {
    pub(crate) fn new(step: &'static str, reason: &dyn std::fmt::Display) -> Self {
        Self { step, reason: reason.to_string() }
    }
}
