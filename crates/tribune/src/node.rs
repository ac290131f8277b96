//! One running Tribune: the record and the files opened, the projections following.

use std::sync::Arc;

use base::{Clock, Random, SystemClock};
use media_io::rooms::Rooms;
use media_io::studio::Studio;
use projections::audit::SealLog;
use projections::follows::{self, NoteForFollowers};
use projections::live_comments::{LiveComments, TellReaders};
use projections::mail;
use projections::page_cache::{ForgetPages, PageCache, Tag};
use projections::renditions::AskForRenditions;
use projections::search::SearchIndex;
use projections::worker;
use site::view::{Templates, known_share_targets};
use site::{App, CommentCheck, Parts, Provider, VouchesFor, Warmer};
use store::events::{Projection, follow};
use store::{FileError, Files, Store, StoreError};
use tokio::task::JoinSet;
use url::Url;

use crate::scheduler;
use crate::settings::Settings;

/// One mail that takes long holds up no other.
const MAIL_AT_ONCE: usize = 4;

/// Why the program cannot do what it was asked.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The record and the files, which every command needs.
pub(crate) struct Node {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    pub(crate) files: Files,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Node {
    pub(crate) async fn open(settings: Settings) -> Result<Self, Failure> {
        std::fs::create_dir_all(&settings.data).map_err(|error| {
            format!("The data folder {} cannot be made: {error}", settings.data.display())
        })?;
        let store = open_store(&settings).await?;
        let files = open_files(&settings)?;
        Ok(Self { settings, store, files, clock: Arc::new(SystemClock) })
    }

    /// Starts all that follows the log, and gives what answers requests.
    pub(crate) fn start(
        &self,
        public_url: Url,
        studio: Option<Studio>,
        rooms: Option<Rooms>,
        turn_url: Option<String>,
    ) -> Result<(App, JoinSet<()>), Failure> {
        let templates = Templates::load(self.settings.theme.as_deref())?;
        let vouches = |settings, whom| Provider::new(settings, whom, &public_url);
        let provider = self.settings.provider()?.map(|it| vouches(it, VouchesFor::Staff));
        let provider = provider.transpose()?;
        let readers_provider = self.settings.readers_provider()?;
        let readers_provider = readers_provider.map(|it| vouches(it, VouchesFor::Readers));
        let readers_provider = readers_provider.transpose()?;
        let comment_check = self.settings.comment_check()?.map(CommentCheck::new).transpose()?;
        let mailer = self.settings.mailer()?;
        let (search, search_projection) = SearchIndex::open(&self.settings.data.join("search"))?;
        let pages = PageCache::new(self.settings.page_cache_mib << 20);
        let warmer = Arc::new(Warmer::default());
        let forget = ForgetPages::new(pages.clone(), Some(warmer.clone()));
        let mut running = JoinSet::new();
        let mut start = |projection: Box<dyn Projection>| {
            let (follower, run) = follow(projection, self.store.clone());
            running.spawn(run);
            follower
        };
        let pages_followed = start(Box::new(forget));
        let live = LiveComments::default();
        start(Box::new(TellReaders::new(live.clone())));
        start(Box::new(AskForRenditions));
        start(Box::new(NoteForFollowers));
        start(Box::new(SealLog));
        let alike = pages.clone();
        start(Box::new(search_projection.telling(Box::new(move |articles| {
            alike.forget(&articles.iter().copied().map(Tag::Alike).collect::<Vec<_>>());
        }))));
        running.spawn(worker::work(self.store.clone(), self.files.clone(), self.clock.clone()));
        if let Some(mailer) = &mailer {
            for _ in 0..MAIL_AT_ONCE {
                let (store, clock) = (self.store.clone(), self.clock.clone());
                running.spawn(mail::post(store, mailer.clone(), clock));
            }
        }
        running.spawn(scheduler::sweep(self.store.clone(), self.files.clone(), self.clock.clone()));
        running.spawn(scheduler::take_away(self.store.clone(), self.files.clone()));
        running.spawn(scheduler::release(self.store.clone(), self.clock.clone()));
        let app = App::new(Parts {
            store: self.store.clone(),
            files: self.files.clone(),
            pages,
            pages_followed,
            live,
            search,
            templates,
            settings: site::Settings {
                public_url,
                share_targets: known_share_targets(),
                refused_agents: self.settings.refused_agents.clone(),
                turn_url,
            },
            provider,
            readers_provider,
            comment_check,
            mail: mailer.is_some(),
            studio,
            rooms,
            clock: self.clock.clone(),
        });
        if mailer.is_some() {
            let (store, clock) = (self.store.clone(), self.clock.clone());
            running.spawn(follows::write(store, Arc::new(app.clone()), clock));
        }
        warmer.begin(app.clone());
        Ok((app, running))
    }
}

/// The projections that keep something beyond this process, by name.
pub(crate) fn lasting_projections(
    settings: &Settings,
) -> Result<Vec<Box<dyn Projection>>, Failure> {
    let (_, search) = SearchIndex::open(&settings.data.join("search"))?;
    Ok(vec![Box::new(AskForRenditions), Box::new(NoteForFollowers), Box::new(search)])
}

pub(crate) async fn open_store(settings: &Settings) -> Result<Store, StoreError> {
    Store::open(&settings.location(), Random::from_system()).await
}

pub(crate) fn open_files(settings: &Settings) -> Result<Files, FileError> {
    match &settings.storage_url {
        Some(url) => Files::at(url),
        None => Files::in_folder(&settings.data.join("files")),
    }
}
