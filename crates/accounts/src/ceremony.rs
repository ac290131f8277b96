//! What a sign-in waits for between two requests: a second factor, a passkey's answer, a
//! provider's word. Each is taken once.

use std::time::Duration;

use base::{PersonId, ReaderId, Timestamp};
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
    /// A new passkey of a reader.
    ReaderNewPasskey,
    /// The answer of a reader's passkey.
    ReaderPasskey,
    /// The word of the readers' provider.
    ReaderProvider,
    /// The name of a reader for whom the provider has vouched.
    ReaderArrival,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::SecondFactor => "second_factor",
            Self::NewPasskey => "new_passkey",
            Self::Passkey => "passkey",
            Self::Provider => "provider",
            Self::ReaderNewPasskey => "reader_new_passkey",
            Self::ReaderPasskey => "reader_passkey",
            Self::ReaderProvider => "reader_provider",
            Self::ReaderArrival => "reader_arrival",
        }
    }
}

/// For whom something is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// That is not known yet.
    Nobody,
    /// One of the staff.
    Person(PersonId),
    /// A reader with an account.
    Reader(ReaderId),
}

impl Whose {
    fn ids(self) -> (Option<PersonId>, Option<ReaderId>) {
        match self {
            Self::Nobody => (None, None),
            Self::Person(person) => (Some(person), None),
            Self::Reader(reader) => (None, Some(reader)),
        }
    }
}

/// What was kept.
#[derive(Debug)]
pub struct Waiting {
    /// For whom.
    pub whose: Whose,
    /// What whoever began it wanted kept.
    pub state: String,
}

/// Keeps what is needed to go on, and gives the text that finds it again.
pub async fn begin(
    tx: &mut Tx,
    kind: Kind,
    whose: Whose,
    state: &str,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<String, StoreError> {
    sql("DELETE FROM ceremonies WHERE expires_at <= ?").bind(now).run(tx).await?;
    let text = secret::text(secret);
    let (person, reader) = whose.ids();
    sql("INSERT INTO ceremonies (secret_hash, kind, person_id, reader_id, state, expires_at)
         VALUES (?, ?, ?, ?, ?, ?)")
    .bind(secret::hash(&text))
    .bind(kind.name())
    .bind(person)
    .bind(reader)
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
    #[derive(FromQueryResult)]
    struct Row {
        person_id: Option<PersonId>,
        reader_id: Option<ReaderId>,
        state: String,
    }
    let row: Option<Row> =
        sql("DELETE FROM ceremonies WHERE secret_hash = ? AND kind = ? AND expires_at > ?
         RETURNING person_id, reader_id, state")
        .bind(secret::hash(text))
        .bind(kind.name())
        .bind(now)
        .one(tx)
        .await?;
    Ok(row.map(|row| {
        let whose = match (row.person_id, row.reader_id) {
            (Some(person), _) => Whose::Person(person),
            (None, Some(reader)) => Whose::Reader(reader),
            (None, None) => Whose::Nobody,
        };
        Waiting { whose, state: row.state }
    }))
}
