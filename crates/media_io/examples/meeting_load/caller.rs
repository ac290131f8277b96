//! A peer: sends a camera in one size or several, and counts what comes.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use str0m::format::Codec;
use str0m::media::Mid;
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc};
use tokio::net::UdpSocket;

const BETWEEN: Duration = Duration::from_millis(40);
/// So many pictures in a second.
const PICTURES: u32 = 25;

/// One size of a camera: what it is called, and the packets of each of its pictures.
pub(crate) type Size = (Option<&'static str>, &'static [usize]);

/// 1 Mbit/s.
pub(crate) const FULL: &[usize] = &[1_100, 1_100, 1_100, 1_100, 600];
/// 400 kbit/s.
pub(crate) const HALF: &[usize] = &[1_000, 1_000];
/// 100 kbit/s.
pub(crate) const QUARTER: &[usize] = &[500];

/// So many packets in a second.
pub(crate) fn rate(size: &[usize]) -> u64 {
    u64::from(PICTURES) * size.len() as u64
}

pub(crate) struct Caller {
    pub(crate) rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    index: usize,
    sends: Vec<Stream>,
}

struct Stream {
    mid: Mid,
    size: Size,
    picture: u32,
    sequence: u64,
    key_frame_wanted: bool,
}

impl Caller {
    pub(crate) async fn new(index: usize, ip: IpAddr) -> Self {
        let socket = UdpSocket::bind((ip, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        let mut rtc = Rtc::builder()
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(Instant::now());
        rtc.add_local_candidate(Candidate::host(address, "udp").unwrap());
        Self { rtc, socket, address, index, sends: Vec::new() }
    }

    pub(crate) fn send_on(&mut self, mid: Mid, sizes: &[Size]) {
        let stream = |size| Stream { mid, size, picture: 0, sequence: 1, key_frame_wanted: true };
        self.sends = sizes.iter().copied().map(stream).collect();
    }

    pub(crate) async fn run(mut self, tally: Tally) {
        let mut buffer = vec![0; 2_000];
        let mut connected = false;
        // Cameras know nothing of each other.
        let mut next = tally.start + BETWEEN * self.index as u32 / PICTURES;
        loop {
            let at = loop {
                match self.rtc.poll_output().unwrap() {
                    Output::Timeout(at) => break at,
                    Output::Transmit(transmit) => {
                        if !connected {
                            tally.sees(&transmit.contents);
                        }
                        let to = transmit.destination;
                        // A full buffer loses it, as a network would.
                        let _ = self.socket.try_send_to(&transmit.contents, to);
                    }
                    Output::Event(Event::Connected) => {
                        connected = true;
                        while next < Instant::now() {
                            next += BETWEEN;
                        }
                        tally.connects();
                    }
                    Output::Event(Event::KeyframeRequest(request)) => {
                        let rid = request.rid.as_deref();
                        for stream in self.sends.iter_mut().filter(|of| of.size.0 == rid) {
                            stream.key_frame_wanted = true;
                        }
                    }
                    Output::Event(Event::RtpPacket(packet)) => {
                        tally.came(&packet.payload);
                    }
                    Output::Event(_) => {}
                }
            };
            let now = Instant::now();
            let sends = connected && !self.sends.is_empty();
            if sends && next <= now {
                next += BETWEEN;
                for stream in &mut self.sends {
                    stream.send(&mut self.rtc, &tally);
                }
                self.rtc.handle_input(Input::Timeout(now)).unwrap();
                continue;
            }
            let until = if sends { at.min(next) } else { at };
            tokio::select! {
                biased;
                received = self.socket.recv_from(&mut buffer) => {
                    let (length, source) = received.unwrap();
                    if !connected {
                        tally.sees(&buffer[..length]);
                    }
                    let received = Receive::new(
                        Protocol::Udp, source, self.address, &buffer[..length]);
                    if let Ok(received) = received {
                        self.rtc.handle_input(Input::Receive(Instant::now(), received)).unwrap();
                    }
                }
                () = tokio::time::sleep_until(until.into()) => {
                    self.rtc.handle_input(Input::Timeout(Instant::now())).unwrap();
                }
            }
        }
    }
}

impl Stream {
    fn send(&mut self, rtc: &mut Rtc, tally: &Tally) {
        let (rid, packets) = self.size;
        let params = rtc.codec_config().params();
        let pt = params.iter().find(|p| p.spec().codec == Codec::Vp8).unwrap().pt();
        let mut direct = rtc.direct_api();
        let stream = direct.stream_tx_by_mid(self.mid, rid.map(Into::into)).unwrap();
        let [_, _, high, low] = (self.picture & 0x7fff).to_be_bytes();
        let needs_another = u8::from(!std::mem::take(&mut self.key_frame_wanted));
        for (index, size) in packets.iter().enumerate() {
            let start = if index == 0 { 0x90 } else { 0x80 };
            let mut payload = vec![start, 0xe0, 0x80 | high, low, low, 0x20, needs_another];
            payload.extend(tally.clock().to_be_bytes());
            payload.resize(*size, 0);
            let (sequence, time) = (self.sequence.into(), self.picture * 3_600);
            self.sequence += 1;
            stream.write_rtp(
                RtpWrite::new(pt, sequence, time, Instant::now(), payload)
                    .marker(index + 1 == packets.len())
                    .nackable(true),
            );
        }
        self.picture += 1;
    }
}

/// The suite of SRTP that a ServerHello of DTLS 1.2 chooses (RFC 5764 §4.1).
fn chosen_suite(datagram: &[u8]) -> Option<&'static str> {
    const HANDSHAKE: u8 = 22;
    const SERVER_HELLO: u8 = 2;
    const USE_SRTP: [u8; 2] = [0, 14];
    let (record, rest) = datagram.split_first_chunk::<13>()?;
    let (handshake, hello) = rest.split_first_chunk::<12>()?;
    if (record[0], handshake[0]) != (HANDSHAKE, SERVER_HELLO) {
        return None;
    }
    // Version and random, the session's id, cipher suite, compression, length of the extensions.
    let session = usize::from(*hello.get(34)?);
    let mut rest = hello.get(35 + session + 5..)?;
    while let [k0, k1, l0, l1, after @ ..] = rest {
        let (value, others) =
            after.split_at_checked(usize::from(u16::from_be_bytes([*l0, *l1])))?;
        if [*k0, *k1] == USE_SRTP {
            return Some(match value.get(2..4)? {
                [0, 1] => "AES_CM_128_HMAC_SHA1_80",
                [0, 7] => "AEAD_AES_128_GCM",
                [0, 8] => "AEAD_AES_256_GCM",
                _ => "another",
            });
        }
        rest = others;
    }
    None
}

/// What all receivers have got.
#[derive(Clone)]
pub(crate) struct Tally {
    start: Instant,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    connected: usize,
    suites: BTreeSet<&'static str>,
    delays: Vec<u64>,
}

impl Tally {
    pub(crate) fn start() -> Self {
        Self { start: Instant::now(), counts: Arc::default() }
    }

    fn clock(&self) -> u64 {
        self.start.elapsed().as_micros() as u64
    }

    fn connects(&self) {
        self.counts.lock().unwrap().connected += 1;
    }

    fn sees(&self, datagram: &[u8]) {
        if let Some(suite) = chosen_suite(datagram) {
            self.counts.lock().unwrap().suites.insert(suite);
        }
    }

    /// Waits until so many are connected.
    pub(crate) async fn until(&self, connected: usize) {
        let patience = Instant::now();
        loop {
            let now = self.counts.lock().unwrap().connected;
            if now >= connected {
                return;
            }
            let waits = patience.elapsed() < Duration::from_secs(30);
            assert!(waits, "only {now} of {connected} have connected");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until so many packets come in a second, a hundredth more or less.
    pub(crate) async fn until_settled(&self, rate: u64) {
        let patience = Instant::now();
        loop {
            self.take();
            tokio::time::sleep(Duration::from_secs(1)).await;
            let came = self.take().len() as u64;
            if came.abs_diff(rate) <= rate / 100 {
                return;
            }
            let waits = patience.elapsed() < Duration::from_secs(60);
            assert!(waits, "{came} packets come in a second, where {rate} are due");
        }
    }

    /// What was agreed upon by everybody.
    pub(crate) fn suites(&self) -> String {
        Vec::from_iter(self.counts.lock().unwrap().suites.iter().copied()).join(" ")
    }

    fn came(&self, payload: &[u8]) {
        let Some(sent) = payload.get(7..15).and_then(|bytes| bytes.try_into().ok()) else { return };
        let delay = self.clock().saturating_sub(u64::from_be_bytes(sent));
        self.counts.lock().unwrap().delays.push(delay);
    }

    /// The delays of the packets that have come since it was asked last, in microseconds.
    pub(crate) fn take(&self) -> Vec<u64> {
        std::mem::take(&mut self.counts.lock().unwrap().delays)
    }
}
