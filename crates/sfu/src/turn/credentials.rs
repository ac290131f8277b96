//! Who may use the relay: names that say until when, with passwords that the server can make again and
//! so need not keep.

use std::fmt;
use std::fmt::Write as _;
use std::time::Duration;

use base::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha2::{Digest as _, Sha256};

use super::message::Key;

/// What a client shows to be given an allocation.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Until when, in seconds since 1970, and whose, with a colon between.
    pub username: String,
    /// Follows from the name and the server's secret.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

/// What passwords are made of.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// To be drawn anew whenever the server starts.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Lets `holder` have allocations until then.
    pub fn credentials(&self, holder: &str, until: Timestamp) -> Credentials {
        let username = format!("{}:{holder}", until.as_micros() / MICROS);
        Credentials { password: self.password(&username), username }
    }

    /// What whoever has this name signs with, if it is a name of ours.
    pub(super) fn key(&self, username: &str) -> Option<Key> {
        Name::read(username)?;
        Some(key_of(username, super::REALM, &self.password(username)))
    }

    fn password(&self, username: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("any length is a key's");
        mac.update(username.as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

const MICROS: i64 = 1_000_000;

/// What a name says.
pub(super) struct Name<'a> {
    pub(super) holder: &'a str,
    until: Timestamp,
}

impl<'a> Name<'a> {
    pub(super) fn read(username: &'a str) -> Option<Self> {
        let (until, holder) = username.split_once(':')?;
        let until: u32 = until.parse().ok()?;
        let until = Timestamp::from_micros(0).plus(Duration::from_secs(until.into()));
        Some(Self { holder, until })
    }

    pub(super) fn has_passed(&self, now: Timestamp) -> bool {
        now >= self.until
    }
}

/// The key of a long-term credential (RFC 8489 §9.2.2). MD5 is what browsers know.
pub(crate) fn key_of(username: &str, realm: &str, password: &str) -> Key {
    Md5::digest(format!("{username}:{realm}:{password}")).into()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
