//! A file is the same article again, wherever its folder lies; one of another folder is not.

use std::path::Path;

use publish::{article, export};
use testkit::{TestStore, on_both_engines};

use crate::desk::files;
use crate::import::{at, folder, id_at, import, write};

fn page(title: &str, date: &str, words: &str) -> String {
    format!("---\ntitle: {title}\ndate: {date}\n---\n{words}\n")
}

fn put(store: &TestStore, folder: &str, pages: &[(&str, &str)]) -> std::path::PathBuf {
    let folder = store.folder().join(folder);
    for (name, text) in pages {
        write(&folder, name, text.as_bytes());
    }
    folder
}

async fn headline(store: &TestStore, path: &str) -> String {
    at(store, path).await.revision.content.headline
}

async fn count(store: &TestStore) -> usize {
    article::all(store, None, 1_000).await.unwrap().len()
}

/// The languages in which there is another version of the article at `path`.
async fn translations(store: &TestStore, path: &str) -> Vec<(String, String)> {
    let article = article::by_path(store, path).await.unwrap().unwrap();
    article::translations(store, &article).await.unwrap()
}

on_both_engines! {
    async fn a_file_of_another_folder_is_another_article(store: &TestStore) {
        let hello = page("Hello", "2021-01-01", "First words.");
        let morning = page("Good morning", "2022-02-02", "Other words.");
        let one = put(store, "one", &[("posts/hello.md", &hello)]);
        let two = put(store, "two", &[("posts/hello.md", &morning)]);
        assert_eq!(import(store, &one).await.taken, 1);
        let report = import(store, &two).await;
        assert_eq!((report.taken, report.revised, report.failed.len()), (1, 0, 0), "{report}");
        let told = report.to_string();
        assert!(told.contains("/posts/hello came from another file of this name"), "{told}");
        assert!(told.contains("section: posts and slug: hello"), "{told}");
        assert_eq!(headline(store, "/posts/hello").await, "Hello");
        assert_eq!(headline(store, "/posts/hello-2").await, "Good morning");

        // Each goes on by itself, wherever it lies.
        let copy = put(store, "elsewhere/copy", &[("posts/hello.md", &hello)]);
        for known in [&one, &two, &copy] {
            let report = import(store, known).await;
            assert_eq!((report.unchanged, report.taken, report.revised), (1, 0, 0), "{report}");
        }
        write(&two, "posts/hello.md", page("Good day", "2022-02-02", "Other words.").as_bytes());
        let report = import(store, &two).await;
        assert_eq!((report.revised, report.notices.len()), (1, 0), "{report}");
        assert_eq!(headline(store, "/posts/hello-2").await, "Good day");
        assert_eq!(headline(store, "/posts/hello").await, "Hello");
        let third = put(store, "three", &[
            ("posts/hello.md", &page("Good night", "2023-03-03", "Last words.")),
        ]);
        assert_eq!(import(store, &third).await.taken, 1);
        assert_eq!(headline(store, "/posts/hello-3").await, "Good night");
        for known in [&one, &two, &third] {
            assert_eq!(import(store, known).await.unchanged, 1);
        }
    }

    async fn an_edited_file_is_the_next_revision(store: &TestStore) {
        let folder = folder(store, &[("posts/a.md", &page("First", "2021-01-01", "Words."))]);
        import(store, &folder).await;
        let id = id_at(store, "/posts/a").await;
        let undated = "---\ntitle: Fifth\n---\nFifth words.\n";
        let claims = "---\ntitle: Sixth\nslug: a\ndate: 2023-01-01\n---\nSixth words.\n";
        let edits = [
            ("another headline", page("Second", "2021-01-01", "Words.")),
            ("other words", page("Second", "2021-01-01", "Other words.")),
            ("both, on its date", page("Third", "2021-01-01", "Third words.")),
            ("another date", page("Third", "2022-01-01", "Fourth words.")),
            ("a headline that it had", page("First", "2020-01-01", "Fifth words.")),
            ("no date", undated.to_owned()),
            ("all, but it claims the address", claims.to_owned()),
        ];
        for (number, (edit, text)) in (2_i64..).zip(edits) {
            write(&folder, "posts/a.md", text.as_bytes());
            let report = import(store, &folder).await;
            assert_eq!((report.revised, report.taken), (1, 0), "{edit}: {report}");
            let story = at(store, "/posts/a").await;
            assert_eq!((story.article.id, story.revision.number), (id, number), "{edit}");
        }
        assert_eq!(count(store).await, 1);
    }

    async fn what_was_exported_comes_back_as_the_same_articles(store: &TestStore) {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/demo");
        let taken = import(store, &demo).await.taken;
        let folder = store.folder().join("export");
        export::markdown(store, &files(store), &folder, &mut |_| ()).await.unwrap();
        let report = import(store, &folder).await;
        assert_eq!((report.taken, report.failed.len()), (0, 0), "{report}");
        assert_eq!(report.revised, taken, "{report}");
        assert_eq!(count(store).await, taken);
        assert_eq!(import(store, &folder).await.unchanged, taken);
        assert_eq!(import(store, &demo).await.unchanged, taken);
    }

    async fn a_copy_within_the_folder_is_refused(store: &TestStore) {
        let page = "---\ntitle: A\nslug: a\ndate: 2021-01-01\n---\nWords.\n";
        let folder = folder(store, &[("a.md", page), ("copy-of-a.md", page)]);
        for _ in 0..2 {
            let report = import(store, &folder).await;
            assert_eq!(report.failed.len(), 1, "{report}");
            assert_eq!(report.failed[0].file, "copy-of-a.md");
        }
    }

    async fn translations_are_known_by_their_names_whichever_comes_first(store: &TestStore) {
        let english = page("Story", "2021-01-01", "Words.");
        let spanish = page("Historia", "2021-01-01", "Palabras.");
        let first = [("story", "story.es"), ("bundle/index", "bundle/index.es")];
        let folder = folder(store, &[]);
        for (original, translation) in first {
            write(&folder, &format!("news/{original}.md"), english.as_bytes());
            write(&folder, &format!("news/{translation}.md"), spanish.as_bytes());
        }
        write(&folder, "news/later.md", english.as_bytes());
        write(&folder, "news/sooner.es.md", spanish.as_bytes());
        write(&folder, "news/sooner.fr.md", english.replace("title", "language: de\ntitle").as_bytes());
        let report = import(store, &folder).await;
        assert_eq!((report.taken, report.notices.len()), (7, 0), "{report}");
        write(&folder, "news/later.es.md", spanish.as_bytes());
        write(&folder, "news/sooner.md", english.as_bytes());
        assert_eq!(import(store, &folder).await.taken, 2);
        let is = |language: &str, path: &str| (language.to_owned(), path.to_owned());
        for slug in ["story", "bundle", "later"] {
            let path = format!("/news/{slug}");
            let other = format!("{path}-es");
            assert_eq!(translations(store, &path).await, [is("es", &other)]);
            assert_eq!(translations(store, &other).await, [is("en", &path)]);
        }
        let sooner = [is("de", "/news/sooner-fr"), is("es", "/news/sooner-es")];
        assert_eq!(translations(store, "/news/sooner").await, sooner);
    }
}
