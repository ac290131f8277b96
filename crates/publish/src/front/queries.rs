use base::ArticleId;
use store::{Connection, Result, sql};

use super::Place;

/// The articles at the top, in their order.
pub async fn places(on: &impl Connection) -> Result<Vec<ArticleId>> {
    sql("SELECT article_id AS value FROM front ORDER BY place").values(on).await
}

/// The articles at the top with the ends of their time there, in their order.
pub async fn arrangement(on: &impl Connection) -> Result<Vec<Place>> {
    sql("SELECT article_id AS article, until FROM front ORDER BY place").all(on).await
}
