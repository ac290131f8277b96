//! Somebody who sends a stream by WebRTC and receives none, as WHIP has it (RFC 9725).
//!
//! Unlike in a room, frames are put together here, by the library, since a channel takes frames.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use str0m::change::SdpOffer;
use str0m::format::Codec;
use str0m::media::{KeyframeRequestKind, MediaData, Mid, Rid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, IceConnectionState, Input, Rtc};

use crate::clock::Clock;
use crate::connection::is_reached_at;
use crate::directory::{Route, Routing};
use crate::pump::{Next, Pump};
use crate::rebase::StreamKey;
use crate::room::Transmit;

/// More than any encoder or browser offers.
const OFFER_MAX: usize = 64 << 10;
/// Somebody may come by some ways at a time: Wi-Fi, a phone's network, and what was before.
const MAX_ADDRESSES: usize = 8;
/// Browsers make key frames only if they are asked, and viewers begin with one.
const KEY_FRAME_EVERY: Duration = Duration::from_secs(2);
/// Who has not come in this time after the answer does not come.
const COMES_WITHIN: Duration = Duration::from_secs(30);
/// Who sends nothing for so long keeps the channel from others in vain.
const SILENCE: Duration = Duration::from_secs(15);

/// What somebody sends, with its time since they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// A packet of Opus (RFC 6716).
    Sound {
        /// When it is heard.
        at: Duration,
        /// The packet.
        data: Arc<[u8]>,
    },
    /// A frame.
    Picture {
        /// When it is seen.
        at: Duration,
        /// How it is coded.
        coding: Coding,
        /// Whether it needs no other frame.
        key: bool,
        /// The frame.
        data: Arc<[u8]>,
    },
}

/// How pictures are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// VP8 (RFC 6386).
    Vp8,
    /// H.264 with start codes (annex B).
    H264,
}

/// What a publisher has to say.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// This is to be sent.
    Transmit(Transmit),
    /// What comes by this way is the publisher's, or is no longer.
    Route(Routing),
    /// This has come.
    Published(Published),
    /// The connection is over. Nothing comes after it.
    Ended(Ending),
    /// There is nothing more until then, or until somebody calls.
    Timeout(Instant),
}

/// How it came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The sender never came, said good-bye, or is gone.
    Gone,
    /// The sender is there, and has sent neither sound nor picture for so long.
    Silent(Duration),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// It is no offer at all.
    #[error("The offer cannot be read: {0}. Send the SDP as it was made.")]
    Unreadable(String),
    /// Nothing in it can be taken.
    #[error("The offer has no {0} that can be taken. Send H.264 or VP8, and Opus.")]
    Coding(&'static str),
    /// It names no new credentials.
    #[error("A restart of ICE names a new ice-ufrag and a new ice-pwd (RFC 9725 §4.3.2).")]
    NoCredentials,
}

/// The connection of somebody who sends, as a state machine: after each call [`Publisher::poll_output`] is
/// asked until it gives a timeout or the end.
pub struct Publisher {
    rtc: Rtc,
    began: Instant,
    /// What is offered anew, with other credentials, where ICE begins anew.
    offer: String,
    ufrag: String,
    addresses: Vec<SocketAddr>,
    sound: Clock,
    picture: Clock,
    /// What the sender's own clock showed when this began, as far as its reports tell.
    sender_began: Option<SystemTime>,
    video: Option<Mid>,
    /// Of pictures in several sizes the one that came first.
    size: Option<Option<Rid>>,
    asked_at: Option<Instant>,
    /// Frames that need one that was lost are of no use.
    awaits_key: bool,
    connected: bool,
    heard_at: Instant,
    ended: Option<Ending>,
    told: bool,
    timeout: Instant,
    said: VecDeque<Output>,
}

impl Publisher {
    /// Answers an offer. `addresses` are ours, and told as where to send to.
    pub fn new(
        now: Instant,
        addresses: &[SocketAddr],
        offer: &str,
    ) -> Result<(Self, String), OfferError> {
        let mut rtc = Rtc::builder()
            .set_ice_lite(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_h264(true)
            .enable_vp8(true)
            .set_rtcp_report_interval_video(Duration::from_secs(1))
            .build(now);
        for address in addresses {
            if let Ok(candidate) = Candidate::host(*address, "udp") {
                rtc.add_local_candidate(candidate);
            }
        }
        let mut publisher = Self {
            rtc,
            began: now,
            offer: offer.to_owned(),
            ufrag: String::new(),
            addresses: Vec::new(),
            sound: Clock::new(48_000),
            picture: Clock::new(90_000),
            sender_began: None,
            video: None,
            size: None,
            asked_at: None,
            awaits_key: true,
            connected: false,
            heard_at: now,
            ended: None,
            told: false,
            timeout: now,
            said: VecDeque::new(),
        };
        let answer = publisher.answer(offer)?;
        for medium in ["video", "audio"] {
            let taken = |line: &str| line.starts_with(&format!("m={medium} "));
            let refused = format!("m={medium} 0 ");
            if answer.lines().any(taken) && answer.lines().any(|it| it.starts_with(&refused)) {
                return Err(OfferError::Coding(if medium == "video" {
                    "picture"
                } else {
                    "sound"
                }));
            }
        }
        if !answer.lines().any(|line| line.starts_with("m=")) {
            return Err(OfferError::Coding("sound and no picture"));
        }
        Ok((publisher, answer))
    }

    /// Names the ICE session: it changes where ICE begins anew.
    pub fn ice_session(&self) -> &str {
        &self.ufrag
    }

    /// Begins ICE anew with the credentials of a fragment (RFC 8840 §9), and gives ours as another one.
    pub fn restart_ice(&mut self, fragment: &str) -> Result<String, OfferError> {
        const NAMES: [&str; 2] = ["a=ice-ufrag:", "a=ice-pwd:"];
        let find = |name| fragment.lines().map(str::trim_end).find(|line| line.starts_with(name));
        let [Some(ufrag), Some(password)] = NAMES.map(find) else {
            return Err(OfferError::NoCredentials);
        };
        let anew = |line: &str| match line {
            _ if line.starts_with(NAMES[0]) => format!("{ufrag}\r\n"),
            _ if line.starts_with(NAMES[1]) => format!("{password}\r\n"),
            // They were of the network that it leaves.
            _ if line.starts_with("a=candidate:") => String::new(),
            _ => format!("{line}\r\n"),
        };
        let offer: String = self.offer.lines().map(anew).collect();
        if offer == self.offer {
            return Err(OfferError::NoCredentials);
        }
        let answer = self.answer(&offer)?;
        self.offer = offer;
        Ok(ice_of(&answer))
    }

    fn answer(&mut self, offer: &str) -> Result<String, OfferError> {
        let unreadable = |error: &dyn std::fmt::Display| OfferError::Unreadable(error.to_string());
        if offer.len() > OFFER_MAX {
            return Err(OfferError::Unreadable("it is longer than any".to_owned()));
        }
        let sdp = SdpOffer::from_sdp_string(offer).map_err(|error| unreadable(&error))?;
        let answer = self.rtc.sdp_api().accept_offer(sdp).map_err(|error| unreadable(&error))?;
        let before =
            std::mem::replace(&mut self.ufrag, self.rtc.direct_api().local_ice_credentials().ufrag);
        if before != self.ufrag {
            if !before.is_empty() {
                self.route(Routing::Closed(Route::Ufrag(before)));
            }
            self.route(Routing::Opened(Route::Ufrag(self.ufrag.clone())));
        }
        Ok(answer.to_sdp_string())
    }

    /// Takes a datagram that has come to `destination`, one of our addresses.
    pub fn handle_datagram(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        bytes: &[u8],
    ) {
        let Ok(received) = Receive::new(Protocol::Udp, source, destination, bytes) else { return };
        if self.rtc.handle_input(Input::Receive(now, received)).is_err() {
            return;
        }
        self.told = true;
        if !self.addresses.contains(&source) && is_reached_at(&self.rtc, now, source, destination) {
            self.addresses.push(source);
            self.route(Routing::Opened(Route::Source(source)));
            if self.addresses.len() > MAX_ADDRESSES {
                let forgotten = self.addresses.remove(0);
                self.route(Routing::Closed(Route::Source(forgotten)));
            }
        }
        // A connection holds one packet at a time.
        self.poll(now);
        self.see_to(now);
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.timeout <= now {
            self.poll(now);
        }
        self.see_to(now);
    }

    fn see_to(&mut self, now: Instant) {
        if !self.connected && now >= self.began + COMES_WITHIN {
            self.end(Ending::Gone);
        }
        if self.connected && now >= self.heard_at + SILENCE {
            self.end(Ending::Silent(SILENCE));
        }
        self.ask_for_key_frame(now);
    }

    /// Says good-bye.
    pub fn close(&mut self, now: Instant) {
        let _ = self.rtc.close();
        self.poll(now);
        self.end(Ending::Gone);
    }

    /// The next thing that it has to say.
    pub fn poll_output(&mut self) -> Output {
        if let Some(said) = self.said.pop_front() {
            return said;
        }
        if let Some(ending) = self.ended {
            return Output::Ended(ending);
        }
        let comes =
            if self.connected { self.heard_at + SILENCE } else { self.began + COMES_WITHIN };
        let asks = self.asked_at.map(|at| at + KEY_FRAME_EVERY);
        Output::Timeout(asks.into_iter().fold(self.timeout.min(comes), Instant::min))
    }

    fn poll(&mut self, now: Instant) {
        let mut pump = Pump::new(now, std::mem::take(&mut self.told));
        loop {
            match pump.next(&mut self.rtc) {
                Next::Transmit(transmit) => self.said.push_back(Output::Transmit(transmit)),
                Next::Event(event) => self.hear(event, now),
                Next::Timeout(at) => {
                    self.timeout = at;
                    return;
                }
                Next::Failed => {
                    self.end(Ending::Gone);
                    return;
                }
            }
        }
    }

    fn hear(&mut self, event: Event, now: Instant) {
        match event {
            Event::Connected => {
                self.connected = true;
                self.heard_at = now;
            }
            Event::Closed => self.end(Ending::Gone),
            // Who is gone for so long makes another connection, or begins ICE anew before.
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) if self.connected => {
                self.end(Ending::Gone);
            }
            Event::MediaData(data) => self.take(&data, now),
            _ => {}
        }
    }

    fn take(&mut self, data: &MediaData, now: Instant) {
        let sound = matches!(data.params.spec().codec, Codec::Opus);
        let stream = StreamKey { session: 0, ssrc: u32::from(sound) };
        self.heard_at = now;
        let came = data.network_time.min(now).saturating_duration_since(self.began);
        let taken = self.taken(data, came);
        let time = data.time.numer() as u32;
        if sound {
            if let Some(at) = self.sound.place(stream, time, came, taken) {
                let data = Arc::clone(&data.data);
                self.said.push_back(Output::Published(Published::Sound { at, data }));
            }
            return;
        }
        let coding = match data.params.spec().codec {
            Codec::H264 => Coding::H264,
            Codec::Vp8 => Coding::Vp8,
            _ => return,
        };
        if *self.size.get_or_insert(data.rid) != data.rid {
            return;
        }
        let key = data.is_keyframe();
        if self.video.is_none() {
            self.video = Some(data.mid);
            self.asked_at = Some(now);
        }
        self.awaits_key |= !data.contiguous;
        if self.awaits_key && !key {
            self.ask_for_key_frame(now);
            return;
        }
        self.awaits_key = false;
        if let Some(at) = self.picture.place(stream, time, came, taken) {
            let data = Arc::clone(&data.data);
            self.said.push_back(Output::Published(Published::Picture { at, coding, key, data }));
        }
    }

    /// When the sender took it, by its reports (RFC 3550, section 6.4.1): an encoder may well give the
    /// picture later than the sound that belongs to it.
    fn taken(&mut self, data: &MediaData, came: Duration) -> Option<Duration> {
        let report = data.last_sender_info?;
        let ticks = (data.time.numer() as u32).wrapping_sub(report.rtp_time.numer() as u32);
        let ticks = i64::from(ticks.cast_signed());
        let apart = Duration::from_secs(ticks.unsigned_abs()) / data.time.denom();
        let taken = if ticks < 0 {
            report.ntp_time.checked_sub(apart)?
        } else {
            report.ntp_time.checked_add(apart)?
        };
        let began = match self.sender_began {
            Some(began) => began,
            // What is reported about first keeps the time at which it came.
            None => *self.sender_began.insert(taken.checked_sub(came)?),
        };
        taken.duration_since(began).ok()
    }

    fn ask_for_key_frame(&mut self, now: Instant) {
        let every = if self.awaits_key { KEY_FRAME_EVERY / 4 } else { KEY_FRAME_EVERY };
        let due = self.asked_at.is_some_and(|at| now.saturating_duration_since(at) >= every);
        let Some(mid) = self.video.filter(|_| due && self.ended.is_none()) else { return };
        self.asked_at = Some(now);
        if let Some(mut writer) = self.rtc.writer(mid) {
            // It is no writer of ours, but what asks for key frames is here.
            let _ = writer.request_keyframe(None, KeyframeRequestKind::Pli);
            self.poll(now);
        }
    }

    fn route(&mut self, routing: Routing) {
        self.said.push_back(Output::Route(routing));
    }

    fn end(&mut self, ending: Ending) {
        if self.ended.is_some() {
            return;
        }
        self.ended = Some(ending);
        self.route(Routing::Closed(Route::Ufrag(self.ufrag.clone())));
        for address in std::mem::take(&mut self.addresses) {
            self.route(Routing::Closed(Route::Source(address)));
        }
    }
}

/// What of an answer is about ICE, as a fragment (RFC 8840 §9).
fn ice_of(answer: &str) -> String {
    let mut fragment = String::new();
    let mut media = 0;
    for line in answer.lines() {
        let named = |names: &[&str]| names.iter().any(|name| line.starts_with(name));
        let of_session = media == 0 && named(&["a=ice-lite", "a=ice-options:", "a=group:"]);
        media += u32::from(line.starts_with("m="));
        let of_first =
            media == 1 && named(&["m=", "a=mid:", "a=ice-ufrag:", "a=ice-pwd:", "a=candidate:"]);
        if of_session || of_first {
            fragment.push_str(line.trim_end());
            fragment.push_str("\r\n");
        }
    }
    fragment.push_str("a=end-of-candidates\r\n");
    fragment
}
