//! Brings what is recorded to the file store.
//!
//! Closed segments are on the disk for as long as viewers can go back to them, and for as long again.
//! That is the spool: what waits is a list of names, made anew from the disk at the start, and a file
//! store that is away costs a recording nothing until its segments leave the disk. A segment counts as
//! recorded when the file store has it and the record says so, in this order.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base::{RecordingId, Timestamp};
use broadcast::recording::{self, Piece, Recording};
use bytes::Bytes;
use media::{MediaName, RenditionName, Segment};
use store::{FileError, Files};
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{Studio, lock};
use crate::poster;

/// How often it is looked whether a recording has begun or ended.
const LOOK: Duration = Duration::from_secs(1);
/// So many segments are noted together.
const AT_ONCE: usize = 8;
/// For so long a segment is remembered of which no recording is known: one may just begin.
const RECENT: Duration = Duration::from_secs(60);
/// A segment that is closed is on the disk within this, or never.
const WRITTEN_WITHIN: Duration = Duration::from_secs(15);
/// The file store has so long for one file.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest wait after it failed.
const BACK_OFF_MAX: Duration = Duration::from_secs(10);
/// A rendition that has given nothing for so long after a recording ended gives nothing more of it.
const LATE: Duration = Duration::from_secs(30);
/// How long what waits may take when the program stops.
const STOPS_WITHIN: Duration = Duration::from_secs(5);

/// What was closed and may have to be kept.
#[derive(Default)]
pub(super) struct Recorder {
    waiting: Mutex<BTreeMap<RenditionName, VecDeque<Segment>>>,
    more: Notify,
}

impl Recorder {
    /// Goes on with what an earlier run has left on the disk.
    pub(super) fn resume(segments: impl Iterator<Item = (RenditionName, Vec<Segment>)>) -> Self {
        let waiting = segments.map(|(name, all)| (name, all.into())).collect();
        Self { waiting: Mutex::new(waiting), more: Notify::new() }
    }

    /// A segment was closed, and is on its way to the disk.
    pub(super) fn closed(&self, rendition: &RenditionName, segment: &Segment) {
        let mut waiting = lock(&self.waiting);
        waiting.entry(rendition.clone()).or_default().push_back(segment.clone());
        drop(waiting);
        self.more.notify_one();
    }
}

/// Works until `stop`, and then brings what can be brought in a moment.
pub(super) async fn run(studio: Studio, files: Files, stop: CancellationToken) {
    let mut keeper = Keeper { studio, files, kept: BTreeMap::new(), inits: BTreeSet::new() };
    let mut failed = 0;
    loop {
        let pause = LOOK.saturating_mul(1 << u32::min(failed, 4)).min(BACK_OFF_MAX);
        let recorder = Arc::clone(&keeper.studio.0.recorder);
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = recorder.more.notified(), if failed == 0 => {}
            () = tokio::time::sleep(pause) => {}
        }
        match keeper.bring_all().await {
            Ok(()) if failed > 0 => {
                tracing::info!("The recording goes on: the file store takes it again.");
                keeper.studio.tell(|status| status.recorder = None);
                failed = 0;
            }
            Ok(()) => {}
            Err(why) => {
                if failed == 0 {
                    tracing::error!(
                        "The recording waits on the disk, and is brought to the file store later: {why}"
                    );
                }
                failed += 1;
                keeper.studio.tell(|status| status.recorder = Some(why));
            }
        }
    }
    if let Ok(Err(why)) = timeout(STOPS_WITHIN, keeper.bring_all()).await {
        tracing::warn!("The end of the recording is brought to the file store later: {why}");
    }
}

struct Keeper {
    studio: Studio,
    files: Files,
    /// Of each recording that is not whole, the newest segment of each rendition that is kept.
    kept: BTreeMap<RecordingId, BTreeMap<RenditionName, u64>>,
    /// Initialisations that the file store has.
    inits: BTreeSet<(RecordingId, RenditionName, MediaName)>,
}

/// What became of a segment.
enum Brought {
    Kept(Piece),
    /// It is not on the disk yet.
    Later,
    /// It never came to the disk.
    Lost,
}

impl Keeper {
    async fn bring_all(&mut self) -> Result<(), String> {
        let (store, channel) = (self.studio.0.store.clone(), self.studio.0.channel);
        let going = recording::unfinished(&store, channel).await.map_err(|it| it.to_string())?;
        for it in &going {
            if let Entry::Vacant(place) = self.kept.entry(it.id) {
                let kept = recording::newest_kept(&store, it.id).await;
                let kept = kept.map_err(|error| error.to_string())?;
                let kept = kept.into_iter().filter_map(|(name, newest)| {
                    Some((RenditionName::new(name).ok()?, u64::try_from(newest).ok()?))
                });
                place.insert(kept.collect());
            }
        }
        self.kept.retain(|id, _| going.iter().any(|it| it.id == *id));
        self.inits.retain(|(id, ..)| going.iter().any(|it| it.id == *id));
        self.let_go(&going);
        for it in &going {
            self.bring(it).await?;
        }
        Ok(())
    }

    /// Brings what there is of one recording.
    async fn bring(&mut self, of: &Recording) -> Result<(), String> {
        loop {
            let mut wanted = self.wanted(of);
            if wanted.is_empty() {
                break;
            }
            wanted.truncate(AT_ONCE);
            let (mut pieces, mut went) = (Vec::new(), Ok(()));
            let mut waits = false;
            for (name, segment) in wanted {
                let number = segment.sequence();
                match self.bring_one(of.id, &name, &segment).await {
                    Ok(Brought::Kept(piece)) => pieces.push((name, number, Some(piece))),
                    Ok(Brought::Lost) => {
                        tracing::error!("{name}/{} is missing in the recording.", segment.name);
                        pieces.push((name, number, None));
                    }
                    // Those behind it would leave it out.
                    Ok(Brought::Later) => waits = true,
                    Err(why) => went = Err(why),
                }
                if waits || went.is_err() {
                    break;
                }
            }
            self.note(of.id, pieces).await?;
            went?;
            if waits {
                return Ok(());
            }
        }
        match of.ended_at {
            Some(ended) if self.is_whole(ended) => self.finish(of).await,
            _ => Ok(()),
        }
    }

    async fn bring_one(
        &mut self,
        of: RecordingId,
        name: &RenditionName,
        segment: &Segment,
    ) -> Result<Brought, String> {
        let folder = self.studio.0.settings.folder.join(name.as_str());
        let missing = || {
            let age = self.studio.0.clock.now().since(segment.aired.plus(segment.duration()));
            if age < WRITTEN_WITHIN { Brought::Later } else { Brought::Lost }
        };
        let init = (of, name.clone(), segment.init);
        let mut files = vec![segment.name];
        if !self.inits.contains(&init) {
            files.insert(0, segment.init);
        }
        for file in files {
            let Ok(bytes) = tokio::fs::read(folder.join(file.to_string())).await else {
                return Ok(missing());
            };
            let key = recording::file_key(of, name.as_str(), &file.to_string());
            put(&self.files, &key, bytes.into()).await?;
        }
        self.inits.insert(init);
        Ok(Brought::Kept(piece(name, segment)))
    }

    async fn note(
        &mut self,
        of: RecordingId,
        pieces: Vec<(RenditionName, u64, Option<Piece>)>,
    ) -> Result<(), String> {
        let rows: Vec<Piece> = pieces.iter().filter_map(|(.., piece)| piece.clone()).collect();
        if !rows.is_empty() {
            let noted = async {
                let mut tx = self.studio.0.store.begin().await?;
                recording::keep(&mut tx, of, &rows).await?;
                Ok::<_, broadcast::BroadcastError>(tx.commit().await?)
            };
            noted.await.map_err(|error| error.to_string())?;
        }
        let kept = self.kept.entry(of).or_default();
        for (name, number, _) in pieces {
            kept.insert(name, number);
        }
        Ok(())
    }

    /// What of a recording is closed and not kept, the oldest first.
    fn wanted(&self, of: &Recording) -> Vec<(RenditionName, Segment)> {
        let waiting = lock(&self.studio.0.recorder.waiting);
        let kept = self.kept.get(&of.id);
        let mut wanted = Vec::new();
        for name in chosen(waiting.keys()) {
            let newest = kept.and_then(|kept| kept.get(name)).copied();
            let all = waiting.get(name).into_iter().flatten();
            let all = all
                .filter(|it| belongs(it, of) && newest.is_none_or(|newest| it.sequence() > newest));
            wanted.extend(all.map(|it| (name.clone(), it.clone())));
        }
        wanted.sort_by_key(|(_, it)| it.start);
        wanted
    }

    /// Forgets what no recording wants, and none that just begins will.
    fn let_go(&self, going: &[Recording]) {
        let now = self.studio.0.clock.now();
        let mut waiting = lock(&self.studio.0.recorder.waiting);
        let names: BTreeSet<RenditionName> = chosen(waiting.keys()).into_iter().cloned().collect();
        for (name, all) in waiting.iter_mut() {
            let recent = |it: &Segment| now.since(it.aired.plus(it.duration())) < RECENT;
            let wanted = |it: &Segment| {
                let waits = |of: &&Recording| {
                    let newest = self.kept.get(&of.id).and_then(|kept| kept.get(name));
                    belongs(it, of) && newest.is_none_or(|newest| it.sequence() > *newest)
                };
                names.contains(name) && going.iter().any(|of| waits(&of))
            };
            all.retain(|it| recent(it) || wanted(it));
        }
    }

    /// Whether nothing of what was on air before `ended` is to come.
    fn is_whole(&self, ended: Timestamp) -> bool {
        if !self.studio.status().on_air || self.studio.0.clock.now() > ended.plus(LATE) {
            return true;
        }
        let waiting = lock(&self.studio.0.recorder.waiting);
        let past = |name: &&RenditionName| {
            let newest = waiting.get(*name).and_then(VecDeque::back);
            newest.is_none_or(|it| it.aired.plus(it.duration()) >= ended)
        };
        chosen(waiting.keys()).iter().all(past)
    }

    async fn finish(&self, of: &Recording) -> Result<(), String> {
        let poster = match &self.studio.0.settings.ffmpeg {
            Some(ffmpeg) => {
                poster::of_recording(ffmpeg, &self.studio.0.store, &self.files, of).await
            }
            None => Ok(None),
        };
        let poster = poster.unwrap_or_else(|why| {
            tracing::warn!("There is no picture of the recording: {why}");
            None
        });
        let has_poster = poster.is_some();
        if let Some(picture) = poster {
            put(&self.files, &recording::poster_key(of.id), picture).await?;
        }
        let noted = async {
            let mut tx = self.studio.0.store.begin().await?;
            if has_poster {
                recording::has_poster(&mut tx, of.id).await?;
            }
            recording::kept(&mut tx, of.id, self.studio.0.clock.now()).await?;
            Ok::<_, broadcast::BroadcastError>(tx.commit().await?)
        };
        noted.await.map_err(|error| error.to_string())
    }
}

/// Which renditions are recorded: the largest picture, one for poor lines, the sound that belongs to
/// them, and one that is played alone.
fn chosen<'a>(all: impl Iterator<Item = &'a RenditionName>) -> Vec<&'a RenditionName> {
    let lines = |it: &RenditionName| {
        if it.as_str() == "source" {
            return Some(u32::MAX);
        }
        it.as_str().strip_suffix('p').and_then(|lines| lines.parse().ok())
    };
    let all: Vec<_> = all.collect();
    let largest = all.iter().copied().filter(|it| lines(it).is_some()).max_by_key(|it| lines(it));
    let small = all.iter().copied().filter(|it| Some(*it) != largest);
    let small = small.filter(|it| lines(it).is_some_and(|lines| lines <= 480));
    let small = small.max_by_key(|it| lines(it));
    let sounds = all.iter().copied().filter(|it| matches!(it.as_str(), "sound" | "audio-96k"));
    largest.into_iter().chain(small).chain(sounds).collect()
}

fn belongs(segment: &Segment, to: &Recording) -> bool {
    let ends = segment.aired.plus(segment.duration());
    ends > to.began_at && to.ended_at.is_none_or(|ended| segment.aired < ended)
}

fn piece(name: &RenditionName, segment: &Segment) -> Piece {
    let number = |it: u64| i64::try_from(it).unwrap_or(i64::MAX);
    Piece {
        rendition: name.to_string(),
        number: number(segment.sequence()),
        name: segment.name.to_string(),
        init: segment.init.to_string(),
        starts: number(segment.start),
        units: number(segment.units),
        clock: segment.clock.into(),
        aired_at: segment.aired,
        discontinuities: segment.discontinuities.into(),
        bytes: number(segment.bytes),
    }
}

async fn put(files: &Files, key: &str, bytes: Bytes) -> Result<(), String> {
    let failed = |error: FileError| error.to_string();
    let put = timeout(PATIENCE, files.put(key, bytes)).await;
    put.map_err(|_| format!("The file store did not answer within {PATIENCE:?}."))?.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_picture_is_recorded_one_for_poor_lines_and_both_sorts_of_sound() {
        let check = |all: &[&str], expected: &[&str]| {
            let all: Vec<_> = all.iter().map(|name| RenditionName::new(*name).unwrap()).collect();
            let chosen: Vec<_> =
                chosen(all.iter()).into_iter().map(RenditionName::as_str).collect();
            assert_eq!(chosen, expected);
        };
        check(
            &["1080p", "240p", "360p", "480p", "720p", "audio-48k", "audio-96k", "sound", "source"],
            &["source", "480p", "audio-96k", "sound"],
        );
        check(&["audio", "sound", "source"], &["source", "sound"]);
        check(&["720p", "360p", "sound"], &["720p", "360p", "sound"]);
        check(&["480p"], &["480p"]);
        check(&[], &[]);
    }
}
