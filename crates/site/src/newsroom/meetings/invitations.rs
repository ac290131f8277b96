//! Taking note of invitations, whose secrets stay in the browser that made them.

use accounts::policy::{self, Action};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use base::MeetingId;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meet::Seat;
use meet::seat::{self, Invitation};
use serde::Serialize;

use super::{again, here};
use crate::App;
use crate::newsroom::forms::{Fields, Posted};
use crate::newsroom::gate::Staff;
use crate::newsroom::page::{Answer, Frame, go};
use crate::newsroom::trouble::Trouble;

/// `POST /newsroom/meetings/{id}/invitations`: of each seat what its invitation is known by.
pub(in crate::newsroom) async fn invite(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<MeetingId>,
    headers: HeaderMap,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::HoldMeetings)?;
    let done = async {
        let invitations = read(&fields)?;
        let mut tx = app.store().begin().await?;
        seat::invite(&mut tx, staff.actor(), id, &invitations, app.now()).await?;
        Ok::<_, Trouble>(tx.commit().await?)
    };
    match done.await {
        Ok(()) => go(&here(id)),
        // The script shows a sentence.
        Err(trouble) if !navigates(&headers) => Err(trouble),
        Err(trouble) => again(&app, &staff, &frame, id, &fields, &trouble).await,
    }
}

/// Whether a page is to take the place of the one that sent this.
fn navigates(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok());
    accepted.is_some_and(|it| it.contains("text/html"))
}

fn read(fields: &Fields) -> Result<Vec<Invitation>, Trouble> {
    let unclear = || {
        Trouble::invalid(
            "The page's script sent invitations that cannot be read. Load the page again.",
        )
    };
    let mut invitations = Vec::new();
    for (seat, verifier) in fields.starting("verifier-").filter(|(_, text)| !text.is_empty()) {
        let salt = Some(fields.text(&format!("salt-{seat}"))).filter(|it| !it.is_empty());
        invitations.push(Invitation {
            seat: seat.parse().map_err(|_| unclear())?,
            salt: salt.map(|it| bytes(it).ok_or_else(unclear)).transpose()?,
            verifier: bytes(verifier).ok_or_else(unclear)?,
        });
    }
    if invitations.is_empty() {
        return Err(Trouble::invalid(
            "Invitations are made by this page's script. Switch scripts on for this site, and try again.",
        ));
    }
    Ok(invitations)
}

/// By which the page's script sees whether it has the secret that the links come from.
#[derive(Serialize)]
pub(super) struct Known {
    seat: String,
    salt: String,
    verifier: String,
}

impl Known {
    pub(super) fn of(seat: &Seat) -> Option<Self> {
        let verifier = text(Some(seat.verifier.as_deref()?));
        Some(Self { seat: seat.id.to_string(), salt: text(seat.salt.as_deref()), verifier })
    }
}

/// Bytes as the page's script writes them.
pub(super) fn text(bytes: Option<&[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes.unwrap_or_default())
}

fn bytes<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
