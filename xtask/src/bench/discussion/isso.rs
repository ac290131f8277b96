//! isso, as its documentation runs it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use signal_hook::consts::SIGTERM;

use super::Forum;
use crate::bench::Bench;
use crate::bench::articles::comment;
use crate::bench::http::{Answer, Client};
use crate::postgres::{free_port, send};

static READERS: AtomicUsize = AtomicUsize::new(0);

pub(super) struct Isso {
    child: Child,
    address: SocketAddr,
}

impl Isso {
    pub(super) fn start(bench: &Bench) -> Result<Self> {
        let folder = bench.folder.join("isso");
        let database = folder.join("comments.db");
        std::fs::create_dir_all(&folder)?;
        for of in ["", "-journal"] {
            std::fs::remove_file(format!("{}{of}", database.display())).ok();
        }
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let settings = folder.join("isso.cfg");
        std::fs::write(
            &settings,
            format!(
                "[general]\ndbpath = {}\nhost = http://{address}/\n\
                 [server]\nlisten = http://{address}\n[guard]\nenabled = false\n",
                database.display()
            ),
        )?;
        let log = std::fs::File::create(folder.join("log"))?;
        let child = Command::new(gunicorn()?)
            .args(["-b", &address.to_string(), "-w", "4", "--preload", "isso.run"])
            .env("ISSO_SETTINGS", &settings)
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut isso = Self { child, address };
        let deadline = Instant::now() + Duration::from_secs(30);
        while Client::connect(address).and_then(|mut client| client.get("/config")).is_err() {
            ensure!(isso.child.try_wait()?.is_none(), "isso ended; {} says why", folder.display());
            ensure!(Instant::now() < deadline, "isso does not listen");
            std::thread::park_timeout(Duration::from_millis(20));
        }
        Ok(isso)
    }

    pub(super) fn thread(&self, uri: &'static str) -> Thread {
        Thread { address: self.address, uri }
    }
}

impl Drop for Isso {
    fn drop(&mut self) {
        send(SIGTERM, self.child.id());
        self.child.wait().ok();
    }
}

fn gunicorn() -> Result<PathBuf> {
    let path = crate::tidy::root()?.join("target/tools/isso/bin/gunicorn");
    ensure!(Path::exists(&path), "isso is not there; `sh xtask/need.sh isso` installs it");
    Ok(path)
}

/// What is said under one of its addresses.
pub(super) struct Thread {
    address: SocketAddr,
    uri: &'static str,
}

impl Thread {
    /// What its script asks for with the settings that it comes with.
    pub(super) fn reading(&self) -> String {
        format!("/?uri={}&sort=oldest&offset=0&nested_limit=5", self.uri)
    }
}

impl Forum for Thread {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn say(&self, client: &mut Client, answers: Option<&str>) -> Result<Answer> {
        let number = READERS.fetch_add(1, Ordering::Relaxed);
        let parent: Option<u64> = answers.map(str::parse).transpose().context("no id of isso")?;
        let said = json!({
            "author": format!("Reader {number}"),
            "text": comment(number),
            "parent": parent,
            "title": "A story",
        });
        let json = [("Content-Type", "application/json")];
        client.ask("POST", &format!("/new?uri={}", self.uri), &json, &said.to_string())
    }

    fn said(answer: &Answer) -> Option<String> {
        // 202 would say that it waits for a moderator.
        let said: Value =
            serde_json::from_slice(&answer.body).ok().filter(|_| answer.status == 201)?;
        Some(said["id"].as_u64()?.to_string())
    }
}
