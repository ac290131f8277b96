//! `/meet/test`: whether somebody's devices, browser and network are fit for a meeting. It takes no
//! seat, so that it can be opened the day before.
//!
//! The page connects twice to a room of its own, as two seats of a closed meeting would, and sees and
//! hears itself through it. Anybody may ask for that, so there are few such rooms at a time, fewer for
//! one network, and each is closed soon. Nothing of it reaches the record.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base::{MeetingId, Timestamp};
use media_io::rooms::{Event, Rooms};
use serde::{Deserialize, Serialize};
use sfu::{Layer, Profile, SeatNumber, Wish};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use super::media::NO_ROOMS;
use crate::newsroom::comes_from_here;
use crate::serve::ClientAddress;
use crate::{App, pages};

/// Each sends about a megabit per second, and is sent it back.
const AT_ONCE: usize = 16;
/// Of one network: a delegation may try its machines side by side, and nobody can take all places.
const AT_ONCE_OF_A_NETWORK: usize = 4;
const OF_A_NETWORK: usize = 30;
/// After so long a test is forgotten.
const COUNTED_FOR: Duration = Duration::from_secs(600);
/// What the UDP of a network does not let through within this time it does not let through.
const CONNECTS_WITHIN: Duration = Duration::from_secs(15);
/// The page needs ten seconds to measure; the rest is for looking at oneself.
const LASTS: Duration = Duration::from_secs(40);
/// An offer of five lines, with all codecs of a browser, has a tenth of it.
pub(super) const OFFERS_BYTES_MAX: usize = 128 * 1024;

/// Who sends, and who is sent it back.
const SENDS: SeatNumber = SeatNumber(0);
const RECEIVES: SeatNumber = SeatNumber(1);
const SEATS: [SeatNumber; 2] = [SENDS, RECEIVES];

/// The tests that go on, and who asked for one lately. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct SelfTests {
    /// Held only to count.
    asked: Arc<Mutex<Asked>>,
}

#[derive(Default)]
struct Asked {
    now: BTreeMap<String, usize>,
    lately: BTreeMap<String, Vec<Timestamp>>,
}

/// A place among the tests that go on. It is free again once this is gone.
struct Place {
    tests: SelfTests,
    network: String,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Full {
    /// Others are testing.
    Busy,
    /// This network has tested much.
    Often,
}

impl SelfTests {
    fn place(&self, network: &str, now: Timestamp) -> Result<Place, Full> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.lately.retain(|_, times| {
            times.retain(|at| now.since(*at) < COUNTED_FOR);
            !times.is_empty()
        });
        if asked.lately.get(network).is_some_and(|times| times.len() >= OF_A_NETWORK) {
            return Err(Full::Often);
        }
        let own = asked.now.get(network).copied().unwrap_or_default();
        if own >= AT_ONCE_OF_A_NETWORK || asked.now.values().sum::<usize>() >= AT_ONCE {
            return Err(Full::Busy);
        }
        asked.now.insert(network.to_owned(), own + 1);
        asked.lately.entry(network.to_owned()).or_default().push(now);
        Ok(Place { tests: self.clone(), network: network.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut asked = self.tests.asked.lock().unwrap_or_else(PoisonError::into_inner);
        match asked.now.get_mut(&self.network) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(asked.now.remove(&self.network)),
        }
    }
}

/// What the page offers: a connection that sends, and one that receives.
#[derive(Deserialize)]
struct Offers {
    sends: String,
    receives: String,
}

#[derive(Serialize)]
struct Answers {
    sends: String,
    receives: String,
    /// Where the page is to send to; whoever keeps its network has to let it.
    addresses: Vec<String>,
}

#[derive(Serialize)]
struct Refused {
    code: &'static str,
    error: String,
}

/// `POST /meet/test/path`: connects a page with itself, for a short while.
pub(super) async fn connect(
    State(app): State<App>,
    headers: HeaderMap,
    address: Option<Extension<ClientAddress>>,
    body: Bytes,
) -> Response {
    let mut response = match answer(&app, &headers, address, &body).await {
        Ok(answers) => axum::Json(answers).into_response(),
        Err((status, refused)) => (status, axum::Json(refused)).into_response(),
    };
    pages::uncached(&mut response, "application/json");
    response
}

async fn answer(
    app: &App,
    headers: &HeaderMap,
    address: Option<Extension<ClientAddress>>,
    body: &[u8],
) -> Result<Answers, (StatusCode, Refused)> {
    let refuse = |status, code, error: &str| (status, Refused { code, error: error.to_owned() });
    if !comes_from_here(app, headers) {
        let why = "This was sent by another site, or by a browser that hides which.";
        return Err(refuse(StatusCode::FORBIDDEN, "foreign", why));
    }
    let Some(rooms) = app.rooms() else {
        return Err(refuse(StatusCode::SERVICE_UNAVAILABLE, "off", NO_ROOMS));
    };
    let offers: Offers = serde_json::from_slice(body).map_err(|error| {
        let why = format!(
            "This is no test: {error}. Send {{\"sends\": …, \"receives\": …}}, the SDP of an offer \
             each."
        );
        refuse(StatusCode::BAD_REQUEST, "offer", &why)
    })?;
    let network = address.map(|Extension(address)| address.network()).unwrap_or_default();
    let place = app.self_tests().place(&network, app.now()).map_err(|full| match full {
        Full::Busy => {
            let why = "Others are testing at this moment. Try again in a minute.";
            refuse(StatusCode::SERVICE_UNAVAILABLE, "busy", why)
        }
        Full::Often => {
            let why = "Your network has tested much. Try again in ten minutes.";
            refuse(StatusCode::TOO_MANY_REQUESTS, "often", why)
        }
    })?;
    let test: MeetingId = app.store().new_id(app.now());
    let events = rooms.events();
    let answers = join(rooms, test, offers).await;
    match answers {
        Ok(answers) => {
            let rooms = rooms.clone();
            tokio::spawn(async move {
                goes_on(&rooms, test, events, CONNECTS_WITHIN, LASTS).await;
                drop(place);
            });
            Ok(answers)
        }
        Err(error) => {
            rooms.close(test);
            Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, "offer", &error.to_string()))
        }
    }
}

async fn join(
    rooms: &Rooms,
    test: MeetingId,
    offers: Offers,
) -> Result<Answers, media_io::rooms::NotJoined> {
    let join = async |seat, offer| rooms.join(test, Profile::Closed, seat, 1, &SEATS, offer).await;
    let sends = join(SENDS, offers.sends).await?;
    let receives = join(RECEIVES, offers.receives).await?;
    rooms.watch(test, RECEIVES, vec![(SENDS, Wish::UpTo(Layer::Full))]);
    let addresses = rooms.advertised().iter().map(ToString::to_string).collect();
    Ok(Answers { sends, receives, addresses })
}

/// Waits until the page has gone, never connects, or has looked at itself for long enough; then closes
/// the room.
async fn goes_on(
    rooms: &Rooms,
    test: MeetingId,
    mut events: Receiver<Event>,
    connects_within: Duration,
    lasts: Duration,
) {
    let test_goes_on = async {
        let mut connected = 0;
        let connects = async {
            while connected < SEATS.len() {
                match next(&mut events, test).await? {
                    sfu::Event::Connected(_) => connected += 1,
                    sfu::Event::Disconnected(_) => return None,
                    sfu::Event::Media(..) => {}
                }
            }
            Some(())
        };
        timeout(connects_within, connects).await.ok()??;
        while !matches!(next(&mut events, test).await?, sfu::Event::Disconnected(_)) {}
        Some(())
    };
    // Whichever it was, the room is no longer needed.
    let _ = timeout(lasts, test_goes_on).await;
    rooms.close(test);
}

/// What happens next in the room; None once it has failed.
async fn next(events: &mut Receiver<Event>, test: MeetingId) -> Option<sfu::Event> {
    loop {
        match events.recv().await {
            Ok(Event::Room(of, event)) if of == test => return Some(event),
            Ok(Event::Failed(of)) if of == test => return None,
            Err(RecvError::Closed) => return None,
            Ok(_) | Err(RecvError::Lagged(_)) => {}
        }
    }
}

#[cfg(test)]
mod tests;
