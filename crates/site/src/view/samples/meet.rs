//! The page that one sits at in a meeting, and the one that tells whether one could.

use base::MeetingId;
use uuid::Uuid;

use super::head;
use crate::view::meet::{MeetPage, SelfTestPage};

pub(super) fn meet(language: &str) -> MeetPage {
    let id = MeetingId(Uuid::from_u128(0x1907));
    let title = "Virtual meeting of the two presidents".to_owned();
    MeetPage { head: head(&title, language, &format!("/meet/{id}")), id, title }
}

pub(super) fn self_test(language: &str, media: bool) -> SelfTestPage {
    let headline = "Test your devices and your network".to_owned();
    SelfTestPage { head: head(&headline, language, "/meet/test"), headline, media }
}
