//! A form of the producer's page: who sent it, what it says, and the transaction that it asks for.

use accounts::policy::{self, Action};
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};
use base::{Actor, ChannelId, Timestamp};
use broadcast::channel;
use store::Tx;

use crate::App;
use crate::newsroom::forms::{Fields, Posted};
use crate::newsroom::gate::Staff;
use crate::newsroom::page::Frame;
use crate::newsroom::trouble::Trouble;

/// A form of somebody who may run the channel.
pub(in crate::newsroom) struct Form {
    pub(super) app: App,
    pub(super) frame: Frame,
    pub(super) fields: Fields,
    staff: Staff,
}

impl Form {
    /// Begins to change the channel.
    pub(super) async fn begin(&self) -> Result<(Tx, ChannelId), Trouble> {
        let mut tx = self.app.store().begin().await?;
        let channel = channel::main(&mut tx, self.now()).await?.id;
        Ok((tx, channel))
    }

    pub(super) fn actor(&self) -> &Actor {
        self.staff.actor()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.app.now()
    }
}

impl FromRequest<App> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let refuse = |trouble: Trouble| trouble.into_response();
        let staff = Staff::from_request_parts(&mut parts, app).await?;
        policy::check(staff.actor(), Action::Broadcast).map_err(|it| refuse(it.into()))?;
        let frame = Frame::from_request_parts(&mut parts, app).await.map_err(refuse)?;
        let Posted(fields) = Posted::from_request(Request::from_parts(parts, body), app).await?;
        Ok(Self { app: app.clone(), frame, fields, staff })
    }
}
