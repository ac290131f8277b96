//! A newsroom's program, which asks the API.

use accounts::{person, token};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use base::{Actor, Role, Scope};
use serde_json::{Value, json};
use testkit::{TestStore, noon};
use tower::ServiceExt as _;

use crate::App;

pub(super) const ALL_SCOPES: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Publish];

/// A site and those who ask it.
pub(super) struct Desk {
    pub(super) app: App,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) json: Value,
}

impl Desk {
    pub(super) fn open(store: &TestStore) -> Self {
        Self { app: crate::testing::app(store) }
    }

    /// A token of somebody with this role.
    pub(super) async fn token(&self, role: Role, scopes: &[Scope]) -> String {
        let store = self.app.store();
        let name = format!("{role:?}");
        let mut tx = store.begin().await.unwrap();
        let person = match person::by_name(&tx, &name).await.unwrap() {
            Some(known) => known.id,
            None => {
                let somebody = person::AddPerson { role, ..person::AddPerson::author(&name) };
                person::add(&mut tx, &Actor::Operator, somebody, noon()).await.unwrap()
            }
        };
        let command = token::AddToken { person, name, scopes: scopes.to_vec(), expires_at: None };
        let secret = store.secret();
        let token = token::add(&mut tx, &Actor::Operator, command, secret, noon()).await.unwrap();
        tx.commit().await.unwrap();
        token
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answered {
        let router = crate::api::router().with_state(self.app.clone());
        let answer = router.oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let json = serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            panic!("{} {} is no JSON: {error}", parts.status, String::from_utf8_lossy(&bytes))
        });
        let answered = Answered { status: parts.status, headers: parts.headers, json };
        if answered.status.is_client_error() || answered.status.is_server_error() {
            answered.is_a_problem();
        }
        assert!(answered.headers.contains_key(header::CACHE_CONTROL));
        answered
    }

    pub(super) async fn ask(
        &self,
        token: &str,
        method: &str,
        path: &str,
        json: &Value,
    ) -> Answered {
        self.send(request(Some(token), method, path, Some(json.to_string()))).await
    }

    /// Asks for what must succeed.
    pub(super) async fn get(&self, token: &str, path: &str) -> Value {
        let answered = self.send(request(Some(token), "GET", path, None)).await;
        assert_eq!(answered.status, StatusCode::OK, "{}", answered.json);
        answered.json
    }

    /// Does what must succeed.
    pub(super) async fn make(&self, token: &str, method: &str, path: &str, json: &Value) -> Value {
        let answered = self.ask(token, method, path, json).await;
        assert!(answered.status.is_success(), "{method} {path}: {}", answered.json);
        answered.json
    }
}

impl Answered {
    fn is_a_problem(&self) {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(self.json["status"], self.status.as_u16());
        assert_eq!(self.json["type"], "about:blank");
        let detail = self.json["detail"].as_str().unwrap();
        assert!(detail.ends_with('.'), "no sentence: {detail}");
    }
}

pub(super) fn request(
    token: Option<&str>,
    method: &str,
    path: &str,
    json: Option<String>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if json.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    request.body(json.map_or_else(Body::empty, Body::from)).unwrap()
}

/// As little as an article can be.
pub(super) fn article(headline: &str) -> Value {
    json!({
        "section": "news",
        "kind": "news",
        "headline": headline,
        "body_markdown": "The two presidents spoke for **two hours**.",
    })
}
