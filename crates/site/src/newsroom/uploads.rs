//! Files on their way in: in parts, from a script that goes on where a cut connection stopped; or
//! whole, from a form without one.

use accounts::policy::{self, Action};
use axum::Json;
use axum::body::Body;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest as _, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base::PhotoId;
use base::limits::{PHOTO_BYTES_MAX, UPLOAD_PART_BYTES_MAX};
use bytes::{Bytes, BytesMut};
use publish::photo::{self, BeginUpload, Upload};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::forms::Said;
use super::gate::Staff;
use super::page::{Answer, Frame};
use super::photos::{Sent, first_page};
use super::trouble::Trouble;
use crate::App;

/// Decoding takes a core and memory, so few are decoded at a time.
static DECODING: Semaphore = Semaphore::const_new(2);

/// What the script says of a file.
#[derive(Deserialize)]
pub(super) struct Announced {
    name: String,
    modified: i64,
    bytes: u64,
}

/// How far an upload is.
#[derive(Serialize)]
struct Standing {
    upload: PhotoId,
    bytes: i64,
    received: i64,
}

impl From<Upload> for Standing {
    fn from(upload: Upload) -> Self {
        Self { upload: upload.id, bytes: upload.bytes, received: upload.received }
    }
}

/// `POST /newsroom/photos/uploads`: begins one, or finds the same file's.
pub(super) async fn begin(
    State(app): State<App>,
    staff: Staff,
    request: Request,
) -> Result<Response, Response> {
    let denied = policy::check_anywhere(staff.actor(), Action::KeepPhotos);
    denied.map_err(|denied| Trouble::from(denied).into_response())?;
    let Said(what) = Said::<Announced>::from_request(request, &app).await?;
    begun(&app, &staff, what).await.map_err(Trouble::into_response)
}

async fn begun(app: &App, staff: &Staff, what: Announced) -> Answer {
    let Announced { name, modified, bytes } = what;
    let what = BeginUpload { name, modified, bytes };
    let mut tx = app.store().begin().await?;
    let upload = photo::begin_upload(&mut tx, staff.actor(), what, app.now()).await?;
    tx.commit().await?;
    Ok(Json(Standing::from(upload)).into_response())
}

/// `GET /newsroom/photos/uploads/{id}`
pub(super) async fn show(State(app): State<App>, staff: Staff, Path(id): Path<PhotoId>) -> Answer {
    policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
    let upload = photo::upload(app.store(), staff.actor(), id).await?;
    Ok(Json(Standing::from(upload)).into_response())
}

#[derive(Deserialize)]
pub(super) struct Start {
    #[serde(default)]
    start: i64,
}

/// `POST /newsroom/photos/uploads/{id}?start=…`: the next part is the body.
pub(super) async fn append(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<PhotoId>,
    Query(Start { start }): Query<Start>,
    request: Request,
) -> Answer {
    policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
    comes_from_script(&staff, request.headers())?;
    // Whose it is not need not be heard out.
    photo::upload(app.store(), staff.actor(), id).await?;
    let part = read(request.into_body()).await?;
    let (store, files) = (app.store(), &app.0.files);
    let upload =
        photo::append_part(store, files, staff.actor(), id, start, part, app.now()).await?;
    Ok(Json(Standing::from(upload)).into_response())
}

async fn read(body: Body) -> Result<Bytes, Trouble> {
    axum::body::to_bytes(body, UPLOAD_PART_BYTES_MAX).await.map_err(|_| {
        let megabytes = UPLOAD_PART_BYTES_MAX / 1024 / 1024;
        let told =
            format!("The part has more than {megabytes} MB, or was cut short. Send it again.");
        Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, told)
    })
}

/// A photo that was made.
#[derive(Serialize)]
struct Made {
    id: PhotoId,
}

/// `POST /newsroom/photos/uploads/{id}/finish`
pub(super) async fn finish(
    State(app): State<App>,
    staff: Staff,
    headers: HeaderMap,
    Path(id): Path<PhotoId>,
) -> Answer {
    policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
    comes_from_script(&staff, &headers)?;
    let _turn = DECODING.acquire().await;
    let (store, files) = (app.store(), &app.0.files);
    let id = photo::finish_upload(store, files, staff.actor(), id, app.now()).await?;
    Ok((StatusCode::CREATED, Json(Made { id })).into_response())
}

/// `POST /newsroom/photos/uploads/{id}/cancel`
pub(super) async fn cancel(
    State(app): State<App>,
    staff: Staff,
    headers: HeaderMap,
    Path(id): Path<PhotoId>,
) -> Answer {
    policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
    comes_from_script(&staff, &headers)?;
    photo::cancel_upload(app.store(), &app.0.files, staff.actor(), id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn comes_from_script(staff: &Staff, headers: &HeaderMap) -> Result<(), Trouble> {
    let sent = headers.get("x-csrf").and_then(|value| value.to_str().ok());
    if sent == Some(staff.csrf.as_str()) { Ok(()) } else { Err(Trouble::foreign()) }
}

/// `POST /newsroom/photos`: a form with files. Each is taken or refused by itself.
pub(super) async fn take(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    request: Request,
) -> Result<Response, Response> {
    let said = async {
        policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
        let from_script = comes_from_script(&staff, request.headers());
        let parts = match Multipart::from_request(request, &app).await {
            Ok(parts) => parts,
            Err(_) => {
                from_script?;
                return Err(Trouble::invalid("Send the files as the page's own form does."));
            }
        };
        let sent = take_each(&app, &staff, parts).await?;
        let mut page = first_page(&app, &frame).await?;
        page.sent = sent;
        frame.show(&page)
    };
    said.await.map_err(Trouble::into_response)
}

async fn take_each(app: &App, staff: &Staff, mut parts: Multipart) -> Result<Vec<Sent>, Trouble> {
    let mut is_ours = false;
    let mut sent = Vec::new();
    loop {
        let mut part = match parts.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(error) => {
                sent.push(cut_short(String::new(), &error));
                break;
            }
        };
        if part.name() == Some("csrf") {
            is_ours = part.text().await.is_ok_and(|text| text == staff.csrf);
            continue;
        }
        // The form's token stands before its files.
        if !is_ours {
            return Err(Trouble::foreign());
        }
        let name = part.file_name().unwrap_or_default().to_owned();
        let file = match read_file(&mut part).await {
            Ok(file) => file,
            Err(error) => {
                sent.push(cut_short(name, &error));
                break;
            }
        };
        // A form in which no file was chosen sends an empty one.
        if name.is_empty() && file.as_ref().is_some_and(Bytes::is_empty) {
            continue;
        }
        sent.push(match take_one(app, staff, &name, file).await {
            Ok(id) => Sent { name, id: Some(id.to_string()), trouble: None },
            Err(trouble) => Sent { name, id: None, trouble: Some(trouble.detail) },
        });
    }
    if !is_ours {
        return Err(Trouble::foreign());
    }
    Ok(sent)
}

/// None for a file that is larger than any photo; it is heard out, so that the others are heard.
async fn read_file(part: &mut Field<'_>) -> Result<Option<Bytes>, MultipartError> {
    let mut whole = BytesMut::new();
    let mut fits = true;
    while let Some(piece) = part.chunk().await? {
        fits = fits && whole.len() + piece.len() <= PHOTO_BYTES_MAX;
        if fits {
            whole.extend_from_slice(&piece);
        } else {
            whole = BytesMut::new();
        }
    }
    Ok(fits.then(|| whole.freeze()))
}

async fn take_one(
    app: &App,
    staff: &Staff,
    name: &str,
    file: Option<Bytes>,
) -> Result<PhotoId, Trouble> {
    let file = file.ok_or_else(|| {
        let megabytes = PHOTO_BYTES_MAX / 1024 / 1024;
        Trouble::invalid(format!("The file has more than {megabytes} MB. Send a smaller one."))
    })?;
    let _turn = DECODING.acquire().await;
    let (store, files) = (app.store(), &app.0.files);
    Ok(photo::take_whole(store, files, staff.actor(), name, file, app.now()).await?)
}

fn cut_short(name: String, error: &MultipartError) -> Sent {
    let trouble = format!("This was cut short, or cannot be read: {error}. Send it again.");
    Sent { name, id: None, trouble: Some(trouble) }
}
