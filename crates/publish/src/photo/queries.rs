use std::collections::BTreeMap;

use base::{ArticleId, PhotoId};
use store::{Connection, Result, sql};

use super::{Photo, Rendition};

/// How far the renditions of a photo have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many are made.
    pub made: usize,
    /// How many there will be.
    pub planned: usize,
}

/// Those of these photos that there are.
pub async fn by_ids(on: &impl Connection, ids: &[PhotoId]) -> Result<BTreeMap<PhotoId, Photo>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let photos: Vec<Photo> =
        sql("SELECT * FROM photos WHERE id IN (?)").bind_all(ids.iter().copied()).all(on).await?;
    Ok(photos.into_iter().map(|photo| (photo.id, photo)).collect())
}

/// The newest photos with this in what is said of them; all of them, when it is empty.
pub async fn find(on: &impl Connection, text: &str, limit: i64) -> Result<Vec<Photo>> {
    let plain: String = text
        .trim()
        .to_lowercase()
        .chars()
        .map(|c| if "%_\\".contains(c) { '_' } else { c })
        .collect();
    sql("SELECT * FROM photos
         WHERE LOWER(caption || ' ' || credit || ' ' || alt || ' ' || creator) LIKE ?
         ORDER BY created_at DESC, id DESC LIMIT ?")
    .bind(format!("%{plain}%"))
    .bind(limit)
    .all(on)
    .await
}

/// Which articles' readers see this photo.
pub async fn used_in(on: &impl Connection, id: PhotoId) -> Result<Vec<ArticleId>> {
    sql("SELECT article_id AS value FROM photo_uses WHERE photo_id = ? ORDER BY article_id DESC")
        .bind(id)
        .values(on)
        .await
}

/// The renditions that pages show of these photos, the widest last.
pub async fn renditions(on: &impl Connection, ids: &[PhotoId]) -> Result<Vec<Rendition>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sql("SELECT r.* FROM renditions r JOIN photos p ON p.id = r.photo_id
           AND p.shown_edition = r.edition
         WHERE r.photo_id IN (?) ORDER BY r.photo_id, r.media_type, r.width, r.name")
    .bind_all(ids.iter().copied())
    .all(on)
    .await
}

/// Whether readers may fetch this photo: a published article shows it.
pub async fn is_public(on: &impl Connection, id: PhotoId) -> Result<bool> {
    let used: Option<i64> =
        sql("SELECT CAST(1 AS BIGINT) AS value FROM photo_uses WHERE photo_id = ? LIMIT 1")
            .bind(id)
            .optional(on)
            .await?;
    Ok(used.is_some())
}

/// How far the newest edition's renditions have come.
pub async fn progress(on: &impl Connection, photo: &Photo) -> Result<Progress> {
    let made: i64 =
        sql("SELECT COUNT(*) AS value FROM renditions WHERE photo_id = ? AND edition = ?")
            .bind(photo.id)
            .bind(photo.edition)
            .value(on)
            .await?;
    let side = |side: i64| u32::try_from(side).unwrap_or(1);
    let planned = ::photo::plan(side(photo.width), side(photo.height)).len();
    Ok(Progress { made: usize::try_from(made).unwrap_or(0), planned })
}
