//! Writers commit concurrently, readers follow a cursor: no event is skipped or seen twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base::{Actor, ArticleId, PersonId, Random};
use store::events::{Batch, Projection, Recorded, after, catch_up, follow};
use store::{Event, Position, Store};
use testkit::{noon, on_both_engines};

/// Collects what it is given, and keeps its cursor in the database beside a copy of each fact.
struct Ledger;

#[async_trait::async_trait]
impl Projection for Ledger {
    fn name(&self) -> &'static str {
        "ledger"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::PersonAdded { .. })
    }

    async fn cursor(&mut self, store: &Store) -> store::Result<Position> {
        store.cursor("ledger").await
    }

    async fn apply(&mut self, store: &Store, batch: Batch) -> store::Result<()> {
        let mut tx = store.begin().await?;
        let done = tx.cursor("ledger").await?;
        for recorded in batch.events.iter().filter(|it| it.position > done) {
            let Event::PersonAdded { person } = recorded.event else { continue };
            store::sql("INSERT INTO settings (name, value) VALUES (?, ?)")
                .bind(person.to_string())
                .bind(recorded.position.to_string())
                .run(&tx)
                .await?;
        }
        tx.set_cursor("ledger", batch.through.max(done)).await?;
        tx.commit().await
    }

    async fn reset(&mut self, store: &Store) -> store::Result<()> {
        let mut tx = store.begin().await?;
        store::sql("DELETE FROM settings").run(&tx).await?;
        tx.set_cursor("ledger", 0).await?;
        tx.commit().await
    }
}

async fn add_person(store: &Store) -> PersonId {
    let mut tx = store.begin().await.unwrap();
    let person = tx.new_id(noon());
    tx.append(&Actor::System, &Event::PersonAdded { person }, noon()).await.unwrap();
    tx.commit().await.unwrap();
    person
}

/// Who writes how much, and how the reader reads: another schedule for each seed.
#[derive(Debug)]
struct Schedule {
    writers: usize,
    each: usize,
    /// One change in so many is given up, which uses up a position and leaves no trace.
    given_up: usize,
    batch: i64,
}

impl Schedule {
    fn from_seed(seed: u64) -> Self {
        let [writers, each, given_up, batch] = Random::from_seed(seed).bytes::<4>();
        Self {
            writers: 2 + usize::from(writers % 7),
            each: 5 + usize::from(each % 30),
            given_up: 2 + usize::from(given_up % 6),
            batch: 1 + i64::from(batch % 9),
        }
    }
}

/// Writes on this node, and gives the people in the order of their commits.
async fn write(store: Store, schedule: Arc<Schedule>, done: Arc<AtomicUsize>) -> Vec<PersonId> {
    let mut written = Vec::new();
    for index in 0..schedule.each {
        if index % schedule.given_up == 0 {
            let mut tx = store.begin().await.unwrap();
            let person = tx.new_id(noon());
            let event = Event::PersonAdded { person };
            tx.append(&Actor::System, &event, noon()).await.unwrap();
            drop(tx);
        }
        written.push(add_person(&store).await);
    }
    done.fetch_add(1, Ordering::SeqCst);
    written
}

on_both_engines! {
    async fn a_reader_sees_each_event_once_and_in_order(store: &TestStore) {
        let other = store.another_node().await;
        let seed = std::env::var("TRIBUNE_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed: u64 =
            seed.unwrap_or_else(|| u64::from_le_bytes(Random::from_system().bytes()) >> 8);
        eprintln!("to repeat these schedules, set TRIBUNE_TEST_SEED={seed}");
        for seed in seed..seed + 6 {
            let schedule = Arc::new(Schedule::from_seed(seed));
            let before = store::events::head(&**store).await.unwrap();
            let done = Arc::new(AtomicUsize::new(0));
            let writers: Vec<_> = (0..schedule.writers)
                .map(|writer| {
                    let node = if writer % 2 == 0 { Store::clone(store) } else { other.clone() };
                    tokio::spawn(write(node, Arc::clone(&schedule), Arc::clone(&done)))
                })
                .collect();
            let mut seen: Vec<Recorded> = Vec::new();
            loop {
                let finished = done.load(Ordering::SeqCst) == schedule.writers;
                let cursor = seen.last().map_or(before, |it| it.position);
                let batch = after(&**store, cursor, schedule.batch).await.unwrap();
                if batch.is_empty() && finished {
                    break;
                }
                seen.extend(batch);
                tokio::task::yield_now().await;
            }
            assert!(seen.is_sorted_by(|a, b| a.position < b.position), "{seed}: {schedule:?}");
            let mut written = Vec::new();
            for writer in writers {
                written.extend(writer.await.unwrap());
            }
            let mut read: Vec<_> = seen
                .iter()
                .map(|it| match it.event {
                    Event::PersonAdded { person } => person,
                    _ => panic!("only people were added"),
                })
                .collect();
            written.sort();
            read.sort();
            assert_eq!(read, written, "{seed}: {schedule:?}");
        }
        other.close().await;
    }

    async fn two_nodes_that_run_one_projection_have_its_effects_once(store: &TestStore) {
        let other = store.another_node().await;
        let (mut here, run_here) = follow(Box::new(Ledger), Store::clone(store));
        let (mut there, run_there) = follow(Box::new(Ledger), other.clone());
        let tasks = [tokio::spawn(run_here), tokio::spawn(run_there)];
        let mut people = Vec::new();
        for _ in 0..30 {
            people.push(add_person(store).await.to_string());
            people.push(add_person(&other).await.to_string());
        }
        let head = store::events::head(&**store).await.unwrap();
        assert!(here.passed(head).await && there.passed(head).await);
        let mut stored: Vec<String> =
            store::sql("SELECT name AS value FROM settings").values(&**store).await.unwrap();
        stored.sort();
        people.sort();
        assert_eq!(stored, people);
        tasks.iter().for_each(tokio::task::JoinHandle::abort);
        other.close().await;
    }

    async fn a_projection_is_rebuilt_from_nothing(store: &TestStore) {
        add_person(store).await;
        let head = catch_up(&mut Ledger, store).await.unwrap();
        Ledger.reset(store).await.unwrap();
        assert_eq!(store.cursor("ledger").await.unwrap(), 0);
        assert_eq!(catch_up(&mut Ledger, store).await.unwrap(), head);
        let rows: i64 =
            store::sql("SELECT COUNT(*) AS value FROM settings").value(&**store).await.unwrap();
        assert_eq!(rows, 1);
    }

    async fn a_change_that_is_dropped_never_happened(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let article: ArticleId = tx.new_id(noon());
        let event = Event::ArticleUnscheduled { article };
        tx.append(&Actor::System, &event, noon()).await.unwrap();
        drop(tx);
        add_person(store).await;
        assert_eq!(after(&**store, 0, 10).await.unwrap().len(), 1);
    }

    async fn an_event_of_a_newer_tribune_is_passed_over(store: &TestStore) {
        let tx = store.begin().await.unwrap();
        store::sql("INSERT INTO events (name, payload, actor, at) VALUES (?, ?, ?, ?)")
            .bind("moon_landed")
            .bind(r#"{"event":"moon_landed","moon":7}"#)
            .bind("{}")
            .bind(noon())
            .run(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(after(&**store, 0, 10).await.unwrap()[0].event, Event::Unknown);
    }
}

#[tokio::test]
async fn postgres_ends_the_session_of_a_node_that_is_lost_in_a_change() {
    let store = testkit::TestStore::postgres().await;
    let tx = store.begin().await.unwrap();
    let within: String = store::sql("SELECT current_setting(?) AS value")
        .bind("idle_in_transaction_session_timeout")
        .value(&tx)
        .await
        .unwrap();
    assert_eq!(within, "30s");
    drop(tx);
    store.close().await;
}
