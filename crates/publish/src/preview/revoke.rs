use accounts::policy::Action;
use base::{Actor, ArticleId, PreviewId, Timestamp};
use store::{Event, Tx, sql};

use crate::article::allowed;
use crate::{PublishError, Result};

/// Ends a link of an article at once.
pub async fn revoke(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    preview: PreviewId,
    now: Timestamp,
) -> Result<()> {
    allowed(tx, actor, Action::WriteArticle, article).await?;
    let changed = sql("UPDATE previews SET revoked_at = ?
         WHERE id = ? AND article_id = ? AND revoked_at IS NULL")
    .bind(now)
    .bind(preview)
    .bind(article)
    .run(tx)
    .await?;
    if changed == 0 {
        return Err(PublishError::Conflict("This preview link has ended already.".into()));
    }
    tx.append(actor, &Event::PreviewRevoked { article, preview }, now).await?;
    Ok(())
}
