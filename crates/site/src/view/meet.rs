//! The page that one sits at in a meeting, and the one that tells whether one could.

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

/// `/meet/test`
#[derive(Clone, Debug, Serialize)]
pub struct SelfTestPage {
    /// For machines.
    pub head: Head,
    /// What the page is called.
    pub headline: String,
    /// Whether this server carries the pictures and the sound of meetings.
    pub media: bool,
}
