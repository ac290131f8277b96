//! Passkeys of readers: signing in with one, adding one, taking one away. See [`crate::passkeys`].

use accounts::ceremony::{Kind, Whose};
use accounts::reader::{self, Session};
use accounts::throttle::Subject;
use accounts::webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use base::PasskeyId;
use serde_json::Value;

use super::{Asked, HERE, counted, draft, enter, may_try, onward, safe_back, still_comes_in, told};
use crate::App;
use crate::newsroom::{Fields, Said, Trouble, comes_from_here, reader_of};
use crate::pages::answer::Answer;
use crate::pages::discussion::{FOREIGN, foreign, see_other};
use crate::passkeys::{self, Answered, Onward, Owner};
use crate::serve::ClientAddress;

/// What a script is given.
type Told = Result<Response, Trouble>;

/// `POST /account/passkey`
pub(crate) async fn begin(
    State(app): State<App>,
    headers: HeaderMap,
    address: Option<Extension<ClientAddress>>,
    _: Said<Value>,
) -> Told {
    from_here(&app, &headers)?;
    tries(&app, address).await?;
    passkeys::begin(&app, Kind::ReaderPasskey).await
}

/// `POST /account/passkey/answer`
pub(crate) async fn finish(
    State(app): State<App>,
    headers: HeaderMap,
    address: Option<Extension<ClientAddress>>,
    Said(answered): Said<Answered<PublicKeyCredential>>,
) -> Told {
    from_here(&app, &headers)?;
    let question = passkeys::asked(&app, Kind::ReaderPasskey, &answered).await?;
    let mut tx = app.store().begin().await?;
    let found = reader::passkey::by_credential(&tx, answered.credential_id()).await?;
    let (id, known) = found.ok_or_else(passkeys::unknown)?;
    let result = question.check(&app, &answered, (id.0, &known))?;
    reader::passkey::used(&mut tx, known, &result, app.now()).await?;
    let reader = reader::by_id(&tx, id).await?.ok_or_else(passkeys::unknown)?;
    let back = (safe_back(&answered.next), draft(&answered.draft));
    let (session, cookie) =
        enter(&app, &mut tx, &headers, reader, (back.0, &back.1), &counted(address)).await?;
    tx.commit().await?;
    let cookie = [(header::SET_COOKIE, cookie)];
    Ok((cookie, Json(Onward { next: &onward(&session) })).into_response())
}

/// `POST /account/passkeys`
pub(crate) async fn begin_new(State(app): State<App>, headers: HeaderMap, _: Said<Value>) -> Told {
    let Session { reader, .. } = signed_in(&app, &headers).await?;
    let known = reader::passkey::credentials(app.store(), reader.id).await?;
    let owner = Owner {
        whose: Whose::Reader(reader.id),
        handle: reader.id.0,
        account: &reader.email,
        name: &reader.name,
    };
    passkeys::begin_new(&app, Kind::ReaderNewPasskey, owner, &known).await
}

/// `POST /account/passkeys/answer`
pub(crate) async fn finish_new(
    State(app): State<App>,
    headers: HeaderMap,
    Said(answered): Said<Answered<RegisterPublicKeyCredential>>,
) -> Told {
    let session = signed_in(&app, &headers).await?;
    let reader = session.reader.id;
    let whose = Whose::Reader(reader);
    let made = passkeys::made(&app, Kind::ReaderNewPasskey, whose, &answered).await?;
    let mut tx = app.store().begin().await?;
    reader::passkey::add(&mut tx, reader, &answered.name, &made, app.now()).await?;
    tx.commit().await?;
    let next = match safe_back(&answered.next) {
        back if back == session.back => onward(&session),
        back => back.to_owned(),
    };
    Ok(Json(Onward { next: &next }).into_response())
}

/// `POST /account/passkeys/{id}/remove`
pub(crate) async fn remove(
    State(app): State<App>,
    Path(id): Path<PasskeyId>,
    headers: HeaderMap,
    answer: Answer,
    _: Fields,
) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    let Some(Session { reader, .. }) = reader_of(&app, &headers).await else {
        return see_other(HERE);
    };
    let removed: Result<(), Trouble> = async {
        let mut tx = app.store().begin().await?;
        reader::passkey::remove(&mut tx, reader.id, id, app.now()).await?;
        still_comes_in(&app, &tx, reader.id).await?;
        Ok(tx.commit().await?)
    }
    .await;
    match removed {
        Ok(()) => see_other("/account#passkeys"),
        Err(trouble) => told(&app, &headers, answer, Asked::default(), trouble).await,
    }
}

async fn signed_in(app: &App, headers: &HeaderMap) -> Result<Session, Trouble> {
    from_here(app, headers)?;
    reader_of(app, headers).await.ok_or_else(|| {
        Trouble::new(StatusCode::UNAUTHORIZED, "You are not signed in any more. Sign in first.")
    })
}

fn from_here(app: &App, headers: &HeaderMap) -> Result<(), Trouble> {
    let foreign = || Trouble::new(StatusCode::FORBIDDEN, FOREIGN);
    comes_from_here(app, headers).then_some(()).ok_or_else(foreign)
}

/// Counts an attempt to sign in from this network.
pub(super) async fn tries(
    app: &App,
    address: Option<Extension<ClientAddress>>,
) -> Result<(), Trouble> {
    let mut tx = app.store().begin().await?;
    if !may_try(&mut tx, &[Subject::Address(&counted(address))], app.now()).await? {
        let wait = "There were many attempts to sign in. Wait a while, and try again.";
        return Err(Trouble::new(StatusCode::TOO_MANY_REQUESTS, wait));
    }
    Ok(tx.commit().await?)
}
