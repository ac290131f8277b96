//! Who takes part, changed after the plan: seats and parties that are added, renamed and taken away.

use base::{Actor, PartyId, SeatId, Timestamp};
use meet::meeting::PlanSeat;
use meet::{Meeting, Party, Seat, meeting, party, seat};
use serde::Serialize;
use store::Tx;

use super::plan::TypedParty;
use crate::newsroom::forms::Fields;
use crate::newsroom::trouble::Trouble;

/// What can be changed of parties and seats, as it stands or as somebody sent it.
#[derive(Serialize)]
pub(super) struct SeatsForm {
    /// Whether it is to be seen at once: something that was sent could not be done.
    open: bool,
    parties: Vec<PartyForm>,
    /// None once there are as many as a meeting has.
    another: Option<TypedParty>,
    /// Whether the room holds one more.
    more: bool,
}

#[derive(Serialize)]
struct PartyForm {
    id: String,
    /// As it is called, whatever was typed.
    name: String,
    typed_name: String,
    colour: String,
    seats: Vec<SeatForm>,
    /// Of a seat to be added.
    new_title: String,
    new_chair: bool,
}

#[derive(Serialize)]
struct SeatForm {
    id: String,
    title: String,
    typed_title: String,
    chair: bool,
    /// Whether it can be taken away.
    goes: bool,
}

impl SeatsForm {
    pub(super) fn of(parties: &[Party], seats: &[Seat], chair: &str, fields: &Fields) -> Self {
        let sent = fields.text("step");
        let number = parties.len() + 1;
        let another = match sent {
            "add_party" => TypedParty::by(fields, number),
            _ => TypedParty::empty(number, chair),
        };
        let more = seats.len() < meeting::SEATS_MAX;
        Self {
            open: STEPS.contains(&sent),
            parties: parties.iter().map(|it| PartyForm::of(it, seats, fields)).collect(),
            another: Some(another).filter(|_| more && parties.len() < party::PARTIES_MAX),
            more,
        }
    }
}

/// What this form asks for.
pub(super) const STEPS: [&str; 5] =
    ["rename_party", "add_party", "rename_seat", "add_seat", "take_away_seat"];

pub(super) async fn act(
    tx: &mut Tx,
    actor: &Actor,
    known: &Meeting,
    fields: &Fields,
    now: Timestamp,
) -> Result<(), Trouble> {
    let here = known.id;
    match fields.text("step") {
        "rename_party" => {
            let (name, colour) = (fields.text("name"), fields.text("colour"));
            party::rename(tx, actor, here, party_of(fields)?, name, colour, now).await?;
        }
        "add_party" => {
            let number = party::of(tx, here).await?.len() + 1;
            party::add(tx, actor, here, TypedParty::by(fields, number).plan(), now).await?;
        }
        "rename_seat" => {
            seat::rename(tx, actor, here, seat_of(fields)?, fields.text("title"), now).await?;
        }
        "add_seat" => {
            let chair = !fields.text("chair").is_empty();
            let planned = PlanSeat { title: fields.text("title"), chair };
            seat::add(tx, actor, here, party_of(fields)?, planned, now).await?;
        }
        _ => seat::take_away(tx, actor, here, seat_of(fields)?, now).await?,
    }
    Ok(())
}

fn party_of(fields: &Fields) -> Result<PartyId, Trouble> {
    fields.text("party").parse().map_err(|_| Trouble::missing("party"))
}

fn seat_of(fields: &Fields) -> Result<SeatId, Trouble> {
    fields.text("seat").parse().map_err(|_| Trouble::missing("seat"))
}

impl PartyForm {
    fn of(it: &Party, all: &[Seat], fields: &Fields) -> Self {
        let id = it.id.to_string();
        let sent = |step: &str| fields.text("step") == step && fields.text("party") == id;
        let typed = |step, name, known: &str| {
            if sent(step) { fields.text(name).to_owned() } else { known.to_owned() }
        };
        Self {
            typed_name: typed("rename_party", "name", &it.name),
            colour: typed("rename_party", "colour", &it.colour),
            new_title: typed("add_seat", "title", ""),
            new_chair: sent("add_seat") && !fields.text("chair").is_empty(),
            name: it.name.clone(),
            seats: all
                .iter()
                .filter(|seat| seat.party_id == it.id)
                .map(|seat| SeatForm::of(seat, all, fields))
                .collect(),
            id,
        }
    }
}

impl SeatForm {
    fn of(it: &Seat, all: &[Seat], fields: &Fields) -> Self {
        let id = it.id.to_string();
        let typed = fields.text("step") == "rename_seat" && fields.text("seat") == id;
        let title = if typed { fields.text("title") } else { &it.title };
        Self {
            typed_title: title.to_owned(),
            title: it.title.clone(),
            chair: it.chair,
            goes: seat::check_unused(it, all).is_ok(),
            id,
        }
    }
}
