//! A story as readers will see it: in the newsroom, and by a link for somebody outside.

use std::time::Duration;

use accounts::person;
use accounts::policy::{Action, check_anywhere, check_on};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse as _, Response};
use base::{ArticleId, PhotoId, PreviewId, Timestamp};
use publish::article::{self, Article};
use publish::{draft, preview};
use serde::{Deserialize, Serialize};

use super::articles::readable;
use super::forms::Posted;
use super::gate::{self, Staff};
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use super::welcome::over;
use crate::App;
use crate::pages;

/// Lets an outsider's browser load the photos of the story that its link shows.
const COOKIE: &str = "tribune-preview";

#[derive(Deserialize)]
pub(super) struct Look {
    #[serde(default)]
    width: String,
}

#[derive(Serialize)]
struct PreviewPage {
    id: String,
    headline: String,
    /// `phone` or `desktop`.
    width: &'static str,
    may_share: bool,
    links: Vec<Link>,
    /// The link that was just made: shown this once.
    link: Option<String>,
}

#[derive(Serialize)]
struct Link {
    id: String,
    label: String,
    who: String,
    until: Timestamp,
}

impl View for PreviewPage {
    const TEMPLATE: &'static str = "preview.html";
}

/// `GET /newsroom/articles/{id}/preview?width=phone`
pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<ArticleId>,
    Query(look): Query<Look>,
) -> Answer {
    frame.show(&page(&app, &staff, id, &look.width, None).await?)
}

/// `GET /newsroom/articles/{id}/preview/page`: the page that publishing would make, nothing else.
pub(super) async fn bare(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<ArticleId>,
) -> Answer {
    rendered(&app, &readable(&app, &staff, id).await?.0).await
}

/// `POST /newsroom/articles/{id}/preview/links`: makes a link for somebody outside.
pub(super) async fn share(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<ArticleId>,
    Posted(fields): Posted,
) -> Answer {
    check_anywhere(staff.actor(), Action::WriteArticle)?;
    let shared: Result<String, Trouble> = async {
        let days: u64 = fields.text("days").parse().unwrap_or_default();
        let lasts = Duration::from_secs(days.saturating_mul(86_400));
        let (label, secret) = (fields.text("label"), app.store().secret());
        let mut tx = app.store().begin().await?;
        let text =
            preview::share(&mut tx, staff.actor(), id, label, lasts, secret, app.now()).await?;
        tx.commit().await?;
        Ok(text)
    }
    .await;
    match shared {
        Ok(text) => frame.show(&page(&app, &staff, id, "", Some(address(&app, &text))).await?),
        Err(trouble) => frame.refuse(&page(&app, &staff, id, "", None).await?, &trouble),
    }
}

/// `POST /newsroom/articles/{id}/preview/links/{preview}/revoke`
pub(super) async fn revoke(
    State(app): State<App>,
    staff: Staff,
    Path((id, link)): Path<(ArticleId, PreviewId)>,
    Posted(_): Posted,
) -> Answer {
    let mut tx = app.store().begin().await?;
    preview::revoke(&mut tx, staff.actor(), id, link, app.now()).await?;
    tx.commit().await?;
    go(&format!("/newsroom/articles/{id}/preview"))
}

/// `GET /newsroom/preview/{link}`: for whoever has the link.
pub(super) async fn outside(
    State(app): State<App>,
    frame: Frame,
    Path(text): Path<String>,
) -> Answer {
    let now = app.now();
    let Some(found) = preview::find(app.store(), &text, now).await? else {
        return over(&frame);
    };
    let known = article::by_id(app.store(), found.article_id).await?;
    let mut response = rendered(&app, &known.ok_or_else(|| Trouble::missing("story"))?).await?;
    let lasts = found.expires_at.since(now).as_secs();
    let cookie = format!(
        "{COOKIE}={text}; Path=/photos; HttpOnly; SameSite=Lax; Max-Age={lasts}{}",
        gate::secure(&app)
    );
    let headers = response.headers_mut();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    // The address is a secret: no site that the story links to is told it.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

/// Whether a request may load a photo that no published article shows: it comes from staff, or from
/// somebody with a link to a story that shows it.
pub(crate) async fn may_see(app: &App, headers: &HeaderMap, photo: PhotoId) -> bool {
    if gate::is_staff(app, headers).await {
        return true;
    }
    let Some(text) = gate::named_cookie(headers, COOKIE) else { return false };
    let shows: Result<bool, Trouble> = async {
        let Some(found) = preview::find(app.store(), text, app.now()).await? else {
            return Ok(false);
        };
        let Some(known) = article::by_id(app.store(), found.article_id).await? else {
            return Ok(false);
        };
        Ok(draft::content(app.store(), &known).await?.photos().contains(&photo))
    }
    .await;
    shows.unwrap_or(false)
}

async fn page(
    app: &App,
    staff: &Staff,
    id: ArticleId,
    width: &str,
    link: Option<String>,
) -> Result<PreviewPage, Trouble> {
    let (known, object) = readable(app, staff, id).await?;
    let may_share = check_on(staff.actor(), Action::WriteArticle, &object).is_ok();
    let links = match may_share {
        true => preview::of_article(app.store(), id, app.now()).await?,
        false => Vec::new(),
    };
    let makers: Vec<_> = links.iter().map(|link| link.person_id).collect();
    let makers = person::by_ids(app.store(), &makers).await?;
    let who = |id| makers.iter().find(|it| it.id == id).map(|it| it.name.clone());
    let newest = article::revision(app.store(), id, known.newest_revision).await?;
    Ok(PreviewPage {
        id: id.to_string(),
        headline: newest.map(|it| it.content.headline).unwrap_or_default(),
        width: if width == "phone" { "phone" } else { "desktop" },
        may_share,
        links: links
            .into_iter()
            .map(|link| Link {
                id: link.id.to_string(),
                who: who(link.person_id).unwrap_or_default(),
                label: link.label,
                until: link.expires_at,
            })
            .collect(),
        link,
    })
}

async fn rendered(app: &App, known: &Article) -> Result<Response, Trouble> {
    let content = draft::content(app.store(), known).await?;
    let html = pages::preview(app, known, content).await?;
    let policy = app.0.content_security_policy.clone();
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response())
}

fn address(app: &App, text: &str) -> String {
    let public = app.0.settings.public_url.as_str().trim_end_matches('/');
    format!("{public}/newsroom/preview/{text}")
}
