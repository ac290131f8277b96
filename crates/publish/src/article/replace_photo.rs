//! Where a photo stands, and another one in its place everywhere.

use std::collections::{BTreeMap, BTreeSet};

use accounts::policy::{self, Action, Object};
use base::{Actor, ArticleId, PhotoId, Timestamp};
use document::Document;
use serde_json::Value;
use store::{Connection, Event, Tx, sql};

use super::allowed::object;
use super::publish::{Publish, show};
use super::{Article, Content, LeadPhoto, State, by_id, ready, revise, revision};
use crate::{PublishError, Result, draft, photo};

/// A story that shows a photo somewhere.
#[derive(Clone, Debug)]
pub struct PhotoPlace {
    /// The story.
    pub article: Article,
    /// Of its newest revision.
    pub headline: String,
    /// The headline above it, when readers see the photo.
    pub shown: Option<String>,
    /// They will, at a time that is set.
    pub scheduled: bool,
    /// What is being written shows it.
    pub written: bool,
    object: Object,
}

impl PhotoPlace {
    /// Whether `actor` may read what is not published of the story.
    pub fn is_open_to(&self, actor: &Actor) -> bool {
        self.may(actor, Action::ReadUnpublished)
    }

    /// Whether `actor` may put another photo into what is being written.
    pub fn may_place(&self, actor: &Actor) -> bool {
        self.may(actor, Action::PlacePhoto)
    }

    /// Whether `actor` may show readers another photo.
    pub fn may_publish(&self, actor: &Actor) -> bool {
        self.may_place(actor) && self.may(actor, Action::PublishArticle)
    }

    fn may(&self, actor: &Actor, action: Action) -> bool {
        policy::check_on(actor, action, &self.object).is_ok()
    }
}

/// Every story that shows a photo: to readers, at a time to come, or in what is being written.
pub async fn photo_places(on: &impl Connection, photo: PhotoId) -> Result<Vec<PhotoPlace>> {
    // What is written of a published story without changes is what readers see. A shared document
    // says what no revision says only when something was written since.
    let candidates: Vec<ArticleId> = sql("SELECT article_id AS value FROM photo_uses
         WHERE photo_id = ?
         UNION SELECT r.article_id AS value FROM articles a
         JOIN revisions r ON r.article_id = a.id
           AND (r.number = a.newest_revision OR r.number = a.scheduled_revision)
         WHERE (a.state <> 'published' OR a.newest_revision <> a.published_revision)
           AND (r.photo_id = ? OR r.body LIKE ?)
         UNION SELECT d.article_id AS value FROM drafts d
         JOIN articles a ON a.id = d.article_id
         JOIN revisions r ON r.article_id = a.id AND r.number = a.newest_revision
         WHERE d.written_at > r.created_at
         UNION SELECT article_id AS value FROM draft_updates")
    .bind(photo)
    .bind(photo)
    .bind(format!("%{photo}%"))
    .values(on)
    .await?;
    let candidates: BTreeSet<ArticleId> = candidates.into_iter().collect();
    let mut places = Vec::new();
    for id in candidates.into_iter().rev() {
        let Some(article) = by_id(on, id).await? else { continue };
        if let Some(place) = place(on, article, photo).await? {
            places.push(place);
        }
    }
    Ok(places)
}

async fn place(
    on: &impl Connection,
    article: Article,
    photo: PhotoId,
) -> Result<Option<PhotoPlace>> {
    let Some(newest) = revision(on, article.id, article.newest_revision).await? else {
        return Ok(None);
    };
    let published = article.published_revision.filter(|_| article.state == State::Published);
    let shown = showing(on, &article, published, photo).await?.map(|content| content.headline);
    let scheduled = showing(on, &article, article.scheduled_revision, photo).await?.is_some();
    let open = draft::newest(on, article.id, article.newest_revision).await?;
    let written = match open {
        Some(shared) => shared.shows(photo),
        None => newest.content.photos().contains(&photo),
    };
    if shown.is_none() && !scheduled && !written {
        return Ok(None);
    }
    let object = object(on, &article).await?;
    let headline = newest.content.headline;
    Ok(Some(PhotoPlace { article, headline, shown, scheduled, written, object }))
}

/// What a revision says, if it shows the photo.
async fn showing(
    on: &impl Connection,
    article: &Article,
    number: Option<i64>,
    photo: PhotoId,
) -> Result<Option<Content>> {
    let Some(number) = number else { return Ok(None) };
    let content = revision(on, article.id, number).await?.map(|revision| revision.content);
    Ok(content.filter(|content| content.photos().contains(&photo)))
}

/// Puts a photo in place of another one, wherever `actor` may: in what is being written, in what is
/// scheduled, and in what readers see, as a minor change. Says which stories it has changed.
///
/// What an article says of the photo in a caption of its own stays. A story of which `actor` may
/// write but not publish shows the new photo when somebody publishes it.
pub async fn replace_photo(
    tx: &mut Tx,
    actor: &Actor,
    old: PhotoId,
    new: PhotoId,
    now: Timestamp,
) -> Result<Vec<ArticleId>> {
    policy::check_anywhere(actor, Action::KeepPhotos)?;
    if old == new {
        return Err(PublishError::Invalid("A photo cannot take its own place.".into()));
    }
    let known = photo::by_ids(tx, &[old, new]).await?;
    for id in [old, new] {
        if !known.contains_key(&id) {
            return Err(PublishError::NoSuchPhoto(id));
        }
    }
    let places = photo_places(tx, old).await?;
    let shown = places.iter().any(|place| place.may_publish(actor) && place.shown.is_some());
    if shown || places.iter().any(|place| place.may_publish(actor) && place.scheduled) {
        ready::check_photo(tx, actor, new, now).await?;
    }
    let mut changed = Vec::new();
    for place in places.iter().filter(|place| place.may_place(actor)) {
        if replace_in(tx, actor, place, old, new, now).await? {
            changed.push(place.article.id);
        }
    }
    tx.append(actor, &Event::PhotoReplaced { photo: old, with: new }, now).await?;
    Ok(changed)
}

async fn replace_in(
    tx: &mut Tx,
    actor: &Actor,
    place: &PhotoPlace,
    old: PhotoId,
    new: PhotoId,
    now: Timestamp,
) -> Result<bool> {
    let article = &place.article;
    let mut changed = draft::replace_photo(tx, article, old, new, now).await?;
    // In the order of their numbers, so that the newest words stay the newest revision.
    let publishes = place.may_publish(actor);
    let shown = article.published_revision.filter(|_| publishes && place.shown.is_some());
    let scheduled = article.scheduled_revision.filter(|_| publishes && place.scheduled);
    let newest = article.newest_revision;
    let mut numbers: Vec<i64> = [shown, scheduled, Some(newest)].into_iter().flatten().collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut became = BTreeMap::new();
    let mut next = newest;
    for number in numbers {
        let Some(known) = revision(tx, article.id, number).await? else { continue };
        let is_there = known.content.photos().contains(&old);
        if !is_there && next == newest {
            continue;
        }
        next += 1;
        let content = replaced(known.content, old, new)?;
        let id = revise::write(tx, actor, article.id, next, &content, now).await?;
        tx.append(actor, &Event::ArticleRevised { article: article.id, revision: id }, now).await?;
        became.insert(number, next);
    }
    if next > newest {
        draft::follows(tx, article.id, newest, next).await?;
        changed = true;
    }
    if let Some(number) = shown.and_then(|number| became.get(&number)) {
        let minor = Publish { minor: true, ..Publish::default() };
        show(tx, actor, article.id, *number, minor, now).await?;
    }
    if let Some(at) = article.scheduled_at {
        // What was scheduled is so still, which publishing has ended.
        let number = article.scheduled_revision;
        let number = number.map(|number| became.get(&number).copied().unwrap_or(number));
        sql("UPDATE articles SET scheduled_at = ?, scheduled_revision = ? WHERE id = ?")
            .bind(at)
            .bind(number)
            .bind(article.id)
            .run(tx)
            .await?;
    }
    Ok(changed)
}

fn replaced(content: Content, old: PhotoId, new: PhotoId) -> Result<Content> {
    let photo = content
        .photo
        .map(|lead| LeadPhoto { photo: if lead.photo == old { new } else { lead.photo }, ..lead });
    let mut body = content.body.to_json();
    replace_in_nodes(&mut body, &old.to_string(), &new.to_string());
    let body = Document::parse(&body).map_err(|error| PublishError::Invalid(error.to_string()))?;
    Ok(Content { photo, body, ..content })
}

fn replace_in_nodes(node: &mut Value, old: &str, new: &str) {
    if node["type"] == "photo" && node["attrs"]["id"] == old {
        node["attrs"]["id"] = new.into();
    }
    for child in node["content"].as_array_mut().into_iter().flatten() {
        replace_in_nodes(child, old, new);
    }
}
