use base::{PersonId, SessionId, Timestamp};
use store::events::Method;
use store::{Connection, FromQueryResult, Result, sql};

use super::{Session, parse_method};
use crate::{person, secret};

/// One of a person's sessions, as a list shows it.
#[derive(Clone, Debug)]
pub struct Known {
    /// Names it.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last in use.
    pub seen_at: Timestamp,
    /// How the person showed who it is.
    pub method: Method,
    /// What the browser calls itself.
    pub agent: String,
    /// Where it was.
    pub address: String,
}

/// The session whose cookie holds this text; `None` when it is unknown or over, or its person may
/// not sign in any more.
pub async fn find(on: &impl Connection, text: &str, now: Timestamp) -> Result<Option<Session>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: SessionId,
        person_id: PersonId,
        created_at: Timestamp,
        seen_at: Timestamp,
        shown_at: Timestamp,
        renew: bool,
    }
    let row: Option<Row> = sql("SELECT id, person_id, created_at, seen_at, shown_at, renew
         FROM sessions
         WHERE secret_hash = ? AND ended_at IS NULL AND expires_at > ?")
    .bind(secret::hash(text))
    .bind(now)
    .one(on)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let person = person::by_id(on, row.person_id).await?;
    let Some(person) = person.filter(|it| it.suspended_at.is_none()) else { return Ok(None) };
    let actor = person::actor(on, &person).await?;
    let complete = person::has_way_in(on, person.id).await?;
    Ok(Some(Session {
        id: row.id,
        actor,
        person,
        created_at: row.created_at,
        seen_at: row.seen_at,
        shown_at: row.shown_at,
        complete,
        renew: row.renew,
    }))
}

/// The sessions of a person that are not over, the one in use last first.
pub async fn of_person(
    on: &impl Connection,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<Known>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: SessionId,
        created_at: Timestamp,
        seen_at: Timestamp,
        method: String,
        agent: String,
        address: String,
    }
    let rows: Vec<Row> = sql("SELECT id, created_at, seen_at, method, agent, address FROM sessions
         WHERE person_id = ? AND ended_at IS NULL AND expires_at > ? ORDER BY seen_at DESC, id")
    .bind(person)
    .bind(now)
    .all(on)
    .await?;
    let known = rows.into_iter().map(|row| Known {
        id: row.id,
        created_at: row.created_at,
        seen_at: row.seen_at,
        method: parse_method(&row.method),
        agent: row.agent,
        address: row.address,
    });
    Ok(known.collect())
}
