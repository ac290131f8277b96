//! One meeting's connections.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::air::{Air, Aired};
use crate::connection::{Connection, News, Polled};
use crate::directory::{Directory, Route, Routing};
use crate::offer::JoinError;
use crate::track::{Forwarded, Media};
use crate::{Kind, Layer, MAX_SEATS, Profile, SeatNumber, Wish};

/// How often rates are measured and layers shared out, apart from when something changes.
const TICK: Duration = Duration::from_millis(250);

/// A datagram to be sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Transmit {
    /// The address of ours that it is to come from, as it was told to the room.
    pub source: SocketAddr,
    /// Where it goes.
    pub destination: SocketAddr,
    /// What it says.
    pub contents: Vec<u8>,
}

/// What has happened in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A seat can send and receive.
    Connected(SeatNumber),
    /// Nothing has been heard of a seat for 15 seconds, or its connection is over. It may be heard of
    /// again; or its browser makes a new connection.
    Disconnected(SeatNumber),
    /// A seat has begun to send this, or sends it again after it had stopped.
    Media(SeatNumber, Kind),
}

/// What a room has to say.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// This is to be sent.
    Transmit(Transmit),
    /// This has happened.
    Event(Event),
    /// What comes by this way is the room's, or is no longer.
    Route(Routing),
    /// This is on air.
    Aired(Aired),
    /// There is nothing more until then, or until somebody calls.
    Timeout(Instant),
}

/// One meeting's connections, as a state machine: after each call [`Room::poll_output`] is asked until it
/// gives a timeout.
pub struct Room {
    profile: Profile,
    /// Ours, where browsers are told to send to.
    addresses: Vec<SocketAddr>,
    connections: BTreeMap<SeatNumber, Connection>,
    /// Connections that say their good-byes.
    leaving: Vec<Connection>,
    directory: Directory<SeatNumber>,
    transmits: VecDeque<Transmit>,
    said: VecDeque<Output>,
    /// Empty; kept for its room.
    polled: Polled,
    tick_at: Instant,
    /// Something has changed of who sends, who receives or who wishes what.
    share_out: bool,
    most_seats: usize,
    /// While the meeting is on air.
    air: Option<Air>,
}

impl Room {
    /// An empty room. `addresses` are told to browsers as where to send to.
    pub fn new(now: Instant, profile: Profile, addresses: Vec<SocketAddr>) -> Self {
        Self {
            profile,
            addresses,
            connections: BTreeMap::new(),
            leaving: Vec::new(),
            directory: Directory::default(),
            transmits: VecDeque::new(),
            said: VecDeque::new(),
            polled: Polled::default(),
            tick_at: now,
            share_out: false,
            most_seats: MAX_SEATS,
            air: None,
        }
    }

    /// Takes more or fewer seats than [`MAX_SEATS`].
    #[must_use]
    pub fn with_most_seats(self, most_seats: usize) -> Self {
        Self { most_seats, ..self }
    }

    /// Connects a seat. `seats` are all seats of the meeting, this one among them. With the session
    /// that the seat has already, its connection is agreed upon anew (after a change of networks, or
    /// when the meeting has got more seats); any other session replaces it.
    pub fn join(
        &mut self,
        now: Instant,
        seat: SeatNumber,
        session: u64,
        seats: &[SeatNumber],
        offer: &str,
    ) -> Result<String, JoinError> {
        if seats.len() > self.most_seats {
            return Err(JoinError::TooManySeats);
        }
        if !seats.contains(&seat) {
            return Err(JoinError::NoSuchSeat(seat));
        }
        let known = self.connections.get(&seat).filter(|known| known.session == session);
        let offer = Connection::read(known, seat, seats, offer)?;
        if known.is_none() {
            self.leave(seat);
        }
        let (profile, addresses) = (self.profile, &self.addresses);
        let connection = self
            .connections
            .entry(seat)
            .or_insert_with(|| Connection::new(now, profile, addresses, session));
        let before = connection.ufrag.clone();
        let answer = connection.answer(self.profile, offer);
        let ufrag = connection.ufrag.clone();
        if answer.is_err() {
            self.leave(seat);
            return answer;
        }
        if before != ufrag {
            self.close(Route::Ufrag(before), seat);
            self.open(Route::Ufrag(ufrag), seat);
        }
        self.share_out = true;
        answer
    }

    /// Ends a seat's connection.
    pub fn leave(&mut self, seat: SeatNumber) {
        if let Some(connection) = self.connections.remove(&seat) {
            self.remove(seat, connection);
        }
    }

    /// Ends all of them.
    pub fn close_all(&mut self) {
        while let Some((seat, connection)) = self.connections.pop_first() {
            self.remove(seat, connection);
        }
    }

    /// Says what a seat wants to see. Of seats that are not named it wants what it wanted before; at
    /// first that is the smallest layer of everybody.
    pub fn watch(
        &mut self,
        seat: SeatNumber,
        wishes: impl IntoIterator<Item = (SeatNumber, Wish)>,
    ) {
        if let Some(connection) = self.connections.get_mut(&seat) {
            for (other, wish) in wishes {
                connection.wish(other, wish);
            }
            self.share_out = true;
        }
    }

    /// Puts an open meeting on air, whose time there is counted from `began`. A closed one never is: its
    /// frames are sealed.
    pub fn go_on_air(&mut self, began: Instant) {
        if self.profile == Profile::Open {
            self.air = Some(Air::new(began));
            self.share_out = true;
        }
    }

    /// Takes it off.
    pub fn go_off_air(&mut self) {
        self.air = None;
    }

    /// The seats that have a connection or are making one.
    pub fn seats(&self) -> impl Iterator<Item = SeatNumber> {
        self.connections.keys().copied()
    }

    /// Takes a datagram that has come to `destination`, one of the room's addresses. What is not for the
    /// room leaves nothing behind.
    pub fn handle_datagram(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        bytes: &[u8],
    ) {
        let Some(seat) = self.directory.find(source, bytes).copied() else { return };
        let Some(connection) = self.connections.get_mut(&seat) else { return };
        if connection.receive(now, source, destination, bytes) {
            let forgotten = connection.learn(source);
            if let Some(forgotten) = forgotten {
                self.close(Route::Source(forgotten), seat);
            }
            self.open(Route::Source(source), seat);
        }
        // A connection holds one packet at a time.
        self.poll(now, seat);
    }

    /// Does what is due by now.
    pub fn handle_timeout(&mut self, now: Instant) {
        let due: Vec<_> = self
            .connections
            .iter()
            .filter(|(_, connection)| connection.timeout <= now)
            .map(|(seat, _)| *seat)
            .collect();
        for seat in due {
            self.poll(now, seat);
        }
        if self.tick_at <= now {
            for source in self.connections.values_mut().flat_map(|of| &mut of.sources) {
                source.measure(now);
            }
            self.share_out = true;
        }
    }

    /// The next thing that the room has to say.
    pub fn poll_output(&mut self, now: Instant) -> Output {
        if let Some(transmit) = self.transmits.pop_front() {
            return Output::Transmit(transmit);
        }
        if let Some(said) = self.said.pop_front() {
            return said;
        }
        self.settle(now);
        if let Some(transmit) = self.transmits.pop_front() {
            return Output::Transmit(transmit);
        }
        if let Some(said) = self.said.pop_front() {
            return said;
        }
        let timeouts = self.connections.values().map(|connection| connection.timeout);
        let tick = (!self.connections.is_empty()).then_some(self.tick_at);
        // An empty room has nothing to wait for; the hour is so that it has an instant to say.
        let idle = now + Duration::from_secs(3_600);
        Output::Timeout(timeouts.chain(tick).min().unwrap_or(idle))
    }

    /// Sees to all that was written since, until nothing is left to see to.
    fn settle(&mut self, now: Instant) {
        for mut connection in std::mem::take(&mut self.leaving) {
            connection.poll(now, &mut self.transmits, &mut Polled::default());
        }
        // Each round is caused by the one before; the last one is that nobody asks for anything.
        for _ in 0..8 {
            if std::mem::take(&mut self.share_out) {
                self.share_out(now);
            }
            for connection in self.connections.values_mut() {
                connection.ask_for_key_frames(now);
            }
            let dirty: Vec<_> = self
                .connections
                .iter()
                .filter(|(_, connection)| connection.is_dirty())
                .map(|(seat, _)| *seat)
                .collect();
            if dirty.is_empty() && !self.share_out {
                break;
            }
            for seat in dirty {
                self.poll(now, seat);
            }
        }
    }

    fn poll(&mut self, now: Instant, seat: SeatNumber) {
        let Some(connection) = self.connections.get_mut(&seat) else { return };
        let mut polled = std::mem::take(&mut self.polled);
        connection.poll(now, &mut self.transmits, &mut polled);
        // The first picture of a camera stands alone. Who is to see it has to be settled before it passes, or
        // another has to be asked for, which browsers do not send in the same moment.
        if polled.news.iter().any(|news| matches!(news, News::Begins(_))) {
            self.share_out(now);
        }
        for media in polled.media.drain(..) {
            self.forward(now, seat, &media);
        }
        for news in polled.news.drain(..) {
            match news {
                News::Begins(kind) => {
                    self.said.push_back(Output::Event(Event::Media(seat, kind)));
                }
                News::BudgetShrinks => self.share_out = true,
                News::KeyFrameLost(mid) => {
                    let lost = self.connections.get(&seat).and_then(|of| of.lost(mid));
                    if let Some((from, layer)) = lost {
                        self.want_key_frame(now, from, layer);
                    }
                }
                News::Connected => {
                    self.share_out = true;
                    self.said.push_back(Output::Event(Event::Connected(seat)));
                }
                News::Disconnected => {
                    if let Some(connection) = self.connections.get_mut(&seat) {
                        connection.forget_pictures();
                    }
                    self.said.push_back(Output::Event(Event::Disconnected(seat)));
                }
                News::Failed => self.leave(seat),
            }
        }
        self.polled = polled;
    }

    fn forward(&mut self, now: Instant, from: SeatNumber, media: &Media) {
        if media.key_frame
            && let Some(sender) = self.connections.get_mut(&from)
        {
            sender.key_frame_came(media.kind, media.layer);
        }
        if let Some(air) = &mut self.air {
            self.said.extend(air.take(now, from, media).into_iter().map(Output::Aired));
        }
        let shown = media.kind == Kind::Screen && self.shown(now) == Some(from);
        let mut needs_key_frame = false;
        for (seat, receiver) in &mut self.connections {
            if *seat == from || !receiver.is_connected() {
                continue;
            }
            let (rtc, tracks, screen) = receiver.tracks(from);
            let forwarded = match (media.kind, tracks, screen) {
                (Kind::Sound, Some((sound, _)), _) => {
                    if sound.forward(rtc, media, now) {
                        Forwarded::Sent
                    } else {
                        Forwarded::Nothing
                    }
                }
                (Kind::Camera, Some((_, camera)), _) => camera.forward(rtc, media, now),
                (Kind::Screen, _, Some(screen)) if shown => screen.forward(rtc, media, now),
                _ => Forwarded::Nothing,
            };
            receiver.written += usize::from(forwarded == Forwarded::Sent);
            needs_key_frame |= forwarded == Forwarded::NeedsKeyFrame;
        }
        if needs_key_frame && let Some(sender) = self.connections.get_mut(&from) {
            sender.want_key_frame(media.kind, media.layer);
        }
    }

    /// Whose screen is shown: that of who began last, of those who are sending one.
    fn shown(&self, now: Instant) -> Option<SeatNumber> {
        let screens = self.connections.iter().flat_map(|(seat, connection)| {
            let sent = |source: &&crate::source::Source| {
                source.kind == Kind::Screen && source.is_sent(now)
            };
            connection.sources.iter().filter(sent).map(|source| (source.since, *seat))
        });
        screens.max().map(|(_, seat)| seat)
    }

    fn want_key_frame(&mut self, now: Instant, from: Option<SeatNumber>, layer: Layer) {
        let (seat, kind) = match from {
            Some(seat) => (Some(seat), Kind::Camera),
            None => (self.shown(now), Kind::Screen),
        };
        if let Some(sender) = seat.and_then(|seat| self.connections.get_mut(&seat)) {
            sender.want_key_frame(kind, layer);
        }
    }

    /// Decides for each receiver which layer of whom it gets.
    fn share_out(&mut self, now: Instant) {
        self.tick_at = now + TICK;
        let sent: BTreeMap<_, _> = self
            .connections
            .iter()
            .map(|(seat, connection)| (*seat, connection.layers(Kind::Camera, now)))
            .collect();
        let sharing = self.shown(now);
        let screen = sharing.map(|seat| self.connections[&seat].layers(Kind::Screen, now));
        let sounds: Vec<(SeatNumber, u64)> = self
            .connections
            .iter()
            .flat_map(|(seat, connection)| {
                connection.layers(Kind::Sound, now).into_iter().map(|(_, bits)| (*seat, bits))
            })
            .collect();
        let mut needed = Vec::new();
        for (seat, receiver) in &mut self.connections {
            if !receiver.is_connected() {
                continue;
            }
            let screen = screen.as_deref().filter(|_| sharing != Some(*seat));
            let others = sounds.iter().filter(|(from, _)| from != seat);
            let sound = others.map(|(_, bits)| bits).sum();
            needed.extend(receiver.share_out(&sent, screen, sound));
        }
        for (from, layer) in needed {
            self.want_key_frame(now, from, layer);
        }
        if let Some(air) = &mut self.air {
            let screen = sharing.map(|seat| (seat, Layer::Full));
            let needed = air.look(now, screen, &sent);
            if let Some((seat, kind, layer)) = needed
                && let Some(sender) = self.connections.get_mut(&seat)
            {
                sender.want_key_frame(kind, layer);
            }
        }
    }

    fn remove(&mut self, seat: SeatNumber, mut connection: Connection) {
        if connection.is_connected() {
            self.said.push_back(Output::Event(Event::Disconnected(seat)));
        }
        self.close(Route::Ufrag(connection.ufrag.clone()), seat);
        for address in std::mem::take(&mut connection.addresses) {
            self.close(Route::Source(address), seat);
        }
        connection.close();
        self.leaving.push(connection);
        self.share_out = true;
    }

    fn open(&mut self, route: Route, seat: SeatNumber) {
        self.directory.open(route.clone(), seat);
        self.said.push_back(Output::Route(Routing::Opened(route)));
    }

    fn close(&mut self, route: Route, seat: SeatNumber) {
        self.directory.close(&route, &seat);
        self.said.push_back(Output::Route(Routing::Closed(route)));
    }
}
