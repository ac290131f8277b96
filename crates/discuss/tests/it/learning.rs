use base::{Actor, CommentId};
use discuss::comment::{self, Decision, Reason};
use discuss::commenter::Commenter;
use discuss::queue::{self, List};
use discuss::rule::Mode;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use store::{Store, sql};
use testkit::on_both_engines;

use crate::desk::*;

fn reject(reason: Reason) -> Decision {
    Decision::Reject { reason, words: String::new() }
}

async fn decides(store: &Store, who: &Actor, comment: CommentId, decision: &Decision) {
    let about = looks_at(store, comment).await;
    let mut tx = store.begin().await.unwrap();
    comment::decide(&mut tx, who, &about, decision, after(9)).await.unwrap();
    tx.commit().await.unwrap();
}

/// Says each of these at a time of its own, and has it decided about.
async fn teaches(store: &Store, from: &str, texts: &[String], decision: &Decision, at: u64) {
    let nora = moderator(store, &format!("Who decides about {from}")).await;
    for (number, text) in (0..).zip(texts) {
        let who = guest(store, &format!("{from} {number}")).await;
        let said = says(store, &who, text, None, after(at + number)).await.unwrap().id;
        decides(store, &nora, said, decision).await;
    }
}

/// Why the newest comment that waits does so.
async fn waits_for(store: &Store, comment: CommentId) -> String {
    let waiting = queue::list(store, List::Waiting, "", 100).await.unwrap();
    waiting.into_iter().find(|it| it.id == comment).map(|it| it.verdicts).unwrap_or_default()
}

async fn learned(store: &Store) -> Vec<(i64, i64, i64)> {
    let column = async |text: &'static str| sql(text).values::<i64>(store).await.unwrap();
    let good = column("SELECT good AS value FROM learned_words ORDER BY word").await;
    let spam = column("SELECT spam AS value FROM learned_words ORDER BY word").await;
    let abuse = column("SELECT abuse AS value FROM learned_words ORDER BY word").await;
    good.into_iter().zip(spam).zip(abuse).map(|((good, spam), abuse)| (good, spam, abuse)).collect()
}

fn decision() -> impl Strategy<Value = Decision> {
    prop_oneof![
        Just(Decision::Approve),
        Just(Decision::PutBack),
        Just(reject(Reason::Spam)),
        Just(reject(Reason::Hate)),
        Just(reject(Reason::OffTopic)),
    ]
}

on_both_engines! {
    async fn what_reads_like_refused_spam_waits_and_what_is_honest_does_not(store: &TestStore) {
        site_is(store, Mode::Before).await;
        let texts = |words: &[&str]| -> Vec<String> {
            (0..20).map(|it| format!("{} no{it}", words.join(" "))).collect()
        };
        let spam = texts(&["Buy", "cheap", "pills", "the", "best", "price"]);
        let honest = texts(&["The", "council", "should", "repair", "the", "bridge"]);
        teaches(store, "Honest", &honest, &Decision::Approve, 0).await;
        teaches(store, "Spam", &spam[..19], &reject(Reason::Spam), 100).await;
        site_is(store, Mode::After).await;
        let (seller, reader) = (guest(store, "Seller").await, guest(store, "Reader").await);
        let early = says(store, &seller, "Cheap pills!", None, after(200)).await.unwrap();
        assert!(early.shown, "of nineteen nothing is learned yet");
        teaches(store, "Late spam", &spam[19..], &reject(Reason::Spam), 300).await;
        let said = says(store, &seller, "Pills, best and cheap", None, after(400)).await.unwrap();
        assert!(!said.shown);
        let why = waits_for(store, said.id).await;
        assert!(why.contains("Reads like what was refused as spam"), "{why}");
        assert!(why.contains("pills") && !why.contains("and"), "{why}");
        let text = "Has the council looked at the price?";
        let honest = says(store, &reader, text, None, after(401)).await.unwrap();
        assert!(honest.shown, "{}", waits_for(store, honest.id).await);
    }

    async fn what_decisions_teach_is_taken_back_with_them(store: &TestStore) {
        site_is(store, Mode::Before).await;
        let nora = moderator(store, "Nora").await;
        let mut runner = TestRunner::deterministic();
        let several = (prop::collection::vec("[a-f ]{1,12}[a-f]", 3),
            prop::collection::vec((0..3_usize, decision()), 1..12));
        for round in 0..12_u64 {
            let (texts, decisions) = several.new_tree(&mut runner).unwrap().current();
            let mut said = Vec::new();
            for (number, text) in (0..).zip(&texts) {
                let who: Commenter = guest(store, &format!("Reader {round} {number}")).await;
                let at = after(round * 100 + number);
                said.push(says(store, &who, text, None, at).await.unwrap().id);
            }
            for (at, decision) in &decisions {
                decides(store, &nora, said[*at], decision).await;
            }
            for counts in learned(store).await {
                assert!(counts.0 >= 0 && counts.1 >= 0 && counts.2 >= 0, "{decisions:?}");
            }
            for comment in said {
                decides(store, &nora, comment, &Decision::PutBack).await;
            }
            assert_eq!(learned(store).await, [], "{texts:?} {decisions:?}");
        }
    }

    async fn what_is_undone_teaches_what_it_had_taught_before(store: &TestStore) {
        let nora = moderator(store, "Nora").await;
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "Well said", None, after(0)).await.unwrap().id;
        decides(store, &nora, said, &Decision::Approve).await;
        let places = [(said, story().sections)];
        let about = [looks_at(store, said).await];
        let mut tx = store.begin().await.unwrap();
        let spam = reject(Reason::Spam);
        let decided = comment::decide_all(&mut tx, &nora, &about, &spam, after(10)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(learned(store).await, [(0, 1, 0); 3]);
        let mut tx = store.begin().await.unwrap();
        comment::undo(&mut tx, &nora, decided.batch.unwrap(), &places, after(11)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(learned(store).await, [(1, 0, 0); 3]);
    }

    async fn changed_words_teach_nothing_and_spam_that_is_taken_away_goes_on_teaching(
        store: &TestStore
    ) {
        let nora = moderator(store, "Nora").await;
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "Well said", None, after(0)).await.unwrap().id;
        decides(store, &nora, said, &Decision::Approve).await;
        assert_eq!(learned(store).await, [(1, 0, 0); 3]);
        changes(store, &rosa, said, "Well sold", after(10)).await.unwrap();
        assert_eq!(learned(store).await, []);
        decides(store, &nora, said, &reject(Reason::Spam)).await;
        let mut tx = store.begin().await.unwrap();
        comment::remove(&mut tx, &Actor::Reader, rosa.id, said, after(20)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(learned(store).await, [(0, 1, 0); 3]);
    }

    async fn what_reads_like_abuse_is_looked_at_first_and_kept_from_nobody(store: &TestStore) {
        let comes = async |list| {
            let found = queue::list(store, list, "", 100).await.unwrap();
            found.into_iter().map(|it| it.text).collect::<Vec<_>>()
        };
        let texts = ["Well", "You idiot", "Good", "Te voy a matar", "Well, well"];
        let readers = async |number: u64| guest(store, &format!("Reader {number}")).await;
        for (number, text) in (0..).zip(texts) {
            says(store, &readers(number).await, text, None, after(number)).await.unwrap();
        }
        assert_eq!(comes(List::Waiting).await, texts);
        let worst = ["Te voy a matar", "You idiot", "Well", "Good", "Well, well"];
        assert_eq!(comes(List::Worst).await, worst);
        site_is(store, Mode::After).await;
        let said = says(store, &readers(9).await, "Fuck you, idiot", None, after(9)).await.unwrap();
        assert!(said.shown, "words alone keep nothing from readers");
    }

    async fn what_was_refused_as_abuse_makes_its_like_worse(store: &TestStore) {
        site_is(store, Mode::Before).await;
        let texts = |words: &str| (0..20).map(|it| format!("{words} no{it}")).collect::<Vec<_>>();
        let toxicity = async |text: &str, at| {
            let who = guest(store, text).await;
            let said = says(store, &who, text, None, after(at)).await.unwrap().id;
            let found = sql("SELECT toxicity AS value FROM comments WHERE id = ?").bind(said);
            found.value::<i64>(store).await.unwrap()
        };
        assert_eq!(toxicity("These lizards again", 0).await, 0);
        let honest = texts("The council repairs the bridge again");
        teaches(store, "Honest", &honest, &Decision::Approve, 10).await;
        teaches(store, "Abuse", &texts("Lizards out"), &reject(Reason::Hate), 100).await;
        assert!(toxicity("Those lizards", 200).await > 800);
        assert_eq!(toxicity("The bridge again", 201).await, 0);
    }
}
