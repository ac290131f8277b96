//! Parties and seats that come and go after the plan.

use super::*;

const ADVISER: PlanSeat<'static> = PlanSeat { title: "Adviser", chair: false };

fn finland(seats: usize) -> PlanParty<'static> {
    let chair = PlanSeat { title: "Minister", chair: true };
    let seats = std::iter::once(chair).chain(vec![ADVISER; seats - 1]).collect();
    PlanParty { name: "Finland", colour: "#2e6b3e", seats }
}

impl Planned<'_> {
    async fn parties(&self) -> Vec<party::Party> {
        party::of(self.store, self.id).await.unwrap()
    }

    async fn adds(&self, party: usize, seat: PlanSeat<'_>) -> Result<Seat> {
        let host = somebody(Role::Host);
        let to = self.parties().await[party].id;
        let mut tx = self.store.begin().await.unwrap();
        let id = seat::add(&mut tx, &host, self.id, to, seat, after(70)).await?;
        tx.commit().await.unwrap();
        Ok(seat::by_id(self.store, id).await.unwrap().unwrap())
    }

    async fn takes_away(&self, seat: SeatId) -> Result<()> {
        let mut tx = self.store.begin().await.unwrap();
        seat::take_away(&mut tx, &somebody(Role::Host), self.id, seat, after(70)).await?;
        tx.commit().await.unwrap();
        Ok(())
    }
}

on_both_engines! {
    async fn a_delegation_brings_another_adviser_while_the_meeting_goes_on(store: &TestStore) {
        let mut planned = Planned::new(store, Profile::Closed).await;
        planned.all_in().await;
        planned.begins().await;
        let added = planned.adds(1, ADVISER).await.unwrap();
        assert_eq!((added.number, added.title.as_str(), added.chair), (3, "Adviser", false));
        assert!(!added.is_invited());
        // Its link is one of those that are made together, and the others stay as they were.
        let all: Vec<_> =
            seat::of(store, planned.id).await.unwrap().iter().map(invitation_of).collect();
        let mut tx = store.begin().await.unwrap();
        let host = somebody(Role::Host);
        seat::invite(&mut tx, &host, planned.id, &all, after(71)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(planned.seat(0).await.state(), seat::State::In);
        // It comes by the lobby, and a chair of either party lets it in.
        planned.seats[1] = added;
        planned.asks(1, 9).await.unwrap();
        assert_eq!(planned.seat(1).await.state(), seat::State::Asking);
        planned.commits(0, 1, vec![planned.seats[1].id], Vec::new()).await.unwrap();
        assert_eq!(planned.seat(1).await.state(), seat::State::In);
        planned.ends().await;
        assert!(said(planned.adds(0, ADVISER).await).contains("This meeting is over"));
        assert!(said(planned.takes_away(planned.seats[1].id).await).contains("This meeting is over"));
    }

    async fn a_seat_that_nobody_has_used_is_taken_away_and_its_number_is_not_used_again(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        let [chair, interpreter, _] = planned.seats.each_ref().map(|it| it.id);
        assert!(said(planned.takes_away(chair).await).contains("the only chair of its party"));
        planned.asks(1, 2).await.unwrap();
        assert!(said(planned.takes_away(interpreter).await).contains("A chair refuses them first"));
        let mut tx = store.begin().await.unwrap();
        seat::withdraw(&mut tx, &planned.actor(1), planned.id).await.unwrap();
        tx.commit().await.unwrap();
        planned.takes_away(interpreter).await.unwrap();
        let token = token_of(&planned.seats[1]);
        let known = seat::recognise(store, planned.id, interpreter, &token).await.unwrap();
        assert_eq!(known, None);
        assert!(said(planned.takes_away(interpreter).await).contains("no such seat"));

        let second = planned.adds(0, PlanSeat { title: "Deputy", chair: true }).await.unwrap();
        assert_eq!(second.number, 3);
        planned.takes_away(second.id).await.unwrap();
        let third = planned.adds(0, PlanSeat { title: "Deputy", chair: true }).await.unwrap();
        assert_eq!(third.number, 4);
        // There is another chair now, and two seats stay.
        planned.takes_away(chair).await.unwrap();
        assert_eq!(seat::of(store, planned.id).await.unwrap().len(), 2);
        let other = planned.adds(0, PlanSeat { title: "Deputy", chair: true }).await.unwrap();
        planned.takes_away(third.id).await.unwrap();
        assert_eq!(other.number, 5);
        for _ in 6..50 {
            let last = planned.adds(0, ADVISER).await.unwrap();
            planned.takes_away(last.id).await.unwrap();
        }
        assert!(said(planned.adds(0, ADVISER).await).contains("a room counts no further"));
    }

    async fn a_seat_that_somebody_has_used_stays(store: &TestStore) {
        let planned = Planned::new(store, Profile::Open).await;
        planned.all_in().await;
        let interpreter = planned.seats[1].id;
        assert!(said(planned.takes_away(interpreter).await).contains("Somebody has sat as Interpreter"));
        let mut tx = store.begin().await.unwrap();
        seat::remove(&mut tx, &planned.actor(0), planned.id, interpreter, after(70)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(said(planned.takes_away(interpreter).await).contains("Somebody has sat as Interpreter"));
    }

    async fn a_party_is_added_with_its_seats(store: &TestStore) {
        let planned = Planned::new(store, Profile::Open).await;
        let host = somebody(Role::Host);
        let mut tx = store.begin().await.unwrap();
        let grey = PlanParty { colour: "grey", ..finland(1) };
        let again = PlanParty { name: " Russia ", ..finland(1) };
        let silent = PlanParty { seats: vec![ADVISER], ..finland(1) };
        for (command, expected) in [
            (grey, "written as #1f4e79"),
            (again, "the same name"),
            (silent, "Finland needs a chair"),
            (PlanParty { name: "", ..finland(1) }, "A party's name has"),
            (finland(23), "2 to 25 seats"),
        ] {
            let told = said(party::add(&mut tx, &host, planned.id, command, after(70)).await);
            assert!(told.contains(expected), "{expected}: {told}");
        }
        party::add(&mut tx, &host, planned.id, finland(22), after(70)).await.unwrap();
        tx.commit().await.unwrap();
        let names: Vec<_> = planned.parties().await.into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["Russia", "United States", "Finland"]);
        let seats = seat::of(store, planned.id).await.unwrap();
        assert_eq!(seats.iter().map(|it| it.number).collect::<Vec<_>>(), (0..25).collect::<Vec<_>>());
        assert!(said(planned.adds(0, ADVISER).await).contains("2 to 25 seats"));
        for id in seats[4..].iter().map(|it| it.id) {
            planned.takes_away(id).await.unwrap();
        }
        for name in ["a", "b", "c", "d", "e"] {
            let mut tx = store.begin().await.unwrap();
            let one = PlanParty { name, ..finland(1) };
            party::add(&mut tx, &host, planned.id, one, after(70)).await.unwrap();
            tx.commit().await.unwrap();
        }
        let mut tx = store.begin().await.unwrap();
        let ninth = PlanParty { name: "f", ..finland(1) };
        let full = party::add(&mut tx, &host, planned.id, ninth, after(70)).await;
        assert!(said(full).contains("1 to 8 parties"));
    }

    async fn parties_and_seats_are_renamed_whoever_sits_there(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.all_in().await;
        let (id, host) = (planned.id, somebody(Role::Host));
        let [russia, states] = planned.parties().await.try_into().unwrap();
        let mut tx = store.begin().await.unwrap();
        let same = party::rename(&mut tx, &host, id, states.id, "Russia", "#8a1c1c", after(70)).await;
        assert!(said(same).contains("the same name"));
        let grey = party::rename(&mut tx, &host, id, states.id, "USA", "grey", after(70)).await;
        assert!(said(grey).contains("written as #1f4e79"));
        party::rename(&mut tx, &host, id, russia.id, "Russia", "#00606b", after(70)).await.unwrap();
        party::rename(&mut tx, &host, id, states.id, " USA ", "#8a1c1c", after(70)).await.unwrap();
        let seat = planned.seats[1].id;
        let empty = seat::rename(&mut tx, &host, id, seat, " ", after(70)).await;
        assert!(said(empty).contains("A seat's title has"));
        seat::rename(&mut tx, &host, id, seat, " Adviser ", after(70)).await.unwrap();
        tx.commit().await.unwrap();
        let names = planned.parties().await.into_iter().map(|it| (it.name, it.colour));
        let expected = [("Russia", "#00606b"), ("USA", "#8a1c1c")];
        assert_eq!(names.collect::<Vec<_>>(), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        let known = planned.seat(1).await;
        assert_eq!((known.title.as_str(), known.state()), ("Adviser", seat::State::In));

        let other = Planned::new(store, Profile::Closed).await;
        let mut tx = store.begin().await.unwrap();
        let strange = seat::rename(&mut tx, &host, other.id, seat, "Adviser", after(70)).await;
        assert!(said(strange).contains("no such seat"));
        let strange = party::rename(&mut tx, &host, other.id, russia.id, "x", "#8a1c1c", after(70));
        assert!(said(strange.await).contains("no such party"));
        let strange = seat::add(&mut tx, &host, other.id, russia.id, ADVISER, after(70)).await;
        assert!(said(strange).contains("no such party"));
        let strange = seat::take_away(&mut tx, &host, other.id, seat, after(70)).await;
        assert!(said(strange).contains("no such seat"));
    }

    async fn nobody_but_a_host_changes_who_takes_part(store: &TestStore) {
        let planned = Planned::new(store, Profile::Open).await;
        planned.all_in().await;
        let (id, party) = (planned.id, planned.parties().await[0].id);
        for actor in [planned.actor(0), somebody(Role::Reporter)] {
            let mut tx = store.begin().await.unwrap();
            let seat = planned.seats[1].id;
            let denied = [
                said(seat::add(&mut tx, &actor, id, party, ADVISER, noon()).await),
                said(seat::rename(&mut tx, &actor, id, seat, "x", noon()).await),
                said(seat::take_away(&mut tx, &actor, id, seat, noon()).await),
                said(party::add(&mut tx, &actor, id, finland(1), noon()).await),
                said(party::rename(&mut tx, &actor, id, party, "x", "#8a1c1c", noon()).await),
            ];
            for told in denied {
                assert!(told.contains("sign in") || told.contains("hold meetings"), "{told}");
            }
        }
    }
}
