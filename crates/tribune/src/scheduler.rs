//! What happens by the clock: publishes what is scheduled and takes from the top of the front page
//! what was to stay there until now, at its time and never before; and forgets uploads that were left
//! alone, and recordings that were deleted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base::{Clock, DueClock, Timestamp};
use broadcast::recording;
use publish::PublishError;
use publish::article::{next_due, release_due};
use publish::front;
use publish::photo::sweep_uploads;
use store::{Files, Store};

use crate::node::Failure;

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

/// Between two looks for uploads that were left alone.
const SWEEP: Duration = Duration::from_secs(60 * 60);

/// Forgets uploads that were left alone, for as long as the future is polled.
pub(crate) async fn sweep(store: Store, files: Files, clock: Arc<dyn Clock>) {
    loop {
        match sweep_uploads(&store, &files, clock.now()).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!("Forgot {swept} upload(s) that nobody had finished."),
            Err(error) => tracing::warn!("Uploads that were left alone are still kept: {error}"),
        }
        if let Err(error) = forget_networks(&store, clock.now()).await {
            tracing::warn!("Where old comments came from is still kept: {error}");
        }
        if let Err(error) = forget_viewers(&store, clock.now()).await {
            tracing::warn!("Old counts of viewers are still kept: {error}");
        }
        tokio::time::sleep(SWEEP).await;
    }
}

/// Between two looks for recordings that were deleted, when nothing calls.
const TAKE_AWAY: Duration = Duration::from_secs(60);

/// Takes the files of deleted recordings away, for as long as the future is polled.
pub(crate) async fn take_away(store: Store, files: Files) {
    let mut woken = store.woken();
    loop {
        woken.borrow_and_update();
        if let Err(error) = take_away_once(&store, &files).await {
            tracing::warn!("Files of deleted recordings are still kept: {error}");
        }
        if let Ok(Err(_)) = tokio::time::timeout(TAKE_AWAY, woken.changed()).await {
            return;
        }
    }
}

async fn take_away_once(store: &Store, files: &Files) -> Result<(), Failure> {
    for id in recording::deleted(store).await? {
        for key in files.keys_under(&recording::folder(id)).await? {
            files.delete(&key).await?;
        }
        let mut tx = store.begin().await?;
        recording::forget(&mut tx, id).await?;
        tx.commit().await?;
        tracing::info!("A deleted recording is gone, with its files.");
    }
    Ok(())
}

async fn forget_viewers(store: &Store, now: Timestamp) -> broadcast::Result<()> {
    let mut tx = store.begin().await?;
    broadcast::viewers::forget(&mut tx, now).await?;
    Ok(tx.commit().await?)
}

/// Forgets where comments came from, and what else of discussions is kept for a time only.
async fn forget_networks(store: &Store, now: Timestamp) -> discuss::Result<()> {
    let mut tx = store.begin().await?;
    discuss::queue::forget_networks(&mut tx, now.minus(discuss::network::KEPT)).await?;
    discuss::queue::forget_passing(&mut tx, now).await?;
    Ok(tx.commit().await?)
}

/// Publishes what is due now, and says when the next article is.
async fn release_once(
    store: &Store,
    clock: &dyn Clock,
    due: &mut DueClock,
) -> Result<Option<Timestamp>, PublishError> {
    let mut until = due.due(clock.now(), Instant::now());
    let Some(next) = when_due(store).await? else { return Ok(None) };
    if next > until {
        return Ok(Some(next));
    }
    // Nodes share a database, and so its clock: one whose own runs ahead must not be early.
    if let Some(there) = store.database_time().await? {
        until = until.min(there);
    }
    let mut tx = store.begin().await?;
    let released = release_due(&mut tx, until, clock.now()).await?;
    front::release_due(&mut tx, until, clock.now()).await?;
    tx.commit().await?;
    if released > 0 {
        tracing::info!("Published {released} scheduled article(s).");
    }
    when_due(store).await
}

/// When anything is due next.
async fn when_due(store: &Store) -> Result<Option<Timestamp>, PublishError> {
    let both = [next_due(store).await?, front::next_due(store).await?];
    Ok(both.into_iter().flatten().min())
}
