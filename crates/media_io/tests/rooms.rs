//! Meetings' media over real sockets.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use base::{MeetingId, TypedId as _};
use media_io::rooms::{Config, Event, Rooms};
use sfu::peer::{Output, Peer, Received, Slot};
use sfu::{Kind, Layer, Profile, SeatNumber, Wish};
use tokio::net::UdpSocket;
use tokio::sync::broadcast;
use tokio::time::timeout;

const SEATS: [SeatNumber; 2] = [SeatNumber(0), SeatNumber(1)];
const PATIENCE: Duration = Duration::from_secs(20);

fn rooms() -> Rooms {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Rooms::listen(&Config::new(listen, vec![])).unwrap()
}

fn meeting(number: u8) -> MeetingId {
    let mut random = base::Random::from_seed(number.into());
    MeetingId::new(base::Timestamp::from_micros(1_790_000_000_000_000), &mut random)
}

/// A browser with a socket of its own.
struct Browser {
    peer: Peer,
    socket: UdpSocket,
    address: SocketAddr,
}

impl Browser {
    async fn join(rooms: &Rooms, meeting: MeetingId, seat: SeatNumber, session: u64) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        let (mut peer, offer) = Peer::new(Instant::now(), seat, &SEATS, 1, address);
        let answer =
            rooms.join(meeting, Profile::Closed, seat, session, &SEATS, offer).await.unwrap();
        peer.accept(&answer).unwrap();
        Self { peer, socket, address }
    }

    /// Sends and receives until something has come that is so.
    async fn until(&mut self, mut so: impl FnMut(&Output) -> bool) {
        let mut buffer = vec![0; 2_000];
        let mut next_picture = Instant::now();
        let mut pictures = 0;
        let mut key = true;
        loop {
            let at = loop {
                let output = self.peer.poll_output();
                match &output {
                    Output::Transmit(transmit) => {
                        self.socket
                            .send_to(&transmit.contents, transmit.destination)
                            .await
                            .unwrap();
                    }
                    Output::KeyFrameWanted(..) => key = true,
                    Output::Timeout(at) => break *at,
                    _ => {}
                }
                if so(&output) {
                    return;
                }
            };
            let now = Instant::now();
            if now >= next_picture {
                next_picture = now + Duration::from_millis(20);
                let of = (Kind::Camera, Layer::Quarter);
                let key = std::mem::take(&mut key);
                self.peer.send_picture(now, of, pictures * 1_800, key, &[900, 900], b"mark");
                pictures += 1;
                self.peer.handle_timeout(now);
                continue;
            }
            let wait = at.min(next_picture).saturating_duration_since(now);
            match timeout(wait, self.socket.recv_from(&mut buffer)).await {
                Ok(received) => {
                    let (length, source) = received.unwrap();
                    let now = Instant::now();
                    self.peer.handle_datagram(now, source, self.address, &buffer[..length]);
                }
                Err(_) => self.peer.handle_timeout(Instant::now()),
            }
        }
    }
}

fn pictures_of(seat: SeatNumber) -> impl FnMut(&Output) -> bool {
    let mut count = 0;
    move |output| {
        if let Output::Received(Received { slot: Slot::Camera(from), payload, .. }) = output {
            assert_eq!(*from, seat);
            assert_eq!(&payload[7..11], b"mark");
            count += 1;
        }
        count > 50
    }
}

async fn happens(events: &mut broadcast::Receiver<Event>, wanted: Event) {
    timeout(PATIENCE, async { while events.recv().await.unwrap() != wanted {} }).await.unwrap();
}

#[tokio::test]
async fn two_browsers_see_each_other_through_one_port() {
    let rooms = rooms();
    let mut events = rooms.events();
    let mut first = Browser::join(&rooms, meeting(1), SEATS[0], 7).await;
    let mut second = Browser::join(&rooms, meeting(1), SEATS[1], 7).await;
    rooms.watch(meeting(1), SEATS[0], vec![(SEATS[1], Wish::UpTo(Layer::Full))]);
    // Whoever has seen enough goes on sending.
    let both = async {
        tokio::select! {
            () = first.until(|_| false) => {}
            () = second.until(pictures_of(SEATS[0])) => {}
        }
        tokio::select! {
            () = first.until(pictures_of(SEATS[1])) => {}
            () = second.until(|_| false) => {}
        }
    };
    timeout(PATIENCE, both).await.unwrap();
    happens(&mut events, Event::Room(meeting(1), sfu::Event::Connected(SEATS[0]))).await;
    rooms.leave(meeting(1), SEATS[0]);
    happens(&mut events, Event::Room(meeting(1), sfu::Event::Disconnected(SEATS[0]))).await;
    rooms.close(meeting(1));
    let gone = second.until(|output| matches!(output, Output::Connected(false)));
    timeout(PATIENCE, gone).await.unwrap();
    rooms.shut_down().await;
}

#[tokio::test]
async fn what_is_no_offer_is_refused_with_a_sentence() {
    let rooms = rooms();
    let refused = rooms
        .join(meeting(2), Profile::Open, SEATS[0], 1, &SEATS, "v=0\r\n".into())
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("has to begin with a microphone"), "{refused}");
    rooms.shut_down().await;
}

#[tokio::test]
async fn browsers_are_not_told_of_an_address_that_stands_for_all() {
    let listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let refused = Rooms::listen(&Config::new(listen, vec![])).err().unwrap();
    assert!(refused.to_string().contains("say which one"), "{refused}");
    let told = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 0));
    let rooms = Rooms::listen(&Config::new(listen, vec![told])).unwrap();
    assert_eq!(rooms.advertised()[0].port(), rooms.address().port());
    rooms.shut_down().await;
}
