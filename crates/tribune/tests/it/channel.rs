//! The channel through the whole program: killed on air, its transcoder killed, and among strangers.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base::{Random, Timestamp};

use crate::support::{Place, Tribune, eventually};

const LIVE: &str = "/channels/main/source/live.m3u8";

/// A site with a key for its channel.
struct Studio {
    place: Place,
    ingest: String,
    port: u16,
}

impl Studio {
    fn at(data: &std::path::Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let key = Place::alone(data).tell(&["stream-key", "add", "--name", "The hall"]);
        let place = Place::alone(data).with("--rtmp-listen", format!("127.0.0.1:{port}"));
        Self { place, ingest: format!("rtmp://127.0.0.1:{port}/live/{key}"), port }
    }

    /// An encoder that sends until it is dropped.
    fn sends(&self) -> Source {
        self.sends_at("320x180")
    }

    fn sends_at(&self, size: &str) -> Source {
        let flags = format!(
            "-hide_banner -loglevel error -nostdin -re -f lavfi -i testsrc2=size={size}:rate=25 \
             -f lavfi -i sine=sample_rate=48000 -c:v libx264 -preset ultrafast -tune zerolatency \
             -pix_fmt yuv420p -g 25 -c:a aac -ac 2 -f flv"
        );
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(flags.split_whitespace()).arg(&self.ingest);
        let child = ffmpeg.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
        Source(child.expect("ffmpeg is installed; `make test` sees to it"))
    }
}

struct Source(Child);

impl Drop for Source {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The files that a playlist lists, and the number of the first.
fn listed(playlist: &str) -> (u64, Vec<String>) {
    let first = playlist.lines().find_map(|it| it.strip_prefix("#EXT-X-MEDIA-SEQUENCE:"));
    let is_segment = |line: &&str| !line.starts_with('#') && line.ends_with(".m4s");
    let segments = playlist.lines().filter(is_segment).map(str::to_owned).collect();
    (first.map_or(0, |it| it.parse().unwrap()), segments)
}

/// The live playlist, once it lists so many segments that are not known.
fn airs(node: &Tribune, more: usize, known: &[String]) -> (u64, Vec<String>) {
    airs_at(node, LIVE, more, known)
}

fn airs_at(node: &Tribune, playlist: &str, more: usize, known: &[String]) -> (u64, Vec<String>) {
    let is_new = |it: &&String| !known.contains(it);
    let answer = node.until(playlist, |answer| {
        answer.status == 200 && listed(&answer.text()).1.iter().filter(is_new).count() >= more
    });
    listed(&answer.text())
}

#[test]
fn a_channel_that_is_killed_on_air_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let studio = Studio::at(folder.path());
    let node = Tribune::serve(&studio.place);
    let source = studio.sends();
    let (first, before) = airs(&node, 3, &[]);
    node.kill();
    drop(source);

    let node = Tribune::serve(&studio.place);
    let _source = studio.sends();
    let (again, after) = airs(&node, 2, &before);
    assert!(again >= first, "the media sequence went back from {first} to {again}");
    // Each number names one segment, before and after: those that were closed, without the newest, of
    // which the disk may not have known.
    let before = &before[..before.len() - 1];
    let places = |first: u64, all: &[String]| (first..).zip(all.to_vec()).collect::<Vec<_>>();
    for (number, name) in places(again, &after) {
        let known = places(first, before).into_iter().find(|(it, _)| *it == number);
        assert!(known.is_none_or(|(_, it)| it == name), "{number} was another segment");
    }
    // Who was watching finds what was closed before the kill, and the window lists it.
    let window = node.get("/channels/main/source/dvr.m3u8").text();
    for name in before {
        assert!(window.contains(name.as_str()), "{name} is not in {window}");
        assert_eq!(node.get(&format!("/channels/main/source/{name}")).status, 200, "{name}");
    }
}

#[test]
fn a_transcoder_that_is_killed_on_air_costs_the_channel_nothing_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let studio = Studio::at(folder.path());
    let node = Tribune::serve(&studio.place);
    let _source = studio.sends_at("426x320");
    let (_, before) = airs(&node, 2, &[]);
    let lower = |master: &str| {
        let of_pictures = |line: &&str| line.ends_with("p/live.m3u8");
        master.lines().find(of_pictures).map(|line| format!("/channels/main/{line}"))
    };
    let master = node.until("/channels/main/master.m3u8", |it| lower(&it.text()).is_some());
    let lower = lower(&master.text()).unwrap();
    let (first, known) = airs_at(&node, &lower, 2, &[]);

    let killed = node.children("ffmpeg");
    assert!(!killed.is_empty(), "nothing transcodes");
    for pid in &killed {
        assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
    }
    let (again, _) = airs_at(&node, &lower, 2, &known);
    assert!(again >= first, "the media sequence went back from {first} to {again}");
    assert!(node.children("ffmpeg").iter().any(|pid| !killed.contains(pid)), "it is the old one");
    // What passes untouched has no break.
    let source = node.get("/channels/main/source/dvr.m3u8").text();
    assert!(before.iter().all(|name| source.contains(name.as_str())), "{source}");
    assert!(!source.contains("#EXT-X-DISCONTINUITY\n"), "{source}");
}

/// Follows the channel as a viewer does, segment by segment, for so long: each comes in time. Gives the
/// number of the next.
fn follows(node: &Tribune, mut next: u64, how_long: Duration) -> u64 {
    let began = Instant::now();
    while began.elapsed() < how_long {
        let answer = node.get(&format!("{LIVE}?_HLS_msn={next}"));
        assert_eq!(answer.status, 200, "segment {next}: {}", answer.text());
        next += 1;
    }
    next
}

/// What the window shows without a break: of one source, or the slate.
#[derive(Debug)]
struct Run {
    init: String,
    from: Timestamp,
    seconds: f64,
}

impl Run {
    fn to(&self) -> Timestamp {
        self.from.plus(Duration::from_secs_f64(self.seconds))
    }
}

fn window(node: &Tribune) -> Vec<Run> {
    let playlist = node.get("/channels/main/source/dvr.m3u8").text();
    assert!(!playlist.contains("#EXT-X-GAP"), "{playlist}");
    let (mut runs, mut init, mut at) = (Vec::<Run>::new(), String::new(), None);
    for line in playlist.lines() {
        if let Some(name) = inits(line) {
            init = name.to_owned();
        } else if let Some(moment) = line.strip_prefix("#EXT-X-PROGRAM-DATE-TIME:") {
            at = Some(Timestamp::from(moment.parse::<jiff::Timestamp>().unwrap()));
        } else if let Some(length) = line.strip_prefix("#EXTINF:") {
            let length: f64 = length.trim_end_matches(',').parse().unwrap();
            match runs.last_mut().filter(|run| run.init == init) {
                Some(run) => run.seconds += length,
                None => runs.push(Run { init: init.clone(), from: at.unwrap(), seconds: length }),
            }
        }
    }
    runs
}

/// The initialisation that a line of a playlist names.
fn inits(line: &str) -> Option<&str> {
    line.strip_prefix("#EXT-X-MAP:URI=\"")?.split('"').next()
}

#[test]
fn a_source_that_is_away_for_1_5_and_30_seconds_is_bridged_each_time_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let studio = Studio::at(folder.path());
    let node = Tribune::serve(&studio.place);
    let away = [1, 5, 30];
    let shows = |source: bool| {
        node.until(LIVE, |answer| {
            let text = answer.text();
            let mut all = text.lines().filter_map(inits);
            let first = window(&node).first().map(|run| run.init.clone());
            answer.status == 200 && (all.next_back() == first.as_deref()) == source
        });
    };
    let mut source = studio.sends();
    let (first, segments) = airs(&node, 2, &[]);
    let mut next = first + segments.len() as u64;
    for seconds in away {
        drop(source);
        shows(false);
        next = follows(&node, next, Duration::from_secs(seconds));
        source = studio.sends();
        shows(true);
        next = follows(&node, next, Duration::from_secs(4));
    }
    let runs = window(&node);
    assert_eq!(runs.len(), 1 + 2 * away.len(), "{runs:#?}");
    for (number, run) in runs.iter().enumerate() {
        assert_eq!(run.init == runs[0].init, number % 2 == 0, "{runs:#?}");
    }
    for (slate, seconds) in runs.iter().skip(1).step_by(2).zip(away) {
        assert!(slate.seconds >= seconds as f64, "away for {seconds} s: {runs:#?}");
    }
    // What came back is pictured for those who look for it.
    let last = runs.last().unwrap().from;
    let list = node.until("/channels/main/thumbnails.vtt", |list| {
        let text = list.text();
        let mut moments = text.lines().filter_map(|it| it.parse::<jiff::Timestamp>().ok());
        list.status == 200 && moments.any(|it| Timestamp::from(it) >= last)
    });
    for picture in list.text().lines().filter(|it| it.ends_with(".jpg")) {
        assert_eq!(node.get(&format!("/channels/main/{picture}")).status, 200, "{picture}");
    }
    // At no change is more missing than what the next key frame has let one wait for.
    for pair in runs.windows(2) {
        assert!(pair[1].from.since(pair[0].to()) < Duration::from_secs(1), "{runs:#?}");
    }
}

#[test]
fn strangers_at_the_door_keep_nobody_from_the_channel() {
    let folder = tempfile::tempdir().unwrap();
    let studio = Studio::at(folder.path());
    let node = Tribune::serve(&studio.place);
    let knocks = || TcpStream::connect(("127.0.0.1", studio.port)).unwrap();
    // Some say a word and then nothing.
    let mut slow: Vec<TcpStream> = (0..4).map(|_| knocks()).collect();
    for stranger in &mut slow {
        stranger.write_all(&[3]).unwrap();
    }
    // Others say what nobody understands, behind a handshake that is right.
    let mut random = Random::from_seed(7);
    for _ in 0..20 {
        let mut stranger = knocks();
        let hello: [u8; 1536] = random.bytes();
        stranger.write_all(&[&[3], &hello[..]].concat()).unwrap();
        let mut answer = vec![0; 1 + 2 * 1536];
        stranger.read_exact(&mut answer).unwrap();
        stranger.write_all(&answer[1..=1536]).unwrap();
        let garbage: [u8; 4096] = random.bytes();
        // It may be sent away in the middle of it.
        let _ = stranger.write_all(&garbage);
        let _ = stranger.shutdown(std::net::Shutdown::Write);
        eventually("it is sent away", || match stranger.read(&mut answer) {
            Ok(0) | Err(_) => Ok(()),
            Ok(_) => Err("it is answered".to_owned()),
        });
    }
    let _source = studio.sends();
    airs(&node, 2, &[]);
    assert_eq!(node.get("/health/ready").status, 200);
    drop(slow);
}
