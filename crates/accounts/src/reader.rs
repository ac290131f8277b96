//! Readers with an account: let in by a link that is mailed to them, once, in the browser that asked
//! for it, by a passkey, or by the word of a provider. They are kept apart from people, so no right
//! of the newsroom can come to one by mistake.

pub mod identity;
mod link;
pub mod passkey;
mod session;

use base::{Actor, ReaderId, Timestamp};
use store::{Connection, Event, FromQueryResult, StoreError, Tx, sql};

use crate::AccountError;
use crate::throttle::{self, Subject};

pub use link::{AskLink, Fate, LINK_LASTS, Link, ask, fate, redeem};
pub use session::{
    KnownSession, SESSION_LASTS, Session, begin, drop_draft, end, find, keep_draft, of_reader,
};

/// As with the names of guests.
const NAME_MAX: usize = 60;

/// A reader with an account.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Reader {
    /// Names the reader.
    pub id: ReaderId,
    /// Where mail reaches them.
    pub email: String,
    /// What they are called under what they say.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// The reader of this id.
pub async fn by_id(on: &impl Connection, id: ReaderId) -> Result<Option<Reader>, StoreError> {
    sql("SELECT id, email, name, created_at FROM readers WHERE id = ?").bind(id).one(on).await
}

/// The reader whom mail reaches there.
pub async fn by_email(on: &impl Connection, email: &str) -> Result<Option<Reader>, StoreError> {
    sql("SELECT id, email, name, created_at FROM readers WHERE email = ?")
        .bind(email.trim().to_lowercase())
        .one(on)
        .await
}

/// Whether a reader has a key beside the mailed link: a passkey, or an account at a provider.
pub async fn has_key(on: &impl Connection, reader: ReaderId) -> Result<bool, StoreError> {
    let found: Option<ReaderId> = sql("SELECT r.id AS value FROM readers r
         WHERE r.id = ?
           AND (EXISTS (SELECT 1 FROM reader_passkeys k WHERE k.reader_id = r.id)
                OR EXISTS (SELECT 1 FROM reader_identities i WHERE i.reader_id = r.id))")
    .bind(reader)
    .optional(on)
    .await?;
    Ok(found.is_some())
}

/// What a reader wants to be called.
pub async fn rename(tx: &mut Tx, reader: ReaderId, name: &str) -> Result<(), AccountError> {
    let name = checked_name(name)?;
    sql("UPDATE readers SET name = ? WHERE id = ?").bind(name).bind(reader).run(tx).await?;
    Ok(())
}

/// Forgets a reader: the address, the name, every session, every link and every key. What they said is a matter
/// of its own, and has to be let go of before.
pub async fn forget(tx: &mut Tx, reader: ReaderId, now: Timestamp) -> Result<(), StoreError> {
    let Some(known) = by_id(tx, reader).await? else { return Ok(()) };
    sql("DELETE FROM reader_sessions WHERE reader_id = ?").bind(reader).run(tx).await?;
    sql("DELETE FROM reader_links WHERE email = ?").bind(known.email.as_str()).run(tx).await?;
    sql("DELETE FROM reader_passkeys WHERE reader_id = ?").bind(reader).run(tx).await?;
    sql("DELETE FROM reader_identities WHERE reader_id = ?").bind(reader).run(tx).await?;
    sql("DELETE FROM ceremonies WHERE reader_id = ?").bind(reader).run(tx).await?;
    sql("DELETE FROM readers WHERE id = ?").bind(reader).run(tx).await?;
    throttle::succeeded(tx, Subject::Account(&account(&known.email))).await?;
    tx.append(&Actor::Reader, &Event::ReaderLeft { reader }, now).await?;
    Ok(())
}

/// What attempts are counted by: apart from those to sign in as staff.
pub fn account(email: &str) -> String {
    format!("reader {}", email.trim().to_lowercase())
}

/// An account for one whom mail reaches at this address, in small letters: that has been shown.
async fn join(
    tx: &mut Tx,
    email: &str,
    name: String,
    now: Timestamp,
) -> Result<Reader, StoreError> {
    let id: ReaderId = tx.new_id(now);
    sql("INSERT INTO readers (id, email, name, created_at) VALUES (?, ?, ?, ?)")
        .bind(id)
        .bind(email)
        .bind(name.as_str())
        .bind(now)
        .run(tx)
        .await?;
    tx.append(&Actor::Reader, &Event::ReaderJoined { reader: id }, now).await?;
    Ok(Reader { id, email: email.to_owned(), name, created_at: now })
}

/// A name that can stand under a comment.
fn checked_name(name: &str) -> Result<String, AccountError> {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(AccountError::Invalid("Say under which name you write.".into())),
        1..=NAME_MAX => Ok(name),
        _ => Err(AccountError::Invalid(format!("A name has at most {NAME_MAX} letters."))),
    }
}
