//! Each receiver has its own numbering of what it gets.
//!
//! A receiver that comes late knows nothing of how often the sender's sequence numbers have wrapped, and
//! SRTP counts that; so what it gets begins at 1. Where its picture comes from another layer, or from
//! another connection of the same seat, numbers and times go on as if nothing had happened.

use std::time::{Duration, Instant};

use str0m::rtp::{Vp8Descriptor, Vp8Patch};

/// Which stream a packet is of: a new connection of the same seat is another stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamKey {
    pub(crate) session: u64,
    pub(crate) ssrc: u32,
}

/// Where a packet stands in what its receiver gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) sequence: u64,
    pub(crate) time: u32,
}

#[derive(Debug)]
pub(crate) struct Rebase {
    clock_rate: u32,
    source: Option<Source>,
    sent: Option<Sent>,
    /// The numbers of the last picture that was sent.
    picture: u16,
    tl0: u8,
}

#[derive(Debug)]
struct Source {
    key: StreamKey,
    /// Earlier packets of it are of pictures that this receiver does not get.
    first: u64,
    sequence: u64,
    time: u32,
    picture: u16,
    tl0: u8,
}

/// The newest packet that was sent.
#[derive(Debug)]
struct Sent {
    sequence: u64,
    time: u32,
    at: Instant,
}

const PICTURE_MASK: u16 = 0x7fff;

impl Rebase {
    pub(crate) fn new(clock_rate: u32) -> Self {
        Self { clock_rate, source: None, sent: None, picture: 0, tl0: 0 }
    }

    pub(crate) fn follows(&self, key: StreamKey) -> bool {
        self.source.as_ref().is_some_and(|source| source.key == key)
    }

    /// From this packet on the receiver gets this stream. `descriptor` is that of its first picture.
    pub(crate) fn switch(
        &mut self,
        key: StreamKey,
        sequence: u64,
        time: u32,
        now: Instant,
        descriptor: Option<&Vp8Descriptor>,
    ) {
        let (next, then) = match &self.sent {
            None => (1, time),
            Some(sent) => {
                // Two pictures never have the same time, and no clock of theirs is told here.
                let ticks = ticks(now.saturating_duration_since(sent.at), self.clock_rate).max(1);
                (sent.sequence + 1, sent.time.wrapping_add(ticks))
            }
        };
        let picture = descriptor.and_then(Vp8Descriptor::picture_id).map_or(0, |theirs| {
            self.picture = self.picture.wrapping_add(1);
            self.picture.wrapping_sub(theirs) & PICTURE_MASK
        });
        let tl0 = descriptor.and_then(Vp8Descriptor::tl0_pic_idx).map_or(0, |theirs| {
            self.tl0 = self.tl0.wrapping_add(1);
            self.tl0.wrapping_sub(theirs)
        });
        self.source = Some(Source {
            key,
            first: sequence,
            sequence: next.wrapping_sub(sequence),
            time: then.wrapping_sub(time),
            picture,
            tl0,
        });
    }

    /// Where a packet of the stream that is followed belongs; nowhere if it is from before the switch.
    pub(crate) fn place(&mut self, sequence: u64, time: u32, now: Instant) -> Option<Place> {
        let source = self.source.as_ref()?;
        if sequence < source.first {
            return None;
        }
        let place = Place {
            sequence: sequence.wrapping_add(source.sequence),
            time: time.wrapping_add(source.time),
        };
        if self.sent.as_ref().is_none_or(|sent| sent.sequence < place.sequence) {
            self.sent = Some(Sent { sequence: place.sequence, time: place.time, at: now });
        }
        Some(place)
    }

    /// The numbers that a packet's picture has for this receiver.
    pub(crate) fn picture(&mut self, descriptor: &Vp8Descriptor) -> Option<Vp8Patch> {
        let source = self.source.as_ref()?;
        let mut patch = descriptor.patch();
        if let Some(theirs) = descriptor.picture_id() {
            let ours = theirs.wrapping_add(source.picture) & PICTURE_MASK;
            if newer(ours, self.picture) {
                self.picture = ours;
            }
            patch = patch.picture_id(ours);
        }
        if let Some(theirs) = descriptor.tl0_pic_idx() {
            let ours = theirs.wrapping_add(source.tl0);
            if ours.wrapping_sub(self.tl0) < 0x80 {
                self.tl0 = ours;
            }
            patch = patch.tl0_pic_idx(ours);
        }
        // Who numbers pictures with seven bits keeps its own numbers once they do not fit.
        patch.build().ok()
    }
}

fn newer(picture: u16, than: u16) -> bool {
    picture.wrapping_sub(than) & PICTURE_MASK < 0x4000
}

fn ticks(elapsed: Duration, clock_rate: u32) -> u32 {
    // Modulo 2^32, as times are.
    (elapsed.as_micros() * u128::from(clock_rate) / 1_000_000) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: StreamKey = StreamKey { session: 1, ssrc: 10 };
    const B: StreamKey = StreamKey { session: 1, ssrc: 11 };

    /// A VP8 descriptor with a long picture number, TL0PICIDX and TID.
    fn payload(picture: u16, tl0: u8) -> [u8; 8] {
        let [high, low] = picture.to_be_bytes();
        [0x90, 0xe0, 0x80 | high, low, tl0, 0x20, 0, 0]
    }

    fn numbers(rebase: &mut Rebase, picture: u16, tl0: u8) -> (u16, u8) {
        let payload = payload(picture, tl0);
        let patch = rebase.picture(&Vp8Descriptor::parse(&payload).unwrap()).unwrap();
        // The patch tells its bytes to nobody but the writer, so they are read from its words.
        let words = format!("{patch:?}");
        let list = words.split("bytes: [").nth(1).unwrap().trim_end_matches("] }");
        let bytes: Vec<u8> = list.split(", ").map(|byte| byte.parse().unwrap()).collect();
        (u16::from_be_bytes([bytes[0] & 0x7f, bytes[1]]), bytes[2])
    }

    #[test]
    fn who_comes_late_begins_with_the_first_packet_number() {
        let now = Instant::now();
        let mut rebase = Rebase::new(90_000);
        rebase.switch(A, 200_000, 77, now, None);
        assert_eq!(rebase.place(200_000, 77, now), Some(Place { sequence: 1, time: 77 }));
        assert_eq!(rebase.place(265_540, 99, now), Some(Place { sequence: 65_541, time: 99 }));
        assert_eq!(rebase.place(199_999, 70, now), None, "it is from before the key frame");
    }

    #[test]
    fn another_layer_goes_on_where_the_first_one_ended() {
        let start = Instant::now();
        let mut rebase = Rebase::new(90_000);
        rebase.switch(A, 500, u32::MAX - 10, start, None);
        rebase.place(500, u32::MAX - 10, start);
        rebase.place(502, u32::MAX - 10, start);
        rebase.place(501, u32::MAX - 10, start);
        let later = start + Duration::from_millis(40);
        rebase.switch(B, 9_000_000, 5, later, None);
        let place = rebase.place(9_000_000, 5, later).unwrap();
        assert_eq!(place, Place { sequence: 4, time: 3_600 - 11 });
        assert!(rebase.follows(B) && !rebase.follows(A));
    }

    #[test]
    fn pictures_are_numbered_on_over_a_switch_and_over_their_wrap() {
        let now = Instant::now();
        let mut rebase = Rebase::new(90_000);
        let first = payload(0x7ffe, 254);
        rebase.switch(A, 1, 0, now, Some(&Vp8Descriptor::parse(&first).unwrap()));
        rebase.place(1, 0, now);
        assert_eq!(numbers(&mut rebase, 0x7ffe, 254), (1, 1));
        assert_eq!(numbers(&mut rebase, 0x7fff, 255), (2, 2));
        assert_eq!(numbers(&mut rebase, 0, 0), (3, 3));
        let other = payload(700, 9);
        rebase.switch(B, 1, 0, now, Some(&Vp8Descriptor::parse(&other).unwrap()));
        assert_eq!(numbers(&mut rebase, 700, 9), (4, 4));
        assert_eq!(numbers(&mut rebase, 701, 9), (5, 4));
        assert_eq!(numbers(&mut rebase, 700, 9), (4, 4), "one that comes late keeps its number");
        rebase.switch(A, 7, 0, now, Some(&Vp8Descriptor::parse(&first).unwrap()));
        assert_eq!(numbers(&mut rebase, 0x7ffe, 254), (6, 5));
    }
}
