//! The slates of a channel: made beside what runs it, and kept on the disk.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use base::PhotoId;
use bytes::{Bytes, BytesMut};
use media::{
    Avc, Format, FrameRate, RenditionId, Sample, Slate, SourceClock, Timeline, Tracks, VideoTag,
    read_video_tag,
};
use publish::photo;
use store::{Files, Store};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::ffmpeg::Ffmpeg;
use crate::tag::{Kind, Tag};
use crate::{flv, slate};

/// Beside the renditions' folders, whose names have no dot.
const FOLDER: &str = "slates.d";
/// Files that are kept: those of some sizes and stills before.
const KEPT: usize = 40;
/// Another number when slates are made in another way.
const MADE_AS: u32 = 1;

/// A rendition that wants a slate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) rendition: RenditionId,
    pub(super) size: (u32, u32),
    pub(super) rate: Option<FrameRate>,
}

/// A photo of the photo desk that the slate shows.
#[derive(Clone)]
pub(super) struct Still {
    pub(super) photo: PhotoId,
    pub(super) store: Store,
    pub(super) files: Files,
}

/// Slates on their way. Dropping it lets go of those that have not come.
#[derive(Debug)]
pub(super) struct Slates {
    made: mpsc::Receiver<(RenditionId, Slate)>,
    task: JoinHandle<()>,
}

impl Slates {
    /// Has these slates made, the first ones first.
    pub(super) fn make(
        ffmpeg: Option<Ffmpeg>,
        channel: &Path,
        still: Option<Still>,
        wanted: Vec<Wanted>,
    ) -> Self {
        let (sender, made) = mpsc::channel(1);
        let folder = channel.join(FOLDER);
        let task = tokio::spawn(async move {
            let Some(ffmpeg) = ffmpeg else { return };
            let still = match still {
                Some(still) => still.bytes().await,
                None => None,
            };
            for it in wanted {
                if let Some(slate) = of(&ffmpeg, &folder, still.clone(), it).await
                    && sender.send((it.rendition, slate)).await.is_err()
                {
                    return;
                }
            }
            tidy(&folder).await;
        });
        Self { made, task }
    }

    /// The next that is made; waits for ever where none is.
    pub(super) async fn next(&mut self) -> (RenditionId, Slate) {
        match self.made.recv().await {
            Some(made) => made,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Slates {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Still {
    /// The photo as a JPEG of a size for screens; none where it is not rendered yet, or gone.
    async fn bytes(&self) -> Option<Bytes> {
        const WIDTH: i64 = 1920;
        let all = photo::renditions(&self.store, &[self.photo]).await;
        let all =
            all.inspect_err(|error| tracing::warn!("The slate's photo is not known: {error}"));
        let mut all = all.ok()?;
        all.retain(|it| it.media_type == "image/jpeg");
        let newest = all.iter().map(|it| it.edition).max()?;
        let best = all.iter().filter(|it| it.edition == newest).min_by_key(|it| {
            // A crop has another shape, and a width that no whole one has.
            (!it.name.starts_with('w'), it.width.abs_diff(WIDTH))
        })?;
        let bytes = self.files.get(&best.key()).await;
        bytes.inspect_err(|error| tracing::warn!("The slate's photo cannot be read: {error}")).ok()
    }
}

async fn of(ffmpeg: &Ffmpeg, folder: &Path, still: Option<Bytes>, wanted: Wanted) -> Option<Slate> {
    let (width, height) = wanted.size;
    let rate = wanted.rate.map_or((25, 1), FrameRate::fraction);
    let path = folder.join(name(still.as_deref(), wanted.size, rate));
    if let Ok(kept) = tokio::fs::read(&path).await
        && let Some(slate) = read(&kept)
    {
        return Some(slate);
    }
    let tags = match slate::make(ffmpeg, &slate::Slate { still, width, height, rate }).await {
        Ok(tags) => tags,
        Err(error) => {
            tracing::warn!("The channel has no slate of {width}×{height}: {error}");
            return None;
        }
    };
    let mut bytes = BytesMut::from(&flv::header(false, true)[..]);
    for tag in tags.iter().filter(|tag| tag.kind == Kind::Video) {
        flv::write(tag, &mut bytes);
    }
    if let Err(error) = keep(&path, &bytes).await {
        tracing::warn!("A slate cannot be kept, and is made anew next time: {error}");
    }
    read(&bytes)
}

/// What a slate depends on, as a file's name.
fn name(
    still: Option<&[u8]>,
    (width, height): (u32, u32),
    (frames, seconds): (u32, u32),
) -> String {
    let mut hasher = DefaultHasher::new();
    still.hash(&mut hasher);
    let still = hasher.finish();
    format!("{MADE_AS}-{width}x{height}-{frames}-{seconds}-{still:016x}.flv")
}

async fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let new = path.with_extension("new");
    tokio::fs::write(&new, bytes).await?;
    tokio::fs::rename(&new, path).await
}

/// Removes the oldest, if there are too many.
async fn tidy(folder: &Path) {
    let mut all: Vec<(std::time::SystemTime, PathBuf)> = Vec::new();
    let Ok(mut entries) = tokio::fs::read_dir(folder).await else { return };
    while let Ok(Some(entry)) = entries.next_entry().await {
        if let Ok(about) = entry.metadata().await
            && let Ok(at) = about.modified()
        {
            all.push((at, entry.path()));
        }
    }
    all.sort();
    let too_many = all.len().saturating_sub(KEPT);
    for (_, path) in all.into_iter().take(too_many) {
        let _ = tokio::fs::remove_file(path).await;
    }
}

/// A slate from the tags of its picture; none of what was cut off or is another's.
fn read(bytes: &[u8]) -> Option<Slate> {
    let mut reader = flv::Reader::new();
    reader.push(bytes);
    let mut format = None;
    let mut samples: Vec<Sample> = Vec::new();
    let mut timeline = Timeline::resume_at(0, SourceClock::Milliseconds, Tracks::Both);
    while let Some(Tag { timestamp, body, .. }) = reader.next_tag().ok()? {
        match read_video_tag(body).ok()? {
            VideoTag::Config(record) => {
                let avc = Avc::parse(record).ok()?;
                timeline.set_frame_rate(avc.picture().frame_rate);
                format = Some(avc);
            }
            VideoTag::Frame { offset_ms, data, .. } => {
                let key = format.as_ref()?.is_key_frame(&data);
                let place = timeline.video(u64::from(timestamp), offset_ms, key, 0).ok()?;
                let media::Place { dts, offset, duration, .. } = place;
                samples.push(Sample { data, dts, offset, duration, key });
            }
            _ => {}
        }
    }
    if samples.is_empty() {
        return None;
    }
    Some(Slate { format: Format::Video(format?), samples })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(size: (u32, u32)) -> Wanted {
        Wanted { rendition: RenditionId(0), size, rate: FrameRate::new(25, 1) }
    }

    #[tokio::test]
    async fn a_slate_is_made_once_and_then_read_from_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let ffmpeg = Ffmpeg::find().unwrap();
        let make = |ffmpeg: &Ffmpeg, size| {
            Slates::make(Some(ffmpeg.clone()), folder.path(), None, vec![wanted(size)])
        };
        let (rendition, first) = make(&ffmpeg, (320, 180)).next().await;
        assert_eq!((rendition, first.samples.len()), (RenditionId(0), 50));
        assert!(first.samples[0].key && first.samples.iter().all(|it| it.duration == 3_600));
        // There is no program that could make it again.
        let broken = ffmpeg.with_program("/nowhere/ffmpeg");
        let (_, second) = make(&broken, (320, 180)).next().await;
        assert_eq!(second.samples, first.samples);
    }

    #[test]
    fn a_still_of_other_bytes_is_another_slate() {
        let of = |still| name(still, (320, 180), (25, 1));
        assert_ne!(of(None), of(Some(b"a")));
        assert_ne!(of(Some(b"b")), of(Some(b"a")));
        assert_eq!(of(Some(b"a")), of(Some(b"a")));
    }

    #[test]
    fn what_was_cut_off_is_no_slate() {
        assert!(read(b"").is_none());
        assert!(read(&flv::header(false, true)).is_none());
    }
}
