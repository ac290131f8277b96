//! What a sign-in waits for between two requests: a second factor, a passkey's answer, a
//! provider's word. Each is taken once.

use std::time::Duration;

use base::{PersonId, Timestamp};
use store::{FromQueryResult, StoreError, Tx, sql};

use crate::secret;

/// So long.
pub const LASTS: Duration = Duration::from_secs(600);

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The second factor of somebody whose password was right.
    SecondFactor,
    /// A new passkey.
    NewPasskey,
    /// The answer of a passkey.
    Passkey,
    /// The word of an OpenID Connect provider.
    Provider,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::SecondFactor => "second_factor",
            Self::NewPasskey => "new_passkey",
            Self::Passkey => "passkey",
            Self::Provider => "provider",
        }
    }
}

/// What was kept.
#[derive(Debug, FromQueryResult)]
pub struct Waiting {
    /// Of whom, where that is known.
    pub person_id: Option<PersonId>,
    /// What whoever began it wanted kept.
    pub state: String,
}

/// Keeps what is needed to go on, and gives the text that finds it again.
pub async fn begin(
    tx: &mut Tx,
    kind: Kind,
    person: Option<PersonId>,
    state: &str,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<String, StoreError> {
    sql("DELETE FROM ceremonies WHERE expires_at <= ?").bind(now).run(tx).await?;
    let text = secret::text(secret);
    sql("INSERT INTO ceremonies (secret_hash, kind, person_id, state, expires_at)
         VALUES (?, ?, ?, ?, ?)")
    .bind(secret::hash(&text))
    .bind(kind.name())
    .bind(person)
    .bind(state)
    .bind(now.plus(LASTS))
    .run(tx)
    .await?;
    Ok(text)
}

/// Takes what was kept, if it is still waited for.
pub async fn take(
    tx: &mut Tx,
    kind: Kind,
    text: &str,
    now: Timestamp,
) -> Result<Option<Waiting>, StoreError> {
    sql("DELETE FROM ceremonies WHERE secret_hash = ? AND kind = ? AND expires_at > ?
         RETURNING person_id, state")
    .bind(secret::hash(text))
    .bind(kind.name())
    .bind(now)
    .one(tx)
    .await
}
