//! The producer's page: what is on air, with which keys one sends, and what is on when.

use accounts::policy::{self, Action};
use axum::extract::{Path, State};
use base::{ProgrammeId, StreamKeyId, Timestamp};
use broadcast::BroadcastError;
use broadcast::channel::{self, Channel, Takeover};
use broadcast::key::{self, MakeKey, Rank};
use broadcast::programme::{self, PlanProgramme, Programme};
use jiff::tz::TimeZone;
use media_io::studio::{Status, Studio};
use serde::Serialize;

use super::articles::instant;
use super::forms::{Fields, Posted};
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use crate::App;

const HERE: &str = "/newsroom/channel";

#[derive(Serialize)]
struct ChannelPage {
    title: String,
    takeover: &'static str,
    takeovers: Vec<&'static str>,
    on_air_since: Option<Timestamp>,
    /// How it goes, where this node runs the channel.
    status: Option<Status>,
    on_now: Option<ProgrammeRow>,
    to_come: Vec<ProgrammeRow>,
    over: Vec<ProgrammeRow>,
    keys: Vec<KeyRow>,
    ranks: Vec<&'static str>,
    /// A key that was made just now: it is shown this once.
    new_key: Option<String>,
    /// What was typed about a programme and could not be planned.
    typed: Typed,
}

#[derive(Default, Serialize)]
struct Typed {
    title: String,
    description: String,
    starts_at: String,
    ends_at: String,
}

#[derive(Serialize)]
struct ProgrammeRow {
    id: String,
    title: String,
    description: String,
    starts_at: Timestamp,
    ends_at: Timestamp,
    /// As fields of a form hold them, by the clocks of the site.
    starts: String,
    ends: String,
    began_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct KeyRow {
    id: String,
    name: String,
    rank: &'static str,
    created_at: Timestamp,
    used_at: Option<Timestamp>,
}

impl View for ChannelPage {
    const TEMPLATE: &'static str = "channel.html";
}

/// `GET /newsroom/channel`
pub(super) async fn show(State(app): State<App>, staff: Staff, frame: Frame) -> Answer {
    policy::check(staff.actor(), Action::Broadcast)?;
    frame.show(&page(&app, &frame).await?)
}

/// `POST /newsroom/channel`
pub(super) async fn describe(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::Broadcast)?;
    let takeover = Takeover::parse(fields.text("takeover")).unwrap_or_default();
    let done: Result<(), BroadcastError> = async {
        let mut tx = app.store().begin().await?;
        let channel = channel::main(&mut tx, app.now()).await?.id;
        let words = (fields.trimmed("title"), takeover);
        channel::describe(&mut tx, staff.actor(), channel, words, app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    finish(&app, &frame, done.map_err(Trouble::from), Typed::default()).await
}

/// `POST /newsroom/channel/keys`: the answer shows the key, this once.
pub(super) async fn make_key(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::Broadcast)?;
    let made: Result<String, BroadcastError> = async {
        let mut tx = app.store().begin().await?;
        let channel = channel::main(&mut tx, app.now()).await?.id;
        let rank = Rank::parse(fields.text("rank")).unwrap_or_default();
        let command = MakeKey { channel, name: fields.trimmed("name"), rank };
        let secret = app.store().secret();
        let text = key::make(&mut tx, staff.actor(), command, secret, app.now()).await?;
        tx.commit().await?;
        Ok(text)
    }
    .await;
    match made {
        Ok(text) => {
            let page = page(&app, &frame).await?;
            frame.show(&ChannelPage { new_key: Some(text), ..page })
        }
        Err(error) => finish(&app, &frame, Err(error.into()), Typed::default()).await,
    }
}

/// `POST /newsroom/channel/keys/{id}/revoke`
pub(super) async fn revoke_key(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<StreamKeyId>,
    Posted(_): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::Broadcast)?;
    let done: Result<(), BroadcastError> = async {
        let mut tx = app.store().begin().await?;
        let channel = channel::main(&mut tx, app.now()).await?.id;
        key::revoke(&mut tx, staff.actor(), (channel, id), app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    finish(&app, &frame, done.map_err(Trouble::from), Typed::default()).await
}

/// `POST /newsroom/channel/programmes`
pub(super) async fn plan(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::Broadcast)?;
    let done: Result<(), Trouble> = async {
        let mut tx = app.store().begin().await?;
        let channel = channel::main(&mut tx, app.now()).await?.id;
        let command = command(&fields, &frame.site.zone)?;
        programme::plan(&mut tx, staff.actor(), channel, command, app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    finish(&app, &frame, done, Typed::by(&fields)).await
}

/// `POST /newsroom/channel/programmes/{id}`: says it otherwise, or does what the button says.
pub(super) async fn change(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<ProgrammeId>,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::Broadcast)?;
    let done: Result<(), Trouble> = async {
        let mut tx = app.store().begin().await?;
        let (actor, now) = (staff.actor(), app.now());
        match fields.text("step") {
            "begin" => programme::begin(&mut tx, actor, id, now).await?,
            "end" => programme::end(&mut tx, actor, id, now).await?,
            "cancel" => programme::cancel(&mut tx, actor, id, now).await?,
            _ => {
                let command = command(&fields, &frame.site.zone)?;
                programme::change(&mut tx, actor, id, command, now).await?;
            }
        }
        Ok(tx.commit().await?)
    }
    .await;
    finish(&app, &frame, done, Typed::default()).await
}

fn command<'a>(fields: &'a Fields, zone: &str) -> Result<PlanProgramme<'a>, Trouble> {
    Ok(PlanProgramme {
        title: fields.trimmed("title"),
        description: fields.trimmed("description"),
        starts_at: instant(fields.text("starts_at"), zone)?,
        ends_at: instant(fields.text("ends_at"), zone)?,
    })
}

impl Typed {
    fn by(fields: &Fields) -> Self {
        Self {
            title: fields.text("title").to_owned(),
            description: fields.text("description").to_owned(),
            starts_at: fields.text("starts_at").to_owned(),
            ends_at: fields.text("ends_at").to_owned(),
        }
    }
}

async fn finish(app: &App, frame: &Frame, done: Result<(), Trouble>, typed: Typed) -> Answer {
    match done {
        Ok(()) => go(HERE),
        Err(trouble) => {
            let page = page(app, frame).await?;
            frame.refuse(&ChannelPage { typed, ..page }, &trouble)
        }
    }
}

async fn page(app: &App, frame: &Frame) -> Result<ChannelPage, Trouble> {
    let mut tx = app.store().begin().await?;
    let Channel { id, title, takeover, on_air_since, .. } =
        channel::main(&mut tx, app.now()).await?;
    tx.commit().await?;
    let (store, now) = (app.store(), app.now());
    let zone = TimeZone::get(&frame.site.zone).unwrap_or(TimeZone::UTC);
    let rows = |all: Vec<Programme>| all.into_iter().map(|it| row(it, &zone)).collect();
    let keys = key::all(store, id).await?.into_iter().map(|it| KeyRow {
        id: it.id.to_string(),
        name: it.name,
        rank: it.rank.name(),
        created_at: it.created_at,
        used_at: it.used_at,
    });
    Ok(ChannelPage {
        title,
        takeover: takeover.name(),
        takeovers: Takeover::ALL.map(Takeover::name).into(),
        on_air_since,
        status: app.studio().map(Studio::status),
        on_now: programme::on_now(store, id).await?.map(|it| row(it, &zone)),
        to_come: rows(programme::to_come(store, id, now).await?),
        over: rows(programme::over(store, id).await?),
        keys: keys.collect(),
        ranks: Rank::ALL.map(Rank::name).into(),
        new_key: None,
        typed: Typed::default(),
    })
}

fn row(it: Programme, zone: &TimeZone) -> ProgrammeRow {
    let field =
        |at: Timestamp| zone.to_datetime(at.to_jiff()).strftime("%Y-%m-%dT%H:%M").to_string();
    ProgrammeRow {
        id: it.id.to_string(),
        starts: field(it.starts_at),
        ends: field(it.ends_at),
        title: it.title,
        description: it.description,
        starts_at: it.starts_at,
        ends_at: it.ends_at,
        began_at: it.began_at,
        ended_at: it.ended_at,
    }
}
