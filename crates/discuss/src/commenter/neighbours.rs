use base::{ArticleId, CommenterId};
use store::{Connection, FromQueryResult, sql};

use crate::Result;

const SHOWN: i64 = 20;

/// Somebody who writes from the same network, and may be the same.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Neighbour {
    /// Who.
    pub id: CommenterId,
    /// As they were last called.
    pub name: String,
    /// How many comments came from there.
    pub comments: i64,
}

/// The networks that a commenter wrote from, as far as they are remembered. Of comments, only those
/// under these stories count, if any are named.
pub async fn networks(
    on: &impl Connection,
    commenter: CommenterId,
    under: Option<&[ArticleId]>,
) -> Result<Vec<String>> {
    let found = sql("SELECT DISTINCT network AS value FROM comments
         WHERE commenter_id = ? AND network IS NOT NULL AND (? OR article_id IN (?))
         ORDER BY value")
    .bind(commenter)
    .bind(under.is_none())
    .bind_all(under.unwrap_or_default().iter().copied());
    Ok(found.values(on).await?)
}

/// All who wrote from a network, those first who wrote last.
pub async fn writers(on: &impl Connection, network: &str) -> Result<Vec<Neighbour>> {
    let found = sql("SELECT w.id, w.name, COUNT(*) AS comments
         FROM comments c JOIN commenters w ON w.id = c.commenter_id
         WHERE c.network = ?
         GROUP BY w.id, w.name ORDER BY MAX(c.created_at) DESC, w.id LIMIT ?")
    .bind(network)
    .bind(SHOWN);
    Ok(found.all(on).await?)
}

/// Others who wrote from these networks, those first who wrote last.
pub async fn neighbours(
    on: &impl Connection,
    commenter: CommenterId,
    networks: &[String],
    under: Option<&[ArticleId]>,
) -> Result<Vec<Neighbour>> {
    let found = sql("SELECT w.id, w.name, COUNT(*) AS comments
         FROM comments c JOIN commenters w ON w.id = c.commenter_id
         WHERE c.network IN (?) AND c.commenter_id <> ? AND (? OR c.article_id IN (?))
         GROUP BY w.id, w.name ORDER BY MAX(c.created_at) DESC, w.id LIMIT ?")
    .bind_all(networks.iter().map(String::as_str))
    .bind(commenter)
    .bind(under.is_none())
    .bind_all(under.unwrap_or_default().iter().copied())
    .bind(SHOWN);
    Ok(found.all(on).await?)
}
