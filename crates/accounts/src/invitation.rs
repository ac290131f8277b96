//! Links that let somebody in once: the first administrator, and each of the staff after that.

mod accept;
mod first;
mod invite;

use std::time::Duration;

use base::{InvitationId, PersonId, Timestamp};
use store::{Connection, FromQueryResult, StoreError, sql};

pub use accept::{accept, accept_first};
pub use first::{first, somebody_can_sign_in};
pub use invite::invite;

use crate::secret;

/// How long a link can be used.
pub const LASTS: Duration = Duration::from_secs(7 * 86_400);

/// A link that can still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Invitation {
    /// Names it.
    pub id: InvitationId,
    /// Whom it lets in; none becomes the first administrator.
    pub person_id: Option<PersonId>,
}

/// The invitation whose link holds this text, while it can be used.
pub async fn find(
    on: &impl Connection,
    text: &str,
    now: Timestamp,
) -> Result<Option<Invitation>, StoreError> {
    sql("SELECT id, person_id FROM invitations
         WHERE secret_hash = ? AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?")
    .bind(secret::hash(text))
    .bind(now)
    .one(on)
    .await
}
