//! Which children a source needs, and what of them is shown.

use media::{FrameRate, RenditionId};

use super::super::Studio;
use super::super::children::Child;
use super::super::plan::{Ladder, Picture, Sound, Treatment};
use super::super::silence::Silence;
use super::super::sources::Surveyed;
use super::{Air, SOUND, SOURCE};
use crate::ffmpeg::{Ffmpeg, Mode, Output, Source};
use crate::tag::Tag;

/// Kilobits a second of sound in place of what cannot pass.
const SOUND_INSTEAD: u32 = 160;

impl Air {
    /// Arranges what the source needs: which children there are, and what of them is shown.
    pub(super) fn treat(
        &mut self,
        studio: &Studio,
        surveyed: &Surveyed<'_>,
        treatment: Treatment,
    ) -> Result<(), String> {
        let before = self.treatment.take();
        if before.map(|it| it.picture) != Some(treatment.picture) {
            // What it takes is free for what comes.
            (self.ladder, self.share) = (None, None);
            let planned = plan(studio, surveyed, treatment.picture)?;
            let left_out = planned.as_ref().and_then(|it| it.left_out.clone());
            studio.tell(|status| status.left_out = left_out);
            if let (Some(planned), Some(ffmpeg)) = (planned, &studio.0.settings.ffmpeg) {
                let mode = mode(treatment.picture, surveyed.frame);
                self.ladder = self.ladder_of(&planned, ffmpeg, mode);
                self.share = Some(planned.into_share());
            }
            if treatment.picture.is_transcoded() {
                // Its times are only carried to the child, as they are.
                self.timeline.set_frame_rate(None);
            }
            self.renditions[SOURCE.0].asked = match (treatment.picture, &self.ladder) {
                (Picture::Transcoded { .. }, Some(ladder)) => ladder.asked_first(),
                _ => 0,
            };
        }
        if before.map(|it| it.sound) != Some(treatment.sound)
            && let Some(ffmpeg) = &studio.0.settings.ffmpeg
        {
            self.silence = Silence::default();
            self.sounds = Some(self.sounds_of(ffmpeg, treatment.sound));
        }
        self.treatment = Some(treatment);
        Ok(())
    }

    /// Whether another treatment is to begin with this tag: a picture's with a key frame only.
    pub(super) fn is_to_be_treated(&self, treatment: Treatment, tag: &Tag, changed: bool) -> bool {
        let Some(now) = self.treatment else { return true };
        let otherwise = now.picture.is_transcoded() != treatment.picture.is_transcoded();
        now.sound != treatment.sound
            || (changed && now.picture != treatment.picture)
            || (tag.is_key_frame() && otherwise)
    }

    fn ladder_of(&self, planned: &Ladder, ffmpeg: &Ffmpeg, mode: Mode) -> Option<Child> {
        let of_height = |wanted: u32| {
            let smaller = self.renditions.iter().enumerate().skip(SOUND.0);
            let found = smaller.filter(|(_, it)| it.height == Some(wanted)).map(|(at, _)| at);
            found.map(RenditionId).next()
        };
        let mut outputs = Vec::new();
        for output in &planned.outputs {
            let rendition = match output.height() {
                _ if mode != Mode::Beside && outputs.is_empty() => Some(SOURCE),
                Some(height) => of_height(height),
                None => None,
            };
            // What the channel has no rendition for since it is on air is not made.
            if rendition.is_some() {
                outputs.push((*output, rendition));
            }
        }
        let made = |id: usize| outputs.iter().any(|(_, it)| *it == Some(RenditionId(id)));
        let orphans = self.renditions.iter().enumerate().skip(SOUND.0);
        let orphans = orphans.filter(|(id, _)| !made(*id));
        let orphans = orphans.filter_map(|(id, it)| Some((RenditionId(id), it.height?))).collect();
        let source = Source { video: true, audio: false, mode };
        let position = self.packager.position();
        (!outputs.is_empty())
            .then(|| Child::start(ffmpeg.clone(), source, outputs, orphans, position))
    }

    fn sounds_of(&self, ffmpeg: &Ffmpeg, sound: Sound) -> Child {
        let named = |name: &str| {
            let found = self.renditions.iter().position(|it| it.name.as_str() == name);
            found.map(RenditionId)
        };
        let mut outputs = vec![
            (Output::Aac { channels: 2, kbits: 96 }, named("audio-96k")),
            (Output::Aac { channels: 1, kbits: 48 }, named("audio-48k")),
            (Output::Mp3 { kbits: 128 }, None),
        ];
        if sound == Sound::Transcoded {
            outputs.push((Output::Aac { channels: 2, kbits: SOUND_INSTEAD }, Some(SOUND)));
        }
        let source = Source { video: false, audio: true, mode: Mode::Beside };
        Child::start(ffmpeg.clone(), source, outputs, Vec::new(), self.packager.position())
    }
}

fn mode(picture: Picture, frame: Option<(u32, u32)>) -> Mode {
    match picture {
        Picture::Untouched => Mode::Beside,
        Picture::Transcoded { even, deinterlace } => Mode::Instead { even, deinterlace, frame },
    }
}

/// What is to be made of a picture, and what it takes of the budget; nothing without ffmpeg.
pub(super) fn plan(
    studio: &Studio,
    surveyed: &Surveyed<'_>,
    picture: Picture,
) -> Result<Option<Ladder>, String> {
    let settings = &studio.0.settings;
    if settings.ffmpeg.is_none() {
        return Ok(None);
    }
    let (_, height) = surveyed.size_or_usual();
    let rate = surveyed.rate_as(picture).map(FrameRate::per_second);
    let rate = rate.or(surveyed.survey.frames_per_second().map(|rate| rate as f64));
    match picture.is_transcoded() {
        true => settings.budget.instead(height, rate).map(Some),
        false => Ok(Some(settings.budget.beside(height, rate))),
    }
}
