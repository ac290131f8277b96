//! A meeting's media: what forwarding costs beside the VideoRoom of Janus, with the same peers in turns,
//! and what a full meeting takes and adds to each packet's way.
//!
//! The server has a core, the peers the other. Janus has one event loop, its better setting, and does not
//! estimate the bandwidth of those who receive; ours does. Janus takes no address of the loopback
//! interface, so each server and its peers have a network of their own, with one address that nobody else
//! reaches. How soon one is seen who comes in, `e2e/bench/meeting.bench.ts` measures, for only a browser
//! knows what it has drawn.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use signal_hook::consts::SIGTERM;

use super::newsroom::in_browsers;
use super::report::{Report, Target};
use super::rounds::Rounds;
use super::{Bench, Size, percentile, printed};
use crate::postgres::send;

/// One camera to so many.
const RECEIVERS: u32 = 50;
/// A full meeting.
const SEATS: u32 = 25;

pub(super) fn measure(bench: &Bench, size: &Size, report: &mut Report) -> Result<()> {
    let load = build()?;
    let seconds = size.round_secs;
    let rounds = Rounds::run(
        size.rounds,
        || Server::ours(&load)?.call("tribune", RECEIVERS, seconds),
        || Server::janus(&load, &bench.folder)?.call("janus", RECEIVERS, seconds),
    )?;
    let suite = rounds.same(|it| &it.suite)?;
    let name = format!("1 Mbit/s to {RECEIVERS}, {suite}");
    let cpu = rounds.median(|it| it.cpu_seconds_per_million);
    report.compare(&format!("{name}: CPU"), "s/M", cpu, Target::RatioAtMost(0.6));
    let delay = rounds.median(|it| it.delay_ms_p99);
    report.compare(&format!("{name}: delay p99"), "ms", delay, Target::None);

    let mut full = Vec::new();
    for _ in 0..size.rounds {
        full.push(Server::ours(&load)?.meet(SEATS, seconds)?);
    }
    let median =
        |of: fn(&Figures) -> f64| percentile(&mut full.iter().map(of).collect::<Vec<_>>(), 50.0);
    let name = format!("{SEATS} cameras in three sizes to {SEATS} seats");
    report.add(&format!("{name}: cores"), "", median(|it| it.cores), Target::AtMost(1.0));
    let delay = median(|it| it.delay_ms_p99);
    report.add(&format!("{name}: delay p99"), "ms", delay, Target::AtMost(5.0));
    let each = median(|it| it.mb_per_peer);
    report.add(&format!("{name}: memory of a seat"), "MB", each, Target::AtMost(1.0));
    joining(bench, size, report)
}

/// From a chair's press of “Let in” to what the two see of each other, and to the steps on the way.
fn joining(bench: &Bench, size: &Size, report: &mut Report) -> Result<()> {
    let file = bench.folder.join("meeting.json");
    in_browsers(bench, "meeting.bench.ts", &json!({ "figures": file, "joins": size.joins }))?;
    let figures: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
    let seconds = |name: &str, percent| {
        let times = figures[name].as_array().with_context(|| format!("no {name}"))?;
        let mut times: Vec<f64> = times.iter().filter_map(Value::as_f64).collect();
        anyhow::Ok(percentile(&mut times, percent) / 1000.0)
    };
    for (name, whom) in [("sees", "of who is in"), ("isSeen", "of who comes in")] {
        let label = format!("let in, sealed, to the first frame {whom}, p95");
        report.add(&label, "s", seconds(name, 95.0)?, Target::AtMost(0.6));
    }
    for (name, what) in [
        ("keys", "to the keys"),
        ("offer", "to the offer"),
        ("answer", "to its answer"),
        ("connected", "to the connection"),
    ] {
        let label = format!("let in, sealed, {what}, median");
        report.add(&label, "s", seconds(name, 50.0)?, Target::None);
    }
    Ok(())
}

struct Figures {
    suite: String,
    cores: f64,
    cpu_seconds_per_million: f64,
    delay_ms_p99: f64,
    mb_per_peer: f64,
}

/// The peers, and the rooms without the rest of the program.
fn build() -> Result<PathBuf> {
    let root = crate::tidy::root()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let example = ["build", "--release", "--locked", "-p", "media_io", "--example", "meeting_load"];
    let built = Command::new(cargo).args(example).current_dir(&root).status()?;
    ensure!(built.success(), "the peers of a meeting could not be built");
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    Ok(root.join(target).join("release/examples/meeting_load"))
}

/// A server on the first core, until it is dropped.
struct Server<'a> {
    load: &'a Path,
    child: Child,
    network: Network,
}

const SIGNALLING: &str = "192.0.2.1:8088";
const MEDIA: &str = "192.0.2.1:8089";

impl<'a> Server<'a> {
    fn ours(load: &'a Path) -> Result<Self> {
        let network = Network::make()?;
        let mut command = network.command(FIRST_CORE);
        command.arg(load).args(["serve", SIGNALLING, MEDIA]);
        let child = command.stdin(Stdio::null()).spawn()?;
        Ok(Self { load, child, network })
    }

    fn janus(load: &'a Path, folder: &Path) -> Result<Self> {
        let folder = folder.join("janus");
        std::fs::create_dir_all(&folder)?;
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text);
        write(
            "janus.jcfg",
            &format!(
                "general: {{ configs_folder = \"{}\"; debug_level = 2; session_timeout = 0; event_loops = 1 }}\n\
                 plugins: {{ disable = \"{}\" }}\ntransports: {{ disable = \"{}\" }}\n",
                folder.display(),
                OTHER_PLUGINS,
                OTHER_TRANSPORTS,
            ),
        )?;
        let http = "general: { http = true; port = 8088; ip = \"192.0.2.1\"; https = false }\n";
        write("janus.transport.http.jcfg", http)?;
        write("janus.plugin.videoroom.jcfg", "general: {}\n")?;
        let network = Network::make()?;
        let mut command = network.command(FIRST_CORE);
        command.args(["janus", "-F"]).arg(&folder).stdout(File::create(folder.join("log"))?);
        let child = command.stdin(Stdio::null()).spawn()?;
        Ok(Self { load, child, network })
    }

    /// One sends to so many others.
    fn call(&self, kind: &str, receivers: u32, seconds: u32) -> Result<Figures> {
        self.figures(&["call", kind], receivers, seconds)
    }

    /// So many seats send to each other.
    fn meet(&self, seats: u32, seconds: u32) -> Result<Figures> {
        self.figures(&["meet"], seats, seconds)
    }

    fn figures(&self, words: &[&str], peers: u32, seconds: u32) -> Result<Figures> {
        let line = printed(self.network.command(SECOND_CORE).arg(self.load).args(words).args([
            SIGNALLING.to_owned(),
            self.child.id().to_string(),
            peers.to_string(),
            seconds.to_string(),
        ]))?;
        let figures: Value =
            serde_json::from_str(&line).with_context(|| format!("not JSON: {line}"))?;
        let number =
            |name: &str| figures[name].as_f64().with_context(|| format!("no {name}: {line}"));
        ensure!(number("of_due")? > 0.98, "not everybody saw everything: {line}");
        ensure!(number("generator_cores")? < 0.8, "the peers are too busy to measure by: {line}");
        Ok(Figures {
            suite: figures["suite"].as_str().unwrap_or_default().to_owned(),
            cores: number("cores")?,
            cpu_seconds_per_million: number("cpu_seconds_per_million")?,
            delay_ms_p99: number("delay_ms_p99")?,
            mb_per_peer: number("kib_per_peer")? * 1024.0 / 1e6,
        })
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        send(SIGTERM, self.child.id());
        self.child.wait().ok();
    }
}

/// A network of its own with the address 192.0.2.1, until it is dropped.
struct Network {
    holder: Child,
}

impl Network {
    fn make() -> Result<Self> {
        const MAKE: &str = "ip link set lo up
            ip link add here type veth peer name there
            ip address add 192.0.2.1/32 dev here
            ip link set here up
            ip link set there up
            echo made
            exec cat";
        let mut holder = Command::new("unshare")
            .args(["--map-root-user", "--net", "sh", "-ec", MAKE])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("unshare (util-linux) is not here")?;
        let mut line = String::new();
        let stdout = holder.stdout.take().context("a pipe was asked for")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let network = Self { holder };
        ensure!(
            line == "made\n",
            "a meeting is measured in a network of its own, and none can be made here: allow user \
             namespaces, or run as root"
        );
        Ok(network)
    }

    /// Runs in it, on one core.
    fn command(&self, core: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--preserve-credentials", "--user", "--net", "--target"]);
        command.arg(self.holder.id().to_string()).args(["taskset", "-c", core]);
        command
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        send(SIGTERM, self.holder.id());
        self.holder.wait().ok();
    }
}

const FIRST_CORE: &str = "0";
const SECOND_CORE: &str = "1";

const OTHER_PLUGINS: &str = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,\
    libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,\
    libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so";
const OTHER_TRANSPORTS: &str = "libjanus_websockets.so,libjanus_rabbitmq.so,libjanus_mqtt.so,\
    libjanus_nanomsg.so,libjanus_pfunix.so";
