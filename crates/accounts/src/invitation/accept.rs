use base::{Actor, PersonId, Role, Timestamp};
use store::{Event, Tx, sql};

use super::{Invitation, somebody_can_sign_in};
use crate::AccountError;
use crate::person::{self, AddPerson};

/// Uses the invitation of a person up. The person has yet to set up a sign-in.
pub async fn accept(
    tx: &mut Tx,
    invitation: Invitation,
    person: PersonId,
    now: Timestamp,
) -> Result<(), AccountError> {
    let used = sql("UPDATE invitations SET used_at = ?
         WHERE id = ? AND used_at IS NULL AND revoked_at IS NULL")
    .bind(now)
    .bind(invitation.id)
    .run(tx)
    .await?;
    if used == 0 || invitation.person_id.is_some_and(|invited| invited != person) {
        return Err(AccountError::InvitationOver);
    }
    let known = person::by_id(tx, person).await?;
    let known = known.ok_or_else(|| AccountError::NoSuchPerson(person.to_string()))?;
    let actor = Actor::Person { person, role: known.role, grants: Vec::new() };
    let event = Event::InvitationAccepted { person, invitation: invitation.id };
    tx.append(&actor, &event, now).await?;
    Ok(())
}

/// Makes the first administrator of whoever holds the link that `invitation` found: a new person,
/// or the one of that name.
pub async fn accept_first(
    tx: &mut Tx,
    invitation: Invitation,
    name: &str,
    email: &str,
    now: Timestamp,
) -> Result<PersonId, AccountError> {
    if invitation.person_id.is_some() || somebody_can_sign_in(tx).await? {
        return Err(AccountError::InvitationOver);
    }
    let administrator = Role::Administrator;
    let person = match person::by_name(tx, name).await? {
        Some(known) => {
            person::grant(tx, &Actor::Operator, known.id, administrator, &[], now).await?;
            known.id
        }
        None => {
            let add = AddPerson { role: administrator, ..AddPerson::author(name) };
            person::add(tx, &Actor::Operator, add, now).await?
        }
    };
    person::set_email(tx, &Actor::Operator, person, Some(email), now).await?;
    accept(tx, invitation, person, now).await?;
    Ok(person)
}
