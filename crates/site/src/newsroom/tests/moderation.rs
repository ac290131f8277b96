//! What moderators do, over HTTP.

use discuss::comment::{self, Comment, State as Stands};
use store::sql;

use super::*;
use crate::serve::ClientAddress;

/// What a form sends of a comment: which, and what was seen of it.
async fn as_seen(store: &TestStore, known: &Comment) -> String {
    let now = comment::by_id(store, known.id).await.unwrap().unwrap();
    format!("{}.{}", known.id, comment::seen(store, &now).await.unwrap())
}

async fn newest(store: &TestStore, of: base::CommenterId) -> Comment {
    comment::of_commenter(store, of, None, 1).await.unwrap().remove(0)
}

/// A guest sends a comment from the address, and what came of it.
async fn sends(newsroom: &Newsroom, story: ArticleId, address: &str, text: &str) -> Answer {
    let request = Request::post(format!("/discussions/{story}"))
        .header(header::HOST, "localhost")
        .header(header::ORIGIN, "http://localhost")
        .extension(ClientAddress(address.parse().unwrap()))
        .body(Body::from(format!("name=Ivo&text={text}")))
        .unwrap();
    let answer = crate::routes::router(newsroom.app.clone()).oneshot(request).await.unwrap();
    let status = answer.status();
    let location = answer.headers().get(header::LOCATION);
    let location = location.map(|it| it.to_str().unwrap().to_owned()).unwrap_or_default();
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    Answer { status, location, body: String::from_utf8_lossy(&bytes).into_owned() }
}

const DECIDE: &str = "/newsroom/discussion/decide";

#[tokio::test]
async fn of_two_moderators_the_second_is_told_who_decided_what() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let story = newsroom.story(None, State::Published).await;
    let rosa = newsroom.says(story, "The lamps were five.").await;
    let first = newest(&store, rosa).await;
    sends(&newsroom, story, "192.0.2.2", "The+lamps+were+six.").await;
    let second = discuss::queue::list(&store, discuss::queue::List::All, "six", 1).await.unwrap();
    let second = comment::by_id(&store, second[0].id).await.unwrap().unwrap();
    let nora = newsroom.person(Role::Moderator, None).await;
    let per = newsroom.person(Role::Editor, None).await;
    // Both have the same page before them.
    let page = newsroom.ask(Some(nora), "GET", "/newsroom/discussion", "").await.body;
    let (one, two) = (as_seen(&store, &first).await, as_seen(&store, &second).await);
    for seen in [&one, &two] {
        assert!(page.contains(&format!("value=\"{seen}\"")), "{seen} in {page}");
    }
    let refuse = format!("comment={one}&decision=reject&reason=spam");
    let done = newsroom.ask(Some(nora), "POST", DECIDE, &refuse).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");

    let approve = format!("comment={one}&decision=approve");
    let late = newsroom.ask(Some(per), "POST", DECIDE, &approve).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{late:?}");
    for told in ["Look again, and decide then.", "Rosa", "refused", "Somebody Moderator None"] {
        assert!(late.body.contains(told), "{told} in {}", late.body);
    }
    assert_eq!(newest(&store, rosa).await.state, Stands::Rejected);

    // Of several, those that are as they were seen are decided about, and the others named.
    let both = format!("comment={one}&comment={two}&decision=approve");
    let some = newsroom.ask(Some(per), "POST", DECIDE, &both).await;
    assert_eq!(some.status, StatusCode::SEE_OTHER, "{some:?}");
    let page = newsroom.ask(Some(per), "GET", &some.location, "").await.body;
    for told in ["One comment stands.", "One comment was left as it is", "Somebody Moderator"] {
        assert!(page.contains(told), "{told} in {page}");
    }
    for (known, state) in [(&first, Stands::Rejected), (&second, Stands::Shown)] {
        let now = comment::by_id(&store, known.id).await.unwrap().unwrap();
        assert_eq!(now.state, state);
    }

    for old in [format!("comment={}", first.id), format!("comment={}.nonsense", first.id)] {
        let form = format!("{old}&decision=approve");
        let refused = newsroom.ask(Some(per), "POST", DECIDE, &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
        assert!(refused.body.contains("Load it again."), "{refused:?}");
    }
    store.close().await;
}

#[tokio::test]
async fn what_was_left_alone_is_named_only_to_who_moderates_there() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let story = newsroom.story(None, State::Published).await;
    let rosa = newsroom.says(story, "The lamps were five.").await;
    let said = newest(&store, rosa).await;
    let nora = newsroom.person(Role::Moderator, None).await;
    let form = format!("comment={}&decision=approve", as_seen(&store, &said).await);
    newsroom.ask(Some(nora), "POST", DECIDE, &form).await;
    let elsewhere = newsroom.section("sport").await;
    let away = newsroom.person(Role::Contributor, Some(elsewhere)).await;
    let address = format!("/newsroom/discussion?left={}", said.id);
    for (who, told) in [(nora, true), (away, false)] {
        let page = newsroom.ask(Some(who), "GET", &address, "").await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.body.contains("One comment was left as it is"), told, "{page:?}");
    }
    store.close().await;
}

#[tokio::test]
async fn a_moderator_reads_what_each_check_said() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let story = newsroom.story(None, State::Published).await;
    newsroom.says(story, "You fool, see https://example.org/ at once.").await;
    let nora = newsroom.person(Role::Moderator, None).await;
    let page = newsroom.ask(Some(nora), "GET", "/newsroom/discussion", "").await.body;
    for told in [
        "What the checks said",
        "Links: <span dir=\"auto\">A newcomer’s link</span>",
        "How much it reads like abuse, up to 1: <span dir=\"auto\">0.",
        "The discussion’s rule: <span dir=\"auto\">A newcomer</span>",
    ] {
        assert!(page.contains(told), "{told} in {page}");
    }
    assert!(!page.contains("Proof of work:"), "it said nothing");
    store.close().await;
}

#[tokio::test]
async fn a_network_is_banned_from_a_comment_or_a_commenter_listed_and_lifted() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let story = newsroom.story(None, State::Published).await;
    let rosa = newsroom.says(story, "The lamps were five.").await;
    let said = newest(&store, rosa).await.id;
    let nora = newsroom.person(Role::Moderator, None).await;
    let here = newsroom.person(Role::Contributor, Some(newsroom.section)).await;
    let networks = "/newsroom/discussion/networks";
    let from_comment = format!("{networks}?comment={said}");
    let queue = newsroom.ask(Some(nora), "GET", "/newsroom/discussion", "").await.body;
    assert!(queue.contains(&from_comment), "{queue}");
    let queue = newsroom.ask(Some(here), "GET", "/newsroom/discussion", "").await.body;
    assert!(queue.contains("The lamps were five.") && !queue.contains(networks), "{queue}");
    let page = newsroom.ask(Some(nora), "GET", &from_comment, "").await;
    assert!(page.body.contains("192.0.2.1") && page.body.contains("Rosa"), "{page:?}");
    let commenter = format!("/newsroom/discussion/commenters/{rosa}");
    let page = newsroom.ask(Some(nora), "GET", &commenter, "").await;
    assert!(page.body.contains("<option value=\"192.0.2.1\">"), "{page:?}");
    let page = newsroom.ask(Some(here), "GET", &commenter, "").await;
    assert!(!page.body.contains(networks), "{page:?}");

    for (form, told) in [
        ("network=&days=1", "Say which network"),
        ("network=192.0.2.1&days=some", "Give the days as a number."),
        ("network=192.0.2.1&days=31&words=Floods", "1 to 30 days"),
        ("network=192.0.2.1&days=0", "1 to 30 days"),
        ("network=192.0.2.1&days=4294967295", "1 to 30 days"),
        ("network=192.0.2.99&days=1", "No comment is known to have come from there"),
    ] {
        let refused = newsroom.ask(Some(nora), "POST", networks, form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}: {refused:?}");
        assert!(refused.body.contains(told), "{form}: {refused:?}");
        assert_eq!(refused.body.contains("Floods"), form.contains("Floods"), "{form}");
    }
    let form = "network=192.0.2.1&days=2&words=Floods+at+night";
    let banned = newsroom.ask(Some(nora), "POST", networks, form).await;
    assert_eq!(banned.location, networks, "{banned:?}");
    let page = newsroom.ask(Some(nora), "GET", networks, "").await.body;
    for told in ["192.0.2.1", "Floods at night", "Somebody Moderator None", "3 January 2026"] {
        assert!(page.contains(told), "{told} in {page}");
    }
    let refused = sends(&newsroom, story, "192.0.2.1", "Typed+by+Ivo").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
    assert!(refused.body.contains("the network that you write from until 2026-01-03"));
    assert!(refused.body.contains("Typed by Ivo"), "nothing typed is lost");
    assert_eq!(sends(&newsroom, story, "192.0.2.2", "Else").await.status, StatusCode::SEE_OTHER);
    let page = newsroom.ask(Some(nora), "GET", &commenter, "").await;
    assert!(page.body.contains("Banned until 3 January 2026"), "{page:?}");

    let ban: base::NetworkBanId =
        sql("SELECT id AS value FROM network_bans").value(&store).await.unwrap();
    let lift = format!("{networks}/{ban}/lift");
    let lifted = newsroom.ask(Some(nora), "POST", &lift, "").await;
    assert_eq!(lifted.location, networks, "{lifted:?}");
    let again = newsroom.ask(Some(nora), "POST", &lift, "").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{again:?}");
    let taken = sends(&newsroom, story, "192.0.2.1", "Typed+by+Ivo").await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{taken:?}");
    store.close().await;
}

#[tokio::test]
async fn the_rule_of_a_story_is_reached_from_its_page_by_who_may_moderate_there() {
    let store = TestStore::sqlite().await;
    let newsroom = Newsroom::open(&store).await;
    let elsewhere = newsroom.section("sport").await;
    let editor = newsroom.person(Role::Editor, None).await;
    let here = newsroom.person(Role::Contributor, Some(newsroom.section)).await;
    let away = newsroom.person(Role::Reporter, Some(elsewhere)).await;
    for state in [State::Draft, State::Published] {
        let story = newsroom.story(None, state).await;
        let own = format!("/newsroom/articles/{story}");
        let rule = format!("/newsroom/discussion/rules?story={story}");
        for (who, may) in [(editor, true), (here, true), (away, false)] {
            let page = newsroom.ask(Some(who), "GET", &own, "").await;
            assert_eq!(page.status, StatusCode::OK, "{page:?}");
            assert_eq!(page.body.contains(&rule), may, "{state:?} {page:?}");
            let page = newsroom.ask(Some(who), "GET", &rule, "").await;
            assert_eq!(page.status == StatusCode::OK, may, "{state:?} {page:?}");
            assert_eq!(page.body.contains(HEADLINE), may, "{state:?} {page:?}");
        }
        let form = format!("story={story}&mode=before");
        let refused = newsroom.ask(Some(away), "POST", "/newsroom/discussion/rules", &form).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{refused:?}");
        let set = newsroom.ask(Some(here), "POST", "/newsroom/discussion/rules", &form).await;
        assert_eq!(set.location, rule, "{set:?}");
        let page = newsroom.ask(Some(here), "GET", &rule, "").await;
        assert!(page.body.contains("<option value=\"before\" selected>"), "{page:?}");
    }
    // A moderator reads nothing that is not published, and so not that there is something.
    let nora = newsroom.person(Role::Moderator, None).await;
    let hidden = newsroom.story(None, State::Draft).await;
    let never = ArticleId(uuid::Uuid::from_u128(9));
    let mut bodies = Vec::new();
    for story in [hidden, never] {
        let rule = format!("/newsroom/discussion/rules?story={story}");
        let page = newsroom.ask(Some(nora), "GET", &rule, "").await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{page:?}");
        bodies.push(page.body);
    }
    assert_eq!(bodies[0], bodies[1]);
    // What it says holds before what the site says.
    let story = newsroom.story(None, State::Published).await;
    let rules = "/newsroom/discussion/rules";
    newsroom.ask(Some(editor), "POST", rules, "mode=after").await;
    newsroom.says(story, "One").await;
    let form = format!("story={story}&mode=before");
    newsroom.ask(Some(editor), "POST", rules, &form).await;
    let rosa = newsroom.says(story, "Two").await;
    let said = comment::of_commenter(&store, rosa, None, 9).await.unwrap();
    let stands = |text: &str| {
        let said = said.iter().find(|it| it.text.as_ref().unwrap().as_str() == text);
        said.unwrap().state
    };
    assert_eq!((stands("One"), stands("Two")), (Stands::Shown, Stands::Waiting));
    store.close().await;
}
