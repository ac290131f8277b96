use base::{Actor, Role};
use discuss::comment::{self, About, Decision, Last, Reason, ReportReason, Seen, State};
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
    let about = looks_at(store, comment).await;
    let mut tx = store.begin().await?;
    let decided = comment::decide(&mut tx, who, &about, &decision, after(50)).await?;
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

    async fn of_two_moderators_the_second_sees_first_what_the_first_decided(store: &TestStore) {
        let (nora, per) = (moderator(store, "Nora").await, moderator(store, "Per").await);
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "Well", None, after(0)).await.unwrap().id;
        let decides = async |who: &Actor, about: &About, decision: &Decision, seconds| {
            let mut tx = store.begin().await.unwrap();
            let decided = comment::decide(&mut tx, who, about, decision, after(seconds)).await;
            tx.commit().await.unwrap();
            decided.map(|it| it.state)
        };
        // Both look; one is a moment faster.
        let looked = looks_at(store, said).await;
        assert_eq!(decides(&nora, &looked, &reject(), 10).await.unwrap(), State::Rejected);
        for decision in [Decision::Approve, reject(), Decision::PutBack] {
            let blind = decides(&per, &looked, &decision, 11).await;
            assert!(matches!(blind, Err(DiscussError::Changed(id)) if id == said), "{blind:?}");
        }
        let known = comment::by_id(&**store, said).await.unwrap().unwrap();
        assert_eq!(known.state, State::Rejected);
        let Some(Last::Decided(last)) = comment::last(&**store, &known).await.unwrap() else {
            panic!("nothing was decided");
        };
        let told = (last.person_id, last.decision.as_str(), last.created_at);
        assert_eq!(told, (nora.person(), "reject", after(10)));
        // Who has seen it may decide otherwise.
        let looked = looks_at(store, said).await;
        assert_eq!(decides(&per, &looked, &Decision::Approve, 12).await.unwrap(), State::Shown);
        let again = decides(&nora, &looked, &reject(), 13).await;
        assert!(matches!(again, Err(DiscussError::Changed(_))), "{again:?}");
        assert_eq!(comment::history(&**store, said).await.unwrap().len(), 2);
    }

    async fn what_an_author_changed_or_took_away_is_not_decided_about_unseen(store: &TestStore) {
        site_is(store, Mode::Before).await;
        let nora = moderator(store, "Nora").await;
        let rosa = guest(store, "Rosa").await;
        let mut about = Vec::new();
        for (number, text) in (0..).zip(["One", "Two", "Three", "Four"]) {
            let said = says(store, &rosa, text, None, after(number)).await.unwrap().id;
            about.push(looks_at(store, said).await);
        }
        let [one, two, three, four] = [0, 1, 2, 3].map(|at: usize| about[at].comment);
        changes(store, &rosa, one, "Buy lamps", after(10)).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        comment::remove(&mut tx, &Actor::Reader, rosa.id, two, after(11)).await.unwrap();
        let third = &about[2..3];
        comment::decide_all(&mut tx, &nora, third, &reject(), after(12)).await.unwrap();
        let all = comment::decide_all(&mut tx, &nora, &about, &Decision::Approve, after(13)).await;
        let all = all.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(all.left, [one, two, three], "each is named");
        let made = comment::batch(&**store, all.batch.unwrap()).await.unwrap().unwrap();
        assert_eq!(made.comments, [four], "what is undone is what was done");
        let mut looks = Vec::new();
        for id in [one, two, three, four] {
            let known = comment::by_id(&**store, id).await.unwrap().unwrap();
            let last = match comment::last(&**store, &known).await.unwrap() {
                Some(Last::Decided(it)) => it.decision,
                Some(Last::Edited(at)) => format!("edited {}", at == after(10)),
                Some(Last::Removed) => "removed".to_owned(),
                None => "nothing".to_owned(),
            };
            looks.push((known.state, last));
        }
        let expected = [
            (State::Waiting, "edited true".to_owned()),
            (State::Removed, "removed".to_owned()),
            (State::Rejected, "reject".to_owned()),
            (State::Shown, "approve".to_owned()),
        ];
        assert_eq!(looks, expected);
        // A form gives back what was seen.
        for seen in about.iter().map(|it| it.seen).chain([looks_at(store, one).await.seen]) {
            assert_eq!(Seen::parse(&seen.to_string()), Some(seen));
        }
        assert!(["", ".", "0.0", "x.1"].iter().all(|text| Seen::parse(text).is_none()));
        let listed = queue::list(store, List::All, "", 9).await.unwrap();
        for it in listed {
            assert_eq!(it.seen(), looks_at(store, it.id).await.seen, "{}", it.text);
        }
    }

    async fn only_moderators_decide_and_only_where_they_may(store: &TestStore) {
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "Well", None, after(0)).await.unwrap().id;
        for role in Role::ALL {
            let may = matches!(role, Role::Moderator | Role::Editor | Role::Administrator);
            let about = looks_at(store, said).await;
            let mut tx = store.begin().await.unwrap();
            let decided =
                comment::decide(&mut tx, &somebody(role), &about, &reject(), after(1)).await;
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
