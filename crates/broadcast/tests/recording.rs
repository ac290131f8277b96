//! Recordings on both engines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use base::{Actor, ChannelId, PersonId, ProgrammeId, RecordingId, Role, Timestamp};
use broadcast::programme::{self, PlanProgramme, Recorded};
use broadcast::recording::{self, Chapter, Piece, Recording, Span, State};
use broadcast::{BroadcastError, channel};
use testkit::{TestStore, noon, on_both_engines};
use uuid::Uuid;

fn somebody(role: Role) -> Actor {
    Actor::Person { person: PersonId(Uuid::from_u128(7)), role, grants: Vec::new() }
}

fn after(seconds: u64) -> Timestamp {
    noon().plus(Duration::from_secs(seconds))
}

/// A programme that is on since noon.
async fn begun(store: &TestStore, recorded: Recorded) -> (ChannelId, ProgrammeId) {
    let mut tx = store.begin().await.unwrap();
    let channel = channel::main(&mut tx, noon()).await.unwrap().id;
    let plan = PlanProgramme {
        title: "News",
        description: "",
        starts_at: noon(),
        ends_at: after(3600),
        story: None,
        begins_alone: false,
        recorded,
    };
    let producer = somebody(Role::Producer);
    let programme = programme::plan(&mut tx, &producer, channel, plan, noon()).await.unwrap();
    programme::begin(&mut tx, &producer, programme, noon()).await.unwrap();
    tx.commit().await.unwrap();
    (channel, programme)
}

/// The segment with this number of a rendition: two seconds, of which the first began at noon.
fn piece(rendition: &str, number: u64, clock: i64) -> Piece {
    Piece {
        rendition: rendition.into(),
        number: number as i64,
        name: format!("s1-{number}.m4s"),
        init: "i1-0.mp4".into(),
        starts: number as i64 * 180_000,
        units: 2 * clock,
        clock,
        aired_at: after(2 * number),
        discontinuities: 0,
        bytes: 1_000,
    }
}

/// A recording of ten seconds, all of which is kept.
async fn whole(store: &TestStore) -> RecordingId {
    let (_, programme) = begun(store, Recorded::Keep).await;
    let id = of(store, programme).await.unwrap().id;
    let mut tx = store.begin().await.unwrap();
    let pictures = (0..5).map(|number| piece("source", number, 90_000));
    let sounds = (0..5).map(|number| piece("sound", number, 48_000));
    let all: Vec<Piece> = pictures.chain(sounds).collect();
    recording::keep(&mut tx, id, &all).await.unwrap();
    programme::end(&mut tx, &somebody(Role::Producer), programme, after(10)).await.unwrap();
    recording::kept(&mut tx, id, after(11)).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn of(store: &TestStore, programme: ProgrammeId) -> Option<Recording> {
    recording::of_programme(store, programme).await.unwrap()
}

async fn shown(store: &TestStore, id: RecordingId, rendition: &str) -> Vec<i64> {
    let recording = recording::by_id(store, id).await.unwrap().unwrap();
    let pieces = recording::pieces(store, id, rendition).await.unwrap();
    pieces.into_iter().filter(|it| recording.shows(it)).map(|it| it.number).collect()
}

on_both_engines! {
    async fn a_recording_lives_as_long_as_its_programme_and_is_published_when_it_is_whole(store: &TestStore) {
        let (channel, programme) = begun(store, Recorded::Publish).await;
        let going = of(store, programme).await.unwrap();
        assert_eq!((going.state(), going.began_at), (State::Going, noon()));
        assert_eq!(recording::unfinished(store, channel).await.unwrap(), std::slice::from_ref(&going));
        let producer = somebody(Role::Producer);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(recording::begin(&mut tx, &producer, programme, after(1)).await.unwrap(), going.id);
        let pieces = [piece("source", 0, 90_000), piece("source", 1, 90_000)];
        recording::keep(&mut tx, going.id, &pieces[..1]).await.unwrap();
        // What is brought again after a kill counts once.
        recording::keep(&mut tx, going.id, &pieces).await.unwrap();
        let early = recording::publish(&mut tx, &producer, going.id, after(2)).await;
        assert!(matches!(early, Err(BroadcastError::Invalid(_))), "{early:?}");
        recording::kept(&mut tx, going.id, after(2)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(of(store, programme).await.unwrap().state(), State::Going, "it has not ended");

        let mut tx = store.begin().await.unwrap();
        programme::end(&mut tx, &producer, programme, after(4)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(of(store, programme).await.unwrap().state(), State::Ending);
        let mut tx = store.begin().await.unwrap();
        recording::kept(&mut tx, going.id, after(5)).await.unwrap();
        recording::kept(&mut tx, going.id, after(6)).await.unwrap();
        tx.commit().await.unwrap();
        let kept = of(store, programme).await.unwrap();
        assert_eq!((kept.state(), kept.kept_at), (State::Published, Some(after(5))));
        assert_eq!(recording::unfinished(store, channel).await.unwrap(), []);
        assert_eq!(recording::published(store, channel).await.unwrap(), [kept]);
        assert_eq!(recording::pieces(store, going.id, "source").await.unwrap(), pieces);
        let newest = recording::newest_kept(store, going.id).await.unwrap();
        assert_eq!(newest.into_iter().collect::<Vec<_>>(), [("source".to_owned(), 1)]);
        let told = store::events::after(store, 0, 100).await.unwrap();
        let told: Vec<_> = told.iter().map(|it| it.event.name()).collect();
        assert_eq!(told[2..], [
            "recording_began", "programme_ended", "recording_ended", "recording_kept",
            "recording_published",
        ]);
    }

    async fn a_programme_that_is_not_to_be_recorded_is_not_unless_somebody_begins(store: &TestStore) {
        let (_, programme) = begun(store, Recorded::None).await;
        assert_eq!(of(store, programme).await, None);
        let producer = somebody(Role::Producer);
        let mut tx = store.begin().await.unwrap();
        let id = recording::begin(&mut tx, &producer, programme, after(60)).await.unwrap();
        recording::end(&mut tx, &producer, id, after(90)).await.unwrap();
        let again = recording::begin(&mut tx, &producer, programme, after(91)).await;
        assert!(matches!(again, Err(BroadcastError::Invalid(_))), "{again:?}");
        recording::keep(&mut tx, id, &[piece("source", 30, 90_000)]).await.unwrap();
        recording::kept(&mut tx, id, after(92)).await.unwrap();
        tx.commit().await.unwrap();
        let kept = of(store, programme).await.unwrap();
        assert_eq!((kept.state(), kept.ended_at), (State::Kept, Some(after(90))));
    }

    async fn it_is_cut_between_segments_and_sound_with_the_picture(store: &TestStore) {
        let id = whole(store).await;
        let producer = somebody(Role::Producer);
        assert_eq!(recording::whole(store, id).await.unwrap(), Span { from: 0, to: 10_000 });
        let mut tx = store.begin().await.unwrap();
        let wanted = Span { from: 2_500, to: 6_000 };
        recording::trim(&mut tx, &producer, id, Some(wanted), after(20)).await.unwrap();
        tx.commit().await.unwrap();
        let recording = recording::by_id(store, id).await.unwrap().unwrap();
        let span = recording::span(store, &recording).await.unwrap();
        assert_eq!(span, Span { from: 2_000, to: 6_000 });
        assert_eq!(shown(store, id, "source").await, [1, 2]);
        assert_eq!(shown(store, id, "sound").await, [1, 2]);
        let mut tx = store.begin().await.unwrap();
        for (from, to) in [(6_000, 6_000), (7_000, 2_000), (-1, 5_000), (10_000, 12_000)] {
            let wanted = Some(Span { from, to });
            let wrong = recording::trim(&mut tx, &producer, id, wanted, after(21)).await;
            assert!(matches!(wrong, Err(BroadcastError::Invalid(_))), "{from} {to}: {wrong:?}");
        }
        let wanted = Some(Span { from: 9_999, to: 99_000 });
        recording::trim(&mut tx, &producer, id, wanted, after(21)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(shown(store, id, "source").await, [4]);
        let mut tx = store.begin().await.unwrap();
        recording::trim(&mut tx, &producer, id, None, after(22)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(shown(store, id, "source").await, [0, 1, 2, 3, 4]);
    }

    async fn chapters_are_set_now_or_later_and_named_anew(store: &TestStore) {
        let (_, programme) = begun(store, Recorded::Keep).await;
        let id = of(store, programme).await.unwrap().id;
        let producer = somebody(Role::Producer);
        let mut tx = store.begin().await.unwrap();
        recording::mark_now(&mut tx, &producer, id, " Welcome ", after(1)).await.unwrap();
        // The line was lost for a minute after four seconds: what is kept is shorter than it took.
        let late = Piece { aired_at: after(62), ..piece("source", 1, 90_000) };
        recording::keep(&mut tx, id, &[piece("source", 0, 90_000), late]).await.unwrap();
        recording::mark_now(&mut tx, &producer, id, "The budget", after(65)).await.unwrap();
        for (at, title) in [(1_000, ""), (-1, "x"), (1_000, "a\nb")] {
            let chapter = Chapter { at, title: title.into() };
            let wrong = recording::mark(&mut tx, &producer, id, &chapter, after(66)).await;
            assert!(matches!(wrong, Err(BroadcastError::Invalid(_))), "{title:?}: {wrong:?}");
        }
        let chapter = |at, title: &str| Chapter { at, title: title.into() };
        let both = recording::chapters(&tx, id).await.unwrap();
        assert_eq!(both, [chapter(1_000, "Welcome"), chapter(5_000, "The budget")]);
        recording::mark(&mut tx, &producer, id, &chapter(5_000, "Money"), after(67)).await.unwrap();
        recording::unmark(&mut tx, &producer, id, 1_000, after(68)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(recording::chapters(store, id).await.unwrap(), [chapter(5_000, "Money")]);
    }

    async fn what_is_deleted_is_seen_by_nobody_and_then_forgotten(store: &TestStore) {
        let id = whole(store).await;
        let mut tx = store.begin().await.unwrap();
        for role in Role::ALL {
            let may = matches!(role, Role::Producer | Role::Editor | Role::Administrator);
            let published = recording::publish(&mut tx, &somebody(role), id, after(20)).await;
            assert_eq!(published.is_ok(), may, "{role:?}: {published:?}");
        }
        let producer = somebody(Role::Producer);
        recording::mark(&mut tx, &producer, id, &Chapter { at: 0, title: "x".into() }, after(20))
            .await
            .unwrap();
        recording::delete(&mut tx, &producer, id, after(21)).await.unwrap();
        let gone = recording::publish(&mut tx, &producer, id, after(22)).await;
        assert!(matches!(gone, Err(BroadcastError::Unknown(_))), "{gone:?}");
        tx.commit().await.unwrap();
        assert_eq!(recording::by_id(store, id).await.unwrap(), None);
        assert_eq!(recording::deleted(store).await.unwrap(), [id]);
        let mut tx = store.begin().await.unwrap();
        recording::forget(&mut tx, id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(recording::deleted(store).await.unwrap(), []);
        assert_eq!(recording::pieces(store, id, "source").await.unwrap(), []);
    }
}
