//! The photo desk: what there is, what is found, and what needs somebody's eye.

use std::collections::BTreeMap;

use accounts::policy::{self, Action};
use axum::extract::{Query, State};
use base::{ArticleId, Day, PhotoId};
use publish::article::{self, Teaser};
use publish::photo::{self, Lack, Photo, Wanted, Which};
use serde::{Deserialize, Serialize};

use super::gate::Staff;
use super::page::{Answer, Frame, View};
use super::trouble::Trouble;
use crate::App;

const PER_PAGE: i64 = 60;

#[derive(Deserialize)]
pub(super) struct Question {
    #[serde(default)]
    q: String,
    #[serde(default)]
    which: String,
    /// Where the page begins: after the last photo of the one before.
    before: Option<PhotoId>,
}

#[derive(Serialize)]
pub(super) struct PhotosPage {
    q: String,
    which: &'static str,
    choices: Vec<&'static str>,
    photos: Vec<Row>,
    /// The last photo, when there may be more.
    older: Option<String>,
    /// What readers see though it may be used no longer.
    ended: Vec<Ended>,
    /// What came of the files that a form without scripts has sent.
    pub(super) sent: Vec<Sent>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    caption: String,
    credit: String,
    alt: String,
    lacks: bool,
    ending: Option<String>,
    ended: Option<String>,
}

#[derive(Serialize)]
struct Ended {
    photo: Row,
    uses: Vec<Use>,
}

/// What came of one file.
#[derive(Serialize)]
pub(super) struct Sent {
    pub(super) name: String,
    pub(super) id: Option<String>,
    pub(super) trouble: Option<String>,
}

/// A story that shows a photo.
#[derive(Serialize)]
struct Use {
    headline: String,
    address: String,
}

impl From<Teaser> for Use {
    fn from(teaser: Teaser) -> Self {
        Self { headline: teaser.headline, address: teaser.path }
    }
}

impl View for PhotosPage {
    const TEMPLATE: &'static str = "photos.html";
}

/// `GET /newsroom/photos`
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Query(question): Query<Question>,
) -> Answer {
    policy::check_anywhere(staff.actor(), Action::KeepPhotos)?;
    frame.show(&page(&app, &frame, question).await?)
}

/// The first page, after files were sent.
pub(super) async fn first_page(app: &App, frame: &Frame) -> Result<PhotosPage, Trouble> {
    page(app, frame, Question { q: String::new(), which: String::new(), before: None }).await
}

async fn page(app: &App, frame: &Frame, question: Question) -> Result<PhotosPage, Trouble> {
    let Question { q, which, before } = question;
    let (store, today) = (app.store(), today(app, &frame.site.zone));
    let which = Which::parse(&which).unwrap_or_default();
    let before = match before {
        Some(id) => photo::by_ids(store, &[id]).await?.remove(&id).map(|it| (it.created_at, it.id)),
        None => None,
    };
    let wanted = Wanted { text: &q, which, today, before };
    let found = photo::find(store, wanted, PER_PAGE).await?;
    let is_full = i64::try_from(found.len()).unwrap_or(0) == PER_PAGE;
    let older = found.last().filter(|_| is_full).map(|photo| photo.id.to_string());
    Ok(PhotosPage {
        ended: shown_though_ended(app, today).await?,
        photos: found.into_iter().map(|photo| row(photo, today)).collect(),
        q,
        which: which.name(),
        choices: Which::ALL.map(Which::name).into(),
        older,
        sent: Vec::new(),
    })
}

async fn shown_though_ended(app: &App, today: Day) -> Result<Vec<Ended>, Trouble> {
    let mut uses: BTreeMap<PhotoId, Vec<ArticleId>> = BTreeMap::new();
    for (photo, article) in photo::shown_though_ended(app.store(), today).await? {
        uses.entry(photo).or_default().push(article);
    }
    let photos: Vec<PhotoId> = uses.keys().copied().collect();
    let mut known = photo::by_ids(app.store(), &photos).await?;
    let mut all = Vec::new();
    for (photo, articles) in uses {
        let Some(photo) = known.remove(&photo) else { continue };
        let teasers = article::teasers(app.store(), &articles).await?;
        let uses = teasers.into_iter().map(Use::from).collect();
        all.push(Ended { photo: row(photo, today), uses });
    }
    Ok(all)
}

fn row(photo: Photo, today: Day) -> Row {
    Row {
        id: photo.id.to_string(),
        lacks: !photo.lacks().is_empty(),
        ending: photo.ending(today).map(|day| day.to_string()),
        ended: photo.ended(today).map(|day| day.to_string()),
        alt: photo.told().to_owned(),
        caption: photo.caption,
        credit: photo.credit,
    }
}

/// The day that it is by the site's clocks.
pub(super) fn today(app: &App, zone: &str) -> Day {
    Day::at(app.now(), zone)
}

/// What a story's page says of a photo that needs somebody's eye.
#[derive(Serialize)]
pub(super) struct Remark {
    photo: String,
    name: String,
    lacks: Vec<&'static str>,
    ending: Option<String>,
    ended: Option<String>,
}

/// What is to be said of a photo where a story shows it; nothing when all is well.
pub(super) fn remark(photo: &Photo, lacks: &[Lack], today: Day) -> Option<Remark> {
    let (ending, ended) = (photo.ending(today), photo.ended(today));
    if lacks.is_empty() && ending.is_none() && ended.is_none() {
        return None;
    }
    Some(Remark {
        photo: photo.id.to_string(),
        name: photo.caption.clone(),
        lacks: lacks.iter().map(|lack| word(*lack)).collect(),
        ending: ending.map(|day| day.to_string()),
        ended: ended.map(|day| day.to_string()),
    })
}

/// As the translations name it.
fn word(lack: Lack) -> &'static str {
    match lack {
        Lack::Caption => "caption",
        Lack::Credit => "credit",
        Lack::Alt => "alt",
    }
}
