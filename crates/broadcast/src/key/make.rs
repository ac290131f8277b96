use accounts::secret;
use base::{Actor, ChannelId, StreamKeyId, Timestamp};
use store::{Event, Tx, sql};

use super::Rank;
use crate::{BroadcastError, Result, produces};

const NAME_MAX: usize = 100;
/// More would not be looked after.
const KEYS_MAX: i64 = 50;

/// Makes a key with which something may be sent to a channel.
#[derive(Clone, Debug)]
pub struct MakeKey<'a> {
    /// To which.
    pub channel: ChannelId,
    /// Who or what will send with it.
    pub name: &'a str,
    /// Whether it sends or stands by.
    pub rank: Rank,
}

/// Makes a key, and gives its text: the only time that anybody sees it.
pub async fn make(
    tx: &mut Tx,
    actor: &Actor,
    command: MakeKey<'_>,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<String> {
    produces(actor)?;
    let name = command.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.contains('\0') {
        return Err(BroadcastError::Invalid(format!(
            "Say in 1 to {NAME_MAX} characters who will send with the key."
        )));
    }
    let there: Option<i64> = sql("SELECT COUNT(*) AS value FROM stream_keys
         WHERE channel_id = ? AND revoked_at IS NULL")
    .bind(command.channel)
    .optional(tx)
    .await?;
    if there.unwrap_or_default() >= KEYS_MAX {
        return Err(BroadcastError::Invalid(format!(
            "A channel has {KEYS_MAX} keys at most. Revoke those that nobody needs."
        )));
    }
    let text = secret::text(secret);
    let key: StreamKeyId = tx.new_id(now);
    sql("INSERT INTO stream_keys (id, channel_id, name, rank, secret_hash, created_at)
         VALUES (?, ?, ?, ?, ?, ?)")
    .bind(key)
    .bind(command.channel)
    .bind(name)
    .bind(command.rank.name())
    .bind(secret::hash(&text))
    .bind(now)
    .run(tx)
    .await?;
    tx.append(actor, &Event::StreamKeyMade { channel: command.channel, key }, now).await?;
    Ok(text)
}
