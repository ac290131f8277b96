//! What each request to the newsroom passes, and who it turns out to be.

use std::sync::Arc;
use std::time::Duration;

use accounts::ceremony;
use accounts::policy::{self, Action};
use accounts::reader;
use accounts::session::{self, Session};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use base::{Actor, PersonId};
use sha2::{Digest as _, Sha256};

use super::trouble::Trouble;
use crate::App;

/// Names the cookie of a session.
const SESSION: &str = "tribune";
/// Names the cookie of a guest who said something.
const GUEST: &str = "tribune-guest";
/// Names the cookie of a reader who is signed in.
const READER: &str = "tribune-reader";
/// Names the cookie of the browser that asked for a link.
const LINK: &str = "tribune-link";
/// So long a guest's comments stay theirs.
const GUEST_LASTS: Duration = Duration::from_secs(365 * 86_400);

/// Somebody of the staff who is signed in: part of each handler's signature.
#[derive(Clone)]
pub(super) struct Staff {
    pub(super) session: Arc<Session>,
    /// What each form of this session carries, so that no other site can send one.
    pub(super) csrf: String,
}

impl Staff {
    pub(super) fn actor(&self) -> &Actor {
        &self.session.actor
    }

    pub(super) fn person(&self) -> PersonId {
        self.session.person.id
    }
}

/// The same, of one who may have been let in by a link only, and has yet to set up a way in.
pub(super) struct Arrived(pub(super) Staff);

/// Staff that has shown a short while ago who it is.
pub(super) struct Fresh(pub(super) Staff);

/// One who has arrived, and has shown a short while ago who it is.
pub(super) struct FreshlyArrived(pub(super) Staff);

/// The nonce of the scripts of this answer.
#[derive(Clone)]
pub(super) struct Nonce(pub(super) String);

/// Finds the session, refuses what comes from elsewhere, and guards the answer.
pub(super) async fn gate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let method = request.method();
    let reads = method == Method::GET || method == Method::HEAD;
    if !reads && !comes_from_here(&app, request.headers()) {
        return guarded(&app, Trouble::foreign().into_response(), None, "");
    }
    let cookie = cookie(&app, request.headers()).map(str::to_owned);
    let mut renewed = None;
    if let Some(text) = &cookie {
        match known(&app, text).await {
            Ok(Some((staff, secret))) => {
                renewed = secret;
                request.extensions_mut().insert(staff);
            }
            Ok(None) => {}
            Err(trouble) => return guarded(&app, trouble.into_response(), None, ""),
        }
    }
    let nonce: [u8; 16] = app.store().secret();
    let nonce: String = nonce.iter().map(|byte| format!("{byte:02x}")).collect();
    request.extensions_mut().insert(Nonce(nonce.clone()));
    let response = next.run(request).await;
    guarded(&app, response, renewed, &nonce)
}

/// Whether a request outside the newsroom comes from somebody of the staff.
pub(super) async fn is_staff(app: &App, headers: &HeaderMap) -> bool {
    let session = staff_of(app, headers).await;
    session.is_some_and(|it| policy::check_anywhere(&it.actor, Action::KeepPhotos).is_ok())
}

/// The session of somebody of the staff who is on a reader's page.
pub(crate) async fn staff_of(app: &App, headers: &HeaderMap) -> Option<Session> {
    let found = session::find(app.store(), cookie(app, headers)?, app.now()).await;
    let session = found.ok().flatten().filter(|session| session.complete)?;
    policy::check_anywhere(&session.actor, Action::EnterNewsroom).is_ok().then_some(session)
}

/// What the browser of a guest shows to be the same again.
pub(crate) fn guest_secret(app: &App, headers: &HeaderMap) -> Option<String> {
    let text = named_cookie(headers, &full_name(app, GUEST))?;
    let ours = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    ours.then(|| text.to_owned())
}

/// The cookie of a guest.
pub(crate) fn guest_cookie(app: &App, secret: &str) -> HeaderValue {
    cookie_with(app, GUEST, secret, GUEST_LASTS)
}

/// The session of a reader.
pub(crate) async fn reader_of(app: &App, headers: &HeaderMap) -> Option<reader::Session> {
    let text = named_cookie(headers, &full_name(app, READER))?;
    reader::find(app.store(), text, app.now()).await.ok().flatten()
}

/// The cookie of a reader's session.
pub(crate) fn reader_cookie(app: &App, secret: &str) -> HeaderValue {
    cookie_with(app, READER, secret, reader::SESSION_LASTS)
}

/// Takes it away.
pub(crate) fn unset_reader_cookie(app: &App) -> HeaderValue {
    cookie_with(app, READER, "", Duration::ZERO)
}

/// What the browser shows to be the one that asked for a link.
pub(crate) fn link_secret<'h>(app: &App, headers: &'h HeaderMap) -> Option<&'h str> {
    named_cookie(headers, &full_name(app, LINK)).filter(|text| text.len() == 64)
}

/// The cookie of a browser that asks for a link.
pub(crate) fn link_cookie(app: &App, secret: &str) -> HeaderValue {
    cookie_with(app, LINK, secret, reader::LINK_LASTS)
}

/// The session of a cookie, with its new secret when it is given one.
async fn known(app: &App, text: &str) -> Result<Option<(Staff, Option<String>)>, Trouble> {
    let now = app.now();
    let Some(found) = session::find(app.store(), text, now).await? else { return Ok(None) };
    if policy::check_anywhere(&found.actor, Action::EnterNewsroom).is_err() {
        return Ok(None);
    }
    let mut secret = None;
    if found.is_due(now) {
        let mut tx = app.store().begin().await?;
        secret = session::refresh(&mut tx, &found, app.store().secret(), now).await?;
        tx.commit().await?;
    }
    let csrf = csrf(secret.as_deref().unwrap_or(text));
    Ok(Some((Staff { session: Arc::new(found), csrf }, secret)))
}

/// Bound to the session's secret, which no page ever shows.
pub(super) fn csrf(text: &str) -> String {
    let digest = Sha256::new().chain_update("csrf ").chain_update(text).finalize();
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a page of this site had the browser send this. A browser says where a request comes from
/// (Fetch Metadata; RFC 6454); what says nothing is no browser of today.
pub(crate) fn comes_from_here(app: &App, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if text("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return false;
    }
    let Some(origin) = text("origin") else { return false };
    let public = app.0.settings.public_url.origin().ascii_serialization();
    let host = text("host").unwrap_or_default();
    origin == public
        || origin.split_once("://").is_some_and(|(_, named)| !named.is_empty() && named == host)
}

/// The whole name of a cookie: over HTTPS one that no other host or path can set.
pub(crate) fn full_name(app: &App, name: &str) -> String {
    let https = app.0.settings.public_url.scheme() == "https";
    format!("{}{name}", if https { "__Host-" } else { "" })
}

pub(super) fn cookie<'h>(app: &App, headers: &'h HeaderMap) -> Option<&'h str> {
    named_cookie(headers, &full_name(app, SESSION))
}

/// What the browser brings under this name.
pub(crate) fn named_cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter();
    all.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The cookie of a session that begins, or of one that has been given a new secret.
pub(super) fn set_cookie(app: &App, text: &str) -> HeaderValue {
    cookie_with(app, SESSION, text, session::LONGEST)
}

/// A cookie of what is begun and has to be finished in the same browser.
pub(crate) fn short_cookie(app: &App, name: &str, text: &str) -> HeaderValue {
    cookie_with(app, name, text, ceremony::LASTS)
}

/// Takes the cookie away.
pub(super) fn unset_cookie(app: &App) -> HeaderValue {
    cookie_with(app, SESSION, "", Duration::ZERO)
}

fn cookie_with(app: &App, name: &str, text: &str, lasts: Duration) -> HeaderValue {
    let (name, seconds, secure) = (full_name(app, name), lasts.as_secs(), secure(app));
    let cookie =
        format!("{name}={text}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""))
}

/// Over HTTPS a cookie goes over nothing else.
pub(super) fn secure(app: &App) -> &'static str {
    if app.0.settings.public_url.scheme() == "https" { "; Secure" } else { "" }
}

/// No answer of the newsroom is kept by anybody, framed by another site, or given a script that is
/// not ours.
fn guarded(app: &App, mut response: Response, renewed: Option<String>, nonce: &str) -> Response {
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data: \
         blob:; font-src 'self'; media-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types tribune-editor ProseMirrorClipboard"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    let own = format!("{}=", full_name(app, SESSION));
    let set = headers.get_all(header::SET_COOKIE).iter();
    let is_set = set.into_iter().any(|value| value.as_bytes().starts_with(own.as_bytes()));
    if let Some(text) = renewed
        && !is_set
    {
        headers.append(header::SET_COOKIE, set_cookie(app, &text));
    }
    response
}

impl FromRequestParts<App> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Arrived(staff) = Arrived::from_request_parts(parts, app).await?;
        if staff.session.complete {
            return Ok(staff);
        }
        Err(Redirect::to("/newsroom/account").into_response())
    }
}

impl FromRequestParts<App> for Arrived {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Response> {
        let staff = parts.extensions.get::<Staff>().cloned();
        staff.map(Self).ok_or_else(|| {
            if parts.method == Method::GET {
                Redirect::to(&with_next("/newsroom/sign-in", &parts.uri)).into_response()
            } else {
                Trouble::new(
                    StatusCode::UNAUTHORIZED,
                    "You are not signed in any more. Sign in in another tab, and send this again.",
                )
                .into_response()
            }
        })
    }
}

impl FromRequestParts<App> for Fresh {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let staff = Staff::from_request_parts(parts, app).await?;
        fresh(parts, app, staff).map(Self)
    }
}

impl FromRequestParts<App> for FreshlyArrived {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Arrived(staff) = Arrived::from_request_parts(parts, app).await?;
        fresh(parts, app, staff).map(Self)
    }
}

#[expect(clippy::result_large_err, reason = "it is what the caller has to return")]
fn fresh(parts: &Parts, app: &App, staff: Staff) -> Result<Staff, Response> {
    if staff.session.is_fresh(app.now()) {
        return Ok(staff);
    }
    // What was posted is lost, so the way back leads to the page that it was posted from.
    let back = if parts.method == Method::GET { Some(parts.uri.clone()) } else { referer(parts) };
    let back = back.unwrap_or(Uri::from_static("/newsroom/"));
    Err(Redirect::to(&with_next("/newsroom/confirm", &back)).into_response())
}

impl FromRequestParts<App> for Nonce {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or(Self(String::new())))
    }
}

fn referer(parts: &Parts) -> Option<Uri> {
    parts.headers.get(header::REFERER)?.to_str().ok()?.parse().ok()
}

fn with_next(to: &str, next: &Uri) -> String {
    let path = next.path_and_query().map_or("/newsroom/", |it| it.as_str());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("next", path);
    format!("{to}?{}", query.finish())
}

/// A way back that leads nowhere but into the newsroom.
pub(super) fn safe_next(next: &str) -> &str {
    let strange = |c: char| c.is_control() || c == '\\';
    if next.starts_with("/newsroom/") && !next.contains(strange) { next } else { "/newsroom/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_in_the_newsroom() {
        assert_eq!(safe_next("/newsroom/people?x=1"), "/newsroom/people?x=1");
        for strange in
            ["https://evil.example/", "//evil.example/newsroom/", "/newsroom/\r\nx: y", ""]
        {
            assert_eq!(safe_next(strange), "/newsroom/");
        }
    }

    #[test]
    fn the_way_to_the_sign_in_remembers_where_one_wanted_to_go() {
        let to = with_next("/newsroom/sign-in", &"/newsroom/people?a=b".parse().unwrap());
        assert_eq!(to, "/newsroom/sign-in?next=%2Fnewsroom%2Fpeople%3Fa%3Db");
    }
}
