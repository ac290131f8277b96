use base::ArticleId;
use store::{Connection, Result, sql};

/// The articles at the top, in their order.
pub async fn places(on: &impl Connection) -> Result<Vec<ArticleId>> {
    sql("SELECT article_id AS value FROM front ORDER BY place").values(on).await
}
