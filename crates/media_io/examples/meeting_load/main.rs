//! What a meeting's media cost: one camera to many receivers, through the rooms of this crate or through
//! the VideoRoom of Janus, with the same peers; and a full meeting, through the rooms of this crate.
//!
//!     meeting_load serve 192.0.2.1:4400 192.0.2.1:4401
//!     meeting_load call tribune 192.0.2.1:4400 PID RECEIVERS SECONDS
//!     meeting_load call janus 192.0.2.1:8088 PID RECEIVERS SECONDS
//!     meeting_load meet 192.0.2.1:4400 PID SEATS SECONDS
//!
//! The peers have the address of the server. `call` and `meet` print one line of JSON: what the process
//! PID spent meanwhile, and what the receivers got.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that meets nothing where something was ends"
)]

mod caller;
mod janus;
mod tribune;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use caller::{FULL, QUARTER, Tally};
use serde_json::json;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match arguments[..] {
        ["serve", signalling, media] => runtime.block_on(tribune::serve(signalling, media)),
        ["call", server, address, pid, receivers, seconds] => {
            let (call, receivers) = (Call::new(address, pid, seconds), receivers.parse().unwrap());
            runtime.block_on(call.to_many(server, receivers));
        }
        ["meet", address, pid, seats, seconds] => {
            let (call, seats) = (Call::new(address, pid, seconds), seats.parse().unwrap());
            runtime.block_on(call.of_all(seats));
        }
        _ => eprintln!("Say `serve`, `call` or `meet`, as the first lines of this file do."),
    }
}

struct Call<'a> {
    address: SocketAddr,
    pid: &'a str,
    length: Duration,
    tally: Tally,
}

impl<'a> Call<'a> {
    fn new(address: &str, pid: &'a str, seconds: &str) -> Self {
        let length = Duration::from_secs(seconds.parse().unwrap());
        Self { address: address.parse().unwrap(), pid, length, tally: Tally::start() }
    }

    /// One sends, the others receive.
    async fn to_many(&self, server: &str, receivers: usize) {
        self.until_served().await;
        let idle = resident(self.pid);
        let (sender, feed) = match server {
            "janus" => janus::publish(self.address).await,
            _ => (tribune::publish(self.address, receivers).await, 0),
        };
        tokio::spawn(sender.run(self.tally.clone()));
        // Janus has nothing to offer before.
        self.tally.until(1).await;
        let others = match server {
            "janus" => janus::subscribe(self.address, feed, receivers).await,
            _ => tribune::subscribe(self.address, receivers).await,
        };
        for other in others {
            tokio::spawn(other.run(self.tally.clone()));
        }
        self.measure(receivers + 1, idle, caller::rate(FULL) * receivers as u64).await;
    }

    /// Everybody sends, and sees one large and all others small.
    async fn of_all(&self, seats: usize) {
        self.until_served().await;
        let idle = resident(self.pid);
        for seat in tribune::meet(self.address, seats).await {
            tokio::spawn(seat.run(self.tally.clone()));
        }
        let small = caller::rate(QUARTER) * (seats as u64 - 2);
        self.measure(seats, idle, (caller::rate(FULL) + small) * seats as u64).await;
    }

    async fn until_served(&self) {
        let patience = Instant::now();
        while tokio::net::TcpStream::connect(self.address).await.is_err() {
            assert!(patience.elapsed() < Duration::from_secs(10), "nobody listens");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// From when everybody is connected and gets what is due, `rate` packets in a second.
    async fn measure(&self, peers: usize, idle: u64, rate: u64) {
        self.tally.until(peers).await;
        self.tally.until_settled(rate).await;
        let mine = std::process::id().to_string();
        let (before, own_before, start) = (spent(self.pid), spent(&mine), Instant::now());
        self.tally.take();
        tokio::time::sleep(self.length).await;
        let mut delays = self.tally.take();
        let (after, own_after, took) = (spent(self.pid), spent(&mine), start.elapsed());
        let forwarded = delays.len();
        delays.sort_unstable();
        let at = |share: f64| {
            delays.get((forwarded as f64 * share) as usize).copied().unwrap_or(0) as f64 / 1e3
        };
        let cpu = (after - before).as_secs_f64();
        let line = json!({
            "suite": self.tally.suites(),
            "forwarded": forwarded,
            "of_due": forwarded as f64 / (rate as f64 * took.as_secs_f64()),
            "cores": cpu / took.as_secs_f64(),
            "cpu_seconds_per_million": cpu * 1e6 / forwarded.max(1) as f64,
            "generator_cores": (own_after - own_before).as_secs_f64() / took.as_secs_f64(),
            "delay_ms_p50": at(0.50),
            "delay_ms_p99": at(0.99),
            "kib_per_peer": resident(self.pid).saturating_sub(idle) / peers as u64,
        });
        println!("{line}");
    }
}

/// What all threads of a process have spent so far, to the nanosecond.
fn spent(pid: &str) -> Duration {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let nanos = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}

/// Its memory, in KiB.
fn resident(pid: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
