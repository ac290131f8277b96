//! Passkeys of staff: adding one, and signing in with one. See [`crate::passkeys`].

use accounts::ceremony::{Kind, Whose};
use accounts::webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};
use accounts::{passkey, session};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use base::PasskeyId;
use serde_json::Value;
use store::events::Method;

use super::forms::{Posted, Said};
use super::gate::{FreshlyArrived, Staff, safe_next};
use super::page::{Answer, go};
use super::sign_in::{Who, account_name, session_cookie};
use crate::App;
use crate::passkeys::{self, Answered, Onward, Owner};

/// `POST /newsroom/account/passkeys`
pub(super) async fn begin_new(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    _: Said<Value>,
) -> Answer {
    let person = &staff.session.person;
    let known = passkey::credentials(app.store(), person.id).await?;
    let owner = Owner {
        whose: Whose::Person(person.id),
        handle: person.id.0,
        account: &account_name(person),
        name: &person.name,
    };
    passkeys::begin_new(&app, Kind::NewPasskey, owner, &known).await
}

/// `POST /newsroom/account/passkeys/answer`
pub(super) async fn finish_new(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    Said(answered): Said<Answered<RegisterPublicKeyCredential>>,
) -> Answer {
    let whose = Whose::Person(staff.person());
    let made = passkeys::made(&app, Kind::NewPasskey, whose, &answered).await?;
    let mut tx = app.store().begin().await?;
    passkey::add(&mut tx, staff.actor(), staff.person(), &answered.name, &made, app.now()).await?;
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
    passkeys::begin(&app, Kind::Passkey).await
}

/// `POST /newsroom/sign-in/passkey/answer`, which also shows again who one is.
pub(super) async fn finish_sign_in(
    State(app): State<App>,
    staff: Option<axum::Extension<Staff>>,
    who: Who,
    Said(answered): Said<Answered<PublicKeyCredential>>,
) -> Answer {
    let now = app.now();
    let question = passkeys::asked(&app, Kind::Passkey, &answered).await?;
    let mut tx = app.store().begin().await?;
    let found = passkey::by_credential(&tx, answered.credential_id()).await?;
    let (person, known) = found.ok_or_else(passkeys::unknown)?;
    let result = question.check(&app, &answered, (person.0, &known))?;
    passkey::used(&mut tx, known, &result, now).await?;
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
