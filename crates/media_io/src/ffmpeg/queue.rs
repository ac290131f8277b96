//! What waits to be fed to a child.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};

use tokio::sync::mpsc;

use super::Source;
use crate::tag::{Kind, Tag};

/// Both ends of the queue.
pub(super) fn pair(source: Source) -> (Feed, Fed) {
    let (sender, tags) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared::default());
    let feed =
        Feed { tags: sender, shared: Arc::clone(&shared), source, skipping: false, last: None };
    (feed, Fed { tags, shared })
}

/// The end that is fed, which never waits.
#[derive(Debug)]
pub(super) struct Feed {
    tags: mpsc::UnboundedSender<Tag>,
    shared: Arc<Shared>,
    source: Source,
    /// Until the next key frame.
    skipping: bool,
    last: Option<u32>,
}

/// The end that feeds the child.
#[derive(Debug)]
pub(super) struct Fed {
    tags: mpsc::UnboundedReceiver<Tag>,
    pub(super) shared: Arc<Shared>,
}

/// Counts that both ends keep without a lock.
#[derive(Debug, Default)]
pub(super) struct Shared {
    bytes: AtomicUsize,
    offered_ms: AtomicI64,
    skipped: AtomicU64,
}

impl Feed {
    pub(super) fn push(&mut self, tag: &Tag) {
        let wanted = match tag.kind {
            Kind::Audio => self.source.audio,
            Kind::Video => self.source.video,
            Kind::Script => false,
        };
        if !wanted {
            return;
        }
        self.count_time(tag);
        let size = cost(tag);
        let full = self.shared.bytes.load(Ordering::Relaxed) + size > BYTES_MAX;
        // Headers are small, and nothing is decoded without them.
        if !tag.is_header() {
            if full {
                self.skipping = true;
            } else if self.skipping && (tag.is_key_frame() || !self.source.video) {
                self.skipping = false;
            }
            if self.skipping {
                self.shared.skipped.fetch_add(1, Ordering::Relaxed);
                return;
            }
        } else if self.shared.bytes.load(Ordering::Relaxed) + size > 2 * BYTES_MAX {
            return;
        }
        self.shared.bytes.fetch_add(size, Ordering::Relaxed);
        // It is closed only when nobody wants what a child gives.
        let _ = self.tags.send(tag.clone());
    }

    /// Counts the time of the kind that leads, so that sound and picture do not count twice.
    fn count_time(&mut self, tag: &Tag) {
        let leads = if self.source.video { Kind::Video } else { Kind::Audio };
        if tag.kind != leads {
            return;
        }
        let step = self.last.map_or(0, |last| tag.timestamp.wrapping_sub(last).cast_signed());
        self.last = Some(tag.timestamp);
        if (0..STEP_MAX).contains(&step) {
            self.shared.offered_ms.fetch_add(i64::from(step), Ordering::Relaxed);
        }
    }
}

impl Fed {
    /// The next tag; `None` when no more is fed.
    pub(super) async fn next(&mut self) -> Option<Tag> {
        let tag = self.tags.recv().await?;
        self.shared.bytes.fetch_sub(cost(&tag), Ordering::Relaxed);
        Some(tag)
    }

    /// The next tag, if one is waiting.
    pub(super) fn waiting(&mut self) -> Option<Tag> {
        let tag = self.tags.try_recv().ok()?;
        self.shared.bytes.fetch_sub(cost(&tag), Ordering::Relaxed);
        Some(tag)
    }
}

impl Shared {
    /// How many milliseconds of stream have been fed, ever.
    pub(super) fn offered_ms(&self) -> i64 {
        self.offered_ms.load(Ordering::Relaxed)
    }

    /// How many tags were left out since this was last asked.
    pub(super) fn take_skipped(&self) -> u64 {
        self.skipped.swap(0, Ordering::Relaxed)
    }
}

fn cost(tag: &Tag) -> usize {
    tag.body.len() + size_of::<Tag>()
}

/// Some ten seconds of a good picture.
const BYTES_MAX: usize = 16 << 20;
/// What is longer is a jump, and not so much stream.
const STEP_MAX: i32 = 10_000;

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::ffmpeg::Mode;

    fn frame(timestamp: u32, first: u8, len: usize) -> Tag {
        let mut body = vec![0; len];
        body[0] = first;
        body[1] = 1;
        Tag { kind: Kind::Video, timestamp, body: body.into() }
    }

    #[tokio::test]
    async fn what_does_not_fit_is_left_out_up_to_a_key_frame() {
        let source = Source { video: true, audio: false, mode: Mode::Beside };
        let (mut feed, mut fed) = pair(source);
        let big = BYTES_MAX / 2 - 1000;
        feed.push(&frame(0, 0x17, big));
        feed.push(&frame(40, 0x27, big));
        feed.push(&frame(80, 0x27, big));
        assert_eq!(fed.next().await.unwrap().timestamp, 0);
        // There is room again, and the frame before this one is missing.
        feed.push(&frame(120, 0x27, 100));
        feed.push(&Tag { kind: Kind::Video, timestamp: 130, body: Bytes::from_static(&[0x17, 0]) });
        feed.push(&frame(160, 0x17, 100));
        feed.push(&frame(200, 0x27, 100));
        drop(feed);
        let mut times = Vec::new();
        while let Some(tag) = fed.next().await {
            times.push(tag.timestamp);
        }
        assert_eq!(times, [40, 130, 160, 200]);
        assert_eq!((fed.shared.take_skipped(), fed.shared.take_skipped()), (2, 0));
        assert_eq!(fed.shared.offered_ms(), 200);
    }

    #[tokio::test]
    async fn only_what_the_source_is_said_to_have_is_fed() {
        let source = Source { video: false, audio: true, mode: Mode::Beside };
        let (mut feed, mut fed) = pair(source);
        feed.push(&frame(0, 0x17, 10));
        feed.push(&Tag { kind: Kind::Script, timestamp: 0, body: Bytes::from_static(b"x") });
        let sound = Tag { kind: Kind::Audio, timestamp: 9, body: Bytes::from_static(&[0xAF, 1]) };
        feed.push(&sound);
        drop(feed);
        assert_eq!((fed.next().await, fed.next().await), (Some(sound), None));
    }
}
