//! Secrets that Tribune makes up itself: 256 random bits each, stored as SHA-256 only, for a slow
//! hash would add nothing to so many.

use sha2::{Digest as _, Sha256};

/// As it is shown or sent, once.
pub fn text(secret: [u8; 32]) -> String {
    hex(&secret)
}

/// As it is stored.
pub fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Bytes as two digits each.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
