//! STUN's messages (RFC 8489 §5) and the attributes that TURN uses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

pub(crate) const HEADER: usize = 20;
pub(crate) const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const INTEGRITY: usize = 20;

pub(crate) type Transaction = [u8; 12];
/// What a message is signed with.
pub(crate) type Key = [u8; 16];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Request,
    Indication,
    Success,
    Error,
}

pub(crate) mod method {
    pub(crate) const BINDING: u16 = 0x001;
    pub(crate) const ALLOCATE: u16 = 0x003;
    pub(crate) const REFRESH: u16 = 0x004;
    pub(crate) const SEND: u16 = 0x006;
    pub(crate) const DATA: u16 = 0x007;
    pub(crate) const CREATE_PERMISSION: u16 = 0x008;
    pub(crate) const CHANNEL_BIND: u16 = 0x009;
}

pub(crate) mod attribute {
    pub(crate) const USERNAME: u16 = 0x0006;
    pub(crate) const MESSAGE_INTEGRITY: u16 = 0x0008;
    pub(crate) const ERROR_CODE: u16 = 0x0009;
    pub(crate) const UNKNOWN_ATTRIBUTES: u16 = 0x000a;
    pub(crate) const CHANNEL_NUMBER: u16 = 0x000c;
    pub(crate) const LIFETIME: u16 = 0x000d;
    pub(crate) const XOR_PEER_ADDRESS: u16 = 0x0012;
    pub(crate) const DATA: u16 = 0x0013;
    pub(crate) const REALM: u16 = 0x0014;
    pub(crate) const NONCE: u16 = 0x0015;
    pub(crate) const XOR_RELAYED_ADDRESS: u16 = 0x0016;
    pub(crate) const REQUESTED_ADDRESS_FAMILY: u16 = 0x0017;
    pub(crate) const REQUESTED_TRANSPORT: u16 = 0x0019;
    pub(crate) const XOR_MAPPED_ADDRESS: u16 = 0x0020;

    /// Those that a request may carry. Of others, who sends one from below 0x8000 wants more of us than
    /// we know.
    pub(super) const KNOWN: [u16; 10] = [
        USERNAME,
        MESSAGE_INTEGRITY,
        CHANNEL_NUMBER,
        LIFETIME,
        XOR_PEER_ADDRESS,
        DATA,
        REALM,
        NONCE,
        REQUESTED_ADDRESS_FAMILY,
        REQUESTED_TRANSPORT,
    ];
}

/// How the families of addresses are numbered.
pub(crate) const IPV4: u8 = 1;
pub(crate) const IPV6: u8 = 2;

/// A message that has come.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub(crate) class: Class,
    pub(crate) method: u16,
    pub(crate) transaction: Transaction,
    /// What stands before the signature; after it nothing counts but a checksum.
    attributes: Vec<(u16, &'a [u8])>,
    signed: Option<Signed<'a>>,
}

#[derive(Debug)]
struct Signed<'a> {
    text: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads one whole message. None if it is not one.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let header = bytes.get(..HEADER)?;
        let kind = u16::from_be_bytes([header[0], header[1]]);
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        if kind & 0xc000 != 0 || header[4..8] != COOKIE || bytes.len() != HEADER + length {
            return None;
        }
        let mut message = Self {
            class: class_of(kind),
            method: method_of(kind),
            transaction: header[8..].try_into().ok()?,
            attributes: Vec::new(),
            signed: None,
        };
        let mut at = HEADER;
        while let Some([k0, k1, l0, l1]) = bytes.get(at..at + 4) {
            let kind = u16::from_be_bytes([*k0, *k1]);
            let length = usize::from(u16::from_be_bytes([*l0, *l1]));
            let value = bytes.get(at + 4..at + 4 + length)?;
            if kind == attribute::MESSAGE_INTEGRITY {
                if length != INTEGRITY {
                    return None;
                }
                message.signed = Some(Signed { text: &bytes[..at], signature: value });
                return Some(message);
            }
            message.attributes.push((kind, value));
            at += 4 + length.next_multiple_of(4);
        }
        (at == bytes.len()).then_some(message)
    }

    pub(crate) fn get(&self, kind: u16) -> Option<&'a [u8]> {
        self.attributes.iter().find(|(it, _)| *it == kind).map(|(_, value)| *value)
    }

    pub(crate) fn text(&self, kind: u16) -> Option<&'a str> {
        std::str::from_utf8(self.get(kind)?).ok()
    }

    /// The first two of four bytes, as a channel's number is written.
    pub(crate) fn half(&self, kind: u16) -> Option<u16> {
        let &[h0, h1, _, _] = self.get(kind)? else { return None };
        Some(u16::from_be_bytes([h0, h1]))
    }

    pub(crate) fn number(&self, kind: u16) -> Option<u32> {
        Some(u32::from_be_bytes(self.get(kind)?.try_into().ok()?))
    }

    pub(crate) fn address(&self, kind: u16) -> Option<SocketAddr> {
        self.addresses(kind).next()?
    }

    /// All addresses of a kind; None stands for one that cannot be read.
    pub(crate) fn addresses(&self, kind: u16) -> impl Iterator<Item = Option<SocketAddr>> {
        let of_kind = self.attributes.iter().filter(move |(it, _)| *it == kind);
        of_kind.map(|(_, value)| read_address(value, &self.transaction))
    }

    /// What has to be understood and is not.
    pub(crate) fn unknown(&self) -> Vec<u16> {
        let kinds = self.attributes.iter().map(|(kind, _)| *kind);
        kinds.filter(|kind| *kind < 0x8000 && !attribute::KNOWN.contains(kind)).collect()
    }

    pub(crate) fn is_signed(&self) -> bool {
        self.signed.is_some()
    }

    /// Whether it was signed with this key (RFC 8489 §14.5).
    pub(crate) fn is_signed_with(&self, key: &Key) -> bool {
        let Some(Signed { text, signature }) = &self.signed else { return false };
        sign(key, text).verify_slice(signature).is_ok()
    }
}

/// A message in the making.
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new(class: Class, method: u16, transaction: Transaction) -> Self {
        let mut bytes = kind_of(class, method).to_be_bytes().to_vec();
        bytes.extend([0, 0]);
        bytes.extend(COOKIE);
        bytes.extend(transaction);
        Self(bytes)
    }

    pub(crate) fn with(mut self, kind: u16, value: &[u8]) -> Self {
        // Whatever is longer than its length can say was never let in.
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        self.0.extend(kind.to_be_bytes());
        self.0.extend(length.to_be_bytes());
        self.0.extend(&value[..usize::from(length)]);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        self
    }

    pub(crate) fn with_address(self, kind: u16, address: SocketAddr) -> Self {
        let transaction = self.0[8..HEADER].try_into().unwrap_or_default();
        self.with(kind, &write_address(address, &transaction))
    }

    pub(crate) fn unsigned(mut self) -> Vec<u8> {
        self.tell_length(0);
        self.0
    }

    pub(crate) fn signed_with(mut self, key: &Key) -> Vec<u8> {
        let signature = sign(key, &self.0).finalize().into_bytes();
        self = self.with(attribute::MESSAGE_INTEGRITY, &signature);
        self.unsigned()
    }

    fn tell_length(&mut self, more: usize) {
        let length = u16::try_from(self.0.len() - HEADER + more).unwrap_or(u16::MAX);
        self.0[2..4].copy_from_slice(&length.to_be_bytes());
    }
}

/// What is signed ends before the signature and tells a length that ends behind it.
fn sign(key: &Key, text: &[u8]) -> Hmac<Sha1> {
    let length = u16::try_from(text.len() + 4 + INTEGRITY - HEADER).unwrap_or(u16::MAX);
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("any length is a key's");
    mac.update(&text[..2]);
    mac.update(&length.to_be_bytes());
    mac.update(&text[4..]);
    mac
}

/// The class is two bits in the middle of the method's (RFC 8489 §5).
fn class_of(kind: u16) -> Class {
    match (kind & 0x0100 != 0, kind & 0x0010 != 0) {
        (false, false) => Class::Request,
        (false, true) => Class::Indication,
        (true, false) => Class::Success,
        (true, true) => Class::Error,
    }
}

fn method_of(kind: u16) -> u16 {
    (kind & 0x000f) | ((kind & 0x00e0) >> 1) | ((kind & 0x3e00) >> 2)
}

fn kind_of(class: Class, method: u16) -> u16 {
    let class = match class {
        Class::Request => 0,
        Class::Indication => 0x0010,
        Class::Success => 0x0100,
        Class::Error => 0x0110,
    };
    class | (method & 0x000f) | ((method & 0x0070) << 1) | ((method & 0x0f80) << 2)
}

/// Addresses are masked, since some routers rewrite those that they recognise (RFC 8489 §14.2).
fn read_address(value: &[u8], transaction: &Transaction) -> Option<SocketAddr> {
    let &[_, family, p0, p1, ref masked @ ..] = value else { return None };
    let port = u16::from_be_bytes([p0 ^ COOKIE[0], p1 ^ COOKIE[1]]);
    let ip: IpAddr = match family {
        IPV4 => Ipv4Addr::from(<[u8; 4]>::try_from(mask(masked, transaction)).ok()?).into(),
        IPV6 => Ipv6Addr::from(<[u8; 16]>::try_from(mask(masked, transaction)).ok()?).into(),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

fn write_address(address: SocketAddr, transaction: &Transaction) -> Vec<u8> {
    let [p0, p1] = address.port().to_be_bytes();
    let mut value = vec![0, family_of(address.ip()), p0 ^ COOKIE[0], p1 ^ COOKIE[1]];
    match address.ip() {
        IpAddr::V4(ip) => value.extend(mask(&ip.octets(), transaction)),
        IpAddr::V6(ip) => value.extend(mask(&ip.octets(), transaction)),
    }
    value
}

pub(crate) fn family_of(ip: IpAddr) -> u8 {
    if ip.is_ipv4() { IPV4 } else { IPV6 }
}

fn mask(ip: &[u8], transaction: &Transaction) -> Vec<u8> {
    ip.iter().zip(COOKIE.iter().chain(transaction)).map(|(byte, mask)| byte ^ mask).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::credentials::key_of;
    use super::*;

    /// RFC 5769 §2.4.
    const LONG_TERM: &[u8] = b"\x00\x01\x00\x60\x21\x12\xa4\x42\x78\xad\x34\x33\xc6\xad\x72\xc0\
        \x29\xda\x41\x2e\x00\x06\x00\x12\xe3\x83\x9e\xe3\x83\x88\xe3\x83\xaa\xe3\x83\x83\xe3\x82\
        \xaf\xe3\x82\xb9\x00\x00\x00\x15\x00\x1cf//499k954d6OL34oL9FSTvy64sA\x00\x14\x00\x0b\
        example.org\x00\x00\x08\x00\x14\xf6\x70\x24\x65\x6d\xd6\x4a\x3e\x02\xb8\xe0\x71\x2e\x85\
        \xc9\xa2\x8c\xa8\x96\x66";

    #[test]
    fn the_sample_of_the_specification_is_read_and_its_signature_holds() {
        let message = Message::read(LONG_TERM).unwrap();
        assert_eq!((message.class, message.method), (Class::Request, method::BINDING));
        assert_eq!(message.text(attribute::USERNAME), Some("マトリックス"));
        assert_eq!(message.text(attribute::REALM), Some("example.org"));
        assert!(message.is_signed_with(&key_of("マトリックス", "example.org", "TheMatrIX")));
        assert!(!message.is_signed_with(&key_of("マトリックス", "example.org", "TheMatrix")));
    }

    #[test]
    fn the_sample_is_written_as_the_specification_has_it() {
        let message = Message::read(LONG_TERM).unwrap();
        let again = Writer::new(Class::Request, method::BINDING, message.transaction)
            .with(attribute::USERNAME, "マトリックス".as_bytes())
            .with(attribute::NONCE, b"f//499k954d6OL34oL9FSTvy64sA")
            .with(attribute::REALM, b"example.org")
            .signed_with(&key_of("マトリックス", "example.org", "TheMatrIX"));
        assert_eq!(again, LONG_TERM);
    }

    #[test]
    fn what_stands_behind_the_signature_does_not_count() {
        let key = key_of("a", "b", "c");
        let mut bytes = Writer::new(Class::Request, method::REFRESH, [7; 12]).signed_with(&key);
        bytes.extend([0, 0x0d, 0, 4, 0, 0, 0, 0]);
        let length = u16::try_from(bytes.len() - HEADER).unwrap();
        bytes[2..4].copy_from_slice(&length.to_be_bytes());
        let message = Message::read(&bytes).unwrap();
        assert!(message.is_signed_with(&key));
        assert_eq!(message.number(attribute::LIFETIME), None);
    }

    proptest! {
        #[test]
        fn addresses_come_back_as_they_went(
            ip in any::<IpAddr>(),
            port in any::<u16>(),
            transaction in any::<Transaction>(),
        ) {
            let address = SocketAddr::new(ip, port);
            let bytes = Writer::new(Class::Success, method::ALLOCATE, transaction)
                .with_address(attribute::XOR_RELAYED_ADDRESS, address)
                .unsigned();
            let message = Message::read(&bytes).unwrap();
            prop_assert_eq!(message.address(attribute::XOR_RELAYED_ADDRESS), Some(address));
        }

        #[test]
        fn classes_and_methods_come_back_as_they_went(method in 0_u16..0x1000, at in 0_usize..4) {
            let class = [Class::Request, Class::Indication, Class::Success, Class::Error][at];
            let kind = kind_of(class, method);
            prop_assert_eq!((class_of(kind), method_of(kind)), (class, method));
        }

        #[test]
        fn a_sample_that_is_bent_anywhere_is_not_believed(
            at in 0..LONG_TERM.len(),
            bit in 0..8,
            cut in 0..=LONG_TERM.len(),
        ) {
            let mut bent = LONG_TERM.to_vec();
            bent[at] ^= 1_u8 << bit;
            bent.truncate(cut);
            let key = key_of("マトリックス", "example.org", "TheMatrIX");
            prop_assert!(!Message::read(&bent).is_some_and(|it| it.is_signed_with(&key)));
        }

        #[test]
        fn whatever_comes_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut bytes = bytes;
            let _ = Message::read(&bytes);
            if bytes.len() >= HEADER {
                let length = u16::try_from(bytes.len() - HEADER).unwrap();
                bytes[0] &= 0x3f;
                bytes[2..4].copy_from_slice(&length.to_be_bytes());
                bytes[4..8].copy_from_slice(&COOKIE);
                if let Some(message) = Message::read(&bytes) {
                    let _ = message.address(attribute::XOR_PEER_ADDRESS);
                    let _ = (message.unknown(), message.is_signed_with(&[0; 16]));
                }
            }
        }
    }
}
