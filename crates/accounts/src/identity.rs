//! Whom an OpenID Connect provider means.

use base::{Actor, PersonId, Role, Timestamp};
use store::{Connection, Event, StoreError, Tx, sql};

use crate::{AccountError, person};

/// The person whom `issuer` calls `subject`.
pub async fn find(
    on: &impl Connection,
    issuer: &str,
    subject: &str,
) -> Result<Option<PersonId>, StoreError> {
    sql("SELECT person_id AS value FROM identities WHERE issuer = ? AND subject = ?")
        .bind(issuer)
        .bind(subject)
        .optional(on)
        .await
}

/// From now on `issuer` means this person by `subject`. The provider has vouched for it: it signs
/// the person's own e-mail address as one that was verified.
pub async fn link(
    tx: &mut Tx,
    person: PersonId,
    issuer: &str,
    subject: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sql("INSERT INTO identities (issuer, subject, person_id, created_at) VALUES (?, ?, ?, ?)")
        .bind(issuer)
        .bind(subject)
        .bind(person)
        .bind(now)
        .run(tx)
        .await?;
    let event = Event::IdentityLinked { person, issuer: issuer.to_owned() };
    tx.append(&Actor::Reader, &event, now).await?;
    Ok(())
}

/// Whom a provider's verified address lets in without a link: the person whose address it is.
pub async fn link_by_email(
    tx: &mut Tx,
    issuer: &str,
    subject: &str,
    email: &str,
    now: Timestamp,
) -> Result<Option<PersonId>, AccountError> {
    let Some(person) = person::by_email(tx, email).await? else { return Ok(None) };
    if person.suspended_at.is_some() || person.role == Role::Reader {
        return Ok(None);
    }
    link(tx, person.id, issuer, subject, now).await?;
    Ok(Some(person.id))
}
