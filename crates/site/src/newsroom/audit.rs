//! What everybody did, for those who look after it.

use std::collections::BTreeMap;

use accounts::person;
use accounts::policy::{self, Action};
use axum::extract::{Query, State};
use base::{Actor, PersonId, Timestamp};
use projections::audit::{Act, acts, broken_seal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Position;

use super::gate::Staff;
use super::page::{Answer, Frame, View};
use super::trouble::Trouble;
use crate::App;

const PER_PAGE: i64 = 100;
/// How many seals a page looks after; `tribune check` looks after all.
const SEALS: i64 = 100;

#[derive(Deserialize)]
pub(super) struct Place {
    before: Option<Position>,
}

#[derive(Serialize)]
struct AuditPage {
    acts: Vec<Row>,
    older: Option<Position>,
    /// Up to where the log was changed from outside, if it was.
    broken: Option<Position>,
}

#[derive(Serialize)]
struct Row {
    position: Position,
    at: Timestamp,
    who: String,
    what: String,
    /// What it is about, field by field.
    details: Vec<(String, String)>,
}

impl View for AuditPage {
    const TEMPLATE: &'static str = "audit.html";
}

/// `GET /newsroom/audit`
pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Query(Place { before }): Query<Place>,
) -> Answer {
    policy::check(staff.actor(), Action::ReadAudit)?;
    let found = acts(app.store(), before, PER_PAGE).await?;
    let older = found.last().map(|act| act.position);
    let older = older.filter(|_| i64::try_from(found.len()).unwrap_or(0) == PER_PAGE);
    let names = names(&app, &found).await?;
    let broken = broken_seal(app.store(), SEALS).await?;
    let acts = found.into_iter().map(|act| row(act, &names)).collect();
    frame.show(&AuditPage { acts, older, broken })
}

async fn names(app: &App, acts: &[Act]) -> Result<BTreeMap<PersonId, String>, Trouble> {
    let mut ids: Vec<PersonId> = acts.iter().filter_map(|act| actor(act)?.person()).collect();
    ids.sort();
    ids.dedup();
    let known = person::by_ids(app.store(), &ids).await?;
    Ok(known.into_iter().map(|person| (person.id, person.name)).collect())
}

fn actor(act: &Act) -> Option<Actor> {
    serde_json::from_str(&act.actor).ok()
}

fn row(act: Act, names: &BTreeMap<PersonId, String>) -> Row {
    let name = |id: PersonId| names.get(&id).cloned().unwrap_or_else(|| id.to_string());
    let who = match actor(&act) {
        Some(Actor::Person { person, .. }) => name(person),
        Some(Actor::Token { person, .. }) => format!("{} (API)", name(person)),
        Some(Actor::Operator) => "tribune".to_owned(),
        Some(Actor::Seat { seat }) => format!("seat {seat}"),
        Some(Actor::Reader) | Some(Actor::System) | None => "–".to_owned(),
    };
    let payload: Value = serde_json::from_str(&act.payload).unwrap_or_default();
    let details =
        payload.as_object().into_iter().flatten().filter_map(|(key, value)| match value {
            _ if key == "event" || key == "touches" => None,
            Value::String(text) => Some((key.clone(), text.clone())),
            Value::Null => None,
            other => Some((key.clone(), other.to_string())),
        });
    Row { position: act.position, at: act.at, who, what: act.name, details: details.collect() }
}
