//! One photo: what it shows, whose it is, until when it may be used, and where it is used.

use accounts::policy::{self, Action};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse as _;
use base::{Day, NotADay, PhotoId, Timestamp};
use publish::photo::{self, DescribePhoto, Photo};
use serde::{Deserialize, Serialize};
use store::FileError;

use super::forms::{Fields, Posted};
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::photos::today;
use super::replace::{Place, places};
use super::trouble::Trouble;
use crate::App;

#[derive(Serialize)]
struct PhotoPage {
    id: String,
    width: i64,
    height: i64,
    kilobytes: i64,
    added: Timestamp,
    made: usize,
    planned: usize,
    failure: Option<String>,
    ending: Option<String>,
    ended: Option<String>,
    rights_url: Option<String>,
    licensor_url: Option<String>,
    said: Said,
    /// The shapes that readers see it in.
    crops: Vec<Shape>,
    places: Vec<Place>,
    may_replace: bool,
}

/// What the form says: what is known, or what was typed when that was refused.
#[derive(Serialize)]
struct Said {
    caption: String,
    credit: String,
    credit_url: String,
    alt: String,
    decorative: bool,
    creator: String,
    copyright: String,
    rights: String,
    usable_until: String,
    focal_x: String,
    focal_y: String,
}

#[derive(Serialize)]
struct Shape {
    name: &'static str,
    width: u32,
    height: u32,
}

impl View for PhotoPage {
    const TEMPLATE: &'static str = "photo.html";
}

/// `GET /newsroom/photos/{id}`
pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<PhotoId>,
) -> Answer {
    policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
    frame.show(&page(&app, &staff, &frame, id).await?)
}

/// `POST /newsroom/photos/{id}`
pub(super) async fn describe(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<PhotoId>,
    Posted(fields): Posted,
) -> Answer {
    policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
    let done: Result<(), Trouble> = async {
        let words = words(&fields)?;
        let mut tx = app.store().begin().await?;
        photo::describe(&mut tx, staff.actor(), id, words, app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    match done {
        Ok(()) => go(&format!("/newsroom/photos/{id}")),
        Err(trouble) => {
            let page = page(&app, &staff, &frame, id).await?;
            frame.refuse(&PhotoPage { said: typed(&fields), ..page }, &trouble)
        }
    }
}

fn words(fields: &Fields) -> Result<DescribePhoto, Trouble> {
    let text = |name: &str| Some(fields.trimmed(name).to_owned());
    let percent = |name: &str| {
        let number = fields.trimmed(name).parse::<u8>();
        number.map_err(|_| {
            Trouble::invalid("A focal point is given in per cent, 0 to 100: two whole numbers.")
        })
    };
    let until = match fields.trimmed("usable_until") {
        "" => None,
        day => {
            Some(day.parse::<Day>().map_err(|error: NotADay| Trouble::invalid(error.to_string()))?)
        }
    };
    Ok(DescribePhoto {
        caption: text("caption"),
        credit: text("credit"),
        credit_url: text("credit_url"),
        alt: text("alt"),
        decorative: Some(fields.text("decorative") == "yes"),
        creator: text("creator"),
        copyright: text("copyright"),
        rights: text("rights"),
        usable_until: Some(until),
        focal: Some((percent("focal_x")?, percent("focal_y")?)),
    })
}

fn typed(fields: &Fields) -> Said {
    let text = |name: &str| fields.text(name).to_owned();
    Said {
        caption: text("caption"),
        credit: text("credit"),
        credit_url: text("credit_url"),
        alt: text("alt"),
        decorative: fields.text("decorative") == "yes",
        creator: text("creator"),
        copyright: text("copyright"),
        rights: text("rights"),
        usable_until: text("usable_until"),
        focal_x: text("focal_x"),
        focal_y: text("focal_y"),
    }
}

async fn page(app: &App, staff: &Staff, frame: &Frame, id: PhotoId) -> Result<PhotoPage, Trouble> {
    let store = app.store();
    let known =
        photo::by_ids(store, &[id]).await?.remove(&id).ok_or_else(|| Trouble::missing("photo"))?;
    let progress = photo::progress(store, &known).await?;
    let today = today(app, &frame.site.zone);
    Ok(PhotoPage {
        id: id.to_string(),
        width: known.width,
        height: known.height,
        kilobytes: known.bytes / 1024,
        added: known.created_at,
        made: progress.made,
        planned: progress.planned,
        ending: known.ending(today).map(|day| day.to_string()),
        ended: known.ended(today).map(|day| day.to_string()),
        rights_url: known.rights_url.clone(),
        licensor_url: known.licensor_url.clone(),
        failure: known.failure.clone(),
        said: said(known),
        crops: shapes(),
        places: places(app, staff, id).await?,
        may_replace: policy::check_anywhere(staff.actor(), Action::PlacePhoto).is_ok(),
    })
}

fn said(known: Photo) -> Said {
    Said {
        caption: known.caption,
        credit: known.credit,
        credit_url: known.credit_url.unwrap_or_default(),
        alt: known.alt,
        decorative: known.decorative,
        creator: known.creator,
        copyright: known.copyright,
        rights: known.rights,
        usable_until: known.usable_until.map(|day| day.to_string()).unwrap_or_default(),
        focal_x: known.focal_x.to_string(),
        focal_y: known.focal_y.to_string(),
    }
}

fn shapes() -> Vec<Shape> {
    let crops = photo::crops().map(|(name, (width, height))| Shape { name, width, height });
    // Cards cut theirs out in the browser.
    [Shape { name: "card", width: 3, height: 2 }].into_iter().chain(crops).collect()
}

#[derive(Deserialize)]
pub(super) struct Wide {
    /// About how wide it is to be.
    width: Option<i64>,
}

/// `GET /newsroom/photos/{id}/thumbnail`: the whole photo, in the rendition that is nearest to the
/// width that is asked for.
pub(super) async fn thumbnail(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<PhotoId>,
    Query(Wide { width }): Query<Wide>,
) -> Answer {
    policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
    let all = photo::renditions(app.store(), &[id]).await?;
    let whole = all.iter().filter(|it| it.media_type == "image/jpeg" && it.name.starts_with('w'));
    let width = width.unwrap_or(320);
    let nearest = whole.min_by_key(|it| it.width.abs_diff(width)).or_else(|| all.first());
    let nearest = nearest.ok_or_else(|| Trouble::missing("photo"))?;
    let bytes = match app.0.files.get(&nearest.key()).await {
        Ok(bytes) => bytes,
        Err(FileError::Missing(_)) => return Err(Trouble::missing("photo")),
        Err(error) => return Err(crate::error::PageError::from(error).into()),
    };
    let kind = HeaderValue::from_str(&nearest.media_type);
    let kind = kind.unwrap_or(HeaderValue::from_static("image/jpeg"));
    let kept = HeaderValue::from_static("private, max-age=60");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)], bytes).into_response())
}
