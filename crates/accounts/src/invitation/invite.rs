use base::{Actor, InvitationId, PersonId, Timestamp};
use store::{Event, Tx, sql};

use super::LASTS;
use crate::policy::{self, Action};
use crate::{AccountError, person, secret};

/// Makes a link with which a person can set up a sign-in, once, and gives what it holds. Links that
/// the person was given before end.
pub async fn invite(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<String, AccountError> {
    policy::check(actor, Action::GrantRoles)?;
    if person::by_id(tx, person).await?.is_none() {
        return Err(AccountError::NoSuchPerson(person.to_string()));
    }
    let before: Vec<InvitationId> = sql("SELECT id AS value FROM invitations
         WHERE person_id = ? AND used_at IS NULL AND revoked_at IS NULL")
    .bind(person)
    .values(tx)
    .await?;
    for invitation in before {
        sql("UPDATE invitations SET revoked_at = ? WHERE id = ?")
            .bind(now)
            .bind(invitation)
            .run(tx)
            .await?;
        tx.append(actor, &Event::InvitationRevoked { invitation }, now).await?;
    }
    write(tx, actor, Some(person), secret, now).await
}

pub(super) async fn write(
    tx: &mut Tx,
    actor: &Actor,
    person: Option<PersonId>,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<String, AccountError> {
    let text = secret::text(secret);
    let invitation: InvitationId = tx.new_id(now);
    sql("INSERT INTO invitations (id, person_id, secret_hash, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?)")
    .bind(invitation)
    .bind(person)
    .bind(secret::hash(&text))
    .bind(now)
    .bind(now.plus(LASTS))
    .run(tx)
    .await?;
    tx.append(actor, &Event::PersonInvited { person, invitation }, now).await?;
    Ok(text)
}
