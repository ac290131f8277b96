//! Meetings on both engines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod closed;
mod record;
mod room;
mod seats;

use std::time::Duration;

use base::{Actor, MeetingId, PersonId, Role, SeatId, Timestamp};
use meet::doors::{self, Commit};
use meet::meeting::{self, Plan, PlanItem, PlanParty, PlanSeat, Tells};
use meet::seat::{self, Ask, Invitation};
use meet::{Meeting, Profile, Result, Seat, agenda, party};
use sha2::{Digest as _, Sha256};
use store::Tx;
use testkit::{TestStore, noon, on_both_engines};
use uuid::Uuid;

fn somebody(role: Role) -> Actor {
    Actor::Person { person: PersonId(Uuid::from_u128(7)), role, grants: Vec::new() }
}

fn after(minutes: u64) -> Timestamp {
    noon().plus(Duration::from_secs(minutes * 60))
}

fn seat_of(it: &Seat) -> Actor {
    Actor::Seat { seat: it.id }
}

/// Two parties: the first with an interpreter, the second with a chair alone.
fn two_parties() -> Vec<PlanParty<'static>> {
    let chair = PlanSeat { title: "President", chair: true };
    let interpreter = PlanSeat { title: "Interpreter", chair: false };
    vec![
        PlanParty { name: "Russia", colour: "#1f4e79", seats: vec![chair.clone(), interpreter] },
        PlanParty { name: "United States", colour: "#8a1c1c", seats: vec![chair] },
    ]
}

fn conversation(profile: Profile) -> Plan<'static> {
    Plan {
        title: "A conversation by video",
        profile,
        zone: "Europe/Moscow",
        starts_at: after(60),
        ends_at: after(180),
        tells: Tells::Names,
        agenda: vec![
            PlanItem { title: "Strategic stability", minutes: 40 },
            PlanItem { title: "Bilateral relations", minutes: 30 },
            PlanItem { title: "Regional security", minutes: 20 },
        ],
    }
}

/// A meeting that is planned, with its seats: a chair, an interpreter, the other chair.
struct Planned<'a> {
    store: &'a TestStore,
    id: MeetingId,
    seats: [Seat; 3],
}

impl<'a> Planned<'a> {
    async fn new(store: &'a TestStore, profile: Profile) -> Self {
        let mut tx = store.begin().await.unwrap();
        let host = somebody(Role::Host);
        let plan = conversation(profile);
        let id = plan_without_planner(&mut tx, &host, plan, &two_parties()).await.unwrap();
        let seats = seat::of(&tx, id).await.unwrap();
        let all: Vec<_> = seats.iter().map(invitation_of).collect();
        seat::invite(&mut tx, &host, id, &all, noon()).await.unwrap();
        tx.commit().await.unwrap();
        Self { store, id, seats: seats.try_into().unwrap() }
    }

    async fn meeting(&self) -> Meeting {
        meeting::by_id(self.store, self.id).await.unwrap().unwrap()
    }

    async fn seat(&self, number: usize) -> Seat {
        seat::by_id(self.store, self.seats[number].id).await.unwrap().unwrap()
    }

    fn actor(&self, number: usize) -> Actor {
        seat_of(&self.seats[number])
    }

    /// Asks from the device of this seat, or of another.
    async fn asks(&self, number: usize, device: u8) -> Result<()> {
        let mut tx = self.store.begin().await.unwrap();
        let closed = self.meeting().await.profile() == Profile::Closed;
        let (key_package, mac): (&[u8], &[u8]) =
            if closed { (b"a key package", &[9; 32]) } else { (b"", b"") };
        let instance = format!("page {number}.{device}");
        let ask = Ask {
            name: ["Vera", "Ivo", "Joan"][number],
            identity: &[device; 32],
            key_package,
            mac,
            instance: &instance,
        };
        seat::ask(&mut tx, &self.actor(number), self.id, ask, after(60)).await?;
        tx.commit().await.unwrap();
        Ok(())
    }

    /// The first chair founds the group, and both others are let in.
    async fn all_in(&self) {
        self.asks(0, 1).await.unwrap();
        let mut tx = self.store.begin().await.unwrap();
        let chair = self.actor(0);
        match self.meeting().await.profile() {
            Profile::Closed => {
                doors::found(&mut tx, &chair, self.id, "page 0.1", after(60)).await.unwrap();
                tx.commit().await.unwrap();
                self.asks(1, 2).await.unwrap();
                self.asks(2, 3).await.unwrap();
                let admit = vec![self.seats[1].id, self.seats[2].id];
                self.commits(0, 0, admit, Vec::new()).await.unwrap();
            }
            Profile::Open => {
                seat::admit(&mut tx, &chair, self.id, self.seats[0].id, after(60)).await.unwrap();
                tx.commit().await.unwrap();
                for (number, device) in [(1, 2), (2, 3)] {
                    self.asks(number, device).await.unwrap();
                    let mut tx = self.store.begin().await.unwrap();
                    let who = self.seats[number].id;
                    seat::admit(&mut tx, &chair, self.id, who, after(60)).await.unwrap();
                    tx.commit().await.unwrap();
                }
            }
        }
    }

    async fn commits(
        &self,
        number: usize,
        epoch: i64,
        admit: Vec<SeatId>,
        remove: Vec<SeatId>,
    ) -> Result<i64> {
        let mut tx = self.store.begin().await.unwrap();
        let group = self.meeting().await.group_number;
        let welcome: &[u8] = if admit.is_empty() { b"" } else { b"sealed welcome" };
        let commit = Commit { group, epoch, commit: b"sealed commit", welcome, admit, remove };
        let actor = self.actor(number);
        let number = doors::commit(&mut tx, &actor, self.id, commit, after(61)).await?;
        tx.commit().await.unwrap();
        Ok(number)
    }

    async fn begins(&self) {
        let mut tx = self.store.begin().await.unwrap();
        meeting::begin(&mut tx, &self.actor(0), self.id, after(62)).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn ends(&self) {
        let mut tx = self.store.begin().await.unwrap();
        meeting::end(&mut tx, &self.actor(2), self.id, after(184)).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// A token of this seat, as its invitation shows it.
fn token_of(seat: &Seat) -> [u8; 32] {
    Sha256::digest(seat.id.0.as_bytes()).into()
}

fn invitation_of(seat: &Seat) -> Invitation {
    Invitation { seat: seat.id, salt: None, verifier: Sha256::digest(token_of(seat)).into() }
}

/// A link that was made anew, which shows this.
fn another(seat: &Seat, token: [u8; 32]) -> Invitation {
    Invitation { seat: seat.id, salt: Some([3; 16]), verifier: Sha256::digest(token).into() }
}

/// A host of a test is nobody that the record knows, so the operator plans after the policy was asked.
async fn plan_without_planner(
    tx: &mut Tx,
    host: &Actor,
    plan: Plan<'_>,
    parties: &[PlanParty<'_>],
) -> Result<MeetingId> {
    accounts::policy::check(host, accounts::policy::Action::HoldMeetings)?;
    meeting::plan(tx, &Actor::Operator, plan, parties, noon()).await
}

fn said(result: Result<impl std::fmt::Debug>) -> String {
    result.unwrap_err().to_string()
}

on_both_engines! {
    async fn a_plan_is_kept_as_it_was_made(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        let known = planned.meeting().await;
        assert_eq!((known.profile(), known.tells()), (Profile::Closed, Tells::Names));
        assert_eq!((known.state(), known.zone.as_str()), (meeting::State::Planned, "Europe/Moscow"));
        assert!(!known.is_public());
        let parties = party::of(store, planned.id).await.unwrap();
        let names: Vec<_> = parties.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["Russia", "United States"]);
        let seats: Vec<_> =
            planned.seats.iter().map(|it| (it.number, it.title.as_str(), it.chair)).collect();
        assert_eq!(seats, [(0, "President", true), (1, "Interpreter", false), (2, "President", true)]);
        let agenda = agenda::of(store, planned.id).await.unwrap();
        assert_eq!(agenda.iter().map(|it| it.minutes).collect::<Vec<_>>(), [40, 30, 20]);
        assert_eq!(meeting::list(store).await.unwrap(), [known]);
        assert!(meeting::public(store).await.unwrap().is_empty());
    }

    async fn what_makes_no_meeting_is_refused(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let good = || conversation(Profile::Closed);
        let host = somebody(Role::Host);
        let producer = somebody(Role::Producer);
        let denied = meeting::plan(&mut tx, &producer, good(), &two_parties(), noon()).await;
        assert!(said(denied).contains("hold meetings"));
        let seats = |count: usize| vec![PlanSeat { title: "Aide", chair: true }; count];
        let party = |name, count| PlanParty { name, colour: "#1f4e79", seats: seats(count) };
        let items = |count| vec![PlanItem { title: "Item", minutes: 1 }; count];
        let nine: Vec<_> =
            ["a", "b", "c", "d", "e", "f", "g", "h", "i"].map(|name| party(name, 1)).into();
        let nobody_speaks = PlanParty {
            name: "Russia",
            colour: "#1f4e79",
            seats: vec![PlanSeat { title: "Interpreter", chair: false }; 2],
        };
        let grey = PlanParty { colour: "grey", ..party("Russia", 2) };
        let long = "a".repeat(201);
        for (plan, expected) in [
            (Plan { title: " ", ..good() }, "A meeting's title has 1 to 200 characters"),
            (Plan { title: &long, ..good() }, "A meeting's title has 1 to 200 characters"),
            (Plan { zone: "Europe/Atlantis", ..good() }, "There is no time zone"),
            (Plan { ends_at: after(60), ..good() }, "ends after it begins"),
            (Plan { ends_at: after(60 + 2 * 1440 + 1), ..good() }, "two days at most"),
            (Plan { agenda: items(41), ..good() }, "40 items at most"),
            (
                Plan { agenda: vec![PlanItem { title: "x", minutes: 0 }], ..good() },
                "1 to 1440 minutes",
            ),
            (
                Plan { agenda: vec![PlanItem { title: "", minutes: 5 }], ..good() },
                "What is on the agenda has",
            ),
        ] {
            let told = said(plan_without_planner(&mut tx, &host, plan, &two_parties()).await);
            assert!(told.contains(expected), "{expected}: {told}");
        }
        for (parties, expected) in [
            (Vec::new(), "1 to 8 parties"),
            (nine, "1 to 8 parties"),
            (vec![party("Russia", 1)], "2 to 25 seats"),
            (vec![party("Russia", 26)], "2 to 25 seats"),
            (vec![nobody_speaks], "Russia needs a chair"),
            (vec![grey], "written as #1f4e79"),
            (vec![party(" ", 2)], "A party's name has"),
            (vec![party("Russia", 1), party(" Russia", 1)], "the same name"),
        ] {
            let told = said(plan_without_planner(&mut tx, &host, good(), &parties).await);
            assert!(told.contains(expected), "{expected}: {told}");
        }
    }

    async fn a_plan_can_be_changed_until_it_begins(store: &TestStore) {
        let planned = Planned::new(store, Profile::Open).await;
        let change = || Plan {
            title: "Two presidents",
            profile: Profile::Closed,
            zone: "America/New_York",
            starts_at: after(90),
            ends_at: after(150),
            tells: Tells::Parties,
            agenda: vec![PlanItem { title: "All of it", minutes: 60 }],
        };
        let host = somebody(Role::Host);
        let mut tx = store.begin().await.unwrap();
        meeting::change(&mut tx, &host, planned.id, change(), noon()).await.unwrap();
        tx.commit().await.unwrap();
        let known = planned.meeting().await;
        assert_eq!((known.profile(), known.starts_at), (Profile::Closed, after(90)));
        assert_eq!(known.sequence, 1);
        let mut tx = store.begin().await.unwrap();
        meeting::change(&mut tx, &host, planned.id, change(), noon()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(planned.meeting().await.sequence, 1, "calendars know it already");
        assert_eq!(agenda::of(store, planned.id).await.unwrap()[0].title, "All of it");

        planned.all_in().await;
        planned.begins().await;
        let late = Plan {
            title: "As it is called now",
            zone: "Asia/Tokyo",
            starts_at: after(200),
            ends_at: after(300),
            agenda: Vec::new(),
            ..change()
        };
        let mut tx = store.begin().await.unwrap();
        meeting::change(&mut tx, &host, planned.id, late, noon()).await.unwrap();
        tx.commit().await.unwrap();
        let known = planned.meeting().await;
        assert_eq!((known.title.as_str(), known.sequence), ("As it is called now", 2));
        assert_eq!((known.starts_at, known.zone.as_str()), (after(90), "America/New_York"));
        assert_eq!(agenda::of(store, planned.id).await.unwrap().len(), 1);
    }

    async fn its_profile_stays_once_somebody_has_come(store: &TestStore) {
        for (profile, other) in [(Profile::Closed, Profile::Open), (Profile::Open, Profile::Closed)] {
            let planned = Planned::new(store, profile).await;
            let change = |profile| Plan {
                title: "Two presidents",
                profile,
                zone: "UTC",
                starts_at: after(60),
                ends_at: after(180),
                tells: Tells::Names,
                agenda: Vec::new(),
            };
            planned.asks(1, 2).await.unwrap();
            let host = somebody(Role::Host);
            let mut tx = store.begin().await.unwrap();
            let refused = meeting::change(&mut tx, &host, planned.id, change(other), noon()).await;
            assert!(said(refused).contains("once somebody has come"));
            meeting::change(&mut tx, &host, planned.id, change(profile), noon()).await.unwrap();
            tx.commit().await.unwrap();
            // Who asks goes again: then nobody was there.
            let mut tx = store.begin().await.unwrap();
            seat::withdraw(&mut tx, &planned.actor(1), planned.id).await.unwrap();
            meeting::change(&mut tx, &host, planned.id, change(other), noon()).await.unwrap();
        }
    }

    async fn what_is_called_off_can_neither_begin_nor_be_entered(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.asks(1, 2).await.unwrap();
        let host = somebody(Role::Host);
        let mut tx = store.begin().await.unwrap();
        let denied = meeting::cancel(&mut tx, &somebody(Role::Reporter), planned.id, noon()).await;
        assert!(said(denied).contains("hold meetings"));
        meeting::cancel(&mut tx, &host, planned.id, noon()).await.unwrap();
        tx.commit().await.unwrap();
        let known = planned.meeting().await;
        assert_eq!((known.state(), known.sequence), (meeting::State::Cancelled, 1));
        let left = planned.seat(1).await;
        assert_eq!((left.state(), left.name.as_str()), (seat::State::Free, ""));
        assert!(said(planned.asks(0, 1).await).contains("called off"));
        let mut tx = store.begin().await.unwrap();
        let all = [invitation_of(&planned.seats[0])];
        let refused = seat::invite(&mut tx, &host, planned.id, &all, noon()).await;
        assert!(said(refused).contains("nobody can be invited"));
        let refused = meeting::end(&mut tx, &host, planned.id, noon()).await;
        assert!(said(refused).contains("has not begun"));
    }
}
