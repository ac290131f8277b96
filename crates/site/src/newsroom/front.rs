//! The editor's order of the front page: read, changed, and published as one act.

use accounts::policy::{self, Action};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _};
use base::{ArticleId, Timestamp};
use jiff::tz::TimeZone;
use publish::article::{self, Teaser};
use publish::front::{self, Place};
use serde::Serialize;

use super::articles::instant;
use super::forms::{Fields, Posted};
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use crate::App;
use crate::pages;

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
    /// When it leaves the top by itself, as its field says it.
    until: String,
}

impl View for FrontPage {
    const TEMPLATE: &'static str = "front.html";
}

/// `GET /newsroom/front`
pub(super) async fn show(State(app): State<App>, staff: Staff, frame: Frame) -> Answer {
    policy::check(staff.actor(), Action::ArrangeFront)?;
    frame.show(&page(&app, &frame).await?)
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
        let top = order(&fields, &frame.site.zone)?;
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
        Err(trouble) => frame.refuse(&page(&app, &frame).await?, &trouble),
    }
}

/// `POST /newsroom/front/preview`: the front page that this form would make.
pub(super) async fn preview(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::ArrangeFront)?;
    let top = order(&fields, &frame.site.zone)?;
    let ids: Vec<ArticleId> = top.into_iter().map(|place| place.article).collect();
    let html = pages::preview_front(&app, &ids).await?;
    let policy = app.0.content_security_policy.clone();
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response())
}

/// The stories that bear a number, by their numbers.
fn order(fields: &Fields, zone: &str) -> Result<Vec<Place>, Trouble> {
    let mut places = Vec::new();
    for (id, number) in fields.starting("place-").filter(|(_, number)| !number.trim().is_empty()) {
        let article: ArticleId = id.parse().map_err(|_| Trouble::missing("story"))?;
        let number: u16 = number
            .trim()
            .parse()
            .map_err(|_| Trouble::invalid(format!("{number:?} is no place. Write a number.")))?;
        let until = match fields.text(&format!("until-{id}")) {
            "" => None,
            text => Some(instant(text, zone)?),
        };
        places.push((number, Place { article, until }));
    }
    places.sort_by_key(|(number, place)| (*number, place.article));
    Ok(places.into_iter().map(|(_, place)| place).collect())
}

async fn page(app: &App, frame: &Frame) -> Result<FrontPage, Trouble> {
    let store = app.store();
    let arrangement = front::arrangement(store).await?;
    let places: Vec<ArticleId> = arrangement.iter().map(|place| place.article).collect();
    let zone = TimeZone::get(&frame.site.zone).unwrap_or(TimeZone::UTC);
    let until = |id| {
        let until = arrangement.iter().find(|place| place.article == id)?.until?;
        Some(zone.to_datetime(until.to_jiff()).strftime("%Y-%m-%dT%H:%M").to_string())
    };
    let row = |teaser: Teaser| Row {
        until: until(teaser.id).unwrap_or_default(),
        id: teaser.id.to_string(),
        headline: teaser.headline,
        address: teaser.path,
        kind: teaser.kind.name(),
        published: teaser.published_at,
    };
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
