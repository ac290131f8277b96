//! A small picture of what is on, every few seconds: for pages that lead to the channel, and to find
//! one's way in the window that viewers can go back in.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use base::Timestamp;
use bytes::Bytes;
use media::webvtt::{Still, stills};
use media::{MediaName, Segment};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Studio;
use crate::ffmpeg::{Ffmpeg, run_to_the_end};

/// The folder beside those of the renditions, and the first part of the pictures' addresses.
pub(crate) const FOLDER: &str = "thumbnails";
const EVERY: Duration = Duration::from_secs(6);
const WIDTH: u32 = 320;
/// Between two pictures lies an interruption, if they are further apart.
const GOOD_FOR_MS: u64 = 10_000;
/// So many initialisations are at hand: those of sources and slates that take turns.
const INITS_MAX: usize = 16;
const MEMORY_MAX: u64 = 2 << 30;
const WITHIN: Duration = Duration::from_secs(10);

/// The pictures of a channel.
pub struct Thumbnails {
    folder: PathBuf,
    jobs: mpsc::Sender<Job>,
    taken: RwLock<Taken>,
}

#[derive(Default)]
struct Taken {
    /// When each was on air, the oldest first: its name is that moment in milliseconds.
    all: Vec<Timestamp>,
    latest: Option<Bytes>,
    list: Bytes,
    /// When one was asked for last.
    asked: Option<Timestamp>,
    /// What segments need to be decoded, by its name: it is told once, however often what it belongs to
    /// comes back.
    inits: VecDeque<(MediaName, Bytes)>,
}

/// A segment that begins with a key frame.
pub(super) struct Job {
    aired: Timestamp,
    bytes: Vec<Bytes>,
}

impl Thumbnails {
    pub(super) fn new(folder: PathBuf) -> (Self, mpsc::Receiver<Job>) {
        // Whoever is slower than the channel leaves one out.
        let (jobs, waiting) = mpsc::channel(1);
        (Self { folder, jobs, taken: RwLock::default() }, waiting)
    }

    /// What was on air last, as a JPEG.
    pub fn latest(&self) -> Option<Bytes> {
        self.read().latest.clone()
    }

    /// All of the window, as WebVTT whose cues are their addresses, relative to the channel's.
    pub fn list(&self) -> Option<Bytes> {
        Some(self.read().list.clone()).filter(|list| !list.is_empty())
    }

    /// One of them.
    pub async fn picture(&self, name: &str) -> Option<Bytes> {
        let at = read_name(name)?;
        self.read().all.binary_search(&at).ok()?;
        tokio::fs::read(self.folder.join(file_name(at))).await.ok().map(Bytes::from)
    }

    /// Learns what the segments that name it need to be decoded.
    pub(super) fn learn(&self, init: MediaName, bytes: Bytes) {
        let inits = &mut self.taken.write().unwrap_or_else(PoisonError::into_inner).inits;
        inits.retain(|(name, _)| *name != init);
        inits.truncate(INITS_MAX - 1);
        inits.push_front((init, bytes));
    }

    /// Takes a picture of this segment, if it is time for one.
    pub(super) fn offer(&self, segment: &Segment, chunks: &[Bytes]) {
        let mut taken = self.taken.write().unwrap_or_else(PoisonError::into_inner);
        let aired = named(segment.aired);
        // A clock that was set back is no reason to wait.
        if taken.asked.is_some_and(|last| last <= aired && aired.since(last) < EVERY) {
            return;
        }
        let init = taken.inits.iter().find(|(name, _)| *name == segment.init);
        let Some((_, init)) = init else { return };
        let bytes = std::iter::once(init).chain(chunks.first()).cloned().collect();
        if self.jobs.try_send(Job { aired, bytes }).is_ok() {
            taken.asked = Some(aired);
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Taken> {
        self.taken.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a picture; gives the moments of those that left the window.
    fn add(&self, at: Timestamp, picture: Bytes, window: Duration) -> Vec<Timestamp> {
        let mut taken = self.taken.write().unwrap_or_else(PoisonError::into_inner);
        if let Err(place) = taken.all.binary_search(&at) {
            taken.all.insert(place, at);
        }
        taken.latest = Some(picture);
        let newest = taken.all.last().copied().unwrap_or(at);
        let (kept, gone) =
            std::mem::take(&mut taken.all).into_iter().partition(|it| newest.since(*it) <= window);
        taken.all = kept;
        taken.render();
        gone
    }

    /// Finds what an earlier run has left.
    async fn find(&self) -> io::Result<()> {
        tokio::fs::create_dir_all(&self.folder).await?;
        let mut entries = tokio::fs::read_dir(&self.folder).await?;
        let mut all = Vec::new();
        while let Some(entry) = entries.next_entry().await? {
            all.extend(entry.file_name().to_str().and_then(read_name));
        }
        all.sort();
        let mut taken = self.taken.write().unwrap_or_else(PoisonError::into_inner);
        taken.all = all;
        taken.render();
        Ok(())
    }
}

impl Taken {
    fn render(&mut self) {
        let still =
            |at: &Timestamp| Still { aired: *at, uri: format!("{FOLDER}/{}", file_name(*at)) };
        let all: Vec<Still> = self.all.iter().map(still).collect();
        self.list = if all.is_empty() { Bytes::new() } else { stills(&all, GOOD_FOR_MS) };
    }
}

/// Takes pictures until `stop`.
pub(super) async fn take(
    studio: Studio,
    ffmpeg: Option<Ffmpeg>,
    mut waiting: mpsc::Receiver<Job>,
    stop: CancellationToken,
) {
    let Some(ffmpeg) = ffmpeg else { return };
    let thumbnails = &studio.0.thumbnails;
    if let Err(error) = thumbnails.find().await {
        tracing::error!("The channel's thumbnails cannot be kept: {error}");
        return;
    }
    loop {
        let job = tokio::select! {
            () = stop.cancelled() => return,
            job = waiting.recv() => job,
        };
        let Some(Job { aired, bytes }) = job else { return };
        let bytes = bytes.concat();
        let made = run_to_the_end(&ffmpeg, &arguments(), &bytes, MEMORY_MAX, WITHIN).await;
        match made.map(|picture| (thumbnails.folder.join(file_name(aired)), picture)) {
            Ok((path, picture)) if !picture.is_empty() => {
                if let Err(error) = tokio::fs::write(path, &picture).await {
                    tracing::error!("A thumbnail cannot be kept: {error}");
                    continue;
                }
                for gone in thumbnails.add(aired, picture, studio.0.settings.window) {
                    let _ = tokio::fs::remove_file(thumbnails.folder.join(file_name(gone))).await;
                }
            }
            Ok(_) => tracing::debug!("A segment holds no picture."),
            Err(why) => tracing::warn!("A thumbnail could not be made: {why}"),
        }
    }
}

/// A moment as fine as names tell it.
fn named(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros() / 1000 * 1000)
}

fn file_name(at: Timestamp) -> String {
    format!("{}.jpg", at.as_micros() / 1000)
}

fn read_name(name: &str) -> Option<Timestamp> {
    let millis: i64 = name.strip_suffix(".jpg")?.parse().ok()?;
    let at = Timestamp::from_micros(millis.checked_mul(1000)?);
    // One name for one picture: no signs, no leading zeros.
    (file_name(at) == name).then_some(at)
}

fn arguments() -> Vec<String> {
    let words = format!(
        "-hide_banner -nostdin -loglevel error -protocol_whitelist pipe -threads 1 \
         -skip_frame nokey -f mp4 -i pipe:0 -map 0:v:0 -frames:v 1 -vf scale={WIDTH}:-2 \
         -pix_fmt yuvj420p -q:v 5 -f mjpeg pipe:1"
    );
    words.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_790_000_000_000_000 + seconds * 1_000_000)
    }

    #[test]
    fn a_name_is_a_moment_and_nothing_else() {
        assert_eq!(file_name(at(1)), "1790000001000.jpg");
        assert_eq!(read_name("1790000001000.jpg"), Some(at(1)));
        for wrong in
            ["", ".jpg", "01.jpg", "+1.jpg", "1.JPG", "../1.jpg", "9999999999999999999.jpg"]
        {
            assert_eq!(read_name(wrong), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn pictures_leave_with_the_window_and_outlive_a_kill() {
        let folder = tempfile::tempdir().unwrap();
        let (thumbnails, _jobs) = Thumbnails::new(folder.path().join(FOLDER));
        thumbnails.find().await.unwrap();
        assert_eq!((thumbnails.list(), thumbnails.latest()), (None, None));
        let window = Duration::from_secs(60);
        let mut gone = Vec::new();
        for number in 0..20 {
            let picture = Bytes::from(format!("picture {number}"));
            let path = thumbnails.folder.join(file_name(at(number * 6)));
            std::fs::write(path, &picture).unwrap();
            gone.extend(thumbnails.add(at(number * 6), picture, window));
        }
        assert_eq!(gone, (0..9).map(|number| at(number * 6)).collect::<Vec<_>>());
        assert_eq!(thumbnails.latest().unwrap(), "picture 19");
        assert_eq!(thumbnails.picture(&file_name(at(54))).await.unwrap(), "picture 9");
        assert_eq!(thumbnails.picture(&file_name(at(48))).await, None, "it has left");
        let list = thumbnails.list().unwrap();
        assert_eq!(std::str::from_utf8(&list).unwrap().matches(".jpg").count(), 11);

        gone.iter()
            .for_each(|it| std::fs::remove_file(thumbnails.folder.join(file_name(*it))).unwrap());
        let (again, _jobs) = Thumbnails::new(folder.path().join(FOLDER));
        again.find().await.unwrap();
        assert_eq!(again.list(), Some(list));
    }

    /// A segment of a second that was on air then.
    fn segment(init: &str, second: i64) -> Segment {
        Segment {
            name: "s1-1.m4s".parse().unwrap(),
            init: init.parse().unwrap(),
            start: 0,
            units: 1,
            clock: 1,
            aired: at(second),
            discontinuities: 0,
            bytes: 0,
        }
    }

    #[tokio::test]
    async fn one_is_taken_every_few_seconds() {
        let folder = tempfile::tempdir().unwrap();
        let (thumbnails, mut jobs) = Thumbnails::new(folder.path().to_owned());
        thumbnails.learn("i1-0.mp4".parse().unwrap(), Bytes::new());
        let mut asked = Vec::new();
        for second in (0..20).step_by(2) {
            let mut segment = segment("i1-0.mp4", second);
            // By its name a picture has to be found again.
            segment.aired = segment.aired.plus(Duration::from_micros(341));
            thumbnails.offer(&segment, &[Bytes::new()]);
            asked.extend(jobs.try_recv().ok().map(|job| job.aired));
        }
        assert_eq!(asked, [at(0), at(6), at(12), at(18)]);
    }

    #[tokio::test]
    async fn what_comes_back_is_decoded_with_what_it_came_with() {
        let folder = tempfile::tempdir().unwrap();
        let (thumbnails, mut jobs) = Thumbnails::new(folder.path().to_owned());
        let mut decoded = |init: &str, second: i64| {
            thumbnails.offer(&segment(init, second), &[Bytes::from_static(b"part")]);
            jobs.try_recv().ok().map(|job| String::from_utf8(job.bytes.concat()).unwrap())
        };
        thumbnails.learn("i1-0.mp4".parse().unwrap(), Bytes::from_static(b"source "));
        assert_eq!(decoded("i1-0.mp4", 0).unwrap(), "source part");
        thumbnails.learn("i1-1.mp4".parse().unwrap(), Bytes::from_static(b"slate "));
        assert_eq!(decoded("i1-1.mp4", 6).unwrap(), "slate part");
        // The source is back: its initialisation is known to viewers, and not told again.
        assert_eq!(decoded("i1-0.mp4", 12).unwrap(), "source part");
        assert_eq!(decoded("i1-7.mp4", 18), None, "nothing is decoded with what belongs to others");
    }
}
