use std::time::Duration;

use accounts::ceremony::{self, Kind, Whose};
use accounts::password::{self, Checked};
use accounts::throttle::{self, Subject};
use accounts::{AccountError, person, second_factor};
use base::{Actor, Role, Timestamp};
use store::Store;
use testkit::{noon, on_both_engines};
use totp_rs::{Builder, Secret};

use crate::add;

const PASSWORD: &str = "four lamps under the old bridge";

/// What an authenticator would show.
fn code(secret: &str, now: Timestamp) -> String {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap());
    let seconds = u64::try_from(now.as_micros() / 1_000_000).unwrap();
    totp.build().unwrap().generate(seconds).to_string()
}

async fn blocked(store: &Store, subject: Subject<'_>, now: Timestamp) -> bool {
    throttle::blocked(store, subject, now).await.unwrap().is_some()
}

on_both_engines! {
    async fn a_password_is_checked_and_an_account_that_there_is_not_looks_alike(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let anna = add(&mut tx, "Anna Kern", Role::Editor).await;
        let operator = Actor::Operator;
        person::set_email(&mut tx, &operator, anna, Some("Anna@Example.org"), noon()).await.unwrap();
        let hashed = password::hash(PASSWORD, &["anna kern"]).await.unwrap();
        password::set(&mut tx, &operator, anna, hashed, None, noon()).await.unwrap();
        tx.commit().await.unwrap();

        let check = async |login, password| password::check(&**store, login, password).await.unwrap();
        assert_eq!(check("anna@example.org", PASSWORD).await, Checked::Right(anna));
        assert_eq!(check(" ANNA-KERN ", PASSWORD).await, Checked::Right(anna));
        assert_eq!(check("anna-kern", "something else entirely").await, Checked::Wrong(anna));
        assert_eq!(check("nobody", PASSWORD).await, Checked::Nobody);
    }

    async fn no_code_is_taken_twice_and_recovery_codes_are_used_up(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let anna = add(&mut tx, "Anna Kern", Role::Editor).await;
        let actor = crate::person(anna, Role::Editor);
        let enrolled =
            second_factor::enrol(&mut tx, &actor, anna, "anna@example.org", "The Meridian", [9; 20])
                .await
                .unwrap();
        assert!(enrolled.url.starts_with("otpauth://totp/The%20Meridian:anna%40example.org?"));
        let now = noon();
        let first = code(&enrolled.secret, now);
        assert!(!second_factor::check(&mut tx, anna, &first, now).await.unwrap(), "unconfirmed");
        let wrong = second_factor::confirm(&mut tx, &actor, anna, "000000", [1; 32], now).await;
        assert!(matches!(wrong, Err(AccountError::Invalid(_))));
        let codes =
            second_factor::confirm(&mut tx, &actor, anna, &first, [1; 32], now).await.unwrap();
        assert_eq!(codes.len(), 10);
        assert!(!second_factor::check(&mut tx, anna, &first, now).await.unwrap(), "replayed");
        let later = now.plus(Duration::from_secs(30));
        let next = code(&enrolled.secret, later);
        assert!(second_factor::check(&mut tx, anna, &next, later).await.unwrap());
        assert!(!second_factor::check(&mut tx, anna, &first, later).await.unwrap(), "an older step");

        let spelled = codes[3].replace('-', " ").to_uppercase();
        assert!(second_factor::check_recovery(&mut tx, anna, &spelled, now).await.unwrap());
        assert!(!second_factor::check_recovery(&mut tx, anna, &codes[3], now).await.unwrap());
        assert!(!second_factor::check_recovery(&mut tx, anna, "nonsense", now).await.unwrap());
        assert_eq!(second_factor::codes_left(&tx, anna).await.unwrap(), 9);
        tx.commit().await.unwrap();
    }

    async fn who_guesses_waits_ever_longer(store: &TestStore) {
        let account = Subject::Account("Anna-Kern");
        let fail = async |times: usize, now| {
            let mut tx = store.begin().await.unwrap();
            for _ in 0..times {
                throttle::failed(&mut tx, account, now).await.unwrap();
            }
            tx.commit().await.unwrap();
        };
        fail(5, noon()).await;
        assert!(!blocked(store, account, noon()).await);
        fail(1, noon()).await;
        assert!(blocked(store, Subject::Account(" anna-kern"), noon()).await);
        assert!(!blocked(store, Subject::Address("anna-kern"), noon()).await);
        let later = noon().plus(Duration::from_secs(15));
        assert!(!blocked(store, account, later).await);
        fail(1, later).await;
        assert!(blocked(store, account, later.plus(Duration::from_secs(29))).await);
        fail(30, later).await;
        assert!(!blocked(store, account, later.plus(Duration::from_secs(3_600))).await);
        let mut tx = store.begin().await.unwrap();
        throttle::succeeded(&mut tx, account).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!blocked(store, account, later).await);
    }

    async fn what_is_waited_for_is_taken_once_and_in_time(store: &TestStore) {
        let begin = async |number| {
            let mut tx = store.begin().await.unwrap();
            let text = ceremony::begin(&mut tx, Kind::Passkey, Whose::Nobody, "kept", [number; 32], noon());
            let text = text.await.unwrap();
            tx.commit().await.unwrap();
            text
        };
        let take = async |kind, text: &str, now| {
            let mut tx = store.begin().await.unwrap();
            let taken = ceremony::take(&mut tx, kind, text, now).await.unwrap();
            tx.commit().await.unwrap();
            taken.map(|it| it.state)
        };
        let text = begin(1).await;
        assert_eq!(take(Kind::Provider, &text, noon()).await, None, "another kind");
        assert_eq!(take(Kind::Passkey, &text, noon()).await.as_deref(), Some("kept"));
        assert_eq!(take(Kind::Passkey, &text, noon()).await, None, "once");
        let late = begin(2).await;
        assert_eq!(take(Kind::Passkey, &late, noon().plus(Duration::from_secs(601))).await, None);
    }
}

#[tokio::test]
async fn easy_passwords_are_refused_with_a_reason() {
    for easy in ["short", "password1234", "aaaaaaaaaaaaaa", "anna kern 2026", "qwertyuiop12"] {
        let refused = password::hash(easy, &["Anna Kern"]).await;
        assert!(matches!(refused, Err(AccountError::Invalid(_))), "{easy}");
    }
    assert!(password::hash(PASSWORD, &["Anna Kern"]).await.is_ok());
}
