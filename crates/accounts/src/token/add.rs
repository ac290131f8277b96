use base::{Actor, PersonId, Scope, Timestamp, TokenId};
use store::{Event, StoreError, Tx, sql};

use crate::policy::{self, Action};
use crate::{AccountError, person, secret};

/// Makes a token for a program that acts for `person`.
#[derive(Clone, Debug)]
pub struct AddToken {
    /// Who answers for what the program does.
    pub person: PersonId,
    /// What the program is, for those who will wonder later.
    pub name: String,
    /// What it may do, within what the person may.
    pub scopes: Vec<Scope>,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
}

/// Makes a token, and gives its text: the only time that anybody sees it.
pub async fn add(
    tx: &mut Tx,
    actor: &Actor,
    command: AddToken,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<String, AccountError> {
    policy::check(actor, Action::KeepTokens)?;
    if person::by_id(tx, command.person).await?.is_none() {
        return Err(AccountError::NoSuchPerson(command.person.to_string()));
    }
    if command.scopes.is_empty() {
        return Err(AccountError::Invalid(
            "A token without a scope can do nothing. Give it read, write or publish.".to_owned(),
        ));
    }
    let text = format!("tribune_{}", secret::text(secret));
    let scopes = serde_json::to_string(&command.scopes)
        .map_err(|error| StoreError::Unreadable { what: "scopes", why: error.to_string() })?;
    let token: TokenId = tx.new_id(now);
    sql("INSERT INTO tokens (id, person_id, name, secret_hash, scopes, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)")
    .bind(token)
    .bind(command.person)
    .bind(command.name)
    .bind(secret::hash(&text))
    .bind(scopes)
    .bind(now)
    .bind(command.expires_at)
    .run(tx)
    .await?;
    tx.append(actor, &Event::TokenAdded { token, person: command.person }, now).await?;
    Ok(text)
}
