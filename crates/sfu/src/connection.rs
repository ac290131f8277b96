//! The connection of one seat.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::bwe::{Bitrate, BweKind};
use str0m::change::SdpOffer;
use str0m::format::Codec;
use str0m::media::{KeyframeRequestKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{Extension, ExtensionMap, Ssrc, Vp8Descriptor};
use str0m::{Candidate, Event, IceConnectionState, Input, Rtc, RtcConfig};

use crate::intake::Intake;
use crate::layers::{Want, allocate};
use crate::offer::{JoinError, Plan};
use crate::pump::{Next, Pump};
use crate::rebase::StreamKey;
use crate::room::Transmit;
use crate::source::Source;
use crate::track::{Line, Media, PictureTrack, SoundTrack};
use crate::{Kind, Layer, Profile, SeatNumber, Wish};

/// What a network is taken to carry before anything is known of it. What it does carry is found out
/// within a second or two.
const FIRST_ESTIMATE: Bitrate = Bitrate::kbps(1_000);
/// While little is sent, an estimate sinks below what it can know. With less than this there is no seeing
/// each other anyway.
const LEAST_ESTIMATE: u64 = 100_000;
/// A lost packet that is asked for later than this is of no use to anybody.
const RESENT_WITHIN: Duration = Duration::from_millis(800);
const RESENT_PACKETS: usize = 384;
/// More of a seat's addresses than a browser uses at a time.
const MAX_ADDRESSES: usize = 16;
/// A browser sends at most a sound, three sizes of a camera and a screen, and now and then anew.
const MAX_SOURCES: usize = 24;

pub(crate) struct Connection {
    rtc: Rtc,
    pub(crate) session: u64,
    plan: Plan,
    pub(crate) ufrag: String,
    intake: Intake,
    /// Where it is known to be reached, oldest first.
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) sources: Vec<Source>,
    others: BTreeMap<SeatNumber, (SoundTrack, PictureTrack)>,
    shown: Option<PictureTrack>,
    budget: Option<u64>,
    /// What was shared out last.
    shared_out: Option<u64>,
    asked_budget: (u64, u64),
    pub(crate) timeout: Instant,
    /// It was told or asked something since it was polled.
    dirty: bool,
    /// So many packets of media were written into it since.
    pub(crate) written: usize,
    /// It knows what time it is, from a datagram.
    told: bool,
    ice: bool,
    dtls: bool,
}

/// An offer that has been read.
pub(crate) struct Offer {
    plan: Plan,
    sdp: SdpOffer,
}

/// What has come of polling a connection.
#[derive(Default)]
pub(crate) struct Polled {
    pub(crate) media: Vec<Media>,
    pub(crate) news: Vec<News>,
}

pub(crate) enum News {
    Connected,
    Disconnected,
    /// It is over, and is to be removed.
    Failed,
    /// Media of this kind has come for the first time, or after a silence.
    Begins(Kind),
    KeyFrameLost(Mid),
    BudgetShrinks,
}

impl Connection {
    pub(crate) fn new(
        now: Instant,
        profile: Profile,
        addresses: &[SocketAddr],
        session: u64,
    ) -> Self {
        let mut rtc = config(profile).build(now);
        for address in addresses {
            if let Ok(candidate) = Candidate::host(*address, "udp") {
                rtc.add_local_candidate(candidate);
            }
        }
        Self {
            rtc,
            session,
            plan: Plan::default(),
            ufrag: String::new(),
            intake: Intake::new(now),
            addresses: Vec::new(),
            sources: Vec::new(),
            others: BTreeMap::new(),
            shown: None,
            budget: None,
            shared_out: None,
            asked_budget: (0, 0),
            timeout: now,
            dirty: true,
            written: 0,
            told: false,
            ice: false,
            dtls: false,
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.ice && self.dtls
    }

    /// Whether it may have something to say, whatever the time is.
    pub(crate) fn is_dirty(&self) -> bool {
        self.dirty || self.written > 0
    }

    /// Reads an offer, without agreeing to anything yet.
    pub(crate) fn read(
        known: Option<&Self>,
        me: SeatNumber,
        seats: &[SeatNumber],
        offer: &str,
    ) -> Result<Offer, JoinError> {
        let plan = known.map(|known| known.plan.clone()).unwrap_or_default();
        let plan = plan.extended(offer, me, seats)?;
        let sdp = SdpOffer::from_sdp_string(offer).map_err(|error| unreadable(&error))?;
        Ok(Offer { plan, sdp })
    }

    /// Agrees to an offer. On an error the connection is of no use any longer.
    pub(crate) fn answer(&mut self, profile: Profile, offer: Offer) -> Result<String, JoinError> {
        let Offer { plan, sdp } = offer;
        self.plan = plan;
        let answer = self.rtc.sdp_api().accept_offer(sdp).map_err(|error| unreadable(&error))?;
        self.dirty = true;
        self.ufrag = self.rtc.direct_api().local_ice_credentials().ufrag;

        for (seat, (sound, camera)) in &self.plan.others {
            self.others.entry(*seat).or_insert_with(|| {
                let wish = Wish::UpTo(Layer::Quarter);
                (SoundTrack::new(*sound), PictureTrack::new(*camera, wish))
            });
        }
        if let Some(mid) = self.plan.shown
            && self.shown.is_none()
        {
            self.shown = Some(PictureTrack::new(mid, Wish::UpTo(Layer::Full)));
        }
        let rtc = &mut self.rtc;
        for (sound, camera) in self.others.values_mut() {
            resolve(rtc, &mut sound.line, Codec::Opus);
            resolve(rtc, &mut camera.line, Codec::Vp8);
        }
        if let Some(shown) = &mut self.shown {
            resolve(rtc, &mut shown.line, Codec::Vp8);
        }
        let answer = answer.to_sdp_string();
        Ok(match profile {
            Profile::Closed => constant_bitrate(&answer),
            Profile::Open => answer,
        })
    }

    /// Takes a datagram. True if it has proved that its source is the seat's, for the first time.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        bytes: &[u8],
    ) -> bool {
        if !self.intake.takes(now, bytes.len()) {
            return false;
        }
        let Ok(received) = Receive::new(Protocol::Udp, source, destination, bytes) else {
            return false;
        };
        self.dirty = true;
        if self.rtc.handle_input(Input::Receive(now, received)).is_err() {
            return false;
        }
        self.told = true;
        !self.addresses.contains(&source) && is_reached_at(&self.rtc, now, source, destination)
    }

    /// Notes an address. Returns one that is to be forgotten for it.
    pub(crate) fn learn(&mut self, source: SocketAddr) -> Option<SocketAddr> {
        self.addresses.push(source);
        (self.addresses.len() > MAX_ADDRESSES).then(|| self.addresses.remove(0))
    }

    /// Says the BYE and drops the keys; what is to be sent for it goes out with the next poll.
    pub(crate) fn close(&mut self) {
        // Who is not connected has nobody to say it to.
        let _ = self.rtc.close();
        self.dirty = true;
    }

    /// Does what is due and hands out what has come of it.
    pub(crate) fn poll(
        &mut self,
        now: Instant,
        transmits: &mut VecDeque<Transmit>,
        polled: &mut Polled,
    ) {
        let told = std::mem::take(&mut self.told);
        let asked = std::mem::take(&mut self.dirty);
        let written = std::mem::take(&mut self.written);
        let mut pump = if asked || self.timeout <= now {
            Pump::new(now, told)
        } else {
            Pump::sends(now, written, self.timeout)
        };
        loop {
            match pump.next(&mut self.rtc) {
                Next::Transmit(transmit) => transmits.push_back(transmit),
                Next::Event(event) => self.hear(event, now, polled),
                Next::Timeout(at) => {
                    self.timeout = at;
                    return;
                }
                Next::Failed => {
                    polled.news.push(News::Failed);
                    return;
                }
            }
        }
    }

    fn hear(&mut self, event: Event, now: Instant, polled: &mut Polled) {
        let was_connected = self.is_connected();
        match event {
            Event::Connected => self.dtls = true,
            Event::IceConnectionStateChange(state) => match state {
                IceConnectionState::Connected | IceConnectionState::Completed => self.ice = true,
                IceConnectionState::Disconnected => self.ice = false,
                IceConnectionState::New | IceConnectionState::Checking => {}
            },
            Event::RtpPacket(packet) => {
                let Some(index) = self.source_of(packet.header.ssrc, now) else { return };
                let source = &mut self.sources[index];
                let kind = source.kind;
                let (descriptor, key_frame) = match kind {
                    Kind::Sound => (None, false),
                    Kind::Camera | Kind::Screen => {
                        let descriptor = Vp8Descriptor::parse(&packet.payload).ok();
                        let key = descriptor.is_some_and(|d| d.starts_keyframe(&packet.payload));
                        (descriptor, key)
                    }
                };
                if source.received(packet.payload.len(), now) {
                    polled.news.push(News::Begins(kind));
                }
                polled.media.push(Media {
                    kind,
                    layer: source.layer,
                    key: StreamKey { session: self.session, ssrc: *packet.header.ssrc },
                    packet,
                    descriptor,
                    key_frame,
                });
            }
            Event::KeyframeRequest(request) => polled.news.push(News::KeyFrameLost(request.mid)),
            Event::EgressBitrateEstimate(BweKind::Twcc { estimate, can_probe }) => {
                self.budget = can_probe.then(|| estimate.as_u64().max(LEAST_ESTIMATE));
                // Less is to be heeded at once; more can wait until rates are measured again.
                let used = self.shared_out.unwrap_or(u64::MAX);
                if self.budget.is_some_and(|budget| budget < used / 10 * 9) {
                    polled.news.push(News::BudgetShrinks);
                }
            }
            Event::Closed => polled.news.push(News::Failed),
            _ => {}
        }
        match (was_connected, self.is_connected()) {
            (false, true) => polled.news.push(News::Connected),
            (true, false) => polled.news.push(News::Disconnected),
            _ => {}
        }
    }

    /// Which of the seat's sources a stream is, noted when its first packet comes.
    fn source_of(&mut self, ssrc: Ssrc, now: Instant) -> Option<usize> {
        if let Some(index) = self.sources.iter().position(|source| source.ssrc == ssrc) {
            return Some(index);
        }
        let mut direct = self.rtc.direct_api();
        let stream = direct.stream_rx(&ssrc)?;
        let mid = Some(stream.mid());
        let kind = match mid {
            _ if mid == self.plan.sound => Kind::Sound,
            _ if mid == self.plan.camera => Kind::Camera,
            _ if mid == self.plan.screen => Kind::Screen,
            _ => return None,
        };
        let layer = match stream.rid() {
            Some(rid) => Layer::of_rid(&rid)?,
            None => Layer::Full,
        };
        // A browser that sends anew does it under another number; the old one has fallen silent.
        self.sources.retain(|source| (source.kind, source.layer) != (kind, layer));
        if self.sources.len() >= MAX_SOURCES {
            return None;
        }
        self.sources.push(Source::new(kind, layer, ssrc, now));
        Some(self.sources.len() - 1)
    }

    /// Asks the browser for the key frames that are wanted.
    pub(crate) fn ask_for_key_frames(&mut self, now: Instant) {
        for source in self.sources.iter_mut().filter(|source| source.kind != Kind::Sound) {
            if source.asks(now)
                && let Some(stream) = self.rtc.direct_api().stream_rx(&source.ssrc)
            {
                stream.request_keyframe(KeyframeRequestKind::Pli);
                self.dirty = true;
            }
        }
    }

    pub(crate) fn want_key_frame(&mut self, kind: Kind, layer: Layer) {
        if let Some(source) = self.source(kind, layer) {
            source.want_key_frame();
        }
    }

    pub(crate) fn key_frame_came(&mut self, kind: Kind, layer: Layer) {
        if let Some(source) = self.source(kind, layer) {
            source.key_frame_came();
        }
    }

    fn source(&mut self, kind: Kind, layer: Layer) -> Option<&mut Source> {
        self.sources.iter_mut().find(|source| source.kind == kind && source.layer == layer)
    }

    /// The layers of a camera or a screen that are being sent, smallest first.
    pub(crate) fn layers(&self, kind: Kind, now: Instant) -> Vec<(Layer, u64)> {
        let mut layers: Vec<_> = self
            .sources
            .iter()
            .filter(|source| source.kind == kind && source.is_sent(now))
            .map(|source| (source.layer, source.bits_per_second()))
            .collect();
        layers.sort_unstable();
        layers
    }

    pub(crate) fn wish(&mut self, seat: SeatNumber, wish: Wish) {
        if let Some((_, camera)) = self.others.get_mut(&seat) {
            camera.wish = wish;
        }
    }

    /// The tracks on which this receiver gets what `from` sends.
    pub(crate) fn tracks(
        &mut self,
        from: SeatNumber,
    ) -> (&mut Rtc, Option<&mut (SoundTrack, PictureTrack)>, Option<&mut PictureTrack>) {
        (&mut self.rtc, self.others.get_mut(&from), self.shown.as_mut())
    }

    /// Whose picture a line is, and which layer of it is to be asked for a key frame.
    pub(crate) fn lost(&self, mid: Mid) -> Option<(Option<SeatNumber>, Layer)> {
        if let Some(shown) = self.shown.as_ref().filter(|shown| shown.line.mid() == mid) {
            return shown.wants_key_frame_of().map(|layer| (None, layer));
        }
        let (seat, (_, camera)) =
            self.others.iter().find(|(_, (_, camera))| camera.line.mid() == mid)?;
        camera.wants_key_frame_of().map(|layer| (Some(*seat), layer))
    }

    pub(crate) fn forget_pictures(&mut self) {
        for (_, camera) in self.others.values_mut() {
            camera.forget();
        }
        if let Some(shown) = &mut self.shown {
            shown.forget();
        }
    }

    /// Decides which layer of whom this receiver gets. `sent` are the cameras and the screen (none) that
    /// are being sent, and `sound` what the sound of all takes. Returns those of which a key frame is
    /// needed.
    pub(crate) fn share_out(
        &mut self,
        sent: &BTreeMap<SeatNumber, Vec<(Layer, u64)>>,
        screen: Option<&[(Layer, u64)]>,
        sound: u64,
    ) -> Vec<(Option<SeatNumber>, Layer)> {
        let want = |track: &PictureTrack, layers: &[(Layer, u64)], screen| match track.wish {
            Wish::UpTo(at_most) => {
                Want { layers: layers.to_vec(), at_most, current: track.current(), screen }
            }
            Wish::Off => Want { layers: vec![], at_most: Layer::Quarter, current: None, screen },
        };
        let mut tracks: Vec<(Option<SeatNumber>, &mut PictureTrack)> = Vec::new();
        let mut wants = Vec::new();
        for (seat, (_, camera)) in &mut self.others {
            let layers = sent.get(seat).map_or(&[][..], Vec::as_slice);
            wants.push(want(camera, layers, false));
            tracks.push((Some(*seat), camera));
        }
        if let Some(shown) = &mut self.shown {
            wants.push(want(shown, screen.unwrap_or_default(), true));
            tracks.push((None, shown));
        }
        self.shared_out = self.budget;
        let allocation = allocate(self.budget, sound, &wants);
        let mut needed = Vec::new();
        for ((seat, track), layer) in tracks.into_iter().zip(allocation.layers) {
            if track.aim(layer)
                && let Some(layer) = layer
            {
                needed.push((seat, layer));
            }
        }
        self.ask_for_budget(allocation.next, allocation.desired);
        needed
    }

    /// Has the network tried out for what could be sent on it. Small changes are not worth a trial.
    fn ask_for_budget(&mut self, next: u64, desired: u64) {
        let near = |a: u64, b: u64| a.abs_diff(b) <= b / 8;
        let (asked_next, asked_desired) = self.asked_budget;
        if !near(next, asked_next) || !near(desired, asked_desired) {
            self.asked_budget = (next, desired);
            self.rtc.bwe().set_bitrate(Bitrate::from(next as f64), Bitrate::from(desired as f64));
            self.dirty = true;
        }
    }
}

/// Only a STUN request with the right password makes an address that of whoever is connected.
pub(crate) fn is_reached_at(
    rtc: &Rtc,
    now: Instant,
    source: SocketAddr,
    destination: SocketAddr,
) -> bool {
    // A packet of sound, as far as its first bytes tell: it is accepted for its source alone.
    const SOUND: &[u8] = &[0x80, 111, 0, 0];
    Receive::new(Protocol::Udp, source, destination, SOUND)
        .is_ok_and(|received| rtc.accepts(&Input::Receive(now, received)))
}

fn unreadable(error: &dyn std::fmt::Display) -> JoinError {
    JoinError::Unreadable(format!("{error}."))
}

fn resolve(rtc: &mut Rtc, line: &mut Line, codec: Codec) {
    let mid = line.mid();
    let pt: Option<Pt> =
        rtc.media(mid).filter(|media| media.direction().is_sending()).and_then(|media| {
            let agreed = |params: &&str0m::format::PayloadParams| {
                params.spec().codec == codec && media.remote_pts().contains(&params.pt())
            };
            rtc.codec_config().params().iter().find(agreed).map(str0m::format::PayloadParams::pt)
        });
    let mut direct = rtc.direct_api();
    let stream = direct.stream_tx_by_mid(mid, None);
    line.resolve(stream.zip(pt).map(|(stream, pt)| {
        if codec == Codec::Vp8 {
            stream.set_rtx_cache(RESENT_PACKETS, RESENT_WITHIN, Some(0.15));
        }
        // Whoever sent it has spread it over time already.
        stream.set_unpaced(true);
        (stream.ssrc(), pt)
    }));
}

fn config(profile: Profile) -> RtcConfig {
    let mut extensions = ExtensionMap::empty();
    if profile == Profile::Open {
        extensions.set(1, Extension::AudioLevel);
    }
    extensions.set(3, Extension::TransportSequenceNumber);
    extensions.set(4, Extension::RtpMid);
    extensions.set(10, Extension::RtpStreamId);
    extensions.set(11, Extension::RepairedRtpStreamId);
    RtcConfig::new()
        .set_ice_lite(true)
        .set_rtp_mode(true)
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(true)
        .set_extension_map(extensions)
        .enable_bwe(Some(FIRST_ESTIMATE))
        .set_rtcp_report_interval_video(Duration::from_secs(2))
}

/// Has the browser's sound take the same bits whether anybody speaks or not.
fn constant_bitrate(answer: &str) -> String {
    answer.replace(";useinbandfec=1", ";useinbandfec=1;cbr=1")
}
