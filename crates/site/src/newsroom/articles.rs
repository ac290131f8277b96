//! A story at the desk: beginning one, the page on which it is written, and its way to readers.

use accounts::person;
use accounts::policy::{Action, Object, check_anywhere, check_on};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse as _};
use base::{Actor, ArticleId, SectionId, Timestamp};
use document::Document;
use jiff::tz::TimeZone;
use publish::article::{self, Article, Content, CreateArticle, Kind, Publish, Stage};
use publish::draft::Field;
use publish::{draft, section};
use serde::Serialize;
use serde_json::{Value, json};
use store::Tx;

use super::desk::{Choice, choices};
use super::forms::{Fields, Posted};
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::sync::fields;
use super::trouble::Trouble;
use crate::App;
use crate::pages;

#[derive(Serialize)]
struct NewPage {
    sections: Vec<Choice>,
    kinds: Vec<&'static str>,
    headline: String,
}

impl View for NewPage {
    const TEMPLATE: &'static str = "new_story.html";
}

#[derive(Serialize)]
struct StoryPage {
    id: String,
    state: &'static str,
    address: String,
    /// Its address, once readers see it.
    shown: bool,
    scheduled: Option<Timestamp>,
    withdrawn_note: Option<String>,
    sections: Vec<Choice>,
    kinds: Vec<&'static str>,
    /// For the script, as JSON.
    config: String,
    /// The names of those in the byline, as JSON by id.
    known: String,
    revisions: Vec<RevisionRow>,
    may: May,
}

#[derive(Serialize)]
struct RevisionRow {
    number: i64,
    at: Timestamp,
    who: String,
    words: i64,
    shown: bool,
}

/// The steps that somebody may take with a story as it stands.
#[derive(Serialize)]
struct May {
    write: bool,
    hand_in: bool,
    take_back: bool,
    ready: bool,
    give_back: bool,
    publish: bool,
    unschedule: bool,
    correct: bool,
    withdraw: bool,
}

impl View for StoryPage {
    const TEMPLATE: &'static str = "story.html";
}

/// `GET /newsroom/articles/new`
pub(super) async fn form(State(app): State<App>, staff: Staff, frame: Frame) -> Answer {
    check_anywhere(staff.actor(), Action::BeginArticle)?;
    frame.show(&new_page(&app, "").await?)
}

/// `POST /newsroom/articles/new`
pub(super) async fn begin(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    check_anywhere(staff.actor(), Action::BeginArticle)?;
    let now = app.now();
    let headline = fields.trimmed("headline").to_owned();
    let content = Content {
        kind: Kind::parse(fields.text("kind")).unwrap_or(Kind::News),
        language: frame.site.language.clone(),
        headline: headline.clone(),
        deck: String::new(),
        dateline: String::new(),
        byline: vec![article::Author { person: staff.person(), role: None }],
        body: Document::default(),
        photo: None,
        related: Vec::new(),
    };
    let begun: Result<ArticleId, Trouble> = async {
        let section: SectionId = fields
            .text("section")
            .parse()
            .map_err(|_| Trouble::invalid("Choose a section. An administrator makes them."))?;
        let command = CreateArticle { section, slug: None, content, translation_of: None };
        let mut tx = app.store().begin().await?;
        let id = article::create(&mut tx, staff.actor(), command, now).await?;
        tx.commit().await?;
        Ok(id)
    }
    .await;
    match begun {
        Ok(id) => go(&format!("/newsroom/articles/{id}")),
        Err(trouble) => frame.refuse(&new_page(&app, &headline).await?, &trouble),
    }
}

async fn new_page(app: &App, headline: &str) -> Result<NewPage, Trouble> {
    let tree = section::tree(app.store()).await?;
    Ok(NewPage {
        sections: choices(&tree),
        kinds: Kind::ALL.map(Kind::name).into(),
        headline: headline.to_owned(),
    })
}

/// `GET /newsroom/articles/{id}`
pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<ArticleId>,
) -> Answer {
    frame.show(&story_page(&app, &staff, &frame, id).await?)
}

/// `POST /newsroom/articles/{id}`: one step, named by the button that was pressed.
pub(super) async fn step(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<ArticleId>,
    Posted(fields): Posted,
) -> Answer {
    let done: Result<(), Trouble> = async {
        let mut tx = app.store().begin().await?;
        take(&mut tx, staff.actor(), id, &fields, &frame.site.zone, app.now()).await?;
        tx.commit().await?;
        // Whoever publishes a story sees it, when this answers.
        let position = store::events::head(app.store()).await?;
        let shown = app.shown(position);
        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), shown).await;
        Ok(())
    }
    .await;
    match done {
        Ok(()) => go(&format!("/newsroom/articles/{id}")),
        Err(trouble) => frame.refuse(&story_page(&app, &staff, &frame, id).await?, &trouble),
    }
}

async fn take(
    tx: &mut Tx,
    actor: &Actor,
    id: ArticleId,
    fields: &Fields,
    zone: &str,
    now: Timestamp,
) -> Result<(), Trouble> {
    let note = fields.trimmed("note");
    match fields.text("step") {
        "save" => drop(draft::save(tx, actor, id, now).await?),
        "hand-in" => {
            draft::save(tx, actor, id, now).await?;
            article::stage(tx, actor, id, Stage::Review, note, now).await?;
        }
        "ready" => {
            draft::save(tx, actor, id, now).await?;
            article::stage(tx, actor, id, Stage::Ready, note, now).await?;
        }
        "take-back" | "give-back" => {
            article::stage(tx, actor, id, Stage::Draft, note, now).await?;
        }
        "publish" => {
            draft::save(tx, actor, id, now).await?;
            complete(tx, id).await?;
            let how = Publish { minor: fields.text("minor") == "yes", ..Publish::default() };
            article::publish(tx, actor, id, how, now).await?;
        }
        "schedule" => {
            draft::save(tx, actor, id, now).await?;
            complete(tx, id).await?;
            let at = instant(fields.text("at"), zone)?;
            article::schedule(tx, actor, id, at, now).await?;
        }
        "unschedule" => article::unschedule(tx, actor, id, now).await?,
        "correct" => drop(article::correct(tx, actor, id, note, now, now).await?),
        "withdraw" => article::withdraw(tx, actor, id, note, now).await?,
        other => return Err(Trouble::invalid(format!("{other:?} is no step of a story."))),
    }
    Ok(())
}

/// What readers must not be shown without: a photo's caption, its credit, and words for those who
/// cannot see it.
async fn complete(tx: &Tx, id: ArticleId) -> Result<(), Trouble> {
    let Some(known) = article::by_id(tx, id).await? else { return Err(Trouble::missing("story")) };
    let newest = article::revision(tx, id, known.newest_revision).await?;
    let Some(newest) = newest else { return Err(Trouble::missing("story")) };
    let photos = publish::photo::by_ids(tx, &newest.content.photos()).await?;
    for (photo, details) in photos {
        let lead = newest.content.photo.as_ref().filter(|lead| lead.photo == photo);
        let own_caption = lead.and_then(|lead| lead.caption.as_deref()).unwrap_or_default();
        let lacks: Vec<&str> = [
            ("a caption", details.caption.is_empty() && own_caption.is_empty()),
            ("a credit", details.credit.is_empty()),
            ("a text for those who cannot see it", details.alt.is_empty()),
        ]
        .into_iter()
        .filter_map(|(what, lacks)| lacks.then_some(what))
        .collect();
        if !lacks.is_empty() {
            return Err(Trouble::invalid(format!(
                "A photo of this story lacks {}. Say it at /newsroom/photos/{photo}.",
                lacks.join(" and ")
            )));
        }
    }
    Ok(())
}

/// What a `datetime-local` field says, by the clocks of the site.
fn instant(text: &str, zone: &str) -> Result<Timestamp, Trouble> {
    let unclear =
        || Trouble::invalid("Say when: a day and a time to come, such as 2026-12-24 18:00.");
    let local: jiff::civil::DateTime = text.parse().map_err(|_| unclear())?;
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    zone.to_timestamp(local).map(Timestamp::from).map_err(|_| unclear())
}

/// `GET /newsroom/articles/{id}/preview`: the page that publishing would make, and nothing else.
pub(super) async fn preview(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<ArticleId>,
) -> Answer {
    let store = app.store();
    let known = article::by_id(store, id).await?.ok_or_else(|| Trouble::missing("story"))?;
    let object = article::object(store, &known).await?;
    check_on(staff.actor(), Action::ReadUnpublished, &object)?;
    let mut tx = store.begin().await?;
    let opened = draft::open(&mut tx, staff.actor(), id, app.now()).await?;
    tx.commit().await?;
    let shared = draft::load(store, opened.id).await?.ok_or_else(|| Trouble::missing("story"))?;
    let said = shared.said().map_err(Trouble::invalid)?;
    let html = pages::preview(&app, &known, said.content).await?;
    let policy = app.0.content_security_policy.clone();
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response())
}

async fn story_page(
    app: &App,
    staff: &Staff,
    frame: &Frame,
    id: ArticleId,
) -> Result<StoryPage, Trouble> {
    let (store, now) = (app.store(), app.now());
    let mut tx = store.begin().await?;
    let opened = draft::open(&mut tx, staff.actor(), id, now).await?;
    tx.commit().await?;
    let known = article::by_id(store, id).await?.ok_or_else(|| Trouble::missing("story"))?;
    let object = article::object(store, &known).await?;
    let newest = article::revision(store, id, known.newest_revision).await?;
    let byline = newest.into_iter().flat_map(|newest| newest.content.byline);
    let ids: Vec<_> = byline.map(|author| author.person).collect();
    let people = person::by_ids(store, &ids).await?;
    let names = people.into_iter().map(|it| (it.id.to_string(), Value::String(it.name)));
    let names: Value = names.collect();
    let can: Vec<_> = fields(staff.actor(), &object).into_iter().map(Field::name).collect();
    let epoch = opened.id.epoch;
    let config = json!({
        "article": format!("{id}.{epoch}"),
        "syncUrl": format!("/newsroom/articles/{id}/sync?epoch={epoch}"),
        "user": { "id": staff.person(), "name": staff.session.person.name },
        "language": frame.site.language,
        "canEdit": can,
        "words": app.0.templates.words().editor(&frame.language),
    });
    Ok(StoryPage {
        may: may(staff.actor(), &object, &known),
        id: id.to_string(),
        state: state(&known),
        address: known.path.clone(),
        shown: known.state == article::State::Published,
        scheduled: known.scheduled_at,
        withdrawn_note: known.withdrawn_note.clone(),
        sections: choices(&section::tree(store).await?),
        kinds: Kind::ALL.map(Kind::name).into(),
        // Inside a script element only `<` can do harm, and JSON can spell it otherwise.
        config: config.to_string().replace('<', "\\u003c"),
        known: names.to_string(),
        revisions: revisions(app, &known).await?,
    })
}

async fn revisions(app: &App, known: &Article) -> Result<Vec<RevisionRow>, Trouble> {
    let all = article::revisions(app.store(), known.id).await?;
    let ids: Vec<_> = all.iter().filter_map(|it| it.actor.person()).collect();
    let people = person::by_ids(app.store(), &ids).await?;
    let name = |actor: &Actor| {
        let person = actor.person();
        people.iter().find(|it| Some(it.id) == person).map(|it| it.name.clone())
    };
    let rows = all.into_iter().map(|it| RevisionRow {
        number: it.number,
        at: it.created_at,
        who: name(&it.actor).unwrap_or_else(|| "tribune".to_owned()),
        words: it.words,
        shown: known.published_revision == Some(it.number),
    });
    Ok(rows.collect())
}

fn state(known: &Article) -> &'static str {
    match (known.scheduled_at, known.state) {
        (Some(_), _) => "scheduled",
        (None, article::State::Published) => "published",
        (None, article::State::Withdrawn) => "withdrawn",
        (None, article::State::Draft) => known.stage.name(),
    }
}

fn may(actor: &Actor, object: &Object, known: &Article) -> May {
    let may = |action| check_on(actor, action, object).is_ok();
    let is_draft = known.state == article::State::Draft;
    let published = known.state == article::State::Published;
    May {
        write: may(Action::WriteArticle),
        hand_in: is_draft && known.stage == Stage::Draft && may(Action::HandIn),
        take_back: is_draft && known.stage == Stage::Review && may(Action::HandIn),
        ready: is_draft && known.stage != Stage::Ready && may(Action::EditArticle),
        give_back: is_draft && known.stage == Stage::Ready && may(Action::EditArticle),
        publish: may(Action::PublishArticle),
        unschedule: known.scheduled_at.is_some() && may(Action::PublishArticle),
        correct: published && may(Action::PublishArticle),
        withdraw: published && may(Action::PublishArticle),
    }
}
