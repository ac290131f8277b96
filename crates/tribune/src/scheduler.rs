//! Publishes what is scheduled, at its time and never before.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base::{Clock, DueClock, Timestamp};
use publish::PublishError;
use publish::article::{next_due, release_due};
use store::Store;

/// Between two looks when nothing calls: what another program scheduled is seen by then.
const LOOK: Duration = Duration::from_secs(1);

/// Publishes what is due, for as long as the future is polled. Every node does this; what one has
/// published is due no more.
pub(crate) async fn release(store: Store, clock: Arc<dyn Clock>) {
    let mut due = DueClock::start(clock.now(), Instant::now());
    let mut woken = store.woken();
    loop {
        woken.borrow_and_update();
        let wait = match release_once(&store, clock.as_ref(), &mut due).await {
            Ok(Some(next)) => next.since(clock.now()).clamp(Duration::from_millis(5), LOOK),
            Ok(None) => LOOK,
            Err(error) => {
                tracing::error!("What is scheduled cannot be published: {error}");
                LOOK
            }
        };
        if let Ok(Err(_)) = tokio::time::timeout(wait, woken.changed()).await {
            return;
        }
    }
}

/// Publishes what is due now, and says when the next article is.
async fn release_once(
    store: &Store,
    clock: &dyn Clock,
    due: &mut DueClock,
) -> Result<Option<Timestamp>, PublishError> {
    let mut until = due.due(clock.now(), Instant::now());
    let Some(next) = next_due(store).await? else { return Ok(None) };
    if next > until {
        return Ok(Some(next));
    }
    // Nodes share a database, and so its clock: one whose own runs ahead must not be early.
    if let Some(there) = store.database_time().await? {
        until = until.min(there);
    }
    let mut tx = store.begin().await?;
    let released = release_due(&mut tx, until, clock.now()).await?;
    tx.commit().await?;
    if released > 0 {
        tracing::info!("Published {released} scheduled article(s).");
    }
    next_due(store).await
}
