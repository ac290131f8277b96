//! Which reader a provider means. An account there is bound to a reader by what the provider calls
//! it, which never changes; its e-mail address finds a reader once, and only if it is verified.

use base::{Actor, ReaderId, Timestamp};
use store::{Connection, Event, StoreError, Tx, sql};

use super::{Reader, by_email, by_id, checked_name};
use crate::AccountError;
use crate::identity::Known;
use crate::person::is_address;

/// The reader whom `issuer` calls `subject`.
pub async fn find(
    on: &impl Connection,
    issuer: &str,
    subject: &str,
) -> Result<Option<Reader>, StoreError> {
    let found: Option<ReaderId> =
        sql("SELECT reader_id AS value FROM reader_identities WHERE issuer = ? AND subject = ?")
            .bind(issuer)
            .bind(subject)
            .optional(on)
            .await?;
    match found {
        Some(reader) => by_id(on, reader).await,
        None => Ok(None),
    }
}

/// A reader's accounts at providers, the oldest first.
pub async fn all(on: &impl Connection, reader: ReaderId) -> Result<Vec<Known>, StoreError> {
    sql("SELECT issuer, subject, created_at FROM reader_identities WHERE reader_id = ?
         ORDER BY created_at, issuer")
    .bind(reader)
    .all(on)
    .await
}

/// Whom an address finds that the provider has verified: its reader, to whom the account is bound
/// from now on. None has an account with that address yet; [`arrive`] makes one.
pub async fn join(
    tx: &mut Tx,
    (issuer, subject): (&str, &str),
    verified: &str,
    now: Timestamp,
) -> Result<Option<Reader>, AccountError> {
    let Some(reader) = by_email(tx, verified).await? else { return Ok(None) };
    // An address is given to somebody else one day, whom the account must not be handed to.
    if all(tx, reader.id).await?.iter().any(|known| known.issuer == issuer) {
        return Err(AccountError::Invalid(
            "This e-mail address is of a reader whom another account there lets in. Sign in with \
             that one, or otherwise."
                .into(),
        ));
    }
    add(tx, reader.id, issuer, subject, now).await?;
    Ok(Some(reader))
}

/// An account for a newcomer whose address the provider has verified.
pub async fn arrive(
    tx: &mut Tx,
    (issuer, subject): (&str, &str),
    verified: &str,
    name: &str,
    now: Timestamp,
) -> Result<Reader, AccountError> {
    let name = checked_name(name)?;
    // Meanwhile they may have come in another tab, or by a link.
    if let Some(known) = find(tx, issuer, subject).await? {
        return Ok(known);
    }
    if let Some(known) = join(tx, (issuer, subject), verified, now).await? {
        return Ok(known);
    }
    let email = verified.trim().to_lowercase();
    if !is_address(&email) {
        return Err(AccountError::Invalid(
            "The provider does not give an e-mail address that can be written to.".into(),
        ));
    }
    let reader = super::join(tx, &email, name, now).await?;
    add(tx, reader.id, issuer, subject, now).await?;
    Ok(reader)
}

/// Binds an account that a reader has just signed in to at the provider.
pub async fn link(
    tx: &mut Tx,
    reader: ReaderId,
    (issuer, subject): (&str, &str),
    now: Timestamp,
) -> Result<(), AccountError> {
    let invalid = |why: &str| Err(AccountError::Invalid(why.to_owned()));
    match find(tx, issuer, subject).await? {
        Some(known) if known.id == reader => return Ok(()),
        Some(_) => return invalid("That account lets in another reader here, and none beside."),
        None => {}
    }
    if all(tx, reader).await?.iter().any(|known| known.issuer == issuer) {
        return invalid("Another account there lets you in. Remove that one first.");
    }
    Ok(add(tx, reader, issuer, subject, now).await?)
}

/// Has a reader's account at a provider let nobody in any more. The last one may go: a link can
/// always be mailed.
pub async fn unlink(
    tx: &mut Tx,
    reader: ReaderId,
    issuer: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let removed = sql("DELETE FROM reader_identities WHERE reader_id = ? AND issuer = ?")
        .bind(reader)
        .bind(issuer)
        .run(tx)
        .await?;
    if removed > 0 {
        tx.append(&Actor::Reader, &Event::ReaderIdentityUnlinked { reader }, now).await?;
    }
    Ok(())
}

async fn add(
    tx: &mut Tx,
    reader: ReaderId,
    issuer: &str,
    subject: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sql("INSERT INTO reader_identities (issuer, subject, reader_id, created_at)
         VALUES (?, ?, ?, ?)")
    .bind(issuer)
    .bind(subject)
    .bind(reader)
    .bind(now)
    .run(tx)
    .await?;
    tx.append(&Actor::Reader, &Event::ReaderIdentityLinked { reader }, now).await?;
    Ok(())
}
