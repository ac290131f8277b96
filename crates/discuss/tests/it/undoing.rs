use base::{Actor, BatchId, CommentId, Role};
use discuss::comment::{self, Decision, Reason, ReportReason, State};
use discuss::rule::Mode;
use discuss::{DiscussError, Text, commenter};
use store::{Event, Store, sql};
use testkit::on_both_engines;

use crate::desk::*;

fn at(comments: &[CommentId]) -> Vec<(CommentId, Vec<base::SectionId>)> {
    comments.iter().map(|id| (*id, story().sections)).collect()
}

async fn decides(
    store: &Store,
    who: &Actor,
    comments: &[CommentId],
    decision: Decision,
    seconds: u64,
) -> Option<BatchId> {
    let mut about = Vec::new();
    for id in comments {
        about.push(looks_at(store, *id).await);
    }
    let mut tx = store.begin().await.unwrap();
    let decided = comment::decide_all(&mut tx, who, &about, &decision, after(seconds)).await;
    tx.commit().await.unwrap();
    decided.unwrap().batch
}

async fn undoes(store: &Store, who: &Actor, batch: BatchId, seconds: u64) -> discuss::Result<()> {
    let made = comment::batch(store, batch).await?.unwrap();
    let mut tx = store.begin().await?;
    comment::undo(&mut tx, who, batch, &at(&made.comments), after(seconds)).await?;
    tx.commit().await?;
    Ok(())
}

fn reject() -> Decision {
    Decision::Reject { reason: Reason::OffTopic, words: "About the weather.".into() }
}

on_both_engines! {
    async fn what_was_decided_at_once_is_undone_at_once_and_exactly(store: &TestStore) {
        site_is(store, Mode::After).await;
        let nora = moderator(store, "Nora").await;
        let (rosa, ivo) = (guest(store, "Rosa").await, guest(store, "Ivo").await);
        let waits = says(store, &rosa, "See https://example.org/", None, after(0)).await.unwrap();
        let shown = says(store, &rosa, "It rains", None, after(1)).await.unwrap();
        let picked = says(store, &ivo, "It snows", None, after(2)).await.unwrap();
        assert!(!waits.shown && shown.shown);
        let mut tx = store.begin().await.unwrap();
        let why = (ReportReason::Insult, "Of me");
        comment::report(&mut tx, &Actor::Reader, reads(&ivo), shown.id, why, after(3)).await.unwrap();
        tx.commit().await.unwrap();
        decides(store, &nora, &[picked.id], Decision::Pick, 4).await.unwrap();
        let all = [waits.id, shown.id, picked.id];
        let looks = async || {
            let mut looks = Vec::new();
            for id in all {
                let it = comment::by_id(store, id).await.unwrap().unwrap();
                let reports = comment::reports_of(store, id).await.unwrap().len();
                looks.push(format!("{:?} {} {} {reports}", it.state, it.featured, it.reports));
            }
            for id in [rosa.id, ivo.id] {
                let it = commenter::by_id(store, id).await.unwrap().unwrap();
                looks.push(format!("{} {}", it.approved, it.rejected));
            }
            looks.push(comment::shown_count(store, story().article).await.unwrap().to_string());
            looks
        };
        let before = looks().await;
        assert_eq!(before, [
            "Waiting false 0 0", "Shown false 1 1", "Shown true 0 0", "0 0", "0 0", "2",
        ]);
        for (number, decision) in
            [reject(), Decision::Approve, Decision::PutBack].into_iter().enumerate()
        {
            let seconds = 10 * (u64::try_from(number).unwrap() + 1);
            let batch = decides(store, &nora, &all, decision.clone(), seconds).await.unwrap();
            assert_ne!(looks().await, before, "{decision:?}");
            undoes(store, &nora, batch, seconds + 1).await.unwrap();
            assert_eq!(looks().await, before, "{decision:?}");
            let again = undoes(store, &nora, batch, seconds + 2).await;
            assert!(matches!(again, Err(DiscussError::Invalid(_))), "{again:?}");
        }
        let batch = decides(store, &nora, &all[1..], Decision::Unpick, 50).await.unwrap();
        let made = comment::batch(store, batch).await.unwrap().unwrap();
        assert_eq!(made.comments, [picked.id], "the other was picked by nobody");
        undoes(store, &nora, batch, 51).await.unwrap();
        assert_eq!(looks().await, before);
        assert_eq!(decides(store, &nora, &all[..1], Decision::PutBack, 60).await, None);
    }

    async fn an_undone_refusal_stays_in_the_history_and_in_the_log(store: &TestStore) {
        let nora = moderator(store, "Nora").await;
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "It rains", None, after(0)).await.unwrap().id;
        let batch = decides(store, &nora, &[said], reject(), 10).await.unwrap();
        undoes(store, &nora, batch, 11).await.unwrap();
        let history = comment::history(store, said).await.unwrap();
        let told: Vec<_> = history.iter().map(|it| (it.decision.as_str(), it.undone)).collect();
        assert_eq!(told, [("reject", true), ("undo", false)]);
        assert_eq!(history[1].person_id, nora.person());
        let logged: Vec<String> = sql("SELECT payload AS value FROM events ORDER BY position")
            .values(store).await.unwrap();
        let last: Event = serde_json::from_str(logged.last().unwrap()).unwrap();
        let article = story().article;
        assert_eq!(last, Event::CommentDecisionUndone { article, comment: said });
        // Looked at anew, it can be refused anew.
        decides(store, &nora, &[said], reject(), 12).await.unwrap();
        let known = commenter::by_id(store, rosa.id).await.unwrap().unwrap();
        assert_eq!((known.approved, known.rejected), (0, 1));
    }

    async fn whoever_decided_since_is_not_overruled_by_an_undoing(store: &TestStore) {
        let (nora, per) = (moderator(store, "Nora").await, moderator(store, "Per").await);
        let rosa = guest(store, "Rosa").await;
        let one = says(store, &rosa, "One", None, after(0)).await.unwrap().id;
        let two = says(store, &rosa, "Two", None, after(1)).await.unwrap().id;
        let three = says(store, &rosa, "Three", None, after(2)).await.unwrap().id;
        let states = async || {
            let mut states = Vec::new();
            for id in [one, two, three] {
                states.push(comment::by_id(store, id).await.unwrap().unwrap().state);
            }
            states
        };
        let batch = decides(store, &nora, &[one, two, three], reject(), 10).await.unwrap();
        decides(store, &per, &[two], Decision::Approve, 11).await.unwrap();
        let refused = undoes(store, &nora, batch, 12).await.unwrap_err().to_string();
        assert!(refused.contains("somebody has decided otherwise"), "{refused}");
        assert_eq!(states().await, [State::Rejected, State::Shown, State::Rejected]);
        // What an author has taken away stays away, and holds nothing up.
        let batch = decides(store, &nora, &[two, three], Decision::PutBack, 13).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        comment::remove(&mut tx, &Actor::Reader, rosa.id, three, after(14)).await.unwrap();
        tx.commit().await.unwrap();
        undoes(store, &nora, batch, 15).await.unwrap();
        assert_eq!(states().await, [State::Rejected, State::Shown, State::Removed]);
    }

    async fn an_appeal_is_not_lost_by_an_undoing_and_counts_once(store: &TestStore) {
        let nora = moderator(store, "Nora").await;
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "It rains", None, after(0)).await.unwrap().id;
        let batch = decides(store, &nora, &[said], reject(), 10).await.unwrap();
        let words = Text::parse("It is about the rain.").unwrap();
        let mut tx = store.begin().await.unwrap();
        comment::appeal(&mut tx, &Actor::Reader, rosa.id, said, &words, after(11)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(undoes(store, &nora, batch, 12).await.is_err());
        decides(store, &nora, &[said], Decision::Approve, 13).await.unwrap();
        let known = commenter::by_id(store, rosa.id).await.unwrap().unwrap();
        assert_eq!((known.approved, known.rejected), (1, 0));
    }

    async fn only_moderators_undo_and_only_where_they_may(store: &TestStore) {
        let nora = moderator(store, "Nora").await;
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "Well", None, after(0)).await.unwrap().id;
        let batch = decides(store, &nora, &[said], reject(), 10).await.unwrap();
        for role in Role::ALL {
            let may = matches!(role, Role::Moderator | Role::Editor | Role::Administrator);
            let mut tx = store.begin().await.unwrap();
            let undone = comment::undo(&mut tx, &somebody(role), batch, &at(&[said]), after(11)).await;
            let denied = matches!(undone, Err(DiscussError::Denied(_)));
            assert_eq!(!denied, may, "{role:?}: {undone:?}");
        }
        // In another section only, one may not.
        let grants = vec![base::Grant { section: SECTION, role: Role::Moderator }];
        let person = base::PersonId(uuid::Uuid::from_u128(9));
        let here = Actor::Person { person, role: Role::Reader, grants };
        let mut tx = store.begin().await.unwrap();
        let nowhere = comment::undo(&mut tx, &here, batch, &[], after(11)).await;
        assert!(matches!(nowhere, Err(DiscussError::Denied(_))), "{nowhere:?}");
    }
}
