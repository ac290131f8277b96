//! Moving: another section, another slug, and addresses of old.

use axum::extract::State;
use base::ArticleId;
use publish::article;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Article, read_article};
use crate::api::auth::{May, PublishArticle};
use crate::api::change::Change;
use crate::api::extract::{Json, Path};
use crate::api::{Answer, sections};
use crate::app::App;

/// Where an article goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Move {
    /// The path of a section, which must exist.
    #[schema(example = "news/europe")]
    section: String,
}

/// What an article's address becomes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rename {
    /// The new last part of its address.
    #[schema(example = "presidents-speak-for-two-hours")]
    slug: String,
}

/// An address that an article had elsewhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormerAddress {
    /// Its path.
    #[schema(example = "/2021/12/two-presidents")]
    address: String,
}

/// Move an article to another section; readers of the old address are sent on
#[utoipa::path(post, path = "/articles/{id}/move", operation_id = "move_article",
    tag = "Articles", security(("token" = ["publish"])),
    params(("id" = String, Path, description = "The article's id.")), request_body = Move,
    responses((status = 200, description = "The article at its new address.", body = Article)))]
pub(crate) async fn move_to(
    may: May<PublishArticle>,
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    Json(Move { section }): Json<Move>,
) -> Answer<Article> {
    let (mut change, _) = Change::of_article(&app, id).await?;
    let section = sections::at_path(&change.tx, &section).await?;
    article::move_to(&mut change.tx, &may.actor, id, section, change.now).await?;
    change.commit(&app).await?;
    read_article(app.store(), id).await
}

/// Give an article another slug; readers of the old address are sent on
#[utoipa::path(post, path = "/articles/{id}/rename", operation_id = "rename_article",
    tag = "Articles", security(("token" = ["publish"])),
    params(("id" = String, Path, description = "The article's id.")), request_body = Rename,
    responses(
        (status = 200, description = "The article at its new address.", body = Article),
        (status = 409, description = "That address is taken, or was once."),
    ))]
pub(crate) async fn rename(
    may: May<PublishArticle>,
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    Json(Rename { slug }): Json<Rename>,
) -> Answer<Article> {
    let (mut change, _) = Change::of_article(&app, id).await?;
    article::rename(&mut change.tx, &may.actor, id, slug, change.now).await?;
    change.commit(&app).await?;
    read_article(app.store(), id).await
}

/// Send readers of another address on to this article, for one that it had elsewhere
#[utoipa::path(post, path = "/articles/{id}/former-addresses",
    operation_id = "add_former_address", tag = "Articles", security(("token" = ["publish"])),
    params(("id" = String, Path, description = "The article's id.")),
    request_body = FormerAddress,
    responses(
        (status = 200, description = "The article.", body = Article),
        (status = 409, description = "That address is taken, or was once."),
    ))]
pub(crate) async fn also_at(
    may: May<PublishArticle>,
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    Json(FormerAddress { address }): Json<FormerAddress>,
) -> Answer<Article> {
    let (mut change, _) = Change::of_article(&app, id).await?;
    article::also_at(&mut change.tx, &may.actor, id, &address, change.now).await?;
    change.commit(&app).await?;
    read_article(app.store(), id).await
}
