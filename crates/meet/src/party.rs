//! Those who take part in a meeting together.

use std::time::Duration;

use base::{MeetingId, PartyId, Timestamp};
use store::{Connection, FromQueryResult, sql};

use crate::Result;

/// Those who take part in a meeting together.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Party {
    /// Names it.
    pub id: PartyId,
    /// Of which meeting.
    pub meeting_id: MeetingId,
    /// As the record calls it.
    pub name: String,
    /// `#rrggbb`.
    pub colour: String,
    spoken: i64,
    /// Of its readout.
    pub readout_headline: String,
    /// Markdown, as it was written; empty: there is none.
    pub readout_body: String,
    /// Since when readers may see it.
    pub readout_released_at: Option<Timestamp>,
}

impl Party {
    /// How long it had the floor, without who has it now.
    pub fn spoken(&self) -> Duration {
        Duration::from_micros(self.spoken.unsigned_abs())
    }
}

/// The parties of a meeting, in the order of its record.
pub async fn of(on: &impl Connection, meeting: MeetingId) -> Result<Vec<Party>> {
    Ok(sql("SELECT id, meeting_id, name, colour, spoken, readout_headline, readout_body,
                readout_released_at FROM meeting_parties WHERE meeting_id = ? ORDER BY position")
    .bind(meeting)
    .all(on)
    .await?)
}
