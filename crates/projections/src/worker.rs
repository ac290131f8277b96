//! Does the jobs that projections ask for.

use std::sync::Arc;
use std::time::Duration;

use base::Clock;
use publish::PublishError;
use store::jobs::Job;
use store::{Files, Store, StoreError, jobs};

use crate::renditions;

/// Every kind of job that is done here; mail has its own workers, see [`crate::mail`].
const KINDS: [&str; 1] = [renditions::JOB];
/// Between two looks when nothing is due and nobody calls.
pub(crate) const POLL: Duration = Duration::from_secs(1);

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
    let Some(job) = jobs::lease(store, &KINDS, clock.now()).await? else { return Ok(false) };
    let performed = perform(store, files, clock, &job);
    if let Err(error) = alive(store, clock, &job, performed).await {
        tracing::warn!("The job {} ({}) failed: {error}", job.id, job.kind);
        jobs::fail(store, &job, &error.to_string(), clock.now()).await?;
    }
    Ok(true)
}

/// Waits for a job to be done, and lets the other nodes hear of it for as long as that takes.
pub(crate) async fn alive<T, E: From<StoreError>>(
    store: &Store,
    clock: &Arc<dyn Clock>,
    job: &Job,
    performed: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::pin!(performed);
    loop {
        match tokio::time::timeout(jobs::RENEW_EVERY, &mut performed).await {
            Ok(done) => return done,
            Err(_) => jobs::renew(store, job.id, clock.now()).await?,
        }
    }
}

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

pub(crate) fn read<T: serde::de::DeserializeOwned>(job: &Job) -> Result<T, StoreError> {
    serde_json::from_str(&job.payload)
        .map_err(|error| StoreError::Unreadable { what: "job", why: error.to_string() })
}
