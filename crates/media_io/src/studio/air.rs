//! From the moment a channel goes on air until it is off air: what its source sends is packaged, as
//! it is and through children that make less of it.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use media::playlist::{Sound, Variant, audio_only_master, master};
use media::source::Reason;
use media::time::CHANNEL_CLOCK;
use media::{
    Aac, AudioTag, Avc, Delivery, Format, FrameRate, Input, Master, Now, Output, Packager,
    PartTarget, RenditionId, RenditionName, Sample, Slate, SourceClock, Timeline, Tracks, VideoTag,
    read_audio_tag, read_video_tag,
};

use super::Studio;
use super::disk::Disk;
use super::sources::Surveyed;
use crate::ffmpeg::{self, Mode, Report, Reports, Source, Supervision, Transcoder};
use crate::slate;
use crate::tag::{Kind, Tag};

/// A segment is closed at the first key frame after so long, and after EXT-X-TARGETDURATION in any
/// case: key frames may be 4 s apart.
const SEGMENT: (Duration, u32) = (Duration::from_secs(2), 4);
/// Of Audio Only: longer, since each costs a request and nobody waits for it.
const SOUND_SEGMENT: (Duration, u32) = (Duration::from_secs(5), 6);
/// How far back the live playlists reach: what players need to begin and to survive a bad line.
const LIVE: Duration = Duration::from_secs(30);

pub(super) struct Air {
    packager: Packager,
    timeline: Timeline,
    renditions: Vec<Rendition>,
    ladder: Option<Child>,
    sounds: Option<Child>,
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
}

struct Child {
    transcoder: Transcoder,
    reports: Reports,
    outputs: Vec<Made>,
}

/// What a child makes.
struct Made {
    rendition: Option<RenditionId>,
    timeline: Timeline,
}

/// What a child says.
pub(super) enum Reported {
    Ladder(Option<Report>),
    Sounds(Option<Report>),
}

const SOURCE: RenditionId = RenditionId(0);
const SOUND: RenditionId = RenditionId(1);

impl Air {
    /// Begins, once enough is known of the source; says why it cannot be shown, if it cannot.
    pub(super) async fn begin(
        studio: &Studio,
        disk: &mut Disk,
        surveyed: &Surveyed<'_>,
        now: Now,
    ) -> Result<Option<Self>, String> {
        let (Some(avc), Some(aac)) = surveyed.formats else { return Ok(None) };
        let settings = &studio.0.settings;
        let wrong = |error: media::InvalidSettings| error.to_string();
        let rate = avc.picture().frame_rate;
        let part = rate.map_or(PartTarget::of_duration(settings.part), |rate| {
            PartTarget::of_frames(rate, None, settings.part)
        });
        let mut renditions = Vec::new();
        let mut all = Vec::new();
        let mut add = |name: &str, kind, asked: u64, slate: Option<Slate>, delivery: Delivery| {
            let name = RenditionName::new(name).map_err(wrong)?;
            let (master, (segment, target_seconds)) = match delivery {
                Delivery::LowLatency(_) => (Master::Channel, SEGMENT),
                Delivery::Plain => (Master::AudioOnly, SOUND_SEGMENT),
            };
            renditions.push(Rendition { name: name.clone(), master, format: None, asked });
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
            Ok::<_, String>(RenditionId(all.len() - 1))
        };
        let low = Delivery::LowLatency(part);
        let quiet = silence(aac);
        let (width, height) = (avc.picture().width, avc.picture().height);
        let still = |size| still(settings.ffmpeg.as_ref(), size, rate);
        add("source", media::Kind::Video, 0, still((width, height)).await, low)?;
        add("sound", media::Kind::Audio, 0, quiet.clone(), low)?;
        let (mut ladder, mut sounds) = (None, None);
        match &settings.ffmpeg {
            Some(ffmpeg) => {
                let mut outputs = Vec::new();
                let smaller = ffmpeg::ladder(height);
                for output in &smaller {
                    let ffmpeg::Output::Video { height: lower, kbits } = *output else { continue };
                    // As ffmpeg rounds it, to even pixels.
                    let across =
                        (u64::from(width) * u64::from(lower) / u64::from(height.max(1))) as u32;
                    let slate = still((across.next_multiple_of(2), lower)).await;
                    let name = format!("{lower}p");
                    let id = add(&name, media::Kind::Video, u64::from(kbits) * 1000, slate, low)?;
                    outputs.push(Some(id));
                }
                if !smaller.is_empty() {
                    let source = Source { video: true, audio: false, mode: Mode::Beside };
                    ladder = Some((ffmpeg.clone(), source, smaller, outputs));
                }
                let stereo = Aac::low_complexity(48_000, 2).and_then(|aac| silence(&aac));
                let mono = Aac::low_complexity(48_000, 1).and_then(|aac| silence(&aac));
                let plain = Delivery::Plain;
                let more = add("audio-96k", media::Kind::Audio, 96_000, stereo, plain)?;
                let less = add("audio-48k", media::Kind::Audio, 48_000, mono, plain)?;
                let source = Source { video: false, audio: true, mode: Mode::Beside };
                let made = vec![
                    ffmpeg::Output::Aac { channels: 2, kbits: 96 },
                    ffmpeg::Output::Aac { channels: 1, kbits: 48 },
                    ffmpeg::Output::Mp3 { kbits: 128 },
                ];
                let which = vec![Some(more), Some(less), None];
                sounds = Some((ffmpeg.clone(), source, made, which));
            }
            None => {
                add("audio", media::Kind::Audio, 0, quiet, Delivery::Plain)?;
            }
        }
        let packager = match disk.state() {
            Some(state) => Packager::resume(all, &state),
            None => Packager::new(all),
        };
        let packager = packager.map_err(wrong)?;
        let position = packager.position();
        let child = |(ffmpeg, source, outputs, which): (_, _, _, Vec<Option<RenditionId>>)| {
            let supervision = Supervision::default();
            let (transcoder, reports) = Transcoder::start(ffmpeg, source, outputs, supervision);
            let made = |rendition| Made {
                rendition,
                timeline: Timeline::of_channel(position, SourceClock::Milliseconds),
            };
            Child { transcoder, reports, outputs: which.into_iter().map(made).collect() }
        };
        let mut air = Self {
            timeline: Timeline::resume_at(position, SourceClock::Milliseconds, Tracks::Both),
            packager,
            renditions,
            ladder: ladder.map(child),
            sounds: sounds.map(child),
            heard: now.steady,
            at: 0,
        };
        studio.0.origin.begin(air.renditions.iter().map(|it| it.name.clone()));
        for id in (0..air.renditions.len()).map(RenditionId) {
            studio.0.origin.show(air.name(id), air.packager.playlist(id));
        }
        for tag in &surveyed.headers {
            air.feed(studio, disk, tag, false, now).await?;
        }
        Ok(Some(air))
    }

    /// Takes what the source sends; says why it cannot be shown any longer, if so.
    pub(super) async fn feed(
        &mut self,
        studio: &Studio,
        disk: &mut Disk,
        tag: &Tag,
        changed: bool,
        now: Now,
    ) -> Result<(), String> {
        if changed {
            self.timeline.source_changed(SourceClock::Milliseconds, Tracks::Both);
        }
        self.heard = now.steady;
        match tag.kind {
            Kind::Video => self.feed_picture(tag, now)?,
            Kind::Audio => self.feed_sound(studio, tag, now)?,
            Kind::Script => {}
        }
        self.put_out(studio, disk).await;
        Ok(())
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
                let sample = sample(data, place, key);
                let input = Input::Sample { rendition: SOURCE, sample, jump: place.jump };
                self.packager.handle_input(now, input);
            }
            VideoTag::Foreign(codec) => return Err(Reason::VideoCodec(codec).to_string()),
            VideoTag::End | VideoTag::Aside => return Ok(()),
        }
        if let Some(child) = &mut self.ladder {
            child.transcoder.feed(&Tag { timestamp: self.at, ..tag.clone() });
        }
        Ok(())
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
            AudioTag::Foreign(codec) => return Err(Reason::AudioCodec(codec).to_string()),
            AudioTag::End | AudioTag::Aside => return Ok(()),
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
                Some(child) => child.reports.next().await,
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            report = next(&mut self.ladder) => Reported::Ladder(report),
            report = next(&mut self.sounds) => Reported::Sounds(report),
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
        let (child, report) = match reported {
            Reported::Ladder(report) => (&mut self.ladder, report),
            Reported::Sounds(report) => (&mut self.sounds, report),
        };
        let Some(report) = report else {
            *child = None;
            return;
        };
        let tell = |what: String| studio.tell(|status| status.transcoder = Some(what));
        match report {
            Report::Tag { output, tag } => {
                let made = child.as_mut().and_then(|child| child.outputs.get_mut(output));
                if let Some(made) = made
                    && let Some(rendition) = made.rendition
                {
                    let place = &mut made.timeline;
                    let held = &mut self.renditions[rendition.0];
                    if let Some(input) = input(rendition, held, place, &self.packager, &tag) {
                        if held.name.as_str() == "audio-96k"
                            && let (Input::Sample { sample, .. }, Some(Format::Audio(aac))) =
                                (&input, &held.format)
                        {
                            studio.0.origin.sound_aac(framed(aac, &sample.data));
                        }
                        self.packager.handle_input(now, input);
                        self.put_out(studio, disk).await;
                    }
                }
            }
            Report::Bytes { bytes, .. } => studio.0.origin.sound_mp3(bytes),
            Report::Started(_) => studio.tell(|status| status.transcoder = None),
            Report::Shed(_) => {
                tell(
                    "This machine is too slow for all renditions: the largest is left out.".into(),
                );
            }
            Report::Behind => tell("This machine is too slow to make lower renditions.".into()),
            Report::Stopped { why, again_in } => {
                tracing::warn!("ffmpeg stopped, and is started again in {again_in:?}: {why}");
                tell(format!("ffmpeg stopped and is started again: {why}"));
            }
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

    pub(super) fn is_on_slate(&self) -> bool {
        self.packager.is_on_slate(SOURCE)
    }

    pub(super) fn size(&self) -> Option<(u32, u32)> {
        match &self.renditions[SOURCE.0].format {
            Some(Format::Video(avc)) => Some((avc.picture().width, avc.picture().height)),
            _ => None,
        }
    }

    /// Off air: the playlists end.
    pub(super) async fn end(mut self, studio: &Studio, disk: &mut Disk, now: Now) {
        self.packager.handle_input(now, Input::End);
        self.put_out(studio, disk).await;
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
                Output::Init { rendition, name, bytes } => {
                    let folder = self.name(rendition);
                    disk.write(folder, name, vec![bytes.clone()]);
                    origin.put(folder, name, vec![bytes]);
                }
                Output::Part { rendition, name, bytes } => {
                    origin.put(self.name(rendition), name, vec![bytes]);
                }
                Output::Segment { rendition, segment, chunks } => {
                    let folder = self.name(rendition);
                    let target = match self.renditions[rendition.0].master {
                        Master::Channel => SEGMENT.1,
                        Master::AudioOnly => SOUND_SEGMENT.1,
                    };
                    disk.write(folder, segment.name, chunks.clone());
                    origin.put(folder, segment.name, chunks);
                    let window = disk.close(folder, segment, target, studio.0.settings.window);
                    origin.show_window(folder, window);
                    closed = true;
                }
                Output::Playlist { rendition, playlist } => {
                    origin.show(self.name(rendition), playlist);
                }
                Output::Forget { rendition, name } => origin.forget(self.name(rendition), name),
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
                    let sound = Sound {
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
            let text = master(&variants, &beside, &[], &[]);
            for it in variants.iter_mut() {
                it.uri = it.uri.replace("live.m3u8", "dvr.m3u8");
            }
            for it in &mut beside {
                it.uri = it.uri.replace("live.m3u8", "dvr.m3u8");
            }
            let window = master(&variants, &beside, &[], &[]);
            studio.0.origin.show_masters(text, window);
        }
        if !alone.is_empty() {
            studio.0.origin.show_audio_master(audio_only_master(&alone));
        }
    }
}

/// What a child's tag is for the packager.
fn input(
    rendition: RenditionId,
    held: &mut Rendition,
    timeline: &mut Timeline,
    packager: &Packager,
    tag: &Tag,
) -> Option<Input> {
    let at = u64::from(tag.timestamp);
    let floor = packager.floor(rendition);
    match tag.kind {
        Kind::Video => match read_video_tag(tag.body.clone()).ok()? {
            VideoTag::Config(record) => {
                let avc = Avc::parse(record).ok()?;
                timeline.set_frame_rate(avc.picture().frame_rate);
                let format = Format::Video(avc);
                held.format = Some(format.clone());
                Some(Input::Format { rendition, format })
            }
            VideoTag::Frame { offset_ms, data, .. } => {
                let Some(Format::Video(avc)) = &held.format else { return None };
                let key = avc.is_key_frame(&data);
                let place = timeline.video(at, offset_ms, key, floor).ok()?;
                let sample = sample(data, place, key);
                Some(Input::Sample { rendition, sample, jump: place.jump })
            }
            _ => None,
        },
        Kind::Audio => match read_audio_tag(tag.body.clone()).ok()? {
            AudioTag::Config(config) => {
                let format = Format::Audio(Aac::parse(config).ok()?);
                held.format = Some(format.clone());
                Some(Input::Format { rendition, format })
            }
            AudioTag::Frame(data) => {
                let Some(Format::Audio(aac)) = &held.format else { return None };
                let (samples, rate) = (aac.frame_samples(), aac.sample_rate());
                let place = timeline.audio(at, samples, rate, floor).ok()?;
                let sample = sample(data, place, true);
                Some(Input::Sample { rendition, sample, jump: place.jump })
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

/// A picture that stands, made in advance; none where there is no ffmpeg, or it fails.
async fn still(
    ffmpeg: Option<&ffmpeg::Ffmpeg>,
    (width, height): (u32, u32),
    rate: Option<FrameRate>,
) -> Option<Slate> {
    let rate = rate.map_or((25, 1), FrameRate::fraction);
    let wanted = slate::Slate { still: None, width, height, rate };
    let tags = match slate::make(ffmpeg?, &wanted).await {
        Ok(tags) => tags,
        Err(error) => {
            tracing::warn!("The channel has no slate of {width}×{height}: {error}");
            return None;
        }
    };
    let mut format = None;
    let mut samples: Vec<Sample> = Vec::new();
    let mut timeline = Timeline::resume_at(0, SourceClock::Milliseconds, Tracks::Both);
    for tag in tags.iter().filter(|tag| tag.kind == Kind::Video) {
        match read_video_tag(tag.body.clone()).ok()? {
            VideoTag::Config(record) => {
                let avc = Avc::parse(record).ok()?;
                timeline.set_frame_rate(avc.picture().frame_rate);
                format = Some(avc);
            }
            VideoTag::Frame { offset_ms, data, .. } => {
                let key = format.as_ref()?.is_key_frame(&data);
                let place = timeline.video(u64::from(tag.timestamp), offset_ms, key, 0).ok()?;
                samples.push(sample(data, place, key));
            }
            _ => {}
        }
    }
    Some(Slate { format: Format::Video(format?), samples })
}
