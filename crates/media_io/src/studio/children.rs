//! The children of a channel, and which renditions each of their outputs is shown as.

use std::collections::BTreeSet;

use media::{RenditionId, SourceClock, Timeline};

use crate::ffmpeg::{Ffmpeg, Output, Report, Reports, Source, Supervision, Transcoder};

/// A child at work.
pub(super) struct Child {
    pub(super) transcoder: Transcoder,
    reports: Reports,
    pub(super) outputs: Vec<Made>,
    given_up: BTreeSet<usize>,
    /// Renditions that are shown as another of its outputs, since it makes none for them.
    orphans: Vec<(RenditionId, u32)>,
}

/// What a child makes.
pub(super) struct Made {
    output: Output,
    own: Option<RenditionId>,
    /// What it is shown as: its own rendition, and those that nothing else is made for.
    pub(super) shown_as: Vec<RenditionId>,
    pub(super) timeline: Timeline,
}

impl Child {
    /// Starts it, with the rendition of each output, where the channel stands at `position`. `orphans`
    /// are renditions of so many lines that it makes nothing for.
    pub(super) fn start(
        ffmpeg: Ffmpeg,
        source: Source,
        outputs: Vec<(Output, Option<RenditionId>)>,
        orphans: Vec<(RenditionId, u32)>,
        position: u64,
    ) -> Self {
        let asked = outputs.iter().map(|(output, _)| *output).collect();
        let (transcoder, reports) =
            Transcoder::start(ffmpeg, source, asked, Supervision::default());
        let made = |(output, own)| Made {
            output,
            own,
            shown_as: Vec::new(),
            timeline: Timeline::of_channel(position, SourceClock::Milliseconds),
        };
        let outputs = outputs.into_iter().map(made).collect();
        let given_up = BTreeSet::new();
        let mut child = Self { transcoder, reports, outputs, given_up, orphans };
        child.spread();
        child
    }

    /// What happens with it next.
    pub(super) async fn next_report(&mut self) -> Option<Report> {
        self.reports.next().await
    }

    /// An output is given up: who watches it is shown the next smaller one.
    pub(super) fn give_up(&mut self, output: usize) {
        self.given_up.insert(output);
        self.spread();
    }

    /// It is made again.
    pub(super) fn restore(&mut self, output: usize) {
        self.given_up.remove(&output);
        self.spread();
    }

    /// All that it is shown as.
    pub(super) fn renditions(&self) -> impl Iterator<Item = RenditionId> {
        self.outputs.iter().flat_map(|made| made.shown_as.iter().copied())
    }

    /// Bits a second that were asked of its first output.
    pub(super) fn asked_first(&self) -> u64 {
        match self.outputs.first().map(|made| made.output) {
            Some(
                Output::Video { kbits, .. } | Output::Aac { kbits, .. } | Output::Mp3 { kbits },
            ) => u64::from(kbits) * 1000,
            None => 0,
        }
    }

    fn spread(&mut self) {
        let mut homeless = self.orphans.clone();
        for (place, made) in self.outputs.iter_mut().enumerate() {
            made.shown_as.clear();
            let Some(own) = made.own else { continue };
            match (self.given_up.contains(&place), made.output.height()) {
                (true, Some(height)) => homeless.push((own, height)),
                (true, None) => {}
                (false, _) => made.shown_as.push(own),
            }
        }
        let kept = |place: usize| !self.given_up.contains(&place);
        let heights: Vec<(usize, u32)> = self
            .outputs
            .iter()
            .enumerate()
            .filter(|(place, _)| kept(*place))
            .filter_map(|(place, made)| Some((place, made.output.height()?)))
            .collect();
        for (rendition, height) in homeless {
            let smaller = heights.iter().filter(|(_, it)| *it <= height).max_by_key(|(_, it)| *it);
            let any = smaller.or_else(|| heights.iter().min_by_key(|(_, it)| *it));
            if let Some((place, _)) = any {
                self.outputs[*place].shown_as.push(rendition);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffmpeg::Mode;

    #[tokio::test]
    async fn who_watches_what_is_given_up_is_shown_the_next_smaller() {
        let source = Source { video: true, audio: false, mode: Mode::Beside };
        let outputs = [720, 480, 240].into_iter().enumerate();
        let outputs =
            outputs.map(|(id, height)| (Output::Video { height, kbits: 1 }, Some(RenditionId(id))));
        let orphans = vec![(RenditionId(9), 360)];
        let ffmpeg = Ffmpeg::find().unwrap();
        let mut child = Child::start(ffmpeg, source, outputs.collect(), orphans, 0);
        let check = |child: &Child, expected: [&[usize]; 3]| {
            for (made, expected) in child.outputs.iter().zip(expected) {
                let shown: Vec<usize> = made.shown_as.iter().map(|it| it.0).collect();
                assert_eq!(shown, expected);
            }
        };
        check(&child, [&[0], &[1], &[2, 9]]);
        child.give_up(0);
        check(&child, [&[], &[1, 0], &[2, 9]]);
        child.give_up(1);
        check(&child, [&[], &[], &[2, 9, 0, 1]]);
        child.restore(1);
        check(&child, [&[], &[1, 0], &[2, 9]]);
        child.restore(0);
        check(&child, [&[0], &[1], &[2, 9]]);
    }
}
