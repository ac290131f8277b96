//! What readers must not be shown: photos without their words, and photos whose time is over.

use base::{Actor, ArticleId, Day, PersonId, PhotoId, Role, Scope, Timestamp, TokenId};
use publish::PublishError;
use publish::article::{self, LeadPhoto, Publish, State, release_due};
use publish::photo::{self, DescribePhoto, Wanted, Which};
use publish::site::{self, Site};
use store::events;
use testkit::{TestStore, noon, on_both_engines};

use crate::desk::{
    add_photo, after, change, complete, content, create, editor, leading, publish, revise, within,
};

const DAY: u64 = 24 * 60 * 60;

fn program() -> Actor {
    Actor::Token {
        token: TokenId(Default::default()),
        person: PersonId(Default::default()),
        role: Role::Editor,
        grants: Vec::new(),
        scopes: vec![Scope::Read, Scope::Write, Scope::Publish],
    }
}

async fn try_publish(
    store: &TestStore,
    who: &Actor,
    id: ArticleId,
    now: Timestamp,
) -> Result<(), PublishError> {
    change(store, async |tx| article::publish(tx, who, id, Publish::default(), now).await).await
}

async fn try_schedule(
    store: &TestStore,
    who: &Actor,
    id: ArticleId,
    at: Timestamp,
) -> Result<(), PublishError> {
    change(store, async |tx| article::schedule(tx, who, id, at, noon()).await).await
}

async fn describe(store: &TestStore, id: PhotoId, words: DescribePhoto) {
    change(store, async |tx| photo::describe(tx, &editor(), id, words, noon()).await)
        .await
        .unwrap();
}

async fn until(store: &TestStore, id: PhotoId, day: Option<Day>) {
    let words = DescribePhoto { usable_until: Some(day), ..DescribePhoto::default() };
    describe(store, id, words).await;
}

async fn one(store: &TestStore, id: PhotoId) -> photo::Photo {
    photo::by_ids(store, &[id]).await.unwrap().remove(&id).unwrap()
}

fn today() -> Day {
    Day::at(noon(), "UTC")
}

async fn found(store: &TestStore, text: &str, which: Which) -> Vec<PhotoId> {
    let wanted = Wanted { text, which, today: today(), before: None };
    let found = photo::find(store, wanted, 10).await.unwrap();
    found.into_iter().map(|photo| photo.id).collect()
}

on_both_engines! {
    async fn nobody_publishes_a_photo_without_its_words(store: &TestStore) {
        let id = add_photo(store, 1, DescribePhoto::default()).await;
        for content in [leading("Shown", id), within("Within", id)] {
            let story = create(store, content).await;
            let refused = try_publish(store, &editor(), story, noon()).await.unwrap_err();
            let told = format!(
                "A photo of this story lacks a caption and a credit and a text for those who \
                 cannot see it. Say it at /newsroom/photos/{id}."
            );
            assert_eq!(refused.to_string(), told);
            let refused = try_schedule(store, &editor(), story, after(60)).await.unwrap_err();
            assert_eq!(refused.to_string(), told);
            // A program brings what it has.
            try_publish(store, &program(), story, noon()).await.unwrap();
        }
        let story = create(store, leading("With a caption of its own", id)).await;
        let mut own = leading("With a caption of its own", id);
        own.photo = Some(LeadPhoto { photo: id, caption: Some("Here".into()) });
        revise(store, story, own).await;
        let refused = try_publish(store, &editor(), story, noon()).await.unwrap_err().to_string();
        assert!(refused.contains("lacks a credit and a text"), "{refused}");
        describe(store, id, complete()).await;
        try_publish(store, &editor(), story, noon()).await.unwrap();
    }

    async fn a_decorative_photo_needs_a_credit_only(store: &TestStore) {
        let words = DescribePhoto {
            decorative: Some(true),
            alt: Some("Not told".into()),
            ..DescribePhoto::default()
        };
        let id = add_photo(store, 1, words).await;
        assert_eq!((one(store, id).await.told(), &*one(store, id).await.alt), ("", "Not told"));
        let story = create(store, leading("Shown", id)).await;
        let refused = try_publish(store, &editor(), story, noon()).await.unwrap_err().to_string();
        assert!(refused.starts_with("A photo of this story lacks a credit. "), "{refused}");
        let credit = DescribePhoto { credit: Some("Jane".into()), ..DescribePhoto::default() };
        describe(store, id, credit).await;
        try_publish(store, &editor(), story, noon()).await.unwrap();
    }

    async fn a_photo_whose_time_is_over_is_shown_to_nobody_anew(store: &TestStore) {
        let id = add_photo(store, 1, complete()).await;
        let story = create(store, leading("Shown", id)).await;
        until(store, id, Some(today())).await;
        let tomorrow = after(DAY);
        for who in [editor(), program()] {
            let refused = try_publish(store, &who, story, tomorrow).await.unwrap_err();
            assert!(matches!(refused, PublishError::Conflict(_)), "{refused}");
            let told = format!(
                "A photo of this story may be used until {} only. Choose another one, or say at \
                 /newsroom/photos/{id} until when it may be used.",
                today()
            );
            assert_eq!(refused.to_string(), told);
            let refused = try_schedule(store, &who, story, tomorrow).await.unwrap_err();
            assert_eq!(refused.to_string(), told);
        }
        // The last day is one of the site's own clocks: here the next one has begun already.
        let east = Site { zone: "Pacific/Kiritimati".into(), ..Site::default() };
        change(store, async |tx| site::describe(tx, &editor_of_all(), east, noon()).await)
            .await
            .unwrap();
        assert!(try_publish(store, &editor(), story, noon()).await.is_err());
        let west = Site { zone: "Pacific/Honolulu".into(), ..Site::default() };
        change(store, async |tx| site::describe(tx, &editor_of_all(), west, noon()).await)
            .await
            .unwrap();
        publish(store, story, noon()).await;
        // What is published stays, and is told of.
        assert_eq!(photo::shown_though_ended(store, today()).await.unwrap(), []);
        let shown = photo::shown_though_ended(store, today().plus(1)).await.unwrap();
        assert_eq!(shown, [(id, story)]);
        // What an operator brings was published before.
        try_publish(store, &Actor::Operator, story, tomorrow).await.unwrap();
        until(store, id, None).await;
        try_publish(store, &editor(), story, tomorrow).await.unwrap();
    }

    async fn what_is_scheduled_is_held_back_when_its_photo_may_be_used_no_longer(store: &TestStore) {
        let id = add_photo(store, 1, complete()).await;
        let story = create(store, leading("Due", id)).await;
        let other = create(store, content("Due as well")).await;
        for due in [story, other] {
            try_schedule(store, &editor(), due, after(DAY)).await.unwrap();
        }
        until(store, id, Some(today())).await;
        let head = events::head(store).await.unwrap();
        let at = after(DAY);
        let released = change(store, async |tx| Ok(release_due(tx, at, at).await?)).await.unwrap();
        assert_eq!(released, 1);
        let states = async |id| article::by_id(store, id).await.unwrap().unwrap();
        let held = states(story).await;
        assert_eq!((held.state, held.scheduled_at), (State::Draft, None));
        assert_eq!(states(other).await.state, State::Published);
        let told = events::after(store, head, 10).await.unwrap();
        let held_back = store::Event::ArticleHeldBack { article: story, photo: id };
        assert!(told.iter().any(|it| it.event == held_back), "{told:?}");
        // It is due no more, so nothing tries it again and again.
        let again = change(store, async |tx| Ok(release_due(tx, at, at).await?)).await.unwrap();
        assert_eq!(again, 0);
    }

    async fn what_readers_do_not_see_makes_no_rendition_anew(store: &TestStore) {
        let id = add_photo(store, 1, complete()).await;
        let before = one(store, id).await.edition;
        let head = events::head(store).await.unwrap();
        let rights = DescribePhoto { rights: Some("Once".into()), ..DescribePhoto::default() };
        describe(store, id, rights).await;
        until(store, id, Some(today())).await;
        assert_eq!(one(store, id).await.edition, before);
        assert_eq!(events::head(store).await.unwrap(), head + 2, "both are on the record");
        let decorative = DescribePhoto { decorative: Some(true), ..DescribePhoto::default() };
        describe(store, id, decorative).await;
        assert_eq!(one(store, id).await.edition, before + 1);
    }

    async fn photos_are_found_by_words_and_by_what_is_wrong_with_them(store: &TestStore) {
        let words = DescribePhoto { rights: Some("Not for ads".into()), ..complete() };
        let whole = add_photo(store, 1, words).await;
        let bare = add_photo(store, 2, DescribePhoto::default()).await;
        let adorns = DescribePhoto {
            decorative: Some(true),
            credit: Some("Jane".into()),
            ..DescribePhoto::default()
        };
        let adorns = add_photo(store, 3, adorns).await;
        let all = found(store, "", Which::All).await;
        assert_eq!(all.len(), 3);
        assert_eq!(found(store, "BRIDGE  jane", Which::All).await, [whole]);
        assert_eq!(found(store, "ads not", Which::All).await, [whole]);
        assert_eq!(found(store, "100%", Which::All).await, []);
        assert_eq!(found(store, "", Which::Lacking).await, [bare]);
        for (id, days) in [(whole, 7), (bare, -1), (adorns, 8)] {
            until(store, id, Some(today().plus(days))).await;
        }
        assert_eq!(found(store, "", Which::Ending).await, [whole]);
        assert_eq!(found(store, "", Which::Ended).await, [bare]);
        let mut seen = Vec::new();
        let mut before = None;
        while let Some(photo) = {
            let wanted = Wanted { text: "", which: Which::All, today: today(), before };
            photo::find(store, wanted, 1).await.unwrap().pop()
        } {
            before = Some((photo.created_at, photo.id));
            seen.push(photo.id);
        }
        assert_eq!(seen, all);
    }
}

fn editor_of_all() -> Actor {
    crate::desk::person(Role::Administrator)
}
