use std::time::Duration;

use base::{Actor, AgendaItemId, MeetingId, Timestamp};
use store::{Event, Tx, sql};

use super::{Profile, SEATS_MAX, Tells};
use crate::party::{self, PARTIES_MAX};
use crate::{MeetError, Result, hosts, words};

const AGENDA_MAX: usize = 40;
/// Longer is a mistake in a date.
const LENGTH_MAX: Duration = Duration::from_secs(2 * 86_400);
const MINUTES_MAX: u32 = 24 * 60;

/// What a meeting will be: when, and about what.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// As it is announced.
    pub title: &'a str,
    /// What is possible in it.
    pub profile: Profile,
    /// As the IANA time zone database names it.
    pub zone: &'a str,
    /// When it is to begin.
    pub starts_at: Timestamp,
    /// When it is to end.
    pub ends_at: Timestamp,
    /// What its record will tell of who was there.
    pub tells: Tells,
    /// What about, in its order.
    pub agenda: Vec<PlanItem<'a>>,
}

/// Those who take part together.
#[derive(Clone, Debug)]
pub struct PlanParty<'a> {
    /// As the record calls it.
    pub name: &'a str,
    /// `#rrggbb`.
    pub colour: &'a str,
    /// Its delegation.
    pub seats: Vec<PlanSeat<'a>>,
}

/// A place in the room.
#[derive(Clone, Debug)]
pub struct PlanSeat<'a> {
    /// Such as "President" or "Interpreter".
    pub title: &'a str,
    /// Whether who sits there lets others in, and speaks for the party.
    pub chair: bool,
}

/// Something on the agenda.
#[derive(Clone, Debug)]
pub struct PlanItem<'a> {
    /// What it is.
    pub title: &'a str,
    /// How long it is to take.
    pub minutes: u32,
}

/// Plans a meeting of these parties, in the order of its record.
pub async fn plan(
    tx: &mut Tx,
    actor: &Actor,
    plan: Plan<'_>,
    parties: &[PlanParty<'_>],
    now: Timestamp,
) -> Result<MeetingId> {
    hosts(actor)?;
    let plan = plan.checked()?;
    check_parties(parties)?;
    let meeting: MeetingId = tx.new_id(now);
    sql("INSERT INTO meetings (id, title, profile, zone, starts_at, ends_at, planned_by, tells)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    .bind(meeting)
    .bind(plan.title)
    .bind(plan.profile.name())
    .bind(plan.zone)
    .bind(plan.starts_at)
    .bind(plan.ends_at)
    .bind(actor.person())
    .bind(plan.tells.name())
    .run(tx)
    .await?;
    for (before, planned) in parties.iter().enumerate() {
        party::place(tx, meeting, before, planned, now).await?;
    }
    write_agenda(tx, meeting, &plan.agenda, now).await?;
    tx.append(actor, &Event::MeetingPlanned { meeting }, now).await?;
    Ok(meeting)
}

/// Writes the agenda of a meeting that has none.
pub(super) async fn write_agenda(
    tx: &mut Tx,
    meeting: MeetingId,
    agenda: &[PlanItem<'_>],
    now: Timestamp,
) -> Result<()> {
    for (position, item) in (0_i64..).zip(agenda) {
        let id: AgendaItemId = tx.new_id(now);
        sql("INSERT INTO meeting_agenda (id, meeting_id, position, title, minutes, state)
             VALUES (?, ?, ?, ?, ?, 'open')")
        .bind(id)
        .bind(meeting)
        .bind(position)
        .bind(words(item.title, "What is on the agenda", 1..=300)?)
        .bind(i64::from(item.minutes))
        .run(tx)
        .await?;
    }
    Ok(())
}

impl Plan<'_> {
    /// The same, if a meeting can be so: its title without space around it.
    pub(super) fn checked(self) -> Result<Self> {
        check_times(self.zone, self.starts_at, self.ends_at)?;
        check_agenda(&self.agenda)?;
        Ok(Self { title: words(self.title, "A meeting's title", 1..=200)?, ..self })
    }
}

fn check_times(zone: &str, starts_at: Timestamp, ends_at: Timestamp) -> Result<()> {
    if jiff::tz::TimeZone::get(zone).is_err() {
        return Err(MeetError::Invalid(format!(
            "There is no time zone {zone:?}. Name one as Europe/Moscow is named."
        )));
    }
    if ends_at <= starts_at {
        return Err(MeetError::invalid("A meeting ends after it begins. Look at both times."));
    }
    if starts_at.plus(LENGTH_MAX) < ends_at {
        return Err(MeetError::invalid("A meeting lasts two days at most. Look at both times."));
    }
    Ok(())
}

fn check_agenda(agenda: &[PlanItem<'_>]) -> Result<()> {
    if agenda.len() > AGENDA_MAX {
        return Err(MeetError::Invalid(format!("An agenda has {AGENDA_MAX} items at most.")));
    }
    if agenda.iter().any(|item| !(1..=MINUTES_MAX).contains(&item.minutes)) {
        return Err(MeetError::Invalid(format!(
            "Each item of the agenda takes 1 to {MINUTES_MAX} minutes."
        )));
    }
    Ok(())
}

fn check_parties(parties: &[PlanParty<'_>]) -> Result<()> {
    if !(1..=PARTIES_MAX).contains(&parties.len()) {
        return Err(MeetError::Invalid(format!("A meeting has 1 to {PARTIES_MAX} parties.")));
    }
    let seats: usize = parties.iter().map(|party| party.seats.len()).sum();
    if !(2..=SEATS_MAX).contains(&seats) {
        return Err(MeetError::Invalid(format!("A meeting has 2 to {SEATS_MAX} seats.")));
    }
    for (at, planned) in parties.iter().enumerate() {
        party::check(planned, parties[..at].iter().map(|it| it.name))?;
    }
    Ok(())
}
