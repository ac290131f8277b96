//! One child process, its pipes, and its end.

use std::io::{self, PipeReader, PipeWriter, pipe};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use command_fds::{CommandFdExt, FdMapping};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::Ffmpeg;
use super::arguments::FIRST_PIPE;

/// A child that runs. Dropping it kills it and whatever it has started.
pub(super) struct Child {
    pub(super) stdin: Sender,
    pub(super) stdout: Receiver,
    /// What it gives on its further pipes, in their order.
    pub(super) outputs: Vec<Receiver>,
    pub(super) end: End,
}

/// The hold on a child that ends it.
pub(super) struct End {
    group: Arc<Group>,
    died: oneshot::Receiver<ExitStatus>,
    /// Once it is dead; absent if nobody could tell.
    status: Option<Option<ExitStatus>>,
    last_words: JoinHandle<String>,
}

impl Child {
    pub(super) async fn start(
        ffmpeg: &Ffmpeg,
        arguments: &[String],
        outputs: usize,
        memory_max: u64,
    ) -> io::Result<Self> {
        let (stdin, feed) = pipe()?;
        let (progress, stdout) = pipe()?;
        let (words, stderr) = pipe()?;
        let mut given = Vec::new();
        let mut mappings = Vec::new();
        for (child_fd, _) in (FIRST_PIPE..).zip(0..outputs) {
            let (reader, writer) = pipe()?;
            given.push(receiver(reader)?);
            mappings.push(FdMapping { parent_fd: writer.into(), child_fd });
        }
        let mut command = command(ffmpeg, arguments, memory_max);
        command.stdin(stdin).stdout(stdout).stderr(Stdio::from(stderr));
        command.fd_mappings(mappings).map_err(io::Error::other)?;
        let (group, died) = start_on_a_thread(command).await?;
        Ok(Self {
            stdin: sender(feed)?,
            stdout: receiver(progress)?,
            outputs: given,
            end: End {
                group,
                died,
                status: None,
                last_words: tokio::spawn(last_words(receiver(words)?)),
            },
        })
    }
}

impl End {
    /// Resolves when the child is dead.
    pub(super) async fn wait(&mut self) -> Option<ExitStatus> {
        if self.status.is_none() {
            self.status = Some((&mut self.died).await.ok());
        }
        self.status.flatten()
    }

    /// The last line that a dead child wrote about itself.
    pub(super) async fn last_words(mut self) -> String {
        (&mut self.last_words).await.unwrap_or_default()
    }

    pub(super) fn kill(&self) {
        self.group.kill();
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a child that is fed these bytes, and returns what it gives on its standard output.
pub(crate) async fn run_to_the_end(
    ffmpeg: &Ffmpeg,
    arguments: &[String],
    input: &[u8],
    memory_max: u64,
    within: Duration,
) -> Result<Bytes, String> {
    let ran = timeout(within, async {
        let child = Child::start(ffmpeg, arguments, 0, memory_max).await;
        let Child { mut stdin, mut stdout, mut end, .. } = child.map_err(|why| why.to_string())?;
        let feed = async {
            // One that has read enough closes its end.
            let _ = stdin.write_all(input).await;
            drop(stdin);
        };
        let read = async {
            let mut given = BytesMut::new();
            while given.len() < GIVEN_MAX && stdout.read_buf(&mut given).await? > 0 {}
            io::Result::Ok(given)
        };
        let ((), given) = tokio::join!(feed, read);
        let given = given.map_err(|why| why.to_string())?;
        drop(stdout);
        if end.wait().await.is_some_and(|status| status.success()) {
            return Ok(given.freeze());
        }
        Err(format!("ffmpeg failed: {}", end.last_words().await))
    });
    ran.await.unwrap_or_else(|_| Err(format!("ffmpeg took longer than {} s", within.as_secs())))
}

/// A few seconds of a good picture.
const GIVEN_MAX: usize = 64 << 20;

fn command(ffmpeg: &Ffmpeg, arguments: &[String], memory_max: u64) -> Command {
    // Each program becomes the next one, so the child is ffmpeg itself. The kernel kills it when the
    // thread that started it ends, and so when we do, however we die.
    let mut command = Command::new(&ffmpeg.setpriv);
    command.args(["--pdeathsig", "KILL", "--"]);
    command.arg(&ffmpeg.prlimit).arg(format!("--as={memory_max}"));
    command.arg(&ffmpeg.program).args(arguments);
    // Apart, so that a signal reaches it with whatever it starts, and no key pressed in a terminal
    // does.
    command.process_group(0);
    // It needs none of our secrets. Each arena of the allocator takes 64 MB of addresses.
    command.env_clear().env("LC_ALL", "C").env("MALLOC_ARENA_MAX", "4");
    command.current_dir(Path::new("/"));
    command
}

/// Starts the child on a thread of its own that waits for it: threads of a runtime come and go, and
/// the child would die with the one that started it.
async fn start_on_a_thread(
    mut command: Command,
) -> io::Result<(Arc<Group>, oneshot::Receiver<ExitStatus>)> {
    let (started, starting) = oneshot::channel();
    let (dead, died) = oneshot::channel();
    std::thread::Builder::new().name("ffmpeg".into()).spawn(move || {
        let spawned = command.spawn();
        // Our copies of its ends of the pipes: what it gives must end when it does.
        drop(command);
        let mut child = match spawned {
            Ok(child) => child,
            Err(why) => {
                let _ = started.send(Err(why));
                return;
            }
        };
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let group = Arc::new(Group { leader: Mutex::new(pid) });
        if started.send(Ok(Arc::clone(&group))).is_err() {
            group.kill();
        }
        if let Some(pid) = pid {
            // Dead, but not buried: its number is no other's yet.
            let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        }
        group.kill();
        *group.leader.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Ok(status) = child.wait() {
            let _ = dead.send(status);
        }
    })?;
    let started = starting.await.map_err(io::Error::other)?;
    Ok((started?, died))
}

/// A process and what it has started.
struct Group {
    /// Held while a signal is sent, so that it never reaches a process that has got the same number.
    leader: Mutex<Option<Pid>>,
}

impl Group {
    fn kill(&self) {
        let leader = self.leader.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leader) = *leader {
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

/// The last line that a child wrote about itself, while everything is read away.
async fn last_words(mut stderr: Receiver) -> String {
    let mut tail = BytesMut::new();
    while let Ok(1..) = stderr.read_buf(&mut tail).await {
        if tail.len() > WORDS_MAX {
            tail = BytesMut::from(&tail[tail.len() - WORDS_MAX..]);
        }
    }
    let text = String::from_utf8_lossy(&tail);
    let last = text.lines().rev().map(str::trim).find(|line| !line.is_empty());
    last.unwrap_or_default().chars().filter(|letter| !letter.is_control()).collect()
}

const WORDS_MAX: usize = 2000;

fn receiver(pipe: PipeReader) -> io::Result<Receiver> {
    Receiver::from_owned_fd(OwnedFd::from(pipe))
}

fn sender(pipe: PipeWriter) -> io::Result<Sender> {
    Sender::from_owned_fd(OwnedFd::from(pipe))
}
