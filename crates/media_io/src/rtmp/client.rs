//! The other side, for tests: what a publisher sends, byte by byte.

use bytes::{BufMut, Bytes, BytesMut};

use super::amf::{self, Value};

pub(super) fn handshake() -> Bytes {
    let mut bytes = BytesMut::new();
    bytes.put_u8(3);
    bytes.put_bytes(0x5A, 2 * 1536);
    bytes.freeze()
}

pub(super) fn connect(application: &str) -> Bytes {
    command("connect", 1.0, &[Value::Object(vec![("app".into(), text(application))])])
}

pub(super) fn publish(key: &str) -> Bytes {
    command("publish", 5.0, &[Value::Null, text(key), text("live")])
}

pub(super) fn command(name: &str, transaction: f64, arguments: &[Value]) -> Bytes {
    let values = [&[text(name), Value::Number(transaction)], arguments].concat();
    message(20, 0, &amf::write(&values))
}

/// A message in chunks of 128 bytes.
pub(super) fn message(kind: u8, timestamp: u32, body: &[u8]) -> Bytes {
    let mut bytes = BytesMut::new();
    bytes.put_u8(4);
    bytes.put_uint(u64::from(timestamp), 3);
    bytes.put_uint(body.len() as u64, 3);
    bytes.put_u8(kind);
    bytes.put_u32_le(1);
    for (number, piece) in body.chunks(128).enumerate() {
        if number > 0 {
            bytes.put_u8(0xC4);
        }
        bytes.put_slice(piece);
    }
    bytes.freeze()
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.into())
}
