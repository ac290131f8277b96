//! Documents with what they become, as files in `fixtures/documents/`.
//!
//! `NAME.json` is a body as an editor might send it; beside it stand the HTML, the text and the
//! Markdown that it becomes. `imported/NAME.md` is Markdown as other sites have it; beside it stand
//! the canonical JSON and the notices. `rejected/NAME.json` is refused with the words in `NAME.txt`.
//! `UPDATE_FIXTURES=1 cargo test -p document` writes the results anew; read the difference.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use base::PhotoId;
use document::markdown::{Image, PhotoFile, PhotoNames, Resolver, from_markdown, to_markdown};
use document::{
    Document, Labels, Loading, Picture, PictureSource, RelatedRef, Render, StoryLink, picture_html,
};

#[test]
fn bodies_become_html_text_and_markdown() {
    for path in fixtures("", "json") {
        let document = Document::from_json_str(&read(&path)).unwrap();
        let markdown = to_markdown(&document, &Site::default());
        check(&path.with_extension("html"), &document.to_html(&Site::default()));
        check(&path.with_extension("txt"), &format!("{}\n", document.to_text()));
        check(&path.with_extension("md"), &markdown);
        let (again, notices) = from_markdown(&markdown, &mut Site::default()).unwrap();
        assert_eq!((again, notices), (document, vec![]), "{}", path.display());
    }
}

#[test]
fn markdown_of_other_sites_becomes_bodies() {
    for path in fixtures("imported", "md") {
        let (document, notices) = from_markdown(&read(&path), &mut Site::default()).unwrap();
        let json = serde_json::to_string_pretty(&document).unwrap();
        let notices: String = notices.iter().map(|notice| format!("{notice}\n")).collect();
        check(&path.with_extension("json"), &format!("{json}\n"));
        check(&path.with_extension("notices"), &notices);
    }
}

#[test]
fn hostile_bodies_are_refused_by_name() {
    for path in fixtures("rejected", "json") {
        let error = Document::from_json_str(&read(&path))
            .expect_err(&format!("{} is accepted", path.display()));
        check(&path.with_extension("txt"), &format!("{error}\n"));
    }
}

#[test]
fn a_fragment_follows_the_paragraph_that_was_asked_for() {
    struct Second(Site);
    impl Render for Second {
        fn picture(&self, id: PhotoId) -> Option<Picture> {
            self.0.picture(id)
        }
        fn story(&self, related: &RelatedRef) -> Option<StoryLink> {
            self.0.story(related)
        }
        fn labels(&self) -> &Labels {
            self.0.labels()
        }
        fn after_paragraph(&self, n: usize) -> Option<String> {
            (n == 2).then(|| "<aside>here</aside>".into())
        }
    }
    let (document, _) = from_markdown(
        "One.\n\n> Not counted.\n\n- Nor this.\n\nTwo.\n\nThree.",
        &mut Site::default(),
    )
    .unwrap();
    let html = document.to_html(&Second(Site::default()));
    assert!(html.contains("<p>Two.</p>\n<aside>here</aside>\n<p>Three.</p>"), "{html}");
    assert_eq!(html.matches("<aside>").count(), 1);
}

#[test]
fn a_lead_photo_says_its_caption_and_then_its_credit() {
    let picture = Site::default().picture(photo_id(1)).unwrap();
    let html = picture_html(&picture, "100vw", Loading::Eager, &Labels::default());
    let caption = html.find("The screen and the two flags.").unwrap();
    let credit = html.find("Photo: <a href=\"https://example.org/press\"").unwrap();
    assert!(caption < credit);
    assert!(html.contains("fetchpriority=\"high\""));
    assert!(html.contains("class=\"focal-x-30 focal-y-70\""));
}

#[test]
fn a_body_knows_its_photos_stories_and_words() {
    let (document, _) = from_markdown(
        "Two words.\n\n![](room.jpg)\n\n{{< gallery >}}\n\n![](room.jpg)\n\n![](flags.jpg)\n\n\
         {{< /gallery >}}\n\n{{< related title=\"Elsewhere\" >}}\n",
        &mut Site::default(),
    )
    .unwrap();
    assert_eq!(document.photos(), [photo_id(1), photo_id(2)]);
    assert_eq!(document.related()[0].title.as_deref(), Some("Elsewhere"));
    assert_eq!(document.word_count(), 2);
    assert_eq!(document.paragraph_count(), 1);
    assert!(!document.is_empty());
    assert!(Document::default().is_empty());
}

#[test]
fn a_document_is_only_deserialised_when_it_is_one() {
    let hostile = r#"{"type":"doc","content":[{"type":"script"}]}"#;
    let error = serde_json::from_str::<Document>(hostile).unwrap_err().to_string();
    assert!(error.starts_with("content[0]: \"script\" is not a block"), "{error}");
}

#[test]
fn what_would_exhaust_a_server_is_refused() {
    let refused = |json: String| Document::from_json_str(&json).unwrap_err().to_string();
    // The outermost node counts too.
    let wide = vec!["{\"type\":\"divider\"}"; 20_001].join(",");
    let wide = refused(format!("{{\"type\":\"doc\",\"content\":[{wide}]}}"));
    assert_eq!(wide, "content[19999]: is one of more than 20000 nodes; split the article");
    let long = "a".repeat(1024 * 1024 + 1);
    let long = refused(format!(
        "{{\"type\":\"doc\",\"content\":[{{\"type\":\"paragraph\",\"content\":[{{\"type\":\"text\",\"text\":\"{long}\"}}]}}]}}"
    ));
    assert!(long.starts_with("content[0].content[0]: goes beyond"), "{long}");
    assert!(refused(" ".repeat(5 * 1024 * 1024)).starts_with("document: is 5242880 bytes of JSON"));
    let deep = from_markdown(&"> ".repeat(100_000), &mut Site::default()).unwrap_err().to_string();
    assert_eq!(deep, "line 1: nests blocks deeper than 64; flatten it");
}

/// Compares `actual` with the file, or writes the file when told to.
fn check(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(path, actual).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} differs; UPDATE_FIXTURES=1 writes it anew. Now it is:\n{actual}",
        path.display()
    );
}

fn fixtures(folder: &str, extension: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/documents").join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|other| other == extension))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} has no fixtures", root.display());
    paths
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn photo_id(number: u128) -> PhotoId {
    PhotoId(uuid::Uuid::from_u128(0x0191_0000_0000_7000_8000_0000_0000_0000 + number))
}

/// A site with two photos, one story and two files to link to.
#[derive(Default)]
struct Site {
    labels: Labels,
}

impl Site {
    const FILES: [(&str, u128); 2] = [("room.jpg", 1), ("flags.jpg", 2)];
}

impl Render for Site {
    fn picture(&self, id: PhotoId) -> Option<Picture> {
        let (name, number) = Self::FILES.into_iter().find(|(_, number)| photo_id(*number) == id)?;
        let stem = name.trim_end_matches(".jpg");
        Some(Picture {
            sources: vec![PictureSource {
                media_type: "image/avif".into(),
                srcset: format!("/photos/{stem}-640.avif 640w, /photos/{stem}-1280.avif 1280w"),
            }],
            src: format!("/photos/{stem}-1280.jpg"),
            srcset: format!("/photos/{stem}-640.jpg 640w, /photos/{stem}-1280.jpg 1280w"),
            width: 1280,
            height: 720,
            alt: "A screen between two flags".into(),
            caption: "The screen and the two flags.".into(),
            credit: "Press office".into(),
            credit_url: Some("https://example.org/press".into()),
            focal_x: if number == 1 { 33 } else { 50 },
            focal_y: if number == 1 { 66 } else { 50 },
        })
    }

    fn story(&self, related: &RelatedRef) -> Option<StoryLink> {
        (related.address.as_deref() == Some("/news/russia/known")).then(|| StoryLink {
            href: "/news/russia/known".into(),
            headline: "A story that is known".into(),
        })
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }
}

#[test]
fn a_table_without_cells_is_no_table() {
    let text = "{{< table header-row=\"no\" >}}\n<table><tr></tr></table>\n{{< /table >}}\n";
    let (document, _) = from_markdown(text, &mut Site::default()).unwrap();
    assert!(document.is_empty(), "{document:?}");
}

impl PhotoNames for Site {
    fn photo(&self, id: PhotoId) -> Option<PhotoFile> {
        let (name, _) = Self::FILES.into_iter().find(|(_, number)| photo_id(*number) == id)?;
        Some(PhotoFile { path: name.into(), alt: "A screen between two flags".into() })
    }
}

impl Resolver for Site {
    fn photo(&mut self, image: &Image) -> Option<PhotoId> {
        let file = image.path.rsplit('/').next()?;
        let (_, number) = Self::FILES.into_iter().find(|(name, _)| *name == file)?;
        Some(photo_id(number))
    }

    fn link(&mut self, target: &str) -> Option<String> {
        let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
        let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
        file.ends_with("known.md").then(|| format!("/news/russia/known{anchor}"))
    }
}
