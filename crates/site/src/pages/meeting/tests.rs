//! What readers are told of a meeting, and what not yet.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base::Actor;
use document::Document;
use meet::meeting::{Plan, PlanItem, PlanParty, PlanSeat};
use meet::outcome::WriteOutcome;
use meet::readout::{self, WriteReadout};
use meet::record;
use publish::article::{Content, CreateArticle, Kind as StoryKind, Publish};
use publish::section::{self, CreateSection};
use store::Tx;
use testkit::{TestStore, noon};
use tower::ServiceExt as _;

use super::*;

const OPERATOR: Actor = Actor::Operator;

struct Site {
    app: App,
}

impl Site {
    fn open(store: &TestStore) -> Self {
        Self { app: crate::testing::app(store) }
    }

    async fn plan(&self, tells: Tells) -> MeetingId {
        let chair = PlanSeat { title: "President", chair: true };
        let party = |name, colour| PlanParty { name, colour, seats: vec![chair.clone()] };
        let plan = Plan {
            title: "Two presidents & a screen",
            profile: Profile::Closed,
            zone: "Europe/Moscow",
            starts_at: at("2025-12-07T15:00:00Z"),
            ends_at: at("2025-12-07T17:00:00Z"),
            tells,
            agenda: vec![PlanItem { title: "Strategic stability", minutes: 40 }],
        };
        let mut tx = self.app.store().begin().await.unwrap();
        let parties = [party("Russia", "#8a1c1c"), party("United States", "#1f4e79")];
        let id = meeting::plan(&mut tx, &OPERATOR, plan, &parties, noon()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Does something, and waits until pages show it.
    async fn does(&self, act: impl AsyncFnOnce(&mut Tx)) {
        let mut tx = self.app.store().begin().await.unwrap();
        act(&mut tx).await;
        tx.commit().await.unwrap();
        let head = store::events::head(self.app.store()).await.unwrap();
        self.app.shown(head).await;
    }

    async fn get(&self, address: &str) -> (StatusCode, String) {
        let request = Request::get(address).body(Body::empty()).unwrap();
        let answer = crate::routes::router(self.app.clone()).oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    async fn held(&self, id: MeetingId) {
        let (began, ended) = (at("2025-12-07T15:08:00Z"), at("2025-12-07T17:10:00Z"));
        self.does(async |tx| {
            record::note_held(tx, &OPERATOR, id, began, ended, noon()).await.unwrap();
        })
        .await;
    }

    async fn publishes(&self, id: MeetingId, shown: bool) {
        self.does(async |tx| {
            record::publish(tx, &OPERATOR, id, shown, noon()).await.unwrap();
        })
        .await;
    }

    async fn advises(&self, id: MeetingId, shown: bool) {
        self.does(async |tx| {
            let words = "They talk.\n\nBy <video>.";
            record::advise(tx, &OPERATOR, id, words, shown, noon()).await.unwrap();
        })
        .await;
    }

    /// A story that is published, and its address.
    async fn story(&self) -> (ArticleId, String) {
        let mut tx = self.app.store().begin().await.unwrap();
        let command = CreateSection { path: "news".into(), name: "News".into() };
        let section = section::create(&mut tx, &OPERATOR, command, noon()).await.unwrap();
        let content = Content {
            kind: StoryKind::News,
            language: "en".into(),
            headline: "What was said".into(),
            deck: String::new(),
            dateline: String::new(),
            byline: Vec::new(),
            body: Document::default(),
            photo: None,
            related: Vec::new(),
        };
        let command = CreateArticle { section, slug: None, content, translation_of: None };
        let id = article::create(&mut tx, &OPERATOR, command, noon()).await.unwrap();
        article::publish(&mut tx, &OPERATOR, id, Publish::default(), noon()).await.unwrap();
        tx.commit().await.unwrap();
        let known = article::by_id(self.app.store(), id).await.unwrap().unwrap();
        (id, known.path)
    }

    async fn ties(&self, story: ArticleId, id: MeetingId) {
        self.does(async |tx| {
            let touches = article::tie(tx, &OPERATOR, story, noon()).await.unwrap();
            story::choose(tx, &OPERATOR, story, Some(id), touches, noon()).await.unwrap();
        })
        .await;
    }
}

fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

fn words(page: &str) -> String {
    let html = scraper::Html::parse_document(page);
    let main = html.select(&scraper::Selector::parse("main").unwrap()).next().unwrap();
    main.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_readout_is_markdown_and_never_lost() {
    let text = |markdown: &str| readout_body(markdown).to_text();
    assert!(text("They **talked**.\n\n- at length").contains("talked"));
    let deep = "> ".repeat(400) + "They *talked*.";
    let kept = text(&deep);
    assert!(kept.contains("talked"), "{kept}");
}

#[tokio::test]
async fn readers_are_told_of_a_meeting_when_its_host_says_so_and_not_after() {
    let store = TestStore::sqlite().await;
    let site = Site::open(&store);
    let id = site.plan(Tells::Names).await;
    let address = address(id);
    assert_eq!(site.get(&address).await.0, StatusCode::NOT_FOUND);
    assert!(!site.get("/").await.1.contains("/meetings/"), "nothing leads to an empty list");
    assert_eq!(site.get("/meetings/nonsense").await.0, StatusCode::NOT_FOUND);

    site.advises(id, true).await;
    let (status, page) = site.get(&address).await;
    assert_eq!(status, StatusCode::OK);
    let told = words(&page);
    for expected in [
        "Meeting to come",
        "Two presidents & a screen",
        "7 December 2025, 18:00 – 20:00 (Moscow time)",
        "behind closed doors · by video",
        "They talk.",
        "By <video>.",
        "Russia",
        "Strategic stability 40 min",
    ] {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    assert!(site.get("/").await.1.contains("href=\"/meetings/\""));
    assert!(site.get("/meetings/").await.1.contains(&address));
    assert!(site.get("/sitemaps/pages.xml").await.1.contains(&address));
    let (status, _) = site.get("/meetings").await;
    assert_eq!(status, StatusCode::PERMANENT_REDIRECT);

    site.advises(id, false).await;
    assert_eq!(site.get(&address).await.0, StatusCode::NOT_FOUND);
    store.close().await;
}

#[tokio::test]
async fn how_a_meeting_went_is_told_with_its_record() {
    let store = TestStore::sqlite().await;
    let site = Site::open(&store);
    let id = site.plan(Tells::Parties).await;
    let (story, path) = site.story().await;
    site.ties(story, id).await;
    let box_of = async || site.get(&path).await.1.contains("meeting-box");
    assert!(!box_of().await, "nothing is told of it yet");
    site.advises(id, true).await;
    assert!(box_of().await);
    site.held(id).await;
    site.does(async |tx| {
        let rows = [
            WriteOutcome { kind: Kind::Decision, words: "To go on.", owner: "", due: None },
            WriteOutcome {
                kind: Kind::FollowUp,
                words: "Both teams meet.",
                owner: "The advisers",
                due: Some("2026-01-20".parse().unwrap()),
            },
        ];
        outcome::write(tx, &OPERATOR, id, &rows, noon()).await.unwrap();
        let parties = party::of(tx, id).await.unwrap();
        for (party, release) in parties.iter().zip([true, false]) {
            let command = WriteReadout {
                headline: "A frank talk",
                body: "They **talked** & <script>alert(1)</script>were heard.",
                release,
            };
            readout::enter(tx, &OPERATOR, id, party.id, command, noon()).await.unwrap();
        }
    })
    .await;
    let address = address(id);
    let told = words(&site.get(&address).await.1);
    for expected in ["The meeting is over", "not published yet", "18:00 – 20:00", "A frank talk"]
    {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    for hidden in ["18:08", "To go on", "Both teams", "They talk. By"] {
        assert!(!told.contains(hidden), "{hidden} in {told}");
    }

    site.publishes(id, true).await;
    let (_, page) = site.get(&address).await;
    let told = words(&page);
    for expected in [
        "Record of the meeting",
        "7 December 2025, 18:08 – 20:10 (Moscow time) · 2 h 2 min",
        "Who was there",
        "Strategic stability dealt with",
        "To go on.",
        "Both teams meet. The advisers, by 20 January 2026",
        "They talked &",
        "What was said",
    ] {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    assert_eq!(page.matches("class=\"meeting-readout\"").count(), 1, "one was released");
    assert!(page.contains("<strong>talked</strong>"), "{page}");
    assert!(!page.contains("<script>alert"), "{page}");
    let event = &page[page.find("\"Event\"").unwrap()..];
    for expected in [
        "2025-12-07T18:08:00+03:00",
        "2025-12-07T20:10:00+03:00",
        "EventScheduled",
        "VirtualLocation",
        &format!("{path}#article"),
    ] {
        assert!(event.contains(expected), "{expected} in {event}");
    }
    let (_, article) = site.get(&path).await;
    let told = words(&article);
    for expected in ["18:08 – 20:10 (Moscow time)", "Readout of Russia", "The whole record"] {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    assert!(!told.contains("Readout of United States"), "{told}");
    assert!(article.contains("#meeting\""), "{article}");

    site.publishes(id, false).await;
    assert!(!words(&site.get(&path).await.1).contains("18:08"), "it was taken back");
    store.close().await;
}

#[tokio::test]
async fn what_is_called_off_says_so() {
    let store = TestStore::sqlite().await;
    let site = Site::open(&store);
    let id = site.plan(Tells::Names).await;
    site.advises(id, true).await;
    site.does(async |tx| meeting::cancel(tx, &OPERATOR, id, noon()).await.unwrap()).await;
    let (_, page) = site.get(&address(id)).await;
    assert!(words(&page).contains("The meeting was called off"), "{page}");
    assert!(page.contains("EventCancelled"), "{page}");
    store.close().await;
}
