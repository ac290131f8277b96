//! What a reader does: says something, answers, changes, takes away, recommends, reports, appeals.

use accounts::reader;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use base::{Actor, ArticleId, CommentId, Timestamp};
use discuss::comment::{self, PostComment, Reader, ReportReason};
use discuss::commenter::{self, Commenter, Who};
use discuss::{DiscussError, Text};
use store::Tx;

use super::before::ask;
use super::gather::address as address_of;
use super::speak::{Say, Speaker};
use super::{Said, Told, Which, one_page, page};
use crate::App;
use crate::error::PageError;
use crate::newsroom::{Fields, comes_from_here, guest_cookie, guest_secret, reader_of, staff_of};
use crate::pages::answer::{Answer, fresh};
use crate::pages::shell::Shell;
use crate::pages::{Result, failed, missing};
use crate::serve::ClientAddress;
use crate::view::CommentForm;

/// `POST /discussions/{article}`
pub(crate) async fn post(
    State(app): State<App>,
    Path(article): Path<ArticleId>,
    headers: HeaderMap,
    answer: Answer,
    address: Option<Extension<ClientAddress>>,
    fields: Fields,
) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    // Where somebody outside looks at a comment first, they are told under what it stands.
    let told = match app.comment_check() {
        Some(_) => match story(&app, article).await {
            Ok(Some(told)) => Some(told),
            Ok(None) => return missing::never_here(&app).await,
            Err(error) => return failed(&app, &error).await,
        },
        None => None,
    };
    let form = CommentForm {
        parent: Some(fields.text("parent").to_owned()).filter(|it| !it.is_empty()),
        name: fields.text("name").to_owned(),
        text: fields.text("text").to_owned(),
        ..CommentForm::default()
    };
    let staff = staff_of(&app, &headers).await;
    let session = if staff.is_some() { None } else { reader_of(&app, &headers).await };
    let secret = guest_secret(&app, &headers);
    let new = secret.is_none() && session.is_none();
    let secret = secret.unwrap_or_else(|| accounts::secret::text(app.store().secret()));
    let said = async {
        let text = Text::parse(&form.text)?;
        let nothing = || DiscussError::Invalid("What you answer is not there any more.".into());
        let parent = match &form.parent {
            Some(id) => Some(id.parse::<CommentId>().map_err(|_| nothing())?),
            None => None,
        };
        // A field that no person sees: what fills it in is a program.
        if !fields.text("website").is_empty() {
            return Err(DiscussError::Invalid("Leave the field “website” empty.".into()));
        }
        let (actor, who, name) = match (&staff, &session) {
            (Some(session), _) => {
                let (actor, person) = (session.actor.clone(), &session.person);
                (actor, Speaker::Staff(person.id), person.name.clone())
            }
            (None, Some(reader::Session { reader, .. })) => {
                (Actor::Reader, Speaker::Reader(reader.id), reader.name.clone())
            }
            (None, None) => (Actor::Reader, Speaker::Guest(secret.clone()), form.name.clone()),
        };
        let network = address.map(|Extension(address)| address.network());
        let proof = fields.text("proof").to_owned();
        let asked = match &who {
            Speaker::Staff(_) => None,
            Speaker::Reader(reader) => Some(Who::Reader(*reader)),
            Speaker::Guest(secret) => Some(Who::Guest(secret)),
        };
        let external = match (asked, &told) {
            (Some(who), Some(told)) => {
                let known = commenter::find(app.store(), who).await?;
                ask(&app, told, known.as_ref(), (&name, &text, parent)).await
            }
            _ => None,
        };
        let say = Say { actor, article, parent, who, name, text, network, proof, external };
        app.speaking().say(say).await
    };
    match said.await {
        Ok(None) => missing::never_here(&app).await,
        Ok(Some(posted)) => {
            if let Some(session) = session.filter(|it| !it.draft.is_empty()) {
                let dropped = async {
                    let mut tx = app.store().begin().await?;
                    reader::drop_draft(&mut tx, session.id).await?;
                    tx.commit().await
                };
                // It is said; at the worst it is offered again.
                let _: store::Result<()> = dropped.await;
            }
            let to = format!("/comments/{0}#comment-{0}", posted.id);
            let mut response = see_other(&to);
            if staff.is_none() && new {
                response.headers_mut().append(header::SET_COOKIE, guest_cookie(&app, &secret));
            }
            response
        }
        Err(DiscussError::Store(error)) => failed(&app, &error.into()).await,
        Err(refusal) => {
            let sign_in = matches!(refusal, DiscussError::SignIn | DiscussError::SignInByKey);
            let sign_in = sign_in && app.has_accounts();
            if let (DiscussError::AddKey, Some(session)) = (&refusal, &session) {
                let back = match &form.parent {
                    Some(parent) => format!("/comments/{parent}"),
                    None => address_of(article),
                };
                let kept = async {
                    let mut tx = app.store().begin().await?;
                    reader::keep_draft(&mut tx, session.id, (&back, &form.text)).await?;
                    tx.commit().await
                };
                // It stands in the form all the same.
                let _: store::Result<()> = kept.await;
            }
            let mut form = CommentForm { trouble: Some(refusal.to_string()), sign_in, ..form };
            let page = async {
                if let Some(parent) = answered(&app, article, &form).await? {
                    let said = Said { form: Some(form), trouble: None };
                    return one_page(&app, parent, &Which::default(), &headers, said).await;
                }
                // What it answered is not there any more; it can still be said.
                form.parent = None;
                page(&app, article, &Which::default(), Some(form)).await
            };
            let mut response = fresh(&app, answer, page).await;
            // Where there is no such story, nothing else is told.
            if response.status() != StatusCode::NOT_FOUND {
                *response.status_mut() = status(&refusal);
            }
            response
        }
    }
}

/// The story, if readers see it.
async fn story(app: &App, article: ArticleId) -> Result<Option<Told>> {
    let shell = Shell::load(app).await?;
    Told::load(app, &shell, article).await
}

/// What a form answers, if readers see it under this story.
async fn answered(app: &App, article: ArticleId, form: &CommentForm) -> Result<Option<CommentId>> {
    let Some(id) = form.parent.as_ref().and_then(|it| it.parse().ok()) else { return Ok(None) };
    let known = comment::by_id(app.store(), id).await?;
    let there = |it: &comment::Comment| it.article == article && it.state == comment::State::Shown;
    Ok(known.filter(there).map(|it| it.id))
}

fn status(refusal: &DiscussError) -> StatusCode {
    match refusal {
        DiscussError::Denied(_)
        | DiscussError::Closed(_)
        | DiscussError::SignIn
        | DiscussError::SignInByKey
        | DiscussError::AddKey => StatusCode::FORBIDDEN,
        DiscussError::TooMuch(_) => StatusCode::TOO_MANY_REQUESTS,
        DiscussError::NoSuchComment(_) => StatusCode::NOT_FOUND,
        DiscussError::Changed(_) => StatusCode::CONFLICT,
        DiscussError::Invalid(_) | DiscussError::Store(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Does something with a comment on behalf of whoever asks, and shows the comment's page.
macro_rules! act {
    ($($(#[$doc:meta])* $name:ident($app:ident, $tx:ident, $acts:ident, $fields:ident, $now:ident)
        $body:block)*) => {$(
        $(#[$doc])*
        pub(crate) async fn $name(
            State($app): State<App>,
            Path(id): Path<CommentId>,
            headers: HeaderMap,
            answer: Answer,
            address: Option<Extension<ClientAddress>>,
            $fields: Fields,
        ) -> Response {
            if !comes_from_here(&$app, &headers) {
                return foreign();
            }
            let secret = guest_secret(&$app, &headers);
            let new = secret.is_none();
            let secret = secret.unwrap_or_else(|| accounts::secret::text($app.store().secret()));
            let done = async {
                let $now = $app.now();
                let mut $tx = $app.store().begin().await?;
                let mut $acts = Acts::begin(&$app, &mut $tx, &headers, &secret, id, $now).await?;
                $acts.network = address.map(|Extension(address)| address.network());
                let to: String = $body;
                $tx.commit().await?;
                Ok::<_, DiscussError>(to)
            };
            let done = done.await;
            acted(&$app, id, &headers, answer, Some(&*secret).filter(|_| new), done).await
        }
    )*};
}

/// Shows what was done, and sets the secret of a guest that is new; or says why nothing was done.
async fn acted(
    app: &App,
    id: CommentId,
    headers: &HeaderMap,
    answer: Answer,
    new: Option<&str>,
    done: discuss::Result<String>,
) -> Response {
    match done {
        Ok(to) => {
            let mut response = see_other(&to);
            if let Some(secret) = new {
                response.headers_mut().append(header::SET_COOKIE, guest_cookie(app, secret));
            }
            response
        }
        Err(DiscussError::Store(error)) => failed(app, &error.into()).await,
        Err(refusal) => {
            let said = Said { trouble: Some(refusal.to_string()), form: None };
            let which = Which::default();
            let shown = one_page(app, id, &which, headers, said);
            let mut response = fresh(app, answer, shown).await;
            *response.status_mut() = status(&refusal);
            response
        }
    }
}

/// Whoever does something with a comment.
struct Acts {
    actor: Actor,
    me: Commenter,
    staff: bool,
    comment: CommentId,
    network: Option<String>,
}

impl Acts {
    async fn begin(
        app: &App,
        tx: &mut Tx,
        headers: &HeaderMap,
        secret: &str,
        comment: CommentId,
        now: Timestamp,
    ) -> discuss::Result<Self> {
        let staff = staff_of(app, headers).await;
        let session = if staff.is_some() { None } else { reader_of(app, headers).await };
        let (actor, who, name) = match (&staff, &session) {
            (Some(it), _) => (it.actor.clone(), Who::Person(it.person.id), Some(&*it.person.name)),
            (None, Some(it)) => (Actor::Reader, Who::Reader(it.reader.id), Some(&*it.reader.name)),
            // One who never said anything recommends and reports, too.
            (None, None) => (Actor::Reader, Who::Guest(secret), None),
        };
        let me = commenter::enter(tx, who, name, now).await?;
        Ok(Self { actor, me, staff: staff.is_some(), comment, network: None })
    }

    fn reader(&self) -> Reader<'_> {
        Reader { commenter: self.me.id, network: self.network.as_deref() }
    }

    fn shown(&self, done: &str) -> String {
        format!("/comments/{0}?done={done}#comment-{0}", self.comment)
    }
}

act! {
    /// `POST /comments/{id}/recommend`
    recommend(app, tx, acts, fields, now) {
        let (Acts { actor, comment, .. }, reader) = (&acts, acts.reader());
        match fields.text("back") {
            "yes" => comment::unrecommend(&mut tx, actor, reader, *comment, now).await?,
            _ => comment::recommend(&mut tx, actor, reader, *comment, now).await?,
        };
        format!("/comments/{comment}#comment-{comment}")
    }

    /// `POST /comments/{id}/report`
    report(app, tx, acts, fields, now) {
        let (Acts { actor, comment, .. }, reader) = (&acts, acts.reader());
        let choose = || DiscussError::Invalid("Choose what is wrong with it.".into());
        let reason = ReportReason::parse(fields.text("reason")).ok_or_else(choose)?;
        let why = (reason, fields.text("words"));
        comment::report(&mut tx, actor, reader, *comment, why, now).await?;
        acts.shown("reported")
    }

    /// `POST /comments/{id}/remove`
    remove(app, tx, acts, fields, now) {
        let Acts { actor, me, comment, .. } = &acts;
        let _ = fields;
        comment::remove(&mut tx, actor, me.id, *comment, now).await?;
        "/comments/mine".to_owned()
    }

    /// `POST /comments/{id}/appeal`
    appeal(app, tx, acts, fields, now) {
        let Acts { actor, me, comment, .. } = &acts;
        let words = Text::parse(fields.text("words"))?;
        comment::appeal(&mut tx, actor, me.id, *comment, &words, now).await?;
        acts.shown("appealed")
    }
}

/// `POST /comments/{id}/edit`
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<CommentId>,
    headers: HeaderMap,
    answer: Answer,
    address: Option<Extension<ClientAddress>>,
    fields: Fields,
) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    let done = async {
        let missing = || DiscussError::NoSuchComment(id);
        let text = &Text::parse(fields.text("text"))?;
        let told = under(&app, id).await?;
        let known = comment::by_id(app.store(), id).await?.ok_or_else(missing)?;
        let secret = guest_secret(&app, &headers)
            .unwrap_or_else(|| accounts::secret::text(app.store().secret()));
        let session = reader_of(&app, &headers).await;
        let who = session.map_or(Who::Guest(&secret), |it| Who::Reader(it.reader.id));
        let me = commenter::find(app.store(), who).await?;
        let external = match me.filter(|it| it.id == known.commenter) {
            Some(me) => ask(&app, &told, Some(&me), (&known.name, text, known.parent)).await,
            None => None,
        };
        let now = app.now();
        let network = address.map(|Extension(address)| address.network());
        let mut tx = app.store().begin().await?;
        let acts = Acts::begin(&app, &mut tx, &headers, &secret, id, now).await?;
        let command = PostComment {
            story: &told.story,
            language: &told.language,
            parent: None,
            commenter: &acts.me,
            staff: acts.staff,
            text,
            network: network.as_deref(),
            proof: None,
            external: external.as_ref(),
        };
        comment::edit(&mut tx, &acts.actor, id, command, now).await?;
        tx.commit().await?;
        Ok(acts.shown("edited"))
    };
    let done = done.await;
    acted(&app, id, &headers, answer, None, done).await
}

/// The story that a comment stands under, if readers may see it.
async fn under(app: &App, id: CommentId) -> discuss::Result<Told> {
    let missing = || DiscussError::NoSuchComment(id);
    let known = comment::by_id(app.store(), id).await?.ok_or_else(missing)?;
    let told = async {
        let shell = Shell::load(app).await?;
        Told::load(app, &shell, known.article).await
    };
    match told.await {
        Ok(told) => told.ok_or_else(missing),
        Err(error) => {
            tracing::error!("The story of a comment could not be read: {error}");
            Err(missing())
        }
    }
}

/// Whoever asks, if they ever said something.
pub(super) async fn reader(app: &App, headers: &HeaderMap) -> Result<Option<Commenter>> {
    let staff = staff_of(app, headers).await;
    let session = if staff.is_some() { None } else { reader_of(app, headers).await };
    let secret = guest_secret(app, headers);
    let who = match (&staff, &session, &secret) {
        (Some(session), ..) => Who::Person(session.person.id),
        (None, Some(session), _) => Who::Reader(session.reader.id),
        (None, None, Some(secret)) => Who::Guest(secret),
        (None, None, None) => return Ok(None),
    };
    commenter::find(app.store(), who).await.map_err(PageError::from)
}

pub(in crate::pages) fn see_other(to: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What is told to one whose browser was had to send something by another site.
pub(in crate::pages) const FOREIGN: &str =
    "This did not come from a page of this site. Load the page, and send it from there.";

pub(in crate::pages) fn foreign() -> Response {
    (StatusCode::FORBIDDEN, format!("{FOREIGN}\n")).into_response()
}
