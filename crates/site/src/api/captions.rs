//! What is said on the channel, in writing.

use std::time::Duration;

use axum::Json as Sent;
use axum::extract::State;
use axum::http::StatusCode;
use base::Timestamp;
use broadcast::captions::{self, Caption as Written, WriteCaption as Write};
use broadcast::channel;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{Caption as WriteCaptions, May};
use super::change::Change;
use super::extract::{Json, Path};
use super::problem::Problem;
use super::{Answer, schema};
use crate::app::App;

/// A caption to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCaption {
    /// One of the languages that captions are switched on in for the channel, as BCP 47 tags it.
    #[schema(example = "en")]
    language: String,
    /// What is said: plain text, of four lines at most.
    #[schema(max_length = 400, example = "Good evening. The two presidents have spoken.")]
    text: String,
    /// When it was said, or will be: at most two minutes ago, or ten minutes ahead. Left out, it is
    /// said now. What comes when the pictures of its moment are out is shown with the next ones.
    #[schema(schema_with = schema::instant)]
    at: Option<Timestamp>,
    /// For how many seconds it stands there; as long as it takes to read, when it is left out.
    #[schema(minimum = 0.5, maximum = 60.0, example = 4.0)]
    seconds: Option<f64>,
}

/// A caption as it will be shown.
#[derive(Serialize, ToSchema)]
pub(super) struct Caption {
    /// As BCP 47 tags it.
    #[schema(example = "en")]
    language: String,
    /// What is said.
    #[schema(example = "Good evening. The two presidents have spoken.")]
    text: String,
    /// When it appears.
    #[schema(schema_with = schema::instant)]
    starts_at: Timestamp,
    /// When it goes.
    #[schema(schema_with = schema::instant)]
    ends_at: Timestamp,
}

/// Write what is said on the channel
///
/// Viewers who have chosen captions in this language read it with the pictures of its moment.
#[utoipa::path(post, path = "/channels/{channel}/captions", operation_id = "write_caption",
    tag = "Channel", security(("token" = ["write"])),
    params(("channel" = String, Path, description = "The channel: `main`.")),
    request_body = NewCaption,
    responses((status = 201, description = "It will be shown.", body = Caption)))]
pub(super) async fn write(
    may: May<WriteCaptions>,
    State(app): State<App>,
    Path(slug): Path<String>,
    Json(NewCaption { language, text, at, seconds }): Json<NewCaption>,
) -> Answer<(StatusCode, Sent<Caption>)> {
    let lasts = seconds.map(Duration::try_from_secs_f64).transpose().map_err(|_| {
        Problem::invalid("A caption stands there for half a second to 60 seconds.").at("/seconds")
    })?;
    let mut change = Change::begin(&app).await?;
    let channel = channel::by_slug(&change.tx, &slug)
        .await?
        .ok_or_else(|| Problem::not_found(format!("There is no channel {slug}.")))?;
    let command = Write { language: &language, text: &text, at, lasts };
    let caption =
        captions::write(&mut change.tx, &may.actor, channel.id, command, change.now).await?;
    change.commit(&app).await?;
    Ok((StatusCode::CREATED, Sent(caption.into())))
}

impl From<Written> for Caption {
    fn from(caption: Written) -> Self {
        let Written { language, text, starts_at, ends_at, .. } = caption;
        Self { language, text, starts_at, ends_at }
    }
}
