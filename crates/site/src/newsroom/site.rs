//! The site's words and its sections.

use accounts::policy::{self, Action};
use axum::extract::{Path, State};
use base::SectionId;
use publish::PublishError;
use publish::section::{self, CreateSection};
use publish::site::{self, Site};
use serde::Serialize;

use super::forms::Posted;
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use crate::App;

#[derive(Serialize)]
struct SitePage {
    name: String,
    description: String,
    language: String,
    zone: String,
    sections: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    address: String,
}

impl View for SitePage {
    const TEMPLATE: &'static str = "site.html";
}

/// `GET /newsroom/site`
pub(super) async fn show(State(app): State<App>, staff: Staff, frame: Frame) -> Answer {
    policy::check(staff.actor(), Action::ArrangeSite)?;
    frame.show(&page(&app).await?)
}

/// `POST /newsroom/site`
pub(super) async fn describe(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::ArrangeSite)?;
    let new = Site {
        name: fields.trimmed("name").to_owned(),
        description: fields.trimmed("description").to_owned(),
        language: fields.trimmed("language").to_owned(),
        zone: fields.trimmed("zone").to_owned(),
    };
    let done: Result<(), PublishError> = async {
        let mut tx = app.store().begin().await?;
        site::describe(&mut tx, staff.actor(), new, app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    finish(&app, &frame, done).await
}

/// `POST /newsroom/sections`
pub(super) async fn create_section(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::ArrangeSite)?;
    let command = CreateSection {
        path: fields.trimmed("path").trim_matches('/').to_owned(),
        name: fields.trimmed("name").to_owned(),
    };
    let done: Result<(), PublishError> = async {
        let mut tx = app.store().begin().await?;
        section::create(&mut tx, staff.actor(), command, app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    finish(&app, &frame, done).await
}

/// `POST /newsroom/sections/{id}`
pub(super) async fn rename_section(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<SectionId>,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::ArrangeSite)?;
    let done: Result<(), PublishError> = async {
        let mut tx = app.store().begin().await?;
        section::rename(&mut tx, staff.actor(), id, fields.trimmed("name"), app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    finish(&app, &frame, done).await
}

async fn finish(app: &App, frame: &Frame, done: Result<(), PublishError>) -> Answer {
    match done {
        Ok(()) => go("/newsroom/site"),
        Err(error) => frame.refuse(&page(app).await?, &Trouble::from(error)),
    }
}

async fn page(app: &App) -> Result<SitePage, Trouble> {
    let Site { name, description, language, zone } = site::current(app.store()).await?;
    let tree = section::tree(app.store()).await?;
    let mut sections: Vec<Row> = tree
        .iter()
        .map(|section| Row {
            id: section.id.to_string(),
            name: section.name.clone(),
            address: section.address(),
        })
        .collect();
    sections.sort_by(|a, b| a.address.cmp(&b.address));
    Ok(SitePage { name, description, language, zone, sections })
}
