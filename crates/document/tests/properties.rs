//! What must hold for every document, and for everything that is not one.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod generate;

use std::collections::BTreeSet;

use base::PhotoId;
use document::markdown::{Image, PhotoFile, PhotoNames, Resolver, from_markdown, to_markdown};
use document::{
    Block, Document, Inline, Labels, Picture, Quotation, RelatedRef, Render, StoryLink,
};
use generate::{any_json, documents, markdownish};
use proptest::prelude::*;
use scraper::{Html, Node};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_accepted_or_refused_and_never_more(json in any_json()) {
        if let Err(error) = Document::parse(&json) {
            prop_assert!(!error.problem().is_empty());
        }
    }

    #[test]
    fn canonical_json_is_accepted_and_equal(document in documents()) {
        prop_assert_eq!(Document::parse(&document.to_json()).unwrap(), document);
    }

    #[test]
    fn markdown_comes_in_as_it_went_out(document in documents()) {
        let markdown = to_markdown(&document, &ById);
        let (read, notices) = from_markdown(&markdown, &mut ById).unwrap();
        prop_assert_eq!(notices, vec![], "{}", markdown);
        prop_assert_eq!(read, document, "{}", markdown);
    }

    #[test]
    fn a_source_that_ends_in_a_no_break_space_keeps_the_space_before_it(before in "[a—]{1,3}") {
        let source = format!("{before} \u{a0}");
        let quotation = Quotation {
            paragraphs: vec![vec![Inline::Text("Said".into(), vec![])]],
            speaker: Some("a".into()),
            role: None,
            source: Some(source),
            source_url: None,
        };
        let document = Document::from_blocks(&[Block::Quotation(quotation)]).unwrap();
        let markdown = to_markdown(&document, &ById);
        let (read, _) = from_markdown(&markdown, &mut ById).unwrap();
        prop_assert_eq!(read, document, "{}", markdown);
    }

    #[test]
    fn markdown_with_photo_files_comes_in_as_it_went_out(document in documents()) {
        let markdown = to_markdown(&document, &ByFile);
        let (read, notices) = from_markdown(&markdown, &mut ByFile).unwrap();
        prop_assert_eq!(notices, vec![], "{}", markdown);
        prop_assert_eq!(read, document, "{}", markdown);
    }

    #[test]
    fn any_text_is_markdown(text in markdownish()) {
        if let Ok((document, _)) = from_markdown(&text, &mut ByFile) {
            prop_assert_eq!(Document::parse(&document.to_json()).unwrap(), document);
        }
    }

    #[test]
    fn any_characters_are_markdown(text in any::<String>()) {
        let _ = from_markdown(&text, &mut ByFile);
    }

    #[test]
    fn html_is_balanced_and_holds_nothing_foreign(document in documents()) {
        let html = document.to_html(&Site(Labels::default()));
        check_html(&html)?;
    }

    #[test]
    fn every_word_is_in_the_html(document in documents()) {
        let html = document.to_html(&Site(Labels::default()));
        let text: String = Html::parse_fragment(&html).root_element().text().collect();
        let seen: String = text.split_whitespace().collect();
        for block in document.blocks() {
            if let Block::Paragraph(line) = block {
                for inline in line {
                    if let Inline::Text(words, _) = inline {
                        let words: String = words.split_whitespace().collect();
                        prop_assert!(seen.contains(&words), "{:?} in {:?}", words, seen);
                    }
                }
            }
        }
    }

    #[test]
    fn a_summary_is_no_longer_than_asked(document in documents(), chars_max in 0usize..200) {
        prop_assert!(document.summary(chars_max).chars().count() <= chars_max);
    }
}

/// Reads the HTML as a browser would, and finds in it exactly the tags that were written.
fn check_html(html: &str) -> Result<(), TestCaseError> {
    let parsed = Html::parse_fragment(html);
    prop_assert_eq!(&parsed.errors, &Vec::<std::borrow::Cow<'static, str>>::new(), "{}", html);
    let elements: BTreeSet<&str> = [
        "p",
        "h2",
        "h3",
        "h4",
        "figure",
        "blockquote",
        "figcaption",
        "span",
        "cite",
        "a",
        "ul",
        "ol",
        "li",
        "img",
        "picture",
        "source",
        "aside",
        "div",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "hr",
        "pre",
        "code",
        "strong",
        "em",
        "s",
        "sup",
        "sub",
        "br",
    ]
    .into();
    let attributes: BTreeSet<&str> = [
        "id",
        "class",
        "href",
        "title",
        "cite",
        "start",
        "src",
        "srcset",
        "sizes",
        "width",
        "height",
        "alt",
        "loading",
        "decoding",
        "fetchpriority",
        "type",
        "rel",
        "role",
        "tabindex",
        "aria-label",
        "scope",
        "dir",
        "translate",
    ]
    .into();
    let mut written = 0;
    for node in parsed.tree.nodes() {
        match node.value() {
            // The parser's own frame around the fragment.
            Node::Element(element) if matches!(element.name(), "html" | "head" | "body") => {}
            Node::Element(element) => {
                written += 1;
                prop_assert!(elements.contains(element.name()), "<{}> in {}", element.name(), html);
                for (name, value) in element.attrs() {
                    prop_assert!(attributes.contains(name), "{} in {}", name, html);
                    if matches!(name, "href" | "cite") {
                        let safe = ["https://", "http://", "mailto:", "tel:", "/", "#"];
                        let value = value.to_ascii_lowercase();
                        prop_assert!(safe.iter().any(|safe| value.starts_with(safe)), "{}", html);
                    }
                }
            }
            Node::Comment(_) | Node::Doctype(_) | Node::ProcessingInstruction(_) => {
                prop_assert!(false, "a node that nothing writes in {}", html);
            }
            _ => {}
        }
    }
    // Each tag that was written is one element, and none was made up.
    let tags = html.match_indices('<').filter(|(at, _)| !html[at + 1..].starts_with('/')).count();
    prop_assert_eq!(written, tags, "{}", html);
    Ok(())
}

struct Site(Labels);

impl Render for Site {
    fn picture(&self, id: PhotoId) -> Option<Picture> {
        Some(generate::picture(id))
    }

    fn story(&self, related: &RelatedRef) -> Option<StoryLink> {
        related
            .address
            .as_ref()
            .map(|address| StoryLink { href: address.clone(), headline: "A \"story\" <b>".into() })
    }

    fn labels(&self) -> &Labels {
        &self.0
    }
}

/// Photos have no files.
struct ById;

impl PhotoNames for ById {
    fn photo(&self, _: PhotoId) -> Option<PhotoFile> {
        None
    }
}

impl Resolver for ById {
    fn photo(&mut self, _: &Image) -> Option<PhotoId> {
        None
    }
}

/// Each photo's file is named after it.
struct ByFile;

impl PhotoNames for ByFile {
    fn photo(&self, id: PhotoId) -> Option<PhotoFile> {
        Some(PhotoFile { path: format!("photos/a (b) {id}.jpg"), alt: "A [room] *seen*".into() })
    }
}

impl Resolver for ByFile {
    fn photo(&mut self, image: &Image) -> Option<PhotoId> {
        image.path.strip_prefix("photos/a (b) ")?.strip_suffix(".jpg")?.parse().ok()
    }
}
