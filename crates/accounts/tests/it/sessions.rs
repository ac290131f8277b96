use std::time::Duration;

use accounts::session::{self, Client, FRESH, IDLE, LONGEST};
use accounts::{AccountError, person};
use base::{Actor, Role};
use store::events::Method;
use testkit::{noon, on_both_engines};

use crate::add;

on_both_engines! {
    async fn a_session_lives_while_it_is_used_and_never_too_long(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let anna = add(&mut tx, "Anna Kern", Role::Reporter).await;
        let client = Client { agent: "a browser".into(), address: "127.0.0.1".into() };
        let text =
            session::begin(&mut tx, anna, Method::Passkey, &client, [1; 32], noon()).await.unwrap();
        tx.commit().await.unwrap();

        let found = session::find(&**store, &text, noon()).await.unwrap().unwrap();
        assert_eq!((found.person.id, found.is_fresh(noon())), (anna, true));
        assert!(!found.is_fresh(noon().plus(FRESH + Duration::from_secs(1))));
        assert!(session::find(&**store, "another", noon()).await.unwrap().is_none());
        let unused = noon().plus(IDLE);
        assert!(session::find(&**store, &text, unused).await.unwrap().is_none());

        let mut now = noon();
        while now < noon().plus(LONGEST - Duration::from_secs(86_400)) {
            now = now.plus(Duration::from_secs(86_400));
            let found = session::find(&**store, &text, now).await.unwrap().unwrap();
            let mut tx = store.begin().await.unwrap();
            assert_eq!(session::refresh(&mut tx, &found, [2; 32], now).await.unwrap(), None);
            tx.commit().await.unwrap();
        }
        assert!(session::find(&**store, &text, noon().plus(LONGEST)).await.unwrap().is_none());
    }

    async fn a_change_of_rights_gives_each_session_a_new_secret_once(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let anna = add(&mut tx, "Anna Kern", Role::Reporter).await;
        let text = session::begin(
            &mut tx, anna, Method::Passkey, &Client::default(), [1; 32], noon(),
        )
        .await
        .unwrap();
        person::grant(&mut tx, &Actor::Operator, anna, Role::Editor, &[], noon()).await.unwrap();
        tx.commit().await.unwrap();

        let found = session::find(&**store, &text, noon()).await.unwrap().unwrap();
        assert!(found.renew && matches!(found.actor, Actor::Person { role: Role::Editor, .. }));
        let mut tx = store.begin().await.unwrap();
        let renewed = session::refresh(&mut tx, &found, [2; 32], noon()).await.unwrap().unwrap();
        let twice = session::refresh(&mut tx, &found, [3; 32], noon()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(twice, None, "the other request of the same moment");
        assert!(session::find(&**store, &text, noon()).await.unwrap().is_none(), "the old secret");
        let found = session::find(&**store, &renewed, noon()).await.unwrap().unwrap();
        assert!(!found.renew);
    }

    async fn sessions_end_by_their_person_or_an_administrator(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let anna = add(&mut tx, "Anna Kern", Role::Editor).await;
        let ivo = add(&mut tx, "Ivo Brandt", Role::Editor).await;
        let client = Client::default();
        let text =
            session::begin(&mut tx, anna, Method::Passkey, &client, [1; 32], noon()).await.unwrap();
        tx.commit().await.unwrap();
        let known = session::of_person(&**store, anna, noon()).await.unwrap();
        assert_eq!(known.len(), 1);

        let mut tx = store.begin().await.unwrap();
        let by_ivo = crate::person(ivo, Role::Editor);
        let refused = session::end(&mut tx, &by_ivo, known[0].id, noon()).await;
        assert!(matches!(refused, Err(AccountError::Denied(_))));
        let by_anna = crate::person(anna, Role::Editor);
        session::end(&mut tx, &by_anna, known[0].id, noon()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(session::find(&**store, &text, noon()).await.unwrap().is_none());
    }

    async fn who_is_suspended_is_out_at_once(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let anna = add(&mut tx, "Anna Kern", Role::Editor).await;
        let client = Client::default();
        let text =
            session::begin(&mut tx, anna, Method::Passkey, &client, [1; 32], noon()).await.unwrap();
        person::suspend(&mut tx, &Actor::Operator, anna, noon()).await.unwrap();
        let again = session::begin(&mut tx, anna, Method::Passkey, &client, [2; 32], noon()).await;
        assert!(matches!(again, Err(AccountError::Suspended)));
        tx.commit().await.unwrap();
        assert!(session::find(&**store, &text, noon()).await.unwrap().is_none());
    }
}
