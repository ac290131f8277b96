//! Keeping the numbers of a discussion true.

use base::{ArticleId, CommentId};
use store::{Tx, sql};
use uuid::Uuid;

use super::{Comment, State};
use crate::Result;

/// How many digits of a path name one comment.
const DIGITS: usize = 32;

/// Where a comment of this id stands below the path of another.
pub(super) fn path(above: &str, id: CommentId) -> String {
    format!("{above}{}", id.0.simple())
}

/// The path without its last comment.
pub(super) fn above(path: &str) -> &str {
    &path[..path.len().saturating_sub(DIGITS)]
}

/// Those whom a path names, from the outside in.
pub(super) fn named(path: &str) -> Vec<CommentId> {
    let ids = path.as_bytes().chunks(DIGITS).filter_map(|id| Uuid::try_parse_ascii(id).ok());
    ids.map(CommentId).collect()
}

/// Moves a comment to another state, and counts it where it counts.
pub(super) async fn become_state(tx: &mut Tx, comment: &Comment, state: State) -> Result<()> {
    sql("UPDATE comments SET state = ? WHERE id = ?")
        .bind(state.name())
        .bind(comment.id)
        .run(tx)
        .await?;
    let shown = |state| i64::from(state == State::Shown);
    count(tx, comment.article, &comment.path, shown(state) - shown(comment.state)).await
}

/// Counts one comment more or less, in its story and in those above it.
pub(super) async fn count(tx: &mut Tx, article: ArticleId, path: &str, by: i64) -> Result<()> {
    if by == 0 {
        return Ok(());
    }
    sql("INSERT INTO discussions (article_id, shown) VALUES (?, ?)
         ON CONFLICT (article_id) DO UPDATE SET shown = discussions.shown + excluded.shown")
    .bind(article)
    .bind(by)
    .run(tx)
    .await?;
    let above = named(above(path));
    if !above.is_empty() {
        sql("UPDATE comments SET replies = replies + ? WHERE id IN (?)")
            .bind(by)
            .bind_all(above)
            .run(tx)
            .await?;
    }
    Ok(())
}
