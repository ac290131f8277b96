//! A meeting in simulated time: a room, browsers, and the networks in between.

#![allow(unreachable_pub, dead_code, reason = "each test binary uses its part of it")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sfu::peer::{Output as PeerOutput, Peer, Received, Slot};
use sfu::{Aired, Event, Kind, Layer, Output, Profile, Room, Route, Routing, SeatNumber};

pub const SERVER: ([u8; 4], u16) = ([192, 0, 2, 1], 4433);

/// What a browser sends.
#[derive(Clone, Debug)]
pub struct Sends {
    pub sound_every: Option<Duration>,
    pub picture_every: Option<Duration>,
    pub layers: Vec<Layer>,
    pub screen: bool,
}

impl Sends {
    pub fn nothing() -> Self {
        Self { sound_every: None, picture_every: None, layers: vec![], screen: false }
    }

    pub fn everything() -> Self {
        Self {
            sound_every: Some(Duration::from_millis(20)),
            picture_every: Some(Duration::from_millis(40)),
            layers: Layer::ALL.to_vec(),
            screen: false,
        }
    }

    pub fn seldom() -> Self {
        Self {
            sound_every: Some(Duration::from_millis(500)),
            picture_every: Some(Duration::from_millis(1_000)),
            ..Self::everything()
        }
    }
}

/// The packets of a picture of each layer: 150, 500 and 1,500 kbit/s at 25 pictures in a second.
fn sizes(layer: Layer) -> &'static [usize] {
    match layer {
        Layer::Quarter => &[750],
        Layer::Half => &[1_100, 1_100, 300],
        Layer::Full => &[1_100, 1_100, 1_100, 1_100, 1_100, 1_100, 900],
    }
}

/// A network between one browser and the server, both ways alike.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    pub delay: Duration,
    pub blackhole: bool,
    /// Towards the browser.
    pub bits_per_second: Option<u64>,
    /// One of so many packets is lost.
    pub loses_one_in: Option<u32>,
}

impl Default for Link {
    fn default() -> Self {
        let delay = Duration::from_millis(10);
        Self { delay, blackhole: false, bits_per_second: None, loses_one_in: None }
    }
}

/// What has come on one line.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    pub packets: u64,
    pub key_frames: u64,
    /// Pictures whose first packet came, by what they say they are.
    pub pictures: BTreeMap<(u8, Option<Layer>), u64>,
    pub last_layer: Option<Layer>,
    pub last_from: Option<u8>,
    pub first_sequence: Option<u64>,
    pub last_sequence: u64,
    pub missing: u64,
    pub last_time: Option<u32>,
    pub last_picture: Option<u16>,
    pub first_at: Option<Instant>,
    pub last_at: Option<Instant>,
    pub longest_gap: Duration,
    /// From the first packet of a picture to its last.
    pub longest_picture: Duration,
    picture_at: Option<Instant>,
    /// Of the newest picture something came before its first packet did.
    beginning_lost: bool,
    /// What no decoder takes: a number or a time that goes back, or a beginning without a key frame.
    pub faults: Vec<String>,
}

impl Heard {
    fn note(&mut self, received: &Received, now: Instant) {
        if let Some(last) = self.last_at {
            self.longest_gap = self.longest_gap.max(now - last);
        }
        self.first_at.get_or_insert(now);
        self.last_at = Some(now);
        self.packets += 1;
        let sequence = received.sequence;
        let newest = self.first_sequence.is_none() || sequence > self.last_sequence;
        if self.first_sequence.is_none() {
            self.first_sequence = Some(sequence);
        } else if newest {
            self.missing += sequence - self.last_sequence - 1;
        } else {
            self.missing = self.missing.saturating_sub(1);
        }
        let before = self.last_sequence;
        if newest {
            self.last_sequence = sequence;
            if let Some(last) = self.last_time
                && received.time.wrapping_sub(last) >= 1 << 31
            {
                self.faults.push(format!("time goes back from {last} to {}", received.time));
            }
            self.last_time = Some(received.time);
        }
        let payload = &received.payload;
        let (Slot::Camera(_) | Slot::Shown) = received.slot else {
            self.last_from = Some(payload[1]);
            return;
        };
        let picture = u16::from_be_bytes([payload[2] & 0x7f, payload[3]]);
        if payload[0] & 0x10 == 0 {
            let took = self.picture_at.map_or(Duration::ZERO, |began| now - began);
            self.longest_picture = self.longest_picture.max(took);
            if newest {
                self.beginning_lost |= self.last_picture != Some(picture);
                self.last_picture = Some(picture);
            }
            return;
        }
        self.picture_at = Some(now);
        let key = sfu::starts_key_frame(payload);
        let layer = Layer::ALL.into_iter().find(|l| l.rid().as_bytes()[0] == payload[8]);
        let of = (payload[7], layer);
        *self.pictures.entry(of).or_default() += 1;
        self.key_frames += u64::from(key);
        let same = self.last_layer == layer && self.last_from == Some(payload[7]);
        // Where the beginning was lost on the way, it comes once more, or the browser asks for another.
        if !key && !same && newest && sequence == before + 1 && !self.beginning_lost {
            self.faults.push(format!("{of:?} begins at {sequence} without a key frame"));
        }
        if let Some(last) = self.last_picture
            && newest
        {
            let step = picture.wrapping_sub(last) & 0x7fff;
            if step == 0 || (step > 1 && sequence == before + 1) {
                self.faults.push(format!("picture {last} is followed by {picture}"));
            }
        }
        if newest {
            self.beginning_lost = false;
            self.last_picture = Some(picture);
            self.last_layer = layer;
            self.last_from = Some(payload[7]);
        }
    }
}

pub struct Client {
    pub peer: Peer,
    /// Where the server sees it, and where it believes to be.
    pub address: SocketAddr,
    pub inside: SocketAddr,
    pub link: Link,
    pub sends: Sends,
    pub heard: BTreeMap<Slot, Heard>,
    pub connected: bool,
    pub key_frames_asked: BTreeMap<(Kind, Layer), u64>,
    next_sound: Instant,
    next_picture: Instant,
    timeout: Instant,
    wanted: Vec<(Kind, Layer)>,
    begun: Vec<(Kind, Layer)>,
    busy_until: Instant,
    counter: u32,
    sounds: u32,
    pictures: BTreeMap<(Kind, Layer), u32>,
}

pub struct World {
    pub start: Instant,
    pub now: Instant,
    pub room: Room,
    pub clients: BTreeMap<SeatNumber, Client>,
    pub events: Vec<(Duration, Event)>,
    pub seats: Vec<SeatNumber>,
    /// Ways that are open.
    pub routes: Vec<Route>,
    /// Datagrams that the server has sent.
    pub sent: u64,
    pub aired: Vec<Aired>,
    flight: BinaryHeap<Reverse<(Instant, u64)>>,
    parcels: BTreeMap<u64, (SocketAddr, SocketAddr, Vec<u8>)>,
    room_timeout: Instant,
    number: u64,
}

pub fn seat(number: u8) -> SeatNumber {
    SeatNumber(number)
}

impl World {
    pub fn new(profile: Profile, seats: u8) -> Self {
        let now = Instant::now();
        Self {
            start: now,
            now,
            room: Room::new(now, profile, vec![SERVER.into()]),
            clients: BTreeMap::new(),
            events: vec![],
            seats: (0..seats).map(SeatNumber).collect(),
            routes: vec![],
            sent: 0,
            aired: vec![],
            flight: BinaryHeap::new(),
            parcels: BTreeMap::new(),
            room_timeout: now,
            number: 0,
        }
    }

    /// A new page in a seat, with a new connection.
    pub fn join(&mut self, number: u8, session: u64, sends: Sends) -> String {
        let port = 10_000 + u16::from(number) * 100 + (session % 100) as u16;
        let address = SocketAddr::from(([203, 0, 113, number + 1], port));
        let (mut peer, offer) =
            Peer::new(self.now, seat(number), &self.seats, self.seats.len(), address);
        let answer = self.room.join(self.now, seat(number), session, &self.seats, &offer).unwrap();
        peer.accept(&answer).unwrap();
        let old = self.clients.remove(&seat(number));
        let client = Client {
            peer,
            address,
            inside: address,
            link: old.map(|old| old.link).unwrap_or_default(),
            sends,
            heard: BTreeMap::new(),
            connected: false,
            key_frames_asked: BTreeMap::new(),
            next_sound: self.now,
            // No two cameras have one clock.
            next_picture: self.now + Duration::from_millis(137) * number.into(),
            timeout: self.now,
            wanted: vec![],
            begun: vec![],
            busy_until: self.now,
            counter: 0,
            sounds: 0,
            pictures: BTreeMap::new(),
        };
        self.clients.insert(seat(number), client);
        self.drain_room();
        self.drain_client(seat(number));
        answer
    }

    /// The browser of a seat finds another way through the network.
    pub fn restart_ice(&mut self, number: u8, session: u64) {
        let offer = self.client(number).peer.restart_ice();
        let answer = self.room.join(self.now, seat(number), session, &self.seats, &offer).unwrap();
        self.client(number).peer.accept(&answer).unwrap();
        self.drain_room();
        self.drain_client(seat(number));
    }

    /// Begins to note anew what comes.
    pub fn listen_anew(&mut self) {
        for heard in self.clients.values_mut().flat_map(|client| client.heard.values_mut()) {
            *heard = Heard {
                first_sequence: heard.first_sequence,
                last_sequence: heard.last_sequence,
                last_layer: heard.last_layer,
                last_from: heard.last_from,
                last_time: heard.last_time,
                last_picture: heard.last_picture,
                ..Heard::default()
            };
        }
    }

    /// A page is closed without a word.
    pub fn vanish(&mut self, number: u8) {
        self.clients.remove(&seat(number));
    }

    pub fn happened(&self, event: Event) -> bool {
        self.events.iter().any(|(_, had)| *had == event)
    }

    pub fn client(&mut self, number: u8) -> &mut Client {
        self.clients.get_mut(&seat(number)).unwrap()
    }

    pub fn heard(&self, by: u8, slot: Slot) -> Heard {
        self.clients[&seat(by)].heard.get(&slot).cloned().unwrap_or_default()
    }

    pub fn elapsed(&self) -> Duration {
        self.now - self.start
    }

    /// Lets time pass until something is so. Panics if it is not within `at_most`.
    pub fn run_until(&mut self, at_most: Duration, mut so: impl FnMut(&Self) -> bool) -> Duration {
        let start = self.now;
        while !so(self) {
            assert!(self.now - start < at_most, "it has not come to be within {at_most:?}");
            self.run(Duration::from_millis(5));
        }
        self.now - start
    }

    pub fn run(&mut self, length: Duration) {
        let end = self.now + length;
        loop {
            let mut next = self.room_timeout.min(end);
            if let Some(Reverse((at, _))) = self.flight.peek() {
                next = next.min(*at);
            }
            for client in self.clients.values() {
                next = next.min(client.timeout);
                if client.connected {
                    if client.sends.sound_every.is_some() {
                        next = next.min(client.next_sound);
                    }
                    if client.sends.picture_every.is_some() {
                        next = next.min(client.next_picture);
                    }
                }
            }
            self.now = next.max(self.now);
            if self.now >= end {
                return;
            }
            self.step();
        }
    }

    fn step(&mut self) {
        let now = self.now;
        let mut reached_room = false;
        while let Some(Reverse((at, number))) = self.flight.peek().copied()
            && at <= now
        {
            self.flight.pop();
            let (source, destination, contents) = self.parcels.remove(&number).unwrap();
            if destination == SERVER.into() {
                self.room.handle_datagram(now, source, destination, &contents);
                reached_room = true;
            } else if let Some(seat) =
                self.clients.iter().find(|(_, c)| c.address == destination).map(|(seat, _)| *seat)
            {
                let client = self.clients.get_mut(&seat).unwrap();
                let inside = client.inside;
                client.peer.handle_datagram(now, source, inside, &contents);
                self.drain_client(seat);
            }
        }
        if self.room_timeout <= now {
            self.room.handle_timeout(now);
            reached_room = true;
        }
        if reached_room {
            self.drain_room();
            assert!(self.room_timeout > now, "a room that was called asks to be called at once");
        }
        for seat in self.seats.clone() {
            if let Some(client) = self.clients.get_mut(&seat)
                && client.act(now, seat)
            {
                self.drain_client(seat);
            }
        }
    }

    pub fn drain_room(&mut self) {
        loop {
            match self.room.poll_output(self.now) {
                Output::Timeout(at) => {
                    self.room_timeout = at;
                    return;
                }
                Output::Event(event) => self.events.push((self.elapsed(), event)),
                Output::Aired(aired) => self.aired.push(aired),
                Output::Route(Routing::Opened(route)) => {
                    if !self.routes.contains(&route) {
                        self.routes.push(route);
                    }
                }
                Output::Route(Routing::Closed(route)) => self.routes.retain(|has| *has != route),
                Output::Transmit(transmit) => {
                    self.sent += 1;
                    let to = self.clients.values_mut().find(|c| c.address == transmit.destination);
                    let Some(client) = to else { continue };
                    let Some(at) = client.arrival(self.now, transmit.contents.len()) else {
                        continue;
                    };
                    self.carry(at, transmit.source, transmit.destination, transmit.contents);
                }
            }
        }
    }

    fn carry(&mut self, at: Instant, from: SocketAddr, to: SocketAddr, contents: Vec<u8>) {
        self.number += 1;
        self.flight.push(Reverse((at, self.number)));
        self.parcels.insert(self.number, (from, to, contents));
    }

    pub fn drain_client(&mut self, seat: SeatNumber) {
        loop {
            let client = self.clients.get_mut(&seat).unwrap();
            match client.peer.poll_output() {
                PeerOutput::Timeout(at) if at <= self.now => client.peer.handle_timeout(self.now),
                PeerOutput::Timeout(at) => {
                    client.timeout = at;
                    return;
                }
                PeerOutput::Transmit(transmit) => {
                    let Some(at) = client.departure(self.now) else { continue };
                    let address = client.address;
                    self.carry(at, address, transmit.destination, transmit.contents);
                }
                PeerOutput::Received(received) => {
                    let now = self.now;
                    client.heard.entry(received.slot).or_default().note(&received, now);
                }
                PeerOutput::KeyFrameWanted(kind, layer) => {
                    *client.key_frames_asked.entry((kind, layer)).or_default() += 1;
                    client.wanted.push((kind, layer));
                }
                PeerOutput::Connected(connected) => client.connected = connected,
            }
        }
    }
}

impl Client {
    fn lost(&mut self) -> bool {
        self.counter = self.counter.wrapping_add(1);
        let drawn = self.counter.wrapping_mul(2_654_435_761) >> 12;
        let unlucky = |of: u32| drawn.is_multiple_of(of);
        self.link.blackhole || self.link.loses_one_in.is_some_and(unlucky)
    }

    fn departure(&mut self, now: Instant) -> Option<Instant> {
        (!self.lost()).then(|| now + self.link.delay)
    }

    fn arrival(&mut self, now: Instant, bytes: usize) -> Option<Instant> {
        if self.lost() {
            return None;
        }
        let Some(rate) = self.link.bits_per_second else { return Some(now + self.link.delay) };
        let begins = self.busy_until.max(now);
        if begins - now > Duration::from_millis(250) {
            return None;
        }
        self.busy_until = begins + Duration::from_secs_f64(bytes as f64 * 8.0 / rate as f64);
        Some(self.busy_until + self.link.delay)
    }

    /// Sends what is due. True if it has done something.
    fn act(&mut self, now: Instant, seat: SeatNumber) -> bool {
        let mut acts = false;
        if self.timeout <= now {
            self.peer.handle_timeout(now);
            acts = true;
        }
        if !self.connected {
            return acts;
        }
        if let Some(every) = self.sends.sound_every
            && self.next_sound <= now
        {
            let time = self.sounds.wrapping_mul((every.as_millis() * 48) as u32);
            self.sounds = self.sounds.wrapping_add(1);
            self.peer.send_sound(now, time, &[0xfc, seat.0, 1, 2, 3]);
            self.next_sound = now + every;
            // A connection takes one change at a time.
            return true;
        }
        if let Some(every) = self.sends.picture_every
            && self.next_picture <= now
        {
            self.next_picture = now + every;
            let mut of: Vec<_> = self.sends.layers.iter().map(|l| (Kind::Camera, *l)).collect();
            if self.sends.screen {
                of.push((Kind::Screen, Layer::Full));
            }
            for of in of {
                let key = self.wanted.contains(&of) || !self.begun.contains(&of);
                self.wanted.retain(|wanted| *wanted != of);
                if !self.begun.contains(&of) {
                    self.begun.push(of);
                }
                let mark = [seat.0, of.1.rid().as_bytes()[0]];
                let count = self.pictures.entry(of).or_default();
                let time = count.wrapping_mul((every.as_millis() * 90) as u32);
                *count += 1;
                self.peer.send_picture(now, of, time, key, sizes(of.1), &mark);
            }
            return true;
        }
        acts
    }
}
