use base::{Actor, PersonId, Timestamp};
use store::{Event, StoreError, Tx, sql};

use crate::AccountError;

/// Says where mail reaches a person. Staff sign in with it, so it is the person's own to change, or
/// an administrator's.
pub async fn set_email(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    email: Option<&str>,
    now: Timestamp,
) -> Result<(), AccountError> {
    crate::own(actor, person)?;
    let email = email.map(|email| email.trim().to_lowercase()).filter(|email| !email.is_empty());
    if let Some(email) = &email
        && !is_address(email)
    {
        return Err(AccountError::Invalid(format!(
            "{email:?} is no e-mail address; write one such as anna@example.org."
        )));
    }
    sql("UPDATE people SET email = ? WHERE id = ?")
        .bind(email.clone())
        .bind(person)
        .run(tx)
        .await
        .map_err(|error| match error {
            StoreError::Taken(_) => AccountError::EmailTaken(email.unwrap_or_default()),
            other => other.into(),
        })?;
    tx.append(actor, &Event::PersonDescribed { person }, now).await?;
    Ok(())
}

/// Whether mail could be sent there; only its server knows more.
pub(crate) fn is_address(text: &str) -> bool {
    let strange = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c);
    text.len() <= 254
        && !text.contains(strange)
        && text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.contains('@') && !host.ends_with('.')
        })
}
