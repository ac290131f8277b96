//! Readers with an account.

use super::{at, ways};
use crate::view::account::*;
use crate::view::context::{Head, Link};

/// Of one who is not signed in.
pub(super) fn sign_in_page(language: &str) -> AccountPage {
    AccountPage {
        head: Head::new("Your account", language),
        own: None,
        back: "/discussions/sample".into(),
        draft: "It rains.".into(),
        email: "rosa@example.net".into(),
        sent: false,
        trouble: Some("Write an e-mail address, such as anna@example.org.".into()),
        ways: ways(),
    }
}

/// Of one who has just come, with somewhere to go back to.
pub(super) fn new_account_page(language: &str) -> AccountPage {
    let known = account_page(language);
    let own = known.own.map(|own| OwnAccount {
        passkeys: vec![],
        identities: vec![],
        linked: false,
        follows: vec![],
        ..own
    });
    AccountPage { own, ..known }
}

pub(super) fn account_leave_page(language: &str) -> AccountLeavePage {
    AccountLeavePage {
        head: Head::new("Your account", language),
        label: "The House".into(),
        address: "https://id.example/authorize?state=sample".into(),
    }
}

pub(super) fn account_page(language: &str) -> AccountPage {
    let story = Link::new("Two presidents", "/news/russia/two-presidents");
    AccountPage {
        own: Some(OwnAccount {
            name: "Rosa".into(),
            email: "rosa@example.net".into(),
            profile: Some("/commenters/1".into()),
            passkeys: [None, Some(at("2021-12-08T18:00:00Z"))]
                .map(|used| OwnPasskey {
                    url: "/account/passkeys/1".into(),
                    name: "My telephone".into(),
                    since: at("2021-12-07T18:00:00Z"),
                    used,
                })
                .into(),
            identities: vec![OwnIdentity {
                label: "The House".into(),
                issuer: "https://id.example".into(),
                subject: "7001".into(),
                since: at("2021-12-07T18:00:00Z"),
            }],
            linked: true,
            sessions: vec![OwnSession {
                id: "1".into(),
                agent: "Firefox".into(),
                since: at("2021-12-07T18:00:00Z"),
                here: true,
            }],
            follows: vec![
                OwnFollow { url: "/follows/1".into(), story: story.clone(), thread: None },
                OwnFollow { url: "/follows/2".into(), story, thread: Some("/comments/1".into()) },
            ],
        }),
        trouble: None,
        ..sign_in_page(language)
    }
}

pub(super) fn account_link_page(language: &str, fate: &str) -> AccountLinkPage {
    AccountLinkPage {
        head: Head::new("Your account", language),
        fate: fate.into(),
        action: "/account/link/sample".into(),
        email: "rosa@example.net".into(),
        name: "Rosa".into(),
        trouble: None,
    }
}

pub(super) fn follow_page(language: &str) -> FollowPage {
    FollowPage {
        head: Head::new("Mail about a discussion", language),
        action: "/follows/1".into(),
        story: Some(Link::new("Two presidents", "/news/russia/two-presidents")),
        ended: false,
    }
}
