use accounts::policy::{self, Action, Object};
use base::{Actor, ArticleId, SectionId, Timestamp, is_slug, slugify};
use store::{Connection, Event, Tx, sql};
use uuid::Uuid;

use super::allowed::sections as trail;
use super::{Content, Stage, State, revise};
use crate::section::{self, Section};
use crate::{PublishError, Result};

/// Begins an article, as a draft.
#[derive(Clone, Debug)]
pub struct CreateArticle {
    /// Where it belongs.
    pub section: SectionId,
    /// The last part of its address; made of the headline when there is none.
    pub slug: Option<String>,
    /// Its words.
    pub content: Content,
    /// The article that says the same in another language.
    pub translation_of: Option<ArticleId>,
}

/// Begins an article, as a draft.
pub async fn create(
    tx: &mut Tx,
    actor: &Actor,
    command: CreateArticle,
    now: Timestamp,
) -> Result<ArticleId> {
    policy::check_anywhere(actor, Action::BeginArticle)?;
    let content = command.content.checked(tx).await?;
    let sections = section::tree(tx).await?;
    let section = sections
        .by_id(command.section)
        .ok_or_else(|| PublishError::NoSuchSection(command.section.to_string()))?;
    let object = Object { sections: trail(&sections, section.id), ..Object::default() };
    policy::check_on(actor, Action::BeginArticle, &object)?;
    let slug = match command.slug {
        Some(slug) => checked_slug(tx, section, slug, None).await?,
        None => free_slug(tx, section, &content.headline).await?,
    };
    let article: ArticleId = tx.new_id(now);
    let translation_key = match command.translation_of {
        Some(original) => translation_key_of(tx, original).await?,
        None => article.0,
    };
    sql("INSERT INTO articles
           (id, state, section_id, slug, path, newest_revision, translation_key, stage, owner_id,
            touched_at, created_at)
         VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)")
    .bind(article)
    .bind(State::Draft.name())
    .bind(section.id)
    .bind(slug.clone())
    .bind(address(section, &slug))
    .bind(translation_key)
    .bind(Stage::Draft.name())
    .bind(actor.person())
    .bind(now)
    .bind(now)
    .run(tx)
    .await?;
    let revision = revise::write(tx, actor, article, 1, &content, now).await?;
    tx.append(actor, &Event::ArticleCreated { article, revision }, now).await?;
    Ok(article)
}

pub(super) fn address(section: &Section, slug: &str) -> String {
    format!("/{}/{slug}", section.path)
}

async fn translation_key_of(tx: &Tx, original: ArticleId) -> Result<Uuid> {
    sql("SELECT translation_key AS value FROM articles WHERE id = ?")
        .bind(original)
        .optional(tx)
        .await?
        .ok_or(PublishError::NoSuchArticle(original))
}

/// A slug that somebody chose: refused when it cannot be had.
pub(super) async fn checked_slug(
    tx: &Tx,
    section: &Section,
    slug: String,
    article: Option<ArticleId>,
) -> Result<String> {
    if !is_slug(&slug) {
        return Err(PublishError::Invalid(format!(
            "{slug:?} cannot be part of an address. Use lower-case letters, digits and single \
             hyphens{}.",
            Some(slugify(&slug))
                .filter(|it| !it.is_empty())
                .map_or_else(String::new, |better| format!(", for example {better:?}"))
        )));
    }
    let path = address(section, &slug);
    if is_taken(tx, &path, article).await? {
        return Err(PublishError::Conflict(format!(
            "The address {path} belongs to another article or section, or did once. Choose \
             another slug."
        )));
    }
    Ok(slug)
}

/// A slug of the headline, with a number behind it when another article came first.
pub(super) async fn free_slug(tx: &Tx, section: &Section, headline: &str) -> Result<String> {
    let slug = match slugify(headline) {
        slug if slug.is_empty() => "article".to_owned(),
        slug => slug,
    };
    let mut candidate = slug.clone();
    for number in 2.. {
        if !is_taken(tx, &address(section, &candidate), None).await? {
            break;
        }
        candidate = format!("{slug}-{number}");
    }
    Ok(candidate)
}

/// Old addresses send readers on forever, so another article cannot have them.
pub(super) async fn is_taken(
    on: &impl Connection,
    path: &str,
    except: Option<ArticleId>,
) -> Result<bool> {
    let holders: Vec<ArticleId> = sql("SELECT id AS value FROM articles WHERE path = ?
         UNION ALL SELECT article_id AS value FROM former_addresses WHERE path = ?
         UNION ALL SELECT id AS value FROM sections WHERE path = ?")
    .bind(path)
    .bind(path)
    .bind(path.trim_start_matches('/'))
    .values(on)
    .await?;
    Ok(holders.into_iter().any(|holder| Some(holder) != except))
}
