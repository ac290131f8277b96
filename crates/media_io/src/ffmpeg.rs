//! A supervised ffmpeg child, which gets a stream and gives renditions of it.

mod arguments;
mod child;
mod clock;
mod matroska;
mod pace;
mod queue;
mod supervisor;

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub(crate) use self::child::run_to_the_end;
use self::queue::Feed;
use crate::tag::Tag;

/// The programs that a child is started with, found on this machine.
#[derive(Clone, Debug)]
pub struct Ffmpeg {
    program: PathBuf,
    setpriv: PathBuf,
    prlimit: PathBuf,
}

impl Ffmpeg {
    /// Looks for `ffmpeg`, and for `setpriv` and `prlimit` of util-linux, in the folders of `PATH`.
    ///
    /// # Errors
    ///
    /// Where one of them is missing, with the words for the operator.
    pub fn find() -> Result<Self, NotInstalled> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let find = |name: &'static str, package| {
            std::env::split_paths(&path)
                .filter(|folder| folder.is_absolute())
                .map(|folder| folder.join(name))
                .find(|program| program.is_file())
                .ok_or(NotInstalled { name, package })
        };
        Ok(Self {
            program: find("ffmpeg", "ffmpeg")?,
            setpriv: find("setpriv", "util-linux")?,
            prlimit: find("prlimit", "util-linux")?,
        })
    }

    /// Uses another program in ffmpeg's place, which must understand its arguments.
    #[must_use]
    pub fn with_program(self, program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), ..self }
    }
}

/// A program that is not on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} is not installed; on Debian, install the package {package}")]
pub struct NotInstalled {
    name: &'static str,
    package: &'static str,
}

/// What the child is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Whether pictures are fed. Without, video tags are passed over.
    pub video: bool,
    /// Whether sound is fed. Without, audio tags are passed over.
    pub audio: bool,
    /// Where renditions have their key frames.
    pub mode: Mode,
}

/// Why there is a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The source itself is shown, too: each rendition has its key frames exactly where the source
    /// has them.
    Beside,
    /// The source cannot be shown as it is: each rendition has a key frame every two seconds.
    Instead {
        /// So many frames a second are made of one whose frames come unevenly or too rarely.
        even: Option<u32>,
        /// Whether it is pictures of two fields.
        deinterlace: bool,
        /// The frame, across and down, that pictures of any size are put into; without it their size
        /// is taken for one that stays.
        frame: Option<(u32, u32)>,
    },
}

/// One rendition, on a pipe of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// H.264 without sound, as tags.
    Video {
        /// In pixels; the width follows. A source that is smaller is not made larger.
        height: u32,
        /// On average.
        kbits: u32,
    },
    /// AAC-LC at 48 kHz, as tags.
    Aac {
        /// 1 or 2.
        channels: u8,
        /// On average.
        kbits: u32,
    },
    /// MP3 at 44.1 kHz in stereo, as bare frames.
    Mp3 {
        /// Each second.
        kbits: u32,
    },
}

impl Output {
    fn is_video(self) -> bool {
        matches!(self, Self::Video { .. })
    }

    /// The most lines of a picture.
    #[must_use]
    pub fn height(self) -> Option<u32> {
        if let Self::Video { height, .. } = self { Some(height) } else { None }
    }

    /// What it costs beside others, in thousandths of a core, where so many frames come a second.
    #[must_use]
    pub fn cost(self, frames_per_second: f64) -> u32 {
        let Self::Video { height, .. } = self else { return SOUND_COST };
        let (_, _, cost) = rung(height);
        (f64::from(cost) * frames_per_second / 25.0).round() as u32
    }
}

/// Lines, kilobits a second, and thousandths of a core at 25 frames a second, its part of decoding
/// included, as measured.
const RUNGS: [(u32, u32, u32); 5] =
    [(1080, 4500, 1040), (720, 2500, 460), (480, 1200, 280), (360, 700, 220), (240, 300, 160)];
const SOUND_COST: u32 = 20;

/// The lowest rung that is not below so many lines.
fn rung(height: u32) -> (u32, u32, u32) {
    let above = RUNGS.into_iter().rev().find(|(lines, _, _)| *lines >= height);
    above.unwrap_or(RUNGS[0])
}

/// The usual renditions below a source's height, the best first.
#[must_use]
pub fn ladder(source_height: u32) -> Vec<Output> {
    RUNGS[1..]
        .iter()
        .filter(|(height, _, _)| *height < source_height)
        .map(|(height, kbits, _)| Output::Video { height: *height, kbits: *kbits })
        .collect()
}

/// What can be shown in place of a source of this height, the best first.
pub(crate) fn in_place_of(source_height: u32) -> Vec<Output> {
    let height = source_height.min(RUNGS[0].0);
    let (_, kbits, _) = rung(height);
    let mut all = ladder(height);
    all.insert(0, Output::Video { height, kbits });
    all
}

/// What a child may cost, and when it is replaced.
#[derive(Clone, Copy, Debug)]
pub struct Supervision {
    /// Bytes of address space, beyond which it fails.
    pub memory_max: u64,
    /// How long it may give nothing while it is fed.
    pub stall: Duration,
    /// Until it is started again after it failed; twice as long after each further failure.
    pub back_off: Duration,
    /// The longest such wait.
    pub back_off_max: Duration,
    /// How long it must have run for its failures to be forgotten.
    pub steady_after: Duration,
    /// For how many seconds it may be too slow until a rendition is given up.
    pub patience: u32,
    /// For how long it must keep up until what was given up is tried again; twice as long each time
    /// that it is given up again.
    pub calm: Duration,
    /// The longest such time.
    pub calm_max: Duration,
}

impl Default for Supervision {
    fn default() -> Self {
        Self {
            memory_max: 4 << 30,
            stall: Duration::from_secs(5),
            back_off: Duration::from_millis(500),
            back_off_max: Duration::from_secs(30),
            steady_after: Duration::from_secs(60),
            patience: 6,
            calm: Duration::from_secs(60),
            calm_max: Duration::from_secs(1800),
        }
    }
}

/// Feeds a child. Dropping it lets the child finish what it was given.
#[derive(Debug)]
pub struct Transcoder {
    feed: Feed,
}

impl Transcoder {
    /// Starts a child as soon as it is fed something that can be begun with, and again whenever it
    /// stops. Outputs are named by their place in the list.
    ///
    /// Pictures and sound are best given to a child each: sound is cheap, and goes on when pictures
    /// are too much.
    #[must_use]
    pub fn start(
        ffmpeg: Ffmpeg,
        source: Source,
        outputs: Vec<Output>,
        supervision: Supervision,
    ) -> (Self, Reports) {
        let (feed, fed) = queue::pair(source);
        let (sender, reports) = mpsc::channel(REPORTS_WAITING);
        let supervisor = supervisor::Supervisor::new(ffmpeg, source, outputs, supervision, sender);
        let task = tokio::spawn(supervisor.run(fed));
        (Self { feed }, Reports { reports, task })
    }

    /// Gives it a tag, and never waits: what a child cannot take in time is left out, up to the next
    /// key frame.
    pub fn feed(&mut self, tag: &Tag) {
        self.feed.push(tag);
    }
}

/// What becomes of a child, in its order. Dropping it ends the child at once.
#[derive(Debug)]
pub struct Reports {
    reports: mpsc::Receiver<Report>,
    task: JoinHandle<()>,
}

impl Reports {
    /// What happens next; `None` once all that was fed has been dealt with. A child waits for who
    /// does not ask, and after [`Supervision::stall`] looks as if it gave nothing.
    pub async fn next(&mut self) -> Option<Report> {
        self.reports.recv().await
    }
}

impl Drop for Reports {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What happens with a child.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// It runs.
    Started {
        /// It gives these outputs.
        outputs: Vec<usize>,
        /// The time of the first tag that it is given.
        from: u32,
    },
    /// A tag of an output, on the source's clock.
    Tag {
        /// Which.
        output: usize,
        /// Its first tags set up a decoder anew.
        tag: Tag,
    },
    /// Bytes of an output that has no tags.
    Bytes {
        /// Which.
        output: usize,
        /// Cut anywhere.
        bytes: Bytes,
    },
    /// How fast it is: seconds of the stream that it deals with in each second of the stream.
    Speed(f64),
    /// It could not keep up, and goes on without this output.
    Shed(usize),
    /// It has kept up for a while, and makes this output again.
    Restored(usize),
    /// It cannot keep up, and there is nothing to go on without.
    Behind,
    /// So many tags were left out, because it was too slow.
    Skipped(u64),
    /// It is gone, and comes again.
    Stopped {
        /// A sentence for the operator.
        why: String,
        /// After this, with the next key frame.
        again_in: Duration,
    },
}

const REPORTS_WAITING: usize = 256;
