use accounts::policy::Action;
use base::{Actor, ArticleId, Timestamp};
use store::{Connection, Event, Tx, sql};

use super::allowed::{allowed, touch};
use super::publish::{Publish, show};
use super::{Article, by_id, ready, revision};
use crate::{PublishError, Result};

/// Has the newest revision published by itself at a time to come. What is written after this does
/// not change what will appear.
pub async fn schedule(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let known = allowed(tx, actor, Action::PublishArticle, article).await?;
    if at <= now {
        return Err(PublishError::Invalid(format!(
            "{at} has passed. Publish the article, or give a time to come."
        )));
    }
    ready::check_revision(tx, actor, article, known.newest_revision, at).await?;
    touch(tx, article, now).await?;
    sql("UPDATE articles SET scheduled_at = ?, scheduled_revision = ? WHERE id = ?")
        .bind(at)
        .bind(known.newest_revision)
        .bind(article)
        .run(tx)
        .await?;
    tx.append(actor, &Event::ArticleScheduled { article, at }, now).await?;
    Ok(())
}

/// Takes back what [`schedule`] said.
pub async fn unschedule(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    now: Timestamp,
) -> Result<()> {
    allowed(tx, actor, Action::PublishArticle, article).await?;
    let changed = sql("UPDATE articles SET scheduled_at = NULL, scheduled_revision = NULL
         WHERE id = ? AND scheduled_at IS NOT NULL")
    .bind(article)
    .run(tx)
    .await?;
    if changed == 0 {
        return Err(PublishError::Conflict(format!("Article {article} is not scheduled.")));
    }
    touch(tx, article, now).await?;
    tx.append(actor, &Event::ArticleUnscheduled { article }, now).await?;
    Ok(())
}

/// Publishes all that is due, and says how many articles that were. Called by every node: what one
/// has published is due no more. A story is held back when a photo of it may be used no longer.
pub async fn release_due(tx: &mut Tx, due: Timestamp, now: Timestamp) -> Result<usize> {
    let ids: Vec<ArticleId> = sql("SELECT id AS value FROM articles
         WHERE scheduled_at IS NOT NULL AND scheduled_at <= ? ORDER BY scheduled_at, id")
    .bind(due)
    .values(tx)
    .await?;
    let mut released = 0;
    for id in &ids {
        if let Some(Article { scheduled_at: Some(at), scheduled_revision: Some(number), .. }) =
            by_id(tx, *id).await?
        {
            if hold_back(tx, *id, number, now).await? {
                continue;
            }
            released += 1;
            // The article bears the time that was set, however late this node came to it.
            show(tx, &Actor::System, *id, number, Publish::default(), at.min(now)).await?;
        }
    }
    Ok(released)
}

/// Whether a scheduled story must not appear: then it is scheduled no more, and waits for somebody
/// who chooses another photo.
async fn hold_back(tx: &mut Tx, article: ArticleId, number: i64, now: Timestamp) -> Result<bool> {
    let Some(due) = revision(tx, article, number).await? else { return Ok(false) };
    let Some((photo, day)) = ready::ended(tx, &due.content, now).await? else { return Ok(false) };
    sql("UPDATE articles SET scheduled_at = NULL, scheduled_revision = NULL WHERE id = ?")
        .bind(article)
        .run(tx)
        .await?;
    touch(tx, article, now).await?;
    tracing::warn!(
        "The article {article} was not published at its time: its photo {photo} could be used \
         until {day} only."
    );
    tx.append(&Actor::System, &Event::ArticleHeldBack { article, photo }, now).await?;
    Ok(true)
}

/// When the next article is due, if any is.
pub async fn next_due(on: &impl Connection) -> Result<Option<Timestamp>> {
    Ok(sql("SELECT scheduled_at AS value FROM articles WHERE scheduled_at IS NOT NULL
         ORDER BY scheduled_at LIMIT 1")
    .optional(on)
    .await?)
}
