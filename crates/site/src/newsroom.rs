//! The newsroom's own pages under `/newsroom`: for staff, in a browser.
//!
//! [`router`] lists every address. A page is rendered by the server; a form posts, and is answered
//! by the way to the next page. Scripts come on top, in `web/newsroom/`.
//!
//! Each request passes [`gate`]: it finds the session of the cookie, refuses what another site had
//! the browser send, and keeps every answer out of every cache.
//!
//! A command asks the policy itself. Each handler asks it too, first: a form that is refused is shown
//! again on its page, and the page holds what only those who may are to see.

mod account;
mod articles;
mod audit;
mod desk;
mod find;
mod forms;
mod front;
mod gate;
mod hub;
mod messages;
mod page;
mod passkeys;
mod people;
mod photos;
mod sign_in;
mod site;
mod sync;
#[cfg(test)]
mod tests;
mod trouble;
mod welcome;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::App;

pub(crate) use gate::is_staff;
pub(crate) use hub::Hub;
pub(crate) use passkeys::relying_party;

/// Every address of the newsroom.
pub(crate) fn router(app: App) -> Router<App> {
    Router::new()
        // The desk.
        .route("/newsroom/", get(desk::show))
        .route("/newsroom", get(home))
        .route("/newsroom/articles/new", get(articles::form).post(articles::begin))
        .route("/newsroom/articles/{id}", get(articles::show).post(articles::step))
        .route("/newsroom/articles/{id}/preview", get(articles::preview))
        .route("/newsroom/articles/{id}/sync", get(sync::sync))
        .route("/newsroom/find/people", get(find::people))
        .route("/newsroom/find/stories", get(find::stories))
        .route("/newsroom/find/photos", get(find::photos))
        // The photo desk.
        .route("/newsroom/photos", get(photos::list).post(photos::upload))
        .route("/newsroom/photos/{id}", get(photos::show).post(photos::describe))
        .route("/newsroom/photos/{id}/thumbnail", get(photos::thumbnail))
        // Coming in.
        .route("/newsroom/sign-in", get(sign_in::form).post(sign_in::password))
        .route("/newsroom/sign-in/code", post(sign_in::code))
        .route("/newsroom/sign-in/passkey", post(passkeys::begin_sign_in))
        .route("/newsroom/sign-in/passkey/answer", post(passkeys::finish_sign_in))
        .route("/newsroom/sign-out", post(sign_in::out))
        .route("/newsroom/confirm", get(sign_in::confirm_form).post(sign_in::confirm))
        .route("/newsroom/welcome/{link}", get(welcome::form).post(welcome::accept))
        // One's own account.
        .route("/newsroom/account", get(account::show).post(account::describe))
        .route("/newsroom/account/password", post(account::set_password))
        .route("/newsroom/account/authenticator", get(account::enrol).post(account::confirm))
        .route("/newsroom/account/recovery-codes", post(account::recovery_codes))
        .route("/newsroom/account/passkeys", post(passkeys::begin_new))
        .route("/newsroom/account/passkeys/answer", post(passkeys::finish_new))
        .route("/newsroom/account/passkeys/{id}/remove", post(passkeys::remove))
        .route("/newsroom/account/sessions/{id}/end", post(account::end_session))
        // The site as a whole.
        .route("/newsroom/front", get(front::show).post(front::arrange))
        .route("/newsroom/site", get(site::show).post(site::describe))
        .route("/newsroom/sections", post(site::create_section))
        .route("/newsroom/sections/{id}", post(site::rename_section))
        // Those who look after the others.
        .route("/newsroom/people", get(people::list).post(people::invite))
        .route("/newsroom/people/{id}", get(people::show).post(people::change))
        .route("/newsroom/people/{id}/invite", post(people::invite_again))
        .route("/newsroom/people/{id}/suspend", post(people::suspend))
        .route("/newsroom/people/{id}/restore", post(people::restore))
        .route("/newsroom/people/{id}/sign-out", post(people::sign_out))
        .route("/newsroom/audit", get(audit::show))
        .layer(from_fn_with_state(app, gate::gate))
}

async fn home() -> Redirect {
    Redirect::permanent("/newsroom/")
}
