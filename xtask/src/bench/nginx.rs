//! The same bytes from nginx, and a finished page beside them, in turns.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use signal_hook::consts::SIGTERM;

use super::articles::Archive;
use super::http::Client;
use super::process::{Program, cpu_seconds};
use super::report::{Report, Target};
use super::rounds::Rounds;
use super::{Bench, Size, printed};
use crate::postgres::{free_port, send};

pub(super) fn compare(
    bench: &Bench,
    program: &Program,
    archive: &Archive,
    size: &Size,
    report: &mut Report,
) -> Result<()> {
    let address = archive.address(0);
    let mut client = Client::connect(program.address())?;
    let files = bench.folder.join("nginx");
    let page = client.get(&address)?.body;
    let packed = client.get_gzip(&address)?.body;
    ensure!(packed.starts_with(&[0x1f, 0x8b]), "{address} did not come as gzip");

    for (label, open_file_cache) in [("files kept open", true), ("files opened anew", false)] {
        let nginx = Nginx::start(&files, open_file_cache)?;
        nginx.put(&address, &page, Some(&packed))?;
        let served = Client::connect(nginx.address)?.get_gzip(&address)?.body;
        ensure!(served == packed, "nginx does not send the same bytes");

        let rounds = Rounds::run(
            size.rounds,
            || measure(program.address(), program.pid(), &address, size.round_secs),
            || measure(nginx.address, nginx.pid(), &address, size.round_secs),
        )?;
        let name = format!("article beside nginx, {label}");
        let cpu = rounds.median(|load| load.cpu_ms_per_thousand);
        report.compare(&format!("{name}: CPU"), "ms/1k", cpu, Target::RatioAtMost(1.0));
        let rate = rounds.median(|load| load.requests_per_second);
        report.compare(&format!("{name}: rate"), "/s", rate, Target::RatioAtLeast(1.0));
        let p99 = rounds.median(|load| load.p99_ms);
        report.compare(&format!("{name}: p99"), "ms", p99, Target::RatioAtMost(1.0));
    }
    Ok(())
}

pub(super) struct Load {
    pub(super) cpu_ms_per_thousand: f64,
    requests_per_second: f64,
    p99_ms: f64,
}

/// One round: the server has a core, and wrk the other.
pub(super) fn measure(server: SocketAddr, pid: u32, path: &str, seconds: u32) -> Result<Load> {
    let before = cpu_seconds(pid)?;
    let printed = printed(
        Command::new("taskset")
            .args(["-c", "1", "wrk", "-t1", "-c64", "--latency"])
            .arg(format!("-d{seconds}s"))
            .args(["-H", "Accept-Encoding: gzip"])
            .arg(format!("http://{server}{path}")),
    )?;
    let cpu = cpu_seconds(pid)? - before;
    ensure!(!printed.contains("Non-2xx"), "some answers were errors:\n{printed}");
    ensure!(!printed.contains("Socket errors"), "some requests failed:\n{printed}");
    read_wrk(&printed, cpu).with_context(|| format!("wrk printed:\n{printed}"))
}

fn read_wrk(printed: &str, cpu_seconds: f64) -> Option<Load> {
    let value = |line: &str| line.split_whitespace().last().map(str::to_owned);
    let line = |start: &str| printed.lines().map(str::trim).find(|line| line.starts_with(start));
    let requests: f64 = printed
        .lines()
        .find(|line| line.contains(" requests in "))?
        .split_whitespace()
        .next()?
        .parse()
        .ok()?;
    Some(Load {
        cpu_ms_per_thousand: cpu_seconds * 1000.0 / (requests / 1000.0),
        requests_per_second: value(line("Requests/sec:")?)?.parse().ok()?,
        p99_ms: milliseconds(&value(line("99%")?)?)?,
    })
}

fn milliseconds(text: &str) -> Option<f64> {
    let (number, factor) = if let Some(number) = text.strip_suffix("us") {
        (number, 0.001)
    } else if let Some(number) = text.strip_suffix("ms") {
        (number, 1.0)
    } else {
        (text.strip_suffix('s')?, 1000.0)
    };
    number.parse::<f64>().ok().map(|number| number * factor)
}

/// An nginx that serves files.
pub(super) struct Nginx {
    child: Child,
    address: SocketAddr,
    pages: PathBuf,
}

impl Nginx {
    /// Starts it on the first core, with nothing to serve.
    pub(super) fn start(folder: &Path, open_file_cache: bool) -> Result<Self> {
        let pages = folder.join("pages");
        std::fs::create_dir_all(&pages)?;
        let port = free_port()?;
        let cache = if open_file_cache {
            "open_file_cache max=1000; open_file_cache_valid 60s;"
        } else {
            "open_file_cache off;"
        };
        let configuration = folder.join("nginx.conf");
        std::fs::write(
            &configuration,
            format!(
                "daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;\n\
                 events {{ worker_connections 1024; }}\n\
                 http {{\n  access_log off; sendfile on; tcp_nopush off; tcp_nodelay on;\n  \
                 gzip_static on; keepalive_requests 1000000000; default_type \"text/html\";\n  \
                 {cache}\n  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n  \
                 fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;\n  \
                 scgi_temp_path {folder}/scgi;\n  \
                 server {{ listen 127.0.0.1:{port}; root {folder}/pages; }}\n}}\n",
                folder = folder.display()
            ),
        )?;
        let child = Command::new("taskset")
            .args(["-c", "0", "nginx", "-c"])
            .arg(&configuration)
            .arg("-p")
            .arg(folder)
            .env("PATH", "/usr/sbin:/usr/bin:/bin")
            .stdin(Stdio::null())
            .spawn()?;
        let mut nginx = Self { child, address: SocketAddr::from(([127, 0, 0, 1], port)), pages };
        nginx.wait_until_it_listens()?;
        Ok(nginx)
    }

    /// Has it serve bytes, and the same compressed to those who take that.
    pub(super) fn put(&self, path: &str, bytes: &[u8], packed: Option<&[u8]>) -> Result<()> {
        let file = self.pages.join(path.trim_start_matches('/'));
        std::fs::create_dir_all(file.parent().context("a page without a folder")?)?;
        std::fs::write(&file, bytes)?;
        if let Some(packed) = packed {
            std::fs::write(PathBuf::from(format!("{}.gz", file.display())), packed)?;
        }
        Ok(())
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn wait_until_it_listens(&mut self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(10);
        while Client::connect(self.address).is_err() {
            ensure!(self.child.try_wait()?.is_none(), "nginx ended at once");
            ensure!(Instant::now() < deadline, "nginx does not listen");
            std::thread::park_timeout(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        send(SIGTERM, self.child.id());
        self.child.wait().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_wrk_prints() {
        let printed = "Running 3s test @ http://127.0.0.1/\n  1 threads and 64 connections\n  \
            Latency Distribution\n     50%    1.02ms\n     75%    1.20ms\n     90%    1.50ms\n     \
            99%  870.00us\n  30000 requests in 3.00s, 1.00GB read\nRequests/sec:  10000.50\n\
            Transfer/sec:    300.00MB\n";
        let load = read_wrk(printed, 1.5).unwrap();
        assert_eq!(load.cpu_ms_per_thousand, 50.0);
        assert_eq!(load.requests_per_second, 10_000.5);
        assert_eq!(load.p99_ms, 0.87);
        assert!(read_wrk("wrk: command failed", 1.0).is_none());
    }
}
