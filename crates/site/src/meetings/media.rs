//! Pictures and sound: what a page agrees upon with the rooms of this node.

use std::collections::BTreeMap;

use base::{MeetingId, SeatId};
use media_io::rooms::Rooms;
use meet::{Profile, Seat, meeting, seat};
use serde_json::{Value, json};
use sfu::turn::Credentials;
use sfu::{SeatNumber, Wish};

use super::acts::{Refused, Speaker};
use crate::App;

impl Speaker<'_> {
    /// Connects the page, and answers its offer.
    pub(super) async fn joins(&self, session: u64, offer: String) -> Result<Value, Refused> {
        let me = self.must_be_in().await?;
        let rooms = rooms(self.app)?;
        let store = self.app.store();
        let known = meeting::by_id(store, self.meeting).await?;
        let known = known.filter(|it| it.ended_at.is_none() && it.cancelled_at.is_none());
        let known = known.ok_or_else(|| Refused::sentence("This meeting is over."))?;
        let seats: Vec<SeatNumber> =
            seat::of(store, self.meeting).await?.iter().map(number).collect();
        let profile = match known.profile() {
            Profile::Closed => sfu::Profile::Closed,
            Profile::Open => sfu::Profile::Open,
        };
        let joined = rooms.join(self.meeting, profile, number(&me), session, &seats, offer).await;
        let answer = joined.map_err(|error| Refused::sentence(error.to_string()))?;
        // Whoever was sent out while the rooms answered has been taken from them too early.
        if let Err(refused) = self.must_be_in().await {
            rooms.leave(self.meeting, number(&me));
            return Err(refused);
        }
        Ok(json!({ "answer": answer }))
    }

    /// How the page reaches the rooms from a network that lets no datagrams through.
    pub(super) async fn relay(&self) -> Result<Value, Refused> {
        let me = self.must_be_in().await?;
        let rooms = rooms(self.app)?;
        let Some(url) = self.app.turn_url() else { return Ok(json!({ "servers": [] })) };
        let Credentials { username, password } = rooms.credentials(&me.id.to_string());
        let server = json!({ "urls": [url], "username": username, "credential": password });
        Ok(json!({ "servers": [server] }))
    }

    /// Says what the page wants to see of the others.
    pub(super) async fn watches(&self, seats: &BTreeMap<u8, String>) -> Result<Value, Refused> {
        let me = self.must_be_in().await?;
        let mut wishes = Vec::new();
        for (number, wish) in seats {
            let wish: Wish = wish
                .parse()
                .map_err(|error: sfu::UnknownWish| Refused::sentence(error.to_string()))?;
            wishes.push((SeatNumber(*number), wish));
        }
        rooms(self.app)?.watch(self.meeting, number(&me), wishes);
        Ok(json!({}))
    }
}

/// Whoever sat there neither sends nor is sent anything from now on.
pub(super) async fn leave(app: &App, meeting: MeetingId, seats: &[SeatId]) -> meet::Result<()> {
    let Some(rooms) = app.rooms() else { return Ok(()) };
    for id in seats {
        if let Some(seat) = seat::by_id(app.store(), *id).await? {
            rooms.leave(meeting, number(&seat));
        }
    }
    Ok(())
}

pub(super) fn rooms(app: &App) -> Result<&Rooms, Refused> {
    app.rooms().ok_or_else(|| Refused::sentence(NO_ROOMS))
}

/// Where media are off.
pub(super) const NO_ROOMS: &str = "This server carries no pictures or sound: it was started with \
    `--meet-listen none`, or its port was taken.";

fn number(seat: &Seat) -> SeatNumber {
    SeatNumber(u8::try_from(seat.number).unwrap_or(u8::MAX))
}
