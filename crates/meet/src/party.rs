//! Those who take part in a meeting together.

mod add;
mod rename;

use std::time::Duration;

use base::{MeetingId, PartyId, Timestamp};
use store::{Connection, FromQueryResult, sql};

use crate::meeting::PlanParty;
use crate::{MeetError, Result, words};

pub use add::add;
pub(crate) use add::place;
pub use rename::rename;

/// A table, and a page of the record, has room for so many.
pub const PARTIES_MAX: usize = 8;

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

fn name(text: &str) -> Result<&str> {
    words(text, "A party's name", 1..=100)
}

/// Whether a party can be planned so, beside others of these names.
pub(crate) fn check<'a>(
    planned: &PlanParty<'_>,
    others: impl IntoIterator<Item = &'a str>,
) -> Result<()> {
    let name = name(planned.name)?;
    if !planned.seats.iter().any(|seat| seat.chair) {
        return Err(MeetError::Invalid(format!("{name} needs a chair, who speaks for it.")));
    }
    check_colour(planned.colour)?;
    check_name(name, others)
}

fn check_name<'a>(name: &str, others: impl IntoIterator<Item = &'a str>) -> Result<()> {
    if others.into_iter().any(|it| it.trim() == name) {
        return Err(MeetError::invalid("Two parties have the same name."));
    }
    Ok(())
}

fn check_colour(text: &str) -> Result<()> {
    let digits = text.strip_prefix('#').filter(|it| it.len() == 6);
    if !digits.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Err(MeetError::invalid("A party's colour is written as #1f4e79 is."));
    }
    Ok(())
}
