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

/// The channel's folder. What is written is written in its order, by a task of its own.
pub(super) struct Disk {
    work: mpsc::Sender<Work>,
    kept: Kept,
    windows: BTreeMap<RenditionName, Dvr>,
}

/// What an end of the program must not lose.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Kept {
    state: Option<State>,
    windows: BTreeMap<RenditionName, Window>,
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
    Write(PathBuf, Vec<Bytes>),
    Remove(PathBuf),
    Done(oneshot::Sender<()>),
}

impl Disk {
    pub(super) async fn open(folder: PathBuf) -> io::Result<Self> {
        tokio::fs::create_dir_all(&folder).await?;
        let kept = match tokio::fs::read(folder.join(STATE)).await {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::other)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Kept::default(),
            Err(error) => return Err(error),
        };
        let (work, waiting) = mpsc::channel(WAITING_MAX);
        tokio::spawn(write_all(folder, waiting));
        Ok(Self { work, kept, windows: BTreeMap::new() })
    }

    pub(super) fn state(&self) -> Option<State> {
        self.kept.state.clone()
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
        window: Duration,
    ) -> Arc<Playlist> {
        let kept = self.kept.windows.entry(folder.clone()).or_default();
        let dvr = self.windows.entry(folder.clone()).or_insert_with(|| {
            let segments = kept.segments.clone();
            Dvr::resume(target_seconds, window, segments, kept.discontinuities)
        });
        let left = dvr.push(segment.clone());
        let playlist = dvr.playlist();
        kept.discontinuities = dvr.discontinuities();
        kept.segments.push(segment);
        kept.segments.retain(|it| !left.iter().any(|gone| gone.name == it.name));
        kept.leaving.extend(left);
        let newest = kept.segments.last().map(|it| it.start).unwrap_or_default();
        let over = |it: &Segment| {
            let behind = newest.saturating_sub(it.start) / u64::from(media::time::CHANNEL_CLOCK);
            behind > 2 * window.as_secs()
        };
        let gone: Vec<Segment> = kept.leaving.iter().filter(|it| over(it)).cloned().collect();
        kept.leaving.retain(|it| !over(it));
        for segment in gone {
            self.ask(Work::Remove(file(folder, segment.name)));
        }
        playlist
    }

    /// Keeps where the channel stands.
    pub(super) fn keep(&mut self, state: State) {
        self.kept.state = Some(state);
        match serde_json::to_vec(&self.kept) {
            Ok(bytes) => self.ask(Work::Write(STATE.into(), vec![bytes.into()])),
            Err(error) => tracing::error!("Where the channel stands cannot be written: {error}"),
        }
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

fn file(folder: &RenditionName, name: MediaName) -> PathBuf {
    Path::new(folder.as_str()).join(name.to_string())
}

async fn write_all(folder: PathBuf, mut waiting: mpsc::Receiver<Work>) {
    while let Some(work) = waiting.recv().await {
        let done = match work {
            Work::Write(path, chunks) => write(&folder.join(path), &chunks).await,
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
