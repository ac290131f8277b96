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
        let gone = add(&mut tx, "Ivo Brandt", Role::Editor).await;
        let operator = Actor::Operator;
        let addresses =
            [(anna, "anna@example.org"), (reader, "rosa@example.org"), (gone, "ivo@example.org")];
        for (who, email) in addresses {
            person::set_email(&mut tx, &operator, who, Some(email), noon()).await.unwrap();
        }
        person::suspend(&mut tx, &operator, gone, noon()).await.unwrap();
        let issuer = "https://id.example";
        let link = async |tx: &mut store::Tx, subject: &str, email: &str| {
            identity::link_by_email(tx, issuer, subject, email, noon()).await
        };
        assert_eq!(link(&mut tx, "1", "nobody@example.org").await.unwrap(), None);
        let readers = link(&mut tx, "2", "rosa@example.org").await;
        assert!(matches!(readers, Err(AccountError::Denied(_))), "{readers:?}");
        let suspended = link(&mut tx, "3", "ivo@example.org").await;
        assert!(matches!(suspended, Err(AccountError::Suspended)), "{suspended:?}");
        assert_eq!(link(&mut tx, "4", "anna@example.org").await.unwrap(), Some(anna));
        assert_eq!(identity::find(&tx, issuer, "4").await.unwrap(), Some(anna));
        assert_eq!(identity::find(&tx, "https://other.example", "4").await.unwrap(), None);
        let heir = link(&mut tx, "5", "anna@example.org").await;
        assert!(matches!(heir, Err(AccountError::Invalid(_))), "an address that was given on");
        assert_eq!(identity::find(&tx, issuer, "5").await.unwrap(), None);
        tx.commit().await.unwrap();
    }

    async fn ones_own_accounts_are_linked_and_unlinked_and_the_last_way_in_stays(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let anna = add(&mut tx, "Anna Kern", Role::Editor).await;
        let ivo = add(&mut tx, "Ivo Brandt", Role::Editor).await;
        let (by_anna, by_ivo) = (crate::person(anna, Role::Editor), crate::person(ivo, Role::Editor));
        let issuer = "https://id.example";
        for subject in ["1", "2", "1"] {
            identity::link_own(&mut tx, &by_anna, anna, issuer, subject, noon()).await.unwrap();
        }
        let taken = identity::link_own(&mut tx, &by_ivo, ivo, issuer, "1", noon()).await;
        assert!(matches!(taken, Err(AccountError::Invalid(_))), "{taken:?}");
        let foreign = identity::link_own(&mut tx, &by_ivo, anna, issuer, "3", noon()).await;
        assert!(matches!(foreign, Err(AccountError::Denied(_))), "{foreign:?}");
        let foreign = identity::unlink(&mut tx, &by_ivo, anna, issuer, "1", noon()).await;
        assert!(matches!(foreign, Err(AccountError::Denied(_))), "{foreign:?}");
        identity::unlink(&mut tx, &by_anna, anna, issuer, "1", noon()).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.begin().await.unwrap();
        let last = identity::unlink(&mut tx, &by_anna, anna, issuer, "2", noon()).await;
        assert!(matches!(last, Err(AccountError::Invalid(_))), "{last:?}");
        drop(tx);
        let left = identity::all(&**store, anna).await.unwrap();
        assert_eq!(left.iter().map(|it| it.subject.as_str()).collect::<Vec<_>>(), ["2"]);
    }
}
