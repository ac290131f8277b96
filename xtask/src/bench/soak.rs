//! `cargo xtask soak`: a channel that runs for long, whose source comes and goes, with viewers and
//! listeners who do not. Its memory has to stay as it is.

use std::io::Read as _;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::channel::{Audience, Film, Look, Source, Studio, pictures_of};
use super::http::{Client, HOST};
use super::{Bench, as_f64};

const VIEWERS: usize = 20;
/// How long the source is away, in turns.
const AWAY_SECS: [u64; 3] = [1, 5, 30];
/// What memory may grow by from the second quarter to the last, in MiB.
const GROWS_MAX: f64 = 8.0;

/// Runs for so many minutes, 60 unless it is told, and prints the memory of each.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let minutes: usize = match arguments {
        [] => 60,
        [text] => text.parse().context("say for how many minutes, such as `soak 60`")?,
        _ => anyhow::bail!("soak knows a number of minutes only"),
    };
    ensure!(minutes >= 4, "what grows shows itself after 4 minutes at the earliest");
    let bench = Bench::prepare()?;
    let data = bench.folder.join("data-soak");
    if data.exists() {
        std::fs::remove_dir_all(&data)?;
    }
    let studio = Studio::open(&bench, &data)?;
    let film = Film::made(&bench, &Look { size: (640, 360), kilobits: 800, seconds: 20 })?;
    let mut on_air = studio.shows(&film, 2)?;
    let address = on_air.program.address();
    listens(address, "audio.aac")?;
    listens(address, "audio.mp3")?;
    let pictures = pictures_of(&mut Client::connect(address)?)?;
    let mut audience = Audience::comes(address, &pictures, VIEWERS)?;
    let mut memory = Vec::new();
    for minute in 1..=minutes {
        let until = Instant::now() + Duration::from_secs(60);
        if minute % 5 == 0 {
            let away = AWAY_SECS[minute / 5 % AWAY_SECS.len()];
            on_air.source.stop();
            audience.watches(Duration::from_secs(away))?;
            on_air.source = Source::sends(&film, &studio.ingest(), None)?;
        }
        audience.watches(until.saturating_duration_since(Instant::now()))?;
        memory.push(on_air.program.resident_mib()?);
        println!("minute {minute}: {:.1} MiB", memory[minute - 1]);
    }
    on_air.stop()?;
    let quarter = |number: usize| {
        let part = &memory[minutes * number / 4..minutes * (number + 1) / 4];
        part.iter().sum::<f64>() / as_f64(part.len())
    };
    let grew = quarter(3) - quarter(1);
    println!("From the second quarter to the last it grew by {grew:.1} MiB.");
    ensure!(grew <= GROWS_MAX, "memory grew by {grew:.1} MiB, where {GROWS_MAX} may be");
    Ok(ExitCode::SUCCESS)
}

/// Listens for as long as there is something to hear.
fn listens(address: SocketAddr, file: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /channels/main/{file} HTTP/1.1\r\nHost: {HOST}\r\n\r\n")?;
    thread::spawn(move || {
        let mut buffer = vec![0; 1 << 14];
        while stream.read(&mut buffer).is_ok_and(|read| read > 0) {}
    });
    Ok(())
}
