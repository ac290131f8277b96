use base::{Actor, Role};
use discuss::comment::{self, Order, State, threads};
use discuss::rule::{self, Mode, Rule, Scope};
use discuss::{DiscussError, Text, words};
use testkit::{noon, on_both_engines};

use crate::desk::*;

on_both_engines! {
    async fn threads_are_read_in_each_order_page_by_page(store: &TestStore) {
        site_is(store, Mode::After).await;
        let mut all = Vec::new();
        for number in 0..7 {
            let who = guest(store, &format!("Reader {number}")).await;
            all.push(says(store, &who, &format!("No. {number}"), None, after(number)).await.unwrap().id);
        }
        let rosa = guest(store, "Rosa").await;
        says(store, &rosa, "An answer", Some(all[2]), after(100)).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        comment::recommend(&mut tx, &Actor::Reader, reads(&rosa), all[4], after(101)).await.unwrap();
        comment::recommend(&mut tx, &Actor::Reader, reads(&rosa), all[4], after(102)).await.unwrap();
        tx.commit().await.unwrap();
        for (order, expected) in [
            (Order::Newest, [6, 5, 4, 3, 2, 1, 0]),
            (Order::Oldest, [0, 1, 2, 3, 4, 5, 6]),
            (Order::Recommended, [4, 6, 5, 3, 2, 1, 0]),
            (Order::Replied, [2, 6, 5, 4, 3, 1, 0]),
        ] {
            let (mut read, mut last) = (Vec::new(), None);
            loop {
                let page =
                    threads(store, story().article, order, last.as_ref(), 3).await.unwrap();
                read.extend(page.comments.iter().map(|it| it.id));
                last = page.comments.last().cloned();
                if !page.more { break }
            }
            let expected: Vec<_> = expected.iter().map(|at: &usize| all[*at]).collect();
            assert_eq!(read, expected, "{order:?}");
        }
        assert_eq!(comment::shown_count(store, story().article).await.unwrap(), 8);
        let four = comment::by_id(store, all[4]).await.unwrap().unwrap();
        assert_eq!(four.recommended, 1, "one reader counts once");
    }

    async fn a_thread_is_read_in_its_order_and_no_deeper_than_it_is_shown(store: &TestStore) {
        site_is(store, Mode::After).await;
        let mut above = None;
        let mut all = Vec::new();
        for depth in 0..8_u64 {
            let who = guest(store, &format!("Reader {depth}")).await;
            let said = says(store, &who, &format!("Deep {depth}"), above, after(depth)).await.unwrap();
            above = Some(said.id);
            all.push(said.id);
        }
        let late = guest(store, "Late").await;
        let beside = says(store, &late, "Beside", Some(all[0]), after(50)).await.unwrap().id;
        let root = comment::by_id(store, all[0]).await.unwrap().unwrap();
        assert_eq!(root.replies, 8);
        let first = comment::replies_of(store, std::slice::from_ref(&root), 3).await.unwrap();
        let ids: Vec<_> = first[0].comments.iter().map(|it| it.id).collect();
        assert_eq!((ids, first[0].more), (all[1..4].to_vec(), true));
        let rest = comment::thread_of(store, root.id, first[0].comments.last(), 50).await.unwrap();
        let ids: Vec<_> = rest.comments.iter().map(|it| it.id).collect();
        assert_eq!(ids, [&all[4..], &[beside]].concat());
        assert!(rest.comments.iter().all(|it| it.depth <= comment::DEPTH_MAX));
        assert_eq!(rest.comments[3].parent, Some(all[6]), "what it answers is not forgotten");
    }

    async fn what_a_discussions_rule_says_is_done(store: &TestStore) {
        let (new, known) = (guest(store, "New").await, regular(store, "Known").await);
        for (number, (mode, of_new, of_known)) in [
            (Mode::After, Some(true), Some(true)),
            (Mode::Newcomers, Some(false), Some(true)),
            (Mode::Before, Some(false), Some(false)),
            (Mode::ReadOnly, None, None),
            (Mode::Closed, None, None),
        ].into_iter().enumerate() {
            site_is(store, mode).await;
            let now = after(100 * u64::try_from(number).unwrap());
            for (who, expected) in [(&new, of_new), (&known, of_known)] {
                let said = says(store, who, &format!("Under {mode:?}"), None, now).await;
                assert_eq!(said.ok().map(|it| it.shown), expected, "{mode:?} {}", who.name);
            }
        }
    }

    async fn the_innermost_rule_holds_and_a_discussion_closes_by_itself(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let operator = &Actor::Operator;
        let set = [
            (Scope::Site, Rule { mode: Some(Mode::Closed), closes_after: Some(2), speak: None }),
            (Scope::Section(SECTION), Rule { mode: Some(Mode::Before), closes_after: None, speak: None }),
        ];
        for (scope, rule) in set {
            rule::set(&mut tx, operator, scope, &[], rule, noon()).await.unwrap();
        }
        let story = story();
        let holds = async |tx: &store::Tx, at| rule::in_force(tx, &story, at).await.unwrap().mode;
        assert_eq!(holds(&tx, after(0)).await, Mode::Before);
        let own = Rule { mode: Some(Mode::After), closes_after: None, speak: None };
        rule::set(&mut tx, operator, Scope::Story(story.article), &[], own, noon()).await.unwrap();
        assert_eq!(holds(&tx, after(2 * 86_400 - 1)).await, Mode::After);
        assert_eq!(holds(&tx, after(2 * 86_400)).await, Mode::ReadOnly);
        let never = Rule { mode: None, closes_after: Some(0), speak: None };
        rule::set(&mut tx, operator, Scope::Story(story.article), &[], never, noon()).await.unwrap();
        assert_eq!(holds(&tx, after(200 * 86_400)).await, Mode::Before);
        let refused = rule::set(&mut tx, &somebody(Role::Reporter), Scope::Site, &[], own, noon()).await;
        assert!(matches!(refused, Err(DiscussError::Denied(_))), "{refused:?}");
    }

    async fn what_is_sent_twice_is_said_once(store: &TestStore) {
        site_is(store, Mode::After).await;
        let rosa = guest(store, "Rosa").await;
        let first = says(store, &rosa, "Only once.", None, after(0)).await.unwrap();
        let second = says(store, &rosa, "Only once.\r\n", None, after(1)).await.unwrap();
        assert_eq!(first, second);
        let answer = says(store, &rosa, "Only once.", Some(first.id), after(2)).await.unwrap();
        assert_ne!(answer.id, first.id, "under another comment it is another");
        assert_eq!(comment::shown_count(store, story().article).await.unwrap(), 2);
    }

    async fn a_flood_ends_and_says_so(store: &TestStore) {
        site_is(store, Mode::After).await;
        let rosa = guest(store, "Rosa").await;
        for number in 0..6 {
            says(store, &rosa, &format!("No. {number}"), None, after(number)).await.unwrap();
        }
        let told = says(store, &rosa, "No. 6", None, after(7)).await.unwrap_err().to_string();
        assert_eq!(told, "That is a lot at once. Wait a minute, and send it again.");
        says(store, &rosa, "No. 6", None, after(70)).await.unwrap();

        let network = Some("2001:db8:1:2::/64");
        let mut refused = 0;
        for number in 0..40_u64 {
            let who = guest(store, &format!("Of one house {number}")).await;
            let text = format!("House {number}");
            let said = says_from(store, &who, &text, None, network, after(200 + number / 10)).await;
            refused += usize::from(matches!(said, Err(DiscussError::TooMuch(_))));
        }
        assert_eq!(refused, 10, "behind one network there are thirty in a minute, and no more");
    }

    async fn links_of_newcomers_and_many_links_wait(store: &TestStore) {
        site_is(store, Mode::After).await;
        let (new, known) = (guest(store, "New").await, regular(store, "Known").await);
        let one = "See https://example.org/a";
        assert!(!says(store, &new, one, None, after(0)).await.unwrap().shown);
        assert!(says(store, &known, one, None, after(1)).await.unwrap().shown);
        let many: String = (0..4).map(|it| format!("<https://example.org/{it}> ")).collect();
        assert!(!says(store, &known, &many, None, after(2)).await.unwrap().shown);
    }

    async fn words_that_are_looked_for_are_found_whole_and_in_their_language(store: &TestStore) {
        site_is(store, Mode::After).await;
        let rosa = guest(store, "Rosa").await;
        says(store, &rosa, "You scunthorpe fool!", None, after(0)).await.unwrap();
        let (hits, looked_at) = words::dry_run(store, "fool\nunthorpe").await.unwrap();
        assert_eq!((hits.len(), looked_at), (1, 1));
        assert_eq!(hits[0].words, ["fool"], "words are met whole");
        let mut tx = store.begin().await.unwrap();
        let (banned, suspect) = ("Fool\nbad  Egg\n", "egg\nfool\n");
        words::set(&mut tx, &Actor::Operator, "", (banned, suspect), noon()).await.unwrap();
        words::set(&mut tx, &Actor::Operator, "de", ("huhn", ""), noon()).await.unwrap();
        tx.commit().await.unwrap();
        let told = says(store, &rosa, "A FOOL, he is.", None, after(1)).await.unwrap_err();
        assert_eq!(told.to_string(), "Comments with “fool” are not taken here. Say it otherwise.");
        assert!(says(store, &rosa, "A bad,  egg", None, after(2)).await.is_err());
        assert!(!says(store, &rosa, "An egg", None, after(3)).await.unwrap().shown);
        assert!(says(store, &rosa, "Das Huhn", None, after(4)).await.unwrap().shown);
    }

    async fn nothing_gets_in_by_a_change_that_would_not_by_itself(store: &TestStore) {
        site_is(store, Mode::After).await;
        let rosa = guest(store, "Rosa").await;
        let said = says(store, &rosa, "Well", None, after(0)).await.unwrap().id;
        let mut tx = store.begin().await.unwrap();
        words::set(&mut tx, &Actor::Operator, "", ("fool", ""), noon()).await.unwrap();
        tx.commit().await.unwrap();
        let banned = changes(store, &rosa, said, "A fool", after(1)).await;
        assert!(matches!(banned, Err(DiscussError::Invalid(_))), "{banned:?}");
        let linked = changes(store, &rosa, said, "https://example.org/", after(2)).await.unwrap();
        assert_eq!(linked.state, State::Waiting);
        assert_eq!(comment::shown_count(store, story().article).await.unwrap(), 0);
        site_is(store, Mode::ReadOnly).await;
        let closed = changes(store, &rosa, said, "Well, well", after(3)).await;
        assert!(matches!(closed, Err(DiscussError::Closed(_))), "{closed:?}");
    }

    async fn nothing_is_answered_that_is_not_there_or_elsewhere(store: &TestStore) {
        site_is(store, Mode::Before).await;
        let rosa = guest(store, "Rosa").await;
        let waiting = says(store, &rosa, "Waits", None, after(0)).await.unwrap();
        assert!(!waiting.shown);
        let nowhere = base::CommentId(uuid::Uuid::from_u128(99));
        for parent in [waiting.id, nowhere] {
            let refused = says(store, &rosa, "An answer", Some(parent), after(1)).await;
            assert!(matches!(refused, Err(DiscussError::NoSuchComment(_))), "{refused:?}");
        }
    }

    async fn ones_own_comment_can_be_changed_for_a_while_and_taken_away_at_any_time(
        store: &TestStore
    ) {
        site_is(store, Mode::After).await;
        let (rosa, ivo) = (guest(store, "Rosa").await, guest(store, "Ivo").await);
        let said = says(store, &rosa, "Frist!", None, after(0)).await.unwrap().id;
        let answer = says(store, &ivo, "Congratulations", Some(said), after(1)).await.unwrap().id;
        let reader = &Actor::Reader;
        let edited = changes(store, &rosa, said, "First!", after(299)).await.unwrap();
        let text = Text::parse("First!").unwrap();
        assert_eq!((edited.text.as_ref(), edited.state), (Some(&text), State::Shown));
        let late = changes(store, &rosa, said, "Forst!", after(301)).await;
        assert!(matches!(late, Err(DiscussError::Closed(_))), "{late:?}");
        let foreign = changes(store, &ivo, said, "First!", after(2)).await;
        assert!(matches!(foreign, Err(DiscussError::NoSuchComment(_))), "{foreign:?}");
        let mut tx = store.begin().await.unwrap();
        comment::remove(&mut tx, reader, rosa.id, said, after(400)).await.unwrap();
        comment::remove(&mut tx, reader, rosa.id, said, after(401)).await.unwrap();
        tx.commit().await.unwrap();
        let page = threads(store, story().article, Order::Newest, None, 9).await.unwrap();
        assert_eq!(page.comments.len(), 1, "its place stays while there is an answer");
        assert_eq!((page.comments[0].text.as_ref(), page.comments[0].name.as_str()), (None, ""));
        let mut tx = store.begin().await.unwrap();
        comment::remove(&mut tx, reader, ivo.id, answer, after(402)).await.unwrap();
        tx.commit().await.unwrap();
        let page = threads(store, story().article, Order::Newest, None, 9).await.unwrap();
        assert_eq!(page.comments, []);
        assert_eq!(comment::shown_count(store, story().article).await.unwrap(), 0);
    }
}
