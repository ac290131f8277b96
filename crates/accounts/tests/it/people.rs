use accounts::identity;
use accounts::{AccountError, person};
use base::{Actor, Role};
use testkit::{noon, on_both_engines};

use crate::add;

on_both_engines! {
    async fn an_e_mail_address_is_one_persons(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let anna = add(&mut tx, "Anna Kern", Role::Editor).await;
        let ivo = add(&mut tx, "Ivo Brandt", Role::Editor).await;
        let by_anna = crate::person(anna, Role::Editor);
        person::set_email(&mut tx, &by_anna, anna, Some(" Anna@Example.org"), noon()).await.unwrap();
        for wrong in ["anna", "anna@", "@example.org", "a b@example.org", "a@b@example.org"] {
            let refused = person::set_email(&mut tx, &by_anna, anna, Some(wrong), noon()).await;
            assert!(matches!(refused, Err(AccountError::Invalid(_))), "{wrong}");
        }
        let others = person::set_email(&mut tx, &by_anna, ivo, Some("x@example.org"), noon()).await;
        assert!(matches!(others, Err(AccountError::Denied(_))));
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let operator = Actor::Operator;
        let taken = person::set_email(&mut tx, &operator, ivo, Some("anna@example.org"), noon());
        assert!(matches!(taken.await, Err(AccountError::EmailTaken(_))));
    }

    async fn a_provider_lets_in_whose_verified_address_is_known(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let anna = add(&mut tx, "Anna Kern", Role::Editor).await;
        let reader = add(&mut tx, "Rosa Kern", Role::Reader).await;
        let operator = Actor::Operator;
        for (who, email) in [(anna, "anna@example.org"), (reader, "rosa@example.org")] {
            person::set_email(&mut tx, &operator, who, Some(email), noon()).await.unwrap();
        }
        let issuer = "https://id.example";
        let link = async |tx: &mut store::Tx, subject: &str, email: &str| {
            identity::link_by_email(tx, issuer, subject, email, noon()).await.unwrap()
        };
        assert_eq!(link(&mut tx, "1", "nobody@example.org").await, None);
        assert_eq!(link(&mut tx, "2", "rosa@example.org").await, None, "readers have no access");
        assert_eq!(link(&mut tx, "3", "anna@example.org").await, Some(anna));
        assert_eq!(identity::find(&tx, issuer, "3").await.unwrap(), Some(anna));
        assert_eq!(identity::find(&tx, "https://other.example", "3").await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}
