//! Rooms that are reached by TCP alone.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use base::{MeetingId, TypedId as _};
use media_io::rooms::{Config, Rooms};
use sfu::peer::turn::{Client, Said};
use sfu::peer::{Output, Peer, Received, Slot};
use sfu::{Kind, Layer, Profile, SeatNumber};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::timeout;

const SEATS: [SeatNumber; 2] = [SeatNumber(0), SeatNumber(1)];
const PATIENCE: Duration = Duration::from_secs(20);
const CHANNEL: u16 = 0x4000;

/// Rooms, and where they are reached by TCP.
async fn rooms() -> (Rooms, SocketAddr) {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let rooms = Rooms::listen(&Config::new(listen, vec![])).unwrap();
    let listener = TcpListener::bind(listen).await.unwrap();
    let address = listener.local_addr().unwrap();
    rooms.relay_all(listener);
    (rooms, address)
}

fn meeting() -> MeetingId {
    let mut random = base::Random::from_seed(1);
    MeetingId::new(base::Timestamp::from_micros(1_790_000_000_000_000), &mut random)
}

/// A connection that speaks TURN.
struct Line {
    stream: TcpStream,
    client: Client,
}

impl Line {
    async fn of(rooms: &Rooms, address: SocketAddr, holder: &str) -> Self {
        let shown = rooms.credentials(holder);
        let client = Client::new(&shown.username, &shown.password);
        Self { stream: TcpStream::connect(address).await.unwrap(), client }
    }

    /// None once the server has hung up.
    async fn hears(&mut self) -> Option<Said> {
        let mut buffer = [0; 4_096];
        loop {
            if let Some(said) = self.client.next_said() {
                return Some(said);
            }
            match self.stream.read(&mut buffer).await.unwrap_or(0) {
                0 => return None,
                length => self.client.push(&buffer[..length]),
            }
        }
    }

    async fn asks(&mut self, make: impl FnOnce(&mut Client) -> Vec<u8>) -> Option<Said> {
        let request = make(&mut self.client);
        self.stream.write_all(&request).await.unwrap();
        timeout(PATIENCE, self.hears()).await.unwrap()
    }

    /// The address, or why there is none.
    async fn allocates(&mut self) -> Result<SocketAddr, u16> {
        assert_eq!(self.asks(Client::allocate).await, Some(Said::Refused(401)));
        match self.asks(Client::allocate).await {
            Some(Said::Done(Some(address))) => Ok(address),
            Some(Said::Refused(code)) => Err(code),
            other => panic!("{other:?} is no answer"),
        }
    }
}

/// Sends pictures, and hears until one has come.
async fn sees(peer: &mut Peer, way: &mut impl Way) {
    let mut pictures = 0;
    let mut next_picture = Instant::now();
    loop {
        let at = loop {
            match peer.poll_output() {
                Output::Transmit(transmit) => {
                    way.sends(transmit.destination, &transmit.contents).await;
                }
                Output::Received(Received { slot: Slot::Camera(_), payload, .. }) => {
                    assert_eq!(&payload[7..11], b"mark");
                    return;
                }
                Output::Timeout(at) => break at,
                _ => {}
            }
        };
        let now = Instant::now();
        if now >= next_picture {
            next_picture = now + Duration::from_millis(20);
            let of = (Kind::Camera, Layer::Quarter);
            peer.send_picture(now, of, pictures * 1_800, true, &[900, 900], b"mark");
            pictures += 1;
            peer.handle_timeout(now);
            continue;
        }
        let wait = at.min(next_picture).saturating_duration_since(now);
        match timeout(wait, way.hears()).await {
            Ok((source, destination, bytes)) => {
                peer.handle_datagram(Instant::now(), source, destination, &bytes);
            }
            Err(_) => peer.handle_timeout(Instant::now()),
        }
    }
}

/// How datagrams come and go.
trait Way {
    async fn sends(&mut self, to: SocketAddr, bytes: &[u8]);
    /// Where from, where to, and what. To be given up at any time.
    async fn hears(&mut self) -> (SocketAddr, SocketAddr, Vec<u8>);
}

impl Way for UdpSocket {
    async fn sends(&mut self, to: SocketAddr, bytes: &[u8]) {
        self.send_to(bytes, to).await.unwrap();
    }

    async fn hears(&mut self) -> (SocketAddr, SocketAddr, Vec<u8>) {
        let mut buffer = vec![0; 2_000];
        let (length, source) = self.recv_from(&mut buffer).await.unwrap();
        buffer.truncate(length);
        (source, self.local_addr().unwrap(), buffer)
    }
}

struct Relayed {
    line: Line,
    address: SocketAddr,
    rooms: SocketAddr,
}

impl Way for Relayed {
    async fn sends(&mut self, to: SocketAddr, bytes: &[u8]) {
        assert_eq!(to, self.rooms);
        self.line.stream.write_all(&Client::channel(CHANNEL, bytes)).await.unwrap();
    }

    async fn hears(&mut self) -> (SocketAddr, SocketAddr, Vec<u8>) {
        match self.line.hears().await {
            Some(Said::Channel(CHANNEL, bytes)) => (self.rooms, self.address, bytes),
            other => panic!("{other:?} is no datagram"),
        }
    }
}

#[tokio::test]
async fn who_comes_by_tcp_alone_and_who_comes_by_udp_see_each_other() {
    let (rooms, tcp) = rooms().await;
    let told = rooms.advertised()[0];
    let mut line = Line::of(&rooms, tcp, "first").await;
    let address = line.allocates().await.unwrap();
    assert_eq!(line.asks(|it| it.bind(CHANNEL, told)).await, Some(Said::Done(None)));
    let mut first_way = Relayed { line, address, rooms: told };
    let mut second_way = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let here = second_way.local_addr().unwrap();

    let (mut first, offer) = Peer::new(Instant::now(), SEATS[0], &SEATS, 1, address);
    let joined = rooms.join(meeting(), Profile::Closed, SEATS[0], 1, &SEATS, offer).await;
    first.accept(&joined.unwrap()).unwrap();
    let (mut second, offer) = Peer::new(Instant::now(), SEATS[1], &SEATS, 1, here);
    let joined = rooms.join(meeting(), Profile::Closed, SEATS[1], 1, &SEATS, offer).await;
    second.accept(&joined.unwrap()).unwrap();

    let both = async {
        tokio::select! {
            () = async { loop { sees(&mut first, &mut first_way).await } } => {}
            () = sees(&mut second, &mut second_way) => {}
        }
        tokio::select! {
            () = sees(&mut first, &mut first_way) => {}
            () = async { loop { sees(&mut second, &mut second_way).await } } => {}
        }
    };
    timeout(PATIENCE, both).await.unwrap();
    rooms.shut_down().await;
    // The relay ends with the rooms.
    timeout(PATIENCE, async { while first_way.line.hears().await.is_some() {} }).await.unwrap();
}

#[tokio::test]
async fn one_holder_has_a_few_addresses_and_those_of_who_has_left_are_free() {
    let (rooms, tcp) = rooms().await;
    let mut lines = Vec::new();
    let refused = loop {
        let mut line = Line::of(&rooms, tcp, "one").await;
        match line.allocates().await {
            Ok(_) => lines.push(line),
            Err(code) => break code,
        }
        assert!(lines.len() < 100, "they are never refused");
    };
    assert_eq!(refused, 486);
    let mut another = Line::of(&rooms, tcp, "another").await;
    let first = another.allocates().await.unwrap();
    // Given back, and hung up on.
    let mut left = lines.pop().unwrap();
    assert_eq!(left.asks(|it| it.refresh(0)).await, Some(Said::Done(None)));
    assert_eq!(timeout(PATIENCE, left.hears()).await.unwrap(), None);
    let mut again = Line::of(&rooms, tcp, "one").await;
    assert_ne!(again.allocates().await.unwrap(), first);
    rooms.shut_down().await;
}

#[tokio::test]
async fn no_other_address_is_reached_by_it() {
    let (rooms, tcp) = rooms().await;
    let mut line = Line::of(&rooms, tcp, "one").await;
    line.allocates().await.unwrap();
    let elsewhere = SocketAddr::from((Ipv4Addr::new(10, 0, 0, 1), rooms.address().port()));
    assert_eq!(line.asks(|it| it.permit(elsewhere)).await, Some(Said::Refused(403)));
    assert_eq!(line.asks(|it| it.bind(CHANNEL, elsewhere)).await, Some(Said::Refused(403)));
    rooms.shut_down().await;
}

#[tokio::test]
async fn what_is_no_turn_is_hung_up_on() {
    let (rooms, tcp) = rooms().await;
    let mut line = Line::of(&rooms, tcp, "one").await;
    line.stream.write_all(b"\xff\xff\xff\xff\xff\xff\xff\xff").await.unwrap();
    assert_eq!(timeout(PATIENCE, line.hears()).await.unwrap(), None);
    rooms.shut_down().await;
}
