//! Captions: those inside of the pictures are declared, and those that are written become segments
//! of text, each beside one of the pictures.

use std::time::Duration;

use base::Timestamp;
use broadcast::captions::{Caption, CaptionSettings, language_name};
use bytes::Bytes;
use media::playlist::{Captions, Subtitles};
use media::time::CHANNEL_CLOCK;
use media::webvtt::{self, Cue};
use media::{CaptionService, CaptionWatch, Dvr, MediaKind, MediaName, RenditionName, Segment};

use super::disk::Disk;
use super::{Studio, lock};

/// The captions of a channel while it is on air.
#[derive(Default)]
pub(super) struct Captioning {
    watch: CaptionWatch,
    settings: CaptionSettings,
    texts: Vec<Text>,
}

/// What is written in one language.
struct Text {
    name: RenditionName,
    language: String,
    /// What players see of it; the window to go back in is the disk's.
    live: Dvr,
    /// Has yet to come.
    waiting: Vec<Caption>,
    /// Is shown, and may go on.
    shown: Vec<Cue>,
}

impl Captioning {
    /// Takes what was found in a picture that is shown at `shown`, on any clock.
    pub(super) fn picture(&mut self, shown: i64, triplets: Vec<[u8; 3]>) {
        self.watch.picture(shown, triplets);
    }

    /// A segment of the pictures was closed: text goes with it. `live` is how far the live playlists
    /// reach, and its target duration in seconds.
    pub(super) fn closed(
        &mut self,
        studio: &Studio,
        disk: &mut Disk,
        pictures: (&RenditionName, &Segment),
        (target, live): (u32, Duration),
    ) {
        let (source, segment) = pictures;
        let desk = &mut *lock(&studio.0.desk);
        self.settings.clone_from(&desk.captions);
        let before = disk.discontinuities(source).saturating_sub(segment.discontinuities.into());
        for language in &self.settings.languages {
            if self.texts.iter().any(|text| text.language == *language) {
                continue;
            }
            let name = format!("text-{}", language.to_ascii_lowercase());
            let Ok(name) = RenditionName::new(name) else { continue };
            studio.0.origin.add(&name);
            let live = disk.goes_on(&name, segment, before, (target, live));
            let language = language.clone();
            self.texts.push(Text { name, language, live, waiting: vec![], shown: vec![] });
        }
        for caption in desk.written.drain(..) {
            let of = |text: &&mut Text| text.language.eq_ignore_ascii_case(&caption.language);
            if let Some(text) = self.texts.iter_mut().find(of) {
                text.waiting.push(caption);
            }
        }
        for text in &mut self.texts {
            text.close(studio, disk, segment, target);
        }
    }

    /// What the master says of the captions inside of the pictures.
    pub(super) fn declared(&self, site_language: &str) -> Vec<Captions> {
        let language = match self.settings.source_language.as_str() {
            "" => site_language,
            language => language,
        };
        let told = |(index, service): (usize, CaptionService)| {
            let instream_id = service.to_string();
            // Of the others nobody has said in which language they are.
            match index {
                0 => Captions {
                    name: language_name(language).to_owned(),
                    language: language.to_owned(),
                    instream_id,
                },
                _ => Captions { name: instream_id.clone(), language: String::new(), instream_id },
            }
        };
        self.watch.seen().into_iter().enumerate().map(told).collect()
    }

    /// What the master says of the captions that are written.
    pub(super) fn offered(&self) -> Vec<Subtitles> {
        let on = |text: &&Text| self.settings.languages.contains(&text.language);
        let told = |text: &Text| Subtitles {
            uri: format!("{}/live.m3u8", text.name),
            name: language_name(&text.language).to_owned(),
            language: text.language.clone(),
        };
        self.texts.iter().filter(on).map(told).collect()
    }

    /// Off air: the playlists end.
    pub(super) fn end(&mut self, studio: &Studio) {
        for text in &mut self.texts {
            text.live.end();
            studio.0.origin.show(&text.name, text.live.playlist());
        }
    }
}

impl Text {
    fn close(&mut self, studio: &Studio, disk: &mut Disk, pictures: &Segment, target: u32) {
        let cues = self.cues_of(pictures);
        let bytes = webvtt::segment(pictures.start, &cues);
        let name = MediaName { kind: MediaKind::Text, ..pictures.name };
        let size = bytes.len() as u64;
        let segment = Segment { name, init: name, bytes: size, ..pictures.clone() };
        let origin = &studio.0.origin;
        let chunks: Vec<Bytes> = vec![bytes];
        disk.write(&self.name, name, chunks.clone());
        origin.put(&self.name, name, &chunks);
        let window = disk.close(&self.name, segment.clone(), target, studio.0.settings.window);
        origin.show_window(&self.name, &window);
        for gone in self.live.push(segment) {
            // It is on the disk.
            origin.forget(&self.name, gone.name);
        }
        origin.show(&self.name, self.live.playlist());
    }

    /// What is shown in a segment. A caption whose pictures are out is shown with these.
    fn cues_of(&mut self, segment: &Segment) -> Vec<Cue> {
        let end = segment.start + ticks(segment.duration());
        self.shown.retain(|cue| cue.end > segment.start);
        let mut to_come = Vec::new();
        for caption in self.waiting.drain(..) {
            let cue = cue(&caption, segment);
            if cue.start < end {
                self.shown.push(cue);
            } else {
                to_come.push(caption);
            }
        }
        self.waiting = to_come;
        self.shown.sort_by_key(|cue| (cue.start, cue.id));
        self.shown.clone()
    }
}

/// A caption on the channel's clock, as a segment tells it.
fn cue(caption: &Caption, segment: &Segment) -> Cue {
    let at = |instant: Timestamp| {
        let ahead = ticks(instant.since(segment.aired));
        let behind = ticks(segment.aired.since(instant));
        (segment.start + ahead).saturating_sub(behind)
    };
    let lasts = ticks(caption.ends_at.since(caption.starts_at));
    let (start, end) = (at(caption.starts_at), at(caption.ends_at));
    let late = end <= segment.start;
    let start = if late { segment.start } else { start };
    let id = u64::try_from(caption.number).unwrap_or(0);
    Cue { id, start, end: start + lasts.max(1), text: caption.text.clone() }
}

fn ticks(time: Duration) -> u64 {
    let ticks = time.as_nanos() * u128::from(CHANNEL_CLOCK) / 1_000_000_000;
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = CHANNEL_CLOCK as u64;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_micros(1_790_000_000_000_000 + millis * 1000)
    }

    /// Segment `number` of two seconds, on air from its own time on.
    fn segment(number: u64) -> Segment {
        let name = MediaName { kind: MediaKind::Segment, run: 1, number };
        Segment {
            name,
            init: name,
            start: number * 2 * SECOND,
            units: 2 * SECOND,
            clock: CHANNEL_CLOCK,
            aired: at(2000 * i64::try_from(number).unwrap()),
            discontinuities: 0,
            bytes: 0,
        }
    }

    fn caption(number: i64, from: i64, to: i64) -> Caption {
        let (starts_at, ends_at) = (at(from), at(to));
        Caption { number, language: "en".into(), text: format!("{number}"), starts_at, ends_at }
    }

    fn text() -> Text {
        let name = RenditionName::new("text-en").unwrap();
        let live = Dvr::new(4, Duration::from_secs(30));
        Text { name, language: "en".into(), live, waiting: vec![], shown: vec![] }
    }

    /// The numbers of what is shown in a segment, from when to when, in milliseconds.
    fn shown(text: &mut Text, number: u64) -> Vec<(u64, u64, u64)> {
        let cues = text.cues_of(&segment(number));
        cues.iter().map(|cue| (cue.id, cue.start / 90, cue.end / 90)).collect()
    }

    #[test]
    fn a_caption_is_in_every_segment_that_it_spans_with_the_same_times() {
        let mut text = text();
        text.waiting.push(caption(1, 5_000, 9_000));
        assert_eq!(shown(&mut text, 1), []);
        for number in [2, 3, 4] {
            assert_eq!(shown(&mut text, number), [(1, 5_000, 9_000)], "{number}");
        }
        assert_eq!(shown(&mut text, 5), []);
    }

    #[test]
    fn what_comes_late_is_shown_with_the_pictures_that_come() {
        let mut text = text();
        // Its pictures are partly out, and quite.
        text.waiting.extend([caption(1, 7_000, 9_000), caption(2, 1_000, 4_000)]);
        assert_eq!(shown(&mut text, 4), [(1, 7_000, 9_000), (2, 8_000, 11_000)]);
        assert_eq!(shown(&mut text, 5), [(2, 8_000, 11_000)]);
        assert_eq!(shown(&mut text, 6), []);
    }

    #[test]
    fn what_comes_early_waits() {
        let mut text = text();
        text.waiting.extend([caption(2, 600_000, 602_000), caption(1, 2_000, 2_500)]);
        assert_eq!(shown(&mut text, 1), [(1, 2_000, 2_500)]);
        assert_eq!(text.waiting.len(), 1);
        assert_eq!(shown(&mut text, 300), [(2, 600_000, 602_000)]);
    }
}
