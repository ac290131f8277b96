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
    /// How one may sign in here.
    pub ways: Ways,
}

/// How a reader may sign in.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Ways {
    /// By a link that is mailed.
    pub mail: bool,
    /// With a passkey.
    pub passkeys: bool,
    /// By the word of a provider, which readers call so.
    pub provider: Option<String>,
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
    /// What they sign in with.
    pub passkeys: Vec<OwnPasskey>,
    /// Their accounts at providers.
    pub identities: Vec<OwnIdentity>,
    /// Whether the provider of this site is among these.
    pub linked: bool,
    /// Where they are signed in.
    pub sessions: Vec<OwnSession>,
    /// What they are told of by mail.
    pub follows: Vec<OwnFollow>,
}

/// A passkey of one's own.
#[derive(Clone, Debug, Serialize)]
pub struct OwnPasskey {
    /// What is done with it is below this address.
    pub url: String,
    /// What it is called.
    pub name: String,
    /// Since when.
    pub since: Timestamp,
    /// When one last signed in with it.
    pub used: Option<Timestamp>,
}

/// One's account at a provider.
#[derive(Clone, Debug, Serialize)]
pub struct OwnIdentity {
    /// What readers call the provider, or its address when it is no more.
    pub label: String,
    /// Its address.
    pub issuer: String,
    /// What it calls the account.
    pub subject: String,
    /// Since when it lets one in.
    pub since: Timestamp,
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

/// The page that leads to the readers' provider.
#[derive(Clone, Debug, Serialize)]
pub struct AccountLeavePage {
    /// For machines.
    pub head: Head,
    /// What readers call the provider.
    pub label: String,
    /// The way there.
    pub address: String,
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
