//! Passkeys of readers: those of [`crate::passkey`], in a table of their own.

use base::{Actor, PasskeyId, ReaderId, Timestamp};
use store::{Connection, Event, FromQueryResult, StoreError, Tx, sql};
use webauthn_rs::prelude::{AuthenticationResult, Passkey};

use crate::passkey::{Known, called, from_json, to_json};
use crate::{AccountError, secret};

/// More than anybody has devices.
const MAX: i64 = 20;

/// Adds a passkey that a ceremony has proved.
pub async fn add(
    tx: &mut Tx,
    reader: ReaderId,
    name: &str,
    passkey: &Passkey,
    now: Timestamp,
) -> Result<PasskeyId, AccountError> {
    let invalid = |why: &str| AccountError::Invalid(why.to_owned());
    if by_credential(tx, passkey.cred_id().as_ref()).await?.is_some() {
        return Err(invalid("This passkey is known here already. Sign in with it."));
    }
    let has: i64 = sql("SELECT COUNT(*) AS value FROM reader_passkeys WHERE reader_id = ?")
        .bind(reader)
        .value(tx)
        .await?;
    if has >= MAX {
        return Err(invalid("An account has at most 20 passkeys. Remove one that you do not use."));
    }
    let id: PasskeyId = tx.new_id(now);
    sql("INSERT INTO reader_passkeys (id, reader_id, name, credential_id, credential, created_at)
         VALUES (?, ?, ?, ?, ?, ?)")
    .bind(id)
    .bind(reader)
    .bind(called(name))
    .bind(secret::hex(passkey.cred_id().as_ref()))
    .bind(to_json(passkey)?)
    .bind(now)
    .run(tx)
    .await?;
    tx.append(&Actor::Reader, &Event::ReaderPasskeyAdded { reader, passkey: id }, now).await?;
    Ok(id)
}

/// Takes a passkey of the reader's away. The last one may go: a link can always be mailed.
pub async fn remove(
    tx: &mut Tx,
    reader: ReaderId,
    passkey: PasskeyId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let removed = sql("DELETE FROM reader_passkeys WHERE id = ? AND reader_id = ?")
        .bind(passkey)
        .bind(reader)
        .run(tx)
        .await?;
    if removed > 0 {
        tx.append(&Actor::Reader, &Event::ReaderPasskeyRemoved { reader, passkey }, now).await?;
    }
    Ok(())
}

/// A reader's passkeys, the oldest first.
pub async fn all(on: &impl Connection, reader: ReaderId) -> Result<Vec<Known>, StoreError> {
    sql("SELECT id, name, created_at, used_at FROM reader_passkeys WHERE reader_id = ?
         ORDER BY created_at, id")
    .bind(reader)
    .all(on)
    .await
}

/// A reader's passkeys, as ceremonies need them.
pub async fn credentials(
    on: &impl Connection,
    reader: ReaderId,
) -> Result<Vec<Passkey>, StoreError> {
    let texts: Vec<String> =
        sql("SELECT credential AS value FROM reader_passkeys WHERE reader_id = ?")
            .bind(reader)
            .values(on)
            .await?;
    texts.iter().map(|text| from_json(text)).collect()
}

/// The passkey with this credential, and whose it is.
pub async fn by_credential(
    on: &impl Connection,
    credential: &[u8],
) -> Result<Option<(ReaderId, Passkey)>, StoreError> {
    #[derive(FromQueryResult)]
    struct Row {
        reader_id: ReaderId,
        credential: String,
    }
    let row: Option<Row> =
        sql("SELECT reader_id, credential FROM reader_passkeys WHERE credential_id = ?")
            .bind(secret::hex(credential))
            .one(on)
            .await?;
    row.map(|row| Ok((row.reader_id, from_json(&row.credential)?))).transpose()
}

/// Whether any reader has a passkey.
pub async fn any(on: &impl Connection) -> Result<bool, StoreError> {
    let one: Option<PasskeyId> =
        sql("SELECT id AS value FROM reader_passkeys LIMIT 1").optional(on).await?;
    Ok(one.is_some())
}

/// Keeps what a ceremony has learnt of a passkey: its counter above all.
pub async fn used(
    tx: &mut Tx,
    mut passkey: Passkey,
    result: &AuthenticationResult,
    now: Timestamp,
) -> Result<(), StoreError> {
    passkey.update_credential(result);
    sql("UPDATE reader_passkeys SET credential = ?, used_at = ? WHERE credential_id = ?")
        .bind(to_json(&passkey)?)
        .bind(now)
        .bind(secret::hex(passkey.cred_id().as_ref()))
        .run(tx)
        .await?;
    Ok(())
}
