//! Photos: the upload, what is said of it, and how far its renditions have come.

use axum::Json as Sent;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use base::{Day, NotADay, PhotoId, Timestamp};
use publish::photo::{self, DescribePhoto};
use serde::{Deserialize, Serialize};
use store::events;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::auth::{KeepPhotos, May, ReadUnpublished};
use super::change::Change;
use super::extract::{Json, Path, Query, Upload};
use super::problem::Problem;
use super::{Answer, schema};
use crate::app::App;

/// A photo, without its pixels.
#[derive(Serialize, ToSchema)]
pub(super) struct Photo {
    /// Names the photo and all its renditions.
    #[schema(schema_with = schema::id)]
    id: PhotoId,
    /// What kind of file was uploaded.
    #[schema(example = "image/jpeg")]
    format: String,
    /// The upload's size.
    bytes: i64,
    /// Width in pixels, once upright.
    width: i64,
    /// Height in pixels, once upright.
    height: i64,
    /// What it shows, for readers.
    caption: String,
    /// Photographer or source, for readers.
    credit: String,
    /// Where the credit links to.
    credit_url: Option<String>,
    /// What it shows, for those who cannot see it.
    alt: String,
    /// Whether it says nothing that a text could say: then nobody is told its text.
    decorative: bool,
    /// Who made it.
    creator: String,
    /// Whose it is.
    copyright: String,
    /// What it may be used for, in words; readers are not told.
    rights: String,
    /// The last day on which readers may be shown it, by the site's clocks.
    #[schema(value_type = Option<String>, example = "2026-12-31")]
    usable_until: Option<Day>,
    /// Where its rights are stated.
    rights_url: Option<String>,
    /// Where it can be licensed.
    licensor_url: Option<String>,
    /// How it came about, as the IPTC's vocabulary says.
    digital_source_type: Option<String>,
    /// The point that every crop keeps.
    focal: Focal,
    /// Whether readers may fetch its renditions: a published article shows it.
    public: bool,
    /// How far the newest renditions have come.
    progress: Progress,
    /// Why its renditions could not be made, if that is so.
    failure: Option<String>,
    /// The renditions that pages show. Readers reach them once the photo is public.
    renditions: Vec<Rendition>,
    /// Since when it is here.
    #[schema(schema_with = schema::instant)]
    created_at: Timestamp,
}

/// A point of a picture.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Focal {
    /// In per cent from the left.
    #[schema(minimum = 0, maximum = 100, example = 50)]
    x: u8,
    /// In per cent from the top.
    #[schema(minimum = 0, maximum = 100, example = 30)]
    y: u8,
}

/// How far the renditions have come.
#[derive(Serialize, ToSchema)]
pub(super) struct Progress {
    /// How many are made.
    made: usize,
    /// How many there will be.
    planned: usize,
}

/// One file that pages can show.
#[derive(Serialize, ToSchema)]
pub(super) struct Rendition {
    /// Where readers fetch it; the bytes at an address never change.
    address: String,
    /// What kind of file it is.
    #[schema(example = "image/avif")]
    media_type: String,
    /// Width in pixels.
    width: i64,
    /// Height in pixels.
    height: i64,
    /// Its size.
    bytes: i64,
}

/// What is said of a photo. What is left out stays as it is, or as the file itself says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PhotoWords {
    /// What it shows, for readers.
    #[schema(max_length = 2000)]
    caption: Option<String>,
    /// Photographer or source, for readers.
    #[schema(max_length = 2000, example = "Rosa Kern")]
    credit: Option<String>,
    /// Where the credit links to; an empty text takes the link away.
    #[schema(example = "https://example.org/rosa")]
    credit_url: Option<String>,
    /// What it shows, for those who cannot see it.
    #[schema(max_length = 2000)]
    alt: Option<String>,
    /// Whether it says nothing that a text could say: then nobody is told its text.
    decorative: Option<bool>,
    /// Who made it.
    creator: Option<String>,
    /// Whose it is.
    copyright: Option<String>,
    /// What it may be used for, in words.
    rights: Option<String>,
    /// The last day on which readers may be shown it; an empty text sets no end.
    #[schema(example = "2026-12-31")]
    usable_until: Option<String>,
    /// The point that every crop keeps.
    focal: Option<Focal>,
}

/// What is said of a photo with its upload.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct UploadWords {
    /// What it shows, for readers.
    caption: Option<String>,
    /// Photographer or source, for readers.
    credit: Option<String>,
    /// Where the credit links to.
    credit_url: Option<String>,
    /// What it shows, for those who cannot see it.
    alt: Option<String>,
    /// Whether it says nothing that a text could say.
    decorative: Option<bool>,
    /// Who made it.
    creator: Option<String>,
    /// Whose it is.
    copyright: Option<String>,
    /// What it may be used for, in words.
    rights: Option<String>,
    /// The last day on which readers may be shown it.
    #[param(example = "2026-12-31")]
    usable_until: Option<String>,
    /// The point that every crop keeps, in per cent from the left; only together with `focal_y`.
    #[param(minimum = 0, maximum = 100)]
    focal_x: Option<u8>,
    /// The same, in per cent from the top.
    #[param(minimum = 0, maximum = 100)]
    focal_y: Option<u8>,
}

/// Decoding a large picture takes hundreds of megabytes, so few are decoded at a time.
static UPLOADS: Semaphore = Semaphore::const_new(2);

/// Upload a photo
///
/// The request's body is the file itself: JPEG, PNG, WebP or AVIF. The content decides what it is,
/// not the header. A file that is known already is answered with the photo that it is, whose words
/// stay. The renditions are made after the answer; see `progress`.
#[utoipa::path(post, path = "/photos", operation_id = "add_photo", tag = "Photos",
    security(("token" = ["write"])), params(UploadWords),
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "The file, of any content type."),
    responses(
        (status = 200, description = "The photo, which was known already.", body = Photo),
        (status = 201, description = "The new photo.", body = Photo,
            headers(("Location" = String, description = "Where the API has the photo."))),
    ))]
pub(super) async fn add(
    may: May<KeepPhotos>,
    State(app): State<App>,
    Query(words): Query<UploadWords>,
    Upload(bytes): Upload,
) -> Answer<impl IntoResponse> {
    let words = words.read()?;
    let _turn = UPLOADS.acquire().await;
    let (store, files) = (app.store(), &app.0.files);
    let prepared = photo::prepare(store, files, &may.actor, bytes, app.now()).await?;
    let mut change = Change::begin(&app).await?;
    let before = events::head(&change.tx).await?;
    let added = photo::add(&mut change.tx, &may.actor, &prepared, words, change.now).await;
    let id = match added {
        Ok(id) => id,
        Err(error) => {
            drop(change);
            prepared.discard(files).await;
            return Err(error.into());
        }
    };
    // A photo that was known already is no fact for the log.
    let is_new = events::head(&change.tx).await? > before;
    change.commit(&app).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!("/api/v1/photos/{id}");
    Ok((status, [(header::LOCATION, location)], Sent(read(&app, id).await?)))
}

/// One photo, with its renditions
#[utoipa::path(get, path = "/photos/{id}", operation_id = "show_photo", tag = "Photos",
    security(("token" = ["read"])),
    params(("id" = String, Path, description = "The photo's id.")),
    responses((status = 200, description = "The photo.", body = Photo)))]
pub(super) async fn show(
    _: May<ReadUnpublished>,
    State(app): State<App>,
    Path(id): Path<PhotoId>,
) -> Answer<Sent<Photo>> {
    read(&app, id).await.map(Sent)
}

/// Say anew what a photo shows and whose it is
#[utoipa::path(patch, path = "/photos/{id}", operation_id = "describe_photo", tag = "Photos",
    security(("token" = ["write"])),
    params(("id" = String, Path, description = "The photo's id.")), request_body = PhotoWords,
    responses((status = 200, description = "The photo as it is now.", body = Photo)))]
pub(super) async fn describe(
    may: May<KeepPhotos>,
    State(app): State<App>,
    Path(id): Path<PhotoId>,
    Json(words): Json<PhotoWords>,
) -> Answer<Sent<Photo>> {
    read(&app, id).await?;
    let words = words.read()?;
    let mut change = Change::begin(&app).await?;
    photo::describe(&mut change.tx, &may.actor, id, words, change.now).await?;
    change.commit(&app).await?;
    read(&app, id).await.map(Sent)
}

async fn read(app: &App, id: PhotoId) -> Answer<Photo> {
    let store = app.store();
    let photo = photo::by_ids(store, &[id]).await?.remove(&id);
    let photo = photo.ok_or_else(|| Problem::not_found(format!("There is no photo {id}.")))?;
    let progress = photo::progress(store, &photo).await?;
    let renditions = photo::renditions(store, &[id]).await?;
    let percent = |value: i64| u8::try_from(value.clamp(0, 100)).unwrap_or(50);
    Ok(Photo {
        id,
        format: photo.format,
        bytes: photo.bytes,
        width: photo.width,
        height: photo.height,
        caption: photo.caption,
        credit: photo.credit,
        credit_url: photo.credit_url,
        alt: photo.alt,
        decorative: photo.decorative,
        creator: photo.creator,
        copyright: photo.copyright,
        rights: photo.rights,
        usable_until: photo.usable_until,
        rights_url: photo.rights_url,
        licensor_url: photo.licensor_url,
        digital_source_type: photo.digital_source_type,
        focal: Focal { x: percent(photo.focal_x), y: percent(photo.focal_y) },
        public: photo::is_public(store, id).await?,
        progress: Progress { made: progress.made, planned: progress.planned },
        failure: photo.failure,
        renditions: renditions.into_iter().map(Rendition::from).collect(),
        created_at: photo.created_at,
    })
}

impl UploadWords {
    fn read(self) -> Answer<DescribePhoto> {
        let focal = match (self.focal_x, self.focal_y) {
            (Some(x), Some(y)) => Some((x, y)),
            (None, None) => None,
            _ => {
                return Err(Problem::malformed(
                    "A focal point needs both focal_x and focal_y, in per cent.",
                ));
            }
        };
        Ok(DescribePhoto {
            caption: self.caption,
            credit: self.credit,
            credit_url: self.credit_url,
            alt: self.alt,
            decorative: self.decorative,
            creator: self.creator,
            copyright: self.copyright,
            rights: self.rights,
            usable_until: self.usable_until.as_deref().map(day).transpose()?,
            focal,
        })
    }
}

impl PhotoWords {
    fn read(self) -> Answer<DescribePhoto> {
        Ok(DescribePhoto {
            caption: self.caption,
            credit: self.credit,
            credit_url: self.credit_url,
            alt: self.alt,
            decorative: self.decorative,
            creator: self.creator,
            copyright: self.copyright,
            rights: self.rights,
            usable_until: self.usable_until.as_deref().map(day).transpose()?,
            focal: self.focal.map(|Focal { x, y }| (x, y)),
        })
    }
}

/// A day, or none where the text is empty.
fn day(text: &str) -> Answer<Option<Day>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error: NotADay| Problem::malformed(error.to_string()))
}

impl From<photo::Rendition> for Rendition {
    fn from(rendition: photo::Rendition) -> Self {
        Self {
            address: rendition.address(),
            media_type: rendition.media_type,
            width: rendition.width,
            height: rendition.height,
            bytes: rendition.bytes,
        }
    }
}
