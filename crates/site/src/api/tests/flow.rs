//! What a newsroom does in a day, from the first word to the withdrawal.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base::Role;
use publish::article::{self, Found};
use serde_json::json;
use testkit::{noon, on_both_engines};

use super::support::{ALL_SCOPES, Desk, article as words, request};

const HOUR: std::time::Duration = std::time::Duration::from_secs(3_600);

on_both_engines! {
    async fn a_meeting_is_planned_and_told_once_readers_are(store: &TestStore) {
        let desk = Desk::open(store);
        let token = desk.token(Role::Host, &ALL_SCOPES).await;
        let administrator = desk.token(Role::Administrator, &ALL_SCOPES).await;
        let (all, t) = ("/api/v1/meetings", administrator.as_str());
        let party = |name| json!({
            "name": name, "colour": "#1f4e79", "chair": "President", "seats": ["Interpreter"],
        });
        let mut plan = json!({
            "title": "A conversation by video",
            "profile": "closed",
            "zone": "Europe/Moscow",
            "starts_at": "2026-01-07T15:00:00Z",
            "ends_at": "2026-01-07T17:00:00Z",
            "tells": "parties",
            "parties": [party("Russia"), party("United States")],
            "agenda": [{ "title": "Strategic stability", "minutes": 40 }],
        });
        let planned = desk.ask(&token, "POST", all, &plan).await;
        assert_eq!(planned.status, StatusCode::CREATED, "{}", planned.json);
        let id: base::MeetingId = planned.json["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(meet::seat::of(&**store, id).await.unwrap().len(), 4);
        plan["profile"] = json!("half-open");
        let refused = desk.ask(&token, "POST", all, &plan).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.json["pointer"], "/profile");

        let at = format!("{all}/{id}");
        let hidden = desk.send(request(Some(t), "GET", &at, None)).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "readers are told of none");
        assert_eq!(desk.get(t, all).await["meetings"], json!([]));
        let mut tx = store.begin().await.unwrap();
        let operator = base::Actor::Operator;
        meet::record::advise(&mut tx, &operator, id, "Soon.", true, noon()).await.unwrap();
        let (began, ended) = (noon().minus(HOUR), noon());
        meet::record::note_held(&mut tx, &operator, id, began, ended, noon()).await.unwrap();
        let outcome = meet::outcome::WriteOutcome {
            kind: meet::outcome::Kind::FollowUp,
            words: "Both teams meet.",
            owner: "Advisers",
            due: Some("2026-01-20".parse().unwrap()),
        };
        meet::outcome::write(&mut tx, &operator, id, &[outcome], noon()).await.unwrap();
        tx.commit().await.unwrap();
        let told = desk.get(t, &at).await;
        assert_eq!((&told["state"], &told["began_at"]), (&json!("ended"), &json!(null)));
        assert_eq!((&told["outcomes"], &told["parties"][0]["readout"]), (&json!([]), &json!(null)));
        let mut tx = store.begin().await.unwrap();
        meet::record::publish(&mut tx, &operator, id, true, noon()).await.unwrap();
        tx.commit().await.unwrap();
        let told = &desk.get(t, all).await["meetings"][0];
        assert_eq!(told["began_at"], "2026-01-01T11:00:00Z");
        assert_eq!(told["outcomes"][0]["due"], "2026-01-20");
        assert_eq!(told["agenda"][0]["title"], "Strategic stability");
    }

    async fn an_article_lives(store: &TestStore) {
        let desk = Desk::open(store);
        let token = desk.token(Role::Administrator, &ALL_SCOPES).await;
        let (a, t) = ("/api/v1/articles", token.as_str());
        desk.make(t, "POST", "/api/v1/sections", &json!({ "path": "news", "name": "News" })).await;
        desk.make(t, "POST", "/api/v1/sections", &json!({ "path": "europe", "name": "Europe" }))
            .await;

        let mut draft = words("Two presidents speak");
        draft["byline"] = json!([{ "name": "Rosa Kern" }, { "name": "Ivo Brandt", "role": "Photographs" }]);
        let created = desk.ask(t, "POST", a, &draft).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.json);
        let id = created.json["id"].as_str().unwrap().to_owned();
        let at = created.headers[header::LOCATION].to_str().unwrap().to_owned();
        assert_eq!(at, format!("{a}/{id}"));
        assert_eq!(created.headers[header::ETAG], "\"1\"");
        assert_eq!(created.json["path"], "/news/two-presidents-speak");
        assert_eq!(created.json["state"], "draft");
        assert_eq!(created.json["content"]["byline"][0]["name"], "Rosa Kern");
        assert_eq!(article::find(&**store, "/news/two-presidents-speak").await.unwrap(), None);

        // What was read can be sent back as it is.
        let mut content = desk.get(t, &at).await["content"].clone();
        content["deck"] = json!("For two hours.");
        let mut revise = request(Some(t), "PUT", &at, Some(content.to_string()));
        revise.headers_mut().insert(header::IF_MATCH, "\"1\"".parse().unwrap());
        let revised = desk.send(revise).await;
        assert_eq!(revised.status, StatusCode::OK, "{}", revised.json);
        assert_eq!(revised.headers[header::ETAG], "\"2\"");
        assert_eq!(revised.json["content"], content);

        let mut late = request(Some(t), "PUT", &at, Some(content.to_string()));
        late.headers_mut().insert(header::IF_MATCH, "\"1\"".parse().unwrap());
        assert_eq!(desk.send(late).await.status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(desk.get(t, &at).await["revision"], 2);

        let published = desk.send(request(Some(t), "POST", &format!("{at}/publish"), None)).await;
        assert_eq!(published.status, StatusCode::OK, "{}", published.json);
        assert_eq!(published.json["published_revision"], 2);
        assert_eq!(published.json["published_at"], "2026-01-01T12:00:00Z");
        let found = article::find(&**store, "/news/two-presidents-speak").await.unwrap();
        assert!(matches!(found, Some(Found::Published(_))));

        let front = json!({ "articles": [id] });
        assert_eq!(desk.make(t, "PUT", "/api/v1/front", &front).await, front);
        assert_eq!(desk.get(t, "/api/v1/front").await, front);

        desk.make(t, "POST", &format!("{at}/correct"), &json!({ "text": "It was two hours." })).await;
        let corrections = desk.get(t, &format!("{at}/corrections")).await;
        assert_eq!(corrections["corrections"][0]["text"], "It was two hours.");

        let renamed = desk.make(t, "POST", &format!("{at}/rename"), &json!({ "slug": "they-spoke" })).await;
        assert_eq!(renamed["path"], "/news/they-spoke");
        let moved = desk.make(t, "POST", &format!("{at}/move"), &json!({ "section": "europe" })).await;
        assert_eq!(moved["path"], "/europe/they-spoke");
        let former = json!({ "address": "/2021/12/presidents" });
        desk.make(t, "POST", &format!("{at}/former-addresses"), &former).await;
        for old in ["/news/two-presidents-speak", "/news/they-spoke", "/2021/12/presidents"] {
            let found = article::find(&**store, old).await.unwrap();
            assert_eq!(found, Some(Found::Moved("/europe/they-spoke".into())), "{old}");
        }

        let note = json!({ "note": "The source took it back." });
        let withdrawn = desk.make(t, "POST", &format!("{at}/withdraw"), &note).await;
        assert_eq!(withdrawn["state"], "withdrawn");
        assert_eq!(desk.get(t, "/api/v1/front").await, json!({ "articles": [] }));
        let again = desk.ask(t, "POST", &format!("{at}/withdraw"), &note).await;
        assert_eq!(again.status, StatusCode::CONFLICT);

        let revisions = desk.get(t, &format!("{at}/revisions")).await;
        assert_eq!(revisions["revisions"][0]["number"], 2);
        assert_eq!(revisions["revisions"][1]["written_by"], "token");
        let first = desk.get(t, &format!("{at}/revisions/1")).await;
        assert_eq!(first["content"]["deck"], "");
        let none = desk.send(request(Some(t), "GET", &format!("{at}/revisions/3"), None)).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
    }

    async fn an_article_is_scheduled(store: &TestStore) {
        let desk = Desk::open(store);
        let token = desk.token(Role::Administrator, &ALL_SCOPES).await;
        let t = token.as_str();
        desk.make(t, "POST", "/api/v1/sections", &json!({ "path": "news", "name": "News" })).await;
        let id = desk.make(t, "POST", "/api/v1/articles", &words("Later")).await["id"].clone();
        let at = format!("/api/v1/articles/{}", id.as_str().unwrap());
        let later = json!({ "at": "2026-01-01T13:00:00+00:00" });
        let scheduled = desk.make(t, "POST", &format!("{at}/schedule"), &later).await;
        assert_eq!(scheduled["scheduled_at"], "2026-01-01T13:00:00Z");
        assert_eq!(scheduled["state"], "draft");
        let past = json!({ "at": "2026-01-01T12:00:00Z" });
        let refused = desk.ask(t, "POST", &format!("{at}/schedule"), &past).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let unscheduled = desk.make(t, "POST", &format!("{at}/unschedule"), &json!({})).await;
        assert_eq!(unscheduled["scheduled_at"], json!(null));
        let again = desk.ask(t, "POST", &format!("{at}/unschedule"), &json!({})).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
    }

    async fn a_list_is_read_in_parts(store: &TestStore) {
        let desk = Desk::open(store);
        let token = desk.token(Role::Administrator, &ALL_SCOPES).await;
        let t = token.as_str();
        desk.make(t, "POST", "/api/v1/sections", &json!({ "path": "news", "name": "News" })).await;
        let mut begun = Vec::new();
        for number in 0..5 {
            let article = words(&format!("Story {number}"));
            begun.push(desk.make(t, "POST", "/api/v1/articles", &article).await["id"].clone());
        }
        let mut seen = Vec::new();
        let mut next = Some("/api/v1/articles?limit=2".to_owned());
        while let Some(address) = next {
            let part = desk.get(t, &address).await;
            seen.extend(part["articles"].as_array().unwrap().iter().map(|it| it["id"].clone()));
            next = part["next"].as_str().map(str::to_owned);
        }
        let key = |id: &serde_json::Value| id.as_str().unwrap().to_owned();
        begun.sort_by_key(key);
        begun.reverse();
        assert_eq!(seen, begun);
    }

    async fn a_photo_is_added_and_described(store: &TestStore) {
        let desk = Desk::open(store);
        let token = desk.token(Role::Administrator, &ALL_SCOPES).await;
        let t = token.as_str();
        let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/photos/press.jpg"));
        let upload = |query: &str| {
            Request::post(format!("/api/v1/photos{query}"))
                .header(header::AUTHORIZATION, format!("Bearer {t}"))
                .header(header::CONTENT_TYPE, "text/html")
                .body(Body::from(&file[..]))
                .unwrap()
        };
        let refused = desk.send(upload("?focal_x=10")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        let refused = desk.send(upload("?credit_url=javascript:1")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(desk.app.0.files.keys().await.unwrap(), Vec::<String>::new());

        let added = desk.send(upload("?caption=At%20the%20table&focal_x=10&focal_y=20")).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.json);
        assert_eq!(added.json["format"], "image/jpeg");
        assert_eq!(added.json["caption"], "At the table");
        assert_eq!(added.json["focal"], json!({ "x": 10, "y": 20 }));
        assert_eq!(added.json["public"], false);
        let progress = &added.json["progress"];
        // The words are not the file's own: an edition with them is to come, and one is shown.
        assert_eq!(progress["made"], 0);
        assert_eq!(added.json["renditions"].as_array().unwrap().len(), 1);
        assert!(progress["planned"].as_u64().unwrap() > 1);
        let again = desk.send(upload("")).await;
        assert_eq!(again.status, StatusCode::OK);
        assert_eq!(again.json["id"], added.json["id"]);

        let at = added.headers[header::LOCATION].to_str().unwrap();
        let said = json!({ "alt": "Two men at a table", "credit_url": "https://example.org/a" });
        let described = desk.make(t, "PATCH", at, &said).await;
        assert_eq!(described["alt"], "Two men at a table");
        assert_eq!(described["caption"], "At the table");

        desk.make(t, "POST", "/api/v1/sections", &json!({ "path": "news", "name": "News" })).await;
        let mut article = words("With a photo");
        article["photo"] = json!({ "id": added.json["id"] });
        let created = desk.make(t, "POST", "/api/v1/articles", &article).await;
        assert_eq!(created["content"]["photo"], article["photo"]);
        let id = created["id"].as_str().unwrap();
        desk.make(t, "POST", &format!("/api/v1/articles/{id}/publish"), &json!({})).await;
        assert_eq!(desk.get(t, at).await["public"], true);
    }

    async fn the_site_its_sections_and_people_are_kept(store: &TestStore) {
        let desk = Desk::open(store);
        let token = desk.token(Role::Administrator, &ALL_SCOPES).await;
        let t = token.as_str();
        let site = json!({
            "name": "The Herald", "description": "News.", "language": "es", "zone": "Europe/Madrid",
        });
        assert_eq!(desk.make(t, "PUT", "/api/v1/site", &site).await, site);
        assert_eq!(desk.get(t, "/api/v1/site").await, site);

        let news = json!({ "path": "news", "name": "News" });
        let below = json!({ "path": "news/russia", "name": "Rusia" });
        desk.make(t, "POST", "/api/v1/sections", &news).await;
        let russia = desk.make(t, "POST", "/api/v1/sections", &below).await;
        assert_eq!(russia["address"], "/news/russia/");
        let twice = desk.ask(t, "POST", "/api/v1/sections", &below).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        let at = format!("/api/v1/sections/{}", russia["id"].as_str().unwrap());
        desk.make(t, "PATCH", &at, &json!({ "name": "Russia" })).await;
        let sections = desk.get(t, "/api/v1/sections").await;
        assert_eq!(sections["sections"][1]["name"], "Russia");
        assert_eq!(sections["sections"][1]["parent"], sections["sections"][0]["id"]);

        let rosa = desk.make(t, "POST", "/api/v1/people", &json!({ "name": "Rosa Kern" })).await;
        assert_eq!(rosa["address"], "/authors/rosa-kern");
        let twice = desk.ask(t, "POST", "/api/v1/people", &json!({ "name": "rosa  KERN" })).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        let at = format!("/api/v1/people/{}", rosa["id"].as_str().unwrap());
        let words = json!({ "title": "Correspondent" });
        let described = desk.make(t, "PATCH", &at, &words).await;
        assert_eq!((&described["title"], &described["role"]), (&json!("Correspondent"), &json!("reader")));
        assert_eq!(desk.get(t, &at).await, described);
        let people = desk.get(t, "/api/v1/people").await;
        assert_eq!(people["people"].as_array().unwrap().len(), 2);
    }

    async fn captions_are_written_by_a_program(store: &TestStore) {
        let desk = Desk::open(store);
        let token = desk.token(Role::Producer, &ALL_SCOPES[1..2]).await;
        let (to, t) = ("/api/v1/channels/main/captions", token.as_str());
        let line = json!({ "language": "en", "text": "Good evening." });
        let missing = desk.ask(t, "POST", to, &line).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{}", missing.json);
        let mut tx = store.begin().await.unwrap();
        let channel = broadcast::channel::main(&mut tx, noon()).await.unwrap().id;
        let settings = broadcast::captions::CaptionSettings {
            languages: vec!["en".into()],
            ..Default::default()
        };
        let actor = base::Actor::Operator;
        broadcast::captions::set(&mut tx, &actor, channel, &settings, noon()).await.unwrap();
        tx.commit().await.unwrap();
        let written = desk.ask(t, "POST", to, &line).await;
        assert_eq!(written.status, StatusCode::CREATED, "{}", written.json);
        assert_eq!(written.json["text"], "Good evening.");
        assert!(written.json["starts_at"].is_string() && written.json["ends_at"].is_string());
        for (wrong, why) in [
            (json!({ "language": "fr", "text": "Bonsoir." }), "but in en"),
            (json!({ "language": "en", "text": "Hi.", "seconds": -1 }), "half a second"),
            (json!({ "language": "en", "text": "Hi.", "at": "2001-01-01T00:00:00Z" }), "ago"),
            (json!({ "language": "en" }), "text"),
        ] {
            let refused = desk.ask(t, "POST", to, &wrong).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(refused.json["detail"].as_str().unwrap().contains(why), "{}", refused.json);
        }
    }
}
