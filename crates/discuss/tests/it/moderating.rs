use base::{Actor, Role};
use discuss::comment::{self, Decision, Reason, ReportReason, State};
use discuss::queue::{self, List};
use discuss::rule::Mode;
use discuss::{DiscussError, Text, commenter};
use store::Store;
use testkit::on_both_engines;

use crate::desk::*;

async fn decides(
    store: &Store,
    who: &Actor,
    comment: base::CommentId,
    decision: Decision,
) -> discuss::Result<comment::Comment> {
    let mut tx = store.begin().await?;
    let sections = story().sections;
    let decided = comment::decide(&mut tx, who, comment, &sections, &decision, after(50)).await?;
    tx.commit().await?;
    Ok(decided)
}

fn reject() -> Decision {
    Decision::Reject { reason: Reason::OffTopic, words: "About the weather.".into() }
}

on_both_engines! {
    async fn what_waits_is_let_stand_and_makes_its_commenter_known(store: &TestStore) {
        let nora = moderator(store, "Nora").await;
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "My first", None, after(0)).await.unwrap();
        assert!(!said.shown);
        let waiting = queue::list(store, List::Waiting, "", 10).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert!(waiting[0].verdicts.contains("A newcomer"), "{}", waiting[0].verdicts);
        decides(store, &nora, said.id, Decision::Approve).await.unwrap();
        assert_eq!(comment::shown_count(store, story().article).await.unwrap(), 1);
        assert!(says(store, &rosa, "My second", None, after(60)).await.unwrap().shown);
        assert_eq!(queue::counts(store).await.unwrap(), (0, 0));
    }

    async fn a_refusal_is_told_with_its_reason_and_can_be_appealed_once(store: &TestStore) {
        let nora = moderator(store, "Nora").await;
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "It rains", None, after(0)).await.unwrap().id;
        let wordless = Decision::Reject { reason: Reason::Other, words: " ".into() };
        assert!(decides(store, &nora, said, wordless).await.is_err(), "other is no reason");
        decides(store, &nora, said, reject()).await.unwrap();
        let history = comment::history(store, said).await.unwrap();
        assert_eq!(history[0].reason.as_deref(), Some("off_topic"));
        assert_eq!(history[0].words, "About the weather.");
        let words = Text::parse("The story is about the flood.").unwrap();
        let mut tx = store.begin().await.unwrap();
        comment::appeal(&mut tx, &Actor::Reader, rosa.id, said, &words, after(60)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(queue::counts(store).await.unwrap(), (1, 0));
        decides(store, &nora, said, reject()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let again =
            comment::appeal(&mut tx, &Actor::Reader, rosa.id, said, &words, after(61)).await;
        assert!(matches!(again, Err(DiscussError::Closed(_))), "{again:?}");
    }

    async fn every_decision_can_be_undone_and_counts_once(store: &TestStore) {
        let nora = moderator(store, "Nora").await;
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "Well", None, after(0)).await.unwrap().id;
        let counts = async || {
            let known = commenter::by_id(store, rosa.id).await.unwrap().unwrap();
            let shown = comment::shown_count(store, story().article).await.unwrap();
            (known.approved, known.rejected, shown)
        };
        for (decision, expected) in [
            (Decision::Approve, (1, 0, 1)),
            (Decision::Approve, (1, 0, 1)),
            (reject(), (0, 1, 0)),
            (Decision::PutBack, (0, 0, 0)),
            (reject(), (0, 1, 0)),
            (Decision::Approve, (1, 0, 1)),
            (Decision::PutBack, (0, 0, 0)),
        ] {
            decides(store, &nora, said, decision.clone()).await.unwrap();
            assert_eq!(counts().await, expected, "{decision:?}");
        }
    }

    async fn only_moderators_decide_and_only_where_they_may(store: &TestStore) {
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "Well", None, after(0)).await.unwrap().id;
        for role in Role::ALL {
            let may = matches!(role, Role::Moderator | Role::Editor | Role::Administrator);
            let mut tx = store.begin().await.unwrap();
            let decided = comment::decide(
                &mut tx, &somebody(role), said, &story().sections, &reject(), after(1),
            ).await;
            assert_eq!(
                !matches!(decided, Err(DiscussError::Denied(_))), may, "{role:?}: {decided:?}"
            );
        }
    }

    async fn two_moderators_do_not_get_the_same_comment(store: &TestStore) {
        let (nora, per) = (moderator(store, "Nora").await, moderator(store, "Per").await);
        let rosa = guest(store, "Rosa").await;
        let mut all = Vec::new();
        for number in 0..4 {
            let text = format!("No. {number}");
            all.push(says(store, &rosa, &text, None, after(number)).await.unwrap().id);
        }
        let claims = async |who: &Actor, of: &[base::CommentId], at| {
            let mut tx = store.begin().await.unwrap();
            let mut kept = queue::claim(&mut tx, who, of, after(at)).await.unwrap();
            tx.commit().await.unwrap();
            kept.sort();
            kept
        };
        assert_eq!(claims(&nora, &all[..2], 10).await, all[..2]);
        assert_eq!(claims(&per, &all, 11).await, all[2..]);
        assert_eq!(claims(&nora, &all, 12).await, all[..2]);
        assert_eq!(claims(&per, &all, 600).await, all, "nobody keeps one for long");
    }

    async fn a_report_is_counted_once_and_ends_with_a_decision(store: &TestStore) {
        site_is(store, Mode::After).await;
        let nora = moderator(store, "Nora").await;
        let (rosa, ivo) = (guest(store, "Rosa").await, guest(store, "Ivo").await);
        let said = says(store, &rosa, "Fool", None, after(0)).await.unwrap().id;
        for _ in 0..2 {
            let mut tx = store.begin().await.unwrap();
            let why = (ReportReason::Insult, "Of me");
            comment::report(&mut tx, &Actor::Reader, reads(&ivo), said, why, after(1)).await.unwrap();
            tx.commit().await.unwrap();
        }
        let reported = queue::list(store, List::Reported, "", 10).await.unwrap();
        assert_eq!((reported.len(), reported[0].reports), (1, 1));
        assert_eq!(comment::reports_of(store, said).await.unwrap()[0].words, "Of me");
        let decided = decides(store, &nora, said, Decision::Approve).await.unwrap();
        assert_eq!((decided.state, decided.reports), (State::Shown, 0));
        assert_eq!(comment::reports_of(store, said).await.unwrap(), []);
    }

    async fn from_one_who_is_banned_nothing_is_taken_until_then(store: &TestStore) {
        site_is(store, Mode::After).await;
        let nora = moderator(store, "Nora").await;
        let rosa = guest(store, "Rosa").await;
        let mut tx = store.begin().await.unwrap();
        let until = Some(after(3_600));
        commenter::ban(&mut tx, &nora, rosa.id, &[], until, after(1)).await.unwrap();
        commenter::watch(&mut tx, &nora, rosa.id, &[], true, after(1)).await.unwrap();
        tx.commit().await.unwrap();
        let told = says(store, &rosa, "But", None, after(3_599)).await.unwrap_err().to_string();
        assert_eq!(told, "The moderators take nothing from you until 2026-01-01 13:00 UTC.");
        let later = says(store, &rosa, "But", None, after(3_600)).await.unwrap();
        assert!(!later.shown, "a moderator watches");
    }

    async fn addresses_are_forgotten(store: &TestStore) {
        let rosa = guest(store, "Rosa").await;
        says_from(store, &rosa, "Here", None, Some("192.0.2.1"), after(0)).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert_eq!(queue::forget_networks(&mut tx, after(0)).await.unwrap(), 0);
        assert_eq!(queue::forget_networks(&mut tx, after(1)).await.unwrap(), 1);
        assert_eq!(queue::forget_networks(&mut tx, after(1)).await.unwrap(), 0);
    }
}
