//! A running program, those who ask it, and the patience to wait for what it promises.

mod http;
mod newsroom;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

pub(crate) use http::{Answer, raw, send};
pub(crate) use newsroom::{Newsroom, story};

/// How long anything that must happen by itself may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a program keeps what it knows.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    data: PathBuf,
    more: Vec<String>,
    variables: Vec<(String, String)>,
    open_files: Option<(u64, u64)>,
}

impl Place {
    pub(crate) fn alone(data: &Path) -> Self {
        Self { data: data.to_owned(), more: Vec::new(), variables: Vec::new(), open_files: None }
    }

    pub(crate) fn with(mut self, flag: &str, value: impl std::fmt::Display) -> Self {
        self.more.push(format!("{flag}={value}"));
        self
    }

    /// The same in another data folder.
    pub(crate) fn elsewhere(self, data: &Path) -> Self {
        Self { data: data.to_owned(), ..self }
    }

    /// In an environment with these variables.
    pub(crate) fn among(mut self, variables: Vec<(String, String)>) -> Self {
        self.variables = variables;
        self
    }

    /// Where a program begins with so many open files at once, and may ask for so many.
    pub(crate) fn with_open_files(mut self, soft: u64, hard: u64) -> Self {
        self.open_files = Some((soft, hard));
        self
    }

    /// The program, about to be started in a folder without a `tribune.toml`.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = match self.open_files {
            None => Command::new(env!("CARGO_BIN_EXE_tribune")),
            Some((soft, hard)) => {
                let mut command = Command::new("prlimit");
                command.arg(format!("--nofile={soft}:{hard}")).arg(env!("CARGO_BIN_EXE_tribune"));
                command
            }
        };
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRIBUNE_")) {
            command.env_remove(name);
        }
        command.args(words).arg("--data").arg(&self.data).args(&self.more);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(std::env::temp_dir());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("the program starts")
    }

    /// Runs it to its good end, and gives what it printed.
    pub(crate) fn tell(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tribune {words:?} failed: {errors}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// A program that serves. It is killed when it is dropped, and never asked to stop nicely before.
pub(crate) struct Tribune {
    child: Child,
    /// `127.0.0.1:41234`
    pub(crate) address: String,
}

impl Tribune {
    pub(crate) fn serve(place: &Place) -> Self {
        Self::start(place, "serve")
    }

    pub(crate) fn start(place: &Place, command: &str) -> Self {
        let mut words = vec![command, "--listen=127.0.0.1:0", "--srt-listen=none", "--log=error"];
        if !place.more.iter().any(|it| it.starts_with("--rtmp-listen")) {
            words.push("--rtmp-listen=none");
        }
        let mut command = place.command(&words);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let address = said.split_once("://").map(|(_, rest)| rest.trim().trim_end_matches('/'));
        let address = address.unwrap_or_else(|| panic!("no address in {said:?}")).to_owned();
        Self { child, address }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        send(&self.address, "GET", path, &[], b"").expect("an answer")
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        send(&self.address, method, path, headers, b"").expect("an answer")
    }

    /// How many files it may open at once.
    pub(crate) fn open_files(&self) -> u64 {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", self.child.id())).unwrap();
        let files = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
        files.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// The processes that it has started and not yet seen the end of, by their program's name.
    pub(crate) fn children(&self, name: &str) -> Vec<u32> {
        let is_ours = |pid: &u32| {
            // PID (NAME) STATE PARENT …
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let rest = stat.split_once(&format!("({name}) ")).map(|(_, rest)| rest);
            let parent = rest.and_then(|rest| rest.split_whitespace().nth(1));
            parent.is_some_and(|parent| parent == self.child.id().to_string())
        };
        let all = std::fs::read_dir("/proc").unwrap().flatten();
        all.filter_map(|it| it.file_name().to_str()?.parse().ok()).filter(is_ours).collect()
    }

    /// Asks again until the answer is as it must become.
    pub(crate) fn until(&self, path: &str, is_so: impl Fn(&Answer) -> bool) -> Answer {
        eventually(&format!("{path} of {}", self.address), || {
            let answer = self.get(path);
            if is_so(&answer) { Ok(answer) } else { Err(format!("{answer:?}")) }
        })
    }

    /// `kill -9`: nothing is flushed, nobody is told.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Tribune {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks until `look` finds what it wants, and says after [`PATIENCE`] what it found instead.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let begun = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(instead) if begun.elapsed() > PATIENCE => {
                panic!("{what}: not within {PATIENCE:?}; instead {instead}")
            }
            Err(_) => std::thread::yield_now(),
        }
    }
}

/// A folder of the checkout.
pub(crate) fn checkout(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// An empty PostgreSQL database on the server of the test run.
pub(crate) fn new_postgres_database() -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(testkit::new_postgres_database())
}
