//! Sessions: a person in one browser.

mod begin;
mod end;
mod queries;
mod refresh;

use std::time::Duration;

use base::{Actor, SessionId, Timestamp};
use store::events::Method;

use crate::person::Person;

pub use begin::{Client, begin, begin_shown};
pub use end::{end, end_others};
pub use queries::{Known, find, of_person};
pub use refresh::{refresh, renew_of, shown};

/// Without a request for so long, a session ends.
pub const IDLE: Duration = Duration::from_secs(7 * 86_400);
/// However busy, no session lives longer.
pub const LONGEST: Duration = Duration::from_secs(30 * 86_400);
/// For so long after a person showed who it is, it may do what needs that: keys, people, exports.
pub const FRESH: Duration = Duration::from_secs(15 * 60);

/// A session that a request belongs to.
#[derive(Clone, Debug)]
pub struct Session {
    /// Names it.
    pub id: SessionId,
    /// Whose it is.
    pub person: Person,
    /// The person, with all rights that it has now.
    pub actor: Actor,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last noted that it is in use.
    pub seen_at: Timestamp,
    /// When the person last showed who it is.
    pub shown_at: Timestamp,
    /// Whether the person can sign in again: whoever was invited has to set that up first.
    pub complete: bool,
    /// The rights have changed, so it is to be given a new secret.
    pub renew: bool,
}

impl Session {
    /// Whether the person showed who it is a short while ago.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.shown_at) <= FRESH
    }
}

fn parse_method(name: &str) -> Method {
    [Method::Passkey, Method::Password, Method::RecoveryCode, Method::Provider]
        .into_iter()
        .find(|method| method.name() == name)
        .unwrap_or(Method::Invitation)
}
