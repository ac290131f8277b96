use accounts::policy::{self, Action};
use base::{Actor, SectionId, Timestamp, is_slug, slugify};
use store::{Event, StoreError, Tx, sql};

use super::{RESERVED, tree};
use crate::{PublishError, Result};

/// Adds a section below one that exists, or at the top.
#[derive(Clone, Debug)]
pub struct CreateSection {
    /// The parts of its address, such as `news/russia`; the section above it must exist.
    pub path: String,
    /// As readers see it.
    pub name: String,
}

/// Adds a section, last among its neighbours.
pub async fn create(
    tx: &mut Tx,
    actor: &Actor,
    command: CreateSection,
    now: Timestamp,
) -> Result<SectionId> {
    policy::check(actor, Action::ArrangeSite)?;
    let path = parse_path(&command.path)?;
    let name = command.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(PublishError::Invalid("A section needs a name of at most 100 letters.".into()));
    }
    let (above, slug) = path.rsplit_once('/').map_or((None, path.as_str()), |(a, s)| (Some(a), s));
    let sections = tree(tx).await?;
    let parent_id = match above {
        None => None,
        Some(above) => Some(
            sections
                .by_path(above)
                .ok_or_else(|| PublishError::NoSuchSection(above.to_owned()))?
                .id,
        ),
    };
    let taken: Option<String> = sql("SELECT path AS value FROM articles WHERE path = ?
         UNION ALL SELECT path AS value FROM former_addresses WHERE path = ?")
    .bind(format!("/{path}"))
    .bind(format!("/{path}"))
    .optional(tx)
    .await?;
    if taken.is_some() {
        return Err(PublishError::Conflict(format!(
            "An article has the address /{path}, or had it once."
        )));
    }
    let rank = sections.below(parent_id).count();
    let section: SectionId = tx.new_id(now);
    sql("INSERT INTO sections (id, parent_id, slug, path, name, rank, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)")
    .bind(section)
    .bind(parent_id)
    .bind(slug)
    .bind(path.clone())
    .bind(name)
    .bind(i64::try_from(rank).unwrap_or(i64::MAX))
    .bind(now)
    .run(tx)
    .await
    .map_err(|error| match error {
        StoreError::Taken(_) => {
            PublishError::Conflict(format!("There is a section {path:?} already."))
        }
        other => other.into(),
    })?;
    tx.append(actor, &Event::SectionCreated { section }, now).await?;
    Ok(section)
}

/// The section at `path`; it and those above it are made when they are missing, named after their
/// part of the path.
pub async fn ensure(tx: &mut Tx, actor: &Actor, path: &str, now: Timestamp) -> Result<SectionId> {
    let path = parse_path(path)?;
    if let Some(section) = tree(tx).await?.by_path(&path) {
        return Ok(section.id);
    }
    if let Some((above, _)) = path.rsplit_once('/') {
        Box::pin(ensure(tx, actor, above, now)).await?;
    }
    let name = name_of(path.rsplit('/').next().unwrap_or_default());
    create(tx, actor, CreateSection { path, name }, now).await
}

fn parse_path(text: &str) -> Result<String> {
    let parts: Vec<String> = text
        .trim_matches('/')
        .split('/')
        .map(|part| if is_slug(part) { part.to_owned() } else { slugify(part) })
        .collect();
    if parts.iter().any(String::is_empty) || parts.len() > 4 {
        return Err(PublishError::Invalid(format!(
            "{text:?} is no path of a section; write one to four words between slashes, such as \
             news/russia."
        )));
    }
    if RESERVED.contains(&parts[0].as_str()) {
        return Err(PublishError::Invalid(format!(
            "A section cannot be called {:?}, because Tribune uses that address itself.",
            parts[0]
        )));
    }
    Ok(parts.join("/"))
}

fn name_of(slug: &str) -> String {
    let words = slug.split('-').map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    });
    words.collect::<Vec<_>>().join(" ")
}
