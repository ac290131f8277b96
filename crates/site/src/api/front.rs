//! The top of the front page.

use axum::Json as Sent;
use axum::extract::State;
use base::ArticleId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answer;
use super::auth::{ArrangeFront, May, ReadUnpublished};
use super::change::Change;
use super::extract::Json;
use crate::app::App;

/// The stories that an editor put at the top of the front page.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Front {
    /// Published articles by their ids, the foremost first.
    #[schema(value_type = Vec<String>, max_items = 12,
        example = json!(["019b79cf-1c00-7000-8000-000000000000"]))]
    articles: Vec<ArticleId>,
}

/// The top of the front page
#[utoipa::path(get, path = "/front", operation_id = "show_front", tag = "Front page",
    security(("token" = ["read"])),
    responses((status = 200, description = "The stories, in their order.", body = Front)))]
pub(super) async fn show(_: May<ReadUnpublished>, State(app): State<App>) -> Answer<Sent<Front>> {
    let articles = publish::front::places(app.store()).await?;
    Ok(Sent(Front { articles }))
}

/// Put these stories at the top, in this order, and no others
#[utoipa::path(put, path = "/front", operation_id = "arrange_front", tag = "Front page",
    security(("token" = ["publish"])), request_body = Front,
    responses(
        (status = 200, description = "The stories, in their order.", body = Front),
        (status = 409, description = "One of them is not published."),
    ))]
pub(super) async fn arrange(
    may: May<ArrangeFront>,
    State(app): State<App>,
    Json(Front { articles }): Json<Front>,
) -> Answer<Sent<Front>> {
    let mut change = Change::begin(&app).await?;
    publish::front::arrange(&mut change.tx, &may.actor, &articles, change.now).await?;
    change.commit(&app).await?;
    Ok(Sent(Front { articles }))
}
