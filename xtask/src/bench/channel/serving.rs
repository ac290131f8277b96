//! Segments, parts and playlists beside the same bytes from nginx, in turns.

use std::cell::Cell;

use anyhow::{Context, Result, ensure};

use super::source::{Film, Look};
use super::{Studio, pictures_of};
use crate::bench::http::Client;
use crate::bench::nginx::{Load, Nginx, measure};
use crate::bench::report::{Report, Target};
use crate::bench::rounds::Rounds;
use crate::bench::{Size, as_f64};

/// Of nginx's processor time for the same bytes.
const AT_MOST: f64 = 1.1;

pub(super) fn beside_nginx(studio: &Studio<'_>, size: &Size, report: &mut Report) -> Result<()> {
    // Two seconds of it are about 200 kB, and 0.4 of the smaller picture about 20.
    let film = Film::made(studio.bench, &Look { size: (640, 360), kilobits: 900, seconds: 20 })?;
    let on_air = studio.shows(&film, 2)?;
    let program = &on_air.program;
    let mut client = Client::connect(program.address())?;
    let pictures = pictures_of(&mut client)?;
    let (large, small) = pictures.first().zip(pictures.last()).context("no picture is sent")?;
    let nginx = Nginx::start(&studio.bench.folder.join("nginx"), true)?;

    let bytes = Cell::new(0.0);
    let mut beside = |name: &str, what: &mut dyn FnMut(&mut Client) -> Result<String>| {
        // nginx keeps files open, and so each round's has its own address.
        let (round, path) = (Cell::new(0), Cell::new(String::new()));
        let rounds = Rounds::run(
            size.rounds,
            || {
                // What is live is gone before long, and so each round has its own.
                let fresh = what(&mut client)?;
                let served = client.get(&fresh)?;
                ensure!(served.status == 200, "{fresh} answered {}", served.status);
                let packed = client.get_gzip(&fresh)?;
                let packed = packed.header("content-encoding").is_some().then_some(packed.body);
                round.set(round.get() + 1);
                let theirs = format!("/{}{fresh}", round.get());
                nginx.put(&theirs, &served.body, packed.as_deref())?;
                bytes.set(as_f64(packed.as_ref().unwrap_or(&served.body).len()));
                let load = measure(program.address(), program.pid(), &fresh, size.round_secs)?;
                path.set(theirs);
                Ok((load, bytes.get()))
            },
            || {
                let known = path.take();
                let load = measure(nginx.address(), nginx.pid(), &known, size.round_secs)?;
                path.set(known);
                Ok((load, bytes.get()))
            },
        )?;
        let per_gb = |(load, bytes): &(Load, f64)| load.cpu_ms_per_thousand * 1000.0 / bytes;
        let name = format!("{name} of {:.1} kB beside nginx: CPU", bytes.get() / 1000.0);
        report.compare(&name, "s/GB", rounds.median(per_gb), Target::RatioAtMost(AT_MOST));
        Ok::<_, anyhow::Error>(())
    };
    beside("segment", &mut |client| listed(client, large, segment))?;
    beside("part", &mut |client| listed(client, small, part))?;
    beside("playlist", &mut |_| Ok(playlist(large)))?;
    on_air.stop()
}

/// The address of the last file that the live playlist of a rendition lists, of those that `file`
/// finds in a line.
pub(super) fn listed(
    client: &mut Client,
    folder: &str,
    file: fn(&str) -> Option<&str>,
) -> Result<String> {
    let text = client.get(&playlist(folder))?.text();
    let last = text.lines().filter_map(file).next_back();
    let last = last.with_context(|| format!("nothing is listed in {text}"))?;
    Ok(format!("/channels/main/{folder}/{last}"))
}

fn playlist(folder: &str) -> String {
    format!("/channels/main/{folder}/live.m3u8")
}

fn segment(line: &str) -> Option<&str> {
    (line.ends_with(".m4s") && !line.starts_with('#')).then_some(line)
}

/// The address of a part that this line of a playlist lists.
pub(super) fn part(line: &str) -> Option<&str> {
    line.strip_prefix("#EXT-X-PART:")?.split_once("URI=\"")?.1.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_in_its_line() {
        let line = "#EXT-X-PART:DURATION=0.4,URI=\"p1-10.m4s\",INDEPENDENT=YES";
        assert_eq!(part(line), Some("p1-10.m4s"));
        assert_eq!(part("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p1-11.m4s\""), None);
    }
}
