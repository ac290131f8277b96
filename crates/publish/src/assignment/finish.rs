use accounts::policy::{self, Action};
use base::{Actor, ArticleId, PersonId, Timestamp};
use store::{Event, Tx, sql};

use crate::article::{allowed, touch};
use crate::{PublishError, Result};

/// Says that an assignment is done: whose it is says so, or an editor.
pub async fn finish(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    person: PersonId,
    now: Timestamp,
) -> Result<()> {
    if actor.person() == Some(person) {
        policy::check_anywhere(actor, Action::EnterNewsroom)?;
    } else {
        allowed(tx, actor, Action::EditArticle, article).await?;
    }
    let changed = sql("UPDATE assignments SET done_at = ?
         WHERE article_id = ? AND person_id = ? AND done_at IS NULL")
    .bind(now)
    .bind(article)
    .bind(person)
    .run(tx)
    .await?;
    if changed == 0 {
        return Err(gone());
    }
    touch(tx, article, now).await?;
    tx.append(actor, &Event::AssignmentFinished { article, person }, now).await?;
    Ok(())
}

/// Takes an assignment away, as if it had never been given.
pub async fn take_away(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    person: PersonId,
    now: Timestamp,
) -> Result<()> {
    allowed(tx, actor, Action::EditArticle, article).await?;
    let changed = sql("DELETE FROM assignments WHERE article_id = ? AND person_id = ?")
        .bind(article)
        .bind(person)
        .run(tx)
        .await?;
    if changed == 0 {
        return Err(gone());
    }
    touch(tx, article, now).await?;
    tx.append(actor, &Event::AssignmentTakenAway { article, person }, now).await?;
    Ok(())
}

fn gone() -> PublishError {
    PublishError::Conflict("Nobody has this assignment any more.".into())
}
