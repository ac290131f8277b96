use accounts::reader::{self, AskLink, identity};
use base::{Actor, CommentId, ReaderId, Timestamp};
use discuss::comment;
use discuss::commenter::{self, Commenter, Who};
use discuss::follow::{self, BETWEEN_MAILS, Due, TOLD_KEPT};
use discuss::queue;
use discuss::rule::{self, Mode, Rule, Scope, Speak};
use discuss::{DiscussError, Text};
use store::{Store, sql};
use testkit::{noon, on_both_engines};

use crate::desk::*;

async fn account(store: &Store, name: &str) -> (ReaderId, Commenter) {
    let mut tx = store.begin().await.unwrap();
    let email = format!("{name}@example.net");
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
    let known = commenter::enter(&mut tx, Who::Reader(id), Some(name), noon()).await.unwrap();
    tx.commit().await.unwrap();
    (id, known)
}

async fn follows(store: &Store, who: ReaderId, thread: Option<CommentId>, now: Timestamp) {
    let mut tx = store.begin().await.unwrap();
    follow::follow(&mut tx, who, story().article, thread, now).await.unwrap();
    tx.commit().await.unwrap();
}

async fn note(store: &Store, comment: CommentId, now: Timestamp) -> Vec<Due> {
    let mut tx = store.begin().await.unwrap();
    let due = follow::note(&mut tx, comment, now).await.unwrap();
    tx.commit().await.unwrap();
    due
}

async fn told(store: &Store, who: ReaderId, now: Timestamp) -> Vec<CommentId> {
    let mut tx = store.begin().await.unwrap();
    let told = follow::tell(&mut tx, who, story().article, now).await.unwrap();
    tx.commit().await.unwrap();
    told.map(|(_, news)| news.into_iter().map(|it| it.id).collect()).unwrap_or_default()
}

on_both_engines! {
    async fn a_follower_is_told_once_of_what_others_say_from_then_on(store: &TestStore) {
        site_is(store, Mode::After).await;
        let ivo = guest(store, "Ivo").await;
        let (rosa, as_rosa) = account(store, "rosa").await;
        let early = says(store, &ivo, "Before", None, noon()).await.unwrap().id;
        follows(store, rosa, None, after(10)).await;
        follows(store, rosa, None, after(11)).await;
        assert_eq!(note(store, early, noon()).await, [], "it was said before");
        let own = says(store, &as_rosa, "Her own", None, after(20)).await.unwrap().id;
        assert_eq!(note(store, own, after(20)).await, []);
        let first = says(store, &ivo, "First", None, after(30)).await.unwrap().id;
        let due = note(store, first, after(30)).await;
        assert_eq!(due, [Due { reader: rosa, article: story().article, at: after(30) }]);
        let second = says(store, &ivo, "Second", None, after(31)).await.unwrap().id;
        assert_eq!(note(store, second, after(31)).await, [], "a mail is asked for already");
        assert_eq!(note(store, second, after(31)).await, [], "nor is it noted twice");
        let gone = says(store, &ivo, "Gone", None, after(32)).await.unwrap().id;
        note(store, gone, after(32)).await;
        let mut tx = store.begin().await.unwrap();
        comment::remove(&mut tx, &Actor::Reader, ivo.id, gone, after(33)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(told(store, rosa, after(40)).await, [first, second]);
        assert_eq!(told(store, rosa, after(41)).await, []);
        assert_eq!(note(store, first, after(42)).await, [], "decided about anew, it is no news");
    }

    async fn mails_about_a_discussion_keep_their_distance(store: &TestStore) {
        site_is(store, Mode::After).await;
        let ivo = guest(store, "Ivo").await;
        let (rosa, _) = account(store, "rosa").await;
        follows(store, rosa, None, noon()).await;
        let first = says(store, &ivo, "First", None, after(1)).await.unwrap().id;
        assert_eq!(note(store, first, after(1)).await[0].at, after(1), "the first goes at once");
        assert_eq!(told(store, rosa, after(2)).await, [first]);
        let second = says(store, &ivo, "Second", None, after(3)).await.unwrap().id;
        assert_eq!(note(store, second, after(3)).await[0].at, after(2).plus(BETWEEN_MAILS));
        let third = says(store, &ivo, "Third", None, after(600)).await.unwrap().id;
        assert_eq!(note(store, third, after(600)).await, []);
        assert_eq!(told(store, rosa, after(902)).await, [second, third], "all in one mail");
    }

    async fn a_thread_is_followed_by_itself_and_what_is_ended_is_over(store: &TestStore) {
        site_is(store, Mode::After).await;
        let ivo = guest(store, "Ivo").await;
        let (rosa, _) = account(store, "rosa").await;
        let (here, there) = (
            says(store, &ivo, "Here", None, after(1)).await.unwrap().id,
            says(store, &ivo, "There", None, after(2)).await.unwrap().id,
        );
        follows(store, rosa, Some(here), after(3)).await;
        let answer = says(store, &ivo, "An answer", Some(here), after(4)).await.unwrap().id;
        let other = says(store, &ivo, "Another", Some(there), after(5)).await.unwrap().id;
        assert_eq!(note(store, answer, after(4)).await.len(), 1);
        assert_eq!(note(store, other, after(5)).await, []);
        let all = follow::of_reader(&**store, rosa).await.unwrap();
        assert_eq!(all.iter().map(follow::Follow::thread).collect::<Vec<_>>(), [Some(here)]);
        let mut tx = store.begin().await.unwrap();
        follow::unfollow(&mut tx, all[0].id, after(6)).await.unwrap();
        follow::unfollow(&mut tx, all[0].id, after(7)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(told(store, rosa, after(8)).await, [], "noted, and wanted no more");
    }

    async fn guests_are_refused_where_an_account_is_asked_for(store: &TestStore) {
        let (section, whole) = (Scope::Section(SECTION), Scope::Story(story().article));
        let says_who = |speak| Rule { mode: Some(Mode::After), closes_after: None, speak };
        let (ivo, staff) = (guest(store, "Ivo").await, guest(store, "Nora").await);
        let (_, rosa) = account(store, "rosa").await;
        let text = &Text::parse("Well").unwrap();
        for (scope, speak, taken) in [
            (section, Some(Speak::Confirmed), false),
            (Scope::Site, Some(Speak::Guests), false),
            (whole, Some(Speak::Guests), true),
            (whole, Some(Speak::Confirmed), false),
            (section, None, false),
            (whole, None, true),
        ] {
            let mut tx = store.begin().await.unwrap();
            let rule = says_who(speak);
            rule::set(&mut tx, &Actor::Operator, scope, &[], rule, noon()).await.unwrap();
            let post = |commenter, staff| comment::PostComment {
                story: SHARED.get_or_init(story), language: "en", parent: None, commenter, staff,
                text, network: None, proof: None, external: None,
            };
            let as_guest = comment::post(&mut tx, &Actor::Reader, post(&ivo, false), noon()).await;
            assert_eq!(as_guest.is_ok(), taken, "{scope:?} {speak:?}: {as_guest:?}");
            assert!(taken || matches!(as_guest, Err(DiscussError::SignIn)));
            for who in [post(&rosa, false), post(&staff, true)] {
                assert!(comment::post(&mut tx, &Actor::Reader, who, noon()).await.is_ok());
            }
            drop(tx);
            let mut tx = store.begin().await.unwrap();
            rule::set(&mut tx, &Actor::Operator, scope, &[], rule, noon()).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    async fn what_was_told_long_ago_is_forgotten_and_told_to_nobody_again(store: &TestStore) {
        site_is(store, Mode::After).await;
        let ivo = guest(store, "Ivo").await;
        let (rosa, _) = account(store, "rosa").await;
        follows(store, rosa, None, noon()).await;
        let old = says(store, &ivo, "Old", None, after(10)).await.unwrap().id;
        let new = says(store, &ivo, "New", None, after(20)).await.unwrap().id;
        note(store, old, after(10)).await;
        assert_eq!(told(store, rosa, after(11)).await, [old]);
        note(store, new, after(20)).await;
        assert_eq!(told(store, rosa, after(1_000)).await, [new]);
        let kept = async |now| {
            let mut tx = store.begin().await.unwrap();
            queue::forget_passing(&mut tx, now).await.unwrap();
            tx.commit().await.unwrap();
            let news: Vec<CommentId> = sql("SELECT comment_id AS value FROM follow_news
                 ORDER BY value").values(&**store).await.unwrap();
            let mails: i64 = sql("SELECT COUNT(*) AS value FROM follow_mails")
                .value(&**store).await.unwrap();
            (news, mails)
        };
        assert_eq!(kept(after(1_001)).await, (vec![old, new], 1), "the next mail keeps its distance");
        let month = after(11).plus(TOLD_KEPT);
        let moment = std::time::Duration::from_micros(1);
        assert_eq!(kept(month.minus(moment)).await, (vec![old, new], 0));
        assert_eq!(kept(month).await, (vec![new], 0));
        // Decided about anew, or come by anew after a reset, both are old news.
        note(store, old, month).await;
        note(store, new, month).await;
        assert_eq!(told(store, rosa, month).await, []);
        assert_eq!(kept(month.plus(TOLD_KEPT).minus(moment)).await, (vec![old], 0));
        assert_eq!(kept(month.plus(TOLD_KEPT)).await, (vec![], 0));
    }

    async fn where_accounts_with_a_key_speak_mail_alone_is_not_enough(store: &TestStore) {
        let rule = Rule {
            mode: Some(Mode::After), closes_after: None, speak: Some(Speak::Accounts),
        };
        let mut tx = store.begin().await.unwrap();
        rule::set(&mut tx, &Actor::Operator, Scope::Site, &[], rule, noon()).await.unwrap();
        tx.commit().await.unwrap();
        let (ivo, nora) = (guest(store, "Ivo").await, guest(store, "Nora").await);
        let (id, rosa) = account(store, "rosa").await;
        let text = &Text::parse("Well").unwrap();
        let post = async |tx: &mut store::Tx, commenter, staff| {
            let command = comment::PostComment {
                story: SHARED.get_or_init(story), language: "en", parent: None, commenter, staff,
                text, network: None, proof: None, external: None,
            };
            comment::post(tx, &Actor::Reader, command, noon()).await
        };
        let mut tx = store.begin().await.unwrap();
        let refused = post(&mut tx, &ivo, false).await;
        assert!(matches!(refused, Err(DiscussError::SignInByKey)), "{refused:?}");
        let refused = post(&mut tx, &rosa, false).await;
        assert!(matches!(refused, Err(DiscussError::AddKey)), "{refused:?}");
        assert!(post(&mut tx, &nora, true).await.is_ok());
        let elsewhere = ("https://id.example", "7001");
        identity::link(&mut tx, id, elsewhere, noon()).await.unwrap();
        assert!(post(&mut tx, &rosa, false).await.is_ok());
        identity::unlink(&mut tx, id, elsewhere.0, noon()).await.unwrap();
        let text = &Text::parse("Again").unwrap();
        let command = comment::PostComment {
            story: SHARED.get_or_init(story), language: "en", parent: None, commenter: &rosa,
            staff: false, text, network: None, proof: None, external: None,
        };
        let refused = comment::post(&mut tx, &Actor::Reader, command, noon()).await;
        assert!(matches!(refused, Err(DiscussError::AddKey)), "a key that is gone: {refused:?}");
    }

    async fn what_a_guest_said_becomes_the_accounts_own_once(store: &TestStore) {
        site_is(store, Mode::After).await;
        let ivo = guest(store, "Ivo").await;
        let said = says(store, &ivo, "As a guest", None, noon()).await.unwrap().id;
        let (rosa, as_rosa) = account(store, "rosa").await;
        let mut tx = store.begin().await.unwrap();
        commenter::adopt(&mut tx, "Ivo", rosa, after(1)).await.unwrap();
        tx.commit().await.unwrap();
        let known = commenter::find(&**store, Who::Guest("Ivo")).await.unwrap();
        assert!(known.is_some(), "one who has said something takes nobody else's");
        assert_ne!(comment::by_id(&**store, said).await.unwrap().unwrap().commenter, as_rosa.id);

        let mut tx = store.begin().await.unwrap();
        commenter::forget(&mut tx, as_rosa.id, after(2)).await.unwrap();
        commenter::adopt(&mut tx, "Ivo", rosa, after(3)).await.unwrap();
        tx.commit().await.unwrap();
        let known = commenter::find(&**store, Who::Reader(rosa)).await.unwrap().unwrap();
        assert_eq!(known.id, ivo.id);
        assert!(commenter::find(&**store, Who::Guest("Ivo")).await.unwrap().is_none());
    }
}

static SHARED: std::sync::OnceLock<discuss::Story> = std::sync::OnceLock::new();
