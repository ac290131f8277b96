//! The page that one sits at in a meeting.

use base::MeetingId;
use serde::Serialize;

use super::Head;

/// `/meet/{id}`
#[derive(Clone, Debug, Serialize)]
pub struct MeetPage {
    /// For machines.
    pub head: Head,
    /// Which meeting.
    pub id: MeetingId,
    /// As it is announced.
    pub title: String,
}
