//! A channel that runs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base::{Actor, Clock, SystemClock};
use broadcast::channel;
use broadcast::key::{self, MakeKey, Rank};
use media_io::studio::{Budget, Reply, Settings, Studio};
use media_io::{Admitted, Ended, Ffmpeg, Gate as _, Key, Protocol, Request, Tag};
use store::{Files, Store};
use testkit::TestStore;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// How long anything that must happen by itself may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) struct Running {
    pub(crate) studio: Studio,
    pub(crate) store: TestStore,
    pub(crate) key: String,
    run: JoinHandle<()>,
}

#[derive(Debug)]
pub(crate) struct Sender(Admitted);

impl Running {
    pub(crate) async fn with_cores(cores: f64) -> Self {
        Self::with_budget(Budget::of_cores(cores)).await
    }

    pub(crate) async fn with_budget(budget: Budget) -> Self {
        let store = TestStore::sqlite().await;
        let folder = store.folder().join("channels");
        let files = Files::in_folder(&store.folder().join("files")).unwrap();
        let usual = Settings::new(folder, files, Ffmpeg::find().ok());
        Self::new(store, Settings { budget, ..usual }).await
    }

    /// Runs a channel, and makes a key for it.
    pub(crate) async fn new(store: TestStore, settings: Settings) -> Self {
        let clock = SystemClock;
        let mut tx = store.begin().await.unwrap();
        let main = channel::main(&mut tx, clock.now()).await.unwrap();
        let command = MakeKey { channel: main.id, name: "A test", rank: Rank::Main };
        let key = key::make(&mut tx, &Actor::Operator, command, store.secret(), clock.now());
        let key = key.await.unwrap();
        tx.commit().await.unwrap();
        let stop = CancellationToken::new();
        let another = store.another_node().await;
        let (studio, run) =
            Studio::open(another, Arc::new(clock), &main, settings, stop).await.unwrap();
        Self { studio, store, key, run: tokio::spawn(run) }
    }

    fn request(&self) -> Request {
        Request {
            protocol: Protocol::Rtmp,
            application: "live".into(),
            key: Key::new(self.key.clone()),
            address: "127.0.0.1:9".parse().unwrap(),
        }
    }

    /// Sends, as soon as nobody else does.
    pub(crate) async fn publish(&self) -> Sender {
        eventually("somebody may send", || self.admit()).await
    }

    /// Sends, or says why not.
    pub(crate) async fn admit(&self) -> Result<Sender, String> {
        self.studio.admit(&self.request()).await.map(Sender).map_err(|it| it.to_string())
    }

    /// Has the slate shown, or not any more, as a producer does.
    pub(crate) async fn slate(&self, shown: bool) {
        let now = SystemClock.now();
        let mut tx = self.store.begin().await.unwrap();
        let main = channel::main(&mut tx, now).await.unwrap().id;
        match shown {
            true => channel::show_slate(&mut tx, &Actor::Operator, main, now).await.unwrap(),
            false => channel::hide_slate(&mut tx, &Actor::Operator, main, now).await.unwrap(),
        }
        tx.commit().await.unwrap();
        self.studio.look();
    }

    /// Lets go of it without a word, and runs another in its place.
    pub(crate) async fn killed_and_begun_anew(mut self, store: Store, folder: &Path) -> Self {
        self.run.abort();
        let _ = (&mut self.run).await;
        let clock = SystemClock;
        let main = channel::by_slug(&store, channel::MAIN).await.unwrap().unwrap();
        let files = Files::in_folder(&self.store.folder().join("files")).unwrap();
        let settings = Settings::new(folder, files, None);
        let stop = CancellationToken::new();
        let (studio, run) =
            Studio::open(store, Arc::new(clock), &main, settings, stop).await.unwrap();
        (self.studio, self.run) = (studio, tokio::spawn(run));
        self
    }

    pub(crate) fn master(&self) -> Result<String, String> {
        let master = self.studio.origin().master().ok_or(format!("{:?}", self.studio.status()))?;
        Ok(String::from_utf8(master.plain().to_vec()).unwrap())
    }

    pub(crate) async fn playlist(&self, rendition: &str) -> Result<String, String> {
        match self.studio.origin().file(rendition, "live.m3u8", "", false).await {
            Reply::Playlist(text) => Ok(String::from_utf8(text.plain().to_vec()).unwrap()),
            other => Err(format!("{other:?} {:?}", self.studio.status())),
        }
    }

    /// The newest initialisation of a rendition with all segments that follow it.
    pub(crate) async fn media(&self, rendition: &str) -> Vec<u8> {
        let playlist = self.playlist(rendition).await.unwrap();
        let mut all = Vec::new();
        for line in playlist.lines() {
            let init = line.strip_prefix("#EXT-X-MAP:URI=\"").and_then(|it| it.split('"').next());
            let Some(name) = init.or((!line.starts_with('#')).then_some(line)) else { continue };
            if init.is_some() {
                all.clear();
            }
            match self.studio.origin().file(rendition, name, "", true).await {
                Reply::Media(bytes) => all.extend(bytes),
                other => panic!("{rendition}/{name}: {other:?}"),
            }
        }
        all
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.run.abort();
    }
}

impl Sender {
    pub(crate) async fn send(&self, tag: &Tag) {
        self.0.send(tag.clone()).await.unwrap();
    }

    /// Sends all of it, as fast as it is taken.
    pub(crate) async fn send_all(&self, tags: &[Tag]) {
        for tag in tags {
            self.send(tag).await;
        }
    }

    /// Sends, until the channel takes no more.
    pub(crate) async fn send_until_ended(self, tags: &[Tag]) -> Ended {
        for tag in tags {
            if let Err(ended) = self.0.send(tag.clone()).await {
                return ended;
            }
        }
        Ended::ByUs(self.0.ended_by_us().await)
    }

    /// The line is lost.
    pub(crate) fn lose(self) {
        drop(self.0);
    }
}

/// Looks until there is what is wanted, and says after [`PATIENCE`] what there was instead.
pub(crate) async fn eventually<T, F>(what: &str, mut look: impl FnMut() -> F) -> T
where
    F: Future<Output = Result<T, String>>,
{
    let begun = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(instead) => assert!(begun.elapsed() < PATIENCE, "{what}: {instead}"),
        }
        // Nothing tells of a playlist that is there at last but the playlist itself.
        sleep(Duration::from_millis(20)).await;
    }
}
