use base::{Actor, MeetingId, Timestamp};
use store::{Event, Tx, sql};

use super::plan::write_agenda;
use super::{Plan, Profile, State, known};
use crate::{MeetError, Result, hosts};

/// Changes the plan of a meeting, and once it has begun only what it is called and what is told: its times
/// and its agenda are then what they were.
pub async fn change(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    plan: Plan<'_>,
    now: Timestamp,
) -> Result<()> {
    hosts(actor)?;
    let plan = plan.checked()?;
    let known = known(tx, meeting).await?;
    let planned = known.state() == State::Planned;
    if known.profile() != plan.profile {
        let came: i64 = sql("SELECT COUNT(*) AS value FROM meeting_seats
             WHERE meeting_id = ? AND (state <> 'free' OR joined_at IS NOT NULL)")
        .bind(meeting)
        .value(tx)
        .await?;
        // Pages that are there go on as they began: sealing what they send, or not.
        if came > 0 || !planned {
            return Err(MeetError::invalid(match plan.profile {
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
        (plan.zone, plan.starts_at, plan.ends_at)
    } else {
        (known.zone.as_str(), known.starts_at, known.ends_at)
    };
    let told = (plan.title, zone, starts_at, ends_at);
    let was = (known.title.as_str(), known.zone.as_str(), known.starts_at, known.ends_at);
    sql("UPDATE meetings SET title = ?, profile = ?, zone = ?, starts_at = ?, ends_at = ?, tells = ?,
                sequence = sequence + ?
         WHERE id = ?")
    .bind(plan.title)
    .bind(plan.profile.name())
    .bind(zone)
    .bind(starts_at)
    .bind(ends_at)
    .bind(plan.tells.name())
    .bind(i64::from(told != was))
    .bind(meeting)
    .run(tx)
    .await?;
    if planned {
        sql("DELETE FROM meeting_agenda WHERE meeting_id = ?").bind(meeting).run(tx).await?;
        write_agenda(tx, meeting, &plan.agenda, now).await?;
    }
    tx.append(actor, &Event::MeetingPlanned { meeting }, now).await?;
    Ok(())
}
