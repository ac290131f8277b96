//! Passkeys over HTTP: the two ceremonies of WebAuthn Level 3 §7, each in two requests that a script
//! sends (`web/newsroom/passkeys.ts`). Staff and readers go through the same ones, each with a kind
//! and a table of their own, so that no answer of one lets in the other.

use accounts::ceremony::{self, Kind, Whose};
use accounts::webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, DiscoverableKey, Passkey,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, WebauthnError,
};
use accounts::webauthn_rs::{Webauthn, WebauthnBuilder};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use url::{Host, Url};
use uuid::Uuid;

use crate::App;
use crate::newsroom::Trouble;

/// Who passkeys are made for: the host of the public address. A bare IP address has none (WebAuthn
/// §5.1.2 wants a domain).
pub(crate) fn relying_party(public_url: &Url) -> Option<Webauthn> {
    let Some(Host::Domain(host)) = public_url.host() else { return None };
    let builder = WebauthnBuilder::new(host, public_url).ok()?;
    builder.rp_name("Tribune").build().ok()
}

/// What the browser answered.
#[derive(Deserialize)]
pub(crate) struct Answered<T> {
    ceremony: String,
    credential: T,
    /// What a new passkey is called.
    #[serde(default)]
    pub(crate) name: String,
    /// Where one wants to go on.
    #[serde(default)]
    pub(crate) next: String,
    /// What a reader was about to say there.
    #[serde(default)]
    pub(crate) draft: String,
}

/// Where a script is to go on.
#[derive(Serialize)]
pub(crate) struct Onward<'a> {
    pub(crate) next: &'a str,
}

/// Who adds a passkey.
pub(crate) struct Owner<'a> {
    pub(crate) whose: Whose,
    /// What an authenticator knows them by.
    pub(crate) handle: Uuid,
    /// What an authenticator calls the account.
    pub(crate) account: &'a str,
    pub(crate) name: &'a str,
}

/// What a script is to ask the browser, and what finds the ceremony again.
#[derive(Serialize)]
struct Asked<T> {
    ceremony: String,
    options: T,
}

/// Begins to make a passkey; `known` are those that the owner has.
pub(crate) async fn begin_new(
    app: &App,
    kind: Kind,
    owner: Owner<'_>,
    known: &[Passkey],
) -> Result<Response, Trouble> {
    let known = known.iter().map(|passkey| passkey.cred_id().clone()).collect();
    let (options, state) = party(app)?
        .start_passkey_registration(owner.handle, owner.account, owner.name, Some(known))
        .map_err(|error| failed(&error))?;
    keep(app, kind, owner.whose, &state, options).await
}

/// The passkey that was made, if it is this owner's.
pub(crate) async fn made(
    app: &App,
    kind: Kind,
    whose: Whose,
    answered: &Answered<RegisterPublicKeyCredential>,
) -> Result<Passkey, Trouble> {
    let taken = take(app, kind, &answered.ceremony).await?;
    if taken.whose != whose {
        return Err(late());
    }
    let state: PasskeyRegistration = serde_json::from_str(&taken.state).map_err(|_| late())?;
    party(app)?
        .finish_passkey_registration(&answered.credential, &state)
        .map_err(|error| failed(&error))
}

/// Begins to ask for a passkey, whosever it is.
pub(crate) async fn begin(app: &App, kind: Kind) -> Result<Response, Trouble> {
    let (options, state) =
        party(app)?.start_discoverable_authentication().map_err(|error| failed(&error))?;
    keep(app, kind, Whose::Nobody, &state, options).await
}

/// What was asked, taken once: whatever comes of it, it is not asked again.
pub(crate) async fn asked(
    app: &App,
    kind: Kind,
    answered: &Answered<PublicKeyCredential>,
) -> Result<Question, Trouble> {
    let taken = take(app, kind, &answered.ceremony).await?;
    Ok(Question(serde_json::from_str(&taken.state).map_err(|_| late())?))
}

/// What the browser was asked.
pub(crate) struct Question(DiscoverableAuthentication);

impl Question {
    /// Whether the answer is this passkey's, and its owner is known by that handle.
    pub(crate) fn check(
        self,
        app: &App,
        answered: &Answered<PublicKeyCredential>,
        (owner, passkey): (Uuid, &Passkey),
    ) -> Result<AuthenticationResult, Trouble> {
        let webauthn = party(app)?;
        let (handle, _) = webauthn
            .identify_discoverable_authentication(&answered.credential)
            .map_err(|error| failed(&error))?;
        if handle != owner {
            return Err(failed(&WebauthnError::InvalidUserUniqueId));
        }
        let key = DiscoverableKey::from(passkey);
        webauthn
            .finish_discoverable_authentication_v2(&answered.credential, self.0, &key)
            .map_err(|error| failed(&error))
    }
}

impl Answered<PublicKeyCredential> {
    /// Which passkey answered, as it says.
    pub(crate) fn credential_id(&self) -> &[u8] {
        self.credential.get_credential_id()
    }
}

/// The answer to a passkey that is nobody's here.
pub(crate) fn unknown() -> Trouble {
    Trouble::new(
        StatusCode::UNAUTHORIZED,
        "This passkey is not known here any more. Sign in otherwise, and add it anew.",
    )
}

async fn keep<T: Serialize>(
    app: &App,
    kind: Kind,
    whose: Whose,
    state: &impl Serialize,
    options: T,
) -> Result<Response, Trouble> {
    let state = serde_json::to_string(state).map_err(|it| Trouble::invalid(it.to_string()))?;
    let mut tx = app.store().begin().await?;
    let secret = app.store().secret();
    let ceremony = ceremony::begin(&mut tx, kind, whose, &state, secret, app.now()).await?;
    tx.commit().await?;
    Ok(Json(Asked { ceremony, options }).into_response())
}

async fn take(app: &App, kind: Kind, ceremony: &str) -> Result<ceremony::Waiting, Trouble> {
    let mut tx = app.store().begin().await?;
    let taken = ceremony::take(&mut tx, kind, ceremony, app.now()).await?;
    tx.commit().await?;
    taken.ok_or_else(late)
}

fn party(app: &App) -> Result<&Webauthn, Trouble> {
    app.passkeys().ok_or_else(|| {
        Trouble::invalid(
            "Passkeys need a site with a name: start Tribune with a --public-url that has a domain.",
        )
    })
}

fn late() -> Trouble {
    Trouble::new(StatusCode::UNAUTHORIZED, "That took too long, or was done already. Begin again.")
}

fn failed(error: &WebauthnError) -> Trouble {
    Trouble::new(StatusCode::UNAUTHORIZED, format!("The passkey was not accepted: {error}."))
}
