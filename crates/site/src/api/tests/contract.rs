//! The document against the routes, and against its committed copy.

use std::path::Path;

use axum::http::{StatusCode, header};
use serde_json::Value;
use testkit::TestStore;

use super::support::{Desk, request};
use crate::api::openapi;

/// Method, path and operation of everything in the document.
pub(super) fn operations() -> Vec<(String, String, Value)> {
    let document = openapi();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    operations
}

/// An address that fits, and that names nothing.
pub(super) fn example_of(path: &str) -> String {
    path.replace("{id}", "019b79cf-1c00-7000-8000-000000000000").replace("{number}", "1")
}

#[tokio::test]
async fn the_document_and_the_routes_are_the_same() {
    let store = TestStore::sqlite().await;
    let desk = Desk::open(&store);
    let operations = operations();
    assert!(operations.len() > 25, "{} operations", operations.len());
    for (_, path, _) in &operations {
        for method in ["GET", "PUT", "POST", "PATCH", "DELETE"] {
            let documented = operations.iter().any(|(m, p, _)| m == method && p == path);
            let expected =
                if documented { StatusCode::UNAUTHORIZED } else { StatusCode::METHOD_NOT_ALLOWED };
            let answered = desk.send(request(None, method, &example_of(path), None)).await;
            assert_eq!(answered.status, expected, "{method} {path}");
            assert_eq!(answered.headers.contains_key(header::ALLOW), !documented);
        }
    }
    // Whatever is not in the list of documented routes is added by `route`, as the document is.
    assert_eq!(include_str!("../../api.rs").matches(".route(").count(), 1);
    store.close().await;
}

#[test]
fn every_operation_says_what_it_is_and_what_it_refuses() {
    let document = openapi();
    for (method, path, operation) in operations() {
        let name = format!("{method} {path}");
        assert!(operation["operationId"].is_string(), "{name}");
        assert!(operation["summary"].as_str().is_some_and(|it| it.len() > 8), "{name}");
        assert!(operation["responses"]["401"].is_object(), "{name}");
        assert_eq!(operation["security"].as_array().map(Vec::len), Some(1), "{name}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(!response["description"].as_str().unwrap().is_empty(), "{name} {status}");
            assert!(response["content"].is_object(), "{name} {status} has no schema");
        }
    }
    // Every reference leads somewhere.
    let text = document.to_string();
    for reference in text.split("\"#/").skip(1) {
        let pointer = format!("/{}", reference.split('"').next().unwrap());
        assert!(document.pointer(&pointer).is_some(), "{pointer} is missing");
    }
}

/// `UPDATE=1` writes it anew.
#[test]
fn the_committed_document_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let fresh = format!("{}\n", serde_json::to_string_pretty(&openapi()).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == fresh,
        "docs/openapi.json is stale. Run this test with UPDATE=1 and commit what it writes."
    );
}

#[tokio::test]
async fn anybody_may_read_the_document() {
    let store = TestStore::sqlite().await;
    let answered = Desk::open(&store).send(request(None, "GET", "/api/openapi.json", None)).await;
    assert_eq!(answered.status, StatusCode::OK);
    assert_eq!(answered.json["openapi"], "3.1.0");
    store.close().await;
}

#[tokio::test]
async fn what_does_not_exist_is_a_problem_too() {
    let store = TestStore::sqlite().await;
    let desk = Desk::open(&store);
    for path in ["/api", "/api/v1", "/api/v1/nothing", "/api/v2/articles"] {
        let answered = desk.send(request(None, "GET", path, None)).await;
        assert_eq!(answered.status, StatusCode::NOT_FOUND, "{path}");
    }
    let answered = desk.send(request(None, "DELETE", "/api/openapi.json", None)).await;
    assert_eq!(answered.status, StatusCode::METHOD_NOT_ALLOWED);
    store.close().await;
}
