use std::time::Duration;

use accounts::reader::{self, AskLink, Fate, LINK_LASTS, SESSION_LASTS, Session};
use accounts::{AccountError, secret};
use base::Timestamp;
use store::Store;
use testkit::{noon, on_both_engines};

const ASKED_HERE: &str = "the secret of the browser that asked";

/// Asks for a link, and reads it as whoever gets the mail does.
async fn link(store: &Store, email: &str, number: u8) -> Result<String, AccountError> {
    let mut tx = store.begin().await?;
    let command = AskLink {
        email,
        back: "/discussions/x",
        draft: "It rains.",
        browser: ASKED_HERE,
        link: [number; 32],
    };
    let mut mailed = String::new();
    let write = |link: &str| {
        mailed = link.to_owned();
        ("A link".to_owned(), link.to_owned())
    };
    reader::ask(&mut tx, command, write, noon()).await?;
    tx.commit().await?;
    assert_eq!(mailed, secret::text([number; 32]));
    Ok(mailed)
}

async fn opens(
    store: &Store,
    link: &str,
    browser: Option<&str>,
    name: &str,
    now: Timestamp,
) -> Result<Result<(Session, String), Fate>, AccountError> {
    let mut tx = store.begin().await?;
    let secret = store.secret();
    let done = reader::redeem(&mut tx, (link, browser), name, (secret, "a browser"), now).await?;
    tx.commit().await?;
    Ok(done)
}

on_both_engines! {
    async fn a_link_lets_in_once_and_in_the_browser_that_asked(store: &TestStore) {
        let link = link(store, " Rosa@Example.net ", 1).await.unwrap();
        for other in [None, Some("another browser"), Some("")] {
            let fate = reader::fate(&**store, &link, other, noon()).await.unwrap();
            assert_eq!(fate, Fate::Elsewhere, "{other:?}");
            assert_eq!(opens(store, &link, other, "Eve", noon()).await.unwrap(), Err(Fate::Elsewhere));
        }
        let Fate::Open(known) =
            reader::fate(&**store, &link, Some(ASKED_HERE), noon()).await.unwrap()
        else {
            panic!("it was used by looking");
        };
        assert_eq!((known.email.as_str(), known.name.as_str()), ("rosa@example.net", ""));
        let (session, cookie) =
            opens(store, &link, Some(ASKED_HERE), " Rosa\n Díaz ", noon()).await.unwrap().unwrap();
        assert_eq!(session.reader.name, "Rosa Díaz");
        assert_eq!((session.back.as_str(), session.draft.as_str()), ("/discussions/x", "It rains."));
        assert_eq!(reader::find(&**store, &cookie, noon()).await.unwrap(), Some(session));
        assert!(reader::find(&**store, "another", noon()).await.unwrap().is_none());
        let late = noon().plus(SESSION_LASTS);
        assert!(reader::find(&**store, &cookie, late).await.unwrap().is_none());

        let again = opens(store, &link, Some(ASKED_HERE), "Rosa", noon()).await.unwrap();
        assert_eq!(again, Err(Fate::Used));
    }

    async fn a_link_is_good_for_fifteen_minutes(store: &TestStore) {
        let link = link(store, "rosa@example.net", 1).await.unwrap();
        let (soon, late) = (noon().plus(LINK_LASTS - Duration::from_secs(1)), noon().plus(LINK_LASTS));
        assert!(matches!(
            reader::fate(&**store, &link, Some(ASKED_HERE), soon).await.unwrap(),
            Fate::Open(_)
        ));
        let over = opens(store, &link, Some(ASKED_HERE), "Rosa", late).await.unwrap();
        assert_eq!(over, Err(Fate::Over));
        let never = opens(store, "never", Some(ASKED_HERE), "Rosa", noon()).await.unwrap();
        assert_eq!(never, Err(Fate::Over));
    }

    async fn the_same_address_is_the_same_reader_and_may_be_called_otherwise(store: &TestStore) {
        let first = link(store, "rosa@example.net", 1).await.unwrap();
        let nameless = opens(store, &first, Some(ASKED_HERE), " \u{7} ", noon()).await;
        assert!(matches!(nameless, Err(AccountError::Invalid(_))), "{nameless:?}");
        let (before, _) =
            opens(store, &first, Some(ASKED_HERE), "Rosa", noon()).await.unwrap().unwrap();
        let second = link(store, "ROSA@example.net", 2).await.unwrap();
        let (after, _) =
            opens(store, &second, Some(ASKED_HERE), "", noon()).await.unwrap().unwrap();
        assert_eq!(before.reader, after.reader);
        let mut tx = store.begin().await.unwrap();
        reader::rename(&mut tx, after.reader.id, "Rosa D.").await.unwrap();
        tx.commit().await.unwrap();
        let known = reader::by_id(&**store, after.reader.id).await.unwrap().unwrap();
        assert_eq!(known.name, "Rosa D.");
        assert_eq!(reader::of_reader(&**store, known.id, noon()).await.unwrap().len(), 2);
    }

    async fn nothing_is_left_of_one_who_is_forgotten(store: &TestStore) {
        let first = link(store, "rosa@example.net", 1).await.unwrap();
        let (session, cookie) =
            opens(store, &first, Some(ASKED_HERE), "Rosa", noon()).await.unwrap().unwrap();
        let second = link(store, "rosa@example.net", 2).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        reader::forget(&mut tx, session.reader.id, noon()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(reader::find(&**store, &cookie, noon()).await.unwrap().is_none());
        assert!(reader::by_email(&**store, "rosa@example.net").await.unwrap().is_none());
        let over = opens(store, &second, Some(ASKED_HERE), "Rosa", noon()).await.unwrap();
        assert_eq!(over, Err(Fate::Over), "a link from before makes no account anew");
        let log = store::sql("SELECT COUNT(*) AS value FROM events WHERE payload LIKE '%rosa%'");
        assert_eq!(log.value::<i64>(&**store).await.unwrap(), 0, "the log forgets nothing");
    }

    async fn what_is_no_address_gets_no_mail(store: &TestStore) {
        for typed in ["", "rosa", "rosa@", "@example.net", "rosa@example.net\r\nBcc: x@y.z", "a b@c.d"] {
            assert!(link(store, typed, 1).await.is_err(), "{typed:?}");
        }
        assert_eq!(store::jobs::waiting(store).await.unwrap(), 0);
    }
}
