//! The producer's page: what is on air, with which keys one sends, and what is on when.

mod form;
mod health;
pub(super) mod slate;
mod watched;

use accounts::policy::{self, Action};
use axum::extract::{Path, State};
use base::{ProgrammeId, StreamKeyId, Timestamp};
use broadcast::captions::{self, CaptionSettings};
use broadcast::channel::{self, Channel, Takeover};
use broadcast::key::{self, MakeKey, Rank};
use broadcast::programme::{self, PlanProgramme, Programme, Recorded};
use broadcast::recording;
use jiff::tz::TimeZone;
use media_io::studio::{Status, Studio};
use publish::article::{self, Found, Teaser};
use serde::Serialize;

use super::articles::instant;
use super::forms::Fields;
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::photos::today;
use super::recordings::RecordingRow;
use super::trouble::Trouble;
use crate::App;
use form::Form;
use health::Health;
pub(super) use health::health;
use watched::Watched;

const HERE: &str = "/newsroom/channel";
/// So many stories are offered to choose from; any other is named by its address.
const OFFERED: i64 = 30;

#[derive(Serialize)]
struct ChannelPage {
    title: String,
    takeover: &'static str,
    takeovers: Vec<&'static str>,
    on_air_since: Option<Timestamp>,
    /// How it goes, where this node runs the channel.
    status: Option<Status>,
    health: Option<Health>,
    /// How many watched of late, if anybody did.
    watched: Option<Watched>,
    on_now: Option<ProgrammeRow>,
    to_come: Vec<ProgrammeRow>,
    over: Vec<ProgrammeRow>,
    /// What was published last, to choose from.
    stories: Vec<StoryRow>,
    /// What is kept of programmes.
    recordings: Vec<RecordingRow>,
    /// Whether what is on is recorded.
    records: bool,
    /// What can become of a programme.
    recorded: Vec<&'static str>,
    slate: slate::Slate,
    keys: Vec<KeyRow>,
    ranks: Vec<&'static str>,
    /// A key that was made just now: it is shown this once.
    new_key: Option<String>,
    /// What was typed about a programme and could not be planned.
    typed: Typed,
    captions: CaptionsRow,
}

#[derive(Serialize)]
struct CaptionsRow {
    /// With commas between.
    languages: String,
    source_language: String,
    site_language: String,
}

/// The fields of a programme, as forms hold them: times by the clocks of the site.
#[derive(Default, Serialize)]
struct Typed {
    title: String,
    description: String,
    starts_at: String,
    ends_at: String,
    story: String,
    begins_alone: bool,
    recorded: String,
}

#[derive(Serialize)]
struct StoryRow {
    headline: String,
    path: String,
}

#[derive(Serialize)]
struct ProgrammeRow {
    id: String,
    title: String,
    starts_at: Timestamp,
    began_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    begins_alone: bool,
    story: Option<StoryRow>,
    typed: Typed,
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
pub(super) async fn describe(form: Form) -> Answer {
    let done = async {
        let (mut tx, channel) = form.begin().await?;
        let takeover = Takeover::parse(form.fields.text("takeover")).unwrap_or_default();
        let words = (form.fields.trimmed("title"), takeover);
        channel::describe(&mut tx, form.actor(), channel, words, form.now()).await?;
        Ok(tx.commit().await?)
    };
    finish(&form, done.await, Typed::default()).await
}

/// `POST /newsroom/channel/captions`: in which languages there are captions.
pub(super) async fn set_captions(form: Form) -> Answer {
    let done = async {
        let (mut tx, channel) = form.begin().await?;
        let named = form.fields.text("languages").split([',', ' ', ';']);
        let settings = CaptionSettings {
            source_language: form.fields.trimmed("source_language").to_owned(),
            languages: named.filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        };
        captions::set(&mut tx, form.actor(), channel, &settings, form.now()).await?;
        Ok(tx.commit().await?)
    };
    finish(&form, done.await, Typed::default()).await
}

/// `POST /newsroom/channel/keys`: the answer shows the key, this once.
pub(super) async fn make_key(form: Form) -> Answer {
    let made = async {
        let (mut tx, channel) = form.begin().await?;
        let rank = Rank::parse(form.fields.text("rank")).unwrap_or_default();
        let command = MakeKey { channel, name: form.fields.trimmed("name"), rank };
        let secret = form.app.store().secret();
        let text = key::make(&mut tx, form.actor(), command, secret, form.now()).await?;
        tx.commit().await?;
        Ok(text)
    };
    match made.await {
        Ok(text) => {
            let page = page(&form.app, &form.frame).await?;
            form.frame.show(&ChannelPage { new_key: Some(text), ..page })
        }
        Err(trouble) => finish(&form, Err(trouble), Typed::default()).await,
    }
}

/// `POST /newsroom/channel/keys/{id}/revoke`
pub(super) async fn revoke_key(Path(id): Path<StreamKeyId>, form: Form) -> Answer {
    let done = async {
        let (mut tx, channel) = form.begin().await?;
        key::revoke(&mut tx, form.actor(), (channel, id), form.now()).await?;
        Ok(tx.commit().await?)
    };
    finish(&form, done.await, Typed::default()).await
}

/// `POST /newsroom/channel/programmes`
pub(super) async fn plan(form: Form) -> Answer {
    let done = async {
        let command = command(&form).await?;
        let (mut tx, channel) = form.begin().await?;
        programme::plan(&mut tx, form.actor(), channel, command, form.now()).await?;
        Ok(tx.commit().await?)
    };
    finish(&form, done.await, Typed::by(&form.fields)).await
}

/// `POST /newsroom/channel/programmes/{id}`: says it otherwise, or does what the button says.
pub(super) async fn change(Path(id): Path<ProgrammeId>, form: Form) -> Answer {
    let done = async {
        let (actor, now) = (form.actor(), form.now());
        let step = form.fields.text("step");
        let command = match step {
            "begin" | "end" | "record" | "cancel" => None,
            _ => Some(command(&form).await?),
        };
        let (mut tx, _) = form.begin().await?;
        match (step, command) {
            (_, Some(command)) => programme::change(&mut tx, actor, id, command, now).await?,
            ("begin", None) => programme::begin(&mut tx, actor, id, now).await?,
            ("end", None) => programme::end(&mut tx, actor, id, now).await?,
            ("record", None) => drop(recording::begin(&mut tx, actor, id, now).await?),
            (_, None) => programme::cancel(&mut tx, actor, id, now).await?,
        }
        Ok(tx.commit().await?)
    };
    finish(&form, done.await, Typed::default()).await
}

async fn command(form: &Form) -> Result<PlanProgramme<'_>, Trouble> {
    let (fields, zone) = (&form.fields, &form.frame.site.zone);
    Ok(PlanProgramme {
        title: fields.trimmed("title"),
        description: fields.trimmed("description"),
        starts_at: instant(fields.text("starts_at"), zone)?,
        ends_at: instant(fields.text("ends_at"), zone)?,
        story: story(&form.app, fields.trimmed("story")).await?,
        begins_alone: !fields.text("begins_alone").is_empty(),
        recorded: Recorded::parse(fields.text("recorded")).unwrap_or_default(),
    })
}

/// The story at an address, as a browser shows it or from the root; none where nothing was typed.
pub(super) async fn story(app: &App, address: &str) -> Result<Option<base::ArticleId>, Trouble> {
    if address.is_empty() {
        return Ok(None);
    }
    let path = match url::Url::parse(address) {
        Ok(url) => url.path().to_owned(),
        Err(_) => format!("/{}", address.trim_start_matches('/')),
    };
    let found = match article::find(app.store(), &path).await? {
        Some(Found::Moved(path)) => article::find(app.store(), &path).await?,
        found => found,
    };
    match found {
        Some(Found::Published(article)) => Ok(Some(article)),
        _ => Err(Trouble::invalid(format!(
            "Readers find no story at {address}. Choose one that is published, or leave the field \
             empty."
        ))),
    }
}

impl Typed {
    fn by(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        Self {
            title: text("title"),
            description: text("description"),
            starts_at: text("starts_at"),
            ends_at: text("ends_at"),
            story: text("story"),
            begins_alone: !fields.text("begins_alone").is_empty(),
            recorded: text("recorded"),
        }
    }
}

async fn finish(form: &Form, done: Result<(), Trouble>, typed: Typed) -> Answer {
    match done {
        Ok(()) => go(HERE),
        Err(trouble) => {
            let page = page(&form.app, &form.frame).await?;
            form.frame.refuse(&ChannelPage { typed, ..page }, &trouble)
        }
    }
}

async fn page(app: &App, frame: &Frame) -> Result<ChannelPage, Trouble> {
    let mut tx = app.store().begin().await?;
    let known = channel::main(&mut tx, app.now()).await?;
    tx.commit().await?;
    let (store, now) = (app.store(), app.now());
    let captions = captions::settings(store, known.id).await?;
    let zone = TimeZone::get(&frame.site.zone).unwrap_or(TimeZone::UTC);
    let slate = slate::Slate::of(app, &known, today(app, &frame.site.zone)).await?;
    let Channel { id, title, takeover, on_air_since, .. } = known;
    let on_now = programme::on_now(store, id).await?;
    let began = on_now.as_ref().and_then(|it| it.began_at);
    let watched = watched::watched(store, id, began, now).await?;
    let to_come = programme::to_come(store, id, now).await?;
    let over = programme::over(store, id).await?;
    let all = on_now.iter().chain(&to_come).chain(&over);
    let about: Vec<_> = all.filter_map(|it| it.article_id).collect();
    let about = article::teasers(store, &about).await?;
    let rows = |all: Vec<Programme>| all.into_iter().map(|it| row(it, &zone, &about)).collect();
    let keys = key::all(store, id).await?.into_iter().map(|it| KeyRow {
        id: it.id.to_string(),
        name: it.name,
        rank: it.rank.name(),
        created_at: it.created_at,
        used_at: it.used_at,
    });
    let recordings = super::recordings::rows(app, id).await?;
    Ok(ChannelPage {
        records: recordings.iter().any(|it| it.state == "going"),
        recordings,
        recorded: Recorded::ALL.map(Recorded::name).into(),
        title,
        takeover: takeover.name(),
        takeovers: Takeover::ALL.map(Takeover::name).into(),
        on_air_since,
        status: app.studio().map(Studio::status),
        health: app.studio().map(|it| Health::of(app, &frame.language, it)).transpose()?,
        watched,
        on_now: on_now.map(|it| row(it, &zone, &about)),
        to_come: rows(to_come),
        over: rows(over),
        stories: article::teasers_newest(store, OFFERED).await?.iter().map(story_row).collect(),
        slate,
        keys: keys.collect(),
        ranks: Rank::ALL.map(Rank::name).into(),
        new_key: None,
        typed: Typed::default(),
        captions: CaptionsRow {
            languages: captions.languages.join(", "),
            source_language: captions.source_language,
            site_language: frame.site.language.clone(),
        },
    })
}

fn row(it: Programme, zone: &TimeZone, about: &[Teaser]) -> ProgrammeRow {
    let field =
        |at: Timestamp| zone.to_datetime(at.to_jiff()).strftime("%Y-%m-%dT%H:%M").to_string();
    let story = about.iter().find(|story| Some(story.id) == it.article_id).map(story_row);
    let recorded = it.recorded().name().to_owned();
    ProgrammeRow {
        id: it.id.to_string(),
        typed: Typed {
            title: it.title.clone(),
            description: it.description,
            starts_at: field(it.starts_at),
            ends_at: field(it.ends_at),
            story: story.as_ref().map(|it| it.path.clone()).unwrap_or_default(),
            begins_alone: it.begins_alone,
            recorded,
        },
        title: it.title,
        starts_at: it.starts_at,
        began_at: it.began_at,
        ended_at: it.ended_at,
        begins_alone: it.begins_alone,
        story,
    }
}

fn story_row(it: &Teaser) -> StoryRow {
    StoryRow { headline: it.headline.clone(), path: it.path.clone() }
}
