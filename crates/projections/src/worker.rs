//! Does the jobs that projections ask for.

use std::sync::Arc;
use std::time::Duration;

use base::Clock;
use publish::PublishError;
use store::jobs::Job;
use store::{Files, Store, StoreError, jobs};

use crate::renditions;

/// Between two looks when nothing is due and nobody calls.
const POLL: Duration = Duration::from_secs(1);

/// Does one job after the other, for as long as the future is polled.
pub async fn work(store: Store, files: Files, clock: Arc<dyn Clock>) {
    let mut woken = store.woken();
    loop {
        woken.borrow_and_update();
        match work_once(&store, &files, &clock).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!("Jobs cannot be taken: {error}"),
        }
        if let Ok(Err(_)) = tokio::time::timeout(POLL, woken.changed()).await {
            return;
        }
    }
}

/// Does one job, and says whether there was one.
pub async fn work_once(
    store: &Store,
    files: &Files,
    clock: &Arc<dyn Clock>,
) -> Result<bool, StoreError> {
    let Some(job) = jobs::lease(store, clock.now()).await? else { return Ok(false) };
    if let Err(error) = perform_alive(store, files, clock, &job).await {
        tracing::warn!("The job {} ({}) failed: {error}", job.id, job.kind);
        jobs::fail(store, &job, &error.to_string(), clock.now()).await?;
    }
    Ok(true)
}

/// Performs a job, and lets the other nodes hear of it for as long as that takes.
async fn perform_alive(
    store: &Store,
    files: &Files,
    clock: &Arc<dyn Clock>,
    job: &Job,
) -> Result<(), PublishError> {
    let performed = perform(store, files, clock, job);
    tokio::pin!(performed);
    loop {
        match tokio::time::timeout(jobs::RENEW_EVERY, &mut performed).await {
            Ok(done) => return done,
            Err(_) => jobs::renew(store, job.id, clock.now()).await?,
        }
    }
}

/// Every kind of job there is.
async fn perform(
    store: &Store,
    files: &Files,
    clock: &Arc<dyn Clock>,
    job: &Job,
) -> Result<(), PublishError> {
    match job.kind.as_str() {
        renditions::JOB => {
            let task: renditions::Task = read(job)?;
            publish::photo::render(store, files, job.id, task.photo, task.edition, || clock.now())
                .await?;
            Ok(())
        }
        other => Err(StoreError::Unreadable {
            what: "job",
            why: format!("this Tribune does not know the kind {other:?}"),
        }
        .into()),
    }
}

fn read<T: serde::de::DeserializeOwned>(job: &Job) -> Result<T, StoreError> {
    serde_json::from_str(&job.payload)
        .map_err(|error| StoreError::Unreadable { what: "job", why: error.to_string() })
}
