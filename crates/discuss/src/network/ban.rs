use base::{Actor, CommentId, NetworkBanId, PersonId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use super::KEPT;
use crate::commenter::moderates;
use crate::{DiscussError, Result};

const WORDS_MAX: usize = 500;

/// A network from which nothing is taken.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Ban {
    /// Names it where the address may not stand.
    pub id: NetworkBanId,
    /// Which network.
    pub network: String,
    /// Who banned it; nobody, for the operator.
    pub person_id: Option<PersonId>,
    /// Why, for the other moderators.
    pub words: String,
    /// When it ends.
    pub until: Timestamp,
    /// Since when.
    pub created_at: Timestamp,
}

/// Takes nothing from a network until then. That counts in the whole site, and for whoever else is
/// behind it. Banned anew, it is banned until the time that was given last.
///
/// A ban is an address that is kept. It ends no later than where comments came from is forgotten,
/// and only what a comment is still known to have come from can be banned: else bans would be where
/// addresses are kept for good. By then it may be somebody else's, too.
pub async fn ban(
    tx: &mut Tx,
    actor: &Actor,
    network: &str,
    until: Timestamp,
    words: &str,
    now: Timestamp,
) -> Result<Ban> {
    moderates(actor, &[])?;
    let days = KEPT.as_secs() / 86_400;
    if until <= now || until.since(now) > KEPT {
        return Err(DiscussError::Invalid(format!(
            "A network is banned for 1 to {days} days: so long it is known where comments came from."
        )));
    }
    let words = words.trim().replace('\0', "");
    if words.chars().count() > WORDS_MAX {
        return Err(DiscussError::Invalid(format!("Say why in at most {WORDS_MAX} letters.")));
    }
    let known: Option<CommentId> =
        sql("SELECT id AS value FROM comments WHERE network = ? LIMIT 1")
            .bind(network)
            .optional(tx)
            .await?;
    if known.is_none() {
        return Err(DiscussError::Invalid(
            "No comment is known to have come from there, or not any more. Ban what one came from."
                .into(),
        ));
    }
    sql("INSERT INTO network_bans (id, network, person_id, words, until, created_at)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (network) DO UPDATE SET person_id = excluded.person_id,
           words = excluded.words, until = excluded.until")
    .bind(tx.new_id::<NetworkBanId>(now))
    .bind(network)
    .bind(actor.person())
    .bind(words)
    .bind(until)
    .bind(now)
    .run(tx)
    .await?;
    let found = sql("SELECT id, network, person_id, words, until, created_at FROM network_bans
         WHERE network = ?")
    .bind(network);
    let kept: Option<Ban> = found.one(tx).await?;
    let kept = kept.ok_or_else(no_such_ban)?;
    let event = Event::NetworkBanned { ban: kept.id, until: Some(until) };
    tx.append(actor, &event, now).await?;
    Ok(kept)
}

/// Takes comments from a network again.
pub async fn lift(tx: &mut Tx, actor: &Actor, ban: NetworkBanId, now: Timestamp) -> Result<()> {
    moderates(actor, &[])?;
    let lifted = sql("DELETE FROM network_bans WHERE id = ?").bind(ban).run(tx).await?;
    if lifted == 0 {
        return Err(no_such_ban());
    }
    tx.append(actor, &Event::NetworkBanned { ban, until: None }, now).await?;
    Ok(())
}

/// The networks that are banned now, those first that are so the longest.
pub async fn bans(on: &impl Connection, now: Timestamp) -> Result<Vec<Ban>> {
    let found = sql("SELECT id, network, person_id, words, until, created_at FROM network_bans
         WHERE until > ? ORDER BY until DESC, id")
    .bind(now);
    Ok(found.all(on).await?)
}

/// Forgets the networks whose ban is over.
pub(crate) async fn forget_bans(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    Ok(sql("DELETE FROM network_bans WHERE until <= ?").bind(now).run(tx).await?)
}

fn no_such_ban() -> DiscussError {
    DiscussError::Invalid("This network is not banned, or not any more.".into())
}
