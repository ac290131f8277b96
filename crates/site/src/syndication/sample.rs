//! One rich entry for the tests of all formats, and what holds for every document.

use base::Timestamp;
use jiff::tz::TimeZone;
use publish::article::Kind;

use super::entry::*;

pub(super) fn publication() -> Publication {
    Publication {
        name: "The Tribune & Herald".into(),
        description: "News, and who said it".into(),
        language: "en-GB".into(),
        public_url: "https://tribune.example/".parse().unwrap(),
        logo: Some(image("/assets/logo.png", 600, 60, "image/png")),
        zone: TimeZone::get("Europe/Moscow").unwrap(),
        copyright: Some("© 2021 The Tribune & Herald".into()),
        license_page: Some("/licensing".into()),
        search_prefix: Some("/search?q=".into()),
        same_as: vec!["https://social.example/@tribune".into()],
        twitter: Some("@tribune".into()),
        policies: Policies {
            ethics: Some("/about/ethics".into()),
            corrections: Some("/about/corrections".into()),
            ..Policies::default()
        },
    }
}

pub(super) fn entry() -> Entry {
    Entry {
        id: "0197d2a0-0000-7000-8000-000000000001".parse().unwrap(),
        url: "/news/russia/two-hours".into(),
        headline: "Two hours, two accounts: \"frank\" & <short>".into(),
        summary: "What each side says of the call".into(),
        html: "<p>They spoke for <a href=\"/glossary#h\">two hours</a> &amp; two minutes.</p>\n\
               <figure><img src=\"/photos/map-800.jpg\" srcset=\"/photos/map-400.jpg 400w, \
               /photos/map-800.jpg 800w\" alt=\"A map\"></figure>\n"
            .into(),
        kind: Kind::Opinion,
        kind_label: "Opinion".into(),
        sections: vec![
            SectionLink { name: "News".into(), url: "/news/".into() },
            SectionLink { name: "Russia".into(), url: "/news/russia/".into() },
        ],
        language: "en-GB".into(),
        dateline: Some("Moscow".into()),
        authors: vec![
            author("Ana Ruiz", None, Some("@ana@social.example")),
            author("Борис Новак", None, None),
            author("Edith Orr", Some("Editing"), None),
        ],
        published: at("2021-12-07T18:30:00Z"),
        updated: Some(at("2021-12-07T20:05:30Z")),
        photo: Some(photo()),
        corrections: vec![Correction {
            text: "An earlier version gave the wrong hour.".into(),
            published: at("2021-12-07T20:05:30Z"),
        }],
        word_count: 412,
        live: None,
        gated: None,
        translations: vec![("es-ES".into(), "/es/noticias/dos-horas".into())],
    }
}

fn photo() -> Photo {
    let jpeg = |url, width, height| image(url, width, height, "image/jpeg");
    Photo {
        renditions: vec![
            jpeg("/photos/summit-2400.jpg", 2_400, 1_600),
            Image { bytes: Some(181_234), ..jpeg("/photos/summit-1200.jpg", 1_200, 800) },
            jpeg("/photos/summit-600.jpg", 600, 400),
        ],
        crops: vec![
            jpeg("/photos/summit-1x1.jpg", 1_200, 1_200),
            jpeg("/photos/summit-4x3.jpg", 1_200, 900),
            jpeg("/photos/summit-16x9.jpg", 1_200, 675),
        ],
        alt: "Two screens, two flags".into(),
        caption: "The call, as released".into(),
        credit: "Photo: A. Lens/Pool".into(),
        credit_url: Some("https://pool.example/lens?a=1&b=2".into()),
        creator: Some("A. Lens".into()),
        copyright: Some("© Pool".into()),
        license_page: None,
    }
}

pub(super) fn live_entry() -> Entry {
    let update = |anchor: &str, time| LiveUpdate {
        anchor: anchor.into(),
        headline: format!("Update {anchor}"),
        text: "The call has begun.".into(),
        published: at(time),
        updated: None,
    };
    Entry {
        kind: Kind::Live,
        kind_label: "Live".into(),
        live: Some(LiveCoverage {
            started: at("2021-12-07T15:00:00Z"),
            ended: None,
            updates: vec![
                update("u2", "2021-12-07T15:20:00Z"),
                update("u1", "2021-12-07T15:08:00Z"),
            ],
        }),
        ..entry()
    }
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

fn author(name: &str, role: Option<&str>, fediverse: Option<&str>) -> Author {
    Author {
        name: name.into(),
        url: Some(format!("/authors/{}", name.split(' ').next().unwrap().to_lowercase())),
        role: role.map(Into::into),
        fediverse: fediverse.map(Into::into),
    }
}

fn image(url: &str, width: u32, height: u32, media_type: &str) -> Image {
    Image { url: url.into(), width, height, media_type: media_type.into(), bytes: None }
}

/// A photo as the publishing side knows it, with renditions of two formats.
pub(super) fn published_photo() -> (publish::photo::Photo, Vec<publish::photo::Rendition>) {
    let id = "0197d2a0-0000-7000-8000-000000000002".parse().unwrap();
    let photo = publish::photo::Photo {
        id,
        format: "image/jpeg".into(),
        bytes: 1_000_000,
        width: 1_280,
        height: 853,
        caption: "The call".into(),
        credit: "Pool".into(),
        credit_url: None,
        alt: "Two screens".into(),
        decorative: false,
        creator: String::new(),
        copyright: String::new(),
        rights: String::new(),
        usable_until: None,
        rights_url: None,
        licensor_url: None,
        digital_source_type: None,
        focal_x: 50,
        focal_y: 50,
        edition: 1,
        shown_edition: 1,
        failure: None,
        created_at: at("2021-12-07T18:00:00Z"),
    };
    let rendition = |name: &str, media_type: &str, width, height| publish::photo::Rendition {
        photo_id: id,
        edition: 1,
        name: name.into(),
        media_type: media_type.into(),
        width,
        height,
        bytes: 100_000,
    };
    let renditions = vec![
        rendition("w640.avif", "image/avif", 640, 427),
        rendition("share.jpg", "image/jpeg", 1_200, 630),
        rendition("w640.jpg", "image/jpeg", 640, 427),
        rendition("w1280.jpg", "image/jpeg", 1_280, 853),
    ];
    (photo, renditions)
}

/// Read with a parser that is not ours.
#[track_caller]
pub(super) fn assert_well_formed(xml: &str) {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut depth = 0_i32;
    loop {
        use quick_xml::events::Event;
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(start) => {
                depth += 1;
                start.attributes().for_each(|attribute| drop(attribute.unwrap()));
            }
            Event::Empty(empty) => {
                empty.attributes().for_each(|attribute| drop(attribute.unwrap()));
            }
            Event::End(_) => depth -= 1,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "every element is closed");
    let forbidden = |c: char| c < ' ' && !matches!(c, '\n' | '\t' | '\r');
    assert!(!xml.contains(forbidden), "no character that XML 1.0 forbids");
}
