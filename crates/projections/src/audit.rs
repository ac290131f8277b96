//! Seals the log, so that nobody can change what it says of anybody's acts unnoticed, and reads it
//! for those who look after it.

use async_trait::async_trait;
use base::Timestamp;
use sha2::{Digest as _, Sha256};
use store::events::{Batch, Projection};
use store::{Connection, Event, FromQueryResult, Position, Store, sql};

const NAME: &str = "audit";
/// How many events are read at a time when seals are looked after.
const PIECE: i64 = 2_000;

/// For [`broken_seal`]: every seal there is.
pub const ALL: i64 = i64::MAX;

/// Seals each batch of events: a hash of all that they say, and of the seal before.
pub struct SealLog;

#[async_trait]
impl Projection for SealLog {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, _: &Event) -> bool {
        true
    }

    async fn cursor(&mut self, store: &Store) -> store::Result<Position> {
        store.cursor(NAME).await
    }

    async fn apply(&mut self, store: &Store, batch: Batch) -> store::Result<()> {
        let mut tx = store.begin().await?;
        let sealed = tx.cursor(NAME).await?;
        // Another node may have been here.
        if batch.through <= sealed {
            return Ok(());
        }
        let before: Option<String> = sql("SELECT hash AS value FROM seals WHERE through = ?")
            .bind(sealed)
            .optional(&tx)
            .await?;
        let hash = seal(&tx, &before.unwrap_or_default(), sealed, batch.through).await?;
        sql("INSERT INTO seals (through, hash) VALUES (?, ?)")
            .bind(batch.through)
            .bind(hash)
            .run(&tx)
            .await?;
        tx.set_cursor(NAME, batch.through).await?;
        tx.commit().await
    }

    /// What is sealed stays sealed: a log that was changed would be given seals that fit.
    async fn reset(&mut self, _: &Store) -> store::Result<()> {
        Ok(())
    }
}

/// The first seal that does not fit what the log says now, by the position up to which it seals.
/// Looks after the `newest` seals only: all of a long log take a while.
pub async fn broken_seal(on: &impl Connection, newest: i64) -> store::Result<Option<Position>> {
    let begin: Option<Seal> =
        sql("SELECT through, hash FROM seals ORDER BY through DESC LIMIT 1 OFFSET ?")
            .bind(newest)
            .one(on)
            .await?;
    let (mut from, mut before) = begin.map_or((0, String::new()), |it| (it.through, it.hash));
    loop {
        let next: Option<Seal> =
            sql("SELECT through, hash FROM seals WHERE through > ? ORDER BY through LIMIT 1")
                .bind(from)
                .one(on)
                .await?;
        let Some(Seal { through, hash }) = next else { return Ok(None) };
        if seal(on, &before, from, through).await? != hash {
            return Ok(Some(through));
        }
        (from, before) = (through, hash);
    }
}

/// One act, as the log has it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Act {
    /// Its place in the log.
    pub position: Position,
    /// When.
    pub at: Timestamp,
    /// Who, as JSON.
    pub actor: String,
    /// What happened, by its name.
    pub name: String,
    /// What it is about, as JSON.
    pub payload: String,
}

/// What people and their programs did before `before`, the newest first; not what Tribune did by
/// itself.
pub async fn acts(
    on: &impl Connection,
    before: Option<Position>,
    limit: i64,
) -> store::Result<Vec<Act>> {
    sql("SELECT position, at, actor, name, payload FROM events
         WHERE position < ? AND actor <> ? ORDER BY position DESC LIMIT ?")
    .bind(before.unwrap_or(Position::MAX))
    .bind(r#"{"actor":"system"}"#)
    .bind(limit)
    .all(on)
    .await
}

#[derive(FromQueryResult)]
struct Seal {
    through: Position,
    hash: String,
}

async fn seal(
    on: &impl Connection,
    before: &str,
    from: Position,
    through: Position,
) -> store::Result<String> {
    let mut hash = Sha256::new();
    hash.update(before);
    let mut from = from;
    loop {
        let acts: Vec<Act> = sql("SELECT position, at, actor, name, payload FROM events
             WHERE position > ? AND position <= ? ORDER BY position LIMIT ?")
        .bind(from)
        .bind(through)
        .bind(PIECE)
        .all(on)
        .await?;
        let Some(last) = acts.last() else { break };
        from = last.position;
        for Act { position, at, actor, name, payload } in acts {
            // Lengths keep one field from running into the next.
            for part in [&actor, &name, &payload] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
            hash.update(position.to_be_bytes());
            hash.update(at.as_micros().to_be_bytes());
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use base::Actor;
    use store::events::catch_up;
    use testkit::{noon, on_both_engines};

    use super::*;

    async fn tell(store: &Store, actor: &Actor, times: usize) {
        let mut tx = store.begin().await.unwrap();
        for _ in 0..times {
            tx.append(actor, &Event::FrontArranged, noon()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    on_both_engines! {
        async fn a_change_of_what_was_told_is_found(store: &TestStore) {
            for times in [3, 1, 600] {
                tell(store, &Actor::Operator, times).await;
                catch_up(&mut SealLog, store).await.unwrap();
            }
            assert_eq!(broken_seal(&**store, ALL).await.unwrap(), None);
            let tx = store.begin().await.unwrap();
            sql("UPDATE events SET payload = ? WHERE position = 4")
                .bind(r#"{"event":"site_described"}"#)
                .run(&tx)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            assert_eq!(broken_seal(&**store, ALL).await.unwrap(), Some(4));
            assert_eq!(broken_seal(&**store, 2).await.unwrap(), None, "older than what is asked");
        }

        async fn what_is_taken_out_is_missed(store: &TestStore) {
            tell(store, &Actor::Operator, 5).await;
            catch_up(&mut SealLog, store).await.unwrap();
            let tx = store.begin().await.unwrap();
            sql("DELETE FROM events WHERE position = 5").run(&tx).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(broken_seal(&**store, 1).await.unwrap(), Some(5));
        }

        async fn acts_are_those_of_people(store: &TestStore) {
            tell(store, &Actor::System, 2).await;
            tell(store, &Actor::Operator, 3).await;
            let found = acts(&**store, None, 2).await.unwrap();
            assert_eq!(found.iter().map(|act| act.position).collect::<Vec<_>>(), [5, 4]);
            let rest = acts(&**store, Some(4), 9).await.unwrap();
            assert_eq!(rest.iter().map(|act| act.position).collect::<Vec<_>>(), [3]);
        }
    }
}
