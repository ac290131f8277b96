//! The page that one sits at in a meeting.

use base::MeetingId;
use uuid::Uuid;

use super::head;
use crate::view::meet::MeetPage;

pub(super) fn meet(language: &str) -> MeetPage {
    let id = MeetingId(Uuid::from_u128(0x1907));
    let title = "Virtual meeting of the two presidents".to_owned();
    MeetPage { head: head(&title, language, &format!("/meet/{id}")), id, title }
}
