use base::{Actor, Timestamp};
use sea_orm::FromQueryResult;

use super::Event;
use crate::{Connection, Result, StoreError, Tx, sql};

/// A place in the log; the first event is at 1, and 0 is before all.
pub type Position = i64;

/// An event with its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its place; places grow in the order of commits, and may have gaps.
    pub position: Position,
    /// What happened.
    pub event: Event,
    /// When.
    pub at: Timestamp,
}

impl Tx {
    /// Adds a fact to the log. It is true when this change commits, and never otherwise.
    pub async fn append(
        &mut self,
        actor: &Actor,
        event: &Event,
        now: Timestamp,
    ) -> Result<Position> {
        self.appended = true;
        sql("INSERT INTO events (name, payload, actor, at) VALUES (?, ?, ?, ?)
             RETURNING position AS value")
        .bind(event.name())
        .bind(to_json("event", event)?)
        .bind(to_json("actor", actor)?)
        .bind(now)
        .value(self)
        .await
    }
}

/// The first `limit` events behind `position`, in order.
pub async fn after(on: &impl Connection, position: Position, limit: i64) -> Result<Vec<Recorded>> {
    #[derive(FromQueryResult)]
    struct Row {
        position: i64,
        payload: String,
        at: Timestamp,
    }
    let rows: Vec<Row> = sql(
        "SELECT position, payload, at FROM events WHERE position > ? ORDER BY position LIMIT ?",
    )
    .bind(position)
    .bind(limit)
    .all(on)
    .await?;
    rows.into_iter()
        .map(|row| {
            let event = serde_json::from_str(&row.payload).map_err(|error| {
                StoreError::Unreadable { what: "event", why: error.to_string() }
            })?;
            Ok(Recorded { position: row.position, event, at: row.at })
        })
        .collect()
}

/// The place of the newest event; 0 when there is none.
pub async fn head(on: &impl Connection) -> Result<Position> {
    sql("SELECT COALESCE(MAX(position), 0) AS value FROM events").value(on).await
}

fn to_json(what: &'static str, value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Unreadable { what, why: error.to_string() })
}
