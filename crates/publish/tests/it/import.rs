//! Folders of other programs become articles, once, and again when they change.

use std::path::{Path, PathBuf};

use accounts::person;
use base::{Actor, ArticleId, Role, Timestamp};
use publish::article::{self, Found, Kind, State};
use publish::import::{self, Report};
use publish::site::{self, Site};
use publish::{photo, section};
use store::Store;
use testkit::{TestStore, noon, on_both_engines};

use crate::desk::{after, change, files, jpeg, person as somebody, withdraw};

pub(crate) fn folder(store: &TestStore, pages: &[(&str, &str)]) -> PathBuf {
    let folder = store.folder().join("site");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in pages {
        write(&folder, name, text.as_bytes());
    }
    folder
}

pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
}

pub(crate) async fn import(store: &TestStore, folder: &Path) -> Report {
    import_at(store, folder, noon()).await
}

async fn import_at(store: &TestStore, folder: &Path, now: Timestamp) -> Report {
    let files = files(store);
    let operator = Actor::Operator;
    import::markdown(store, &files, &operator, folder, &mut |_| (), now).await.unwrap()
}

pub(crate) async fn at(store: &Store, path: &str) -> article::PublishedArticle {
    match article::find(store, path).await.unwrap() {
        Some(Found::Published(id)) => article::published(store, id).await.unwrap().unwrap(),
        other => panic!("{path}: {other:?}"),
    }
}

pub(crate) async fn id_at(store: &Store, path: &str) -> ArticleId {
    article::by_path(store, path).await.unwrap().unwrap().id
}

pub(crate) fn instant(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

const STORY: &str = r#"---
title: "Two presidents, one screen"
deck: What was said
section: news/russia
kind: Opinion
date: 2021-12-07T22:15:00+03:00
updated: 2021-12-08
authors:
  - Marta Lindqvist
  - name: Noor Jansen
    role: Photographs
dateline: Moscow
language: en
slug: two-presidents
photo:
  file: photos/screen.jpg
  caption: Two screens
  credit: Noor Jansen
  credit_url: /authors/noor-jansen
  alt: A screen
  focal: "20 30"
related:
  - A story that is not there yet
  - /news/other
corrections:
  - date: 2021-12-09
    text: It was Tuesday.
aliases: [/2021/12/07/two-presidents.html]
tags: [talks]
---

They met. See [the other story](other.md).

![Another screen](photos/inner.jpg "Inside")
"#;

const OTHER: &str =
    "+++\ntitle = \"Other\"\nsection = \"news\"\ndate = 2021-12-01\n+++\n\nWords.\n";

fn pages(store: &TestStore) -> PathBuf {
    let folder = folder(store, &[("story.md", STORY), ("other.md", OTHER)]);
    write(&folder, "photos/screen.jpg", &jpeg(1));
    write(&folder, "static/photos/inner.jpg", &jpeg(2));
    folder
}

on_both_engines! {
    async fn a_file_says_all_of_an_article(store: &TestStore) {
        let zone = Site { zone: "Europe/Moscow".into(), ..Site::default() };
        change(store, async |tx| site::describe(tx, &Actor::Operator, zone, noon()).await)
            .await
            .unwrap();
        let report = import(store, &pages(store)).await;
        assert_eq!((report.taken, &report.failed[..], &report.notices[..]), (2, &[][..], &[][..]));
        assert_eq!(report.unused_keys.get("tags"), Some(&1));
        let story = at(store, "/news/russia/two-presidents").await;
        let content = &story.revision.content;
        assert_eq!(content.headline, "Two presidents, one screen");
        assert_eq!((&*content.deck, &*content.dateline), ("What was said", "Moscow"));
        assert_eq!(content.kind, Kind::Opinion);
        assert_eq!(story.published_at, instant("2021-12-07T19:15:00Z"));
        assert_eq!(story.article.updated_at, Some(instant("2021-12-08T21:00:00Z")));
        let names = person::all(store).await.unwrap();
        let byline: Vec<_> = content
            .byline
            .iter()
            .map(|it| (&*names.iter().find(|p| p.id == it.person).unwrap().name, it.role.as_deref()))
            .collect();
        assert_eq!(byline, [("Marta Lindqvist", None), ("Noor Jansen", Some("Photographs"))]);
        let ids = content.photos();
        let photos = photo::by_ids(store, &ids).await.unwrap();
        let lead = &photos[&content.photo.as_ref().unwrap().photo];
        assert_eq!((&*lead.caption, &*lead.credit, &*lead.alt), ("Two screens", "Noor Jansen", "A screen"));
        assert_eq!((lead.focal_x, lead.focal_y), (20, 30));
        assert_eq!(lead.credit_url.as_deref(), Some("/authors/noor-jansen"));
        assert_eq!(content.photo.as_ref().unwrap().caption, None);
        let inner = &photos[&content.body.photos()[0]];
        assert_eq!(inner.alt, "Another screen");
        let json = content.body.to_json().to_string();
        assert!(json.contains("\"/news/other\""), "{json}");
        assert_eq!(content.related[0].title.as_deref(), Some("A story that is not there yet"));
        assert_eq!(content.related[1].address.as_deref(), Some("/news/other"));
        let corrections = article::corrections(store, story.article.id).await.unwrap();
        assert_eq!(corrections[0].text, "It was Tuesday.");
        assert_eq!(corrections[0].at, instant("2021-12-08T21:00:00Z"));
        let moved = article::find(store, "/2021/12/07/two-presidents.html").await.unwrap();
        assert_eq!(moved, Some(Found::Moved("/news/russia/two-presidents".into())));
        let tree = section::tree(store).await.unwrap();
        assert_eq!(tree.by_path("news/russia").unwrap().name, "Russia");
    }

    async fn a_second_run_changes_nothing(store: &TestStore) {
        let folder = pages(store);
        import(store, &folder).await;
        let head = store::events::head(store).await.unwrap();
        let mut files_before = files(store).keys().await.unwrap();
        let report = import(store, &folder).await;
        assert_eq!((report.unchanged, report.taken, report.revised), (2, 0, 0));
        assert_eq!(store::events::head(store).await.unwrap(), head);
        let mut files_after = files(store).keys().await.unwrap();
        files_before.sort();
        files_after.sort();
        assert_eq!(files_before, files_after);
    }

    async fn what_changed_is_revised_and_what_is_gone_stays(store: &TestStore) {
        let folder = pages(store);
        import(store, &folder).await;
        let id = id_at(store, "/news/russia/two-presidents").await;
        let text = STORY
            .replace("one screen", "two screens")
            .replace("slug: two-presidents", "slug: two-screens")
            .replace("section: news/russia", "section: news/europe")
            .replace("    text: It was Tuesday.", "    text: It was Tuesday.\n  - text: And rainy.");
        write(&folder, "story.md", text.as_bytes());
        std::fs::remove_file(folder.join("other.md")).unwrap();
        let report = import(store, &folder).await;
        assert_eq!((report.revised, report.taken, report.unchanged), (1, 0, 0), "{report}");
        let story = at(store, "/news/europe/two-screens").await;
        assert_eq!(story.article.id, id);
        assert_eq!(story.revision.number, 2);
        assert_eq!(story.revision.content.headline, "Two presidents, two screens");
        assert_eq!(article::corrections(store, id).await.unwrap().len(), 2);
        let old = article::find(store, "/news/russia/two-presidents").await.unwrap();
        assert_eq!(old, Some(Found::Moved("/news/europe/two-screens".into())));
        at(store, "/news/other").await;
        // Another picture under the same name is a change as well.
        write(&folder, "photos/screen.jpg", &jpeg(9));
        let report = import(store, &folder).await;
        assert_eq!(report.revised, 1, "{report}");
        let again = at(store, "/news/europe/two-screens").await;
        assert_ne!(again.revision.content.photo, story.revision.content.photo);
    }

    async fn a_bad_file_is_named_and_loses_no_other(store: &TestStore) {
        let bad = |slug: &str| format!("---\ntitle: Bad\nslug: {slug}\nsection: a/b/c/d/e\n---\n");
        let folder = folder(store, &[
            ("a.md", "---\ntitle: A\ndate: 2021-01-01\nauthors: [New Author]\n---\nWords.\n"),
            ("b.md", "No front matter.\n"),
            ("c.md", "---\ntitle: C\ntitle: again: twice\n---\n"),
            ("d.md", "---\ntitle: D\ndate: some day\n---\n"),
            ("e.md", &bad("e")),
            ("f.md", "---\ndate: 2021-01-01\n---\nNo title.\n"),
            ("g.md", "+++\ntitle = nothing\n+++\n"),
            ("h.md", "---\ntitle: H\nnever: closed\n"),
            ("i.md", "---\ntitle: I\nslug: a\nsection: news\nauthors: [Lost Author]\n---\nTaken.\n"),
            ("j.md", "---\ntitle: J\ndate: 2021-01-01\nphoto: notes.txt\n---\nWords.\n"),
            ("notes.txt", "no photo"),
            ("z.md", "---\ntitle: Z\ndate: 2021-01-01\nauthors: [Lost Author]\nkind: Gossip\n---\nWords.\n"),
            ("README.md", "# About this folder"),
            ("news/_index.md", "---\ntitle: News\n---\n"),
            (".hidden/x.md", "---\ntitle: X\n---\n"),
        ]);
        write(&folder, "y.md", b"---\ntitle: \xff\n---\n");
        let report = import(store, &folder).await;
        let failed: Vec<String> = report.failed.iter().map(|it| {
            format!("{}:{}", it.file, it.line.map_or(String::new(), |line| line.to_string()))
        }).collect();
        let expected = ["b.md:1", "c.md:3", "d.md:3", "e.md:", "f.md:1", "g.md:2", "h.md:1", "i.md:", "y.md:2"];
        let mut sorted = failed.clone();
        sorted.sort();
        assert_eq!(sorted, expected, "{report}");
        assert_eq!((report.taken, report.ignored), (3, 2), "{report}");
        at(store, "/news/a").await;
        assert_eq!(at(store, "/news/z").await.revision.content.kind, Kind::News);
        assert_eq!(at(store, "/news/j").await.revision.content.photo, None);
        let text = report.to_string();
        for words in ["Gossip", "notes.txt", "README.md", "no title", "d.md:3: \"some day\" is no date"] {
            assert!(text.contains(words), "{words} is not in\n{text}");
        }
        assert!(files(store).keys().await.unwrap().is_empty());
        // It can be put right.
        write(&folder, "d.md", b"---\ntitle: D\ndate: 2021-02-03\n---\nWords.\n");
        assert_eq!(import(store, &folder).await.taken, 1);
    }

    async fn hugo_jekyll_and_zola_lay_out_their_folders(store: &TestStore) {
        let plain = "---\ntitle: T\ndate: 2021-01-01\n---\nWords.\n";
        let jekyll = "---\ntitle: T\nauthor: Jane Doe\nexcerpt: Why\n---\n[Before]({% post_url 2020-01-01-weekly %})\n";
        let zola = "+++\ntitle = \"T\"\ndate = 2021-05-06\n[extra]\ndateline = \"Oslo\"\n+++\n[Up](@/world/asia/bundle/index.md)\n";
        let folder = folder(store, &[
            ("content/world/asia/bundle/index.md", plain),
            ("content/world/zola.md", zola),
            ("_posts/2021-12-07-weekly.md", jekyll),
            ("_posts/2020-01-01-weekly.md", plain),
            ("_drafts/unready.md", plain),
            ("themes/x/README.md", plain),
            ("themes/x/page.md", plain),
            ("_layouts/page.md", plain),
        ]);
        let report = import(store, &folder).await;
        assert_eq!((report.taken, report.failed.len()), (5, 0), "{report}");
        at(store, "/world/asia/bundle").await;
        at(store, "/news/weekly").await;
        let second = at(store, "/news/weekly-2").await;
        assert_eq!(second.published_at, instant("2021-12-07T00:00:00Z"));
        assert_eq!(second.revision.content.deck, "Why");
        let json = second.revision.content.body.to_json().to_string();
        assert!(json.contains("/news/weekly"), "{json}");
        let zola = at(store, "/world/zola").await;
        assert_eq!(zola.revision.content.dateline, "Oslo");
        let json = zola.revision.content.body.to_json().to_string();
        assert!(json.contains("/world/asia/bundle"), "{json}");
        let draft = article::by_path(store, "/news/unready").await.unwrap().unwrap();
        assert_eq!(draft.state, State::Draft);
    }

    async fn a_date_to_come_is_a_schedule(store: &TestStore) {
        let folder = folder(store, &[
            ("later.md", "---\ntitle: Later\ndate: 2030-01-01\n---\nWords.\n"),
            ("draft.md", "---\ntitle: Draft\ndraft: true\n---\nWords.\n"),
        ]);
        import(store, &folder).await;
        let later = article::by_path(store, "/news/later").await.unwrap().unwrap();
        assert_eq!(later.state, State::Draft);
        assert_eq!(later.scheduled_at, Some(instant("2030-01-01T00:00:00Z")));
        assert_eq!(article::find(store, "/news/later").await.unwrap(), None);
        assert_eq!(article::find(store, "/news/draft").await.unwrap(), None);
        write(&folder, "later.md", b"---\ntitle: Later\ndraft: true\n---\nWords.\n");
        write(&folder, "draft.md", b"---\ntitle: Draft\ndate: 2020-01-01\n---\nWords.\n");
        import(store, &folder).await;
        let later = article::by_path(store, "/news/later").await.unwrap().unwrap();
        assert_eq!(later.scheduled_at, None);
        at(store, "/news/draft").await;
    }

    async fn nothing_is_shown_before_its_publish_date(store: &TestStore) {
        let page = |front: &str| format!("---\ntitle: T\n{front}\n---\nWords.\n");
        let (early, late) = ("2021-01-01T00:00:00Z", "2030-01-01T00:00:00Z");
        let cases = [
            ("one", "date: 2021-01-01\npublishDate: 2030-01-01", None, Some(late)),
            ("two", "publishdate: 2030-01-01", None, Some(late)),
            ("three", "date: 2030-01-01\npublishDate: 2021-01-01", None, Some(late)),
            ("four", "date: 2021-01-01\npublishDate: 2021-02-01", Some(early), None),
            ("five", "pubdate: 2021-01-01", Some(early), None),
            ("six", "date: 2021-01-01\npublishDate: 2030-01-01\ndraft: true", None, None),
            ("seven", "date: 2021-01-01\nexpiryDate: 2025-01-01", None, None),
            ("eight", "date: 2021-01-01\nexpiryDate: 2030-01-01", Some(early), None),
        ];
        let folder = folder(store, &[]);
        for (name, front, ..) in cases {
            write(&folder, &format!("{name}.md"), page(front).as_bytes());
        }
        let report = import(store, &folder).await;
        assert!(report.failed.is_empty() && report.unused_keys.is_empty(), "{report}");
        for (name, front, published, scheduled) in cases {
            let article = article::by_path(store, &format!("/news/{name}")).await.unwrap().unwrap();
            assert_eq!(article.published_at, published.map(instant), "{front}");
            assert_eq!(article.scheduled_at, scheduled.map(instant), "{front}");
        }
        let told: Vec<String> = report.notices.iter().map(ToString::to_string).collect();
        assert_eq!(told, [
            "eight.md: its expiryDate 2030-01-01T00:00:00Z was left out, for no article goes by \
             itself; withdraw it in the newsroom then",
            "seven.md: expired on 2025-01-01T00:00:00Z, so it is kept as a draft",
        ]);
    }

    async fn what_came_out_on_its_publish_date_goes_on_bearing_it(store: &TestStore) {
        let page = "---\ntitle: T\ndate: 2021-01-01\npublishDate: 2026-02-01\n---\nWords.\n";
        let folder = folder(store, &[("a.md", page)]);
        import(store, &folder).await;
        let out = instant("2026-02-01T00:00:00Z");
        change(store, async |tx| article::release_due(tx, out, out).await).await.unwrap();
        write(&folder, "a.md", page.replace("Words", "Other words").as_bytes());
        let later = instant("2026-03-01T00:00:00Z");
        assert_eq!(import_at(store, &folder, later).await.revised, 1);
        let story = at(store, "/news/a").await;
        assert_eq!((story.revision.number, story.published_at), (2, out));
        // What expires while readers see it is for an editor to withdraw.
        let expired = page.replace("title: T", "title: T\nexpiryDate: 2026-02-15");
        write(&folder, "a.md", expired.as_bytes());
        let report = import_at(store, &folder, later).await.to_string();
        assert!(report.contains("expired on 2026-02-15T00:00:00Z, but readers see"), "{report}");
        at(store, "/news/a").await;
    }

    async fn a_file_that_waits_says_nothing_of_a_photo_that_readers_see(store: &TestStore) {
        let page = |title: &str, when: &str, credit: &str| format!(
            "---\ntitle: {title}\n{when}\nphoto:\n  file: p.jpg\n  credit: {credit}\n  alt: {credit}\n  \
             focal: \"1 2\"\n---\nWords.\n"
        );
        let waiting = [
            ("draft", "draft: true"),
            ("dated", "date: 2030-01-01"),
            ("embargoed", "date: 2021-01-01\npublishDate: 2030-01-01"),
            ("expired", "date: 2021-01-01\nexpiryDate: 2022-01-01"),
        ];
        let open = "---\ntitle: Open\ndate: 2021-01-01\nphoto:\n  file: p.jpg\n  credit: Open\n---\nWords.\n";
        let folder = folder(store, &[("a.md", open)]);
        write(&folder, "p.jpg", &jpeg(1));
        import(store, &folder).await;
        for (name, when) in waiting {
            write(&folder, &format!("{name}.md"), page(name, when, "Secret").as_bytes());
        }
        let report = import(store, &folder).await;
        assert_eq!((report.taken, report.failed.len()), (4, 0), "{report}");
        assert_eq!(report.to_string().matches("says of its photo was left out").count(), 4);
        let lead = async || {
            let shown = at(store, "/news/a").await.revision.content.photo.unwrap().photo;
            photo::by_ids(store, &[shown]).await.unwrap().remove(&shown).unwrap()
        };
        let seen = lead().await;
        assert_eq!((&*seen.credit, &*seen.alt, seen.focal_x, seen.edition), ("Open", "", 50, 2));
        write(&folder, "draft.md", page("draft", "date: 2021-01-01", "Known").as_bytes());
        import(store, &folder).await;
        assert_eq!(lead().await.credit, "Known");
        // While nobody sees the photo, its words can be put right.
        write(&folder, "p.jpg", &jpeg(2));
        write(&folder, "b.md", page("Alone", "draft: true", "First").as_bytes());
        std::fs::remove_file(folder.join("a.md")).unwrap();
        for (name, _) in waiting {
            std::fs::remove_file(folder.join(format!("{name}.md"))).unwrap();
        }
        import(store, &folder).await;
        write(&folder, "b.md", page("Alone", "draft: true", "Second").as_bytes());
        assert!(import(store, &folder).await.notices.is_empty());
        let alone = article::by_path(store, "/news/b").await.unwrap().unwrap();
        let alone = article::revision(store, alone.id, 1).await.unwrap().unwrap();
        let alone = alone.content.photo.unwrap().photo;
        assert_eq!(photo::by_ids(store, &[alone]).await.unwrap()[&alone].credit, "Second");
    }

    async fn a_file_that_waits_tells_of_no_corrections(store: &TestStore) {
        let folder = pages(store);
        import(store, &folder).await;
        let waits = STORY
            .replace("kind: Opinion", "publishDate: 2030-01-01")
            .replace("It was Tuesday.", "It will be Wednesday.");
        write(&folder, "story.md", waits.as_bytes());
        let report = import(store, &folder).await;
        assert!(report.to_string().contains("its corrections were left out"), "{report}");
        let id = id_at(store, "/news/russia/two-presidents").await;
        let told = article::corrections(store, id).await.unwrap();
        assert_eq!((told.len(), &*told[0].text), (1, "It was Tuesday."));
    }

    async fn what_was_withdrawn_stays_withdrawn(store: &TestStore) {
        let folder = folder(store, &[("a.md", "---\ntitle: A\ndate: 2021-01-01\n---\nWords.\n")]);
        import(store, &folder).await;
        withdraw(store, id_at(store, "/news/a").await).await;
        write(&folder, "a.md", b"---\ntitle: A\ndate: 2021-01-01\n---\nOther words.\n");
        let report = import(store, &folder).await;
        assert!(report.to_string().contains("withdrawn"), "{report}");
        let found = article::find(store, "/news/a").await.unwrap();
        assert!(matches!(found, Some(Found::Withdrawn { .. })), "{found:?}");
    }

    async fn the_demo_is_taken_whole(store: &TestStore) {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/demo");
        let report = import(store, &demo).await;
        let of_articles = report.notices.iter().filter(|it| it.file != "README.md");
        assert!(report.failed.is_empty() && of_articles.count() == 0, "{report}");
        assert!(report.taken >= 12, "{report}");
        at(store, "/news/russia/putin-and-biden-end-video-meeting").await;
        assert_eq!(import(store, &demo).await.unchanged, report.taken);
    }

    async fn who_may_not_publish_may_not_import(store: &TestStore) {
        let folder = pages(store);
        let files = files(store);
        let writer = somebody(Role::Reporter);
        let refused = import::markdown(store, &files, &writer, &folder, &mut |_| (), after(0)).await;
        assert!(matches!(refused, Err(publish::PublishError::Denied(_))), "{refused:?}");
        let nowhere = folder.join("nowhere");
        let operator = Actor::Operator;
        let refused =
            import::markdown(store, &files, &operator, &nowhere, &mut |_| (), after(0)).await;
        assert!(refused.unwrap_err().to_string().contains("Name a folder with Markdown files."));
    }
}
