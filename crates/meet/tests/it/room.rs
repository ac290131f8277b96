//! What goes on in the room: beginning and end, agenda, floor, official photo.

use meet::agenda::State as Item;
use meet::floor;
use meet::official_photo::{self, State as Stands};

use super::*;

const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

on_both_engines! {
    async fn into_an_open_meeting_a_chair_lets_people_in(store: &TestStore) {
        let planned = Planned::new(store, Profile::Open).await;
        planned.asks(1, 2).await.unwrap();
        let who = planned.seats[1].id;
        let mut tx = store.begin().await.unwrap();
        let own = seat::admit(&mut tx, &planned.actor(1), planned.id, who, after(60)).await;
        assert!(said(own).contains("let into the meeting"));
        // A chair opens the door for itself, and for nobody else from outside.
        let other = seat::admit(&mut tx, &planned.actor(0), planned.id, who, after(60)).await;
        assert!(said(other).contains("let into the meeting"));
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        seat::withdraw(&mut tx, &planned.actor(1), planned.id).await.unwrap();
        tx.commit().await.unwrap();
        planned.all_in().await;
        assert_eq!(planned.seat(1).await.state(), seat::State::In);
        let keys = planned.commits(0, 0, Vec::new(), Vec::new()).await;
        assert!(said(keys).contains("it has no keys"));
        let mut tx = store.begin().await.unwrap();
        let group = doors::found(&mut tx, &planned.actor(0), planned.id, "page", after(60)).await;
        assert!(said(group).contains("it has no keys"));
    }

    async fn a_meeting_begins_and_ends_once(store: &TestStore) {
        let planned = Planned::new(store, Profile::Open).await;
        planned.all_in().await;
        let mut tx = store.begin().await.unwrap();
        let guest = meeting::begin(&mut tx, &planned.actor(1), planned.id, after(62)).await;
        assert!(said(guest).contains("Only a chair"));
        drop(tx);
        planned.begins().await;
        let mut tx = store.begin().await.unwrap();
        meeting::begin(&mut tx, &planned.actor(2), planned.id, after(90)).await.unwrap();
        let refused = meeting::cancel(&mut tx, &somebody(Role::Host), planned.id, after(90)).await;
        assert!(said(refused).contains("can only be ended"));
        let guest = meeting::end(&mut tx, &planned.actor(1), planned.id, after(90)).await;
        assert!(said(guest).contains("Only a chair"));
        tx.commit().await.unwrap();
        planned.ends().await;
        let known = planned.meeting().await;
        assert_eq!((known.began_at, known.ended_at), (Some(after(62)), Some(after(184))));
        assert_eq!(known.length(), Some(Duration::from_secs(7_320)));
        let mut tx = store.begin().await.unwrap();
        meeting::end(&mut tx, &somebody(Role::Host), planned.id, after(300)).await.unwrap();
        let again = meeting::begin(&mut tx, &planned.actor(0), planned.id, after(300)).await;
        assert!(said(again).contains("is over"));
        tx.commit().await.unwrap();
        assert_eq!(planned.meeting().await.ended_at, Some(after(184)));
    }

    async fn the_agenda_has_one_clock(store: &TestStore) {
        let planned = Planned::new(store, Profile::Open).await;
        planned.all_in().await;
        planned.begins().await;
        let items: Vec<_> =
            agenda::of(store, planned.id).await.unwrap().into_iter().map(|it| it.id).collect();
        let mark = async |who: usize, item: usize, state, at| {
            let mut tx = store.begin().await.unwrap();
            let actor = planned.actor(who);
            agenda::mark(&mut tx, &actor, planned.id, items[item], state, after(at)).await?;
            tx.commit().await.unwrap();
            Ok(())
        };
        let stands = async || -> Vec<(&'static str, u64)> {
            let all = agenda::of(store, planned.id).await.unwrap();
            all.iter().map(|it| (it.state().name(), it.spent().as_secs() / 60)).collect()
        };
        assert!(said(mark(1, 0, Item::On, 65).await).contains("Only a chair"));
        mark(0, 0, Item::On, 65).await.unwrap();
        mark(2, 1, Item::On, 100).await.unwrap();
        assert_eq!(stands().await, [("dealt", 35), ("on", 0), ("open", 0)]);
        // What was dealt with is taken up again, and its clock goes on.
        mark(0, 0, Item::On, 110).await.unwrap();
        mark(0, 0, Item::On, 115).await.unwrap();
        mark(0, 0, Item::Open, 120).await.unwrap();
        assert_eq!(stands().await, [("open", 45), ("dealt", 10), ("open", 0)]);
        mark(0, 0, Item::On, 180).await.unwrap();
        planned.ends().await;
        assert_eq!(stands().await, [("dealt", 49), ("dealt", 10), ("left", 0)]);
        assert!(said(mark(0, 2, Item::On, 190).await).contains("This meeting is over"));
        let other = Planned::new(store, Profile::Open).await;
        other.all_in().await;
        let mut tx = store.begin().await.unwrap();
        let chair = other.actor(0);
        let strange = agenda::mark(&mut tx, &chair, other.id, items[0], Item::On, after(65)).await;
        assert!(said(strange).contains("no such item"));
    }

    async fn hands_wait_in_order_and_the_floor_is_timed_by_party(store: &TestStore) {
        let planned = Planned::new(store, Profile::Open).await;
        planned.all_in().await;
        planned.begins().await;
        let id = planned.id;
        let mut tx = store.begin().await.unwrap();
        for (number, at) in [(2, 65), (1, 66), (2, 67)] {
            floor::raise_hand(&mut tx, &planned.actor(number), id, true, after(at)).await.unwrap();
        }
        let (guest, own) = (planned.actor(1), Some(planned.seats[1].id));
        let refused = floor::give(&mut tx, &guest, id, own, after(68)).await;
        assert!(said(refused).contains("Only a chair"));
        tx.commit().await.unwrap();
        assert_eq!(planned.seat(2).await.hand_at, Some(after(65)), "a hand keeps its place");
        let give = async |to: Option<usize>, at| {
            let mut tx = store.begin().await.unwrap();
            let to = to.map(|number| planned.seats[number].id);
            floor::give(&mut tx, &planned.actor(0), id, to, after(at)).await.unwrap();
            tx.commit().await.unwrap();
        };
        let spoken = async || -> Vec<u64> {
            let all = party::of(store, id).await.unwrap();
            all.iter().map(|it| it.spoken().as_secs() / 60).collect()
        };
        give(Some(2), 70).await;
        assert_eq!(planned.seat(2).await.hand_at, None);
        give(Some(2), 72).await;
        give(Some(1), 75).await;
        assert_eq!(spoken().await, [0, 5]);
        give(Some(0), 77).await;
        give(None, 80).await;
        assert_eq!(spoken().await, [5, 5]);
        give(Some(1), 90).await;
        // Who is sent out does not keep it.
        let mut tx = store.begin().await.unwrap();
        let (chair, out) = (planned.actor(0), planned.seats[1].id);
        seat::remove(&mut tx, &chair, id, out, after(92)).await.unwrap();
        let absent = floor::give(&mut tx, &chair, id, Some(out), after(93)).await;
        assert!(said(absent).contains("cannot have the floor"));
        tx.commit().await.unwrap();
        assert_eq!((planned.meeting().await.floor_seat_id, spoken().await), (None, vec![7, 5]));
        give(Some(2), 180).await;
        planned.ends().await;
        assert_eq!(spoken().await, [7, 9]);
    }

    async fn a_picture_leaves_once_every_party_has_agreed(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.all_in().await;
        planned.begins().await;
        let id = planned.id;
        let mut tx = store.begin().await.unwrap();
        let guest = official_photo::propose(&mut tx, &planned.actor(1), id, HASH, after(70)).await;
        assert!(said(guest).contains("Only a chair"));
        for wrong in ["", "9f86", &HASH.to_uppercase(), &HASH.replace('9', "g")] {
            let chair = planned.actor(0);
            let told = official_photo::propose(&mut tx, &chair, id, wrong, after(70)).await;
            assert!(said(told).contains("64 digits"), "{wrong}");
        }
        let picture =
            official_photo::propose(&mut tx, &planned.actor(0), id, HASH, after(70)).await.unwrap();
        tx.commit().await.unwrap();
        let may_leave = async |who: usize, hash: &str| {
            official_photo::may_leave(store, &planned.actor(who), id, picture, hash).await
        };
        assert!(said(may_leave(0, HASH).await).contains("Not every party"));
        let judge = async |who: usize, approves| {
            let mut tx = store.begin().await.unwrap();
            let actor = planned.actor(who);
            official_photo::judge(&mut tx, &actor, id, picture, approves, after(71)).await?;
            tx.commit().await.unwrap();
            Ok(official_photo::of(store, id).await.unwrap().unwrap().state)
        };
        assert!(said(judge(1, true).await).contains("Only a chair"));
        assert_eq!(judge(2, false).await.unwrap(), Stands::Proposed);
        assert_eq!(judge(2, true).await.unwrap(), Stands::Approved);
        // Whoever agreed may think again, until it has left.
        assert_eq!(judge(0, false).await.unwrap(), Stands::Proposed);
        assert_eq!(judge(0, true).await.unwrap(), Stands::Approved);
        assert!(said(may_leave(2, HASH).await).contains("Who proposed"));
        let another = HASH.replace('9', "8");
        assert!(said(may_leave(0, &another).await).contains("another picture"));
        may_leave(0, HASH).await.unwrap();

        // Another in its place needs everybody's word anew.
        let mut tx = store.begin().await.unwrap();
        let other = planned.actor(2);
        let next = official_photo::propose(&mut tx, &other, id, &another, after(72)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(said(may_leave(0, HASH).await).contains("no such picture"));
        let known = official_photo::of(store, id).await.unwrap().unwrap();
        assert_eq!((known.id, known.state, known.approved.len()), (next, Stands::Proposed, 1));
        planned.ends().await;
        assert_eq!(official_photo::of(store, id).await.unwrap(), None, "nobody agreed in time");
        let mut tx = store.begin().await.unwrap();
        let late = official_photo::propose(&mut tx, &planned.actor(0), id, HASH, after(190)).await;
        assert!(said(late).contains("This meeting is over"));
    }
}
