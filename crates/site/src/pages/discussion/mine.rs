//! `/comments/mine`: what somebody wrote here, to take along or to take away.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use base::{Actor, CommentId, CommenterId};
use discuss::comment;
use serde_json::{Value, json};

use super::act::{foreign, reader, see_other};
use super::gather::Told;
use crate::App;
use crate::newsroom::{Fields, comes_from_here, reader_of};
use crate::pages::answer::{Answer, fresh};
use crate::pages::shell::Shell;
use crate::pages::{Result, failed};
use crate::view::{OwnComment, OwnCommentsPage};

const SHOWN: usize = 200;
/// Nobody writes more.
const ALL: usize = 1_000_000;
/// So many comments are asked about at once.
const AT_ONCE: usize = 500;

/// `GET /comments/mine`
pub(crate) async fn mine(State(app): State<App>, headers: HeaderMap, answer: Answer) -> Response {
    let page = async {
        let shell = Shell::load(&app).await?;
        let me = reader(&app, &headers).await?;
        let all = match &me {
            Some(me) => comment::of_commenter(app.store(), me.id, None, SHOWN).await?,
            None => Vec::new(),
        };
        let mut comments = Vec::new();
        for it in all.into_iter().filter(|it| it.text.is_some()) {
            let Some(told) = Told::load(&app, &shell, it.article).await? else { continue };
            let state = it.state.name().to_owned();
            comments.push(OwnComment { comment: told.view(&it, false), state });
        }
        let title = shell.word(&app, &shell.site.language, "own-comments")?;
        let mut head = shell.head(&title, &shell.site.language, "/comments/mine");
        (head.canonical, head.robots) = (None, Some("noindex".to_owned()));
        let known = me.is_some();
        let name = me.map(|me| me.name).unwrap_or_default();
        shell.render(&app, 200, OwnCommentsPage { head, name, known, comments }, Vec::new())
    };
    fresh(&app, answer, page).await
}

/// `GET /comments/mine.json`: all that is kept of somebody here.
pub(crate) async fn export(State(app): State<App>, headers: HeaderMap) -> Response {
    let all = async {
        let account = account(&app, &headers).await?;
        let Some(me) = reader(&app, &headers).await? else {
            return Ok(json!({ "account": account, "comments": [] }));
        };
        let comments = comment::of_commenter(app.store(), me.id, None, ALL).await?;
        let changed: Vec<_> =
            comments.iter().filter(|it| it.edited_at.is_some()).map(|it| it.id).collect();
        let mut earlier: BTreeMap<CommentId, Vec<Value>> = BTreeMap::new();
        for some in changed.chunks(AT_ONCE) {
            for it in comment::editions(app.store(), some).await? {
                let told = json!({ "text": it.text, "until": it.until.to_jiff().to_string() });
                earlier.entry(it.comment_id).or_default().push(told);
            }
        }
        let mut all = Vec::with_capacity(comments.len());
        for it in comments {
            let decisions = comment::history(app.store(), it.id).await?;
            let decisions: Vec<_> = decisions
                .into_iter()
                .map(
                    |it| json!({ "decision": it.decision, "reason": it.reason, "words": it.words }),
                )
                .collect();
            all.push(json!({
                    "id": it.id,
                    "article": it.article,
                    "answers": it.parent,
                    "name": it.name,
                    "text": it.text.as_ref().map(ToString::to_string),
                    "state": it.state.name(),
                    "written": it.created_at.to_jiff().to_string(),
                    "edited": it.edited_at.map(|at| at.to_jiff().to_string()),
                    "earlier": earlier.remove(&it.id).unwrap_or_default(),
                    "recommended": it.recommended,
                    "decisions": decisions,
            }));
        }
        let since = me.created_at.to_jiff().to_string();
        let notes = discuss::commenter::notes_about(app.store(), me.id).await?;
        let notes: Vec<_> = notes
            .into_iter()
            .map(|it| json!({ "text": it.words, "written": it.created_at.to_jiff().to_string() }))
            .collect();
        Ok(json!({
            "account": account,
            "name": me.name,
            "since": since,
            "comments": all,
            "recommends": comment::recommendations_by(app.store(), me.id).await?,
            "reports": reports(&app, me.id).await?,
            "networks": discuss::commenter::networks(app.store(), me.id, None).await?,
            "notes": notes,
        }))
    };
    let all: Result<Value> = all.await;
    match all {
        Ok(all) => {
            let file = HeaderValue::from_static("attachment; filename=\"comments.json\"");
            let none = HeaderValue::from_static("no-store");
            let headers = [(header::CONTENT_DISPOSITION, file), (header::CACHE_CONTROL, none)];
            (headers, axum::Json(all)).into_response()
        }
        Err(error) => failed(&app, &error).await,
    }
}

/// What somebody reported, and whether a moderator has dealt with it.
async fn reports(app: &App, me: CommenterId) -> Result<Vec<Value>> {
    let reports = comment::reports_by(app.store(), me).await?;
    let told = reports.into_iter().map(|it| {
        json!({
            "comment": it.comment_id,
            "reason": it.reason,
            "words": it.words,
            "written": it.created_at.to_jiff().to_string(),
            "settled": it.settled_at.map(|at| at.to_jiff().to_string()),
        })
    });
    Ok(told.collect())
}

/// What is kept of a reader's account beside what was said.
async fn account(app: &App, headers: &HeaderMap) -> Result<Option<Value>> {
    let Some(session) = reader_of(app, headers).await else { return Ok(None) };
    let reader = session.reader;
    let follows = discuss::follow::of_reader(app.store(), reader.id).await?;
    let follows: Vec<_> = follows
        .into_iter()
        .map(|it| {
            let since = it.created_at.to_jiff().to_string();
            json!({ "article": it.article_id, "thread": it.thread(), "since": since })
        })
        .collect();
    let sessions = accounts::reader::of_reader(app.store(), reader.id, app.now()).await?;
    let sessions: Vec<_> = sessions
        .into_iter()
        .map(|it| json!({ "agent": it.agent, "since": it.created_at.to_jiff().to_string() }))
        .collect();
    let passkeys = accounts::reader::passkey::all(app.store(), reader.id).await?;
    let passkeys: Vec<_> = passkeys
        .into_iter()
        .map(|it| {
            let used = it.used_at.map(|at| at.to_jiff().to_string());
            json!({ "name": it.name, "since": it.created_at.to_jiff().to_string(), "used": used })
        })
        .collect();
    let identities = accounts::reader::identity::all(app.store(), reader.id).await?;
    let identities: Vec<_> = identities
        .into_iter()
        .map(|it| {
            let since = it.created_at.to_jiff().to_string();
            json!({ "issuer": it.issuer, "subject": it.subject, "since": since })
        })
        .collect();
    Ok(Some(json!({
        "email": reader.email,
        "name": reader.name,
        "since": reader.created_at.to_jiff().to_string(),
        "follows": follows,
        "sessions": sessions,
        "passkeys": passkeys,
        "identities": identities,
    })))
}

/// `POST /comments/mine/forget`: takes all of them away.
pub(crate) async fn forget(State(app): State<App>, headers: HeaderMap, _: Fields) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    let forgotten = async {
        let Some(me) = reader(&app, &headers).await? else { return Ok(()) };
        let comments = comment::of_commenter(app.store(), me.id, None, ALL).await?;
        let mut tx = app.store().begin().await?;
        for it in comments {
            comment::remove(&mut tx, &Actor::Reader, me.id, it.id, app.now()).await?;
        }
        // An account keeps its name; a guest is nobody any more.
        if me.reader_id.is_none() {
            discuss::commenter::forget(&mut tx, me.id, app.now()).await?;
        }
        tx.commit().await?;
        Ok(())
    };
    let forgotten: Result<()> = forgotten.await;
    match forgotten {
        Ok(()) => see_other("/comments/mine"),
        Err(error) => failed(&app, &error).await,
    }
}
