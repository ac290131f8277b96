//! One command's transaction, from the request to the moment when readers see what it changed.

use std::time::Duration;

use base::{ArticleId, Timestamp};
use publish::article;
use store::{Tx, events};

use super::Answer;
use super::problem::Problem;
use crate::app::App;

/// A change under way, and the instant that it bears.
pub(super) struct Change {
    pub(super) tx: Tx,
    pub(super) now: Timestamp,
}

/// For how long an answer waits until this node's pages show what was changed. The change is true
/// by then, whatever holds the pages up.
const SHOWN_WITHIN: Duration = Duration::from_secs(5);

impl Change {
    pub(super) async fn begin(app: &App) -> Answer<Self> {
        Ok(Self { tx: app.store().begin().await?, now: app.now() })
    }

    /// A change of the article that the address names.
    pub(super) async fn of_article(app: &App, id: ArticleId) -> Answer<(Self, article::Article)> {
        let change = Self::begin(app).await?;
        let article = known_article(&change.tx, id).await?;
        Ok((change, article))
    }

    /// Makes it true, and waits until whoever is told so can see it.
    pub(super) async fn commit(self, app: &App) -> Answer<()> {
        self.tx.commit().await?;
        let position = events::head(app.store()).await?;
        if tokio::time::timeout(SHOWN_WITHIN, app.shown(position)).await.is_err() {
            tracing::warn!("Pages do not show the event at {position} yet; answering all the same");
        }
        Ok(())
    }
}

/// The article that the address names.
pub(super) async fn known_article(
    on: &impl store::Connection,
    id: ArticleId,
) -> Answer<article::Article> {
    article::by_id(on, id)
        .await?
        .ok_or_else(|| Problem::not_found(format!("There is no article {id}.")))
}
