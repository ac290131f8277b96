//! What a channel keeps: closed segments of the window that viewers can go back in, and where it
//! stands.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use media::{Dvr, MediaName, Playlist, RenditionName, Segment, State};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{mpsc, oneshot};

/// What may wait to be written: a disk that is slower than this loses segments, and not the channel.
const WAITING_MAX: usize = 64;
const STATE: &str = "state.json";
/// Of each rendition: the window as it was once, and then each segment that was closed, a line each.
const JOURNAL: &str = "segments.jsonl";
/// After so many lines the window is written anew.
const LINES_MAX: usize = 2_000;

/// The channel's folder. What is written is written in its order, by a task of its own.
pub(super) struct Disk {
    work: mpsc::Sender<Work>,
    state: Option<State>,
    windows: BTreeMap<RenditionName, Kept>,
}

/// What is known of a rendition's window.
struct Kept {
    window: Window,
    /// The same as viewers are told, once there is somebody to tell.
    dvr: Option<Dvr>,
    /// How many segments were written down since the window was.
    lines: usize,
}

/// The window of one rendition, the oldest segment first.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Window {
    segments: Vec<Segment>,
    discontinuities: u64,
    /// Left the window, and are there for who has the older playlist.
    leaving: Vec<Segment>,
}

enum Work {
    /// The whole file, or none of it.
    Write(PathBuf, Vec<Bytes>),
    /// A line behind the others.
    Append(PathBuf, Vec<u8>),
    Remove(PathBuf),
    Done(oneshot::Sender<()>),
}

impl Disk {
    pub(super) async fn open(folder: PathBuf) -> io::Result<Self> {
        tokio::fs::create_dir_all(&folder).await?;
        let state = match tokio::fs::read(folder.join(STATE)).await {
            Ok(bytes) => read_state(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let mut windows = BTreeMap::new();
        let mut entries = tokio::fs::read_dir(&folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            let name = entry.file_name().into_string().ok();
            let Some(name) = name.and_then(|it| RenditionName::new(it).ok()) else { continue };
            if let Ok(text) = tokio::fs::read_to_string(entry.path().join(JOURNAL)).await {
                windows.insert(name, Kept::read(&text));
            }
        }
        let stored = windows.iter().map(|(name, Kept { window, .. })| {
            (name, &window.segments[..], window.discontinuities)
        });
        let state = State::caught_up(state, stored);
        let (work, waiting) = mpsc::channel(WAITING_MAX);
        tokio::spawn(write_all(folder, waiting));
        Ok(Self { work, state, windows })
    }

    pub(super) fn state(&self) -> Option<State> {
        self.state.clone()
    }

    /// What is on the disk of each rendition, the oldest first.
    pub(super) fn segments(&self) -> impl Iterator<Item = (RenditionName, Vec<Segment>)> {
        self.windows.iter().map(|(name, Kept { window, .. })| {
            (name.clone(), window.leaving.iter().chain(&window.segments).cloned().collect())
        })
    }

    pub(super) fn write(&mut self, folder: &RenditionName, name: MediaName, chunks: Vec<Bytes>) {
        self.ask(Work::Write(file(folder, name), chunks));
    }

    /// A segment was closed: gives the window's playlist with it.
    pub(super) fn close(
        &mut self,
        folder: &RenditionName,
        segment: Segment,
        target_seconds: u32,
        length: Duration,
    ) -> Arc<Playlist> {
        let kept = self.windows.entry(folder.clone()).or_insert_with(Kept::new);
        let Kept { window, dvr, lines } = kept;
        let line = serde_json::to_vec(&segment).unwrap_or_default();
        let dvr = dvr.get_or_insert_with(|| {
            Dvr::resume(target_seconds, length, &window.segments, window.discontinuities)
        });
        let left = dvr.push(segment.clone());
        let playlist = dvr.playlist();
        window.discontinuities = dvr.discontinuities();
        window.segments.push(segment);
        window.segments.retain(|it| !left.iter().any(|gone| gone.name == it.name));
        window.leaving.extend(left);
        let newest = window.segments.last().map(|it| it.start).unwrap_or_default();
        let over = |it: &Segment| {
            let behind = newest.saturating_sub(it.start) / u64::from(media::time::CHANNEL_CLOCK);
            behind > 2 * length.as_secs()
        };
        let gone: Vec<Segment> = window.leaving.iter().filter(|it| over(it)).cloned().collect();
        window.leaving.retain(|it| !over(it));
        let journal = Path::new(folder.as_str()).join(JOURNAL);
        *lines += 1;
        let noted = if *lines == 1 || *lines > LINES_MAX {
            *lines = 1;
            Work::Write(journal, vec![window.line().into()])
        } else {
            Work::Append(journal, [&line[..], b"\n"].concat())
        };
        self.ask(noted);
        for segment in gone {
            self.ask(Work::Remove(file(folder, segment.name)));
        }
        playlist
    }

    /// Discontinuities up to the last segment that was closed.
    pub(super) fn discontinuities(&self, folder: &RenditionName) -> u64 {
        let dvr = self.windows.get(folder).and_then(|kept| kept.dvr.as_ref());
        dvr.map_or(0, Dvr::all_discontinuities)
    }

    /// What there is of a rendition whose next segment is `next`, for a shorter playlist; nothing, if
    /// that does not follow what there is. Then the window begins anew, too, `before` being the
    /// discontinuities that others have shown by then.
    pub(super) fn goes_on(
        &mut self,
        folder: &RenditionName,
        next: &Segment,
        before: u64,
        (target_seconds, length): (u32, Duration),
    ) -> Dvr {
        let kept = self.windows.entry(folder.clone()).or_insert_with(Kept::new);
        let window = &mut kept.window;
        let follows = |last: &Segment| last.sequence() + 1 == next.sequence();
        if !window.segments.last().is_some_and(follows) {
            window.leaving.append(&mut window.segments);
            window.discontinuities = before;
            (kept.dvr, kept.lines) = (None, 0);
        }
        let Window { segments, discontinuities, .. } = &kept.window;
        Dvr::resume(target_seconds, length, segments, *discontinuities)
    }

    /// Keeps where the channel stands.
    pub(super) fn keep(&mut self, state: State) {
        match serde_json::to_vec(&state) {
            Ok(bytes) => self.ask(Work::Write(STATE.into(), vec![bytes.into()])),
            Err(error) => tracing::error!("Where the channel stands cannot be written: {error}"),
        }
        self.state = Some(state);
    }

    /// Waits until everything is written.
    pub(super) async fn settle(&mut self) {
        let (done, is_done) = oneshot::channel();
        if self.work.send(Work::Done(done)).await.is_ok() {
            let _ = is_done.await;
        }
    }

    fn ask(&self, work: Work) {
        if self.work.try_send(work).is_err() {
            tracing::error!("The disk is too slow for the channel: a segment is not kept.");
        }
    }
}

/// Without it the channel goes on from its segments, as far as they say where it stood.
fn read_state(bytes: &[u8]) -> Option<State> {
    let read = serde_json::from_slice(bytes);
    read.inspect_err(|error| tracing::error!("Where the channel stood cannot be read: {error}"))
        .ok()
}

impl Kept {
    fn new() -> Self {
        Self { window: Window::default(), dvr: None, lines: 0 }
    }

    /// Reads a journal. Its last line may have been cut off.
    fn read(text: &str) -> Self {
        let mut lines = text.lines();
        let begun = lines.next().and_then(|line| serde_json::from_str(line).ok());
        let mut window: Window = begun.unwrap_or_default();
        window.segments.extend(lines.map_while(|line| serde_json::from_str::<Segment>(line).ok()));
        Self { window, dvr: None, lines: 0 }
    }
}

impl Window {
    fn line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

fn file(folder: &RenditionName, name: MediaName) -> PathBuf {
    Path::new(folder.as_str()).join(name.to_string())
}

async fn write_all(folder: PathBuf, mut waiting: mpsc::Receiver<Work>) {
    while let Some(work) = waiting.recv().await {
        let done = match work {
            Work::Write(path, chunks) => write(&folder.join(path), &chunks).await,
            Work::Append(path, line) => append(&folder.join(path), &line).await,
            Work::Remove(path) => tokio::fs::remove_file(folder.join(path)).await,
            Work::Done(done) => {
                let _ = done.send(());
                Ok(())
            }
        };
        if let Err(error) = done {
            tracing::error!("The channel's folder cannot be written to: {error}");
        }
    }
}

/// Whole or not at all: whoever finds it finds all of it.
async fn write(path: &Path, chunks: &[Bytes]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let new = path.with_extension("new");
    let mut file = tokio::fs::File::create(&new).await?;
    for chunk in chunks {
        file.write_all(chunk).await?;
    }
    file.sync_data().await?;
    drop(file);
    tokio::fs::rename(&new, path).await
}

async fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    let mut file = tokio::fs::OpenOptions::new().append(true).open(path).await?;
    file.write_all(line).await?;
    file.sync_data().await
}

#[cfg(test)]
mod tests {
    use base::Timestamp;
    use media::MediaKind;

    use super::*;

    fn segment(number: u64) -> Segment {
        let clock = media::time::CHANNEL_CLOCK;
        Segment {
            name: MediaName { kind: MediaKind::Segment, run: 1, number },
            init: MediaName { kind: MediaKind::Init, run: 1, number: 0 },
            start: number * 2 * u64::from(clock),
            units: 2 * u64::from(clock),
            clock,
            aired: Timestamp::from_micros(1_790_000_000_000_000),
            discontinuities: 0,
            bytes: 3,
        }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_window_goes_on_after_a_kill_and_old_segments_leave_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let name = RenditionName::new("source").unwrap();
        let mut disk = Disk::open(folder.path().to_owned()).await.unwrap();
        let mut last = None;
        for number in 0..100 {
            let segment = segment(number);
            disk.write(&name, segment.name, vec![Bytes::from_static(b"abc")]);
            last = Some(disk.close(&name, segment, 4, MINUTE));
            disk.settle().await;
        }
        let last = last.unwrap();
        let files = || {
            let all = std::fs::read_dir(folder.path().join("source")).unwrap();
            all.filter(|it| it.as_ref().unwrap().path().extension() == Some("m4s".as_ref())).count()
        };
        assert!((60..70).contains(&files()), "{}", files());

        // Whatever was not settled is lost; the journal's last line is half of one.
        drop(disk);
        let journal = folder.path().join("source").join(JOURNAL);
        let mut text = std::fs::read_to_string(&journal).unwrap();
        text.push_str("{\"name\":\"s1-1");
        std::fs::write(&journal, text).unwrap();
        let mut disk = Disk::open(folder.path().to_owned()).await.unwrap();
        let next = disk.close(&name, segment(100), 4, MINUTE);
        let listed = |playlist: &Playlist| {
            let text = String::from_utf8(playlist.text().to_vec()).unwrap();
            text.lines()
                .filter(|line| line.ends_with(".m4s"))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let (before, after) = (listed(&last), listed(&next));
        assert_eq!(after.last().unwrap(), "s1-100.m4s");
        assert_eq!(before[1..], after[..after.len() - 1], "one came and one went");
    }

    #[tokio::test]
    async fn a_kill_between_a_segment_and_where_the_channel_stands_gives_no_number_twice() {
        let folder = tempfile::tempdir().unwrap();
        let name = RenditionName::new("source").unwrap();
        let mut disk = Disk::open(folder.path().to_owned()).await.unwrap();
        for number in 0..3 {
            disk.close(&name, segment(number), 4, MINUTE);
        }
        disk.settle().await;
        drop(disk);
        let state = Disk::open(folder.path().to_owned()).await.unwrap().state().unwrap();
        let stored = [segment(0), segment(1), segment(2)];
        let all = std::iter::once((&name, &stored[..], 0));
        assert_eq!(Some(state), State::caught_up(None, all));
    }

    #[tokio::test]
    async fn a_state_that_cannot_be_read_keeps_no_site_from_starting() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(STATE), "{").unwrap();
        assert!(Disk::open(folder.path().to_owned()).await.unwrap().state().is_none());
    }
}
