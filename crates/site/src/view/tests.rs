//! Every template with every sample in every language, and what must hold of all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};
use scraper::{Html, Selector};

use super::{Page, Templates, newsroom, samples, templates, words};

fn rendered() -> Vec<(String, Page, Html, String)> {
    let templates = Templates::load(None).unwrap();
    let mut pages = Vec::new();
    for (language, _) in words::BUILT_IN {
        for (name, page) in samples::pages(language) {
            let html = templates.render(&samples::site_in(language), &page).unwrap();
            pages.push((format!("{language}/{name}"), page, Html::parse_document(&html), html));
        }
    }
    pages
}

fn all<'h>(html: &'h Html, selector: &str) -> Vec<scraper::ElementRef<'h>> {
    html.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: scraper::ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_page_has_one_headline_its_landmarks_and_its_language() {
    for (name, page, html, source) in rendered() {
        assert!(source.starts_with("<!doctype html>"), "{name}");
        // The player alone stands in a page of somebody else, and a meeting fills the window.
        let others = match page {
            Page::Embed(_) | Page::Meet(_) => &[][..],
            _ => &["header.masthead", "footer.colophon", "a.skip"],
        };
        for landmark in ["h1", "main#content"].iter().chain(others) {
            assert_eq!(all(&html, landmark).len(), 1, "{name}: {landmark}");
        }
        let root = html.root_element();
        assert_eq!(root.attr("lang"), Some(page.head().language.as_str()), "{name}");
        let expected = if page.head().language == "ar" { "rtl" } else { "ltr" };
        assert_eq!(root.attr("dir"), Some(expected), "{name}");
        assert!(source.len() < 150 * 1024, "{name} weighs {} bytes", source.len());
    }
}

#[test]
fn no_heading_skips_a_level() {
    for (name, _, html, _) in rendered() {
        let levels: Vec<u32> = all(&html, "main h1, main h2, main h3, main h4")
            .iter()
            .map(|heading| heading.value().name()[1..].parse().unwrap())
            .collect();
        assert_eq!(levels[0], 1, "{name}");
        for pair in levels.windows(2) {
            assert!(pair[1] <= pair[0] + 1, "{name}: h{} after h{}", pair[1], pair[0]);
        }
    }
}

#[test]
fn nothing_needs_what_the_security_policy_forbids() {
    for (name, _, html, source) in rendered() {
        for element in all(&html, "*") {
            for (attribute, _) in element.value().attrs() {
                assert!(
                    attribute != "style" && !attribute.starts_with("on"),
                    "{name}: {attribute}"
                );
            }
        }
        assert_eq!(all(&html, "style").len(), 1, "{name}");
        // Data is not run, whatever it is.
        let data = "[type='application/ld+json'], [type='application/json']";
        for script in all(&html, &format!("script:not({data})")) {
            let from = script.attr("src").unwrap();
            let script = from.strip_prefix("/assets/").and_then(|it| it.split('-').next());
            let ours = ["reader", "account", "player", "meet", "self_test"];
            assert!(script.is_some_and(|it| ours.contains(&it)), "{name}: {from}");
        }
        assert!(!source.contains("<b>\""), "{name}: JSON-LD escapes its element");
    }
}

#[test]
fn the_style_inside_each_page_is_one_that_the_policy_allows() {
    let templates = Templates::load(None).unwrap();
    for (name, _, html, _) in rendered() {
        let style: String = all(&html, "style")[0].text().collect();
        let hash = super::assets::style_hash(&style);
        assert!(templates.style_hashes().contains(&hash), "{name}");
        assert!(style.len() <= 14 * 1024, "{name}: {} bytes of style", style.len());
    }
}

#[test]
fn a_picture_never_moves_the_text_when_it_arrives() {
    for (name, _, html, _) in rendered() {
        for image in all(&html, "img") {
            for attribute in ["width", "height", "alt"] {
                assert!(image.attr(attribute).is_some(), "{name}: an img without {attribute}");
            }
        }
    }
}

#[test]
fn a_story_reads_in_the_order_of_a_news_page() {
    let expected = [
        "News",
        "Russia",
        "Two presidents end a two-hour conversation by video",
        "The picture that the Kremlin released of Tuesday's conversation.",
        "Photo: Twitter/@nickschifrin",
        "Published 7 December 2021",
        "Updated 7 December 2021",
        "Opinion",
        "What was agreed in Geneva stood on the agenda, beside the tension over Ukraine.",
        "By Ana Duarte (Moscow), Tom Hill",
        "Share",
        "MOSCOW —",
        "Vladimir Putin and Joe Biden talked",
        "RELATED: Before the call, Moscow said what it would ask for",
        "Correction 8 December 2021:",
        "Related Before the call",
        "A story that is still to come",
        "More on this",
    ];
    let pages = rendered();
    let (_, _, html, _) = pages.iter().find(|(name, ..)| name == "en/article").unwrap();
    let story = text(all(html, "main")[0]);
    let mut from = 0;
    for part in expected {
        let at = story[from..].find(part);
        from += at.unwrap_or_else(|| panic!("`{part}` is missing after: {}", &story[..from]));
        from += part.len();
    }
    let credit = all(html, ".lead-photo .credit a")[0];
    assert_eq!(credit.attr("href"), Some("https://x.com/nickschifrin"));
}

#[test]
fn text_is_escaped_and_the_body_is_not() {
    let pages = rendered();
    let source = |wanted: &str| &pages.iter().find(|(name, ..)| name == wanted).unwrap().3;
    assert!(source("en/search").contains("value=\"minsk &lt;agreements&gt;\""));
    assert!(source("en/article-crowded").contains("&amp; the 3 &lt; 4 clause</h1>"));
    assert!(source("en/article").contains("<strong>No aides were heard</strong>"));
}

#[test]
fn a_page_speaks_its_own_language_or_else_the_sites() {
    let templates = Templates::load(None).unwrap();
    let page = |language: &str| {
        let (_, page) =
            samples::pages(language).into_iter().find(|(name, _)| *name == "article").unwrap();
        templates.render(&samples::site_in("en"), &page).unwrap()
    };
    assert!(page("es").contains("Publicado el 7 de diciembre de 2021"));
    assert!(page("es-VE").contains("Publicado el 7 de diciembre de 2021"));
    let arabic = page("ar");
    assert!(arabic.contains("Published 7 December 2021"));
    assert!(arabic.contains("<header class=\"masthead\" lang=\"en\" dir=\"ltr\">"));
}

#[test]
fn every_language_has_the_same_messages_with_the_same_blanks() {
    let english = messages(words::BUILT_IN[0].1);
    for (language, source) in words::BUILT_IN {
        assert_eq!(messages(source), english, "translations/{language}");
    }
}

#[test]
fn every_message_is_used_and_every_used_message_exists() {
    let known: BTreeSet<String> = messages(words::BUILT_IN[0].1).into_keys().collect();
    let mut used: BTreeSet<String> = [
        "date",
        "table",
        "related-label",
        "comments-on",
        "comment-on",
        "own-account",
        "follow-title",
        "zone-time",
        "record-title",
        "self-test-title",
    ]
    .map(String::from)
    .into();
    used.extend((1..=12).map(|month| format!("month-{month}")));
    // Said by a name that is put together, or handed over by a page.
    for prefix in [
        "kind-",
        "error-404-",
        "error-410-",
        "error-500-",
        "error-503-",
        "search-problem-",
        "comments-order-",
        "comment-done-",
        "refusal-",
        "report-",
        "own-state-",
        "account-link-",
        "mail-",
        "city-",
        "length-",
        "record-state-",
        "record-item-",
    ] {
        used.extend(known.iter().filter(|key| key.starts_with(prefix)).cloned());
    }
    for (_, source) in templates::BUILT_IN {
        for call in source.split("t(\"").skip(1) {
            let (key, rest) = call.split_once('"').unwrap();
            if rest.starts_with([')', ',']) {
                used.insert(key.to_owned());
            }
        }
    }
    assert_eq!(known, used);
}

#[test]
fn the_newsroom_says_the_same_in_every_language() {
    let english = messages(words::NEWSROOM[0].1);
    for (language, source) in words::NEWSROOM {
        assert_eq!(messages(source), english, "translations/{language}");
    }
}

#[test]
fn the_newsroom_has_every_word_that_it_says_and_no_other() {
    let own: BTreeSet<String> = messages(words::NEWSROOM[0].1).into_keys().collect();
    let site: BTreeSet<String> = messages(words::BUILT_IN[0].1).into_keys().collect();
    assert_eq!(own.intersection(&site).collect::<Vec<_>>(), [""; 0], "one name, one message");
    let mut used = BTreeSet::new();
    let put_together = [
        "role-",
        "method-",
        "part-",
        "state-",
        "todo-",
        "weekday-",
        "crop-",
        "which-",
        "place-may-",
        "remark-lacks-",
        "moment-",
        "queue-",
        "mode-",
        "speak-",
        "refuse-",
        "said-",
        "stream-key-",
        "recording-",
        "recorded-",
        "health-",
        "takeover-",
        "meeting-state-",
        "meeting-profile-",
        "meeting-tells-",
        "meeting-item-",
        "meeting-outcome-",
        "meeting-seat-",
        "meetings-",
    ];
    // Said by a handler, or by a name that is put together of nothing else.
    let said = ["viewers-now", "meeting-chair-example", "meeting-calendar-hint"];
    used.extend(said.into_iter().chain(["meeting-closed", "meeting-open"]).map(str::to_owned));
    for prefix in put_together {
        used.extend(own.iter().filter(|key| key.starts_with(prefix)).cloned());
    }
    for (_, source) in newsroom::TEMPLATES {
        for call in source.split("t(\"").skip(1) {
            let (key, rest) = call.split_once('"').unwrap();
            if rest.starts_with([')', ',']) {
                used.insert(key.to_owned());
            }
        }
    }
    let unknown: Vec<_> = used.difference(&own).filter(|key| !site.contains(*key)).collect();
    assert_eq!(unknown, [""; 0]);
    assert_eq!(own.difference(&used).collect::<Vec<_>>(), [""; 0], "said nowhere");
}

#[test]
fn what_each_check_of_a_comment_said_has_a_name() {
    let own = messages(words::NEWSROOM[0].1);
    let named = own.keys().filter_map(|key| key.strip_prefix("queue-step-"));
    assert_eq!(named.collect::<BTreeSet<_>>(), discuss::comment::steps().collect());
}

/// Each message of a Fluent file with the arguments it takes.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let resource = fluent_syntax::parser::parse(source).unwrap();
    let mut messages = BTreeMap::new();
    for entry in &resource.body {
        if let Entry::Message(message) = entry {
            let mut blanks = BTreeSet::new();
            collect(&message.value.as_ref().unwrap().elements, &mut blanks);
            let twice = messages.insert(message.id.name.to_owned(), blanks);
            assert!(twice.is_none(), "`{}` is there twice", message.id.name);
        }
    }
    messages
}

fn collect(elements: &[PatternElement<&str>], blanks: &mut BTreeSet<String>) {
    for element in elements {
        let PatternElement::Placeable { expression } = element else { continue };
        let inline = match expression {
            Expression::Inline(inline) => inline,
            Expression::Select { selector, variants } => {
                for variant in variants {
                    collect(&variant.value.elements, blanks);
                }
                selector
            }
        };
        if let InlineExpression::VariableReference { id } = inline {
            blanks.insert(id.name.to_owned());
        }
    }
}

fn theme(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, source) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, source).unwrap();
    }
    folder
}

#[test]
fn a_theme_puts_its_own_in_place_of_the_built_in() {
    let folder = theme(&[
        ("templates/partials/footer.html", "<footer class=\"ours\">{{ t(\"motto\") }}</footer>"),
        ("styles/ours.css", ":root { --accent: #060; }\n"),
        ("translations/en/ours.ftl", "motto = On the record\nshare = Pass it on\n"),
        ("translations/es/ours.ftl", "motto = Para que conste\n"),
    ]);
    let templates = Templates::load(Some(folder.path())).unwrap();
    let page = |language: &str| {
        let (_, page) =
            samples::pages(language).into_iter().find(|(name, _)| *name == "article").unwrap();
        templates.render(&samples::site_in(language), &page).unwrap()
    };
    assert!(page("en").contains("<footer class=\"ours\">On the record</footer>"));
    assert!(page("en").contains(":root { --accent: #060; }</style>"));
    assert!(page("en").contains(">Pass it on</p>"));
    assert!(page("es").contains("Para que conste"));
    assert_ne!(templates.style_hashes(), Templates::load(None).unwrap().style_hashes());
}

#[test]
fn a_broken_theme_is_refused_with_its_file_and_line() {
    for (file, source, line, problem) in [
        ("templates/partials/footer.html", "<footer>\n{% if %}\n</footer>", 2, "syntax"),
        ("templates/partials/footer.html", "\n\n{{ site.nmae }}", 3, "undefined"),
        ("templates/partials/card.html", "<p>\n{{ card.headline | shout }}", 2, "shout"),
        ("templates/pages/article.html", "{{ t(\"knid\") }}", 1, "no message `knid`"),
        ("templates/pages/front.html", "\n{% include \"partials/lost.html\" %}", 2, "lost.html"),
        ("styles/a.css", "a { color: red }\nb {", 2, "never closed"),
        ("translations/en/a.ftl", "fine = Fine\nshare\n", 2, ""),
    ] {
        let folder = theme(&[(file, source)]);
        let error = Templates::load(Some(folder.path())).unwrap_err();
        assert_eq!(error.file, folder.path().join(file), "{error}");
        assert_eq!(error.line, line, "{error}");
        assert!(error.problem.contains(problem), "{error}");
    }
    assert!(Templates::load(Some(Path::new("/nowhere/at/all"))).is_err());
}
