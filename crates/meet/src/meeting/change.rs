use base::{Actor, MeetingId, Timestamp};
use store::{Event, Tx, sql};

use super::plan::{check_agenda, check_times, write_agenda};
use super::{PlanItem, Profile, State, Tells, by_id};
use crate::{MeetError, Result, hosts, words};

/// Says otherwise what a meeting will be.
#[derive(Clone, Debug)]
pub struct ChangeMeeting<'a> {
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
    /// What about, in its order. Once the meeting has begun the agenda stays.
    pub agenda: Vec<PlanItem<'a>>,
}

/// Changes the plan of a meeting, and after its beginning only what it is called and what is told.
pub async fn change(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    command: ChangeMeeting<'_>,
    now: Timestamp,
) -> Result<()> {
    hosts(actor)?;
    check_times(command.zone, command.starts_at, command.ends_at)?;
    check_agenda(&command.agenda)?;
    let known = by_id(tx, meeting).await?.ok_or(MeetError::Unknown("meeting"))?;
    if known.profile() == Profile::Closed && command.profile == Profile::Open {
        let inside: i64 = sql("SELECT COUNT(*) AS value FROM meeting_seats
             WHERE meeting_id = ? AND state <> 'free'")
        .bind(meeting)
        .value(tx)
        .await?;
        if inside > 0 || known.state() != State::Planned {
            return Err(MeetError::invalid(
                "A closed meeting stays closed once somebody has come. Plan another that is open.",
            ));
        }
    }
    sql("UPDATE meetings SET title = ?, profile = ?, zone = ?, starts_at = ?, ends_at = ?, tells = ?
         WHERE id = ?")
    .bind(words(command.title, "A meeting's title", 1..=200)?)
    .bind(command.profile.name())
    .bind(command.zone)
    .bind(command.starts_at)
    .bind(command.ends_at)
    .bind(command.tells.name())
    .bind(meeting)
    .run(tx)
    .await?;
    if known.state() == State::Planned {
        sql("DELETE FROM meeting_agenda WHERE meeting_id = ?").bind(meeting).run(tx).await?;
        write_agenda(tx, meeting, &command.agenda, now).await?;
    }
    tx.append(actor, &Event::MeetingPlanned { meeting }, now).await?;
    Ok(())
}
