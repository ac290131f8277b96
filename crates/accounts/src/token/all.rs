use base::{Timestamp, TokenId};
use sea_orm::FromQueryResult;
use store::{Connection, Result, sql};

/// A token that works, without its text: nobody has that but its holder.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct KnownToken {
    /// Names the token.
    pub id: TokenId,
    /// What the program is.
    pub name: String,
    /// Who answers for it, by the last part of the address of the person's page.
    pub person: String,
    /// Since when it works.
    pub created_at: Timestamp,
}

/// Every token that works, the newest first.
pub async fn all(on: &impl Connection, now: Timestamp) -> Result<Vec<KnownToken>> {
    sql("SELECT t.id, t.name, p.slug AS person, t.created_at FROM tokens t
         JOIN people p ON p.id = t.person_id
         WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?)
         ORDER BY t.created_at DESC, t.id DESC")
    .bind(now)
    .all(on)
    .await
}
