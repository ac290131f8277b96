use std::sync::Arc;

use base::{Actor, JobId, PhotoId, Timestamp};
use bytes::Bytes;
use store::{Event, FileError, Files, Store, jobs, sql};
use tokio::sync::oneshot;

use super::add::insert_rendition;
use super::{Photo, by_ids, rendition_key};
use crate::{PublishError, Result};

/// What came of making renditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendered {
    /// All are there, and pages show them.
    All,
    /// A newer edition is wanted already.
    Superseded,
}

/// Makes all renditions of an edition that are not there yet, one after the other, and then has
/// pages show them. It can be ended at any moment and begun again.
pub async fn render(
    store: &Store,
    files: &Files,
    job: JobId,
    photo: PhotoId,
    edition: i64,
    now: impl Fn() -> Timestamp + Send,
) -> Result<Rendered> {
    let known =
        by_ids(store, &[photo]).await?.remove(&photo).ok_or(PublishError::NoSuchPhoto(photo))?;
    if known.edition != edition {
        finish(store, job, now()).await?;
        return Ok(Rendered::Superseded);
    }
    let original = match original(store, files, photo).await {
        Err(PublishError::Files(error @ FileError::Missing(_))) => {
            return give_up(store, job, photo, error.to_string(), now()).await;
        }
        other => other?,
    };
    let decoded = blocking(move || ::photo::Picture::decode(&original)).await?;
    let picture = match decoded {
        Ok(picture) => Arc::new(picture),
        Err(why) => return give_up(store, job, photo, why.to_string(), now()).await,
    };
    let (width, height) = picture.size();
    let done: Vec<String> =
        sql("SELECT name AS value FROM renditions WHERE photo_id = ? AND edition = ?")
            .bind(photo)
            .bind(edition)
            .values(store)
            .await?;
    for spec in ::photo::plan(width, height).into_iter().filter(|it| !done.contains(&it.name)) {
        let bytes = encode(&picture, &known, &spec).await?;
        let size = bytes.len();
        files.put(&rendition_key(photo, edition, &spec.name), bytes).await?;
        let mut tx = store.begin().await?;
        insert_rendition(&mut tx, photo, edition, &spec, size).await?;
        tx.commit().await?;
    }
    let mut tx = store.begin().await?;
    sql("UPDATE photos SET shown_edition = ?, failure = NULL WHERE id = ? AND shown_edition <= ?")
        .bind(edition)
        .bind(photo)
        .bind(edition)
        .run(&tx)
        .await?;
    jobs::finish(&mut tx, job, now()).await?;
    tx.append(&Actor::System, &Event::RenditionsMade { photo, edition }, now()).await?;
    tx.commit().await?;
    Ok(Rendered::All)
}

async fn original(store: &Store, files: &Files, photo: PhotoId) -> Result<Bytes> {
    let key: String = sql("SELECT original_key AS value FROM photos WHERE id = ?")
        .bind(photo)
        .value(store)
        .await?;
    Ok(files.get(&key).await?)
}

async fn encode(
    picture: &Arc<::photo::Picture>,
    known: &Photo,
    spec: &::photo::Spec,
) -> Result<Bytes> {
    let (picture, spec) = (Arc::clone(picture), spec.clone());
    let (metadata, focal) = (known.metadata(), known.focal());
    let encoded = blocking(move || picture.render(&spec, focal, &metadata)).await?;
    encoded.map(Bytes::from).map_err(|error| PublishError::PhotoRejected(error.to_string()))
}

/// Works in a thread of its own, which gives way to readers, meetings and the channel. One of a pool would
/// not do: only root could make it as urgent as before. A panic of a codec over one picture ends this
/// thread alone.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let broken = |why: &str| {
        PublishError::PhotoRejected(format!("The picture could not be worked on: {why}"))
    };
    let (tell, told) = oneshot::channel();
    let works = move || {
        gives_way();
        // Whoever asked may have gone with the whole program.
        let _ = tell.send(work());
    };
    let begun = std::thread::Builder::new().name("rendition".to_owned()).spawn(works);
    begun.map_err(|error| broken(&error.to_string()))?;
    told.await.map_err(|_| broken("a codec failed over it."))
}

/// On Linux a priority is a thread's; elsewhere it would be that of the whole program.
#[cfg(target_os = "linux")]
fn gives_way() {
    /// Others get three times as much.
    const NICENESS: i32 = 5;
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "A rendition is made as if it were urgent.");
    }
}

#[cfg(not(target_os = "linux"))]
fn gives_way() {}

async fn give_up(
    store: &Store,
    job: JobId,
    photo: PhotoId,
    why: String,
    now: Timestamp,
) -> Result<Rendered> {
    let mut tx = store.begin().await?;
    sql("UPDATE photos SET failure = ? WHERE id = ?").bind(why).bind(photo).run(&tx).await?;
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    Ok(Rendered::Superseded)
}

async fn finish(store: &Store, job: JobId, now: Timestamp) -> Result<()> {
    let mut tx = store.begin().await?;
    jobs::finish(&mut tx, job, now).await?;
    Ok(tx.commit().await?)
}
