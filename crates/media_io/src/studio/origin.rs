//! What viewers ask for: made once, and shared by all of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use bytes::Bytes;
use media::reload::{Answer, Directives, PartAnswer, Refused, decide, decide_part};
use media::{MediaKind, MediaName, Playlist, RenditionName};
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, timeout};

/// So many pieces of sound may wait for a listener: some seconds. Who is slower is let go of.
const SOUNDS_WAITING: usize = 512;

/// The renditions of a channel, as they are.
pub struct Origin {
    folder: PathBuf,
    shown: RwLock<Shown>,
    aac: broadcast::Sender<Bytes>,
    mp3: broadcast::Sender<Bytes>,
    /// Some has come since the channel went on air.
    mp3_made: AtomicBool,
}

#[derive(Default)]
struct Shown {
    renditions: BTreeMap<String, Arc<Rendition>>,
    master: Option<Bytes>,
    window_master: Option<Bytes>,
    audio_master: Option<Bytes>,
}

#[derive(Default)]
struct Rendition {
    playlist: watch::Sender<Option<Arc<Playlist>>>,
    window: RwLock<Option<Arc<Playlist>>>,
    media: RwLock<BTreeMap<MediaName, Bytes>>,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A playlist, which changes.
    Playlist(Bytes),
    /// Media, which never change at their address.
    Media(Bytes),
    /// There is no such thing.
    Nothing,
    /// It was there.
    Gone,
    /// What was asked makes no sense, in a sentence.
    Wrong(String),
    /// It does not come, in a sentence.
    Stalled(String),
}

/// Somebody who listens to sound alone, without playlists.
pub struct Listener(broadcast::Receiver<Bytes>);

impl Listener {
    /// The next piece; none once there is no more, or they were too slow for it.
    pub async fn next(&mut self) -> Option<Bytes> {
        self.0.recv().await.ok()
    }
}

impl Origin {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            shown: RwLock::default(),
            aac: broadcast::Sender::new(SOUNDS_WAITING),
            mp3: broadcast::Sender::new(SOUNDS_WAITING),
            mp3_made: AtomicBool::new(false),
        }
    }

    /// The channel's master playlist, if it is on air.
    pub fn master(&self) -> Option<Bytes> {
        read(&self.shown).master.clone()
    }

    /// That of the window that viewers can go back in.
    pub fn window_master(&self) -> Option<Bytes> {
        read(&self.shown).window_master.clone()
    }

    /// That of Audio Only.
    pub fn audio_master(&self) -> Option<Bytes> {
        read(&self.shown).audio_master.clone()
    }

    /// Sound as a stream of AAC in ADTS.
    pub fn listen_aac(&self) -> Listener {
        Listener(self.aac.subscribe())
    }

    /// Sound as a stream of MP3, if it is made.
    pub fn listen_mp3(&self) -> Option<Listener> {
        self.mp3_made.load(Ordering::Relaxed).then(|| Listener(self.mp3.subscribe()))
    }

    /// A file of a rendition: `live.m3u8`, `dvr.m3u8`, or media by their names. Waits for what is to
    /// come where the request says so (draft-pantos-hls-rfc8216bis-20 §6.2.5 and §6.2.6).
    pub async fn file(&self, rendition: &str, file: &str, query: &str) -> Reply {
        let Some(found) = read(&self.shown).renditions.get(rendition).cloned() else {
            return Reply::Nothing;
        };
        match file {
            "live.m3u8" => playlist(&found, query).await,
            "dvr.m3u8" => match &*read(&found.window) {
                Some(window) => Reply::Playlist(window.text().clone()),
                None => Reply::Nothing,
            },
            name => match name.parse::<MediaName>() {
                Ok(name) if name.kind == MediaKind::Part => part(&found, name).await,
                Ok(name) => self.media(rendition, &found, name).await,
                Err(_) => Reply::Nothing,
            },
        }
    }

    /// The same, if nothing has to be waited for, nor read from the disk.
    pub fn at_once(&self, rendition: &str, file: &str, query: &str) -> Option<Reply> {
        let shown = read(&self.shown);
        let found = shown.renditions.get(rendition)?;
        if file == "live.m3u8" {
            let directives = Directives::parse(query).ok()?;
            let playlist = found.playlist.borrow();
            match decide(playlist.as_ref()?, directives, Duration::ZERO).ok()? {
                Answer::Now(text) => Some(Reply::Playlist(text)),
                Answer::Wait(_) => None,
            }
        } else {
            read(&found.media).get(&file.parse().ok()?).cloned().map(Reply::Media)
        }
    }

    async fn media(&self, rendition: &str, found: &Rendition, name: MediaName) -> Reply {
        if let Some(media) = read(&found.media).get(&name).cloned() {
            return Reply::Media(media);
        }
        // The name is one that was read, and so no path out of the folder.
        let path = self.folder.join(rendition).join(name.to_string());
        match tokio::fs::read(path).await {
            Ok(bytes) => Reply::Media(bytes.into()),
            Err(_) => Reply::Nothing,
        }
    }

    pub(super) fn begin(&self, names: impl Iterator<Item = RenditionName>) {
        let mut shown = write(&self.shown);
        *shown = Shown {
            renditions: names.map(|name| (name.to_string(), Arc::default())).collect(),
            ..Shown::default()
        };
    }

    /// One more rendition than it began with.
    pub(super) fn add(&self, name: &RenditionName) {
        let new = Arc::default();
        write(&self.shown).renditions.entry(name.to_string()).or_insert(new);
    }

    pub(super) fn show(&self, rendition: &RenditionName, playlist: Arc<Playlist>) {
        if let Some(found) = self.of(rendition) {
            found.playlist.send_replace(Some(playlist));
        }
    }

    pub(super) fn show_window(&self, rendition: &RenditionName, playlist: Arc<Playlist>) {
        if let Some(found) = self.of(rendition) {
            *write(&found.window) = Some(playlist);
        }
    }

    /// Has media of which `pieces` are all. Those of them that are there by themselves are kept no
    /// longer twice: they become pieces of it.
    pub(super) fn put(&self, rendition: &RenditionName, name: MediaName, pieces: &[Bytes]) {
        let Some(found) = self.of(rendition) else { return };
        let whole = match pieces {
            [one] => one.clone(),
            _ => Bytes::from(pieces.concat()),
        };
        let mut media = write(&found.media);
        let mut from = 0;
        for piece in pieces {
            let known = media.values_mut().rev().find(|it| it.as_ptr() == piece.as_ptr());
            if let Some(known) = known {
                *known = whole.slice(from..from + piece.len());
            }
            from += piece.len();
        }
        media.insert(name, whole);
    }

    pub(super) fn forget(&self, rendition: &RenditionName, name: MediaName) {
        if let Some(found) = self.of(rendition) {
            write(&found.media).remove(&name);
        }
    }

    pub(super) fn show_masters(&self, master: Bytes, window: Bytes) {
        let mut shown = write(&self.shown);
        shown.master = Some(master);
        shown.window_master = Some(window);
    }

    pub(super) fn show_audio_master(&self, master: Bytes) {
        write(&self.shown).audio_master = Some(master);
    }

    pub(super) fn sound_aac(&self, bytes: Bytes) {
        // Nobody may listen.
        let _ = self.aac.send(bytes);
    }

    pub(super) fn sound_mp3(&self, bytes: Bytes) {
        self.mp3_made.store(true, Ordering::Relaxed);
        let _ = self.mp3.send(bytes);
    }

    /// Off air: there is no master any more; who has a playlist finds its end.
    pub(super) fn end(&self) {
        self.mp3_made.store(false, Ordering::Relaxed);
        let mut shown = write(&self.shown);
        (shown.master, shown.audio_master) = (None, None);
    }

    fn of(&self, rendition: &RenditionName) -> Option<Arc<Rendition>> {
        read(&self.shown).renditions.get(rendition.as_str()).cloned()
    }
}

async fn playlist(rendition: &Rendition, query: &str) -> Reply {
    let refused = |refused: Refused| match refused.status() {
        503 => Reply::Stalled(refused.to_string()),
        _ => Reply::Wrong(refused.to_string()),
    };
    let directives = match Directives::parse(query) {
        Ok(directives) => directives,
        Err(error) => return refused(error),
    };
    let (mut watch, began) = (rendition.playlist.subscribe(), Instant::now());
    loop {
        let Some(playlist) = watch.borrow_and_update().clone() else { return Reply::Nothing };
        match decide(&playlist, directives, began.elapsed()) {
            Ok(Answer::Now(text)) => return Reply::Playlist(text),
            // Whether it came or the time is over is decided above.
            Ok(Answer::Wait(most)) => drop(timeout(most, watch.changed()).await),
            Err(error) => return refused(error),
        }
    }
}

async fn part(rendition: &Rendition, name: MediaName) -> Reply {
    let (mut watch, began) = (rendition.playlist.subscribe(), Instant::now());
    loop {
        let Some(playlist) = watch.borrow_and_update().clone() else { return Reply::Nothing };
        if let Some(media) = read(&rendition.media).get(&name).cloned() {
            return Reply::Media(media);
        }
        match decide_part(&playlist, name, began.elapsed()) {
            // It has just been forgotten.
            PartAnswer::Now | PartAnswer::Gone => return Reply::Gone,
            PartAnswer::Wait(most) => drop(timeout(most, watch.changed()).await),
            PartAnswer::Unknown => return Reply::Nothing,
            PartAnswer::Stalled => {
                return Reply::Stalled("This part does not come: the channel has stopped.".into());
            }
        }
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_pieces_of_their_segment() {
        let origin = Origin::new(PathBuf::new());
        let rendition = RenditionName::new("source").unwrap();
        origin.begin([rendition.clone()].into_iter());
        let pieces = [Bytes::from(vec![1; 10]), Bytes::from(vec![2; 20])];
        for (name, piece) in ["p1-0.m4s", "p1-1.m4s"].into_iter().zip(&pieces) {
            origin.put(&rendition, name.parse().unwrap(), std::slice::from_ref(piece));
        }
        origin.put(&rendition, "s1-0.m4s".parse().unwrap(), &pieces);
        let has = |name: &str| match origin.at_once("source", name, "") {
            Some(Reply::Media(bytes)) => bytes,
            other => panic!("{name} is {other:?}"),
        };
        let whole = has("s1-0.m4s");
        assert_eq!(whole, pieces.concat());
        let second = has("p1-1.m4s");
        assert_eq!(second, pieces[1]);
        assert_eq!(second.as_ptr(), whole[10..].as_ptr());
    }
}
