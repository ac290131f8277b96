//! The channel: what it costs to take a broadcast in and to serve it, and how near viewers are to the
//! present. nginx stands beside it, with its RTMP module and with the same files.

mod carrying;
mod glass;
mod serving;
mod source;
mod viewers;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::http::Client;
use super::process::{Program, Settings};
use super::report::Report;
use super::{Bench, Size, printed};
use crate::postgres::free_port;
pub(super) use source::{Film, Look, Source};
pub(super) use viewers::Audience;

pub(super) fn measure(bench: &Bench, data: &Path, size: &Size, report: &mut Report) -> Result<()> {
    let studio = Studio::open(bench, data)?;
    carrying::measure(&studio, size, report)?;
    serving::beside_nginx(&studio, size, report)?;
    viewers::measure(&studio, size, report)?;
    glass::to_glass(&studio, size, report)
}

/// A site that has a key for its channel.
pub(super) struct Studio<'a> {
    bench: &'a Bench,
    settings: Settings,
    key: String,
    rtmp: u16,
}

/// A site on air.
pub(super) struct OnAir {
    pub(super) program: Program,
    pub(super) source: Source,
}

impl<'a> Studio<'a> {
    pub(super) fn open(bench: &'a Bench, data: &Path) -> Result<Self> {
        let rtmp = free_port()?;
        // Children get the other core, of which the program on its own one knows nothing.
        let settings = Settings::alone(data).with_rtmp(rtmp).with("--transcode-cores", "4");
        let key = settings.run(bench, &["stream-key", "add", "--name", "Bench"])?;
        Ok(Self { bench, settings, key, rtmp })
    }

    /// Where a source sends to.
    pub(super) fn ingest(&self) -> String {
        format!("rtmp://127.0.0.1:{}/live/{}", self.rtmp, self.key)
    }

    /// Shows a film, with the program on one core and all else on the other, as soon as viewers are
    /// offered so many pictures.
    pub(super) fn shows(&self, film: &Film, pictures: usize) -> Result<OnAir> {
        let program = Program::start(self.bench, &self.settings.clone().on_core(0))?;
        let source = Source::sends(film, &self.ingest(), None)?;
        let mut client = Client::connect(program.address())?;
        until("the channel is on air", || {
            Ok((pictures_of(&mut client)?.len() == pictures).then_some(()))
        })?;
        // What makes the smaller pictures inherits the program's core, and would be measured with it.
        for child in printed_lines(&["pgrep", "-P", &program.pid().to_string()])? {
            printed_lines(&["taskset", "-a", "-p", "-c", "1", &child])?;
        }
        Ok(OnAir { program, source })
    }
}

impl OnAir {
    pub(super) fn stop(self) -> Result<()> {
        self.source.stop();
        self.program.stop()
    }
}

/// The folders of the renditions with a picture, the largest first.
pub(super) fn pictures_of(client: &mut Client) -> Result<Vec<String>> {
    let master = client.get("/channels/main/master.m3u8")?;
    let text = if master.status == 200 { master.text() } else { String::new() };
    let folder = |line: &str| line.strip_suffix("/live.m3u8").map(str::to_owned);
    Ok(text.lines().filter_map(folder).collect())
}

/// Asks again and again until there is an answer.
fn until<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        ensure!(Instant::now() < deadline, "it did not come to it that {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn printed_lines(words: &[&str]) -> Result<Vec<String>> {
    let (program, arguments) = words.split_first().context("no command")?;
    let text = printed(std::process::Command::new(program).args(arguments))?;
    Ok(text.lines().map(str::to_owned).collect())
}
