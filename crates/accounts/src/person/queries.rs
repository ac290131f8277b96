use base::{PersonId, title_key};
use store::{Connection, Result, sql};

use super::{Person, Row};

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
