//! A thousand viewers of low-latency HLS, in one thread: each follows a picture and the sound as
//! hls.js does. It asks for the next playlist as soon as it has one, over one connection, and for what
//! is new in it over another.

mod answer;
mod playlist;

use std::collections::{HashMap, VecDeque};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::source::{Film, Look};
use super::{Studio, pictures_of};
use crate::bench::http::{Client, HOST};
use crate::bench::process::cpu_seconds;
use crate::bench::report::{Report, Target};
use crate::bench::{Size, as_f64, files, percentile};
use answer::Answer;
use playlist::Listed;

const PICTURES: usize = 3;
/// Where a viewer begins: so many parts before the newest.
const BEHIND: usize = 3;

pub(super) fn measure(studio: &Studio<'_>, size: &Size, report: &mut Report) -> Result<()> {
    let film = Film::made(studio.bench, &Look { size: (854, 480), kilobits: 1200, seconds: 20 })?;
    let on_air = studio.shows(&film, PICTURES)?;
    let program = &on_air.program;
    let pictures = pictures_of(&mut Client::connect(program.address())?)?;
    files::allow(size.viewers * 4)?;
    let mut audience = Audience::comes(program.address(), &pictures, size.viewers)?;
    // Until everybody has come in.
    audience.watches(Duration::from_secs(6))?;
    audience.seen = Seen::default();
    let (before, began) = (cpu_seconds(program.pid())?, Instant::now());
    audience.watches(Duration::from_secs(u64::from(size.channel_secs)))?;
    let seconds = began.elapsed().as_secs_f64();
    let cpu = (cpu_seconds(program.pid())? - before) / seconds;
    let Seen { answers, bytes, late, mut delays } = audience.seen;

    let name = format!("{} low-latency viewers", size.viewers);
    report.add(&format!("{name}: parts late"), "", as_f64(late), Target::AtMost(0.0));
    let told = format!("{name}: listed to whole, p99");
    report.add(&told, "ms", percentile(&mut delays, 99.0), Target::None);
    report.add(&format!("{name}: of a core"), "%", cpu * 100.0, Target::AtMost(100.0));
    report.add(&format!("{name}: answers"), "/s", as_f64(answers) / seconds, Target::None);
    let rate = as_f64(bytes) / seconds / 1_000_000.0;
    report.add(&format!("{name}: sent"), "MB/s", rate, Target::None);
    // They did watch: each gets two and a half parts a second of both.
    ensure!(delays.len() > size.viewers * 4 * size.channel_secs as usize, "viewers saw too little");
    on_air.stop()
}

/// Everybody who watches.
pub(in crate::bench) struct Audience {
    poll: Poll,
    followers: Vec<Follower>,
    renditions: Vec<Rendition>,
    /// Since all are sent the same, it is read once.
    read: HashMap<Vec<u8>, Listed>,
    seen: Seen,
}

/// One rendition as it is known.
struct Rendition {
    folder: String,
    /// When anybody was first told of a part.
    listed: HashMap<String, Instant>,
    part_seconds: f64,
}

/// One viewer of one rendition.
struct Follower {
    rendition: usize,
    playlists: Line,
    media: Line,
    /// What is to be fetched, the oldest first.
    wanted: VecDeque<String>,
    /// What is being fetched.
    fetches: Option<String>,
    /// The newest part that was ever wanted.
    newest: Option<String>,
}

/// A connection.
struct Line {
    socket: TcpStream,
    answer: Answer,
}

/// What was seen since it was counted last.
#[derive(Default)]
struct Seen {
    answers: usize,
    bytes: usize,
    /// Parts that took longer than a part lasts.
    late: usize,
    /// From the first word of a part to the last byte of it, in milliseconds.
    delays: Vec<f64>,
}

impl Audience {
    /// Each viewer has one of the pictures, and all have the sound.
    pub(in crate::bench) fn comes(
        address: SocketAddr,
        pictures: &[String],
        viewers: usize,
    ) -> Result<Self> {
        let mut folders = pictures.to_vec();
        folders.push("sound".to_owned());
        let rendition = |folder| Rendition { folder, listed: HashMap::new(), part_seconds: 0.0 };
        let renditions: Vec<_> = folders.into_iter().map(rendition).collect();
        let sound = renditions.len() - 1;
        let poll = Poll::new()?;
        let mut followers = Vec::new();
        for viewer in 0..viewers {
            for rendition in [viewer % pictures.len(), sound] {
                let line = |token: usize| {
                    let socket = std::net::TcpStream::connect(address)?;
                    socket.set_nodelay(true)?;
                    socket.set_nonblocking(true)?;
                    let mut socket = TcpStream::from_std(socket);
                    poll.registry().register(&mut socket, Token(token), Interest::READABLE)?;
                    anyhow::Ok(Line { socket, answer: Answer::default() })
                };
                let at = followers.len() * 2;
                let (playlists, media) = (line(at)?, line(at + 1)?);
                let (wanted, fetches, newest) = (VecDeque::new(), None, None);
                let mut follower =
                    Follower { rendition, playlists, media, wanted, fetches, newest };
                follower.asks_for_playlist(&renditions[rendition], "")?;
                followers.push(follower);
            }
        }
        Ok(Self { poll, followers, renditions, read: HashMap::new(), seen: Seen::default() })
    }

    pub(in crate::bench) fn watches(&mut self, how_long: Duration) -> Result<()> {
        let mut events = Events::with_capacity(1024);
        let mut buffer = vec![0; 1 << 16];
        let until = Instant::now() + how_long;
        while let Some(rest) = until.checked_duration_since(Instant::now()) {
            match self.poll.poll(&mut events, Some(rest)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other?,
            }
            for event in &events {
                self.reads(event.token().0, &mut buffer)?;
            }
        }
        Ok(())
    }

    /// Takes what has come over one connection.
    fn reads(&mut self, token: usize, buffer: &mut [u8]) -> Result<()> {
        let (number, is_media) = (token / 2, token % 2 == 1);
        loop {
            let follower = &mut self.followers[number];
            let line = if is_media { &mut follower.media } else { &mut follower.playlists };
            let read = match line.socket.read(buffer) {
                Ok(0) => anyhow::bail!("a viewer was cut off"),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            // Only playlists are read, and media counted.
            let Some(body) = line.answer.take(&buffer[..read], !is_media)? else { continue };
            self.seen.answers += 1;
            self.seen.bytes += body.length;
            if is_media {
                self.has_fetched(number)?;
            } else {
                self.has_read(number, &body.bytes)?;
            }
        }
    }

    fn has_fetched(&mut self, number: usize) -> Result<()> {
        let follower = &mut self.followers[number];
        let rendition = &self.renditions[follower.rendition];
        let name = follower.fetches.take().context("nothing was asked for")?;
        if let Some(listed) = rendition.listed.get(&name) {
            let delay = listed.elapsed();
            self.seen.delays.push(delay.as_secs_f64() * 1000.0);
            self.seen.late += usize::from(delay.as_secs_f64() > rendition.part_seconds);
        }
        follower.fetches_next(rendition)
    }

    fn has_read(&mut self, number: usize, text: &[u8]) -> Result<()> {
        let now = Instant::now();
        if !self.read.contains_key(text) {
            // Those of the past are not sent again.
            if self.read.len() > 200 {
                self.read.clear();
            }
            self.read.insert(text.to_owned(), Listed::read(text)?);
        }
        let listed = &self.read[text];
        let follower = &mut self.followers[number];
        let rendition = &mut self.renditions[follower.rendition];
        if let Some(newest) = listed.parts.last()
            && !rendition.listed.contains_key(newest)
        {
            for part in &listed.parts {
                rendition.listed.entry(part.clone()).or_insert(now);
            }
            rendition.part_seconds = listed.part_seconds;
        }
        follower.wants(&listed.parts);
        follower.asks_for_playlist(rendition, &listed.next())?;
        follower.fetches_next(rendition)
    }
}

impl Follower {
    /// Notes what is new.
    fn wants(&mut self, parts: &[String]) {
        let known = self.newest.as_ref().and_then(|it| parts.iter().rposition(|part| part == it));
        let first = known.map_or(parts.len().saturating_sub(BEHIND), |at| at + 1);
        self.wanted.extend(parts[first..].iter().cloned());
        self.newest = parts.last().cloned().or(self.newest.take());
    }

    fn asks_for_playlist(&mut self, rendition: &Rendition, query: &str) -> Result<()> {
        self.playlists.asks(&format!("/channels/main/{}/live.m3u8{query}", rendition.folder))
    }

    fn fetches_next(&mut self, rendition: &Rendition) -> Result<()> {
        if self.fetches.is_none()
            && let Some(name) = self.wanted.pop_front()
        {
            self.media.asks(&format!("/channels/main/{}/{name}", rendition.folder))?;
            self.fetches = Some(name);
        }
        Ok(())
    }
}

impl Line {
    fn asks(&mut self, path: &str) -> Result<()> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
        // It is short, and the answer before it was read: there is room for it.
        Ok(self.socket.write_all(request.as_bytes())?)
    }
}
