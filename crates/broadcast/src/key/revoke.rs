use base::{Actor, ChannelId, StreamKeyId, Timestamp};
use store::{Event, Tx, sql};

use crate::{BroadcastError, Result, produces};

/// Ends a key: whoever sends with it is cut off, and let in no more.
pub async fn revoke(
    tx: &mut Tx,
    actor: &Actor,
    (channel, key): (ChannelId, StreamKeyId),
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let revoked = sql("UPDATE stream_keys SET revoked_at = ?
         WHERE id = ? AND channel_id = ? AND revoked_at IS NULL")
    .bind(now)
    .bind(key)
    .bind(channel)
    .run(tx)
    .await?;
    if revoked == 0 {
        return Err(BroadcastError::Unknown("stream key"));
    }
    tx.append(actor, &Event::StreamKeyRevoked { channel, key }, now).await?;
    Ok(())
}
