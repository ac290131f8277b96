use base::{Actor, Grant, PersonId, Role, Timestamp};
use store::{Event, Tx, sql};

use super::by_id;
use crate::policy::{self, Action};
use crate::{AccountError, session};

/// Says what a person is to the site, and to single sections beside. The person's sessions are
/// given new secrets.
pub async fn grant(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    role: Role,
    grants: &[Grant],
    now: Timestamp,
) -> Result<(), AccountError> {
    policy::check(actor, Action::GrantRoles)?;
    let known =
        by_id(tx, person).await?.ok_or_else(|| AccountError::NoSuchPerson(person.to_string()))?;
    if known.role == Role::Administrator && role != Role::Administrator {
        keep_an_administrator(tx, person).await?;
    }
    sql("UPDATE people SET role = ? WHERE id = ?").bind(role.name()).bind(person).run(tx).await?;
    sql("DELETE FROM grants WHERE person_id = ?").bind(person).run(tx).await?;
    for grant in grants {
        // Who keeps people keeps those of the whole site.
        if grant.role == Role::Administrator {
            return Err(AccountError::Invalid(
                "An administrator is one of the whole site, and not of a section.".into(),
            ));
        }
        sql("INSERT INTO grants (person_id, section_id, role) VALUES (?, ?, ?)")
            .bind(person)
            .bind(grant.section)
            .bind(grant.role.name())
            .run(tx)
            .await?;
    }
    session::renew_of(tx, person).await?;
    let event = Event::RoleGranted { person, role, grants: grants.to_vec() };
    tx.append(actor, &event, now).await?;
    Ok(())
}

/// Without an administrator nobody could ever be let in again.
pub(super) async fn keep_an_administrator(tx: &Tx, but: PersonId) -> Result<(), AccountError> {
    let others: i64 = sql("SELECT COUNT(*) AS value FROM people
         WHERE role = ? AND suspended_at IS NULL AND id <> ?")
    .bind(Role::Administrator.name())
    .bind(but)
    .value(tx)
    .await?;
    if others == 0 {
        return Err(AccountError::Invalid(
            "This is the only administrator. Make somebody else one first.".into(),
        ));
    }
    Ok(())
}
