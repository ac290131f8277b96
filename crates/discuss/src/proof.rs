//! A proof of work, asked for only during a flood: a browser looks for the number whose hash is the
//! one that it was given, which costs it a moment and a program that writes a thousand comments a
//! thousand moments. Nobody is shown a picture, and nobody else is asked. The shape is that of ALTCHA
//! (version 1, SHA-256), so its widget can solve it, too.
//!
//! It is never needed to be heard: a comment without proof waits for a moderator.

use std::time::Duration;

use accounts::secret::hex;
use base::{ArticleId, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{Connection, Store, Tx, sql};

use crate::Result;
use crate::commenter::Commenter;
use crate::pace::Lately;

/// A number below this is looked for. On a slow phone it takes a second or two.
const NUMBER_MAX: u32 = 100_000;
/// Long enough to write a comment, and short enough that few are saved up.
const GOOD_FOR: Duration = Duration::from_secs(20 * 60);
/// Longer than any solution is.
const SOLUTION_MAX: usize = 2_000;
const ALGORITHM: &str = "SHA-256";

/// What a browser is given to solve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Challenge {
    algorithm: &'static str,
    challenge: String,
    #[serde(rename = "maxnumber")]
    number_max: u32,
    salt: String,
    signature: String,
}

/// What it sends back: the JSON of this, as Base64.
#[derive(Debug, Deserialize)]
struct Solution {
    algorithm: String,
    challenge: String,
    number: u32,
    salt: String,
    signature: String,
}

/// Whether a comment of this one would wait for want of a proof.
pub async fn needed(
    on: &impl Connection,
    commenter: Option<&Commenter>,
    article: ArticleId,
    network: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    if commenter.is_some_and(Commenter::is_known) {
        return Ok(false);
    }
    let commenter = commenter.map(|it| it.id);
    Ok(Lately::look(on, commenter, (article, None), network, now).await?.is_a_flood())
}

/// A challenge, good for a while.
pub async fn challenge(store: &Store, now: Timestamp) -> Result<Challenge> {
    let key = key(store, now).await?;
    let expires = now.plus(GOOD_FOR).as_micros() / 1_000_000;
    // The sign at the end keeps the number's digits from being read as those of the time.
    let salt = format!("{}?expires={expires}&", hex(&store.secret::<12>()));
    let number = u32::from_be_bytes(store.secret()) % NUMBER_MAX;
    let challenge = hex(&Sha256::digest(format!("{salt}{number}").as_bytes()));
    let signature = hex(&sign(&key, &challenge).finalize().into_bytes());
    Ok(Challenge { algorithm: ALGORITHM, challenge, number_max: NUMBER_MAX, salt, signature })
}

/// Whether this is the solution of a challenge from here that has not expired and was not used
/// before. It is used by that.
pub(crate) async fn spend(tx: &mut Tx, sent: &str, now: Timestamp) -> Result<bool> {
    let Some((solution, expires)) = read(sent) else { return Ok(false) };
    let Some(key) = kept_key(tx).await? else { return Ok(false) };
    let is_ours = unhex(&solution.signature)
        .is_some_and(|it| sign(&key, &solution.challenge).verify_slice(&it).is_ok());
    if !is_ours || expires <= now {
        return Ok(false);
    }
    let spent = sql("INSERT INTO proofs_spent (challenge, expires_at) VALUES (?, ?)
         ON CONFLICT (challenge) DO NOTHING")
    .bind(solution.challenge)
    .bind(expires)
    .run(tx)
    .await?;
    Ok(spent > 0)
}

/// Forgets what would not be taken any more.
pub(crate) async fn forget(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    Ok(sql("DELETE FROM proofs_spent WHERE expires_at <= ?").bind(now).run(tx).await?)
}

/// A solution that solves its challenge, and when that expires. Whose challenge it is, is not looked
/// at.
fn read(sent: &str) -> Option<(Solution, Timestamp)> {
    if sent.len() > SOLUTION_MAX {
        return None;
    }
    let solution: Solution = serde_json::from_slice(&STANDARD.decode(sent).ok()?).ok()?;
    let Solution { algorithm, challenge, number, salt, .. } = &solution;
    let solves = hex(&Sha256::digest(format!("{salt}{number}").as_bytes())) == *challenge;
    let expires: i64 = salt.split_once("?expires=")?.1.strip_suffix('&')?.parse().ok()?;
    let expires = Timestamp::from_micros(expires.checked_mul(1_000_000)?);
    (algorithm == ALGORITHM && solves).then_some((solution, expires))
}

fn sign(key: &str, challenge: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(challenge.as_bytes());
    mac
}

/// What this site signs with: one for all nodes, made when it is first needed.
async fn key(store: &Store, now: Timestamp) -> Result<String> {
    if let Some(key) = kept_key(store).await? {
        return Ok(key);
    }
    let tx = store.begin().await?;
    sql("INSERT INTO proof_key (id, key, created_at) VALUES (1, ?, ?) ON CONFLICT (id) DO NOTHING")
        .bind(hex(&store.secret::<32>()))
        .bind(now)
        .run(&tx)
        .await?;
    let key = kept_key(&tx).await?.unwrap_or_default();
    tx.commit().await?;
    Ok(key)
}

async fn kept_key(on: &impl Connection) -> Result<Option<String>> {
    Ok(sql("SELECT key AS value FROM proof_key WHERE id = 1").optional(on).await?)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = |at| text.get(at..at + 2).and_then(|it| u8::from_str_radix(it, 16).ok());
    (0..text.len()).step_by(2).map(digits).collect()
}
