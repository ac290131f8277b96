//! Passkeys (WebAuthn Level 3). The ceremonies are webauthn-rs's; the record keeps what they need.

use base::{Actor, PasskeyId, PersonId, Timestamp};
use store::{Connection, Event, FromQueryResult, StoreError, Tx, sql};
use webauthn_rs::prelude::{AuthenticationResult, Passkey};

use crate::{AccountError, person, secret};

/// One of somebody's passkeys, as a list shows it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Known {
    /// Names it.
    pub id: PasskeyId,
    /// As its owner calls it.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// Adds a passkey that a ceremony has proved.
pub async fn add(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    name: &str,
    passkey: &Passkey,
    now: Timestamp,
) -> Result<PasskeyId, AccountError> {
    crate::own(actor, person)?;
    let id: PasskeyId = tx.new_id(now);
    sql("INSERT INTO passkeys (id, person_id, name, credential_id, credential, created_at)
         VALUES (?, ?, ?, ?, ?, ?)")
    .bind(id)
    .bind(person)
    .bind(called(name))
    .bind(secret::hex(passkey.cred_id().as_ref()))
    .bind(to_json(passkey)?)
    .bind(now)
    .run(tx)
    .await?;
    tx.append(actor, &Event::PasskeyAdded { person, passkey: id }, now).await?;
    Ok(id)
}

/// Takes a passkey away.
pub async fn remove(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    passkey: PasskeyId,
    now: Timestamp,
) -> Result<(), AccountError> {
    crate::own(actor, person)?;
    let removed = sql("DELETE FROM passkeys WHERE id = ? AND person_id = ?")
        .bind(passkey)
        .bind(person)
        .run(tx)
        .await?;
    if removed > 0 {
        if !person::has_way_in(tx, person).await? {
            return Err(AccountError::Invalid(
                "This is the only way in. Add another passkey, or a password with an \
                 authenticator, before this one goes."
                    .into(),
            ));
        }
        tx.append(actor, &Event::PasskeyRemoved { person, passkey }, now).await?;
    }
    Ok(())
}

/// A person's passkeys, the oldest first.
pub async fn all(on: &impl Connection, person: PersonId) -> Result<Vec<Known>, StoreError> {
    sql("SELECT id, name, created_at, used_at FROM passkeys WHERE person_id = ?
         ORDER BY created_at, id")
    .bind(person)
    .all(on)
    .await
}

/// A person's passkeys, as ceremonies need them.
pub async fn credentials(
    on: &impl Connection,
    person: PersonId,
) -> Result<Vec<Passkey>, StoreError> {
    let texts: Vec<String> = sql("SELECT credential AS value FROM passkeys WHERE person_id = ?")
        .bind(person)
        .values(on)
        .await?;
    texts.iter().map(|text| from_json(text)).collect()
}

/// The passkey with this credential, and whose it is.
pub async fn by_credential(
    on: &impl Connection,
    credential: &[u8],
) -> Result<Option<(PersonId, Passkey)>, StoreError> {
    #[derive(FromQueryResult)]
    struct Row {
        person_id: PersonId,
        credential: String,
    }
    let row: Option<Row> =
        sql("SELECT person_id, credential FROM passkeys WHERE credential_id = ?")
            .bind(secret::hex(credential))
            .one(on)
            .await?;
    row.map(|row| Ok((row.person_id, from_json(&row.credential)?))).transpose()
}

/// Keeps what a ceremony has learnt of a passkey: its counter above all.
pub async fn used(
    tx: &mut Tx,
    mut passkey: Passkey,
    result: &AuthenticationResult,
    now: Timestamp,
) -> Result<(), StoreError> {
    passkey.update_credential(result);
    sql("UPDATE passkeys SET credential = ?, used_at = ? WHERE credential_id = ?")
        .bind(to_json(&passkey)?)
        .bind(now)
        .bind(secret::hex(passkey.cred_id().as_ref()))
        .run(tx)
        .await?;
    Ok(())
}

/// What a passkey is called by what was typed.
pub(crate) fn called(typed: &str) -> String {
    let name: String = typed.trim().chars().take(100).collect();
    if name.is_empty() { "Passkey".to_owned() } else { name }
}

pub(crate) fn to_json(passkey: &Passkey) -> Result<String, StoreError> {
    serde_json::to_string(passkey).map_err(unreadable)
}

pub(crate) fn from_json(text: &str) -> Result<Passkey, StoreError> {
    serde_json::from_str(text).map_err(unreadable)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::Unreadable { what: "passkey", why: error.to_string() }
}
