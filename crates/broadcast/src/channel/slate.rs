//! The slate, at will and as the site wants it to look.

use base::{Actor, ChannelId, PhotoId, Timestamp};
use store::{Event, Tx, sql};

use crate::{BroadcastError, Result, produces};

/// Viewers are shown the slate, whatever is sent, until [`hide_slate`]. Said twice, it is said once.
pub async fn show_slate(
    tx: &mut Tx,
    actor: &Actor,
    channel: ChannelId,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let changed = sql("UPDATE channels SET slate_since = ? WHERE id = ? AND slate_since IS NULL")
        .bind(now)
        .bind(channel)
        .run(tx)
        .await?;
    if changed > 0 {
        tx.append(actor, &Event::SlateShown { channel }, now).await?;
    }
    Ok(())
}

/// Viewers are shown what is sent again, from its next key frame on.
pub async fn hide_slate(
    tx: &mut Tx,
    actor: &Actor,
    channel: ChannelId,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let changed =
        sql("UPDATE channels SET slate_since = NULL WHERE id = ? AND slate_since IS NOT NULL")
            .bind(channel)
            .run(tx)
            .await?;
    if changed > 0 {
        tx.append(actor, &Event::SlateHidden { channel }, now).await?;
    }
    Ok(())
}

/// The slate shows this photo of the photo desk; or none of it, and what is made for all. Whoever calls
/// knows that there is one.
pub async fn choose_still(
    tx: &mut Tx,
    actor: &Actor,
    channel: ChannelId,
    photo: Option<PhotoId>,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let changed = sql("UPDATE channels SET slate_photo_id = ? WHERE id = ?")
        .bind(photo)
        .bind(channel)
        .run(tx)
        .await?;
    if changed == 0 {
        return Err(BroadcastError::Unknown("channel"));
    }
    tx.append(actor, &Event::ChannelDescribed { channel }, now).await?;
    Ok(())
}
