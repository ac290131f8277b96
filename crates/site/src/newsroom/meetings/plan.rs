//! What the form of a plan holds, and what it asks for.

use base::Timestamp;
use jiff::tz::TimeZone;
use meet::meeting::{Plan, PlanItem, PlanParty, PlanSeat, Tells};
use meet::{Meeting, Profile, agenda};
use serde::Serialize;

use crate::newsroom::articles::instant;
use crate::newsroom::forms::Fields;
use crate::newsroom::trouble::Trouble;

/// Of each party its colour, until somebody chooses another. As many as a meeting has parties.
const COLOURS: [&str; 8] =
    ["#1f4e79", "#8a1c1c", "#2e6b3e", "#7a5c00", "#5b3a86", "#00606b", "#8a3b12", "#4a4a4a"];
/// So many rows of the agenda are there to be filled, beside those that are.
const FREE_ROWS: usize = 5;
/// As many as an agenda has.
const ROWS_MAX: usize = 40;

/// A plan as its form holds it: times by the clocks of its zone.
#[derive(Default, Serialize)]
pub(super) struct Typed {
    title: String,
    profile: String,
    pub(super) zone: String,
    starts_at: String,
    ends_at: String,
    tells: String,
    parties: Vec<TypedParty>,
    agenda: Vec<TypedItem>,
}

#[derive(Serialize)]
pub(super) struct TypedParty {
    /// From 1.
    number: usize,
    name: String,
    colour: String,
    chair: String,
    /// One on each line.
    seats: String,
}

#[derive(Default, Serialize)]
struct TypedItem {
    title: String,
    minutes: String,
}

impl Typed {
    /// A form that nobody has filled.
    pub(super) fn empty(zone: &str, chair: &str) -> Self {
        Self {
            zone: zone.to_owned(),
            profile: Profile::default().name().to_owned(),
            tells: Tells::default().name().to_owned(),
            parties: (1..=COLOURS.len()).map(|it| TypedParty::empty(it, chair)).collect(),
            ..Self::default()
        }
        .with_free_rows()
    }

    /// What somebody sent.
    pub(super) fn by(fields: &Fields) -> Self {
        let text = |name: &str| fields.trimmed(name).to_owned();
        let agenda = (1..=ROWS_MAX).map(|row| TypedItem {
            title: text(&format!("item-{row}-title")),
            minutes: text(&format!("item-{row}-minutes")),
        });
        Self {
            title: text("title"),
            profile: text("profile"),
            zone: text("zone"),
            starts_at: text("starts_at"),
            ends_at: text("ends_at"),
            tells: text("tells"),
            parties: (1..=COLOURS.len()).map(|number| TypedParty::by(fields, number)).collect(),
            agenda: agenda.filter(|it| !it.title.is_empty()).collect(),
        }
        .with_free_rows()
    }

    /// A plan as it stands. Its parties stay, so the form has none.
    pub(super) fn of(meeting: &Meeting, agenda: &[agenda::Item]) -> Self {
        Self {
            title: meeting.title.clone(),
            profile: meeting.profile().name().to_owned(),
            zone: meeting.zone.clone(),
            starts_at: field(meeting.starts_at, &meeting.zone),
            ends_at: field(meeting.ends_at, &meeting.zone),
            tells: meeting.tells().name().to_owned(),
            parties: Vec::new(),
            agenda: agenda
                .iter()
                .map(|it| TypedItem { title: it.title.clone(), minutes: it.minutes.to_string() })
                .collect(),
        }
        .with_free_rows()
    }

    /// The plan that this asks for.
    pub(super) fn plan(&self) -> Result<Plan<'_>, Trouble> {
        let (starts_at, ends_at) = self.times()?;
        Ok(Plan {
            title: &self.title,
            profile: Profile::parse(&self.profile).unwrap_or_default(),
            zone: &self.zone,
            starts_at,
            ends_at,
            tells: Tells::parse(&self.tells).unwrap_or_default(),
            agenda: self.items()?,
        })
    }

    /// Who is to meet.
    pub(super) fn parties(&self) -> Vec<PlanParty<'_>> {
        self.parties.iter().filter(|it| !it.is_empty()).map(TypedParty::plan).collect()
    }

    fn times(&self) -> Result<(Timestamp, Timestamp), Trouble> {
        Ok((instant(&self.starts_at, &self.zone)?, instant(&self.ends_at, &self.zone)?))
    }

    fn items(&self) -> Result<Vec<PlanItem<'_>>, Trouble> {
        let items = self.agenda.iter().filter(|it| !it.title.is_empty());
        items
            .map(|TypedItem { title, minutes }| {
                let minutes = minutes.parse().map_err(|_| {
                    Trouble::invalid(format!("Say in whole minutes how long {title:?} takes."))
                })?;
                Ok(PlanItem { title, minutes })
            })
            .collect()
    }

    fn with_free_rows(mut self) -> Self {
        let rows = (self.agenda.len() + FREE_ROWS).min(ROWS_MAX);
        self.agenda.resize_with(rows, TypedItem::default);
        self
    }
}

impl TypedParty {
    pub(super) fn empty(number: usize, chair: &str) -> Self {
        Self {
            number,
            name: String::new(),
            colour: colour(number).to_owned(),
            chair: chair.to_owned(),
            seats: String::new(),
        }
    }

    pub(super) fn by(fields: &Fields, number: usize) -> Self {
        let of = |what: &str| fields.trimmed(&format!("party-{number}-{what}")).to_owned();
        let chosen = of("colour");
        let colour = if chosen.is_empty() { colour(number).to_owned() } else { chosen };
        Self { number, name: of("name"), colour, chair: of("chair"), seats: of("seats") }
    }

    fn is_empty(&self) -> bool {
        self.name.is_empty() && self.seats.is_empty()
    }

    pub(super) fn plan(&self) -> PlanParty<'_> {
        let chair = PlanSeat { title: &self.chair, chair: true };
        let chair = (!self.chair.is_empty()).then_some(chair);
        let others = self.seats.lines().map(str::trim).filter(|it| !it.is_empty());
        let others = others.map(|title| PlanSeat { title, chair: false });
        PlanParty {
            name: &self.name,
            colour: &self.colour,
            seats: chair.into_iter().chain(others).collect(),
        }
    }
}

fn colour(number: usize) -> &'static str {
    COLOURS.get(number - 1).copied().unwrap_or(COLOURS[0])
}

/// An instant as a `datetime-local` field holds it.
pub(super) fn field(at: Timestamp, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    zone.to_datetime(at.to_jiff()).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// The zones that one chooses from: those that are named after a city, and UTC.
pub(super) fn zones() -> Vec<String> {
    let all = jiff::tz::db().available().map(|name| name.to_string());
    let mut zones: Vec<String> = all
        .filter(|name| name.contains('/') && !name.starts_with("Etc/") && !name.contains("posix"))
        .chain(["UTC".to_owned()])
        .collect();
    zones.sort();
    zones.dedup();
    zones
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_asks_for_the_parties_and_items_that_were_filled() {
        let mut typed = Typed::empty("Europe/Moscow", "Head of delegation");
        typed.starts_at = "2021-12-07T18:00".to_owned();
        typed.ends_at = "2021-12-07T20:00".to_owned();
        typed.parties[1].name = "Russia".to_owned();
        typed.parties[1].seats = " Interpreter \n\nAide".to_owned();
        typed.agenda[2] = TypedItem { title: "Strategic stability".into(), minutes: "30".into() };
        let plan = typed.plan().unwrap();
        assert_eq!(plan.starts_at.to_string(), "2021-12-07T15:00:00Z");
        let parties = typed.parties();
        let [party] = &parties[..] else { panic!("{parties:?}") };
        let seats: Vec<_> = party.seats.iter().map(|it| (it.title, it.chair)).collect();
        let expected = [("Head of delegation", true), ("Interpreter", false), ("Aide", false)];
        assert_eq!(seats, expected);
        assert_eq!((party.name, party.colour), ("Russia", "#8a1c1c"));
        assert_eq!(plan.agenda.len(), 1);
        typed.agenda[2].minutes = "half an hour".to_owned();
        assert!(typed.plan().unwrap_err().detail.contains("whole minutes"));
    }

    #[test]
    fn one_chooses_from_many_zones() {
        let zones = zones();
        assert!(zones.len() > 100, "{}", zones.len());
        for known in ["Europe/Moscow", "America/New_York", "UTC"] {
            assert!(zones.iter().any(|it| it == known), "{known}");
        }
    }
}
