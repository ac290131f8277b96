//! The other end of a connection, as a browser would be: for tests and measurements. Its packets are
//! made up; a picture of VP8 is as much of it as a server reads.

pub mod turn;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid, Pt, Simulcast, SimulcastLayer};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{ExtensionValues, RtpWrite, Ssrc};
use str0m::{Candidate, Event, IceConnectionState, Input, Rtc};

use crate::{Kind, Layer, SeatNumber, Transmit};

/// Which of its lines something has come on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The sound of a seat.
    Sound(SeatNumber),
    /// Its camera.
    Camera(SeatNumber),
    /// The screen that is shown.
    Shown,
}

/// A packet that has come, decrypted.
#[derive(Clone, Debug)]
pub struct Received {
    /// Where it belongs.
    pub slot: Slot,
    /// With the wraps counted in.
    pub sequence: u64,
    /// In the clock of its medium.
    pub time: u32,
    /// Whether it ends a picture.
    pub marker: bool,
    /// What it carries.
    pub payload: Arc<[u8]>,
}

/// What a peer has to say.
#[derive(Debug)]
pub enum Output {
    /// This is to be sent.
    Transmit(Transmit),
    /// This has come.
    Received(Received),
    /// The server wants a key frame.
    KeyFrameWanted(Kind, Layer),
    /// It can send and receive, or no longer.
    Connected(bool),
    /// There is nothing more until then.
    Timeout(Instant),
}

/// A seat's browser.
pub struct Peer {
    rtc: Rtc,
    pending: Option<SdpPendingOffer>,
    sound: Mid,
    camera: Mid,
    screen: Mid,
    slots: BTreeMap<Mid, Slot>,
    heard: BTreeMap<u32, Slot>,
    streams: BTreeMap<(Kind, Layer), Stream>,
    /// How loud its sound says that it is, in dB below the loudest, where that was agreed upon.
    pub loudness: i8,
    address: SocketAddr,
    ice: bool,
    dtls: bool,
}

/// A stream that it sends.
#[derive(Clone, Debug)]
pub struct Stream {
    /// The number of the next packet, with the wraps counted in. The first must be below 65,536.
    pub sequence: u64,
    /// The number of the next picture, 15 bits of it.
    pub picture: u16,
    /// What is added to its times.
    pub time: u32,
}

impl Default for Stream {
    fn default() -> Self {
        Self { sequence: 1, picture: 1, time: 0 }
    }
}

impl Peer {
    /// Makes one that asks for the lines of the first `slots` other seats, with its offer.
    pub fn new(
        now: Instant,
        me: SeatNumber,
        seats: &[SeatNumber],
        slots: usize,
        address: SocketAddr,
    ) -> (Self, String) {
        let mut rtc = Rtc::builder()
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .enable_vp9(true)
            .set_rtcp_report_interval_video(Duration::from_secs(2))
            .build(now);
        if let Ok(candidate) = Candidate::host(address, "udp") {
            rtc.add_local_candidate(candidate);
        }
        let mut simulcast = Simulcast::new();
        for layer in Layer::ALL {
            simulcast.add_send_layer(SimulcastLayer::new(layer.rid()));
        }
        let mut change = rtc.sdp_api();
        let mut add =
            |kind, direction, simulcast| change.add_media(kind, direction, None, None, simulcast);
        let sound = add(MediaKind::Audio, Direction::SendOnly, None);
        let camera = add(MediaKind::Video, Direction::SendOnly, Some(simulcast));
        let screen = add(MediaKind::Video, Direction::SendOnly, None);
        let mut lines = BTreeMap::new();
        for seat in seats.iter().copied().filter(|seat| *seat != me).take(slots) {
            lines.insert(add(MediaKind::Audio, Direction::RecvOnly, None), Slot::Sound(seat));
            lines.insert(add(MediaKind::Video, Direction::RecvOnly, None), Slot::Camera(seat));
        }
        lines.insert(add(MediaKind::Video, Direction::RecvOnly, None), Slot::Shown);
        let (offer, pending) = change.apply().map(|(o, p)| (o.to_sdp_string(), p)).unzip();
        let peer = Self {
            rtc,
            pending,
            sound,
            camera,
            screen,
            slots: lines,
            heard: BTreeMap::new(),
            streams: BTreeMap::new(),
            loudness: -30,
            address,
            ice: false,
            dtls: false,
        };
        (peer, offer.unwrap_or_default())
    }

    /// Offers to find another way through the network.
    pub fn restart_ice(&mut self) -> String {
        let mut change = self.rtc.sdp_api();
        change.ice_restart(true);
        let (offer, pending) = change.apply().map(|(o, p)| (o.to_sdp_string(), p)).unzip();
        self.pending = pending;
        offer.unwrap_or_default()
    }

    /// Moves to another network: what it sends comes from there from now on.
    pub fn move_to(&mut self, address: SocketAddr) {
        if let Ok(old) = Candidate::host(self.address, "udp") {
            self.rtc.direct_api().invalidate_candidate(&old);
        }
        if let Ok(new) = Candidate::host(address, "udp") {
            self.rtc.add_local_candidate(new);
        }
        self.address = address;
    }

    /// Takes the server's answer to its last offer.
    pub fn accept(&mut self, answer: &str) -> Result<(), str0m::RtcError> {
        let answer = SdpAnswer::from_sdp_string(answer)
            .map_err(|error| str0m::RtcError::RemoteSdp(error.to_string()))?;
        match self.pending.take() {
            Some(pending) => self.rtc.sdp_api().accept_answer(pending, answer),
            None => Ok(()),
        }
    }

    /// Says good-bye, as a page that is closed does.
    pub fn close(&mut self) {
        let _ = self.rtc.close();
    }

    /// Whether it can send and receive.
    pub fn is_connected(&self) -> bool {
        self.ice && self.dtls
    }

    /// Where a stream is with its numbers, to be read or set.
    pub fn stream(&mut self, kind: Kind, layer: Layer) -> &mut Stream {
        self.streams.entry((kind, layer)).or_default()
    }

    /// Sends a packet of sound.
    pub fn send_sound(&mut self, now: Instant, time: u32, payload: &[u8]) {
        let Some((ssrc, pt)) = self.sends(self.sound, None, Codec::Opus) else { return };
        let stream = self.streams.entry((Kind::Sound, Layer::Full)).or_default();
        let (sequence, time) = (stream.sequence, time.wrapping_add(stream.time));
        stream.sequence += 1;
        let loudness = ExtensionValues {
            audio_level: Some(self.loudness),
            voice_activity: Some(true),
            ..ExtensionValues::default()
        };
        if let Some(tx) = self.rtc.direct_api().stream_tx(&ssrc) {
            let rtp = RtpWrite::new(pt, sequence.into(), time, now, payload);
            tx.write_rtp(rtp.ext_vals(loudness));
        }
    }

    /// Sends a picture in as many packets as `sizes` has, each with `mark` after what makes it VP8.
    pub fn send_picture(
        &mut self,
        now: Instant,
        of: (Kind, Layer),
        time: u32,
        key: bool,
        sizes: &[usize],
        mark: &[u8],
    ) {
        let (mid, rid) = match of {
            (Kind::Screen, _) => (self.screen, None),
            (_, layer) => (self.camera, Some(layer)),
        };
        let Some((ssrc, pt)) = self.sends(mid, rid, Codec::Vp8) else { return };
        let stream = self.streams.entry(of).or_default();
        let time = time.wrapping_add(stream.time);
        let [high, low] = stream.picture.to_be_bytes();
        stream.picture = (stream.picture + 1) & 0x7fff;
        let mut direct = self.rtc.direct_api();
        for (index, size) in sizes.iter().enumerate() {
            let start = if index == 0 { 0x90 } else { 0x80 };
            let mut payload = vec![start, 0xe0, 0x80 | high, low, low, 0x20, u8::from(!key)];
            payload.extend_from_slice(mark);
            payload.resize((*size).max(payload.len()), 0);
            let rtp = RtpWrite::new(pt, stream.sequence.into(), time, now, payload)
                .marker(index + 1 == sizes.len())
                .nackable(true);
            stream.sequence += 1;
            if let Some(tx) = direct.stream_tx(&ssrc) {
                tx.write_rtp(rtp);
            }
        }
    }

    fn sends(&mut self, mid: Mid, layer: Option<Layer>, codec: Codec) -> Option<(Ssrc, Pt)> {
        if !self.is_connected() {
            return None;
        }
        let remote = self.rtc.media(mid)?.remote_pts();
        let agreed = |params: &&str0m::format::PayloadParams| {
            params.spec().codec == codec && remote.contains(&params.pt())
        };
        let pt = self.rtc.codec_config().params().iter().find(agreed)?.pt();
        let rid = layer.map(|layer| layer.rid().into());
        let ssrc = self.rtc.direct_api().stream_tx_by_mid(mid, rid)?.ssrc();
        Some((ssrc, pt))
    }

    /// Asks the server for a key frame of what comes on a line.
    pub fn ask_for_key_frame(&mut self, slot: Slot) {
        let line = self.slots.iter().find(|(_, of)| **of == slot).map(|(mid, _)| *mid);
        if let Some(mid) = line
            && let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, None)
        {
            stream.request_keyframe(str0m::media::KeyframeRequestKind::Pli);
        }
    }

    /// Takes a datagram.
    pub fn handle_datagram(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        bytes: &[u8],
    ) {
        if let Ok(received) = Receive::new(Protocol::Udp, source, destination, bytes) {
            let _ = self.rtc.handle_input(Input::Receive(now, received));
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        let _ = self.rtc.handle_input(Input::Timeout(now));
    }

    /// The next thing it has to say; asked until it gives a timeout.
    pub fn poll_output(&mut self) -> Output {
        loop {
            let before = self.is_connected();
            match self.rtc.poll_output() {
                Err(_) => {
                    self.rtc.disconnect();
                    self.dtls = false;
                    return Output::Connected(false);
                }
                Ok(str0m::Output::Timeout(at)) => return Output::Timeout(at),
                Ok(str0m::Output::Transmit(transmit)) => {
                    return Output::Transmit(Transmit {
                        source: transmit.source,
                        destination: transmit.destination,
                        contents: transmit.contents.into(),
                    });
                }
                Ok(str0m::Output::Event(event)) => {
                    if let Some(output) = self.hear(event) {
                        return output;
                    }
                }
            }
            if before != self.is_connected() {
                return Output::Connected(self.is_connected());
            }
        }
    }

    fn hear(&mut self, event: Event) -> Option<Output> {
        match event {
            Event::Connected => self.dtls = true,
            Event::Closed => self.dtls = false,
            Event::IceConnectionStateChange(state) => match state {
                IceConnectionState::Connected | IceConnectionState::Completed => self.ice = true,
                IceConnectionState::Disconnected => self.ice = false,
                _ => {}
            },
            Event::KeyframeRequest(request) => {
                let layer = request.rid.and_then(|rid| Layer::of_rid(&rid)).unwrap_or(Layer::Full);
                let kind = if request.mid == self.screen { Kind::Screen } else { Kind::Camera };
                return Some(Output::KeyFrameWanted(kind, layer));
            }
            Event::RtpPacket(packet) => {
                let ssrc = packet.header.ssrc;
                let slot = match self.heard.get(&*ssrc) {
                    Some(slot) => *slot,
                    None => {
                        let mid = self.rtc.direct_api().stream_rx(&ssrc)?.mid();
                        let slot = *self.slots.get(&mid)?;
                        self.heard.insert(*ssrc, slot);
                        slot
                    }
                };
                return Some(Output::Received(Received {
                    slot,
                    sequence: *packet.seq_no,
                    time: packet.header.timestamp,
                    marker: packet.header.marker,
                    payload: packet.payload,
                }));
            }
            _ => {}
        }
        None
    }
}
