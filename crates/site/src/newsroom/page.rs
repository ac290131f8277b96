//! A page of the newsroom: what all have in common, and how one becomes HTML.

use accounts::policy::{Action, check, check_anywhere};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use publish::site::{self, Site};
use serde::Serialize;

use super::gate::{Nonce, Staff};
use super::trouble::Trouble;
use crate::App;
use crate::view::NewsroomFrame;

/// What a handler of the newsroom gives.
pub(super) type Answer = Result<Response, Trouble>;

/// A page's own part, and the template that shows it.
pub(super) trait View: Serialize {
    /// Below `templates/newsroom/`.
    const TEMPLATE: &'static str;
}

/// What every page of a request is framed in.
pub(super) struct Frame {
    app: App,
    pub(super) site: Site,
    pub(super) language: String,
    nonce: String,
    staff: Option<Staff>,
}

impl Frame {
    /// The page, whole.
    pub(super) fn show<V: View>(&self, view: &V) -> Answer {
        self.show_with(StatusCode::OK, view, None)
    }

    /// The same page with what went wrong, so that nothing that was typed is lost.
    pub(super) fn refuse<V: View>(&self, view: &V, trouble: &Trouble) -> Answer {
        self.show_with(trouble.status, view, Some(&trouble.detail))
    }

    fn show_with<V: View>(&self, status: StatusCode, view: &V, trouble: Option<&str>) -> Answer {
        let may = |action| {
            self.staff.as_ref().is_some_and(|it| check_anywhere(it.actor(), action).is_ok())
        };
        let frame = NewsroomFrame {
            site: self.site.name.clone(),
            zone: self.site.zone.clone(),
            language: self.language.clone(),
            nonce: self.nonce.clone(),
            csrf: self.staff.as_ref().map(|staff| staff.csrf.clone()),
            name: self.staff.as_ref().map(|staff| staff.session.person.name.clone()),
            may_keep_photos: may(Action::KeepPhotos),
            may_moderate: may(Action::Moderate),
            may_broadcast: may(Action::Broadcast),
            may_hold_meetings: may(Action::HoldMeetings),
            may_arrange_front: self
                .staff
                .as_ref()
                .is_some_and(|it| check(it.actor(), Action::ArrangeFront).is_ok()),
            may_arrange_site: may(Action::ArrangeSite),
            may_keep_people: may(Action::GrantRoles),
            may_read_audit: may(Action::ReadAudit),
            trouble: trouble.map(str::to_owned),
        };
        let html = self.app.0.templates.render_newsroom(V::TEMPLATE, &frame, view);
        let html = html.map_err(|error| Trouble::from(crate::error::PageError::from(error)))?;
        Ok((status, Html(html)).into_response())
    }
}

impl FromRequestParts<App> for Frame {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Trouble> {
        let site = site::current(app.store()).await?;
        let words = app.0.templates.words();
        let language = words.closest(wanted(&parts.headers), &site.language).to_owned();
        Ok(Self {
            app: app.clone(),
            site,
            language,
            nonce: parts.extensions.get::<Nonce>().map(|it| it.0.clone()).unwrap_or_default(),
            staff: parts.extensions.get::<Staff>().cloned(),
        })
    }
}

/// The language that the browser's owner likes best.
fn wanted(headers: &HeaderMap) -> &str {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    accepted.and_then(|it| it.split([',', ';']).next()).unwrap_or_default().trim()
}

/// The way to another page of the newsroom, after something was done.
pub(super) fn go(to: &str) -> Answer {
    Ok(axum::response::Redirect::to(to).into_response())
}
