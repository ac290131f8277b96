use accounts::policy::{self, Action};
use base::{Actor, Day, PhotoId, Timestamp};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use store::{Event, Files, Store, Tx, sql};

use super::{DescribePhoto, by_ids, describe, rendition_key};
use crate::{PublishError, Result};

/// An upload that was found to be a photo. Its files are kept, and no reader can reach them: drop
/// it with [`Prepared::discard`] when it is not added after all.
#[derive(Debug)]
pub struct Prepared {
    id: PhotoId,
    content_hash: String,
    original_key: String,
    bytes: usize,
    inspected: ::photo::Inspected,
    first: Option<FirstRendition>,
}

/// Made before anything else, so that a page is right before all renditions are.
#[derive(Debug)]
struct FirstRendition {
    spec: ::photo::Spec,
    bytes: usize,
}

/// Looks at an upload, refuses what is no photo, and keeps its files. A file that is known already
/// becomes the photo that it is.
pub async fn prepare(
    store: &Store,
    files: &Files,
    actor: &Actor,
    bytes: Bytes,
    now: Timestamp,
) -> Result<Prepared> {
    prepare_as(store, files, actor, bytes, store.new_id(now)).await
}

/// The same, of a file that becomes the photo of this id when it is not known already.
pub(super) async fn prepare_as(
    store: &Store,
    files: &Files,
    actor: &Actor,
    bytes: Bytes,
    id: PhotoId,
) -> Result<Prepared> {
    policy::check_anywhere(actor, Action::KeepPhotos)?;
    let content_hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    let inspected = ::photo::inspect(&bytes).map_err(rejected)?;
    let size = bytes.len();
    let known: Option<PhotoId> = known(store, &content_hash).await?;
    let id = known.unwrap_or(id);
    let original_key = format!("photos/{id}/original.{}", inspected.format.extension());
    let mut prepared =
        Prepared { id, content_hash, original_key, bytes: size, inspected, first: None };
    if known.is_some() {
        return Ok(prepared);
    }
    let pixels = bytes.clone();
    let (spec, rendition) =
        tokio::task::spawn_blocking(move || first_rendition(&pixels)).await.map_err(|_| {
            PublishError::PhotoRejected("The picture could not be decoded.".into())
        })??;
    prepared.first = Some(FirstRendition { bytes: rendition.len(), spec: spec.clone() });
    let key = rendition_key(id, 1, &spec.name);
    let kept = match files.put(&prepared.original_key, bytes).await {
        Ok(()) => files.put(&key, rendition.into()).await,
        Err(error) => Err(error),
    };
    if let Err(error) = kept {
        prepared.discard(files).await;
        return Err(error.into());
    }
    Ok(prepared)
}

impl Prepared {
    /// What the photo is or will be called.
    pub(crate) fn id(&self) -> PhotoId {
        self.id
    }

    /// Whether the same file was not known when it was looked at.
    pub(crate) fn is_new(&self) -> bool {
        self.first.is_some()
    }

    /// What the upload itself says of the photo.
    pub fn metadata(&self) -> &::photo::Metadata {
        &self.inspected.metadata
    }

    /// Forgets the files of an upload after its change failed, unless the photo is on the record
    /// nevertheless: a commit can succeed and its answer be lost.
    pub async fn discard_unless_kept(&self, store: &Store, files: &Files) {
        match self.is_kept(store).await {
            Ok(true) => {}
            Ok(false) => self.discard(files).await,
            Err(error) => {
                tracing::warn!("The files of the photo {} stay, used or not: {error}", self.id);
            }
        }
    }

    async fn is_kept(&self, store: &Store) -> Result<bool> {
        // A change begins only when the one before it has ended, whichever way.
        let tx = store.begin().await?;
        Ok(by_ids(&tx, &[self.id]).await?.contains_key(&self.id))
    }

    /// Forgets the files of an upload that was not added.
    pub async fn discard(&self, files: &Files) {
        let Some(first) = &self.first else { return };
        for key in [&self.original_key, &rendition_key(self.id, 1, &first.spec.name)] {
            if let Err(error) = files.delete(key).await {
                tracing::warn!("A file of a discarded upload is left at {key}: {error}");
            }
        }
    }
}

/// Adds a photo that was prepared. What `words` leaves out is taken from the file itself.
pub async fn add(
    tx: &mut Tx,
    actor: &Actor,
    prepared: &Prepared,
    words: DescribePhoto,
    now: Timestamp,
) -> Result<PhotoId> {
    policy::check_anywhere(actor, Action::KeepPhotos)?;
    let (Some(first), None) = (&prepared.first, known(tx, &prepared.content_hash).await?) else {
        return known(tx, &prepared.content_hash)
            .await?
            .ok_or_else(|| PublishError::NoSuchPhoto(prepared.id));
    };
    let photo = prepared.id;
    let own = &prepared.inspected.metadata;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let focal = ::photo::Focal::default();
    sql("INSERT INTO photos
           (id, content_hash, original_key, format, bytes, width, height, caption, credit, alt,
            creator, copyright, rights, usable_until, rights_url, licensor_url, digital_source_type, focal_x, focal_y,
            edition, shown_edition, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1, ?)")
    .bind(photo)
    .bind(prepared.content_hash.clone())
    .bind(prepared.original_key.clone())
    .bind(prepared.inspected.format.media_type())
    .bind(whole(prepared.bytes))
    .bind(i64::from(prepared.inspected.width))
    .bind(i64::from(prepared.inspected.height))
    .bind(text(&own.caption))
    .bind(own.credit.clone().or_else(|| own.creator.clone()).unwrap_or_default())
    .bind(text(&own.alt))
    .bind(text(&own.creator))
    .bind(text(&own.copyright))
    .bind(text(&own.terms))
    .bind(own.usable_until.as_deref().and_then(|day| day.parse::<Day>().ok()))
    .bind(own.rights_url.clone())
    .bind(own.licensor_url.clone())
    .bind(own.digital_source_type.clone())
    .bind(i64::from(focal.x))
    .bind(i64::from(focal.y))
    .bind(now)
    .run(tx)
    .await?;
    insert_rendition(tx, photo, 1, &first.spec, first.bytes).await?;
    // The first rendition carries what the file says of itself. Where the words say otherwise, the
    // next edition will carry them, and this one is shown until then.
    let mut edition = 1;
    if describe::write(tx, photo, words).await?.is_shown() {
        edition = 2;
        sql("UPDATE photos SET edition = ? WHERE id = ?").bind(edition).bind(photo).run(tx).await?;
    }
    tx.append(actor, &Event::PhotoAdded { photo, edition }, now).await?;
    Ok(photo)
}

pub(super) async fn insert_rendition(
    tx: &mut Tx,
    photo: PhotoId,
    edition: i64,
    spec: &::photo::Spec,
    bytes: usize,
) -> Result<()> {
    sql("INSERT INTO renditions (photo_id, edition, name, media_type, width, height, bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (photo_id, edition, name) DO NOTHING")
    .bind(photo)
    .bind(edition)
    .bind(spec.name.clone())
    .bind(spec.encoding.media_type())
    .bind(i64::from(spec.width))
    .bind(i64::from(spec.height))
    .bind(whole(bytes))
    .run(tx)
    .await?;
    Ok(())
}

/// The JPEG that is wide enough for a column, and that every browser reads.
fn first_rendition(bytes: &[u8]) -> Result<(::photo::Spec, Vec<u8>)> {
    let picture = ::photo::Picture::decode(bytes).map_err(rejected)?;
    let (width, height) = picture.size();
    let mut jpegs: Vec<_> = ::photo::plan(width, height)
        .into_iter()
        .filter(|spec| spec.encoding == ::photo::Encoding::Jpeg && spec.crop.is_none())
        .collect();
    jpegs.sort_by_key(|spec| spec.width.abs_diff(960));
    let spec = jpegs.into_iter().next().ok_or_else(|| {
        PublishError::PhotoRejected("The picture has no size that a page could show.".into())
    })?;
    let metadata = ::photo::inspect(bytes).map_err(rejected)?.metadata;
    // What was agreed with whoever sent it is not for readers.
    let metadata = ::photo::Metadata { terms: None, ..metadata };
    let rendition = picture
        .render(&spec, ::photo::Focal::default(), &metadata)
        .map_err(|error| PublishError::PhotoRejected(error.to_string()))?;
    Ok((spec, rendition))
}

async fn known(on: &impl store::Connection, content_hash: &str) -> Result<Option<PhotoId>> {
    let id = sql("SELECT id AS value FROM photos WHERE content_hash = ?").bind(content_hash);
    Ok(id.optional(on).await?)
}

fn whole(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
pub(super) fn rejected(why: ::photo::Rejected) -> PublishError {
    PublishError::PhotoRejected(why.to_string())
}
