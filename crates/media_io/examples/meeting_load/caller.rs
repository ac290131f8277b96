//! A peer: sends a camera of 1 Mbit/s, or counts what comes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use str0m::format::Codec;
use str0m::media::Mid;
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc};
use tokio::net::UdpSocket;

/// Twenty-five times in a second, 5,000 bytes.
const PICTURE: [usize; 5] = [1_100, 1_100, 1_100, 1_100, 600];
const BETWEEN: Duration = Duration::from_millis(40);

pub(crate) struct Caller {
    pub(crate) rtc: Rtc,
    pub(crate) socket: UdpSocket,
    pub(crate) address: SocketAddr,
    /// On which line it sends, and which of its sizes.
    pub(crate) sends: Option<(Mid, Option<&'static str>)>,
    pub(crate) index: usize,
}

impl Caller {
    pub(crate) async fn new(index: usize) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        let mut rtc = Rtc::builder()
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(Instant::now());
        rtc.add_local_candidate(Candidate::host(address, "udp").unwrap());
        Self { rtc, socket, address, sends: None, index }
    }

    pub(crate) async fn run(mut self, tally: Tally) {
        let mut buffer = vec![0; 2_000];
        let mut next = Instant::now();
        let (mut picture, mut sequence, mut key, mut connected) = (0_u32, 1_u64, true, false);
        loop {
            let at = loop {
                match self.rtc.poll_output().unwrap() {
                    Output::Timeout(at) => break at,
                    Output::Transmit(transmit) => {
                        let to = transmit.destination;
                        // A full buffer loses it, as a network would.
                        let _ = self.socket.try_send_to(&transmit.contents, to);
                    }
                    Output::Event(Event::Connected) => {
                        connected = true;
                        next = Instant::now();
                        tally.connects();
                    }
                    Output::Event(Event::KeyframeRequest(_)) => key = true,
                    Output::Event(Event::RtpPacket(packet)) => {
                        tally.came(self.index, &packet.payload);
                    }
                    Output::Event(_) => {}
                }
            };
            let now = Instant::now();
            if let Some((mid, rid)) = self.sends.filter(|_| connected)
                && next <= now
            {
                next += BETWEEN;
                let key = std::mem::take(&mut key);
                self.send(&tally, mid, rid, (picture, sequence), key);
                (picture, sequence) = (picture + 1, sequence + PICTURE.len() as u64);
                self.rtc.handle_input(Input::Timeout(now)).unwrap();
                continue;
            }
            let until = if self.sends.is_some() && connected { at.min(next) } else { at };
            tokio::select! {
                biased;
                received = self.socket.recv_from(&mut buffer) => {
                    let (length, source) = received.unwrap();
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

    fn send(
        &mut self,
        tally: &Tally,
        mid: Mid,
        rid: Option<&'static str>,
        (picture, sequence): (u32, u64),
        key: bool,
    ) {
        let params = self.rtc.codec_config().params();
        let pt = params.iter().find(|p| p.spec().codec == Codec::Vp8).unwrap().pt();
        let mut direct = self.rtc.direct_api();
        let stream = direct.stream_tx_by_mid(mid, rid.map(Into::into)).unwrap();
        let [_, _, high, low] = (picture & 0x7fff).to_be_bytes();
        for (index, size) in PICTURE.iter().enumerate() {
            let start = if index == 0 { 0x90 } else { 0x80 };
            let mut payload = vec![start, 0xe0, 0x80 | high, low, low, 0x20, u8::from(!key)];
            payload.extend(tally.clock().to_be_bytes());
            payload.resize(*size, 0);
            let sequence = sequence + index as u64;
            stream.write_rtp(
                RtpWrite::new(pt, sequence.into(), picture * 3_600, Instant::now(), payload)
                    .marker(index + 1 == PICTURE.len())
                    .nackable(true),
            );
        }
    }
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
    packets: Vec<u64>,
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

    /// Waits until so many are connected.
    pub(crate) async fn until(&self, connected: usize) {
        let patience = Instant::now();
        while self.counts.lock().unwrap().connected < connected {
            assert!(patience.elapsed() < Duration::from_secs(30), "{connected} do not connect");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn came(&self, index: usize, payload: &[u8]) {
        let Some(sent) = payload.get(7..15).and_then(|bytes| bytes.try_into().ok()) else { return };
        let mut counts = self.counts.lock().unwrap();
        if counts.packets.len() <= index {
            counts.packets.resize(index + 1, 0);
        }
        counts.packets[index] += 1;
        counts.delays.push(self.clock().saturating_sub(u64::from_be_bytes(sent)));
    }

    pub(crate) fn reset(&self) {
        let mut counts = self.counts.lock().unwrap();
        counts.packets.clear();
        counts.delays.clear();
    }

    /// The packets, the delays in microseconds, and how many receivers got nothing.
    pub(crate) fn take(&self, receivers: usize) -> (u64, Vec<u64>, usize) {
        let mut counts = self.counts.lock().unwrap();
        let seen = counts.packets.iter().filter(|packets| **packets > 0).count();
        (counts.packets.iter().sum(), std::mem::take(&mut counts.delays), receivers - seen)
    }
}
