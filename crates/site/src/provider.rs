//! A provider that vouches for staff, or for readers (OpenID Connect Core 1.0 §3.1, with PKCE): what it is asked, and
//! whether its word is good.

pub(crate) mod errand;
#[cfg(test)]
pub(crate) mod tests;
mod wire;

use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm as Algorithm, CoreProviderMetadata, CoreTokenResponse,
    CoreUserInfoClaims,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, LoginHint, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, SignatureVerificationError, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use url::{Host, Url};

use wire::Http;

/// For whom a provider vouches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VouchesFor {
    /// Staff.
    Staff,
    /// Readers with an account.
    Readers,
}

impl VouchesFor {
    /// Where the provider sends the browser back to, below the public address.
    fn answer(self) -> &'static str {
        match self {
            Self::Staff => "/newsroom/sign-in/provider/answer",
            Self::Readers => "/account/provider/answer",
        }
    }
}

/// So long what a provider says of itself is taken as it was.
const KEPT: Duration = Duration::from_secs(3600);
/// So long it may be gone on with when the provider does not answer.
const KEPT_AT_THE_MOST: Duration = Duration::from_secs(86_400);
/// No sooner is it asked again after it did not answer, or for a key that it did not have.
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(10);
/// How far its clock may be behind.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);
/// A provider has to say when somebody signed in if it is asked for a sign-in no older than this; it
/// is so long that nobody is asked for anything.
const ANY_AGE: Duration = Duration::from_secs(365 * 86_400);

/// Signatures that only the provider can make. Those of a shared secret are left out: whoever has
/// read the settings could sign for anybody.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

/// A provider that the operator trusts to say who somebody is. It is asked for nothing before
/// somebody signs in, so one that is down keeps nothing from starting.
pub struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    label: String,
    answer: RedirectUrl,
    http: Http,
    /// Held while the provider is asked of itself: others who wait take the answer.
    known: Mutex<Known>,
}

/// What the operator sets of a provider.
#[derive(Clone, Default)]
pub struct ProviderSettings {
    /// Its address, exactly as it spells it.
    pub issuer: String,
    /// What it calls this site.
    pub client_id: String,
    /// What this site shows it; none for a public client.
    pub client_secret: Option<String>,
    /// What it is called here; its host, if nothing.
    pub label: Option<String>,
}

/// What has to be remembered until the provider answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Question {
    nonce: String,
    verifier: String,
    /// Whether a sign-in was asked for that is no older than the question.
    anew: bool,
    at: Timestamp,
}

/// Who signed in at the provider.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// What the provider calls the account, always.
    pub(crate) subject: String,
    pub(crate) email: Email,
    /// When, if the provider says so.
    pub(crate) signed_in_at: Option<Timestamp>,
}

/// What a provider says of an e-mail address.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Email {
    /// It is the account's: the provider has looked.
    Verified(String),
    /// The account's owner says so.
    Claimed(String),
    Unknown,
}

/// Why somebody could not be let in, as a sentence.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The provider does not answer, or not as one.
    Down(String),
    /// It answered, and its word is not taken.
    Refused(String),
}

#[derive(Default)]
struct Known {
    client: Option<(Arc<Client>, Timestamp)>,
    failed_at: Option<Timestamp>,
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    /// # Errors
    /// As a sentence, when the settings are none.
    pub fn new(
        settings: ProviderSettings,
        vouches_for: VouchesFor,
        public_url: &Url,
    ) -> Result<Self, String> {
        let ProviderSettings { issuer, client_id, client_secret, label } = settings;
        let wrong = |why: &str| format!("The OpenID issuer {issuer:?} {why}.");
        let address: Url = issuer.parse().map_err(|error| wrong(&format!("is no URL: {error}")))?;
        let local = is_loopback(&address);
        match address.scheme() {
            "https" => {}
            "http" if local => {}
            _ => return Err(wrong("has to begin with https://, for it says who may come in")),
        }
        let host = address.host_str().unwrap_or_default();
        let label = label.unwrap_or_else(|| host.to_owned());
        let answer = public_url.join(vouches_for.answer()).map_err(|error| error.to_string())?;
        Ok(Self {
            issuer: IssuerUrl::new(issuer).map_err(|error| error.to_string())?,
            client_id: ClientId::new(client_id),
            client_secret: client_secret.map(ClientSecret::new),
            label,
            answer: RedirectUrl::from_url(answer),
            http: Http::new(local)?,
            known: Mutex::default(),
        })
    }

    /// What it is called here.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Where it sends browsers back to, and has to be told that it may.
    pub fn answer_address(&self) -> &str {
        &self.answer
    }

    /// Its address.
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Asks it of itself, as `tribune check` does.
    ///
    /// # Errors
    /// As a sentence, when it does not answer as a provider.
    pub async fn look(&self) -> Result<(), String> {
        self.discover().await.map(drop)
    }

    /// Makes sure that it can be asked.
    pub(crate) async fn ready(&self, now: Timestamp) -> Result<(), Failure> {
        self.client(now, KEPT).await.map(drop)
    }

    /// Begins to ask who somebody is. With `anew` the provider is to have them sign in now, whoever
    /// it thinks is there.
    pub(crate) fn question(&self, anew: bool, secrets: [[u8; 32]; 2], now: Timestamp) -> Question {
        let [nonce, verifier] = secrets.map(hex);
        Question { nonce, verifier, anew, at: now }
    }

    /// Where the browser goes with a question, to come back with `state`.
    pub(crate) async fn address(
        &self,
        question: &Question,
        state: &str,
        hint: Option<&str>,
    ) -> Result<Url, Failure> {
        let client = self.client(question.at, KEPT).await?;
        let (state, nonce) = (state.to_owned(), question.nonce.clone());
        let verifier = PkceCodeVerifier::new(question.verifier.clone());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        request = if question.anew {
            request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO)
        } else {
            request.set_max_age(ANY_AGE)
        };
        if let Some(hint) = hint {
            request = request.set_login_hint(LoginHint::new(hint.to_owned()));
        }
        Ok(request.url().0)
    }

    /// Takes the code that the browser came back with to the provider, and gives the provider's word.
    pub(crate) async fn answer(
        &self,
        question: &Question,
        code: String,
        now: Timestamp,
    ) -> Result<Word, Failure> {
        let client = self.client(now, KEPT).await?;
        let request = client.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|error| self.down(&told(&error)))?;
        let tokens = request
            .set_pkce_verifier(PkceCodeVerifier::new(question.verifier.clone()))
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(said) => self.refused(&said.to_string()),
                other => self.down(&told(&other)),
            })?;
        let claims = self.claims(&client, &tokens, question, now).await?;
        let signed_in_at =
            claims.auth_time().map(|at| Timestamp::from_micros(at.timestamp_micros()));
        if question.anew && signed_in_at.is_none_or(|at| at.plus(CLOCKS_DIFFER) < question.at) {
            return Err(Failure::Refused(format!(
                "{} did not have you sign in just now. Show otherwise that it is you.",
                self.label
            )));
        }
        let email = email(claims.email().map(|it| it.as_str()), claims.email_verified());
        let email = match email {
            // What is asked for by scope is not always in the token (§5.4).
            Email::Unknown => self.asked_for_email(&client, &tokens, &claims).await,
            known => known,
        };
        Ok(Word { subject: claims.subject().to_string(), email, signed_in_at })
    }

    /// What the ID token says, if it is the provider's word, to us, about this question, and good now.
    async fn claims(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        question: &Question,
        now: Timestamp,
    ) -> Result<CoreIdTokenClaims, Failure> {
        let token = tokens.id_token().ok_or_else(|| self.refused("there is no ID token"))?;
        let nonce = Nonce::new(question.nonce.clone());
        let check = |client: &Client| {
            let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
            let verifier = verifier.set_time_fn(move || instant(now));
            token.claims(&verifier, &nonce).cloned()
        };
        let checked = match check(client) {
            // It may have begun to sign with another key.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => check(&*self.client(now, ASKED_AGAIN_AFTER).await?),
            checked => checked,
        };
        checked.map_err(|error| self.refused(&told(&error)))
    }

    async fn asked_for_email(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Email {
        let subject = Some(claims.subject().clone());
        let Ok(request) = client.user_info(tokens.access_token().clone(), subject) else {
            return Email::Unknown;
        };
        let said: Result<CoreUserInfoClaims, _> = request.request_async(&self.http).await;
        match said {
            Ok(said) => email(said.email().map(|it| it.as_str()), said.email_verified()),
            Err(error) => {
                tracing::warn!("{} told no e-mail address: {}", self.label, told(&error));
                Email::Unknown
            }
        }
    }

    /// Speaks to the provider by what that says of itself, no older than `kept` if it can be had.
    async fn client(&self, now: Timestamp, kept: Duration) -> Result<Arc<Client>, Failure> {
        let mut known = self.known.lock().await;
        let within = |known: &Known, age: Duration| {
            let client = known.client.as_ref().filter(|(_, at)| now.since(*at) < age);
            client.map(|(client, _)| Arc::clone(client))
        };
        if let Some(client) = within(&known, kept) {
            return Ok(client);
        }
        let stale = within(&known, KEPT_AT_THE_MOST);
        if known.failed_at.is_some_and(|at| now.since(at) < ASKED_AGAIN_AFTER) {
            return stale.ok_or_else(|| self.down("it did not answer a moment ago"));
        }
        match self.discover().await {
            Ok(metadata) => {
                let client = Arc::new(self.client_of(metadata));
                *known = Known { client: Some((Arc::clone(&client), now)), failed_at: None };
                Ok(client)
            }
            Err(why) => {
                known.failed_at = Some(now);
                let down = self.down(&why);
                stale.ok_or(down)
            }
        }
    }

    async fn discover(&self) -> Result<CoreProviderMetadata, String> {
        let asked = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
        asked.map_err(|error| told(&error))
    }

    fn client_of(&self, metadata: CoreProviderMetadata) -> Client {
        let ways = metadata.token_endpoint_auth_methods_supported();
        let only_in_the_body = ways.is_some_and(|ways| {
            ways.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !ways.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        let way = if only_in_the_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        let (id, secret) = (self.client_id.clone(), self.client_secret.clone());
        let client = CoreClient::from_provider_metadata(metadata, id, secret);
        client.set_auth_type(way).set_redirect_uri(self.answer.clone())
    }

    fn down(&self, why: &str) -> Failure {
        tracing::warn!("{} cannot be asked who somebody is: {why}", self.label);
        Failure::Down(format!(
            "{} does not answer as it should. Try again in a minute, or sign in otherwise.",
            self.label
        ))
    }

    fn refused(&self, why: &str) -> Failure {
        tracing::warn!("The word of {} was not taken: {why}", self.label);
        Failure::Refused(format!(
            "What {} answered is not taken, and the log says why. Begin again.",
            self.label
        ))
    }
}

/// Whether only this machine can be meant.
pub(crate) fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn email(address: Option<&str>, verified: Option<bool>) -> Email {
    match (address, verified) {
        (None, _) => Email::Unknown,
        (Some(address), Some(true)) => Email::Verified(address.to_owned()),
        (Some(address), _) => Email::Claimed(address.to_owned()),
    }
}

/// As the library counts time; it is from a crate that the house does not otherwise use.
fn instant<T: Default + AddAssign<Duration>>(at: Timestamp) -> T {
    let mut instant = T::default();
    instant += Duration::from_micros(u64::try_from(at.as_micros()).unwrap_or(0));
    instant
}

fn hex(bytes: [u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An error with all that caused it, which says more than the outermost.
fn told(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}
