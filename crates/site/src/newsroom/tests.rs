//! Who may do what: every address of the newsroom, for every role, with stories in every state.

use accounts::policy::{Action, check, check_anywhere, check_on};
use accounts::{person, session};
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{Request, Response, StatusCode, header};
use base::{Actor, ArticleId, PersonId, Role, SectionId};
use document::Document;
use publish::article::{self, Author, Content, CreateArticle, Kind, Publish, Stage};
use publish::section::{self, CreateSection};
use store::Tx;
use store::events::Method;
use testkit::{TestStore, noon};
use tower::ServiceExt as _;

use super::gate;
use crate::App;

/// Who is let through.
#[derive(Clone, Copy, Debug)]
enum Needs {
    /// Anybody: the way in.
    Nothing,
    /// Somebody of the staff, for what is their own.
    SignedIn,
    /// The right to this in the whole site.
    Site(Action),
    /// The right to this in some section.
    Anywhere(Action),
    /// The right to this, with the story of the address.
    Story(Action),
}

/// Everything that can be asked: method, address, form. A new address has to be added here.
const ALL: &[(&str, &str, &str, Needs)] = {
    use Action::*;
    use Needs::*;
    &[
        ("GET", "/newsroom", "", Nothing),
        ("GET", "/newsroom/", "", SignedIn),
        ("GET", "/newsroom/articles/new", "", Anywhere(BeginArticle)),
        ("POST", "/newsroom/articles/new", "", Anywhere(BeginArticle)),
        ("GET", "/newsroom/articles/{id}", "", Story(ReadUnpublished)),
        ("GET", "/newsroom/articles/{id}/preview", "", Story(ReadUnpublished)),
        ("POST", "/newsroom/articles/{id}", "step=save", Story(ReadUnpublished)),
        ("POST", "/newsroom/articles/{id}", "step=hand-in", Story(HandIn)),
        ("POST", "/newsroom/articles/{id}", "step=take-back", Story(HandIn)),
        ("POST", "/newsroom/articles/{id}", "step=give-back", Story(HandIn)),
        ("POST", "/newsroom/articles/{id}", "step=ready", Story(EditArticle)),
        ("POST", "/newsroom/articles/{id}", "step=publish", Story(PublishArticle)),
        (
            "POST",
            "/newsroom/articles/{id}",
            "step=schedule&at=2038-01-01T10:00",
            Story(PublishArticle),
        ),
        ("POST", "/newsroom/articles/{id}", "step=unschedule", Story(PublishArticle)),
        ("POST", "/newsroom/articles/{id}", "step=correct&note=Lamps", Story(PublishArticle)),
        ("POST", "/newsroom/articles/{id}", "step=withdraw&note=Lamps", Story(PublishArticle)),
        // Whether it may be read is asked once it is a socket: see below.
        ("GET", "/newsroom/articles/{id}/sync", "", SignedIn),
        ("GET", "/newsroom/find/people", "", Anywhere(WriteArticle)),
        ("GET", "/newsroom/find/stories", "", Anywhere(WriteArticle)),
        ("GET", "/newsroom/find/photos", "", Anywhere(PlacePhoto)),
        ("GET", "/newsroom/photos", "", Anywhere(KeepPhotos)),
        ("POST", "/newsroom/photos", "", Anywhere(KeepPhotos)),
        ("GET", "/newsroom/photos/{id}", "", Anywhere(KeepPhotos)),
        ("POST", "/newsroom/photos/{id}", "", Anywhere(KeepPhotos)),
        ("GET", "/newsroom/photos/{id}/thumbnail", "", Anywhere(KeepPhotos)),
        ("GET", "/newsroom/sign-in", "", Nothing),
        ("POST", "/newsroom/sign-in", "", Nothing),
        ("POST", "/newsroom/sign-in/code", "", Nothing),
        ("POST", "/newsroom/sign-in/passkey", "", Nothing),
        ("POST", "/newsroom/sign-in/passkey/answer", "", Nothing),
        ("POST", "/newsroom/sign-out", "", SignedIn),
        ("GET", "/newsroom/confirm", "", SignedIn),
        ("POST", "/newsroom/confirm", "", SignedIn),
        ("GET", "/newsroom/welcome/{link}", "", Nothing),
        ("POST", "/newsroom/welcome/{link}", "", Nothing),
        ("GET", "/newsroom/account", "", SignedIn),
        ("POST", "/newsroom/account", "", SignedIn),
        ("POST", "/newsroom/account/password", "", SignedIn),
        ("GET", "/newsroom/account/authenticator", "", SignedIn),
        ("POST", "/newsroom/account/authenticator", "", SignedIn),
        ("POST", "/newsroom/account/recovery-codes", "", SignedIn),
        ("POST", "/newsroom/account/passkeys", "", SignedIn),
        ("POST", "/newsroom/account/passkeys/answer", "", SignedIn),
        ("POST", "/newsroom/account/passkeys/{id}/remove", "", SignedIn),
        ("POST", "/newsroom/account/sessions/{id}/end", "", SignedIn),
        ("GET", "/newsroom/front", "", Site(ArrangeFront)),
        ("POST", "/newsroom/front", "", Site(ArrangeFront)),
        ("GET", "/newsroom/site", "", Site(ArrangeSite)),
        ("POST", "/newsroom/site", "", Site(ArrangeSite)),
        ("POST", "/newsroom/sections", "", Site(ArrangeSite)),
        ("POST", "/newsroom/sections/{id}", "", Site(ArrangeSite)),
        ("GET", "/newsroom/people", "", Site(GrantRoles)),
        ("POST", "/newsroom/people", "", Site(GrantRoles)),
        ("GET", "/newsroom/people/{id}", "", Site(GrantRoles)),
        ("POST", "/newsroom/people/{id}", "", Site(GrantRoles)),
        ("POST", "/newsroom/people/{id}/invite", "", Site(GrantRoles)),
        ("POST", "/newsroom/people/{id}/suspend", "", Site(GrantRoles)),
        ("POST", "/newsroom/people/{id}/restore", "", Site(GrantRoles)),
        ("POST", "/newsroom/people/{id}/sign-out", "", Site(GrantRoles)),
        ("GET", "/newsroom/audit", "", Site(ReadAudit)),
    ]
};

/// On nobody's page but those of who looks after people.
const PRIVATE: &str = "somebody.private@example.org";

#[test]
fn every_address_is_known_here() {
    let source = include_str!("../newsroom.rs");
    let mut listed = Vec::new();
    for route in source.split(".route(").skip(1) {
        let path = route.split('"').nth(1).unwrap();
        let route = route.split('\n').next().unwrap();
        for (method, call) in [("GET", "get("), ("POST", "post(")] {
            if route.contains(call) {
                listed.push((method, path));
            }
        }
    }
    assert!(listed.len() > 40, "{listed:?}");
    for address in &listed {
        let known = ALL.iter().any(|(method, path, ..)| (*method, *path) == *address);
        assert!(known, "Say who may {address:?}.");
    }
    for (method, path, ..) in ALL {
        assert!(listed.contains(&(method, path)), "{method} {path} is gone");
    }
}

#[tokio::test]
async fn every_address_asks_the_policy() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    for role in Role::ALL {
        let me = newsroom.person(role, None).await;
        for &(method, path, form, needs) in ALL {
            if matches!(needs, Needs::Story(_)) {
                continue;
            }
            let actor = newsroom.actor(me).await;
            let enters = check_anywhere(&actor, Action::EnterNewsroom).is_ok();
            let address = newsroom.address(path, None);
            let answer = newsroom.ask(Some(me), method, &address, form).await;
            let name = format!("{method} {path} as {role:?}: {answer:?}");
            assert!(!answer.status.is_server_error(), "{name}");
            let denied = match needs {
                Needs::Nothing => false,
                _ if !enters => {
                    assert!(answer.is_sent_to_sign_in(), "{name}");
                    continue;
                }
                Needs::SignedIn | Needs::Story(_) => false,
                Needs::Site(action) => check(&actor, action).is_err(),
                Needs::Anywhere(action) => check_anywhere(&actor, action).is_err(),
            };
            assert_eq!(answer.status == StatusCode::FORBIDDEN, denied, "{name}");
            assert!(!answer.is_sent_to_sign_in(), "{name}");
            let looks_after = check(&actor, Action::GrantRoles).is_ok();
            assert!(looks_after || !answer.body.contains(PRIVATE), "{name}");
        }
    }
    store.close().await;
}

#[tokio::test]
async fn every_step_of_a_story_asks_the_policy() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    for role in Role::ALL {
        let me = newsroom.person(role, None).await;
        for state in [State::Draft, State::Review, State::Ready, State::Published] {
            for own in [true, false] {
                let mut story = newsroom.story(own.then_some(me), state).await;
                for &(method, path, form, needs) in ALL {
                    let Needs::Story(action) = needs else { continue };
                    let actor = newsroom.actor(me).await;
                    let address = newsroom.address(path, Some(story));
                    let answer = newsroom.ask(Some(me), method, &address, form).await;
                    let name = format!(
                        "{method} {path} {form} as {role:?}, {state:?}, own: {own}: {answer:?}"
                    );
                    assert!(!answer.status.is_server_error(), "{name}");
                    if check_anywhere(&actor, Action::EnterNewsroom).is_err() {
                        assert!(answer.is_sent_to_sign_in(), "{name}");
                        continue;
                    }
                    let may = newsroom.may(&actor, action, own.then_some(me), state);
                    assert_eq!(answer.status != StatusCode::FORBIDDEN, may, "{name}");
                    let reads =
                        newsroom.may(&actor, Action::ReadUnpublished, own.then_some(me), state);
                    assert!(reads || !answer.body.contains(HEADLINE), "{name}");
                    let opens = newsroom.app.hub().enter(&actor, story).await.is_ok();
                    assert_eq!(opens, reads, "the socket: {name}");
                    if may && method == "POST" {
                        story = newsroom.story(own.then_some(me), state).await;
                    }
                }
            }
        }
    }
    store.close().await;
}

#[tokio::test]
async fn a_right_in_one_section_ends_there() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let elsewhere = newsroom.section("sport").await;
    let here = newsroom.person(Role::Contributor, Some(newsroom.section)).await;
    let away = newsroom.person(Role::Contributor, Some(elsewhere)).await;
    for (me, may) in [(away, false), (here, true)] {
        let story = newsroom.story(None, State::Ready).await;
        let address = format!("/newsroom/articles/{story}");
        let answer = newsroom.ask(Some(me), "POST", &address, "step=publish").await;
        assert_eq!(answer.status == StatusCode::SEE_OTHER, may, "{answer:?}");
        assert_eq!(answer.status == StatusCode::FORBIDDEN, !may, "{answer:?}");
    }
    store.close().await;
}

#[tokio::test]
async fn nobody_unknown_gets_further_than_the_way_in() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let story = newsroom.story(None, State::Published).await;
    for &(method, path, form, needs) in ALL {
        let address = newsroom.address(path, Some(story));
        let answer = newsroom.ask(None, method, &address, form).await;
        let lets_in = matches!(needs, Needs::Nothing);
        assert_eq!(answer.is_sent_to_sign_in(), !lets_in, "{method} {path}: {answer:?}");
    }
    store.close().await;
}

#[tokio::test]
async fn nothing_is_taken_from_another_site_or_without_the_token() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let me = newsroom.person(Role::Administrator, None).await;
    let story = newsroom.story(None, State::Draft).await;
    for &(method, path, form, needs) in ALL.iter().filter(|(method, ..)| *method == "POST") {
        let address = newsroom.address(path, Some(story));
        let cookie = newsroom.cookie(me).await;
        for (origin, site) in [
            (Some("https://evil.example"), None),
            (Some("null"), None),
            (None, None),
            (Some("http://localhost"), Some("cross-site")),
            (Some("http://localhost"), Some("same-site")),
        ] {
            let mut request = post(&address, Some(&cookie)).header("x-csrf", csrf(&cookie));
            request.headers_mut().unwrap().remove(header::ORIGIN);
            for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            let body = format!("csrf={}&{form}", csrf(&cookie));
            let answer = newsroom.send(request.body(Body::from(body)).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} from {origin:?}");
        }
        if !matches!(needs, Needs::Nothing) {
            for (header, field) in [("", ""), ("0", "0"), (&*csrf("another"), &*csrf("another"))] {
                let request = post(&address, Some(&cookie)).header("x-csrf", header);
                let body = Body::from(format!("csrf={field}&{form}"));
                let answer = newsroom.send(request.body(body).unwrap()).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} with {header:?}");
            }
        }
    }
    store.close().await;
}

const HEADLINE: &str = "Four lamps under the old bridge";

/// Where a story is on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Draft,
    Review,
    Ready,
    Published,
}

/// A site with one section, and somebody whose address is nobody's business.
struct Newsroom {
    app: App,
    section: SectionId,
    somebody: PersonId,
}

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    location: String,
    body: String,
}

impl Answer {
    fn is_sent_to_sign_in(&self) -> bool {
        self.location.starts_with("/newsroom/sign-in?next=")
            || (self.status == StatusCode::UNAUTHORIZED && self.body.contains("not signed in"))
            || (self.status == StatusCode::FORBIDDEN && self.body.contains("did not come from"))
    }
}

impl Newsroom {
    async fn open(store: &TestStore) -> Self {
        let app = crate::testing::app(store);
        let mut tx = store.begin().await.unwrap();
        let add = person::AddPerson::author("Rosa Kern");
        let somebody = person::add(&mut tx, &Actor::Operator, add, noon()).await.unwrap();
        let email = Some(PRIVATE);
        person::set_email(&mut tx, &Actor::Operator, somebody, email, noon()).await.unwrap();
        let section = add_section(&mut tx, "news").await;
        tx.commit().await.unwrap();
        Self { app, section, somebody }
    }

    async fn section(&self, path: &str) -> SectionId {
        let mut tx = self.app.store().begin().await.unwrap();
        let section = add_section(&mut tx, path).await;
        tx.commit().await.unwrap();
        section
    }

    /// Somebody who can sign in, and is an editor in one section, if any.
    async fn person(&self, role: Role, editor_in: Option<SectionId>) -> PersonId {
        let mut tx = self.app.store().begin().await.unwrap();
        let name = format!("Somebody {role:?} {editor_in:?}");
        let add = person::AddPerson { role, ..person::AddPerson::author(&name) };
        let person = person::add(&mut tx, &Actor::Operator, add, noon()).await.unwrap();
        let grants: Vec<_> = editor_in
            .map(|section| base::Grant { section, role: Role::Editor })
            .into_iter()
            .collect();
        person::grant(&mut tx, &Actor::Operator, person, role, &grants, noon()).await.unwrap();
        let identity = "https://accounts.example";
        accounts::identity::link(&mut tx, person, identity, &name, noon()).await.unwrap();
        tx.commit().await.unwrap();
        person
    }

    /// A story, by somebody.
    async fn story(&self, by: Option<PersonId>, state: State) -> ArticleId {
        let mut tx = self.app.store().begin().await.unwrap();
        let author = by.unwrap_or(self.somebody);
        let content = Content {
            kind: Kind::News,
            language: "en".to_owned(),
            headline: HEADLINE.to_owned(),
            deck: String::new(),
            dateline: String::new(),
            byline: vec![Author { person: author, role: None }],
            body: Document::default(),
            photo: None,
            related: Vec::new(),
        };
        let command =
            CreateArticle { section: self.section, slug: None, content, translation_of: None };
        let operator = &Actor::Operator;
        let id = article::create(&mut tx, operator, command, noon()).await.unwrap();
        match state {
            State::Draft => {}
            State::Review => {
                article::stage(&mut tx, operator, id, Stage::Review, "", noon()).await.unwrap();
            }
            State::Ready => {
                article::stage(&mut tx, operator, id, Stage::Ready, "", noon()).await.unwrap();
            }
            State::Published => {
                article::publish(&mut tx, operator, id, Publish::default(), noon()).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        id
    }

    /// What the policy says of a story as it stands.
    fn may(&self, actor: &Actor, action: Action, by: Option<PersonId>, state: State) -> bool {
        let stage = match state {
            State::Draft => accounts::policy::Stage::Draft,
            State::Review => accounts::policy::Stage::Review,
            State::Ready => accounts::policy::Stage::Ready,
            State::Published => accounts::policy::Stage::Public,
        };
        let owners = vec![by.unwrap_or(self.somebody)];
        let object = accounts::policy::Object { sections: vec![self.section], owners, stage };
        check_on(actor, action, &object).is_ok()
    }

    async fn actor(&self, person: PersonId) -> Actor {
        let cookie = self.cookie(person).await;
        session::find(self.app.store(), &cookie, self.app.now()).await.unwrap().unwrap().actor
    }

    /// A session that has just begun.
    async fn cookie(&self, person: PersonId) -> String {
        let mut tx = self.app.store().begin().await.unwrap();
        let secret = self.app.store().secret();
        let (client, now) = (session::Client::default(), self.app.now());
        let begun = session::begin(&mut tx, person, Method::Passkey, &client, secret, now).await;
        tx.commit().await.unwrap();
        begun.unwrap()
    }

    fn address(&self, path: &str, story: Option<ArticleId>) -> String {
        let id = match story {
            Some(story) if path.contains("/articles/") => story.to_string(),
            _ if path.contains("/people/") => self.somebody.to_string(),
            _ if path.contains("/sections/") => self.section.to_string(),
            _ => "019b79cf-1c00-7000-8000-000000000000".to_owned(),
        };
        path.replace("{id}", &id).replace("{link}", "never-was")
    }

    /// Asks as a browser would that shows the newsroom's own page.
    async fn ask(&self, who: Option<PersonId>, method: &str, address: &str, form: &str) -> Answer {
        let cookie = match who {
            Some(who) => Some(self.cookie(who).await),
            None => None,
        };
        if method == "GET" {
            let mut request = Request::get(address);
            if let Some(cookie) = &cookie {
                request = request.header(header::COOKIE, format!("tribune={cookie}"));
            }
            return self.send(request.body(Body::empty()).unwrap()).await;
        }
        let token = cookie.as_deref().map(csrf).unwrap_or_default();
        let request = post(address, cookie.as_deref()).header("x-csrf", &token);
        let body = Body::from(format!("csrf={token}&{form}"));
        self.send(request.body(body).unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let router = super::router(self.app.clone()).with_state(self.app.clone());
        let answer: Response<Body> = router.oneshot(request).await.unwrap();
        let status = answer.status();
        let location = answer.headers().get(header::LOCATION);
        let location = location.map(|it| it.to_str().unwrap().to_owned()).unwrap_or_default();
        let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        Answer { status, location, body: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

fn post(address: &str, cookie: Option<&str>) -> Builder {
    let request = Request::post(address).header(header::ORIGIN, "http://localhost");
    match cookie {
        Some(cookie) => request.header(header::COOKIE, format!("tribune={cookie}")),
        None => request,
    }
}

fn csrf(cookie: &str) -> String {
    gate::csrf(cookie)
}

async fn add_section(tx: &mut Tx, path: &str) -> SectionId {
    let command = CreateSection { path: path.to_owned(), name: path.to_owned() };
    section::create(tx, &Actor::Operator, command, noon()).await.unwrap()
}
