use base::{Actor, Grant, PersonId, SectionId, title_key};
use store::{Connection, FromQueryResult, Result, sql};

use super::{Person, Row, read_role};

/// The person with this id.
pub async fn by_id(on: &impl Connection, id: PersonId) -> Result<Option<Person>> {
    let row: Option<Row> = sql("SELECT * FROM people WHERE id = ?").bind(id).one(on).await?;
    row.map(Row::read).transpose()
}

/// Those of these people whom there are, in no order.
pub async fn by_ids(on: &impl Connection, ids: &[PersonId]) -> Result<Vec<Person>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> =
        sql("SELECT * FROM people WHERE id IN (?)").bind_all(ids.iter().copied()).all(on).await?;
    rows.into_iter().map(Row::read).collect()
}

/// The person whose page has this address.
pub async fn by_slug(on: &impl Connection, slug: &str) -> Result<Option<Person>> {
    let row: Option<Row> = sql("SELECT * FROM people WHERE slug = ?").bind(slug).one(on).await?;
    row.map(Row::read).transpose()
}

/// The person of this name, however its case and punctuation are spelled.
pub async fn by_name(on: &impl Connection, name: &str) -> Result<Option<Person>> {
    let row: Option<Row> =
        sql("SELECT * FROM people WHERE name_key = ?").bind(title_key(name)).one(on).await?;
    row.map(Row::read).transpose()
}

/// The person with this e-mail address.
pub async fn by_email(on: &impl Connection, email: &str) -> Result<Option<Person>> {
    let row: Option<Row> = sql("SELECT * FROM people WHERE email = ?")
        .bind(email.trim().to_lowercase())
        .one(on)
        .await?;
    row.map(Row::read).transpose()
}

/// The roles that a person has in single sections.
pub async fn grants(on: &impl Connection, person: PersonId) -> Result<Vec<Grant>> {
    #[derive(FromQueryResult)]
    struct GrantRow {
        section_id: SectionId,
        role: String,
    }
    let rows: Vec<GrantRow> =
        sql("SELECT section_id, role FROM grants WHERE person_id = ? ORDER BY section_id")
            .bind(person)
            .all(on)
            .await?;
    rows.into_iter()
        .map(|row| Ok(Grant { section: row.section_id, role: read_role(&row.role)? }))
        .collect()
}

/// The person as whoever acts.
pub async fn actor(on: &impl Connection, person: &Person) -> Result<Actor> {
    let grants = grants(on, person.id).await?;
    Ok(Actor::Person { person: person.id, role: person.role, grants })
}

/// Whether the person can sign in: with a passkey, through a provider, or with a password and a
/// second factor.
pub async fn has_way_in(on: &impl Connection, person: PersonId) -> Result<bool> {
    let way: Option<PersonId> = sql("SELECT p.id AS value FROM people p
         WHERE p.id = ?
           AND (EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = p.id)
                OR EXISTS (SELECT 1 FROM identities i WHERE i.person_id = p.id)
                OR EXISTS (SELECT 1 FROM passwords w JOIN authenticators a
                           ON a.person_id = w.person_id AND a.confirmed_at IS NOT NULL
                           WHERE w.person_id = p.id))")
    .bind(person)
    .optional(on)
    .await?;
    Ok(way.is_some())
}

/// Those whom a published article names, by name, `limit` at the most.
pub async fn with_articles(on: &impl Connection, limit: i64) -> Result<Vec<Person>> {
    let rows: Vec<Row> = sql("SELECT p.* FROM people p
         WHERE EXISTS (SELECT 1 FROM listings l WHERE l.list_id = p.id)
         ORDER BY p.name_key LIMIT ?")
    .bind(limit)
    .all(on)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Everybody, by name.
pub async fn all(on: &impl Connection) -> Result<Vec<Person>> {
    let rows: Vec<Row> = sql("SELECT * FROM people ORDER BY name_key").all(on).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Those who may be more than readers somewhere, and may sign in, by name.
pub async fn staff(on: &impl Connection) -> Result<Vec<Person>> {
    let rows: Vec<Row> = sql("SELECT p.* FROM people p
         WHERE p.suspended_at IS NULL
           AND (p.role <> 'reader' OR EXISTS (SELECT 1 FROM grants g WHERE g.person_id = p.id))
         ORDER BY p.name_key")
    .all(on)
    .await?;
    rows.into_iter().map(Row::read).collect()
}
