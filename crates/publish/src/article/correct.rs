use accounts::policy::{self, Action};
use base::{Actor, ArticleId, CorrectionId, Timestamp};
use store::{Event, Tx, sql};

use super::allowed::{allowed, touch};
use super::{State, listing};
use crate::{PublishError, Result};

/// Tells readers of a published article what was wrong with it. The words themselves are put right
/// by a revision.
pub async fn correct(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    text: &str,
    at: Timestamp,
    now: Timestamp,
) -> Result<CorrectionId> {
    policy::check_anywhere(actor, Action::PublishArticle)?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 2_000 {
        return Err(PublishError::Invalid(
            "A correction says in 1 to 2,000 letters what was wrong and what is right.".into(),
        ));
    }
    let known = allowed(tx, actor, Action::PublishArticle, article).await?;
    if known.state != State::Published {
        return Err(PublishError::Conflict(format!(
            "Article {article} is not published, so there is nobody to tell of a correction. \
             Revise it instead."
        )));
    }
    let correction: CorrectionId = tx.new_id(now);
    sql("INSERT INTO corrections (id, article_id, text, at) VALUES (?, ?, ?, ?)")
        .bind(correction)
        .bind(article)
        .bind(text)
        .bind(at)
        .run(tx)
        .await?;
    let updated_at = known.updated_at.map_or(at, |before| before.max(at));
    sql("UPDATE articles SET updated_at = ? WHERE id = ?")
        .bind(updated_at)
        .bind(article)
        .run(tx)
        .await?;
    touch(tx, article, now).await?;
    let touches = listing::touches(tx, &known).await?;
    tx.append(actor, &Event::ArticleCorrected { article, correction, touches }, now).await?;
    Ok(correction)
}
