//! The channel on both engines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use base::{Actor, PersonId, Role, Timestamp};
use broadcast::BroadcastError;
use broadcast::captions::{self, CaptionSettings, WriteCaption};
use broadcast::channel::{self, Channel, Takeover};
use broadcast::key::{self, MakeKey, Rank};
use broadcast::programme::{self, PlanProgramme, Recorded};
use broadcast::viewers;
use store::Event;
use testkit::{TestStore, noon, on_both_engines};
use uuid::Uuid;

fn somebody(role: Role) -> Actor {
    Actor::Person { person: PersonId(Uuid::from_u128(7)), role, grants: Vec::new() }
}

fn after(minutes: u64) -> Timestamp {
    noon().plus(Duration::from_secs(minutes * 60))
}

async fn main_channel(store: &TestStore) -> Channel {
    let mut tx = store.begin().await.unwrap();
    let channel = channel::main(&mut tx, noon()).await.unwrap();
    tx.commit().await.unwrap();
    channel
}

async fn told(store: &TestStore) -> Vec<&'static str> {
    let all = store::events::after(store, 0, 100).await.unwrap();
    all.iter().map(|it| it.event.name()).collect()
}

fn hour(title: &str, from: u64) -> PlanProgramme<'_> {
    PlanProgramme {
        title,
        description: "",
        starts_at: after(from),
        ends_at: after(from + 60),
        story: None,
        begins_alone: false,
        recorded: Recorded::None,
    }
}

on_both_engines! {
    async fn the_main_channel_is_made_once(store: &TestStore) {
        let (first, second) = (main_channel(store).await, main_channel(store).await);
        assert_eq!(first, second);
        assert_eq!(channel::by_slug(store, "main").await.unwrap(), Some(first));
        assert_eq!(channel::by_slug(store, "other").await.unwrap(), None);
    }

    async fn who_has_a_key_is_recognised_until_it_is_revoked(store: &TestStore) {
        let channel = main_channel(store).await.id;
        let producer = somebody(Role::Producer);
        let mut tx = store.begin().await.unwrap();
        let make = MakeKey { channel, name: " The studio ", rank: Rank::Backup };
        let text = key::make(&mut tx, &producer, make, [0xab; 32], noon()).await.unwrap();
        tx.commit().await.unwrap();
        let known = key::all(store, channel).await.unwrap();
        assert_eq!((known.len(), known[0].name.as_str()), (1, "The studio"));
        assert_eq!(known[0].used_at, None);
        let recognised = key::recognise(store, &text).await.unwrap().unwrap();
        assert_eq!((recognised.channel, recognised.rank), (channel, Rank::Backup));
        let mut tx = store.begin().await.unwrap();
        recognised.used(&mut tx, after(1)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(key::all(store, channel).await.unwrap()[0].used_at, Some(after(1)));
        for wrong in ["", "nonsense", &text[1..], &text.to_uppercase()] {
            assert_eq!(key::recognise(store, wrong).await.unwrap(), None, "{wrong:?}");
        }
        let mut tx = store.begin().await.unwrap();
        let which = (channel, known[0].id);
        key::revoke(&mut tx, &producer, which, after(2)).await.unwrap();
        let again = key::revoke(&mut tx, &producer, which, after(2)).await;
        assert!(matches!(again, Err(BroadcastError::Unknown(_))), "{again:?}");
        tx.commit().await.unwrap();
        assert_eq!(key::recognise(store, &text).await.unwrap(), None);
        assert_eq!(key::all(store, channel).await.unwrap(), []);
        assert_eq!(told(store).await, ["stream_key_made", "stream_key_revoked"]);
    }

    async fn only_those_who_run_the_channel_may(store: &TestStore) {
        let channel = main_channel(store).await.id;
        for role in Role::ALL {
            let may = matches!(role, Role::Producer | Role::Editor | Role::Administrator);
            let actor = somebody(role);
            let mut tx = store.begin().await.unwrap();
            let make = MakeKey { channel, name: "A key", rank: Rank::Main };
            let made = key::make(&mut tx, &actor, make, [0; 32], noon()).await;
            assert_eq!(made.is_ok(), may, "{role:?}: {made:?}");
            let described = ("On air", Takeover::Replace);
            let described = channel::describe(&mut tx, &actor, channel, described, noon()).await;
            assert_eq!(described.is_ok(), may, "{role:?}: {described:?}");
            let planned = programme::plan(&mut tx, &actor, channel, hour("News", 1), noon()).await;
            assert_eq!(planned.is_ok(), may, "{role:?}: {planned:?}");
        }
    }

    async fn captions_are_written_in_the_languages_that_are_switched_on(store: &TestStore) {
        let channel = main_channel(store).await.id;
        let producer = somebody(Role::Producer);
        let say = |text| WriteCaption { language: "en", text, at: None, lasts: None };
        let mut tx = store.begin().await.unwrap();
        let off = captions::write(&mut tx, &producer, channel, say("Hello."), noon()).await;
        assert!(off.unwrap_err().to_string().contains("switched off"));
        let on = |languages: &[&str]| CaptionSettings {
            source_language: "es".into(),
            languages: languages.iter().map(|it| (*it).to_owned()).collect(),
        };
        for (wrong, why) in [
            (on(&["english!"]), "is no language"),
            (on(&["en", "EN"]), "named twice"),
            (on(&["aa", "ab", "ac", "ad", "ae", "af", "ag", "ah", "ai"]), "at most"),
        ] {
            let refused = captions::set(&mut tx, &producer, channel, &wrong, noon()).await;
            assert!(refused.unwrap_err().to_string().contains(why), "{wrong:?}");
        }
        captions::set(&mut tx, &producer, channel, &on(&["en", "pt-BR"]), noon()).await.unwrap();
        let first = captions::write(&mut tx, &producer, channel, say(" Good \n\n evening. "), noon())
            .await
            .unwrap();
        assert_eq!((first.text.as_str(), first.starts_at), ("Good\nevening.", noon()));
        assert_eq!(first.ends_at, noon().plus(Duration::from_millis(2_045)));
        let later = WriteCaption {
            language: "PT-br",
            text: "Boa noite.",
            at: Some(after(1)),
            lasts: Some(Duration::from_secs(4)),
        };
        let second = captions::write(&mut tx, &producer, channel, later, noon()).await.unwrap();
        assert_eq!((second.language.as_str(), second.starts_at), ("pt-BR", after(1)));
        tx.commit().await.unwrap();
        assert_eq!(captions::settings(store, channel).await.unwrap(), on(&["en", "pt-BR"]));
        let both = [first.clone(), second.clone()];
        assert_eq!(captions::after(store, channel, 0).await.unwrap(), both);
        assert_eq!(captions::after(store, channel, first.number).await.unwrap(), both[1..]);
        assert_eq!(captions::latest(store, channel, 1).await.unwrap(), both[1..]);
        assert_eq!(
            told(store).await,
            ["channel_described", "caption_written", "caption_written"]
        );
    }

    async fn a_caption_that_nobody_could_read_is_refused(store: &TestStore) {
        let channel = main_channel(store).await.id;
        let mut tx = store.begin().await.unwrap();
        let settings = CaptionSettings { languages: vec!["en".into()], ..CaptionSettings::default() };
        captions::set(&mut tx, &Actor::Operator, channel, &settings, after(5)).await.unwrap();
        let fits = WriteCaption { language: "en", text: "Words.", at: None, lasts: None };
        let long = "a".repeat(401);
        for (wrong, why) in [
            (WriteCaption { language: "fr", ..fits }, "but in en"),
            (WriteCaption { text: " \n ", ..fits }, "needs words"),
            (WriteCaption { text: "a\u{7}b", ..fits }, "control character"),
            (WriteCaption { text: &long, ..fits }, "at most"),
            (WriteCaption { text: "a\nb\nc\nd\ne", ..fits }, "4 lines"),
            (WriteCaption { at: Some(noon()), ..fits }, "ago"),
            (WriteCaption { at: Some(after(16)), ..fits }, "ahead"),
            (WriteCaption { lasts: Some(Duration::ZERO), ..fits }, "half a second"),
            (WriteCaption { lasts: Some(Duration::from_secs(61)), ..fits }, "60 seconds"),
        ] {
            let refused = captions::write(&mut tx, &Actor::Operator, channel, wrong, after(5)).await;
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains(why) && refused.ends_with('.'), "{wrong:?}: {refused}");
        }
        for role in Role::ALL {
            let may = matches!(role, Role::Producer | Role::Editor | Role::Administrator);
            let written =
                captions::write(&mut tx, &somebody(role), channel, fits, after(5)).await;
            assert_eq!(written.is_ok(), may, "{role:?}: {written:?}");
        }
        // Three are written, and the rest of a minute's.
        for _ in 3..600 {
            captions::write(&mut tx, &Actor::Operator, channel, fits, after(5)).await.unwrap();
        }
        let most = captions::write(&mut tx, &Actor::Operator, channel, fits, after(5)).await;
        assert!(most.unwrap_err().to_string().contains("Wait a moment"));
        captions::write(&mut tx, &Actor::Operator, channel, fits, after(7)).await.unwrap();
    }

    async fn going_on_air_is_told_once(store: &TestStore) {
        let id = main_channel(store).await.id;
        let mut tx = store.begin().await.unwrap();
        channel::go_off_air(&mut tx, id, noon()).await.unwrap();
        channel::go_on_air(&mut tx, id, noon()).await.unwrap();
        channel::go_on_air(&mut tx, id, after(1)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(main_channel(store).await.on_air_since, Some(noon()));
        let mut tx = store.begin().await.unwrap();
        channel::go_off_air(&mut tx, id, after(2)).await.unwrap();
        channel::go_off_air(&mut tx, id, after(3)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(main_channel(store).await.on_air_since, None);
        assert_eq!(told(store).await, ["channel_went_on_air", "channel_went_off_air"]);
    }

    async fn programmes_are_planned_begin_and_end_one_after_the_other(store: &TestStore) {
        let channel = main_channel(store).await.id;
        let producer = somebody(Role::Producer);
        let mut tx = store.begin().await.unwrap();
        let news = programme::plan(&mut tx, &producer, channel, hour("News", 60), noon()).await;
        let talk = programme::plan(&mut tx, &producer, channel, hour("Talk", 120), noon()).await;
        let (news, talk) = (news.unwrap(), talk.unwrap());
        tx.commit().await.unwrap();
        let titles = async |now| -> Vec<String> {
            let to_come = programme::to_come(store, channel, now).await.unwrap();
            to_come.into_iter().map(|it| it.title).collect()
        };
        assert_eq!(titles(noon()).await, ["News", "Talk"]);
        assert_eq!(titles(after(120)).await, ["Talk"], "one that never began is over, too");

        let mut tx = store.begin().await.unwrap();
        let early = programme::end(&mut tx, &producer, news, after(59)).await;
        assert!(matches!(early, Err(BroadcastError::Invalid(_))), "{early:?}");
        programme::begin(&mut tx, &producer, news, after(59)).await.unwrap();
        programme::begin(&mut tx, &producer, news, after(60)).await.unwrap();
        let begun = programme::cancel(&mut tx, &producer, news, after(61)).await;
        assert!(matches!(begun, Err(BroadcastError::Invalid(_))), "{begun:?}");
        tx.commit().await.unwrap();
        let on = programme::on_now(store, channel).await.unwrap().unwrap();
        assert_eq!((on.id, on.began_at), (news, Some(after(59))));

        let mut tx = store.begin().await.unwrap();
        programme::begin(&mut tx, &producer, talk, after(118)).await.unwrap();
        tx.commit().await.unwrap();
        let on = programme::on_now(store, channel).await.unwrap().unwrap();
        assert_eq!(on.id, talk);
        let over = programme::over(store, channel).await.unwrap();
        assert_eq!((over.len(), over[0].id, over[0].ended_at), (1, news, Some(after(118))));
        let mut tx = store.begin().await.unwrap();
        let again = programme::begin(&mut tx, &producer, news, after(119)).await;
        assert!(matches!(again, Err(BroadcastError::Invalid(_))), "{again:?}");
    }

    async fn what_cannot_be_planned_is_said_and_keeps_nothing(store: &TestStore) {
        let channel = main_channel(store).await.id;
        let producer = somebody(Role::Producer);
        let long = "x".repeat(201);
        let backwards = PlanProgramme { ends_at: after(5), ..hour("News", 10) };
        let endless = PlanProgramme { ends_at: after(8 * 24 * 60), ..hour("News", 10) };
        for wrong in [hour(" ", 1), hour(&long, 1), hour("a\0b", 1), backwards, endless] {
            let mut tx = store.begin().await.unwrap();
            let planned = programme::plan(&mut tx, &producer, channel, wrong, noon()).await;
            assert!(matches!(planned, Err(BroadcastError::Invalid(_))), "{planned:?}");
            tx.commit().await.unwrap();
        }
        assert_eq!(programme::to_come(store, channel, noon()).await.unwrap(), []);
        assert_eq!(told(store).await, [""; 0]);
    }

    async fn a_programme_is_changed_and_cancelled(store: &TestStore) {
        let channel = main_channel(store).await.id;
        let producer = somebody(Role::Producer);
        let mut tx = store.begin().await.unwrap();
        let id = programme::plan(&mut tx, &producer, channel, hour("News", 1), noon()).await;
        let id = id.unwrap();
        programme::change(&mut tx, &producer, id, hour("Late news", 9), noon()).await.unwrap();
        let changed = programme::by_id(&tx, id).await.unwrap().unwrap();
        assert_eq!((changed.title.as_str(), changed.starts_at), ("Late news", after(9)));
        assert!(!changed.begins_alone);
        programme::cancel(&mut tx, &producer, id, noon()).await.unwrap();
        assert_eq!(programme::by_id(&tx, id).await.unwrap(), None);
        let gone = programme::cancel(&mut tx, &producer, id, noon()).await;
        assert!(matches!(gone, Err(BroadcastError::Unknown(_))), "{gone:?}");
        tx.commit().await.unwrap();
        let events = store::events::after(store, 0, 9).await.unwrap();
        assert!(matches!(events[2].event, Event::ProgrammeCancelled { .. }), "{events:?}");
    }

    async fn a_programme_begins_by_itself_only_where_that_was_chosen(store: &TestStore) {
        let channel = main_channel(store).await.id;
        let producer = somebody(Role::Producer);
        let mut tx = store.begin().await.unwrap();
        let by_hand = hour("By hand", 10);
        programme::plan(&mut tx, &producer, channel, by_hand, noon()).await.unwrap();
        let alone = PlanProgramme { begins_alone: true, ..hour("Alone", 20) };
        let alone = programme::plan(&mut tx, &producer, channel, alone, noon()).await.unwrap();
        let later = PlanProgramme { begins_alone: true, ..hour("Later", 40) };
        let later = programme::plan(&mut tx, &producer, channel, later, noon()).await.unwrap();
        for early in [10, 19] {
            assert_eq!(programme::is_due(&tx, channel, after(early)).await.unwrap(), None);
        }
        programme::begin_due(&mut tx, channel, after(21)).await.unwrap();
        let on = programme::on_now(&tx, channel).await.unwrap().unwrap();
        assert_eq!((on.id, on.began_at), (alone, Some(after(21))));
        // A producer began something at the very time: that goes on.
        let news = programme::plan(&mut tx, &producer, channel, hour("News", 30), noon()).await;
        programme::begin(&mut tx, &producer, news.unwrap(), after(41)).await.unwrap();
        assert_eq!(programme::is_due(&tx, channel, after(42)).await.unwrap(), None);
        let moved = PlanProgramme { begins_alone: true, ..hour("Later", 45) };
        programme::change(&mut tx, &producer, later, moved, after(42)).await.unwrap();
        assert_eq!(programme::is_due(&tx, channel, after(45)).await.unwrap(), Some(later));
        assert_eq!(programme::is_due(&tx, channel, after(105)).await.unwrap(), None, "it is over");
        tx.commit().await.unwrap();
    }

    async fn changing_what_is_on_is_told_as_such(store: &TestStore) {
        let channel = main_channel(store).await.id;
        let producer = somebody(Role::Producer);
        let mut tx = store.begin().await.unwrap();
        let id = programme::plan(&mut tx, &producer, channel, hour("News", 1), noon()).await;
        let id = id.unwrap();
        programme::begin(&mut tx, &producer, id, after(1)).await.unwrap();
        programme::change(&mut tx, &producer, id, hour("Late", 1), after(2)).await.unwrap();
        programme::end(&mut tx, &producer, id, after(3)).await.unwrap();
        programme::change(&mut tx, &producer, id, hour("Later", 1), after(4)).await.unwrap();
        tx.commit().await.unwrap();
        let events = store::events::after(store, 0, 9).await.unwrap();
        let planned: Vec<bool> = events
            .iter()
            .filter_map(|it| match it.event {
                Event::ProgrammePlanned { on, .. } => Some(on),
                _ => None,
            })
            .collect();
        assert_eq!(planned, [false, true, false]);
    }

    async fn viewers_of_a_minute_are_kept_for_half_a_year(store: &TestStore) {
        let channel = main_channel(store).await.id;
        let counts = |all: &[(&str, u64)]| {
            all.iter().map(|(name, viewers)| ((*name).to_owned(), *viewers)).collect()
        };
        let mut tx = store.begin().await.unwrap();
        let first = counts(&[("source", 7), ("mp3", 2)]);
        viewers::note(&mut tx, channel, (after(0), &first)).await.unwrap();
        let again = counts(&[("source", 3), ("mp3", 4)]);
        viewers::note(&mut tx, channel, (after(0), &again)).await.unwrap();
        viewers::note(&mut tx, channel, (after(1), &first)).await.unwrap();
        tx.commit().await.unwrap();
        let known = viewers::between(store, channel, (after(0), after(1))).await.unwrap();
        let known: Vec<_> = known.iter().map(|it| (it.rendition.as_str(), it.viewers)).collect();
        assert_eq!(known, [("mp3", 4), ("source", 7)]);
        let mut tx = store.begin().await.unwrap();
        viewers::forget(&mut tx, after(1).plus(viewers::KEPT)).await.unwrap();
        tx.commit().await.unwrap();
        let left = viewers::between(store, channel, (noon(), after(9))).await.unwrap();
        assert_eq!(left.iter().map(|it| it.minute).collect::<Vec<_>>(), [after(1); 2]);
    }
}
