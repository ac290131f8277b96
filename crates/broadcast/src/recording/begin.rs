use base::{Actor, ProgrammeId, RecordingId, Timestamp};
use store::{Event, Tx, sql};

use super::of_programme;
use crate::{BroadcastError, Result, produces, programme};

/// Begins to record a programme that is on. One that is recorded already goes on to be.
pub async fn begin(
    tx: &mut Tx,
    actor: &Actor,
    programme: ProgrammeId,
    now: Timestamp,
) -> Result<RecordingId> {
    produces(actor)?;
    let known = programme::by_id(tx, programme).await?;
    let known = known.ok_or(BroadcastError::Unknown("programme"))?;
    if known.began_at.is_none() || known.ended_at.is_some() {
        return Err(BroadcastError::Invalid(
            "Only a programme that is on can be recorded. Begin it first.".into(),
        ));
    }
    if let Some(before) = of_programme(tx, programme).await? {
        if before.ended_at.is_some() {
            return Err(BroadcastError::Invalid(
                "This programme's recording has ended. Begin another programme to record more."
                    .into(),
            ));
        }
        return Ok(before.id);
    }
    let id: RecordingId = tx.new_id(now);
    sql("INSERT INTO recordings (id, channel_id, programme_id, began_at) VALUES (?, ?, ?, ?)")
        .bind(id)
        .bind(known.channel_id)
        .bind(programme)
        .bind(now)
        .run(tx)
        .await?;
    tx.append(actor, &Event::RecordingBegan { programme, recording: id }, now).await?;
    Ok(id)
}
