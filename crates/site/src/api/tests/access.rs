//! Who may do what: every operation against every kind of token.

use std::collections::BTreeMap;

use accounts::policy::{Action, check};
use axum::http::{StatusCode, header};
use base::{Actor, PersonId, Role, Scope, TokenId};
use serde_json::json;
use testkit::TestStore;

use super::contract::{example_of, operations};
use super::support::{ALL_SCOPES, Desk, request};

/// What an operation does, as the policy calls it. A new operation has to be added here.
fn action(operation: &str) -> Action {
    match operation {
        "show_site" | "list_sections" | "list_people" | "show_person" | "list_articles"
        | "show_article" | "list_revisions" | "show_revision" | "list_corrections"
        | "show_photo" | "show_front" | "list_meetings" | "show_meeting" => Action::ReadUnpublished,
        "create_article" | "revise_article" | "add_person" => Action::WriteArticle,
        "publish_article" | "schedule_article" | "unschedule_article" | "correct_article"
        | "withdraw_article" | "move_article" | "rename_article" | "add_former_address" => {
            Action::PublishArticle
        }
        "add_photo" | "describe_photo" => Action::KeepPhotos,
        "arrange_front" => Action::ArrangeFront,
        "plan_meeting" => Action::HoldMeetings,
        "write_caption" => Action::Caption,
        "create_section" | "rename_section" | "describe_site" => Action::ArrangeSite,
        "describe_person" => Action::KeepPeople,
        unknown => panic!("Say who may do {unknown:?}."),
    }
}

#[tokio::test]
async fn every_operation_asks_the_policy() {
    let store = TestStore::sqlite().await;
    let desk = Desk::open(&store);
    let mut tokens = BTreeMap::new();
    for role in Role::ALL {
        for scopes in [&ALL_SCOPES[..1], &ALL_SCOPES[1..2], &ALL_SCOPES[2..], &ALL_SCOPES[..]] {
            tokens.insert((role, scopes.to_vec()), desk.token(role, scopes).await);
        }
    }
    for (method, path, operation) in operations() {
        let name = operation["operationId"].as_str().unwrap();
        let action = action(name);
        let address = example_of(&path);
        for token in [None, Some("tribune_00"), Some("")] {
            let answered = desk.send(request(token, &method, &address, None)).await;
            assert_eq!(answered.status, StatusCode::UNAUTHORIZED, "{name} with {token:?}");
            assert!(answered.headers.contains_key(header::WWW_AUTHENTICATE));
        }
        for ((role, scopes), token) in &tokens {
            let actor = Actor::Token {
                token: TokenId(uuid()),
                person: PersonId(uuid()),
                role: *role,
                grants: Vec::new(),
                scopes: scopes.clone(),
            };
            let answered = desk.send(request(Some(token), &method, &address, None)).await;
            let denied = answered.status == StatusCode::FORBIDDEN;
            assert_eq!(denied, check(&actor, action).is_err(), "{name} as {actor:?}");
            assert!(!answered.status.is_server_error(), "{name}: {}", answered.json);
            assert_ne!(answered.status, StatusCode::UNAUTHORIZED);
        }
        let needed: Vec<Scope> =
            serde_json::from_value(operation["security"][0]["token"].clone()).unwrap();
        let documented = |scope: &Scope| needed.contains(scope);
        for scope in ALL_SCOPES {
            let token = &tokens[&(Role::Administrator, vec![scope])];
            let answered = desk.send(request(Some(token), &method, &address, None)).await;
            let allowed = answered.status != StatusCode::FORBIDDEN;
            assert_eq!(allowed, documented(&scope), "{name} documents the scope {scope:?}");
        }
    }
    store.close().await;
}

#[tokio::test]
async fn no_token_gives_anybody_access() {
    let store = TestStore::sqlite().await;
    let desk = Desk::open(&store);
    let administrator = desk.token(Role::Administrator, &ALL_SCOPES).await;
    let author = json!({ "name": "Rosa Kern" });
    let added = desk.ask(&administrator, "POST", "/api/v1/people", &author).await;
    assert_eq!(added.status, StatusCode::CREATED);
    let staff = json!({ "name": "Ivo Brandt", "role": "editor" });
    let refused = desk.ask(&administrator, "POST", "/api/v1/people", &staff).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    store.close().await;
}

#[tokio::test]
async fn two_tokens_are_none() {
    let store = TestStore::sqlite().await;
    let desk = Desk::open(&store);
    let token = desk.token(Role::Editor, &ALL_SCOPES).await;
    let mut request = request(Some(&token), "GET", "/api/v1/site", None);
    let other = request.headers()[header::AUTHORIZATION].clone();
    request.headers_mut().append(header::AUTHORIZATION, other);
    assert_eq!(desk.send(request).await.status, StatusCode::UNAUTHORIZED);
    store.close().await;
}

fn uuid<T: Default>() -> T {
    T::default()
}
