//! Signing in, showing again who one is, and adding a way in, by the word of the provider that
//! vouches for staff. See [`crate::provider::errand`].

use accounts::ceremony::{Kind, Whose};
use accounts::{AccountError, identity, session};
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse as _;
use base::Timestamp;
use serde::{Deserialize, Serialize};
use store::events::Method;

use super::account;
use super::forms::{Fields, Posted};
use super::gate::{Arrived, FreshlyArrived, Staff, safe_next, set_cookie};
use super::page::{Answer, Frame, View, go};
use super::sign_in::{Who, confirm_page, sign_in_page};
use super::trouble::Trouble;
use crate::App;
use crate::provider::errand::{self, Answered, Brought, Errand, refused};
use crate::provider::{Provider, Word};

/// What a question is asked for.
#[derive(Serialize, Deserialize)]
struct About {
    why: Why,
    next: String,
}

/// Why the provider is asked who somebody is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Why {
    SignIn,
    Confirm,
    Link,
}

/// The page that leads to the provider.
#[derive(Serialize)]
struct LeavePage {
    label: String,
    address: String,
}

impl View for LeavePage {
    const TEMPLATE: &'static str = "to_provider.html";
}

/// `POST /newsroom/sign-in/provider`
pub(super) async fn sign_in(
    State(app): State<App>,
    frame: Frame,
    headers: HeaderMap,
    fields: Fields,
) -> Answer {
    let next = safe_next(fields.text("next"));
    match leave(&app, &frame, &headers, Why::SignIn, None, next).await {
        Err(trouble) => frame.refuse(&sign_in_page(&app, next, ""), &trouble),
        left => left,
    }
}

/// `POST /newsroom/confirm/provider`
pub(super) async fn confirm(
    State(app): State<App>,
    Arrived(staff): Arrived,
    frame: Frame,
    headers: HeaderMap,
    Posted(fields): Posted,
) -> Answer {
    let next = safe_next(fields.text("next"));
    match leave(&app, &frame, &headers, Why::Confirm, Some(&staff), next).await {
        Err(trouble) => frame.refuse(&confirm_page(&app, &staff, next).await?, &trouble),
        left => left,
    }
}

/// `POST /newsroom/account/provider`
pub(super) async fn link(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    frame: Frame,
    headers: HeaderMap,
    _: Posted,
) -> Answer {
    match leave(&app, &frame, &headers, Why::Link, Some(&staff), "/newsroom/account").await {
        Err(trouble) => frame.refuse(&account::page(&app, &staff).await?, &trouble),
        left => left,
    }
}

/// `POST /newsroom/account/provider/remove`
pub(super) async fn unlink(
    State(app): State<App>,
    FreshlyArrived(staff): FreshlyArrived,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    let (issuer, subject) = (fields.text("issuer"), fields.text("subject"));
    let done: Result<(), AccountError> = async {
        let mut tx = app.store().begin().await?;
        identity::unlink(&mut tx, staff.actor(), staff.person(), issuer, subject, app.now())
            .await?;
        Ok(tx.commit().await?)
    }
    .await;
    account::finish(&app, &staff, &frame, done).await
}

/// `GET /newsroom/sign-in/provider/answer`
pub(super) async fn answer(
    State(app): State<App>,
    staff: Option<Extension<Staff>>,
    frame: Frame,
    who: Who,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Answer {
    let staff = staff.map(|Extension(staff)| staff);
    let asked = match errand::taken::<About>(&app, Kind::Provider, &headers, &brought).await {
        Ok(asked) => asked,
        Err(trouble) => return frame.refuse(&sign_in_page(&app, "", ""), &trouble),
    };
    let About { why, ref next } = asked.about;
    match (let_in(&app, staff.as_ref(), &who, &asked, brought).await, staff) {
        (Err(trouble), Some(staff)) if why == Why::Confirm => {
            frame.refuse(&confirm_page(&app, &staff, next).await?, &trouble)
        }
        (Err(trouble), Some(staff)) if why == Why::Link => {
            frame.refuse(&account::page(&app, &staff).await?, &trouble)
        }
        (Err(trouble), _) => frame.refuse(&sign_in_page(&app, next, ""), &trouble),
        (done, _) => done,
    }
}

async fn leave(
    app: &App,
    frame: &Frame,
    headers: &HeaderMap,
    why: Why,
    staff: Option<&Staff>,
    next: &str,
) -> Answer {
    let provider = provider(app)?;
    let errand = Errand {
        kind: Kind::Provider,
        whose: staff.map_or(Whose::Nobody, |it| Whose::Person(it.person())),
        about: About { why, next: next.to_owned() },
        anew: why == Why::Confirm,
        hint: staff.and_then(|it| it.session.person.email.as_deref()),
    };
    let way = errand::leave(app, provider, headers, errand).await?;
    let (label, address) = (provider.label().to_owned(), way.address.clone());
    let mut response = frame.show(&LeavePage { label, address })?;
    way.lead(&mut response);
    Ok(response)
}

/// Does what the question was asked for, if the answer allows it.
async fn let_in(
    app: &App,
    staff: Option<&Staff>,
    who: &Who,
    asked: &Answered<About>,
    brought: Brought,
) -> Answer {
    let (provider, now) = (provider(app)?, app.now());
    let word = asked.word(app, provider, brought).await?;
    let About { why, next } = &asked.about;
    match (why, staff) {
        (Why::SignIn, _) => sign_in_by(app, provider, who, word, next, now).await,
        (Why::Confirm, Some(staff)) => {
            let known = identity::find(app.store(), provider.issuer(), &word.subject).await?;
            if known != Some(staff.person()) {
                return Err(refused(format!(
                    "That account at {} is not linked to yours here. Sign in there with the one \
                     that is, or show otherwise that it is you.",
                    provider.label()
                )));
            }
            let mut tx = app.store().begin().await?;
            session::shown(&mut tx, staff.session.id, now).await?;
            tx.commit().await?;
            go(next)
        }
        (Why::Link, Some(staff)) => {
            let (actor, person) = (staff.actor(), staff.person());
            let mut tx = app.store().begin().await?;
            identity::link_own(&mut tx, actor, person, provider.issuer(), &word.subject, now)
                .await?;
            tx.commit().await?;
            go(next)
        }
        (Why::Confirm | Why::Link, None) => {
            Err(refused("You are not signed in any more. Sign in, and try again."))
        }
    }
}

async fn sign_in_by(
    app: &App,
    provider: &Provider,
    who: &Who,
    word: Word,
    next: &str,
    now: Timestamp,
) -> Answer {
    let issuer = provider.issuer();
    let known = identity::find(app.store(), issuer, &word.subject).await?;
    if let Some(person) = known
        && let Err(refusal) = identity::may_enter(app.store(), person).await
    {
        who.failed(app, person).await?;
        return Err(refusal.into());
    }
    let mut tx = app.store().begin().await?;
    let person = match known {
        Some(person) => person,
        None => {
            let email = errand::verified(provider, word.email)?;
            let linked = identity::link_by_email(&mut tx, issuer, &word.subject, &email, now);
            linked.await?.ok_or_else(|| {
                refused(format!(
                    "Nobody here has the e-mail address {email}. Ask an administrator to invite \
                     you with it."
                ))
            })?
        }
    };
    let secret = app.store().secret();
    // Whoever was signed in at the provider since long has not shown just now who it is.
    let shown_at = word.signed_in_at.unwrap_or(Timestamp::from_micros(0));
    let text =
        session::begin_shown(&mut tx, person, Method::Provider, &who.client, secret, shown_at, now)
            .await?;
    tx.commit().await?;
    let cookie = [(header::SET_COOKIE, set_cookie(app, &text))];
    Ok((cookie, go(next)?).into_response())
}

fn provider(app: &App) -> Result<&Provider, Trouble> {
    app.provider().ok_or_else(|| Trouble::missing("provider to sign in with"))
}
