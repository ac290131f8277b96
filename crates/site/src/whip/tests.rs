#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::http::{Method, Request};
use base::{Actor, ManualClock};
use broadcast::channel;
use broadcast::key::{self, MakeKey, Rank};
use http_body_util::BodyExt as _;
use media_io::rooms::{Config, Rooms};
use media_io::studio::{Settings, Studio};
use sfu::SeatNumber;
use sfu::peer::Peer;
use store::Files;
use testkit::{TestStore, noon};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::*;
use crate::testing;

fn rooms() -> Rooms {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Rooms::listen(&Config::new(listen, vec![])).unwrap()
}

/// As a browser would offer.
fn offer() -> String {
    let seats = [SeatNumber(0)];
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
    Peer::new(Instant::now(), seats[0], &seats, 1, address).1
}

struct Answered {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answered {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

async fn says(
    app: &App,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answered {
    let mut request =
        Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let response = crate::router(app.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Answered { status: parts.status.as_u16(), headers: parts.headers, text }
}

#[tokio::test]
async fn what_is_wrong_is_told_with_what_to_do() {
    let store = TestStore::sqlite().await;
    let (alone, app) = (testing::app(&store), testing::app_with_rooms(&store, rooms()));
    let key = ("authorization", "Bearer something");
    let sdp = ("content-type", "application/sdp");
    let fragment = ("content-type", "application/trickle-ice-sdpfrag");
    let check = async |app, method, path, headers: &[_], status, told| {
        let answered = says(app, method, path, headers, "v=0").await;
        assert!(answered.text.contains(told), "{method} {path}: {}", answered.text);
        assert_eq!(answered.status, status, "{method} {path}: {}", answered.text);
        assert_eq!(answered.header("access-control-allow-origin"), "*");
        answered
    };
    check(&app, "POST", "/live/whip", &[key], 415, "Send application/sdp").await;
    let nobody = check(&app, "POST", "/live/whip", &[sdp], 401, "stream key").await;
    assert!(nobody.header("www-authenticate").starts_with("Bearer"));
    check(&alone, "POST", "/live/whip", &[sdp, key], 503, "--meet-listen").await;
    check(&app, "POST", "/live/whip", &[sdp, key], 503, "--rtmp-listen").await;
    check(&app, "PATCH", "/live/whip/none", &[fragment, ("if-match", "*")], 404, "is over").await;
    check(&app, "DELETE", "/live/whip/none", &[], 404, "Begin another").await;
    check(&app, "GET", "/live/whip", &[], 405, "").await;
    let options = check(&app, "OPTIONS", "/live/whip", &[], 204, "").await;
    assert_eq!(options.header("accept-post"), "application/sdp");
    let long = "a".repeat(BODY_MAX + 1);
    assert_eq!(says(&app, "POST", "/live/whip", &[sdp, key], &long).await.status, 413);
}

#[tokio::test]
async fn a_session_is_begun_with_a_key_changed_and_ended() {
    let store = TestStore::sqlite().await;
    let mut tx = store.begin().await.unwrap();
    let main = channel::main(&mut tx, noon()).await.unwrap();
    let make = MakeKey { channel: main.id, name: "The studio", rank: Rank::Main };
    let key = key::make(&mut tx, &Actor::Operator, make, [7; 32], noon()).await.unwrap();
    tx.commit().await.unwrap();
    let files = Files::in_folder(&store.folder().join("files")).unwrap();
    let settings = Settings::new(store.folder().join("channel"), files, None);
    let (stop, clock) = (CancellationToken::new(), Arc::new(ManualClock::at(noon())));
    let opened = Studio::open((*store).clone(), clock, &main, settings, stop.clone()).await;
    let (studio, run) = opened.unwrap();
    let run = tokio::spawn(run);
    let rooms = rooms();
    let app = testing::app_with_channel(&store, rooms.clone(), studio);

    let sdp = ("content-type", "application/sdp; charset=utf-8");
    let wrong = [sdp, ("authorization", "Bearer wrong")];
    let answered = says(&app, "POST", "/live/whip", &wrong, &offer()).await;
    assert_eq!(answered.status, 403, "{}", answered.text);
    assert!(answered.text.contains("no such stream key"), "{}", answered.text);
    let bearer = format!("Bearer {key}");
    let with_key = [sdp, ("authorization", &*bearer)];
    assert_eq!(says(&app, "POST", "/live/whip", &with_key, "nonsense").await.status, 400);
    let begun = says(&app, "POST", "/live/whip", &with_key, &offer()).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    assert_eq!(begun.header("content-type"), "application/sdp");
    let (session, etag) = (begun.header("location"), begun.header("etag"));
    assert!(begun.text.contains("a=ice-lite") && begun.text.contains("a=candidate:"));
    // One at a time, as with every encoder.
    let second = says(&app, "POST", "/live/whip", &with_key, &offer()).await;
    assert_eq!(second.status, 403, "{}", second.text);

    let fragment = ("content-type", "application/trickle-ice-sdpfrag");
    let patch = async |matches: Option<&str>, body: &str| {
        let matches = matches.map(|it| ("if-match", it));
        let headers: Vec<_> = [fragment].into_iter().chain(matches).collect();
        says(&app, "PATCH", session, &headers, body).await
    };
    assert_eq!(patch(None, "").await.status, 428);
    assert_eq!(patch(Some(etag), "a=mid:0\r\n").await.status, 204);
    assert_eq!(patch(Some("*"), "a=mid:0\r\n").await.status, 400);
    let credentials = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef01234567\r\n";
    let anew = patch(Some("*"), credentials).await;
    assert_eq!((anew.status, anew.header("content-type")), (200, fragment.1), "{}", anew.text);
    assert!(anew.header("etag") != etag && anew.text.contains("a=ice-pwd:"), "{}", anew.text);
    assert_eq!(patch(Some(etag), "").await.status, 412);
    assert_eq!(patch(Some(anew.header("etag")), "").await.status, 204);

    assert_eq!(says(&app, "DELETE", session, &[], "").await.status, 200);
    let over = async {
        while says(&app, "DELETE", session, &[], "").await.status != 404 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), over).await.unwrap();
    rooms.shut_down().await;
    stop.cancel();
    run.await.unwrap();
}
