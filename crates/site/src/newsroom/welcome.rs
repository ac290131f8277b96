//! Coming in by a link: the first administrator, and each of the staff after that.

use accounts::invitation::{self, Invitation};
use accounts::person;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use base::Timestamp;
use serde::Serialize;
use store::events::Method;

use super::forms::Fields;
use super::page::{Answer, Frame, View};
use super::sign_in::{Who, begin};
use super::trouble::Trouble;
use crate::App;

#[derive(Serialize, Default)]
struct WelcomePage {
    /// Where the form goes.
    action: String,
    /// Whether the link makes the first administrator.
    first: bool,
    name: String,
    email: String,
}

impl View for WelcomePage {
    const TEMPLATE: &'static str = "welcome.html";
}

#[derive(Serialize)]
struct OverPage;

impl View for OverPage {
    const TEMPLATE: &'static str = "link_over.html";
}

/// `GET /newsroom/welcome/{link}`
pub(super) async fn form(State(app): State<App>, frame: Frame, Path(link): Path<String>) -> Answer {
    let Some(invitation) = find(&app, &link, app.now()).await? else { return over(&frame) };
    let mut page = WelcomePage { action: action(&link), ..WelcomePage::default() };
    match invitation.person_id {
        None => page.first = true,
        Some(id) => {
            if let Some(person) = person::by_id(app.store(), id).await? {
                page.name = person.name;
                page.email = person.email.unwrap_or_default();
            }
        }
    }
    frame.show(&page)
}

/// `POST /newsroom/welcome/{link}`
pub(super) async fn accept(
    State(app): State<App>,
    frame: Frame,
    who: Who,
    Path(link): Path<String>,
    fields: Fields,
) -> Answer {
    let now = app.now();
    let Some(invitation) = find(&app, &link, now).await? else { return over(&frame) };
    let mut tx = app.store().begin().await?;
    let (name, email) = (fields.trimmed("name"), fields.trimmed("email"));
    let accepted = match invitation.person_id {
        None => invitation::accept_first(&mut tx, invitation, name, email, now).await,
        Some(person) => invitation::accept(&mut tx, invitation, person, now).await.map(|()| person),
    };
    let person = match accepted {
        Ok(person) => person,
        Err(error) => {
            let page = WelcomePage {
                action: action(&link),
                first: invitation.person_id.is_none(),
                name: name.to_owned(),
                email: email.to_owned(),
            };
            return frame.refuse(&page, &Trouble::from(error));
        }
    };
    tx.commit().await?;
    begin(&app, person, Method::Invitation, &who.client, "/newsroom/account").await
}

async fn find(app: &App, link: &str, now: Timestamp) -> Result<Option<Invitation>, Trouble> {
    // What is no link of ours is not looked up.
    if link.len() != 64 || !link.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(None);
    }
    Ok(invitation::find(app.store(), link, now).await?)
}

pub(super) fn over(frame: &Frame) -> Answer {
    let status = StatusCode::GONE;
    let told = "This link was used, or replaced by another, or is older than seven days.";
    frame.refuse(&OverPage, &Trouble::new(status, told))
}

fn action(link: &str) -> String {
    format!("/newsroom/welcome/{link}")
}
