//! Invitations, the lobby, and the order of the closed group's mail.

use meet::MeetError;

use super::*;

on_both_engines! {
    async fn an_invitation_opens_its_own_seat_alone(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        let [vera, ivo, _] = &planned.seats;
        let recognise = async |id, who: SeatId, token: &[u8]| {
            seat::recognise(store, id, who, token).await.unwrap().map(|it| it.id)
        };
        let id = planned.id;
        assert_eq!(recognise(id, vera.id, &token_of(vera)).await, Some(vera.id));
        assert_eq!(recognise(id, vera.id, &token_of(ivo)).await, None);
        assert_eq!(recognise(id, ivo.id, &token_of(vera)).await, None);
        let other = Planned::new(store, Profile::Closed).await;
        assert_eq!(recognise(other.id, vera.id, &token_of(vera)).await, None);
        // The verifier is no token.
        assert_eq!(recognise(id, vera.id, &invitation_of(vera).verifier).await, None);

        let anew = another(vera, [5; 32]);
        let (host, all) = (somebody(Role::Host), [anew]);
        let mut tx = store.begin().await.unwrap();
        let denied = seat::invite(&mut tx, &planned.actor(0), id, &all, noon()).await;
        assert!(said(denied).contains("sign in"));
        let of_another = seat::invite(&mut tx, &host, other.id, &all, noon()).await;
        assert!(said(of_another).contains("no such seat"));
        seat::invite(&mut tx, &host, id, &all, noon()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(recognise(id, vera.id, &token_of(vera)).await, None);
        assert_eq!(recognise(id, vera.id, &[5; 32]).await, Some(vera.id));
    }

    async fn an_invitation_made_anew_sends_away_who_asks_with_the_old_one(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        let (id, host) = (planned.id, somebody(Role::Host));
        let invites = async |all: &[Invitation]| {
            let mut tx = store.begin().await.unwrap();
            seat::invite(&mut tx, &host, id, all, noon()).await?;
            tx.commit().await.unwrap();
            Ok(())
        };
        planned.asks(1, 2).await.unwrap();
        // Those that are known already change nothing, be it that somebody sits there.
        let all = planned.seats.each_ref().map(invitation_of);
        let facts = store::events::head(store).await.unwrap();
        invites(&all).await.unwrap();
        assert_eq!(store::events::head(store).await.unwrap(), facts);
        assert_eq!(planned.seat(1).await.state(), seat::State::Asking);
        let anew = [another(&planned.seats[1], [7; 32])];
        invites(&anew).await.unwrap();
        let known = planned.seat(1).await;
        assert_eq!((known.state(), known.asked_identity), (seat::State::Free, None));
        assert_eq!(known.salt, Some(vec![3; 16]));
        let back = invites(&[invitation_of(&planned.seats[1])]).await;
        assert!(said(back).contains("This link for Interpreter was taken back"));
        planned.all_in().await;
        invites(&anew).await.unwrap();
        assert_eq!(planned.seat(1).await.state(), seat::State::In);
        let refused = invites(&[another(&planned.seats[1], [8; 32])]).await;
        assert!(said(refused).contains("Somebody sits as Interpreter"));
    }

    async fn one_asks_as_the_protocol_has_it(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        let id = planned.id;
        let good = || Ask {
            name: "Ivo",
            identity: &[2; 32],
            key_package: b"a key package",
            mac: &[9; 32],
            instance: "page",
        };
        let large = vec![0; 16 * 1024 + 1];
        let other = Planned::new(store, Profile::Closed).await;
        let mut tx = store.begin().await.unwrap();
        for (ask, expected) in [
            (Ask { name: "", ..good() }, "Your name has"),
            (Ask { name: "Ivo\nChair", ..good() }, "one line"),
            (Ask { identity: &[2; 31], ..good() }, "32 bytes"),
            (Ask { key_package: b"", ..good() }, "with a key package"),
            (Ask { mac: b"", ..good() }, "with a key package"),
            (Ask { key_package: &large, ..good() }, "16384 bytes at most"),
        ] {
            let told = said(seat::ask(&mut tx, &planned.actor(1), id, ask, after(60)).await);
            assert!(told.contains(expected), "{expected}: {told}");
        }
        let stranger = seat::ask(&mut tx, &somebody(Role::Host), id, good(), after(60)).await;
        assert!(said(stranger).contains("with an invitation"));
        let strange = seat::ask(&mut tx, &other.actor(1), id, good(), after(60)).await;
        assert!(said(strange).contains("no such seat"));
    }

    async fn a_chair_founds_the_group_and_lets_others_in_by_their_commit(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        let id = planned.id;
        planned.asks(1, 2).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let guest = doors::found(&mut tx, &planned.actor(1), id, "page", after(60)).await;
        assert!(said(guest).contains("Only a chair"));
        let silent = doors::found(&mut tx, &planned.actor(0), id, "page", after(60)).await;
        assert!(said(silent).contains("Say first who you are"));
        drop(tx);
        planned.all_in().await;
        let known = planned.meeting().await;
        assert_eq!((known.group_number, known.epoch), (1, 1));
        for number in 0..3 {
            let seat = planned.seat(number).await;
            assert_eq!((seat.state(), seat.joined_at.is_some()), (seat::State::In, true));
            assert_eq!((seat.asked_identity, seat.key_package, seat.mac), (None, None, None));
            assert_eq!(seat.keyed_instance, format!("page {number}.{}", number + 1));
        }
        let read = async |number: usize, from| -> Vec<(i64, String)> {
            let mail = doors::mail_after(store, id, planned.seats[number].id, from).await.unwrap();
            mail.into_iter().map(|it| (it.number, it.kind)).collect()
        };
        let piece = |number, kind: &str| (number, kind.to_owned());
        assert_eq!(read(0, 0).await, [piece(1, "commit")]);
        assert_eq!(read(1, 0).await, [piece(1, "commit"), piece(2, "welcome")]);
        assert_eq!(read(2, 1).await, [piece(3, "welcome")]);
    }

    async fn of_two_commits_at_once_the_first_is_taken(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.all_in().await;
        let commit = |number| planned.commits(number, 1, Vec::new(), Vec::new());
        let (one, two) = tokio::join!(commit(0), commit(2));
        let outcomes = [one, two];
        let taken = outcomes.iter().filter(|it| it.is_ok()).count();
        let passed = outcomes.iter().filter(|it| matches!(it, Err(MeetError::EpochPassed))).count();
        assert_eq!((taken, passed), (1, 1), "{outcomes:?}");
        assert_eq!(planned.meeting().await.epoch, 2);
        let all = doors::mail_after(store, planned.id, planned.seats[0].id, 3).await.unwrap();
        assert_eq!(all.iter().map(|it| (it.number, it.epoch)).collect::<Vec<_>>(), [(4, 1)]);
        // Made anew on top of it, the other is taken too.
        planned.commits(2, 2, Vec::new(), Vec::new()).await.unwrap();
        // What is of a group before counts for nothing.
        let mut tx = store.begin().await.unwrap();
        let old = Commit {
            group: 0,
            epoch: 3,
            commit: b"sealed",
            welcome: b"",
            admit: Vec::new(),
            remove: Vec::new(),
        };
        let late = doors::commit(&mut tx, &planned.actor(0), planned.id, old, after(61)).await;
        assert!(matches!(late, Err(MeetError::EpochPassed)), "{late:?}");
    }

    async fn nobody_but_a_chair_lets_somebody_new_in_or_sends_them_out(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.asks(0, 1).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let chair = planned.actor(0);
        doors::found(&mut tx, &chair, planned.id, "page 0.1", after(60)).await.unwrap();
        tx.commit().await.unwrap();
        planned.asks(1, 2).await.unwrap();
        planned.commits(0, 0, vec![planned.seats[1].id], Vec::new()).await.unwrap();
        planned.asks(2, 3).await.unwrap();
        let refused = planned.commits(1, 1, vec![planned.seats[2].id], Vec::new()).await;
        assert!(said(refused).contains("Only a chair"));
        let refused = planned.commits(1, 1, Vec::new(), vec![planned.seats[0].id]).await;
        assert!(said(refused).contains("Only a chair"));
        let outside = planned.commits(2, 1, vec![planned.seats[2].id], Vec::new()).await;
        assert!(said(outside).contains("let into the meeting"));
        // Nothing of what was refused has come to be.
        assert_eq!(planned.meeting().await.epoch, 1);
        assert_eq!(planned.seat(2).await.state(), seat::State::Asking);
        // An open door is no way into a closed meeting.
        let mut tx = store.begin().await.unwrap();
        let door = seat::admit(&mut tx, &chair, planned.id, planned.seats[2].id, after(61)).await;
        assert!(said(door).contains("by being given its keys"));
        let guest = planned.actor(1);
        let refused = seat::refuse(&mut tx, &guest, planned.id, planned.seats[2].id, after(61)).await;
        assert!(said(refused).contains("Only a chair"));
        seat::refuse(&mut tx, &chair, planned.id, planned.seats[2].id, after(61)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(planned.seat(2).await.state(), seat::State::Free);
        let nobody = planned.commits(0, 1, vec![planned.seats[2].id], Vec::new()).await;
        assert!(said(nobody).contains("Nobody asks"));
    }

    async fn who_was_in_is_brought_back_by_anybody_with_the_keys(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.all_in().await;
        planned.asks(2, 3).await.unwrap();
        assert_eq!(planned.seat(2).await.state(), seat::State::In);
        planned.commits(1, 1, vec![planned.seats[2].id], Vec::new()).await.unwrap();
        assert_eq!(planned.seat(2).await.asked_identity, None);
    }

    async fn a_used_invitation_opens_nothing_on_another_device_until_it_is_freed(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.all_in().await;
        assert!(said(planned.asks(1, 77).await).contains("another device"));
        let who = planned.seats[1].id;
        let mut tx = store.begin().await.unwrap();
        let refused = seat::free(&mut tx, &planned.actor(1), planned.id, who, after(63)).await;
        assert!(said(refused).contains("Only a chair"));
        seat::free(&mut tx, &planned.actor(0), planned.id, who, after(63)).await.unwrap();
        tx.commit().await.unwrap();
        planned.asks(1, 77).await.unwrap();
        assert_eq!(planned.seat(1).await.state(), seat::State::Asking);

        // Whoever was sent out has no link that could be used anew.
        let sent_out = planned.seats[2].id;
        let mut tx = store.begin().await.unwrap();
        seat::remove(&mut tx, &planned.actor(0), planned.id, sent_out, after(64)).await.unwrap();
        let refused = seat::free(&mut tx, &planned.actor(0), planned.id, sent_out, after(65)).await;
        assert!(said(refused).contains("A host makes a new one"));
    }

    async fn whoever_is_removed_needs_another_invitation(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.all_in().await;
        let itself = planned.commits(0, 1, Vec::new(), vec![planned.seats[0].id]).await;
        assert!(said(itself).contains("cannot remove itself"));
        planned.commits(0, 1, Vec::new(), vec![planned.seats[1].id]).await.unwrap();
        let gone = planned.seat(1).await;
        assert_eq!((gone.state(), gone.is_invited()), (seat::State::Free, false));
        let token = token_of(&planned.seats[1]);
        let known = seat::recognise(store, planned.id, planned.seats[1].id, &token).await.unwrap();
        assert_eq!(known, None);
        let mut tx = store.begin().await.unwrap();
        let host = Actor::Operator;
        let same = [another(&planned.seats[1], token)];
        let refused = seat::invite(&mut tx, &host, planned.id, &same, after(90)).await;
        assert!(said(refused).contains("may still have it"));
        let other = [another(&planned.seats[1], [99; 32])];
        seat::invite(&mut tx, &host, planned.id, &other, after(90)).await.unwrap();
        tx.commit().await.unwrap();
        let seat = planned.seat(1).await;
        assert_eq!((seat.is_invited(), seat.was_emptied()), (true, false));
        let out = planned.commits(1, 2, Vec::new(), Vec::new()).await;
        assert!(said(out).contains("let into the meeting"));
        // With the new link, from another device, by the door that all others take.
        planned.asks(1, 44).await.unwrap();
        planned.commits(0, 2, vec![planned.seats[1].id], Vec::new()).await.unwrap();
        assert_eq!(planned.seat(1).await.state(), seat::State::In);
    }

    async fn into_a_locked_meeting_come_those_alone_who_were_in(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.asks(0, 1).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let chair = planned.actor(0);
        doors::found(&mut tx, &chair, planned.id, "page 0.1", after(60)).await.unwrap();
        meeting::lock(&mut tx, &chair, planned.id, true, after(60)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(said(planned.asks(1, 2).await).contains("locked"));
        planned.asks(0, 1).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let refused = meeting::lock(&mut tx, &planned.actor(1), planned.id, false, after(61)).await;
        assert!(said(refused).contains("let into the meeting"));
        meeting::lock(&mut tx, &chair, planned.id, false, after(61)).await.unwrap();
        tx.commit().await.unwrap();
        planned.asks(1, 2).await.unwrap();
    }

    async fn a_new_group_leaves_nothing_of_the_one_before(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.all_in().await;
        let mut tx = store.begin().await.unwrap();
        let other = planned.actor(2);
        let group = doors::found(&mut tx, &other, planned.id, "page 2.3", after(70)).await;
        assert_eq!(group.unwrap(), 2);
        tx.commit().await.unwrap();
        let mail = doors::mail_after(store, planned.id, planned.seats[1].id, 0).await.unwrap();
        assert_eq!(mail, []);
        assert_eq!(planned.seat(0).await.keyed_instance, "");
        assert_eq!(planned.seat(2).await.keyed_instance, "page 2.3");
        // Numbers go on, so that a page knows what it has read.
        assert_eq!(planned.commits(2, 0, Vec::new(), Vec::new()).await.unwrap(), 4);
    }

    async fn the_end_forgets_the_mail_and_lets_none_come_after(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.all_in().await;
        planned.begins().await;
        planned.ends().await;
        let mail = doors::mail_after(store, planned.id, planned.seats[1].id, 0).await.unwrap();
        assert_eq!(mail, []);
        let late = planned.commits(0, 1, Vec::new(), Vec::new()).await;
        assert!(said(late).contains("This meeting is over"));
        assert!(said(planned.asks(1, 2).await).contains("This meeting is over"));
        assert_eq!(planned.seat(1).await.keyed_instance, "");
    }

    async fn a_code_is_noted_as_it_is_read_aloud(store: &TestStore) {
        let planned = Planned::new(store, Profile::Closed).await;
        planned.all_in().await;
        let mut tx = store.begin().await.unwrap();
        let code = "12345 67890 12345 67890 12345 67890";
        let actor = planned.actor(2);
        for wrong in ["", "12345", &code.replace(' ', "-"), &code[1..]] {
            let told = said(doors::confirm(&mut tx, &actor, planned.id, wrong, after(63)).await);
            assert!(told.contains("six groups"), "{told}");
        }
        doors::confirm(&mut tx, &actor, planned.id, code, after(63)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(planned.seat(2).await.confirmed, code);
    }
}
