//! Slowing down those who guess, by account and by address.

use std::time::Duration;

use base::Timestamp;
use store::{Connection, FromQueryResult, StoreError, Tx, sql};

/// So many failures are anybody's.
const FREE_BY_ACCOUNT: i64 = 5;
/// Of an address there may be many people behind.
const FREE_BY_ADDRESS: i64 = 20;
const FIRST_PAUSE: Duration = Duration::from_secs(15);
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// After so long without a failure, those before are forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(86_400);

/// Who tries.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// The account that somebody says it is, whether there is such a one or not.
    Account(&'a str),
    /// An address; of IPv6, the network that one household has.
    Address(&'a str),
}

impl Subject<'_> {
    fn key(self) -> String {
        match self {
            Self::Account(login) => format!("account {}", login.trim().to_lowercase()),
            Self::Address(address) => format!("address {address}"),
        }
    }

    fn free(self) -> i64 {
        match self {
            Self::Account(_) => FREE_BY_ACCOUNT,
            Self::Address(_) => FREE_BY_ADDRESS,
        }
    }
}

/// Until when this one has to wait, if it does.
pub async fn blocked(
    on: &impl Connection,
    subject: Subject<'_>,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let until: Option<Timestamp> =
        sql("SELECT blocked_until AS value FROM attempts WHERE subject = ?")
            .bind(subject.key())
            .optional(on)
            .await?;
    Ok(until.filter(|until| *until > now))
}

/// Notes a failure. Each beyond the free ones makes the pause twice as long.
pub async fn failed(tx: &mut Tx, subject: Subject<'_>, now: Timestamp) -> Result<(), StoreError> {
    #[derive(FromQueryResult)]
    struct Row {
        failures: i64,
        last_at: Timestamp,
    }
    let row: Option<Row> = sql("SELECT failures, last_at FROM attempts WHERE subject = ?")
        .bind(subject.key())
        .one(tx)
        .await?;
    let before =
        row.filter(|row| now.since(row.last_at) < FORGOTTEN_AFTER).map_or(0, |row| row.failures);
    let failures = before + 1;
    let beyond = u32::try_from(failures - subject.free()).unwrap_or(0).min(16);
    let pause = match beyond {
        0 => Duration::ZERO,
        beyond => (FIRST_PAUSE * 2_u32.pow(beyond - 1)).min(LONGEST_PAUSE),
    };
    sql("INSERT INTO attempts (subject, failures, last_at, blocked_until) VALUES (?, ?, ?, ?)
         ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures,
           last_at = excluded.last_at, blocked_until = excluded.blocked_until")
    .bind(subject.key())
    .bind(failures)
    .bind(now)
    .bind(now.plus(pause))
    .run(tx)
    .await?;
    Ok(())
}

/// Forgets the failures of one who has shown who it is.
pub async fn succeeded(tx: &mut Tx, subject: Subject<'_>) -> Result<(), StoreError> {
    sql("DELETE FROM attempts WHERE subject = ?").bind(subject.key()).run(tx).await?;
    Ok(())
}
