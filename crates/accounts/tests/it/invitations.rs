use accounts::invitation::{self, LASTS, accept, accept_first, find, first, invite};
use accounts::{AccountError, password, person, second_factor};
use base::{Actor, Role};
use testkit::{noon, on_both_engines};

use crate::add;

on_both_engines! {
    async fn the_first_link_makes_one_administrator_and_no_more(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let old = first(&mut tx, [1; 32], noon()).await.unwrap().unwrap();
        let link = first(&mut tx, [2; 32], noon()).await.unwrap().unwrap();
        assert!(find(&tx, &old, noon()).await.unwrap().is_none(), "only the newest counts");
        let found = find(&tx, &link, noon()).await.unwrap().unwrap();
        let anna =
            accept_first(&mut tx, found, "Anna Kern", "anna@example.org", noon()).await.unwrap();
        assert!(find(&tx, &link, noon()).await.unwrap().is_none(), "used up");
        let again = accept_first(&mut tx, found, "Ivo Brandt", "ivo@example.org", noon()).await;
        assert!(matches!(again, Err(AccountError::InvitationOver)));

        // As long as nobody can sign in, the operator is offered another way in.
        assert!(first(&mut tx, [3; 32], noon()).await.unwrap().is_some());
        let actor = crate::person(anna, Role::Administrator);
        let hashed = password::hash("four lamps under the old bridge", &[]).await.unwrap();
        password::set(&mut tx, &actor, anna, hashed, None, noon()).await.unwrap();
        assert!(first(&mut tx, [4; 32], noon()).await.unwrap().is_some(), "one factor is none");
        second_factor::enrol(&mut tx, &actor, anna, "anna", "site", [9; 20]).await.unwrap();
        let enrolled = second_factor::pending(&tx, anna, "anna", "site").await.unwrap().unwrap();
        let secret = totp_rs::Secret::try_from_base32(&enrolled.secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        let seconds = u64::try_from(noon().as_micros() / 1_000_000).unwrap();
        let code = totp.generate(seconds).to_string();
        second_factor::confirm(&mut tx, &actor, anna, &code, [1; 32], noon()).await.unwrap();
        assert!(first(&mut tx, [5; 32], noon()).await.unwrap().is_none());
        tx.commit().await.unwrap();
    }

    async fn an_invitation_lets_its_person_in_once(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let ivo = add(&mut tx, "Ivo Brandt", Role::Reporter).await;
        let anna = add(&mut tx, "Anna Kern", Role::Editor).await;
        let by_editor = crate::person(anna, Role::Editor);
        let refused = invite(&mut tx, &by_editor, ivo, [1; 32], noon()).await;
        assert!(matches!(refused, Err(AccountError::Denied(_))));
        let old = invite(&mut tx, &Actor::Operator, ivo, [2; 32], noon()).await.unwrap();
        let link = invite(&mut tx, &Actor::Operator, ivo, [3; 32], noon()).await.unwrap();
        assert!(find(&tx, &old, noon()).await.unwrap().is_none(), "replaced");
        assert!(find(&tx, &link, noon().plus(LASTS)).await.unwrap().is_none(), "too old");
        let found = find(&tx, &link, noon()).await.unwrap().unwrap();
        assert_eq!(found.person_id, Some(ivo));
        let other = accept(&mut tx, found, anna, noon()).await;
        assert!(matches!(other, Err(AccountError::InvitationOver)));
        tx.commit().await.unwrap();
    }

    async fn an_administrator_can_always_let_somebody_in(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let anna = add(&mut tx, "Anna Kern", Role::Administrator).await;
        let operator = Actor::Operator;
        let alone = person::grant(&mut tx, &operator, anna, Role::Editor, &[], noon()).await;
        assert!(matches!(alone, Err(AccountError::Invalid(_))));
        let alone = person::suspend(&mut tx, &operator, anna, noon()).await;
        assert!(matches!(alone, Err(AccountError::Invalid(_))));
        add(&mut tx, "Ivo Brandt", Role::Administrator).await;
        person::grant(&mut tx, &operator, anna, Role::Editor, &[], noon()).await.unwrap();
        assert!(!invitation::somebody_can_sign_in(&tx).await.unwrap());
        tx.commit().await.unwrap();
    }
}
