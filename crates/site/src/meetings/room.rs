//! What a seat is told of its meeting: everything, anew, whenever something is different.

use std::collections::BTreeMap;
use std::time::Duration;

use base::{AgendaItemId, MeetingId, OfficialPhotoId, PartyId, SeatId, Timestamp};
use meet::{Meeting, Profile, Seat, agenda, meeting, official_photo, party, seat};
use serde::Serialize;
use store::Connection;

use super::bytes::Bytes64;
use super::live::Here;

/// A meeting, as one seat sees it.
#[derive(Debug, Serialize)]
pub(super) struct Room {
    now: i64,
    title: String,
    profile: &'static str,
    zone: String,
    state: &'static str,
    locked: bool,
    you: SeatId,
    starts_at: i64,
    ends_at: i64,
    began_at: Option<i64>,
    ended_at: Option<i64>,
    on_air_since: Option<i64>,
    /// Whether there is a channel to put it on.
    has_channel: bool,
    parties: Vec<PartyView>,
    seats: Vec<SeatView>,
    floor: Option<Floor>,
    agenda: Vec<ItemView>,
    group: Option<Group>,
    asking: Vec<Asker>,
    returning: Vec<Asker>,
    photo: Option<PhotoView>,
    readout: &'static str,
}

impl Room {
    /// Whether nothing is said in it any more.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, "ended" | "cancelled")
    }

    /// Whether it is a source of the channel.
    pub(super) fn is_on_air(&self) -> bool {
        self.on_air_since.is_some()
    }

    /// As it is sent; and, to see whether it is different, without the present moment.
    pub(super) fn told(mut self) -> (String, String) {
        let now = std::mem::take(&mut self.now);
        let compared = serde_json::to_string(&self).unwrap_or_default();
        self.now = now;
        (serde_json::json!({ "room": self }).to_string(), compared)
    }
}

#[derive(Debug, Serialize)]
struct PartyView {
    id: PartyId,
    name: String,
    colour: String,
    spoken: u64,
}

#[derive(Debug, Serialize)]
struct SeatView {
    id: SeatId,
    number: i64,
    party: PartyId,
    title: String,
    chair: bool,
    state: &'static str,
    /// Whether there is a link that leads to it.
    invited: bool,
    present: bool,
    keyed: bool,
    name: String,
    hand: Option<usize>,
    audio: bool,
    video: bool,
    screen: bool,
    confirmed: Option<String>,
}

#[derive(Debug, Serialize)]
struct Floor {
    seat: SeatId,
    since: i64,
}

#[derive(Debug, Serialize)]
struct ItemView {
    id: AgendaItemId,
    title: String,
    minutes: i64,
    state: &'static str,
    began_at: Option<i64>,
    spent: u64,
}

#[derive(Debug, Serialize)]
struct Group {
    number: i64,
    epoch: i64,
}

/// Somebody who asks to come in, or to come back.
#[derive(Debug, Serialize)]
struct Asker {
    seat: SeatId,
    name: String,
    identity: Bytes64,
    key_package: Bytes64,
    mac: Bytes64,
    salt: Bytes64,
    asked_at: i64,
}

#[derive(Debug, Serialize)]
struct PhotoView {
    id: OfficialPhotoId,
    by: SeatId,
    sha256: String,
    approved: Vec<PartyId>,
    declined: Vec<PartyId>,
    state: &'static str,
}

/// What `me` is told now.
pub(super) async fn seen_from(
    on: &impl Connection,
    me: &Seat,
    here: &BTreeMap<SeatId, Here>,
    has_channel: bool,
    now: Timestamp,
) -> meet::Result<Option<Room>> {
    let Some(known) = meeting::by_id(on, me.meeting_id).await? else { return Ok(None) };
    let parties = party::of(on, known.id).await?;
    let agenda = agenda::of(on, known.id).await?;
    let mut seats = seat::of(on, known.id).await?;
    let inside = me.state() == seat::State::In;
    // A chair who never came writes its party's readout all the same.
    let may_write = me.chair && known.state() == meeting::State::Ended;
    let own_party = parties.iter().find(|it| it.id == me.party_id);
    let readout = match own_party {
        Some(it) if it.readout_released_at.is_some() => "released",
        Some(it) if !it.readout_body.is_empty() => "draft",
        _ => "none",
    };
    let hands = hands(&seats);
    let photo = if inside { official_photo::of(on, known.id).await? } else { None };
    let has_keys = inside && is_keyed(me, here);
    let present = |it: &Seat| here.contains_key(&it.id);
    let asks = |state| {
        seats.iter().filter(move |it| it.state() == state && it.asked_at.is_some() && present(it))
    };
    let asking = if inside && me.chair {
        asks(seat::State::Asking).map(asker).collect()
    } else {
        Vec::new()
    };
    let returning = if has_keys { asks(seat::State::In).map(asker).collect() } else { Vec::new() };
    if !inside {
        seats.retain(|it| it.id == me.id);
    }
    Ok(Some(Room {
        now: millis(now),
        profile: known.profile().name(),
        state: known.state().name(),
        locked: known.locked,
        you: me.id,
        starts_at: millis(known.starts_at),
        ends_at: millis(known.ends_at),
        began_at: known.began_at.map(millis),
        ended_at: known.ended_at.map(millis),
        on_air_since: known.on_air_since.map(millis),
        has_channel,
        parties: parties
            .into_iter()
            .map(|it| PartyView {
                spoken: if inside { length(it.spoken()) } else { 0 },
                id: it.id,
                name: it.name,
                colour: it.colour,
            })
            .collect(),
        seats: seats.iter().map(|it| seen(it, here, &hands)).collect(),
        floor: if inside { floor(&known) } else { None },
        agenda: agenda
            .into_iter()
            .map(|it| ItemView {
                id: it.id,
                minutes: it.minutes,
                state: it.state().name(),
                began_at: it.began_at.map(millis),
                spent: length(it.spent()),
                title: it.title,
            })
            .collect(),
        group: group(&known),
        asking,
        returning,
        photo: photo.map(|it| PhotoView {
            id: it.id,
            by: it.seat,
            sha256: it.sha256,
            approved: it.approved,
            declined: it.declined,
            state: it.state.name(),
        }),
        readout: if inside || may_write { readout } else { "none" },
        title: known.title,
        zone: known.zone,
    }))
}

/// Whether the page that sits there has the group's keys.
fn is_keyed(seat: &Seat, here: &BTreeMap<SeatId, Here>) -> bool {
    !seat.keyed_instance.is_empty()
        && here.get(&seat.id).is_some_and(|it| it.instance == seat.keyed_instance)
}

/// Whether anybody who is connected has the group's keys.
pub(super) async fn anybody_has_keys(
    on: &impl Connection,
    meeting: MeetingId,
    here: &BTreeMap<SeatId, Here>,
) -> meet::Result<bool> {
    let seats = seat::of(on, meeting).await?;
    Ok(seats.iter().any(|it| it.state() == seat::State::In && is_keyed(it, here)))
}

/// The seats whose hand is up, each with its place in the order.
fn hands(seats: &[Seat]) -> BTreeMap<SeatId, usize> {
    let mut up: Vec<(Timestamp, SeatId)> =
        seats.iter().filter_map(|it| Some((it.hand_at?, it.id))).collect();
    up.sort_unstable();
    up.into_iter().enumerate().map(|(before, (_, id))| (id, before + 1)).collect()
}

fn seen(it: &Seat, here: &BTreeMap<SeatId, Here>, hands: &BTreeMap<SeatId, usize>) -> SeatView {
    let page = here.get(&it.id);
    let sending = page.map(|it| it.sending).unwrap_or_default();
    SeatView {
        id: it.id,
        number: it.number,
        party: it.party_id,
        title: it.title.clone(),
        chair: it.chair,
        state: it.state().name(),
        invited: it.is_invited(),
        present: page.is_some(),
        keyed: is_keyed(it, here),
        name: it.name.clone(),
        hand: hands.get(&it.id).copied(),
        audio: sending.audio,
        video: sending.video,
        screen: sending.screen,
        confirmed: Some(it.confirmed.clone()).filter(|it| !it.is_empty()),
    }
}

fn asker(it: &Seat) -> Asker {
    let bytes = |bytes: &Option<Vec<u8>>| Bytes64(bytes.clone().unwrap_or_default());
    Asker {
        seat: it.id,
        name: it.name.clone(),
        identity: bytes(&it.asked_identity),
        key_package: bytes(&it.key_package),
        mac: bytes(&it.mac),
        salt: bytes(&it.salt),
        asked_at: it.asked_at.map(millis).unwrap_or_default(),
    }
}

fn floor(known: &Meeting) -> Option<Floor> {
    Some(Floor { seat: known.floor_seat_id?, since: millis(known.floor_since?) })
}

fn group(known: &Meeting) -> Option<Group> {
    let there = known.profile() == Profile::Closed && known.group_number > 0;
    there.then_some(Group { number: known.group_number, epoch: known.epoch })
}

fn millis(at: Timestamp) -> i64 {
    at.as_micros() / 1_000
}

fn length(it: Duration) -> u64 {
    u64::try_from(it.as_millis()).unwrap_or(u64::MAX)
}
