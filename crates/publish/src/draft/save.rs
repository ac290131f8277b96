use accounts::person;
use accounts::policy::{self, Action};
use base::{Actor, ArticleId, PersonId, Timestamp};
use store::{Tx, sql};

use super::keep::{current, noted};
use crate::article;
use crate::{PublishError, Result};

/// Makes a revision of what an article's shared document says now, and moves the article to the
/// section and slug that stand there. Nothing, when it says what the newest revision says; nothing
/// either, when nobody has opened the article yet.
///
/// # Errors
/// When what it says is no article yet: then nothing is changed, and the document stays as it is.
pub async fn save(tx: &mut Tx, actor: &Actor, article: ArticleId, now: Timestamp) -> Result<i64> {
    let known = article::by_id(tx, article).await?.ok_or(PublishError::NoSuchArticle(article))?;
    let object = article::object(tx, &known).await?;
    policy::check_on(actor, Action::ReadUnpublished, &object)?;
    let Some((shared, _)) = current(tx, article).await? else { return Ok(known.newest_revision) };
    let said = shared.said().map_err(PublishError::Invalid)?;
    let newest = article::revision(tx, article, known.newest_revision).await?;
    let checked = said.content.checked(tx).await?;
    let mut number = known.newest_revision;
    if newest.is_none_or(|newest| newest.content != checked) {
        number = article::revise(tx, actor, article, None, checked, now).await?;
        noted(tx, article, number).await?;
    }
    if let Some(section) = said.section.filter(|section| *section != known.section_id) {
        article::move_to(tx, actor, article, section, now).await?;
    }
    if !said.slug.is_empty() && said.slug != known.slug {
        article::rename(tx, actor, article, said.slug, now).await?;
    }
    Ok(number)
}

/// Makes a revision of what an article's shared document says, in the name of whoever wrote last:
/// for those who wrote and went without saving. Where the article belongs stays as it is.
pub async fn save_unattended(tx: &mut Tx, article: ArticleId, now: Timestamp) -> Result<()> {
    let Some(known) = article::by_id(tx, article).await? else { return Ok(()) };
    let Some((shared, _)) = current(tx, article).await? else { return Ok(()) };
    // What is no article yet stays in the document.
    let Ok(said) = shared.said() else { return Ok(()) };
    let Ok(content) = said.content.checked(tx).await else { return Ok(()) };
    let newest = article::revision(tx, article, known.newest_revision).await?;
    if newest.is_none_or(|newest| newest.content != content) {
        let actor = last_writer(tx, article).await?;
        let number = article::record(tx, &actor, &known, &content, now).await?;
        noted(tx, article, number).await?;
    }
    Ok(())
}

async fn last_writer(tx: &Tx, article: ArticleId) -> Result<Actor> {
    let last: Option<PersonId> = sql("SELECT person_id AS value FROM draft_updates
         WHERE article_id = ? AND person_id IS NOT NULL ORDER BY position DESC LIMIT 1")
    .bind(article)
    .optional(tx)
    .await?;
    let Some(person) = last else { return Ok(Actor::System) };
    match person::by_id(tx, person).await? {
        Some(known) => Ok(person::actor(tx, &known).await?),
        None => Ok(Actor::System),
    }
}
