//! Signing in, showing again who one is, and adding a way in, by the word of the operator's
//! provider. What is asked is kept until the provider sends the browser back, and is good for that
//! browser only: nobody can be signed in by a link that somebody else has begun.

use accounts::ceremony::{self, Kind};
use accounts::{AccountError, identity, session};
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use base::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::events::Method;

use super::account;
use super::forms::{Fields, Posted};
use super::gate::{
    Arrived, FreshlyArrived, Staff, full_name, named_cookie, safe_next, set_cookie, short_cookie,
};
use super::page::{Answer, Frame, View, go};
use super::sign_in::{Who, confirm_page, sign_in_page};
use super::trouble::Trouble;
use crate::App;
use crate::provider::{Email, Failure, Provider, Question, Word};

/// Names the cookie that makes a browser known again when it comes back.
const COOKIE: &str = "tribune-provider";
/// How much of what a provider says about a failure is repeated.
const TOLD_MAX: usize = 200;

/// What is kept of a question until it is answered.
#[derive(Serialize, Deserialize)]
struct Asked {
    why: Why,
    next: String,
    /// SHA-256 of the cookie of who asked.
    browser: String,
    question: Question,
}

/// Why the provider is asked who somebody is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Why {
    SignIn,
    Confirm,
    Link,
}

/// The page that leads to the provider.
#[derive(Serialize)]
struct LeavePage {
    label: String,
    address: String,
}

impl View for LeavePage {
    const TEMPLATE: &'static str = "to_provider.html";
}

/// What the provider has the browser bring back (RFC 6749 §4.1.2, RFC 9207).
#[derive(Deserialize)]
pub(super) struct Brought {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// `POST /newsroom/sign-in/provider`
pub(super) async fn sign_in(
    State(app): State<App>,
    frame: Frame,
    headers: HeaderMap,
    fields: Fields,
) -> Answer {
    let next = safe_next(fields.text("next"));
    match leave(&app, &frame, &headers, Why::SignIn, None, next).await {
        Err(trouble) => frame.refuse(&sign_in_page(&app, next, ""), &trouble),
        left => left,
    }
}

/// `POST /newsroom/confirm/provider`
pub(super) async fn confirm(
    State(app): State<App>,
    Arrived(staff): Arrived,
    frame: Frame,
    headers: HeaderMap,
    Posted(fields): Posted,
) -> Answer {
    let next = safe_next(fields.text("next"));
    match leave(&app, &frame, &headers, Why::Confirm, Some(&staff), next).await {
        Err(trouble) => frame.refuse(&confirm_page(&app, &staff, next).await?, &trouble),
        left => left,
    }
}

/// `POST /newsroom/account/provider`
pub(super) async fn link(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    frame: Frame,
    headers: HeaderMap,
    _: Posted,
) -> Answer {
    match leave(&app, &frame, &headers, Why::Link, Some(&staff), "/newsroom/account").await {
        Err(trouble) => frame.refuse(&account::page(&app, &staff).await?, &trouble),
        left => left,
    }
}

/// `POST /newsroom/account/provider/remove`
pub(super) async fn unlink(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    let (issuer, subject) = (fields.text("issuer"), fields.text("subject"));
    let done: Result<(), AccountError> = async {
        let mut tx = app.store().begin().await?;
        identity::unlink(&mut tx, staff.actor(), staff.person(), issuer, subject, app.now())
            .await?;
        Ok(tx.commit().await?)
    }
    .await;
    account::finish(&app, &staff, &frame, done).await
}

/// `GET /newsroom/sign-in/provider/answer`
pub(super) async fn answer(
    State(app): State<App>,
    staff: Option<Extension<Staff>>,
    frame: Frame,
    who: Who,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Answer {
    let staff = staff.map(|Extension(staff)| staff);
    let asked = match taken(&app, &headers, &brought).await {
        Ok(asked) => asked,
        Err(trouble) => return frame.refuse(&sign_in_page(&app, "", ""), &trouble),
    };
    match (let_in(&app, staff.as_ref(), &who, &asked, brought).await, staff) {
        (Err(trouble), Some(staff)) if asked.why == Why::Confirm => {
            frame.refuse(&confirm_page(&app, &staff, &asked.next).await?, &trouble)
        }
        (Err(trouble), Some(staff)) if asked.why == Why::Link => {
            frame.refuse(&account::page(&app, &staff).await?, &trouble)
        }
        (Err(trouble), _) => frame.refuse(&sign_in_page(&app, &asked.next, ""), &trouble),
        (done, _) => done,
    }
}

/// Keeps the question, and leads to the provider by a page and not by a redirect: where a form may
/// lead is bound by our policy, and where a provider sends people on to is not for us to know.
async fn leave(
    app: &App,
    frame: &Frame,
    headers: &HeaderMap,
    why: Why,
    staff: Option<&Staff>,
    next: &str,
) -> Answer {
    let provider = provider(app)?;
    let secrets = [app.store().secret(), app.store().secret()];
    let question = provider.question(why == Why::Confirm, secrets, app.now());
    // Asked first: nothing is kept for one that does not answer.
    provider.ready(app.now()).await?;
    let known = named_cookie(headers, &full_name(app, COOKIE)).filter(|text| is_secret(text));
    let browser = known.map_or_else(|| hex(&app.store().secret::<32>()), str::to_owned);
    let asked = Asked { why, next: next.to_owned(), browser: digest(&browser), question };
    let kept = serde_json::to_string(&asked).map_err(|it| Trouble::invalid(it.to_string()))?;
    let person = staff.map(Staff::person);
    let mut tx = app.store().begin().await?;
    let secret = app.store().secret();
    let state = ceremony::begin(&mut tx, Kind::Provider, person, &kept, secret, app.now()).await?;
    tx.commit().await?;
    let hint = staff.and_then(|it| it.session.person.email.as_deref());
    let address = provider.address(&asked.question, &state, hint).await?.to_string();
    let mut response =
        frame.show(&LeavePage { label: provider.label().to_owned(), address: address.clone() })?;
    let onward = HeaderValue::from_str(&format!("0; url={address}"));
    let onward = onward.map_err(|error| Trouble::invalid(error.to_string()))?;
    response.headers_mut().insert(header::REFRESH, onward);
    response.headers_mut().insert(header::SET_COOKIE, short_cookie(app, COOKIE, &browser));
    Ok(response)
}

/// Takes the question that this browser has asked.
async fn taken(app: &App, headers: &HeaderMap, brought: &Brought) -> Result<Asked, Trouble> {
    let nothing = || {
        Trouble::new(
            StatusCode::UNAUTHORIZED,
            "This sign-in was not begun in this browser, or took too long, or was done already. \
             Begin again.",
        )
    };
    let browser = named_cookie(headers, &full_name(app, COOKIE)).map(digest).ok_or_else(nothing)?;
    let mut tx = app.store().begin().await?;
    let taken = ceremony::take(&mut tx, Kind::Provider, &brought.state, app.now()).await?;
    let taken = taken.ok_or_else(nothing)?;
    let asked: Asked = serde_json::from_str(&taken.state).map_err(|_| nothing())?;
    // Without a commit it stays for who has asked.
    if asked.browser != browser {
        return Err(nothing());
    }
    tx.commit().await?;
    Ok(asked)
}

/// Does what the question was asked for, if the answer allows it.
async fn let_in(
    app: &App,
    staff: Option<&Staff>,
    who: &Who,
    asked: &Asked,
    brought: Brought,
) -> Answer {
    let provider = provider(app)?;
    if brought.iss.as_deref().is_some_and(|iss| iss != provider.issuer()) {
        return Err(refused("The answer is not of the provider that was asked. Begin again."));
    }
    if brought.error.is_some() || brought.code.is_empty() {
        return Err(refused(no(provider, &brought)));
    }
    let now = app.now();
    let word = provider.answer(&asked.question, brought.code, now).await?;
    match (asked.why, staff) {
        (Why::SignIn, _) => sign_in_by(app, provider, who, word, &asked.next, now).await,
        (Why::Confirm, Some(staff)) => {
            let known = identity::find(app.store(), provider.issuer(), &word.subject).await?;
            if known != Some(staff.person()) {
                return Err(refused(format!(
                    "That account at {} is not linked to yours here. Sign in there with the one \
                     that is, or show otherwise that it is you.",
                    provider.label()
                )));
            }
            let mut tx = app.store().begin().await?;
            session::shown(&mut tx, staff.session.id, now).await?;
            tx.commit().await?;
            go(&asked.next)
        }
        (Why::Link, Some(staff)) => {
            let (actor, person) = (staff.actor(), staff.person());
            let mut tx = app.store().begin().await?;
            identity::link_own(&mut tx, actor, person, provider.issuer(), &word.subject, now)
                .await?;
            tx.commit().await?;
            go(&asked.next)
        }
        (Why::Confirm | Why::Link, None) => {
            Err(refused("You are not signed in any more. Sign in, and try again."))
        }
    }
}

async fn sign_in_by(
    app: &App,
    provider: &Provider,
    who: &Who,
    word: Word,
    next: &str,
    now: Timestamp,
) -> Answer {
    let issuer = provider.issuer();
    let known = identity::find(app.store(), issuer, &word.subject).await?;
    if let Some(person) = known
        && let Err(refusal) = identity::may_enter(app.store(), person).await
    {
        who.failed(app, person).await?;
        return Err(refusal.into());
    }
    let mut tx = app.store().begin().await?;
    let person = match known {
        Some(person) => person,
        None => {
            let email = verified(provider, word.email)?;
            let linked = identity::link_by_email(&mut tx, issuer, &word.subject, &email, now);
            linked.await?.ok_or_else(|| {
                refused(format!(
                    "Nobody here has the e-mail address {email}. Ask an administrator to invite \
                     you with it."
                ))
            })?
        }
    };
    let secret = app.store().secret();
    // Whoever was signed in at the provider since long has not shown just now who it is.
    let shown_at = word.signed_in_at.unwrap_or(Timestamp::from_micros(0));
    let text =
        session::begin_shown(&mut tx, person, Method::Provider, &who.client, secret, shown_at, now)
            .await?;
    tx.commit().await?;
    let cookie = [(header::SET_COOKIE, set_cookie(app, &text))];
    Ok((cookie, go(next)?).into_response())
}

/// The address by which somebody is known here, if the provider answers for it.
fn verified(provider: &Provider, email: Email) -> Result<String, Trouble> {
    let label = provider.label();
    match email {
        Email::Verified(email) => Ok(email),
        Email::Claimed(email) => Err(refused(format!(
            "{label} has not verified that {email} is your e-mail address, so it cannot say who you \
             are here. Have it verified there, or sign in otherwise and link {label} on the page of \
             your account."
        ))),
        Email::Unknown => Err(refused(format!(
            "{label} does not say which e-mail address is yours. Sign in otherwise, and link \
             {label} on the page of your account."
        ))),
    }
}

fn provider(app: &App) -> Result<&Provider, Trouble> {
    app.provider().ok_or_else(|| Trouble::missing("provider to sign in with"))
}

/// What a provider says when it does not let somebody in.
fn no(provider: &Provider, brought: &Brought) -> String {
    let label = provider.label();
    match brought.error.as_deref() {
        Some("access_denied") => format!("{label} was told not to let you in. Begin again."),
        error => {
            let said = brought.error_description.as_deref().or(error).unwrap_or("nothing");
            let said: String = said.chars().filter(|it| !it.is_control()).take(TOLD_MAX).collect();
            format!("{label} did not let you in. It said: {said}")
        }
    }
}

fn refused(detail: impl Into<String>) -> Trouble {
    Trouble::new(StatusCode::FORBIDDEN, detail)
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Down(detail) => Self::new(StatusCode::SERVICE_UNAVAILABLE, detail),
            Failure::Refused(detail) => refused(detail),
        }
    }
}

fn is_secret(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
