//! What comes before a comment is kept: the check outside of this program, and the proof of work that
//! a flood asks for.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use base::{ArticleId, CommentId};
use discuss::comment::External;
use discuss::commenter::Commenter;
use discuss::{Text, proof};
use serde::Deserialize;

use super::Told;
use super::act::reader;
use crate::App;
use crate::comment_check::Question;
use crate::newsroom::staff_of;
use crate::pages::failed;
use crate::serve::ClientAddress;

/// What the check outside says of a comment under this story, if there is one. It is asked before the
/// record is held, so nobody else waits for its answer.
pub(super) async fn ask(
    app: &App,
    told: &Told,
    commenter: Option<&Commenter>,
    (name, text, parent): (&str, &Text, Option<CommentId>),
) -> Option<External> {
    let check = app.comment_check()?;
    let story = app.public_url().join(&told.path).map(String::from).unwrap_or_default();
    let question = Question {
        text: text.as_str(),
        name,
        language: &told.language,
        story: &story,
        parent,
        known: commenter.is_some_and(Commenter::is_known),
    };
    Some(check.ask(&question, app.now()).await)
}

#[derive(Deserialize)]
pub(crate) struct Under {
    article: ArticleId,
}

/// `GET /comments/challenge`: what to solve before one writes under an article, or 204 where nothing
/// is asked for.
pub(crate) async fn challenge(
    State(app): State<App>,
    Query(Under { article }): Query<Under>,
    headers: HeaderMap,
    address: Option<Extension<ClientAddress>>,
) -> Response {
    let asked = async {
        if staff_of(&app, &headers).await.is_some() {
            return Ok(None);
        }
        let (me, now) = (reader(&app, &headers).await?, app.now());
        let network = address.map(|Extension(address)| address.network());
        let network = network.as_deref();
        match proof::needed(app.store(), me.as_ref(), article, network, now).await? {
            true => Ok(Some(proof::challenge(app.store(), now).await?)),
            false => Ok(None),
        }
    };
    let mut response = match asked.await {
        Ok(Some(challenge)) => Json(challenge).into_response(),
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => return failed(&app, &error).await,
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
