//! The frames between an editor's page and the server, in lib0's encoding: the counterpart of
//! `web/editor/messages.ts`.

use bytes::Bytes;

/// What comes from a browser.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// Asks for what this state vector lacks.
    Step1(Vec<u8>),
    /// Answers the server's own step 1, or tells of a change.
    Update(Vec<u8>),
    /// What the browser says of itself: who is here, and where.
    Awareness(Vec<u8>),
}

/// Reads a frame; `None` when it is none.
pub(super) fn read(frame: &[u8]) -> Option<Message> {
    let mut reader = Reader(frame);
    let message = match (reader.number()?, reader.0.first()) {
        (0, Some(_)) => match reader.number()? {
            0 => Message::Step1(reader.bytes()?),
            1 | 2 => Message::Update(reader.bytes()?),
            _ => return None,
        },
        (1, _) => Message::Awareness(reader.bytes()?),
        _ => return None,
    };
    reader.0.is_empty().then_some(message)
}

pub(super) fn step1(state_vector: &[u8]) -> Bytes {
    frame(&[0, 0], state_vector)
}

pub(super) fn step2(update: &[u8]) -> Bytes {
    frame(&[0, 1], update)
}

pub(super) fn update(update: &[u8]) -> Bytes {
    frame(&[0, 2], update)
}

pub(super) fn awareness(update: &[u8]) -> Bytes {
    frame(&[1], update)
}

/// The first `count` changes of this connection are kept.
pub(super) fn saved(count: u64) -> Bytes {
    let mut bytes = vec![2];
    write(&mut bytes, count);
    bytes.into()
}

/// A change was not taken, and why.
pub(super) fn refused(sentence: &str) -> Bytes {
    frame(&[3], sentence.as_bytes())
}

/// Something has happened beside the document.
pub(super) fn told(event: &serde_json::Value) -> Bytes {
    frame(&[4], event.to_string().as_bytes())
}

fn frame(kinds: &[u8], content: &[u8]) -> Bytes {
    let mut bytes = kinds.to_vec();
    write(&mut bytes, content.len() as u64);
    bytes.extend_from_slice(content);
    bytes.into()
}

/// What browsers say of themselves (y-protocols, awareness): a number, a clock and JSON for each.
pub(super) fn states(update: &[u8]) -> Option<Vec<(u64, u64, serde_json::Value)>> {
    let mut reader = Reader(update);
    let count = reader.number()?;
    let mut states = Vec::new();
    for _ in 0..count.min(64) {
        let (client, clock, json) = (reader.number()?, reader.number()?, reader.bytes()?);
        states.push((client, clock, serde_json::from_slice(&json).ok()?));
    }
    reader.0.is_empty().then_some(states)
}

/// Says for a browser that it has gone.
pub(super) fn goodbye(last: &[u8]) -> Option<Bytes> {
    let states = states(last)?;
    let mut bytes = Vec::new();
    write(&mut bytes, states.len() as u64);
    for (client, clock, _) in states {
        write(&mut bytes, client);
        write(&mut bytes, clock + 1);
        write(&mut bytes, 4);
        bytes.extend_from_slice(b"null");
    }
    Some(bytes.into())
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// Seven bits a byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7F).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes.to_vec())
    }
}

fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let long = vec![7; 300];
        assert_eq!(read(&step1(&long)), Some(Message::Step1(long.clone())));
        assert_eq!(read(&step2(&long)), Some(Message::Update(long.clone())));
        assert_eq!(read(&update(b"")), Some(Message::Update(Vec::new())));
        assert_eq!(read(&awareness(&long)), Some(Message::Awareness(long)));
        assert_eq!(saved(300).as_ref(), [2, 0xAC, 2]);
        assert_eq!(told(&7.into()).as_ref(), [4, 1, b'7']);
    }

    #[test]
    fn a_goodbye_is_later_than_what_was_said_last() {
        let said = [1, 9, 3, 4, b't', b'r', b'u', b'e'];
        assert_eq!(states(&said), Some(vec![(9, 3, true.into())]));
        assert_eq!(states(&goodbye(&said).unwrap()), Some(vec![(9, 4, serde_json::Value::Null)]));
    }

    proptest! {
        #[test]
        fn nonsense_is_no_message_and_does_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&bytes);
            let _ = states(&bytes);
        }
    }
}
