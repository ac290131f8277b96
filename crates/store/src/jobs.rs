//! Work for later: done at least once by some node, with its effect named so that it counts once.

use std::time::Duration;

use base::{JobId, Timestamp};
use sea_orm::FromQueryResult;

use crate::{Result, Store, Tx, sql};

/// How long a node is believed to be alive after it was heard of last.
const LEASE: Duration = Duration::from_secs(20);
/// How often a node that works on a job must be heard of.
pub const RENEW_EVERY: Duration = Duration::from_secs(5);
/// After so many beginnings nobody tries again. They are many, because a node that is killed over
/// and over begins its job each time; the growing pauses keep a job that fails by itself from
/// being a burden.
pub const ATTEMPTS_MAX: i64 = 64;

/// A job that this node has leased.
#[derive(Debug, FromQueryResult)]
pub struct Job {
    /// Names the job.
    pub id: JobId,
    /// Who is to do it.
    pub kind: String,
    /// What is to be done, as its kind understands it.
    pub payload: String,
    /// How often it was begun, this time included.
    pub attempts: i64,
}

/// Asks for `payload` to be done by whoever does `kind`, at `run_at` or later. Asking again with
/// the same `idempotency_key` changes nothing.
pub async fn enqueue(
    tx: &mut Tx,
    kind: &str,
    idempotency_key: &str,
    payload: &str,
    run_at: Timestamp,
) -> Result<()> {
    sql("INSERT INTO jobs (id, kind, idempotency_key, payload, run_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (idempotency_key) DO NOTHING")
    .bind(tx.new_id::<JobId>(run_at))
    .bind(kind)
    .bind(idempotency_key)
    .bind(payload)
    .bind(run_at)
    .run(tx)
    .await?;
    Ok(())
}

/// Leases the job of these kinds that has waited longest, if any is due.
pub async fn lease(store: &Store, kinds: &[&str], now: Timestamp) -> Result<Option<Job>> {
    let due: Option<JobId> = next(store, kinds, now).await?;
    if due.is_none() {
        return Ok(None);
    }
    let tx = store.begin().await?;
    let job = sql("UPDATE jobs SET lease_until = ?, attempts = attempts + 1
         WHERE id = (SELECT id FROM jobs WHERE kind IN (?) AND finished_at IS NULL
                     AND attempts < ? AND run_at <= ? AND (lease_until IS NULL OR lease_until <= ?)
                     ORDER BY run_at, id LIMIT 1)
         RETURNING id, kind, payload, attempts")
    .bind(now.plus(LEASE))
    .bind_all(kinds.iter().copied())
    .bind(ATTEMPTS_MAX)
    .bind(now)
    .bind(now)
    .one(&tx)
    .await?;
    tx.commit().await?;
    Ok(job)
}

/// Looks without a lock, so that an idle node never blocks a writer.
async fn next(store: &Store, kinds: &[&str], now: Timestamp) -> Result<Option<JobId>> {
    sql("SELECT id AS value FROM jobs WHERE kind IN (?) AND finished_at IS NULL AND attempts < ?
         AND run_at <= ? AND (lease_until IS NULL OR lease_until <= ?)
         ORDER BY run_at, id LIMIT 1")
    .bind_all(kinds.iter().copied())
    .bind(ATTEMPTS_MAX)
    .bind(now)
    .bind(now)
    .optional(store)
    .await
}

/// Says that this node is still at work on the job.
pub async fn renew(store: &Store, job: JobId, now: Timestamp) -> Result<()> {
    let tx = store.begin().await?;
    sql("UPDATE jobs SET lease_until = ? WHERE id = ? AND finished_at IS NULL")
        .bind(now.plus(LEASE))
        .bind(job)
        .run(&tx)
        .await?;
    tx.commit().await
}

/// Marks the job as done, in the transaction of its effect.
pub async fn finish(tx: &mut Tx, job: JobId, now: Timestamp) -> Result<()> {
    sql("UPDATE jobs SET finished_at = ?, lease_until = NULL, last_error = NULL WHERE id = ?")
        .bind(now)
        .bind(job)
        .run(tx)
        .await?;
    Ok(())
}

/// The same for a job whose payload is nobody's business any more.
pub async fn finish_and_forget(tx: &mut Tx, job: JobId, now: Timestamp) -> Result<()> {
    finish(tx, job, now).await?;
    sql("UPDATE jobs SET payload = '' WHERE id = ?").bind(job).run(tx).await?;
    Ok(())
}

/// Gives the job back after a failure, to be tried again after a pause that doubles each time.
pub async fn fail(store: &Store, job: &Job, why: &str, now: Timestamp) -> Result<()> {
    let pause = Duration::from_secs(1 << job.attempts.clamp(0, 12));
    let tx = store.begin().await?;
    sql("UPDATE jobs SET lease_until = NULL, run_at = ?, last_error = ? WHERE id = ?")
        .bind(now.plus(pause))
        .bind(why)
        .bind(job.id)
        .run(&tx)
        .await?;
    tx.commit().await
}

/// How many jobs are neither done nor given up.
pub async fn waiting(store: &Store) -> Result<i64> {
    sql("SELECT COUNT(*) AS value FROM jobs WHERE finished_at IS NULL AND attempts < ?")
        .bind(ATTEMPTS_MAX)
        .value(store)
        .await
}
