use std::collections::BTreeMap;

use base::{ArticleId, Day, PhotoId, Timestamp};
use store::{Connection, FromQueryResult, Result, sql};
use uuid::Uuid;

use super::{Photo, Rendition, rights};

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

/// What somebody looks for at the photo desk.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Only those of which each of these words is said; empty for all.
    pub text: &'a str,
    /// Which of them.
    pub which: Which,
    /// The day that it is by the site's clocks.
    pub today: Day,
    /// Only those that are older than this, or as old with a lower id.
    pub before: Option<(Timestamp, PhotoId)>,
}

/// Which photos.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// Every photo.
    #[default]
    All,
    /// Those that lack words that belong to them.
    Lacking,
    /// Those that may be used for a few days only.
    Ending,
    /// Those that may be used no longer.
    Ended,
}

impl Which {
    /// Every choice, in the order of a menu.
    pub const ALL: [Self; 4] = [Self::All, Self::Lacking, Self::Ending, Self::Ended];

    /// As addresses and pages spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Lacking => "lacking",
            Self::Ending => "ending",
            Self::Ended => "ended",
        }
    }

    /// The choice of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|which| which.name() == name)
    }
}

/// So many words of a search are looked for; more make no difference to what is found.
const WORDS_MAX: usize = 6;

/// The photos that are wanted, the newest first.
pub async fn find(on: &impl Connection, wanted: Wanted<'_>, limit: i64) -> Result<Vec<Photo>> {
    let mut words = wanted.text.split_whitespace().map(pattern).take(WORDS_MAX).fuse();
    let mut word = || words.next().unwrap_or_else(|| "%".to_owned());
    let (at, id) =
        wanted.before.unwrap_or((Timestamp::from_micros(i64::MAX), PhotoId(Uuid::max())));
    let (from, to) = rights::announced(wanted.today);
    let which = wanted.which.name();
    sql("SELECT p.* FROM photos p
         JOIN (SELECT id, LOWER(caption || ' ' || credit || ' ' || alt || ' ' || creator || ' ' ||
                 copyright || ' ' || rights) AS said FROM photos) w ON w.id = p.id
         WHERE w.said LIKE ? AND w.said LIKE ? AND w.said LIKE ?
           AND w.said LIKE ? AND w.said LIKE ? AND w.said LIKE ?
           AND (p.created_at, p.id) < (?, ?)
           AND (? <> 'lacking'
                OR p.credit = '' OR (NOT p.decorative AND (p.caption = '' OR p.alt = '')))
           AND (? <> 'ending' OR (p.usable_until >= ? AND p.usable_until <= ?))
           AND (? <> 'ended' OR p.usable_until < ?)
         ORDER BY p.created_at DESC, p.id DESC LIMIT ?")
    .bind(word())
    .bind(word())
    .bind(word())
    .bind(word())
    .bind(word())
    .bind(word())
    .bind(at)
    .bind(id)
    .bind(which)
    .bind(which)
    .bind(from)
    .bind(to)
    .bind(which)
    .bind(wanted.today)
    .bind(limit)
    .all(on)
    .await
}

/// Finds the word anywhere; its own signs mean nothing.
fn pattern(word: &str) -> String {
    let plain: String =
        word.to_lowercase().chars().map(|c| if "%_\\".contains(c) { '_' } else { c }).collect();
    format!("%{plain}%")
}

/// Photos that may be used no longer and that readers see all the same, with the articles that show
/// them.
pub async fn shown_though_ended(
    on: &impl Connection,
    today: Day,
) -> Result<Vec<(PhotoId, ArticleId)>> {
    #[derive(FromQueryResult)]
    struct Row {
        photo_id: PhotoId,
        article_id: ArticleId,
    }
    let rows: Vec<Row> = sql("SELECT u.photo_id, u.article_id FROM photos p
         JOIN photo_uses u ON u.photo_id = p.id
         WHERE p.usable_until < ? ORDER BY p.usable_until DESC, u.photo_id, u.article_id DESC")
    .bind(today)
    .all(on)
    .await?;
    Ok(rows.into_iter().map(|row| (row.photo_id, row.article_id)).collect())
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
