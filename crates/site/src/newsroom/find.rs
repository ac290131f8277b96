//! What the editor looks for while one types: people, stories, photos.

use accounts::person;
use accounts::policy::{Action, check_anywhere};
use axum::Json;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use projections::search;
use publish::{article, photo};
use serde::{Deserialize, Serialize};

use super::gate::Staff;
use super::page::Answer;
use super::trouble::Trouble;
use crate::App;

const SHOWN: usize = 12;

#[derive(Deserialize)]
pub(super) struct Question {
    #[serde(default)]
    q: String,
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
    let wanted = base::title_key(&q);
    let all = person::all(app.store()).await?;
    let found = all.into_iter().filter(|person| base::title_key(&person.name).contains(&wanted));
    let choices: Vec<Choice> = found
        .take(SHOWN)
        .map(|person| Choice {
            id: person.id.to_string(),
            label: person.name,
            detail: person.title,
            address: None,
        })
        .collect();
    Ok(Json(choices).into_response())
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
    let teasers = article::teasers(app.store(), &ids).await?;
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
    let found = photo::find(app.store(), &q, 24).await?;
    let choices: Vec<Choice> = found
        .into_iter()
        .map(|photo| Choice {
            id: photo.id.to_string(),
            label: if photo.caption.is_empty() { photo.alt } else { photo.caption },
            detail: photo.credit,
            address: None,
        })
        .collect();
    Ok(Json(choices).into_response())
}
