//! Who may do what: every address of the newsroom, for every role, with stories in every state.

mod meetings;
mod moderation;

use accounts::policy::{Action, check, check_anywhere, check_on};
use accounts::{person, session};
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{Request, Response, StatusCode, header};
use base::{Actor, ArticleId, PersonId, Role, SectionId};
use document::Document;
use publish::article::{self, Author, Content, CreateArticle, Kind, Publish, Stage};
use publish::note::{self, Anchor, Text};
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
        ("GET", "/newsroom/calendar", "", SignedIn),
        ("GET", "/newsroom/changes", "", SignedIn),
        ("GET", "/newsroom/articles/new", "", Anywhere(BeginArticle)),
        ("POST", "/newsroom/articles/new", "", Anywhere(BeginArticle)),
        ("GET", "/newsroom/articles/{id}", "", Story(ReadUnpublished)),
        ("GET", "/newsroom/articles/{id}/preview", "", Story(ReadUnpublished)),
        ("GET", "/newsroom/articles/{id}/preview/page", "", Story(ReadUnpublished)),
        ("POST", "/newsroom/articles/{id}/preview/links", "days=7", Story(WriteArticle)),
        ("POST", "/newsroom/articles/{id}/preview/links/{preview}/revoke", "", Story(WriteArticle)),
        ("GET", "/newsroom/preview/{link}", "", Nothing),
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
        ("POST", "/newsroom/articles/{id}", "step=video", Story(PublishArticle)),
        ("POST", "/newsroom/articles/{id}", "step=meeting", Story(PublishArticle)),
        ("POST", "/newsroom/articles/{id}", "step=correct&note=Lamps", Story(PublishArticle)),
        ("POST", "/newsroom/articles/{id}", "step=withdraw&note=Lamps", Story(PublishArticle)),
        ("POST", "/newsroom/articles/{id}/assignments", "", Story(EditArticle)),
        ("POST", "/newsroom/articles/{id}/assignments/{person}/done", "", Story(EditArticle)),
        ("POST", "/newsroom/articles/{id}/assignments/{person}/remove", "", Story(EditArticle)),
        ("GET", "/newsroom/articles/{id}/alike", "", Story(ReadUnpublished)),
        ("GET", "/newsroom/articles/{id}/revisions", "", Story(ReadUnpublished)),
        (
            "POST",
            "/newsroom/articles/{id}/revisions/{number}/name",
            "name=Lamps",
            Story(WriteArticle),
        ),
        ("POST", "/newsroom/articles/{id}/revisions/{number}/restore", "", Story(WriteArticle)),
        // Whether it may be read is asked once it is a socket: see below.
        ("GET", "/newsroom/articles/{id}/sync", "", SignedIn),
        ("GET", "/newsroom/articles/{id}/notes", "", Story(LeaveNote)),
        ("POST", "/newsroom/articles/{id}/notes", NOTE, Story(LeaveNote)),
        ("GET", "/newsroom/articles/{id}/notes/people", "", Story(LeaveNote)),
        (
            "POST",
            "/newsroom/articles/{id}/notes/{note}/answer",
            r#"{"text":"It is."}"#,
            Story(LeaveNote),
        ),
        // The note is somebody else's.
        ("POST", "/newsroom/articles/{id}/notes/{note}/resolve", "{}", Story(WriteArticle)),
        ("POST", "/newsroom/articles/{id}/notes/{note}/reopen", "{}", Story(WriteArticle)),
        ("POST", "/newsroom/articles/{id}/notes/{note}/seen", "{}", Story(LeaveNote)),
        ("POST", "/newsroom/articles/{id}/notes/{note}/place", NOTE, Story(WriteArticle)),
        ("GET", "/newsroom/discussion", "", Anywhere(Moderate)),
        ("POST", "/newsroom/discussion/claim", "", Anywhere(Moderate)),
        ("POST", "/newsroom/discussion/decide", "", Anywhere(Moderate)),
        ("POST", "/newsroom/discussion/undo", "", Anywhere(Moderate)),
        ("GET", "/newsroom/discussion/rules", "", Anywhere(Moderate)),
        ("POST", "/newsroom/discussion/rules", "mode=after", Site(Moderate)),
        ("GET", "/newsroom/discussion/networks", "", Site(Moderate)),
        ("POST", "/newsroom/discussion/networks", "network=192.0.2.9&days=1", Site(Moderate)),
        ("POST", "/newsroom/discussion/networks/{ban}/lift", "", Site(Moderate)),
        ("POST", "/newsroom/discussion/words", "language=xx", Site(Moderate)),
        ("GET", "/newsroom/discussion/commenters/{commenter}", "", Anywhere(Moderate)),
        ("POST", "/newsroom/discussion/commenters/{commenter}/ban", "days=1", Site(Moderate)),
        ("POST", "/newsroom/discussion/commenters/{commenter}/notes", "", Anywhere(Moderate)),
        ("POST", "/newsroom/discussion/commenters/{commenter}/watch", "", Site(Moderate)),
        ("GET", "/newsroom/find/people", "", Anywhere(WriteArticle)),
        ("GET", "/newsroom/find/stories", "", Anywhere(WriteArticle)),
        ("GET", "/newsroom/find/photos", "", Anywhere(PlacePhoto)),
        ("GET", "/newsroom/photos", "", Anywhere(KeepPhotos)),
        ("POST", "/newsroom/photos", "", Anywhere(KeepPhotos)),
        ("POST", "/newsroom/photos/uploads", "", Anywhere(KeepPhotos)),
        ("GET", "/newsroom/photos/uploads/{id}", "", Anywhere(KeepPhotos)),
        ("POST", "/newsroom/photos/uploads/{id}", "", Anywhere(KeepPhotos)),
        ("POST", "/newsroom/photos/uploads/{id}/finish", "", Anywhere(KeepPhotos)),
        ("POST", "/newsroom/photos/uploads/{id}/cancel", "", Anywhere(KeepPhotos)),
        ("GET", "/newsroom/photos/{id}", "", Anywhere(KeepPhotos)),
        ("POST", "/newsroom/photos/{id}", "", Anywhere(KeepPhotos)),
        ("GET", "/newsroom/photos/{id}/replace", "", Anywhere(PlacePhoto)),
        ("POST", "/newsroom/photos/{id}/replace", "", Anywhere(PlacePhoto)),
        ("GET", "/newsroom/photos/{id}/thumbnail", "", Anywhere(KeepPhotos)),
        ("GET", "/newsroom/sign-in", "", Nothing),
        ("POST", "/newsroom/sign-in", "", Nothing),
        ("POST", "/newsroom/sign-in/code", "", Nothing),
        ("POST", "/newsroom/sign-in/passkey", "", Nothing),
        ("POST", "/newsroom/sign-in/passkey/answer", "", Nothing),
        ("POST", "/newsroom/sign-in/provider", "", Nothing),
        ("GET", "/newsroom/sign-in/provider/answer", "", Nothing),
        ("POST", "/newsroom/sign-out", "", SignedIn),
        ("GET", "/newsroom/confirm", "", SignedIn),
        ("POST", "/newsroom/confirm", "", SignedIn),
        ("POST", "/newsroom/confirm/provider", "", SignedIn),
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
        ("POST", "/newsroom/account/provider", "", SignedIn),
        ("POST", "/newsroom/account/provider/remove", "", SignedIn),
        ("POST", "/newsroom/account/sessions/{id}/end", "", SignedIn),
        ("GET", "/newsroom/channel", "", Site(Broadcast)),
        ("POST", "/newsroom/channel", "", Site(Broadcast)),
        ("GET", "/newsroom/channel/health", "", Site(Broadcast)),
        ("POST", "/newsroom/channel/keys", "", Site(Broadcast)),
        ("POST", "/newsroom/channel/keys/{id}/revoke", "", Site(Broadcast)),
        ("POST", "/newsroom/channel/slate", "", Site(Broadcast)),
        ("POST", "/newsroom/channel/slate/still", "", Site(Broadcast)),
        ("POST", "/newsroom/channel/programmes", "", Site(Broadcast)),
        ("POST", "/newsroom/channel/programmes/{id}", "", Site(Broadcast)),
        ("POST", "/newsroom/channel/captions", "", Site(Broadcast)),
        ("GET", "/newsroom/captions", "", Site(Caption)),
        ("POST", "/newsroom/captions", "", Site(Caption)),
        ("GET", "/newsroom/recordings/{id}", "", Site(Broadcast)),
        ("POST", "/newsroom/recordings/{id}", "", Site(Broadcast)),
        ("GET", "/newsroom/recordings/{id}/{file}", "", Site(Broadcast)),
        ("GET", "/newsroom/meetings", "", Site(HoldMeetings)),
        ("GET", "/newsroom/meetings/new", "", Site(HoldMeetings)),
        ("POST", "/newsroom/meetings/new", "", Site(HoldMeetings)),
        ("GET", "/newsroom/meetings/{id}", "", Site(HoldMeetings)),
        ("POST", "/newsroom/meetings/{id}", "", Site(HoldMeetings)),
        ("POST", "/newsroom/meetings/{id}/invitations", "", Site(HoldMeetings)),
        ("GET", "/newsroom/meetings/{id}/meeting.ics", "", Site(HoldMeetings)),
        ("GET", "/newsroom/front", "", Site(ArrangeFront)),
        ("POST", "/newsroom/front", "", Site(ArrangeFront)),
        ("POST", "/newsroom/front/preview", "", Site(ArrangeFront)),
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

/// A note as the script sends it.
const NOTE: &str = r#"{"epoch":"019b79cf-1c00-7000-8000-000000000000","start":"{}","end":"{}","quote":"lamps","text":"Is it so?"}"#;

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
            let address = newsroom.address(path, None).await;
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
                    let address = newsroom.address(path, Some(story)).await;
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
                    assert!(reads || !answer.body.contains(WHISPER), "{name}");
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
async fn a_note_is_done_with_when_its_author_says_so_and_only_at_its_own_story() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    // Of others' stories, a reporter may change nothing.
    let me = newsroom.person(Role::Reporter, None).await;
    let story = newsroom.story(None, State::Ready).await;
    let other = newsroom.story(None, State::Ready).await;
    let notes = format!("/newsroom/articles/{story}/notes");
    let answer = newsroom.ask(Some(me), "POST", &notes, NOTE).await;
    assert!(answer.body.contains("Is it so?") && answer.body.contains(WHISPER), "{answer:?}");
    let mine = note::of(&store, story).await.unwrap().into_iter().find(|it| it.person == me);
    let mine = mine.unwrap().id;
    for (story, status) in [(other, StatusCode::NOT_FOUND), (story, StatusCode::OK)] {
        let address = format!("/newsroom/articles/{story}/notes/{mine}/resolve");
        let answer = newsroom.ask(Some(me), "POST", &address, "{}").await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert!(note::by_id(&store, mine).await.unwrap().unwrap().resolved.is_some());
    // What cannot be read is said to be so, to those who may.
    let answer = newsroom.ask(Some(me), "POST", &notes, r#"{"text":7}"#).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{answer:?}");
    store.close().await;
}

#[tokio::test]
async fn only_those_who_may_read_the_story_can_be_asked_for() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let me = newsroom.person(Role::Editor, None).await;
    newsroom.person(Role::PhotoEditor, None).await;
    newsroom.person(Role::Contributor, None).await;
    newsroom.person(Role::Host, None).await;
    let story = newsroom.story(None, State::Draft).await;
    let address = format!("/newsroom/articles/{story}/notes/people?q=somebody");
    let found = newsroom.ask(Some(me), "GET", &address, "").await.body;
    assert!(found.contains("Somebody PhotoEditor"), "{found}");
    for left_out in ["Editor None\"", "Contributor", "Host"] {
        assert!(!found.contains(&format!("Somebody {left_out}")), "{found}");
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
async fn of_a_commenter_one_sees_what_was_said_where_one_moderates() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let elsewhere = newsroom.section("sport").await;
    let story = newsroom.story(None, State::Published).await;
    let rosa = newsroom.says(story, "The lamps were five.").await;
    for (role, editor_in, sees) in [
        (Role::Moderator, None, true),
        (Role::Contributor, Some(newsroom.section), true),
        (Role::Contributor, Some(elsewhere), false),
    ] {
        let me = newsroom.person(role, editor_in).await;
        let address = format!("/newsroom/discussion/commenters/{rosa}");
        let note = format!("{address}/notes");
        let noted = newsroom.ask(Some(me), "POST", &note, "words=Counts+lamps.").await;
        assert_eq!(noted.status, StatusCode::SEE_OTHER, "{noted:?}");
        let answer = newsroom.ask(Some(me), "GET", &address, "").await;
        assert!(answer.body.contains("Counts lamps."), "{answer:?}");
        for told in ["The lamps were five.", "192.0.2.1", HEADLINE] {
            assert_eq!(answer.body.contains(told), sees, "{told} {editor_in:?}: {answer:?}");
        }
    }
    store.close().await;
}

#[tokio::test]
async fn what_somebody_decided_is_said_to_them_and_undone_by_a_form() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let story = newsroom.story(None, State::Published).await;
    let rosa = newsroom.says(story, "The lamps were five.").await;
    let said = async || {
        let all = discuss::comment::of_commenter(&store, rosa, None, 1).await.unwrap();
        all.into_iter().next().unwrap()
    };
    let id = said().await.id;
    let me = newsroom.person(Role::Moderator, None).await;
    let other = newsroom.person(Role::Editor, None).await;
    let seen = discuss::comment::seen(&store, &said().await).await.unwrap();
    let form = format!("comment={id}.{seen}&decision=reject&reason=spam&list=all");
    let decided = newsroom.ask(Some(me), "POST", "/newsroom/discussion/decide", &form).await;
    let (_, batch) = decided.location.split_once("done=").unwrap();
    for (who, told) in [(me, true), (other, false)] {
        let page = newsroom.ask(Some(who), "GET", &decided.location, "").await;
        assert_eq!(page.body.contains("One comment is refused."), told, "{page:?}");
        assert_eq!(page.body.contains("/newsroom/discussion/undo"), told, "{page:?}");
    }
    let undo = "/newsroom/discussion/undo";
    let form = format!("batch={batch}&list=all");
    let undone = newsroom.ask(Some(me), "POST", undo, &form).await;
    assert_eq!(undone.location, decided.location);
    assert_eq!(said().await.state.name(), "waiting");
    let again = newsroom.ask(Some(me), "POST", undo, &form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{again:?}");
    assert!(again.body.contains("There is nothing to undo"), "{again:?}");
    store.close().await;
}

#[tokio::test]
async fn captions_are_typed_without_a_script_and_what_is_refused_is_given_back() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let producer = Some(newsroom.person(Role::Producer, None).await);
    let (here, settings) = ("/newsroom/captions", "/newsroom/channel/captions");
    let off = newsroom.ask(producer, "GET", here, "").await;
    assert!(off.body.contains("Captions are switched off"), "{}", off.body);
    let set = newsroom.ask(producer, "POST", settings, "languages=en,+es").await;
    assert_eq!((set.status, set.location.as_str()), (StatusCode::SEE_OTHER, "/newsroom/channel"));
    let said = newsroom.ask(producer, "POST", here, "language=es&text=Buenas+%3Cb%3Etardes").await;
    assert_eq!(said.location, "/newsroom/captions?language=es");
    let page = newsroom.ask(producer, "GET", &said.location, "").await.body;
    assert!(page.contains("Buenas &lt;b&gt;tardes") && !page.contains("<b>tardes"), "{page}");
    assert!(page.contains(r#"<option value="es" selected>Español"#), "{page}");
    let long = "a".repeat(401);
    let form = format!("language=es&text={long}");
    let refused = newsroom.ask(producer, "POST", here, &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("at most. Write several.") && refused.body.contains(&long));
    store.close().await;
}

#[tokio::test]
async fn nobody_unknown_gets_further_than_the_way_in() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let story = newsroom.story(None, State::Published).await;
    for &(method, path, form, needs) in ALL {
        let address = newsroom.address(path, Some(story)).await;
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
        let address = newsroom.address(path, Some(story)).await;
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
/// What stands in a note beside it.
const WHISPER: &str = "Were there not five?";

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
        let editor =
            Actor::Person { person: self.somebody, role: Role::Editor, grants: Vec::new() };
        let anchor = Anchor {
            epoch: id.0,
            start: "{}".to_owned(),
            end: "{}".to_owned(),
            quote: "lamps".to_owned(),
        };
        let text = Text::parse(WHISPER).unwrap();
        note::write(&mut tx, &editor, id, &anchor, &text, noon()).await.unwrap();
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

    /// A guest says something under a story.
    async fn says(&self, article: ArticleId, words: &str) -> base::CommenterId {
        let mut tx = self.app.store().begin().await.unwrap();
        let guest = discuss::commenter::Who::Guest("a secret");
        let who = discuss::commenter::enter(&mut tx, guest, Some("Rosa"), noon()).await.unwrap();
        let story = discuss::Story { article, sections: vec![self.section], published_at: noon() };
        let command = discuss::comment::PostComment {
            story: &story,
            language: "en",
            parent: None,
            commenter: &who,
            staff: false,
            text: &discuss::Text::parse(words).unwrap(),
            network: Some("192.0.2.1"),
            proof: None,
            external: None,
        };
        discuss::comment::post(&mut tx, &Actor::Reader, command, noon()).await.unwrap();
        tx.commit().await.unwrap();
        who.id
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

    async fn address(&self, path: &str, story: Option<ArticleId>) -> String {
        let nobody = "019b79cf-1c00-7000-8000-000000000000";
        let id = match story {
            Some(story) if path.contains("/articles/") => story.to_string(),
            _ if path.contains("/people/") => self.somebody.to_string(),
            _ if path.contains("/sections/") => self.section.to_string(),
            _ => nobody.to_owned(),
        };
        let notes = match story {
            Some(story) => note::of(self.app.store(), story).await.unwrap(),
            None => Vec::new(),
        };
        let note = notes.first().map(|note| note.id.to_string()).unwrap_or_default();
        path.replace("{id}", &id)
            .replace("{note}", &note)
            .replace("{preview}", nobody)
            .replace("{person}", nobody)
            .replace("{commenter}", nobody)
            .replace("{ban}", nobody)
            .replace("{link}", "never-was")
            .replace("{number}", "1")
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
        let is_json = form.starts_with('{');
        let body = if is_json { form.to_owned() } else { format!("csrf={token}&{form}") };
        let body = Body::from(body);
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
