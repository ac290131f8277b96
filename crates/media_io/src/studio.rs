//! A channel as it runs on this node: sources come in, renditions go out.
//!
//! [`Studio`] is what others hold: it admits sources (it is a [`Gate`]), tells producers how it goes
//! ([`Studio::status`]), and gives viewers what they ask for ([`Studio::origin`]). [`Studio::open`]
//! gives with it the future that does the work.
//!
//! Absent from here: protocols, what a part is (`media` decides), HTTP.

mod air;
mod asked;
mod captions;
mod children;
mod disk;
mod gate;
mod health;
mod origin;
mod plan;
mod record;
mod recorder;
mod silence;
mod slates;
mod sources;
mod text;
mod thumbnails;
mod viewers;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{ChannelId, Clock, PhotoId, Timestamp};
use broadcast::channel::Channel;
use media::Now;
use media::source::Reason;
use serde::Serialize;
use store::{Files, Store};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::ffmpeg::Ffmpeg;
use crate::ingest::Ended;
use crate::tag::Tag;
use air::Air;
use asked::{Answer, Question, ask};
use disk::Disk;
use gate::{Arrival, Seats};
use health::Health;
pub use health::{Lag, Reading, Sample, Trouble};
pub use origin::{Listener, Origin, Reply};
pub use plan::Budget;
use plan::Treatment;
use recorder::Recorder;
use slates::{Slates, Still, Wanted};
use sources::{Feed, Sources, Surveyed};
pub use text::Text;
pub use thumbnails::Thumbnails;
pub use viewers::Viewers;
use viewers::{Counts, Minute};

/// A source that gives nothing for so long is taken for gone.
const QUIET: Duration = Duration::from_millis(1_500);
/// How often it is looked whether keys in use still work, and whether anybody sends.
const LOOK: Duration = Duration::from_secs(1);
/// So many sources that were let in may wait to be received.
const WAITING_MAX: usize = 4;

/// How a channel is to run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where closed segments are kept.
    pub folder: PathBuf,
    /// Where recordings are kept.
    pub files: Files,
    /// How long a part is to be.
    pub part: Duration,
    /// How far viewers can go back.
    pub window: Duration,
    /// For how long viewers are shown the slate until the channel is off air.
    pub slate_max: Duration,
    /// The site's language, which is that of captions in the source unless the channel says otherwise.
    pub language: String,
    /// Makes lower renditions, sound for poor lines, and the slate. Without it there is what the
    /// source sends.
    pub ffmpeg: Option<Ffmpeg>,
    /// What children may take of this machine, together with those of other channels.
    pub budget: Budget,
}

impl Settings {
    /// The usual ones, with all cores but half of one for children.
    pub fn new(folder: impl Into<PathBuf>, files: Files, ffmpeg: Option<Ffmpeg>) -> Self {
        Self {
            folder: folder.into(),
            files,
            part: media::PartTarget::USUAL,
            window: media::Dvr::WINDOW,
            slate_max: Duration::from_secs(120),
            language: "und".to_owned(),
            ffmpeg,
            budget: Budget::usual(),
        }
    }
}

/// One channel of this node. Cheap to clone.
#[derive(Clone)]
pub struct Studio(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    channel: ChannelId,
    slug: String,
    settings: Settings,
    origin: Origin,
    recorder: Arc<Recorder>,
    seats: Mutex<Seats>,
    arrivals: mpsc::Sender<Arrival>,
    status: Mutex<Status>,
    /// Filled by who follows the record, taken from by who packages.
    desk: Mutex<record::Desk>,
    thumbnails: Thumbnails,
    health: Mutex<Health>,
    /// The record says something else of the channel.
    look: Notify,
}

/// What the record says of a channel that is on air.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rules {
    /// Viewers are shown the slate, whatever is sent.
    held: bool,
    /// The photo that the slate shows.
    still: Option<PhotoId>,
}

/// How a channel goes, for those who run it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Status {
    /// Whether viewers are shown something, the slate included.
    pub on_air: bool,
    /// Whether that is the slate.
    pub on_slate: bool,
    /// Who sends.
    pub source: Option<SourceStatus>,
    /// Why a source was turned away last.
    pub refused: Option<Refused>,
    /// Why the source, or a part of it, is not shown as it is sent: sentences.
    pub transcoded: Vec<String>,
    /// What is not made, since there is no room for it, in a sentence.
    pub left_out: Option<String>,
    /// What became of the child that makes lower renditions, in a sentence.
    pub transcoder: Option<String>,
    /// Why the recording waits on the disk, if it does, in a sentence.
    pub recorder: Option<String>,
    /// How many watch or listen at this moment.
    pub viewers: Viewers,
    /// Parts that viewers were given too late, since the program began.
    pub parts_late: u64,
}

/// That a source was turned away.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refused {
    /// When.
    pub at: Timestamp,
    /// Why, and what to do about it.
    pub why: String,
}

/// How the source that viewers see does.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SourceStatus {
    /// `main` or `backup`.
    pub rank: String,
    /// Where it is; a meeting of ours has none.
    pub address: Option<String>,
    /// Thousands of bits of it in each second, of late.
    pub kilobits: u64,
    /// Frames of it in each second, of late.
    pub frames: u64,
    /// The longest distance of its key frames, in seconds.
    pub key_frames_apart: f64,
    /// Pixels across and down.
    pub size: (u32, u32),
}

impl Studio {
    /// Opens a channel with what an earlier run left of it, and gives what runs it until `stop`.
    ///
    /// # Errors
    ///
    /// Where its folder cannot be made or read.
    pub async fn open(
        store: Store,
        clock: Arc<dyn Clock>,
        channel: &Channel,
        settings: Settings,
        stop: CancellationToken,
    ) -> std::io::Result<(Self, impl Future<Output = ()> + use<>)> {
        let disk = Disk::open(settings.folder.clone()).await?;
        let (arrivals, arriving) = mpsc::channel(WAITING_MAX);
        let (thumbnails, pictures) = Thumbnails::new(settings.folder.join(thumbnails::FOLDER));
        let studio = Self(Arc::new(Inner {
            store,
            clock,
            channel: channel.id,
            slug: channel.slug.clone(),
            origin: Origin::new(settings.folder.clone()),
            recorder: Arc::new(Recorder::resume(disk.segments())),
            settings,
            seats: Mutex::default(),
            arrivals,
            status: Mutex::default(),
            desk: Mutex::default(),
            thumbnails,
            health: Mutex::default(),
            look: Notify::new(),
        }));
        // What is closed at the end is to be recorded, too.
        let (files, over) = (studio.0.settings.files.clone(), CancellationToken::new());
        let records = recorder::run(studio.clone(), files, over.clone());
        let runs = run(studio.clone(), disk, arriving, stop.clone());
        let runs = async move {
            runs.await;
            over.cancel();
        };
        let follows = record::follow(studio.clone(), stop.clone());
        let ffmpeg = studio.0.settings.ffmpeg.clone();
        let takes = thumbnails::take(studio.clone(), ffmpeg, pictures, stop);
        let all = async {
            tokio::join!(runs, follows, takes, records);
        };
        Ok((studio, all))
    }

    /// What viewers ask.
    pub fn origin(&self) -> &Origin {
        &self.0.origin
    }

    /// The channel's name in addresses.
    pub fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Small pictures of what is on; none, where there is no ffmpeg.
    pub fn thumbnails(&self) -> Option<&Thumbnails> {
        self.0.settings.ffmpeg.as_ref().map(|_| &self.0.thumbnails)
    }

    /// What the programme is called that is on, if one is.
    pub fn title(&self) -> Option<Arc<str>> {
        lock(&self.0.desk).title.clone()
    }

    /// How it goes.
    pub fn status(&self) -> Status {
        lock(&self.0.status).clone()
    }

    /// The last minutes, second by second; those `after` an instant alone, if one is given.
    pub fn samples(&self, after: Option<Timestamp>) -> Vec<Sample> {
        lock(&self.0.health).after(after)
    }

    /// What is wrong, the worst first.
    pub fn troubles(&self) -> Vec<Trouble> {
        let status = self.status();
        lock(&self.0.health).troubles(&status)
    }

    /// Has it do at once what the record says now of the slate.
    pub fn look(&self) {
        self.0.look.notify_one();
    }

    fn slates(&self, still: Option<PhotoId>, wanted: Vec<Wanted>) -> Slates {
        let Settings { ffmpeg, folder, files, .. } = &self.0.settings;
        let (store, files) = (self.0.store.clone(), files.clone());
        let still = still.map(|photo| Still { photo, store, files });
        Slates::make(ffmpeg.clone(), folder, still, wanted)
    }

    fn tell(&self, change: impl FnOnce(&mut Status)) {
        change(&mut lock(&self.0.status));
    }

    fn refused(&self, why: &str) {
        let refused = Refused { at: self.0.clock.now(), why: why.to_owned() };
        self.tell(|status| status.refused = Some(refused));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The sentences of what is wrong with a source.
fn sentences(reasons: &[Reason]) -> String {
    reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

async fn run(
    studio: Studio,
    disk: Disk,
    mut arriving: mpsc::Receiver<Arrival>,
    stop: CancellationToken,
) {
    let began = Instant::now();
    let now = |studio: &Studio| Now { wall: studio.0.clock.now(), steady: began.elapsed() };
    let mut disk = disk;
    let mut sources = Sources::default();
    let mut air: Option<Air> = None;
    let mut look = Instant::now() + LOOK;
    let (mut counts, mut measured) = (Counts::default(), Instant::now());
    let mut rules = asked::rules(&studio, Rules::default()).await;
    // It may have been killed on air. A node that never was says nothing: another may be.
    let mut news = disk.state().is_some().then_some(false);
    let (mut asked, mut to_ask) = (None, news.is_some());
    loop {
        if to_ask && asked.is_none() {
            let keys = sources.keys();
            let question = Question { rules, keys, news: news.take(), on_air: air.is_some() };
            asked = Some(Box::pin(ask(studio.clone(), question)));
            to_ask = false;
        }
        let due = air.as_ref().and_then(Air::next_tick).map_or(look, |at| look.min(began + at));
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(arrival) = arriving.recv() => sources.seat(arrival),
            (rank, happened) = sources.next() => match happened {
                Ok(tag) => {
                    let Some(Feed { tags, changed }) = sources.choose(rank, &tag, QUIET) else { continue };
                    for tag in tags {
                        let present = now(&studio);
                        let surveyed = sources.survey(rank);
                        let what = (&tag, changed);
                        let fed = feed(&studio, &mut disk, &mut air, (surveyed, rules), what, present).await;
                        if let Err(why) = fed {
                            studio.refused(&why);
                            sources.end(rank, why);
                            break;
                        }
                    }
                }
                Err(ended) => {
                    if !matches!(ended, Ended::Finished) {
                        tracing::info!("A source of the channel ended: {ended}");
                    }
                    lock(&studio.0.seats).free(rank, sources.leave(rank));
                }
            },
            report = next_report(&mut air) => {
                let present = now(&studio);
                if let Some(air) = &mut air {
                    air.reported(&studio, &mut disk, report, present).await;
                }
            },
            () = studio.0.look.notified() => to_ask = true,
            answer = answered(&mut asked) => {
                asked = None;
                rules = answer.rules;
                news = news.or(answer.untold);
                let in_use = sources.keys();
                for (rank, _) in answer.revoked.into_iter().filter(|it| in_use.contains(it)) {
                    sources.end(rank, "The stream key was revoked.".to_owned());
                }
                let present = now(&studio);
                if let Some(running) = &mut air {
                    running.follow(&studio, rules, present);
                    running.tick(&studio, &mut disk, present).await;
                }
            }
            () = sleep_until(due) => {
                let present = now(&studio);
                if let Some(running) = &mut air {
                    running.tick(&studio, &mut disk, present).await;
                }
                if Instant::now() < look {
                    continue;
                }
                look = Instant::now() + LOOK;
                // Another node may have been told.
                to_ask = true;
                studio.tell(|status| status.source = sources.status());
                let gone = air.as_ref().is_some_and(|it| it.quiet_for(present) > studio.0.settings.slate_max);
                if gone && let Some(over) = air.take() {
                    over.end(&studio, &mut disk, present).await;
                }
                let on_air = air.is_some();
                if on_air != studio.status().on_air {
                    news = Some(on_air);
                }
                studio.tell(|status| {
                    status.on_air = on_air;
                    status.on_slate = air.as_ref().is_some_and(Air::is_on_slate);
                });
                let since = std::mem::replace(&mut measured, Instant::now()).elapsed();
                let mut reading = sources.read(since);
                if let Some(air) = &mut air {
                    air.read(&mut reading);
                }
                measure(&studio, reading, &mut counts, since, present);
            },
        }
    }
    if let Some(asked) = asked {
        asked.await;
    }
    let was_on_air = air.is_some();
    if let Some(over) = air.take() {
        over.keep(&mut disk).await;
        studio.tell(|status| status.on_air = false);
    }
    if was_on_air || news == Some(false) {
        asked::note_on_air(&studio, false).await;
    }
}

/// What the record answers, once it was asked.
async fn answered<F: Future<Output = Answer> + Unpin>(asked: &mut Option<F>) -> Answer {
    match asked {
        Some(asked) => asked.await,
        None => std::future::pending().await,
    }
}

/// Feeds what a source sent; puts the channel on air, once enough is known of the source. Says why it
/// cannot be shown, if it cannot.
async fn feed(
    studio: &Studio,
    disk: &mut Disk,
    air: &mut Option<Air>,
    (surveyed, rules): (Option<Surveyed<'_>>, Rules),
    (tag, changed): (&Tag, bool),
    now: Now,
) -> Result<(), String> {
    let Some(surveyed) = surveyed else { return Ok(()) };
    let (treatment, reasons) = Treatment::of(surveyed.survey)?;
    if treatment.needs_ffmpeg() && studio.0.settings.ffmpeg.is_none() {
        let why = sentences(&reasons);
        return Err(format!("{why} It cannot be transcoded: this machine has no ffmpeg."));
    }
    if air.is_none() {
        *air = Air::begin(studio, disk, &surveyed, (treatment, rules), now).await?;
    }
    let Some(air) = air else { return Ok(()) };
    let fed = air.feed(studio, disk, &surveyed, (tag, changed, treatment), now).await;
    let advice = reasons.iter().filter(|_| surveyed.takes_advice);
    let transcoded: Vec<String> = advice.map(ToString::to_string).collect();
    studio.tell(|status| status.transcoded = transcoded);
    fed
}

async fn next_report(air: &mut Option<Air>) -> air::Reported {
    match air {
        Some(air) => air.next_report().await,
        None => std::future::pending().await,
    }
}

/// Takes note of how it goes, and of how many watch.
fn measure(studio: &Studio, mut reading: Reading, counts: &mut Counts, since: Duration, now: Now) {
    let origin = &studio.0.origin;
    let (aac, mp3) = origin.listeners();
    // Who listens takes a second of sound in each second.
    let heard = |count: u64| since * u32::try_from(count).unwrap_or(u32::MAX);
    let listened = [("aac".to_owned(), heard(aac)), ("mp3".to_owned(), heard(mp3))];
    let viewers = counts.count(now.steady, origin.given().into_iter().chain(listened));
    reading.viewers = viewers.all;
    studio.tell(|status| {
        status.viewers = viewers;
        status.parts_late += reading.parts_late;
    });
    lock(&studio.0.health).push(Sample { at: now.wall, reading });
    if let Some(minute) = counts.minute_over(now.wall) {
        // Media does not wait for the record.
        tokio::spawn(note_viewers(studio.clone(), minute));
    }
}

async fn note_viewers(studio: Studio, minute: Minute) {
    let noted = async {
        let mut tx = studio.0.store.begin().await?;
        let counts = (minute.began, &minute.viewers);
        broadcast::viewers::note(&mut tx, studio.0.channel, counts).await?;
        Ok::<_, broadcast::BroadcastError>(tx.commit().await?)
    };
    if let Err(error) = noted.await {
        tracing::warn!("How many watched for a minute is not on record: {error}");
    }
}
