//! Starts a child, watches it, and starts the next one.

use std::io;
use std::num::NonZero;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use super::arguments::{self, Form};
use super::child::Child;
use super::clock::{Clock, Placed};
use super::matroska;
use super::pace::Pace;
use super::queue::{Fed, Shared};
use super::{Ffmpeg, Output, Report, Source, Supervision};
use crate::flv;
use crate::tag::{Kind, Tag};

pub(super) struct Supervisor {
    ffmpeg: Ffmpeg,
    source: Source,
    outputs: Vec<Output>,
    /// Those that are not given up, by their places.
    kept: Vec<usize>,
    /// Those that are, the last one last.
    shed: Vec<usize>,
    /// How long a child must keep up until the last of them is tried again.
    calm: Duration,
    supervision: Supervision,
    reports: mpsc::Sender<Report>,
    headers: Headers,
    /// The wait after the next failure.
    back_off: Duration,
}

/// Nobody asks for reports any more.
struct Unwanted;

/// Why a child is no more.
enum Outcome {
    /// All was fed, and it is done.
    Done,
    /// It did not do what it should.
    Failed(String),
    /// It cannot go on with what comes next, which is this.
    Overtaken(Tag, &'static str),
    /// It is too slow, and this output is given up.
    TooSlow(usize),
    /// It has kept up for so long that what was given up is tried again, from this key frame on.
    Calm(Tag),
}

impl Supervisor {
    pub(super) fn new(
        ffmpeg: Ffmpeg,
        source: Source,
        outputs: Vec<Output>,
        supervision: Supervision,
        reports: mpsc::Sender<Report>,
    ) -> Self {
        let wanted = |output: &Output| if output.is_video() { source.video } else { source.audio };
        Self {
            kept: (0..outputs.len()).filter(|place| wanted(&outputs[*place])).collect(),
            shed: Vec::new(),
            calm: supervision.calm,
            headers: Headers::default(),
            back_off: supervision.back_off,
            ffmpeg,
            source,
            outputs,
            supervision,
            reports,
        }
    }

    pub(super) async fn run(mut self, mut fed: Fed) {
        if self.kept.is_empty() {
            return;
        }
        let mut next = None;
        loop {
            let Some(first) = self.beginning(&mut fed, next.take()).await else { return };
            let began = Instant::now();
            let Ok(outcome) = self.one_child(&mut fed, first).await else { return };
            let (why, again_in) = match outcome {
                Outcome::Done => return,
                Outcome::Failed(why) => {
                    if began.elapsed() >= self.supervision.steady_after {
                        self.back_off = self.supervision.back_off;
                    }
                    let again_in = self.back_off;
                    self.back_off = (again_in * 2).min(self.supervision.back_off_max);
                    (why, again_in)
                }
                Outcome::Overtaken(tag, why) => {
                    next = Some(tag);
                    (why.into(), Duration::ZERO)
                }
                Outcome::Calm(tag) => {
                    next = Some(tag);
                    if let Some(output) = self.shed.pop() {
                        self.kept.push(output);
                        self.kept.sort_unstable();
                        // Given up once more, it is tried again later.
                        self.calm = (self.calm * 2).min(self.supervision.calm_max);
                        if self.report(Report::Restored(output)).await.is_err() {
                            return;
                        }
                    }
                    continue;
                }
                Outcome::TooSlow(output) => {
                    self.kept.retain(|kept| *kept != output);
                    self.shed.push(output);
                    if self.report(Report::Shed(output)).await.is_err() {
                        return;
                    }
                    // What the slow one has left behind would make the next one late from the start.
                    while let Some(tag) = fed.waiting() {
                        self.headers.note(&tag);
                    }
                    fed.shared.take_skipped();
                    ("It could not keep up.".into(), Duration::ZERO)
                }
            };
            tracing::warn!("a transcoding child stopped: {why}");
            if self.report(Report::Stopped { why, again_in }).await.is_err() {
                return;
            }
            if !again_in.is_zero() && !self.pass_time(&mut fed, again_in).await {
                return;
            }
        }
    }

    /// The first tag that a child can begin with; `None` when no more is fed or wanted.
    async fn beginning(&mut self, fed: &mut Fed, mut next: Option<Tag>) -> Option<Tag> {
        loop {
            let tag = match next.take() {
                Some(tag) => tag,
                None => tokio::select! {
                    tag = fed.next() => tag?,
                    () = self.reports.closed() => return None,
                },
            };
            self.headers.note(&tag);
            let begins = if self.source.video { tag.is_key_frame() } else { !tag.is_header() };
            if begins && self.headers.suffice(self.source) {
                return Some(tag);
            }
        }
    }

    /// Lets what is fed pass by: who comes late to a live stream begins with what is new.
    async fn pass_time(&mut self, fed: &mut Fed, time: Duration) -> bool {
        let until = Instant::now() + time;
        loop {
            tokio::select! {
                () = sleep_until(until) => return true,
                () = self.reports.closed() => return false,
                tag = fed.next() => match tag {
                    Some(tag) => self.headers.note(&tag),
                    None => return false,
                },
            }
        }
    }

    async fn one_child(&mut self, fed: &mut Fed, first: Tag) -> Result<Outcome, Unwanted> {
        let outputs: Vec<Output> = self.kept.iter().map(|place| self.outputs[*place]).collect();
        let cores = available_parallelism().map_or(1, NonZero::get);
        let feeding = match Feeding::beginning_with(&first, self.source, &self.headers) {
            Ok(feeding) => feeding,
            Err(why) => return Ok(Outcome::Failed(why)),
        };
        let arguments = arguments::renditions(self.source, feeding.form, &outputs, cores);
        let memory_max = self.supervision.memory_max;
        let child = Child::start(&self.ffmpeg, &arguments, outputs.len(), memory_max).await;
        let Child { stdin, mut stdout, outputs: pipes, mut end } = match child {
            Ok(child) => child,
            Err(why) => return Ok(Outcome::Failed(format!("ffmpeg could not be started: {why}"))),
        };
        let started = Report::Started { outputs: self.kept.clone(), from: first.timestamp };
        self.report(started).await?;

        let shared = Arc::clone(&fed.shared);
        let watched = Arc::new(Watched::new(&shared));
        let mut readers = JoinSet::new();
        for (place, pipe) in self.kept.iter().zip(pipes) {
            let reader = Reading {
                output: *place,
                bare: matches!(self.outputs[*place], Output::Mp3 { .. }),
                clock: feeding.clock,
                reports: self.reports.clone(),
                watched: Arc::clone(&watched),
            };
            readers.spawn(reader.read(pipe));
        }

        let headers = &mut self.headers;
        let watching = Watching {
            stdout: &mut stdout,
            outputs: &self.outputs,
            kept: &self.kept,
            supervision: self.supervision,
            calm: (!self.shed.is_empty()).then_some(self.calm),
            reports: &self.reports,
            watched: &watched,
        };
        let mut outcome = tokio::select! {
            biased;
            status = end.wait() => Outcome::Failed(how(status)),
            () = self.reports.closed() => return Err(Unwanted),
            outcome = watching.watch() => outcome?,
            outcome = feeding.feed(fed, headers, first, stdin, &watched.calm) => outcome,
        };
        let skipped = fed.shared.take_skipped();
        if skipped > 0 && matches!(outcome, Outcome::Overtaken(..)) {
            // It jumped over what we left out.
            self.report(Report::Skipped(skipped)).await?;
            match dearest(&self.outputs, &self.kept) {
                Some(dearest) => outcome = Outcome::TooSlow(dearest),
                None => self.report(Report::Behind).await?,
            }
        }
        if matches!(outcome, Outcome::Done | Outcome::Overtaken(..) | Outcome::Calm(_)) {
            // It has heard that no more comes, and gives what it still has.
            let done = timeout(self.supervision.stall, end.wait());
            tokio::select! {
                _ = done => {}
                () = self.reports.closed() => return Err(Unwanted),
            }
        }
        end.kill();
        // What it gave before its end is handed on.
        while let Some(read) = readers.join_next().await {
            match read {
                Ok(Err(Broken::Unwanted)) => return Err(Unwanted),
                Ok(Err(Broken::Form(why))) => tracing::debug!("a child gave no FLV: {why}"),
                _ => {}
            }
        }
        if let Outcome::Failed(why) = &mut outcome {
            end.wait().await;
            let words = end.last_words().await;
            if !words.is_empty() {
                *why = format!("{why} It said last: {words}");
            }
        }
        Ok(outcome)
    }

    async fn report(&self, report: Report) -> Result<(), Unwanted> {
        self.reports.send(report).await.map_err(|_| Unwanted)
    }
}

/// A child's end as a sentence.
fn how(status: Option<ExitStatus>) -> String {
    match status {
        Some(status) => format!("ffmpeg ended ({status})."),
        None => "ffmpeg ended.".into(),
    }
}

/// The output to be given up next, which is never the last.
fn dearest(outputs: &[Output], kept: &[usize]) -> Option<usize> {
    let pictures = kept.iter().copied().filter(|place| outputs[*place].is_video());
    pictures.max_by_key(|place| outputs[*place].height()).filter(|_| kept.len() > 1)
}

/// The tags that set up decoders, as they came last.
#[derive(Debug, Default)]
struct Headers {
    audio: Option<Tag>,
    video: Option<Tag>,
}

impl Headers {
    fn note(&mut self, tag: &Tag) {
        if tag.is_header() {
            match tag.kind {
                Kind::Audio => self.audio = Some(tag.clone()),
                Kind::Video => self.video = Some(tag.clone()),
                Kind::Script => {}
            }
        }
    }

    /// Whether a child can begin with these. FLV can tell of sound later, and there are codecs that
    /// need no header.
    fn suffice(&self, source: Source) -> bool {
        self.form() == Form::Flv
            || ((self.video.is_some() || !source.video) && (self.audio.is_some() || !source.audio))
    }

    fn form(&self) -> Form {
        let mut known = [&self.video, &self.audio].into_iter().flatten();
        if known.any(matroska::needs_matroska) { Form::Matroska } else { Form::Flv }
    }

    /// Whether a header is there already that says something else.
    fn contradict(&self, tag: &Tag) -> bool {
        let known = match tag.kind {
            Kind::Audio => &self.audio,
            Kind::Video => &self.video,
            Kind::Script => return false,
        };
        tag.is_header() && known.as_ref().is_some_and(|known| known.body != tag.body)
    }
}

/// Gives a child what is fed.
struct Feeding {
    form: Form,
    clock: Clock,
    /// What is still to be written.
    bytes: BytesMut,
}

impl Feeding {
    fn beginning_with(first: &Tag, source: Source, headers: &Headers) -> Result<Self, String> {
        let form = headers.form();
        let clock = Clock::beginning_at(first.timestamp);
        let Headers { audio, video } = headers;
        let mut bytes = BytesMut::new();
        match form {
            Form::Matroska => {
                bytes.extend_from_slice(&matroska::header(video.as_ref(), audio.as_ref())?);
            }
            Form::Flv => {
                bytes.extend_from_slice(&flv::header(source.audio, source.video));
                for header in [video, audio].into_iter().flatten() {
                    let timestamp = Clock::BEGINS_AT;
                    flv::write(&Tag { timestamp, ..header.clone() }, &mut bytes);
                }
            }
        }
        Ok(Self { form, clock, bytes })
    }

    async fn feed(
        mut self,
        fed: &mut Fed,
        headers: &mut Headers,
        first: Tag,
        mut stdin: Sender,
        calm: &AtomicBool,
    ) -> Outcome {
        let mut next = Some(first);
        loop {
            let tag = match next.take() {
                Some(tag) => tag,
                None => match fed.next().await {
                    Some(tag) => tag,
                    None => return Outcome::Done,
                },
            };
            if calm.load(Ordering::Relaxed) && tag.is_key_frame() {
                return Outcome::Calm(tag);
            }
            if headers.contradict(&tag) {
                return Outcome::Overtaken(tag, "The source changed its form.");
            }
            headers.note(&tag);
            match self.clock.place(&tag) {
                Placed::At(timestamp) => match self.form {
                    Form::Flv => flv::write(&Tag { timestamp, ..tag }, &mut self.bytes),
                    Form::Matroska => matroska::write(&tag, timestamp, &mut self.bytes),
                },
                Placed::TooEarly => {}
                Placed::Jumped => return Outcome::Overtaken(tag, "The source's clock jumped."),
            }
            if let Err(why) = stdin.write_all(&self.bytes).await {
                // It is about to end, and tells better why; if not, it has stalled.
                tracing::debug!("a child takes no more: {why}");
                std::future::pending::<()>().await;
            }
            self.bytes.clear();
        }
    }
}

/// What is known of a child's outputs, while others look on.
struct Watched {
    /// When it gave something last, in milliseconds since it began.
    gave_at: AtomicI64,
    /// How much had been offered to it by then.
    offered_then: AtomicI64,
    began: Instant,
    /// It has kept up for so long that it can be asked for more.
    calm: AtomicBool,
    offered_before: i64,
    shared: Arc<Shared>,
}

impl Watched {
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            gave_at: AtomicI64::new(0),
            offered_then: AtomicI64::new(0),
            began: Instant::now(),
            calm: AtomicBool::new(false),
            offered_before: shared.offered_ms(),
            shared: Arc::clone(shared),
        }
    }

    fn offered_ms(&self) -> i64 {
        self.shared.offered_ms() - self.offered_before
    }

    fn now_ms(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn gave(&self) {
        self.gave_at.store(self.now_ms(), Ordering::Relaxed);
        self.offered_then.store(self.offered_ms(), Ordering::Relaxed);
    }

    /// Whether it has given anything lately, and so is at work.
    fn gives(&self, lately: Duration) -> bool {
        let gave_at = self.gave_at.load(Ordering::Relaxed);
        let lately = i64::try_from(lately.as_millis()).unwrap_or(i64::MAX);
        gave_at > 0 && self.now_ms() - gave_at < lately
    }

    /// Whether it has given nothing for so long, with so much to do.
    fn has_stalled(&self, stall: Duration) -> bool {
        let stall = i64::try_from(stall.as_millis()).unwrap_or(i64::MAX);
        self.now_ms() - self.gave_at.load(Ordering::Relaxed) >= stall
            && self.offered_ms() - self.offered_then.load(Ordering::Relaxed) >= stall
    }
}

/// Looks on while a child works.
struct Watching<'a> {
    stdout: &'a mut Receiver,
    outputs: &'a [Output],
    kept: &'a [usize],
    supervision: Supervision,
    /// After so long without trouble it is asked for more, if at all.
    calm: Option<Duration>,
    reports: &'a mpsc::Sender<Report>,
    watched: &'a Watched,
}

impl Watching<'_> {
    async fn watch(self) -> Result<Outcome, Unwanted> {
        let mut pace = Pace::default();
        let mut bytes = BytesMut::new();
        let mut look = interval((self.supervision.stall / 5).max(Duration::from_millis(1)));
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut open = true;
        let mut calm_since = Instant::now();
        loop {
            tokio::select! {
                read = self.stdout.read_buf(&mut bytes), if open => {
                    open = matches!(read, Ok(1..));
                    let offered = self.watched.offered_ms();
                    let mut slow = 0;
                    for step in pace.read(&bytes, offered) {
                        if let Some(speed) = step.speed {
                            self.report(Report::Speed(speed)).await?;
                        }
                        slow = step.slow_in_a_row;
                    }
                    bytes.clear();
                    if slow > 0 {
                        calm_since = Instant::now();
                    }
                    if slow > 0
                        && slow.is_multiple_of(self.supervision.patience.max(1))
                        && let Some(outcome) = self.too_slow().await?
                    {
                        return Ok(outcome);
                    }
                }
                _ = look.tick() => {
                    let skipped = self.watched.shared.take_skipped();
                    if self.calm.is_some_and(|calm| calm_since.elapsed() >= calm) {
                        self.watched.calm.store(true, Ordering::Relaxed);
                    }
                    if skipped > 0 {
                        calm_since = Instant::now();
                        self.report(Report::Skipped(skipped)).await?;
                        // So much waits already that there is no need for patience.
                        if self.watched.gives(self.supervision.stall)
                            && let Some(outcome) = self.too_slow().await?
                        {
                            return Ok(outcome);
                        }
                    }
                    if self.watched.has_stalled(self.supervision.stall) {
                        let seconds = self.supervision.stall.as_secs_f32();
                        let why = format!("ffmpeg gave nothing for {seconds} s.");
                        return Ok(Outcome::Failed(why));
                    }
                }
            }
        }
    }

    /// Gives up the dearest rendition, or tells that there is none to give up.
    async fn too_slow(&self) -> Result<Option<Outcome>, Unwanted> {
        let dearest = dearest(self.outputs, self.kept);
        if dearest.is_none() {
            self.report(Report::Behind).await?;
        }
        Ok(dearest.map(Outcome::TooSlow))
    }

    async fn report(&self, report: Report) -> Result<(), Unwanted> {
        self.reports.send(report).await.map_err(|_| Unwanted)
    }
}

/// Reads what a child gives on one pipe.
struct Reading {
    output: usize,
    /// No tags, but bytes.
    bare: bool,
    clock: Clock,
    reports: mpsc::Sender<Report>,
    watched: Arc<Watched>,
}

enum Broken {
    Pipe,
    Form(flv::Malformed),
    Unwanted,
}

impl Reading {
    async fn read(self, mut pipe: Receiver) -> Result<(), Broken> {
        let output = self.output;
        let mut bytes = BytesMut::new();
        let mut reader = flv::Reader::new();
        loop {
            bytes.reserve(READ_SIZE);
            let read: io::Result<usize> = pipe.read_buf(&mut bytes).await;
            if read.map_err(|_| Broken::Pipe)? == 0 {
                return Ok(());
            }
            let piece = bytes.split().freeze();
            if self.bare {
                self.watched.gave();
                let report = Report::Bytes { output, bytes: piece };
                self.reports.send(report).await.map_err(|_| Broken::Unwanted)?;
                continue;
            }
            reader.push(&piece);
            while let Some(tag) = reader.next_tag().map_err(Broken::Form)? {
                if tag.kind == Kind::Script {
                    continue;
                }
                self.watched.gave();
                let timestamp = self.clock.back(tag.timestamp);
                let report = Report::Tag { output, tag: Tag { timestamp, ..tag } };
                self.reports.send(report).await.map_err(|_| Broken::Unwanted)?;
            }
        }
    }
}

const READ_SIZE: usize = 32 << 10;
