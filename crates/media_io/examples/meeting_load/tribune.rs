//! The rooms of this crate, with the least of signalling: a line with seat, seats and the length of the
//! offer, then the offer; back comes the length of the answer and the answer.

use std::time::{Duration, Instant};

use base::{MeetingId, Random, Timestamp, TypedId as _};
use media_io::rooms::{Config, Rooms};
use sfu::{Layer, Profile, SeatNumber, Wish};
use str0m::change::SdpAnswer;
use str0m::media::{Direction, MediaKind, Simulcast, SimulcastLayer};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::caller::Caller;

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
        rooms.watch(meeting, seat, vec![(SeatNumber(0), Wish::UpTo(Layer::Full))]);
        writer.write_all(format!("{}\n{answer}", answer.len()).as_bytes()).await.unwrap();
    }
}

/// The seat that sends.
pub(crate) async fn publish(address: &str, receivers: usize) -> Caller {
    join(address, 0, receivers + 1).await
}

/// All the others.
pub(crate) async fn subscribe(address: &str, receivers: usize) -> Vec<Caller> {
    let mut others = Vec::new();
    for index in 1..=receivers {
        others.push(join(address, index, receivers + 1).await);
    }
    others
}

async fn join(address: &str, index: usize, seats: usize) -> Caller {
    let mut caller = Caller::new(index.saturating_sub(1)).await;
    let mut simulcast = Simulcast::new();
    simulcast.add_send_layer(SimulcastLayer::new("f"));
    let mut change = caller.rtc.sdp_api();
    let (send, receive) = (Direction::SendOnly, Direction::RecvOnly);
    change.add_media(MediaKind::Audio, send, None, None, None);
    let camera = change.add_media(MediaKind::Video, send, None, None, Some(simulcast));
    change.add_media(MediaKind::Video, send, None, None, None);
    // The first of the others alone sends; for the rest no lines are asked for.
    change.add_media(MediaKind::Audio, receive, None, None, None);
    change.add_media(MediaKind::Video, receive, None, None, None);
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
    caller.sends = (index == 0).then_some((camera, Some("f")));
    caller
}

fn length(answer: &str) -> usize {
    let (head, _) = answer.split_once('\n').unwrap();
    head.len() + 1 + head.parse::<usize>().unwrap()
}
