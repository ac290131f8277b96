//! `/account`: readers with an account. A link is mailed to whoever asks, and lets in once, in the
//! browser that asked for it. To look at a link does nothing, so a program that opens the links of a
//! mail takes nothing from anybody. Beside it a passkey lets in, and the word of the readers'
//! provider.

mod passkeys;
mod provider;

use accounts::reader::{self, AskLink, Fate, Reader, Session};
use accounts::throttle::{self, Subject};
use accounts::{AccountError, secret};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use base::{Actor, ArticleId, CommentId, FollowId, ReaderId, Timestamp};
use discuss::{comment, commenter, follow};
use projections::page_cache::Rendered;
use publish::article;
use serde::Deserialize;
use store::{Connection, StoreError, Tx};

use super::answer::{Answer, fresh};
use super::discussion::{foreign, see_other};
use super::shell::Shell;
use super::{Result, failed, missing};
use crate::App;
use crate::error::PageError;
use crate::newsroom::{
    Fields, Trouble, comes_from_here, guest_secret, link_cookie, link_secret, reader_cookie,
    reader_of, unset_reader_cookie,
};
use crate::serve::ClientAddress;
use crate::view::{
    AccountLinkPage, AccountPage, FollowPage, Link, OwnAccount, OwnFollow, OwnIdentity, OwnPasskey,
    OwnSession,
};

pub(crate) use passkeys::{
    begin as begin_passkey, begin_new as begin_new_passkey, finish as finish_passkey,
    finish_new as finish_new_passkey, remove as remove_passkey,
};
pub(crate) use provider::{
    answer as provider_answer, arrive, ask as ask_provider, unlink as unlink_provider,
};

/// Where all of this is.
const HERE: &str = "/account";
/// More than a comment has.
const DRAFT_MAX: usize = 20_000;

/// Where one was.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Back {
    back: String,
}

/// What the form to sign in shows.
#[derive(Default)]
struct Asked {
    back: String,
    draft: String,
    email: String,
    sent: bool,
    trouble: Option<String>,
}

/// `GET /account`
pub(crate) async fn show(
    State(app): State<App>,
    Query(Back { back }): Query<Back>,
    headers: HeaderMap,
    answer: Answer,
) -> Response {
    let asked = Asked { back, ..Asked::default() };
    fresh(&app, answer, page(&app, &headers, asked, 200)).await
}

/// `POST /account/sign-in`: the same, with what one was about to say.
pub(crate) async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    answer: Answer,
    fields: Fields,
) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    fresh(&app, answer, page(&app, &headers, asked(&fields), 200)).await
}

/// What a form that leads to an account brings along.
fn asked(fields: &Fields) -> Asked {
    Asked {
        back: fields.text("back").to_owned(),
        draft: draft(fields.text("text")),
        email: fields.trimmed("email").to_owned(),
        ..Asked::default()
    }
}

fn draft(text: &str) -> String {
    text.chars().take(DRAFT_MAX).collect()
}

async fn page(app: &App, headers: &HeaderMap, asked: Asked, status: u16) -> Result<Rendered> {
    let session = reader_of(app, headers).await;
    // Whoever added a passkey while there was mail comes in with it when there is none.
    let opens =
        app.has_accounts() || app.has_passkeys() && reader::passkey::any(app.store()).await?;
    if session.is_none() && !opens {
        return missing::not_found(app).await;
    }
    let shell = Shell::load(app).await?;
    let Asked { back, draft, email, sent, trouble } = asked;
    let mut back = safe_back(&back).to_owned();
    let own = match session {
        Some(session) => {
            if back == HERE && !session.draft.is_empty() {
                back.clone_from(&session.back);
            }
            Some(own(app, session).await?)
        }
        None => None,
    };
    let (head, ways) = (head(app, &shell, "own-account")?, app.ways());
    let page = AccountPage { head, own, back, draft, email, sent, trouble, ways };
    shell.render(app, status, page, Vec::new())
}

/// The page again, with what could not be done.
async fn told(
    app: &App,
    headers: &HeaderMap,
    answer: Answer,
    asked: Asked,
    trouble: Trouble,
) -> Response {
    let asked = Asked { trouble: Some(trouble.detail), ..asked };
    fresh(app, answer, page(app, headers, asked, trouble.status.as_u16())).await
}

/// A page that nobody else sees, and no machine keeps.
fn head(app: &App, shell: &Shell, title: &str) -> Result<crate::view::Head> {
    let title = shell.word(app, &shell.site.language, title)?;
    let mut head = shell.head(&title, &shell.site.language, "/account");
    (head.canonical, head.robots) = (None, Some("noindex".to_owned()));
    Ok(head)
}

async fn own(app: &App, session: Session) -> Result<OwnAccount> {
    let store = app.store();
    let mut follows = Vec::new();
    for it in follow::of_reader(store, session.reader.id).await? {
        let Some(story) = story(store, it.article_id).await? else { continue };
        let thread = it.thread().map(|id| format!("/comments/{id}"));
        follows.push(OwnFollow { url: format!("/follows/{}", it.id), story, thread });
    }
    let sessions = reader::of_reader(store, session.reader.id, app.now()).await?;
    let sessions = sessions.into_iter().map(|it| OwnSession {
        here: it.id == session.id,
        id: it.id.to_string(),
        agent: it.agent,
        since: it.created_at,
    });
    let passkeys = reader::passkey::all(store, session.reader.id).await?;
    let passkeys = passkeys.into_iter().map(|it| OwnPasskey {
        url: format!("/account/passkeys/{}", it.id),
        name: it.name,
        since: it.created_at,
        used: it.used_at,
    });
    let known = reader::identity::all(store, session.reader.id).await?;
    let provider = app.readers_provider();
    let linked = provider.is_some_and(|it| known.iter().any(|known| known.issuer == it.issuer()));
    let identities = known.into_iter().map(|it| OwnIdentity {
        label: match provider.filter(|provider| provider.issuer() == it.issuer) {
            Some(provider) => provider.label().to_owned(),
            None => it.issuer.clone(),
        },
        issuer: it.issuer,
        subject: it.subject,
        since: it.created_at,
    });
    let profile = own_profile(app, session.reader.id).await?;
    Ok(OwnAccount {
        name: session.reader.name,
        email: session.reader.email,
        profile,
        passkeys: passkeys.collect(),
        identities: identities.collect(),
        linked,
        sessions: sessions.collect(),
        follows,
    })
}

/// Where others see together what a reader said, if there is something to see.
async fn own_profile(app: &App, reader: ReaderId) -> Result<Option<String>> {
    let me = commenter::find(app.store(), commenter::Who::Reader(reader)).await?;
    let Some(me) = me else { return Ok(None) };
    let seen = comment::shown_by(app.store(), me.id, None, 1).await?;
    Ok((!seen.comments.is_empty()).then(|| format!("/commenters/{}", me.id)))
}

async fn story(on: &impl Connection, id: ArticleId) -> Result<Option<Link>> {
    let published = article::published(on, id).await?;
    Ok(published.map(|it| Link::new(it.revision.content.headline, it.article.path)))
}

/// `POST /account/link`: mails a link. Whoever has an account and whoever has none is told the same.
pub(crate) async fn ask(
    State(app): State<App>,
    headers: HeaderMap,
    answer: Answer,
    address: Option<Extension<ClientAddress>>,
    fields: Fields,
) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    if !app.has_mail() {
        return missing::never_here(&app).await;
    }
    let network = counted(address);
    let mut asked = asked(&fields);
    let browser = link_secret(&app, &headers).map(str::to_owned);
    let browser = browser.unwrap_or_else(|| secret::text(app.store().secret()));
    let status = match send_link(&app, &asked, &browser, &network).await {
        Ok(()) => {
            asked.sent = true;
            200
        }
        Err(NoLink::Refused(status, told)) => {
            asked.trouble = Some(told);
            status
        }
        Err(NoLink::Failed(error)) => return failed(&app, &error).await,
    };
    let mut response = fresh(&app, answer, page(&app, &headers, asked, status)).await;
    response.headers_mut().append(header::SET_COOKIE, link_cookie(&app, &browser));
    response
}

/// What attempts of a network are counted by. Those to sign in as staff are counted apart: a link of
/// one's own would let one begin anew to guess there.
fn counted(address: Option<Extension<ClientAddress>>) -> String {
    let network = address.map(|Extension(address)| address.network()).unwrap_or_default();
    format!("readers {network}")
}

/// Counts an attempt, unless there were too many and one has to wait.
async fn may_try(
    tx: &mut Tx,
    subjects: &[Subject<'_>],
    now: Timestamp,
) -> std::result::Result<bool, StoreError> {
    for it in subjects {
        if throttle::blocked(tx, *it, now).await?.is_some() {
            return Ok(false);
        }
    }
    for it in subjects {
        throttle::failed(tx, *it, now).await?;
    }
    Ok(true)
}

/// Why no link was sent.
enum NoLink {
    Refused(u16, String),
    Failed(PageError),
}

impl<E: Into<PageError>> From<E> for NoLink {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

async fn send_link(
    app: &App,
    asked: &Asked,
    browser: &str,
    network: &str,
) -> std::result::Result<(), NoLink> {
    let shell = Shell::load(app).await?;
    let now = app.now();
    let words = app.0.templates.words();
    let language = words.closest(&shell.site.language, &shell.site.language);
    let site = [("site", shell.site.name.as_str().into())];
    let subject = words.say(language, "mail-link-subject", &site).map_err(PageError::from)?;
    let account = reader::account(&asked.email);
    let mut tx = app.store().begin().await?;
    // A link costs somebody a mail: each is counted, and forgotten once one is used.
    let subjects = [Subject::Address(network), Subject::Account(&account)];
    if !may_try(&mut tx, &subjects, now).await? {
        let wait = "Many links were asked for. Wait a while, and look at your mail meanwhile.";
        return Err(NoLink::Refused(429, wait.to_owned()));
    }
    let command = AskLink {
        email: &asked.email,
        back: safe_back(&asked.back),
        draft: &asked.draft,
        browser,
        link: app.store().secret(),
    };
    let write = |link: &str| {
        let url = absolute(app, &format!("/account/link/{link}"));
        let text = words.say(language, "mail-link-text", &[("url", url.as_str().into())]);
        (subject, format!("{}\n", text.unwrap_or(url)))
    };
    match reader::ask(&mut tx, command, write, now).await {
        Ok(()) => Ok(tx.commit().await?),
        Err(AccountError::Store(error)) => Err(error.into()),
        Err(refusal) => Err(NoLink::Refused(422, refusal.to_string())),
    }
}

/// `GET /account/link/{link}`: says what the link would do, and does nothing.
pub(crate) async fn link(
    State(app): State<App>,
    Path(link): Path<String>,
    headers: HeaderMap,
    answer: Answer,
) -> Response {
    let page = async {
        let fate = reader::fate(app.store(), &link, link_secret(&app, &headers), app.now()).await?;
        link_page(&app, link_action(&link), fate, None).await
    };
    fresh(&app, answer, page).await
}

fn link_action(link: &str) -> String {
    format!("/account/link/{link}")
}

/// Who is about to be let in by the button that sends to `action`, or why nobody is.
async fn link_page(
    app: &App,
    action: String,
    fate: Fate,
    trouble: Option<(String, String)>,
) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let (status, key) = match fate {
        Fate::Open(_) if trouble.is_some() => (422, "open"),
        Fate::Open(_) => (200, "open"),
        Fate::Elsewhere => (403, "elsewhere"),
        Fate::Used => (410, "used"),
        Fate::Over => (404, "over"),
    };
    let known = match fate {
        Fate::Open(known) => Some(known),
        Fate::Elsewhere | Fate::Used | Fate::Over => None,
    };
    let (email, name) = known.map(|it| (it.email, it.name)).unwrap_or_default();
    let (name, trouble) = match trouble {
        Some((typed, told)) => (typed, Some(told)),
        None => (name, None),
    };
    let page = AccountLinkPage {
        head: head(app, &shell, "own-account")?,
        fate: key.to_owned(),
        action,
        email,
        name,
        trouble,
    };
    shell.render(app, status, page, Vec::new())
}

/// `POST /account/link/{link}`: lets in.
pub(crate) async fn redeem(
    State(app): State<App>,
    Path(link): Path<String>,
    headers: HeaderMap,
    answer: Answer,
    address: Option<Extension<ClientAddress>>,
    fields: Fields,
) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    let (now, browser) = (app.now(), link_secret(&app, &headers));
    let agent = agent(&headers);
    let name = fields.text("name");
    let network = counted(address);
    let let_in = async {
        let mut tx = app.store().begin().await?;
        let with = (app.store().secret(), agent);
        let done = reader::redeem(&mut tx, (&link, browser), name, with, now).await?;
        if let Ok((Session { reader, .. }, _)) = &done {
            settle(&app, &mut tx, &headers, reader, &network).await?;
            tx.commit().await?;
        }
        Ok(done)
    };
    let let_in: std::result::Result<_, AccountError> = let_in.await;
    match let_in {
        Ok(Ok((session, text))) => {
            let mut response = see_other(&onward(&session));
            response.headers_mut().append(header::SET_COOKIE, reader_cookie(&app, &text));
            response
        }
        Ok(Err(fate)) => fresh(&app, answer, link_page(&app, link_action(&link), fate, None)).await,
        Err(AccountError::Store(error)) => failed(&app, &error.into()).await,
        Err(refusal) => {
            let page = async {
                let fate = reader::fate(app.store(), &link, browser, now).await?;
                let told = Some((name.to_owned(), refusal.to_string()));
                link_page(&app, link_action(&link), fate, told).await
            };
            fresh(&app, answer, page).await
        }
    }
}

/// Begins the session of a reader who has shown who it is; gives it with its cookie.
async fn enter(
    app: &App,
    tx: &mut Tx,
    headers: &HeaderMap,
    reader: Reader,
    (back, draft): (&str, &str),
    network: &str,
) -> std::result::Result<(Session, HeaderValue), AccountError> {
    settle(app, tx, headers, &reader, network).await?;
    let (secret, now) = (app.store().secret(), app.now());
    let (session, text) =
        reader::begin(tx, reader, (back, draft), secret, agent(headers), now).await?;
    Ok((session, reader_cookie(app, &text)))
}

/// What is done for every reader who comes in: what they said in this browser as a guest is theirs,
/// and their attempts are forgotten.
async fn settle(
    app: &App,
    tx: &mut Tx,
    headers: &HeaderMap,
    reader: &Reader,
    network: &str,
) -> std::result::Result<(), AccountError> {
    if let Some(guest) = guest_secret(app, headers) {
        let adopted = commenter::adopt(tx, &guest, reader.id, app.now()).await;
        adopted.map_err(|error| AccountError::Invalid(error.to_string()))?;
    }
    let account = reader::account(&reader.email);
    for it in [Subject::Address(network), Subject::Account(&account)] {
        throttle::succeeded(tx, it).await?;
    }
    Ok(())
}

/// Without mail to ask for a link, the last key of a reader stays.
async fn still_comes_in(app: &App, tx: &Tx, reader: ReaderId) -> std::result::Result<(), Trouble> {
    if app.has_mail() || reader::has_key(tx, reader).await? {
        return Ok(());
    }
    Err(Trouble::invalid(
        "This site sends no mail, so this is the only way into your account. Add another before it \
         goes, or delete the account.",
    ))
}

/// Where one was, and what was typed there.
fn onward(session: &Session) -> String {
    let anchor = if session.draft.is_empty() { "" } else { "#comment-text" };
    format!("{}{anchor}", session.back)
}

fn agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default()
}

/// `POST /account`
pub(crate) async fn rename(
    State(app): State<App>,
    headers: HeaderMap,
    answer: Answer,
    fields: Fields,
) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    let Some(session) = reader_of(&app, &headers).await else { return see_other("/account") };
    let renamed = async {
        let mut tx = app.store().begin().await?;
        let (id, name) = (session.reader.id, fields.text("name"));
        reader::rename(&mut tx, id, name).await?;
        let renamed = commenter::rename(&mut tx, id, name, app.now()).await;
        renamed.map_err(|error| AccountError::Invalid(error.to_string()))?;
        Ok(tx.commit().await?)
    };
    let renamed: std::result::Result<(), AccountError> = renamed.await;
    match renamed {
        Ok(()) => see_other("/account"),
        Err(AccountError::Store(error)) => failed(&app, &error.into()).await,
        Err(refusal) => {
            let asked = Asked { trouble: Some(refusal.to_string()), ..Asked::default() };
            fresh(&app, answer, page(&app, &headers, asked, 422)).await
        }
    }
}

/// `POST /account/sign-out`: here, or in the browser that is named.
pub(crate) async fn sign_out(
    State(app): State<App>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    let Some(session) = reader_of(&app, &headers).await else { return see_other("/account") };
    let named = fields.text("session").parse().unwrap_or(session.id);
    let ended = async {
        let mut tx = app.store().begin().await?;
        reader::end(&mut tx, session.reader.id, Some(named)).await?;
        tx.commit().await
    };
    let ended: store::Result<()> = ended.await;
    if let Err(error) = ended {
        return failed(&app, &error.into()).await;
    }
    let mut response = see_other("/account");
    if named == session.id {
        response.headers_mut().append(header::SET_COOKIE, unset_reader_cookie(&app));
    }
    response
}

/// `POST /account/forget`: takes away what the reader said, and forgets who it was.
pub(crate) async fn forget(State(app): State<App>, headers: HeaderMap, _: Fields) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    let Some(session) = reader_of(&app, &headers).await else { return see_other("/account") };
    let (id, now) = (session.reader.id, app.now());
    let forgotten = async {
        let mut tx = app.store().begin().await?;
        if let Some(me) = commenter::find(&tx, commenter::Who::Reader(id)).await? {
            for it in comment::of_commenter(&tx, me.id, None, usize::MAX >> 1).await? {
                comment::remove(&mut tx, &Actor::Reader, me.id, it.id, now).await?;
            }
            commenter::forget(&mut tx, me.id, now).await?;
        }
        follow::forget(&mut tx, id).await?;
        reader::forget(&mut tx, id, now).await?;
        Ok(tx.commit().await?)
    };
    let forgotten: Result<()> = forgotten.await;
    match forgotten {
        Ok(()) => {
            let mut response = see_other("/account");
            response.headers_mut().append(header::SET_COOKIE, unset_reader_cookie(&app));
            response
        }
        Err(error) => failed(&app, &error).await,
    }
}

/// `POST /discussions/{article}/follow`: the whole of it, or the thread that is named.
pub(crate) async fn follow(
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    if !app.has_mail() {
        return missing::never_here(&app).await;
    }
    let named: Option<CommentId> = fields.text("thread").parse().ok();
    let Some(session) = reader_of(&app, &headers).await else {
        let back = match named {
            Some(thread) => format!("/comments/{thread}"),
            None => format!("/discussions/{id}"),
        };
        return see_other(&format!("/account?back={back}"));
    };
    let followed = async {
        let mut tx = app.store().begin().await?;
        // What is not published has no discussion.
        if story(&tx, id).await?.is_none() {
            return Ok(false);
        }
        let thread = match named {
            Some(named) => comment::by_id(&tx, named).await?.filter(|it| it.article == id),
            None => None,
        };
        let thread = thread.map(|it| it.thread);
        follow::follow(&mut tx, session.reader.id, id, thread, app.now()).await?;
        tx.commit().await?;
        Ok(true)
    };
    let followed: Result<bool> = followed.await;
    match followed {
        Ok(true) => see_other("/account#follows"),
        Ok(false) => missing::never_here(&app).await,
        Err(error) => failed(&app, &error).await,
    }
}

/// `GET /follows/{id}`: a button, for programs open the links of a mail too.
pub(crate) async fn followed(
    State(app): State<App>,
    Path(id): Path<FollowId>,
    answer: Answer,
) -> Response {
    fresh(&app, answer, follow_page(&app, id)).await
}

async fn follow_page(app: &App, id: FollowId) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let known = follow::by_id(app.store(), id).await?;
    let ended = known.is_none();
    let story = match known {
        Some(known) => story(app.store(), known.article_id).await?,
        None => None,
    };
    let (head, action) = (head(app, &shell, "follow-title")?, format!("/follows/{id}"));
    shell.render(app, 200, FollowPage { head, action, story, ended }, Vec::new())
}

/// `POST /follows/{id}`: ends it. A mail program sends this by itself (RFC 8058), without cookies and
/// from nowhere, so whoever holds the address may.
pub(crate) async fn unfollow(
    State(app): State<App>,
    Path(id): Path<FollowId>,
    answer: Answer,
) -> Response {
    let ended = async {
        let mut tx = app.store().begin().await?;
        follow::unfollow(&mut tx, id, app.now()).await?;
        tx.commit().await?;
        follow_page(&app, id).await
    };
    let mut response = fresh(&app, answer, ended).await;
    if response.status().is_success() {
        *response.status_mut() = StatusCode::OK;
    }
    response
}

/// The address of a page of ours, for a mail.
pub(super) fn absolute(app: &App, path: &str) -> String {
    format!("{}{path}", app.public_url().as_str().trim_end_matches('/'))
}

/// A way back that leads nowhere but to a page of this site.
fn safe_back(back: &str) -> &str {
    let strange = |c: char| c.is_control() || c.is_whitespace() || c == '\\' || c == '#';
    let here = back.starts_with('/') && !back.starts_with("//") && back.len() <= 500;
    if here && !back.contains(strange) { back } else { HERE }
}

#[cfg(test)]
mod tests;
