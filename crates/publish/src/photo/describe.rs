use accounts::policy::{self, Action};
use base::limits::CAPTION_CHARS_MAX;
use base::{Actor, Day, PhotoId, Timestamp};
use store::{Event, Tx, sql};

use super::{Photo, by_ids};
use crate::{PublishError, Result};

/// Says anew what is given, and leaves the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescribePhoto {
    /// What it shows, for readers.
    pub caption: Option<String>,
    /// Photographer or source, for readers.
    pub credit: Option<String>,
    /// Where the credit links to.
    pub credit_url: Option<String>,
    /// What it shows, for those who cannot see it.
    pub alt: Option<String>,
    /// Whether it says nothing that a text could say.
    pub decorative: Option<bool>,
    /// Who made it.
    pub creator: Option<String>,
    /// Whose it is.
    pub copyright: Option<String>,
    /// What it may be used for, in words.
    pub rights: Option<String>,
    /// The last day on which readers may be shown it; `Some(None)` sets no end.
    pub usable_until: Option<Option<Day>>,
    /// The point that every crop keeps, in per cent from the left and from the top.
    pub focal: Option<(u8, u8)>,
}

/// Says of a photo what it shows and whose it is. Its renditions are made anew when they carry what
/// has changed.
pub async fn describe(
    tx: &mut Tx,
    actor: &Actor,
    photo: PhotoId,
    words: DescribePhoto,
    now: Timestamp,
) -> Result<()> {
    policy::check_anywhere(actor, Action::KeepPhotos)?;
    let changed = write(tx, photo, words).await?;
    if changed == Changed::Nothing {
        return Ok(());
    }
    let edition: i64 =
        sql("UPDATE photos SET edition = edition + ? WHERE id = ? RETURNING edition AS value")
            .bind(i64::from(changed.is_shown()))
            .bind(photo)
            .value(tx)
            .await?;
    tx.append(actor, &Event::PhotoDescribed { photo, edition }, now).await?;
    Ok(())
}

/// Whether these words would change anything.
pub(crate) async fn says_otherwise(tx: &Tx, photo: PhotoId, words: DescribePhoto) -> Result<bool> {
    let known = one(tx, photo).await?;
    Ok(reworded(&known, words)? != known)
}

/// What words have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    Nothing,
    /// What the newsroom alone knows.
    Record,
    /// What readers are shown.
    Shown,
}

impl Changed {
    pub(super) fn is_shown(self) -> bool {
        self == Self::Shown
    }
}

/// Writes the words, and says what they changed.
pub(super) async fn write(tx: &mut Tx, photo: PhotoId, words: DescribePhoto) -> Result<Changed> {
    let known = one(tx, photo).await?;
    let new = reworded(&known, words)?;
    if new == known {
        return Ok(Changed::Nothing);
    }
    let unseen =
        Photo { rights: known.rights.clone(), usable_until: known.usable_until, ..new.clone() };
    let changed = if unseen == known { Changed::Record } else { Changed::Shown };
    sql("UPDATE photos SET caption = ?, credit = ?, credit_url = ?, alt = ?, decorative = ?,
           creator = ?, copyright = ?, rights = ?, usable_until = ?, focal_x = ?, focal_y = ?
         WHERE id = ?")
    .bind(new.caption)
    .bind(new.credit)
    .bind(new.credit_url)
    .bind(new.alt)
    .bind(new.decorative)
    .bind(new.creator)
    .bind(new.copyright)
    .bind(new.rights)
    .bind(new.usable_until)
    .bind(new.focal_x)
    .bind(new.focal_y)
    .bind(photo)
    .run(tx)
    .await?;
    Ok(changed)
}

async fn one(tx: &Tx, photo: PhotoId) -> Result<Photo> {
    by_ids(tx, &[photo]).await?.remove(&photo).ok_or(PublishError::NoSuchPhoto(photo))
}

fn reworded(known: &Photo, words: DescribePhoto) -> Result<Photo> {
    let text = |new: Option<String>, old: &str| match new {
        Some(new) => one_paragraph(&new),
        None => Ok(old.to_owned()),
    };
    let credit_url = match words.credit_url {
        Some(url) if url.is_empty() => None,
        Some(url) => Some(checked_url(url)?),
        None => known.credit_url.clone(),
    };
    let (x, y) = words.focal.map_or((known.focal_x, known.focal_y), |(x, y)| (x.into(), y.into()));
    if x > 100 || y > 100 {
        return Err(PublishError::Invalid("A focal point is given in per cent, 0 to 100.".into()));
    }
    Ok(Photo {
        caption: text(words.caption, &known.caption)?,
        credit: text(words.credit, &known.credit)?,
        credit_url,
        alt: text(words.alt, &known.alt)?,
        decorative: words.decorative.unwrap_or(known.decorative),
        creator: text(words.creator, &known.creator)?,
        copyright: text(words.copyright, &known.copyright)?,
        rights: text(words.rights, &known.rights)?,
        usable_until: words.usable_until.unwrap_or(known.usable_until),
        focal_x: x,
        focal_y: y,
        ..known.clone()
    })
}

fn one_paragraph(text: &str) -> Result<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > CAPTION_CHARS_MAX || text.chars().any(char::is_control) {
        return Err(PublishError::Invalid(format!(
            "What is said of a photo has at most {CAPTION_CHARS_MAX} letters, and no control \
             characters."
        )));
    }
    Ok(text)
}

fn checked_url(url: String) -> Result<String> {
    let web = url.starts_with("https://") || url.starts_with("http://");
    let own = url.starts_with('/') && !url.starts_with("//");
    if (web || own)
        && url.len() <= 2_000
        && !url.chars().any(|c| c.is_whitespace() || c.is_control())
    {
        return Ok(url);
    }
    Err(PublishError::Invalid(format!(
        "{url:?} is no address that a credit can link to; write one that begins with \
         https://, or with / for a page of this site."
    )))
}
