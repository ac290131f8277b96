use base::{Actor, PersonId, Timestamp};
use store::{Event, Tx, sql};

use super::by_id;
use crate::AccountError;
use crate::policy::{self, Action};

/// Says anew what is given, and leaves the rest.
#[derive(Clone, Debug, Default)]
pub struct DescribePerson {
    /// What the person is, such as "Diplomatic correspondent".
    pub title: Option<String>,
    /// Some sentences about the person.
    pub bio: Option<String>,
}

/// Changes what is known of a person.
pub async fn describe(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    command: DescribePerson,
    now: Timestamp,
) -> Result<(), AccountError> {
    if actor.person() != Some(person) {
        policy::check(actor, Action::KeepPeople)?;
    }
    let known =
        by_id(tx, person).await?.ok_or_else(|| AccountError::NoSuchPerson(person.to_string()))?;
    sql("UPDATE people SET title = ?, bio = ? WHERE id = ?")
        .bind(command.title.unwrap_or(known.title))
        .bind(command.bio.unwrap_or(known.bio))
        .bind(person)
        .run(tx)
        .await?;
    tx.append(actor, &Event::PersonDescribed { person }, now).await?;
    Ok(())
}
