use accounts::policy::{self, Action};
use base::{Actor, ArticleId, Timestamp};
use store::{Event, Tx, sql};

use super::allowed::allowed;
use super::{State, listing};
use crate::{PublishError, Result};

/// Takes a published article back. Its address answers that it is gone, and why.
pub async fn withdraw(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    note: &str,
    now: Timestamp,
) -> Result<()> {
    policy::check_anywhere(actor, Action::PublishArticle)?;
    let note = note.trim();
    if note.is_empty() || note.chars().count() > 2_000 {
        return Err(PublishError::Invalid(
            "A note of 1 to 2,000 letters tells readers why the article is gone.".into(),
        ));
    }
    let known = allowed(tx, actor, Action::PublishArticle, article).await?;
    if known.state != State::Published {
        return Err(PublishError::Conflict(format!(
            "Article {article} is not published, so it cannot be withdrawn."
        )));
    }
    let touches = listing::touches(tx, &known).await?;
    listing::unlist(tx, article).await?;
    sql("DELETE FROM front WHERE article_id = ?").bind(article).run(tx).await?;
    sql("UPDATE articles SET state = ?, withdrawn_at = ?, withdrawn_note = ?, scheduled_at = NULL,
           scheduled_revision = NULL, touched_at = ? WHERE id = ?")
    .bind(State::Withdrawn.name())
    .bind(now)
    .bind(note)
    .bind(now)
    .bind(article)
    .run(tx)
    .await?;
    tx.append(actor, &Event::ArticleWithdrawn { article, touches }, now).await?;
    Ok(())
}
