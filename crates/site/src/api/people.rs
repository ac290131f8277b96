//! People: authors and staff.

use accounts::person::{self, AddPerson, DescribePerson};
use axum::Json as Sent;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use base::{PersonId, Role, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{KeepPeople, May, ReadUnpublished, WriteArticle};
use super::change::Change;
use super::extract::{Json, Path};
use super::problem::Problem;
use super::{Answer, schema};
use crate::app::App;

/// A person.
#[derive(Serialize, ToSchema)]
pub(super) struct Person {
    /// Names the person.
    #[schema(schema_with = schema::id)]
    id: PersonId,
    /// Where the person's page is.
    #[schema(example = "/authors/rosa-kern")]
    address: String,
    /// As bylines spell it.
    #[schema(example = "Rosa Kern")]
    name: String,
    /// What the person is.
    #[schema(example = "Diplomatic correspondent")]
    title: String,
    /// Some sentences about the person.
    bio: String,
    /// What the person is to the site.
    #[schema(schema_with = schema::role)]
    role: Role,
    /// Since when.
    #[schema(schema_with = schema::instant)]
    created_at: Timestamp,
}

/// Everybody.
#[derive(Serialize, ToSchema)]
pub(super) struct People {
    /// By name.
    people: Vec<Person>,
}

/// A person to be. An author needs no more than a name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPerson {
    /// As bylines spell it; no two people have the same.
    #[schema(example = "Rosa Kern", max_length = 200)]
    name: String,
    /// The last part of the page's address; made of the name when there is none.
    #[schema(example = "rosa-kern")]
    slug: Option<String>,
    /// What the person is.
    #[serde(default)]
    #[schema(example = "Diplomatic correspondent")]
    title: String,
    /// Some sentences about the person.
    #[serde(default)]
    bio: String,
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonWords {
    /// What the person is.
    #[schema(example = "Diplomatic correspondent")]
    title: Option<String>,
    /// Some sentences about the person.
    bio: Option<String>,
}

/// Everybody, by name
#[utoipa::path(get, path = "/people", operation_id = "list_people", tag = "People",
    security(("token" = ["read"])),
    responses((status = 200, description = "Everybody.", body = People)))]
pub(super) async fn list(_: May<ReadUnpublished>, State(app): State<App>) -> Answer<Sent<People>> {
    let people = person::all(app.store()).await?;
    Ok(Sent(People { people: people.into_iter().map(Person::from).collect() }))
}

/// Add a person
///
/// The person is an author, and has no access: no token gives that.
#[utoipa::path(post, path = "/people", operation_id = "add_person", tag = "People",
    security(("token" = ["write"])), request_body = NewPerson,
    responses(
        (status = 201, description = "The person.", body = Person,
            headers(("Location" = String, description = "Where the API has the person."))),
        (status = 409, description = "Somebody has that name or slug."),
    ))]
pub(super) async fn add(
    may: May<WriteArticle>,
    State(app): State<App>,
    Json(NewPerson { name, slug, title, bio }): Json<NewPerson>,
) -> Answer<impl IntoResponse> {
    let mut change = Change::begin(&app).await?;
    let command = AddPerson { name, slug, title, bio, role: Role::Reader };
    let id = person::add(&mut change.tx, &may.actor, command, change.now).await?;
    change.commit(&app).await?;
    let location = format!("/api/v1/people/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Sent(read(&app, id).await?)))
}

/// One person
#[utoipa::path(get, path = "/people/{id}", operation_id = "show_person", tag = "People",
    security(("token" = ["read"])),
    params(("id" = String, Path, description = "The person's id.")),
    responses((status = 200, description = "The person.", body = Person)))]
pub(super) async fn show(
    _: May<ReadUnpublished>,
    State(app): State<App>,
    Path(id): Path<PersonId>,
) -> Answer<Sent<Person>> {
    read(&app, id).await.map(Sent)
}

/// Say anew what a person is
#[utoipa::path(patch, path = "/people/{id}", operation_id = "describe_person", tag = "People",
    security(("token" = ["write"])),
    params(("id" = String, Path, description = "The person's id.")), request_body = PersonWords,
    responses((status = 200, description = "The person as known now.", body = Person)))]
pub(super) async fn describe(
    may: May<KeepPeople>,
    State(app): State<App>,
    Path(id): Path<PersonId>,
    Json(PersonWords { title, bio }): Json<PersonWords>,
) -> Answer<Sent<Person>> {
    read(&app, id).await?;
    let mut change = Change::begin(&app).await?;
    let command = DescribePerson { title, bio };
    person::describe(&mut change.tx, &may.actor, id, command, change.now).await?;
    change.commit(&app).await?;
    read(&app, id).await.map(Sent)
}

async fn read(app: &App, id: PersonId) -> Answer<Person> {
    let person = person::by_id(app.store(), id).await?;
    person.map(Person::from).ok_or_else(|| Problem::not_found(format!("There is no person {id}.")))
}

impl From<person::Person> for Person {
    fn from(person: person::Person) -> Self {
        let person::Person { id, slug, name, title, bio, role, created_at, .. } = person;
        Self { id, address: format!("/authors/{slug}"), name, title, bio, role, created_at }
    }
}
