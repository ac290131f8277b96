//! Reading: the list, one article, its revisions and corrections.

use axum::Json as Sent;
use axum::extract::State;
use base::{Actor, ArticleId, PersonId, Timestamp};
use publish::{article, section};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::content::Content;
use super::{Article, Summary, newest_revision, read_article};
use crate::api::auth::{May, ReadUnpublished};
use crate::api::change::known_article;
use crate::api::extract::{Path, Query};
use crate::api::problem::Problem;
use crate::api::{Answer, schema};
use crate::app::App;

/// Which part of the list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Window {
    /// Only articles that were begun before this one.
    #[param(schema_with = schema::id)]
    before: Option<ArticleId>,
    /// How many at most.
    #[serde(default = "limit")]
    #[param(default = 50, minimum = 1, maximum = 200)]
    limit: i64,
}

/// A part of the list of articles.
#[derive(Serialize, ToSchema)]
pub(crate) struct Articles {
    /// The last begun comes first.
    articles: Vec<Summary>,
    /// The address of the next part, when there is one.
    #[schema(example = "/api/v1/articles?before=019b79cf-1c00-7000-8000-000000000000&limit=50")]
    next: Option<String>,
}

/// A revision without its words.
#[derive(Serialize, ToSchema)]
pub(crate) struct RevisionSummary {
    /// Counts the article's revisions from 1.
    number: i64,
    /// Its headline.
    headline: String,
    /// The first words of the body.
    summary: String,
    /// How many words the body has.
    words: i64,
    /// Who wrote it: a `person`, or a program with a `token` that a person answers for; an
    /// `operator` on the command line, or the `system` itself.
    #[schema(example = "token")]
    written_by: &'static str,
    /// The person who wrote it or answers for it.
    #[schema(schema_with = schema::id)]
    person: Option<PersonId>,
    /// When.
    #[schema(schema_with = schema::instant)]
    created_at: Timestamp,
}

/// A revision.
#[derive(Serialize, ToSchema)]
pub(crate) struct Revision {
    #[serde(flatten)]
    summary: RevisionSummary,
    /// Its words.
    content: Content,
}

/// All revisions of an article.
#[derive(Serialize, ToSchema)]
pub(crate) struct Revisions {
    /// The newest comes first.
    revisions: Vec<RevisionSummary>,
}

/// What was wrong with an article, as readers are told.
#[derive(Serialize, ToSchema)]
pub(crate) struct Correction {
    /// What was wrong, and what is right.
    #[schema(example = "An earlier version misstated when the meeting began.")]
    text: String,
    /// Since when readers are told.
    #[schema(schema_with = schema::instant)]
    at: Timestamp,
}

/// All corrections of an article.
#[derive(Serialize, ToSchema)]
pub(crate) struct Corrections {
    /// The oldest comes first.
    corrections: Vec<Correction>,
}

fn limit() -> i64 {
    50
}

/// Articles in every state, the last begun first
#[utoipa::path(get, path = "/articles", operation_id = "list_articles", tag = "Articles",
    security(("token" = ["read"])), params(Window),
    responses((status = 200, description = "A part of the list.", body = Articles)))]
pub(crate) async fn list(
    _: May<ReadUnpublished>,
    State(app): State<App>,
    Query(Window { before, limit }): Query<Window>,
) -> Answer<Sent<Articles>> {
    if !(1..=200).contains(&limit) {
        return Err(Problem::malformed("The limit is a number from 1 to 200."));
    }
    let store = app.store();
    let before = match before {
        None => None,
        Some(id) => {
            let gone = || Problem::malformed(format!("There is no article {id} to begin before."));
            let article = article::by_id(store, id).await?.ok_or_else(gone)?;
            Some((article.created_at, id))
        }
    };
    // One more than asked for says whether there is a next part.
    let mut found = article::all(store, before, limit + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|count| count > limit);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| format!("/api/v1/articles?before={}&limit={limit}", last.id));
    let tree = section::tree(store).await?;
    let mut articles = Vec::new();
    for known in found {
        let newest = newest_revision(store, &known).await?;
        articles.push(Summary::of(known, &newest.content, &tree));
    }
    Ok(Sent(Articles { articles, next }))
}

/// An article with its newest words
#[utoipa::path(get, path = "/articles/{id}", operation_id = "show_article", tag = "Articles",
    security(("token" = ["read"])),
    params(("id" = String, Path, description = "The article's id.")),
    responses((status = 200, description = "The article.", body = Article,
        headers(("ETag" = String, description = "The number of its newest revision.")))))]
pub(crate) async fn show(
    _: May<ReadUnpublished>,
    State(app): State<App>,
    Path(id): Path<ArticleId>,
) -> Answer<Article> {
    read_article(app.store(), id).await
}

/// All revisions of an article, without their words
#[utoipa::path(get, path = "/articles/{id}/revisions", operation_id = "list_revisions",
    tag = "Articles", security(("token" = ["read"])),
    params(("id" = String, Path, description = "The article's id.")),
    responses((status = 200, description = "The revisions.", body = Revisions)))]
pub(crate) async fn revisions(
    _: May<ReadUnpublished>,
    State(app): State<App>,
    Path(id): Path<ArticleId>,
) -> Answer<Sent<Revisions>> {
    known_article(app.store(), id).await?;
    let revisions = article::revisions(app.store(), id).await?;
    Ok(Sent(Revisions { revisions: revisions.iter().map(RevisionSummary::from).collect() }))
}

/// One revision of an article
#[utoipa::path(get, path = "/articles/{id}/revisions/{number}", operation_id = "show_revision",
    tag = "Articles", security(("token" = ["read"])),
    params(
        ("id" = String, Path, description = "The article's id."),
        ("number" = i64, Path, description = "Which revision, counted from 1."),
    ),
    responses((status = 200, description = "The revision.", body = Revision)))]
pub(crate) async fn revision(
    _: May<ReadUnpublished>,
    State(app): State<App>,
    Path((id, number)): Path<(ArticleId, i64)>,
) -> Answer<Sent<Revision>> {
    let store = app.store();
    let known = known_article(store, id).await?;
    let revision = article::revision(store, id, number).await?.ok_or_else(|| {
        Problem::not_found(format!(
            "Article {id} has no revision {number}; the newest is {}.",
            known.newest_revision
        ))
    })?;
    let content = Content::of(store, &revision.content).await?;
    Ok(Sent(Revision { summary: RevisionSummary::from(&revision), content }))
}

/// What readers are told was wrong with an article
#[utoipa::path(get, path = "/articles/{id}/corrections", operation_id = "list_corrections",
    tag = "Articles", security(("token" = ["read"])),
    params(("id" = String, Path, description = "The article's id.")),
    responses((status = 200, description = "The corrections.", body = Corrections)))]
pub(crate) async fn corrections(
    _: May<ReadUnpublished>,
    State(app): State<App>,
    Path(id): Path<ArticleId>,
) -> Answer<Sent<Corrections>> {
    known_article(app.store(), id).await?;
    let corrections = article::corrections(app.store(), id).await?;
    let corrections = corrections
        .into_iter()
        .map(|article::Correction { text, at }| Correction { text, at })
        .collect();
    Ok(Sent(Corrections { corrections }))
}

impl From<&article::Revision> for RevisionSummary {
    fn from(revision: &article::Revision) -> Self {
        let (written_by, person) = match revision.actor {
            Actor::System => ("system", None),
            Actor::Operator => ("operator", None),
            Actor::Token { person, .. } => ("token", Some(person)),
            Actor::Person { person, .. } => ("person", Some(person)),
            Actor::Reader | Actor::Seat { .. } => ("reader", None),
        };
        Self {
            number: revision.number,
            headline: revision.content.headline.clone(),
            summary: revision.summary.clone(),
            words: revision.words,
            written_by,
            person,
            created_at: revision.created_at,
        }
    }
}
