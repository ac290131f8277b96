//! The keys of readers beside mail: passkeys, and accounts at a provider.

use std::time::Duration;

use accounts::AccountError;
use accounts::reader::{self, Reader, identity, passkey};
use accounts::webauthn_rs::prelude::{DiscoverableKey, Passkey, Url};
use accounts::webauthn_rs::{Webauthn, WebauthnBuilder};
use base::ReaderId;
use store::Store;
use testkit::{Authenticator, noon, on_both_engines};
use uuid::Uuid;

const HERE: &str = "https://news.example";
const ISSUER: &str = "https://id.example";

fn site() -> Webauthn {
    WebauthnBuilder::new("news.example", &HERE.parse::<Url>().unwrap()).unwrap().build().unwrap()
}

/// A passkey that a ceremony has proved.
fn made(device: &mut Authenticator, owner: Uuid) -> Passkey {
    let (options, state) = site().start_passkey_registration(owner, "rosa", "Rosa", None).unwrap();
    let credential = device.makes(&serde_json::to_value(&options).unwrap());
    let credential = serde_json::from_value(credential).unwrap();
    site().finish_passkey_registration(&credential, &state).unwrap()
}

/// A reader whom a provider calls so, and whose address it has verified.
async fn arrives(store: &Store, subject: &str, email: &str) -> Result<Reader, AccountError> {
    let mut tx = store.begin().await?;
    let reader = identity::arrive(&mut tx, (ISSUER, subject), email, "Rosa", noon()).await?;
    tx.commit().await?;
    Ok(reader)
}

async fn adds(store: &Store, reader: ReaderId, made: &Passkey) -> Result<(), AccountError> {
    let mut tx = store.begin().await?;
    passkey::add(&mut tx, reader, " My telephone ", made, noon()).await?;
    Ok(tx.commit().await?)
}

async fn finds(store: &Store, made: &Passkey) -> Option<ReaderId> {
    let found = passkey::by_credential(store, made.cred_id().as_ref()).await.unwrap();
    found.map(|(reader, _)| reader)
}

async fn unlinks(store: &Store, reader: ReaderId) {
    let mut tx = store.begin().await.unwrap();
    identity::unlink(&mut tx, reader, ISSUER, noon()).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn a_passkey_is_its_readers_own_until_they_take_it_away(store: &TestStore) {
        let rosa = arrives(store, "1", "rosa@example.net").await.unwrap().id;
        let ivo = arrives(store, "2", "ivo@example.net").await.unwrap().id;
        unlinks(store, rosa).await;
        assert!(!reader::has_key(&**store, rosa).await.unwrap());
        assert!(!passkey::any(&**store).await.unwrap());
        let mut device = Authenticator::at(HERE);
        let made = made(&mut device, rosa.0);
        adds(store, rosa, &made).await.unwrap();
        for again in [rosa, ivo] {
            let refused = adds(store, again, &made).await;
            assert!(matches!(refused, Err(AccountError::Invalid(_))), "{refused:?}");
        }
        assert_eq!(finds(store, &made).await, Some(rosa));
        assert!(reader::has_key(&**store, rosa).await.unwrap());
        let known = passkey::all(&**store, rosa).await.unwrap();
        assert_eq!((known.len(), known[0].name.as_str()), (1, "My telephone"));
        assert_eq!(known[0].used_at, None);

        let (question, state) = site().start_discoverable_authentication().unwrap();
        let shown = device.shows(&serde_json::to_value(&question).unwrap());
        let shown = serde_json::from_value(shown).unwrap();
        let key = DiscoverableKey::from(&made);
        let result =
            site().finish_discoverable_authentication_v2(&shown, state, &key).unwrap();
        let later = noon().plus(Duration::from_secs(60));
        let mut tx = store.begin().await.unwrap();
        passkey::used(&mut tx, made.clone(), &result, later).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(passkey::all(&**store, rosa).await.unwrap()[0].used_at, Some(later));

        for (who, left) in [(ivo, 1), (rosa, 0), (rosa, 0)] {
            let mut tx = store.begin().await.unwrap();
            passkey::remove(&mut tx, who, known[0].id, noon()).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(passkey::all(&**store, rosa).await.unwrap().len(), left, "{who:?}");
        }
        assert_eq!(finds(store, &made).await, None);
        assert!(!reader::has_key(&**store, rosa).await.unwrap());
        let told = store::sql("SELECT COUNT(*) AS value FROM events
             WHERE name LIKE 'reader_passkey%'");
        assert_eq!(told.value::<i64>(&**store).await.unwrap(), 2);
    }

    async fn nobody_has_more_passkeys_than_devices(store: &TestStore) {
        let rosa = arrives(store, "1", "rosa@example.net").await.unwrap().id;
        let mut device = Authenticator::at(HERE);
        for _ in 0..20 {
            adds(store, rosa, &made(&mut device, rosa.0)).await.unwrap();
        }
        let refused = adds(store, rosa, &made(&mut device, rosa.0)).await;
        assert!(matches!(refused, Err(AccountError::Invalid(_))), "{refused:?}");
    }

    async fn an_account_elsewhere_is_bound_to_one_reader_whatever_becomes_of_the_address(
        store: &TestStore
    ) {
        let rosa = arrives(store, "7001", " Rosa@Example.net ").await.unwrap();
        assert_eq!((rosa.email.as_str(), rosa.name.as_str()), ("rosa@example.net", "Rosa"));
        assert!(reader::has_key(&**store, rosa.id).await.unwrap());
        // The same again, and by another address: it is the subject that counts.
        for email in ["rosa@example.net", "renamed@example.net"] {
            assert_eq!(arrives(store, "7001", email).await.unwrap(), rosa);
        }
        for (issuer, subject) in [(ISSUER, "7002"), ("https://other.example", "7001")] {
            assert_eq!(identity::find(&**store, issuer, subject).await.unwrap(), None);
        }
        // The address is somebody else's at the provider now.
        let heir = arrives(store, "7002", "rosa@example.net").await;
        assert!(matches!(heir, Err(AccountError::Invalid(_))), "{heir:?}");
        unlinks(store, rosa.id).await;
        assert_eq!(identity::find(&**store, ISSUER, "7001").await.unwrap(), None);
        assert_eq!(arrives(store, "7003", "ROSA@example.net").await.unwrap(), rosa);
        for typed in ["rosa", "", "a b@example.net"] {
            assert!(arrives(store, "7004", typed).await.is_err(), "{typed:?}");
        }
    }

    async fn who_is_signed_in_to_both_binds_one_to_the_other_once(store: &TestStore) {
        let rosa = arrives(store, "1", "rosa@example.net").await.unwrap().id;
        let ivo = arrives(store, "2", "ivo@example.net").await.unwrap().id;
        let link = async |reader, subject: &str| {
            let mut tx = store.begin().await.unwrap();
            let done = identity::link(&mut tx, reader, (ISSUER, subject), noon()).await;
            tx.commit().await.unwrap();
            done.is_ok()
        };
        assert!(link(rosa, "1").await, "it is bound already");
        assert!(!link(rosa, "2").await, "it is Ivo's");
        assert!(!link(rosa, "3").await, "another lets her in");
        unlinks(store, ivo).await;
        unlinks(store, rosa).await;
        assert!(link(rosa, "2").await);
        let found = identity::find(&**store, ISSUER, "2").await.unwrap().unwrap();
        assert_eq!(found.id, rosa);
    }

    async fn no_key_is_left_of_one_who_is_forgotten(store: &TestStore) {
        let rosa = arrives(store, "7001", "rosa@example.net").await.unwrap().id;
        let mut device = Authenticator::at(HERE);
        let made = made(&mut device, rosa.0);
        adds(store, rosa, &made).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        reader::forget(&mut tx, rosa, noon()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(finds(store, &made).await, None);
        assert_eq!(identity::find(&**store, ISSUER, "7001").await.unwrap(), None);
        let log = store::sql("SELECT COUNT(*) AS value FROM events
             WHERE payload LIKE '%rosa%' OR payload LIKE '%7001%' OR payload LIKE '%id.example%'");
        assert_eq!(log.value::<i64>(&**store).await.unwrap(), 0, "the log forgets nothing");
        assert_ne!(arrives(store, "7001", "rosa@example.net").await.unwrap().id, rosa);
    }
}
