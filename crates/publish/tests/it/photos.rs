//! Photos: kept once, described, rendered, and open to readers only where an article shows them.

use base::{JobId, PhotoId};
use publish::article;
use publish::photo::{self, DescribePhoto, Progress, Rendered};
use store::events;
use testkit::{TestStore, noon, on_both_engines};

use crate::desk::{
    add_photo, after, change, complete, create, editor, files, jpeg, leading, publish, published,
    revise, withdraw, within,
};

async fn one(store: &TestStore, id: PhotoId) -> photo::Photo {
    photo::by_ids(store, &[id]).await.unwrap().remove(&id).unwrap()
}

async fn is_public(store: &TestStore, id: PhotoId) -> bool {
    photo::is_public(store, id).await.unwrap()
}

async fn describe(store: &TestStore, id: PhotoId, words: DescribePhoto) -> publish::Result<()> {
    change(store, async |tx| photo::describe(tx, &editor(), id, words, noon()).await).await
}

async fn render(store: &TestStore, id: PhotoId, edition: i64) -> Rendered {
    let job: JobId = store.new_id(noon());
    photo::render(store, &files(store), job, id, edition, noon).await.unwrap()
}

async fn progress(store: &TestStore, id: PhotoId) -> Progress {
    photo::progress(store, &one(store, id).await).await.unwrap()
}

on_both_engines! {
    async fn a_photo_is_shown_at_once_and_in_full_later(store: &TestStore) {
        let id = add_photo(store, 1, DescribePhoto::default()).await;
        let known = one(store, id).await;
        assert_eq!((known.width, known.height, &*known.format), (320, 200, "image/jpeg"));
        assert_eq!((known.edition, known.shown_edition), (1, 1));
        let first = photo::renditions(store, &[id]).await.unwrap();
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].media_type, "image/jpeg");
        assert!(files(store).get(&first[0].key()).await.is_ok());
        let Progress { made, planned } = progress(store, id).await;
        assert!(made == 1 && planned > 1);
        assert_eq!(render(store, id, 1).await, Rendered::All);
        assert_eq!(progress(store, id).await, Progress { made: planned, planned });
        for rendition in photo::renditions(store, &[id]).await.unwrap() {
            let bytes = files(store).get(&rendition.key()).await.unwrap();
            assert_eq!(bytes.len() as i64, rendition.bytes);
            assert!(rendition.address().starts_with(&format!("/photos/{id}/1/")));
        }
        // A second run finds nothing to do.
        assert_eq!(render(store, id, 1).await, Rendered::All);
        assert_eq!(progress(store, id).await.made, planned);
    }

    async fn words_given_with_an_upload_reach_its_renditions(store: &TestStore) {
        let words = DescribePhoto { caption: Some(" A \n view ".into()), ..DescribePhoto::default() };
        let id = add_photo(store, 1, words).await;
        let known = one(store, id).await;
        assert_eq!((&*known.caption, known.edition, known.shown_edition), ("A view", 2, 1));
        assert_eq!(photo::renditions(store, &[id]).await.unwrap().len(), 1);
        assert_eq!(render(store, id, 2).await, Rendered::All);
        let shown = photo::renditions(store, &[id]).await.unwrap();
        assert!(shown.len() > 1);
        for rendition in shown {
            let bytes = files(store).get(&rendition.key()).await.unwrap();
            assert!(bytes.windows(6).any(|part| part == b"A view"), "{}", rendition.name);
        }
    }

    async fn other_words_are_another_edition_shown_when_it_is_there(store: &TestStore) {
        let id = add_photo(store, 1, DescribePhoto::default()).await;
        let words = DescribePhoto {
            credit: Some("Jane Doe".into()),
            credit_url: Some("https://example.org/jane".into()),
            focal: Some((10, 20)),
            ..DescribePhoto::default()
        };
        describe(store, id, words.clone()).await.unwrap();
        let known = one(store, id).await;
        assert_eq!((known.edition, known.shown_edition, known.focal_x), (2, 1, 10));
        assert_eq!(render(store, id, 1).await, Rendered::Superseded);
        assert_eq!(render(store, id, 2).await, Rendered::All);
        assert_eq!(one(store, id).await.shown_edition, 2);
        assert!(photo::renditions(store, &[id]).await.unwrap().iter().all(|it| it.edition == 2));
        // The same words again are no change.
        let head = events::head(store).await.unwrap();
        describe(store, id, words).await.unwrap();
        assert_eq!((one(store, id).await.edition, events::head(store).await.unwrap()), (2, head));
        let own = DescribePhoto { credit_url: Some("/authors/jane".into()), ..Default::default() };
        describe(store, id, own).await.unwrap();
        let cleared = DescribePhoto { credit_url: Some(String::new()), ..Default::default() };
        describe(store, id, cleared).await.unwrap();
        assert_eq!(one(store, id).await.credit_url, None);
    }

    async fn words_that_mislead_are_refused(store: &TestStore) {
        let id = add_photo(store, 1, DescribePhoto::default()).await;
        let url = |url: &str| DescribePhoto { credit_url: Some(url.into()), ..Default::default() };
        for wrong in ["javascript:alert(1)", "//evil.example", "example.org", "https://a b"] {
            let refused = describe(store, id, url(wrong)).await.unwrap_err().to_string();
            assert!(refused.contains("is no address that a credit can link to"), "{refused}");
        }
        let focal = DescribePhoto { focal: Some((101, 0)), ..Default::default() };
        assert_eq!(
            describe(store, id, focal).await.unwrap_err().to_string(),
            "A focal point is given in per cent, 0 to 100."
        );
        let long = DescribePhoto { alt: Some("x".repeat(2_001)), ..Default::default() };
        let refused = describe(store, id, long).await.unwrap_err().to_string();
        assert!(refused.starts_with("What is said of a photo has at most 2000"), "{refused}");
        assert_eq!(one(store, id).await.edition, 1);
    }

    async fn the_same_upload_is_one_photo(store: &TestStore) {
        let id = add_photo(store, 1, DescribePhoto::default()).await;
        let mut before = files(store).keys().await.unwrap();
        assert_eq!(add_photo(store, 1, DescribePhoto::default()).await, id);
        let mut after = files(store).keys().await.unwrap();
        before.sort();
        after.sort();
        assert_eq!(before, after);
        assert_ne!(add_photo(store, 2, DescribePhoto::default()).await, id);
    }

    async fn an_upload_that_was_not_added_leaves_nothing(store: &TestStore) {
        let files = files(store);
        let prepared =
            photo::prepare(store, &files, &editor(), jpeg(1).into(), noon()).await.unwrap();
        assert_eq!(files.keys().await.unwrap().len(), 2);
        prepared.discard(&files).await;
        assert!(files.keys().await.unwrap().is_empty());
        let refused =
            photo::prepare(store, &files, &editor(), "no photo".into(), noon()).await.unwrap_err();
        assert!(matches!(refused, publish::PublishError::PhotoRejected(_)), "{refused}");
        let cut = jpeg(1)[..300].to_vec();
        assert!(photo::prepare(store, &files, &editor(), cut.into(), noon()).await.is_err());
        assert!(files.keys().await.unwrap().is_empty());
    }

    async fn discarding_a_known_upload_keeps_the_photo(store: &TestStore) {
        let id = add_photo(store, 1, DescribePhoto::default()).await;
        let files = files(store);
        let again = photo::prepare(store, &files, &editor(), jpeg(1).into(), noon()).await.unwrap();
        again.discard(&files).await;
        let rendition = photo::renditions(store, &[id]).await.unwrap().remove(0);
        assert!(files.get(&rendition.key()).await.is_ok());
    }

    async fn files_go_only_when_no_photo_refers_to_them(store: &TestStore) {
        let files = files(store);
        let prepare = async |shade| {
            photo::prepare(store, &files, &editor(), jpeg(shade).into(), noon()).await.unwrap()
        };
        // The answer to this change was lost: it is on the record.
        let kept = prepare(1).await;
        change(store, async |tx| {
            photo::add(tx, &editor(), &kept, DescribePhoto::default(), noon()).await
        }).await.unwrap();
        kept.discard_unless_kept(store, &files).await;
        assert_eq!(files.keys().await.unwrap().len(), 2);
        let lost = prepare(2).await;
        assert_eq!(files.keys().await.unwrap().len(), 4);
        lost.discard_unless_kept(store, &files).await;
        assert_eq!(files.keys().await.unwrap().len(), 2);
        // When nobody can tell, they stay.
        let unknown = prepare(3).await;
        let gone = store.another_node().await;
        gone.close().await;
        unknown.discard_unless_kept(&gone, &files).await;
        assert_eq!(files.keys().await.unwrap().len(), 4);
    }

    async fn two_uploads_of_one_file_at_once_are_one_photo(store: &TestStore) {
        let files = files(store);
        let first = photo::prepare(store, &files, &editor(), jpeg(1).into(), noon()).await.unwrap();
        let second = photo::prepare(store, &files, &editor(), jpeg(1).into(), noon()).await.unwrap();
        let mut ids = Vec::new();
        for prepared in [&first, &second] {
            ids.push(change(store, async |tx| {
                photo::add(tx, &editor(), prepared, DescribePhoto::default(), noon()).await
            }).await.unwrap());
        }
        assert_eq!(ids[0], ids[1]);
        second.discard(&files).await;
        let rendition = photo::renditions(store, &[ids[0]]).await.unwrap().remove(0);
        assert!(files.get(&rendition.key()).await.is_ok());
    }

    async fn readers_may_fetch_what_a_published_article_shows(store: &TestStore) {
        let id = add_photo(store, 1, complete()).await;
        assert!(!is_public(store, id).await, "nobody shows it");
        let article = create(store, leading("Shown", id)).await;
        assert!(!is_public(store, id).await, "a draft shows it");
        change(store, async |tx| {
            article::schedule(tx, &editor(), article, after(100), noon()).await
        }).await.unwrap();
        assert!(!is_public(store, id).await, "a scheduled article shows it");
        publish(store, article, noon()).await;
        assert!(is_public(store, id).await, "a published article shows it");
        withdraw(store, article).await;
        assert!(!is_public(store, id).await, "it was withdrawn");
        publish(store, article, after(200)).await;
        assert!(is_public(store, id).await, "it came back");
    }

    async fn another_photo_is_public_when_its_revision_is(store: &TestStore) {
        let old = add_photo(store, 1, complete()).await;
        let new = add_photo(store, 2, complete()).await;
        let article = published(store, leading("Shown", old)).await;
        revise(store, article, within("Shown", new)).await;
        assert!(is_public(store, old).await && !is_public(store, new).await);
        publish(store, article, after(1)).await;
        assert!(!is_public(store, old).await && is_public(store, new).await);
        // As long as one article shows it.
        let other = published(store, leading("Other", new)).await;
        withdraw(store, article).await;
        assert!(is_public(store, new).await);
        withdraw(store, other).await;
        assert!(!is_public(store, new).await);
    }

    async fn a_lost_original_is_said_and_holds_nothing_up(store: &TestStore) {
        let id = add_photo(store, 1, DescribePhoto::default()).await;
        let files = files(store);
        let original = files.keys().await.unwrap().into_iter().find(|it| it.contains("original"));
        files.delete(&original.unwrap()).await.unwrap();
        assert_eq!(render(store, id, 1).await, Rendered::Superseded);
        assert!(one(store, id).await.failure.unwrap().starts_with("There is no file"));
        assert_eq!(photo::renditions(store, &[id]).await.unwrap().len(), 1);
    }
}
