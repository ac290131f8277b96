//! Has renditions made whenever a photo is added or described anew.

use async_trait::async_trait;
use base::PhotoId;
use serde::{Deserialize, Serialize};
use store::events::{Batch, Projection};
use store::{Event, Position, Store, jobs, sql};

/// The jobs that this projection asks for.
pub(crate) const JOB: &str = "renditions";
const NAME: &str = "renditions";

/// What such a job is to do.
#[derive(Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) photo: PhotoId,
    pub(crate) edition: i64,
}

/// Asks for renditions.
#[derive(Debug, Default)]
pub struct AskForRenditions;

#[async_trait]
impl Projection for AskForRenditions {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::PhotoAdded { .. } | Event::PhotoDescribed { .. })
    }

    async fn cursor(&mut self, store: &Store) -> store::Result<Position> {
        store.cursor(NAME).await
    }

    async fn apply(&mut self, store: &Store, batch: Batch) -> store::Result<()> {
        let mut tx = store.begin().await?;
        let done = tx.cursor(NAME).await?;
        for recorded in batch.events.iter().filter(|it| it.position > done) {
            let (Event::PhotoAdded { photo, edition } | Event::PhotoDescribed { photo, edition }) =
                recorded.event
            else {
                continue;
            };
            let task = serde_json::json!(Task { photo, edition }).to_string();
            let key = format!("{JOB}/{photo}/{edition}");
            jobs::enqueue(&mut tx, JOB, &key, &task, recorded.at).await?;
        }
        tx.set_cursor(NAME, batch.through.max(done)).await?;
        tx.commit().await
    }

    async fn reset(&mut self, store: &Store) -> store::Result<()> {
        let mut tx = store.begin().await?;
        sql("DELETE FROM jobs WHERE kind = ?").bind(JOB).run(&tx).await?;
        tx.set_cursor(NAME, 0).await?;
        tx.commit().await
    }
}
