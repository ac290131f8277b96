//! Passkeys and the readers' provider, and what is refused on the way.

use serde_json::{Value, json};
use testkit::Authenticator;

use super::*;
use crate::VouchesFor;
use crate::provider::tests::Sample;

/// What a script is answered.
async fn says(app: &App, path: &str, cookie: &str, said: &Value) -> Answer {
    ask(app, "POST", path, HERE, cookie, &said.to_string()).await
}

fn read(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

/// Begins a ceremony, and gives it with its options.
async fn begins(app: &App, path: &str, cookie: &str) -> Value {
    read(&says(app, path, cookie, &json!({})).await)
}

/// The answer of a device to a ceremony, as a script sends it.
fn answer_to(asked: &Value, credential: &Value) -> Value {
    json!({ "ceremony": asked["ceremony"], "credential": credential, "name": "My telephone" })
}

/// Adds a passkey to the account of whoever brings this cookie.
async fn adds(app: &App, device: &mut Authenticator, cookie: &str) {
    let asked = begins(app, "/account/passkeys", cookie).await;
    let made = device.makes(&asked["options"]);
    let done = says(app, "/account/passkeys/answer", cookie, &answer_to(&asked, &made)).await;
    assert_eq!(read(&done), json!({ "next": "/account" }));
}

/// Signs in with the newest passkey of a device.
async fn shows(app: &App, device: &mut Authenticator) -> Answer {
    let asked = begins(app, "/account/passkey", "").await;
    let shown = device.shows(&asked["options"]);
    says(app, "/account/passkey/answer", "", &answer_to(&asked, &shown)).await
}

#[tokio::test]
async fn a_reader_adds_a_passkey_comes_in_with_it_and_takes_it_away() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let mut device = Authenticator::at(HERE);
    let form = ask(&app, "GET", "/account", HERE, "", "").await.body;
    assert!(form.contains("data-passkey-sign-in") && form.contains("switch scripts on"), "{form}");
    let rosa = signs_in(&app, &store, "rosa").await;
    adds(&app, &mut device, &rosa).await;
    let page = ask(&app, "GET", "/account", HERE, &rosa, "").await.body;
    assert!(page.contains("My telephone, added"), "{page}");

    let asked = begins(&app, "/account/passkey", "").await;
    let mut answer = answer_to(&asked, &device.shows(&asked["options"]));
    answer["next"] = "/discussions/x".into();
    answer["draft"] = "Typed by Rosa".into();
    let done = says(&app, "/account/passkey/answer", "", &answer).await;
    assert_eq!(read(&done), json!({ "next": "/discussions/x#comment-text" }));
    let cookie = done.cookies.iter().find(|it| it.starts_with("tribune-reader=")).unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let rosa = done.cookie("tribune-reader");
    let page = ask(&app, "GET", "/account", HERE, &rosa, "").await.body;
    assert!(page.contains("rosa@example.net") && page.contains("last used"), "{page}");
    assert!(page.contains("<a href=\"/discussions/x\">Back to where you were</a>"), "{page}");

    answer["next"] = "//evil.example/".into();
    let again = says(&app, "/account/passkey/answer", "", &answer).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "{}", again.body);
    assert!(again.cookies.is_empty() && again.body.contains("done already"), "{}", again.body);

    let remove = page.split("action=\"").find(|it| it.contains("/remove\"")).unwrap();
    let remove = remove.split('"').next().unwrap();
    let foreign = ask(&app, "POST", remove, "https://evil.example", &rosa, "").await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert_eq!(ask(&app, "POST", remove, HERE, &rosa, "").await.to, "/account#passkeys");
    let gone = shows(&app, &mut device).await;
    assert_eq!(gone.status, StatusCode::UNAUTHORIZED);
    assert!(gone.body.contains("not known here any more"), "{}", gone.body);
    store.close().await;
}

#[tokio::test]
async fn a_passkey_lets_in_nobody_else_and_from_nowhere_else() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let (rosa, ivo) = (signs_in(&app, &store, "rosa").await, signs_in(&app, &store, "ivo").await);
    let mut device = Authenticator::at(HERE);
    for path in ["/account/passkeys", "/account/passkeys/answer", "/account/passkey"] {
        let foreign = ask(&app, "POST", path, "https://evil.example", &rosa, "{}").await;
        assert!(foreign.status.is_client_error() && foreign.cookies.is_empty(), "{path}");
    }
    let stranger = says(&app, "/account/passkeys", "", &json!({})).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED, "{}", stranger.body);

    // What Rosa began is not Ivo's to finish, nor anybody's after that.
    let asked = begins(&app, "/account/passkeys", &rosa).await;
    let made = answer_to(&asked, &device.makes(&asked["options"]));
    for cookie in [&ivo, &rosa] {
        let refused = says(&app, "/account/passkeys/answer", cookie, &made).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.body);
    }
    // A page of another site has the device make one.
    let asked = begins(&app, "/account/passkeys", &rosa).await;
    let mut evil = Authenticator::at("https://evil.example");
    let made = answer_to(&asked, &evil.makes(&asked["options"]));
    let refused = says(&app, "/account/passkeys/answer", &rosa, &made).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.body);

    let mut device = Authenticator::at(HERE);
    adds(&app, &mut device, &rosa).await;
    device.origin = "https://evil.example".to_owned();
    let refused = shows(&app, &mut device).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.body);
    device.origin = HERE.to_owned();

    // An answer to another question, one in the name of another, and one of a foreign page.
    let first = begins(&app, "/account/passkey", "").await;
    let shown = device.shows(&first["options"]);
    let other = begins(&app, "/account/passkey", "").await;
    let replayed = says(&app, "/account/passkey/answer", "", &answer_to(&other, &shown)).await;
    assert_eq!(replayed.status, StatusCode::UNAUTHORIZED, "{}", replayed.body);
    let asked = begins(&app, "/account/passkey", "").await;
    let mut shown = device.shows(&asked["options"]);
    shown["response"]["userHandle"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
    let another = says(&app, "/account/passkey/answer", "", &answer_to(&asked, &shown)).await;
    assert_eq!(another.status, StatusCode::UNAUTHORIZED, "{}", another.body);
    let asked = begins(&app, "/account/passkey", "").await;
    let shown = answer_to(&asked, &device.shows(&asked["options"])).to_string();
    let path = "/account/passkey/answer";
    let foreign = ask(&app, "POST", path, "https://evil.example", "", &shown).await;
    assert!(foreign.status == StatusCode::FORBIDDEN && foreign.cookies.is_empty());

    // The newsroom neither knows it nor takes what readers began.
    for begin in ["/newsroom/sign-in/passkey", "/account/passkey"] {
        let asked = begins(&app, begin, "").await;
        let shown = answer_to(&asked, &device.shows(&asked["options"]));
        let staff = says(&app, "/newsroom/sign-in/passkey/answer", "", &shown).await;
        assert_eq!(staff.status, StatusCode::UNAUTHORIZED, "{begin}: {}", staff.body);
        assert!(staff.cookies.is_empty());
    }
    assert_eq!(shows(&app, &mut device).await.status, StatusCode::OK, "the test itself");

    let asked = begins(&app, "/account/passkey", "").await;
    let shown = answer_to(&asked, &device.shows(&asked["options"]));
    let export = ask(&app, "GET", "/comments/mine.json", HERE, &rosa, "").await.body;
    assert!(export.contains("\"My telephone\""), "{export}");
    ask(&app, "POST", "/account/forget", HERE, &rosa, "").await;
    let deleted = says(&app, "/account/passkey/answer", "", &shown).await;
    assert_eq!(deleted.status, StatusCode::UNAUTHORIZED, "{}", deleted.body);
    assert!(deleted.cookies.is_empty());
    store.close().await;
}

#[tokio::test]
async fn where_accounts_with_a_key_speak_what_was_typed_stays_until_there_is_one() {
    let store = TestStore::sqlite().await;
    let sample = Sample::start().await;
    let provider = sample.vouching_for(VouchesFor::Readers);
    let app = crate::testing::app_vouched_for(&store, Some(provider), true);
    let story = a_story(&app, "Shown", true).await;
    is_ruled(&app, Speak::Accounts).await;
    let discussion = format!("/discussions/{story}");
    let page = ask(&app, "GET", &discussion, HERE, "", "").await.body;
    assert!(page.contains("needs a passkey, or The House vouches for you"), "{page}");

    let refused = ask(&app, "POST", &discussion, HERE, "", "text=Typed+by+Rosa").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for kept in ["Typed by Rosa", "Sign in with The House", "Sign in with a passkey", "email"] {
        assert!(refused.body.contains(kept), "{kept} in {}", refused.body);
    }
    let form = format!("back={discussion}&text=Typed+by+Rosa");
    let page = ask(&app, "POST", "/account/sign-in", HERE, "", &form).await.body;
    assert!(page.contains("Typed by Rosa") && page.contains(&discussion), "{page}");

    let rosa = signs_in(&app, &store, "rosa").await;
    let refused = ask(&app, "POST", &discussion, HERE, &rosa, "text=Typed+by+Rosa").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("Typed by Rosa"), "{}", refused.body);
    assert!(refused.body.contains("Add one on the page of your account"), "{}", refused.body);
    let page = ask(&app, "GET", "/account", HERE, &rosa, "").await.body;
    assert!(page.contains(&format!("data-next=\"{discussion}\"")), "{page}");

    let mut device = Authenticator::at(HERE);
    let asked = begins(&app, "/account/passkeys", &rosa).await;
    let mut made = answer_to(&asked, &device.makes(&asked["options"]));
    made["next"] = discussion.as_str().into();
    let done = says(&app, "/account/passkeys/answer", &rosa, &made).await;
    assert_eq!(read(&done), json!({ "next": format!("{discussion}#comment-text") }));
    let page = ask(&app, "GET", &discussion, HERE, &rosa, "").await.body;
    assert!(page.contains("Typed by Rosa"), "{page}");
    let said = ask(&app, "POST", &discussion, HERE, &rosa, "text=Typed+by+Rosa").await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
    store.close().await;
}

#[tokio::test]
async fn who_tries_all_the_time_waits() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    for _ in 0..21 {
        begins(&app, "/account/passkey", "").await;
    }
    let slowed = says(&app, "/account/passkey", "", &json!({})).await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS, "{}", slowed.body);
    store.close().await;
}

/// On the way to the provider: what the browser brings back there, and with which cookie.
async fn leaves(app: &App, cookie: &str, form: &str) -> (String, String, String) {
    let left = ask(app, "POST", "/account/provider", HERE, cookie, form).await;
    assert_eq!(left.status, StatusCode::OK, "{}", left.body);
    assert!(left.body.contains("On the way to The House"), "{}", left.body);
    let address = left.body.split("href=\"").find(|it| it.contains("/authorize?")).unwrap();
    let address = address.split('"').next().unwrap().replace("&amp;", "&");
    let address: url::Url = address.parse().unwrap();
    let of = |name: &str| {
        let found = address.query_pairs().find(|(key, _)| key == name);
        found.unwrap_or_else(|| panic!("{name} in {address}")).1.into_owned()
    };
    let back = format!("/account/provider/answer?code=code&state={}", of("state"));
    (back, of("nonce"), left.cookie("tribune-provider"))
}

/// Through the provider, which says so of `subject`.
async fn comes_by(
    app: &App,
    sample: &Sample,
    (subject, email, verified): (&str, &str, bool),
    reader: &str,
) -> (Answer, String) {
    let (back, nonce, browser) = leaves(app, reader, "back=/discussions/x&text=Typed").await;
    sample.vouches(&nonce, subject, &email.into(), &verified.into());
    let cookie = format!("{browser}; {reader}");
    (ask(app, "GET", &back, "", &cookie, "").await, cookie)
}

#[tokio::test]
async fn a_provider_lets_in_whom_it_vouches_for_and_never_by_an_address_that_it_has_not_verified() {
    let store = TestStore::sqlite().await;
    let sample = Sample::start().await;
    let provider = sample.vouching_for(VouchesFor::Readers);
    let app = crate::testing::app_vouched_for(&store, Some(provider), true);
    let rosa = signs_in(&app, &store, "rosa").await;
    let comes = async |who| comes_by(&app, &sample, who, "").await.0;

    for subject in ["thief", "7001"] {
        let unverified = comes((subject, "rosa@example.net", false)).await;
        assert_eq!(unverified.status, StatusCode::FORBIDDEN, "{}", unverified.body);
        assert!(unverified.body.contains("has not verified that rosa@example.net"));
        assert!(unverified.body.contains(">\nTyped</textarea>"), "{}", unverified.body);
        assert!(unverified.cookies.is_empty());
    }
    let joined = comes(("7001", "Rosa@example.net", true)).await;
    assert_eq!(joined.to, "/discussions/x#comment-text", "{}", joined.body);
    let page = ask(&app, "GET", "/account", HERE, &joined.cookie("tribune-reader"), "").await.body;
    assert!(page.contains("rosa@example.net") && page.contains("The House (7001)"), "{page}");
    let again = comes(("7001", "renamed@example.net", false)).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "it is the subject that counts");
    let heir = comes(("7002", "rosa@example.net", true)).await;
    assert_eq!(heir.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(heir.body.contains("another account there"), "{}", heir.body);
    let export = ask(&app, "GET", "/comments/mine.json", HERE, &rosa, "").await.body;
    assert!(export.contains("\"7001\""), "{export}");

    // Unlinked, and linked by who is signed in to both, verified or not.
    let removal = format!("issuer={}", sample.vouching_for(VouchesFor::Readers).issuer());
    let removed = ask(&app, "POST", "/account/provider/remove", HERE, &rosa, &removal).await;
    assert_eq!(removed.to, "/account#identities");
    let linked = comes_by(&app, &sample, ("7003", "other@example.net", false), &rosa).await.0;
    assert_eq!(linked.status, StatusCode::SEE_OTHER, "{}", linked.body);
    let ivo = signs_in(&app, &store, "ivo").await;
    let taken = comes_by(&app, &sample, ("7003", "ivo@example.net", true), &ivo).await.0;
    assert!(taken.body.contains("lets in another reader here"), "{}", taken.body);
    ask(&app, "POST", "/account/forget", HERE, &rosa, "").await;
    let gone = comes(("7003", "other@example.net", false)).await;
    assert_eq!(gone.status, StatusCode::FORBIDDEN, "{}", gone.body);
    store.close().await;
}

#[tokio::test]
async fn a_newcomer_of_a_provider_says_a_name_first_and_in_the_same_browser() {
    let store = TestStore::sqlite().await;
    let sample = Sample::start().await;
    let provider = sample.vouching_for(VouchesFor::Readers);
    let app = crate::testing::app_vouched_for(&store, Some(provider), false);
    let who = ("7001", "rosa@example.net", true);
    let (asked, browser) = comes_by(&app, &sample, who, "").await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
    assert!(asked.body.contains("You are about to sign in as rosa@example.net."));
    assert!(asked.cookies.is_empty(), "there is no account yet");
    let action = asked.body.split("action=\"").find(|it| it.contains("/account/arrive/")).unwrap();
    let action = action.split('"').next().unwrap();
    let (other, _) = comes_by(&app, &sample, who, "").await;
    assert!(other.body.contains("You are about to sign in"), "looking makes none");
    for (origin, cookie) in
        [("https://evil.example", browser.as_str()), (HERE, ""), (HERE, "tribune-provider=0123")]
    {
        let refused = ask(&app, "POST", action, origin, cookie, "name=Eve").await;
        assert!(refused.status.is_client_error() && refused.cookies.is_empty(), "{cookie}");
    }
    let nameless = ask(&app, "POST", action, HERE, &browser, "name=+").await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nameless.body.contains("Say under which name you write."), "{}", nameless.body);
    let done = ask(&app, "POST", action, HERE, &browser, "name=Rosa").await;
    assert_eq!(done.to, "/discussions/x#comment-text", "{}", done.body);
    let rosa = done.cookie("tribune-reader");
    let again = ask(&app, "POST", action, HERE, &browser, "name=Rosa").await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "{}", again.body);

    // Of this site there is no mail, so nothing of mail is offered, and the last way in stays.
    let page = ask(&app, "GET", "/account", HERE, "", "").await.body;
    assert!(page.contains("Sign in with The House") && !page.contains("type=\"email\""), "{page}");
    let mail = ask(&app, "POST", "/account/link", HERE, "", "email=ivo@example.net").await;
    assert_eq!(mail.status, StatusCode::NOT_FOUND);
    let own = ask(&app, "GET", "/account", HERE, &rosa, "").await.body;
    assert!(own.contains("value=\"Rosa\"") && !own.contains("id=\"follows\""), "{own}");
    let removal = format!("issuer={}", sample.vouching_for(VouchesFor::Readers).issuer());
    let only = ask(&app, "POST", "/account/provider/remove", HERE, &rosa, &removal).await;
    assert_eq!(only.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(only.body.contains("the only way into your account"), "{}", only.body);
    store.close().await;
}

#[tokio::test]
async fn an_answer_of_the_provider_is_taken_once_and_from_the_browser_that_asked() {
    let store = TestStore::sqlite().await;
    let sample = Sample::start().await;
    let provider = sample.vouching_for(VouchesFor::Readers);
    let app = crate::testing::app_vouched_for(&store, Some(provider), true);
    signs_in(&app, &store, "rosa").await;
    let foreign = ask(&app, "POST", "/account/provider", "https://evil.example", "", "").await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let (back, nonce, browser) = leaves(&app, "", "").await;
    sample.vouches(&nonce, "7001", &"rosa@example.net".into(), &true.into());
    let (_, _, victim) = leaves(&app, "", "").await;
    for cookie in ["", victim.as_str()] {
        let refused = ask(&app, "GET", &back, "", cookie, "").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.body);
        assert!(refused.body.contains("not begun in this browser") && refused.cookies.is_empty());
    }
    // The staff's answer takes nothing that readers began.
    let staff = back.replace("/account/provider/", "/newsroom/sign-in/provider/");
    let refused = ask(&app, "GET", &staff, "", &browser, "").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.body);
    let done = ask(&app, "GET", &back, "", &browser, "").await;
    assert_eq!(done.to, "/account", "{}", done.body);
    let again = ask(&app, "GET", &back, "", &browser, "").await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "{}", again.body);

    let (back, nonce, browser) = leaves(&app, "", "").await;
    sample.vouches(&nonce, "7001", &"rosa@example.net".into(), &true.into());
    let forged = format!("{back}&iss=https://evil.example");
    let refused = ask(&app, "GET", &forged, "", &browser, "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("not of the provider that was asked"), "{}", refused.body);
    store.close().await;
}
