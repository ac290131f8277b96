//! What a channel shows is recorded, whatever happens in between.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base::{Actor, ManualClock, ProgrammeId, Timestamp};
use broadcast::channel::{self, Channel};
use broadcast::key::{self, MakeKey, Rank};
use broadcast::programme::{self, PlanProgramme, Recorded};
use broadcast::recording::{self, Piece, Recording, State, file_key};
use bytes::Bytes;
use media::Segment;
use media::fmp4::{Movie, read_init};
use media::playlist::{Ends, recorded};
use media_io::studio::{Settings, Studio};
use media_io::{Admitted, Key, Protocol, Request, Tag};
use store::Files;
use testkit::{S3, TestStore, noon};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

fn after(seconds: u64) -> Timestamp {
    noon().plus(Duration::from_secs(seconds))
}

/// A channel with a programme that is on, and is recorded.
struct Set {
    store: TestStore,
    clock: Arc<ManualClock>,
    files: Files,
    folder: tempfile::TempDir,
    channel: Channel,
    key: String,
    programme: ProgrammeId,
}

/// A studio at work; dropped as by a kill.
struct Works {
    studio: Studio,
    run: JoinHandle<()>,
    stop: CancellationToken,
}

impl Set {
    async fn new(files: Files) -> Self {
        let store = TestStore::sqlite().await;
        let mut tx = store.begin().await.unwrap();
        let channel = channel::main(&mut tx, noon()).await.unwrap();
        let make = MakeKey { channel: channel.id, name: "The studio", rank: Rank::Main };
        let key = key::make(&mut tx, &Actor::Operator, make, [7; 32], noon()).await.unwrap();
        let plan = PlanProgramme {
            title: "Question time",
            description: "",
            starts_at: noon(),
            ends_at: after(60),
            story: None,
            begins_alone: false,
            recorded: Recorded::Publish,
        };
        let programme = programme::plan(&mut tx, &Actor::Operator, channel.id, plan, noon()).await;
        let programme = programme.unwrap();
        programme::begin(&mut tx, &Actor::Operator, programme, noon()).await.unwrap();
        tx.commit().await.unwrap();
        let clock = Arc::new(ManualClock::at(noon()));
        let folder = tempfile::tempdir().unwrap();
        Self { store, clock, files, folder, channel, key, programme }
    }

    async fn opens(&self) -> Works {
        let settings = Settings::new(self.folder.path(), self.files.clone(), None);
        let stop = CancellationToken::new();
        let (store, clock) = ((*self.store).clone(), self.clock.clone());
        let opened = Studio::open(store, clock, &self.channel, settings, stop.clone()).await;
        let (studio, run) = opened.unwrap();
        Works { studio, run: tokio::spawn(run), stop }
    }

    async fn ends_programme(&self, at: Timestamp) {
        self.clock.set(at);
        let mut tx = self.store.begin().await.unwrap();
        programme::end(&mut tx, &Actor::Operator, self.programme, at).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn recording(&self) -> Recording {
        recording::of_programme(&*self.store, self.programme).await.unwrap().unwrap()
    }

    async fn pieces(&self, rendition: &str) -> Vec<Piece> {
        let id = self.recording().await.id;
        recording::pieces(&*self.store, id, rendition).await.unwrap()
    }

    async fn has_pieces(&self, rendition: &str, count: usize) {
        eventually(async || self.pieces(rendition).await.len() >= count).await;
    }

    async fn is_whole(&self) -> Recording {
        eventually(async || self.recording().await.kept_at.is_some()).await;
        self.recording().await
    }

    async fn file(&self, rendition: &str, name: &str) -> Bytes {
        let key = file_key(self.recording().await.id, rendition, name);
        self.files.get(&key).await.unwrap()
    }

    /// Every segment that was closed: those that the channel's folder knows and has.
    fn closed(&self, rendition: &str) -> BTreeSet<String> {
        let folder = self.folder.path().join(rendition);
        let journal = std::fs::read_to_string(folder.join("segments.jsonl")).unwrap_or_default();
        let all = std::fs::read_dir(folder);
        let names =
            all.into_iter().flatten().map(|it| it.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".m4s") && journal.contains(name.as_str())).collect()
    }

    /// Puts a rendition's files beside a playlist of them.
    async fn playlist(&self, rendition: &str, to: &Path) -> Vec<Segment> {
        let pieces = self.pieces(rendition).await;
        let segments: Vec<Segment> = pieces.iter().map(segment).collect();
        for it in &pieces {
            for name in [&it.init, &it.name] {
                std::fs::write(to.join(name), self.file(rendition, name).await).unwrap();
            }
        }
        std::fs::write(to.join("index.m3u8"), recorded(&segments, 4, Ends::Here)).unwrap();
        segments
    }
}

impl Works {
    /// Lets somebody send.
    async fn admits(&self, set: &Set) -> Admitted {
        let request = Request {
            protocol: Protocol::Rtmp,
            address: "127.0.0.1:9".parse().unwrap(),
            application: "live".into(),
            key: Key::new(set.key.clone()),
        };
        self.studio.gate().admit(&request).await.unwrap()
    }

    async fn sends(&self, set: &Set, tags: &[Tag]) -> Admitted {
        let admitted = self.admits(set).await;
        for tag in tags {
            admitted.send(tag.clone()).await.unwrap();
        }
        admitted
    }

    async fn breaks_off(self) {
        self.run.abort();
        let _ = self.run.await;
    }

    async fn stops(self) {
        self.stop.cancel();
        self.run.await.unwrap();
    }
}

async fn eventually(mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.expect("it holds within a minute");
}

fn segment(piece: &Piece) -> Segment {
    Segment {
        name: piece.name.parse().unwrap(),
        init: piece.init.parse().unwrap(),
        start: piece.starts.try_into().unwrap(),
        units: piece.units.try_into().unwrap(),
        clock: piece.clock.try_into().unwrap(),
        aired: piece.aired_at,
        discontinuities: piece.discontinuities.try_into().unwrap(),
        bytes: piece.bytes.try_into().unwrap(),
    }
}

/// How long ffprobe finds something to be, in seconds.
fn probed(file: &Path) -> f64 {
    let output = Command::new("ffprobe")
        .args(
            "-v error -allowed_extensions ALL -show_entries format=duration -of csv=p=0".split(' '),
        )
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim().parse().unwrap_or_else(|_| {
        panic!("{}: {text}{}", file.display(), String::from_utf8_lossy(&output.stderr))
    })
}

/// What ffmpeg has to say against something, and how many frames of its picture it shows.
fn decoded(file: &Path) -> (String, usize) {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-xerror", "-i"])
        .arg(file)
        .args("-map 0:v -f framemd5 pipe:1".split(' '))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let frames = String::from_utf8(output.stdout).unwrap();
    let frames = frames.lines().filter(|line| !line.starts_with('#')).count();
    (String::from_utf8_lossy(&output.stderr).into_owned(), frames)
}

fn seconds(pieces: &[Segment]) -> f64 {
    pieces.iter().map(|it| it.duration().as_secs_f64()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_loses_no_closed_segment_and_begins_no_second_recording() {
    let files = tempfile::tempdir().unwrap();
    let set = Set::new(Files::in_folder(files.path()).unwrap()).await;
    let source = support::source(9, "320x180", "25");
    let first = set.opens().await;
    let line = first.sends(&set, &source).await;
    set.has_pieces("source", 2).await;
    first.breaks_off().await;
    drop(line);
    let closed = set.closed("source");
    assert!(closed.len() >= 2, "{closed:?}");

    set.clock.set(after(20));
    let second = set.opens().await;
    let line = second.sends(&set, &source).await;
    set.has_pieces("source", closed.len() + 2).await;
    assert_eq!(set.recording().await.state(), State::Going);
    set.ends_programme(after(24)).await;
    let recording = set.is_whole().await;
    second.stops().await;
    drop(line);
    assert_eq!((recording.state(), recording.began_at), (State::Published, noon()));
    assert_eq!(recording::recent(&*set.store, set.channel.id).await.unwrap(), [recording]);

    for rendition in ["source", "sound"] {
        let pieces = set.pieces(rendition).await;
        let kept: BTreeSet<String> = pieces.iter().map(|it| it.name.clone()).collect();
        assert!(rendition != "source" || closed.is_subset(&kept), "{closed:?} {kept:?}");
        for pair in pieces.windows(2) {
            assert_eq!(pair[0].number + 1, pair[1].number, "{rendition}");
        }
        let breaks: i64 = pieces[1..].iter().map(|it| it.discontinuities).sum();
        assert_eq!(breaks, 1, "{rendition}: the restart, once");
        // What was on air when the programme ended is in it.
        let last = pieces.last().unwrap();
        assert!(last.ended_at() >= after(24), "{last:?}");
        for it in &pieces {
            assert_eq!(set.file(rendition, &it.name).await.len() as i64, it.bytes);
        }
    }

    let to = tempfile::tempdir().unwrap();
    let pictures = set.playlist("source", to.path()).await;
    let long = probed(&to.path().join("index.m3u8"));
    assert!((long - seconds(&pictures)).abs() < 0.1, "{long} {}", seconds(&pictures));

    let sound_folder = tempfile::tempdir().unwrap();
    let sounds = set.playlist("sound", sound_folder.path()).await;
    let format = async |rendition, all: &[Segment]| {
        let init = set.file(rendition, &all[0].init.to_string()).await;
        read_init(&init).unwrap()
    };
    let (picture, sound) = (format("source", &pictures).await, format("sound", &sounds).await);
    let movie = Movie::new((&picture, &pictures), Some((&sound, &sounds)));
    let mut bytes = movie.head().to_vec();
    for reel in movie.reels() {
        let rendition = if reel.sound { "sound" } else { "source" };
        bytes.extend(reel.cut(&set.file(rendition, &reel.segment.name.to_string()).await));
    }
    assert_eq!(bytes.len() as u64, movie.bytes());
    let file = to.path().join("video.mp4");
    std::fs::write(&file, bytes).unwrap();
    let long = probed(&file);
    assert!((long - seconds(&pictures)).abs() < 0.2, "{long} {}", seconds(&pictures));
    let (against, frames) = decoded(&file);
    assert_eq!(against, "");
    assert_eq!(frames, (seconds(&pictures) * 25.0).round() as usize);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_store_that_is_away_costs_nothing_and_delays_no_viewer() {
    let s3 = S3::start();
    let door = Door::before(&s3).await;
    let set = Set::new(door.files(&s3)).await;
    door.away.store(true, Ordering::SeqCst);
    let works = set.opens().await;
    let line = works.sends(&set, &support::source(9, "320x180", "25")).await;
    let status = || works.studio.status();
    eventually(async || status().recorder.is_some() && status().on_air).await;
    // Viewers see all of it.
    eventually(async || set.closed("source").len() >= 4).await;
    assert!(works.studio.origin().master().is_some());
    assert_eq!(set.pieces("source").await, []);

    door.away.store(false, Ordering::SeqCst);
    set.has_pieces("source", 4).await;
    eventually(async || status().recorder.is_none()).await;
    set.ends_programme(after(6)).await;
    set.is_whole().await;
    let pieces = set.pieces("source").await;
    assert_eq!(pieces[0].aired_at, noon(), "from the first on");
    let last = pieces.last().unwrap();
    assert!(last.ended_at() >= after(6), "{last:?}");
    for it in &pieces {
        assert_eq!(set.file("source", &it.name).await.len() as i64, it.bytes);
    }
    works.stops().await;
    drop(line);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_asked_for_is_not_kept_and_nothing_is_no_recording() {
    let files = tempfile::tempdir().unwrap();
    let set = Set::new(Files::in_folder(files.path()).unwrap()).await;
    set.ends_programme(noon()).await;
    let works = set.opens().await;
    eventually(async || !recording::deleted(&*set.store).await.unwrap().is_empty()).await;
    let line = works.sends(&set, &support::source(6, "320x180", "25")).await;
    eventually(async || set.closed("source").len() >= 2).await;
    works.stops().await;
    drop(line);
    let of = recording::of_programme(&*set.store, set.programme).await.unwrap();
    assert_eq!(of, None);
    assert_eq!(set.files.keys().await.unwrap(), [""; 0]);
}

/// A way to an S3 store that can be shut.
struct Door {
    endpoint: String,
    away: Arc<AtomicBool>,
}

impl Door {
    async fn before(s3: &S3) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let away = Arc::new(AtomicBool::new(false));
        let there = s3.variables().into_iter().find(|(name, _)| name == "AWS_ENDPOINT").unwrap().1;
        let there = there.strip_prefix("http://").unwrap().to_owned();
        let shut = Arc::clone(&away);
        tokio::spawn(async move {
            loop {
                let (mut here, _) = listener.accept().await.unwrap();
                let (there, shut) = (there.clone(), Arc::clone(&shut));
                tokio::spawn(async move {
                    if !shut.load(Ordering::SeqCst) {
                        let mut there = TcpStream::connect(there).await.unwrap();
                        let _ = tokio::io::copy_bidirectional(&mut here, &mut there).await;
                    }
                });
            }
        });
        Self { endpoint, away }
    }

    fn files(&self, s3: &S3) -> Files {
        let variables = s3.variables().into_iter().map(|(name, value)| match name.as_str() {
            "AWS_ENDPOINT" => ("aws_endpoint".to_owned(), self.endpoint.clone()),
            name => (name.to_ascii_lowercase(), value),
        });
        Files::at_with(&url::Url::parse(&s3.url()).unwrap(), variables).unwrap()
    }
}
