#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use media_io::rooms::Config;
use serde_json::{Value, json};
use sfu::Kind;
use sfu::peer::{Output, Peer, Received, Slot};
use testkit::{TestStore, noon};
use tokio::net::UdpSocket;
use tower::ServiceExt as _;

use super::*;
use crate::testing;

/// Nothing here takes as long, unless it never comes.
const PATIENCE: Duration = Duration::from_secs(20);

fn rooms() -> Rooms {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Rooms::listen(&Config::new(listen, vec![])).unwrap()
}

fn going_on(app: &App) -> usize {
    app.self_tests().asked.lock().unwrap().now.values().sum()
}

async fn asks(app: &App, body: impl Into<Body>) -> (StatusCode, Value) {
    comes(app, "http://localhost", "192.0.2.1", body).await
}

async fn comes(app: &App, origin: &str, from: &str, body: impl Into<Body>) -> (StatusCode, Value) {
    let mut request = Request::post("/meet/test/path").header("origin", origin);
    request.extensions_mut().unwrap().insert(ClientAddress(from.parse().unwrap()));
    let request = request.body(body.into()).unwrap();
    let response = crate::router(app.clone()).oneshot(request).await.unwrap();
    assert_eq!(response.headers().get(header::CACHE_CONTROL).unwrap(), "no-store");
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

/// Both ends of a page, each with a socket of its own.
struct Page {
    sends: End,
    receives: End,
}

struct End {
    peer: Peer,
    socket: UdpSocket,
    address: SocketAddr,
}

impl Page {
    async fn offers() -> (Self, String) {
        let (sends, first) = End::offers(SENDS, 0).await;
        let (receives, second) = End::offers(RECEIVES, 1).await;
        let offers = json!({ "sends": first, "receives": second });
        (Self { sends, receives }, offers.to_string())
    }

    fn accepts(&mut self, answers: &Value) {
        self.sends.peer.accept(answers["sends"].as_str().unwrap()).unwrap();
        self.receives.peer.accept(answers["receives"].as_str().unwrap()).unwrap();
    }

    /// Sends and receives until something has come back that is so.
    async fn until(&mut self, so: impl FnMut(&Output) -> bool) {
        let both = async {
            tokio::select! {
                () = self.sends.until(|_| false) => {}
                () = self.receives.until(so) => {}
            }
        };
        timeout(PATIENCE, both).await.unwrap();
    }
}

impl End {
    async fn offers(seat: SeatNumber, slots: usize) -> (Self, String) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        let (peer, offer) = Peer::new(Instant::now(), seat, &SEATS, slots, address);
        (Self { peer, socket, address }, offer)
    }

    async fn until(&mut self, mut so: impl FnMut(&Output) -> bool) {
        let mut buffer = vec![0; 2_000];
        let (mut next, mut sent, mut key) = (Instant::now(), 0, true);
        loop {
            let at = loop {
                let output = self.peer.poll_output();
                match &output {
                    Output::Transmit(it) => {
                        self.socket.send_to(&it.contents, it.destination).await.unwrap();
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
            if now >= next {
                next = now + Duration::from_millis(20);
                let (of, key) = ((Kind::Camera, Layer::Full), std::mem::take(&mut key));
                self.peer.send_picture(now, of, sent * 1_800, key, &[900], b"mark");
                self.peer.send_sound(now, sent * 960, b"tone");
                sent += 1;
                self.peer.handle_timeout(now);
                continue;
            }
            let wait = at.min(next).saturating_duration_since(now);
            match timeout(wait, self.socket.recv_from(&mut buffer)).await {
                Ok(received) => {
                    let (length, source) = received.unwrap();
                    let (now, bytes) = (Instant::now(), &buffer[..length]);
                    self.peer.handle_datagram(now, source, self.address, bytes);
                }
                Err(_) => self.peer.handle_timeout(Instant::now()),
            }
        }
    }
}

/// A picture and a sound of the other end.
fn both_came() -> impl FnMut(&Output) -> bool {
    let (mut pictures, mut sounds) = (0, 0);
    move |output| {
        match output {
            Output::Received(Received { slot: Slot::Camera(SENDS), payload, .. }) => {
                assert_eq!(&payload[7..11], b"mark");
                pictures += 1;
            }
            Output::Received(Received { slot: Slot::Sound(SENDS), payload, .. }) => {
                assert_eq!(&payload[..], b"tone");
                sounds += 1;
            }
            _ => {}
        }
        pictures > 20 && sounds > 20
    }
}

#[tokio::test]
async fn what_a_page_sends_comes_back_to_it_and_nothing_is_left_once_it_has_gone() {
    let store = TestStore::sqlite().await;
    let rooms = rooms();
    let app = testing::app_with_rooms(&store, rooms.clone());
    let before = store::events::head(app.store()).await.unwrap();
    let (mut page, offers) = Page::offers().await;
    let (status, answers) = asks(&app, offers).await;
    assert_eq!(status, StatusCode::OK, "{answers}");
    assert_eq!(answers["addresses"], json!([rooms.address().to_string()]));
    page.accepts(&answers);
    page.until(both_came()).await;
    assert_eq!(going_on(&app), 1);

    // As the browser does when the page is closed: one end says good-bye, and both are gone.
    let mut events = rooms.events();
    page.sends.peer.close();
    page.until(|output| matches!(output, Output::Connected(false))).await;
    for _ in SEATS {
        let over = async {
            loop {
                if let Event::Room(_, sfu::Event::Disconnected(_)) = events.recv().await.unwrap() {
                    break;
                }
            }
        };
        timeout(PATIENCE, over).await.unwrap();
    }
    let free = async {
        while going_on(&app) > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, free).await.unwrap();
    assert_eq!(store::events::head(app.store()).await.unwrap(), before, "the record says nothing");
    rooms.shut_down().await;
    store.close().await;
}

#[tokio::test]
async fn a_page_that_never_connects_is_given_up_and_one_that_stays_is_ended() {
    let rooms = rooms();
    let store = TestStore::sqlite().await;
    for (connects, lasts) in [(1, 60_000), (60_000, 1)].map(|(a, b)| (ms(a), ms(b))) {
        let test: MeetingId = store.new_id(noon());
        let events = rooms.events();
        let (mut page, offers) = Page::offers().await;
        let answers = join(&rooms, test, serde_json::from_str(&offers).unwrap()).await.unwrap();
        page.accepts(&serde_json::to_value(answers).unwrap());
        timeout(PATIENCE, goes_on(&rooms, test, events, connects, lasts)).await.unwrap();
        // The room knows nothing of them any more: with the same session they begin anew.
        let (_, offers) = Page::offers().await;
        join(&rooms, test, serde_json::from_str(&offers).unwrap()).await.unwrap();
        rooms.close(test);
    }
    let test: MeetingId = store.new_id(noon());
    let events = rooms.events();
    let (mut page, offers) = Page::offers().await;
    let answers = join(&rooms, test, serde_json::from_str(&offers).unwrap()).await.unwrap();
    page.accepts(&serde_json::to_value(answers).unwrap());
    let goes_on = goes_on(&rooms, test, events, PATIENCE, ms(3_000));
    let stays = async {
        page.until(both_came()).await;
        page.until(|output| matches!(output, Output::Connected(false))).await;
    };
    tokio::join!(goes_on, stays);
    rooms.shut_down().await;
    store.close().await;
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[tokio::test]
async fn what_is_no_offer_is_told_so_and_takes_no_place() {
    let store = TestStore::sqlite().await;
    let rooms = rooms();
    let app = testing::app_with_rooms(&store, rooms.clone());
    let (_, whole) = Page::offers().await;
    let whole: Value = serde_json::from_str(&whole).unwrap();
    let half = json!({ "sends": whole["sends"], "receives": "v=0\r\n" }).to_string();
    for (body, status, says) in [
        ("", 400, "no test"),
        ("[]", 400, "no test"),
        ("{\"sends\": 7}", 400, "no test"),
        ("{\"sends\": \"\", \"receives\": \"\"}", 422, "a microphone, a camera and a screen"),
        (&half, 422, "a microphone, a camera and a screen"),
    ] {
        let (answered, told) = asks(&app, body.to_owned()).await;
        assert_eq!(answered.as_u16(), status, "{body}: {told}");
        assert_eq!(told["code"], "offer", "{body}");
        assert!(told["error"].as_str().unwrap().contains(says), "{body}: {told}");
        assert_eq!(going_on(&app), 0, "{body}");
    }
    let long = format!("{{\"sends\": \"{}\"}}", "v".repeat(OFFERS_BYTES_MAX));
    let request = Request::post("/meet/test/path").header("origin", "http://localhost");
    let request = request.body(Body::from(long)).unwrap();
    let response = crate::router(app.clone()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    rooms.shut_down().await;
    store.close().await;
}

#[tokio::test]
async fn another_site_tests_nothing_and_a_server_without_rooms_says_so() {
    let store = TestStore::sqlite().await;
    let (_, offers) = Page::offers().await;
    let (status, told) =
        comes(&testing::app(&store), "https://elsewhere.example", "192.0.2.1", offers.clone())
            .await;
    assert_eq!((status, &told["code"]), (StatusCode::FORBIDDEN, &json!("foreign")));
    let (status, told) = asks(&testing::app(&store), offers).await;
    assert_eq!((status, &told["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("off")));
    store.close().await;
}

#[tokio::test]
async fn a_network_has_its_share_of_tests_and_no_more() {
    let store = TestStore::sqlite().await;
    let rooms = rooms();
    let app = testing::app_with_rooms(&store, rooms.clone());
    for _ in 0..AT_ONCE_OF_A_NETWORK {
        let (_, offers) = Page::offers().await;
        assert_eq!(asks(&app, offers).await.0, StatusCode::OK);
    }
    let (_, offers) = Page::offers().await;
    let (status, told) = asks(&app, offers.clone()).await;
    assert_eq!((status, &told["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("busy")));
    // Whoever has one address of IPv6 has many: they count together.
    for (from, expected) in [("2001:db8::1", 200), ("2001:db8::2", 200), ("2001:db8:1::1", 200)] {
        let (_, offers) = Page::offers().await;
        let (status, _) = comes(&app, "http://localhost", from, offers).await;
        assert_eq!(status.as_u16(), expected);
    }
    assert_eq!(going_on(&app), AT_ONCE_OF_A_NETWORK + 3);
    assert_eq!(app.self_tests().asked.lock().unwrap().now.len(), 3);
    rooms.shut_down().await;
    store.close().await;
}

#[test]
fn no_network_takes_all_places_and_all_of_them_are_few() {
    let tests = SelfTests::default();
    let mut own: Vec<_> =
        (0..AT_ONCE_OF_A_NETWORK).map(|_| tests.place("192.0.2.1", noon()).ok().unwrap()).collect();
    assert_eq!(tests.place("192.0.2.1", noon()).err(), Some(Full::Busy));
    let others: Vec<_> = (AT_ONCE_OF_A_NETWORK..AT_ONCE)
        .map(|other| tests.place(&format!("198.51.100.{other}"), noon()).ok().unwrap())
        .collect();
    assert_eq!(tests.place("203.0.113.1", noon()).err(), Some(Full::Busy));
    drop(own.pop());
    assert!(tests.place("203.0.113.1", noon()).is_ok());
    drop((own, others));
    assert!(tests.asked.lock().unwrap().now.is_empty(), "nothing is left of them");
}

#[test]
fn a_network_that_tests_without_end_waits_ten_minutes_and_no_other_does() {
    let tests = SelfTests::default();
    for _ in 0..OF_A_NETWORK {
        tests.place("192.0.2.1", noon()).ok().unwrap();
    }
    assert_eq!(tests.place("192.0.2.1", noon()).err(), Some(Full::Often));
    assert!(tests.place("192.0.2.2", noon()).is_ok());
    let later = noon().plus(COUNTED_FOR);
    assert!(tests.place("192.0.2.1", later).is_ok());
    assert_eq!(tests.asked.lock().unwrap().lately.len(), 1, "who came earlier is forgotten");
}
