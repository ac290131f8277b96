//! A story's revisions: compared side by side, named, restored.

use accounts::person;
use accounts::policy::{Action, check_on};
use axum::extract::{Path, Query, State};
use base::{Actor, ArticleId, Timestamp};
use publish::article::{self, Article, Content, Part, Piece};
use publish::draft;
use serde::{Deserialize, Serialize};

use super::articles::readable;
use super::forms::Posted;
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use crate::App;

/// What is written now, which is no revision yet.
const NOW: &str = "now";

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

#[derive(Serialize)]
struct RevisionsPage {
    id: String,
    headline: String,
    revisions: Vec<Row>,
    from: String,
    to: String,
    parts: Vec<PartView>,
    /// What else differs, and is no text.
    also: Vec<&'static str>,
    same: bool,
    may_write: bool,
}

impl View for RevisionsPage {
    const TEMPLATE: &'static str = "revisions.html";
}

/// A revision in a list.
#[derive(Serialize)]
pub(super) struct Row {
    number: i64,
    name: String,
    at: Timestamp,
    who: String,
    words: i64,
    /// When readers first saw it.
    shown_at: Option<Timestamp>,
    /// Whether they see it now.
    on_site: bool,
}

#[derive(Serialize)]
struct PartView {
    name: &'static str,
    rows: Vec<RowView>,
}

#[derive(Serialize)]
struct RowView {
    same: bool,
    old: Vec<PieceView>,
    new: Vec<PieceView>,
}

#[derive(Serialize)]
struct PieceView {
    text: String,
    changed: bool,
}

/// `GET /newsroom/articles/{id}/revisions?from=3&to=now`
pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<ArticleId>,
    Query(which): Query<Which>,
) -> Answer {
    frame.show(&page(&app, &staff, id, which).await?)
}

/// `POST /newsroom/articles/{id}/revisions/{number}/name`
pub(super) async fn name(
    State(app): State<App>,
    staff: Staff,
    Path((id, number)): Path<(ArticleId, i64)>,
    Posted(fields): Posted,
) -> Answer {
    let mut tx = app.store().begin().await?;
    let name = fields.text("name");
    article::name_revision(&mut tx, staff.actor(), id, number, name, app.now()).await?;
    tx.commit().await?;
    go(&format!("/newsroom/articles/{id}/revisions"))
}

/// `POST /newsroom/articles/{id}/revisions/{number}/restore`
pub(super) async fn restore(
    State(app): State<App>,
    staff: Staff,
    Path((id, number)): Path<(ArticleId, i64)>,
    Posted(_): Posted,
) -> Answer {
    let mut tx = app.store().begin().await?;
    draft::restore(&mut tx, staff.actor(), id, number, app.now()).await?;
    tx.commit().await?;
    app.hub().written(id);
    go(&format!("/newsroom/articles/{id}"))
}

/// The newest revisions of a story, with the names of those who wrote them.
pub(super) async fn rows(app: &App, known: &Article) -> Result<Vec<Row>, Trouble> {
    let versions = article::versions(app.store(), known.id).await?;
    let ids: Vec<_> = versions.iter().filter_map(|it| it.actor.person()).collect();
    let people = person::by_ids(app.store(), &ids).await?;
    let who = |actor: &Actor| {
        let person = actor.person();
        people.iter().find(|it| Some(it.id) == person).map(|it| it.name.clone())
    };
    let rows = versions.into_iter().map(|it| Row {
        number: it.number,
        at: it.created_at,
        who: who(&it.actor).unwrap_or_else(|| "Tribune".to_owned()),
        name: it.name,
        words: it.words,
        shown_at: it.shown_at,
        on_site: known.state == article::State::Published
            && known.published_revision == Some(it.number),
    });
    Ok(rows.collect())
}

async fn page(
    app: &App,
    staff: &Staff,
    id: ArticleId,
    which: Which,
) -> Result<RevisionsPage, Trouble> {
    let (known, object) = readable(app, staff, id).await?;
    let revisions = rows(app, &known).await?;
    let to = if which.to.is_empty() { NOW.to_owned() } else { which.to };
    let from = if which.from.is_empty() { usual(&known).to_string() } else { which.from };
    let (old, new) = (said(app, &known, &from).await?, said(app, &known, &to).await?);
    let compared = article::compare(&old, &new);
    let parts: Vec<PartView> = compared.parts.into_iter().map(part).collect();
    let same = compared.also.is_empty() && parts.iter().flat_map(|it| &it.rows).all(|it| it.same);
    Ok(RevisionsPage {
        id: id.to_string(),
        headline: new.headline,
        revisions,
        from,
        to,
        parts,
        also: compared.also,
        same,
        may_write: check_on(staff.actor(), Action::WriteArticle, &object).is_ok(),
    })
}

/// What somebody most likely wants to compare with: what readers see, or what was saved last.
fn usual(known: &Article) -> i64 {
    known.published_revision.unwrap_or(known.newest_revision)
}

async fn said(app: &App, known: &Article, which: &str) -> Result<Content, Trouble> {
    if which != NOW {
        let number = which.parse().map_err(|_| Trouble::missing("version"))?;
        let found = article::revision(app.store(), known.id, number).await?;
        return Ok(found.ok_or_else(|| Trouble::missing("version"))?.content);
    }
    Ok(draft::content(app.store(), known).await?)
}

fn part((part, rows): (Part, Vec<article::Row>)) -> PartView {
    let name = match part {
        Part::Headline => "headline",
        Part::Deck => "deck",
        Part::Dateline => "dateline",
        Part::Body => "body",
    };
    let piece = |piece: Piece| PieceView { text: piece.text, changed: piece.changed };
    let rows = rows.into_iter().map(|row| RowView {
        same: row.is_same(),
        old: row.old.into_iter().map(piece).collect(),
        new: row.new.into_iter().map(piece).collect(),
    });
    PartView { name, rows: rows.collect() }
}
