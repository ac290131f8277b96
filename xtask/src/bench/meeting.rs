//! A meeting's media: what forwarding costs beside the VideoRoom of Janus, with the same peers in turns,
//! and what a full meeting adds to each packet's way.
//!
//! The server has a core, the peers the other. Janus has one event loop, its better setting, and does not
//! estimate the bandwidth of those who receive; ours does.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use signal_hook::consts::SIGTERM;

use super::report::{Report, Target};
use super::rounds::Rounds;
use super::{Bench, Size, printed};
use crate::postgres::{free_port, send};

/// One camera to so many.
const RECEIVERS: u32 = 50;
/// A full meeting, with one who sends.
const SEATS: u32 = 24;

pub(super) fn measure(bench: &Bench, size: &Size, report: &mut Report) -> Result<()> {
    let load = build()?;
    let rounds = Rounds::run(
        size.rounds,
        || call(&load, &Server::ours(&load)?, RECEIVERS, size.round_secs),
        || call(&load, &Server::janus(&bench.folder)?, RECEIVERS, size.round_secs),
    )?;
    let name = format!("1 Mbit/s to {RECEIVERS} beside Janus");
    let cpu = rounds.median(|it| it.cpu_seconds_per_million);
    report.compare(&format!("{name}: CPU"), "s/M", cpu, Target::RatioAtMost(0.6));
    let delay = rounds.median(|it| it.delay_ms_p99);
    report.compare(&format!("{name}: delay p99"), "ms", delay, Target::None);

    let full = call(&load, &Server::ours(&load)?, SEATS, size.round_secs)?;
    let name = format!("one camera to {SEATS} others");
    report.add(&format!("{name}: delay p99"), "ms", full.delay_ms_p99, Target::AtMost(5.0));
    let each = full.kib_per_peer / 1024.0;
    report.add(&format!("{name}: memory of a seat"), "MiB", each, Target::AtMost(1.0));
    Ok(())
}

struct Figures {
    cpu_seconds_per_million: f64,
    delay_ms_p99: f64,
    kib_per_peer: f64,
}

/// The peers, and the rooms without the rest of the program.
fn build() -> Result<PathBuf> {
    let root = crate::tidy::root()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let example = ["build", "--release", "--locked", "-p", "media_io", "--example", "meeting_load"];
    let built = Command::new(cargo).args(example).current_dir(&root).status()?;
    ensure!(built.success(), "the peers of a meeting could not be built");
    Ok(root.join("target/release/examples/meeting_load"))
}

fn call(load: &Path, server: &Server, receivers: u32, seconds: u32) -> Result<Figures> {
    let line = printed(
        Command::new("taskset").args(["-c", "1"]).arg(load).args(["call", server.kind]).args([
            server.signalling.clone(),
            server.child.id().to_string(),
            receivers.to_string(),
            seconds.to_string(),
        ]),
    )?;
    let figures: Value =
        serde_json::from_str(&line).with_context(|| format!("not JSON: {line}"))?;
    let number = |name: &str| figures[name].as_f64().with_context(|| format!("no {name}: {line}"));
    ensure!(number("receivers_without_pictures")? == 0.0, "somebody saw nothing: {line}");
    ensure!(number("generator_load")? < 0.7, "the peers are too busy to measure by: {line}");
    Ok(Figures {
        cpu_seconds_per_million: number("cpu_seconds_per_million")?,
        delay_ms_p99: number("delay_ms_p99")?,
        kib_per_peer: number("kib_per_peer")?,
    })
}

/// A server on the first core, until it is dropped.
struct Server {
    kind: &'static str,
    child: Child,
    signalling: String,
}

impl Server {
    fn ours(load: &Path) -> Result<Self> {
        let signalling = format!("127.0.0.1:{}", free_port()?);
        let mut command = on_first_core();
        command.arg(load).args(["serve", &signalling, "127.0.0.1:0"]);
        Self::start("tribune", signalling, &mut command)
    }

    fn janus(folder: &Path) -> Result<Self> {
        let folder = folder.join("janus");
        std::fs::create_dir_all(&folder)?;
        let port = free_port()?;
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text);
        write(
            "janus.jcfg",
            &format!(
                "general: {{ configs_folder = \"{}\"; debug_level = 1; event_loops = 1 }}\n\
                 nat: {{ ice_enforce_list = \"lo,127.0.0.1\" }}\n\
                 plugins: {{ disable = \"{}\" }}\ntransports: {{ disable = \"{}\" }}\n",
                folder.display(),
                OTHER_PLUGINS,
                OTHER_TRANSPORTS,
            ),
        )?;
        write(
            "janus.transport.http.jcfg",
            &format!(
                "general: {{ http = true; port = {port}; ip = \"127.0.0.1\"; https = false }}\n"
            ),
        )?;
        write("janus.plugin.videoroom.jcfg", "general: {}\n")?;
        let mut command = on_first_core();
        command.args(["janus", "-F"]).arg(&folder).stdout(Stdio::null());
        Self::start("janus", format!("127.0.0.1:{port}"), &mut command)
    }

    fn start(kind: &'static str, signalling: String, command: &mut Command) -> Result<Self> {
        let child = command.stdin(Stdio::null()).spawn()?;
        let mut server = Self { kind, child, signalling };
        let deadline = Instant::now() + Duration::from_secs(10);
        while std::net::TcpStream::connect(&server.signalling).is_err() {
            ensure!(server.child.try_wait()?.is_none(), "{kind} ended at once");
            ensure!(Instant::now() < deadline, "{kind} does not listen");
            std::thread::park_timeout(Duration::from_millis(10));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        send(SIGTERM, self.child.id());
        self.child.wait().ok();
    }
}

fn on_first_core() -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]);
    command
}

const OTHER_PLUGINS: &str = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,\
    libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,\
    libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so";
const OTHER_TRANSPORTS: &str = "libjanus_websockets.so,libjanus_rabbitmq.so,libjanus_mqtt.so,\
    libjanus_nanomsg.so,libjanus_pfunix.so";
