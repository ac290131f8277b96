//! What holds for all formats together, shown by readers that are not ours.

use feed_rs::model::FeedType;
use proptest::prelude::*;
use publish::article::Kind;
use serde_json::Value;

use super::*;

fn feed<'a>(publication: &'a Publication, entries: &'a [Entry], address: &str) -> Feed<'a> {
    Feed {
        publication,
        title: "The Tribune & Herald: Russia".into(),
        description: "News from Russia".into(),
        page: "/news/russia/".into(),
        address: address.into(),
        hub: Some("https://hub.example/".into()),
        content: FeedContent::Full,
        entries,
    }
}

fn all_feeds(publication: &Publication, entries: &[Entry]) -> [(FeedType, String); 3] {
    [
        (FeedType::RSS2, rss::write(&feed(publication, entries, "/feeds/rss.xml"))),
        (FeedType::Atom, atom::write(&feed(publication, entries, "/feeds/atom.xml"))),
        (FeedType::JSON, json_feed::write(&feed(publication, entries, "/feeds/feed.json"))),
    ]
}

/// Whether an address stands in a place that is resolved against the page.
fn has_relative_address(html: &str) -> bool {
    ["href=\"/", "src=\"/", "srcset=\"/", ", /"].iter().any(|relative| html.contains(relative))
}

#[test]
fn an_independent_reader_finds_the_same_in_every_feed() {
    let publication = sample::publication();
    let entry = sample::entry();
    for (kind, text) in all_feeds(&publication, std::slice::from_ref(&entry)) {
        let read = feed_rs::parser::parse(text.as_bytes()).unwrap();
        assert_eq!(read.feed_type, kind);
        assert_eq!(read.title.unwrap().content, "The Tribune & Herald: Russia");
        let [item] = &read.entries[..] else { panic!("one entry in {text}") };
        assert_eq!(item.id, "urn:uuid:0197d2a0-0000-7000-8000-000000000001");
        assert_eq!(item.title.as_ref().unwrap().content, entry.headline);
        assert_eq!(item.links[0].href, "https://tribune.example/news/russia/two-hours");
        assert_eq!(item.published.unwrap().timestamp_micros(), entry.published.as_micros());
        let names: Vec<_> =
            item.authors.iter().map(|author| author.name.as_deref().unwrap()).collect();
        assert_eq!(names, ["Ana Ruiz", "Борис Новак"], "{kind:?}");
        assert_eq!(item.summary.as_ref().unwrap().content, entry.summary);
        let body = item.content.as_ref().unwrap().body.as_ref().unwrap();
        assert!(body.contains("href=\"https://tribune.example/glossary#h\""), "{body}");
        assert!(body.contains("https://tribune.example/photos/map-400.jpg 400w"), "{body}");
        assert!(body.contains("two hours</a> &amp; two minutes"), "{body}");
        assert!(body.contains("Photo: A. Lens/Pool</a></figcaption>"), "{body}");
        assert!(!has_relative_address(body), "{body}");
    }
}

#[test]
fn rss_tells_credit_and_caption_apart() {
    let publication = sample::publication();
    let text = rss::write(&feed(&publication, &[sample::entry()], "/feeds/rss.xml"));
    let read = feed_rs::parser::parse(text.as_bytes()).unwrap();
    let media = &read.entries[0].media[0];
    assert_eq!(media.credits[0].entity, "Photo: A. Lens/Pool");
    assert_eq!(media.description.as_ref().unwrap().content, "The call, as released");
    assert_eq!(media.content[0].url.as_ref().unwrap().path(), "/photos/summit-1200.jpg");
    assert_eq!(media.content[0].size, Some(181_234));
}

#[test]
fn the_date_of_a_feed_is_that_of_its_latest_change() {
    let publication = sample::publication();
    let mut old = sample::entry();
    old.updated = None;
    old.published = sample::at("2020-01-01T00:00:00Z");
    let entries = [old, sample::entry()];
    let rss = rss::write(&feed(&publication, &entries, "/feeds/rss.xml"));
    assert!(rss.contains("<lastBuildDate>Tue, 07 Dec 2021 20:05:30 GMT</lastBuildDate>"));
    let atom = atom::write(&feed(&publication, &entries, "/feeds/atom.xml"));
    let read = feed_rs::parser::parse(atom.as_bytes()).unwrap();
    assert_eq!(read.updated.unwrap().to_rfc3339(), "2021-12-07T20:05:30+00:00");
}

#[test]
fn a_feed_without_entries_is_still_a_feed() {
    let publication = sample::publication();
    for (kind, text) in all_feeds(&publication, &[]) {
        let read = feed_rs::parser::parse(text.as_bytes()).unwrap();
        assert_eq!((read.feed_type, read.entries.len()), (kind, 0));
        assert!(!text.contains("lastBuildDate"));
    }
}

#[test]
fn a_feed_of_summaries_carries_no_body() {
    let publication = sample::publication();
    let entries = [sample::entry()];
    let short =
        |address| Feed { content: FeedContent::Summary, ..feed(&publication, &entries, address) };
    for text in
        [rss::write(&short("/r")), atom::write(&short("/a")), json_feed::write(&short("/j"))]
    {
        assert!(!text.contains("two minutes"), "{text}");
        assert!(text.contains("What each side says"), "{text}");
        feed_rs::parser::parse(text.as_bytes()).unwrap();
    }
}

#[test]
fn golden_feeds() {
    let publication = sample::publication();
    let [(_, rss), (_, atom), (_, json)] = all_feeds(&publication, &[sample::entry()]);
    insta::assert_snapshot!("rss", rss);
    insta::assert_snapshot!("atom", atom);
    insta::assert_snapshot!("json_feed", pretty(&json));
}

#[test]
fn golden_sitemap() {
    let publication = sample::publication();
    let entry = sample::entry();
    let mut translations = entry.translations.clone();
    translations.push((entry.language.clone(), entry.url.clone()));
    let location = sitemap::Location {
        url: "/новости/?a=1&b=2".into(),
        modified: Some(entry.modified()),
        images: vec!["/photos/summit-2400.jpg".into()],
        translations,
    };
    let parts = sitemap::parts(&publication, [&location]);
    sample::assert_well_formed(&parts[0].xml);
    insta::assert_snapshot!("sitemap", parts[0].xml);
    let link = sitemap::PartLink { url: "/sitemap-1.xml".into(), modified: parts[0].modified };
    let index = sitemap::index(&publication, &[link]);
    sample::assert_well_formed(&index);
    insta::assert_snapshot!("sitemap_index", index);
}

#[test]
fn golden_structured_data() {
    let publication = sample::publication();
    let entry = sample::entry();
    insta::assert_snapshot!("ld_article", pretty(&structured_data::article(&publication, &entry)));
    let live = sample::live_entry();
    insta::assert_snapshot!("ld_live", pretty(&structured_data::article(&publication, &live)));
    insta::assert_snapshot!("ld_front_page", pretty(&structured_data::front_page(&publication)));
    let section =
        structured_data::section(&publication, &entry.sections, std::slice::from_ref(&entry));
    insta::assert_snapshot!("ld_section", pretty(&section));
    let profile = structured_data::Profile {
        name: "Ana Ruiz".into(),
        url: "/authors/ana".into(),
        job_title: Some("Moscow correspondent".into()),
        description: None,
        image: None,
        same_as: vec!["https://social.example/@ana".into()],
    };
    insta::assert_snapshot!("ld_author", pretty(&structured_data::author(&publication, &profile)));
}

#[track_caller]
fn check_type(change: impl FnOnce(&mut Entry), expected: &str) {
    let mut entry = sample::entry();
    change(&mut entry);
    let text = structured_data::article(&sample::publication(), &entry);
    let data: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(data["@graph"][0]["@type"], expected);
}

#[test]
fn the_kind_decides_the_type() {
    check_type(|entry| entry.kind = Kind::News, "ReportageNewsArticle");
    check_type(
        |entry| {
            entry.kind = Kind::News;
            entry.dateline = None;
        },
        "NewsArticle",
    );
    check_type(|entry| entry.kind = Kind::Opinion, "OpinionNewsArticle");
    check_type(|entry| entry.kind = Kind::Editorial, "OpinionNewsArticle");
    check_type(|entry| entry.kind = Kind::Analysis, "AnalysisNewsArticle");
    check_type(|entry| entry.kind = Kind::Explainer, "BackgroundNewsArticle");
    check_type(|entry| entry.kind = Kind::Interview, "NewsArticle");
    check_type(|entry| entry.kind = Kind::Readout, "Article");
    check_type(|entry| entry.kind = Kind::Advisory, "Article");
    check_type(|entry| entry.kind = Kind::Live, "NewsArticle");
    check_type(|entry| *entry = sample::live_entry(), "LiveBlogPosting");
    check_type(
        |entry| {
            *entry = sample::live_entry();
            entry.live.as_mut().unwrap().updates.clear();
        },
        "NewsArticle",
    );
}

#[test]
fn an_article_without_a_byline_is_the_publications() {
    let publication = sample::publication();
    let mut entry = sample::entry();
    entry.authors.clear();
    let data: Value =
        serde_json::from_str(&structured_data::article(&publication, &entry)).unwrap();
    assert_eq!(data["@graph"][0]["author"][0]["@type"], "NewsMediaOrganization");
}

#[test]
fn roles_tell_writers_from_those_who_helped_unless_everybody_has_one() {
    let names =
        |entry: &Entry| entry.writers().map(|author| author.name.clone()).collect::<Vec<_>>();
    let mut entry = sample::entry();
    assert_eq!(names(&entry), ["Ana Ruiz", "Борис Новак"]);
    entry.authors[0].role = Some("Moscow correspondent".into());
    entry.authors.truncate(1);
    assert_eq!(names(&entry), ["Ana Ruiz"]);
    assert_eq!(entry.contributors().count(), 0);
}

#[test]
fn a_photo_takes_its_jpegs_and_tells_crops_from_whole_pictures() {
    let (photo, mut renditions) = sample::published_photo();
    let read = Photo::new(&photo, Some("Another caption"), &renditions).unwrap();
    let widths = |images: &[Image]| images.iter().map(|image| image.width).collect::<Vec<_>>();
    assert_eq!(widths(&read.renditions), [1280, 640]);
    assert_eq!(widths(&read.crops), [1200]);
    assert_eq!((read.caption.as_str(), read.creator), ("Another caption", None));
    renditions.retain(|rendition| rendition.media_type != "image/jpeg");
    assert_eq!(Photo::new(&photo, None, &renditions), None);
}

#[test]
fn what_only_subscribers_read_is_marked() {
    let mut entry = sample::entry();
    entry.gated = Some(".body".into());
    let text = structured_data::article(&sample::publication(), &entry);
    let data: Value = serde_json::from_str(&text).unwrap();
    let article = &data["@graph"][0];
    assert_eq!(article["isAccessibleForFree"], false);
    assert_eq!(article["hasPart"]["cssSelector"], ".body");
}

/// Keeps the order of the members, which parsing and printing again might not.
fn pretty(json: &str) -> String {
    serde_json::from_str::<Value>(json).expect("JSON that a parser accepts");
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 0_usize, false, false);
    for character in json.chars() {
        let bare = !quoted;
        if bare && matches!(character, '}' | ']') {
            depth -= 1;
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        }
        out.push(character);
        match character {
            '"' if !escaped => quoted = !quoted,
            '{' | '[' if bare => depth += 1,
            ':' if bare => out.push(' '),
            _ => {}
        }
        if bare && matches!(character, '{' | '[' | ',') {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        }
        escaped = quoted && character == '\\' && !escaped;
    }
    out
}

/// Texts that break out of one notation or another. Each has a letter first, as every headline and
/// name that a newsroom accepts has one somewhere.
fn hostile() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            Just("]]>".to_owned()),
            Just("</script><script>alert(1)</script>".to_owned()),
            Just("<!--".to_owned()),
            Just("&amp;&#0;&bogus;".to_owned()),
            Just("\u{0}\u{8}\u{b}\u{1b}\u{fffe}\u{ffff}".to_owned()),
            Just("\u{2028}\u{2029}\u{85}".to_owned()),
            Just("\u{202e}مرحبا\u{202c}".to_owned()),
            Just("👩🏽‍🚀\u{feff}".to_owned()),
            Just("\"'\\\r\n\t".to_owned()),
            "\\PC{0,8}",
        ],
        0..6,
    )
    .prop_map(|pieces| format!("x{}", pieces.concat()))
}

fn with_text_everywhere(text: &str) -> Entry {
    let mut entry = sample::live_entry();
    entry.url = format!("/news/{text}");
    entry.headline = text.to_owned();
    entry.summary = text.to_owned();
    entry.html = format!("<p title=\"{}\">{}</p>", html::escape(text), html::escape(text));
    entry.kind_label = text.to_owned();
    entry.sections[0].name = text.to_owned();
    entry.dateline = Some(text.to_owned());
    entry.authors[0].name = text.to_owned();
    entry.corrections[0].text = text.to_owned();
    let photo = entry.photo.as_mut().unwrap();
    photo.alt = text.to_owned();
    photo.caption = text.to_owned();
    photo.credit = text.to_owned();
    photo.credit_url = Some(text.to_owned());
    entry.live.as_mut().unwrap().updates[0].headline = text.to_owned();
    entry
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_text_breaks_a_document(text in hostile()) {
        let publication = Publication { name: text.clone(), ..sample::publication() };
        let entries = [with_text_everywhere(&text)];
        for (kind, document) in all_feeds(&publication, &entries) {
            let read = feed_rs::parser::parse(document.as_bytes()).unwrap();
            prop_assert_eq!(read.entries.len(), 1);
            prop_assert_eq!(&read.entries[0].id, &entries[0].guid());
            if kind == FeedType::JSON {
                let read: Value = serde_json::from_str(&document).unwrap();
                prop_assert_eq!(&read["items"][0]["title"], &Value::from(text.as_str()));
            } else {
                sample::assert_well_formed(&document);
            }
        }
        let news = news_sitemap::write(&publication, &entries, entries[0].published);
        sample::assert_well_formed(&news);
        let request = oembed::Request {
            path: "/".into(), format: oembed::Format::Xml, max_width: None, max_height: None,
        };
        sample::assert_well_formed(&oembed::respond(&publication, &entries[0], &request));
    }

    #[test]
    fn no_text_ends_the_script(text in hostile()) {
        let publication = Publication { name: text.clone(), ..sample::publication() };
        let entry = with_text_everywhere(&text);
        for data in [
            structured_data::article(&publication, &entry),
            structured_data::front_page(&publication),
            structured_data::section(&publication, &entry.sections, std::slice::from_ref(&entry)),
        ] {
            let unsafe_in_script = ['<', '>', '&', '\u{2028}', '\u{2029}'];
            prop_assert!(!data.contains(unsafe_in_script));
            serde_json::from_str::<Value>(&data).unwrap();
        }
        let data: Value =
            serde_json::from_str(&structured_data::article(&publication, &entry)).unwrap();
        prop_assert_eq!(&data["@graph"][0]["headline"], &Value::from(text.as_str()));
    }
}
