//! The photo desk: uploading, finding, and saying what a photo shows and whose it is.

use accounts::policy::{self, Action};
use axum::Json;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base::limits::PHOTO_BYTES_MAX;
use base::{PhotoId, Timestamp};
use publish::article;
use publish::photo::{self, DescribePhoto, Photo};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::FileError;
use tokio::sync::Semaphore;

use super::forms::Posted;
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use crate::App;

/// Decoding takes a core and memory, so few are decoded at a time.
static UPLOADS: Semaphore = Semaphore::const_new(2);
const PER_PAGE: i64 = 60;

#[derive(Deserialize)]
pub(super) struct Question {
    #[serde(default)]
    q: String,
}

#[derive(Serialize)]
struct PhotosPage {
    q: String,
    photos: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    caption: String,
    credit: String,
    alt: String,
    lacks: bool,
}

impl View for PhotosPage {
    const TEMPLATE: &'static str = "photos.html";
}

#[derive(Serialize)]
struct PhotoPage {
    id: String,
    width: i64,
    height: i64,
    kilobytes: i64,
    caption: String,
    credit: String,
    credit_url: String,
    alt: String,
    creator: String,
    copyright: String,
    focal_x: i64,
    focal_y: i64,
    failure: Option<String>,
    added: Timestamp,
    made: usize,
    planned: usize,
    uses: Vec<Use>,
}

#[derive(Serialize)]
struct Use {
    headline: String,
    address: String,
}

impl View for PhotoPage {
    const TEMPLATE: &'static str = "photo.html";
}

/// `GET /newsroom/photos`
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Query(Question { q }): Query<Question>,
) -> Answer {
    policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
    let found = photo::find(app.store(), &q, PER_PAGE).await?;
    let photos = found.into_iter().map(|photo| Row {
        id: photo.id.to_string(),
        lacks: photo.caption.is_empty() || photo.credit.is_empty() || photo.alt.is_empty(),
        caption: photo.caption,
        credit: photo.credit,
        alt: photo.alt,
    });
    frame.show(&PhotosPage { q, photos: photos.collect() })
}

/// `POST /newsroom/photos`: the file itself is the body.
pub(super) async fn upload(State(app): State<App>, staff: Staff, request: Request) -> Response {
    match add(&app, &staff, request).await {
        Ok(id) => (StatusCode::CREATED, Json(json!({ "id": id }))).into_response(),
        Err(trouble) => (trouble.status, Json(json!({ "error": trouble.detail }))).into_response(),
    }
}

async fn add(app: &App, staff: &Staff, request: Request) -> Result<PhotoId, Trouble> {
    policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
    let sent = request.headers().get("x-csrf").and_then(|value| value.to_str().ok());
    if sent != Some(staff.csrf.as_str()) {
        return Err(Trouble::foreign());
    }
    let bytes = axum::body::to_bytes(request.into_body(), PHOTO_BYTES_MAX).await;
    let bytes = bytes.map_err(|_| {
        let megabytes = PHOTO_BYTES_MAX / 1024 / 1024;
        let told = format!("The file is larger than {megabytes} MB, or was cut short. Send less.");
        Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, told)
    })?;
    let _turn = UPLOADS.acquire().await;
    let (store, files, now) = (app.store(), &app.0.files, app.now());
    let prepared = photo::prepare(store, files, staff.actor(), bytes, now).await?;
    let mut tx = store.begin().await?;
    match photo::add(&mut tx, staff.actor(), &prepared, DescribePhoto::default(), now).await {
        Ok(id) => {
            tx.commit().await?;
            Ok(id)
        }
        Err(error) => {
            drop(tx);
            prepared.discard(files).await;
            Err(error.into())
        }
    }
}

/// `GET /newsroom/photos/{id}`
pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<PhotoId>,
) -> Answer {
    policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
    frame.show(&page(&app, id).await?)
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
    let text = |name: &str| Some(fields.trimmed(name).to_owned());
    let percent = |name: &str| fields.text(name).parse::<u8>().ok().filter(|it| *it <= 100);
    let words = DescribePhoto {
        caption: text("caption"),
        credit: text("credit"),
        credit_url: text("credit_url"),
        alt: text("alt"),
        creator: text("creator"),
        copyright: text("copyright"),
        focal: percent("focal_x").zip(percent("focal_y")),
    };
    let mut tx = app.store().begin().await?;
    match photo::describe(&mut tx, staff.actor(), id, words, app.now()).await {
        Ok(()) => {
            tx.commit().await?;
            go(&format!("/newsroom/photos/{id}"))
        }
        Err(error) => {
            drop(tx);
            frame.refuse(&page(&app, id).await?, &Trouble::from(error))
        }
    }
}

/// `GET /newsroom/photos/{id}/thumbnail`: the smallest rendition that there is.
pub(super) async fn thumbnail(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<PhotoId>,
) -> Answer {
    policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
    let all = photo::renditions(app.store(), &[id]).await?;
    let wide_enough = all.iter().filter(|it| it.width >= 320 && it.media_type == "image/jpeg");
    let smallest = wide_enough.min_by_key(|it| it.width).or_else(|| all.first());
    let smallest = smallest.ok_or_else(|| Trouble::missing("photo"))?;
    let bytes = match app.0.files.get(&smallest.key()).await {
        Ok(bytes) => bytes,
        Err(FileError::Missing(_)) => return Err(Trouble::missing("photo")),
        Err(error) => return Err(crate::error::PageError::from(error).into()),
    };
    let kind = HeaderValue::from_str(&smallest.media_type);
    let kind = kind.unwrap_or(HeaderValue::from_static("image/jpeg"));
    let kept = HeaderValue::from_static("private, max-age=60");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)], bytes).into_response())
}

async fn page(app: &App, id: PhotoId) -> Result<PhotoPage, Trouble> {
    let store = app.store();
    let known: Photo =
        photo::by_ids(store, &[id]).await?.remove(&id).ok_or_else(|| Trouble::missing("photo"))?;
    let progress = photo::progress(store, &known).await?;
    let used = photo::used_in(store, id).await?;
    let uses = article::teasers(store, &used).await?;
    Ok(PhotoPage {
        id: id.to_string(),
        width: known.width,
        height: known.height,
        kilobytes: known.bytes / 1024,
        caption: known.caption,
        credit: known.credit,
        credit_url: known.credit_url.unwrap_or_default(),
        alt: known.alt,
        creator: known.creator,
        copyright: known.copyright,
        focal_x: known.focal_x,
        focal_y: known.focal_y,
        failure: known.failure,
        added: known.created_at,
        made: progress.made,
        planned: progress.planned,
        uses: uses
            .into_iter()
            .map(|teaser| Use { headline: teaser.headline, address: teaser.path })
            .collect(),
    })
}
