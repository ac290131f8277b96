//! What is told before and after: advisory, outcomes, readouts, and meetings that were held elsewhere.

use meet::outcome::{self, Kind, WriteOutcome};
use meet::readout::{self, WriteReadout};
use meet::record;

use super::*;

fn readout(release: bool) -> WriteReadout<'static> {
    WriteReadout { headline: "A useful talk", body: "They *talked*.", release }
}

on_both_engines! {
    async fn readers_learn_of_a_meeting_when_its_host_says_so(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        let (id, host) = (planned.id, somebody(Role::Host));
        let mut tx = store.begin().await.unwrap();
        let denied = record::advise(&mut tx, &planned.actor(0), id, "Soon.", true, noon()).await;
        assert!(said(denied).contains("sign in"));
        let silent = record::advise(&mut tx, &host, id, " ", true, noon()).await;
        assert!(said(silent).contains("An advisory has"));
        record::advise(&mut tx, &host, id, "They talk on Tuesday.", true, noon()).await.unwrap();
        record::advise(&mut tx, &host, id, "They talk today.", true, after(5)).await.unwrap();
        let early = record::publish(&mut tx, &host, id, true, after(5)).await;
        assert!(said(early).contains("once the meeting is over"));
        tx.commit().await.unwrap();
        let known = planned.meeting().await;
        assert_eq!((known.advised_at, known.advisory.as_str()), (Some(noon()), "They talk today."));
        assert_eq!(meeting::public(store).await.unwrap(), [known]);
        let mut tx = store.begin().await.unwrap();
        record::advise(&mut tx, &host, id, "", false, after(6)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!planned.meeting().await.is_public());
    }

    async fn what_a_meeting_decided_is_written_in_its_order(store: &TestStore) {
        let planned = Planned::new(store, Profile::Open).await;
        let (id, host) = (planned.id, somebody(Role::Host));
        let day = "2026-01-20".parse().unwrap();
        let rows = [
            WriteOutcome { kind: Kind::Decision, words: "To go on.", owner: "", due: None },
            WriteOutcome { kind: Kind::FollowUp, words: "Teams meet.", owner: "Advisers", due: Some(day) },
        ];
        let mut tx = store.begin().await.unwrap();
        let early = outcome::write(&mut tx, &host, id, &rows, after(60)).await;
        assert!(said(early).contains("has decided nothing"));
        drop(tx);
        planned.all_in().await;
        planned.begins().await;
        let mut tx = store.begin().await.unwrap();
        let many = vec![rows[0].clone(); 61];
        assert!(said(outcome::write(&mut tx, &host, id, &many, after(70)).await).contains("60"));
        let denied = outcome::write(&mut tx, &planned.actor(0), id, &rows, after(70)).await;
        assert!(said(denied).contains("sign in"));
        outcome::write(&mut tx, &host, id, &many[..2], after(70)).await.unwrap();
        outcome::write(&mut tx, &host, id, &rows, after(71)).await.unwrap();
        tx.commit().await.unwrap();
        let known = outcome::of(store, id).await.unwrap();
        let told: Vec<_> =
            known.iter().map(|it| (it.kind(), it.words.as_str(), it.owner.as_str(), it.due())).collect();
        let expected = [
            (Kind::Decision, "To go on.", "", None),
            (Kind::FollowUp, "Teams meet.", "Advisers", Some(day)),
        ];
        assert_eq!(told, expected);
    }

    async fn a_readout_is_its_own_partys_and_comes_after_the_end(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.all_in().await;
        planned.begins().await;
        let id = planned.id;
        let writes = async |who: usize, command, at| {
            let mut tx = store.begin().await.unwrap();
            readout::write(&mut tx, &planned.actor(who), id, command, after(at)).await?;
            tx.commit().await.unwrap();
            Ok(())
        };
        assert!(said(writes(0, readout(true), 70).await).contains("once the meeting is over"));
        planned.ends().await;
        assert!(said(writes(1, readout(true), 190).await).contains("Only a chair"));
        let empty = WriteReadout { headline: "", ..readout(true) };
        assert!(said(writes(0, empty.clone(), 190).await).contains("headline"));
        writes(0, WriteReadout { release: false, ..empty }, 190).await.unwrap();
        writes(2, readout(true), 191).await.unwrap();
        writes(2, WriteReadout { body: "They talked at length.", ..readout(true) }, 195).await.unwrap();
        let parties = party::of(store, id).await.unwrap();
        let since: Vec<_> = parties.iter().map(|it| it.readout_released_at).collect();
        assert_eq!(since, [None, Some(after(191))]);
        assert_eq!(parties[0].readout_body, "They *talked*.");
        assert_eq!(parties[1].readout_body, "They talked at length.");
        // Nobody writes it for them, not even a host.
        let mut tx = store.begin().await.unwrap();
        let host = somebody(Role::Host);
        let by_host = readout::enter(&mut tx, &host, id, parties[0].id, readout(true), after(196));
        assert!(said(by_host.await).contains("A party writes its own readout"));
        drop(tx);
        writes(2, readout(false), 197).await.unwrap();
        let parties = party::of(store, id).await.unwrap();
        assert_eq!(parties[1].readout_released_at, None);
    }

    async fn a_chair_who_never_came_writes_the_readout_with_its_link(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        let (id, host) = (planned.id, somebody(Role::Host));
        planned.asks(0, 1).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        doors::found(&mut tx, &planned.actor(0), id, "page 0.1", after(60)).await.unwrap();
        // Another chair, who was planned and not invited.
        let states = planned.seats[2].party_id;
        let deputy = PlanSeat { title: "Deputy", chair: true };
        let deputy = seat::add(&mut tx, &host, id, states, deputy, after(60)).await.unwrap();
        tx.commit().await.unwrap();
        planned.begins().await;
        let absent = planned.actor(2);
        let mut tx = store.begin().await.unwrap();
        let early = readout::write(&mut tx, &absent, id, readout(true), after(70)).await;
        assert!(said(early).contains("once the meeting is over"));
        let early = readout::of_own_party(&tx, &absent, id).await;
        assert!(said(early).contains("once the meeting is over"));
        meeting::end(&mut tx, &host, id, after(184)).await.unwrap();
        let uninvited = Actor::Seat { seat: deputy };
        for actor in [planned.actor(1), uninvited] {
            let refused = readout::write(&mut tx, &actor, id, readout(true), after(190)).await;
            assert!(said(refused).contains("Only a chair"));
            assert!(said(readout::of_own_party(&tx, &actor, id).await).contains("Only a chair"));
        }
        readout::write(&mut tx, &absent, id, readout(true), after(190)).await.unwrap();
        tx.commit().await.unwrap();
        let own = readout::of_own_party(store, &absent, id).await.unwrap();
        assert_eq!((own.name.as_str(), own.readout_released_at), ("United States", Some(after(190))));
        assert_eq!(planned.seat(2).await.joined_at, None, "nobody is said to have been there");
        // With its link it writes, and does nothing else.
        assert!(said(planned.asks(2, 3).await).contains("This meeting is over"));
        let other = Planned::new(store, Profile::Closed).await;
        let mut tx = store.begin().await.unwrap();
        let elsewhere = readout::write(&mut tx, &absent, other.id, readout(true), after(190)).await;
        assert!(said(elsewhere).contains("no such seat"));
    }

    async fn a_chair_who_was_sent_out_writes_nothing_any_more(store: &TestStore) {
        let planned = Planned::new(store, Profile::Open).await;
        planned.all_in().await;
        planned.begins().await;
        let (id, host) = (planned.id, somebody(Role::Host));
        let mut tx = store.begin().await.unwrap();
        let gone = planned.seats[2].id;
        seat::remove(&mut tx, &planned.actor(0), id, gone, after(70)).await.unwrap();
        meeting::end(&mut tx, &host, id, after(184)).await.unwrap();
        let refused = readout::write(&mut tx, &planned.actor(2), id, readout(true), after(190)).await;
        assert!(said(refused).contains("Only a chair"));
    }

    async fn a_meeting_that_was_held_elsewhere_comes_onto_the_record(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.asks(1, 2).await.unwrap();
        let (id, host) = (planned.id, somebody(Role::Host));
        let mut tx = store.begin().await.unwrap();
        let now = after(200);
        for (began, ended) in [(62, 62), (184, 62), (62, 201)] {
            let told = record::note_held(&mut tx, &host, id, after(began), after(ended), now).await;
            assert!(said(told).contains("not in the future"), "{began} {ended}");
        }
        let first = party::of(&tx, id).await.unwrap()[0].id;
        let early = readout::enter(&mut tx, &host, id, first, readout(true), now).await;
        assert!(said(early).contains("A party writes its own"));
        record::note_held(&mut tx, &host, id, after(62), after(184), now).await.unwrap();
        let again = record::note_held(&mut tx, &host, id, after(62), after(184), now).await;
        assert!(said(again).contains("has begun here"));
        tx.commit().await.unwrap();
        let known = planned.meeting().await;
        assert_eq!(known.length(), Some(Duration::from_secs(7_320)));
        assert!(known.held_elsewhere);
        let items = agenda::of(store, id).await.unwrap();
        assert!(items.iter().all(|it| it.state() == agenda::State::Dealt && it.spent().is_zero()));
        let left = planned.seat(1).await;
        assert_eq!((left.state(), left.name.as_str()), (seat::State::Free, ""));

        let parties = party::of(store, id).await.unwrap();
        let other = Planned::new(store, Profile::Closed).await;
        let strange = party::of(store, other.id).await.unwrap()[0].id;
        let mut tx = store.begin().await.unwrap();
        let told = readout::enter(&mut tx, &host, id, strange, readout(true), now).await;
        assert!(said(told).contains("no such party"));
        let chair = readout::write(&mut tx, &planned.actor(0), id, readout(true), now).await;
        assert!(said(chair).contains("send your readout to its host"));
        readout::enter(&mut tx, &host, id, parties[1].id, readout(true), now).await.unwrap();
        record::publish(&mut tx, &host, id, true, now).await.unwrap();
        tx.commit().await.unwrap();
        let parties = party::of(store, id).await.unwrap();
        assert_eq!(parties[1].readout_released_at, Some(now));
        assert!(planned.meeting().await.is_public());
    }
}
