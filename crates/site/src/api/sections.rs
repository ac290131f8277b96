//! The section tree.

use axum::Json as Sent;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use base::SectionId;
use publish::section::{self, CreateSection, Tree};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{ArrangeSite, May, ReadUnpublished};
use super::change::Change;
use super::extract::{Json, Path};
use super::problem::Problem;
use super::{Answer, schema};
use crate::app::App;

/// A section.
#[derive(Serialize, ToSchema)]
pub(super) struct Section {
    /// Names the section.
    #[schema(schema_with = schema::id)]
    id: SectionId,
    /// The section above it, if it is not at the top.
    #[schema(schema_with = schema::id)]
    parent: Option<SectionId>,
    /// The parts of its address.
    #[schema(example = "news/russia")]
    path: String,
    /// Where its page is.
    #[schema(example = "/news/russia/")]
    address: String,
    /// As readers see it.
    #[schema(example = "Russia")]
    name: String,
}

/// All sections.
#[derive(Serialize, ToSchema)]
pub(super) struct Sections {
    /// Each after the one above it, neighbours in their order.
    sections: Vec<Section>,
}

/// A section to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSection {
    /// The parts of its address; the section above it must exist.
    #[schema(example = "news/russia")]
    path: String,
    /// As readers will see it.
    #[schema(example = "Russia", max_length = 100)]
    name: String,
}

/// Another name for a section.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SectionName {
    /// As readers will see it; the address stays.
    #[schema(example = "Russia and its neighbours", max_length = 100)]
    name: String,
}

/// All sections
#[utoipa::path(get, path = "/sections", operation_id = "list_sections", tag = "Sections",
    security(("token" = ["read"])),
    responses((status = 200, description = "The section tree, written as a list.", body = Sections)))]
pub(super) async fn list(
    _: May<ReadUnpublished>,
    State(app): State<App>,
) -> Answer<Sent<Sections>> {
    let tree = section::tree(app.store()).await?;
    let mut sections = Vec::new();
    collect(&tree, None, &mut sections);
    Ok(Sent(Sections { sections }))
}

/// Add a section, last among its neighbours
#[utoipa::path(post, path = "/sections", operation_id = "create_section", tag = "Sections",
    security(("token" = ["publish"])), request_body = NewSection,
    responses(
        (status = 201, description = "The section.", body = Section,
            headers(("Location" = String, description = "Where the section page is."))),
        (status = 409, description = "A section or article has that address."),
    ))]
pub(super) async fn create(
    may: May<ArrangeSite>,
    State(app): State<App>,
    Json(NewSection { path, name }): Json<NewSection>,
) -> Answer<impl IntoResponse> {
    let mut change = Change::begin(&app).await?;
    let command = CreateSection { path, name };
    let id = section::create(&mut change.tx, &may.actor, command, change.now).await?;
    change.commit(&app).await?;
    let section = read(&app, id).await?;
    let address = section.address.clone();
    Ok((StatusCode::CREATED, [(header::LOCATION, address)], Sent(section)))
}

/// Give a section another name; its address stays
#[utoipa::path(patch, path = "/sections/{id}", operation_id = "rename_section", tag = "Sections",
    security(("token" = ["publish"])),
    params(("id" = String, Path, description = "The section's id.")), request_body = SectionName,
    responses((status = 200, description = "The section as it is now.", body = Section)))]
pub(super) async fn rename(
    may: May<ArrangeSite>,
    State(app): State<App>,
    Path(id): Path<SectionId>,
    Json(SectionName { name }): Json<SectionName>,
) -> Answer<Sent<Section>> {
    read(&app, id).await?;
    let mut change = Change::begin(&app).await?;
    section::rename(&mut change.tx, &may.actor, id, &name, change.now).await?;
    change.commit(&app).await?;
    read(&app, id).await.map(Sent)
}

/// The section at a path that a request's body names.
pub(super) async fn at_path(on: &impl store::Connection, path: &str) -> Answer<SectionId> {
    let tree = section::tree(on).await?;
    if let Some(section) = tree.by_path(path.trim_matches('/')) {
        return Ok(section.id);
    }
    Err(Problem::invalid(format!(
        "There is no section {path:?}. Name one that GET /api/v1/sections lists, or make it with \
         POST /api/v1/sections."
    ))
    .at("/section"))
}

async fn read(app: &App, id: SectionId) -> Answer<Section> {
    let tree = section::tree(app.store()).await?;
    tree.by_id(id)
        .map(Section::from)
        .ok_or_else(|| Problem::not_found(format!("There is no section {id}.")))
}

fn collect(tree: &Tree, parent: Option<SectionId>, into: &mut Vec<Section>) {
    for section in tree.below(parent) {
        into.push(section.into());
        collect(tree, Some(section.id), into);
    }
}

impl From<&section::Section> for Section {
    fn from(section: &section::Section) -> Self {
        Self {
            id: section.id,
            parent: section.parent_id,
            path: section.path.clone(),
            address: section.address(),
            name: section.name.clone(),
        }
    }
}
