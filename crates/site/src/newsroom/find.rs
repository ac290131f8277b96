//! What the editor looks for while one types: people, stories, photos.

use accounts::person::{self, Person};
use accounts::policy::{Action, check_anywhere};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use base::{ArticleId, Day};
use projections::search;
use publish::photo::{Wanted, Which};
use publish::{article, draft, photo, site};
use serde::{Deserialize, Serialize};

use super::articles::readable;
use super::gate::Staff;
use super::page::Answer;
use super::trouble::Trouble;
use crate::App;
use crate::pages::like_this;

const SHOWN: usize = 12;
/// As many as an editor looks through.
const ALIKE: usize = 5;

#[derive(Deserialize)]
pub(super) struct Question {
    #[serde(default)]
    pub(super) q: String,
}

/// One thing to choose.
#[derive(Serialize)]
struct Choice {
    id: String,
    label: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
}

/// `GET /newsroom/find/people`
pub(super) async fn people(
    State(app): State<App>,
    staff: Staff,
    Query(Question { q }): Query<Question>,
) -> Answer {
    check_anywhere(staff.actor(), Action::WriteArticle)?;
    Ok(choose(person::all(app.store()).await?, &q))
}

/// `GET /newsroom/find/stories`: those that are published.
pub(super) async fn stories(
    State(app): State<App>,
    staff: Staff,
    Query(Question { q }): Query<Question>,
) -> Answer {
    check_anywhere(staff.actor(), Action::WriteArticle)?;
    let query = search::Query { limit: SHOWN, ..search::Query::new(q) };
    let found =
        app.0.search.search(&query).await.map_err(|error| Trouble::invalid(error.to_string()))?;
    let ids: Vec<_> = found.hits.iter().map(|hit| hit.article).collect();
    published(&app, &ids).await
}

/// `GET /newsroom/articles/{id}/alike`: published stories about the same as this one, as it is
/// written now.
pub(super) async fn alike(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<ArticleId>,
) -> Answer {
    let (known, _) = readable(&app, &staff, id).await?;
    let content = draft::content(app.store(), &known).await?;
    let chosen: Vec<_> = content.related.iter().filter_map(|related| related.article).collect();
    let found = app.0.search.similar(like_this(id, &content), ALIKE + chosen.len()).await;
    let mut ids = found.map_err(|error| Trouble::invalid(error.to_string()))?;
    ids.retain(|id| !chosen.contains(id));
    ids.truncate(ALIKE);
    published(&app, &ids).await
}

async fn published(app: &App, ids: &[ArticleId]) -> Answer {
    let teasers = article::teasers(app.store(), ids).await?;
    let choices: Vec<Choice> = teasers
        .into_iter()
        .map(|teaser| Choice {
            id: teaser.id.to_string(),
            label: teaser.headline,
            detail: teaser.kind.name().to_owned(),
            address: Some(teaser.path),
        })
        .collect();
    Ok(Json(choices).into_response())
}

/// `GET /newsroom/find/photos`
pub(super) async fn photos(
    State(app): State<App>,
    staff: Staff,
    Query(Question { q }): Query<Question>,
) -> Answer {
    check_anywhere(staff.actor(), Action::PlacePhoto)?;
    let today = Day::at(app.now(), &site::current(app.store()).await?.zone);
    let wanted = Wanted { text: &q, which: Which::All, today, before: None };
    let found = photo::find(app.store(), wanted, 24).await?;
    let choices: Vec<Choice> = found
        .into_iter()
        // Nobody is offered what may be used no longer.
        .filter(|photo| photo.ended(today).is_none())
        .map(|photo| Choice {
            id: photo.id.to_string(),
            label: if photo.caption.is_empty() { photo.alt } else { photo.caption },
            detail: photo.credit,
            address: None,
        })
        .collect();
    Ok(Json(choices).into_response())
}

/// Those of the people whose name holds what was typed.
pub(super) fn choose(people: impl IntoIterator<Item = Person>, typed: &str) -> Response {
    let wanted = base::title_key(typed);
    let found = people.into_iter().filter(|it| base::title_key(&it.name).contains(&wanted));
    let choices: Vec<Choice> = found
        .take(SHOWN)
        .map(|person| Choice {
            id: person.id.to_string(),
            label: person.name,
            detail: person.title,
            address: None,
        })
        .collect();
    Json(choices).into_response()
}
