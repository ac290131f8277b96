use base::{Actor, PersonId, Timestamp, TokenId};
use store::{Connection, FromQueryResult, StoreError, sql};

use crate::{AccountError, person, secret};

#[derive(FromQueryResult)]
struct Row {
    id: TokenId,
    person_id: PersonId,
    scopes: String,
}

/// Who acts when a request carries this token; `None` when it is unknown, revoked or over.
pub async fn authenticate(
    on: &impl Connection,
    text: &str,
    now: Timestamp,
) -> Result<Option<Actor>, AccountError> {
    let row: Option<Row> = sql("SELECT id, person_id, scopes FROM tokens
         WHERE secret_hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)")
    .bind(secret::hash(text))
    .bind(now)
    .one(on)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let person = person::by_id(on, row.person_id).await?;
    let Some(person) = person.filter(|it| it.suspended_at.is_none()) else { return Ok(None) };
    let grants = person::grants(on, person.id).await?;
    let scopes = serde_json::from_str(&row.scopes)
        .map_err(|error| StoreError::Unreadable { what: "scopes", why: error.to_string() })?;
    Ok(Some(Actor::Token { token: row.id, person: person.id, role: person.role, grants, scopes }))
}
