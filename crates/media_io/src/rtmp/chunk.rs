//! Messages, as they are cut into chunks.

use std::collections::BTreeMap;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::Broken;
use crate::flv::BODY_MAX;

/// A whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) kind: u8,
    pub(super) timestamp: u32,
    pub(super) body: Bytes,
}

/// What encoders use is six; each costs a little memory.
const STREAMS_MAX: usize = 32;
/// Where a timestamp has no room in its three bytes.
const EXTENDED: u32 = 0x00FF_FFFF;

/// Puts messages together.
#[derive(Debug)]
pub(super) struct Reader {
    chunk_size: usize,
    streams: BTreeMap<u32, Stream>,
    /// Bytes of all messages that are not whole yet.
    in_parts: usize,
}

#[derive(Debug, Default)]
struct Stream {
    timestamp: u32,
    delta: u32,
    extended: Option<u32>,
    len: usize,
    kind: u8,
    part: BytesMut,
}

impl Reader {
    pub(super) fn new() -> Self {
        Self { chunk_size: 128, streams: BTreeMap::new(), in_parts: 0 }
    }

    pub(super) fn set_chunk_size(&mut self, size: u32) -> Result<(), Broken> {
        let size = (size & 0x7FFF_FFFF) as usize;
        if size == 0 {
            return Err(Broken::ChunkSize);
        }
        self.chunk_size = size.min(BODY_MAX);
        Ok(())
    }

    /// Forgets the part of a message that will not be continued.
    pub(super) fn abort(&mut self, stream: u32) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            self.in_parts -= stream.part.len();
            stream.part.clear();
        }
    }

    /// The next whole message, or `None` until more has arrived.
    pub(super) fn next_message(&mut self, from: &mut BytesMut) -> Result<Option<Message>, Broken> {
        while let Some(head) = self.head(from)? {
            if let Some(message) = self.take_chunk(head, from)? {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    /// Reads a chunk's head without taking it; `None` until the whole chunk is there.
    fn head(&mut self, from: &[u8]) -> Result<Option<Head>, Broken> {
        let mut read = from;
        let Some(first) = take(&mut read, 1) else { return Ok(None) };
        let format = first[0] >> 6;
        let id = match first[0] & 0x3F {
            0 => take(&mut read, 1).map(|more| 64 + u32::from(more[0])),
            1 => take(&mut read, 2).map(|m| 64 + u32::from(m[0]) + 256 * u32::from(m[1])),
            id => Some(u32::from(id)),
        };
        let Some(id) = id else { return Ok(None) };
        let known = self.streams.get(&id);
        if known.is_none() && format != 0 {
            return Err(Broken::Chunk);
        }
        if known.is_none() && self.streams.len() == STREAMS_MAX {
            return Err(Broken::TooManyStreams);
        }
        let fields = [11, 7, 3, 0][usize::from(format)];
        let Some(fields) = take(&mut read, fields) else { return Ok(None) };
        let time = fields.get(..3).map(u24);
        let len = fields.get(3..6).map(|bytes| u24(bytes) as usize);
        let kind = fields.get(6).copied();

        let extended = match (time, known) {
            (Some(EXTENDED), _) => {
                let Some(bytes) = take(&mut read, 4) else { return Ok(None) };
                Some(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            }
            (Some(_), _) => None,
            // It is repeated, and some do not: then other bytes stand there.
            (None, Some(Stream { extended: Some(extended), .. })) => {
                let Some(bytes) = read.get(..4) else { return Ok(None) };
                if bytes == extended.to_be_bytes() {
                    read = &read[4..];
                }
                Some(*extended)
            }
            (None, _) => None,
        };

        let len = len.or(known.map(|stream| stream.len)).unwrap_or_default();
        if len > BODY_MAX {
            return Err(Broken::TooLarge(len));
        }
        // A head other than the shortest begins a message, also amid another.
        let have = known.filter(|_| format == 3).map_or(0, |stream| stream.part.len());
        let body = (len - have).min(self.chunk_size);
        if read.len() < body {
            return Ok(None);
        }
        let length = from.len() - read.len();
        Ok(Some(Head { format, id, time, extended, len, kind, length, body }))
    }

    fn take_chunk(&mut self, head: Head, from: &mut BytesMut) -> Result<Option<Message>, Broken> {
        let stream = self.streams.entry(head.id).or_default();
        if head.format != 3 {
            self.in_parts -= stream.part.len();
            stream.part.clear();
        }
        if stream.part.is_empty() {
            let time = head.extended.or(head.time);
            if head.format == 0 {
                stream.timestamp = time.unwrap_or_default();
                stream.delta = stream.timestamp;
            } else {
                stream.delta =
                    if head.format == 3 { stream.delta } else { time.unwrap_or_default() };
                stream.timestamp = stream.timestamp.wrapping_add(stream.delta);
            }
            stream.extended = head.extended;
            stream.len = head.len;
            stream.kind = head.kind.unwrap_or(stream.kind);
        }
        self.in_parts += head.body;
        if self.in_parts > BODY_MAX {
            return Err(Broken::TooLarge(self.in_parts));
        }
        from.advance(head.length);
        let body = from.split_to(head.body);
        let whole = stream.part.len() + head.body == stream.len;
        if !whole {
            stream.part.extend_from_slice(&body);
            return Ok(None);
        }
        self.in_parts -= stream.len;
        let body = if stream.part.is_empty() {
            // Copied, so that a small body does not keep all that was read alive.
            Bytes::copy_from_slice(&body)
        } else {
            stream.part.extend_from_slice(&body);
            std::mem::take(&mut stream.part).freeze()
        };
        Ok(Some(Message { kind: stream.kind, timestamp: stream.timestamp, body }))
    }
}

/// What stands before a chunk's bytes.
#[derive(Clone, Copy)]
struct Head {
    format: u8,
    id: u32,
    time: Option<u32>,
    extended: Option<u32>,
    len: usize,
    kind: Option<u8>,
    /// How long this head is.
    length: usize,
    /// How many bytes of the message follow it.
    body: usize,
}

/// Cuts a message of ours into chunks of `chunk_size`.
pub(super) fn write(
    chunk: u8,
    kind: u8,
    stream: u32,
    body: &[u8],
    chunk_size: usize,
    to: &mut BytesMut,
) {
    to.put_u8(chunk);
    to.put_uint(0, 3);
    to.put_uint(body.len() as u64, 3);
    to.put_u8(kind);
    to.put_u32_le(stream);
    for (number, piece) in body.chunks(chunk_size).enumerate() {
        if number > 0 {
            to.put_u8(0xC0 | chunk);
        }
        to.put_slice(piece);
    }
}

fn take<'a>(from: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(len)?;
    *from = rest;
    Some(taken)
}

fn u24(bytes: &[u8]) -> u32 {
    u32::from(bytes[0]) << 16 | u32::from(bytes[1]) << 8 | u32::from(bytes[2])
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn read_all(bytes: &[u8], piece: usize) -> (Vec<Message>, Option<Broken>) {
        let mut reader = Reader::new();
        let mut waiting = BytesMut::new();
        let mut messages = Vec::new();
        for piece in bytes.chunks(piece) {
            waiting.extend_from_slice(piece);
            loop {
                match reader.next_message(&mut waiting) {
                    Ok(Some(message)) => messages.push(message),
                    Ok(None) => break,
                    Err(why) => return (messages, Some(why)),
                }
            }
        }
        (messages, None)
    }

    fn message(kind: u8, timestamp: u32, body: &[u8]) -> Message {
        Message { kind, timestamp, body: Bytes::copy_from_slice(body) }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_whatever_the_pieces(
            bodies in vec(vec(any::<u8>(), 0..700), 0..6), piece in 1_usize..300,
        ) {
            let mut bytes = BytesMut::new();
            for body in &bodies {
                write(3, 20, 1, body, 128, &mut bytes);
            }
            let expected: Vec<_> = bodies.iter().map(|body| message(20, 0, body)).collect();
            prop_assert_eq!(read_all(&bytes, piece), (expected, None));
        }

        #[test]
        fn any_bytes_are_read_alike_in_any_pieces(
            bytes in vec(any::<u8>(), 0..900), piece in 1_usize..60,
        ) {
            prop_assert_eq!(read_all(&bytes, piece), read_all(&bytes, bytes.len().max(1)));
        }
    }

    #[test]
    fn short_heads_go_on_from_the_one_before() {
        let bytes = [
            &[0x04, 0, 0, 10, 0, 0, 2, 8, 1, 0, 0, 0, b'a', b'b'][..],
            &[0x44, 0, 0, 5, 0, 0, 1, 9, b'c'],
            &[0x84, 0, 0, 7, b'd'],
            &[0xC4, b'e'],
        ]
        .concat();
        let expected = vec![
            message(8, 10, b"ab"),
            message(9, 15, b"c"),
            message(9, 22, b"d"),
            message(9, 29, b"e"),
        ];
        assert_eq!(read_all(&bytes, 3), (expected, None));
    }

    #[test]
    fn long_timestamps_are_repeated_or_not() {
        let body = [0xAA; 130];
        for repeated in [true, false] {
            let mut bytes = vec![4, 0xFF, 0xFF, 0xFF, 0, 0, 130, 9, 1, 0, 0, 0];
            bytes.extend([0x7F, 0xFF, 0xFF, 0xFE]);
            bytes.extend(&body[..128]);
            bytes.push(0xC4);
            if repeated {
                bytes.extend([0x7F, 0xFF, 0xFF, 0xFE]);
            }
            bytes.extend(&body[128..]);
            // So that the four bytes that are looked at are there.
            bytes.extend([4, 0, 0, 1, 0, 0, 1, 8, 1, 0, 0, 0, b'x']);
            let expected = vec![message(9, 0x7FFF_FFFE, &body), message(8, 1, b"x")];
            assert_eq!(read_all(&bytes, 9), (expected, None), "repeated: {repeated}");
        }
    }

    #[test]
    fn messages_of_several_streams_are_interleaved() {
        let mut bytes = vec![4, 0, 0, 0, 0, 0, 129, 9, 1, 0, 0, 0];
        bytes.extend([1; 128]);
        bytes.extend([0, 36, 0, 0, 3, 0, 0, 1, 8, 1, 0, 0, 0, b'a']);
        bytes.extend([0xC4, 1]);
        let expected = vec![message(8, 3, b"a"), message(9, 0, &[1; 129])];
        assert_eq!(read_all(&bytes, 1000), (expected, None));
    }

    #[test]
    fn what_would_cost_too_much_is_refused() {
        let check = |bytes: &[u8], why| assert_eq!(read_all(bytes, 1 << 20).1, Some(why));
        check(&[0xC3], Broken::Chunk);
        check(&[3, 0, 0, 0, 0xFF, 0xFF, 0xFF, 9, 0, 0, 0, 0], Broken::TooLarge(0xFF_FFFF));
        let begun = |id: u8| [vec![id, 0, 0, 0, 0, 1, 0, 9, 1, 0, 0, 0], vec![0; 128]].concat();
        let many: Vec<u8> = (2..63).flat_map(begun).collect();
        check(&many, Broken::TooManyStreams);
        assert_eq!(Reader::new().set_chunk_size(0), Err(Broken::ChunkSize));
    }

    #[test]
    fn parts_of_messages_are_bounded_together() {
        let mut reader = Reader::new();
        reader.set_chunk_size(u32::MAX).unwrap();
        reader.set_chunk_size(1 << 20).unwrap();
        let mut why = None;
        for id in 3..20 {
            let mut bytes = BytesMut::from(&[id, 0, 0, 0, 0x7F, 0, 0, 9, 1, 0, 0, 0][..]);
            bytes.extend(vec![0; 1 << 20]);
            why = why.or(reader.next_message(&mut bytes).err());
        }
        assert!(matches!(why, Some(Broken::TooLarge(_))), "{why:?}");
    }

    #[test]
    fn an_aborted_message_is_forgotten() {
        let mut reader = Reader::new();
        let mut bytes = BytesMut::from(&[4, 0, 0, 0, 0, 0, 200, 9, 1, 0, 0, 0][..]);
        bytes.extend([1; 128]);
        assert_eq!(reader.next_message(&mut bytes), Ok(None));
        reader.abort(4);
        assert_eq!(reader.in_parts, 0);
        bytes.extend([4, 0, 0, 0, 0, 0, 1, 9, 1, 0, 0, 0, 7]);
        assert_eq!(reader.next_message(&mut bytes), Ok(Some(message(9, 0, &[7]))));
    }
}
