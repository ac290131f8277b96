//! What readers must not be shown: a photo without the words that belong to it, or one that may not
//! be used any more.
//!
//! Words are demanded of people, who can say them in the newsroom. Programs bring whole archives in
//! which many a photo has no words, and readers are shown those as they always were. That a photo
//! may be used no longer holds for everybody but the operator, whose import takes what was published
//! before as it was.

use base::{Actor, ArticleId, Day, PhotoId, Timestamp};
use store::Tx;

use super::{Content, revision};
use crate::{PublishError, Result, photo, site};

/// Refuses what readers must not be shown at `at`.
pub(super) async fn check(tx: &Tx, actor: &Actor, content: &Content, at: Timestamp) -> Result<()> {
    if let Actor::Person { .. } = actor {
        check_words(tx, content).await?;
    }
    if *actor == Actor::Operator {
        return Ok(());
    }
    match ended(tx, content, at).await? {
        None => Ok(()),
        Some((photo, day)) => Err(PublishError::Conflict(format!(
            "A photo of this story may be used until {day} only. Choose another one, or say at \
             /newsroom/photos/{photo} until when it may be used."
        ))),
    }
}

/// The same, of a revision that is there.
pub(super) async fn check_revision(
    tx: &Tx,
    actor: &Actor,
    article: ArticleId,
    number: i64,
    at: Timestamp,
) -> Result<()> {
    match revision(tx, article, number).await? {
        Some(revision) => check(tx, actor, &revision.content, at).await,
        None => Ok(()),
    }
}

/// Refuses a photo that is to be shown in place of another one.
pub(super) async fn check_photo(tx: &Tx, actor: &Actor, id: PhotoId, at: Timestamp) -> Result<()> {
    let known = photo::by_ids(tx, &[id]).await?.remove(&id).ok_or(PublishError::NoSuchPhoto(id))?;
    let lacks = known.lacks();
    if matches!(actor, Actor::Person { .. }) && !lacks.is_empty() {
        let lacks: Vec<_> = lacks.into_iter().map(photo::Lack::name).collect();
        return Err(PublishError::Invalid(format!(
            "The photo that is to be shown lacks {}. Say it at /newsroom/photos/{id}.",
            lacks.join(" and ")
        )));
    }
    let today = Day::at(at, &site::current(tx).await?.zone);
    match known.ended(today) {
        None => Ok(()),
        Some(day) => Err(PublishError::Conflict(format!(
            "The photo that is to be shown could be used until {day} only. Choose another one, or \
             say at /newsroom/photos/{id} until when it may be used."
        ))),
    }
}

/// A photo that may be used no longer, and the last day on which it might be.
pub(super) async fn ended(
    tx: &Tx,
    content: &Content,
    at: Timestamp,
) -> Result<Option<(PhotoId, Day)>> {
    let ids = content.photos();
    let known = photo::by_ids(tx, &ids).await?;
    let today = Day::at(at, &site::current(tx).await?.zone);
    let ended = |id: PhotoId| Some((id, known.get(&id)?.ended(today)?));
    Ok(ids.into_iter().find_map(ended))
}

async fn check_words(tx: &Tx, content: &Content) -> Result<()> {
    let ids = content.photos();
    let known = photo::by_ids(tx, &ids).await?;
    for id in ids {
        let Some(photo) = known.get(&id) else { continue };
        let lacks = lacks(content, photo);
        if !lacks.is_empty() {
            let lacks: Vec<_> = lacks.into_iter().map(photo::Lack::name).collect();
            return Err(PublishError::Invalid(format!(
                "A photo of this story lacks {}. Say it at /newsroom/photos/{id}.",
                lacks.join(" and ")
            )));
        }
    }
    Ok(())
}

/// What a photo lacks where this content shows it: a lead photo may have a caption of its own there.
pub fn lacks(content: &Content, photo: &photo::Photo) -> Vec<photo::Lack> {
    let lead = content.photo.as_ref().filter(|lead| lead.photo == photo.id);
    let is_told = lead.and_then(|lead| lead.caption.as_deref()).is_some_and(|it| !it.is_empty());
    let mut lacks = photo.lacks();
    lacks.retain(|lack| !(is_told && *lack == photo::Lack::Caption));
    lacks
}
