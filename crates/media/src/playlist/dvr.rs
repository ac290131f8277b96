//! The window that viewers can go back in, as a playlist of its own.

use std::sync::Arc;
use std::time::Duration;

use super::{List, ListSettings, Playlist, Segment};

/// Closed segments of the last hours. It has no parts, so it plays everywhere, and a reload costs
/// what is new.
#[derive(Clone, Debug)]
pub struct Dvr {
    list: List,
    playlist: Arc<Playlist>,
}

impl Dvr {
    /// What viewers can go back, unless the site says otherwise.
    pub const WINDOW: Duration = Duration::from_hours(2);

    /// An empty window. `target_seconds` is that of the rendition.
    pub fn new(target_seconds: u32, window: Duration) -> Self {
        let settings = ListSettings { target_seconds, window };
        let list = List::new(settings);
        let playlist = Arc::new(list.render(None, &[]));
        Self { list, playlist }
    }

    /// Goes on with the segments that the caller still has, oldest first. Those that do not follow
    /// each other by their sequence numbers are left out, together with all before them.
    /// `discontinuities` is [`Dvr::discontinuities`] as it was when the first of them was the first.
    pub fn resume(
        target_seconds: u32,
        window: Duration,
        segments: &[Segment],
        discontinuities: u64,
    ) -> Self {
        let mut dvr = Self::new(target_seconds, window);
        let (before, whole) = super::whole(segments);
        let next = segments.last().map_or(0, |last| last.sequence() + 1);
        dvr.list.resume(whole.to_vec(), discontinuities + before, next);
        dvr.playlist = Arc::new(dvr.list.render(None, &[]));
        dvr
    }

    /// Adds what the packager has closed. Gives back the segments that left the window; they are to
    /// be kept for as long as the window is, for those who have the older playlist (§6.2.2).
    pub fn push(&mut self, segment: Segment) -> Vec<Segment> {
        let left = self.list.push(segment);
        self.playlist = Arc::new(self.list.render(None, &[]));
        left
    }

    /// Nothing will follow.
    pub fn end(&mut self) {
        self.list.end();
        self.playlist = Arc::new(self.list.render(None, &[]));
    }

    /// The playlist as it is.
    pub fn playlist(&self) -> Arc<Playlist> {
        Arc::clone(&self.playlist)
    }

    /// The number of the segment that has to come next; any will do where there is none yet.
    pub fn next_sequence(&self) -> u64 {
        self.list.sequence()
    }

    /// Discontinuities before whatever comes next, for [`Dvr::resume`] of another that begins there.
    pub fn all_discontinuities(&self) -> u64 {
        self.list.all_discontinuities()
    }

    /// Discontinuities that have left at the beginning, to be kept for [`Dvr::resume`].
    pub fn discontinuities(&self) -> u64 {
        self.list.discontinuities()
    }
}
