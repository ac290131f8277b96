//! Passwords, hashed with Argon2id (RFC 9106).

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use base::{Actor, PersonId, Timestamp};
use store::{Connection, Event, FromQueryResult, StoreError, Tx, sql};
use tokio::sync::Semaphore;

use crate::{AccountError, session};

const CHARS_MIN: usize = 12;
const CHARS_MAX: usize = 200;
/// What is tried first by whoever guesses, beside the person's own names.
const GUESSED: [&str; 8] = [
    "password",
    "passwort",
    "contraseña",
    "qwertyuiop",
    "1234567890",
    "letmein",
    "tribune",
    "newsroom",
];

/// A hash takes 19 MiB and a core for a moment: more at a time would only make each slower.
static AT_A_TIME: Semaphore = Semaphore::const_new(2);

/// A password that may be kept, as its hash.
#[derive(Clone)]
pub struct Hashed(String);

/// Checks that a password is hard to guess, and hashes it. Takes a moment, so it is done before a
/// change begins.
///
/// # Errors
/// Says what is wrong with the password.
pub async fn hash(password: &str, names: &[&str]) -> Result<Hashed, AccountError> {
    let chars = password.chars().count();
    if !(CHARS_MIN..=CHARS_MAX).contains(&chars) {
        return Err(AccountError::Invalid(format!(
            "A password has {CHARS_MIN} to {CHARS_MAX} characters. A few words in a row are easy \
             to remember and hard to guess."
        )));
    }
    let lower = password.to_lowercase();
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let names = names.iter().map(|name| name.to_lowercase()).filter(|name| name.len() > 3);
    let guessed = GUESSED.into_iter().map(str::to_owned).chain(names);
    let easy =
        guessed.into_iter().any(|word| lower.replace(&word, "").chars().count() < CHARS_MIN / 2);
    if easy || distinct.len() < 5 {
        return Err(AccountError::Invalid(
            "This password is easy to guess. Take a few words that do not belong together.".into(),
        ));
    }
    let password = password.to_owned();
    let hashed = blocking(move || Argon2::default().hash_password(password.as_bytes()).ok()).await;
    hashed
        .flatten()
        .map(|hash| Hashed(hash.to_string()))
        .ok_or_else(|| AccountError::Invalid("The password could not be hashed. Try again.".into()))
}

/// Gives a person a password. All other sessions of the person end.
pub async fn set(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    password: Hashed,
    keep: Option<base::SessionId>,
    now: Timestamp,
) -> Result<(), AccountError> {
    crate::own(actor, person)?;
    sql("INSERT INTO passwords (person_id, hash, changed_at) VALUES (?, ?, ?)
         ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash,
           changed_at = excluded.changed_at")
    .bind(person)
    .bind(password.0)
    .bind(now)
    .run(tx)
    .await?;
    session::end_others(tx, actor, person, keep, now).await?;
    tx.append(actor, &Event::PasswordSet { person }, now).await?;
    Ok(())
}

/// Who has this e-mail address or slug and this password. Takes as long for an account that there
/// is not, so that nobody learns which there are.
pub async fn check(
    on: &impl Connection,
    login: &str,
    password: &str,
) -> Result<Checked, StoreError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: PersonId,
        hash: String,
    }
    let login = login.trim().to_lowercase();
    let row: Option<Row> = sql("SELECT p.id, w.hash FROM people p
         JOIN passwords w ON w.person_id = p.id
         WHERE (p.email = ? OR p.slug = ?) AND p.suspended_at IS NULL")
    .bind(login.clone())
    .bind(login)
    .one(on)
    .await?;
    let (person, hash) = match row {
        Some(row) => (Some(row.id), row.hash),
        None => (None, NOBODY.to_owned()),
    };
    let password = password.chars().take(CHARS_MAX).collect::<String>();
    let right = blocking(move || {
        PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    });
    let right = right.await.unwrap_or(false);
    Ok(match person {
        Some(person) if right => Checked::Right(person),
        Some(person) => Checked::Wrong(person),
        None => Checked::Nobody,
    })
}

/// What came of a look at a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is this person's.
    Right(PersonId),
    /// It is not this person's.
    Wrong(PersonId),
    /// There is no such account.
    Nobody,
}

/// Whether the person has a password.
pub async fn is_set(on: &impl Connection, person: PersonId) -> Result<bool, StoreError> {
    let found: Option<PersonId> =
        sql("SELECT person_id AS value FROM passwords WHERE person_id = ?")
            .bind(person)
            .optional(on)
            .await?;
    Ok(found.is_some())
}

/// Of a password that nobody has, with the parameters of all others.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXRoaW5nLXNhbHR5$\
    dGhpcyBpcyBubyBwYXNzd29yZCBhdCBhbGwgISEhISE";

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let _turn = AT_A_TIME.acquire().await.ok()?;
    tokio::task::spawn_blocking(work).await.ok()
}
