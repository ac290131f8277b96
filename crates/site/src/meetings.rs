//! Meetings while they go on: the page that one sits at, and the socket behind it.
//!
//! What is said on the socket is told in `docs/meeting-protocol.md`; [`said`] has its words, [`acts`] what
//! each does, and [`room`] what everybody is told of. Of who is connected only this node knows ([`live`]).

mod acts;
mod air;
mod bytes;
mod live;
mod media;
mod release;
mod room;
mod said;
mod self_test;
mod socket;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::{App, pages};

pub(crate) use live::Meetings;
pub(crate) use self_test::SelfTests;

/// Every address of a meeting while it goes on.
pub(crate) fn router() -> Router<App> {
    let offers = DefaultBodyLimit::max(self_test::OFFERS_BYTES_MAX);
    Router::new()
        .route("/meet/test", get(pages::self_test))
        .route("/meet/test/path", post(self_test::connect).layer(offers))
        .route("/meet/{meeting}", get(pages::meet))
        .route("/meet/{meeting}/socket", get(socket::open))
}
