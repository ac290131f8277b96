use base::{Actor, MeetingId, Timestamp};
use store::{Event, Tx, sql};

use super::plan::{check_agenda, check_times, write_agenda};
use super::{PlanItem, Profile, State, Tells, known};
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
    /// What about, in its order.
    pub agenda: Vec<PlanItem<'a>>,
}

/// Changes the plan of a meeting, and once it has begun only what it is called and what is told: its times
/// and its agenda are then what they were.
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
    let known = known(tx, meeting).await?;
    let planned = known.state() == State::Planned;
    if known.profile() != command.profile {
        let came: i64 = sql("SELECT COUNT(*) AS value FROM meeting_seats
             WHERE meeting_id = ? AND (state <> 'free' OR joined_at IS NOT NULL)")
        .bind(meeting)
        .value(tx)
        .await?;
        // Pages that are there go on as they began: sealing what they send, or not.
        if came > 0 || !planned {
            return Err(MeetError::invalid(match command.profile {
                Profile::Open => {
                    "A closed meeting stays closed once somebody has come. Plan another that is open."
                }
                Profile::Closed => {
                    "An open meeting stays open once somebody has come. Plan another that is closed."
                }
            }));
        }
    }
    let (zone, starts_at, ends_at) = if planned {
        (command.zone, command.starts_at, command.ends_at)
    } else {
        (known.zone.as_str(), known.starts_at, known.ends_at)
    };
    let title = words(command.title, "A meeting's title", 1..=200)?;
    let told = (title, zone, starts_at, ends_at);
    let was = (known.title.as_str(), known.zone.as_str(), known.starts_at, known.ends_at);
    sql("UPDATE meetings SET title = ?, profile = ?, zone = ?, starts_at = ?, ends_at = ?, tells = ?,
                sequence = sequence + ?
         WHERE id = ?")
    .bind(title)
    .bind(command.profile.name())
    .bind(zone)
    .bind(starts_at)
    .bind(ends_at)
    .bind(command.tells.name())
    .bind(i64::from(told != was))
    .bind(meeting)
    .run(tx)
    .await?;
    if planned {
        sql("DELETE FROM meeting_agenda WHERE meeting_id = ?").bind(meeting).run(tx).await?;
        write_agenda(tx, meeting, &command.agenda, now).await?;
    }
    tx.append(actor, &Event::MeetingPlanned { meeting }, now).await?;
    Ok(())
}
