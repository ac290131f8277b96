//! What viewers ask for: made once, and shared by all of them.
//!
//! Viewers are counted by what they are given: whoever watches takes a second of media in each second,
//! in parts or in segments, at the present or two hours before. Nothing is known of who they are.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use bytes::Bytes;
use media::reload::{Answer, Directives, PartAnswer, Refused, decide, decide_part};
use media::{MediaKind, MediaName, Playlist, RenditionName};
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, timeout};

use super::text::Text;

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
    master: Option<Text>,
    window_master: Option<Text>,
    audio_master: Option<Text>,
}

#[derive(Default)]
struct Rendition {
    playlist: watch::Sender<Option<Current>>,
    window: RwLock<Option<Text>>,
    media: RwLock<BTreeMap<MediaName, Media>>,
    /// How much media was given to viewers since it was last asked, in milliseconds.
    given: AtomicU64,
    /// How long the last segment was, in milliseconds: what is on the disk alone is as long.
    segment: AtomicU64,
}

/// A playlist as it is, with its texts in the forms that are sent.
#[derive(Clone)]
struct Current {
    playlist: Arc<Playlist>,
    full: Text,
    delta: Option<Text>,
}

/// All of a file, and how long it plays.
#[derive(Clone)]
struct Media {
    bytes: Bytes,
    length: Duration,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A playlist, which changes.
    Playlist(Text),
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
    pub fn master(&self) -> Option<Text> {
        read(&self.shown).master.clone()
    }

    /// That of the window that viewers can go back in.
    pub fn window_master(&self) -> Option<Text> {
        read(&self.shown).window_master.clone()
    }

    /// That of Audio Only.
    pub fn audio_master(&self) -> Option<Text> {
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
    /// come where the request says so (draft-pantos-hls-rfc8216bis-20 §6.2.5 and §6.2.6). Media that
    /// are to be `watched` count for a viewer.
    pub async fn file(&self, rendition: &str, file: &str, query: &str, watched: bool) -> Reply {
        let Some(found) = read(&self.shown).renditions.get(rendition).cloned() else {
            return Reply::Nothing;
        };
        match file {
            "live.m3u8" => playlist(&found, query).await,
            "dvr.m3u8" => match &*read(&found.window) {
                Some(window) => Reply::Playlist(window.clone()),
                None => Reply::Nothing,
            },
            name => {
                let Ok(name) = name.parse::<MediaName>() else { return Reply::Nothing };
                let media = match name.kind {
                    MediaKind::Part => part(&found, name).await,
                    _ => self.media(rendition, &found, name).await,
                };
                match media {
                    Ok(media) => found.give(media, watched),
                    Err(reply) => reply,
                }
            }
        }
    }

    /// The same, if nothing has to be waited for, nor read from the disk.
    pub fn at_once(
        &self,
        rendition: &str,
        file: &str,
        query: &str,
        watched: bool,
    ) -> Option<Reply> {
        let shown = read(&self.shown);
        let found = shown.renditions.get(rendition)?;
        if file == "live.m3u8" {
            let directives = Directives::parse(query).ok()?;
            let current = found.playlist.borrow();
            let current = current.as_ref()?;
            match decide(&current.playlist, directives, Duration::ZERO).ok()? {
                Answer::Now(text) => Some(Reply::Playlist(current.text(&text))),
                Answer::Wait(_) => None,
            }
        } else {
            let media = read(&found.media).get(&file.parse().ok()?).cloned()?;
            Some(found.give(media, watched))
        }
    }

    async fn media(
        &self,
        rendition: &str,
        found: &Rendition,
        name: MediaName,
    ) -> Result<Media, Reply> {
        if let Some(media) = read(&found.media).get(&name).cloned() {
            return Ok(media);
        }
        // The name is one that was read, and so no path out of the folder.
        let path = self.folder.join(rendition).join(name.to_string());
        let bytes = tokio::fs::read(path).await.map_err(|_| Reply::Nothing)?;
        let length = match name.kind {
            MediaKind::Segment => found.segment.load(Ordering::Relaxed),
            _ => 0,
        };
        Ok(Media { bytes: bytes.into(), length: Duration::from_millis(length) })
    }

    /// What was given to viewers of each rendition since this was last asked.
    pub(super) fn given(&self) -> Vec<(String, Duration)> {
        let shown = read(&self.shown);
        let given = shown.renditions.iter().map(|(name, it)| {
            (name.clone(), Duration::from_millis(it.given.swap(0, Ordering::Relaxed)))
        });
        given.collect()
    }

    /// How many listen to sound without playlists: in AAC, and in MP3.
    pub(super) fn listeners(&self) -> (u64, u64) {
        (self.aac.receiver_count() as u64, self.mp3.receiver_count() as u64)
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
            found.playlist.send_replace(Some(Current::of(playlist)));
        }
    }

    pub(super) fn show_window(&self, rendition: &RenditionName, playlist: &Playlist) {
        if let Some(found) = self.of(rendition) {
            *write(&found.window) = Some(playlist.text().clone().into());
        }
    }

    pub(super) fn put(&self, rendition: &RenditionName, name: MediaName, pieces: &[Bytes]) {
        self.put_lasting(rendition, name, pieces, Duration::ZERO);
    }

    /// Has media of which `pieces` are all, and which play for so long, by which viewers are counted.
    /// Those of the pieces that are there by themselves are kept no longer twice: they become pieces
    /// of it.
    pub(super) fn put_lasting(
        &self,
        rendition: &RenditionName,
        name: MediaName,
        pieces: &[Bytes],
        length: Duration,
    ) {
        let Some(found) = self.of(rendition) else { return };
        if name.kind == MediaKind::Segment {
            found.segment.store(milliseconds(length), Ordering::Relaxed);
        }
        let whole = match pieces {
            [one] => one.clone(),
            _ => Bytes::from(pieces.concat()),
        };
        let mut media = write(&found.media);
        let mut from = 0;
        for piece in pieces {
            let known = media.values_mut().rev().find(|it| it.bytes.as_ptr() == piece.as_ptr());
            if let Some(known) = known {
                known.bytes = whole.slice(from..from + piece.len());
            }
            from += piece.len();
        }
        media.insert(name, Media { bytes: whole, length });
    }

    pub(super) fn forget(&self, rendition: &RenditionName, name: MediaName) {
        if let Some(found) = self.of(rendition) {
            write(&found.media).remove(&name);
        }
    }

    pub(super) fn show_masters(&self, master: Bytes, window: Bytes) {
        let mut shown = write(&self.shown);
        shown.master = Some(master.into());
        shown.window_master = Some(window.into());
    }

    pub(super) fn show_audio_master(&self, master: Bytes) {
        write(&self.shown).audio_master = Some(master.into());
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

impl Rendition {
    /// Gives media, which count for a viewer where they are to be `watched`.
    fn give(&self, Media { bytes, length }: Media, watched: bool) -> Reply {
        if watched {
            self.given.fetch_add(milliseconds(length), Ordering::Relaxed);
        }
        Reply::Media(bytes)
    }
}

fn milliseconds(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

impl Current {
    fn of(playlist: Arc<Playlist>) -> Self {
        let full = playlist.text().clone().into();
        let delta = playlist.delta().cloned().map(Text::from);
        Self { playlist, full, delta }
    }

    /// The one of its texts that this is.
    fn text(&self, plain: &Bytes) -> Text {
        let delta = self.delta.as_ref().filter(|it| it.plain().as_ptr() == plain.as_ptr());
        delta.unwrap_or(&self.full).clone()
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
        let Some(current) = watch.borrow_and_update().clone() else { return Reply::Nothing };
        match decide(&current.playlist, directives, began.elapsed()) {
            Ok(Answer::Now(text)) => return Reply::Playlist(current.text(&text)),
            // Whether it came or the time is over is decided above.
            Ok(Answer::Wait(most)) => drop(timeout(most, watch.changed()).await),
            Err(error) => return refused(error),
        }
    }
}

async fn part(rendition: &Rendition, name: MediaName) -> Result<Media, Reply> {
    let (mut watch, began) = (rendition.playlist.subscribe(), Instant::now());
    loop {
        let playlist = watch.borrow_and_update().as_ref().map(|it| Arc::clone(&it.playlist));
        let Some(playlist) = playlist else { return Err(Reply::Nothing) };
        if let Some(media) = read(&rendition.media).get(&name).cloned() {
            return Ok(media);
        }
        match decide_part(&playlist, name, began.elapsed()) {
            // It has just been forgotten.
            PartAnswer::Now | PartAnswer::Gone => return Err(Reply::Gone),
            PartAnswer::Wait(most) => drop(timeout(most, watch.changed()).await),
            PartAnswer::Unknown => return Err(Reply::Nothing),
            PartAnswer::Stalled => {
                let why = "This part does not come: the channel has stopped.";
                return Err(Reply::Stalled(why.into()));
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
        let has = |name: &str| match origin.at_once("source", name, "", false) {
            Some(Reply::Media(bytes)) => bytes,
            other => panic!("{name} is {other:?}"),
        };
        let whole = has("s1-0.m4s");
        assert_eq!(whole, pieces.concat());
        let second = has("p1-1.m4s");
        assert_eq!(second, pieces[1]);
        assert_eq!(second.as_ptr(), whole[10..].as_ptr());
    }

    #[tokio::test]
    async fn whoever_takes_media_is_counted_by_its_length() {
        let origin = Origin::new(PathBuf::from("/nowhere"));
        let name = RenditionName::new("source").unwrap();
        origin.begin([name.clone()].into_iter());
        let segment: MediaName = "s1-7.m4s".parse().unwrap();
        let pieces = [Bytes::from_static(b"ab"), Bytes::from_static(b"c")];
        origin.put_lasting(&name, segment, &pieces, Duration::from_secs(2));
        let text = segment.to_string();
        for watched in [true, true, false] {
            let given = Reply::Media(Bytes::from_static(b"abc"));
            assert_eq!(origin.file("source", &text, "", watched).await, given);
            assert_eq!(origin.at_once("source", &text, "", watched), Some(given));
        }
        assert_eq!(origin.given(), [("source".to_owned(), Duration::from_secs(8))]);
        assert_eq!(origin.given(), [("source".to_owned(), Duration::ZERO)]);
        assert_eq!(origin.file("source", "nothing", "", true).await, Reply::Nothing);
    }

    #[test]
    fn whoever_listens_is_counted_while_they_do() {
        let origin = Origin::new(PathBuf::from("/nowhere"));
        let (one, another) = (origin.listen_aac(), origin.listen_aac());
        assert_eq!(origin.listeners(), (2, 0));
        drop((one, another));
        assert_eq!(origin.listeners(), (0, 0));
    }
}
