//! Links that show a story before it is published.

use std::time::Duration;

use accounts::person::{self, AddPerson};
use base::{Actor, Grant, Role};
use publish::assignment::{self, Assign};
use publish::preview;
use testkit::{noon, on_both_engines};

use crate::desk::{after, change, content, create, ensure};

const DAY: Duration = Duration::from_secs(86_400);

on_both_engines! {
    async fn a_link_shows_its_story_until_it_ends(store: &TestStore) {
        let id = create(store, content("Two presidents speak")).await;
        let mut tx = store.begin().await.unwrap();
        let add = AddPerson { role: Role::Editor, ..AddPerson::author("Rosa Kern") };
        let rosa = person::add(&mut tx, &Actor::Operator, add, noon()).await.unwrap();
        let editor = Actor::Person { person: rosa, role: Role::Editor, grants: Vec::new() };
        let make = async |tx: &mut store::Tx, secret: u8| {
            preview::share(tx, &editor, id, "The ministry", DAY, [secret; 32], noon()).await.unwrap()
        };
        let (kept, revoked) = (make(&mut tx, 1).await, make(&mut tx, 2).await);
        let shows = async |tx: &store::Tx, text: &str, at| {
            preview::find(tx, text, at).await.unwrap().map(|it| it.article_id)
        };
        assert_eq!(shows(&tx, &kept, noon()).await, Some(id));
        assert_eq!(shows(&tx, &kept, noon().plus(DAY)).await, None, "it has ended");
        assert_eq!(shows(&tx, &kept[1..], noon()).await, None, "nearly is not enough");

        let all = preview::of_article(&tx, id, noon()).await.unwrap();
        assert_eq!(all.len(), 2);
        let second = shows_id(&tx, &revoked).await;
        preview::revoke(&mut tx, &editor, id, second, noon()).await.unwrap();
        assert_eq!(shows(&tx, &revoked, noon()).await, None, "it was revoked");
        assert!(preview::revoke(&mut tx, &editor, id, second, noon()).await.is_err());
        assert_eq!(shows(&tx, &kept, noon()).await, Some(id));

        person::suspend(&mut tx, &Actor::Operator, rosa, noon()).await.unwrap();
        assert_eq!(shows(&tx, &kept, noon()).await, None, "it ends with its maker's rights");
        tx.commit().await.unwrap();
    }

    async fn who_is_staff_in_one_section_only_can_share_and_be_given_work(store: &TestStore) {
        let id = create(store, content("Two presidents speak")).await;
        let section = ensure(store, "news").await;
        let mut tx = store.begin().await.unwrap();
        let operator = Actor::Operator;
        let add = AddPerson::author("Rosa Kern");
        let rosa = person::add(&mut tx, &operator, add, noon()).await.unwrap();
        let grants = vec![Grant { section, role: Role::Editor }];
        person::grant(&mut tx, &operator, rosa, Role::Reader, &grants, noon()).await.unwrap();
        let editor = Actor::Person { person: rosa, role: Role::Reader, grants };
        let text = preview::share(&mut tx, &editor, id, "", DAY, [1; 32], noon()).await.unwrap();
        assert!(preview::find(&tx, &text, noon()).await.unwrap().is_some());
        let command = Assign { person: rosa, task: String::new(), due: None };
        assignment::assign(&mut tx, &operator, id, command, noon()).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn a_link_lasts_no_longer_than_anybody_would_remember_it(store: &TestStore) {
        let id = create(store, content("Two presidents speak")).await;
        for lasts in [Duration::ZERO, 91 * DAY] {
            let editor = crate::desk::editor();
            let shared = change(store, async |tx| {
                preview::share(tx, &editor, id, "", lasts, [1; 32], after(1)).await
            });
            let told = "A preview link lasts between 1 and 90 days.";
            assert_eq!(shared.await.unwrap_err().to_string(), told);
        }
    }
}

async fn shows_id(tx: &store::Tx, text: &str) -> base::PreviewId {
    preview::find(tx, text, noon()).await.unwrap().unwrap().id
}
