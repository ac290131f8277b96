//! A running Tribune, and what it costs.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use signal_hook::consts::SIGTERM;

use super::{Bench, http::Client, printed};
use crate::postgres::send;

/// With which settings it runs.
#[derive(Clone)]
pub(super) struct Settings {
    data: PathBuf,
    database_url: Option<String>,
    storage: Option<PathBuf>,
    core: Option<usize>,
    /// Where a source is taken, if anywhere.
    rtmp: Option<u16>,
    /// Whether it finds an ffmpeg.
    ffmpeg: bool,
    flags: Vec<String>,
}

impl Settings {
    /// The default: everything in a folder.
    pub(super) fn alone(data: &Path) -> Self {
        let (data, flags) = (data.to_owned(), Vec::new());
        Self {
            data,
            database_url: None,
            storage: None,
            core: None,
            rtmp: None,
            ffmpeg: true,
            flags,
        }
    }

    /// One node of several, which share a database and their files.
    pub(super) fn node(data: &Path, database_url: &str, storage: &Path) -> Self {
        let database_url = Some(database_url.to_owned());
        Self { database_url, storage: Some(storage.to_owned()), ..Self::alone(data) }
    }

    pub(super) fn on_core(mut self, core: usize) -> Self {
        self.core = Some(core);
        self
    }

    /// With a channel that takes a source at this port.
    pub(super) fn with_rtmp(mut self, port: u16) -> Self {
        self.rtmp = Some(port);
        self
    }

    /// As on a machine that has no ffmpeg.
    pub(super) fn without_ffmpeg(mut self) -> Self {
        self.ffmpeg = false;
        self
    }

    /// With a setting as an operator gives it.
    pub(super) fn with(mut self, flag: &str, value: &str) -> Self {
        self.flags.extend([flag.to_owned(), value.to_owned()]);
        self
    }

    /// Runs one of the program's commands on the same data, and answers with what that prints.
    pub(super) fn run(&self, bench: &Bench, words: &[&str]) -> Result<String> {
        let mut command = Command::new(&bench.binary);
        command.args(words);
        self.apply(&mut command);
        printed(&mut command)
    }

    fn apply(&self, command: &mut Command) {
        command.arg("--data").arg(&self.data).args(["--log", "warn"]).args(&self.flags);
        if let Some(url) = &self.database_url {
            command.arg("--database-url").arg(url);
        }
        if let Some(folder) = &self.storage {
            command.arg("--storage-url").arg(format!("file://{}", folder.display()));
        }
    }
}

pub(super) struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    /// Starts it on a free port and returns when it says that it serves.
    pub(super) fn start(bench: &Bench, settings: &Settings) -> Result<Self> {
        let mut command = match settings.core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.arg("-c").arg(core.to_string()).arg(&bench.binary);
                command
            }
            None => Command::new(&bench.binary),
        };
        let rtmp = settings.rtmp.map_or("none".to_owned(), |port| format!("127.0.0.1:{port}"));
        command.arg("serve").args(["--listen", "127.0.0.1:0", "--rtmp-listen", &rtmp]);
        command.args(["--srt-listen", "none"]);
        settings.apply(&mut command);
        if !settings.ffmpeg {
            command.env("PATH", "");
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut words = String::new();
        let output = child.stdout.take().context("tribune has no output")?;
        let mut address = None;
        for line in BufReader::new(output).lines() {
            let line = line?;
            if let Some(place) = line.split("http://").nth(1) {
                address = place.trim_end_matches('/').parse().ok();
                break;
            }
            words.push_str(&line);
        }
        let Some(address) = address else {
            child.wait()?;
            anyhow::bail!("tribune ended without serving: {words}");
        };
        Ok(Self { child, address })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A client that may do everything.
    pub(super) fn editor(&self, bench: &Bench, settings: &Settings) -> Result<Client> {
        // A name of its own, for a data folder may have met us before.
        let name = format!("Bench {}", self.pid());
        let slug =
            settings.run(bench, &["person", "add", "--name", &name, "--role", "administrator"])?;
        let scopes = ["--scope", "read", "--scope", "write", "--scope", "publish"];
        let mut words = vec!["token", "add", "--person", &slug, "--name", "bench"];
        words.extend(scopes);
        let token = settings.run(bench, &words)?;
        Ok(Client::connect(self.address)?.with_token(&token))
    }

    /// Waits until the index has followed the record.
    pub(super) fn wait_until_searchable(&self, articles: usize) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(900);
        let mut client = Client::connect(self.address)?;
        loop {
            let metrics = client.get("/metrics")?.text();
            let found = metrics
                .lines()
                .find_map(|line| line.strip_prefix("tribune_search_articles "))
                .and_then(|count| count.parse::<usize>().ok())
                .context("the metrics do not count what can be found")?;
            if found >= articles {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "only {found} articles can be found");
            std::thread::park_timeout(Duration::from_millis(100));
        }
    }

    pub(super) fn resident_mib(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let kib: f64 = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"))
            .context("the system does not tell the resident memory")?
            .trim()
            .parse()?;
        Ok(kib / 1024.0)
    }

    /// Asks it to end and waits until it has.
    pub(super) fn stop(mut self) -> Result<()> {
        send(SIGTERM, self.pid());
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

/// The processor time that a process has used, user and system, in seconds.
pub(super) fn cpu_seconds(pid: u32) -> Result<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name stands in parentheses and may hold anything.
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok());
    let (user, system) = ticks(11).zip(ticks(12)).context("the system does not tell the time")?;
    Ok((user + system) / TICKS_PER_SECOND)
}
