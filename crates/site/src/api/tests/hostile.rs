//! What nobody should send.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base::Role;
use base::limits::{PHOTO_BYTES_MAX, REQUEST_BYTES_MAX};
use serde_json::{Value, json};
use testkit::{TestStore, on_both_engines};

use super::support::{ALL_SCOPES, Desk, article, request};

/// An article with one field changed.
fn with(field: &str, value: Value) -> String {
    let mut article = article("Two presidents speak");
    article[field] = value;
    if field == "body" {
        article.as_object_mut().unwrap().remove("body_markdown");
    }
    article.to_string()
}

on_both_engines! {
    async fn hostile_articles_are_refused_by_name(store: &TestStore) {
        let desk = Desk::open(store);
        let token = desk.token(Role::Administrator, &ALL_SCOPES).await;
        let news = json!({ "path": "news", "name": "News" });
        desk.make(&token, "POST", "/api/v1/sections", &news).await;
        let nobody = "019b79cf-1c00-7000-8000-000000000000";
        let script = json!({ "type": "doc", "content": [
            { "type": "paragraph" },
            { "type": "paragraph", "content": [{ "type": "script", "text": "alert(1)" }] },
        ]});
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let cases: Vec<(String, u16, &str, &str)> = vec![
            ("{".into(), 400, "", "not JSON"),
            (format!("{} {{}}", article("Two")), 400, "", "not JSON"),
            ("\u{feff}{}".into(), 400, "", "not JSON"),
            (deep, 422, "", "does not fit"),
            (format!("{{\"body\": {}1{}}}", "[".repeat(500), "]".repeat(500)), 400, "", "not JSON"),
            ("[]".into(), 422, "", "does not fit"),
            ("{}".into(), 422, "", "missing field"),
            (with("headlin", json!("x")), 422, "/headlin", "unknown field"),
            (with("headline", json!(7)), 422, "/headline", "expected a string"),
            (with("headline", json!("")), 422, "", "needs a headline"),
            (with("headline", json!("x".repeat(301))), 422, "", "at most 300"),
            (with("headline", json!("a\u{0}b")), 422, "/headline", "U+0000"),
            (with("kind", json!("gossip")), 422, "/kind", "unknown variant"),
            (with("language", json!("../..")), 422, "", "no language tag"),
            (with("section", json!("news/mars")), 422, "/section", "no section"),
            (with("slug", json!("Not A Slug")), 422, "", "not-a-slug"),
            (with("body", script), 422, "/body/content/1/content/0", "cannot be taken"),
            (with("body", json!({ "type": "page" })), 422, "/body", "cannot be taken"),
            (with("body_markdown", json!(null)), 422, "", "exactly one"),
            (with("body_markdown", json!("![x](nowhere.jpg)")), 422, "/body_markdown", "line 1"),
            (with("byline", json!([{}])), 422, "/byline/0", "names a person"),
            (with("byline", json!([{ "person": nobody }])), 422, "", "no person"),
            (with("byline", json!([{ "person": "x" }])), 422, "/byline/0/person", "fit"),
            (with("byline", json!([{ "name": "!" }])), 422, "", "is no name"),
            (with("photo", json!({ "id": nobody })), 422, "", "no photo"),
            (with("related", json!([{}])), 422, "", "needs a title"),
            (with("translation_of", json!(nobody)), 422, "", "no article"),
            (
                "{\"headline\": \"a\", \"headline\": \"b\"}".into(),
                422,
                "",
                "duplicate field",
            ),
        ];
        for (body, status, pointer, says) in cases {
            let shown: String = body.chars().take(200).collect();
            let sent = request(Some(&token), "POST", "/api/v1/articles", Some(body));
            let answered = desk.send(sent).await;
            let json = &answered.json;
            assert_eq!(answered.status.as_u16(), status, "{shown}: {json}");
            assert_eq!(json["pointer"].as_str().unwrap_or_default(), pointer, "{shown}: {json}");
            assert!(json["detail"].as_str().unwrap().contains(says), "{shown}: {json}");
        }
        let articles = desk.get(&token, "/api/v1/articles").await;
        assert_eq!(articles, json!({ "articles": [], "next": null }));
        // An author who came with a refused article did not stay.
        let people = desk.get(&token, "/api/v1/people").await;
        assert_eq!(people["people"].as_array().unwrap().len(), 1);
    }

    async fn no_text_breaks_the_database(store: &TestStore) {
        let desk = Desk::open(store);
        let token = desk.token(Role::Administrator, &ALL_SCOPES).await;
        for text in ["\u{0}", "a\u{0}", "\u{202e}", "\u{fffe}", "'; DROP TABLE articles; --", "%s"] {
            for (method, path, json) in [
                ("POST", "/api/v1/people", json!({ "name": text, "bio": text, "title": text })),
                ("POST", "/api/v1/people", json!({ "name": "Rosa Kern", "bio": text })),
                ("POST", "/api/v1/sections", json!({ "path": text, "name": text })),
                ("POST", "/api/v1/sections", json!({ "path": "news", "name": text })),
                ("PUT", "/api/v1/site", json!({
                    "name": "A", "description": text, "language": "en", "zone": "UTC" })),
                ("PUT", "/api/v1/site", json!({
                    "name": "A", "description": "", "language": text, "zone": text })),
            ] {
                let answered = desk.ask(&token, method, path, &json).await;
                assert!(!answered.status.is_server_error(), "{path} {json}: {}", answered.json);
                assert!(!(answered.status.is_success() && text.contains('\0')), "{path} {json}");
            }
        }
    }
}

#[tokio::test]
async fn requests_that_cannot_be_read_are_refused() {
    let store = TestStore::sqlite().await;
    let desk = Desk::open(&store);
    let token = desk.token(Role::Administrator, &ALL_SCOPES).await;
    let send = |method: &str, path: &str, media_type: &str, body: Vec<u8>| {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("bearer {token}"))
            .header(header::CONTENT_TYPE, media_type)
            .body(Body::from(body))
            .unwrap()
    };
    let json = "application/json; charset=utf-8";
    let cases = [
        ("POST", "/api/v1/people", "text/plain", b"{}".to_vec(), 415),
        ("POST", "/api/v1/people", "application/x-www-form-urlencoded", b"name=x".to_vec(), 415),
        ("POST", "/api/v1/people", json, vec![b' '; REQUEST_BYTES_MAX + 1], 413),
        ("POST", "/api/v1/people", json, b"{\"name\": \"\xff\"}".to_vec(), 400),
        ("POST", "/api/v1/photos", "image/jpeg", vec![0; PHOTO_BYTES_MAX + 1], 413),
        ("POST", "/api/v1/photos", "image/jpeg", b"<svg onload=alert(1)>".to_vec(), 422),
        ("POST", "/api/v1/photos", "image/jpeg", Vec::new(), 422),
        ("POST", "/api/v1/photos?capton=x", "image/jpeg", Vec::new(), 400),
        ("GET", "/api/v1/articles?limit=0", json, Vec::new(), 400),
        ("GET", "/api/v1/articles?limit=201", json, Vec::new(), 400),
        ("GET", "/api/v1/articles?limit=-1&x=1", json, Vec::new(), 400),
        ("GET", "/api/v1/articles?before=1", json, Vec::new(), 400),
        ("GET", "/api/v1/articles/%00", json, Vec::new(), 404),
        ("GET", "/api/v1/articles/%ff", json, Vec::new(), 404),
        ("GET", "/api/v1/articles/1/revisions/99999999999999999999", json, Vec::new(), 404),
    ];
    for (method, path, media_type, body, status) in cases {
        let answered = desk.send(send(method, path, media_type, body)).await;
        assert_eq!(answered.status.as_u16(), status, "{method} {path}: {}", answered.json);
    }
    let unread = desk.send(request(None, "POST", "/api/v1/people", Some("{".into()))).await;
    assert_eq!(unread.status, StatusCode::UNAUTHORIZED);
    store.close().await;
}
