//! What is sent to a channel: films that were coded in advance, so that sending them costs nothing.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::Result;

use crate::bench::{Bench, printed};

/// A moving picture with a tone.
pub(in crate::bench) struct Film {
    file: PathBuf,
}

/// What a film is to be.
pub(in crate::bench) struct Look {
    pub(in crate::bench) size: (u32, u32),
    /// Of picture and sound together.
    pub(in crate::bench) kilobits: u32,
    pub(in crate::bench) seconds: u32,
}

impl Film {
    /// Codes it, unless an earlier run has.
    pub(in crate::bench) fn made(bench: &Bench, look: &Look) -> Result<Self> {
        let Look { size: (width, height), kilobits, seconds } = look;
        let folder = bench.folder.join("films");
        std::fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{height}-{kilobits}k-{seconds}s.flv"));
        if !file.exists() {
            let unfinished = file.with_extension("part");
            let picture = format!("testsrc2=size={width}x{height}:rate=25");
            let rate = format!("{}k", kilobits.saturating_sub(96).max(40));
            let mut ffmpeg = ffmpeg();
            ffmpeg.args(["-y", "-f", "lavfi", "-i", &picture]);
            ffmpeg.args(["-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000"]);
            ffmpeg.args(["-t", &seconds.to_string(), "-c:v", "libx264", "-preset", "veryfast"]);
            // As many bits in each second as a line to a studio carries, whatever the picture needs.
            ffmpeg.args([
                "-pix_fmt",
                "yuv420p",
                "-g",
                "50",
                "-x264-params",
                "nal-hrd=cbr:force-cfr=1",
            ]);
            ffmpeg.args(["-b:v", &rate, "-minrate", &rate, "-maxrate", &rate, "-bufsize", &rate]);
            ffmpeg.args(["-c:a", "aac", "-b:a", "96k", "-ac", "2", "-f", "flv"]).arg(&unfinished);
            printed(&mut ffmpeg)?;
            std::fs::rename(&unfinished, &file)?;
        }
        Ok(Self { file })
    }
}

/// An encoder, as far as a channel can tell.
pub(in crate::bench) struct Source(Child);

impl Source {
    /// Sends a film over and over, on the second core, at its own pace or so many times as fast.
    pub(in crate::bench) fn sends(film: &Film, to: &str, faster: Option<u32>) -> Result<Self> {
        let mut ffmpeg = Command::new("taskset");
        ffmpeg.args(["-c", "1", "ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin"]);
        match faster {
            None => ffmpeg.args(["-re", "-stream_loop", "-1"]),
            Some(times) => ffmpeg.args(["-readrate", &times.to_string()]),
        };
        ffmpeg.arg("-i").arg(&film.file).args(["-c", "copy", "-f", "flv", to]);
        Ok(Self(ffmpeg.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?))
    }

    /// Waits until all of it is sent.
    pub(in crate::bench) fn finish(mut self) -> Result<()> {
        self.0.wait()?;
        Ok(())
    }

    /// Its line is cut.
    pub(in crate::bench) fn stop(self) {}
}

impl Drop for Source {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-loglevel", "error", "-nostdin"]).stdin(Stdio::null());
    command
}
