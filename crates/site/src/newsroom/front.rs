//! The editor's order of the front page: read, changed, and published as one act.

use accounts::policy::{self, Action};
use axum::extract::State;
use axum::http::StatusCode;
use base::{ArticleId, Timestamp};
use publish::article::{self, Teaser};
use publish::front;
use serde::Serialize;

use super::forms::{Fields, Posted};
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use crate::App;

/// How many of the newest stories are offered.
const OFFERED: i64 = 30;

#[derive(Serialize)]
struct FrontPage {
    /// In their order.
    top: Vec<Row>,
    /// The newest of those that are not at the top.
    others: Vec<Row>,
    /// The order that the form starts from.
    seen: String,
}

#[derive(Serialize)]
struct Row {
    id: String,
    headline: String,
    address: String,
    kind: &'static str,
    published: Timestamp,
}

impl View for FrontPage {
    const TEMPLATE: &'static str = "front.html";
}

/// `GET /newsroom/front`
pub(super) async fn show(State(app): State<App>, staff: Staff, frame: Frame) -> Answer {
    policy::check(staff.actor(), Action::ArrangeFront)?;
    frame.show(&page(&app).await?)
}

/// `POST /newsroom/front`: a number for each story that is to be at the top.
pub(super) async fn arrange(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::ArrangeFront)?;
    let done: Result<(), Trouble> = async {
        let top = order(&fields)?;
        let mut tx = app.store().begin().await?;
        if joined(&front::places(&tx).await?) != fields.text("seen") {
            return Err(Trouble::new(
                StatusCode::CONFLICT,
                "Somebody else has arranged the front page since you opened this. This is how it \
                 stands now: arrange it anew.",
            ));
        }
        front::arrange(&mut tx, staff.actor(), &top, app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    match done {
        Ok(()) => go("/newsroom/front"),
        Err(trouble) => frame.refuse(&page(&app).await?, &trouble),
    }
}

/// The stories that bear a number, by their numbers.
fn order(fields: &Fields) -> Result<Vec<ArticleId>, Trouble> {
    let mut places = Vec::new();
    for (id, place) in fields.starting("place-").filter(|(_, place)| !place.trim().is_empty()) {
        let id: ArticleId = id.parse().map_err(|_| Trouble::missing("story"))?;
        let place: u16 = place
            .trim()
            .parse()
            .map_err(|_| Trouble::invalid(format!("{place:?} is no place. Write a number.")))?;
        places.push((place, id));
    }
    places.sort();
    Ok(places.into_iter().map(|(_, id)| id).collect())
}

async fn page(app: &App) -> Result<FrontPage, Trouble> {
    let store = app.store();
    let places = front::places(store).await?;
    let top = article::teasers(store, &places).await?;
    let newest = article::teasers_newest(store, OFFERED).await?;
    let others = newest.into_iter().filter(|teaser| !places.contains(&teaser.id));
    Ok(FrontPage {
        others: others.map(row).collect(),
        top: top.into_iter().map(row).collect(),
        seen: joined(&places),
    })
}

fn joined(places: &[ArticleId]) -> String {
    places.iter().map(ArticleId::to_string).collect::<Vec<_>>().join(" ")
}

fn row(teaser: Teaser) -> Row {
    Row {
        id: teaser.id.to_string(),
        headline: teaser.headline,
        address: teaser.path,
        kind: teaser.kind.name(),
        published: teaser.published_at,
    }
}
