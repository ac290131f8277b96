//! The channel.

use super::{at, discussion, head, site, video};
use crate::view::context::Link;
use crate::view::live::*;
use crate::view::{ChapterLink, PastProgramme, ProgrammePage};

/// On air, about a story that is discussed.
pub(super) fn live(language: &str) -> LivePage {
    let entry = |title: &str, from: &str| ScheduleEntry {
        title: title.into(),
        description: "Ministers answer, for an hour.".into(),
        at: at(from),
    };
    let address = "https://tribune.example/live";
    LivePage {
        head: head("Question time", language, "/live"),
        headline: "Question time".into(),
        description: "Ministers answer, for an hour.".into(),
        on_air: true,
        audio_only: false,
        streams: Streams::of("main"),
        embed: "<iframe src=\"https://tribune.example/live/embed\"></iframe>".into(),
        on_now: Some(entry("Question time", "2021-12-07T15:00:00Z")),
        to_come: vec![entry("The week", "2021-12-08T15:00:00Z")],
        calendar: "/live/schedule.ics".into(),
        past: vec![PastProgramme {
            title: "The budget".into(),
            at: at("2021-12-01T15:00:00Z"),
            url: "/programmes/0".into(),
            poster: Some("/recordings/0/poster.jpg".into()),
            length: "1:02:03".into(),
        }],
        share: site().share_links(address, "Question time"),
        story: Some(Link::new("Two presidents", "/news/russia/two-presidents")),
        discussion: Some(discussion()),
    }
}

/// The player alone.
pub(super) fn embed(language: &str) -> EmbedPage {
    let LivePage { headline, streams, .. } = live(language);
    EmbedPage {
        head: head("Question time", language, "/live/embed"),
        headline,
        audio_only: false,
        on_air: true,
        streams,
        address: "https://tribune.example/live".into(),
    }
}

/// Nothing is sent, and nothing planned.
pub(super) fn silent(language: &str) -> LivePage {
    LivePage {
        on_air: false,
        on_now: None,
        to_come: vec![],
        story: None,
        discussion: None,
        ..live(language)
    }
}

/// A programme that can be seen again.
pub(super) fn programme(language: &str) -> ProgrammePage {
    let address = "https://tribune.example/programmes/0";
    ProgrammePage {
        head: head("Question time", language, "/programmes/0"),
        headline: "Question time".into(),
        description: "Ministers answer, for an hour.".into(),
        at: at("2021-12-07T15:00:00Z"),
        goes_on: false,
        video: video(),
        chapters: vec![
            ChapterLink::new(0, "Welcome".into()),
            ChapterLink::new(65_500, "The <budget>".into()),
        ],
        share: site().share_links(address, "Question time"),
    }
}
