use std::time::Duration;

use base::{PersonId, SessionId, Timestamp};
use store::{Result, Tx, sql};

use super::{IDLE, LONGEST, Session};
use crate::secret;

/// A session that is in use is noted so often, and no more: each note is a write.
const NOTED_EVERY: Duration = Duration::from_secs(600);

impl Session {
    /// Whether [`refresh`] has anything to write.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.renew || now.since(self.seen_at) >= NOTED_EVERY
    }
}

/// Notes that a session is in use, and gives it a new secret when the person's rights have changed:
/// what its cookie is to hold from now on.
pub async fn refresh(
    tx: &mut Tx,
    session: &Session,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<Option<String>> {
    let expires_at = now.plus(IDLE).min(session.created_at.plus(LONGEST));
    sql("UPDATE sessions SET seen_at = ?, expires_at = ? WHERE id = ?")
        .bind(now)
        .bind(expires_at)
        .bind(session.id)
        .run(tx)
        .await?;
    if !session.renew {
        return Ok(None);
    }
    let text = secret::text(secret);
    // Of two requests at once only one finds it still to be done.
    let renewed =
        sql("UPDATE sessions SET secret_hash = ?, renew = FALSE WHERE id = ? AND renew = TRUE")
            .bind(secret::hash(&text))
            .bind(session.id)
            .run(tx)
            .await?;
    Ok((renewed > 0).then_some(text))
}

/// Has each of a person's sessions given a new secret with its next request.
pub async fn renew_of(tx: &mut Tx, person: PersonId) -> Result<()> {
    sql("UPDATE sessions SET renew = TRUE WHERE person_id = ? AND ended_at IS NULL")
        .bind(person)
        .run(tx)
        .await?;
    Ok(())
}

/// Notes that the person has just shown again who it is.
pub async fn shown(tx: &mut Tx, session: SessionId, now: Timestamp) -> Result<()> {
    sql("UPDATE sessions SET shown_at = ?, renew = TRUE WHERE id = ?")
        .bind(now)
        .bind(session)
        .run(tx)
        .await?;
    Ok(())
}
