//! A browser on its way to a provider and back, whoever is in it. What is asked is kept until the
//! provider sends the browser back, and is good for that browser only: nobody can be signed in by a
//! link that somebody else has begun.

use accounts::ceremony::{self, Kind, Whose};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Email, Failure, Provider, Question, Word, hex};
use crate::App;
use crate::newsroom::{Trouble, full_name, named_cookie, short_cookie};

/// Names the cookie that makes a browser known again when it comes back.
const COOKIE: &str = "tribune-provider";
/// How much of what a provider says about a failure is repeated.
const TOLD_MAX: usize = 200;

/// Why somebody is sent to a provider.
pub(crate) struct Errand<'a, T> {
    /// What the answer is waited for as.
    pub(crate) kind: Kind,
    pub(crate) whose: Whose,
    /// What is needed to go on when the browser is back.
    pub(crate) about: T,
    /// Whether they are to sign in there now, whoever the provider thinks is there.
    pub(crate) anew: bool,
    /// Their address, if it is known.
    pub(crate) hint: Option<&'a str>,
}

/// The way to the provider. A page leads there and not a redirect: where a form may lead is bound by
/// our policy, and where a provider sends people on to is not for us to know.
pub(crate) struct Way {
    pub(crate) address: String,
    onward: HeaderValue,
    cookie: HeaderValue,
}

impl Way {
    /// Has the page lead there by itself, and its browser be known again.
    pub(crate) fn lead(self, page: &mut Response) {
        page.headers_mut().insert(header::REFRESH, self.onward);
        page.headers_mut().append(header::SET_COOKIE, self.cookie);
    }
}

/// What the provider has the browser bring back (RFC 6749 §4.1.2, RFC 9207).
#[derive(Deserialize)]
pub(crate) struct Brought {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// A question that is answered.
pub(crate) struct Answered<T> {
    pub(crate) whose: Whose,
    pub(crate) about: T,
    question: Question,
}

/// What is kept of a question until it is answered.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    about: T,
    /// SHA-256 of the cookie of who asked.
    browser: String,
    question: Question,
}

/// Keeps the question, and gives the way to the provider.
pub(crate) async fn leave<T: Serialize>(
    app: &App,
    provider: &Provider,
    headers: &HeaderMap,
    errand: Errand<'_, T>,
) -> Result<Way, Trouble> {
    let Errand { kind, whose, about, anew, hint } = errand;
    let question = provider.question(anew, [app.store().secret(), app.store().secret()], app.now());
    // Asked first: nothing is kept for one that does not answer.
    provider.ready(app.now()).await?;
    let known = named_cookie(headers, &full_name(app, COOKIE)).filter(|text| is_secret(text));
    let browser = known.map_or_else(|| hex(app.store().secret()), str::to_owned);
    let kept = Kept { about, browser: digest(&browser), question };
    let state = serde_json::to_string(&kept).map_err(|it| Trouble::invalid(it.to_string()))?;
    let mut tx = app.store().begin().await?;
    let secret = app.store().secret();
    let state = ceremony::begin(&mut tx, kind, whose, &state, secret, app.now()).await?;
    tx.commit().await?;
    let address = provider.address(&kept.question, &state, hint).await?.to_string();
    let onward = HeaderValue::from_str(&format!("0; url={address}"));
    let onward = onward.map_err(|error| Trouble::invalid(error.to_string()))?;
    Ok(Way { address, onward, cookie: short_cookie(app, COOKIE, &browser) })
}

/// Takes the question that this browser has asked.
pub(crate) async fn taken<T: DeserializeOwned>(
    app: &App,
    kind: Kind,
    headers: &HeaderMap,
    brought: &Brought,
) -> Result<Answered<T>, Trouble> {
    let browser = browser(app, headers).ok_or_else(not_begun)?;
    let mut tx = app.store().begin().await?;
    let taken = ceremony::take(&mut tx, kind, &brought.state, app.now()).await?;
    let taken = taken.ok_or_else(not_begun)?;
    let kept: Kept<T> = serde_json::from_str(&taken.state).map_err(|_| not_begun())?;
    // Without a commit it stays for who has asked.
    if kept.browser != browser {
        return Err(not_begun());
    }
    tx.commit().await?;
    Ok(Answered { whose: taken.whose, about: kept.about, question: kept.question })
}

impl<T> Answered<T> {
    /// The provider's word, if the answer is its own.
    pub(crate) async fn word(
        &self,
        app: &App,
        provider: &Provider,
        brought: Brought,
    ) -> Result<Word, Trouble> {
        if brought.iss.as_deref().is_some_and(|iss| iss != provider.issuer()) {
            return Err(refused("The answer is not of the provider that was asked. Begin again."));
        }
        if brought.error.is_some() || brought.code.is_empty() {
            return Err(refused(no(provider, &brought)));
        }
        Ok(provider.answer(&self.question, brought.code, app.now()).await?)
    }
}

/// What makes the browser known that was sent to a provider, as it is kept.
pub(crate) fn browser(app: &App, headers: &HeaderMap) -> Option<String> {
    named_cookie(headers, &full_name(app, COOKIE)).map(digest)
}

/// The answer to one who comes back and has not gone, or too late, or a second time.
pub(crate) fn not_begun() -> Trouble {
    Trouble::new(
        StatusCode::UNAUTHORIZED,
        "This sign-in was not begun in this browser, or took too long, or was done already. Begin \
         again.",
    )
}

/// The address by which somebody is known here, if the provider answers for it.
pub(crate) fn verified(provider: &Provider, email: Email) -> Result<String, Trouble> {
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

pub(crate) fn refused(detail: impl Into<String>) -> Trouble {
    Trouble::new(StatusCode::FORBIDDEN, detail)
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
    hex(Sha256::digest(text).into())
}
