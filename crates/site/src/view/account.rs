//! What a reader with an account sees of it.

use base::Timestamp;
use serde::Serialize;

use super::context::{Head, Link};

/// One's own account, or the form to sign in.
#[derive(Clone, Debug, Serialize)]
pub struct AccountPage {
    /// For machines.
    pub head: Head,
    /// The account of whoever is signed in.
    pub own: Option<OwnAccount>,
    /// Where one was.
    pub back: String,
    /// What one was about to say there.
    pub draft: String,
    /// The address that was typed.
    pub email: String,
    /// Whether a link was sent there.
    pub sent: bool,
    /// What could not be done, as a sentence.
    pub trouble: Option<String>,
}

/// What is kept of a reader.
#[derive(Clone, Debug, Serialize)]
pub struct OwnAccount {
    /// What they are called.
    pub name: String,
    /// Where mail reaches them.
    pub email: String,
    /// Where others see together what they said, if there is anything.
    pub profile: Option<String>,
    /// Where they are signed in.
    pub sessions: Vec<OwnSession>,
    /// What they are told of by mail.
    pub follows: Vec<OwnFollow>,
}

/// A browser in which one is signed in.
#[derive(Clone, Debug, Serialize)]
pub struct OwnSession {
    /// Names it.
    pub id: String,
    /// What the browser says it is.
    pub agent: String,
    /// Since when.
    pub since: Timestamp,
    /// Whether it is this one.
    pub here: bool,
}

/// Something that one follows.
#[derive(Clone, Debug, Serialize)]
pub struct OwnFollow {
    /// Where it is ended.
    pub url: String,
    /// The story.
    pub story: Link,
    /// The thread, if it is not the whole discussion.
    pub thread: Option<String>,
}

/// What a link in a mail leads to.
#[derive(Clone, Debug, Serialize)]
pub struct AccountLinkPage {
    /// For machines.
    pub head: Head,
    /// `open`, `elsewhere`, `used` or `over`.
    pub fate: String,
    /// Where the button sends.
    pub action: String,
    /// Who is let in; empty unless it is open.
    pub email: String,
    /// What they are called already, or have typed.
    pub name: String,
    /// What could not be done, as a sentence.
    pub trouble: Option<String>,
}

/// Where mails about a discussion are ended.
#[derive(Clone, Debug, Serialize)]
pub struct FollowPage {
    /// For machines.
    pub head: Head,
    /// Where the button sends.
    pub action: String,
    /// The story, while it is followed.
    pub story: Option<Link>,
    /// Whether it is ended.
    pub ended: bool,
}
