//! The JSON API under `/api/v1`: every command of publishing, and what a newsroom's programs read.
//!
//! [`routes`] lists each address together with its part of the OpenAPI document, so neither can be
//! without the other. A handler parses, runs one command, and answers with what is now true.
//!
//! Whoever asks needs a token: reading needs the scope `read`, and each command what the policy
//! says. Only the document itself is open to everybody.

mod articles;
mod auth;
mod captions;
mod change;
mod document;
mod extract;
mod front;
mod meetings;
mod people;
mod photos;
mod problem;
mod schema;
mod sections;
mod site;

use axum::Router;
use axum::http::{HeaderValue, Method, Uri, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use problem::Problem;

/// What a handler gives: an answer, or a problem that says what to do.
type Answer<T> = Result<T, Problem>;

/// All addresses under `/api`, those that do not exist included.
pub(crate) fn router() -> Router<App> {
    let (routes, _) = routes().split_for_parts();
    let document = HeaderValue::from_static("public, max-age=300");
    Router::new().nest(
        "/api",
        routes
            .route(
                "/openapi.json",
                get(async move || ([(header::CACHE_CONTROL, document)], axum::Json(openapi()))),
            )
            .fallback(nothing_here)
            .method_not_allowed_fallback(wrong_method)
            .layer(map_response(not_stored)),
    )
}

/// The OpenAPI document: the contract with those who use the API.
pub fn openapi() -> serde_json::Value {
    let (_, paths) = OpenApiRouter::new().nest("/api", routes()).split_for_parts();
    document::complete(paths)
}

/// Every address of the API, below `/api`.
fn routes() -> OpenApiRouter<App> {
    let v1 = OpenApiRouter::new()
        .routes(routes!(site::show, site::describe))
        .routes(routes!(sections::list, sections::create))
        .routes(routes!(sections::rename))
        .routes(routes!(people::list, people::add))
        .routes(routes!(people::show, people::describe))
        .routes(routes!(articles::read::list, articles::write::create))
        .routes(routes!(articles::read::show, articles::write::revise))
        .routes(routes!(articles::publish::publish))
        .routes(routes!(articles::publish::schedule))
        .routes(routes!(articles::publish::unschedule))
        .routes(routes!(articles::publish::correct))
        .routes(routes!(articles::read::corrections))
        .routes(routes!(articles::publish::withdraw))
        .routes(routes!(articles::relocate::move_to))
        .routes(routes!(articles::relocate::rename))
        .routes(routes!(articles::relocate::also_at))
        .routes(routes!(articles::read::revisions))
        .routes(routes!(articles::read::revision))
        .routes(routes!(photos::add))
        .routes(routes!(photos::show, photos::describe))
        .routes(routes!(front::show, front::arrange))
        .routes(routes!(meetings::list, meetings::plan))
        .routes(routes!(meetings::show))
        .routes(routes!(captions::write));
    OpenApiRouter::new().nest("/v1", v1)
}

async fn nothing_here(uri: Uri) -> Problem {
    Problem::not_found(format!(
        "There is nothing at {}. /api/openapi.json lists every address of this API.",
        uri.path()
    ))
}

async fn wrong_method(method: Method) -> Problem {
    Problem::wrong_method(&method)
}

/// Drafts must not stay behind in anybody's cache.
async fn not_stored(answer: Response) -> Response {
    let mut answer = answer.into_response();
    answer
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    answer
}

#[cfg(test)]
mod tests;
