//! Those who look after the others: inviting, roles, suspension.

use accounts::person::{self, AddPerson, Person};
use accounts::policy::{self, Action};
use accounts::{AccountError, invitation, session};
use axum::extract::{Path, State};
use base::{Grant, PersonId, Role, SectionId, Timestamp};
use publish::section::{self, Tree};
use serde::Serialize;

use super::forms::{Fields, Posted};
use super::gate::{Fresh, Staff};
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use crate::App;

#[derive(Serialize, Default)]
struct PeoplePage {
    people: Vec<Row>,
    roles: Vec<&'static str>,
    /// The link of somebody who was just invited: shown this once.
    link: Option<String>,
    invited: String,
    name: String,
    email: String,
}

#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    email: String,
    role: &'static str,
    suspended: bool,
    has_way_in: bool,
}

impl View for PeoplePage {
    const TEMPLATE: &'static str = "people.html";
}

#[derive(Serialize)]
struct PersonPage {
    id: String,
    own: bool,
    name: String,
    email: String,
    role: &'static str,
    roles: Vec<&'static str>,
    suspended: bool,
    has_way_in: bool,
    sections: Vec<SectionRow>,
    sessions: Vec<Timestamp>,
    link: Option<String>,
}

#[derive(Serialize)]
struct SectionRow {
    id: String,
    name: String,
    depth: usize,
    role: &'static str,
}

impl View for PersonPage {
    const TEMPLATE: &'static str = "person.html";
}

/// `GET /newsroom/people`
pub(super) async fn list(State(app): State<App>, staff: Staff, frame: Frame) -> Answer {
    policy::check(staff.actor(), Action::GrantRoles)?;
    frame.show(&page(&app).await?)
}

/// `POST /newsroom/people`: invites somebody.
pub(super) async fn invite(
    State(app): State<App>,
    Fresh(staff): Fresh,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::GrantRoles)?;
    let invited = invite_new(&app, &staff, &fields).await;
    let mut page = page(&app).await?;
    match invited {
        Ok(link) => {
            page.link = Some(address(&app, &link));
            page.invited = fields.trimmed("name").to_owned();
            frame.show(&page)
        }
        Err(error) => {
            page.name = fields.trimmed("name").to_owned();
            page.email = fields.trimmed("email").to_owned();
            frame.refuse(&page, &Trouble::from(error))
        }
    }
}

/// `GET /newsroom/people/{id}`
pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<PersonId>,
) -> Answer {
    policy::check(staff.actor(), Action::GrantRoles)?;
    frame.show(&person_page(&app, &staff, id).await?)
}

/// `POST /newsroom/people/{id}`: roles and address.
pub(super) async fn change(
    State(app): State<App>,
    Fresh(staff): Fresh,
    frame: Frame,
    Path(id): Path<PersonId>,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::GrantRoles)?;
    let done: Result<(), AccountError> = async {
        let now = app.now();
        let (role, grants) = roles(&fields)?;
        let mut tx = app.store().begin().await?;
        person::set_email(&mut tx, staff.actor(), id, Some(fields.text("email")), now).await?;
        person::grant(&mut tx, staff.actor(), id, role, &grants, now).await?;
        Ok(tx.commit().await?)
    }
    .await;
    match done {
        Ok(()) => go("/newsroom/people"),
        Err(error) => frame.refuse(&person_page(&app, &staff, id).await?, &Trouble::from(error)),
    }
}

/// `POST /newsroom/people/{id}/invite`: a new link, in place of those before.
pub(super) async fn invite_again(
    State(app): State<App>,
    Fresh(staff): Fresh,
    frame: Frame,
    Path(id): Path<PersonId>,
    _: Posted,
) -> Answer {
    policy::check(staff.actor(), Action::GrantRoles)?;
    let mut tx = app.store().begin().await?;
    let secret = app.store().secret();
    let link = invitation::invite(&mut tx, staff.actor(), id, secret, app.now()).await?;
    tx.commit().await?;
    let mut page = person_page(&app, &staff, id).await?;
    page.link = Some(address(&app, &link));
    frame.show(&page)
}

/// `POST /newsroom/people/{id}/suspend`
pub(super) async fn suspend(
    State(app): State<App>,
    Fresh(staff): Fresh,
    frame: Frame,
    Path(id): Path<PersonId>,
    _: Posted,
) -> Answer {
    policy::check(staff.actor(), Action::GrantRoles)?;
    let mut tx = app.store().begin().await?;
    match person::suspend(&mut tx, staff.actor(), id, app.now()).await {
        Ok(()) => {
            tx.commit().await?;
            go("/newsroom/people")
        }
        Err(error) => {
            drop(tx);
            frame.refuse(&person_page(&app, &staff, id).await?, &Trouble::from(error))
        }
    }
}

/// `POST /newsroom/people/{id}/restore`
pub(super) async fn restore(
    State(app): State<App>,
    Fresh(staff): Fresh,
    Path(id): Path<PersonId>,
    _: Posted,
) -> Answer {
    policy::check(staff.actor(), Action::GrantRoles)?;
    let mut tx = app.store().begin().await?;
    person::restore(&mut tx, staff.actor(), id, app.now()).await?;
    tx.commit().await?;
    go("/newsroom/people")
}

/// `POST /newsroom/people/{id}/sign-out`: everywhere.
pub(super) async fn sign_out(
    State(app): State<App>,
    Fresh(staff): Fresh,
    Path(id): Path<PersonId>,
    _: Posted,
) -> Answer {
    policy::check(staff.actor(), Action::GrantRoles)?;
    let mut tx = app.store().begin().await?;
    session::end_others(&mut tx, staff.actor(), id, None, app.now()).await?;
    tx.commit().await?;
    go(&format!("/newsroom/people/{id}"))
}

async fn invite_new(app: &App, staff: &Staff, fields: &Fields) -> Result<String, AccountError> {
    let now = app.now();
    let (role, _) = roles(fields)?;
    let mut tx = app.store().begin().await?;
    let add = AddPerson { role, ..AddPerson::author(fields.trimmed("name")) };
    let person = person::add(&mut tx, staff.actor(), add, now).await?;
    person::set_email(&mut tx, staff.actor(), person, Some(fields.text("email")), now).await?;
    let secret = app.store().secret();
    let link = invitation::invite(&mut tx, staff.actor(), person, secret, now).await?;
    tx.commit().await?;
    Ok(link)
}

/// The role in the whole site, and those in sections: fields named `section-…`.
fn roles(fields: &Fields) -> Result<(Role, Vec<Grant>), AccountError> {
    let read = |name: &str| {
        Role::parse(name).ok_or_else(|| AccountError::Invalid(format!("{name:?} is no role.")))
    };
    let mut grants = Vec::new();
    for (name, value) in fields.starting("section-") {
        let section: SectionId =
            name.parse().map_err(|_| AccountError::Invalid(format!("{name:?} is no section.")))?;
        if !value.is_empty() {
            grants.push(Grant { section, role: read(value)? });
        }
    }
    Ok((read(fields.text("role"))?, grants))
}

async fn page(app: &App) -> Result<PeoplePage, Trouble> {
    let mut people = Vec::new();
    for known in person::all(app.store()).await? {
        people.push(Row {
            has_way_in: person::has_way_in(app.store(), known.id).await?,
            id: known.id.to_string(),
            role: known.role.name(),
            suspended: known.suspended_at.is_some(),
            email: known.email.unwrap_or_default(),
            name: known.name,
        });
    }
    // Staff first: authors are many.
    people.sort_by_key(|row| row.role == Role::Reader.name());
    Ok(PeoplePage { people, roles: role_names(), ..PeoplePage::default() })
}

async fn person_page(app: &App, staff: &Staff, id: PersonId) -> Result<PersonPage, Trouble> {
    let store = app.store();
    let known: Person =
        person::by_id(store, id).await?.ok_or_else(|| Trouble::missing("person"))?;
    let grants = person::grants(store, id).await?;
    let tree = section::tree(store).await?;
    let mut sections = Vec::new();
    rows(&tree, None, 0, &grants, &mut sections);
    let sessions = session::of_person(store, id, app.now()).await?;
    Ok(PersonPage {
        own: staff.person() == id,
        id: id.to_string(),
        role: known.role.name(),
        roles: role_names(),
        suspended: known.suspended_at.is_some(),
        has_way_in: person::has_way_in(store, id).await?,
        email: known.email.unwrap_or_default(),
        name: known.name,
        sections,
        sessions: sessions.into_iter().map(|session| session.seen_at).collect(),
        link: None,
    })
}

fn rows(
    tree: &Tree,
    parent: Option<SectionId>,
    depth: usize,
    grants: &[Grant],
    all: &mut Vec<SectionRow>,
) {
    for section in tree.below(parent) {
        let grant = grants.iter().find(|grant| grant.section == section.id);
        all.push(SectionRow {
            id: section.id.to_string(),
            name: section.name.clone(),
            depth,
            role: grant.map_or("", |grant| grant.role.name()),
        });
        rows(tree, Some(section.id), depth + 1, grants, all);
    }
}

fn role_names() -> Vec<&'static str> {
    Role::ALL.into_iter().map(Role::name).collect()
}

fn address(app: &App, link: &str) -> String {
    let public = app.0.settings.public_url.as_str().trim_end_matches('/');
    format!("{public}/newsroom/welcome/{link}")
}
