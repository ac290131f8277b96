use base::{Actor, ArticleId, Role};
use discuss::comment::{self, Decision, Reason, ReportReason};
use discuss::commenter::{self, What};
use discuss::queue::{self, List};
use discuss::rule::Mode;
use discuss::{DiscussError, Text};
use store::sql;
use testkit::on_both_engines;
use uuid::Uuid;

use crate::desk::*;

on_both_engines! {
    async fn all_that_happened_with_somebody_is_read_in_one_order_page_by_page(store: &TestStore) {
        site_is(store, Mode::Before).await;
        let nora = moderator(store, "Nora").await;
        let (rosa, ivo) = (guest(store, "Rosa").await, guest(store, "Ivo").await);
        let said = says(store, &rosa, "It rains", None, after(0)).await.unwrap().id;
        says(store, &ivo, "It snows", None, after(1)).await.unwrap();
        let reject = Decision::Reject { reason: Reason::OffTopic, words: "No.".into() };
        let about = looks_at(store, said).await;
        let mut tx = store.begin().await.unwrap();
        comment::decide(&mut tx, &nora, &about, &reject, after(2)).await.unwrap();
        commenter::note(&mut tx, &nora, rosa.id, " Rains often. ", after(3)).await.unwrap();
        let words = Text::parse("It does.").unwrap();
        let reader = &Actor::Reader;
        comment::appeal(&mut tx, reader, rosa.id, said, &words, after(4)).await.unwrap();
        let until = Some(after(999));
        commenter::ban(&mut tx, &nora, rosa.id, &[], until, after(5)).await.unwrap();
        commenter::ban(&mut tx, &nora, rosa.id, &[], None, after(6)).await.unwrap();
        commenter::watch(&mut tx, &nora, rosa.id, &[], true, after(7)).await.unwrap();
        tx.commit().await.unwrap();
        let here = vec![story().article];
        let elsewhere = vec![ArticleId(Uuid::from_u128(2))];
        let all = ["watch", "unban", "ban", "appeal", "note", "reject", "said"];
        let did = ["watch", "unban", "ban", "note"];
        for (under, expected) in
            [(None, &all[..]), (Some(here), &all[..]), (Some(elsewhere), &did[..])]
        {
            let (mut read, mut before) = (Vec::new(), None);
            loop {
                let (page, more) =
                    commenter::history(store, rosa.id, under.as_deref(), before, 2).await.unwrap();
                before = page.last().map(|it| it.place);
                read.extend(page.into_iter().map(|it| match it.what {
                    What::Said(_) => "said".to_owned(),
                    What::Decided { ruling, .. } => ruling.decision,
                    What::Did(act) => act.act,
                }));
                if !more { break }
            }
            assert_eq!(read, expected, "{under:?}");
        }
    }

    async fn a_note_is_for_moderators_and_counted_and_goes_with_its_commenter(store: &TestStore) {
        let nora = moderator(store, "Nora").await;
        let rosa = guest(store, "Rosa").await;
        says(store, &rosa, "It rains", None, after(0)).await.unwrap();
        for role in Role::ALL {
            let may = matches!(role, Role::Moderator | Role::Editor | Role::Administrator);
            let mut tx = store.begin().await.unwrap();
            let noted = commenter::note(&mut tx, &somebody(role), rosa.id, "", after(1)).await;
            let denied = matches!(noted, Err(DiscussError::Denied(_)));
            assert_eq!(!denied, may, "{role:?}: {noted:?}");
        }
        let mut tx = store.begin().await.unwrap();
        for (seconds, words) in [(1, "Rains often."), (2, "And snows.")] {
            commenter::note(&mut tx, &nora, rosa.id, words, after(seconds)).await.unwrap();
        }
        let long = "x".repeat(2_001);
        assert!(commenter::note(&mut tx, &nora, rosa.id, &long, after(3)).await.is_err());
        tx.commit().await.unwrap();
        let notes = commenter::notes_about(store, rosa.id).await.unwrap();
        let words: Vec<_> = notes.iter().map(|it| it.words.as_str()).collect();
        assert_eq!(words, ["Rains often.", "And snows."]);
        assert_eq!(notes[0].person_id, nora.person());
        assert_eq!(queue::list(store, List::Waiting, "", 9).await.unwrap()[0].notes, 2);
        let mut tx = store.begin().await.unwrap();
        commenter::forget(&mut tx, rosa.id, after(4)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(commenter::notes_about(store, rosa.id).await.unwrap(), []);
    }

    async fn one_who_goes_takes_along_what_was_recommended_reported_and_asked(store: &TestStore) {
        site_is(store, Mode::After).await;
        let nora = moderator(store, "Nora").await;
        let (rosa, ivo) = (guest(store, "Rosa").await, guest(store, "Ivo").await);
        let first = says(store, &ivo, "First", None, after(0)).await.unwrap().id;
        let second = says(store, &ivo, "Second", None, after(1)).await.unwrap().id;
        let own = says(store, &rosa, "See https://example.org/", None, after(2)).await.unwrap().id;
        let per = guest(store, "Per").await;
        let mut tx = store.begin().await.unwrap();
        let reader = &Actor::Reader;
        for who in [&rosa, &per] {
            comment::recommend(&mut tx, reader, reads(who), first, after(3)).await.unwrap();
        }
        for comment in [first, second] {
            let why = (ReportReason::Insult, "Of me, Rosa");
            comment::report(&mut tx, reader, reads(&rosa), comment, why, after(4)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let reject = Decision::Reject { reason: Reason::OffTopic, words: "No.".into() };
        for (comment, decision) in [(second, &Decision::Approve), (own, &reject)] {
            let about = looks_at(store, comment).await;
            let mut tx = store.begin().await.unwrap();
            comment::decide(&mut tx, &nora, &about, decision, after(5)).await.unwrap();
            tx.commit().await.unwrap();
        }
        let mut tx = store.begin().await.unwrap();
        let words = Text::parse("Rosa asks.").unwrap();
        comment::appeal(&mut tx, reader, rosa.id, own, &words, after(6)).await.unwrap();
        tx.commit().await.unwrap();
        // What is taken along.
        assert_eq!(comment::recommendations_by(&**store, rosa.id).await.unwrap(), [first]);
        let reports = comment::reports_by(&**store, rosa.id).await.unwrap();
        let told: Vec<_> = reports
            .iter()
            .map(|it| (it.comment_id, it.words.as_str(), it.settled_at.is_some()))
            .collect();
        assert_eq!(told, [(first, "Of me, Rosa", false), (second, "Of me, Rosa", true)]);
        // What is taken away.
        let mut tx = store.begin().await.unwrap();
        comment::remove(&mut tx, reader, rosa.id, own, after(7)).await.unwrap();
        commenter::forget(&mut tx, rosa.id, after(7)).await.unwrap();
        tx.commit().await.unwrap();
        let known = comment::by_id(&**store, first).await.unwrap().unwrap();
        assert_eq!((known.recommended, known.reports), (1, 1), "it is still to be looked at");
        assert_eq!(comment::recommended_by(&**store, per.id, &[first]).await.unwrap(), [first]);
        let reports = comment::reports_by(&**store, rosa.id).await.unwrap();
        let told: Vec<_> = reports.iter().map(|it| (it.comment_id, it.words.as_str())).collect();
        assert_eq!(told, [(first, "")]);
        let history = comment::history(&**store, own).await.unwrap();
        let told: Vec<_> =
            history.iter().map(|it| (it.decision.as_str(), it.words.as_str())).collect();
        assert_eq!(told, [("reject", "No."), ("appeal", "")]);
        let verdicts: String = sql("SELECT verdicts AS value FROM comments WHERE id = ?")
            .bind(own).value(&**store).await.unwrap();
        assert_eq!(verdicts, "[]");
    }

    async fn a_comment_is_found_by_its_words_its_name_and_its_network(store: &TestStore) {
        let (rosa, ivo) = (guest(store, "Rosa").await, guest(store, "Ivo").await);
        let (four, six) = (Some("192.0.2.7"), Some("2001:db8:1:2::/64"));
        says_from(store, &rosa, "It rains", None, four, after(0)).await.unwrap();
        says_from(store, &ivo, "It snows", None, four, after(1)).await.unwrap();
        says_from(store, &ivo, "It hails", None, six, after(2)).await.unwrap();
        for (typed, expected) in [
            ("RAINS", &["It rains"][..]),
            ("ivo", &["It snows", "It hails"]),
            ("192.0.2.7", &["It rains", "It snows"]),
            ("2001:db8:1:2:3:4:5:6", &["It hails"]),
            ("2001:db8:1:2::/64", &["It hails"]),
            ("192.0.2.8", &[]),
            ("192.0.2", &[]),
        ] {
            let found = queue::list(store, List::Waiting, typed, 9).await.unwrap();
            let texts: Vec<_> = found.iter().map(|it| it.text.as_str()).collect();
            assert_eq!(texts, expected, "{typed:?}");
        }
        let networks = commenter::networks(store, ivo.id, None).await.unwrap();
        assert_eq!(networks, ["192.0.2.7", "2001:db8:1:2::/64"]);
        let near = commenter::neighbours(store, ivo.id, &networks, None).await.unwrap();
        let near: Vec<_> = near.iter().map(|it| (it.name.as_str(), it.comments)).collect();
        assert_eq!(near, [("Rosa", 1)]);
        let mut tx = store.begin().await.unwrap();
        queue::forget_networks(&mut tx, after(3)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(commenter::networks(store, ivo.id, None).await.unwrap(), [""; 0]);
        assert_eq!(commenter::neighbours(store, ivo.id, &[], None).await.unwrap(), []);
    }

    async fn how_a_comment_read_before_is_kept_in_order(store: &TestStore) {
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "It rians", None, after(0)).await.unwrap().id;
        changes(store, &rosa, said, "It rainns", after(1)).await.unwrap();
        changes(store, &rosa, said, "It rains", after(2)).await.unwrap();
        let kept = comment::editions(store, &[said]).await.unwrap();
        let kept: Vec<_> = kept.iter().map(|it| (it.text.as_str(), it.until)).collect();
        assert_eq!(kept, [("It rians", after(1)), ("It rainns", after(2))]);
        let mut tx = store.begin().await.unwrap();
        comment::remove(&mut tx, &Actor::Reader, rosa.id, said, after(3)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(comment::editions(store, &[said]).await.unwrap(), []);
    }

    async fn whoever_looks_at_another_comment_lets_go_of_the_one_before(store: &TestStore) {
        let (nora, per) = (moderator(store, "Nora").await, moderator(store, "Per").await);
        let rosa = guest(store, "Rosa").await;
        let one = says(store, &rosa, "One", None, after(0)).await.unwrap().id;
        let two = says(store, &rosa, "Two", None, after(1)).await.unwrap().id;
        let claims = async |who: &Actor, of| {
            let mut tx = store.begin().await.unwrap();
            let kept = queue::claim(&mut tx, who, &[of], after(10)).await.unwrap();
            tx.commit().await.unwrap();
            kept
        };
        assert_eq!(claims(&nora, one).await, [one]);
        assert_eq!(claims(&per, one).await, []);
        let holders = queue::holders(store, &[one, two]).await.unwrap();
        assert_eq!(holders.len(), 1);
        assert_eq!((holders[0].comment_id, Some(holders[0].person_id)), (one, nora.person()));
        assert_eq!(claims(&nora, two).await, [two]);
        assert_eq!(claims(&per, one).await, [one]);
        // What was decided last is told first, and an appeal is no moderator's.
        for (id, seconds) in [(one, 20), (two, 21)] {
            let about = looks_at(store, id).await;
            let mut tx = store.begin().await.unwrap();
            let approve = Decision::Approve;
            comment::decide(&mut tx, &nora, &about, &approve, after(seconds)).await.unwrap();
            tx.commit().await.unwrap();
        }
        let decided = queue::decided(store, 9).await.unwrap();
        let decided: Vec<_> =
            decided.iter().map(|it| (it.comment_id, it.decision.as_str(), it.person_id)).collect();
        assert_eq!(decided, [(two, "approve", nora.person()), (one, "approve", nora.person())]);
    }
}
