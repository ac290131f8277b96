//! Publishers of every kind, over real sockets.

use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::*;
use crate::ingest::{Publication, Refusal};
use crate::tag::{Kind, Tag};

/// Admits those who know the key, and whom `first` lets in.
struct Door {
    admitted: mpsc::UnboundedSender<Publication>,
    /// The stream that is on, looked at when another asks.
    on: Mutex<Option<crate::ingest::Ender>>,
    takeover: bool,
}

#[async_trait]
impl Gate for Door {
    async fn admit(&self, request: &Request) -> Result<Admitted, Refusal> {
        if (request.application.as_str(), request.key.reveal()) != ("live", "right") {
            return Err(Refusal("This key is not known.".into()));
        }
        let mut on = self.on.lock().unwrap();
        if let Some(first) = &*on {
            if !self.takeover {
                return Err(Refusal("Somebody else is on the air.".into()));
            }
            first.end("Another takes over.");
        }
        let (admitted, publication) = Publication::new(1 << 20);
        *on = Some(publication.ender());
        self.admitted.send(publication).unwrap();
        Ok(admitted)
    }
}

struct House {
    address: SocketAddr,
    admitted: mpsc::UnboundedReceiver<Publication>,
    stop: CancellationToken,
    running: JoinHandle<io::Result<()>>,
}

async fn house(limits: Limits, takeover: bool) -> House {
    let server = Server::bind("127.0.0.1:0".parse().unwrap(), limits).await.unwrap();
    let address = server.address();
    let (sender, admitted) = mpsc::unbounded_channel();
    let gate = Arc::new(Door { admitted: sender, on: Mutex::new(None), takeover });
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let running = tokio::spawn(async move { server.run(gate, stopping).await });
    House { address, admitted, stop, running }
}

fn asking(key: &str) -> Bytes {
    let parts = [client::handshake(), client::connect("live"), client::publish(key)];
    parts.concat().into()
}

async fn connect(house: &House, say: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(house.address).await.unwrap();
    socket.write_all(say).await.unwrap();
    socket
}

/// All that the server says until it closes the connection.
async fn heard(mut socket: TcpStream) -> String {
    let mut heard = Vec::new();
    // A connection that is cut says nothing more, either.
    let _ = socket.read_to_end(&mut heard).await;
    words(heard)
}

/// Long messages are cut by the head of their next chunk.
fn words(mut heard: Vec<u8>) -> String {
    heard.retain(|byte| *byte != 0xC3);
    String::from_utf8_lossy(&heard).into_owned()
}

async fn hear_until(socket: &mut TcpStream, words: &str) {
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains(words) {
        assert_ne!(socket.read_buf(&mut heard).await.unwrap(), 0, "closed before {words}");
    }
}

fn frame(timestamp: u32) -> Bytes {
    client::message(9, timestamp, &[0x17, 1, 0, 0, 0])
}

fn frame_tag(timestamp: u32) -> Tag {
    Tag { kind: Kind::Video, timestamp, body: Bytes::from_static(&[0x17, 1, 0, 0, 0]) }
}

#[tokio::test]
async fn a_publisher_is_admitted_and_their_goodbye_is_told() {
    let mut house = house(Limits::default(), false).await;
    let mut socket = connect(&house, &asking("right")).await;
    hear_until(&mut socket, "NetStream.Publish.Start").await;
    let mut publication = house.admitted.recv().await.unwrap();
    socket.write_all(&frame(40)).await.unwrap();
    assert_eq!(publication.next().await, Ok(frame_tag(40)));
    let goodbye = client::command("deleteStream", 6.0, &[]);
    socket.write_all(&goodbye).await.unwrap();
    assert_eq!(publication.next().await, Err(Ended::Finished));
    assert!(heard(socket).await.contains("NetStream.Unpublish.Success"));
}

#[tokio::test]
async fn a_wrong_key_is_refused_with_its_reason_and_without_reading_media() {
    let mut house = house(Limits::default(), false).await;
    let pushy = [asking("wrong"), frame(0), vec![0; 30_000].into()].concat();
    let said = heard(connect(&house, &pushy).await).await;
    assert!(said.contains("NetStream.Publish.Denied"), "{said}");
    assert!(said.contains("This key is not known."), "{said}");
    assert!(house.admitted.try_recv().is_err());
}

#[tokio::test]
async fn a_second_publisher_is_refused_and_the_first_goes_on() {
    let mut house = house(Limits::default(), false).await;
    let mut first = connect(&house, &asking("right")).await;
    let mut publication = house.admitted.recv().await.unwrap();
    let said = heard(connect(&house, &asking("right")).await).await;
    assert!(said.contains("Somebody else is on the air."), "{said}");
    first.write_all(&frame(1)).await.unwrap();
    assert_eq!(publication.next().await, Ok(frame_tag(1)));
}

#[tokio::test]
async fn a_second_publisher_takes_over_and_the_first_is_told() {
    let mut house = house(Limits::default(), true).await;
    let first = connect(&house, &asking("right")).await;
    let mut publication = house.admitted.recv().await.unwrap();
    let mut second = connect(&house, &asking("right")).await;
    let mut next = house.admitted.recv().await.unwrap();
    assert!(heard(first).await.contains("Another takes over."));
    assert_eq!(publication.next().await, Err(Ended::ByUs("Another takes over.".into())));
    second.write_all(&frame(2)).await.unwrap();
    assert_eq!(next.next().await, Ok(frame_tag(2)));
}

#[tokio::test]
async fn garbage_after_the_handshake_ends_the_connection() {
    let mut house = house(Limits::default(), false).await;
    let garbage = [client::handshake(), vec![0xEE; 5000].into()].concat();
    let said = heard(connect(&house, &garbage).await).await;
    assert!(said.contains("A chunk goes on from one that was never sent."), "{said}");

    let mut socket = connect(&house, &asking("right")).await;
    let mut publication = house.admitted.recv().await.unwrap();
    socket.write_all(&[0xEE; 5000]).await.unwrap();
    let ended = publication.next().await;
    assert!(matches!(ended, Err(Ended::Broken(_))), "{ended:?}");
}

#[tokio::test]
async fn another_protocol_is_closed_without_a_word() {
    let house = house(Limits::default(), false).await;
    let said = heard(connect(&house, b"GET / HTTP/1.1\r\n\r\n").await).await;
    assert_eq!(said, "");
}

#[tokio::test]
async fn a_slow_loris_is_closed_wherever_it_stops() {
    let limits = Limits { until_admitted: Duration::from_millis(100), ..Limits::default() };
    let mut house = house(limits, false).await;
    let whole = asking("right");
    for said in [0, 1, 700, 3000, whole.len() - 1] {
        let socket = connect(&house, &whole[..said]).await;
        // It is not we who close: this ends only because the server does.
        heard(socket).await;
    }
    assert!(house.admitted.try_recv().is_err());
}

#[tokio::test]
async fn a_loris_that_never_stops_sending_is_closed_too() {
    let limits = Limits { until_admitted: Duration::from_millis(100), ..Limits::default() };
    let house = house(limits, false).await;
    let socket = connect(&house, &client::handshake()).await;
    let (mut from, mut to) = socket.into_split();
    let trickle = tokio::spawn(async move {
        let ping = client::message(4, 0, &[0, 3, 0, 0, 0, 1]);
        while to.write_all(&ping[..1]).await.is_ok() && to.write_all(&ping[1..]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let mut heard = Vec::new();
    let _ = from.read_to_end(&mut heard).await;
    trickle.await.unwrap();
}

#[tokio::test]
async fn a_publisher_who_sends_only_commands_is_silent() {
    let silence = Duration::from_millis(100);
    let mut house = house(Limits { silence, ..Limits::default() }, false).await;
    let mut socket = connect(&house, &asking("right")).await;
    let mut publication = house.admitted.recv().await.unwrap();
    socket.write_all(&frame(0)).await.unwrap();
    assert_eq!(publication.next().await, Ok(frame_tag(0)));
    let (mut from, mut to) = socket.into_split();
    let chatter = tokio::spawn(async move {
        let ping = client::message(4, 0, &[0, 6, 0, 0, 0, 1]);
        while to.write_all(&ping).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert_eq!(publication.next().await, Err(Ended::Silent(silence)));
    let mut heard = Vec::new();
    let _ = from.read_to_end(&mut heard).await;
    chatter.await.unwrap();
    let heard = words(heard);
    assert!(heard.contains("The sender sent no sound and no picture for 0.1 s."), "{heard}");
}

#[tokio::test]
async fn a_publisher_whose_network_dies_was_lost() {
    let mut house = house(Limits::default(), false).await;
    let socket = connect(&house, &asking("right")).await;
    let mut publication = house.admitted.recv().await.unwrap();
    drop(socket);
    assert_eq!(publication.next().await, Err(Ended::Lost));
}

#[tokio::test]
async fn connections_are_bounded_and_a_place_is_free_again() {
    let limits = Limits { connections_per_address: 2, ..Limits::default() };
    let mut house = house(limits, false).await;
    let first = connect(&house, &asking("right")).await;
    let mut publication = house.admitted.recv().await.unwrap();
    let mut second = connect(&house, &client::handshake()).await;
    // The server has greeted, so the second is seated.
    second.read_exact(&mut [0; 100]).await.unwrap();
    assert_eq!(heard(connect(&house, &[]).await).await, "", "the third finds no place");
    drop(first);
    assert_eq!(publication.next().await, Err(Ended::Lost));
    loop {
        let mut again = connect(&house, &client::handshake()).await;
        if again.read_exact(&mut [0; 100]).await.is_ok() {
            break;
        }
    }
}

#[test]
fn a_network_of_ipv6_is_one_address() {
    let check = |address: &str, expected: &str| {
        let network = network(address.parse().unwrap());
        assert_eq!(network, expected.parse::<IpAddr>().unwrap());
    };
    check("192.0.2.7", "192.0.2.7");
    check("::ffff:192.0.2.7", "192.0.2.7");
    check("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
}

#[tokio::test]
async fn a_slow_receiver_holds_the_publisher_back_and_loses_nothing() {
    let mut house = house(Limits::default(), false).await;
    let socket = connect(&house, &asking("right")).await;
    let mut publication = house.admitted.recv().await.unwrap();
    let (_from, mut to) = socket.into_split();
    let sender = tokio::spawn(async move {
        for timestamp in 0..400 {
            to.write_all(&client::message(9, timestamp, &[0x27; 50_000])).await.unwrap();
        }
        to
    });
    for timestamp in 0..400 {
        let tag = publication.next().await.unwrap();
        assert_eq!((tag.timestamp, tag.body.len()), (timestamp, 50_000));
    }
    sender.await.unwrap();
}

#[tokio::test]
async fn stopping_tells_publishers_and_waits_for_them() {
    let mut house = house(Limits::default(), false).await;
    let socket = connect(&house, &asking("right")).await;
    let _idle = connect(&house, &client::handshake()).await;
    let mut publication = house.admitted.recv().await.unwrap();
    house.stop.cancel();
    assert!(heard(socket).await.contains("The server is stopping."));
    assert_eq!(publication.next().await, Err(Ended::ByUs(STOPPING.into())));
    house.running.await.unwrap().unwrap();
}
