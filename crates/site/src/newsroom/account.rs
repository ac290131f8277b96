//! One's own account: words, ways in, sessions.

use accounts::person::{self, DescribePerson};
use accounts::second_factor::{self, Enrolment};
use accounts::{AccountError, identity, passkey, password, session};
use axum::extract::{Path, State};
use base::{SessionId, Timestamp};
use base64::Engine as _;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Serialize;

use super::forms::Posted;
use super::gate::{Arrived, FreshlyArrived, Staff};
use super::page::{Answer, Frame, View, go};
use super::sign_in::account_name;
use super::trouble::Trouble;
use crate::App;

#[derive(Serialize)]
pub(super) struct AccountPage {
    /// Whether there is a way in yet.
    complete: bool,
    name: String,
    role: &'static str,
    title: String,
    bio: String,
    email: String,
    passkeys_possible: bool,
    passkeys: Vec<Passkey>,
    /// What staff call the provider that vouches for them.
    provider: Option<String>,
    identities: Vec<Identity>,
    has_password: bool,
    has_authenticator: bool,
    codes_left: i64,
    sessions: Vec<Known>,
}

#[derive(Serialize)]
struct Passkey {
    id: String,
    name: String,
    created: Timestamp,
    used: Option<Timestamp>,
}

/// An account at a provider.
#[derive(Serialize)]
struct Identity {
    /// What staff call the provider, or its address when it is no more.
    provider: String,
    issuer: String,
    subject: String,
    created: Timestamp,
}

#[derive(Serialize)]
struct Known {
    id: String,
    this: bool,
    method: &'static str,
    agent: String,
    address: String,
    created: Timestamp,
    seen: Timestamp,
}

impl View for AccountPage {
    const TEMPLATE: &'static str = "account.html";
}

#[derive(Serialize)]
struct AuthenticatorPage {
    secret: String,
    /// A picture of the address, as a `data:` address.
    picture: String,
}

impl View for AuthenticatorPage {
    const TEMPLATE: &'static str = "authenticator.html";
}

#[derive(Serialize)]
struct CodesPage {
    codes: Vec<String>,
}

impl View for CodesPage {
    const TEMPLATE: &'static str = "recovery_codes.html";
}

/// `GET /newsroom/account`
pub(super) async fn show(State(app): State<App>, Arrived(staff): Arrived, frame: Frame) -> Answer {
    frame.show(&page(&app, &staff).await?)
}

/// `POST /newsroom/account`
pub(super) async fn describe(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    let (now, person) = (app.now(), staff.person());
    let words = DescribePerson {
        title: Some(fields.trimmed("title").to_owned()),
        bio: Some(fields.trimmed("bio").to_owned()),
    };
    let done: Result<(), AccountError> = async {
        let mut tx = app.store().begin().await?;
        person::set_email(&mut tx, staff.actor(), person, Some(fields.text("email")), now).await?;
        person::describe(&mut tx, staff.actor(), person, words, now).await?;
        Ok(tx.commit().await?)
    }
    .await;
    finish(&app, &staff, &frame, done).await
}

/// `POST /newsroom/account/password`
pub(super) async fn set_password(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    let known = &staff.session.person;
    let names = [known.name.as_str(), known.email.as_deref().unwrap_or_default()];
    let done: Result<(), AccountError> = async {
        let hashed = password::hash(fields.text("password"), &names).await?;
        let mut tx = app.store().begin().await?;
        let keep = Some(staff.session.id);
        password::set(&mut tx, staff.actor(), known.id, hashed, keep, app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    if done.is_ok() && !second_factor::is_set(app.store(), known.id).await? {
        return go("/newsroom/account/authenticator");
    }
    finish(&app, &staff, &frame, done).await
}

/// `GET /newsroom/account/authenticator`
pub(super) async fn enrol(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    frame: Frame,
) -> Answer {
    let enrolment = enrolment(&app, &staff, &frame, true).await?;
    frame.show(&authenticator(&enrolment)?)
}

/// `POST /newsroom/account/authenticator`
pub(super) async fn confirm(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    let (person, now) = (staff.person(), app.now());
    let mut tx = app.store().begin().await?;
    let (code, secret) = (fields.text("code"), app.store().secret());
    match second_factor::confirm(&mut tx, staff.actor(), person, code, secret, now).await {
        Ok(codes) => {
            tx.commit().await?;
            frame.show(&CodesPage { codes })
        }
        Err(error) => {
            drop(tx);
            let enrolment = enrolment(&app, &staff, &frame, false).await?;
            frame.refuse(&authenticator(&enrolment)?, &Trouble::from(error))
        }
    }
}

/// `POST /newsroom/account/recovery-codes`
pub(super) async fn recovery_codes(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    frame: Frame,
    _: Posted,
) -> Answer {
    let mut tx = app.store().begin().await?;
    let secret = app.store().secret();
    let codes =
        second_factor::recovery_codes(&mut tx, staff.actor(), staff.person(), secret, app.now())
            .await?;
    tx.commit().await?;
    frame.show(&CodesPage { codes })
}

/// `POST /newsroom/account/sessions/{id}/end`
pub(super) async fn end_session(
    State(app): State<App>,
    Arrived(staff): Arrived,
    Path(id): Path<SessionId>,
    _: Posted,
) -> Answer {
    let mut tx = app.store().begin().await?;
    session::end(&mut tx, staff.actor(), id, app.now()).await?;
    tx.commit().await?;
    go("/newsroom/account")
}

/// Shows the account again, with what could not be done.
pub(super) async fn finish(
    app: &App,
    staff: &Staff,
    frame: &Frame,
    done: Result<(), AccountError>,
) -> Answer {
    match done {
        Ok(()) => go("/newsroom/account"),
        Err(error) => frame.refuse(&page(app, staff).await?, &Trouble::from(error)),
    }
}

pub(super) async fn page(app: &App, staff: &Staff) -> Result<AccountPage, Trouble> {
    let (store, now) = (app.store(), app.now());
    let known = &staff.session.person;
    let passkeys = passkey::all(store, known.id).await?.into_iter().map(|it| Passkey {
        id: it.id.to_string(),
        name: it.name,
        created: it.created_at,
        used: it.used_at,
    });
    let sessions = session::of_person(store, known.id, now).await?.into_iter().map(|it| Known {
        this: it.id == staff.session.id,
        id: it.id.to_string(),
        method: it.method.name(),
        agent: it.agent,
        address: it.address,
        created: it.created_at,
        seen: it.seen_at,
    });
    let identities = identity::all(store, known.id).await?.into_iter().map(|it| Identity {
        provider: match app.provider().filter(|provider| provider.issuer() == it.issuer) {
            Some(provider) => provider.label().to_owned(),
            None => it.issuer.clone(),
        },
        issuer: it.issuer,
        subject: it.subject,
        created: it.created_at,
    });
    Ok(AccountPage {
        complete: staff.session.complete,
        name: known.name.clone(),
        role: known.role.name(),
        title: known.title.clone(),
        bio: known.bio.clone(),
        email: known.email.clone().unwrap_or_default(),
        passkeys_possible: app.has_passkeys(),
        passkeys: passkeys.collect(),
        provider: app.provider().map(|it| it.label().to_owned()),
        identities: identities.collect(),
        has_password: password::is_set(store, known.id).await?,
        has_authenticator: second_factor::is_set(store, known.id).await?,
        codes_left: second_factor::codes_left(store, known.id).await?,
        sessions: sessions.collect(),
    })
}

/// The enrolment under way, or a new one.
async fn enrolment(
    app: &App,
    staff: &Staff,
    frame: &Frame,
    anew: bool,
) -> Result<Enrolment, Trouble> {
    let known = &staff.session.person;
    let (account, issuer) = (account_name(known), &frame.site.name);
    if let Some(pending) = second_factor::pending(app.store(), known.id, &account, issuer).await? {
        return Ok(pending);
    }
    if !anew {
        return Err(Trouble::invalid("There is no authenticator to confirm. Set it up again."));
    }
    let mut tx = app.store().begin().await?;
    let secret = app.store().secret();
    let enrolled =
        second_factor::enrol(&mut tx, staff.actor(), known.id, &account, issuer, secret).await?;
    tx.commit().await?;
    Ok(enrolled)
}

fn authenticator(enrolment: &Enrolment) -> Result<AuthenticatorPage, Trouble> {
    let code = QrCode::new(&enrolment.url)
        .map_err(|error| Trouble::invalid(format!("The picture cannot be drawn: {error}.")))?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
    let picture = base64::engine::general_purpose::STANDARD.encode(picture);
    // In groups, for those who type it.
    let secret: Vec<String> = enrolment
        .secret
        .as_bytes()
        .chunks(4)
        .map(|it| String::from_utf8_lossy(it).into())
        .collect();
    Ok(AuthenticatorPage {
        secret: secret.join(" "),
        picture: format!("data:image/svg+xml;base64,{picture}"),
    })
}
