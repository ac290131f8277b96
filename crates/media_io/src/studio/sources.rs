//! Who sends, and whom of them viewers see.

use std::collections::VecDeque;
use std::time::Duration;

use base::StreamKeyId;
use broadcast::key::Rank;
use media::source::Survey;
use media::{Aac, AudioTag, Avc, FrameRate, VideoTag, read_audio_tag, read_video_tag};
use tokio::time::Instant;

use super::SourceStatus;
use super::gate::Arrival;
use super::health::{Meter, Reading};
use super::plan::Picture;
use crate::ingest::{Ended, Protocol};
use crate::rtmp::metadata;
use crate::tag::{Kind, Tag};

/// What is counted for producers is counted over this time.
const LATELY: Duration = Duration::from_secs(4);
/// Where pictures come in many sizes.
const FRAME: (u32, u32) = (1280, 720);

/// The main source and its backup.
#[derive(Default)]
pub(super) struct Sources {
    all: [Option<Source>; 2],
    /// Whom viewers see.
    shown: Option<Rank>,
}

struct Source {
    arrival: Arrival,
    /// What sets up the decoders.
    headers: [Option<Tag>; 2],
    survey: Survey,
    formats: (Option<Avc>, Option<Aac>),
    /// What it says of its picture.
    size: Option<(u32, u32)>,
    frames_per_second: Option<f64>,
    last: Instant,
    lately: VecDeque<(Instant, usize, bool)>,
    meter: Meter,
}

/// What is to be fed.
pub(super) struct Feed {
    /// Headers first, where the source is another than before.
    pub(super) tags: Vec<Tag>,
    /// Whether the source is another than before.
    pub(super) changed: bool,
}

/// What is known of a source so far.
pub(super) struct Surveyed<'a> {
    pub(super) survey: &'a Survey,
    pub(super) formats: (Option<&'a Avc>, Option<&'a Aac>),
    pub(super) headers: Vec<Tag>,
    /// Pixels across and down, as far as it is known.
    pub(super) size: Option<(u32, u32)>,
    /// By what its pictures say, or itself; none where it is not known or not steady.
    pub(super) rate: Option<FrameRate>,
    /// Whether whoever sends could send otherwise: WebRTC has no other sound, and a browser has no
    /// settings.
    pub(super) takes_advice: bool,
    /// The frame that pictures of any size are put into, where their size changes on the way.
    pub(super) frame: Option<(u32, u32)>,
}

impl Surveyed<'_> {
    /// Where a picture's size is not known, it is taken for what is most common.
    pub(super) fn size_or_usual(&self) -> (u32, u32) {
        self.size.unwrap_or((1280, 720))
    }

    /// The frame rate of what viewers see, where the picture is treated so.
    pub(super) fn rate_as(&self, picture: Picture) -> Option<FrameRate> {
        match picture {
            Picture::Transcoded { even: Some(rate), .. } => FrameRate::new(rate, 1),
            _ => self.rate,
        }
    }
}

impl Sources {
    pub(super) fn seat(&mut self, arrival: Arrival) {
        let rank = arrival.rank;
        if self.shown == Some(rank) {
            self.shown = None;
        }
        self.all[rank as usize] = Some(Source {
            arrival,
            headers: [None, None],
            survey: Survey::default(),
            formats: (None, None),
            size: None,
            frames_per_second: None,
            last: Instant::now(),
            lately: VecDeque::new(),
            meter: Meter::default(),
        });
    }

    /// The next of what any of them sends.
    pub(super) async fn next(&mut self) -> (Rank, Result<Tag, Ended>) {
        let [main, backup] = &mut self.all;
        tokio::select! {
            biased;
            happened = of(main) => (Rank::Main, happened),
            happened = of(backup) => (Rank::Backup, happened),
        }
    }

    /// Takes note of a tag, and says what of it is to be shown: nothing of a source that stands by.
    pub(super) fn choose(&mut self, rank: Rank, tag: &Tag, quiet: Duration) -> Option<Feed> {
        self.all[rank as usize].as_mut()?.note(tag);
        if self.shown == Some(rank) {
            return Some(Feed { tags: vec![tag.clone()], changed: false });
        }
        let shown = self.shown.and_then(|shown| self.all[shown as usize].as_ref());
        let silent = shown.is_none_or(|shown| shown.last.elapsed() > quiet);
        if !tag.is_key_frame() || !(silent || rank == Rank::Main) {
            return None;
        }
        self.shown = Some(rank);
        let source = self.all[rank as usize].as_ref()?;
        let tags = source.headers.iter().flatten().chain([tag]).cloned().collect();
        Some(Feed { tags, changed: true })
    }

    pub(super) fn survey(&self, rank: Rank) -> Option<Surveyed<'_>> {
        let source = self.all[rank as usize].as_ref()?;
        let (avc, aac) = &source.formats;
        Some(Surveyed {
            survey: &source.survey,
            formats: (avc.as_ref(), aac.as_ref()),
            headers: source.headers.iter().flatten().cloned().collect(),
            size: source.size(),
            rate: match avc {
                Some(avc) => avc.picture().frame_rate,
                None => source.frames_per_second.and_then(usual_rate),
            },
            takes_advice: matches!(source.arrival.protocol, Protocol::Rtmp | Protocol::Srt),
            frame: source.changes_size().then_some(FRAME),
        })
    }

    /// Ends a source, and tells it why.
    pub(super) fn end(&mut self, rank: Rank, why: String) {
        if let Some(source) = &self.all[rank as usize] {
            source.arrival.publication.ender().end(why);
        }
    }

    /// It is gone; its seat is free.
    pub(super) fn leave(&mut self, rank: Rank) -> Option<u64> {
        if self.shown == Some(rank) {
            self.shown = None;
        }
        self.all[rank as usize].take().map(|source| source.arrival.seat)
    }

    pub(super) fn keys(&self) -> Vec<(Rank, StreamKeyId)> {
        let all = self.all.iter().flatten().map(|it| &it.arrival);
        all.filter_map(|it| Some((it.rank, it.key?))).collect()
    }

    /// What came of the source that viewers see since the last time, which is so long ago.
    pub(super) fn read(&mut self, since: Duration) -> Reading {
        let mut shown = Reading::default();
        for source in self.all.iter_mut().flatten() {
            let reading = source.meter.take(since);
            if self.shown == Some(source.arrival.rank) {
                shown = reading;
            }
        }
        shown
    }

    /// How the source does that viewers see.
    pub(super) fn status(&mut self) -> Option<SourceStatus> {
        let rank = self.shown?;
        let source = self.all[rank as usize].as_mut()?;
        source.lately.retain(|(at, _, _)| at.elapsed() < LATELY);
        let bytes: usize = source.lately.iter().map(|(_, bytes, _)| bytes).sum();
        let frames = source.lately.iter().filter(|(_, _, frame)| *frame).count();
        Some(SourceStatus {
            rank: rank.name().to_owned(),
            address: source.arrival.address.clone(),
            kilobits: bytes as u64 * 8 / 1_000 / LATELY.as_secs(),
            frames: (frames as f64 / LATELY.as_secs_f64()).round() as u64,
            key_frames_apart: source.survey.key_frames_apart_ms() as f64 / 1_000.0,
            size: source.size().unwrap_or_default(),
        })
    }
}

async fn of(source: &mut Option<Source>) -> Result<Tag, Ended> {
    match source {
        Some(source) => source.arrival.publication.next().await,
        None => std::future::pending().await,
    }
}

/// The rate that encoders mean by a number that they have rounded.
fn usual_rate(told: f64) -> Option<FrameRate> {
    const USUAL: [(u32, u32); 8] = [
        (24_000, 1001),
        (24, 1),
        (25, 1),
        (30_000, 1001),
        (30, 1),
        (50, 1),
        (60_000, 1001),
        (60, 1),
    ];
    let all = USUAL.into_iter().filter_map(|(frames, seconds)| FrameRate::new(frames, seconds));
    all.into_iter().find(|rate| (rate.per_second() - told).abs() < 0.008)
}

impl Source {
    /// In a meeting each camera has its own size, and browsers change it with the bandwidth.
    fn changes_size(&self) -> bool {
        match self.arrival.protocol {
            Protocol::Meeting => true,
            Protocol::Whip => self.formats.0.is_none(),
            Protocol::Rtmp | Protocol::Srt => false,
        }
    }

    fn size(&self) -> Option<(u32, u32)> {
        if self.changes_size() {
            return Some(FRAME);
        }
        let avc = self.formats.0.as_ref().map(|avc| (avc.picture().width, avc.picture().height));
        avc.or(self.size)
    }

    fn note(&mut self, tag: &Tag) {
        self.last = Instant::now();
        let at = u64::from(tag.timestamp);
        match tag.kind {
            Kind::Video => {
                if tag.is_header() {
                    self.headers[0] = Some(tag.clone());
                }
                match read_video_tag(tag.body.clone()) {
                    Ok(VideoTag::Config(record)) => {
                        if let Ok(avc) = Avc::parse(record) {
                            self.survey.video(avc.clone());
                            self.formats.0 = Some(avc);
                        }
                    }
                    Ok(VideoTag::Frame { key, data, .. }) => {
                        // What a sender calls a key frame may be one that others refer across.
                        let avc = self.formats.0.as_ref();
                        let key = avc.map_or(key, |avc| avc.is_key_frame(&data));
                        self.survey.frame(at, key);
                        let rate = avc.and_then(|it| it.picture().frame_rate);
                        let rate = rate.map(FrameRate::per_second);
                        self.meter.frame(at, key, rate, self.last);
                    }
                    Ok(VideoTag::Foreign(codec)) => {
                        self.survey.foreign_video(codec);
                        if !tag.is_header() {
                            let (key, rate) = (tag.is_key_frame(), self.frames_per_second);
                            self.survey.frame(at, key);
                            self.meter.frame(at, key, rate, self.last);
                        }
                    }
                    Ok(VideoTag::End | VideoTag::Aside) | Err(_) => self.survey.passed(at),
                }
            }
            Kind::Audio => {
                if tag.is_header() {
                    self.headers[1] = Some(tag.clone());
                }
                match read_audio_tag(tag.body.clone()) {
                    Ok(AudioTag::Config(config)) => {
                        if let Ok(aac) = Aac::parse(config) {
                            self.survey.audio(aac.clone());
                            self.formats.1 = Some(aac);
                        }
                    }
                    Ok(AudioTag::Foreign(codec)) => {
                        self.survey.foreign_audio(codec);
                        if !tag.is_header() {
                            self.survey.passed(at);
                        }
                    }
                    _ => self.survey.passed(at),
                }
            }
            Kind::Script => {
                if let Some(told) = metadata(&tag.body) {
                    self.size = told.size;
                    self.frames_per_second = told.frames_per_second;
                }
                return;
            }
        }
        self.meter.bytes(tag.body.len());
        let frame = tag.kind == Kind::Video && !tag.is_header();
        self.lately.push_back((self.last, tag.body.len(), frame));
        while self.lately.front().is_some_and(|(at, _, _)| at.elapsed() > LATELY) {
            self.lately.pop_front();
        }
    }
}
