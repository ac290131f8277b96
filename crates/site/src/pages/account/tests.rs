//! From a link to a mail, and what is refused on the way.

mod keys;

use accounts::mail::Mail;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base::{Actor, ArticleId, Clock, ManualClock};
use discuss::comment::{self, About, Decision, Reason};
use discuss::rule::{self, Mode, Rule, Scope, Speak};
use projections::follows::{NoteForFollowers, write_once};
use publish::article;
use std::sync::Arc;
use std::time::Duration;
use testkit::{TestStore, noon};
use tower::ServiceExt as _;

use crate::App;
use crate::pages::discussion::a_story;

const HERE: &str = "http://localhost";

struct Answer {
    status: StatusCode,
    to: String,
    cookies: Vec<String>,
    body: String,
}

impl Answer {
    /// What the browser brings from now on of this name.
    fn cookie(&self, name: &str) -> String {
        let found = self.cookies.iter().find(|it| it.starts_with(&format!("{name}=")));
        let found = found.unwrap_or_else(|| panic!("no {name} in {:?}", self.cookies));
        found.split(';').next().unwrap().to_owned()
    }
}

async fn ask(
    app: &App,
    method: &str,
    path: &str,
    origin: &str,
    cookie: &str,
    form: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
    if !origin.is_empty() {
        request = request.header(header::ORIGIN, origin);
    }
    let request = request.header(header::COOKIE, cookie).body(Body::from(form.to_owned())).unwrap();
    let response = crate::routes::router(app.clone()).oneshot(request).await.unwrap();
    let all = |name| {
        let values = response.headers().get_all(name).iter();
        values.map(|it| it.to_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let to = all(header::LOCATION).pop().unwrap_or_default();
    let (cookies, status) = (all(header::SET_COOKIE), response.status());
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Answer { status, to, cookies, body: String::from_utf8_lossy(&body).into_owned() }
}

/// The mails that wait, the oldest first.
async fn mails(store: &TestStore) -> Vec<Mail> {
    let found = store::sql("SELECT payload AS value FROM jobs WHERE kind = 'mail' ORDER BY id");
    let found: Vec<String> = found.values(&**store).await.unwrap();
    found.iter().map(|it| serde_json::from_str(it).unwrap()).collect()
}

/// The path of a link in a mail.
fn link_in(text: &str) -> String {
    let at = text.find("/account/link/").unwrap();
    text[at..].split_whitespace().next().unwrap().to_owned()
}

async fn is_ruled(app: &App, speak: Speak) {
    let rule = Rule { mode: Some(Mode::After), closes_after: None, speak: Some(speak) };
    let mut tx = app.store().begin().await.unwrap();
    rule::set(&mut tx, &Actor::Operator, Scope::Site, &[], rule, noon()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Signs in, and gives the cookie.
async fn signs_in(app: &App, store: &TestStore, name: &str) -> String {
    let form = format!("email={name}@example.net");
    let asked = ask(app, "POST", "/account/link", HERE, "", &form).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
    let all = mails(store).await;
    let mail = all.iter().rfind(|it| it.to == format!("{name}@example.net")).unwrap();
    let link = link_in(&mail.text);
    let browser = asked.cookie("tribune-link");
    let done = ask(app, "POST", &link, HERE, &browser, &format!("name={name}")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    done.cookie("tribune-reader")
}

#[tokio::test]
async fn a_guest_signs_in_and_finds_what_was_typed() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let story = a_story(&app, "Shown", true).await;
    is_ruled(&app, Speak::Confirmed).await;
    let discussion = format!("/discussions/{story}");
    let page = ask(&app, "GET", &discussion, HERE, "", "").await.body;
    assert!(!page.contains("name=\"name\""), "{page}");
    assert!(page.contains("/account?back=/discussions/"), "{page}");

    let refused = ask(&app, "POST", &discussion, HERE, "", "text=Typed+by+Rosa").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("Typed by Rosa") && refused.body.contains("name=\"email\""));
    let form = format!("back={discussion}&text=Typed+by+Rosa&email=rosa@example.net");
    let asked = ask(&app, "POST", "/account/link", HERE, "", &form).await;
    assert!(asked.body.contains("rosa@example.net"), "{}", asked.body);
    let cookie = &asked.cookies[0];
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");

    let link = link_in(&mails(&store).await[0].text);
    let browser = asked.cookie("tribune-link");
    let looked = ask(&app, "GET", &link, HERE, &browser, "").await;
    assert!(looked.status == StatusCode::OK && looked.cookies.is_empty(), "{}", looked.body);
    let nameless = ask(&app, "POST", &link, HERE, &browser, "name=").await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nameless.body.contains("Say under which name you write."));
    let done = ask(&app, "POST", &link, HERE, &browser, "name=Rosa").await;
    assert_eq!(done.to, format!("{discussion}#comment-text"));
    let rosa = done.cookie("tribune-reader");
    let page = ask(&app, "GET", &discussion, HERE, &rosa, "").await;
    assert!(page.status == StatusCode::OK && page.body.contains("Typed by Rosa"));
    let said = ask(&app, "POST", &discussion, HERE, &rosa, "text=Typed+by+Rosa").await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
    let page = ask(&app, "GET", &discussion, HERE, &rosa, "").await.body;
    assert!(page.contains(">Rosa</a>") && !page.contains(">\nTyped by Rosa</textarea>"));
    store.close().await;
}

#[tokio::test]
async fn whoever_opens_the_links_of_a_mail_takes_nothing() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let asked = ask(&app, "POST", "/account/link", HERE, "", "email=rosa@example.net").await;
    let (link, browser) = (link_in(&mails(&store).await[0].text), asked.cookie("tribune-link"));
    let wrong = format!("tribune-link={}", "0".repeat(64));
    for cookie in ["", wrong.as_str(), "tribune-link='"] {
        for (method, origin) in [("GET", ""), ("GET", HERE), ("POST", HERE)] {
            let told = ask(&app, method, &link, origin, cookie, "name=Scanner").await;
            assert_eq!(told.status, StatusCode::FORBIDDEN, "{method} {origin} {cookie}");
            assert!(
                told.body.contains("in the browser that asked")
                    || told.body.contains("this is another")
            );
            assert!(!told.body.contains("rosa@example.net"));
        }
    }
    for origin in ["", "null", "https://evil.example"] {
        let told = ask(&app, "POST", &link, origin, &browser, "name=Rosa").await;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "{origin}");
    }
    let done = ask(&app, "POST", &link, HERE, &browser, "name=Rosa").await;
    assert_eq!(done.to, "/account");
    for method in ["GET", "POST"] {
        let again = ask(&app, method, &link, HERE, &browser, "name=Rosa").await;
        assert_eq!(again.status, StatusCode::GONE);
        assert!(again.body.contains("let somebody in already") && again.cookies.is_empty());
    }
    let over = ask(&app, "GET", "/account/link/0123", HERE, &browser, "").await;
    assert_eq!(over.status, StatusCode::NOT_FOUND);
    store.close().await;
}

#[tokio::test]
async fn asking_tells_nobody_who_has_an_account_and_is_slowed_down() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    signs_in(&app, &store, "rosa").await;
    let told = async |who: &str| {
        let form = format!("email={who}@example.net");
        let told = ask(&app, "POST", "/account/link", HERE, "", &form).await;
        (told.status, told.body.replace(who, "…"))
    };
    assert_eq!(told("rosa").await, told("ivo").await);
    let mut last = StatusCode::OK;
    for _ in 0..8 {
        last = told("rosa").await.0;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    for (form, told) in [("email=", "such as anna@example.org"), ("email=a%40b", "such as anna")] {
        let refused = ask(&app, "POST", "/account/link", HERE, "", form).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains(told));
    }
    for back in ["//evil.example/", "https://evil.example/", "/\\evil.example"] {
        let page = ask(&app, "GET", &format!("/account?back={back}"), HERE, "", "").await;
        assert!(page.body.contains("name=\"back\" value=\"/account\""), "{back}");
    }
    store.close().await;
}

#[tokio::test]
async fn a_reader_is_no_staff() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let rosa = signs_in(&app, &store, "rosa").await;
    let secret = rosa.split_once('=').unwrap().1;
    for cookie in [rosa.clone(), format!("tribune={secret}")] {
        let entered = ask(&app, "GET", "/newsroom/", HERE, &cookie, "").await;
        assert_eq!(entered.status, StatusCode::SEE_OTHER);
        assert!(entered.to.starts_with("/newsroom/sign-in"), "{}", entered.to);
    }
    store.close().await;
}

#[tokio::test]
async fn followers_get_one_mail_and_one_click_ends_it() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let story: ArticleId = a_story(&app, "Shown", true).await;
    is_ruled(&app, Speak::Guests).await;
    let (follower, run) = store::events::follow(Box::new(NoteForFollowers), (*store).clone());
    tokio::spawn(run);
    let discussion = format!("/discussions/{story}");
    let rosa = signs_in(&app, &store, "rosa").await;
    let unknown = ask(&app, "POST", &format!("{discussion}/follow"), HERE, "", "").await;
    assert_eq!(unknown.to, format!("/account?back={discussion}"));
    let follows = ask(&app, "POST", &format!("{discussion}/follow"), HERE, &rosa, "").await;
    assert_eq!(follows.to, "/account#follows");
    let before = mails(&store).await.len();

    let clock = |seconds| -> Arc<dyn Clock> {
        Arc::new(ManualClock::at(noon().plus(Duration::from_secs(seconds))))
    };
    let said = async |who: &str, text: &str| {
        let form = format!("name=Ivo&text={text}");
        let said = ask(&app, "POST", &discussion, HERE, who, &form).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
        let head = store::events::head(app.store()).await.unwrap();
        follower.clone().passed(head).await;
    };
    said(&rosa, "Her+own").await;
    said("", "First").await;
    said("", "Second").await;
    assert!(write_once(app.store(), &app, &clock(1)).await.unwrap());
    assert!(!write_once(app.store(), &app, &clock(1)).await.unwrap());
    let sent = mails(&store).await.split_off(before);
    let [mail] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        ("rosa@example.net", "Comments on “Shown”")
    );
    for told in ["Ivo:", "First", "Second", "http://localhost/comments/"] {
        assert!(mail.text.contains(told), "{told} in {}", mail.text);
    }
    assert!(!mail.text.contains("Her own"));
    said("", "Third").await;
    assert!(!write_once(app.store(), &app, &clock(60)).await.unwrap(), "not so soon again");
    assert!(write_once(app.store(), &app, &clock(901)).await.unwrap());
    assert!(mails(&store).await.pop().unwrap().text.contains("Third"));

    let end = mail.unsubscribe.clone().unwrap();
    assert!(mail.text.contains(&end));
    let end = end.strip_prefix(HERE).unwrap();
    let looked = ask(&app, "GET", end, "", "", "").await;
    assert!(looked.status == StatusCode::OK && looked.body.contains("Send me no more mail"));
    let own = ask(&app, "GET", "/account", HERE, &rosa, "").await.body;
    assert!(own.contains(end), "looking ends nothing");
    for _ in 0..2 {
        let ended = ask(&app, "POST", end, "", "", "List-Unsubscribe=One-Click").await;
        assert!(ended.status == StatusCode::OK && ended.body.contains("no more mail about this."));
    }
    let sent = mails(&store).await.len();
    said("", "Fourth").await;
    assert!(!write_once(app.store(), &app, &clock(9_000)).await.unwrap());
    assert_eq!(mails(&store).await.len(), sent);
    store.close().await;
}

#[tokio::test]
async fn one_who_goes_takes_everything_along() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let story = a_story(&app, "Shown", true).await;
    is_ruled(&app, Speak::Confirmed).await;
    let discussion = format!("/discussions/{story}");
    let (rosa, ivo) = (signs_in(&app, &store, "rosa").await, signs_in(&app, &store, "ivo").await);
    let said = ask(&app, "POST", &discussion, HERE, &rosa, "text=By+Rosa").await.to;
    let id = said.split('#').next().unwrap().rsplit('/').next().unwrap().to_owned();
    let answer = format!("parent={id}&text=By+Ivo");
    assert_eq!(
        ask(&app, "POST", &discussion, HERE, &ivo, &answer).await.status,
        StatusCode::SEE_OTHER
    );
    ask(&app, "POST", &format!("{discussion}/follow"), HERE, &rosa, "").await;
    let export = ask(&app, "GET", "/comments/mine.json", HERE, &rosa, "").await.body;
    for kept in ["rosa@example.net", "By Rosa", &story.to_string()] {
        assert!(export.contains(kept), "{kept} in {export}");
    }
    let foreign = ask(&app, "POST", "/account/forget", "https://evil.example", &rosa, "").await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let gone = ask(&app, "POST", "/account/forget", HERE, &rosa, "").await;
    assert_eq!(gone.to, "/account");
    let page = ask(&app, "GET", &discussion, HERE, "", "").await.body;
    assert!(page.contains("By Ivo") && !page.contains("By Rosa") && !page.contains(">rosa<"));
    let after = ask(&app, "GET", "/account", HERE, &rosa, "").await.body;
    assert!(after.contains("name=\"email\"") && !after.contains("rosa@example.net"));
    store.close().await;
}

/// The path of the page of whoever wrote the comment at this path.
async fn page_of(app: &App, comment: &str) -> Option<String> {
    let path = comment.split('#').next().unwrap();
    let shown = ask(app, "GET", path, HERE, "", "").await.body;
    let at = shown.find("/commenters/")?;
    Some(shown[at..].split('"').next().unwrap().to_owned())
}

/// Asks until the page has come to say so: it is kept, and forgotten within half a second.
async fn comes_to(app: &App, path: &str, holds: impl Fn(&Answer) -> bool) -> Answer {
    loop {
        let page = ask(app, "GET", path, HERE, "", "").await;
        if holds(&page) {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_a_reader_said_stands_together_as_far_as_everybody_sees_it() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let (here, there) = (a_story(&app, "Here", true).await, a_story(&app, "There", true).await);
    is_ruled(&app, Speak::Guests).await;
    let rosa = signs_in(&app, &store, "rosa").await;
    let says = async |who: &str, story: ArticleId, form: &str| {
        let said = ask(&app, "POST", &format!("/discussions/{story}"), HERE, who, form).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
        said.to
    };
    let first = says(&rosa, here, "text=The+first").await;
    says(&rosa, there, "text=The+second").await;
    let path = page_of(&app, &first).await.unwrap();
    let page = ask(&app, "GET", &path, HERE, "", "").await;
    assert_eq!(page.status, StatusCode::OK);
    for told in
        ["<h1 dir=\"auto\">rosa</h1>", "The first", "The second", "Here", "There", "noindex"]
    {
        assert!(page.body.contains(told), "{told} in {}", page.body);
    }
    assert!(page.body.contains(&format!("href=\"{}\"", first.split('#').next().unwrap())));
    assert!(!page.body.contains("<script type=\"module\"") && !page.body.contains("@example.net"));
    let own = ask(&app, "GET", "/account", HERE, &rosa, "").await.body;
    assert!(own.contains(&path), "{own}");

    // Whoever has none is answered for as one who never was.
    let never = format!("/commenters/{}", uuid::Uuid::from_u128(9));
    let never = ask(&app, "GET", &never, HERE, "", "").await;
    assert_eq!(never.status, StatusCode::NOT_FOUND);
    let guest = says("", here, "name=Ivo&text=As+a+guest").await;
    assert_eq!(
        page_of(&app, &guest).await.filter(|it| *it != path),
        None,
        "a guest’s name leads on"
    );
    let ivo = store::sql("SELECT id AS value FROM commenters WHERE name = 'Ivo'");
    let ivo: base::CommenterId = ivo.value(&*store).await.unwrap();
    let of_a_guest = ask(&app, "GET", &format!("/commenters/{ivo}"), HERE, "", "").await;
    assert_eq!((of_a_guest.status, &of_a_guest.body), (never.status, &never.body));
    for odd in ["/commenters/nonsense", "/commenters/'", "/commenters/0"] {
        assert_eq!(
            ask(&app, "GET", odd, HERE, "", "").await.status,
            StatusCode::NOT_FOUND,
            "{odd}"
        );
    }

    // It appears, and goes, with its comments and their stories.
    let third = says(&rosa, there, "text=The+third").await;
    comes_to(&app, &path, |it| it.body.contains("The third")).await;
    let id = third.rsplit("comment-").next().unwrap().parse().unwrap();
    let refuse = Decision::Reject { reason: Reason::Spam, words: String::new() };
    let about = About { comment: id, sections: Vec::new(), seen: comment::Seen::default() };
    let mut tx = app.store().begin().await.unwrap();
    comment::decide(&mut tx, &Actor::Operator, &about, &refuse, noon()).await.unwrap();
    tx.commit().await.unwrap();
    let page = comes_to(&app, &path, |it| !it.body.contains("The third")).await;
    assert!(page.body.contains("The second"));
    let at = article::published(app.store(), there).await.unwrap().unwrap().article.path;
    assert!(page.body.contains(&at), "{at} in {}", page.body);
    let mut tx = app.store().begin().await.unwrap();
    article::withdraw(&mut tx, &Actor::Operator, there, "Wrong.", noon()).await.unwrap();
    tx.commit().await.unwrap();
    let page = comes_to(&app, &path, |it| !it.body.contains("The second")).await;
    assert!(page.status == StatusCode::OK && !page.body.contains(&at), "{}", page.body);
    let closed = Rule { mode: Some(Mode::Closed), ..Rule::default() };
    for (rule, status) in [(closed, StatusCode::NOT_FOUND), (Rule::default(), StatusCode::OK)] {
        let mut tx = app.store().begin().await.unwrap();
        let scope = Scope::Story(here);
        rule::set(&mut tx, &Actor::Operator, scope, &[], rule, noon()).await.unwrap();
        tx.commit().await.unwrap();
        let page = comes_to(&app, &path, |it| it.status == status).await;
        assert!(status == StatusCode::OK || page.body == never.body);
    }
    ask(&app, "POST", &format!("{}/remove", first.split('#').next().unwrap()), HERE, &rosa, "")
        .await;
    let page = comes_to(&app, &path, |it| it.status == StatusCode::NOT_FOUND).await;
    assert_eq!(page.body, never.body);
    store.close().await;
}

#[tokio::test]
async fn another_name_begins_another_page_and_one_who_goes_has_none() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let story = a_story(&app, "Shown", true).await;
    is_ruled(&app, Speak::Guests).await;
    let discussion = format!("/discussions/{story}");
    let rosa = signs_in(&app, &store, "rosa").await;
    let said = ask(&app, "POST", &discussion, HERE, &rosa, "text=As+rosa").await.to;
    let path = page_of(&app, &said).await.unwrap();
    comes_to(&app, &path, |it| it.status == StatusCode::OK).await;
    // The story's own page is kept as well, and bears the link.
    let below = article::published(app.store(), story).await.unwrap().unwrap().article.path;
    comes_to(&app, &below, |it| it.body.contains(&path)).await;
    let renamed = ask(&app, "POST", "/account", HERE, &rosa, "name=Lamplighter").await;
    assert_eq!(renamed.status, StatusCode::SEE_OTHER);
    comes_to(&app, &path, |it| it.status == StatusCode::NOT_FOUND).await;
    comes_to(&app, &below, |it| it.body.contains("As rosa") && !it.body.contains(&path)).await;
    ask(&app, "POST", &discussion, HERE, &rosa, "text=As+another").await;
    let page = comes_to(&app, &path, |it| it.status == StatusCode::OK).await.body;
    assert!(page.contains("Lamplighter") && page.contains("As another"), "{page}");
    assert!(!page.contains("As rosa") && !page.contains(">rosa<"), "{page}");
    ask(&app, "POST", "/account/forget", HERE, &rosa, "").await;
    let gone = comes_to(&app, &path, |it| it.status == StatusCode::NOT_FOUND).await.body;
    assert!(!gone.contains("Lamplighter"));
    store.close().await;
}

#[tokio::test]
async fn more_than_a_page_of_comments_is_read_page_by_page() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    is_ruled(&app, Speak::Guests).await;
    let (shown, hidden) = (a_story(&app, "Shown", true).await, a_story(&app, "Gone", true).await);
    let nora = signs_in(&app, &store, "nora").await;
    let said = ask(&app, "POST", &format!("/discussions/{shown}"), HERE, &nora, "text=No.+0").await;
    let path = page_of(&app, &said.to).await.unwrap();
    let known: base::CommenterId = path.rsplit('/').next().unwrap().parse().unwrap();
    let known = discuss::commenter::by_id(app.store(), known).await.unwrap().unwrap();
    for number in 1..=65_u64 {
        let article = if number % 3 == 0 { hidden } else { shown };
        let story = discuss::Story { article, sections: Vec::new(), published_at: noon() };
        let mut tx = app.store().begin().await.unwrap();
        let command = comment::PostComment {
            story: &story,
            language: "en",
            parent: None,
            commenter: &known,
            staff: false,
            text: &discuss::Text::parse(&format!("No. {number}")).unwrap(),
            network: None,
            proof: None,
            external: None,
        };
        let now = noon().plus(Duration::from_secs(60 * number));
        comment::post(&mut tx, &Actor::Reader, command, now).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = app.store().begin().await.unwrap();
    article::withdraw(&mut tx, &Actor::Operator, hidden, "Wrong.", noon()).await.unwrap();
    tx.commit().await.unwrap();
    let head = store::events::head(app.store()).await.unwrap();
    app.shown(head).await;
    let (mut read, mut next, mut pages) = (Vec::new(), Some(path.clone()), 0);
    while let Some(here) = next {
        let page = comes_to(&app, &here, |it| it.status == StatusCode::OK).await.body;
        read.extend(
            page.split("<p>No. ")
                .skip(1)
                .map(|it| it.split('<').next().unwrap().parse::<u64>().unwrap()),
        );
        let older = page.split("?before=").nth(1);
        next = older.map(|it| format!("{path}?before={}", it.split('"').next().unwrap()));
        pages += 1;
    }
    let expected: Vec<u64> = (0..=65).rev().filter(|it| *it == 0 || it % 3 != 0).collect();
    assert_eq!((read, pages), (expected, 3));
    // A query that no page links to is the first page.
    for odd in ["?before=", "?before=x.y", "?after=1", "?before=1.2"] {
        let page = ask(&app, "GET", &format!("{path}{odd}"), HERE, "", "").await.body;
        assert!(page.contains("No. 65<"), "{odd}");
    }
    store.close().await;
}
