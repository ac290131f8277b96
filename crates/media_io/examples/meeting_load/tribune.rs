//! The rooms of this crate, with the least of signalling: a line with seat, seats and the length of the
//! offer, then the offer; back comes the length of the answer and the answer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use base::{MeetingId, Random, Timestamp, TypedId as _};
use media_io::rooms::{Config, Rooms};
use sfu::{Layer, Profile, SeatNumber, Wish};
use str0m::change::SdpAnswer;
use str0m::media::{Direction, MediaKind, Simulcast, SimulcastLayer};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::caller::{Caller, FULL, HALF, QUARTER, Size};

pub(crate) async fn serve(signalling: &str, media: &str) {
    let mut config = Config::new(media.parse().unwrap(), vec![]);
    config.most_seats = 200;
    let rooms = Rooms::listen(&config).unwrap();
    let meeting = MeetingId::new(Timestamp::from_micros(0), &mut Random::from_seed(1));
    let listener = TcpListener::bind(signalling).await.unwrap();
    let mut session = 0;
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.split();
        let mut reader = BufReader::new(reader);
        let mut line = String::new();
        reader.read_line(&mut line).await.unwrap();
        let words: Vec<usize> = line.split_whitespace().map(|word| word.parse().unwrap()).collect();
        // Whoever only looks whether somebody listens says nothing.
        let [seat, seats, length] = words[..] else { continue };
        let mut offer = vec![0; length];
        reader.read_exact(&mut offer).await.unwrap();
        let offer = String::from_utf8(offer).unwrap();
        let seats: Vec<_> = (0..seats as u8).map(SeatNumber).collect();
        let seat = SeatNumber(seat as u8);
        session += 1;
        let answer =
            rooms.join(meeting, Profile::Closed, seat, session, &seats, offer).await.unwrap();
        // Everybody looks at who speaks, and who speaks at the next; all others are small.
        let large = SeatNumber(u8::from(seat == SeatNumber(0)));
        rooms.watch(meeting, seat, vec![(large, Wish::UpTo(Layer::Full))]);
        writer.write_all(format!("{}\n{answer}", answer.len()).as_bytes()).await.unwrap();
    }
}

/// The seat that sends, of one whose camera goes to so many.
pub(crate) async fn publish(address: SocketAddr, receivers: usize) -> Caller {
    join(address, 0, receivers + 1, 0, &[(Some("f"), FULL)]).await
}

/// All the others.
pub(crate) async fn subscribe(address: SocketAddr, receivers: usize) -> Vec<Caller> {
    let mut others = Vec::new();
    for index in 1..=receivers {
        // Nobody else sends, so no more lines are asked for.
        others.push(join(address, index, receivers + 1, 1, &[]).await);
    }
    others
}

/// A full meeting: each sends its camera in three sizes, and sees the cameras of all others.
pub(crate) async fn meet(address: SocketAddr, seats: usize) -> Vec<Caller> {
    let sizes = [(Some("q"), QUARTER), (Some("h"), HALF), (Some("f"), FULL)];
    let mut all = Vec::new();
    for index in 0..seats {
        all.push(join(address, index, seats, seats - 1, &sizes).await);
    }
    all
}

async fn join(
    address: SocketAddr,
    index: usize,
    seats: usize,
    sees: usize,
    sizes: &[Size],
) -> Caller {
    let mut caller = Caller::new(index, address.ip()).await;
    let mut simulcast = Simulcast::new();
    for rid in ["q", "h", "f"] {
        simulcast.add_send_layer(SimulcastLayer::new(rid));
    }
    let mut change = caller.rtc.sdp_api();
    let (send, receive) = (Direction::SendOnly, Direction::RecvOnly);
    change.add_media(MediaKind::Audio, send, None, None, None);
    let camera = change.add_media(MediaKind::Video, send, None, None, Some(simulcast));
    change.add_media(MediaKind::Video, send, None, None, None);
    for _ in 0..sees {
        change.add_media(MediaKind::Audio, receive, None, None, None);
        change.add_media(MediaKind::Video, receive, None, None, None);
    }
    if sees + 1 == seats {
        change.add_media(MediaKind::Video, receive, None, None, None);
    }
    let (offer, pending) = change.apply().unwrap();
    let offer = offer.to_sdp_string();

    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("{index} {seats} {}\n", offer.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(offer.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let patience = Instant::now();
    while !answer.contains('\n') || answer.len() < length(&answer) {
        assert!(patience.elapsed() < Duration::from_secs(10), "no answer");
        let mut part = vec![0; 65_536];
        let read = stream.read(&mut part).await.unwrap();
        answer.push_str(std::str::from_utf8(&part[..read]).unwrap());
    }
    let (_, answer) = answer.split_once('\n').unwrap();
    let answer = SdpAnswer::from_sdp_string(answer).unwrap();
    caller.rtc.sdp_api().accept_answer(pending, answer).unwrap();
    caller.send_on(camera, sizes);
    caller
}

fn length(answer: &str) -> usize {
    let (head, _) = answer.split_once('\n').unwrap();
    head.len() + 1 + head.parse::<usize>().unwrap()
}
