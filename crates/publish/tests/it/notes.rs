//! Notes beside an article: who says what, who is asked, and that no reader hears of it.

use accounts::person::{self, AddPerson};
use base::{Actor, ArticleId, NoteId, PersonId, Role};
use publish::draft;
use publish::note::{self, Anchor, Part, Text};
use publish::{PublishError, article, export};
use store::{Store, events};
use testkit::{noon, on_both_engines};
use uuid::Uuid;

use crate::desk::{after, change, content, create, files, published, revise};

async fn somebody(store: &Store, name: &str, role: Role) -> Actor {
    let id = change(store, async |tx| {
        let add = AddPerson { role, ..AddPerson::author(name) };
        Ok(person::add(tx, &Actor::Operator, add, noon()).await?)
    });
    Actor::Person { person: id.await.unwrap(), role, grants: Vec::new() }
}

fn id(actor: &Actor) -> PersonId {
    actor.person().unwrap()
}

fn anchor(quote: &str) -> Anchor {
    let place = |clock: usize| format!(r#"{{"item":{{"client":1,"clock":{clock}}},"assoc":0}}"#);
    let epoch = Uuid::from_u128(9);
    Anchor { epoch, start: place(0), end: place(quote.len()), quote: quote.into() }
}

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

fn asks(person: &Actor, words: &str) -> Text {
    text(&format!("@{{{}}} {words}", id(person)))
}

async fn write(
    store: &Store,
    actor: &Actor,
    article: ArticleId,
    said: &Text,
) -> Result<NoteId, PublishError> {
    let anchor = anchor("the lamps");
    change(store, async |tx| note::write(tx, actor, article, &anchor, said, noon()).await).await
}

async fn answer(store: &Store, actor: &Actor, note: NoteId, said: &Text, seconds: u64) {
    change(store, async |tx| note::answer(tx, actor, note, said, after(seconds)).await)
        .await
        .unwrap();
}

async fn told(store: &Store) -> Vec<&'static str> {
    let all = events::after(store, 0, 1_000).await.unwrap();
    let of_notes = all.iter().map(|it| it.event.name()).filter(|it| it.starts_with("note_"));
    of_notes.collect()
}

on_both_engines! {
    async fn a_note_is_answered_done_with_and_opened_again(store: &TestStore) {
        let ana = somebody(store, "Ana", Role::Reporter).await;
        let ben = somebody(store, "Ben", Role::Editor).await;
        let story = create(store, content("Lamps")).await;
        let note = write(store, &ana, story, &text("Four, or five?")).await.unwrap();
        answer(store, &ben, note, &text("Four."), 1).await;
        let known = note::of(store, story).await.unwrap();
        assert_eq!(known.len(), 1);
        assert_eq!(known[0].anchor, anchor("the lamps"));
        let said: Vec<_> = known[0].messages.iter().map(|it| (it.person, it.text.to_string())).collect();
        assert_eq!(said, [(id(&ana), "Four, or five?".into()), (id(&ben), "Four.".into())]);

        change(store, async |tx| note::resolve(tx, &ana, note, after(2)).await).await.unwrap();
        // Once more changes nothing.
        change(store, async |tx| note::resolve(tx, &ben, note, after(3)).await).await.unwrap();
        let known = note::by_id(store, note).await.unwrap().unwrap();
        assert_eq!(known.resolved, Some((after(2), id(&ana))));
        change(store, async |tx| note::reopen(tx, &ben, note, after(4)).await).await.unwrap();
        assert_eq!(note::by_id(store, note).await.unwrap().unwrap().resolved, None);

        // Who has more to say to what is done with opens it again.
        change(store, async |tx| note::resolve(tx, &ben, note, after(5)).await).await.unwrap();
        answer(store, &ana, note, &text("There is a fifth."), 6).await;
        assert_eq!(note::by_id(store, note).await.unwrap().unwrap().resolved, None);
        assert_eq!(told(store).await, [
            "note_written", "note_answered", "note_resolved", "note_reopened", "note_resolved",
            "note_answered", "note_reopened",
        ]);
    }

    async fn what_is_sent_again_is_said_once(store: &TestStore) {
        let ana = somebody(store, "Ana", Role::Editor).await;
        let story = create(store, content("Lamps")).await;
        let note = write(store, &ana, story, &text("So?")).await.unwrap();
        assert_eq!(write(store, &ana, story, &text("So?")).await.unwrap(), note);
        answer(store, &ana, note, &text("Yes."), 1).await;
        answer(store, &ana, note, &text("Yes."), 2).await;
        let known = note::of(store, story).await.unwrap();
        assert_eq!((known.len(), known[0].messages.len()), (1, 2));
        assert_eq!(told(store).await, ["note_written", "note_answered"]);
    }

    async fn who_is_asked_for_is_told_until_they_have_seen_it(store: &TestStore) {
        let ana = somebody(store, "Ana", Role::Editor).await;
        let ben = somebody(store, "Ben", Role::PhotoEditor).await;
        let story = create(store, content("Lamps")).await;
        let note = write(store, &ana, story, &asks(&ben, "is there a photo?")).await.unwrap();
        let mentions = note::mentions_of(store, &ben).await.unwrap();
        assert_eq!(mentions.len(), 1);
        let mention = &mentions[0];
        assert_eq!((mention.note, mention.article, mention.by), (note, story, id(&ana)));
        assert_eq!((mention.headline.as_str(), mention.at), ("Lamps", noon()));
        assert_eq!(mention.text.parts(), [
            Part::Person(id(&ben)), Part::Words(" is there a photo?".into()),
        ]);
        assert_eq!(note::mentions_of(store, &ana).await.unwrap(), []);
        let unseen = note::of(store, story).await.unwrap()[0].messages[0].unseen.clone();
        assert_eq!(unseen, [id(&ben)]);

        change(store, async |tx| note::see(tx, &ben, note, after(1)).await).await.unwrap();
        assert_eq!(note::mentions_of(store, &ben).await.unwrap(), []);

        // An answer shows as well that it was seen; and so does the end of it.
        answer(store, &ana, note, &asks(&ben, "well?"), 2).await;
        assert_eq!(note::mentions_of(store, &ben).await.unwrap().len(), 1);
        answer(store, &ben, note, &asks(&ana, "tomorrow."), 3).await;
        assert_eq!(note::mentions_of(store, &ben).await.unwrap(), []);
        assert_eq!(note::mentions_of(store, &ana).await.unwrap().len(), 1);
        change(store, async |tx| note::resolve(tx, &ana, note, after(4)).await).await.unwrap();
        assert_eq!(note::mentions_of(store, &ana).await.unwrap(), []);
    }

    async fn nobody_is_asked_for_who_may_not_read_the_story(store: &TestStore) {
        let ana = somebody(store, "Ana", Role::Editor).await;
        let eva = somebody(store, "Eva Lind", Role::Contributor).await;
        let story = create(store, content("Lamps")).await;
        let refused = write(store, &ana, story, &asks(&eva, "look")).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "Eva Lind may not read this story, and would not learn of it. Write the name without \
             @, or ask somebody else."
        );
        assert_eq!(note::of(store, story).await.unwrap(), []);
        assert!(told(store).await.is_empty());

        // Who could read it when asked, and cannot any more, is shown nothing of it.
        let ben = somebody(store, "Ben", Role::Reporter).await;
        write(store, &ana, story, &asks(&ben, "look")).await.unwrap();
        change(store, async |tx| {
            Ok(person::grant(tx, &Actor::Operator, id(&ben), Role::Contributor, &[], noon()).await?)
        }).await.unwrap();
        let ben = Actor::Person { person: id(&ben), role: Role::Contributor, grants: Vec::new() };
        assert_eq!(note::mentions_of(store, &ben).await.unwrap(), []);
        change(store, async |tx| {
            Ok(person::suspend(tx, &Actor::Operator, id(&ana), noon()).await?)
        }).await.unwrap();
        let found = article::by_id(store, story).await.unwrap().unwrap();
        assert_eq!(note::people(store, &found).await.unwrap(), []);
    }

    async fn a_note_has_a_place_in_the_words_and_only_who_writes_them_moves_it(store: &TestStore) {
        let ana = somebody(store, "Ana", Role::Editor).await;
        let ben = somebody(store, "Ben", Role::Reporter).await;
        let story = create(store, content("Lamps")).await;
        change(store, async |tx| draft::open(tx, &ana, story, noon()).await).await.unwrap();
        let note = write(store, &ben, story, &text("So?")).await.unwrap();
        assert_eq!(note::version(store, story).await.unwrap(), 1);
        let moved = Anchor { epoch: Uuid::from_u128(10), ..anchor("elsewhere altogether") };
        let refused = change(store, async |tx| note::place(tx, &ben, note, &moved).await).await;
        assert!(matches!(refused, Err(PublishError::Denied(_))), "{refused:?}");
        change(store, async |tx| note::place(tx, &ana, note, &moved).await).await.unwrap();
        assert_eq!(note::version(store, story).await.unwrap(), 2);
        let known = note::by_id(store, note).await.unwrap().unwrap();
        assert_eq!(known.anchor, Anchor { quote: "the lamps".into(), ..moved.clone() });
        // A story that is begun anew keeps its notes, and whoever has it open still hears of them.
        revise(store, story, content("Lamps again")).await;
        change(store, async |tx| draft::open(tx, &ana, story, noon()).await).await.unwrap();
        assert_eq!(note::version(store, story).await.unwrap(), 2);
        for nonsense in ["", "[]", "17", &format!(r#"{{"a":"{}"}}"#, "x".repeat(500))] {
            let odd = Anchor { start: nonsense.into(), ..moved.clone() };
            let refused = change(store, async |tx| note::place(tx, &ana, note, &odd).await).await;
            assert!(matches!(refused, Err(PublishError::Invalid(_))), "{nonsense}: {refused:?}");
        }
    }

    async fn notes_are_exported_to_nobody(store: &TestStore) {
        let ana = somebody(store, "Ana", Role::Editor).await;
        let story = published(store, content("Lamps")).await;
        let note = write(store, &ana, story, &text("Canary, between us")).await.unwrap();
        answer(store, &ana, note, &text("Canary, still"), 1).await;
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("out");
        export::markdown(store, &files(store), &to, &mut |_| ()).await.unwrap();
        let mut read = 0;
        let mut folders = vec![to];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = std::fs::read(&path).unwrap();
                assert!(!String::from_utf8_lossy(&bytes).contains("Canary"), "{}", path.display());
                read += 1;
            }
        }
        assert!(read > 0);
        let log = events::after(store, 0, 1_000).await.unwrap();
        assert!(!format!("{log:?}").contains("Canary"), "the log names things and tells nothing");
    }
}
