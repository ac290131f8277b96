use std::time::Duration;

use base::{Actor, NetworkBanId, Role};
use discuss::comment::{self, PostComment};
use discuss::network::{self, Ban, KEPT};
use discuss::rule::Mode;
use discuss::{DiscussError, Text, queue};
use store::{Event, Store, sql};
use testkit::on_both_engines;

use crate::desk::*;

const DAY: Duration = Duration::from_secs(86_400);
const OFFICE: &str = "192.0.2.7";
const HOUSE: &str = "2001:db8:1:2::/64";

async fn bans(
    store: &Store,
    who: &Actor,
    network: &str,
    (days, words): (u32, &str),
    seconds: u64,
) -> discuss::Result<Ban> {
    let mut tx = store.begin().await?;
    let now = after(seconds);
    let ban = network::ban(&mut tx, who, network, now.plus(DAY * days), words, now).await?;
    tx.commit().await?;
    Ok(ban)
}

async fn lifts(store: &Store, who: &Actor, ban: NetworkBanId) -> discuss::Result<()> {
    let mut tx = store.begin().await?;
    network::lift(&mut tx, who, ban, after(90)).await?;
    tx.commit().await?;
    Ok(())
}

on_both_engines! {
    async fn from_a_network_that_is_banned_nothing_is_taken_until_then(store: &TestStore) {
        site_is(store, Mode::After).await;
        let nora = moderator(store, "Nora").await;
        let (rosa, ivo) = (guest(store, "Rosa").await, guest(store, "Ivo").await);
        for (who, network, seconds) in [(&rosa, OFFICE, 0), (&ivo, HOUSE, 1)] {
            let words = format!("From {network}");
            says_from(store, who, &words, None, Some(network), after(seconds)).await.unwrap();
        }
        let ban = bans(store, &nora, HOUSE, (3, " Floods. "), 10).await.unwrap();
        assert_eq!((ban.network.as_str(), ban.words.as_str()), (HOUSE, "Floods."));
        assert_eq!(ban.person_id, nora.person());
        // Whoever it is who comes from there, and nobody else.
        for (who, text) in [(&rosa, "One"), (&ivo, "Two")] {
            let told = says_from(store, who, text, None, Some(HOUSE), after(20)).await.unwrap_err();
            let told = told.to_string();
            assert!(told.contains("the network that you write from until 2026-01-04 12:00 UTC"));
        }
        assert!(says_from(store, &ivo, "Two", None, Some(OFFICE), after(21)).await.unwrap().shown);
        assert!(says(store, &ivo, "Three", None, after(22)).await.unwrap().shown);
        // Nor is anything changed from there.
        let said = says(store, &rosa, "Well", None, after(23)).await.unwrap().id;
        let (story, text) = (story(), Text::parse("Well, well").unwrap());
        for (network, taken) in [(HOUSE, false), (OFFICE, true)] {
            let command = PostComment {
                story: &story,
                language: "en",
                parent: None,
                commenter: &rosa,
                staff: false,
                text: &text,
                network: Some(network),
                proof: None,
                external: None,
            };
            let mut tx = store.begin().await.unwrap();
            let changed = comment::edit(&mut tx, &Actor::Reader, said, command, after(24)).await;
            assert_eq!(changed.is_ok(), taken, "{network}: {changed:?}");
        }
        let last = says_from(store, &ivo, "Four", None, Some(HOUSE), after(10 + 3 * 86_400)).await;
        assert!(last.unwrap().shown, "its time is over");
    }

    async fn what_another_of_the_same_network_said_already_waits(store: &TestStore) {
        site_is(store, Mode::After).await;
        let (rosa, ivo) = (guest(store, "Rosa").await, guest(store, "Ivo").await);
        let said = async |who, network, seconds| {
            says_from(store, who, "Buy lamps", None, Some(network), after(seconds)).await.unwrap()
        };
        assert!(said(&rosa, OFFICE, 0).await.shown);
        assert!(!said(&ivo, OFFICE, 1).await.shown);
        assert!(said(&guest(store, "Per").await, HOUSE, 2).await.shown);
    }

    async fn a_ban_can_be_lifted_and_given_anew(store: &TestStore) {
        site_is(store, Mode::After).await;
        let (nora, per) = (moderator(store, "Nora").await, moderator(store, "Per").await);
        let rosa = guest(store, "Rosa").await;
        says_from(store, &rosa, "One", None, Some(OFFICE), after(0)).await.unwrap();
        let first = bans(store, &nora, OFFICE, (3, "Floods."), 10).await.unwrap();
        let second = bans(store, &per, OFFICE, (1, ""), 11).await.unwrap();
        assert_eq!(second.id, first.id, "a network is banned once");
        let listed = network::bans(store, after(12)).await.unwrap();
        assert_eq!(listed, [second]);
        assert_eq!((listed[0].until, listed[0].person_id), (after(11).plus(DAY), per.person()));
        lifts(store, &nora, first.id).await.unwrap();
        let again = lifts(store, &nora, first.id).await;
        assert!(matches!(again, Err(DiscussError::Invalid(_))), "{again:?}");
        assert!(says_from(store, &rosa, "Two", None, Some(OFFICE), after(91)).await.unwrap().shown);
        // The log names no address, for it forgets nothing.
        let logged: Vec<String> = sql("SELECT payload AS value FROM events ORDER BY position")
            .values(&**store).await.unwrap();
        assert!(logged.iter().all(|it| !it.contains(OFFICE)), "{logged:?}");
        let lifted = Event::NetworkBanned { ban: first.id, until: None };
        assert!(logged.iter().any(|it| serde_json::from_str::<Event>(it).unwrap() == lifted));
    }

    async fn a_ban_keeps_an_address_no_longer_than_comments_do(store: &TestStore) {
        site_is(store, Mode::After).await;
        let nora = moderator(store, "Nora").await;
        let rosa = guest(store, "Rosa").await;
        let said = says_from(store, &rosa, "One", None, Some(OFFICE), after(0)).await.unwrap().id;
        let days = u32::try_from(KEPT.as_secs() / DAY.as_secs()).unwrap();
        for wrong in [0, days + 1] {
            let refused = bans(store, &nora, OFFICE, (wrong, ""), 10).await;
            assert!(matches!(refused, Err(DiscussError::Invalid(_))), "{wrong}: {refused:?}");
        }
        let foreign = bans(store, &nora, "192.0.2.8", (1, ""), 10).await;
        assert!(matches!(foreign, Err(DiscussError::Invalid(_))), "nobody wrote from there");
        bans(store, &nora, OFFICE, (days, ""), 10).await.unwrap();
        let over = after(10).plus(KEPT);
        for (now, kept) in [(over.minus(Duration::from_micros(1)), 1), (over, 0)] {
            let mut tx = store.begin().await.unwrap();
            queue::forget_networks(&mut tx, now.minus(KEPT)).await.unwrap();
            queue::forget_passing(&mut tx, now).await.unwrap();
            tx.commit().await.unwrap();
            let left: i64 = sql("SELECT COUNT(*) AS value FROM network_bans")
                .value(&**store).await.unwrap();
            assert_eq!(left, kept);
        }
        assert_eq!(comment::network_of(&**store, said).await.unwrap(), None);
        let late = bans(store, &nora, OFFICE, (1, ""), 10 + 30 * 86_400).await;
        assert!(matches!(late, Err(DiscussError::Invalid(_))), "it is not known any more");
    }

    async fn a_network_is_banned_by_who_moderates_the_whole_site(store: &TestStore) {
        let rosa = guest(store, "Rosa").await;
        says_from(store, &rosa, "One", None, Some(OFFICE), after(0)).await.unwrap();
        for role in Role::ALL {
            let may = matches!(role, Role::Moderator | Role::Editor | Role::Administrator);
            let mut tx = store.begin().await.unwrap();
            let (who, until) = (somebody(role), after(9));
            let banned = network::ban(&mut tx, &who, "nowhere", until, "", after(1)).await;
            let lifted = network::lift(&mut tx, &who, NetworkBanId(uuid::Uuid::nil()), after(1));
            for done in [banned.map(drop), lifted.await] {
                let denied = matches!(done, Err(DiscussError::Denied(_)));
                assert_eq!(!denied, may, "{role:?}: {done:?}");
            }
        }
        let grants = vec![base::Grant { section: SECTION, role: Role::Moderator }];
        let person = base::PersonId(uuid::Uuid::from_u128(9));
        let here = Actor::Person { person, role: Role::Reader, grants };
        let denied = bans(store, &here, OFFICE, (1, ""), 2).await;
        assert!(matches!(denied, Err(DiscussError::Denied(_))), "{denied:?}");
    }
}
