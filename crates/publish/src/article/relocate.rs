use accounts::policy::Action;
use base::{Actor, ArticleId, SectionId, Timestamp};
use store::{Event, Tx, sql};

use super::address::as_asked_for;
use super::allowed::allowed;
use super::create::{address, checked_slug, free_slug, is_taken};
use super::{Article, State, listing, revision};
use crate::{PublishError, Result, section};

/// An old address as it is asked for: a letter may need six bytes.
const PATH_BYTES_MAX: usize = 2_000;

/// Moves an article to another section.
pub async fn move_to(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    section: SectionId,
    now: Timestamp,
) -> Result<()> {
    let known = to_relocate(tx, actor, article).await?;
    if known.section_id == section {
        return Ok(());
    }
    let sections = section::tree(tx).await?;
    let target =
        sections.by_id(section).ok_or_else(|| PublishError::NoSuchSection(section.to_string()))?;
    let slug = match checked_slug(tx, target, known.slug.clone(), Some(article)).await {
        Ok(slug) => slug,
        Err(PublishError::Conflict(_)) => free_slug(tx, target, &known.slug).await?,
        Err(other) => return Err(other),
    };
    relocate(tx, actor, &known, target, slug, now).await
}

/// Gives an article another last part of its address.
pub async fn rename(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    slug: String,
    now: Timestamp,
) -> Result<()> {
    let known = to_relocate(tx, actor, article).await?;
    if known.slug == slug {
        return Ok(());
    }
    let sections = section::tree(tx).await?;
    let section = sections
        .by_id(known.section_id)
        .ok_or_else(|| PublishError::NoSuchSection(known.section_id.to_string()))?;
    let slug = checked_slug(tx, section, slug, Some(article)).await?;
    relocate(tx, actor, &known, section, slug, now).await
}

/// Sends readers of another address on to this article, for one that it had elsewhere.
pub async fn also_at(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    address: &str,
    now: Timestamp,
) -> Result<()> {
    let known = to_relocate(tx, actor, article).await?;
    let strange = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '\\');
    let path = as_asked_for(&format!("/{}", address.trim().trim_matches('/')));
    let first = path[1..].split('/').next().unwrap_or_default();
    if first.is_empty()
        || address.trim().starts_with("//")
        || path.len() > PATH_BYTES_MAX
        || path.contains("//")
        || address.trim().contains(strange)
    {
        return Err(PublishError::Invalid(format!(
            "{address:?} is no old address; write its path, such as /2021/12/some-story."
        )));
    }
    if section::RESERVED.contains(&first) {
        return Err(PublishError::Invalid(format!(
            "Tribune uses addresses below /{first} itself."
        )));
    }
    if known.path == path {
        return Ok(());
    }
    if is_taken(tx, &path, Some(article)).await? {
        return Err(PublishError::Conflict(format!(
            "The address {path} belongs to another article or section, or did once."
        )));
    }
    let added = sql("INSERT INTO former_addresses (path, article_id) VALUES (?, ?)
         ON CONFLICT (path) DO NOTHING")
    .bind(path)
    .bind(article)
    .run(tx)
    .await?;
    if added > 0 {
        let touches = listing::touches(tx, &known).await?;
        tx.append(actor, &Event::ArticleMoved { article, touches }, now).await?;
    }
    Ok(())
}

/// Who publishes an article decides where it is; before that, who writes it may.
async fn to_relocate(tx: &Tx, actor: &Actor, article: ArticleId) -> Result<Article> {
    match allowed(tx, actor, Action::FileArticle, article).await {
        Ok(known) if known.published_at.is_none() => Ok(known),
        Ok(_) => allowed(tx, actor, Action::PublishArticle, article).await,
        Err(error) => Err(error),
    }
}

async fn relocate(
    tx: &mut Tx,
    actor: &Actor,
    known: &Article,
    section: &section::Section,
    slug: String,
    now: Timestamp,
) -> Result<()> {
    let before = listing::touches(tx, known).await?;
    let path = address(section, &slug);
    // It may have had the address before, or a draft have been given it as an old one.
    sql("DELETE FROM former_addresses WHERE path = ?").bind(path.clone()).run(tx).await?;
    // What no reader ever saw leaves no trace.
    if known.published_at.is_some() {
        sql("INSERT INTO former_addresses (path, article_id) VALUES (?, ?)
             ON CONFLICT (path) DO NOTHING")
        .bind(known.path.clone())
        .bind(known.id)
        .run(tx)
        .await?;
    }
    sql("UPDATE articles SET section_id = ?, slug = ?, path = ? WHERE id = ?")
        .bind(section.id)
        .bind(slug.clone())
        .bind(path.clone())
        .bind(known.id)
        .run(tx)
        .await?;
    let moved = Article { section_id: section.id, slug, path, ..known.clone() };
    if let (State::Published, Some(number), Some(at)) =
        (moved.state, moved.published_revision, moved.published_at)
        && let Some(shown) = revision(tx, moved.id, number).await?
    {
        listing::list(tx, &moved, &shown.content, at).await?;
    }
    let after = listing::touches(tx, &moved).await?;
    let touches = listing::joined(before, after);
    tx.append(actor, &Event::ArticleMoved { article: known.id, touches }, now).await?;
    Ok(())
}
