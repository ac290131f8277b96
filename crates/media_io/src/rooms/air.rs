//! A meeting on air: what its room says is on air becomes a source of the channel, in the form of
//! enhanced RTMP (VP8 and Opus), which the channel transcodes as it would that of any encoder.

use std::time::Duration;

use base::MeetingId;
use sfu::Aired;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Rooms;
use crate::ingest::{Admitted, Ended, Refusal};
use crate::studio::Studio;
use crate::tag::Tag;

/// A meeting that is on air, until [`OnAir::run`] ends.
pub struct OnAir {
    rooms: Rooms,
    meeting: MeetingId,
    admitted: Admitted,
    began: Instant,
    airs: mpsc::Receiver<Aired>,
}

/// Puts an open meeting on air in a channel, in the main source's place.
///
/// # Errors
///
/// Where somebody else is on air there, or the channel has stopped, in a sentence.
pub async fn on_air(rooms: &Rooms, studio: &Studio, meeting: MeetingId) -> Result<OnAir, Refusal> {
    let admitted = studio.admit_meeting().await?;
    let began = Instant::now();
    let airs = rooms.air(meeting, began.into_std());
    Ok(OnAir { rooms: rooms.clone(), meeting, admitted, began, airs })
}

impl OnAir {
    /// Sends what is on air until `stop`, or until the channel takes no more. Gives its reason, if it
    /// has one; a channel that stops with the program has none.
    pub async fn run(mut self, stop: CancellationToken) -> Option<String> {
        let mut line = Line::default();
        let mut fill = interval(PACKET);
        fill.set_missed_tick_behavior(MissedTickBehavior::Skip);
        'on_air: loop {
            let tags = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                _ = self.admitted.ended_by_us() => break,
                Some(aired) = self.airs.recv() => line.tags(aired),
                _ = fill.tick() => line.silence(self.began.elapsed()),
            };
            for tag in tags {
                if self.admitted.send(tag).await.is_err() {
                    break 'on_air;
                }
            }
        }
        self.rooms.off_air(self.meeting);
        let why = self.admitted.reason();
        self.admitted.finish(Ended::Finished);
        why
    }
}

/// As long as browsers make a packet of sound.
const PACKET: Duration = Duration::from_millis(20);
/// Sound that is this late is not coming: a microphone is off.
const LATE: Duration = Duration::from_millis(400);
/// A packet of Opus with 20 ms of silence (RFC 6716 §3.1: CELT, full band, one frame).
const SILENCE: [u8; 3] = [0xF8, 0xFF, 0xFE];

/// What has been put on the line.
#[derive(Default)]
struct Line {
    described: bool,
    /// Where the sound ends.
    heard_until: Duration,
}

impl Line {
    /// What is sent for what is on air. Decoders are set up first.
    fn tags(&mut self, aired: Aired) -> Vec<Tag> {
        let mut tags = self.description();
        match aired {
            Aired::Sound { at, data } => {
                // What was filled with silence meanwhile has passed.
                if at + PACKET > self.heard_until {
                    tags.push(self.sound(at.max(self.heard_until), &data));
                }
            }
            Aired::Picture { at, key, data } => tags.push(Tag::vp8(at, key, &data)),
        }
        tags
    }

    /// Goes on with silence where no sound comes: without it the picture would wait.
    fn silence(&mut self, now: Duration) -> Vec<Tag> {
        let mut tags = Vec::new();
        while self.heard_until + LATE < now {
            if tags.is_empty() {
                tags = self.description();
            }
            // After a pause of the whole program there is no need to catch up with all of it.
            let at = self.heard_until.max(now.saturating_sub(2 * LATE));
            tags.push(self.sound(at, &SILENCE));
        }
        tags
    }

    fn sound(&mut self, at: Duration, data: &[u8]) -> Tag {
        self.heard_until = at + PACKET;
        Tag::opus(at, data)
    }

    fn description(&mut self) -> Vec<Tag> {
        if std::mem::replace(&mut self.described, true) {
            return Vec::new();
        }
        vec![Tag::vp8_header(), Tag::opus_header()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(ms: u64) -> Aired {
        Aired::Sound { at: Duration::from_millis(ms), data: vec![0xFC, 1].into() }
    }

    fn times(tags: &[Tag]) -> Vec<u32> {
        tags.iter().filter(|it| !it.is_header()).map(|it| it.timestamp).collect()
    }

    #[test]
    fn decoders_are_set_up_once_and_first() {
        let mut line = Line::default();
        let at = Duration::from_millis(7);
        let tags = line.tags(Aired::Picture { at, key: true, data: vec![0, 1] });
        assert_eq!(tags.iter().map(Tag::is_header).collect::<Vec<_>>(), [true, true, false]);
        assert!(tags[2].is_key_frame() && tags[2].body[..] == *b"\x91vp08\x00\x01");
        let tags = line.tags(Aired::Picture { at, key: false, data: vec![1] });
        assert!(tags.len() == 1 && !tags[0].is_key_frame());
        assert_eq!(line.tags(sound(10))[0].body[..], *b"\x91Opus\xFC\x01");
    }

    #[test]
    fn a_microphone_that_is_off_is_silence_and_nothing_goes_back() {
        let ms = Duration::from_millis;
        let mut line = Line::default();
        assert_eq!(times(&line.tags(sound(0))), [0]);
        assert_eq!(line.silence(ms(400)), []);
        assert_eq!(times(&line.silence(ms(460))), [20, 40]);
        assert_eq!(times(&line.tags(sound(30))), [0_u32; 0], "that was filled");
        assert_eq!(times(&line.tags(sound(50))), [60]);
        assert_eq!(times(&line.tags(sound(500))), [500]);
        let late = times(&line.silence(ms(60_000)));
        assert_eq!((late[0], late.len()), (59_200, 20), "not a minute at once: {late:?}");
    }
}
