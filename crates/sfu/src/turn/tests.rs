//! A client that allocates, and what it is refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;
use crate::peer::turn::{Client, Said};

const ROOMS: &str = "203.0.113.7:8081";
const RELAYED: &str = "192.0.0.8:5";
const SEED: [u8; 16] = [3; 16];

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn wall() -> Timestamp {
    Timestamp::from_micros(1_790_000_000_000_000)
}

fn secret() -> Secret {
    Secret::new([7; 32])
}

fn invited(holder: &str, lasts: Duration) -> Client {
    let Credentials { username, password } = secret().credentials(holder, wall().plus(lasts));
    Client::new(&username, &password)
}

/// A client and a server with nothing between them.
struct Line {
    now: Instant,
    wall: Timestamp,
    client: Client,
    server: Server,
    events: Vec<Event>,
}

impl Line {
    fn new() -> Self {
        Self::with(&[ROOMS])
    }

    fn with(peers: &[&str]) -> Self {
        let peers = peers.iter().map(|peer| address(peer)).collect();
        let config = Config { secret: secret(), peers };
        let now = Instant::now();
        let server = Server::new(now, config, address("198.51.100.4:40000"), SEED);
        let client = invited("seat", Duration::from_secs(60));
        Self { now, wall: wall(), client, server, events: Vec::new() }
    }

    fn allocated() -> Self {
        let mut line = Self::new();
        assert_eq!(line.asks(Client::allocate), Said::Refused(401));
        assert_eq!(line.asks(Client::allocate), Said::Done(Some(address(RELAYED))));
        line
    }

    /// What the client makes reaches the server, which grants whatever it may.
    fn sends(&mut self, make: impl FnOnce(&mut Client) -> Vec<u8>) -> Option<Said> {
        let bytes = make(&mut self.client);
        self.server.push(&bytes);
        while let Some(event) = self.server.next_event(self.now, self.wall).unwrap() {
            if matches!(event, Event::Asks { .. }) {
                self.server.allocate(self.now, Some(address(RELAYED)));
            }
            self.events.push(event);
        }
        self.hears()
    }

    fn asks(&mut self, make: impl FnOnce(&mut Client) -> Vec<u8>) -> Said {
        self.sends(make).unwrap()
    }

    fn hears(&mut self) -> Option<Said> {
        let outgoing = std::mem::take(self.server.outgoing());
        if !outgoing.is_empty() && outgoing[0] & 0xc0 == 0 {
            understood_by_another(&outgoing);
        }
        self.client.push(&outgoing);
        self.client.next_said()
    }
}

/// The messages that we write are read by an implementation that is not ours.
fn understood_by_another(bytes: &[u8]) {
    let message = is::stun::StunMessage::parse(bytes).unwrap();
    let ours = Message::read(bytes).unwrap();
    assert_eq!(message.error_code().is_some(), ours.class == Class::Error);
    assert_eq!(message.xor_relayed_address(), ours.address(attribute::XOR_RELAYED_ADDRESS));
    assert_eq!(message.xor_peer_address(), ours.address(attribute::XOR_PEER_ADDRESS));
    assert_eq!(message.lifetime(), ours.number(attribute::LIFETIME));
}

#[test]
fn whoever_has_credentials_is_given_an_address_that_leads_to_the_rooms() {
    let mut line = Line::allocated();
    let rooms = address(ROOMS);
    assert_eq!(line.events, [Event::Asks { holder: "seat".into(), family: Family::V4 }]);
    line.events.clear();

    assert_eq!(line.sends(|it| it.send(rooms, b"too early")), None);
    assert_eq!(line.asks(|it| it.permit(rooms)), Said::Done(None));
    assert_eq!(line.sends(|it| it.send(rooms, b"hello")), None);
    assert_eq!(line.events, [Event::Sends { to: rooms, bytes: b"hello".to_vec() }]);
    line.server.relay(line.now, rooms, b"there");
    assert_eq!(line.hears(), Some(Said::Data(rooms, b"there".to_vec())));

    line.events.clear();
    assert_eq!(line.asks(|it| it.bind(0x4001, rooms)), Said::Done(None));
    assert_eq!(line.sends(|_| Client::channel(0x4001, b"sound")), None);
    assert_eq!(line.events, [Event::Sends { to: rooms, bytes: b"sound".to_vec() }]);
    line.server.relay(line.now, rooms, b"picture");
    assert_eq!(line.hears(), Some(Said::Channel(0x4001, b"picture".to_vec())));
    assert_eq!(line.server.outgoing().len() % 4, 0);
}

#[test]
fn nothing_leads_anywhere_but_to_the_rooms() {
    let mut line = Line::allocated();
    line.events.clear();
    for elsewhere in ["198.51.100.9:8081", "127.0.0.1:8081", "10.0.0.1:22"] {
        let elsewhere = address(elsewhere);
        assert_eq!(line.asks(|it| it.permit(elsewhere)), Said::Refused(403), "{elsewhere}");
        assert_eq!(line.asks(|it| it.bind(0x4000, elsewhere)), Said::Refused(403), "{elsewhere}");
        assert_eq!(line.sends(|it| it.send(elsewhere, b"let me in")), None);
        line.server.relay(line.now, elsewhere, b"let me in");
        assert_eq!(line.hears(), None);
    }
    // One that may and one that may not: neither.
    let both = line.asks(|it| {
        it.request(method::CREATE_PERMISSION, |it| {
            it.with_address(attribute::XOR_PEER_ADDRESS, address(ROOMS))
                .with_address(attribute::XOR_PEER_ADDRESS, address("198.51.100.9:1"))
        })
    });
    assert_eq!(both, Said::Refused(403));
    assert_eq!(line.sends(|it| it.send(address(ROOMS), b"hello")), None);
    // Another port of ours is somebody else's.
    assert_eq!(line.asks(|it| it.permit(address(ROOMS))), Said::Done(None));
    let other_port = address("203.0.113.7:22");
    assert_eq!(line.asks(|it| it.bind(0x4000, other_port)), Said::Refused(403));
    assert_eq!(line.sends(|it| it.send(other_port, b"hello")), None);
    assert_eq!(line.events, []);
}

#[test]
fn whoever_has_no_credentials_or_bad_ones_gets_nothing() {
    let mut line = Line::new();
    let Credentials { username, .. } = secret().credentials("seat", wall().plus(PERMISSION));
    let cases = [
        Client::new(&username, "guessed"),
        Client::new("nobody", "guessed"),
        Client::new("99999999999:seat", "guessed"),
        invited("seat", Duration::ZERO),
    ];
    for client in cases {
        line.client = client;
        assert_eq!(line.asks(Client::allocate), Said::Refused(401));
        assert_eq!(line.asks(Client::allocate), Said::Refused(401), "{:?}", line.client);
    }
    assert_eq!(line.events, []);
}

#[test]
fn credentials_that_have_passed_hold_what_was_allocated_and_allocate_no_more() {
    let mut line = Line::allocated();
    line.wall = line.wall.plus(Duration::from_secs(61));
    assert_eq!(line.asks(|it| it.refresh(600)), Said::Done(None));
    let mut next = Line::new();
    next.wall = line.wall;
    assert_eq!(next.asks(Client::allocate), Said::Refused(401));
    assert_eq!(next.asks(Client::allocate), Said::Refused(401));
}

#[test]
fn a_nonce_is_one_connection_s_and_an_hour_s() {
    let mut line = Line::allocated();
    line.now += NONCE_HOLDS;
    assert_eq!(line.asks(|it| it.refresh(600)), Said::Refused(438));
    assert_eq!(line.asks(|it| it.refresh(600)), Said::Done(None));

    let config = Config { secret: secret(), peers: vec![address(ROOMS)] };
    line.server = Server::new(line.now, config, address("198.51.100.4:40000"), [4; 16]);
    assert_eq!(line.asks(Client::allocate), Said::Refused(438));
}

#[test]
fn a_connection_has_one_allocation_and_one_holder() {
    let mut line = Line::allocated();
    assert_eq!(line.asks(Client::allocate), Said::Refused(437));
    line.client = invited("another", Duration::from_secs(60));
    assert_eq!(line.asks(|it| it.refresh(0)), Said::Refused(401));
    assert_eq!(line.asks(|it| it.refresh(0)), Said::Refused(441));
    assert_eq!(line.asks(|it| it.permit(address(ROOMS))), Said::Refused(441));
    assert!(!line.server.is_over());
}

#[test]
fn what_needs_an_allocation_is_refused_without_one() {
    let mut line = Line::new();
    let rooms = address(ROOMS);
    assert_eq!(line.asks(|it| it.refresh(600)), Said::Refused(401));
    assert_eq!(line.asks(|it| it.refresh(600)), Said::Refused(437));
    assert_eq!(line.asks(|it| it.permit(rooms)), Said::Refused(437));
    assert_eq!(line.asks(|it| it.bind(0x4000, rooms)), Said::Refused(437));
    assert_eq!(line.sends(|_| Client::channel(0x4000, b"sound")), None);
    line.server.relay(line.now, rooms, b"there");
    assert_eq!(line.hears(), None);
    assert_eq!(line.events, []);
}

#[test]
fn only_what_we_have_is_allocated() {
    let mut line = Line::new();
    assert_eq!(line.asks(Client::allocate), Said::Refused(401));
    let mut asks = |kind, value: &[u8], udp: bool| {
        line.asks(|it| {
            it.request(method::ALLOCATE, |it| {
                let transport = if udp { [17, 0, 0, 0] } else { [6, 0, 0, 0] };
                it.with(attribute::REQUESTED_TRANSPORT, &transport).with(kind, value)
            })
        })
    };
    let family = attribute::REQUESTED_ADDRESS_FAMILY;
    assert_eq!(asks(family, &[message::IPV4, 0, 0, 0], false), Said::Refused(442));
    assert_eq!(asks(family, &[message::IPV6, 0, 0, 0], true), Said::Refused(440));
    // EVEN-PORT.
    assert_eq!(asks(0x0018, &[0x80], true), Said::Refused(420));
    let bare = line.asks(|it| it.request(method::ALLOCATE, |it| it));
    assert_eq!(bare, Said::Refused(400));
    assert_eq!(line.events, []);
}

#[test]
fn where_rooms_are_at_ipv6_alone_the_address_is_of_that_kind() {
    let rooms = "[2001:db8::7]:8081";
    let mut line = Line::with(&[rooms]);
    let _ = line.asks(Client::allocate);
    let _ = line.asks(Client::allocate);
    assert_eq!(line.events, [Event::Asks { holder: "seat".into(), family: Family::V6 }]);
    // This one was given one of the other kind.
    assert_eq!(line.asks(|it| it.permit(address(rooms))), Said::Refused(443));
}

#[test]
fn when_there_is_no_address_left_that_is_said() {
    let mut line = Line::new();
    assert_eq!(line.asks(Client::allocate), Said::Refused(401));
    let request = line.client.allocate();
    line.server.push(&request);
    assert!(line.server.next_event(line.now, line.wall).unwrap().is_some());
    line.server.allocate(line.now, None);
    assert_eq!(line.hears(), Some(Said::Refused(486)));
}

#[test]
fn permissions_channels_and_allocations_end() {
    let mut line = Line::allocated();
    let (began, rooms) = (line.now, address(ROOMS));
    assert_eq!(line.server.ends_at(), began + Duration::from_secs(600));
    assert_eq!(line.asks(|it| it.bind(0x4001, rooms)), Said::Done(None));
    line.now = began + PERMISSION;
    line.events.clear();
    assert_eq!(line.sends(|_| Client::channel(0x4001, b"sound")), None);
    line.server.relay(line.now, rooms, b"picture");
    assert_eq!((line.hears(), line.events.len()), (None, 0));
    assert_eq!(line.asks(|it| it.permit(rooms)), Said::Done(None));
    line.server.relay(line.now, rooms, b"picture");
    assert_eq!(line.hears(), Some(Said::Channel(0x4001, b"picture".to_vec())));
    assert_eq!(line.asks(|it| it.refresh(7_200)), Said::Done(None));
    assert_eq!(line.server.ends_at(), line.now + Duration::from_secs(3_600));
    line.now = began + CHANNEL;
    assert_eq!(line.asks(|it| it.permit(rooms)), Said::Done(None));
    line.server.relay(line.now, rooms, b"picture");
    assert_eq!(line.hears(), Some(Said::Data(rooms, b"picture".to_vec())));
    assert_eq!(line.asks(|it| it.refresh(0)), Said::Done(None));
    assert!(line.server.is_over());
}

#[test]
fn a_channel_is_for_one_address_and_an_address_has_one() {
    let others = [ROOMS, "203.0.113.8:8081"];
    let mut line = Line::with(&others);
    let _ = line.asks(Client::allocate);
    let _ = line.asks(Client::allocate);
    let [here, there] = others.map(address);
    assert_eq!(line.asks(|it| it.bind(0x4000, here)), Said::Done(None));
    assert_eq!(line.asks(|it| it.bind(0x4000, here)), Said::Done(None));
    assert_eq!(line.asks(|it| it.bind(0x4000, there)), Said::Refused(400));
    assert_eq!(line.asks(|it| it.bind(0x4001, here)), Said::Refused(400));
    assert_eq!(line.asks(|it| it.bind(0x5000, there)), Said::Refused(400));
    assert_eq!(line.asks(|it| it.bind(0x4001, there)), Said::Done(None));
}

#[test]
fn whoever_does_not_allocate_is_not_waited_for() {
    let line = Line::new();
    assert_eq!(line.server.ends_at(), line.now + ALLOCATES_WITHIN);
}

#[test]
fn what_comes_in_pieces_is_put_together_and_what_is_no_turn_ends_it() {
    let mut line = Line::new();
    for byte in line.client.allocate() {
        assert!(line.hears().is_none());
        line.server.push(&[byte]);
        assert_eq!(line.server.next_event(line.now, line.wall).unwrap(), None);
    }
    assert_eq!(line.hears(), Some(Said::Refused(401)));
    for broken in [&b"\x80\x00\x00\x00"[..], b"\x00\x01\x00\x03", b"\x40\x00\xff\xff", &[0; 20]] {
        let mut line = Line::new();
        line.server.push(broken);
        assert!(line.server.next_event(line.now, line.wall).is_err(), "{broken:?}");
    }
}

#[test]
fn http_is_not_taken_for_turn() {
    for first in ["GET / HTTP/1.1", "PRI * HTTP/2.0", "OPTIONS *", "\r\nGET /"] {
        assert!(!Server::is_meant(first.as_bytes()[0]), "{first:?}");
    }
    let mut client = Client::new("", "");
    assert!(Server::is_meant(client.allocate()[0]));
    assert!(Server::is_meant(client.permit(address(ROOMS))[0]));
}

proptest! {
    #[test]
    fn whatever_comes_makes_no_panic_and_nothing_grows(
        pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..600), 0..8),
        allocated in any::<bool>(),
    ) {
        let mut line = if allocated { Line::allocated() } else { Line::new() };
        for piece in pieces {
            line.server.push(&piece);
            loop {
                match line.server.next_event(line.now, line.wall) {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(Broken) => return Ok(()),
                }
            }
            prop_assert!(line.server.incoming.len() - line.server.read < FRAME_MAX);
        }
    }

    #[test]
    fn a_signed_request_that_is_bent_is_not_granted(at in 20_usize..150, bit in 0..8) {
        let mut line = Line::new();
        let _ = line.asks(Client::allocate);
        let mut request = line.client.allocate();
        let at = at.min(request.len() - 1);
        request[at] ^= 1_u8 << bit;
        line.server.push(&request);
        prop_assert!(!matches!(line.server.next_event(line.now, line.wall), Ok(Some(_))));
    }

    #[test]
    fn datagrams_of_any_length_come_through_a_channel_as_they_were(
        bytes in proptest::collection::vec(any::<u8>(), 0..1_500),
        cut in 1_usize..1_500,
    ) {
        let mut line = Line::allocated();
        let rooms = address(ROOMS);
        let _ = line.asks(|it| it.bind(0x4000, rooms));
        line.events.clear();
        let frame = Client::channel(0x4000, &bytes);
        for piece in frame.chunks(cut) {
            let _ = line.sends(|_| piece.to_vec());
        }
        prop_assert_eq!(&line.events[..], &[Event::Sends { to: rooms, bytes: bytes.clone() }]);
        line.server.relay(line.now, rooms, &bytes);
        prop_assert_eq!(line.hears(), Some(Said::Channel(0x4000, bytes)));
        prop_assert_eq!(line.hears(), None);
    }
}
