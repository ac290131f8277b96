//! Passkeys: adding one, and signing in with one. The two ceremonies of WebAuthn Level 3 §7, each in
//! two requests that a script sends.

use accounts::ceremony::{self, Kind};
use accounts::passkey;
use accounts::session;
use accounts::webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential,
};
use accounts::webauthn_rs::{Webauthn, WebauthnBuilder};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use base::PasskeyId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::events::Method;
use url::{Host, Url};

use super::forms::{Posted, Said};
use super::gate::{FreshlyArrived, Staff, safe_next};
use super::page::{Answer, go};
use super::sign_in::{Who, account_name, session_cookie};
use super::trouble::Trouble;
use crate::App;

/// Who passkeys are made for: the host of the public address. A bare IP address has none (WebAuthn
/// §5.1.2 wants a domain).
pub(crate) fn relying_party(public_url: &Url) -> Option<Webauthn> {
    let Some(Host::Domain(host)) = public_url.host() else { return None };
    let builder = WebauthnBuilder::new(host, public_url).ok()?;
    builder.rp_name("Tribune").build().ok()
}

/// What a script is to ask the browser, and what finds the ceremony again.
#[derive(Serialize)]
struct Asked<T> {
    ceremony: String,
    options: T,
}

/// What the browser answered to it.
#[derive(Deserialize)]
pub(super) struct Answered<T> {
    ceremony: String,
    credential: T,
    #[serde(default)]
    name: String,
    #[serde(default)]
    next: String,
}

/// Where a script is to go on.
#[derive(Serialize)]
struct Onward<'a> {
    next: &'a str,
}

/// `POST /newsroom/account/passkeys`
pub(super) async fn begin_new(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    _: Said<Value>,
) -> Answer {
    let person = &staff.session.person;
    let known = passkey::credentials(app.store(), person.id).await?;
    let known = known.iter().map(|passkey| passkey.cred_id().clone()).collect();
    let (options, state) = passkeys(&app)?
        .start_passkey_registration(person.id.0, &account_name(person), &person.name, Some(known))
        .map_err(|error| failed(&error))?;
    let mut tx = app.store().begin().await?;
    let ceremony = ceremony::begin(
        &mut tx,
        Kind::NewPasskey,
        Some(person.id),
        &json(&state)?,
        app.store().secret(),
        app.now(),
    )
    .await?;
    tx.commit().await?;
    Ok(Json(Asked { ceremony, options }).into_response())
}

/// `POST /newsroom/account/passkeys/answer`
pub(super) async fn finish_new(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    Said(answered): Said<Answered<RegisterPublicKeyCredential>>,
) -> Answer {
    let now = app.now();
    let mut tx = app.store().begin().await?;
    let taken = ceremony::take(&mut tx, Kind::NewPasskey, &answered.ceremony, now).await?;
    let taken = taken.filter(|it| it.person_id == Some(staff.person())).ok_or_else(late)?;
    let state: PasskeyRegistration = serde_json::from_str(&taken.state).map_err(|_| late())?;
    let made = passkeys(&app)?
        .finish_passkey_registration(&answered.credential, &state)
        .map_err(|error| failed(&error))?;
    passkey::add(&mut tx, staff.actor(), staff.person(), &answered.name, &made, now).await?;
    tx.commit().await?;
    Ok(Json(Onward { next: "/newsroom/account" }).into_response())
}

/// `POST /newsroom/account/passkeys/{id}/remove`
pub(super) async fn remove(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    Path(id): Path<PasskeyId>,
    _: Posted,
) -> Answer {
    let mut tx = app.store().begin().await?;
    passkey::remove(&mut tx, staff.actor(), staff.person(), id, app.now()).await?;
    tx.commit().await?;
    go("/newsroom/account")
}

/// `POST /newsroom/sign-in/passkey`
pub(super) async fn begin_sign_in(State(app): State<App>, _: Said<Value>) -> Answer {
    let (options, state) =
        passkeys(&app)?.start_discoverable_authentication().map_err(|error| failed(&error))?;
    let mut tx = app.store().begin().await?;
    let (state, secret) = (json(&state)?, app.store().secret());
    let ceremony = ceremony::begin(&mut tx, Kind::Passkey, None, &state, secret, app.now()).await?;
    tx.commit().await?;
    Ok(Json(Asked { ceremony, options }).into_response())
}

/// `POST /newsroom/sign-in/passkey/answer`, which also shows again who one is.
pub(super) async fn finish_sign_in(
    State(app): State<App>,
    staff: Option<axum::Extension<Staff>>,
    who: Who,
    Said(answered): Said<Answered<PublicKeyCredential>>,
) -> Answer {
    let now = app.now();
    let webauthn = passkeys(&app)?;
    let mut tx = app.store().begin().await?;
    let taken = ceremony::take(&mut tx, Kind::Passkey, &answered.ceremony, now).await?;
    let state: DiscoverableAuthentication =
        taken.and_then(|taken| serde_json::from_str(&taken.state).ok()).ok_or_else(late)?;
    let (_, credential) = webauthn
        .identify_discoverable_authentication(&answered.credential)
        .map_err(|error| failed(&error))?;
    let Some((person, passkey)) = passkey::by_credential(&tx, credential).await? else {
        return Err(Trouble::new(
            StatusCode::UNAUTHORIZED,
            "This passkey is not known here any more. Sign in otherwise, and add it anew.",
        ));
    };
    let key = DiscoverableKey::from(&passkey);
    let result = webauthn
        .finish_discoverable_authentication_v2(&answered.credential, state, &key)
        .map_err(|error| failed(&error))?;
    passkey::used(&mut tx, passkey, &result, now).await?;
    let next = safe_next(&answered.next);
    match staff {
        Some(axum::Extension(staff)) if staff.person() == person => {
            session::shown(&mut tx, staff.session.id, now).await?;
            tx.commit().await?;
            Ok(Json(Onward { next }).into_response())
        }
        _ => {
            tx.commit().await?;
            let cookie = session_cookie(&app, person, Method::Passkey, &who.client).await?;
            Ok((cookie, Json(Onward { next })).into_response())
        }
    }
}

fn passkeys(app: &App) -> Result<&Webauthn, Trouble> {
    app.passkeys().ok_or_else(|| {
        Trouble::invalid(
            "Passkeys need a site with a name: start Tribune with a --public-url that has a domain.",
        )
    })
}

fn late() -> Trouble {
    Trouble::new(StatusCode::UNAUTHORIZED, "That took too long, or was done already. Begin again.")
}

fn failed(error: &accounts::webauthn_rs::prelude::WebauthnError) -> Trouble {
    Trouble::new(StatusCode::UNAUTHORIZED, format!("The passkey was not accepted: {error}."))
}

fn json(state: &impl Serialize) -> Result<String, Trouble> {
    serde_json::to_string(state).map_err(|error| Trouble::invalid(error.to_string()))
}
