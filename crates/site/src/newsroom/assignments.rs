//! Who is to do what with a story.

use accounts::person;
use accounts::policy::{Action, check_anywhere};
use axum::extract::{Path, State};
use base::{ArticleId, PersonId, Timestamp};
use publish::assignment::{self, Assign};
use serde::Serialize;

use super::articles::{instant, refuse};
use super::forms::Posted;
use super::gate::Staff;
use super::page::{Answer, Frame, go};
use super::trouble::Trouble;
use crate::App;

/// An assignment beside a story.
#[derive(Serialize)]
pub(super) struct Row {
    person: String,
    who: String,
    task: String,
    due: Option<Timestamp>,
    late: bool,
    done: Option<Timestamp>,
    own: bool,
}

/// Somebody who can be given something to do.
#[derive(Serialize)]
pub(super) struct Candidate {
    id: String,
    name: String,
}

/// `POST /newsroom/articles/{id}/assignments`
pub(super) async fn assign(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<ArticleId>,
    Posted(fields): Posted,
) -> Answer {
    check_anywhere(staff.actor(), Action::EditArticle)?;
    let done: Result<(), Trouble> = async {
        let nobody = || Trouble::invalid("Choose who is to do it.");
        let person: PersonId = fields.text("person").parse().map_err(|_| nobody())?;
        let due = match fields.text("due") {
            "" => None,
            text => Some(instant(text, &frame.site.zone)?),
        };
        let command = Assign { person, task: fields.trimmed("task").to_owned(), due };
        let mut tx = app.store().begin().await?;
        assignment::assign(&mut tx, staff.actor(), id, command, app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    match done {
        Ok(()) => go(&format!("/newsroom/articles/{id}")),
        Err(trouble) => refuse(&app, &staff, &frame, id, &trouble).await,
    }
}

/// `POST /newsroom/articles/{id}/assignments/{person}/done`
pub(super) async fn finish(
    State(app): State<App>,
    staff: Staff,
    Path((id, person)): Path<(ArticleId, PersonId)>,
    Posted(fields): Posted,
) -> Answer {
    let mut tx = app.store().begin().await?;
    assignment::finish(&mut tx, staff.actor(), id, person, app.now()).await?;
    tx.commit().await?;
    // From the desk one goes back to the desk.
    let back = if fields.text("from") == "desk" { "/newsroom/".to_owned() } else { story(id) };
    go(&back)
}

/// `POST /newsroom/articles/{id}/assignments/{person}/remove`
pub(super) async fn take_away(
    State(app): State<App>,
    staff: Staff,
    Path((id, person)): Path<(ArticleId, PersonId)>,
    Posted(_): Posted,
) -> Answer {
    let mut tx = app.store().begin().await?;
    assignment::take_away(&mut tx, staff.actor(), id, person, app.now()).await?;
    tx.commit().await?;
    go(&story(id))
}

fn story(id: ArticleId) -> String {
    format!("/newsroom/articles/{id}")
}

/// The assignments of a story.
pub(super) async fn rows(app: &App, staff: &Staff, id: ArticleId) -> Result<Vec<Row>, Trouble> {
    let all = assignment::of_article(app.store(), id).await?;
    let ids: Vec<_> = all.iter().map(|it| it.person_id).collect();
    let people = person::by_ids(app.store(), &ids).await?;
    let name = |id| people.iter().find(|it| it.id == id).map(|it| it.name.clone());
    let now = app.now();
    let rows = all.into_iter().map(|it| Row {
        person: it.person_id.to_string(),
        who: name(it.person_id).unwrap_or_default(),
        task: it.task,
        late: it.done_at.is_none() && it.due_at.is_some_and(|due| due < now),
        due: it.due_at,
        done: it.done_at,
        own: it.person_id == staff.person(),
    });
    Ok(rows.collect())
}

/// Everybody who can be given something to do.
pub(super) async fn candidates(app: &App) -> Result<Vec<Candidate>, Trouble> {
    let staff = person::staff(app.store()).await?;
    Ok(staff.into_iter().map(|it| Candidate { id: it.id.to_string(), name: it.name }).collect())
}
