//! A PostgreSQL of our own: on a free port, in a temporary folder, gone when it is dropped.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tempfile::TempDir;

const ADDRESS_VARIABLE: &str = "TRIBUNE_TEST_POSTGRES_URL";
/// PostgreSQL refuses to run as root; Debian's package makes this user for it.
const SERVER_USER: &str = "postgres";
const PORTS_TRIED: usize = 5;

/// Runs a command with the address of a throw-away server, and answers with its status.
pub(crate) fn run_beside(command: &[String]) -> Result<ExitCode> {
    let (program, arguments) =
        command.split_first().context("name the command to run: with-postgres -- CMD")?;
    // Watched from the start, so that no signal can end us while a server runs.
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let server = Server::start()?;
    let mut child = Command::new(program)
        .args(arguments)
        .env(ADDRESS_VARIABLE, server.url())
        .spawn()
        .with_context(|| format!("`{program}` could not be started"))?;
    let pid = child.id();
    let handle = signals.handle();
    let relay = thread::spawn(move || {
        for signal in &mut signals {
            send(signal, pid);
        }
    });
    let status = child.wait();
    handle.close();
    relay.join().ok();
    drop(server);
    Ok(exit_code(status?))
}

/// A running server. Dropping it stops it and removes its folder.
pub(crate) struct Server {
    process: Child,
    port: u16,
    // Held for its drop, after the process has gone.
    _folder: TempDir,
}

impl Server {
    /// Starts a server that keeps nothing: tests want its rules, and not its promises.
    pub(crate) fn start() -> Result<Self> {
        Self::start_with(&["fsync=off", "synchronous_commit=off", "full_page_writes=off"])
    }

    /// Starts a server that syncs what it commits, as one that serves readers does.
    pub(crate) fn start_durable() -> Result<Self> {
        Self::start_with(&[])
    }

    fn start_with(settings: &[&str]) -> Result<Self> {
        let binaries = binaries()?;
        let folder = tempfile::Builder::new().prefix("tribune-postgres-").tempdir()?;
        let user = server_user()?;
        if let Some((uid, gid)) = user {
            std::os::unix::fs::chown(folder.path(), Some(uid), Some(gid))?;
        }
        let data = folder.path().join("data");
        let made = as_user(user, &binaries.join("initdb"))
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
            .args(["--no-sync", "--pgdata"])
            .arg(&data)
            .current_dir(folder.path())
            .output()
            .context("initdb could not be started")?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));

        let mut last_words = String::new();
        for _ in 0..PORTS_TRIED {
            let port = free_port()?;
            match launch(&binaries, user, &data, port, settings)? {
                Ok(process) => return Ok(Self { process, port, _folder: folder }),
                // Another program may have taken the port meanwhile.
                Err(words) => last_words = words,
            }
        }
        bail!("PostgreSQL did not start: {last_words}")
    }

    /// Where the server listens, as the user who may do everything.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its immediate shutdown: the folder goes anyway.
        send(signal_hook::consts::SIGQUIT, self.process.id());
        self.process.wait().ok();
    }
}

/// Starts the server and waits for its own word that it is ready, or for its last words.
fn launch(
    binaries: &Path,
    user: Option<(u32, u32)>,
    data: &Path,
    port: u16,
    settings: &[&str],
) -> Result<Result<Child, String>> {
    let mut command = as_user(user, &binaries.join("postgres"));
    command.arg("-D").arg(data).arg("-p").arg(port.to_string());
    let ours = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
        "lc_messages=C",
        "log_destination=stderr",
        "logging_collector=off",
    ];
    for setting in ours.iter().chain(settings) {
        command.arg("-c").arg(setting);
    }
    let mut process = command
        .current_dir(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("postgres could not be started")?;
    let log = BufReader::new(process.stderr.take().context("postgres has no log")?);
    let (ready, told) = mpsc::channel();
    thread::spawn(move || {
        let mut words = String::new();
        let mut waiting = Some(ready);
        // Read to its end, so that the server never waits for a full pipe.
        for line in log.lines().map_while(Result::ok) {
            if waiting.is_some() {
                words.push_str(&line);
                words.push('\n');
            }
            if line.contains("database system is ready to accept connections")
                && let Some(ready) = waiting.take()
            {
                ready.send(Ok(())).ok();
            }
        }
        if let Some(ready) = waiting {
            ready.send(Err(words)).ok();
        }
    });
    match told.recv_timeout(Duration::from_secs(60)) {
        Ok(Ok(())) => Ok(Ok(process)),
        Ok(Err(words)) => {
            process.wait()?;
            Ok(Err(words))
        }
        Err(_) => {
            send(signal_hook::consts::SIGQUIT, process.id());
            process.wait()?;
            Ok(Err("it was not ready after 60 seconds".into()))
        }
    }
}

/// A command that runs as the server's user, and that the kernel ends when we end, however we do.
fn as_user(user: Option<(u32, u32)>, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if let Some((uid, gid)) = user {
        command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).arg("--clear-groups");
    }
    command.args(["--pdeathsig", "QUIT", "--"]).arg(program);
    // A terminal's Ctrl-C goes to its whole group; the server ends after the command, by our hand.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// Whom to become for PostgreSQL's sake: nobody else, unless we are root.
fn server_user() -> Result<Option<(u32, u32)>> {
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    let uid = id(&["-u", SERVER_USER]);
    let gid = id(&["-g", SERVER_USER]);
    Ok(Some((uid?, gid?)))
}

fn id(arguments: &[&str]) -> Result<u32> {
    let output = Command::new("id").args(arguments).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().with_context(|| format!("`id {}` named no user", arguments.join(" ")))
}

/// The folder of the newest PostgreSQL here.
fn binaries() -> Result<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    installed
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            folder.join("initdb").exists().then_some((version, folder))
        })
        .max()
        .map(|(_, folder)| folder)
        .context("there is no PostgreSQL below /usr/lib/postgresql; `make test` installs it")
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Sends a signal to a process that we started and have not waited for.
pub(crate) fn send(signal: i32, pid: u32) {
    let sent = Command::new("kill").arg(format!("-{signal}")).arg(pid.to_string()).status();
    if let Err(error) = sent {
        eprintln!("xtask: `kill` could not be started: {error}");
    }
}

fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
