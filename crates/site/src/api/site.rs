//! The site as a whole.

use axum::Json as Sent;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answer;
use super::auth::{ArrangeSite, May, ReadUnpublished};
use super::change::Change;
use super::extract::Json;
use crate::app::App;

/// The site as a whole.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Site {
    /// Its name, as a masthead has it.
    #[schema(example = "Tribune", max_length = 100)]
    name: String,
    /// What it is, in a sentence.
    #[serde(default)]
    #[schema(example = "News of the world, and what it means.")]
    description: String,
    /// The language of its pages, as BCP 47 tags it.
    #[schema(example = "en")]
    language: String,
    /// The time zone of its dates, as the IANA database names it.
    #[schema(example = "Europe/Moscow")]
    zone: String,
}

/// What the site is called and how it speaks
#[utoipa::path(get, path = "/site", operation_id = "show_site", tag = "Site",
    security(("token" = ["read"])),
    responses((status = 200, description = "The site.", body = Site)))]
pub(super) async fn show(_: May<ReadUnpublished>, State(app): State<App>) -> Answer<Sent<Site>> {
    Ok(Sent(publish::site::current(app.store()).await?.into()))
}

/// Say anew what the site is called and how it speaks
#[utoipa::path(put, path = "/site", operation_id = "describe_site", tag = "Site",
    security(("token" = ["publish"])), request_body = Site,
    responses((status = 200, description = "The site as it is now.", body = Site)))]
pub(super) async fn describe(
    may: May<ArrangeSite>,
    State(app): State<App>,
    Json(site): Json<Site>,
) -> Answer<Sent<Site>> {
    let mut change = Change::begin(&app).await?;
    publish::site::describe(&mut change.tx, &may.actor, site.into(), change.now).await?;
    change.commit(&app).await?;
    Ok(Sent(publish::site::current(app.store()).await?.into()))
}

impl From<publish::site::Site> for Site {
    fn from(site: publish::site::Site) -> Self {
        let publish::site::Site { name, description, language, zone } = site;
        Self { name, description, language, zone }
    }
}

impl From<Site> for publish::site::Site {
    fn from(site: Site) -> Self {
        let Site { name, description, language, zone } = site;
        Self { name, description, language, zone }
    }
}
