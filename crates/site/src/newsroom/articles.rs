//! A story at the desk: beginning one, the page on which it is written, and its way to readers.

use std::collections::BTreeMap;

use accounts::person;
use accounts::policy::{Action, Object, check_anywhere, check_on};
use axum::extract::{Path, State};
use base::{Actor, ArticleId, PhotoId, SectionId, Timestamp};
use document::Document;
use jiff::tz::TimeZone;
use publish::article::{self, Article, Content, CreateArticle, Kind, Publish, Stage};
use publish::draft::{DraftId, Field};
use publish::{draft, section};
use serde::Serialize;
use serde_json::{Value, json};
use store::Tx;

use super::assignments;
use super::desk::{Choice, choices};
use super::forms::{Fields, Posted};
use super::gate::Staff;
use super::meetings::stories;
use super::page::{Answer, Frame, View, go};
use super::photos::{self, Remark};
use super::revisions;
use super::trouble::Trouble;
use super::videos;
use crate::App;

/// As many revisions as stand beside a story; its own page has all.
const REVISIONS_SHOWN: usize = 8;

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
    /// Photos that need somebody's eye.
    remarks: Vec<Remark>,
    /// The newest.
    revisions: Vec<revisions::Row>,
    may: May,
    /// Whether to lead to the rule of its discussion.
    may_moderate: bool,
    /// What was said with the last step, and who said it.
    note: String,
    noted_by: String,
    assignments: Vec<assignments::Row>,
    /// Who can be given something to do; none where one may not.
    candidates: Vec<assignments::Candidate>,
    /// Recordings that can lead it; none where one may not choose.
    videos: Vec<videos::Choice>,
    /// The one that does.
    video: Option<String>,
    /// Meetings that it may be about; none where one may not choose.
    meetings: Vec<stories::Choice>,
    /// The one that it is about.
    meeting: Option<String>,
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
        Err(trouble) => refuse(&app, &staff, &frame, id, &trouble).await,
    }
}

/// The story's page again, with what could not be done.
pub(super) async fn refuse(
    app: &App,
    staff: &Staff,
    frame: &Frame,
    id: ArticleId,
    trouble: &Trouble,
) -> Answer {
    frame.refuse(&story_page(app, staff, frame, id).await?, trouble)
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
            let how = Publish { minor: fields.text("minor") == "yes", ..Publish::default() };
            article::publish(tx, actor, id, how, now).await?;
        }
        "schedule" => {
            draft::save(tx, actor, id, now).await?;
            let at = instant(fields.text("at"), zone)?;
            article::schedule(tx, actor, id, at, now).await?;
        }
        "unschedule" => article::unschedule(tx, actor, id, now).await?,
        "correct" => drop(article::correct(tx, actor, id, note, now, now).await?),
        "withdraw" => article::withdraw(tx, actor, id, note, now).await?,
        "video" => {
            let chosen = videos::chosen(tx, fields.text("recording")).await?;
            article::choose_video(tx, actor, id, chosen, now).await?;
        }
        "meeting" => stories::choose(tx, actor, id, fields.text("meeting"), now).await?,
        other => return Err(Trouble::invalid(format!("{other:?} is no step of a story."))),
    }
    Ok(())
}

/// The story as it stands and as the policy sees it, if the person may read it before it is published.
pub(super) async fn readable(
    app: &App,
    staff: &Staff,
    id: ArticleId,
) -> Result<(Article, Object), Trouble> {
    let store = app.store();
    let known = article::by_id(store, id).await?.ok_or_else(|| Trouble::missing("story"))?;
    let object = article::object(store, &known).await?;
    check_on(staff.actor(), Action::ReadUnpublished, &object)?;
    Ok((known, object))
}

/// What a `datetime-local` field says, by the clocks of the site.
pub(super) fn instant(text: &str, zone: &str) -> Result<Timestamp, Trouble> {
    let unclear =
        || Trouble::invalid("Say when: a day and a time to come, such as 2026-12-24 18:00.");
    let local: jiff::civil::DateTime = text.parse().map_err(|_| unclear())?;
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    zone.to_timestamp(local).map(Timestamp::from).map_err(|_| unclear())
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
    let can: Vec<_> = Field::of(staff.actor(), &object).into_iter().map(Field::name).collect();
    let mut revisions = revisions::rows(app, &known).await?;
    revisions.truncate(REVISIONS_SHOWN);
    let epoch = opened.id.epoch;
    let config = json!({
        "article": format!("{id}.{epoch}"),
        "syncUrl": format!("/newsroom/articles/{id}/sync?epoch={epoch}"),
        "epoch": epoch,
        "notesUrl": format!("/newsroom/articles/{id}/notes"),
        "user": { "id": staff.person(), "name": staff.session.person.name },
        "language": frame.site.language,
        "canEdit": can,
        "words": app.0.templates.words().editor(&frame.language),
    });
    let candidates = match check_on(staff.actor(), Action::EditArticle, &object) {
        Ok(()) => assignments::candidates(app).await?,
        Err(_) => Vec::new(),
    };
    let noted_by = match known.noted_by.filter(|_| known.state == article::State::Draft) {
        Some(person) => person::by_id(store, person).await?.map(|it| it.name),
        None => None,
    };
    let (videos, meetings) = match check_on(staff.actor(), Action::PublishArticle, &object) {
        Ok(()) => (videos::choices(app).await?, stories::choices(store, staff.actor()).await?),
        Err(_) => (Vec::new(), Vec::new()),
    };
    Ok(StoryPage {
        may: may(staff.actor(), &object, &known),
        may_moderate: check_on(staff.actor(), Action::Moderate, &object).is_ok(),
        note: noted_by.as_ref().map(|_| known.note.clone()).unwrap_or_default(),
        noted_by: noted_by.unwrap_or_default(),
        assignments: assignments::rows(app, staff, id).await?,
        candidates,
        videos,
        video: article::video(store, id).await?.map(|it| it.to_string()),
        meetings,
        meeting: meet::story::meeting_of(store, id).await?.map(|it| it.to_string()),
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
        remarks: remarks(app, frame, &known, opened.id).await?,
        revisions,
    })
}

/// What is to be said of the photos that the story shows, or that its readers see.
async fn remarks(
    app: &App,
    frame: &Frame,
    known: &Article,
    draft: DraftId,
) -> Result<Vec<Remark>, Trouble> {
    let (store, today) = (app.store(), photos::today(app, &frame.site.zone));
    let written = draft::load(store, draft).await?.and_then(|shared| shared.said().ok());
    let shown = article::published(store, known.id).await?;
    let written = written.map(|said| said.content);
    let shown = shown.map(|shown| shown.revision.content);
    let mut remarks: BTreeMap<PhotoId, Remark> = BTreeMap::new();
    for content in [written, shown].into_iter().flatten() {
        for (id, photo) in publish::photo::by_ids(store, &content.photos()).await? {
            let lacks = article::lacks(&content, &photo);
            if let Some(remark) = photos::remark(&photo, &lacks, today) {
                remarks.entry(id).or_insert(remark);
            }
        }
    }
    Ok(remarks.into_values().collect())
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
