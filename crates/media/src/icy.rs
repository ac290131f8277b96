//! Titles between the bytes of MP3 or AAC over plain HTTP, as Shoutcast began it: for radios.

use bytes::{BufMut, Bytes, BytesMut};

/// Puts a block of metadata behind every so many bytes of sound (`icy-metaint` of the answer).
#[derive(Clone, Debug)]
pub struct Icy {
    interval: usize,
    until_block: usize,
    told: Option<String>,
}

impl Icy {
    /// Bytes of sound between two blocks, as most servers have it.
    pub const INTERVAL: usize = 16_000;

    /// Begins a listener's stream. An interval of 0 is taken as 1.
    pub fn new(interval: usize) -> Self {
        let interval = interval.max(1);
        Self { interval, until_block: interval, told: None }
    }

    /// The next bytes of the stream: `sound`, with blocks where they are due. Pieces of `sound` are
    /// shared, not copied. `title` is what is on air; it is told once, and again when it changed.
    pub fn write(&mut self, sound: &Bytes, title: &str) -> Vec<Bytes> {
        let mut out = Vec::with_capacity(1 + 2 * sound.len() / self.interval);
        let mut rest = sound.clone();
        while rest.len() >= self.until_block {
            out.push(rest.split_to(self.until_block));
            out.push(self.block(title));
            self.until_block = self.interval;
        }
        self.until_block -= rest.len();
        if !rest.is_empty() {
            out.push(rest);
        }
        out
    }

    fn block(&mut self, title: &str) -> Bytes {
        if self.told.as_deref() == Some(title) {
            return Bytes::from_static(&[0]);
        }
        self.told = Some(title.to_owned());
        metadata(title)
    }
}

/// A block of metadata with this title: its length in units of 16 bytes, its text, zeros.
///
/// At most 255 units long, so a longer title is cut. What would end the title early, and line
/// breaks, are replaced.
pub fn metadata(title: &str) -> Bytes {
    const HEAD: &str = "StreamTitle='";
    const TAIL: &str = "';";
    let most = 255 * 16 - HEAD.len() - TAIL.len();
    let mut plain: String = title
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect::<String>()
        .replace('\'', "’");
    if plain.len() > most {
        plain.truncate(plain.floor_char_boundary(most));
    }
    let length = HEAD.len() + plain.len() + TAIL.len();
    let units = length.div_ceil(16);
    let mut block = BytesMut::with_capacity(1 + units * 16);
    block.put_u8(u8::try_from(units).unwrap_or(u8::MAX));
    block.put_slice(HEAD.as_bytes());
    block.put_slice(plain.as_bytes());
    block.put_slice(TAIL.as_bytes());
    block.put_bytes(0, units * 16 - length);
    block.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_its_length_and_its_text() {
        let block = metadata("The news at six");
        assert_eq!(block.len(), 1 + usize::from(block[0]) * 16);
        assert!(block[1..].starts_with(b"StreamTitle='The news at six';\0"));
        let quoted = metadata("Putin's\nreadout';StreamUrl='x");
        assert_eq!(quoted.iter().filter(|byte| **byte == b'\'').count(), 2);
    }

    #[test]
    fn the_longest_title_fits() {
        let block = metadata(&"é".repeat(4000));
        assert_eq!(block[0], 255);
        assert_eq!(block.len(), 1 + 255 * 16);
        assert!(std::str::from_utf8(&block[1..]).unwrap().trim_end_matches('\0').ends_with("é';"));
    }

    /// What a radio does: sound, and titles.
    fn listen(interval: usize, stream: &[u8]) -> (Vec<u8>, Vec<String>) {
        let (mut sound, mut titles, mut at) = (Vec::new(), Vec::new(), 0);
        while at + interval < stream.len() {
            sound.extend_from_slice(&stream[at..at + interval]);
            at += interval;
            let length = usize::from(stream[at]) * 16;
            let text = String::from_utf8(stream[at + 1..at + 1 + length].to_vec()).unwrap();
            if length > 0 {
                titles.push(text.trim_end_matches('\0').to_owned());
            }
            at += 1 + length;
        }
        sound.extend_from_slice(&stream[at..]);
        (sound, titles)
    }

    #[test]
    fn a_radio_hears_every_byte_and_each_title_once() {
        for chunk in [1, 7, 100, 418, 4096] {
            let sound: Vec<u8> = (0..10_000_u32).map(|n| n as u8).collect();
            let mut icy = Icy::new(1000);
            let mut stream = Vec::new();
            for (number, piece) in sound.chunks(chunk).enumerate() {
                let title = if number * chunk < 5000 { "Tribune" } else { "The readout" };
                for bytes in icy.write(&Bytes::copy_from_slice(piece), title) {
                    stream.extend_from_slice(&bytes);
                }
            }
            let (heard, titles) = listen(1000, &stream);
            assert_eq!(heard, sound, "chunks of {chunk}");
            assert_eq!(titles, ["StreamTitle='Tribune';", "StreamTitle='The readout';"]);
        }
    }
}
