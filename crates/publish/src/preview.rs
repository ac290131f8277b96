//! Links that show a story before it is published, to whoever has one, until it ends.

mod revoke;
mod share;

use base::{ArticleId, PersonId, PreviewId, Timestamp};
use store::{Connection, FromQueryResult, Result, sql};

pub use revoke::revoke;
pub use share::{LASTS_MAX, share};

/// A link that still shows its story.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Preview {
    /// Names it.
    pub id: PreviewId,
    /// What it shows.
    pub article_id: ArticleId,
    /// Who made it.
    pub person_id: PersonId,
    /// For whom it is.
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// The link that holds this text, while it shows anything. It ends with the rights of who made it.
pub async fn find(on: &impl Connection, text: &str, now: Timestamp) -> Result<Option<Preview>> {
    sql("SELECT p.id, p.article_id, p.person_id, p.label, p.created_at, p.expires_at
         FROM previews p JOIN people o ON o.id = p.person_id
         WHERE p.secret_hash = ? AND p.revoked_at IS NULL AND p.expires_at > ?
           AND o.suspended_at IS NULL
           AND (o.role <> 'reader' OR EXISTS (SELECT 1 FROM grants g WHERE g.person_id = o.id))")
    .bind(accounts::secret::hash(text))
    .bind(now)
    .one(on)
    .await
}

/// The links of an article that still show it, the newest first.
pub async fn of_article(
    on: &impl Connection,
    article: ArticleId,
    now: Timestamp,
) -> Result<Vec<Preview>> {
    sql("SELECT id, article_id, person_id, label, created_at, expires_at FROM previews
         WHERE article_id = ? AND revoked_at IS NULL AND expires_at > ?
         ORDER BY created_at DESC, id DESC")
    .bind(article)
    .bind(now)
    .all(on)
    .await
}
