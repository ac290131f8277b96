use base::{Actor, PersonId, Role, Timestamp};
use store::{Connection, StoreError, Tx, sql};

use super::invite::write;
use crate::{AccountError, person};

/// Makes the link that makes the first administrator, and gives what it holds; `None` when there is
/// an administrator who can sign in. Links that were made so before end.
pub async fn first(
    tx: &mut Tx,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<Option<String>, AccountError> {
    if somebody_can_sign_in(tx).await? {
        return Ok(None);
    }
    sql("UPDATE invitations SET revoked_at = ?
         WHERE person_id IS NULL AND used_at IS NULL AND revoked_at IS NULL")
    .bind(now)
    .run(tx)
    .await?;
    write(tx, &Actor::Operator, None, secret, now).await.map(Some)
}

/// Whether there is an administrator who can sign in.
pub async fn somebody_can_sign_in(on: &impl Connection) -> Result<bool, StoreError> {
    let administrators: Vec<PersonId> =
        sql("SELECT id AS value FROM people WHERE role = ? AND suspended_at IS NULL")
            .bind(Role::Administrator.name())
            .values(on)
            .await?;
    for administrator in administrators {
        if person::has_way_in(on, administrator).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
