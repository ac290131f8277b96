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
mod assignments;
mod audit;
mod calendar;
mod captions;
mod changes;
mod channel;
mod desk;
mod discussion;
mod find;
mod forms;
mod front;
mod gate;
mod hub;
mod meetings;
mod messages;
mod notes;
mod page;
mod passkeys;
mod people;
mod photo;
mod photos;
mod previews;
mod provider;
mod recordings;
mod replace;
mod revisions;
mod sign_in;
mod site;
mod sync;
#[cfg(test)]
mod tests;
mod trouble;
mod uploads;
mod videos;
mod welcome;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::App;

pub(crate) use forms::{Fields, Said};
pub(crate) use gate::{
    comes_from_here, full_name, guest_cookie, guest_secret, link_cookie, link_secret, named_cookie,
    reader_cookie, reader_of, short_cookie, staff_of, unset_reader_cookie,
};
pub(crate) use hub::Hub;
pub(crate) use previews::may_see;
pub(crate) use trouble::Trouble;

/// Every address of the newsroom.
pub(crate) fn router(app: App) -> Router<App> {
    Router::new()
        // The desk.
        .route("/newsroom/", get(desk::show))
        .route("/newsroom", get(home))
        .route("/newsroom/calendar", get(calendar::show))
        .route("/newsroom/changes", get(changes::changes))
        .route("/newsroom/articles/new", get(articles::form).post(articles::begin))
        .route("/newsroom/articles/{id}", get(articles::show).post(articles::step))
        .route("/newsroom/articles/{id}/preview", get(previews::show))
        .route("/newsroom/articles/{id}/preview/page", get(previews::bare))
        .route("/newsroom/articles/{id}/preview/links", post(previews::share))
        .route("/newsroom/articles/{id}/preview/links/{preview}/revoke", post(previews::revoke))
        .route("/newsroom/preview/{link}", get(previews::outside))
        .route("/newsroom/articles/{id}/revisions", get(revisions::show))
        .route("/newsroom/articles/{id}/revisions/{number}/name", post(revisions::name))
        .route("/newsroom/articles/{id}/revisions/{number}/restore", post(revisions::restore))
        .route("/newsroom/articles/{id}/assignments", post(assignments::assign))
        .route("/newsroom/articles/{id}/assignments/{person}/done", post(assignments::finish))
        .route("/newsroom/articles/{id}/assignments/{person}/remove", post(assignments::take_away))
        .route("/newsroom/articles/{id}/sync", get(sync::sync))
        .route("/newsroom/articles/{id}/notes", get(notes::list).post(notes::write))
        .route("/newsroom/articles/{id}/notes/people", get(notes::people))
        .route("/newsroom/articles/{id}/notes/{note}/answer", post(notes::answer))
        .route("/newsroom/articles/{id}/notes/{note}/resolve", post(notes::resolve))
        .route("/newsroom/articles/{id}/notes/{note}/reopen", post(notes::reopen))
        .route("/newsroom/articles/{id}/notes/{note}/seen", post(notes::seen))
        .route("/newsroom/articles/{id}/notes/{note}/place", post(notes::place))
        .route("/newsroom/find/people", get(find::people))
        .route("/newsroom/find/stories", get(find::stories))
        .route("/newsroom/articles/{id}/alike", get(find::alike))
        .route("/newsroom/find/photos", get(find::photos))
        // The photo desk.
        .route("/newsroom/photos", get(photos::list).post(uploads::take))
        .route("/newsroom/photos/uploads", post(uploads::begin))
        .route("/newsroom/photos/uploads/{id}", get(uploads::show).post(uploads::append))
        .route("/newsroom/photos/uploads/{id}/finish", post(uploads::finish))
        .route("/newsroom/photos/uploads/{id}/cancel", post(uploads::cancel))
        .route("/newsroom/photos/{id}", get(photo::show).post(photo::describe))
        .route("/newsroom/photos/{id}/thumbnail", get(photo::thumbnail))
        .route("/newsroom/photos/{id}/replace", get(replace::form).post(replace::replace))
        // Coming in.
        .route("/newsroom/sign-in", get(sign_in::form).post(sign_in::password))
        .route("/newsroom/sign-in/code", post(sign_in::code))
        .route("/newsroom/sign-in/passkey", post(passkeys::begin_sign_in))
        .route("/newsroom/sign-in/passkey/answer", post(passkeys::finish_sign_in))
        .route("/newsroom/sign-in/provider", post(provider::sign_in))
        .route("/newsroom/sign-in/provider/answer", get(provider::answer))
        .route("/newsroom/sign-out", post(sign_in::out))
        .route("/newsroom/confirm", get(sign_in::confirm_form).post(sign_in::confirm))
        .route("/newsroom/confirm/provider", post(provider::confirm))
        .route("/newsroom/welcome/{link}", get(welcome::form).post(welcome::accept))
        // One's own account.
        .route("/newsroom/account", get(account::show).post(account::describe))
        .route("/newsroom/account/password", post(account::set_password))
        .route("/newsroom/account/authenticator", get(account::enrol).post(account::confirm))
        .route("/newsroom/account/recovery-codes", post(account::recovery_codes))
        .route("/newsroom/account/passkeys", post(passkeys::begin_new))
        .route("/newsroom/account/passkeys/answer", post(passkeys::finish_new))
        .route("/newsroom/account/passkeys/{id}/remove", post(passkeys::remove))
        .route("/newsroom/account/provider", post(provider::link))
        .route("/newsroom/account/provider/remove", post(provider::unlink))
        .route("/newsroom/account/sessions/{id}/end", post(account::end_session))
        // Discussions.
        .route("/newsroom/discussion", get(discussion::queue))
        .route("/newsroom/discussion/claim", post(discussion::claim))
        .route("/newsroom/discussion/decide", post(discussion::decide))
        .route("/newsroom/discussion/undo", post(discussion::undo))
        .route("/newsroom/discussion/rules", get(discussion::rules).post(discussion::set_rules))
        .route("/newsroom/discussion/networks", get(discussion::networks))
        .route("/newsroom/discussion/networks", post(discussion::ban_network))
        .route("/newsroom/discussion/networks/{ban}/lift", post(discussion::lift_network))
        .route("/newsroom/discussion/words", post(discussion::set_words))
        .route("/newsroom/discussion/commenters/{commenter}", get(discussion::commenter))
        .route("/newsroom/discussion/commenters/{commenter}/ban", post(discussion::ban))
        .route("/newsroom/discussion/commenters/{commenter}/notes", post(discussion::note))
        .route("/newsroom/discussion/commenters/{commenter}/watch", post(discussion::watch))
        // The channel.
        .route("/newsroom/channel", get(channel::show).post(channel::describe))
        .route("/newsroom/channel/health", get(channel::health))
        .route("/newsroom/channel/keys", post(channel::make_key))
        .route("/newsroom/channel/keys/{id}/revoke", post(channel::revoke_key))
        .route("/newsroom/channel/slate", post(channel::slate::put))
        .route("/newsroom/channel/slate/still", post(channel::slate::choose))
        .route("/newsroom/channel/programmes", post(channel::plan))
        .route("/newsroom/channel/programmes/{id}", post(channel::change))
        .route("/newsroom/channel/captions", post(channel::set_captions))
        .route("/newsroom/captions", get(captions::show).post(captions::write))
        .route("/newsroom/recordings/{id}", get(recordings::show).post(recordings::change))
        .route("/newsroom/recordings/{id}/{file}", get(recordings::file))
        // Meetings.
        .route("/newsroom/meetings", get(meetings::list))
        .route("/newsroom/meetings/new", get(meetings::form).post(meetings::plan))
        .route("/newsroom/meetings/{id}", get(meetings::show).post(meetings::step))
        .route("/newsroom/meetings/{id}/invitations", post(meetings::invite))
        .route("/newsroom/meetings/{id}/meeting.ics", get(meetings::calendar_file))
        // The site as a whole.
        .route("/newsroom/front", get(front::show).post(front::arrange))
        .route("/newsroom/front/preview", post(front::preview))
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
        // Each handler bounds what it reads: a form with photos is larger than any other.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app, gate::gate))
}

async fn home() -> Redirect {
    Redirect::permanent("/newsroom/")
}
