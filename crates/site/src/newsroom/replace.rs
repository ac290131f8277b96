//! Another photo in place of one, everywhere: first shown, then done as one act.

use accounts::policy::{self, Action};
use axum::extract::{Path, Query, State};
use base::PhotoId;
use publish::article::{self, PhotoPlace};
use publish::front;
use publish::photo::{self, Photo, Wanted, Which};
use serde::{Deserialize, Serialize};

use super::forms::Posted;
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::photos::today;
use super::trouble::Trouble;
use crate::App;

/// How many photos are offered.
const OFFERED: i64 = 24;

#[derive(Deserialize)]
pub(super) struct Question {
    #[serde(default)]
    q: String,
    with: Option<PhotoId>,
}

#[derive(Serialize)]
struct ReplacePage {
    old: Choice,
    /// The one that was chosen.
    new: Option<Choice>,
    q: String,
    offered: Vec<Choice>,
    places: Vec<Place>,
    /// Whether anything would be done.
    any: bool,
}

#[derive(Serialize)]
struct Choice {
    id: String,
    name: String,
    credit: String,
}

/// A story that shows a photo.
#[derive(Serialize)]
pub(super) struct Place {
    id: String,
    headline: String,
    /// Its address, where readers see the photo.
    address: Option<String>,
    front: bool,
    scheduled: bool,
    /// Whether the photo is in what is being written only.
    written_only: bool,
    /// What whoever asks may do: "publish", "place" or "nothing".
    may: &'static str,
}

impl View for ReplacePage {
    const TEMPLATE: &'static str = "replace_photo.html";
}

/// `GET /newsroom/photos/{id}/replace`
pub(super) async fn form(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<PhotoId>,
    Query(Question { q, with }): Query<Question>,
) -> Answer {
    policy::check_anywhere(staff.actor(), Action::PlacePhoto)?;
    frame.show(&page(&app, &staff, &frame, id, q, with).await?)
}

/// `POST /newsroom/photos/{id}/replace`
pub(super) async fn replace(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<PhotoId>,
    Posted(fields): Posted,
) -> Answer {
    policy::check_anywhere(staff.actor(), Action::PlacePhoto)?;
    let new: PhotoId = fields.text("with").parse().map_err(|_| Trouble::missing("photo"))?;
    let done: Result<(), Trouble> = async {
        let mut tx = app.store().begin().await?;
        let changed = article::replace_photo(&mut tx, staff.actor(), id, new, app.now()).await?;
        tx.commit().await?;
        for article in changed {
            app.hub().written(article);
        }
        let position = store::events::head(app.store()).await?;
        let shown = app.shown(position);
        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), shown).await;
        Ok(())
    }
    .await;
    match done {
        Ok(()) => go(&format!("/newsroom/photos/{new}")),
        Err(trouble) => {
            let page = page(&app, &staff, &frame, id, String::new(), Some(new)).await?;
            frame.refuse(&page, &trouble)
        }
    }
}

async fn page(
    app: &App,
    staff: &Staff,
    frame: &Frame,
    id: PhotoId,
    q: String,
    with: Option<PhotoId>,
) -> Result<ReplacePage, Trouble> {
    let store = app.store();
    let ids: Vec<PhotoId> = [Some(id), with].into_iter().flatten().collect();
    let known = photo::by_ids(store, &ids).await?;
    let old = known.get(&id).ok_or_else(|| Trouble::missing("photo"))?;
    let new = with.filter(|with| *with != id).and_then(|with| known.get(&with));
    let today = today(app, &frame.site.zone);
    let wanted = Wanted { text: &q, which: Which::All, today, before: None };
    let offered = match new {
        Some(_) => Vec::new(),
        None => photo::find(store, wanted, OFFERED).await?,
    };
    let offered = offered.iter().filter(|photo| photo.id != id && photo.ended(today).is_none());
    let places = places(app, staff, id).await?;
    Ok(ReplacePage {
        offered: offered.map(choice).collect(),
        any: places.iter().any(|place| place.may != "nothing"),
        places,
        old: choice(old),
        new: new.map(choice),
        q,
    })
}

/// Where a photo stands, as far as whoever asks may know.
pub(super) async fn places(
    app: &App,
    staff: &Staff,
    photo: PhotoId,
) -> Result<Vec<Place>, Trouble> {
    let front = front::places(app.store()).await?;
    let all = article::photo_places(app.store(), photo).await?;
    let open =
        all.into_iter().filter(|place| place.shown.is_some() || place.is_open_to(staff.actor()));
    let place = |place: PhotoPlace| Place {
        id: place.article.id.to_string(),
        may: if !place.may_place(staff.actor()) {
            "nothing"
        } else if place.may_publish(staff.actor()) {
            "publish"
        } else {
            "place"
        },
        front: place.shown.is_some() && front.contains(&place.article.id),
        scheduled: place.scheduled,
        written_only: place.shown.is_none() && !place.scheduled,
        address: place.shown.as_ref().map(|_| place.article.path.clone()),
        // What is written on is not everybody's to read.
        headline: if place.is_open_to(staff.actor()) {
            place.headline
        } else {
            place.shown.unwrap_or_default()
        },
    };
    Ok(open.map(place).collect())
}

fn choice(photo: &Photo) -> Choice {
    Choice { id: photo.id.to_string(), name: photo.caption.clone(), credit: photo.credit.clone() }
}
