//! Whom an OpenID Connect provider means.

use base::{Actor, PersonId, Timestamp};
use store::{Connection, Event, FromQueryResult, StoreError, Tx, sql};

use crate::policy::{self, Action};
use crate::{AccountError, person};

/// Somebody's account at a provider.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Known {
    /// The provider.
    pub issuer: String,
    /// What it calls the account.
    pub subject: String,
    /// Since when it lets its owner in.
    pub created_at: Timestamp,
}

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

/// A person's accounts at providers, the oldest first.
pub async fn all(on: &impl Connection, person: PersonId) -> Result<Vec<Known>, StoreError> {
    sql("SELECT issuer, subject, created_at FROM identities WHERE person_id = ?
         ORDER BY created_at, issuer, subject")
    .bind(person)
    .all(on)
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
    add(tx, &Actor::Reader, person, issuer, subject, now).await
}

/// Whom a provider's verified address lets in without a link: the person whose address it is, if it
/// may enter the newsroom.
pub async fn link_by_email(
    tx: &mut Tx,
    issuer: &str,
    subject: &str,
    email: &str,
    now: Timestamp,
) -> Result<Option<PersonId>, AccountError> {
    let Some(person) = person::by_email(tx, email).await? else { return Ok(None) };
    may_enter(tx, person.id).await?;
    // An address is given to another employee one day, whom the old one's account must not let in.
    if all(tx, person.id).await?.iter().any(|known| known.issuer == issuer) {
        return Err(AccountError::Invalid(
            "This e-mail address is of somebody whom another account there lets in. Sign in with \
             that one, or ask an administrator for a link."
                .into(),
        ));
    }
    link(tx, person.id, issuer, subject, now).await?;
    Ok(Some(person.id))
}

/// Links an account that the person has just signed in to at the provider.
pub async fn link_own(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    issuer: &str,
    subject: &str,
    now: Timestamp,
) -> Result<(), AccountError> {
    crate::own(actor, person)?;
    match find(tx, issuer, subject).await? {
        Some(known) if known == person => Ok(()),
        Some(_) => Err(AccountError::Invalid(
            "That account is linked to somebody else here, whom it lets in.".into(),
        )),
        None => Ok(add(tx, actor, person, issuer, subject, now).await?),
    }
}

/// Has an account at a provider let nobody in any more.
pub async fn unlink(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    issuer: &str,
    subject: &str,
    now: Timestamp,
) -> Result<(), AccountError> {
    crate::own(actor, person)?;
    let removed = sql("DELETE FROM identities WHERE issuer = ? AND subject = ? AND person_id = ?")
        .bind(issuer)
        .bind(subject)
        .bind(person)
        .run(tx)
        .await?;
    if removed > 0 {
        if !person::has_way_in(tx, person).await? {
            return Err(AccountError::Invalid(
                "This is the only way in. Add a passkey, or a password with an authenticator, \
                 before it goes."
                    .into(),
            ));
        }
        tx.append(actor, &Event::IdentityUnlinked { person, issuer: issuer.to_owned() }, now)
            .await?;
    }
    Ok(())
}

/// Whether somebody for whom a provider has vouched may come in at all.
pub async fn may_enter(on: &impl Connection, person: PersonId) -> Result<(), AccountError> {
    let known = person::by_id(on, person).await?;
    let known = known.ok_or_else(|| AccountError::NoSuchPerson(person.to_string()))?;
    if known.suspended_at.is_some() {
        return Err(AccountError::Suspended);
    }
    let grants = person::grants(on, person).await?;
    let actor = Actor::Person { person, role: known.role, grants };
    Ok(policy::check_anywhere(&actor, Action::EnterNewsroom)?)
}

async fn add(
    tx: &mut Tx,
    actor: &Actor,
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
    tx.append(actor, &Event::IdentityLinked { person, issuer: issuer.to_owned() }, now).await?;
    Ok(())
}
