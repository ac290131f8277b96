//! A scheduled article appears once, at its time, never early, whichever node is alive.

use base::{ArticleId, Timestamp};
use publish::article::{self, Found, State};
use store::Store;
use store::events::{self, Event};
use testkit::{noon, on_both_engines};

use crate::desk::{after, change, content, create, editor, headline, publish, published, revise};

async fn schedule(store: &Store, id: ArticleId, at: Timestamp) {
    change(store, async |tx| article::schedule(tx, &editor(), id, at, noon()).await).await.unwrap();
}

async fn release(store: &Store, due: Timestamp, now: Timestamp) -> usize {
    change(store, async |tx| article::release_due(tx, due, now).await).await.unwrap()
}

async fn times_published(store: &Store) -> usize {
    let happened = events::after(store, 0, 1_000).await.unwrap();
    happened.iter().filter(|it| matches!(it.event, Event::ArticlePublished { .. })).count()
}

on_both_engines! {
    async fn what_was_scheduled_appears_and_not_what_was_written_since(store: &TestStore) {
        let id = create(store, content("Embargoed")).await;
        schedule(store, id, after(100)).await;
        revise(store, id, content("Unfinished thoughts")).await;
        assert_eq!(article::next_due(store).await.unwrap(), Some(after(100)));
        assert_eq!(release(store, after(100), after(100)).await, 1);
        assert_eq!(headline(store, id).await.as_deref(), Some("Embargoed"));
        let article = article::by_id(store, id).await.unwrap().unwrap();
        assert_eq!((article.published_revision, article.newest_revision), (Some(1), 2));
        assert_eq!((article.scheduled_at, article.scheduled_revision), (None, None));
        assert_eq!(article::next_due(store).await.unwrap(), None);
    }

    async fn it_is_never_early(store: &TestStore) {
        let id = create(store, content("Embargoed")).await;
        schedule(store, id, after(100)).await;
        let before = Timestamp::from_micros(after(100).as_micros() - 1);
        assert_eq!(release(store, before, before).await, 0);
        assert_eq!(article::find(store, "/news/embargoed").await.unwrap(), None);
        // A clock that was set back only delays.
        assert_eq!(release(store, noon(), noon()).await, 0);
        assert_eq!(release(store, after(100), after(100)).await, 1);
        assert_eq!(release(store, noon(), noon()).await, 0);
        assert_eq!(headline(store, id).await.as_deref(), Some("Embargoed"));
        assert_eq!(times_published(store).await, 1);
    }

    async fn a_late_node_gives_it_the_time_that_was_set(store: &TestStore) {
        let id = create(store, content("Embargoed")).await;
        schedule(store, id, after(100)).await;
        assert_eq!(release(store, after(9_000), after(9_000)).await, 1);
        let shown = article::published(store, id).await.unwrap().unwrap();
        assert_eq!(shown.published_at, after(100));
    }

    async fn of_two_nodes_one_publishes_it(store: &TestStore) {
        let other = store.another_node().await;
        let mut ids = Vec::new();
        for number in 0..12 {
            let id = create(store, content(&format!("Story {number}"))).await;
            schedule(store, id, after(100 + number)).await;
            ids.push(id);
        }
        let mut released = 0;
        for second in 100..112 {
            let (here, there) = tokio::join!(
                release(store, after(second), after(second)),
                release(&other, after(second), after(second)),
            );
            assert_eq!(here + there, 1, "second {second}");
            released += here + there;
        }
        assert_eq!((released, times_published(store).await), (12, 12));
        other.close().await;
    }

    async fn it_can_be_taken_back(store: &TestStore) {
        let id = create(store, content("Embargoed")).await;
        let refused = change(store, async |tx| {
            article::unschedule(tx, &editor(), id, noon()).await
        }).await;
        let sentence = format!("Article {id} is not scheduled.");
        assert_eq!(refused.unwrap_err().to_string(), sentence);
        let refused = change(store, async |tx| {
            article::schedule(tx, &editor(), id, noon(), noon()).await
        }).await.unwrap_err().to_string();
        assert!(refused.ends_with("Publish the article, or give a time to come."), "{refused}");
        schedule(store, id, after(100)).await;
        change(store, async |tx| article::unschedule(tx, &editor(), id, noon()).await)
            .await
            .unwrap();
        assert_eq!(release(store, after(500), after(500)).await, 0);
        assert_eq!(article::by_id(store, id).await.unwrap().unwrap().state, State::Draft);
    }

    async fn publishing_by_hand_ends_the_wait(store: &TestStore) {
        let id = create(store, content("Embargoed")).await;
        schedule(store, id, after(100)).await;
        publish(store, id, after(10)).await;
        assert_eq!(release(store, after(100), after(100)).await, 0);
        assert_eq!(times_published(store).await, 1);
    }

    async fn a_published_article_can_change_by_itself(store: &TestStore) {
        let id = published(store, content("Before")).await;
        revise(store, id, content("After")).await;
        schedule(store, id, after(100)).await;
        assert_eq!(headline(store, id).await.as_deref(), Some("Before"));
        assert_eq!(release(store, after(100), after(130)).await, 1);
        let shown = article::published(store, id).await.unwrap().unwrap();
        assert_eq!(shown.revision.content.headline, "After");
        assert_eq!((shown.published_at, shown.article.updated_at), (noon(), Some(after(100))));
        assert_eq!(article::find(store, "/news/before").await.unwrap(), Some(Found::Published(id)));
    }

    async fn each_waits_for_its_own_time(store: &TestStore) {
        let first = create(store, content("First")).await;
        let second = create(store, content("Second")).await;
        schedule(store, first, after(10)).await;
        schedule(store, second, after(20)).await;
        assert_eq!(release(store, after(10), after(10)).await, 1);
        assert_eq!(headline(store, second).await, None);
        assert_eq!(article::next_due(store).await.unwrap(), Some(after(20)));
    }
}
