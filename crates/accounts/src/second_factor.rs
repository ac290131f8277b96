//! The second factor beside a password: six digits of an authenticator (RFC 6238), or one of ten
//! recovery codes.

use base::{Actor, PersonId, Timestamp};
use store::{Connection, Event, FromQueryResult, StoreError, Tx, sql};
use totp_rs::{Builder, Secret, Totp};

use crate::{AccountError, secret};

/// How many recovery codes a person is given.
const RECOVERY_CODES: usize = 10;

/// What an authenticator is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// In base 32, to be typed.
    pub secret: String,
    /// As an address, to be scanned.
    pub url: String,
}

/// Begins to set up an authenticator; it counts once [`confirm`] has seen a code of it. One that is
/// confirmed stays until another is.
pub async fn enrol(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    account: &str,
    issuer: &str,
    secret: [u8; 20],
) -> Result<Enrolment, AccountError> {
    crate::own(actor, person)?;
    let secret = Secret::from(secret).to_base32();
    sql("INSERT INTO authenticators (person_id, secret, used_step) VALUES (?, ?, 0)
         ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, confirmed_at = NULL,
           used_step = 0")
    .bind(person)
    .bind(secret.clone())
    .run(tx)
    .await?;
    Ok(Enrolment { url: url(&secret, account, issuer), secret })
}

/// The enrolment that waits for its first code.
pub async fn pending(
    on: &impl Connection,
    person: PersonId,
    account: &str,
    issuer: &str,
) -> Result<Option<Enrolment>, StoreError> {
    let row = row(on, person).await?.filter(|row| row.confirmed_at.is_none());
    Ok(row.map(|row| Enrolment { url: url(&row.secret, account, issuer), secret: row.secret }))
}

/// Takes the first code of an authenticator, and gives recovery codes: the only time that anybody
/// sees them.
pub async fn confirm(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    code: &str,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<Vec<String>, AccountError> {
    crate::own(actor, person)?;
    if !take(tx, person, code, now).await? {
        return Err(AccountError::Invalid(
            "That is not the code of this moment. Check the clock of the device, and type the \
             code that it shows now."
                .into(),
        ));
    }
    sql("UPDATE authenticators SET confirmed_at = ? WHERE person_id = ?")
        .bind(now)
        .bind(person)
        .run(tx)
        .await?;
    tx.append(actor, &Event::AuthenticatorAdded { person }, now).await?;
    recovery_codes(tx, actor, person, secret, now).await
}

/// Gives a person new recovery codes in place of all others.
pub async fn recovery_codes(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<Vec<String>, AccountError> {
    crate::own(actor, person)?;
    sql("DELETE FROM recovery_codes WHERE person_id = ?").bind(person).run(tx).await?;
    let seed = secret::text(secret);
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for number in 0..RECOVERY_CODES {
        // 80 bits each, from one secret that is then forgotten.
        let digits = secret::hash(&format!("{seed} {number}"));
        let code =
            format!("{}-{}-{}-{}", &digits[..5], &digits[5..10], &digits[10..15], &digits[15..20]);
        sql("INSERT INTO recovery_codes (person_id, hash) VALUES (?, ?)")
            .bind(person)
            .bind(secret::hash(&code))
            .run(tx)
            .await?;
        codes.push(code);
    }
    tx.append(actor, &Event::RecoveryCodesMade { person }, now).await?;
    Ok(codes)
}

/// Whether the person's confirmed authenticator shows this code. No code is taken twice.
pub async fn check(
    tx: &mut Tx,
    person: PersonId,
    code: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match row(tx, person).await? {
        Some(row) if row.confirmed_at.is_some() => take(tx, person, code, now).await,
        _ => Ok(false),
    }
}

/// Whether this is a recovery code of the person that has not been used. It has been, then.
pub async fn check_recovery(
    tx: &mut Tx,
    person: PersonId,
    code: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let code: String = code.chars().filter(char::is_ascii_hexdigit).collect();
    let code = code.to_lowercase();
    let Some(parts) = code.get(..20).filter(|_| code.len() == 20) else { return Ok(false) };
    let code = format!("{}-{}-{}-{}", &parts[..5], &parts[5..10], &parts[10..15], &parts[15..20]);
    let used = sql("UPDATE recovery_codes SET used_at = ?
         WHERE person_id = ? AND hash = ? AND used_at IS NULL")
    .bind(now)
    .bind(person)
    .bind(secret::hash(&code))
    .run(tx)
    .await?;
    if used > 0 {
        // Whoever it is has shown a code, and no more.
        tx.append(&Actor::Reader, &Event::RecoveryCodeUsed { person }, now).await?;
    }
    Ok(used > 0)
}

/// Whether the person has a confirmed authenticator.
pub async fn is_set(on: &impl Connection, person: PersonId) -> Result<bool, StoreError> {
    Ok(row(on, person).await?.is_some_and(|row| row.confirmed_at.is_some()))
}

/// How many recovery codes the person has left.
pub async fn codes_left(on: &impl Connection, person: PersonId) -> Result<i64, StoreError> {
    sql("SELECT COUNT(*) AS value FROM recovery_codes WHERE person_id = ? AND used_at IS NULL")
        .bind(person)
        .value(on)
        .await
}

#[derive(FromQueryResult)]
struct Row {
    secret: String,
    confirmed_at: Option<Timestamp>,
    used_step: i64,
}

async fn row(on: &impl Connection, person: PersonId) -> Result<Option<Row>, StoreError> {
    sql("SELECT secret, confirmed_at, used_step FROM authenticators WHERE person_id = ?")
        .bind(person)
        .one(on)
        .await
}

/// Takes a code, if it is right and of a later step than the one that was taken last.
async fn take(
    tx: &mut Tx,
    person: PersonId,
    code: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(row) = row(tx, person).await? else { return Ok(false) };
    let Some(totp) = totp(&row.secret) else { return Ok(false) };
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let seconds = u64::try_from(now.as_micros() / 1_000_000).unwrap_or(0);
    let step = totp.check(&code, seconds).and_then(|step| i64::try_from(step).ok());
    let Some(step) = step.filter(|step| *step > row.used_step) else { return Ok(false) };
    sql("UPDATE authenticators SET used_step = ? WHERE person_id = ?")
        .bind(step)
        .bind(person)
        .run(tx)
        .await?;
    Ok(true)
}

fn totp(secret: &str) -> Option<Totp> {
    Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).build().ok()
}

/// As authenticators read it (Key URI format).
fn url(secret: &str, account: &str, issuer: &str) -> String {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            })
            .collect()
    };
    let (account, issuer) = (encode(account), encode(issuer));
    format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}")
}
