//! A job is done once, whoever dies over it.

use std::time::Duration;

use base::Timestamp;
use store::Store;
use store::jobs::{self, ATTEMPTS_MAX, Job};
use testkit::{TestStore, noon, on_both_engines};

async fn enqueue(store: &TestStore, key: &str) {
    let mut tx = store.begin().await.unwrap();
    jobs::enqueue(&mut tx, "renditions", key, "{}", noon()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn lease(store: &Store, now: Timestamp) -> store::Result<Option<Job>> {
    jobs::lease(store, &["renditions"], now).await
}

on_both_engines! {
    async fn a_job_is_done_by_those_who_know_its_kind(store: &TestStore) {
        enqueue(store, "a").await;
        assert!(jobs::lease(store, &["mail"], noon()).await.unwrap().is_none());
        assert!(jobs::lease(store, &["mail", "renditions"], noon()).await.unwrap().is_some());
    }

    async fn the_same_key_is_one_job(store: &TestStore) {
        enqueue(store, "a").await;
        enqueue(store, "a").await;
        assert_eq!(jobs::waiting(store).await.unwrap(), 1);
    }

    async fn a_leased_job_is_left_alone_until_the_lease_ends(store: &TestStore) {
        enqueue(store, "a").await;
        let job = lease(store, noon()).await.unwrap().unwrap();
        assert_eq!((job.kind.as_str(), job.attempts), ("renditions", 1));
        assert!(lease(store, noon()).await.unwrap().is_none());
        jobs::renew(store, job.id, noon().plus(Duration::from_secs(10))).await.unwrap();
        assert!(lease(store, noon().plus(Duration::from_secs(25))).await.unwrap().is_none());
        let later = noon().plus(Duration::from_secs(31));
        let again = lease(store, later).await.unwrap().unwrap();
        assert_eq!((again.id, again.attempts), (job.id, 2));
        let mut tx = store.begin().await.unwrap();
        jobs::finish(&mut tx, again.id, later).await.unwrap();
        tx.commit().await.unwrap();
        assert!(lease(store, later.plus(Duration::from_secs(900))).await.unwrap().is_none());
    }

    async fn a_failing_job_waits_longer_each_time_and_is_given_up(store: &TestStore) {
        enqueue(store, "a").await;
        let mut now = noon();
        for attempt in 1..=ATTEMPTS_MAX {
            let job = lease(store, now).await.unwrap().unwrap();
            assert_eq!(job.attempts, attempt);
            jobs::fail(store, &job, "the disk is full", now).await.unwrap();
            let pause = Duration::from_secs(1 << attempt.min(12));
            let early = now.plus(pause - Duration::from_micros(1));
            assert!(lease(store, early).await.unwrap().is_none());
            now = now.plus(pause);
        }
        assert!(lease(store, now.plus(Duration::from_secs(99_999))).await.unwrap().is_none());
    }

    async fn one_job_goes_to_one_of_two_nodes(store: &TestStore) {
        let other = store.another_node().await;
        for key in ["a", "b", "c", "d"] {
            enqueue(store, key).await;
        }
        let mut leased = Vec::new();
        for _ in 0..2 {
            let (here, there) =
                tokio::join!(lease(store, noon()), lease(&other, noon()));
            leased.push(here.unwrap().unwrap().id);
            leased.push(there.unwrap().unwrap().id);
        }
        leased.sort();
        leased.dedup();
        assert_eq!(leased.len(), 4);
        other.close().await;
    }
}
