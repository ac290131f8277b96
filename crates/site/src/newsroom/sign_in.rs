//! Signing in with a password and a second factor, showing again who one is, and going.

use std::time::Duration;

use accounts::ceremony::{self, Kind, Waiting, Whose};
use accounts::password::{self, Checked};
use accounts::session::{self, Client};
use accounts::throttle::{self, Subject};
use accounts::{identity, person, second_factor};
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect};
use base::{Actor, PersonId};
use serde::{Deserialize, Serialize};
use store::Event;
use store::events::Method;

use super::forms::{Fields, Posted};
use super::gate::{Arrived, Staff, safe_next, set_cookie, unset_cookie};
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use crate::App;
use crate::provider::Provider;
use crate::serve::ClientAddress;

/// Where one wanted to go.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Serialize)]
pub(super) struct SignInPage {
    next: String,
    login: String,
    /// Whether this site's address can have passkeys.
    passkeys: bool,
    /// What staff call the provider that vouches for them.
    provider: Option<String>,
}

impl View for SignInPage {
    const TEMPLATE: &'static str = "sign_in.html";
}

#[derive(Serialize)]
struct CodePage {
    next: String,
    /// Finds again whose password was right.
    ceremony: String,
}

impl View for CodePage {
    const TEMPLATE: &'static str = "code.html";
}

#[derive(Serialize)]
pub(super) struct ConfirmPage {
    next: String,
    passkeys: bool,
    /// Where this person has an account at it.
    provider: Option<String>,
}

impl View for ConfirmPage {
    const TEMPLATE: &'static str = "confirm.html";
}

/// `GET /newsroom/sign-in`
pub(super) async fn form(
    State(app): State<App>,
    frame: Frame,
    Query(Next { next }): Query<Next>,
) -> Answer {
    frame.show(&sign_in_page(&app, &next, ""))
}

/// `POST /newsroom/sign-in`
pub(super) async fn password(
    State(app): State<App>,
    frame: Frame,
    who: Who,
    fields: Fields,
) -> Answer {
    let login = fields.trimmed("login");
    let again = sign_in_page(&app, fields.text("next"), login);
    if let Some(wait) = who.attempts(&app, login).await? {
        return frame.refuse(&again, &wait);
    }
    let checked = password::check(app.store(), login, fields.text("password")).await?;
    let Checked::Right(person) = checked else {
        if let Checked::Wrong(person) = checked {
            who.failed(&app, person).await?;
        }
        let wrong = "The name or the password is wrong. Both are as you set them up.";
        return frame.refuse(&again, &Trouble::new(StatusCode::UNAUTHORIZED, wrong));
    };
    if !second_factor::is_set(app.store(), person).await? {
        let lacks = "This account has no second factor, so a password alone does not let you in. \
                     Ask an administrator for a new link.";
        return frame.refuse(&again, &Trouble::new(StatusCode::FORBIDDEN, lacks));
    }
    who.succeeded(&app, login).await?;
    frame.show(&waiting(&app, person, &again.next).await?)
}

/// `POST /newsroom/sign-in/code`
pub(super) async fn code(State(app): State<App>, frame: Frame, who: Who, fields: Fields) -> Answer {
    let now = app.now();
    let mut tx = app.store().begin().await?;
    let taken = ceremony::take(&mut tx, Kind::SecondFactor, fields.text("ceremony"), now).await?;
    tx.commit().await?;
    let Some((person, next)) = taken.and_then(person_of) else {
        let late = Trouble::new(StatusCode::UNAUTHORIZED, "That took too long. Begin again.");
        return frame.refuse(&sign_in_page(&app, fields.text("next"), ""), &late);
    };
    let account = person.to_string();
    if let Some(wait) = who.attempts(&app, &account).await? {
        return frame.refuse(&sign_in_page(&app, &next, ""), &wait);
    }
    let Some(method) = second_factor_of(&app, person, fields.text("code")).await? else {
        who.failed(&app, person).await?;
        let wrong = "That is not a code of this moment, or it was used before. Wait for the next \
                     one, or take a recovery code.";
        let page = waiting(&app, person, &next).await?;
        return frame.refuse(&page, &Trouble::new(StatusCode::UNAUTHORIZED, wrong));
    };
    who.succeeded(&app, &account).await?;
    begin(&app, person, method, &who.client, &next).await
}

/// `GET /newsroom/confirm`
pub(super) async fn confirm_form(
    State(app): State<App>,
    Arrived(staff): Arrived,
    frame: Frame,
    Query(Next { next }): Query<Next>,
) -> Answer {
    frame.show(&confirm_page(&app, &staff, &next).await?)
}

/// `POST /newsroom/confirm`
pub(super) async fn confirm(
    State(app): State<App>,
    Arrived(staff): Arrived,
    frame: Frame,
    who: Who,
    Posted(fields): Posted,
) -> Answer {
    let person = &staff.session.person;
    let page = confirm_page(&app, &staff, fields.text("next")).await?;
    let account = person.id.to_string();
    if let Some(wait) = who.attempts(&app, &account).await? {
        return frame.refuse(&page, &wait);
    }
    let checked = password::check(app.store(), &person.slug, fields.text("password")).await?;
    let right = checked == Checked::Right(person.id)
        && second_factor_of(&app, person.id, fields.text("code")).await?.is_some();
    if !right {
        who.failed(&app, person.id).await?;
        let wrong = "The password or the code is wrong. A code is taken once: wait for the next.";
        return frame.refuse(&page, &Trouble::new(StatusCode::UNAUTHORIZED, wrong));
    }
    let mut tx = app.store().begin().await?;
    session::shown(&mut tx, staff.session.id, app.now()).await?;
    tx.commit().await?;
    who.succeeded(&app, &account).await?;
    go(&page.next)
}

/// `POST /newsroom/sign-out`
pub(super) async fn out(State(app): State<App>, Arrived(staff): Arrived, _: Posted) -> Answer {
    let mut tx = app.store().begin().await?;
    session::end(&mut tx, staff.actor(), staff.session.id, app.now()).await?;
    tx.commit().await?;
    let cookie = [(header::SET_COOKIE, unset_cookie(&app))];
    Ok((cookie, Redirect::to("/newsroom/sign-in")).into_response())
}

/// Lets somebody in who has shown who it is.
pub(super) async fn begin(
    app: &App,
    person: PersonId,
    method: Method,
    client: &Client,
    next: &str,
) -> Answer {
    let cookie = session_cookie(app, person, method, client).await?;
    Ok((cookie, Redirect::to(safe_next(next))).into_response())
}

/// Begins a session, and gives the header that keeps it.
pub(super) async fn session_cookie(
    app: &App,
    person: PersonId,
    method: Method,
    client: &Client,
) -> Result<[(header::HeaderName, header::HeaderValue); 1], Trouble> {
    let mut tx = app.store().begin().await?;
    let secret = app.store().secret();
    let text = session::begin(&mut tx, person, method, client, secret, app.now()).await?;
    tx.commit().await?;
    Ok([(header::SET_COOKIE, set_cookie(app, &text))])
}

/// The page that leads in.
pub(super) fn sign_in_page(app: &App, next: &str, login: &str) -> SignInPage {
    SignInPage {
        next: safe_next(next).to_owned(),
        login: login.to_owned(),
        passkeys: app.has_passkeys(),
        provider: app.provider().map(|it| it.label().to_owned()),
    }
}

/// The page on which one shows again who one is.
pub(super) async fn confirm_page(
    app: &App,
    staff: &Staff,
    next: &str,
) -> Result<ConfirmPage, Trouble> {
    let known = identity::all(app.store(), staff.person()).await?;
    let linked = |it: &&Provider| known.iter().any(|known| known.issuer == it.issuer());
    Ok(ConfirmPage {
        next: safe_next(next).to_owned(),
        passkeys: app.has_passkeys(),
        provider: app.provider().filter(linked).map(|it| it.label().to_owned()),
    })
}

async fn waiting(app: &App, person: PersonId, next: &str) -> Result<CodePage, Trouble> {
    let mut tx = app.store().begin().await?;
    let (secret, now) = (app.store().secret(), app.now());
    let ceremony =
        ceremony::begin(&mut tx, Kind::SecondFactor, Whose::Person(person), next, secret, now)
            .await?;
    tx.commit().await?;
    Ok(CodePage { next: next.to_owned(), ceremony })
}

/// Whose password was right, and where they wanted to go.
fn person_of(taken: Waiting) -> Option<(PersonId, String)> {
    match taken.whose {
        Whose::Person(person) => Some((person, taken.state)),
        Whose::Nobody | Whose::Reader(_) => None,
    }
}

/// Takes a code of the authenticator, or a recovery code.
async fn second_factor_of(
    app: &App,
    person: PersonId,
    code: &str,
) -> Result<Option<Method>, Trouble> {
    let now = app.now();
    let mut tx = app.store().begin().await?;
    let method = if second_factor::check(&mut tx, person, code, now).await? {
        Some(Method::Password)
    } else if second_factor::check_recovery(&mut tx, person, code, now).await? {
        Some(Method::RecoveryCode)
    } else {
        None
    };
    tx.commit().await?;
    Ok(method)
}

/// Who tries to come in: the browser, and where it is.
pub(super) struct Who {
    pub(super) client: Client,
}

impl Who {
    /// Counts an attempt, unless there were too many: then says how long to wait. It is counted
    /// before anything is checked, so that many at once are not let through together.
    pub(super) async fn attempts(
        &self,
        app: &App,
        account: &str,
    ) -> Result<Option<Trouble>, Trouble> {
        let now = app.now();
        let mut tx = app.store().begin().await?;
        let mut until = None;
        let subjects = [Subject::Address(&self.client.address), Subject::Account(account)];
        for subject in subjects {
            until = until.max(throttle::blocked(&tx, subject, now).await?);
        }
        if let Some(until) = until {
            return Ok(Some(wait(until.since(now))));
        }
        for subject in subjects {
            throttle::failed(&mut tx, subject, now).await?;
        }
        tx.commit().await?;
        Ok(None)
    }

    /// Forgets the attempts of one who has shown who it is.
    pub(super) async fn succeeded(&self, app: &App, account: &str) -> Result<(), Trouble> {
        let mut tx = app.store().begin().await?;
        for subject in [Subject::Address(&self.client.address), Subject::Account(account)] {
            throttle::succeeded(&mut tx, subject).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Tells the record of somebody who knew the account and not the secret.
    pub(super) async fn failed(&self, app: &App, person: PersonId) -> Result<(), Trouble> {
        let mut tx = app.store().begin().await?;
        let event = Event::SignInFailed { person, address: self.client.address.clone() };
        tx.append(&Actor::Reader, &event, app.now()).await?;
        Ok(tx.commit().await?)
    }
}

fn wait(pause: Duration) -> Trouble {
    let wait = match pause.as_secs() {
        seconds @ 0..=90 => format!("{} seconds", seconds.max(1)),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    };
    let detail = format!("There were too many failed attempts. Try again in {wait}.");
    Trouble::new(StatusCode::TOO_MANY_REQUESTS, detail)
}

impl FromRequestParts<App> for Who {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        let address = parts.extensions.get::<ClientAddress>().map(ClientAddress::network);
        Ok(Self {
            client: Client { agent: agent(&parts.headers), address: address.unwrap_or_default() },
        })
    }
}

fn agent(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    agent.unwrap_or_default().to_owned()
}

/// The person's name for an authenticator: what it signs in with.
pub(super) fn account_name(person: &person::Person) -> String {
    person.email.clone().unwrap_or_else(|| person.slug.clone())
}
