use base::{Actor, CommentId, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use discuss::comment::{self, External, Reader, ReportReason};
use discuss::commenter::Commenter;
use discuss::queue::{self, List};
use discuss::rule::Mode;
use discuss::{DiscussError, proof};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::{Store, sql};
use testkit::on_both_engines;

use crate::desk::*;

const HOUSE: Option<&str> = Some("192.0.2.1");

/// What each step said of a comment.
async fn verdicts(store: &Store, comment: CommentId) -> String {
    let found = queue::list(store, List::All, "", 100).await.unwrap();
    found.into_iter().find(|it| it.id == comment).map(|it| it.verdicts).unwrap_or_default()
}

/// So many comments of this second, each of somebody else.
async fn flood(store: &Store, name: &str, many: u64, network: Option<&str>, now: Timestamp) {
    for number in 0..many {
        let who = guest(store, &format!("{name} {number}")).await;
        let text = format!("{name} {number}");
        says_from(store, &who, &text, None, network, now).await.unwrap();
    }
}

fn solved(challenge: &Value) -> Value {
    let (salt, asked) = (challenge["salt"].as_str().unwrap(), &challenge["challenge"]);
    let hash = |number: &u64| {
        let hash = Sha256::digest(format!("{salt}{number}").as_bytes());
        hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let most = challenge["maxnumber"].as_u64().unwrap();
    let number = (0..=most).find(|number| hash(number) == asked.as_str().unwrap()).unwrap();
    let mut solution = challenge.clone();
    solution["number"] = number.into();
    solution
}

fn sent(solution: &Value) -> String {
    STANDARD.encode(solution.to_string())
}

async fn challenge(store: &Store, now: Timestamp) -> Value {
    serde_json::to_value(proof::challenge(store, now).await.unwrap()).unwrap()
}

on_both_engines! {
    async fn a_proof_of_work_is_asked_for_in_a_flood_only_and_of_newcomers_only(
        store: &TestStore
    ) {
        site_is(store, Mode::After).await;
        let (new, known) = (guest(store, "New").await, regular(store, "Known").await);
        let story = story().article;
        let needed = async |who: &Commenter, network, at| {
            proof::needed(store, Some(who), story, network, after(at)).await.unwrap()
        };
        flood(store, "First", 9, HOUSE, after(0)).await;
        assert!(!needed(&new, HOUSE, 1).await);
        assert!(says_from(store, &new, "Nine before", None, HOUSE, after(1)).await.unwrap().shown);
        assert!(needed(&new, HOUSE, 2).await && !needed(&known, HOUSE, 2).await);
        assert!(proof::needed(store, None, story, HOUSE, after(2)).await.unwrap());
        assert!(!needed(&new, Some("192.0.2.2"), 2).await && !needed(&new, None, 2).await);
        let waits = says_from(store, &new, "Ten before", None, HOUSE, after(2)).await.unwrap();
        assert!(!waits.shown);
        let why = verdicts(store, waits.id).await;
        assert!(why.contains("Sent without proof of work during a flood"), "{why}");
        assert!(says_from(store, &known, "I as well", None, HOUSE, after(3)).await.unwrap().shown);
        assert!(!needed(&new, HOUSE, 70).await, "a flood ends");
        // Of a story, whoever it comes from.
        flood(store, "Talk", 60, None, after(100)).await;
        assert!(needed(&new, Some("192.0.2.3"), 101).await);
        let elsewhere = base::ArticleId(uuid::Uuid::from_u128(2));
        assert!(!proof::needed(store, None, elsewhere, None, after(101)).await.unwrap());
    }

    async fn on_a_site_that_is_flooded_proof_is_asked_for_everywhere(store: &TestStore) {
        site_is(store, Mode::After).await;
        let elsewhere = base::ArticleId(uuid::Uuid::from_u128(2));
        for (many, needed) in [(299, false), (1, true)] {
            flood(store, &format!("Flood of {many}"), many, None, after(0)).await;
            let asked = proof::needed(store, None, elsewhere, None, after(1)).await.unwrap();
            assert_eq!(asked, needed, "{many}");
        }
    }

    async fn a_proof_counts_once_and_for_a_while(store: &TestStore) {
        site_is(store, Mode::After).await;
        flood(store, "Flood", 10, HOUSE, after(0)).await;
        let given = challenge(store, after(0)).await;
        let solution = solved(&given);
        let changed = |name: &str, value: Value| {
            let mut changed = solution.clone();
            changed[name] = value;
            sent(&changed)
        };
        let salt = solution["salt"].as_str().unwrap();
        let number = solution["number"].as_u64().unwrap();
        let hash = |text: String| -> Value {
            let hash = Sha256::digest(text.as_bytes());
            hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
        };
        let own = "00?expires=99999999999&";
        let mut forged = solution.clone();
        forged["salt"] = own.into();
        forged["challenge"] = hash(format!("{own}{number}"));
        // The same text to be hashed, cut elsewhere.
        let mut later = solution.clone();
        let digits = number.to_string();
        later["salt"] = format!("{}{}", salt.trim_end_matches('&'), &digits[..1]).into();
        let expired = solved(&challenge(store, after(0).minus(std::time::Duration::from_secs(1_200))).await);
        let early = solved(&challenge(store, after(0).minus(std::time::Duration::from_secs(1_190))).await);
        let mut number = 0;
        for (what, proof, shown) in [
            ("nonsense", "nonsense".to_owned(), false),
            ("no JSON", STANDARD.encode("nonsense"), false),
            ("very long", "A".repeat(1 << 16), false),
            ("not solved", changed("number", 100_001.into()), false),
            ("another's signature", changed("signature", "00".repeat(32).into()), false),
            ("no signature", changed("signature", "é".into()), false),
            ("another algorithm", changed("algorithm", "MD5".into()), false),
            ("of one's own making", sent(&forged), false),
            ("cut elsewhere", sent(&later), false),
            ("expired", sent(&expired), false),
            ("about to expire", sent(&early), true),
            ("good", sent(&solution), true),
            ("used before", sent(&solution), false),
        ] {
            number += 1;
            let who = guest(store, what).await;
            let said = (what, None, HOUSE);
            let posted = says_with(store, &who, said, (Some(&proof), None), after(1)).await;
            assert_eq!(posted.unwrap().shown, shown, "{what}");
        }
        assert_eq!(number, 13);
        let mut tx = store.begin().await.unwrap();
        queue::forget_passing(&mut tx, after(1_100)).await.unwrap();
        let kept: i64 = sql("SELECT COUNT(*) AS value FROM proofs_spent").value(&tx).await.unwrap();
        assert_eq!(kept, 1, "what could be used again is remembered");
        queue::forget_passing(&mut tx, after(1_200)).await.unwrap();
        let kept: i64 = sql("SELECT COUNT(*) AS value FROM proofs_spent").value(&tx).await.unwrap();
        assert_eq!(kept, 0);
    }

    async fn what_the_external_check_says_is_done_and_kept(store: &TestStore) {
        site_is(store, Mode::After).await;
        let why = |text: &str| text.to_owned();
        let mut at = 0;
        for (external, told) in [
            (None, Ok((true, r#"{"step":"external"}"#))),
            (Some(External::Pass), Ok((true, r#"{"step":"external"}"#))),
            (Some(External::Skipped(why("it answered 500"))), Ok((true, "Skipped: it answered 500"))),
            (Some(External::Wait(why("Odd"))), Ok((false, "The external check: Odd"))),
            (Some(External::Refuse(why("Too odd."))), Err("Too odd.")),
            (Some(External::Refuse(why(""))), Err("This is not taken here.")),
        ] {
            at += 100;
            let who = guest(store, &format!("Reader {at}")).await;
            let said = ("Well", None, None);
            let posted =
                says_with(store, &who, said, (None, external.as_ref()), after(at)).await;
            match (posted, told) {
                (Ok(posted), Ok((shown, kept))) => {
                    assert_eq!(posted.shown, shown, "{external:?}");
                    let verdicts = verdicts(store, posted.id).await;
                    assert!(verdicts.contains(kept), "{verdicts}");
                }
                (Err(error), Err(told)) => assert_eq!(error.to_string(), told),
                (posted, _) => panic!("{external:?}: {posted:?}"),
            }
        }
    }

    async fn recommendations_and_reports_have_a_pace(store: &TestStore) {
        site_is(store, Mode::After).await;
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "Well", None, after(0)).await.unwrap().id;
        let recommends = async |who: &Commenter, network, at| {
            let mut tx = store.begin().await.unwrap();
            let reader = Reader { commenter: who.id, network };
            let done =
                comment::recommend(&mut tx, &Actor::Reader, reader, said, after(at)).await;
            if done.is_ok() { tx.commit().await.unwrap() }
            done
        };
        let reports = async |who: &Commenter, network, at| {
            let mut tx = store.begin().await.unwrap();
            let (reader, why) = (Reader { commenter: who.id, network }, (ReportReason::Spam, ""));
            let done =
                comment::report(&mut tx, &Actor::Reader, reader, said, why, after(at)).await;
            if done.is_ok() { tx.commit().await.unwrap() }
            done
        };
        let eager = guest(store, "Eager").await;
        let mut done = (0, 0);
        for _ in 0..70 {
            done.0 += i32::from(recommends(&eager, None, 1).await.is_ok());
            done.1 += i32::from(reports(&eager, None, 1).await.is_ok());
        }
        assert_eq!(done, (60, 10));
        let told = recommends(&eager, None, 60).await.unwrap_err();
        assert!(matches!(told, DiscussError::TooMuch(_)), "{told:?}");
        assert!(recommends(&eager, None, 61).await.is_ok(), "a minute later");
        let mut of_house = (0, 0);
        for number in 0..40 {
            let who = guest(store, &format!("Of one house {number}")).await;
            of_house.1 += i32::from(reports(&who, HOUSE, 100).await.is_ok());
            for _ in 0..5 {
                of_house.0 += i32::from(recommends(&who, HOUSE, 100).await.is_ok());
            }
        }
        assert_eq!(of_house, (180, 30), "who is somebody new each time is still of one network");
        assert!(recommends(&rosa, Some("192.0.2.2"), 101).await.is_err(), "one's own");
        let ivo = guest(store, "Ivo").await;
        assert!(recommends(&ivo, Some("192.0.2.2"), 101).await.is_ok());
        let mut tx = store.begin().await.unwrap();
        queue::forget_passing(&mut tx, after(200)).await.unwrap();
        let kept: i64 = sql("SELECT COUNT(*) AS value FROM paces").value(&tx).await.unwrap();
        assert_eq!(kept, 0);
    }
}
