//! From the moment a channel goes on air until it is off air: what its source sends is packaged, as
//! it is and through children that make less of it.

mod arrange;

use std::time::Duration;

use base::PhotoId;
use bytes::{Bytes, BytesMut};
use media::playlist::{self, Variant, audio_only_master};
use media::time::CHANNEL_CLOCK;
use media::{
    Aac, AudioTag, Avc, Delivery, Format, Input, Master, Now, Packager, PartTarget, RenditionId,
    RenditionName, Sample, Slate, SourceClock, Timeline, Tracks, VideoTag, read_audio_tag,
    read_video_tag,
};
use tokio::time::Instant;

use super::captions::Captioning;
use super::children::Child;
use super::disk::Disk;
use super::health::{Lag, Punctuality, Reading};
use super::plan::{Share, Sound, Treatment};
use super::silence::{self, Silence};
use super::slates::{Slates, Wanted};
use super::sources::Surveyed;
use super::{Rules, Studio};
use crate::ffmpeg::{Output, Report};
use crate::tag::{Kind, Tag};
use arrange::plan;

/// A segment is closed at the first key frame after so long, and after EXT-X-TARGETDURATION in any
/// case: key frames may be 4 s apart.
const SEGMENT: (Duration, u32) = (Duration::from_secs(2), 4);
/// Of Audio Only: longer, since each costs a request. With more than 4 s listeners would be further
/// behind the present than 12 s.
const SOUND_SEGMENT: (Duration, u32) = (Duration::from_secs(4), 4);
/// How far back the live playlists reach: what players need to begin and to survive a bad line.
const LIVE: Duration = Duration::from_secs(30);

pub(super) struct Air {
    packager: Packager,
    timeline: Timeline,
    renditions: Vec<Rendition>,
    /// How the source that is shown is treated; none where it is to be arranged anew.
    treatment: Option<Treatment>,
    silence: Silence,
    ladder: Option<Child>,
    /// What `ladder` takes of the budget.
    share: Option<Share>,
    sounds: Option<Child>,
    slates: Slates,
    captions: Captioning,
    /// How fast the smaller pictures are made, while they are.
    speed: Option<f64>,
    punctuality: Punctuality,
    /// Which slates there are to be, and the photo that they show.
    wanted: Vec<Wanted>,
    still: Option<PhotoId>,
    /// Whether viewers are shown the slate whatever comes in.
    held: bool,
    /// Whether they were until now.
    released: bool,
    /// When the source was heard last, by the steady clock.
    heard: Duration,
    /// The time that the source's last tag has for the children, in milliseconds of the channel.
    at: u32,
}

/// What the packager knows by its number.
struct Rendition {
    name: RenditionName,
    master: Master,
    format: Option<Format>,
    /// Bits per second that were asked for; 0 for the source.
    asked: u64,
    /// The most lines of its picture.
    height: Option<u32>,
    /// Whether the site's slate is there. Until then the last key frame stands in for it.
    has_slate: bool,
    /// How far its pictures have come, in milliseconds of the channel; none before the first.
    reached: Option<u32>,
}

/// What a child says, or who makes slates.
pub(super) enum Reported {
    Ladder(Option<Report>),
    Sounds(Option<Report>),
    Slate(RenditionId, Slate),
}

const SOURCE: RenditionId = RenditionId(0);
const SOUND: RenditionId = RenditionId(1);
/// For how long a key frame stands that stands in for a slate, as one of many.
const STANDS: Duration = Duration::from_millis(400);

impl Air {
    /// Begins, once enough is known of the source; says why it cannot be shown, if it cannot.
    pub(super) async fn begin(
        studio: &Studio,
        disk: &mut Disk,
        surveyed: &Surveyed<'_>,
        (treatment, rules): (Treatment, Rules),
        now: Now,
    ) -> Result<Option<Self>, String> {
        let whole = treatment.picture.is_transcoded();
        let (avc, aac) = surveyed.formats;
        let aac = match treatment.sound {
            Sound::Untouched => aac.cloned(),
            Sound::Transcoded | Sound::Silence => silence::format(),
        };
        let Some(aac) = aac.filter(|_| whole || avc.is_some()) else { return Ok(None) };
        let settings = &studio.0.settings;
        let wrong = |error: media::InvalidSettings| error.to_string();
        let rate = surveyed.rate_as(treatment.picture);
        let part = rate.map_or(PartTarget::of_duration(settings.part), |rate| {
            PartTarget::of_frames(rate, None, settings.part)
        });
        let mut renditions = Vec::new();
        let mut all = Vec::new();
        let mut add =
            |name: &str, height: Option<u32>, asked: u32, slate: Option<Slate>, delivery| {
                let name = RenditionName::new(name).map_err(wrong)?;
                let (master, (segment, target_seconds)) = match delivery {
                    Delivery::LowLatency(_) => (Master::Channel, SEGMENT),
                    Delivery::Plain => (Master::AudioOnly, SOUND_SEGMENT),
                };
                let kind = if height.is_some() { media::Kind::Video } else { media::Kind::Audio };
                renditions.push(Rendition {
                    name: name.clone(),
                    master,
                    format: slate.as_ref().map(|slate| slate.format.clone()),
                    asked: u64::from(asked) * 1000,
                    height,
                    has_slate: slate.is_some(),
                    reached: None,
                });
                all.push(media::Settings {
                    name,
                    kind,
                    master,
                    delivery,
                    segment,
                    target_seconds,
                    window: LIVE,
                    slate,
                });
                Ok::<_, String>(())
            };
        let low = Delivery::LowLatency(part);
        let quiet = silence(&aac);
        let (width, height) = surveyed.size_or_usual();
        // What it takes of the budget is taken again below.
        let planned = plan(studio, surveyed, treatment.picture)?;
        let mut smaller = planned.as_ref().map(|it| &it.outputs[..]).unwrap_or_default();
        let mut shown = (height, 0);
        if whole && let Some((Output::Video { height, kbits }, others)) = smaller.split_first() {
            (shown, smaller) = ((*height, *kbits), others);
        }
        add("source", Some(shown.0), shown.1, None, low)?;
        add("sound", None, 0, quiet.clone(), low)?;
        for output in smaller {
            let Output::Video { height, kbits } = *output else { continue };
            add(&format!("{height}p"), Some(height), kbits, None, low)?;
        }
        drop(planned);
        if settings.ffmpeg.is_some() {
            let stereo = Aac::low_complexity(48_000, 2).and_then(|aac| silence(&aac));
            let mono = Aac::low_complexity(48_000, 1).and_then(|aac| silence(&aac));
            add("audio-96k", None, 96, stereo, Delivery::Plain)?;
            add("audio-48k", None, 48, mono, Delivery::Plain)?;
        } else {
            add("audio", None, 0, quiet, Delivery::Plain)?;
        }
        let wanted = |(index, it): (usize, &Rendition)| {
            // As ffmpeg rounds it, to even pixels.
            let lines = it.height? & !1;
            let across = (u64::from(width) * u64::from(lines) / u64::from(height.max(1))) as u32;
            let size = (across.next_multiple_of(2), lines);
            Some(Wanted { rendition: RenditionId(index), size, rate })
        };
        let wanted: Vec<Wanted> = renditions.iter().enumerate().filter_map(wanted).collect();
        let slates = studio.slates(rules.still, wanted.clone());
        let packager = match disk.state() {
            Some(state) => Packager::resume(all, &state),
            None => Packager::new(all),
        };
        let packager = packager.map_err(wrong)?;
        let position = packager.position();
        let mut air = Self {
            timeline: Timeline::resume_at(position, SourceClock::Milliseconds, Tracks::Both),
            packager,
            renditions,
            treatment: None,
            silence: Silence::default(),
            ladder: None,
            share: None,
            sounds: None,
            slates,
            captions: Captioning::default(),
            speed: None,
            punctuality: Punctuality::default(),
            wanted,
            still: rules.still,
            held: false,
            released: false,
            heard: now.steady,
            at: 0,
        };
        studio.0.origin.begin(air.renditions.iter().map(|it| it.name.clone()));
        for id in (0..air.renditions.len()).map(RenditionId) {
            studio.0.origin.show(air.name(id), air.packager.playlist(id));
        }
        air.treat(studio, surveyed, treatment)?;
        for tag in &surveyed.headers {
            air.feed(studio, disk, surveyed, (tag, false, treatment), now).await?;
        }
        air.follow(studio, rules, now);
        Ok(Some(air))
    }

    /// Does what the record says of the slate.
    pub(super) fn follow(&mut self, studio: &Studio, rules: Rules, now: Now) {
        if std::mem::replace(&mut self.held, rules.held) != rules.held {
            self.released = !rules.held;
            self.packager.handle_input(now, Input::Hold(rules.held));
        }
        if std::mem::replace(&mut self.still, rules.still) != rules.still {
            self.slates = studio.slates(rules.still, self.wanted.clone());
        }
    }

    /// Takes what the source sends; says why it cannot be shown any longer, if so.
    pub(super) async fn feed(
        &mut self,
        studio: &Studio,
        disk: &mut Disk,
        surveyed: &Surveyed<'_>,
        (tag, changed, treatment): (&Tag, bool, Treatment),
        now: Now,
    ) -> Result<(), String> {
        self.heard = now.steady;
        if self.held {
            self.released |= changed;
            return Ok(());
        }
        let released = std::mem::take(&mut self.released);
        let changed = changed || released;
        if changed {
            self.timeline.source_changed(SourceClock::Milliseconds, Tracks::Both);
        }
        if released {
            // It may be another than the one that was seen before.
            for header in &surveyed.headers {
                self.take(studio, header, now)?;
            }
        }
        if self.is_to_be_treated(treatment, tag, changed) {
            let picture = self.treatment.map_or(treatment.picture, |it| it.picture);
            let otherwise = picture.is_transcoded() != treatment.picture.is_transcoded();
            // Until a key frame comes, the picture is treated as it was.
            let picture = match otherwise && !tag.is_key_frame() && !changed {
                true => picture,
                false => treatment.picture,
            };
            self.treat(studio, surveyed, Treatment { picture, ..treatment })?;
            for header in &surveyed.headers {
                self.take(studio, header, now)?;
            }
        }
        self.take(studio, tag, now)?;
        let silent = self.treatment.is_some_and(|it| it.sound == Sound::Silence);
        if silent && tag.kind == Kind::Video && !tag.is_header() {
            for tag in self.silence.up_to(tag.timestamp) {
                self.feed_sound(studio, &tag, now)?;
            }
        }
        self.put_out(studio, disk).await;
        Ok(())
    }

    fn take(&mut self, studio: &Studio, tag: &Tag, now: Now) -> Result<(), String> {
        match (tag.kind, self.treatment.unwrap_or_default()) {
            (Kind::Video, it) if it.picture.is_transcoded() => self.hand_on_picture(tag, now),
            (Kind::Video, _) => self.feed_picture(tag, now)?,
            (Kind::Audio, it) => match it.sound {
                Sound::Untouched => self.feed_sound(studio, tag, now)?,
                Sound::Transcoded => self.hand_on_sound(tag),
                Sound::Silence => {}
            },
            (Kind::Script, _) => {}
        }
        Ok(())
    }

    /// Gives a picture that cannot pass to the child, with the time of the channel.
    fn hand_on_picture(&mut self, tag: &Tag, now: Now) {
        if !tag.is_header() {
            let is_frame = !matches!(
                read_video_tag(tag.body.clone()),
                Err(_) | Ok(VideoTag::Config(_) | VideoTag::End | VideoTag::Aside)
            );
            let floor = self.packager.floor(SOURCE);
            let at = u64::from(tag.timestamp);
            let placed = is_frame.then(|| self.timeline.video(at, 0, tag.is_key_frame(), floor));
            let Some(Ok(place)) = placed else { return };
            self.at = milliseconds(place.dts, CHANNEL_CLOCK);
            if place.jump {
                let all: Vec<_> = self.ladder.iter().flat_map(Child::renditions).collect();
                for rendition in all {
                    let coming = Input::OnItsWay { rendition, from: place.dts };
                    self.packager.handle_input(now, coming);
                }
            }
        }
        if let Some(child) = &mut self.ladder {
            child.transcoder.feed(&Tag { timestamp: self.at, ..tag.clone() });
        }
    }

    /// Gives sound that cannot pass to the child, with the time of the channel.
    fn hand_on_sound(&mut self, tag: &Tag) {
        let mut at = self.at;
        if !tag.is_header() {
            let Some(moment) = self.timeline.moment(tag.timestamp.into()) else { return };
            at = milliseconds(moment, CHANNEL_CLOCK);
        }
        if let Some(child) = &mut self.sounds {
            child.transcoder.feed(&Tag { timestamp: at, ..tag.clone() });
        }
    }

    fn feed_picture(&mut self, tag: &Tag, now: Now) -> Result<(), String> {
        match read_video_tag(tag.body.clone()).map_err(|error| error.to_string())? {
            VideoTag::Config(record) => {
                let avc = Avc::parse(record).map_err(|error| error.to_string())?;
                self.timeline.set_frame_rate(avc.picture().frame_rate);
                self.set_format(SOURCE, Format::Video(avc), now);
            }
            VideoTag::Frame { offset_ms, data, .. } => {
                let Some(Format::Video(avc)) = &self.renditions[SOURCE.0].format else {
                    return Ok(());
                };
                let key = avc.is_key_frame(&data);
                let floor = self.packager.floor(SOURCE);
                let at = u64::from(tag.timestamp);
                let Ok(place) = self.timeline.video(at, offset_ms, key, floor) else {
                    return Ok(());
                };
                self.at = milliseconds(place.dts, CHANNEL_CLOCK);
                self.give(SOURCE, sample(data, place, key), place.jump, now);
            }
            // Another treatment of it begins with its next key frame.
            VideoTag::Foreign(_) | VideoTag::End | VideoTag::Aside => return Ok(()),
        }
        if let Some(child) = &mut self.ladder {
            child.transcoder.feed(&Tag { timestamp: self.at, ..tag.clone() });
        }
        Ok(())
    }

    /// Gives a sample to the packager, and lets a key frame stand in for a slate that is not there.
    fn give(&mut self, rendition: RenditionId, sample: Sample, jump: bool, now: Now) {
        let held = &mut self.renditions[rendition.0];
        if let (SOURCE, Some(Format::Video(avc))) = (rendition, &held.format) {
            let shown = sample.dts.cast_signed() + i64::from(sample.offset);
            self.captions.picture(shown, avc.captions(&sample.data));
        }
        if held.height.is_some() {
            held.reached = Some(milliseconds(sample.dts, CHANNEL_CLOCK));
        }
        if let Some(format @ Format::Video(_)) = &held.format
            && sample.key
            && !held.has_slate
        {
            let duration = (STANDS.as_millis() as u32) * (CHANNEL_CLOCK / 1000);
            let stands = Sample { dts: 0, offset: 0, duration, ..sample.clone() };
            let slate = Slate { format: format.clone(), samples: vec![stands] };
            self.packager.handle_input(now, Input::Slate { rendition, slate });
        }
        self.packager.handle_input(now, Input::Sample { rendition, sample, jump });
    }

    fn feed_sound(&mut self, studio: &Studio, tag: &Tag, now: Now) -> Result<(), String> {
        let mut at = self.at;
        match read_audio_tag(tag.body.clone()).map_err(|error| error.to_string())? {
            AudioTag::Config(config) => {
                let aac = Aac::parse(config).map_err(|error| error.to_string())?;
                self.set_format(SOUND, Format::Audio(aac.clone()), now);
                if let Some(plain) = self.plain() {
                    self.set_format(plain, Format::Audio(aac), now);
                }
            }
            AudioTag::Frame(data) => {
                let Some(Format::Audio(aac)) = &self.renditions[SOUND.0].format else {
                    return Ok(());
                };
                let aac = aac.clone();
                let (samples, rate) = (aac.frame_samples(), aac.sample_rate());
                let floor = self.packager.floor(SOUND);
                let raw = u64::from(tag.timestamp);
                let Ok(place) = self.timeline.audio(raw, samples, rate, floor) else {
                    return Ok(());
                };
                at = milliseconds(place.dts, rate);
                let sample = sample(data.clone(), place, true);
                for rendition in [Some(SOUND), self.plain()].into_iter().flatten() {
                    let sample = sample.clone();
                    self.packager
                        .handle_input(now, Input::Sample { rendition, sample, jump: place.jump });
                }
                if self.sounds.is_none() {
                    studio.0.origin.sound_aac(framed(&aac, &data));
                }
            }
            AudioTag::Foreign(_) | AudioTag::End | AudioTag::Aside => return Ok(()),
        }
        if let Some(child) = &mut self.sounds {
            child.transcoder.feed(&Tag { timestamp: at, ..tag.clone() });
        }
        Ok(())
    }

    /// The sound alone as the source sends it, where no child makes other.
    fn plain(&self) -> Option<RenditionId> {
        let alone = |it: &Rendition| it.master == Master::AudioOnly && it.asked == 0;
        self.renditions.iter().position(alone).map(RenditionId)
    }

    fn set_format(&mut self, rendition: RenditionId, format: Format, now: Now) {
        self.renditions[rendition.0].format = Some(format.clone());
        self.packager.handle_input(now, Input::Format { rendition, format });
    }

    pub(super) async fn next_report(&mut self) -> Reported {
        async fn next(child: &mut Option<Child>) -> Option<Report> {
            match child {
                Some(child) => child.next_report().await,
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            report = next(&mut self.ladder) => Reported::Ladder(report),
            report = next(&mut self.sounds) => Reported::Sounds(report),
            (rendition, slate) = self.slates.next() => Reported::Slate(rendition, slate),
        }
    }

    /// Takes what a child made, or what became of it.
    pub(super) async fn reported(
        &mut self,
        studio: &Studio,
        disk: &mut Disk,
        reported: Reported,
        now: Now,
    ) {
        let pictures = matches!(reported, Reported::Ladder(_));
        let (child, report) = match reported {
            Reported::Ladder(report) => (&mut self.ladder, report),
            Reported::Sounds(report) => (&mut self.sounds, report),
            Reported::Slate(rendition, slate) => {
                let held = &mut self.renditions[rendition.0];
                held.has_slate = true;
                // Where nothing else was shown yet, this is what the master tells of.
                held.format.get_or_insert_with(|| slate.format.clone());
                self.packager.handle_input(now, Input::Slate { rendition, slate });
                self.put_out(studio, disk).await;
                return;
            }
        };
        let (Some(report), Some(found)) = (report, child.as_mut()) else {
            *child = None;
            return;
        };
        let tell = |what: String| studio.tell(|status| status.transcoder = Some(what));
        match report {
            Report::Tag { output, tag } => {
                let Some(made) = found.outputs.get_mut(output) else { return };
                let Some(first) = made.shown_as.first() else { return };
                let floor = self.packager.floor(*first);
                let held = &mut self.renditions[first.0].format;
                let Some(read) = read(held, &mut made.timeline, floor, &tag) else { return };
                for rendition in made.shown_as.clone() {
                    match &read {
                        Read::Format(format) => self.set_format(rendition, format.clone(), now),
                        Read::Sample(sample, jump) => {
                            let held = &self.renditions[rendition.0];
                            if held.name.as_str() == "audio-96k"
                                && let Some(Format::Audio(aac)) = &held.format
                            {
                                studio.0.origin.sound_aac(framed(aac, &sample.data));
                            }
                            self.give(rendition, sample.clone(), *jump, now);
                        }
                    }
                }
                self.put_out(studio, disk).await;
            }
            Report::Bytes { bytes, .. } => studio.0.origin.sound_mp3(bytes),
            Report::Started { from, .. } => {
                studio.tell(|status| status.transcoder = None);
                let mut coming = Vec::new();
                for made in &mut found.outputs {
                    let from = made.timeline.moment(from.into());
                    coming.extend(made.shown_as.iter().filter_map(|it| Some((*it, from?))));
                }
                for (rendition, from) in coming {
                    self.packager.handle_input(now, Input::OnItsWay { rendition, from });
                }
            }
            Report::Shed(output) => {
                found.give_up(output);
                tell(
                    "This machine is too slow for all renditions: the largest is left out, until \
                     there is room for a while."
                        .into(),
                );
            }
            Report::Restored(output) => found.restore(output),
            Report::Behind => tell("This machine is too slow to make lower renditions.".into()),
            Report::Stopped { why, again_in } => {
                tracing::warn!("ffmpeg stopped, and is started again in {again_in:?}: {why}");
                tell(format!("ffmpeg stopped and is started again: {why}"));
                if pictures {
                    self.speed = None;
                }
            }
            Report::Speed(speed) if pictures => self.speed = Some(speed),
            Report::Speed(_) | Report::Skipped(_) => {}
        }
    }

    pub(super) async fn tick(&mut self, studio: &Studio, disk: &mut Disk, now: Now) {
        self.packager.handle_input(now, Input::Tick);
        self.put_out(studio, disk).await;
    }

    pub(super) fn next_tick(&self) -> Option<Duration> {
        self.packager.next_tick()
    }

    pub(super) fn quiet_for(&self, now: Now) -> Duration {
        now.steady.saturating_sub(self.heard)
    }

    /// Adds to a second's reading what is made of the source.
    pub(super) fn read(&mut self, reading: &mut Reading) {
        let lag = |it: &Rendition| {
            // Both clocks wrap, and a rendition may be ahead by a frame.
            let behind = self.at.wrapping_sub(it.reached?).cast_signed().max(0);
            Some(Lag { name: it.name.to_string(), behind: f64::from(behind) / 1_000.0 })
        };
        let made = self.renditions.iter().filter(|it| it.asked > 0);
        reading.renditions = made.filter_map(lag).collect();
        reading.speed = self.speed.filter(|_| self.ladder.is_some());
        reading.parts_late = self.punctuality.take();
    }

    pub(super) fn is_on_slate(&self) -> bool {
        self.packager.is_on_slate(SOURCE)
    }

    /// Off air: the playlists end.
    pub(super) async fn end(mut self, studio: &Studio, disk: &mut Disk, now: Now) {
        self.packager.handle_input(now, Input::End);
        self.put_out(studio, disk).await;
        self.captions.end(studio);
        self.keep(disk).await;
        studio.0.origin.end();
    }

    /// Has what an end of the program must not lose on the disk.
    pub(super) async fn keep(self, disk: &mut Disk) {
        disk.keep(self.packager.state());
        disk.settle().await;
    }

    async fn put_out(&mut self, studio: &Studio, disk: &mut Disk) {
        let origin = &studio.0.origin;
        let mut closed = false;
        while let Some(output) = self.packager.poll_output() {
            match output {
                media::Output::Init { rendition, name, bytes } => {
                    if rendition == SOURCE {
                        studio.0.thumbnails.learn(name, bytes.clone());
                    }
                    let folder = self.name(rendition);
                    disk.write(folder, name, vec![bytes.clone()]);
                    origin.put(folder, name, &[bytes]);
                }
                media::Output::Part { rendition, name, length, bytes } => {
                    if rendition == SOURCE {
                        self.punctuality.part(length, Instant::now());
                    }
                    origin.put_lasting(self.name(rendition), name, &[bytes], length);
                }
                media::Output::Segment { rendition, segment, chunks } => {
                    let folder = self.name(rendition);
                    let target = match self.renditions[rendition.0].master {
                        Master::Channel => SEGMENT.1,
                        Master::AudioOnly => SOUND_SEGMENT.1,
                    };
                    if rendition == SOURCE {
                        studio.0.thumbnails.offer(&segment, &chunks);
                    }
                    disk.write(folder, segment.name, chunks.clone());
                    origin.put_lasting(folder, segment.name, &chunks, segment.duration());
                    studio.0.recorder.closed(folder, &segment);
                    let length = studio.0.settings.window;
                    let window = disk.close(folder, segment.clone(), target, length);
                    origin.show_window(folder, &window);
                    if rendition == SOURCE {
                        let pictures = (&self.renditions[rendition.0].name, &segment);
                        self.captions.closed(studio, disk, pictures, (target, LIVE));
                    }
                    closed = true;
                }
                media::Output::Playlist { rendition, playlist } => {
                    origin.show(self.name(rendition), playlist);
                }
                media::Output::Forget { rendition, name } => {
                    origin.forget(self.name(rendition), name);
                }
            }
        }
        if closed {
            disk.keep(self.packager.state());
            self.show_masters(studio);
        }
    }

    fn name(&self, rendition: RenditionId) -> &RenditionName {
        &self.renditions[rendition.0].name
    }

    fn show_masters(&self, studio: &Studio) {
        let mut variants = Vec::new();
        let (mut beside, mut alone) = (Vec::new(), Vec::new());
        for (index, it) in self.renditions.iter().enumerate() {
            let bits = self.packager.bitrate(RenditionId(index));
            // What nothing has come of yet is not offered.
            let Some(format) = it.format.as_ref().filter(|_| bits.peak > 0) else { continue };
            let uri = |file: &str| format!("{}/{file}.m3u8", it.name);
            match format {
                Format::Video(avc) => variants.push(Variant {
                    uri: uri("live"),
                    peak: bits.peak.max(it.asked),
                    average: bits.average,
                    codec: avc.codec(),
                    size: (avc.picture().width, avc.picture().height),
                    frame_rate: avc.picture().frame_rate,
                }),
                Format::Audio(aac) => {
                    let sound = playlist::Sound {
                        uri: uri("live"),
                        name: "Sound".into(),
                        language: "und".into(),
                        peak: bits.peak,
                        average: bits.average,
                        codec: aac.codec(),
                        channels: aac.channels(),
                    };
                    match it.master {
                        Master::Channel => beside.push(sound),
                        Master::AudioOnly => alone.push(sound),
                    }
                }
            }
        }
        let sound = beside.first().map_or((0, 0), |it| (it.peak, it.average));
        for variant in &mut variants {
            variant.peak += sound.0;
            variant.average += sound.1;
        }
        if !variants.is_empty() && !beside.is_empty() {
            let declared = self.captions.declared(&studio.0.settings.language);
            let mut written = self.captions.offered();
            let text = playlist::master(&variants, &beside, &declared, &written);
            for it in variants.iter_mut() {
                it.uri = it.uri.replace("live.m3u8", "dvr.m3u8");
            }
            for it in &mut beside {
                it.uri = it.uri.replace("live.m3u8", "dvr.m3u8");
            }
            for it in &mut written {
                it.uri = it.uri.replace("live.m3u8", "dvr.m3u8");
            }
            let window = playlist::master(&variants, &beside, &declared, &written);
            studio.0.origin.show_masters(text, window);
        }
        if !alone.is_empty() {
            studio.0.origin.show_audio_master(audio_only_master(&alone));
        }
    }
}

/// What a child's tag brings.
enum Read {
    Format(Format),
    Sample(Sample, bool),
}

/// Reads a child's tag, where its output is coded as `held` says.
fn read(held: &mut Option<Format>, timeline: &mut Timeline, floor: u64, tag: &Tag) -> Option<Read> {
    let at = u64::from(tag.timestamp);
    match tag.kind {
        Kind::Video => match read_video_tag(tag.body.clone()).ok()? {
            VideoTag::Config(record) => {
                let avc = Avc::parse(record).ok()?;
                timeline.set_frame_rate(avc.picture().frame_rate);
                Some(Read::Format(Format::Video(avc)))
            }
            VideoTag::Frame { offset_ms, data, .. } => {
                let Some(Format::Video(avc)) = held else { return None };
                let key = avc.is_key_frame(&data);
                let place = timeline.video(at, offset_ms, key, floor).ok()?;
                Some(Read::Sample(sample(data, place, key), place.jump))
            }
            _ => None,
        },
        Kind::Audio => match read_audio_tag(tag.body.clone()).ok()? {
            AudioTag::Config(config) => Some(Read::Format(Format::Audio(Aac::parse(config).ok()?))),
            AudioTag::Frame(data) => {
                let Some(Format::Audio(aac)) = held else { return None };
                let (samples, rate) = (aac.frame_samples(), aac.sample_rate());
                let place = timeline.audio(at, samples, rate, floor).ok()?;
                Some(Read::Sample(sample(data, place, true), place.jump))
            }
            _ => None,
        },
        Kind::Script => None,
    }
}

fn sample(data: Bytes, place: media::Place, key: bool) -> Sample {
    Sample { data, dts: place.dts, offset: place.offset, duration: place.duration, key }
}

/// Milliseconds in the 32 bits that tags have, which wrap.
fn milliseconds(units: u64, clock: u32) -> u32 {
    (u128::from(units) * 1000 / u128::from(clock.max(1))) as u32
}

/// An access unit behind its ADTS header, for those who are sent sound alone.
fn framed(aac: &Aac, data: &Bytes) -> Bytes {
    let Some(header) = aac.adts_header(data.len()) else { return Bytes::new() };
    let mut framed = BytesMut::with_capacity(header.len() + data.len());
    framed.extend_from_slice(&header);
    framed.extend_from_slice(data);
    framed.freeze()
}

fn silence(aac: &Aac) -> Option<Slate> {
    let sample = Sample {
        data: aac.silence()?,
        dts: 0,
        offset: 0,
        duration: aac.frame_samples(),
        key: true,
    };
    Some(Slate { format: Format::Audio(aac.clone()), samples: vec![sample] })
}
