//! Meetings, as far as readers are told of them, and planning one.

use axum::Json as Sent;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use base::{MeetingId, Timestamp};
use meet::meeting::{self, Plan, PlanItem, PlanParty, PlanSeat, Tells};
use meet::{Profile, agenda, outcome, party};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{HoldMeetings, May, ReadUnpublished};
use super::change::Change;
use super::extract::{Json, Path};
use super::problem::Problem;
use super::{Answer, schema};
use crate::app::App;
use crate::pages::meeting::address;

/// A meeting that readers are told of.
#[derive(Serialize, ToSchema)]
pub(super) struct Meeting {
    /// Names the meeting.
    #[schema(schema_with = schema::id)]
    id: MeetingId,
    /// Where its page is.
    #[schema(example = "/meetings/019b79cf-1c00-7000-8000-000000000000")]
    address: String,
    /// As it is called.
    title: String,
    /// `planned`, `under_way`, `ended` or `cancelled`.
    state: &'static str,
    /// `closed` or `open`.
    profile: &'static str,
    /// As the IANA time zone database names it: readers are told the times in it.
    #[schema(example = "Europe/Moscow")]
    zone: String,
    /// When it is to begin.
    #[schema(schema_with = schema::instant)]
    starts_at: Timestamp,
    /// When it is to end.
    #[schema(schema_with = schema::instant)]
    ends_at: Timestamp,
    /// When it began, once its record is published.
    #[schema(schema_with = schema::instant)]
    began_at: Option<Timestamp>,
    /// When it ended, once its record is published.
    #[schema(schema_with = schema::instant)]
    ended_at: Option<Timestamp>,
    /// Whether its record is published.
    recorded: bool,
    /// Who meets.
    parties: Vec<Party>,
    /// What about.
    agenda: Vec<AgendaItem>,
    /// What came of it, once its record is published.
    outcomes: Vec<Outcome>,
}

/// Those who take part together.
#[derive(Serialize, ToSchema)]
pub(super) struct Party {
    /// As the record calls them.
    name: String,
    /// What they say of the meeting, once they have released it.
    readout: Option<Readout>,
}

/// What a party says.
#[derive(Serialize, ToSchema)]
pub(super) struct Readout {
    /// Above it.
    headline: String,
    /// Markdown, as it was written.
    body: String,
    /// Since when readers may see it.
    #[schema(schema_with = schema::instant)]
    released_at: Timestamp,
}

/// Something on the agenda.
#[derive(Serialize, ToSchema)]
pub(super) struct AgendaItem {
    /// What it is.
    title: String,
    /// How long it is to take.
    minutes: i64,
}

/// A decision, or what follows.
#[derive(Serialize, ToSchema)]
pub(super) struct Outcome {
    /// `decision` or `follow_up`.
    kind: &'static str,
    /// What.
    words: String,
    /// Of what follows: who sees to it; may be empty.
    owner: String,
    /// Of what follows: the day by which.
    #[schema(example = "2026-12-31")]
    due: Option<String>,
}

/// All that readers are told of.
#[derive(Serialize, ToSchema)]
pub(super) struct Meetings {
    /// The last first.
    meetings: Vec<Meeting>,
}

/// A meeting to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMeeting {
    /// As it is announced.
    #[schema(max_length = 200)]
    title: String,
    /// `closed`: encrypted from end to end, and nothing recorded; or `open`.
    #[schema(example = "closed")]
    profile: String,
    /// As the IANA time zone database names it.
    #[schema(example = "Europe/Moscow")]
    zone: String,
    /// When it is to begin.
    #[schema(schema_with = schema::instant)]
    starts_at: Timestamp,
    /// When it is to end.
    #[schema(schema_with = schema::instant)]
    ends_at: Timestamp,
    /// Whether its record tells `names` of who was there, or `parties` alone.
    #[schema(example = "names")]
    tells: String,
    /// Who meets, in the order of the record.
    #[schema(max_items = 8)]
    parties: Vec<NewParty>,
    /// What about, in its order.
    #[serde(default)]
    #[schema(max_items = 40)]
    agenda: Vec<NewAgendaItem>,
}

/// Those who are to take part together.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewParty {
    /// As the record calls them.
    #[schema(max_length = 100)]
    name: String,
    /// As `#rrggbb`.
    #[schema(example = "#1f4e79")]
    colour: String,
    /// The title of the one who lets others in and speaks for the party.
    #[schema(example = "Head of delegation")]
    chair: String,
    /// The titles of the other seats.
    #[serde(default)]
    seats: Vec<String>,
}

/// Something to be talked about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAgendaItem {
    /// What it is.
    #[schema(max_length = 300)]
    title: String,
    /// How long it is to take.
    #[schema(minimum = 1, maximum = 1440)]
    minutes: u32,
}

/// What a planned meeting is known by.
#[derive(Serialize, ToSchema)]
pub(super) struct PlannedMeeting {
    /// Names the meeting.
    #[schema(schema_with = schema::id)]
    id: MeetingId,
}

/// The meetings that readers are told of
#[utoipa::path(get, path = "/meetings", operation_id = "list_meetings", tag = "Meetings",
    security(("token" = ["read"])),
    responses((status = 200, description = "The meetings, the last first.", body = Meetings)))]
pub(super) async fn list(
    _: May<ReadUnpublished>,
    State(app): State<App>,
) -> Answer<Sent<Meetings>> {
    let mut meetings = Vec::new();
    for known in meeting::public(app.store()).await? {
        meetings.push(told(&app, known).await?);
    }
    Ok(Sent(Meetings { meetings }))
}

/// A meeting, as far as readers are told of it
#[utoipa::path(get, path = "/meetings/{id}", operation_id = "show_meeting", tag = "Meetings",
    security(("token" = ["read"])),
    params(("id" = String, Path, description = "The meeting's id.")),
    responses((status = 200, description = "The meeting.", body = Meeting)))]
pub(super) async fn show(
    _: May<ReadUnpublished>,
    State(app): State<App>,
    Path(id): Path<MeetingId>,
) -> Answer<Sent<Meeting>> {
    let known = meeting::by_id(app.store(), id).await?.filter(meet::Meeting::is_public);
    let known =
        known.ok_or_else(|| Problem::not_found(format!("Readers are told of no meeting {id}.")))?;
    told(&app, known).await.map(Sent)
}

/// Plan a meeting
#[utoipa::path(post, path = "/meetings", operation_id = "plan_meeting", tag = "Meetings",
    security(("token" = ["publish"])), request_body = NewMeeting,
    responses((status = 201, description = "Its id. Invitations are made in the newsroom, by a browser.",
        body = PlannedMeeting,
        headers(("Location" = String, description = "Where the newsroom keeps it.")))))]
pub(super) async fn plan(
    may: May<HoldMeetings>,
    State(app): State<App>,
    Json(new): Json<NewMeeting>,
) -> Answer<impl IntoResponse> {
    let profile = Profile::parse(&new.profile);
    let profile =
        profile.ok_or_else(|| Problem::invalid("A profile is closed or open.").at("/profile"))?;
    let tells = Tells::parse(&new.tells);
    let tells =
        tells.ok_or_else(|| Problem::invalid("A record tells names or parties.").at("/tells"))?;
    let plan = Plan {
        title: &new.title,
        profile,
        zone: &new.zone,
        starts_at: new.starts_at,
        ends_at: new.ends_at,
        tells,
        agenda: new.agenda.iter().map(NewAgendaItem::plan).collect(),
    };
    let parties: Vec<_> = new.parties.iter().map(NewParty::plan).collect();
    let mut change = Change::begin(&app).await?;
    let id = meeting::plan(&mut change.tx, &may.actor, plan, &parties, change.now).await?;
    change.commit(&app).await?;
    let place = format!("/newsroom/meetings/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Sent(PlannedMeeting { id })))
}

async fn told(app: &App, it: meet::Meeting) -> Answer<Meeting> {
    let store = app.store();
    let recorded = it.recorded_at.is_some();
    let parties = party::of(store, it.id).await?;
    let agenda = agenda::of(store, it.id).await?;
    let outcomes = if recorded { outcome::of(store, it.id).await? } else { Vec::new() };
    let delegation = |party: meet::Party| Party {
        readout: party.readout_released_at.map(|released_at| Readout {
            headline: party.readout_headline,
            body: party.readout_body,
            released_at,
        }),
        name: party.name,
    };
    let outcome = |it: outcome::Outcome| Outcome {
        kind: it.kind().name(),
        due: it.due().map(|day| day.to_string()),
        words: it.words,
        owner: it.owner,
    };
    Ok(Meeting {
        id: it.id,
        address: address(it.id),
        state: it.state().name(),
        profile: it.profile().name(),
        starts_at: it.starts_at,
        ends_at: it.ends_at,
        began_at: it.began_at.filter(|_| recorded),
        ended_at: it.ended_at.filter(|_| recorded),
        recorded,
        parties: parties.into_iter().map(delegation).collect(),
        agenda: agenda
            .into_iter()
            .map(|item| AgendaItem { title: item.title, minutes: item.minutes })
            .collect(),
        outcomes: outcomes.into_iter().map(outcome).collect(),
        title: it.title,
        zone: it.zone,
    })
}

impl NewParty {
    fn plan(&self) -> PlanParty<'_> {
        let chair = PlanSeat { title: &self.chair, chair: true };
        let others = self.seats.iter().map(|title| PlanSeat { title, chair: false });
        PlanParty {
            name: &self.name,
            colour: &self.colour,
            seats: std::iter::once(chair).chain(others).collect(),
        }
    }
}

impl NewAgendaItem {
    fn plan(&self) -> PlanItem<'_> {
        PlanItem { title: &self.title, minutes: self.minutes }
    }
}
