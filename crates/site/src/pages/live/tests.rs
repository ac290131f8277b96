//! The channel's page, and what it has to do with the story that is on.

use axum::body::Body;
use axum::http::Request;
use base::{Actor, ArticleId, Timestamp};
use broadcast::channel;
use broadcast::programme::{self, PlanProgramme, Recorded};
use testkit::{TestStore, noon};
use tower::ServiceExt as _;

use crate::App;
use crate::pages::discussion::a_story;

fn about(story: Option<ArticleId>) -> PlanProgramme<'static> {
    let hour = std::time::Duration::from_secs(3600);
    PlanProgramme {
        title: "Question time",
        description: "",
        starts_at: noon(),
        ends_at: noon().plus(hour),
        story,
        begins_alone: false,
        recorded: Recorded::None,
    }
}

fn now() -> Timestamp {
    noon()
}

async fn get(app: &App, path: &str) -> (u16, String) {
    let position = store::events::head(app.store()).await.unwrap();
    app.shown(position).await;
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let response = crate::routes::router(app.clone()).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn the_story_that_is_on_is_discussed_below_the_channel_and_leads_to_it() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let story = a_story(&app, "Shown", true).await;
    let other = a_story(&app, "Other", true).await;
    let path = publish::article::by_id(app.store(), story).await.unwrap().unwrap().path;
    let producer = &Actor::Operator;

    let mut tx = app.store().begin().await.unwrap();
    let channel = channel::main(&mut tx, now()).await.unwrap().id;
    let id = programme::plan(&mut tx, producer, channel, about(Some(story)), now()).await.unwrap();
    tx.commit().await.unwrap();
    let discussion = format!("data-discussion=\"/discussions/{story}\"");
    let watch = "On air now: watch";
    // Planned is not on.
    assert!(!get(&app, "/live").await.1.contains(&discussion));

    let mut tx = app.store().begin().await.unwrap();
    programme::begin(&mut tx, producer, id, now()).await.unwrap();
    tx.commit().await.unwrap();
    let (status, page) = get(&app, "/live").await;
    assert_eq!(status, 200);
    assert!(page.contains(&discussion) && page.contains(&format!("href=\"{path}\"")), "{page}");
    assert!(page.contains(&format!("action=\"/discussions/{story}\"")), "it works without scripts");
    // Nothing is sent yet.
    assert!(!get(&app, &path).await.1.contains(watch));

    let mut tx = app.store().begin().await.unwrap();
    channel::go_on_air(&mut tx, channel, now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(get(&app, &path).await.1.contains(watch));
    assert!(get(&app, &format!("/discussions/{story}")).await.1.contains(watch));

    // What is said is there as soon as it is on the story's page.
    crate::pages::discussion::opened(&app).await;
    assert!(!get(&app, "/live").await.1.contains("Heard it live"));
    crate::pages::discussion::say(&app, story, "name=Rosa&text=Heard+it+live").await;
    let said = async { get(&app, "/live").await.1.contains("Heard it live") };
    assert!(said.await, "the page is forgotten with the discussion");

    // Another story is chosen while it is on: each page says what is true.
    let mut tx = app.store().begin().await.unwrap();
    programme::change(&mut tx, producer, id, about(Some(other)), now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!get(&app, &path).await.1.contains(watch));
    let page = get(&app, "/live").await.1;
    assert!(page.contains(&format!("/discussions/{other}")) && !page.contains(&discussion));

    let mut tx = app.store().begin().await.unwrap();
    programme::change(&mut tx, producer, id, about(None), now()).await.unwrap();
    tx.commit().await.unwrap();
    let page = get(&app, "/live").await.1;
    assert!(page.contains("Question time") && !page.contains("data-discussion"), "{page}");
}

#[tokio::test]
async fn a_story_that_readers_do_not_see_is_not_told_of() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let hidden = a_story(&app, "Hidden", false).await;
    let mut tx = app.store().begin().await.unwrap();
    let channel = channel::main(&mut tx, now()).await.unwrap().id;
    let actor = &Actor::Operator;
    let id = programme::plan(&mut tx, actor, channel, about(Some(hidden)), now()).await.unwrap();
    programme::begin(&mut tx, actor, id, now()).await.unwrap();
    tx.commit().await.unwrap();
    let (status, page) = get(&app, "/live").await;
    assert_eq!(status, 200);
    assert!(!page.contains("class=\"live-story\"") && !page.contains("data-discussion"), "{page}");

    let mut tx = app.store().begin().await.unwrap();
    let publish = publish::article::Publish::default();
    publish::article::publish(&mut tx, actor, hidden, publish, now()).await.unwrap();
    tx.commit().await.unwrap();
    let page = get(&app, "/live").await.1;
    assert!(page.contains("class=\"live-story\"") && page.contains("data-discussion"), "{page}");
}

#[tokio::test]
async fn the_player_alone_may_be_shown_by_other_sites_and_nothing_else_may() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let policy = async |path: &str| {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let response = crate::routes::router(app.clone()).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers().get("set-cookie"), None);
        response.headers()["content-security-policy"].to_str().unwrap().to_owned()
    };
    // The second is answered from what is kept.
    for _ in 0..2 {
        assert!(policy("/live/embed").await.ends_with("frame-ancestors *"));
        assert!(policy("/live").await.ends_with("frame-ancestors 'self'"));
    }
    let (_, page) = get(&app, "/live").await;
    assert!(page.contains("&lt;iframe src=&quot;http://localhost/live/embed&quot;"), "{page}");
}

#[tokio::test]
async fn other_sites_are_told_how_to_show_the_player() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let asked = async |question: &str| {
        let (status, body) =
            get(&app, &format!("/oembed?url=http%3A%2F%2Flocalhost{question}")).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str::<serde_json::Value>(&body).unwrap()
    };
    let told = asked("%2Flive").await;
    assert_eq!(
        (&told["type"], &told["width"], &told["height"]),
        (&"video".into(), &640.into(), &460.into())
    );
    let html = told["html"].as_str().unwrap();
    assert!(
        html.contains("src=\"http://localhost/live/embed\"") && html.contains("height=\"460\""),
        "{html}"
    );
    let small = asked("%2Flive%2Faudio&maxwidth=320&maxheight=200").await;
    assert_eq!((&small["width"], &small["height"]), (&320.into(), &200.into()));
    // The page says where to ask.
    let (_, page) = get(&app, "/live").await;
    assert!(page.contains("/oembed?url=http%3A%2F%2Flocalhost%2Flive&amp;format=json"), "{page}");
}

#[tokio::test]
async fn calendars_and_search_engines_are_told_what_is_on_and_what_is_to_come() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    assert!(!get(&app, "/live/schedule.ics").await.1.contains("VEVENT"));
    let mut tx = app.store().begin().await.unwrap();
    let channel = channel::main(&mut tx, now()).await.unwrap().id;
    let actor = &Actor::Operator;
    let on = programme::plan(&mut tx, actor, channel, about(None), now()).await.unwrap();
    let later = PlanProgramme {
        title: "The week; in review",
        starts_at: noon().plus(std::time::Duration::from_secs(86_400)),
        ends_at: noon().plus(std::time::Duration::from_secs(90_000)),
        ..about(None)
    };
    let later = programme::plan(&mut tx, actor, channel, later, now()).await.unwrap();
    tx.commit().await.unwrap();
    let (status, calendar) = get(&app, "/live/schedule.ics").await;
    assert_eq!((status, calendar.matches("BEGIN:VEVENT").count()), (200, 2), "{calendar}");
    assert!(calendar.contains("SUMMARY:The week\\; in review\r\n"), "{calendar}");
    let (_, page) = get(&app, "/live").await;
    assert!(page.contains("href=\"/live/schedule.ics\""), "{page}");
    assert!(!page.contains("BroadcastEvent"), "what is planned is not on");

    let mut tx = app.store().begin().await.unwrap();
    programme::begin(&mut tx, actor, on, now()).await.unwrap();
    programme::cancel(&mut tx, actor, later, now()).await.unwrap();
    tx.commit().await.unwrap();
    let (_, calendar) = get(&app, "/live/schedule.ics").await;
    assert!(calendar.contains(&format!("UID:{on}@localhost")), "{calendar}");
    assert!(!calendar.contains("The week"), "{calendar}");
    let (_, page) = get(&app, "/live").await;
    let told = page.contains("\"@type\":\"BroadcastEvent\",\"isLiveBroadcast\":false");
    assert!(told, "nothing is sent: {page}");
}
