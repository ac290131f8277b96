use base::{Actor, PersonId, Role, Timestamp};
use store::{Event, Tx, sql};

use super::{by_id, role_name};
use crate::AccountError;
use crate::policy::{self, Action};

/// Says anew what is given, and leaves the rest.
#[derive(Clone, Debug, Default)]
pub struct DescribePerson {
    /// What the person is, such as "Diplomatic correspondent".
    pub title: Option<String>,
    /// Some sentences about the person.
    pub bio: Option<String>,
    /// What the person is to the site.
    pub role: Option<Role>,
}

/// Changes what is known of a person.
pub async fn describe(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    command: DescribePerson,
    now: Timestamp,
) -> Result<(), AccountError> {
    policy::check(actor, Action::KeepPeople)?;
    let known =
        by_id(tx, person).await?.ok_or_else(|| AccountError::NoSuchPerson(person.to_string()))?;
    if command.role.is_some_and(|role| role != known.role) {
        policy::check(actor, Action::GrantRoles)?;
    }
    sql("UPDATE people SET title = ?, bio = ?, role = ? WHERE id = ?")
        .bind(command.title.unwrap_or(known.title))
        .bind(command.bio.unwrap_or(known.bio))
        .bind(role_name(command.role.unwrap_or(known.role)))
        .bind(person)
        .run(tx)
        .await?;
    tx.append(actor, &Event::PersonDescribed { person }, now).await?;
    Ok(())
}
