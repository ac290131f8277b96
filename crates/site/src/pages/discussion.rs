//! `/discussions/{article}` and `/comments/{id}`: what readers say under a story, and the forms to
//! say it. Everything works without scripts.

mod act;
mod before;
mod gather;
mod live;
mod mine;
mod profile;
mod speak;
#[cfg(test)]
mod tests;

pub(super) use act::{FOREIGN, foreign, see_other};
pub(crate) use act::{appeal, edit, post, recommend, remove, report};
pub(crate) use before::challenge;
pub(super) use gather::{of_story, under_a_story};
pub(crate) use live::{Telling, live};
pub(crate) use mine::{export, forget, mine};
pub(crate) use profile::profile;
pub(crate) use speak::Speaking;
#[cfg(test)]
pub(crate) use tests::story as a_story;
#[cfg(test)]
pub(super) use tests::{opened, post as say};

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base::{ArticleId, CommentId};
use discuss::comment::{self, Comment, EDIT_WITHIN, Order, ReportReason, State as CommentState};
use discuss::rule::Speak;
use projections::page_cache::Rendered;
use serde::Deserialize;

use super::answer::{Answer, fresh};
use super::shell::Shell;
use super::{Result, missing};
use crate::App;
use crate::newsroom::reader_of;
use crate::view::{CommentForm, CommentPage, DiscussionPage, Refusal};
use act::reader;
use gather::{Told, address};

const THREADS: usize = 20;
/// In a thread's own page, so many answers at once.
const ANSWERS: usize = 50;
/// So many comments can be asked for by their ids.
const ONLY_MAX: usize = 50;

/// Which part of a discussion is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    order: String,
    /// Of comments that are wanted alone, the ids, with commas between them.
    only: String,
    /// The last thread, or the last answer, of the page before.
    after: Option<CommentId>,
    done: String,
}

/// `GET /discussions/{article}`
pub(crate) async fn discussion(
    State(app): State<App>,
    Path(article): Path<ArticleId>,
    Query(which): Query<Which>,
    headers: HeaderMap,
    answer: Answer,
) -> Response {
    let draft = async {
        let session = reader_of(&app, &headers).await?;
        let text = session.draft;
        let here = session.back == address(article) && !text.is_empty();
        here.then(|| CommentForm { text, ..CommentForm::default() })
    };
    let form = draft.await;
    fresh(&app, answer, page(&app, article, &which, form)).await
}

/// A page of a discussion. `form` is what was sent and could not be taken.
async fn page(
    app: &App,
    article: ArticleId,
    which: &Which,
    form: Option<CommentForm>,
) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let Some(told) = Told::load(app, &shell, article).await? else {
        return missing::not_found(app).await;
    };
    let order = Order::parse(&which.order).unwrap_or_default();
    let mut shown = told.discussion(app, order, which.after, (THREADS, 3)).await?;
    let Some(discussion) = &mut shown else { return missing::not_found(app).await };
    let only: Vec<CommentId> = which.only.split(',').filter_map(|id| id.parse().ok()).collect();
    if !only.is_empty() {
        let only = &only[..only.len().min(ONLY_MAX)];
        discussion.threads = told.these(app, only, discussion.form.is_some()).await?;
        discussion.more = None;
    }
    let own = form.is_some() || !only.is_empty();
    let refused = form.as_ref().is_some_and(|form| form.trouble.is_some());
    if let Some(sent) = form {
        discussion.form = discussion.form.take().map(|form| form.with(sent));
    }
    let title = shell.word_with(app, &told.language, "comments-on", &told.headline)?;
    let mut head = shell.head(&title, &told.language, &address(article));
    if own || which.after.is_some() || order != Order::default() {
        head.canonical = None;
        head.robots = Some("noindex, follow".to_owned());
    }
    head.json_ld = vec![told.structured(&shell, discussion)];
    let status = if refused { 422 } else { 200 };
    let discussion = discussion.clone();
    let on_air = shell.view().channel.is_about(article);
    let page = DiscussionPage { head, story: told.story_link(), on_air, discussion };
    shell.render(app, status, page, Vec::new())
}

/// `GET /comments/{id}`
pub(crate) async fn one(
    State(app): State<App>,
    Path(id): Path<CommentId>,
    Query(which): Query<Which>,
    headers: HeaderMap,
    answer: Answer,
) -> Response {
    fresh(&app, answer, one_page(&app, id, &which, &headers, Said::default())).await
}

/// What is told on a comment's page beside it.
#[derive(Default)]
struct Said {
    trouble: Option<String>,
    form: Option<CommentForm>,
}

async fn one_page(
    app: &App,
    id: CommentId,
    which: &Which,
    headers: &HeaderMap,
    said: Said,
) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let me = reader(app, headers).await?;
    let Some(comment) = comment::by_id(app.store(), id).await? else {
        return missing::not_found(app).await;
    };
    let Some(told) = Told::load(app, &shell, comment.article).await? else {
        return missing::not_found(app).await;
    };
    let own = me.as_ref().is_some_and(|me| me.id == comment.commenter);
    let shown = comment.state == CommentState::Shown;
    // Of what readers do not see, its author alone learns that it is there.
    let told_to_author = own && comment.state != CommentState::Removed;
    if !shown && !told_to_author {
        return missing::not_found(app).await;
    }
    let open = told.open(app).await?;
    let Some(open) = open else { return missing::not_found(app).await };
    let (open, speak) = open;
    let thread = match shown {
        true => told.thread(app, &comment, which.after, ANSWERS, open).await?,
        false => None,
    };
    let recommends = match &me {
        Some(me) => !comment::recommended_by(app.store(), me.id, &[id]).await?.is_empty(),
        None => false,
    };
    let editable = own && app.now().since(comment.created_at) <= EDIT_WITHIN;
    let title = shell.word_with(app, &told.language, "comment-on", &told.headline)?;
    let mut head = shell.head(&title, &told.language, &format!("/comments/{id}"));
    head.canonical = None;
    head.robots = Some("noindex, follow".to_owned());
    let status = if said.trouble.is_some() || said.form.is_some() { 422 } else { 200 };
    let name = me.as_ref().map(|me| me.name.clone()).unwrap_or_default();
    let session = reader_of(app, headers).await;
    let back = format!("/comments/{id}");
    let draft = session.as_ref().filter(|it| it.back == back).map(|it| it.draft.clone());
    let empty = CommentForm {
        parent: Some(id.to_string()),
        name,
        text: draft.unwrap_or_default(),
        asks_name: speak == Speak::Guests && session.is_none(),
        keyed: speak == Speak::Accounts,
        ways: app.ways(),
        back,
        ..CommentForm::default()
    };
    let form = match said.form {
        Some(sent) => empty.with(sent),
        None => empty,
    };
    let page = CommentPage {
        head,
        story: told.story_link(),
        on_air: shell.view().channel.is_about(comment.article),
        discussion: address(comment.article),
        thread,
        comment: told.view(&comment, open),
        state: comment.state.name().to_owned(),
        own,
        editable: comment.text.as_ref().filter(|_| editable).map(ToString::to_string),
        refusal: refusal(app, &comment).await?,
        recommends,
        reasons: ReportReason::ALL.map(|it| it.name().to_owned()).into(),
        form: (open && shown).then_some(form),
        follows: app.has_mail(),
        done: known_done(&which.done),
        trouble: said.trouble,
    };
    shell.render(app, status, page, Vec::new())
}

/// Only what there are words for.
fn known_done(done: &str) -> Option<String> {
    ["reported", "edited", "appealed"].contains(&done).then(|| format!("comment-done-{done}"))
}

async fn refusal(app: &App, comment: &Comment) -> Result<Option<Refusal>> {
    if comment.state != CommentState::Rejected {
        return Ok(None);
    }
    let history = comment::history(app.store(), comment.id).await?;
    let appealed = history.iter().any(|it| it.decision == "appeal");
    Ok(history.into_iter().rev().find(|it| it.decision == "reject" && !it.undone).map(|it| {
        Refusal {
            reason: it.reason.unwrap_or_else(|| "other".to_owned()),
            words: it.words,
            may_appeal: !appealed,
        }
    }))
}
