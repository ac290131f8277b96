use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreHmacKey};
use openidconnect::{JsonWebKeyId, PrivateSigningKey as _};
use serde_json::{Value, json};
use testkit::noon;

use super::*;

const SECRET: &str = "what the house and the provider share";

#[tokio::test]
async fn the_providers_word_is_taken() {
    let sample = Sample::start().await;
    let provider = sample.provider();
    let question = question(&provider, false);
    sample.says(|said| said.token = Key::first().signs(&sample.claims(&question)));
    let word = provider.answer(&question, "code".into(), noon()).await.unwrap();
    assert_eq!(
        word,
        Word {
            subject: "anna".into(),
            email: Email::Verified("anna@example.org".into()),
            signed_in_at: Some(noon()),
        }
    );
    assert_eq!(sample.asked("/token"), 1);
}

#[tokio::test]
async fn nobody_elses_word_is_taken() {
    let sample = Sample::start().await;
    let provider = sample.provider();
    let question = question(&provider, false);
    let claims = sample.claims(&question);
    let with = |name: &str, value: Value| {
        let mut changed = claims.clone();
        changed[name] = value;
        Key::first().signs(&changed)
    };
    let past = noon().as_micros() / 1_000_000;
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let unsigned = |header: Value| format!("{}.{}.", encode(&header), encode(&claims));
    let shared = CoreHmacKey::new(SECRET);
    let to_sign = format!("{}.{}", encode(&json!({ "alg": "HS256" })), encode(&claims));
    let signature = shared.sign(&Algorithm::HmacSha256, to_sign.as_bytes()).unwrap();
    for (what, token) in [
        ("of another provider", with("iss", json!("https://evil.example"))),
        ("for another site", with("aud", json!("another"))),
        ("for us and another", with("aud", json!(["tribune", "another"]))),
        ("about another question", with("nonce", json!("another"))),
        ("about no question", with("nonce", Value::Null)),
        ("too old", with("exp", json!(past))),
        ("signed by another", Key::second().signs(&claims)),
        ("signed by another in its name", Key::second().named("first").signs(&claims)),
        ("signed by nobody", unsigned(json!({ "alg": "none" }))),
        ("without its signature", unsigned(json!({ "alg": "EdDSA", "kid": "first" }))),
        (
            "signed with what we know, too",
            format!("{to_sign}.{}", URL_SAFE_NO_PAD.encode(signature)),
        ),
        ("no token", "nonsense".to_owned()),
    ] {
        sample.says(|said| said.token = token);
        let answer = provider.answer(&question, "code".into(), noon()).await;
        assert!(answer.is_err(), "{what}: {answer:?}");
    }
    sample.says(|said| said.token = Key::first().signs(&claims));
    assert!(provider.answer(&question, "code".into(), noon()).await.is_ok(), "the test itself");
}

#[tokio::test]
async fn a_new_key_is_looked_for_and_not_all_the_time() {
    let sample = Sample::start().await;
    let provider = sample.provider();
    let question = question(&provider, false);
    let claims = sample.claims(&question);
    provider.ready(noon()).await.unwrap();
    sample.says(|said| {
        said.keys = vec![Key::second()];
        said.token = Key::second().signs(&claims);
    });
    let soon = noon().plus(Duration::from_secs(1));
    assert!(provider.answer(&question, "code".into(), soon).await.is_err());
    assert_eq!(sample.asked("/keys"), 1);
    let later = noon().plus(ASKED_AGAIN_AFTER);
    provider.answer(&question, "code".into(), later).await.unwrap();
    assert_eq!(sample.asked("/keys"), 2);
}

#[tokio::test]
async fn one_that_is_down_is_let_be_and_what_it_said_counts_for_a_while() {
    let sample = Sample::start().await;
    let provider = sample.provider();
    sample.says(|said| said.down = true);
    for _ in 0..3 {
        assert!(matches!(provider.ready(noon()).await, Err(Failure::Down(_))));
    }
    assert_eq!(sample.asked("/.well-known/openid-configuration"), 1);
    sample.says(|said| said.down = false);
    let up = noon().plus(ASKED_AGAIN_AFTER);
    provider.ready(up).await.unwrap();
    provider.ready(up.plus(KEPT / 2)).await.unwrap();
    assert_eq!(sample.asked("/.well-known/openid-configuration"), 2);
    sample.says(|said| said.down = true);
    provider.ready(up.plus(KEPT)).await.unwrap();
    assert_eq!(sample.asked("/.well-known/openid-configuration"), 3);
    assert!(provider.ready(up.plus(KEPT_AT_THE_MOST)).await.is_err());
}

#[tokio::test]
async fn who_shows_again_who_it_is_has_signed_in_just_now() {
    let sample = Sample::start().await;
    let provider = sample.provider();
    let question = question(&provider, true);
    let mut claims = sample.claims(&question);
    let asked = noon().as_micros() / 1_000_000;
    for (auth_time, taken) in [
        (json!(asked), true),
        (json!(asked + 20), true),
        (json!(asked - 59), true),
        (json!(asked - 61), false),
        (Value::Null, false),
    ] {
        claims["auth_time"] = auth_time.clone();
        sample.says(|said| said.token = Key::first().signs(&claims));
        let now = noon().plus(Duration::from_secs(30));
        let answer = provider.answer(&question, "code".into(), now).await;
        assert_eq!(answer.is_ok(), taken, "{auth_time}: {answer:?}");
    }
    let address = provider.address(&question, "the-state", Some("anna@example.org")).await.unwrap();
    let pairs: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let has = |name: &str, value: &str| pairs.contains(&(name.to_owned(), value.to_owned()));
    assert!(has("prompt", "login") && has("max_age", "0"), "{address}");
    assert!(has("login_hint", "anna@example.org"), "{address}");
}

#[tokio::test]
async fn a_question_is_asked_with_state_nonce_and_proof() {
    let sample = Sample::start().await;
    let provider = sample.provider();
    let question = question(&provider, false);
    let address = provider.address(&question, "the-state", None).await.unwrap();
    let pairs: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let has = |name: &str, value: &str| pairs.contains(&(name.to_owned(), value.to_owned()));
    assert!(has("response_type", "code") && has("scope", "openid email"), "{address}");
    assert!(has("state", "the-state") && has("nonce", &question.nonce), "{address}");
    assert!(
        has("redirect_uri", "https://news.example/newsroom/sign-in/provider/answer"),
        "{address}"
    );
    assert!(has("code_challenge_method", "S256"), "{address}");
    use sha2::Digest as _;
    let challenge = URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(&question.verifier));
    assert!(has("code_challenge", &challenge), "{address}");
    assert!(!address.as_str().contains(&question.verifier), "{address}");
}

#[tokio::test]
async fn an_address_is_asked_for_where_the_token_has_none() {
    let sample = Sample::start().await;
    let provider = sample.provider();
    let question = question(&provider, false);
    let mut claims = sample.claims(&question);
    for name in ["email", "email_verified"] {
        claims.as_object_mut().unwrap().remove(name);
    }
    sample.says(|said| said.token = Key::first().signs(&claims));
    let email = async || provider.answer(&question, "code".into(), noon()).await.unwrap().email;
    for (person, known) in [
        (
            json!({ "sub": "anna", "email": "a@example.org", "email_verified": true }),
            Email::Verified("a@example.org".into()),
        ),
        (
            json!({ "sub": "anna", "email": "a@example.org" }),
            Email::Claimed("a@example.org".into()),
        ),
        (json!({ "sub": "anna" }), Email::Unknown),
        (
            json!({ "sub": "ivo", "email": "ivo@example.org", "email_verified": true }),
            Email::Unknown,
        ),
    ] {
        sample.says(|said| said.person = person);
        assert_eq!(email().await, known);
    }
}

#[tokio::test]
async fn too_long_an_answer_is_none() {
    let sample = Sample::start().await;
    let provider = sample.provider();
    let question = question(&provider, false);
    sample.says(|said| said.token = "x".repeat(2 * 1024 * 1024));
    let answer = provider.answer(&question, "code".into(), noon()).await;
    assert!(matches!(answer, Err(Failure::Down(_))), "{answer:?}");
}

#[tokio::test]
async fn readers_come_back_to_another_place_than_staff() {
    let sample = Sample::start().await;
    let provider = sample.vouching_for(VouchesFor::Readers);
    let back = "https://news.example/account/provider/answer";
    assert_eq!(provider.answer_address(), back);
    let address = provider.address(&question(&provider, false), "the-state", None).await.unwrap();
    assert!(address.query_pairs().any(|(name, value)| name == "redirect_uri" && value == back));
}

#[test]
fn an_issuer_is_spoken_to_in_private() {
    let check = |issuer: &str, taken: bool| {
        let settings = ProviderSettings { issuer: issuer.into(), ..ProviderSettings::default() };
        let made =
            Provider::new(settings, VouchesFor::Staff, &"https://news.example/".parse().unwrap());
        assert_eq!(made.is_ok(), taken, "{issuer}: {:?}", made.err());
    };
    check("https://id.example", true);
    check("https://id.example/realms/house", true);
    check("http://localhost:8081", true);
    check("http://127.0.0.1:8081", true);
    check("http://[::1]:8081/", true);
    check("http://id.example", false);
    check("http://localhost.evil.example", false);
    check("http://10.0.0.7", false);
    check("ftp://id.example", false);
    check("id.example", false);
}

fn question(provider: &Provider, anew: bool) -> Question {
    provider.question(anew, [[1; 32], [2; 32]], noon())
}

/// A provider that says what a test has it say.
pub(crate) struct Sample {
    issuer: String,
    said: Arc<Mutex<Said>>,
    /// What was asked for, in order.
    log: Arc<Mutex<Vec<&'static str>>>,
}

struct Said {
    issuer: String,
    keys: Vec<Key>,
    token: String,
    person: Value,
    down: bool,
}

type Shared = (Arc<Mutex<Said>>, Arc<Mutex<Vec<&'static str>>>);

impl Sample {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let said = Said {
            issuer: issuer.clone(),
            keys: vec![Key::first()],
            token: String::new(),
            person: Value::Null,
            down: false,
        };
        let (said, log) = (Arc::new(Mutex::new(said)), Arc::default());
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/person", get(person))
            .with_state((Arc::clone(&said), Arc::clone(&log)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { issuer, said, log }
    }

    fn provider(&self) -> Provider {
        self.vouching_for(VouchesFor::Staff)
    }

    pub(crate) fn vouching_for(&self, whom: VouchesFor) -> Provider {
        let settings = ProviderSettings {
            issuer: self.issuer.clone(),
            client_id: "tribune".into(),
            client_secret: Some(SECRET.into()),
            label: Some("The House".into()),
        };
        Provider::new(settings, whom, &"https://news.example/".parse().unwrap()).unwrap()
    }

    fn says(&self, change: impl FnOnce(&mut Said)) {
        change(&mut self.said.lock().unwrap());
    }

    fn asked(&self, path: &str) -> usize {
        self.log.lock().unwrap().iter().filter(|asked| **asked == path).count()
    }

    /// Answers the next code with its word that this is `subject`, with what else it says.
    pub(crate) fn vouches(&self, nonce: &str, subject: &str, email: &Value, verified: &Value) {
        let mut claims = self.claims_about(nonce);
        claims["sub"] = subject.into();
        claims["email"] = email.clone();
        claims["email_verified"] = verified.clone();
        self.says(|said| said.token = Key::first().signs(&claims));
    }

    /// What is all right.
    fn claims(&self, question: &Question) -> Value {
        self.claims_about(&question.nonce)
    }

    fn claims_about(&self, nonce: &str) -> Value {
        let now = noon().as_micros() / 1_000_000;
        json!({
            "iss": self.issuer, "aud": "tribune", "sub": "anna", "nonce": nonce,
            "iat": now, "exp": now + 300, "auth_time": now,
            "email": "anna@example.org", "email_verified": true,
        })
    }
}

async fn configuration(State((said, log)): State<Shared>) -> Response {
    log.lock().unwrap().push("/.well-known/openid-configuration");
    let said = said.lock().unwrap();
    if said.down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let issuer = &said.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/person"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    }))
    .into_response()
}

async fn keys(State((said, log)): State<Shared>) -> Json<Value> {
    log.lock().unwrap().push("/keys");
    let keys: Vec<Value> = said.lock().unwrap().keys.iter().map(Key::public).collect();
    Json(json!({ "keys": keys }))
}

async fn token(State((said, log)): State<Shared>) -> Json<Value> {
    log.lock().unwrap().push("/token");
    let token = said.lock().unwrap().token.clone();
    Json(json!({ "access_token": "access", "token_type": "Bearer", "id_token": token }))
}

async fn person(State((said, log)): State<Shared>) -> Json<Value> {
    log.lock().unwrap().push("/person");
    Json(said.lock().unwrap().person.clone())
}

/// What a provider signs with (Ed25519).
struct Key {
    name: &'static str,
    seed: u8,
}

impl Key {
    fn first() -> Self {
        Self { name: "first", seed: 1 }
    }

    fn second() -> Self {
        Self { name: "second", seed: 2 }
    }

    fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    fn private(&self) -> CoreEdDsaPrivateSigningKey {
        // PKCS #8, before the seed itself.
        let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
        der.extend_from_slice(&[self.seed; 32]);
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der)
        );
        let name = Some(JsonWebKeyId::new(self.name.to_owned()));
        CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, name).unwrap()
    }

    fn public(&self) -> Value {
        serde_json::to_value(self.private().as_verification_key()).unwrap()
    }

    fn signs(&self, claims: &Value) -> String {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let header = json!({ "alg": "EdDSA", "kid": self.name });
        let to_sign = format!("{}.{}", encode(&header), encode(claims));
        let signature = self.private().sign(&Algorithm::EdDsa, to_sign.as_bytes()).unwrap();
        format!("{to_sign}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
