use base::{Actor, PersonId, SessionId, Timestamp};
use store::{Event, Tx, sql};

use crate::AccountError;
use crate::policy::{self, Action};

/// Ends a session of one's own; an administrator ends anybody's.
pub async fn end(
    tx: &mut Tx,
    actor: &Actor,
    session: SessionId,
    now: Timestamp,
) -> Result<(), AccountError> {
    let person: Option<PersonId> = sql("SELECT person_id AS value FROM sessions WHERE id = ?")
        .bind(session)
        .optional(tx)
        .await?;
    let Some(person) = person else { return Err(AccountError::NoSuchSession) };
    if actor.person() != Some(person) {
        policy::check(actor, Action::GrantRoles)?;
    }
    let ended = sql("UPDATE sessions SET ended_at = ? WHERE id = ? AND ended_at IS NULL")
        .bind(now)
        .bind(session)
        .run(tx)
        .await?;
    if ended > 0 {
        tx.append(actor, &Event::SessionEnded { person, session }, now).await?;
    }
    Ok(())
}

/// Ends all sessions of a person but one.
pub async fn end_others(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    but: Option<SessionId>,
    now: Timestamp,
) -> Result<(), AccountError> {
    let others: Vec<SessionId> =
        sql("SELECT id AS value FROM sessions WHERE person_id = ? AND ended_at IS NULL")
            .bind(person)
            .values(tx)
            .await?;
    for session in others.into_iter().filter(|session| Some(*session) != but) {
        end(tx, actor, session, now).await?;
    }
    Ok(())
}
