//! `cargo xtask soak`: a channel that runs for long, whose source comes and goes, with viewers and
//! listeners who do not; or a meeting of real browsers, some of which come and go
//! (`e2e/bench/soak.bench.ts`). The server's memory has to stay as it is.

use std::io::Read as _;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::channel::{Audience, Film, Look, Source, Studio, pictures_of};
use super::http::{Client, HOST};
use super::newsroom::browsers;
use super::{Bench, as_f64};

const VIEWERS: usize = 20;
/// How long the source is away, in turns.
const AWAY_SECS: [u64; 3] = [1, 5, 30];
/// What memory may grow by from the second quarter to the last, in MiB.
const GROWS_MAX: f64 = 8.0;

/// A channel for an hour, a meeting for 7,320 s, unless it is told for how many minutes.
const CHANNEL_MINUTES: usize = 60;
const MEETING_MINUTES: usize = 122;

/// Goes on for so many minutes, and answers with the server's memory after each, in MiB.
type Soak = fn(&Bench, usize) -> Result<Vec<f64>>;

/// Runs for so many minutes, and prints the memory of each.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let (soak, rest, default): (Soak, _, _) = match arguments {
        [what, rest @ ..] if what == "meeting" => (meeting, rest, MEETING_MINUTES),
        rest => (channel, rest, CHANNEL_MINUTES),
    };
    let minutes = match rest {
        [] => default,
        [text] => text.parse().context("say for how many minutes, such as `soak meeting 122`")?,
        _ => anyhow::bail!("soak knows `meeting` and a number of minutes only"),
    };
    ensure!(minutes >= 4, "what grows shows itself after 4 minutes at the earliest");
    let memory = soak(&Bench::prepare()?, minutes)?;
    let quarter = |number: usize| {
        let part = &memory[minutes * number / 4..minutes * (number + 1) / 4];
        part.iter().sum::<f64>() / as_f64(part.len())
    };
    let grew = quarter(3) - quarter(1);
    println!("From the second quarter to the last it grew by {grew:.1} MiB.");
    ensure!(grew <= GROWS_MAX, "memory grew by {grew:.1} MiB, where {GROWS_MAX} may be");
    Ok(ExitCode::SUCCESS)
}

/// The browsers print their own minutes, and end as soon as one of them misses another.
fn meeting(bench: &Bench, minutes: usize) -> Result<Vec<f64>> {
    let file = bench.folder.join("soak.json");
    let plan = json!({ "figures": file, "minutes": minutes });
    let ended = browsers(bench, "soak.bench.ts", &plan)?.status()?;
    ensure!(ended.success(), "the meeting did not go on as it should");
    let figures: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
    let memory: Vec<f64> = serde_json::from_value(figures["memory"].clone())?;
    ensure!(memory.len() == minutes, "{} minutes were measured", memory.len());
    Ok(memory)
}

fn channel(bench: &Bench, minutes: usize) -> Result<Vec<f64>> {
    let data = bench.folder.join("data-soak");
    if data.exists() {
        std::fs::remove_dir_all(&data)?;
    }
    let studio = Studio::open(bench, &data)?;
    let film = Film::made(bench, &Look { size: (640, 360), kilobits: 800, seconds: 20 })?;
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
    Ok(memory)
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
