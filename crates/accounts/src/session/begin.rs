use base::{Actor, PersonId, SessionId, Timestamp};
use store::events::Method;
use store::{Event, Tx, sql};

use super::IDLE;
use crate::{AccountError, person, secret};

/// The browser that a session begins in, for the person to know it again.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// What it calls itself.
    pub agent: String,
    /// Where it is.
    pub address: String,
}

/// Begins a session of somebody who has shown who it is, and gives what its cookie holds.
pub async fn begin(
    tx: &mut Tx,
    person: PersonId,
    method: Method,
    client: &Client,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<String, AccountError> {
    begin_shown(tx, person, method, client, secret, now, now).await
}

/// Begins a session of somebody who showed who it is at `shown_at`, which is earlier where another
/// has vouched for it.
pub async fn begin_shown(
    tx: &mut Tx,
    person: PersonId,
    method: Method,
    client: &Client,
    secret: [u8; 32],
    shown_at: Timestamp,
    now: Timestamp,
) -> Result<String, AccountError> {
    let known =
        person::by_id(tx, person).await?.ok_or(AccountError::NoSuchPerson(person.to_string()))?;
    if known.suspended_at.is_some() {
        return Err(AccountError::Suspended);
    }
    let text = secret::text(secret);
    let session: SessionId = tx.new_id(now);
    sql("INSERT INTO sessions
           (id, person_id, secret_hash, created_at, seen_at, shown_at, expires_at, method, agent,
            address)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    .bind(session)
    .bind(person)
    .bind(secret::hash(&text))
    .bind(now)
    .bind(now)
    .bind(shown_at.min(now))
    .bind(now.plus(IDLE))
    .bind(method.name())
    .bind(client.agent.chars().take(300).collect::<String>())
    .bind(client.address.clone())
    .run(tx)
    .await?;
    let actor = Actor::Person { person, role: known.role, grants: Vec::new() };
    tx.append(&actor, &Event::SignedIn { person, session, method }, now).await?;
    Ok(text)
}
