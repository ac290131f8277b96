use base::{Actor, PersonId, Role, Timestamp};
use store::{Event, Tx, sql};

use super::grant::keep_an_administrator;
use super::{Person, by_id};
use crate::policy::{self, Action};
use crate::{AccountError, session};

/// Lets a person in no more: its sessions end at once, and its tokens rest.
pub async fn suspend(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    now: Timestamp,
) -> Result<(), AccountError> {
    let known = to_change(tx, actor, person).await?;
    if known.suspended_at.is_some() {
        return Ok(());
    }
    if known.role == Role::Administrator {
        keep_an_administrator(tx, person).await?;
    }
    sql("UPDATE people SET suspended_at = ? WHERE id = ?").bind(now).bind(person).run(tx).await?;
    session::end_others(tx, actor, person, None, now).await?;
    tx.append(actor, &Event::PersonSuspended { person }, now).await?;
    Ok(())
}

/// Takes back what [`suspend`] did.
pub async fn restore(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    now: Timestamp,
) -> Result<(), AccountError> {
    if to_change(tx, actor, person).await?.suspended_at.is_none() {
        return Ok(());
    }
    sql("UPDATE people SET suspended_at = NULL WHERE id = ?").bind(person).run(tx).await?;
    tx.append(actor, &Event::PersonRestored { person }, now).await?;
    Ok(())
}

async fn to_change(tx: &Tx, actor: &Actor, person: PersonId) -> Result<Person, AccountError> {
    policy::check(actor, Action::GrantRoles)?;
    by_id(tx, person).await?.ok_or_else(|| AccountError::NoSuchPerson(person.to_string()))
}
