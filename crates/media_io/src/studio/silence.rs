//! Silence in place of sound that does not come.

use bytes::Bytes;
use media::Aac;

use crate::tag::{Kind, Tag};

const RATE: u32 = 48_000;
/// A picture whose clock goes further at once has jumped, and the silence begins anew.
const STEP_MAX: i32 = 10_000;

/// Tags of silence that keep pace with a picture.
#[derive(Debug, Default)]
pub(super) struct Silence {
    /// When it began by the picture's clock, and how many access units there have been since.
    begun: Option<(u32, u64)>,
}

impl Silence {
    /// What is heard up to a frame that is decoded at this time.
    pub(super) fn up_to(&mut self, timestamp: u32) -> Vec<Tag> {
        let Some(aac) = format() else { return Vec::new() };
        let Some(unit) = aac.silence() else { return Vec::new() };
        let tag = |packet: u8, timestamp: u32, data: &Bytes| {
            let body = [&[0xAF, packet][..], data].concat().into();
            Tag { kind: Kind::Audio, timestamp, body }
        };
        let mut tags = Vec::new();
        let (mut base, mut count) = self.begun.unwrap_or_default();
        let at = |base: u32, count: u64| {
            let samples = count * u64::from(aac.frame_samples());
            base.wrapping_add((samples * 1000 / u64::from(RATE)) as u32)
        };
        let ahead = timestamp.wrapping_sub(at(base, count)).cast_signed();
        if self.begun.is_none() || !(-STEP_MAX..STEP_MAX).contains(&ahead) {
            (base, count) = (timestamp, 0);
            tags.push(tag(0, timestamp, aac.config()));
        }
        while timestamp.wrapping_sub(at(base, count)).cast_signed() >= 0 {
            tags.push(tag(1, at(base, count), &unit));
            count += 1;
        }
        self.begun = Some((base, count));
        tags
    }
}

/// What silence, and sound that cannot pass, is made as.
pub(super) fn format() -> Option<Aac> {
    Aac::low_complexity(RATE, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_lasts_as_long_as_the_picture_and_follows_its_clock() {
        let mut silence = Silence::default();
        let begins = u32::MAX - 5_000;
        let tags: Vec<Tag> =
            (0..250).flat_map(|frame| silence.up_to(begins.wrapping_add(frame * 40))).collect();
        assert_eq!(tags.iter().filter(|tag| tag.is_header()).count(), 1);
        // Ten seconds of 1024 samples at 48 kHz, less the last frame's duration.
        assert_eq!(tags.len() - 1, 467);
        let times: Vec<u32> = tags.iter().map(|tag| tag.timestamp.wrapping_sub(begins)).collect();
        assert!(
            times.is_sorted() && times.last().is_some_and(|last| (9_930..=9_960).contains(last))
        );
        let again = silence.up_to(77);
        assert!(again.len() < 300, "{}", again.len());
        let jumped = silence.up_to(900_000_000);
        assert!(jumped[0].is_header() && jumped.len() == 2);
    }
}
