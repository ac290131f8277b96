//! The child's clock, which begins anew with each child.

use crate::tag::{Kind, Tag};

/// Carries timestamps to a child and back.
///
/// A child's clock begins at one second, whatever the source's says: sound that is encoded begins a
/// little before its source, which no FLV can say before zero; and wrapping and jumping clocks are
/// beyond ffmpeg.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// The source's time at the beginning.
    base: u32,
    last_audio: Option<u32>,
    last_video: Option<u32>,
}

/// What a tag is to the child that is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// It comes at this time of the child's clock.
    At(u32),
    /// It belongs before the beginning.
    TooEarly,
    /// It does not go on from what came before, so a child must begin with it.
    Jumped,
}

impl Clock {
    /// The child's time at the beginning.
    pub(super) const BEGINS_AT: u32 = 1000;

    pub(super) fn beginning_at(base: u32) -> Self {
        Self { base, last_audio: None, last_video: None }
    }

    pub(super) fn place(&mut self, tag: &Tag) -> Placed {
        let since_base = tag.timestamp.wrapping_sub(self.base).cast_signed();
        let last = match tag.kind {
            Kind::Audio => &mut self.last_audio,
            Kind::Video => &mut self.last_video,
            Kind::Script => return Placed::TooEarly,
        };
        let jump = tag.timestamp.wrapping_sub(last.unwrap_or(self.base)).cast_signed();
        if jump > FORWARDS_MAX || (last.is_some() && jump < -BACKWARDS_MAX) {
            return Placed::Jumped;
        }
        let at = since_base + Self::BEGINS_AT.cast_signed();
        if at < 0 || since_base < -BACKWARDS_MAX {
            return if last.is_some() { Placed::Jumped } else { Placed::TooEarly };
        }
        if since_base > RUN_MAX {
            return Placed::Jumped;
        }
        *last = Some(tag.timestamp);
        Placed::At(at.cast_unsigned())
    }

    /// The source's time of what a child gives.
    pub(super) fn back(&self, timestamp: u32) -> u32 {
        timestamp.wrapping_sub(Self::BEGINS_AT).wrapping_add(self.base)
    }
}

const FORWARDS_MAX: i32 = 10_000;
/// Encoders hand in tags slightly out of order.
const BACKWARDS_MAX: i32 = 500;
/// FLV's clock has 31 bits in ffmpeg: a child is replaced after twelve days.
const RUN_MAX: i32 = 1 << 30;

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn tag(kind: Kind, timestamp: u32) -> Tag {
        Tag { kind, timestamp, body: Bytes::new() }
    }

    fn placed(base: u32, tags: &[(Kind, u32)]) -> Vec<Placed> {
        let mut clock = Clock::beginning_at(base);
        tags.iter().map(|(kind, timestamp)| clock.place(&tag(*kind, *timestamp))).collect()
    }

    #[test]
    fn a_child_begins_at_one_second_and_its_times_lead_back() {
        let mut clock = Clock::beginning_at(500_000);
        assert_eq!(clock.place(&tag(Kind::Video, 500_040)), Placed::At(1040));
        assert_eq!(clock.back(1040), 500_040);
        assert_eq!(clock.back(979), 499_979, "sound begins before its source");
    }

    #[test]
    fn a_clock_that_wraps_goes_on() {
        let (v, a) = (Kind::Video, Kind::Audio);
        let base = u32::MAX - 9;
        let times = placed(base, &[(v, base), (a, base.wrapping_sub(20)), (v, 30)]);
        assert_eq!(times, [Placed::At(1000), Placed::At(980), Placed::At(1040)]);
        assert_eq!(Clock::beginning_at(base).back(1040), 30);
    }

    #[test]
    fn a_clock_that_jumps_needs_another_child() {
        let v = Kind::Video;
        let jumps = |times: &[(Kind, u32)]| placed(50_000, times).last().copied().unwrap();
        assert_eq!(jumps(&[(v, 50_000), (v, 60_001)]), Placed::Jumped);
        assert_eq!(jumps(&[(v, 58_000), (v, 57_499)]), Placed::Jumped);
        assert_eq!(jumps(&[(v, 58_000), (v, 57_900)]), Placed::At(8900));
        assert_eq!(jumps(&[(v, 50_000), (Kind::Audio, 40_000)]), Placed::TooEarly);
        assert_eq!(jumps(&[(v, 50_000), (Kind::Script, 50_000)]), Placed::TooEarly);
    }

    #[test]
    fn a_child_is_replaced_before_its_clock_ends() {
        let mut clock = Clock::beginning_at(0);
        let mut time = 0;
        while clock.place(&tag(Kind::Audio, time)) != Placed::Jumped {
            time += 10_000;
        }
        assert_eq!(time, 1_073_750_000);
    }
}
