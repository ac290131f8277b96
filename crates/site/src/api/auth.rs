//! Who asks, and whether they may: part of each handler's signature.

use std::marker::PhantomData;

use accounts::policy::{self, Action};
use accounts::token;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base::Actor;

use super::problem::Problem;
use crate::app::App;

/// An actor who may do `P`. Extracted before the body is read, so that a stranger's body never is.
pub(super) struct May<P> {
    pub(super) actor: Actor,
    permission: PhantomData<P>,
}

/// One of the policy's actions, as a type.
pub(super) trait Permission: Send {
    const ACTION: Action;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        pub(super) struct $name;

        impl Permission for $name {
            const ACTION: Action = Action::$name;
        }
    )+};
}

permissions! {
    /// Needed for everything that only reads, drafts or not: one rule instead of two.
    ReadUnpublished
    WriteArticle
    PublishArticle
    KeepPhotos
    ArrangeFront
    Caption
    HoldMeetings
    ArrangeSite
    KeepPeople
}

impl<P: Permission> FromRequestParts<App> for May<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let actor = caller(parts, app).await?;
        policy::check_anywhere(&actor, P::ACTION)?;
        Ok(Self { actor, permission: PhantomData })
    }
}

async fn caller(parts: &Parts, app: &App) -> Result<Actor, Problem> {
    let text = bearer(parts).ok_or_else(|| {
        Problem::unknown_caller(
            "This needs a token: send the header \"Authorization: Bearer tribune_…\". \
             `tribune token add` makes one.",
            "Bearer realm=\"Tribune\"",
        )
    })?;
    token::authenticate(app.store(), text, app.now()).await?.ok_or_else(|| {
        Problem::unknown_caller(
            "This token is unknown, revoked or over. `tribune token add` makes a new one.",
            "Bearer realm=\"Tribune\", error=\"invalid_token\"",
        )
    })
}

/// The token of exactly one `Authorization` header: with two, it would be anybody's guess.
fn bearer(parts: &Parts) -> Option<&str> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
