//! Files on their way in, in parts: what was kept of one is not sent again, whichever cable is
//! pulled.
//!
//! An upload becomes the photo of the same id, or it is forgotten with all that was kept of it. Its
//! row comes before any file and goes after the last, so that [`sweep_uploads`] finds whatever a
//! crash has left.

use std::collections::BTreeSet;
use std::time::Duration;

use accounts::policy::{self, Action};
use base::limits::{PHOTO_BYTES_MAX, UPLOAD_PART_BYTES_MIN};
use base::{Actor, PersonId, PhotoId, Timestamp};
use bytes::{Bytes, BytesMut};
use store::{Connection, Files, FromQueryResult, Store, Tx, sql};
use uuid::Uuid;

use super::add::{prepare_as, rejected};
use super::{DescribePhoto, add, by_ids};
use crate::{PublishError, Result};

/// An upload that nobody has added to for so long is forgotten.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// As many as one person may have under way.
const UNDER_WAY_MAX: i64 = 200;
const NAME_CHARS_MAX: usize = 255;

/// A file that is to be uploaded.
#[derive(Clone, Debug)]
pub struct BeginUpload {
    /// What the browser calls it.
    pub name: String,
    /// When it was last changed, as the browser counts.
    pub modified: i64,
    /// How large it is.
    pub bytes: u64,
}

/// A file on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Upload {
    /// What the photo will be called.
    pub id: PhotoId,
    /// How large the file is.
    pub bytes: i64,
    /// How much of it is kept.
    pub received: i64,
}

/// Begins an upload, or goes on with one of the same file.
pub async fn begin_upload(
    tx: &mut Tx,
    actor: &Actor,
    what: BeginUpload,
    now: Timestamp,
) -> Result<Upload> {
    let person = uploader(actor)?;
    let bytes = usize::try_from(what.bytes).unwrap_or(usize::MAX);
    if bytes == 0 {
        return Err(rejected(::photo::Rejected::Empty));
    }
    if bytes > PHOTO_BYTES_MAX {
        return Err(rejected(::photo::Rejected::TooManyBytes { bytes }));
    }
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    let name: String = what.name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    let known: Option<Upload> = sql("SELECT id, bytes, received FROM uploads
         WHERE person_id = ? AND name = ? AND modified = ? AND bytes = ?")
    .bind(person)
    .bind(name.clone())
    .bind(what.modified)
    .bind(bytes)
    .one(tx)
    .await?;
    if let Some(known) = known {
        touch(tx, known.id, now).await?;
        return Ok(known);
    }
    let under_way: i64 = sql("SELECT COUNT(*) AS value FROM uploads WHERE person_id = ?")
        .bind(person)
        .value(tx)
        .await?;
    if under_way >= UNDER_WAY_MAX {
        return Err(PublishError::Conflict(format!(
            "{UNDER_WAY_MAX} of your uploads have yet to be finished. Finish or cancel some; what \
             is left alone for a day is forgotten."
        )));
    }
    let id: PhotoId = tx.new_id(now);
    sql("INSERT INTO uploads (id, person_id, name, modified, bytes, received, touched_at)
         VALUES (?, ?, ?, ?, ?, 0, ?)")
    .bind(id)
    .bind(person)
    .bind(name)
    .bind(what.modified)
    .bind(bytes)
    .bind(now)
    .run(tx)
    .await?;
    Ok(Upload { id, bytes, received: 0 })
}

/// An upload of one's own.
pub async fn upload(on: &impl Connection, actor: &Actor, id: PhotoId) -> Result<Upload> {
    let person = uploader(actor)?;
    sql("SELECT id, bytes, received FROM uploads WHERE id = ? AND person_id = ?")
        .bind(id)
        .bind(person)
        .one(on)
        .await?
        .ok_or(PublishError::NoSuchUpload)
}

/// Keeps the next part of an upload, which begins at `start`.
pub async fn append_part(
    store: &Store,
    files: &Files,
    actor: &Actor,
    id: PhotoId,
    start: i64,
    part: Bytes,
    now: Timestamp,
) -> Result<Upload> {
    let known = upload(store, actor, id).await?;
    check_next(&known, start)?;
    let size = i64::try_from(part.len()).unwrap_or(i64::MAX);
    let received = start.saturating_add(size);
    if received > known.bytes {
        return Err(PublishError::Invalid(format!(
            "The file was said to have {} bytes, and more was sent. Begin anew.",
            known.bytes
        )));
    }
    if part.len() < UPLOAD_PART_BYTES_MIN && received < known.bytes {
        return Err(PublishError::Invalid(format!(
            "A part that is not the last has at least {UPLOAD_PART_BYTES_MIN} bytes."
        )));
    }
    // Each attempt has a file of its own: of two that are sent at once, one is kept.
    let attempt: PhotoId = store.new_id(now);
    let key = format!("{FOLDER}/{id}.{attempt}");
    files.put(&key, part).await?;
    let kept = keep_part(store, &known, start, received, &key, now).await;
    if kept.is_err() {
        forget_files(files, &[key]).await;
    }
    kept
}

async fn keep_part(
    store: &Store,
    known: &Upload,
    start: i64,
    received: i64,
    key: &str,
    now: Timestamp,
) -> Result<Upload> {
    let tx = store.begin().await?;
    let changed =
        sql("UPDATE uploads SET received = ?, touched_at = ? WHERE id = ? AND received = ?")
            .bind(received)
            .bind(now)
            .bind(known.id)
            .bind(start)
            .run(&tx)
            .await?;
    if changed == 0 {
        return Err(PublishError::Conflict(
            "This part was kept already. Ask where the next one begins.".into(),
        ));
    }
    sql("INSERT INTO upload_parts (upload_id, start, file_key) VALUES (?, ?, ?)")
        .bind(known.id)
        .bind(start)
        .bind(key)
        .run(&tx)
        .await?;
    tx.commit().await?;
    Ok(Upload { received, ..*known })
}

fn check_next(known: &Upload, start: i64) -> Result<()> {
    if start == known.received {
        return Ok(());
    }
    Err(PublishError::Conflict(format!(
        "The next part of this file begins at {}, not at {start}.",
        known.received
    )))
}

/// Makes a photo of an upload that is whole. One that is no photo is forgotten.
pub async fn finish_upload(
    store: &Store,
    files: &Files,
    actor: &Actor,
    id: PhotoId,
    now: Timestamp,
) -> Result<PhotoId> {
    let known = upload(store, actor, id).await?;
    if known.received < known.bytes {
        return Err(PublishError::Conflict(format!(
            "Of this file {} of {} bytes are here. Send the rest.",
            known.received, known.bytes
        )));
    }
    let mut tx = store.begin().await?;
    touch(&mut tx, id, now).await?;
    tx.commit().await?;
    let mut whole = BytesMut::new();
    for key in keys(store, id).await? {
        whole.extend_from_slice(&files.get(&key).await?);
    }
    become_photo(store, files, actor, id, whole.freeze(), now).await
}

/// Takes a file that was sent whole.
pub async fn take_whole(
    store: &Store,
    files: &Files,
    actor: &Actor,
    name: &str,
    bytes: Bytes,
    now: Timestamp,
) -> Result<PhotoId> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let what = BeginUpload { name: name.to_owned(), modified: 0, bytes: size };
    let mut tx = store.begin().await?;
    let upload = begin_upload(&mut tx, actor, what, now).await?;
    tx.commit().await?;
    become_photo(store, files, actor, upload.id, bytes, now).await
}

async fn become_photo(
    store: &Store,
    files: &Files,
    actor: &Actor,
    id: PhotoId,
    bytes: Bytes,
    now: Timestamp,
) -> Result<PhotoId> {
    let prepared = match prepare_as(store, files, actor, bytes, id).await {
        Ok(prepared) => prepared,
        Err(why @ PublishError::PhotoRejected(_)) => {
            forget(store, files, id).await?;
            return Err(why);
        }
        Err(error) => return Err(error),
    };
    let mut tx = store.begin().await?;
    let parts = keys(&tx, id).await?;
    let photo = add(&mut tx, actor, &prepared, DescribePhoto::default(), now).await?;
    // Fails when it was cancelled meanwhile: then nothing is added.
    forget_rows(&mut tx, uploader(actor)?, id).await?;
    tx.commit().await?;
    forget_files(files, &parts).await;
    if photo != id {
        // The same file had become a photo before.
        prepared.discard(files).await;
    }
    Ok(photo)
}

/// Forgets an upload of one's own.
pub async fn cancel_upload(store: &Store, files: &Files, actor: &Actor, id: PhotoId) -> Result<()> {
    upload(store, actor, id).await?;
    forget(store, files, id).await
}

/// Forgets every upload that was left alone, and whatever a crash has left of one; says how many
/// there were. Every node may do this at any time.
pub async fn sweep_uploads(store: &Store, files: &Files, now: Timestamp) -> Result<usize> {
    let kept = i64::try_from(KEPT.as_micros()).unwrap_or(i64::MAX);
    let until = Timestamp::from_micros(now.as_micros().saturating_sub(kept));
    let expired: Vec<PhotoId> = sql("SELECT id AS value FROM uploads WHERE touched_at < ?")
        .bind(until)
        .values(store)
        .await?;
    for id in &expired {
        forget(store, files, *id).await?;
    }
    let left: Vec<String> = files.keys_under(FOLDER).await?;
    let known: Vec<PhotoId> = sql("SELECT id AS value FROM uploads").values(store).await?;
    let known: BTreeSet<String> = known.iter().map(PhotoId::to_string).collect();
    let is_known = |key: &String| {
        let name = key.rsplit('/').next().unwrap_or_default();
        name.split('.').next().is_some_and(|id| known.contains(id))
    };
    let orphans: Vec<String> = left.into_iter().filter(|key| !is_known(key)).collect();
    forget_files(files, &orphans).await;
    Ok(expired.len())
}

/// Forgets an upload with its parts, and with what was kept of the photo that it was to become.
///
/// It is taken from its owner first, so that nobody makes a photo of it meanwhile; its row goes last.
async fn forget(store: &Store, files: &Files, id: PhotoId) -> Result<()> {
    let tx = store.begin().await?;
    let taken = sql("UPDATE uploads SET person_id = ?, name = ?, touched_at = 0 WHERE id = ?")
        .bind(NOBODY)
        .bind(id.to_string())
        .bind(id)
        .run(&tx)
        .await?;
    if taken == 0 {
        return Err(PublishError::NoSuchUpload);
    }
    tx.commit().await?;
    let mut left = keys(store, id).await?;
    if !by_ids(store, &[id]).await?.contains_key(&id) {
        left.extend(files.keys_under(&format!("photos/{id}")).await?);
    }
    forget_files(files, &left).await;
    let mut tx = store.begin().await?;
    forget_rows(&mut tx, NOBODY, id).await?;
    Ok(tx.commit().await?)
}

async fn forget_rows(tx: &mut Tx, owner: PersonId, id: PhotoId) -> Result<()> {
    let owned = sql("SELECT COUNT(*) AS value FROM uploads WHERE id = ? AND person_id = ?");
    if owned.bind(id).bind(owner).value::<i64>(tx).await? == 0 {
        return Err(PublishError::NoSuchUpload);
    }
    sql("DELETE FROM upload_parts WHERE upload_id = ?").bind(id).run(tx).await?;
    sql("DELETE FROM uploads WHERE id = ?").bind(id).run(tx).await?;
    Ok(())
}

/// Whose an upload is that is being forgotten.
const NOBODY: PersonId = PersonId(Uuid::nil());

/// What cannot be deleted now is found by a later sweep.
async fn forget_files(files: &Files, keys: &[String]) {
    for key in keys {
        if let Err(error) = files.delete(key).await {
            tracing::warn!("A part of an upload is left at {key}: {error}");
        }
    }
}

async fn keys(on: &impl Connection, id: PhotoId) -> Result<Vec<String>> {
    let keys = sql("SELECT file_key AS value FROM upload_parts WHERE upload_id = ? ORDER BY start");
    Ok(keys.bind(id).values(on).await?)
}

async fn touch(tx: &mut Tx, id: PhotoId, now: Timestamp) -> Result<()> {
    sql("UPDATE uploads SET touched_at = ? WHERE id = ?").bind(now).bind(id).run(tx).await?;
    Ok(())
}

fn uploader(actor: &Actor) -> Result<PersonId> {
    policy::check_anywhere(actor, Action::KeepPhotos)?;
    actor.person().ok_or(PublishError::NoSuchUpload)
}

const FOLDER: &str = "uploads";
