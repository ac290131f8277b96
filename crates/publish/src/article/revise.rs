use accounts::policy::Action;
use base::{Actor, ArticleId, RevisionId, Timestamp};
use store::{Event, StoreError, Tx, sql};

use super::allowed::allowed;
use super::{Article, Content};
use crate::{PublishError, Result};

/// Writes the next revision. Readers of a published article go on seeing the published one.
///
/// `seen` is the number of the revision that the writer started from: when another one was
/// written since, nothing is changed.
pub async fn revise(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    seen: Option<i64>,
    content: Content,
    now: Timestamp,
) -> Result<i64> {
    let known = allowed(tx, actor, Action::WriteArticle, article).await?;
    let content = content.checked(tx).await?;
    if let Some(seen) = seen
        && seen != known.newest_revision
    {
        return Err(PublishError::Conflict(format!(
            "Article {article} has been revised meanwhile: you started from revision {seen}, and \
             the newest is {}. Read it, and write yours upon it.",
            known.newest_revision
        )));
    }
    record(tx, actor, &known, &content, now).await
}

/// Writes the next revision, of content that was checked, in the name of whoever wrote it.
pub(crate) async fn record(
    tx: &mut Tx,
    actor: &Actor,
    known: &Article,
    content: &Content,
    now: Timestamp,
) -> Result<i64> {
    let (article, number) = (known.id, known.newest_revision + 1);
    let revision = write(tx, actor, article, number, content, now).await?;
    tx.append(actor, &Event::ArticleRevised { article, revision }, now).await?;
    Ok(number)
}

pub(super) async fn write(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    number: i64,
    content: &Content,
    now: Timestamp,
) -> Result<RevisionId> {
    let revision: RevisionId = tx.new_id(now);
    sql("INSERT INTO revisions
           (id, article_id, number, kind, language, headline, deck, dateline, body, summary, words,
            photo_id, photo_caption, byline, related, actor, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    .bind(revision)
    .bind(article)
    .bind(number)
    .bind(content.kind.name())
    .bind(content.language.clone())
    .bind(content.headline.clone())
    .bind(content.deck.clone())
    .bind(content.dateline.clone())
    .bind(content.body.to_json().to_string())
    .bind(content.body.summary(SUMMARY_CHARS))
    .bind(i64::try_from(content.body.word_count()).unwrap_or(i64::MAX))
    .bind(content.photo.as_ref().map(|lead| lead.photo))
    .bind(content.photo.as_ref().and_then(|lead| lead.caption.clone()))
    .bind(json("byline", &content.byline)?)
    .bind(json("related", &content.related)?)
    .bind(json("actor", actor)?)
    .bind(now)
    .run(tx)
    .await?;
    sql("UPDATE articles SET newest_revision = ?, desk_key = ?, touched_at = ? WHERE id = ?")
        .bind(number)
        .bind(content.headline.to_lowercase())
        .bind(now)
        .bind(article)
        .run(tx)
        .await?;
    Ok(revision)
}

/// As much as a feed or a search result shows of an article without a deck.
pub const SUMMARY_CHARS: usize = 300;

fn json(what: &'static str, value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Unreadable { what, why: error.to_string() })
}
