//! `cargo xtask bench`: the figures that Tribune promises, each beside its target, and beside the
//! peer that was measured in the same run.

mod articles;
mod channel;
mod discussion;
mod files;
mod http;
mod meeting;
mod newsroom;
mod nginx;
mod pages;
mod process;
mod publishing;
mod report;
mod rounds;
pub(crate) mod soak;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use articles::Archive;
use process::{Program, Settings};
use report::{Report, Target};

/// How much is measured.
struct Size {
    articles: usize,
    samples: usize,
    publishes: usize,
    rounds: usize,
    round_secs: u32,
    keystrokes: usize,
    /// How often a story is opened, and the desk is looked at.
    openings: usize,
    /// How many pages down a section is read.
    depth: usize,
    /// How many comments stand under a story.
    comments: usize,
    /// How many write them: each of them no more than six in a minute.
    guests: usize,
    /// How many readers look on while others write, and how long.
    listeners: usize,
    live_secs: u32,
    /// How long a channel is watched, and by how many at once.
    channel_secs: u32,
    viewers: usize,
    /// How often the clock in the picture is read.
    glances: usize,
    /// How often somebody is let in to a meeting.
    joins: usize,
    /// The window that viewers can go back in is so many times shorter than two hours.
    shorter: u32,
}

const FULL: Size = Size {
    articles: 100_000,
    samples: 2000,
    publishes: 200,
    rounds: 5,
    round_secs: 8,
    keystrokes: 200,
    openings: 100,
    depth: 500,
    comments: 10_000,
    guests: 10_000,
    listeners: 5000,
    live_secs: 10,
    channel_secs: 20,
    viewers: 1000,
    glances: 500,
    joins: 40,
    shorter: 1,
};
const QUICK: Size = Size {
    articles: 3000,
    samples: 300,
    publishes: 40,
    rounds: 3,
    round_secs: 3,
    keystrokes: 60,
    openings: 30,
    depth: 40,
    comments: 2000,
    guests: 5000,
    listeners: 500,
    live_secs: 4,
    channel_secs: 8,
    viewers: 300,
    glances: 150,
    joins: 12,
    shorter: 12,
};
const SMALL_ARCHIVE: usize = 1000;

/// What can be measured by itself.
const PARTS: [&str; 7] =
    ["starting", "discussion", "channel", "meeting", "reading", "newsroom", "publishing"];

/// Measures everything or the parts that are named, prints a line for each figure, and writes
/// `target/bench/report.md`.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut size = FULL;
    let mut parts = Vec::new();
    for argument in arguments {
        match argument.as_str() {
            "--quick" => size = QUICK,
            part if PARTS.contains(&part) => parts.push(part),
            other => bail!("bench knows --quick, {}, and not `{other}`", PARTS.join(", ")),
        }
    }
    let wanted = |part| parts.is_empty() || parts.contains(&part);
    let bench = Bench::prepare()?;
    let mut report = Report::new(size.articles);

    if wanted("starting") || wanted("discussion") || wanted("channel") {
        let archive = Archive::generate(&bench.folder, SMALL_ARCHIVE)?;
        let data = bench.import(&archive, None)?;
        if wanted("starting") {
            cold_start(&bench, &data, &mut report)?;
        }
        if wanted("discussion") {
            discussion::measure(&bench, &data, &archive, &size, &mut report)?;
        }
        if wanted("channel") {
            channel::measure(&bench, &data, &size, &mut report)?;
        }
    }
    if wanted("meeting") {
        meeting::measure(&bench, &size, &mut report)?;
    }
    if wanted("reading") || wanted("newsroom") || wanted("publishing") {
        let archive = Archive::generate(&bench.folder, size.articles)?;
        let data = bench.import(&archive, Some(&mut report))?;
        if wanted("reading") {
            reading(&bench, &data, &archive, &size, &mut report)?;
        }
        if wanted("newsroom") {
            newsroom::measure(&bench, &data, archive.len(), &size, &mut report)?;
        }
        if wanted("publishing") {
            publishing::on_one_node(&bench, &data, &size, &mut report)?;
            publishing::on_two_nodes(&bench, &size, &mut report)?;
        }
    }

    report.write(&bench.folder.join("report.md"))?;
    Ok(ExitCode::SUCCESS)
}

/// What every measurement needs.
struct Bench {
    binary: PathBuf,
    folder: PathBuf,
}

impl Bench {
    fn prepare() -> Result<Self> {
        let root = crate::tidy::root()?;
        let binary = std::env::var_os("TRIBUNE_BIN")
            .map_or_else(|| root.join("target/release/tribune"), PathBuf::from);
        ensure!(binary.exists(), "{} is not there; `make build` makes it", binary.display());
        let folder = root.join("target/bench");
        std::fs::create_dir_all(&folder)?;
        Ok(Self { binary, folder })
    }

    /// A data folder that holds the archive, imported through the same commands as everything.
    fn import(&self, archive: &Archive, report: Option<&mut Report>) -> Result<PathBuf> {
        let data = self.folder.join(format!("data-{}", archive.len()));
        std::fs::remove_dir_all(&data).or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?;
        let began = Instant::now();
        let output = Command::new(&self.binary)
            .args(["import", "markdown"])
            .arg(archive.folder())
            .arg("--data")
            .arg(&data)
            .args(["--log", "warn"])
            .output()?;
        let seconds = began.elapsed().as_secs_f64();
        ensure!(
            output.status.success(),
            "the import failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        if let Some(report) = report {
            // The target is for 100,000; a smaller run is held to the same pace.
            let at_most = 300.0 * as_f64(archive.len()) / 100_000.0;
            let name = format!("import of {} articles", archive.len());
            report.add(&name, "s", seconds, Target::AtMost(at_most));
        }
        Ok(data)
    }
}

/// From nothing to the first page, the median of several.
fn cold_start(bench: &Bench, data: &Path, report: &mut Report) -> Result<()> {
    // Whatever is made on the first start is made.
    Program::start(bench, &Settings::alone(data))?.stop()?;
    let mut times = Vec::new();
    for _ in 0..9 {
        let began = Instant::now();
        let program = Program::start(bench, &Settings::alone(data))?;
        let answer = http::Client::connect(program.address())?.get("/")?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        ensure!(answer.status == 200, "the front page answered {}", answer.status);
        program.stop()?;
    }
    let name = format!("cold start to the first 200, {SMALL_ARCHIVE} articles");
    report.add(&name, "ms", percentile(&mut times, 50.0), Target::AtMost(300.0));
    Ok(())
}

/// Everything that readers feel, on a full archive.
fn reading(
    bench: &Bench,
    data: &Path,
    archive: &Archive,
    size: &Size,
    report: &mut Report,
) -> Result<()> {
    let program = Program::start(bench, &Settings::alone(data).on_core(0))?;
    program.wait_until_searchable(archive.len())?;
    program.stop()?;
    let program = Program::start(bench, &Settings::alone(data).on_core(0))?;
    let mut client = http::Client::connect(program.address())?;
    client.get("/health/ready")?;
    let resident = "resident memory";
    report.add(&format!("{resident}, idle"), "MiB", program.resident_mib()?, Target::AtMost(60.0));

    pages::uncached_articles(&mut client, archive, size, report)?;
    pages::deep_section(&mut client, archive, size, report)?;
    pages::searches(&mut client, archive, report)?;
    nginx::compare(bench, &program, archive, size, report)?;

    let after = format!("{resident}, after the load");
    report.add(&after, "MiB", program.resident_mib()?, Target::AtMost(150.0));
    program.stop()
}

/// The value below which `percent` of the times lie.
fn percentile(times: &mut [f64], percent: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let last = times.len().saturating_sub(1);
    let rank = (percent / 100.0 * as_f64(times.len())).ceil();
    // A rank is a small positive number.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let index = (rank as usize).saturating_sub(1).min(last);
    times.get(index).copied().unwrap_or(f64::NAN)
}

/// Counts here are far below where `f64` skips integers.
#[expect(clippy::cast_precision_loss)]
fn as_f64(count: usize) -> f64 {
    count as f64
}

/// Runs a command to its end and answers with what it printed.
fn printed(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?} could not be started"))?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    ensure!(
        output.status.success(),
        "{command:?} failed: {text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let mut times: Vec<f64> = (1..=100).rev().map(as_f64).collect();
        assert_eq!(percentile(&mut times, 50.0), 50.0);
        assert_eq!(percentile(&mut times, 99.0), 99.0);
        assert_eq!(percentile(&mut times, 100.0), 100.0);
        assert_eq!(percentile(&mut [7.0], 99.0), 7.0);
        assert!(percentile(&mut [], 99.0).is_nan());
    }
}
