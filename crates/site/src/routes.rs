use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::pages::{account, discussion};
use crate::{App, api, channel, meetings, newsroom, pages, recordings, whip};

/// Every address there is.
pub fn router(app: App) -> Router {
    Router::new()
        // Readers.
        .route("/", get(pages::front))
        .route("/authors/{slug}", get(pages::author))
        .route("/search", get(pages::search))
        .route("/live", get(pages::live::live))
        .route("/live/audio", get(pages::live::audio))
        .route("/live/embed", get(pages::live::embed))
        .route("/live/schedule.ics", get(pages::live::schedule))
        .route("/photos/{id}/{edition}/{name}", get(pages::photo))
        .route("/assets/{name}", get(pages::asset))
        // Readers who say something.
        .route("/discussions/{article}", get(discussion::discussion).post(discussion::post))
        .route("/discussions/{article}/live", get(discussion::live))
        .route("/discussions/{article}/follow", post(account::follow))
        .route("/follows/{id}", get(account::followed).post(account::unfollow))
        .route("/account", get(account::show).post(account::rename))
        .route("/account/link", post(account::ask))
        .route("/account/link/{link}", get(account::link).post(account::redeem))
        .route("/account/sign-in", post(account::sign_in))
        .route("/account/passkey", post(account::begin_passkey))
        .route("/account/passkey/answer", post(account::finish_passkey))
        .route("/account/passkeys", post(account::begin_new_passkey))
        .route("/account/passkeys/answer", post(account::finish_new_passkey))
        .route("/account/passkeys/{id}/remove", post(account::remove_passkey))
        .route("/account/provider", post(account::ask_provider))
        .route("/account/provider/answer", get(account::provider_answer))
        .route("/account/provider/remove", post(account::unlink_provider))
        .route("/account/arrive/{arrival}", post(account::arrive))
        .route("/account/sign-out", post(account::sign_out))
        .route("/account/forget", post(account::forget))
        .route("/commenters/{id}", get(discussion::profile))
        .route("/comments/mine", get(discussion::mine))
        .route("/comments/mine.json", get(discussion::export))
        .route("/comments/mine/forget", post(discussion::forget))
        .route("/comments/challenge", get(discussion::challenge))
        .route("/comments/{id}", get(discussion::one))
        .route("/comments/{id}/recommend", post(discussion::recommend))
        .route("/comments/{id}/report", post(discussion::report))
        .route("/comments/{id}/edit", post(discussion::edit))
        .route("/comments/{id}/remove", post(discussion::remove))
        .route("/comments/{id}/appeal", post(discussion::appeal))
        // The channel.
        .merge(whip::router())
        .route("/channels/{channel}/{file}", get(channel::file))
        .route("/channels/{channel}/{rendition}/{file}", get(channel::rendition))
        .route("/recordings/{id}/{file}", get(recordings::file))
        .route("/recordings/{id}/{rendition}/{file}", get(recordings::rendition))
        .route("/programmes/{id}", get(pages::programme::show))
        // Meetings, while they go on.
        .merge(meetings::router())
        // Meetings, as readers are told of them.
        .route("/meetings/", get(pages::meeting::list))
        .route("/meetings", get(pages::meeting::with_slash))
        .route("/meetings/{id}", get(pages::meeting::show))
        // Machines that read.
        .route("/feeds/{file}", get(pages::site_feed))
        .route("/sitemap.xml", get(pages::sitemap_index))
        .route("/sitemaps/{file}", get(pages::sitemap_part))
        .route("/news-sitemap.xml", get(pages::news_sitemap))
        .route("/robots.txt", get(pages::robots))
        .route("/oembed", get(pages::oembed))
        // Machines that look after this one.
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        // Programs that write.
        .merge(api::router())
        // Staff.
        .merge(newsroom::router(app.clone()))
        // Sections and articles, at addresses that editors choose.
        .fallback(pages::at_path)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), secured))
        .with_state(app)
}

/// The process runs.
async fn live() -> &'static str {
    "live\n"
}

/// The process can do its work: the record answers.
async fn ready(State(app): State<App>) -> Response {
    match store::events::head(app.store()).await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!("Not ready: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, "The database does not answer.\n").into_response()
        }
    }
}

/// For Prometheus (text format 0.0.4).
async fn metrics(State(app): State<App>) -> Response {
    let (pages, bytes) = app.0.pages.size();
    let followed = app.0.pages_followed.position();
    let log = store::events::head(app.store()).await.unwrap_or(followed);
    let jobs = store::jobs::waiting(app.store()).await.unwrap_or(0);
    let found = app.0.search.len();
    let listening = app.live().listening();
    let text = format!(
        "# HELP tribune_pages_cached Pages that are finished and kept.\n\
         # TYPE tribune_pages_cached gauge\ntribune_pages_cached {pages}\n\
         # HELP tribune_pages_cached_bytes What the kept pages take.\n\
         # TYPE tribune_pages_cached_bytes gauge\ntribune_pages_cached_bytes {bytes}\n\
         # HELP tribune_events_appended_total Events in the log.\n\
         # TYPE tribune_events_appended_total counter\ntribune_events_appended_total {log}\n\
         # HELP tribune_page_cache_lag Events that the page cache has yet to follow.\n\
         # TYPE tribune_page_cache_lag gauge\ntribune_page_cache_lag {}\n\
         # HELP tribune_jobs_waiting Jobs that are neither done nor given up.\n\
         # TYPE tribune_jobs_waiting gauge\ntribune_jobs_waiting {jobs}\n\
         # HELP tribune_search_articles Articles that can be found.\n\
         # TYPE tribune_search_articles gauge\ntribune_search_articles {found}\n\
         # HELP tribune_discussion_listeners Readers who are told of new comments.\n\
         # TYPE tribune_discussion_listeners gauge\ntribune_discussion_listeners {listening}\n",
        log - followed,
    );
    let text = text + &app.studio().map(channel::metrics).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// A mistake of ours that nobody foresaw ends one request, and no more.
#[expect(clippy::needless_pass_by_value, reason = "it is what the layer gives")]
fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let why = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it did not say why");
    tracing::error!("A request made Tribune panic: {why}");
    let told = "Tribune failed to answer, and its log says why. Try again later.\n";
    let mut response = (StatusCode::INTERNAL_SERVER_ERROR, told).into_response();
    pages::uncached(&mut response, "text/plain; charset=utf-8");
    response
}

/// Whatever is answered carries the headers that keep browsers safe; HTML of any sort, the policy.
async fn secured(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    pages::add_security(&app, headers);
    let html =
        headers.get(header::CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    if html {
        let policy = &app.0.content_security_policy;
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| policy.clone());
    }
    response
}
