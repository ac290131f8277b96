//! What every handler may use.

use std::ops::Deref;
use std::sync::Arc;

use accounts::webauthn_rs::Webauthn;
use axum::http::HeaderValue;
use base::{Clock, Timestamp};
use media_io::rooms::Rooms;
use media_io::studio::Studio;
use projections::live_comments::LiveComments;
use projections::page_cache::PageCache;
use projections::search::SearchIndex;
use store::events::Follower;
use store::{Files, Position, Store};
use url::Url;

use crate::comment_check::CommentCheck;
use crate::meetings::{Meetings, SelfTests};
use crate::newsroom::Hub;
use crate::pages::Speaking;
use crate::provider::Provider;
use crate::view::{ShareTarget, Templates, Ways};

/// The parts of a running Tribune. Cheap to clone.
#[derive(Clone)]
pub struct App(pub(crate) Arc<Inner>);

/// The parts, and what follows from them alone.
pub(crate) struct Inner {
    parts: Parts,
    /// Stories that are open in browsers.
    hub: Hub,
    /// Comments on their way to the record.
    speaking: Speaking,
    /// Meetings that somebody is connected to.
    meetings: Meetings,
    /// Pages that try out whether they could be.
    self_tests: SelfTests,
    /// Makes and asks for passkeys, where the public address can have them.
    passkeys: Option<Webauthn>,
    /// Of every page: nothing but this site's own files, and the styles of its templates.
    pub(crate) content_security_policy: HeaderValue,
    /// The same, for what pages of other sites may show in a frame.
    pub(crate) framed_policy: HeaderValue,
}

impl Deref for Inner {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// See [`App`].
pub struct Parts {
    /// The record.
    pub store: Store,
    /// Photos and their renditions.
    pub files: Files,
    /// Finished pages.
    pub pages: PageCache,
    /// How far the page cache has followed the log.
    pub pages_followed: Follower,
    /// Readers who are told what is new in a discussion.
    pub live: LiveComments,
    /// The search index.
    pub search: SearchIndex,
    /// The templates, with their theme.
    pub templates: Templates,
    /// What the operator has set.
    pub settings: Settings,
    /// A check of comments outside of this program, if there is one.
    pub comment_check: Option<CommentCheck>,
    /// Who vouches for staff beside themselves, if anybody.
    pub provider: Option<Provider>,
    /// Who vouches for readers, if anybody.
    pub readers_provider: Option<Provider>,
    /// Whether mail leaves: readers are let in by it, and told by it what they follow.
    pub mail: bool,
    /// The channel, where this node runs it.
    pub studio: Option<Studio>,
    /// The pictures and the sound of meetings, where this node carries them.
    pub rooms: Option<Rooms>,
    /// Says what time it is.
    pub clock: Arc<dyn Clock>,
}

/// What the operator sets for the site.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where readers reach the site.
    pub public_url: Url,
    /// Where a story can be shared.
    pub share_targets: Vec<ShareTarget>,
    /// Agents that robots.txt asks to fetch nothing.
    pub refused_agents: Vec<String>,
    /// Where browsers reach the rooms by TURN, if they do, such as
    /// `turns:news.example:443?transport=tcp`.
    pub turn_url: Option<String>,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self' {}; img-src 'self' data:; \
             font-src 'self'; media-src 'self' blob: data:; connect-src 'self'; form-action 'self'; \
             base-uri 'none'; \
             frame-ancestors 'self'",
            parts.templates.style_hashes()
        );
        let content_security_policy = HeaderValue::from_str(&policy)
            .unwrap_or(HeaderValue::from_static("default-src 'none'"));
        let framed = policy.replace("frame-ancestors 'self'", "frame-ancestors *");
        let framed_policy =
            HeaderValue::from_str(&framed).unwrap_or_else(|_| content_security_policy.clone());
        let passkeys = crate::passkeys::relying_party(&parts.settings.public_url);
        let hub = Hub::start(parts.store.clone(), Arc::clone(&parts.clock));
        let speaking = Speaking::start(parts.store.clone(), Arc::clone(&parts.clock));
        Self(Arc::new(Inner {
            parts,
            hub,
            speaking,
            meetings: Meetings::default(),
            self_tests: SelfTests::default(),
            passkeys,
            content_security_policy,
            framed_policy,
        }))
    }

    pub(crate) fn studio(&self) -> Option<&Studio> {
        self.0.studio.as_ref()
    }

    pub(crate) fn rooms(&self) -> Option<&Rooms> {
        self.0.rooms.as_ref()
    }

    pub(crate) fn turn_url(&self) -> Option<&str> {
        self.0.settings.turn_url.as_deref()
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.0.hub
    }

    pub(crate) fn speaking(&self) -> &Speaking {
        &self.0.speaking
    }

    pub(crate) fn meetings(&self) -> &Meetings {
        &self.0.meetings
    }

    pub(crate) fn self_tests(&self) -> &SelfTests {
        &self.0.self_tests
    }

    pub(crate) fn live(&self) -> &LiveComments {
        &self.0.live
    }

    pub(crate) fn passkeys(&self) -> Option<&Webauthn> {
        self.0.passkeys.as_ref()
    }

    pub(crate) fn has_passkeys(&self) -> bool {
        self.0.passkeys.is_some()
    }

    pub(crate) fn comment_check(&self) -> Option<&CommentCheck> {
        self.0.comment_check.as_ref()
    }

    /// Whether readers can have accounts: it takes mail or a provider to show whose they are.
    pub(crate) fn has_accounts(&self) -> bool {
        self.has_mail() || self.readers_provider().is_some()
    }

    pub(crate) fn has_mail(&self) -> bool {
        self.0.mail
    }

    /// How a reader may sign in.
    pub(crate) fn ways(&self) -> Ways {
        Ways {
            mail: self.has_mail(),
            passkeys: self.has_passkeys(),
            provider: self.readers_provider().map(|it| it.label().to_owned()),
        }
    }

    /// Who vouches for staff.
    pub(crate) fn provider(&self) -> Option<&Provider> {
        self.0.provider.as_ref()
    }

    pub(crate) fn readers_provider(&self) -> Option<&Provider> {
        self.0.readers_provider.as_ref()
    }

    /// Where readers reach the site.
    pub fn public_url(&self) -> &Url {
        &self.0.settings.public_url
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Waits until this node's pages show the event at `position`, so that whoever was told that
    /// something is published sees it.
    pub(crate) async fn shown(&self, position: Position) {
        self.0.pages_followed.clone().passed(position).await;
    }
}
