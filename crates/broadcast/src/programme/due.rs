use base::{Actor, ChannelId, ProgrammeId, Timestamp};
use store::{Connection, FromQueryResult, Tx, sql};

use super::begin;
use crate::Result;

#[derive(FromQueryResult)]
struct Due {
    id: ProgrammeId,
}

/// The programme whose time it is, if it is to begin by itself. What a producer began since then
/// goes on.
pub async fn is_due(
    on: &impl Connection,
    channel: ChannelId,
    now: Timestamp,
) -> Result<Option<ProgrammeId>> {
    let due: Option<Due> = sql("SELECT id FROM programmes p WHERE channel_id = ? AND begins_alone
             AND began_at IS NULL AND starts_at <= ? AND ends_at > ?
             AND NOT EXISTS (SELECT 1 FROM programmes o
                             WHERE o.channel_id = p.channel_id AND o.began_at >= p.starts_at)
         ORDER BY starts_at DESC, id DESC LIMIT 1")
    .bind(channel)
    .bind(now)
    .bind(now)
    .one(on)
    .await?;
    Ok(due.map(|it| it.id))
}

/// Begins the programme whose time it is. Told twice, it begins once.
pub async fn begin_due(tx: &mut Tx, channel: ChannelId, now: Timestamp) -> Result<()> {
    match is_due(tx, channel, now).await? {
        Some(programme) => begin(tx, &Actor::System, programme, now).await,
        None => Ok(()),
    }
}
