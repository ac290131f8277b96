//! What forwarding a meeting costs: one camera to many receivers, through the rooms of this crate or
//! through the VideoRoom of Janus, with the same peers.
//!
//!     meeting_load serve 127.0.0.1:4400 127.0.0.1:4401
//!     meeting_load call tribune 127.0.0.1:4400 PID RECEIVERS SECONDS
//!     meeting_load call janus 127.0.0.1:8088 PID RECEIVERS SECONDS
//!
//! `call` prints one line of JSON: what the process PID spent meanwhile, and what the receivers got.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that meets nothing where something was ends"
)]

mod caller;
mod janus;
mod tribune;

use std::time::{Duration, Instant};

use caller::Tally;
use serde_json::json;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match arguments[..] {
        ["serve", signalling, media] => runtime.block_on(tribune::serve(signalling, media)),
        ["call", server, address, pid, receivers, seconds] => {
            let (receivers, seconds) = (receivers.parse().unwrap(), seconds.parse().unwrap());
            runtime.block_on(call(server, address, pid, receivers, Duration::from_secs(seconds)));
        }
        _ => eprintln!("Say `serve` or `call`, as the first lines of this file do."),
    }
}

async fn call(server: &str, address: &str, pid: &str, receivers: usize, length: Duration) {
    let idle = resident(pid);
    let tally = Tally::start();
    let (sender, feed) = match server {
        "janus" => janus::publish(address).await,
        _ => (tribune::publish(address, receivers).await, 0),
    };
    let sending = tokio::spawn(sender.run(tally.clone()));
    tally.until(1).await;
    let others = match server {
        "janus" => janus::subscribe(address, feed, receivers).await,
        _ => tribune::subscribe(address, receivers).await,
    };
    let mut receiving = Vec::new();
    for other in others {
        receiving.push(tokio::spawn(other.run(tally.clone())));
    }
    // Everybody is connected, and estimates have settled.
    tally.until(receivers + 1).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let mine = std::process::id().to_string();
    let (before, own_before, start) = (spent(pid), spent(&mine), Instant::now());
    tally.reset();
    tokio::time::sleep(length).await;
    let (forwarded, mut delays, silent) = tally.take(receivers);
    let (after, own_after, took) = (spent(pid), spent(&mine), start.elapsed());
    delays.sort_unstable();
    let at = |share: f64| delays.get((delays.len() as f64 * share) as usize).copied().unwrap_or(0);
    let cpu = (after - before).as_secs_f64();
    let line = json!({
        "server": server,
        "receivers": receivers,
        "receivers_without_pictures": silent,
        "forwarded": forwarded,
        "cpu_seconds": cpu,
        "cpu_seconds_per_million": cpu * 1e6 / forwarded.max(1) as f64,
        "generator_load": (own_after - own_before).as_secs_f64() / took.as_secs_f64(),
        "delay_ms_p50": at(0.50) as f64 / 1e3,
        "delay_ms_p99": at(0.99) as f64 / 1e3,
        "kib_per_peer": resident(pid).saturating_sub(idle) / (receivers as u64 + 1),
    });
    println!("{line}");
    sending.abort();
    for receiving in receiving {
        receiving.abort();
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
