use base::{Actor, PersonId, Role, Timestamp, is_slug, slugify, title_key};
use store::{Event, StoreError, Tx, sql};

use crate::AccountError;
use crate::policy::{self, Action};

/// Adds a person. An author needs no more than a name.
#[derive(Clone, Debug)]
pub struct AddPerson {
    /// As bylines spell it; no two people have the same.
    pub name: String,
    /// The last part of the page's address; made of the name when there is none.
    pub slug: Option<String>,
    /// What the person is, such as "Diplomatic correspondent".
    pub title: String,
    /// Some sentences about the person.
    pub bio: String,
    /// What the person is to the site.
    pub role: Role,
}

impl AddPerson {
    /// An author of whom only the name is known, and who has no access.
    pub fn author(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            slug: None,
            title: String::new(),
            bio: String::new(),
            role: Role::Reader,
        }
    }
}

/// Adds a person.
pub async fn add(
    tx: &mut Tx,
    actor: &Actor,
    command: AddPerson,
    now: Timestamp,
) -> Result<PersonId, AccountError> {
    // Whoever may write may name an author who has no access yet.
    let action =
        if command.role == Role::Reader { Action::WriteArticle } else { Action::GrantRoles };
    policy::check(actor, action)?;
    let name = command.name.split_whitespace().collect::<Vec<_>>().join(" ");
    let key = title_key(&name);
    if key.is_empty() || name.chars().count() > 200 {
        return Err(AccountError::Invalid(format!(
            "{name:?} is no name: it needs at least one letter, and at most 200."
        )));
    }
    let slug = match command.slug {
        Some(slug) if is_slug(&slug) => slug,
        Some(slug) => {
            return Err(AccountError::Invalid(format!(
                "{slug:?} cannot be part of an address. Use lower-case letters, digits and single hyphens."
            )));
        }
        None => free_slug(tx, &name).await?,
    };
    let person: PersonId = tx.new_id(now);
    sql("INSERT INTO people (id, slug, name, name_key, title, bio, role, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    .bind(person)
    .bind(slug)
    .bind(name.clone())
    .bind(key)
    .bind(command.title.trim())
    .bind(command.bio.trim())
    .bind(command.role.name())
    .bind(now)
    .run(tx)
    .await
    .map_err(|error| match error {
        StoreError::Taken(_) => AccountError::NameTaken(name),
        other => other.into(),
    })?;
    tx.append(actor, &Event::PersonAdded { person }, now).await?;
    Ok(person)
}

/// Two authors may differ by an accent only: the second gets a number.
async fn free_slug(tx: &Tx, name: &str) -> Result<String, AccountError> {
    let slug = match slugify(name) {
        slug if slug.is_empty() => "author".to_owned(),
        slug => slug,
    };
    let mut candidate = slug.clone();
    for number in 2.. {
        let taken: Option<String> = sql("SELECT slug AS value FROM people WHERE slug = ?")
            .bind(candidate.clone())
            .optional(tx)
            .await?;
        if taken.is_none() {
            break;
        }
        candidate = format!("{slug}-{number}");
    }
    Ok(candidate)
}
