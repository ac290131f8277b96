//! Which captions of CEA-608 and CEA-708 a stream carries. What they say is the player's to show.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Pictures are decoded in another order than shown, by at most so many; captions are in the order
/// in which pictures are shown.
const REORDERED_MAX: usize = 16;

/// One of the captions in a stream, as INSTREAM-ID of a playlist names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaptionService {
    /// CEA-608: `CC1` to `CC4`.
    Channel(u8),
    /// CEA-708: `SERVICE1` to `SERVICE63`.
    Service(u8),
}

impl fmt::Display for CaptionService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel(number) => write!(f, "CC{number}"),
            Self::Service(number) => write!(f, "SERVICE{number}"),
        }
    }
}

/// Watches a stream's captions, and notes which of them have said anything: an encoder that is ready
/// to send captions writes empty ones into every picture.
#[derive(Clone, Debug, Default)]
pub struct CaptionWatch {
    /// By when they are shown, and in which order they came.
    waiting: BTreeMap<(i64, u64), Vec<[u8; 3]>>,
    came: u64,
    fields: [Field; 2],
    /// A packet of CEA-708 that has begun.
    packet: Vec<u8>,
    seen: BTreeSet<CaptionService>,
}

/// One of the two lines of CEA-608, each of which carries two channels by turns.
#[derive(Clone, Copy, Debug, Default)]
struct Field {
    /// 0 or 1, once either was named.
    current: Option<usize>,
    /// Whether what is written to a channel is a caption, and not a page of text.
    captions: [bool; 2],
}

impl CaptionWatch {
    /// Takes what [`crate::Avc::captions`] found in a picture that is shown at `shown`, on any clock.
    pub fn picture(&mut self, shown: i64, triplets: Vec<[u8; 3]>) {
        self.came += 1;
        self.waiting.insert((shown, self.came), triplets);
        if self.waiting.len() > REORDERED_MAX {
            self.waiting.pop_first().into_iter().for_each(|(_, triplets)| self.read(&triplets));
        }
    }

    /// What has said anything so far. A service of CEA-708 that repeats a channel of CEA-608, as the
    /// first two do, is left out where that is there: every player knows the channel.
    pub fn seen(&self) -> Vec<CaptionService> {
        let repeated = |service: &CaptionService| match service {
            CaptionService::Service(1) => self.seen.contains(&CaptionService::Channel(1)),
            CaptionService::Service(2) => self.seen.contains(&CaptionService::Channel(3)),
            _ => false,
        };
        self.seen.iter().filter(|service| !repeated(service)).copied().collect()
    }

    fn read(&mut self, triplets: &[[u8; 3]]) {
        for [head, first, second] in triplets {
            // Five bits that are set, whether the rest counts, and of what it is.
            let valid = head & 0xFC == 0xFC;
            match head & 3 {
                field @ (0 | 1) if valid => self.pair(usize::from(field), *first, *second),
                3 => {
                    self.packet.clear();
                    if valid {
                        self.packet.extend([*first, *second]);
                    }
                }
                2 if valid && !self.packet.is_empty() => self.packet.extend([*first, *second]),
                _ => {}
            }
            self.finish_packet();
        }
    }

    /// Two bytes of a line of CEA-608, each with its parity.
    fn pair(&mut self, number: usize, first: u8, second: u8) {
        let is_odd = |byte: u8| byte.count_ones() % 2 == 1;
        if !is_odd(first) || !is_odd(second) {
            return;
        }
        let field = &mut self.fields[number];
        let (first, second) = (first & 0x7F, second & 0x7F);
        let says = match first {
            // Data about the programme, until a channel is named again.
            0x01..=0x0F => {
                field.current = None;
                false
            }
            0x10..=0x1F => {
                let channel = usize::from(first >> 3 & 1);
                field.current = Some(channel);
                match (first & 0x17, second) {
                    // Captions that pop on, roll up by two to four lines, or are painted on.
                    (0x14 | 0x15, 0x20 | 0x25..=0x27 | 0x29) => {
                        field.captions[channel] = true;
                        false
                    }
                    (0x14 | 0x15, 0x2A | 0x2B) => {
                        field.captions[channel] = false;
                        false
                    }
                    // Characters beside the usual ones.
                    (0x11, 0x30..=0x3F) | (0x12 | 0x13, 0x20..=0x3F) => true,
                    _ => false,
                }
            }
            0x21..=0x7F => true,
            // A blank alone shows nothing.
            0x20 => second > 0x20,
            _ => false,
        };
        if let Some(channel) = field.current.filter(|channel| says && field.captions[*channel]) {
            let number = u8::try_from(number * 2 + channel + 1).unwrap_or(1);
            self.seen.insert(CaptionService::Channel(number));
        }
    }

    /// Reads the packet of CEA-708 once it is whole: blocks, each of a service.
    fn finish_packet(&mut self) {
        let Some(head) = self.packet.first() else { return };
        let size = match head & 0x3F {
            0 => 128,
            words => usize::from(words) * 2,
        };
        if self.packet.len() < size {
            return;
        }
        let packet = std::mem::take(&mut self.packet);
        let mut rest = &packet[1..size];
        while let Some((head, behind)) = rest.split_first() {
            let length = usize::from(head & 0x1F);
            let (mut service, mut behind) = (head >> 5, behind);
            if service == 7 && length > 0 {
                let Some((extended, after)) = behind.split_first() else { return };
                (service, behind) = (extended & 0x3F, after);
            }
            // A block of no service ends the packet.
            let Some((block, after)) = behind.split_at_checked(length).filter(|_| service > 0)
            else {
                return;
            };
            if has_characters(block) {
                self.seen.insert(CaptionService::Service(service));
            }
            rest = after;
        }
    }
}

/// Whether a block of CEA-708 writes anything, and does not only move windows.
fn has_characters(block: &[u8]) -> bool {
    let mut rest = block;
    while let Some((code, behind)) = rest.split_first() {
        let parameters = match code {
            0x21..=0x7F | 0xA1..=0xFF => return true,
            0x10..=0x17 | 0x88..=0x8D => 1,
            0x18..=0x1F | 0x90 | 0x92 => 2,
            0x91 => 3,
            0x97 => 4,
            0x98..=0x9F => 6,
            _ => 0,
        };
        rest = behind.get(parameters..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::CaptionService::{Channel, Service};
    use super::*;

    /// A byte with its parity made odd.
    fn odd(byte: u8) -> u8 {
        if byte.count_ones() % 2 == 1 { byte } else { byte | 0x80 }
    }

    fn pair(field: u8, first: u8, second: u8) -> [u8; 3] {
        [0xFC | field, odd(first), odd(second)]
    }

    /// What is noted of pictures that are shown in this order.
    fn seen(pictures: &[Vec<[u8; 3]>]) -> Vec<CaptionService> {
        let mut watch = CaptionWatch::default();
        for (at, triplets) in pictures.iter().enumerate() {
            watch.picture(at as i64, triplets.clone());
        }
        for at in 0..=REORDERED_MAX {
            watch.picture((pictures.len() + at) as i64, Vec::new());
        }
        watch.seen()
    }

    fn packet(blocks: &[u8]) -> Vec<[u8; 3]> {
        let mut bytes = vec![((blocks.len() + 2) / 2) as u8 & 0x3F];
        bytes.extend_from_slice(blocks);
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        let pairs = bytes.as_chunks::<2>().0.iter().enumerate();
        pairs.map(|(at, [a, b])| [if at == 0 { 0xFF } else { 0xFE }, *a, *b]).collect()
    }

    #[test]
    fn each_channel_is_known_by_what_it_says() {
        for (field, commands, number) in
            [(0, 0x14, 1), (0, 0x1C, 2), (1, 0x15, 3), (1, 0x1D, 4), (1, 0x14, 3)]
        {
            let said = [vec![pair(field, commands, 0x25)], vec![pair(field, b'H', b'i')]];
            assert_eq!(seen(&said), [Channel(number)]);
        }
    }

    #[test]
    fn what_says_nothing_is_no_caption() {
        let cases: [(&str, Vec<[u8; 3]>); 7] = [
            ("empty pairs", vec![[0xFC, 0x80, 0x80], [0xFD, 0x80, 0x80], [0xFA, 0, 0]]),
            ("a mode alone", vec![pair(0, 0x14, 0x25)]),
            ("characters of no channel", vec![pair(0, b'H', b'i')]),
            ("a page of text", vec![pair(0, 0x14, 0x2A), pair(0, b'H', b'i')]),
            (
                "data about the programme",
                vec![pair(1, 0x15, 0x25), pair(1, 0x01, 0x03), pair(1, b'H', b'i')],
            ),
            ("a wrong parity", vec![pair(0, 0x14, 0x25), [0xFC, b'H', odd(b'i')]]),
            ("what is said not to count", vec![pair(0, 0x14, 0x25), [0xF8, odd(b'H'), odd(b'i')]]),
        ];
        for (name, triplets) in cases {
            assert_eq!(seen(&[triplets]), [], "{name}");
        }
    }

    #[test]
    fn services_of_708_are_known_by_their_blocks() {
        assert_eq!(seen(&[packet(&[0x22, b'H', b'i'])]), [Service(1)]);
        assert_eq!(seen(&[packet(&[0xE2, 9, b'H', b'i'])]), [Service(9)]);
        // Windows are made, and nothing is written; then a block of no service.
        assert_eq!(seen(&[packet(&[0x27, 0x98, b'a', b'b', b'c', b'd', b'e', b'f', 0])]), []);
        // A packet may go through several pictures.
        let spread: Vec<Vec<[u8; 3]>> =
            packet(&[0x44, b'H', b'o', b'l', b'a']).into_iter().map(|it| vec![it]).collect();
        assert_eq!(seen(&spread), [Service(2)]);
    }

    #[test]
    fn what_is_on_a_channel_and_a_service_is_told_once() {
        let both = [vec![pair(0, 0x14, 0x25), pair(0, b'H', b'i')], packet(&[0x22, b'H', b'i'])];
        assert_eq!(seen(&both), [Channel(1)]);
    }

    #[test]
    fn pictures_are_read_in_the_order_in_which_they_are_shown() {
        let mut watch = CaptionWatch::default();
        // Decoded as 0, 3, 1, 2: the text page is over before the caption begins.
        watch.picture(0, vec![pair(0, 0x14, 0x2B)]);
        watch.picture(3, vec![pair(0, b'H', b'i')]);
        watch.picture(1, vec![pair(0, b'n', b'o')]);
        watch.picture(2, vec![pair(0, 0x14, 0x20)]);
        (4..30).for_each(|at| watch.picture(at, Vec::new()));
        assert_eq!(watch.seen(), [Channel(1)]);
    }

    proptest! {
        #[test]
        fn garbage_names_only_what_there_can_be(
            pictures in prop::collection::vec(
                (any::<i64>(), prop::collection::vec(any::<[u8; 3]>(), 0..40)), 0..60)
        ) {
            let mut watch = CaptionWatch::default();
            for (at, triplets) in pictures {
                watch.picture(at, triplets);
            }
            for service in watch.seen() {
                match service {
                    Channel(number) => prop_assert!((1..=4).contains(&number)),
                    Service(number) => prop_assert!((1..=63).contains(&number)),
                }
            }
            prop_assert!(watch.packet.len() < 130 && watch.waiting.len() <= REORDERED_MAX);
        }
    }
}
