use super::{Position, Recorded};
use crate::{Connection, Result, Store, Tx, sql};

/// Events in order, with nothing left out between the first and `through`.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The events that the projection wants.
    pub events: Vec<Recorded>,
    /// The cursor's place once these are dealt with.
    pub through: Position,
}

impl Store {
    /// Where a projection that keeps its cursor in the database stands.
    pub async fn cursor(&self, projection: &str) -> Result<Position> {
        read(self, projection).await
    }
}

impl Tx {
    /// The same, for as long as this change lasts: another node that runs the same projection
    /// waits, and then sees what this one has done.
    pub async fn cursor(&self, projection: &str) -> Result<Position> {
        read(self, projection).await
    }

    /// Moves the cursor, together with the effects in this change.
    pub async fn set_cursor(&mut self, projection: &str, position: Position) -> Result<()> {
        sql("INSERT INTO cursors (projection, position) VALUES (?, ?)
             ON CONFLICT (projection) DO UPDATE SET position = excluded.position")
        .bind(projection)
        .bind(position)
        .run(self)
        .await?;
        Ok(())
    }
}

async fn read(on: &impl Connection, projection: &str) -> Result<Position> {
    let position = sql("SELECT position AS value FROM cursors WHERE projection = ?")
        .bind(projection)
        .optional(on)
        .await?;
    Ok(position.unwrap_or(0))
}
