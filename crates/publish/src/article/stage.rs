use accounts::policy::Action;
use base::{Actor, ArticleId, Timestamp};
use store::{Event, Tx, sql};

use super::allowed::{allowed, touch};
use super::{Stage, State};
use crate::{PublishError, Result};

/// Takes an article a step further on its way to readers, or a step back, with a word to whoever is
/// next.
///
/// Its author hands it in and takes it back; an editor says that it is ready, or gives it back.
pub async fn stage(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    to: Stage,
    note: &str,
    now: Timestamp,
) -> Result<()> {
    let action = match to {
        Stage::Ready => Action::EditArticle,
        Stage::Draft | Stage::Review => Action::HandIn,
    };
    let known = allowed(tx, actor, action, article).await?;
    if note.chars().count() > 2_000 {
        return Err(PublishError::Invalid("A note has at most 2,000 characters.".into()));
    }
    if known.state != State::Draft {
        return Err(PublishError::Conflict(format!(
            "Article {article} has been published. It is revised, and published anew."
        )));
    }
    if known.stage == to {
        return Ok(());
    }
    sql("UPDATE articles SET stage = ?, note = ?, noted_by = ? WHERE id = ?")
        .bind(to.name())
        .bind(note.trim())
        .bind(actor.person())
        .bind(article)
        .run(tx)
        .await?;
    touch(tx, article, now).await?;
    let event =
        Event::ArticleStaged { article, stage: to.name().to_owned(), note: note.trim().to_owned() };
    tx.append(actor, &event, now).await?;
    Ok(())
}
