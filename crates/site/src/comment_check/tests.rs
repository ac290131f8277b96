use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use testkit::noon;

use super::*;

const SECRET: &str = "what both sides know";

/// A check that says what it is told to, and keeps what it was asked.
#[derive(Clone, Default)]
struct Sample {
    /// None never answers.
    says: Option<(u16, &'static str)>,
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

async fn answer(State(sample): State<Sample>, headers: HeaderMap, body: String) -> Response {
    let signature = headers["tribune-signature"].to_str().unwrap().to_owned();
    sample.asked.lock().unwrap().push((signature, body));
    match sample.says {
        Some((status, body)) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        None => std::future::pending().await,
    }
}

impl Sample {
    async fn saying(says: Option<(u16, &'static str)>) -> (Self, CommentCheck) {
        let sample = Self { says, ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/comments", listener.local_addr().unwrap());
        let router = Router::new().route("/comments", post(answer)).with_state(sample.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        // What is never answered is not waited for long; what is answered has all the time it needs.
        let answers_within = Duration::from_millis(if says.is_some() { 30_000 } else { 50 });
        (sample, check(&url, answers_within))
    }
}

fn check(url: &str, answers_within: Duration) -> CommentCheck {
    let settings =
        CommentCheckSettings { url: url.parse().unwrap(), secret: SECRET.into(), answers_within };
    CommentCheck::new(settings).unwrap()
}

fn question() -> Question<'static> {
    Question {
        text: "Well “said”.",
        name: "Rosa",
        language: "en",
        story: "http://localhost/news/bridge",
        parent: None,
        known: false,
    }
}

#[tokio::test]
async fn the_question_is_signed_with_its_time() {
    let (sample, check) = Sample::saying(Some((204, ""))).await;
    assert_eq!(check.ask(&question(), noon()).await, External::Pass);
    let (signature, body) = sample.asked.lock().unwrap().pop().unwrap();
    let at = noon().as_micros() / 1_000_000;
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    let expected = accounts::secret::hex(&mac.finalize().into_bytes());
    assert_eq!(signature, format!("t={at},v1={expected}"));
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "text": "Well “said”.", "name": "Rosa", "language": "en",
            "story": "http://localhost/news/bridge", "parent": null, "known": false,
        })
    );
}

#[tokio::test]
async fn what_it_says_is_taken_and_whatever_goes_wrong_is_skipped() {
    let long = format!("{{\"verdict\":\"wait\",\"reason\":\"{}\"}}", "x".repeat(20_000));
    let long: &'static str = Box::leak(long.into_boxed_str());
    let wait = |why: &str| External::Wait(why.to_owned());
    for (says, expected) in [
        (Some((200, r#"{"verdict":"pass"}"#)), Ok(External::Pass)),
        (Some((200, r#"{"verdict":"wait","reason":" An insult\n"}"#)), Ok(wait("An insult"))),
        (Some((200, r#"{"verdict":"wait"}"#)), Ok(wait(""))),
        (
            Some((200, r#"{"verdict":"refuse","reason":"No."}"#)),
            Ok(External::Refuse("No.".to_owned())),
        ),
        (Some((200, r#"{"verdict":"burn"}"#)), Err("no verdict")),
        (Some((200, "")), Err("no verdict")),
        (Some((200, "<p>Welcome</p>")), Err("no verdict")),
        (Some((200, long)), Err("longer than")),
        (Some((201, r#"{"verdict":"refuse"}"#)), Err("201")),
        (Some((302, "")), Err("302")),
        (Some((500, r#"{"verdict":"refuse"}"#)), Err("500")),
        (None, Err("no answer within 0.05 s")),
    ] {
        let (_, check) = Sample::saying(says).await;
        match (check.ask(&question(), noon()).await, expected) {
            (External::Skipped(why), Err(told)) => assert!(why.contains(told), "{says:?}: {why}"),
            (found, expected) => assert_eq!(Ok(found), expected, "{says:?}"),
        }
    }
    // Nobody listens at what was just given back.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = check(&format!("http://{free}/"), Duration::from_secs(30));
    assert!(matches!(nobody.ask(&question(), noon()).await, External::Skipped(_)));
}

#[tokio::test]
async fn those_who_find_no_turn_are_skipped_as_well() {
    let (sample, check) = Sample::saying(None).await;
    let _all = check.turns.acquire_many(u32::try_from(AT_ONCE).unwrap()).await.unwrap();
    assert!(matches!(check.ask(&question(), noon()).await, External::Skipped(_)));
    assert_eq!(sample.asked.lock().unwrap().len(), 0);
}

#[test]
fn settings_that_cannot_be_meant_are_told() {
    for (url, secret, told) in [
        ("ftp://check.example/", SECRET, "https://"),
        ("https://check.example/", "short", "16 letters"),
    ] {
        let settings = CommentCheckSettings {
            url: url.parse().unwrap(),
            secret: secret.into(),
            answers_within: Duration::from_secs(2),
        };
        let error = CommentCheck::new(settings).err().unwrap();
        assert!(error.contains(told), "{error}");
    }
}
