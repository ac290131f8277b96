//! What is refused, whoever asks.

use std::collections::BTreeSet;
use std::time::Duration;

use accounts::person::{self, AddPerson};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base::{Actor, ArticleId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use discuss::comment::{self, PostComment};
use discuss::commenter::{self, Who};
use discuss::rule::{self, Mode, Rule, Scope};
use discuss::{Story, Text};
use document::Document;
use publish::article::{self, Author, Content, CreateArticle, Kind, Publish};
use publish::section::{self, CreateSection};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::{TestStore, noon};
use tower::ServiceExt as _;

use crate::serve::ClientAddress;
use crate::{App, CommentCheck, CommentCheckSettings};

pub(crate) async fn story(app: &App, headline: &str, published: bool) -> ArticleId {
    let mut tx = app.store().begin().await.unwrap();
    let operator = &Actor::Operator;
    let command = CreateSection { path: headline.to_lowercase(), name: headline.to_owned() };
    let section = section::create(&mut tx, operator, command, noon()).await.unwrap();
    let rosa = AddPerson::author(&format!("Author of {headline}"));
    let person = person::add(&mut tx, operator, rosa, noon()).await.unwrap();
    let content = Content {
        kind: Kind::News,
        language: "en".to_owned(),
        headline: headline.to_owned(),
        deck: String::new(),
        dateline: String::new(),
        byline: vec![Author { person, role: None }],
        body: Document::default(),
        photo: None,
        related: Vec::new(),
    };
    let command = CreateArticle { section, slug: None, content, translation_of: None };
    let story = article::create(&mut tx, operator, command, noon()).await.unwrap();
    if published {
        article::publish(&mut tx, operator, story, Publish::default(), noon()).await.unwrap();
    }
    tx.commit().await.unwrap();
    story
}

pub(in crate::pages) struct Answer {
    pub(super) status: StatusCode,
    pub(super) to: String,
    cookie: Option<String>,
    pub(super) body: String,
}

async fn ask(
    app: &App,
    method: &str,
    path: &str,
    origin: &str,
    cookie: &str,
    form: &str,
) -> Answer {
    ask_from(app, "203.0.113.1", (method, path), (origin, cookie), form).await
}

async fn ask_from(
    app: &App,
    address: &str,
    (method, path): (&str, &str),
    (origin, cookie): (&str, &str),
    form: &str,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::ORIGIN, origin)
        .header(header::COOKIE, cookie)
        .extension(ClientAddress(address.parse().unwrap()))
        .body(Body::from(form.to_owned()))
        .unwrap();
    let response = crate::routes::router(app.clone()).oneshot(request).await.unwrap();
    let header = |name| {
        let value = response.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    };
    let (to, cookie) = (header(header::LOCATION).unwrap_or_default(), header(header::SET_COOKIE));
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Answer { status, to, cookie, body: String::from_utf8_lossy(&body).into_owned() }
}

const HERE: &str = "http://localhost";

pub(in crate::pages) async fn post(app: &App, story: ArticleId, form: &str) -> Answer {
    ask(app, "POST", &format!("/discussions/{story}"), HERE, "", form).await
}

#[tokio::test]
async fn a_comment_is_taken_from_a_page_of_this_site_only_and_under_what_is_published_only() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let shown = story(&app, "Shown", true).await;
    let hidden = story(&app, "Hidden", false).await;
    let form = "name=Rosa&text=Well";

    let taken = post(&app, shown, form).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    assert!(taken.to.starts_with("/comments/"), "{}", taken.to);
    let path = format!("/discussions/{shown}");
    for origin in ["https://evil.example", "null", ""] {
        let refused = ask(&app, "POST", &path, origin, "", form).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{origin}");
    }
    // What is not published answers as what never was.
    let never = ArticleId(uuid::Uuid::from_u128(9));
    let bodies = [post(&app, hidden, form).await, post(&app, never, form).await];
    assert!(bodies.iter().all(|it| it.status == StatusCode::NOT_FOUND));
    assert_eq!(bodies[0].body, bodies[1].body);
    for path in [format!("/discussions/{hidden}"), format!("/discussions/{never}")] {
        let read = ask(&app, "GET", &path, HERE, "", "").await;
        assert_eq!(read.status, StatusCode::NOT_FOUND, "{path}");
    }
    store.close().await;
}

#[tokio::test]
async fn what_waits_is_seen_by_its_author_alone() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let story = story(&app, "Shown", true).await;
    let taken = post(&app, story, "name=Rosa&text=Waits+for+Nora").await;
    let path = taken.to.split('#').next().unwrap().to_owned();
    let cookie = taken.cookie.unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let own = cookie.split(';').next().unwrap();
    let mine = ask(&app, "GET", &path, HERE, own, "").await;
    assert!(mine.status == StatusCode::OK && mine.body.contains("Waits for Nora"));
    let wrong = format!("tribune-guest={}", "0".repeat(64));
    for other in ["", wrong.as_str(), "tribune-guest=", "tribune-guest=' OR 1=1"] {
        let theirs = ask(&app, "GET", &path, HERE, other, "").await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND, "{other}");
        for act in ["edit", "remove", "appeal", "report", "recommend"] {
            let form = "text=Mine&words=Mine&reason=spam";
            let acted = ask(&app, "POST", &format!("{path}/{act}"), HERE, other, form).await;
            assert_eq!(acted.status, StatusCode::NOT_FOUND, "{act} as {other:?}");
            assert!(!acted.body.contains("Waits for Nora"));
        }
    }
    store.close().await;
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_with_a_sentence_and_nothing_typed_is_lost() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let (here, there) = (story(&app, "Here", true).await, story(&app, "There", true).await);
    let elsewhere = post(&app, there, "name=Rosa&text=Elsewhere").await.to;
    let elsewhere = elsewhere.split('#').next().unwrap().rsplit('/').next().unwrap().to_owned();
    for (form, status, told) in [
        ("name=&text=Typed+by+Rosa".to_owned(), 422, "Say under which name you write."),
        ("name=Rosa&text=+%0a".to_owned(), 422, "Write something first."),
        (format!("name={}&text=Typed+by+Rosa", "x".repeat(61)), 422, "A name has at most 60"),
        (format!("name=Rosa&text={}", "x".repeat(5_001)), 422, "A comment has at most 5000"),
        (format!("name=Rosa&text={}", "x".repeat(1 << 20)), 413, "too long"),
        ("name=Rosa&text=a%00b".to_owned(), 422, "U+0000"),
        ("name=Rosa&text=Typed+by+Rosa&parent=nonsense".to_owned(), 422, "not there any more"),
        (format!("name=Rosa&text=Typed+by+Rosa&parent={elsewhere}"), 404, "There is no comment"),
        ("name=Rosa&text=Typed+by+Rosa&website=buy.example".to_owned(), 422, "website"),
    ] {
        let refused = post(&app, here, &form).await;
        let shown = &form[..form.len().min(60)];
        assert_eq!(refused.status.as_u16(), status, "{shown}: {}", refused.body);
        assert!(refused.body.contains(told), "{shown}: {}", refused.body);
        if form.contains("Typed+by+Rosa") {
            assert!(refused.body.contains("Typed by Rosa"), "{shown}: what was typed is lost");
        }
    }
    let count = comment::shown_count(app.store(), here).await.unwrap();
    assert_eq!(count, 0);
    store.close().await;
}

/// Comments are shown at once.
pub(in crate::pages) async fn opened(app: &App) {
    let mut tx = app.store().begin().await.unwrap();
    let rule = Rule { mode: Some(Mode::After), ..Rule::default() };
    rule::set(&mut tx, &Actor::Operator, Scope::Site, &[], rule, noon()).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn in_a_flood_a_newcomer_shows_a_proof_of_work_or_waits_and_is_never_refused_for_it() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    opened(&app).await;
    let story = story(&app, "Shown", true).await;
    let (path, asks) =
        (format!("/discussions/{story}"), format!("/comments/challenge?article={story}"));
    let says = async |address: &str, form: String| {
        let said = ask_from(&app, address, ("POST", &path), (HERE, ""), &form).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
        let shown = said.to.split('#').next().unwrap().to_owned();
        ask(&app, "GET", &shown, HERE, "", "").await.status == StatusCode::OK
    };
    let challenge =
        async |address: &str| ask_from(&app, address, ("GET", &asks), (HERE, ""), "").await;
    // Each address is another, and all are of one household.
    for number in 1..=10 {
        let address = format!("2001:db8:1:2::{number}");
        assert_eq!(challenge(&address).await.status, StatusCode::NO_CONTENT, "{number}");
        assert!(says(&address, format!("name=Reader&text=No+{number}")).await, "{number}");
    }
    let asked = challenge("2001:db8:1:2::99").await;
    assert_eq!(asked.status, StatusCode::OK);
    let mut solution: Value = serde_json::from_str(&asked.body).unwrap();
    let salt = solution["salt"].as_str().unwrap().to_owned();
    let solves = |number: &u64| {
        let hash = Sha256::digest(format!("{salt}{number}").as_bytes());
        solution["challenge"] == accounts::secret::hex(&hash)
    };
    let number = (0..=solution["maxnumber"].as_u64().unwrap()).find(solves).unwrap();
    solution["number"] = number.into();
    let proof = STANDARD.encode(solution.to_string());
    let proof = url::form_urlencoded::byte_serialize(proof.as_bytes()).collect::<String>();
    assert!(!says("2001:db8:1:2::98", "name=Rosa&text=Without".into()).await);
    assert!(says("2001:db8:1:2::97", format!("name=Rosa&text=With&proof={proof}")).await);
    assert!(!says("2001:db8:1:2::96", format!("name=Rosa&text=Again&proof={proof}")).await);
    assert_eq!(challenge("2001:db8:1:3::1").await.status, StatusCode::NO_CONTENT);
    assert!(says("2001:db8:1:3::1", "name=Rosa&text=Elsewhere".into()).await);
    store.close().await;
}

#[tokio::test]
async fn a_program_that_is_somebody_new_each_time_reports_no_more_than_its_network_may() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    opened(&app).await;
    let story = story(&app, "Shown", true).await;
    let said = post(&app, story, "name=Rosa&text=Well").await.to;
    let path = format!("{}/report", said.split('#').next().unwrap());
    let mut told = Vec::new();
    for number in 0..31 {
        let address = format!("2001:db8:1:2::{number}");
        let form = "reason=spam";
        told.push(ask_from(&app, &address, ("POST", &path), (HERE, ""), form).await);
    }
    let last = told.pop().unwrap();
    assert!(told.iter().all(|it| it.status == StatusCode::SEE_OTHER));
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(last.body.contains("Wait a minute, and do it again."), "{}", last.body);
    assert_eq!(last.cookie, None);
    store.close().await;
}

#[tokio::test]
async fn a_check_outside_is_asked_about_each_comment_and_each_change() {
    let says = |body: String| async move {
        let asked: Value = serde_json::from_str(&body).unwrap();
        let text = asked["text"].as_str().unwrap();
        assert!(asked["story"].as_str().unwrap().starts_with("http://localhost/"), "{asked}");
        axum::Json(match text {
            "odd" => json!({"verdict": "wait", "reason": "Odd words"}),
            "worse" => json!({"verdict": "refuse", "reason": "Say it without “worse”."}),
            _ => json!({"verdict": "pass"}),
        })
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let router = axum::Router::new().route("/", axum::routing::post(says));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (secret, answers_within) = ("0".repeat(16), Duration::from_secs(30));
    let check = CommentCheck::new(CommentCheckSettings { url, secret, answers_within }).unwrap();
    let store = TestStore::sqlite().await;
    let app = crate::testing::app_checking(&store, check);
    opened(&app).await;
    let story = story(&app, "Shown", true).await;
    let page = |to: &str| to.split(['#', '?']).next().unwrap().to_owned();
    let shown =
        async |to: &str| ask(&app, "GET", &page(to), HERE, "", "").await.status == StatusCode::OK;
    let well = post(&app, story, "name=Rosa&text=well").await;
    assert!(shown(&well.to).await);
    let odd = post(&app, story, "name=Ivo&text=odd").await;
    assert!(odd.status == StatusCode::SEE_OTHER && !shown(&odd.to).await);
    let worse = post(&app, story, "name=Ivo&text=worse").await;
    assert_eq!(worse.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(worse.body.contains("Say it without “worse”."), "{}", worse.body);
    let cookie = well.cookie.unwrap();
    let own = cookie.split(';').next().unwrap();
    let edit = format!("{}/edit", page(&well.to));
    let worse = ask(&app, "POST", &edit, HERE, own, "text=worse").await;
    assert_eq!(worse.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(shown(&well.to).await);
    let odd = ask(&app, "POST", &edit, HERE, own, "text=odd").await;
    assert!(odd.status == StatusCode::SEE_OTHER && !shown(&well.to).await);
    store.close().await;
}

/// How many threads there are of ten comments each.
const THREADS: usize = 1_000;

#[tokio::test]
async fn ten_thousand_comments_are_read_page_by_page_and_no_page_is_large() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    opened(&app).await;
    let article = story(&app, "Shown", true).await;
    let told = Story { article, sections: Vec::new(), published_at: noon() };
    let mut now = noon();
    let mut tx = app.store().begin().await.unwrap();
    let mut guests = Vec::new();
    for number in 0..100 {
        let (secret, name) = (format!("guest {number}"), format!("Guest {number}"));
        let guest = commenter::enter(&mut tx, Who::Guest(&secret), Some(&name), now).await;
        guests.push(guest.unwrap());
    }
    for thread in 0..THREADS {
        let mut parent = None;
        for answer in 0..10 {
            // Slowly enough that nobody is told to wait.
            now = now.plus(Duration::from_secs(2));
            let command = PostComment {
                story: &told,
                language: "en",
                parent,
                commenter: &guests[(thread * 10 + answer) % guests.len()],
                staff: false,
                text: &Text::parse(&format!("What {thread} says, part {answer}")).unwrap(),
                network: None,
                external: None,
                proof: None,
            };
            let posted = comment::post(&mut tx, &Actor::Reader, command, now).await.unwrap();
            assert!(posted.shown);
            parent = parent.or(Some(posted.id));
        }
    }
    tx.commit().await.unwrap();
    for order in ["newest", "oldest", "recommended", "replied"] {
        let mut met = BTreeSet::new();
        let mut next = Some(format!("/discussions/{article}?order={order}"));
        while let Some(path) = next.take() {
            let page = ask(&app, "GET", &path, HERE, "", "").await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(page.body.contains("10000 Comments"), "{path}");
            assert!(page.body.len() <= 120 * 1024, "{path} is {} bytes", page.body.len());
            for said in page.body.split("What ").skip(1) {
                let thread = said.split_once(" says, part 0");
                let Some(thread) = thread.and_then(|(it, _)| it.parse::<usize>().ok()) else {
                    continue;
                };
                met.insert(thread);
            }
            let link = page.body.split("after=").nth(1).map(|rest| &rest[..36]);
            next = link.map(|after| format!("/discussions/{article}?order={order}&after={after}"));
        }
        assert_eq!(met.len(), THREADS, "{order}");
    }
    store.close().await;
}
