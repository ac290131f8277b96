//! What is to be made of a source: pure decisions.

use std::sync::{Arc, Mutex};

use media::source::{Reason, Survey, Verdict};

use super::{lock, sentences};
use crate::ffmpeg::{self, Output};

/// Frames a second of one that does not say so.
const USUAL_RATE: f64 = 25.0;
/// The fewest frames a second that are made of a source that sends fewer or unevenly.
const EVEN_RATE_MIN: u32 = 25;

/// How a source reaches viewers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Treatment {
    pub(super) picture: Picture,
    pub(super) sound: Sound,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Picture {
    #[default]
    Untouched,
    /// What a child makes of it is shown in its place.
    Transcoded { even: Option<u32>, deinterlace: bool },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sound {
    #[default]
    Untouched,
    Transcoded,
    /// None comes, and viewers hear silence.
    Silence,
}

impl Picture {
    pub(super) fn is_transcoded(self) -> bool {
        self != Self::Untouched
    }
}

impl Treatment {
    pub(super) fn needs_ffmpeg(self) -> bool {
        self.picture.is_transcoded() || self.sound == Sound::Transcoded
    }

    /// What is to become of a source, as far as it has been seen; or why nothing can be made of it.
    pub(super) fn of(survey: &Survey) -> Result<(Self, Vec<Reason>), String> {
        let Verdict::Transcode(reasons) = survey.verdict() else {
            return Ok((Self::default(), Vec::new()));
        };
        let hopeless: Vec<Reason> = reasons
            .iter()
            .filter(|reason| match reason {
                Reason::VideoCodec(codec) | Reason::AudioCodec(codec) => !codec.can_be_transcoded(),
                Reason::NoVideo => true,
                _ => false,
            })
            .cloned()
            .collect();
        if !hopeless.is_empty() {
            return Err(sentences(&hopeless));
        }
        let mut it = Self::default();
        if reasons.iter().any(|reason| !reason.is_of_sound()) {
            let uneven = |reason: &Reason| match reason {
                Reason::Uneven(rate) | Reason::FewFrames(rate) => {
                    // Of what comes faster, no frame is left out.
                    let rate = u32::try_from(*rate).unwrap_or(EVEN_RATE_MIN);
                    Some(if rate <= EVEN_RATE_MIN { EVEN_RATE_MIN } else { 30 })
                }
                _ => None,
            };
            it.picture = Picture::Transcoded {
                even: reasons.iter().find_map(uneven),
                deinterlace: reasons.contains(&Reason::Interlaced),
            };
        }
        if reasons.contains(&Reason::NoAudio) {
            it.sound = Sound::Silence;
        } else if reasons.iter().any(Reason::is_of_sound) {
            it.sound = Sound::Transcoded;
        }
        Ok((it, reasons))
    }
}

/// The cores that children may take, of all channels of this node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Budget {
    /// In thousandths.
    all: u32,
    /// Held while something is taken or given back.
    taken: Arc<Mutex<u32>>,
}

/// A part of the budget, which is given back when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    cost: u32,
    of: Budget,
}

/// What children shall make of a picture.
#[derive(Debug)]
pub(super) struct Ladder {
    /// What is shown in the source's place, and what is smaller, the best first.
    pub(super) outputs: Vec<Output>,
    /// What there is no room for, in a sentence.
    pub(super) left_out: Option<String>,
    share: Share,
}

impl Budget {
    /// So many cores.
    #[must_use]
    pub fn of_cores(cores: f64) -> Self {
        let all = (cores * 1000.0).clamp(0.0, f64::from(u32::MAX)) as u32;
        Self { all, taken: Arc::default() }
    }

    /// All cores of this machine but half of one, which is left to the site.
    pub(super) fn usual() -> Self {
        let cores = std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64);
        Self::of_cores(cores - 0.5)
    }

    /// What is made of a picture of this height that is shown itself: from the smallest on, as many
    /// renditions as there is room for.
    pub(super) fn beside(&self, height: u32, rate: Option<f64>) -> Ladder {
        let rate = rate.unwrap_or(USUAL_RATE);
        let mut share = Share { cost: 0, of: self.clone() };
        let mut outputs = Vec::new();
        let mut missing = Vec::new();
        for output in ffmpeg::ladder(height).into_iter().rev() {
            if missing.is_empty() && share.grow(output.cost(rate)) {
                outputs.insert(0, output);
            } else {
                missing.insert(0, output);
            }
        }
        Ladder { left_out: self.sentence(&missing, rate), outputs, share }
    }

    /// What is made of a picture of this height that cannot be shown itself: the best that there is
    /// room for, and what is smaller, from the smallest on.
    ///
    /// # Errors
    ///
    /// Where there is no room, as a sentence for its producer.
    pub(super) fn instead(&self, height: u32, rate: Option<f64>) -> Result<Ladder, String> {
        let rate = rate.unwrap_or(USUAL_RATE);
        let all = ffmpeg::in_place_of(height);
        // What is shown alone should be worth showing; a small source is as small as it is.
        let worth = |output: &&Output| matches!(output, Output::Video { height: it, .. } if *it >= height.min(360));
        let mut share = Share { cost: 0, of: self.clone() };
        let top = all.iter().filter(worth).position(|output| share.grow(output.cost(rate)));
        let Some(top) = top else {
            let least = all.iter().filter(worth).map(|it| it.cost(rate)).min().unwrap_or_default();
            return Err(format!(
                "It would have to be transcoded whole, and this machine has no room for that: it \
                 takes {} cores, and {} of the {} that are for transcoding are free. Send as asked, \
                 or let more be used with --transcode-cores.",
                cores(least),
                cores(self.all.saturating_sub(*lock(&self.taken))),
                cores(self.all),
            ));
        };
        let mut outputs = vec![all[top]];
        let mut missing = all[..top].to_vec();
        let mut smaller = Vec::new();
        let mut full = false;
        for output in all[top + 1..].iter().rev() {
            full |= !share.grow(output.cost(rate));
            if full { missing.push(*output) } else { smaller.insert(0, *output) }
        }
        outputs.extend(smaller);
        Ok(Ladder { left_out: self.sentence(&missing, rate), outputs, share })
    }

    fn sentence(&self, missing: &[Output], rate: f64) -> Option<String> {
        if missing.is_empty() {
            return None;
        }
        let mut heights: Vec<u32> = missing.iter().filter_map(|it| it.height()).collect();
        heights.sort_unstable_by(|a, b| b.cmp(a));
        let lines = heights.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let more = missing.iter().map(|output| output.cost(rate)).sum();
        Some(format!(
            "There is no room for pictures of {lines} lines: they would take {} cores more, and {} \
             are for transcoding in all. Let more be used with --transcode-cores.",
            cores(more),
            cores(self.all),
        ))
    }
}

impl Ladder {
    /// Keeps what it takes of the budget for as long as this is held.
    pub(super) fn into_share(self) -> Share {
        self.share
    }
}

impl Share {
    /// Takes more, if there is so much.
    fn grow(&mut self, more: u32) -> bool {
        let mut taken = lock(&self.of.taken);
        let fits = taken.saturating_add(more) <= self.of.all;
        if fits {
            *taken += more;
            self.cost += more;
        }
        fits
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        *lock(&self.of.taken) -= self.cost;
    }
}

/// Thousandths as people write them, with one digit behind the point.
fn cores(thousandths: u32) -> String {
    let tenths = thousandths.div_ceil(100);
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        tenth => format!("{}.{tenth}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use media::Foreign;

    use super::*;

    fn heights(ladder: &Ladder) -> Vec<u32> {
        ladder.outputs.iter().filter_map(|output| output.height()).collect()
    }

    #[test]
    fn the_smallest_renditions_are_made_first() {
        let check = |cores, height, rate, expected: &[u32]| {
            let ladder = Budget::of_cores(cores).beside(height, rate);
            assert_eq!(heights(&ladder), expected, "{cores} cores, {height} lines");
            let all = ffmpeg::ladder(height).len();
            assert_eq!(ladder.left_out.is_some(), ladder.outputs.len() < all);
        };
        check(1.5, 1080, None, &[720, 480, 360, 240]);
        check(1.0, 1080, None, &[480, 360, 240]);
        check(0.2, 1080, None, &[240]);
        check(0.0, 1080, None, &[]);
        check(1.5, 1080, Some(60.0), &[360, 240]);
        check(1.5, 480, None, &[360, 240]);
        check(1.5, 200, None, &[]);
        let left_out = Budget::of_cores(0.4).beside(1080, None).left_out.unwrap();
        assert!(left_out.contains("of 720, 480 lines"), "{left_out}");
        assert!(left_out.contains("0.8 cores more, and 0.4 are"), "{left_out}");
    }

    #[test]
    fn in_place_of_a_source_comes_the_best_that_there_is_room_for() {
        let check = |cores, height, expected: &[u32]| {
            let ladder = Budget::of_cores(cores).instead(height, None).unwrap();
            assert_eq!(heights(&ladder), expected, "{cores} cores, {height} lines");
        };
        check(4.0, 1080, &[1080, 720, 480, 360, 240]);
        check(1.5, 1080, &[1080, 360, 240]);
        check(4.0, 2160, &[1080, 720, 480, 360, 240]);
        check(0.9, 1080, &[720, 360, 240]);
        check(0.3, 1080, &[480]);
        check(0.2, 180, &[180]);
        let why = Budget::of_cores(0.2).instead(1080, None).unwrap_err();
        assert!(why.contains("takes 0.3 cores, and 0.2 of the 0.2"), "{why}");
    }

    #[test]
    fn what_is_taken_is_given_back() {
        let budget = Budget::of_cores(1.2);
        let first = budget.beside(1080, None);
        let second = budget.clone().beside(1080, None);
        assert_eq!((first.outputs.len(), second.outputs.len()), (4, 0));
        drop(first.into_share());
        assert_eq!(budget.beside(1080, None).outputs.len(), 4);
    }

    #[test]
    fn picture_and_sound_are_treated_apart() {
        let mut survey = Survey::default();
        survey.foreign_video(Foreign("HEVC (H.265)"));
        let treatment = |survey: &Survey| Treatment::of(survey).map(|(it, _)| it);
        let whole = Picture::Transcoded { even: None, deinterlace: false };
        assert_eq!(treatment(&survey), Ok(Treatment { picture: whole, sound: Sound::Untouched }));
        survey.passed(0);
        survey.passed(4_000);
        assert_eq!(treatment(&survey), Ok(Treatment { picture: whole, sound: Sound::Silence }));
        survey.foreign_audio(Foreign("Opus"));
        assert_eq!(treatment(&survey), Ok(Treatment { picture: whole, sound: Sound::Transcoded }));
        survey.foreign_video(Foreign("VVC (H.266)"));
        assert!(treatment(&survey).unwrap_err().contains("VVC"));
        let mut deaf = Survey::default();
        deaf.foreign_audio(Foreign("Opus"));
        deaf.passed(0);
        deaf.passed(4_000);
        assert!(treatment(&deaf).unwrap_err().contains("No picture"));
    }
}
