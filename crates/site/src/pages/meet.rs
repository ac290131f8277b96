//! `GET /meet/{meeting}`: the page that one sits at. Everything else comes over the socket.
//! `GET /meet/test`: the page that tells whether one could.

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use base::MeetingId;
use meet::meeting;
use projections::page_cache::Rendered;

use super::answer::{Answer, fresh};
use super::shell::Shell;
use super::{Result, missing};
use crate::App;
use crate::view::{MeetPage, SelfTestPage};

/// A camera and a microphone are asked for on these pages, and nowhere else.
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()",
);

/// The link's secret stands behind `#`, which no browser sends; its address stays here nevertheless.
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");

pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    answer: Answer,
) -> Response {
    let mut response = fresh(&app, answer, find(&app, &id)).await;
    response.headers_mut().insert(header::REFERRER_POLICY, NO_REFERRER);
    allowed_devices(response)
}

pub(crate) async fn self_test(State(app): State<App>, answer: Answer) -> Response {
    let page = async {
        let shell = Shell::load(&app).await?;
        let headline = shell.word(&app, &shell.site.language, "self-test-title")?;
        let mut head = shell.head(&headline, &shell.site.language, "/meet/test");
        head.robots = Some("noindex".to_owned());
        let page = SelfTestPage { head, headline, media: app.rooms().is_some() };
        shell.render(&app, 200, page, Vec::new())
    };
    allowed_devices(fresh(&app, answer, page).await)
}

fn allowed_devices(mut response: Response) -> Response {
    response.headers_mut().insert(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    response
}

async fn find(app: &App, id: &str) -> Result<Rendered> {
    let Ok(id) = id.parse::<MeetingId>() else { return missing::not_found(app).await };
    let Some(known) = meeting::by_id(app.store(), id).await? else {
        return missing::not_found(app).await;
    };
    let shell = Shell::load(app).await?;
    let mut head = shell.head(&known.title, &shell.site.language, &format!("/meet/{id}"));
    head.robots = Some("noindex".to_owned());
    shell.render(app, 200, MeetPage { head, id, title: known.title }, Vec::new())
}
