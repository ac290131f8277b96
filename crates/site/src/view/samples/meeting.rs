//! Meetings.

use super::{at, cards, head, picture, site};
use crate::view::meeting::*;

/// A meeting whose record is published.
pub(super) fn gathering() -> Gathering {
    let party = |name: &str, colour: &str, who: &str, readout: Option<&str>| Delegation {
        name: name.into(),
        colour: colour.into(),
        people: vec![Attendee { name: who.into(), title: "President".into() }],
        readout: readout.map(|anchor| format!("/meetings/0#{anchor}")),
    };
    let point =
        |title: &str, state, spent| AgendaPoint { title: title.into(), minutes: 40, state, spent };
    Gathering {
        title: "Conversation of two presidents <by video>".into(),
        url: "/meetings/0".into(),
        state: "ended",
        recorded: true,
        closed: true,
        held_elsewhere: false,
        zone: "Europe/Moscow".into(),
        starts_at: at("2021-12-07T15:00:00Z"),
        ends_at: at("2021-12-07T17:00:00Z"),
        began_at: Some(at("2021-12-07T15:08:00Z")),
        ended_at: Some(at("2021-12-07T17:10:00Z")),
        length: Some(7_320),
        parties: vec![
            party("Russia", "#8a1c1c", "Vera Kern", Some("readout-1")),
            party("United States", "#1f4e79", "Joan <Hill>", None),
        ],
        agenda: vec![
            point("Strategic stability", "dealt", 2_400),
            point("Bilateral relations", "left", 0),
        ],
    }
}

/// The whole record.
pub(super) fn record(language: &str) -> MeetingPage {
    MeetingPage {
        head: head("Conversation of two presidents", language, "/meetings/0"),
        headline: "Conversation of two presidents <by video>".into(),
        meeting: gathering(),
        advisory: vec![],
        picture: Some(picture("call", 1600, 1067)),
        decisions: vec!["To go on talking & listening.".into()],
        follow_ups: vec![
            FollowUp {
                words: "Both teams meet.".into(),
                owner: "The advisers".into(),
                due: Some(at("2021-12-20T00:00:00Z")),
            },
            FollowUp { words: "Embassies report.".into(), owner: String::new(), due: None },
        ],
        readouts: vec![Readout {
            anchor: "readout-1".into(),
            party: "Russia".into(),
            colour: "#8a1c1c".into(),
            headline: "A frank conversation".into(),
            body_html: "<p>They talked <strong>at length</strong>.</p>\n".into(),
            released_at: at("2021-12-07T18:00:00Z"),
        }],
        stories: cards(language, 0..1),
        share: site().share_links("https://tribune.example/meetings/0", "Two presidents"),
    }
}

/// One that is to come, through a midnight.
pub(super) fn announced(language: &str) -> MeetingPage {
    MeetingPage {
        meeting: Gathering {
            state: "planned",
            recorded: false,
            began_at: None,
            ended_at: None,
            length: None,
            ends_at: at("2021-12-07T22:00:00Z"),
            ..gathering()
        },
        advisory: vec!["They talk on Tuesday.".into(), "No questions are taken.".into()],
        picture: None,
        decisions: vec![],
        follow_ups: vec![],
        readouts: vec![],
        stories: vec![],
        ..record(language)
    }
}

/// All that readers are told of.
pub(super) fn meetings(language: &str) -> MeetingsPage {
    MeetingsPage {
        head: head("Meetings", language, "/meetings/"),
        headline: "Meetings".into(),
        meetings: vec![announced(language).meeting, gathering()],
    }
}
