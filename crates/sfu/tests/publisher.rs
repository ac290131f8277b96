//! Somebody who sends to the channel, and the server that takes it, with a network in between, in simulated
//! time.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use sfu::publisher::{Coding, Ending, OfferError, Output, Published, Publisher};
use sfu::{Directory, Routing};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Rtc};

const SERVER: ([u8; 4], u16) = ([192, 0, 2, 1], 4433);
const SECOND: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(5);

struct World {
    now: Instant,
    server: Publisher,
    answer: String,
    browser: Rtc,
    address: SocketAddr,
    ways: Directory<u8>,
    sound: Mid,
    picture: Mid,
    codec: Codec,
    connected: bool,
    ended: Option<Ending>,
    /// So long the encoder takes for a picture.
    encodes_for: Duration,
    is_silent: bool,
    key_frames_asked: usize,
    wants_key: bool,
    frames: u64,
    published: Vec<Published>,
    line_is_dead: bool,
}

fn browser(
    now: Instant,
    address: SocketAddr,
    codec: Codec,
) -> (Rtc, String, SdpPendingOffer, [Mid; 2]) {
    let mut rtc = Rtc::builder()
        .clear_codecs()
        .enable_opus(true, false)
        .enable_h264(codec == Codec::H264)
        .enable_vp8(codec == Codec::Vp8)
        .enable_vp9(codec == Codec::Vp9)
        .build(now);
    rtc.add_local_candidate(Candidate::host(address, "udp").unwrap());
    let mut change = rtc.sdp_api();
    let mut add = |kind| change.add_media(kind, Direction::SendOnly, None, None, None);
    let mids = [add(MediaKind::Audio), add(MediaKind::Video)];
    let (offer, pending) = change.apply().unwrap();
    (rtc, offer.to_sdp_string(), pending, mids)
}

impl World {
    fn new(codec: Codec) -> Self {
        let now = Instant::now();
        let address = SocketAddr::from(([203, 0, 113, 5], 5000));
        let (mut browser, offer, pending, [sound, picture]) = browser(now, address, codec);
        let (server, answer) = Publisher::new(now, &[SERVER.into()], &offer).unwrap();
        let accepted = SdpAnswer::from_sdp_string(&answer).unwrap();
        browser.sdp_api().accept_answer(pending, accepted).unwrap();
        Self {
            now,
            server,
            answer,
            browser,
            address,
            ways: Directory::default(),
            sound,
            picture,
            codec,
            connected: false,
            ended: None,
            encodes_for: Duration::ZERO,
            is_silent: false,
            key_frames_asked: 0,
            wants_key: true,
            frames: 0,
            published: Vec::new(),
            line_is_dead: false,
        }
    }

    /// Sends 25 pictures and 50 sounds a second, for so long.
    fn run(&mut self, length: Duration) {
        let end = self.now + length;
        while self.now < end && self.ended.is_none() {
            self.now += STEP;
            let tick = self.frames;
            self.frames += 1;
            let sends = self.connected && !self.is_silent;
            if sends && tick.is_multiple_of(4) {
                let time = MediaTime::new(tick / 4 * 960, str0m::media::Frequency::FORTY_EIGHT_KHZ);
                self.write(self.sound, Codec::Opus, self.now, time, vec![0xfc, 1, 2]);
            }
            if sends && tick.is_multiple_of(8) {
                let key = std::mem::take(&mut self.wants_key);
                let time = MediaTime::from_90khz(tick / 8 * 3_600);
                let taken = self.now.checked_sub(self.encodes_for).unwrap();
                self.write(self.picture, self.codec, taken, time, frame(self.codec, key));
            }
            self.exchange();
        }
    }

    fn write(&mut self, mid: Mid, codec: Codec, taken: Instant, time: MediaTime, data: Vec<u8>) {
        let Some(writer) = self.browser.writer(mid) else { return };
        let params = writer.payload_params().find(|it| it.spec().codec == codec);
        let pt = params.unwrap().pt();
        writer.write(pt, taken, time, data).unwrap();
        self.pump_browser();
    }

    fn pump_browser(&mut self) {
        let mut out = VecDeque::new();
        loop {
            // Over a dead line its handshake fails.
            let Ok(output) = self.browser.poll_output() else { break };
            match output {
                str0m::Output::Timeout(at) if at <= self.now => {
                    self.browser.handle_input(Input::Timeout(self.now)).unwrap();
                }
                str0m::Output::Timeout(_) => break,
                str0m::Output::Transmit(transmit) => out.push_back(transmit),
                str0m::Output::Event(Event::Connected) => self.connected = true,
                str0m::Output::Event(Event::KeyframeRequest(_)) => {
                    self.key_frames_asked += 1;
                    self.wants_key = true;
                }
                str0m::Output::Event(_) => {}
            }
        }
        for transmit in out {
            let here = transmit.source == self.address && !self.line_is_dead;
            if !here || self.ways.find(self.address, &transmit.contents).is_none() {
                continue;
            }
            let bytes: &[u8] = &transmit.contents;
            self.server.handle_datagram(self.now, self.address, SERVER.into(), bytes);
            self.pump_server();
        }
    }

    fn exchange(&mut self) {
        self.server.handle_timeout(self.now);
        self.pump_server();
        if self.browser.is_alive() && self.browser.handle_input(Input::Timeout(self.now)).is_ok() {
            self.pump_browser();
        }
    }

    fn pump_server(&mut self) {
        loop {
            match self.server.poll_output() {
                Output::Timeout(at) => {
                    assert!(at > self.now || self.ended.is_some(), "it asks to be called at once");
                    return;
                }
                Output::Ended(ending) => {
                    self.ended = Some(ending);
                    return;
                }
                Output::Published(published) => self.published.push(published),
                Output::Route(Routing::Opened(route)) => self.ways.open(route, 0),
                Output::Route(Routing::Closed(route)) => self.ways.close(&route, &0),
                Output::Transmit(transmit) => {
                    let to = (transmit.source, self.address);
                    if self.line_is_dead || transmit.destination != self.address {
                        continue;
                    }
                    let received = Receive::new(Protocol::Udp, to.0, to.1, &transmit.contents);
                    self.browser.handle_input(Input::Receive(self.now, received.unwrap())).unwrap();
                }
            }
        }
    }

    /// To another network: what the browser sends comes from there from now on.
    fn moves_to(&mut self, address: SocketAddr) {
        let [old, new] =
            [self.address, address].map(|address| Candidate::host(address, "udp").unwrap());
        self.browser.direct_api().invalidate_candidate(&old);
        self.browser.add_local_candidate(new);
        self.address = address;
    }

    fn pictures(&self) -> Vec<(Duration, bool, Vec<u8>)> {
        let of = |it: &Published| match it {
            Published::Picture { at, key, data, .. } => Some((*at, *key, data.to_vec())),
            Published::Sound { .. } => None,
        };
        self.published.iter().filter_map(of).collect()
    }
}

/// Of more than one packet, as the codec has it.
fn frame(codec: Codec, key: bool) -> Vec<u8> {
    let mut frame = match (codec, key) {
        (Codec::H264, true) => {
            let sets =
                [&[0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1e, 9][..], &[0, 0, 0, 1, 0x68, 0xce, 6, 0xe2]];
            [&sets.concat()[..], &[0, 0, 0, 1, 0x65]].concat()
        }
        (Codec::H264, false) => vec![0, 0, 0, 1, 0x41],
        // A key frame of 640 × 360.
        (_, true) => vec![0x10, 0, 0, 0x9d, 1, 0x2a, 0x80, 2, 0x68, 1],
        (_, false) => vec![0x11, 0, 0],
    };
    frame.resize(3_000, 7);
    frame
}

#[test]
fn what_is_sent_comes_whole_and_in_time() {
    for (codec, coding) in [(Codec::H264, Coding::H264), (Codec::Vp8, Coding::Vp8)] {
        let mut world = World::new(codec);
        world.run(10 * SECOND);
        assert!(world.connected && world.ended.is_none());
        let pictures = world.pictures();
        assert!((230..=250).contains(&pictures.len()), "{codec:?}: {}", pictures.len());
        assert!(pictures[0].1, "it begins with a key frame");
        assert!(pictures.iter().all(|(_, key, data)| *data == frame(codec, *key)), "{codec:?}");
        for pair in pictures.windows(2) {
            let apart = pair[1].0 - pair[0].0;
            assert!(apart.abs_diff(Duration::from_millis(40)) < STEP, "{codec:?}: {apart:?}");
        }
        let sounds = world.published.iter().filter_map(|it| match it {
            Published::Sound { at, data } => Some((*at, data.len())),
            Published::Picture { coding: it, .. } => {
                assert_eq!(*it, coding);
                None
            }
        });
        let sounds: Vec<_> = sounds.collect();
        assert!((460..=500).contains(&sounds.len()), "{codec:?}: {}", sounds.len());
        assert!(sounds.iter().all(|(_, length)| *length == 3));
        let apart = sounds.last().unwrap().0.abs_diff(pictures.last().unwrap().0);
        assert!(apart < SECOND / 5, "{apart:?}");
        // Nobody asks a browser but us.
        let keys = pictures.iter().filter(|(_, key, _)| *key).count();
        assert!((4..=6).contains(&keys), "{codec:?}: {keys} of {}", world.key_frames_asked);
    }
}

#[test]
fn pictures_that_an_encoder_keeps_for_long_are_seen_when_they_were_taken() {
    let mut world = World::new(Codec::H264);
    world.encodes_for = Duration::from_millis(400);
    world.run(20 * SECOND);
    let sounds = world.published.iter().filter_map(|it| match it {
        Published::Sound { at, .. } => Some(*at),
        Published::Picture { .. } => None,
    });
    let (sound, picture) = (sounds.max().unwrap(), world.pictures().last().unwrap().0);
    // Both have just come.
    let late = sound.saturating_sub(picture);
    assert!(late.abs_diff(world.encodes_for) < SECOND / 20, "{late:?}");
    let all = world.pictures();
    assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0), "nothing goes back");
}

#[test]
fn who_is_there_and_sends_nothing_makes_way() {
    let mut world = World::new(Codec::Vp8);
    world.run(3 * SECOND);
    world.is_silent = true;
    world.run(14 * SECOND);
    assert_eq!(world.ended, None);
    world.run(3 * SECOND);
    assert_eq!(world.ended, Some(Ending::Silent(15 * SECOND)));
    assert!(world.ways.is_empty());
}

#[test]
fn ice_begins_anew_in_another_network_and_pictures_go_on() {
    let mut world = World::new(Codec::Vp8);
    world.run(3 * SECOND);
    world.moves_to(([198, 51, 100, 7], 6000).into());
    let before = world.server.ice_session().to_owned();
    assert!(matches!(world.server.restart_ice("a=mid:0\r\n"), Err(OfferError::NoCredentials)));
    assert_eq!(world.server.ice_session(), before);

    let mut change = world.browser.sdp_api();
    change.ice_restart(true);
    let (offer, pending) = change.apply().unwrap();
    let offer = offer.to_sdp_string();
    let named = |name: &str| offer.lines().find(|it| it.starts_with(name)).unwrap().to_owned();
    let fragment = format!("{}\r\n{}\r\n", named("a=ice-ufrag:"), named("a=ice-pwd:"));
    let answer = world.server.restart_ice(&fragment).unwrap();
    assert_ne!(world.server.ice_session(), before);
    for needed in ["a=ice-lite", "m=audio ", "a=mid:", "a=ice-ufrag:", "a=ice-pwd:", "a=candidate:"]
    {
        assert!(answer.lines().any(|line| line.starts_with(needed)), "{needed}: {answer}");
    }
    world.pump_server();
    // As a page's script does: the old answer, with what is new.
    let anew = |line: &str| {
        let names = ["a=ice-ufrag:", "a=ice-pwd:", "a=candidate:"];
        let name = names.into_iter().find(|name| line.starts_with(name));
        let new = name.and_then(|name| answer.lines().find(|it| it.starts_with(name)));
        format!("{}\r\n", new.unwrap_or(line))
    };
    let whole: String = world.answer.lines().map(anew).collect();
    let accepted = SdpAnswer::from_sdp_string(&whole).unwrap();
    world.browser.sdp_api().accept_answer(pending, accepted).unwrap();
    let had = world.pictures().len();
    world.run(5 * SECOND);
    let has = world.pictures().len();
    assert!(world.ended.is_none() && has - had > 80, "{had} {has}");
}

#[test]
fn who_is_gone_or_never_comes_is_let_go_of_and_nothing_leads_to_them() {
    let mut world = World::new(Codec::Vp8);
    world.run(3 * SECOND);
    assert!(!world.ways.is_empty());
    world.line_is_dead = true;
    world.run(40 * SECOND);
    assert!(world.ended == Some(Ending::Gone) && world.ways.is_empty());

    let mut world = World::new(Codec::Vp8);
    world.line_is_dead = true;
    world.run(29 * SECOND);
    assert_eq!(world.ended, None);
    world.run(2 * SECOND);
    assert!(world.ended == Some(Ending::Gone) && world.ways.is_empty());

    let mut world = World::new(Codec::Vp8);
    world.run(3 * SECOND);
    let now = world.now;
    world.server.close(now);
    world.pump_server();
    assert!(world.ended == Some(Ending::Gone) && world.ways.is_empty());
}

#[test]
fn an_offer_that_cannot_be_taken_is_told_why() {
    let now = Instant::now();
    let refused = |offer: &str| Publisher::new(now, &[SERVER.into()], offer).err().unwrap();
    assert!(matches!(refused(""), OfferError::Unreadable(_)));
    assert!(matches!(refused(&"a".repeat(100_000)), OfferError::Unreadable(_)));
    let (_, offer, ..) = browser(now, ([203, 0, 113, 5], 5000).into(), Codec::Vp9);
    let why = refused(&offer);
    assert!(matches!(why, OfferError::Coding("picture")), "{why}");
    assert!(why.to_string().contains("Send H.264 or VP8"));
}

proptest! {
    #[test]
    fn any_text_is_offered_and_any_fragment_begins_ice_anew(text in ".{0,400}", cut in 0_usize..3_000) {
        let now = Instant::now();
        let _ = Publisher::new(now, &[SERVER.into()], &text);
        let (_, offer, ..) = browser(now, ([203, 0, 113, 5], 5000).into(), Codec::Vp8);
        let cut = offer.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(offer.len());
        let damaged = format!("{}{text}{}", &offer[..cut], &offer[cut..]);
        let _ = Publisher::new(now, &[SERVER.into()], &damaged);
        let (mut publisher, _) = Publisher::new(now, &[SERVER.into()], &offer).unwrap();
        let _ = publisher.restart_ice(&text);
    }
}
