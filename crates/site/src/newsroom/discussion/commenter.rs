//! Somebody who says something, as moderators see them: all that happened, and what can be done.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use accounts::person;
use accounts::policy::{self, Action, check_anywhere, check_on};
use axum::extract::{Path, Query, State};
use base::{ArticleId, CommentId, CommenterId, PersonId, SectionId, Timestamp};
use discuss::commenter::{self, Moment, Place, What};
use discuss::network;
use publish::article;
use publish::section::{self, Tree};
use serde::{Deserialize, Serialize};

use super::networks::days_max;
use super::{Edition, above, editions, story};
use crate::App;
use crate::newsroom::forms::Posted;
use crate::newsroom::gate::Staff;
use crate::newsroom::page::{Answer, Frame, View, go};
use crate::newsroom::trouble::Trouble;

const SHOWN: usize = 50;
const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);
/// Of a comment that was decided about, so much as tells which it is.
const EXCERPT: usize = 120;

#[derive(Deserialize)]
pub(in crate::newsroom) struct Behind {
    before: Option<String>,
}

#[derive(Serialize)]
struct CommenterPage {
    id: String,
    name: String,
    since: Timestamp,
    approved: i64,
    rejected: i64,
    banned: Option<Timestamp>,
    watched: bool,
    /// Whether one may ban and watch: that counts in the whole site.
    may_ban: bool,
    /// Networks that are still remembered, and until when nothing is taken from them.
    networks: Vec<(String, Option<Timestamp>)>,
    /// So many days one can be banned.
    network_days_max: u64,
    /// Others who write from there: id, name, how many comments.
    neighbours: Vec<(String, String, i64)>,
    /// Whether comments in sections of others are left out.
    only_own: bool,
    moments: Vec<MomentRow>,
    older: Option<String>,
    note: String,
}

impl View for CommenterPage {
    const TEMPLATE: &'static str = "commenter.html";
}

/// Something that happened.
#[derive(Serialize)]
struct MomentRow {
    at: Timestamp,
    /// The moderator.
    who: String,
    #[serde(flatten)]
    told: Told,
}

/// What there is to be told of it.
#[derive(Default, Serialize)]
struct Told {
    /// `said`, or the name of what was decided or done.
    what: String,
    /// The comment that it is about.
    comment: Option<String>,
    text_html: String,
    excerpt: String,
    state: &'static str,
    /// The story's address and headline, if readers see it.
    story: Option<(String, String)>,
    editions: Vec<Edition>,
    reason: Option<String>,
    words: String,
    undone: bool,
    until: Option<Timestamp>,
}

/// `GET /newsroom/discussion/commenters/{commenter}`
pub(in crate::newsroom) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<CommenterId>,
    Query(Behind { before }): Query<Behind>,
) -> Answer {
    check_anywhere(staff.actor(), Action::Moderate)?;
    let before = before.as_deref().and_then(place);
    frame.show(&page(&app, &staff, id, before).await?)
}

async fn page(
    app: &App,
    staff: &Staff,
    id: CommenterId,
    before: Option<Place>,
) -> Result<CommenterPage, Trouble> {
    let store = app.store();
    let known = commenter::by_id(store, id).await?;
    let known = known.ok_or_else(|| Trouble::missing("commenter"))?;
    let tree = section::tree(store).await?;
    let everywhere = check_on(staff.actor(), Action::Moderate, &policy::Object::default()).is_ok();
    let under = match everywhere {
        true => None,
        false => Some(moderated(app, staff, &tree, id).await?),
    };
    let under = under.as_deref();
    let (found, more) = commenter::history(store, id, under, before, SHOWN).await?;
    let older = found.last().filter(|_| more).map(|it| address(id, it.place));
    let networks = commenter::networks(store, id, under).await?;
    let neighbours = commenter::neighbours(store, id, &networks, under).await?;
    let bans = match everywhere {
        true => network::bans(store, app.now()).await?,
        false => Vec::new(),
    };
    let networks = networks.into_iter().map(|network| {
        let ban = bans.iter().find(|it| it.network == network);
        (network, ban.map(|it| it.until))
    });
    Ok(CommenterPage {
        id: id.to_string(),
        name: known.name,
        since: known.created_at,
        approved: known.approved,
        rejected: known.rejected,
        banned: known.banned_until.filter(|until| *until > app.now()),
        watched: known.watched,
        may_ban: everywhere,
        networks: networks.collect(),
        network_days_max: days_max(),
        neighbours: neighbours
            .into_iter()
            .map(|it| (it.id.to_string(), it.name, it.comments))
            .collect(),
        only_own: !everywhere,
        moments: moments(app, staff, &tree, found).await?,
        older,
        note: String::new(),
    })
}

/// Of the stories under which a commenter wrote, those under which one may moderate.
async fn moderated(
    app: &App,
    staff: &Staff,
    tree: &Tree,
    id: CommenterId,
) -> Result<Vec<ArticleId>, Trouble> {
    let mut under = Vec::new();
    for story in commenter::stories(app.store(), id).await? {
        let Some(article) = article::by_id(app.store(), story).await? else { continue };
        let sections: Vec<SectionId> = above(tree, article.section_id);
        let object = policy::Object { sections, ..policy::Object::default() };
        if check_on(staff.actor(), Action::Moderate, &object).is_ok() {
            under.push(story);
        }
    }
    Ok(under)
}

async fn moments(
    app: &App,
    staff: &Staff,
    tree: &Tree,
    found: Vec<Moment>,
) -> Result<Vec<MomentRow>, Trouble> {
    let people: Vec<PersonId> = found.iter().filter_map(who).collect();
    let people = person::by_ids(app.store(), &people).await?;
    let said: Vec<CommentId> = found.iter().filter_map(changed).collect();
    let mut editions = editions(app, &said).await?;
    let mut stories: BTreeMap<ArticleId, Option<(String, String)>> = BTreeMap::new();
    let mut rows = Vec::with_capacity(found.len());
    for moment in found {
        let by = who(&moment).and_then(|id| people.iter().find(|it| it.id == id));
        let at = moment.place.at;
        let told = match moment.what {
            What::Said(it) => {
                if let Entry::Vacant(unknown) = stories.entry(it.article) {
                    unknown.insert(story(app, staff, tree, it.article).await?);
                }
                Told {
                    what: "said".to_owned(),
                    comment: Some(it.id.to_string()),
                    text_html: it.text.as_ref().map(discuss::Text::html).unwrap_or_default(),
                    state: it.state.name(),
                    story: stories.get(&it.article).cloned().flatten(),
                    editions: editions.remove(&it.id).unwrap_or_default(),
                    ..Told::default()
                }
            }
            What::Decided { comment, text, ruling } => Told {
                what: ruling.decision,
                comment: Some(comment.to_string()),
                excerpt: excerpt(&text),
                reason: ruling.reason,
                words: ruling.words,
                undone: ruling.undone,
                ..Told::default()
            },
            What::Did(act) => {
                Told { what: act.act, words: act.words, until: act.until, ..Told::default() }
            }
        };
        rows.push(MomentRow { at, who: by.map(|it| it.name.clone()).unwrap_or_default(), told });
    }
    Ok(rows)
}

fn who(moment: &Moment) -> Option<PersonId> {
    match &moment.what {
        What::Said(_) => None,
        What::Decided { ruling, .. } => ruling.person_id,
        What::Did(act) => act.person_id,
    }
}

fn changed(moment: &Moment) -> Option<CommentId> {
    match &moment.what {
        What::Said(it) if it.edited_at.is_some() => Some(it.id),
        _ => None,
    }
}

fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn place(text: &str) -> Option<Place> {
    let (at, id) = text.split_once('.')?;
    let id = id.parse::<CommentId>().ok()?.0;
    Some(Place { at: Timestamp::from_micros(at.parse().ok()?), id })
}

fn address(id: CommenterId, last: Place) -> String {
    format!("/newsroom/discussion/commenters/{id}?before={}.{}", last.at.as_micros(), last.id)
}

/// `POST /newsroom/discussion/commenters/{commenter}/ban`: for so many days; 0 lifts it.
pub(in crate::newsroom) async fn ban(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<CommenterId>,
    Posted(fields): Posted,
) -> Answer {
    check_anywhere(staff.actor(), Action::Moderate)?;
    let banned: Result<(), Trouble> = async {
        let number = || Trouble::invalid("Give the days as a number: 0 lifts the ban.");
        let days: u32 = fields.trimmed("days").parse().map_err(|_| number())?;
        // A hundred years is for good.
        let days = days.min(36_500);
        let until = (days > 0).then(|| app.now().plus(DAY * days));
        let mut tx = app.store().begin().await?;
        commenter::ban(&mut tx, staff.actor(), id, &[], until, app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    match banned {
        Ok(()) => go(&format!("/newsroom/discussion/commenters/{id}")),
        Err(trouble) => frame.refuse(&page(&app, &staff, id, None).await?, &trouble),
    }
}

/// `POST /newsroom/discussion/commenters/{commenter}/watch`
pub(in crate::newsroom) async fn watch(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<CommenterId>,
    Posted(fields): Posted,
) -> Answer {
    check_anywhere(staff.actor(), Action::Moderate)?;
    let mut tx = app.store().begin().await?;
    let watched = fields.text("watched") == "yes";
    commenter::watch(&mut tx, staff.actor(), id, &[], watched, app.now()).await?;
    tx.commit().await?;
    go(&format!("/newsroom/discussion/commenters/{id}"))
}

/// `POST /newsroom/discussion/commenters/{commenter}/notes`
pub(in crate::newsroom) async fn note(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<CommenterId>,
    Posted(fields): Posted,
) -> Answer {
    check_anywhere(staff.actor(), Action::Moderate)?;
    let noted: Result<(), Trouble> = async {
        let mut tx = app.store().begin().await?;
        commenter::note(&mut tx, staff.actor(), id, fields.text("words"), app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    match noted {
        Ok(()) => go(&format!("/newsroom/discussion/commenters/{id}")),
        Err(trouble) => {
            let page = page(&app, &staff, id, None).await?;
            let note = fields.text("words").to_owned();
            frame.refuse(&CommenterPage { note, ..page }, &trouble)
        }
    }
}
