use accounts::policy::Action;
use base::{Actor, ArticleId, Timestamp};
use store::{StoreError, Tx};

use super::Field;
use super::keep::{append, client, current, open};
use super::save::save;
use crate::article::{self, allowed};
use crate::{PublishError, Result};

/// Makes an article's shared document say again what a revision says, before the eyes of all who
/// have it open. What it said until now becomes a revision first, so this can be taken back.
///
/// Fields that the actor may not change stay as they are.
pub async fn restore(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    number: i64,
    now: Timestamp,
) -> Result<()> {
    let known = allowed(tx, actor, Action::WriteArticle, article).await?;
    let may = Field::of(actor, &article::object(tx, &known).await?);
    let Some(wanted) = article::revision(tx, article, number).await? else {
        return Err(PublishError::Conflict(format!("The story has no version {number}.")));
    };
    save(tx, actor, article, now).await?;
    let opened = open(tx, actor, article, now).await?;
    let Some((shared, _)) = current(tx, article).await? else {
        return Err(PublishError::NoSuchArticle(article));
    };
    let editor = client(tx.new_id::<ArticleId>(now).0);
    let update = shared
        .rewritten(editor, &wanted.content, &may)
        .map_err(|error| StoreError::Unreadable { what: "draft", why: error.to_string() })?;
    append(tx, opened.id, actor.person(), &update, now).await?;
    save(tx, actor, article, now).await?;
    Ok(())
}
