//! What a broadcast costs on its way through, and how soon a source that was lost is seen again.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::serving::{listed, part};
use super::source::{Film, Look, Source};
use super::{Studio, until};
use crate::bench::http::Client;
use crate::bench::process::{Program, cpu_seconds};
use crate::bench::report::{Report, Target};
use crate::bench::{Size, percentile};

/// How far viewers can go back.
const WINDOW_SECS: u32 = 2 * 3600;
/// So many times as fast as it would pass by itself.
const FASTER: u32 = 40;
const RECONNECTIONS: usize = 5;
/// A film's parts have more bytes, at a constant rate; those of a picture that stands have fewer.
const MOVES: usize = 25_000;
const STANDS: usize = 15_000;

pub(super) fn measure(studio: &Studio<'_>, size: &Size, report: &mut Report) -> Result<()> {
    let bench = studio.bench;
    // A whole window goes through a program that makes no smaller pictures: an ffmpeg would need as
    // long as the film lasts.
    let seconds = WINDOW_SECS / size.shorter;
    let long = Film::made(bench, &Look { size: (320, 180), kilobits: 140, seconds })?;
    let program = Program::start(bench, &studio.settings.clone().without_ffmpeg())?;
    Source::sends(&long, &studio.ingest(), Some(FASTER))?.finish()?;
    let mut client = Client::connect(program.address())?;
    let window = client.get("/channels/main/source/dvr.m3u8")?.text();
    let kept = window.lines().filter(|line| line.starts_with("#EXTINF")).count();
    ensure!(kept * 2 * 10 > seconds as usize * 9, "the window holds {kept} segments only");
    program.stop()?;

    let film = Film::made(bench, &Look { size: (1280, 720), kilobits: 4000, seconds: 20 })?;
    let on_air = studio.shows(&film, 4)?;
    let program = &on_air.program;
    // Until what is live is as long as it gets.
    std::thread::park_timeout(Duration::from_secs(u64::from(size.channel_secs)));
    let (before, began) = (cpu_seconds(program.pid())?, Instant::now());
    std::thread::park_timeout(Duration::from_secs(u64::from(size.channel_secs)));
    let cpu = (cpu_seconds(program.pid())? - before) / began.elapsed().as_secs_f64();
    report.add("channel of 4 Mbit/s: of a core", "%", cpu * 100.0, Target::AtMost(5.0));
    let name = format!("channel of 4 Mbit/s, {} min to go back: memory", seconds / 60);
    report.add(&name, "MiB", program.resident_mib()?, Target::AtMost(100.0 / 1.048_576));
    on_air.stop()?;

    let small = Film::made(bench, &Look { size: (640, 360), kilobits: 800, seconds: 20 })?;
    let mut times = reconnections(studio, &small)?;
    let name = "a source that is back is seen again, the longest";
    report.add(name, "s", percentile(&mut times, 100.0), Target::AtMost(3.0));
    Ok(())
}

/// From the start of the source to the first part of it that viewers are told of, each time.
fn reconnections(studio: &Studio<'_>, film: &Film) -> Result<Vec<f64>> {
    let mut on_air = studio.shows(film, 2)?;
    let mut client = Client::connect(on_air.program.address())?;
    let mut times = Vec::new();
    for _ in 0..RECONNECTIONS {
        on_air.source = {
            drop(on_air.source);
            until("the slate is shown", || Ok((newest(&mut client)? < STANDS).then_some(())))?;
            let began = Instant::now();
            let source = Source::sends(film, &studio.ingest(), None)?;
            until("the source is back", || Ok((newest(&mut client)? > MOVES).then_some(())))?;
            times.push(began.elapsed().as_secs_f64());
            source
        };
    }
    on_air.stop()?;
    Ok(times)
}

/// How many bytes the newest part of the picture has.
fn newest(client: &mut Client) -> Result<usize> {
    let address = listed(client, "source", part)?;
    let answer = client.get(&address)?;
    // It may have left since it was listed.
    Ok(if answer.status == 200 { answer.body.len() } else { MOVES.midpoint(STANDS) })
}
