//! Publishing: now, later, no more, and what was wrong.

use axum::extract::State;
use base::{ArticleId, Timestamp};
use publish::article;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Article, read_article};
use crate::api::auth::{May, PublishArticle};
use crate::api::change::Change;
use crate::api::extract::{Json, Path};
use crate::api::{Answer, schema};
use crate::app::App;

/// How an article is published.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Publish {
    /// The date that the article bears, when it is not the present one: for what was published
    /// elsewhere before.
    #[schema(schema_with = schema::instant)]
    dated: Option<Timestamp>,
    /// Whether the change is one that readers need not be told of, such as a spelling.
    #[serde(default)]
    #[schema(default = false)]
    minor: bool,
}

/// When an article is to appear.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Schedule {
    /// An instant to come.
    #[schema(schema_with = schema::instant)]
    at: Timestamp,
}

/// What was wrong with an article.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Correct {
    /// What was wrong, and what is right.
    #[schema(max_length = 2000, example = "An earlier version misstated when the meeting began.")]
    text: String,
}

/// Why an article is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdraw {
    /// What readers of its address are told.
    #[schema(max_length = 2000, example = "The source has taken its statement back.")]
    note: String,
}

/// Show readers the newest revision
///
/// Once this is answered, pages show it.
#[utoipa::path(post, path = "/articles/{id}/publish", operation_id = "publish_article",
    tag = "Articles", security(("token" = ["publish"])),
    params(("id" = String, Path, description = "The article's id.")),
    request_body = Option<Publish>,
    responses((status = 200, description = "The published article.", body = Article)))]
pub(crate) async fn publish(
    may: May<PublishArticle>,
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    Json(Publish { dated, minor }): Json<Publish>,
) -> Answer<Article> {
    let (mut change, _) = Change::of_article(&app, id).await?;
    let how = article::Publish { dated, minor, ..article::Publish::default() };
    article::publish(&mut change.tx, &may.actor, id, how, change.now).await?;
    change.commit(&app).await?;
    read_article(app.store(), id).await
}

/// Have the newest revision published by itself at a time to come
#[utoipa::path(post, path = "/articles/{id}/schedule", operation_id = "schedule_article",
    tag = "Articles", security(("token" = ["publish"])),
    params(("id" = String, Path, description = "The article's id.")), request_body = Schedule,
    responses((status = 200, description = "The scheduled article.", body = Article)))]
pub(crate) async fn schedule(
    may: May<PublishArticle>,
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    Json(Schedule { at }): Json<Schedule>,
) -> Answer<Article> {
    let (mut change, _) = Change::of_article(&app, id).await?;
    article::schedule(&mut change.tx, &may.actor, id, at, change.now).await?;
    change.commit(&app).await?;
    read_article(app.store(), id).await
}

/// Take back that it is published by itself
#[utoipa::path(post, path = "/articles/{id}/unschedule", operation_id = "unschedule_article",
    tag = "Articles", security(("token" = ["publish"])),
    params(("id" = String, Path, description = "The article's id.")),
    responses(
        (status = 200, description = "The article, scheduled no more.", body = Article),
        (status = 409, description = "It was not scheduled."),
    ))]
pub(crate) async fn unschedule(
    may: May<PublishArticle>,
    State(app): State<App>,
    Path(id): Path<ArticleId>,
) -> Answer<Article> {
    let (mut change, _) = Change::of_article(&app, id).await?;
    article::unschedule(&mut change.tx, &may.actor, id, change.now).await?;
    change.commit(&app).await?;
    read_article(app.store(), id).await
}

/// Tell readers what was wrong
///
/// The words themselves are put right by a revision.
#[utoipa::path(post, path = "/articles/{id}/correct", operation_id = "correct_article",
    tag = "Articles", security(("token" = ["publish"])),
    params(("id" = String, Path, description = "The article's id.")), request_body = Correct,
    responses(
        (status = 200, description = "The corrected article.", body = Article),
        (status = 409, description = "It is not published."),
    ))]
pub(crate) async fn correct(
    may: May<PublishArticle>,
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    Json(Correct { text }): Json<Correct>,
) -> Answer<Article> {
    let (mut change, _) = Change::of_article(&app, id).await?;
    let now = change.now;
    article::correct(&mut change.tx, &may.actor, id, &text, now, now).await?;
    change.commit(&app).await?;
    read_article(app.store(), id).await
}

/// Take a published article back
///
/// Its address answers from now on that it is gone, and why.
#[utoipa::path(post, path = "/articles/{id}/withdraw", operation_id = "withdraw_article",
    tag = "Articles", security(("token" = ["publish"])),
    params(("id" = String, Path, description = "The article's id.")), request_body = Withdraw,
    responses(
        (status = 200, description = "The withdrawn article.", body = Article),
        (status = 409, description = "It is not published."),
    ))]
pub(crate) async fn withdraw(
    may: May<PublishArticle>,
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    Json(Withdraw { note }): Json<Withdraw>,
) -> Answer<Article> {
    let (mut change, _) = Change::of_article(&app, id).await?;
    article::withdraw(&mut change.tx, &may.actor, id, &note, change.now).await?;
    change.commit(&app).await?;
    read_article(app.store(), id).await
}
