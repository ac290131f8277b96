use accounts::reader::{self, AskLink};
use base::{Actor, CommentId, CommenterId, ReaderId};
use discuss::comment::{self, Decision, Reason};
use discuss::commenter::{self, Commenter, Place, Who};
use discuss::rule::Mode;
use store::{Event, Store, sql};
use testkit::{noon, on_both_engines};

use crate::desk::*;

/// A reader with an account of this name.
async fn account(store: &Store, name: &str) -> ReaderId {
    let mut tx = store.begin().await.unwrap();
    let email = format!("{}@example.net", name.to_lowercase());
    let (browser, link) = ("a browser", store.secret());
    let command = AskLink { email: &email, back: "/", draft: "", browser, link };
    let mut mailed = String::new();
    let write = |link: &str| {
        mailed = link.to_owned();
        (String::new(), String::new())
    };
    reader::ask(&mut tx, command, write, noon()).await.unwrap();
    let with = (store.secret(), "");
    let opened = reader::redeem(&mut tx, (&mailed, Some(browser)), name, with, noon()).await;
    let id = opened.unwrap().unwrap().0.reader.id;
    tx.commit().await.unwrap();
    id
}

async fn enters(store: &Store, who: Who<'_>, name: &str, seconds: u64) -> Commenter {
    let mut tx = store.begin().await.unwrap();
    let known = commenter::enter(&mut tx, who, Some(name), after(seconds)).await.unwrap();
    tx.commit().await.unwrap();
    known
}

/// What readers see of somebody, page by page.
async fn seen(store: &Store, id: CommenterId, at_once: usize) -> Vec<CommentId> {
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = comment::shown_by(store, id, before, at_once).await.unwrap();
        assert!(page.comments.len() <= at_once);
        before = page.comments.last().map(|it| Place { at: it.created_at, id: it.id.0 });
        seen.extend(page.comments.iter().map(|it| it.id));
        if !page.more {
            return seen;
        }
    }
}

async fn told(store: &Store) -> Vec<Event> {
    let logged: Vec<String> =
        sql("SELECT payload AS value FROM events ORDER BY position").values(store).await.unwrap();
    logged.iter().map(|it| serde_json::from_str(it).unwrap()).collect()
}

on_both_engines! {
    async fn of_somebody_is_seen_what_is_shown_the_newest_first(store: &TestStore) {
        site_is(store, Mode::After).await;
        let nora = moderator(store, "Nora").await;
        let rosa = account(store, "Rosa").await;
        let rosa = enters(store, Who::Reader(rosa), "Rosa", 0).await;
        let ivo = guest(store, "Ivo").await;
        says(store, &ivo, "Another's", None, after(0)).await.unwrap();
        let mut said = Vec::new();
        // Two at the same moment keep an order.
        for (number, seconds) in [(0, 1), (1, 60), (2, 60), (3, 120), (4, 180)] {
            let text = format!("No. {number}");
            said.push(says(store, &rosa, &text, None, after(seconds)).await.unwrap().id);
        }
        let (about, refuse) = (
            looks_at(store, said[1]).await,
            Decision::Reject { reason: Reason::Spam, words: String::new() },
        );
        let mut tx = store.begin().await.unwrap();
        comment::decide(&mut tx, &nora, &about, &refuse, after(200)).await.unwrap();
        comment::remove(&mut tx, &Actor::Reader, rosa.id, said[3], after(201)).await.unwrap();
        tx.commit().await.unwrap();
        for at_once in [1, 2, 9] {
            assert_eq!(seen(store, rosa.id, at_once).await, [said[4], said[2], said[0]]);
        }
    }

    async fn what_a_guest_says_is_put_together_for_nobody(store: &TestStore) {
        site_is(store, Mode::After).await;
        let ivo = guest(store, "Ivo").await;
        let said = says(store, &ivo, "One", None, after(0)).await.unwrap().id;
        assert!(!ivo.has_page());
        assert_eq!(seen(store, ivo.id, 9).await, []);
        assert!(!comment::by_id(&**store, said).await.unwrap().unwrap().on_page);
    }

    async fn what_was_written_under_another_name_is_not_put_together(store: &TestStore) {
        site_is(store, Mode::After).await;
        let shy = guest(store, "Shy").await;
        let as_guest = says(store, &shy, "As a guest", None, after(0)).await.unwrap().id;
        let rosa = account(store, "Rosa").await;
        let mut tx = store.begin().await.unwrap();
        commenter::adopt(&mut tx, "Shy", rosa, after(1)).await.unwrap();
        tx.commit().await.unwrap();
        let known = commenter::by_id(&**store, shy.id).await.unwrap().unwrap();
        assert_eq!((known.name.as_str(), known.reader_id), ("Rosa", Some(rosa)));
        assert_eq!(seen(store, shy.id, 9).await, [], "as Shy one was another");
        let known = enters(store, Who::Reader(rosa), "Rosa", 2).await;
        let as_rosa = says(store, &known, "As Rosa", None, after(3)).await.unwrap().id;
        assert_eq!(seen(store, shy.id, 9).await, [as_rosa]);
        let on_page = async |id| comment::by_id(&**store, id).await.unwrap().unwrap().on_page;
        assert!(on_page(as_rosa).await && !on_page(as_guest).await);
        let mut tx = store.begin().await.unwrap();
        for _ in 0..2 {
            commenter::rename(&mut tx, rosa, " Rosa  Díaz ", after(4)).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(seen(store, shy.id, 9).await, []);
        // Where the name stands, its pages are forgotten.
        let (articles, commenter) = (vec![story().article], shy.id);
        let joined = Event::CommenterJoined { commenter, reader: rosa, articles: articles.clone() };
        let renamed = Event::CommenterRenamed { commenter, articles };
        let told = told(store).await;
        let times = |event: &Event| told.iter().filter(|it| *it == event).count();
        assert_eq!((times(&joined), times(&renamed)), (1, 1), "{told:?}");
    }

    async fn staff_sign_with_their_own_names(store: &TestStore) {
        site_is(store, Mode::After).await;
        let nora = moderator(store, "Nora").await.person().unwrap();
        let known = enters(store, Who::Person(nora), "Nora", 0).await;
        let before = says(store, &known, "One", None, after(1)).await.unwrap().id;
        let known = enters(store, Who::Person(nora), "Nora Holm", 2).await;
        let since = says(store, &known, "Two", None, after(3)).await.unwrap().id;
        assert_eq!(seen(store, known.id, 9).await, [since, before]);
    }
}
