//! FLV, the form in which a child of ours is given a stream and gives one back.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::tag::{Kind, Tag};

/// The largest body that is read or taken in: a key frame of a very good picture has a few
/// megabytes.
pub const BODY_MAX: usize = 8 << 20;

/// The beginning of a stream that has sound, a picture, or both.
#[must_use]
pub fn header(audio: bool, video: bool) -> Bytes {
    let flags = u8::from(audio) << 2 | u8::from(video);
    Bytes::copy_from_slice(&[b'F', b'L', b'V', 1, flags, 0, 0, 0, 9, 0, 0, 0, 0])
}

/// Appends a tag. A body beyond [`BODY_MAX`] is left out, since no reader of ours would take it.
pub fn write(tag: &Tag, to: &mut BytesMut) {
    let len = tag.body.len();
    if len > BODY_MAX {
        return;
    }
    to.reserve(TAG_HEADER + len + 4);
    to.put_u8(code(tag.kind));
    to.put_uint(len as u64, 3);
    to.put_uint(u64::from(tag.timestamp & 0x00FF_FFFF), 3);
    to.put_u8((tag.timestamp >> 24) as u8);
    to.put_uint(0, 3);
    to.put_slice(&tag.body);
    to.put_u32((TAG_HEADER + len) as u32);
}

/// Reads a stream that arrives in pieces of any size.
#[derive(Debug, Default)]
pub struct Reader {
    waiting: BytesMut,
    begun: bool,
}

impl Reader {
    /// A reader at the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
    }

    /// The next tag, or `None` until more has arrived. Tags of unknown kinds are passed over.
    ///
    /// # Errors
    ///
    /// Where the bytes are no FLV. What follows them has no beginning, so the stream is lost.
    pub fn next_tag(&mut self) -> Result<Option<Tag>, Malformed> {
        if !self.begun {
            if self.waiting.len() < FILE_HEADER + 4 {
                return Ok(None);
            }
            if !self.waiting.starts_with(b"FLV\x01") {
                return Err(Malformed::NoFlv);
            }
            if self.waiting[5..9] != [0, 0, 0, FILE_HEADER as u8] {
                return Err(Malformed::Header);
            }
            self.waiting.advance(FILE_HEADER + 4);
            self.begun = true;
        }
        loop {
            let Some(head) = self.waiting.get(..TAG_HEADER) else { return Ok(None) };
            let len = usize::from(head[1]) << 16 | usize::from(head[2]) << 8 | usize::from(head[3]);
            if len > BODY_MAX {
                return Err(Malformed::TooLarge(len));
            }
            let timestamp = u32::from_be_bytes([head[7], head[4], head[5], head[6]]);
            let kind = kind(head[0]);
            if self.waiting.len() < TAG_HEADER + len + 4 {
                return Ok(None);
            }
            self.waiting.advance(TAG_HEADER);
            let body = self.waiting.split_to(len).freeze();
            let whole = self.waiting.get_u32() as usize;
            if whole != TAG_HEADER + len {
                return Err(Malformed::OutOfStep);
            }
            if let Some(kind) = kind {
                return Ok(Some(Tag { kind, timestamp, body }));
            }
        }
    }
}

/// Why bytes are no FLV stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Other bytes stand where the signature belongs.
    #[error("this does not begin as FLV of version 1 does")]
    NoFlv,
    /// The header has another length than it ever had.
    #[error("the FLV header tells a length that is not 9")]
    Header,
    /// A tag that nobody would send.
    #[error("an FLV tag of {0} bytes is larger than any that is taken ({BODY_MAX})")]
    TooLarge(usize),
    /// The length after a tag is not the one before it.
    #[error("an FLV tag does not end where it said")]
    OutOfStep,
}

const FILE_HEADER: usize = 9;
const TAG_HEADER: usize = 11;

const AUDIO: u8 = 8;
const VIDEO: u8 = 9;
const SCRIPT: u8 = 18;

fn code(kind: Kind) -> u8 {
    match kind {
        Kind::Audio => AUDIO,
        Kind::Video => VIDEO,
        Kind::Script => SCRIPT,
    }
}

/// The upper bits tell that a tag is encrypted, which nobody does and which counts as unknown.
fn kind(code: u8) -> Option<Kind> {
    match code {
        AUDIO => Some(Kind::Audio),
        VIDEO => Some(Kind::Video),
        SCRIPT => Some(Kind::Script),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn read_all(bytes: &[u8], piece: usize) -> (Vec<Tag>, Option<Malformed>) {
        let mut reader = Reader::new();
        let mut tags = Vec::new();
        for piece in bytes.chunks(piece) {
            reader.push(piece);
            loop {
                match reader.next_tag() {
                    Ok(Some(tag)) => tags.push(tag),
                    Ok(None) => break,
                    Err(why) => return (tags, Some(why)),
                }
            }
        }
        (tags, None)
    }

    fn any_tag() -> impl Strategy<Value = Tag> {
        let kind = prop_oneof![Just(Kind::Audio), Just(Kind::Video), Just(Kind::Script)];
        (kind, any::<u32>(), vec(any::<u8>(), 0..300)).prop_map(|(kind, timestamp, body)| Tag {
            kind,
            timestamp,
            body: body.into(),
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_whatever_the_pieces(
            tags in vec(any_tag(), 0..8), piece in 1_usize..400,
        ) {
            let mut bytes = BytesMut::from(&header(true, true)[..]);
            for tag in &tags {
                write(tag, &mut bytes);
            }
            prop_assert_eq!(read_all(&bytes, piece), (tags, None));
        }

        #[test]
        fn any_bytes_are_read_alike_in_any_pieces(
            bytes in vec(any::<u8>(), 0..600), piece in 1_usize..40, begins: bool,
        ) {
            let mut stream = if begins { header(true, true).to_vec() } else { Vec::new() };
            stream.extend(bytes);
            let whole = read_all(&stream, stream.len().max(1));
            prop_assert_eq!(read_all(&stream, piece), whole);
        }
    }

    #[test]
    fn each_malformation_has_its_reason() {
        let check = |bytes: &[u8], why| assert_eq!(read_all(bytes, 7), (vec![], Some(why)));
        check(b"GIF89a, and more than nine bytes", Malformed::NoFlv);
        check(b"FLV\x01\x05\0\0\0\x0a\0\0\0\0", Malformed::Header);
        let mut large = header(true, true).to_vec();
        large.extend([9, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0]);
        check(&large, Malformed::TooLarge(0xFF_FFFF));
        let mut crooked = header(true, true).to_vec();
        crooked.extend([9, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x17, 0, 0, 0, 13]);
        check(&crooked, Malformed::OutOfStep);
    }

    #[test]
    fn tags_of_unknown_kinds_are_passed_over() {
        let tag = Tag { kind: Kind::Video, timestamp: 7, body: Bytes::from_static(&[0x17, 1]) };
        let mut bytes = header(false, true).to_vec();
        bytes.extend([15, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 12]);
        let mut rest = BytesMut::new();
        write(&tag, &mut rest);
        bytes.extend(&rest);
        assert_eq!(read_all(&bytes, 5), (vec![tag], None));
    }
}
