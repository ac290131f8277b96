use base::{Actor, Timestamp, TokenId};
use store::{Event, Tx, sql};

use crate::AccountError;
use crate::policy::{self, Action};

/// Ends a token at once.
pub async fn revoke(
    tx: &mut Tx,
    actor: &Actor,
    token: TokenId,
    now: Timestamp,
) -> Result<(), AccountError> {
    policy::check(actor, Action::KeepTokens)?;
    let revoked = sql("UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
        .bind(now)
        .bind(token)
        .run(tx)
        .await?;
    if revoked == 0 {
        return Err(AccountError::NoSuchToken);
    }
    tx.append(actor, &Event::TokenRevoked { token }, now).await?;
    Ok(())
}
