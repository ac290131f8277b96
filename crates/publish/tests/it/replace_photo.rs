//! Another photo in place of one, everywhere: for readers, at its time, and in what is being written.

use base::{Actor, ArticleId, PersonId, PhotoId, Role};
use document::{Block, Document};
use publish::article::{self, Content, PhotoPlace, State};
use publish::draft::{self, Shared};
use publish::photo::{DescribePhoto, is_public};
use store::{Event, events};
use testkit::{TestStore, noon, on_both_engines};
use uuid::Uuid;
use yrs::updates::decoder::Decode as _;
use yrs::{
    Any, ClientID, Doc, Map as _, Options, ReadTxn as _, Text as _, Transact as _, Update,
    WriteTxn as _, Xml as _, XmlFragment as _,
};

use crate::desk::{
    add_photo, after, change, complete, content, create, editor, leading, person, published,
    revise, within,
};

async fn replace(
    store: &TestStore,
    who: &Actor,
    old: PhotoId,
    new: PhotoId,
) -> publish::Result<Vec<ArticleId>> {
    change(store, async |tx| article::replace_photo(tx, who, old, new, after(500)).await).await
}

async fn newest(store: &TestStore, id: ArticleId) -> Content {
    let known = article::by_id(store, id).await.unwrap().unwrap();
    article::revision(store, id, known.newest_revision).await.unwrap().unwrap().content
}

async fn shown(store: &TestStore, id: ArticleId) -> Content {
    article::published(store, id).await.unwrap().unwrap().revision.content
}

async fn places(store: &TestStore, photo: PhotoId) -> Vec<PhotoPlace> {
    article::photo_places(store, photo).await.unwrap()
}

/// What the shared document says, which is begun when there is none.
async fn open(store: &TestStore, id: ArticleId) -> (draft::DraftId, Shared) {
    let opened =
        change(store, async |tx| draft::open(tx, &editor(), id, after(1)).await).await.unwrap();
    (opened.id, draft::load(store, opened.id).await.unwrap().unwrap())
}

/// What another browser, of this number, makes of a document.
fn browser(number: u64, state: &[u8], edit: impl FnOnce(&mut yrs::TransactionMut<'_>)) -> Vec<u8> {
    let doc = Doc::with_options(Options::with_client_id(ClientID::new(number)));
    doc.transact_mut().apply_update(Update::decode_v1(state).unwrap()).unwrap();
    let before = doc.transact().state_vector();
    edit(&mut doc.transact_mut());
    doc.transact().encode_state_as_update_v1(&before)
}

async fn types(store: &TestStore, id: ArticleId, words: &str) {
    let (draft, shared) = open(store, id).await;
    let update = browser(77, &shared.state(), |txn| {
        txn.get_or_insert_text("headline").insert(txn, 0, words);
    });
    change(store, async |tx| draft::append(tx, draft, None, &update, after(400)).await)
        .await
        .unwrap();
}

on_both_engines! {
    async fn it_is_replaced_wherever_it_stands(store: &TestStore) {
        let old = add_photo(store, 1, complete()).await;
        let new = add_photo(store, 2, complete()).await;
        let untouched = published(store, leading("Another", new)).await;
        let drafted = create(store, leading("Drafted", old)).await;
        let same = published(store, within("Published", old)).await;
        // What is written on is not shown to readers, and stays so.
        let ahead = published(store, leading("Before", old)).await;
        revise(store, ahead, leading("After", old)).await;
        let dropped = published(store, leading("Before", old)).await;
        revise(store, dropped, content("Without")).await;
        let scheduled = create(store, leading("Scheduled", old)).await;
        change(store, async |tx| {
            article::schedule(tx, &editor(), scheduled, after(9_000), noon()).await
        }).await.unwrap();
        revise(store, scheduled, content("Written on")).await;
        // In words that are in no revision yet.
        let open_only = create(store, content("Open")).await;
        let (draft, shared) = open(store, open_only).await;
        let placed = browser(5, &shared.state(), |txn| {
            let body = txn.get_or_insert_xml_fragment("body");
            let figure = body.push_back(txn, yrs::XmlElementPrelim::empty("photo"));
            figure.insert_attribute(txn, "id", old.to_string());
        });
        change(store, async |tx| draft::append(tx, draft, None, &placed, after(2)).await)
            .await
            .unwrap();
        let compacted = create(store, content("Open, and left")).await;
        let (draft, shared) = open(store, compacted).await;
        let placed = browser(5, &shared.state(), |txn| {
            let lead = Any::from_json(&format!("{{\"photo\":\"{old}\",\"caption\":null}}")).unwrap();
            txn.get_or_insert_map("fields").insert(txn, "photo", lead);
        });
        change(store, async |tx| {
            draft::append(tx, draft, None, &placed, after(2)).await?;
            draft::compact(tx, draft).await
        }).await.unwrap();
        types(store, ahead, "Typed: ").await;
        let (typed, _) = open(store, ahead).await;

        let mut all = vec![drafted, same, ahead, dropped, scheduled, open_only, compacted];
        all.sort();
        let mut found: Vec<_> = places(store, old).await.iter().map(|it| it.article.id).collect();
        found.sort();
        assert_eq!(found, all);
        let head = events::head(store).await.unwrap();
        let mut changed = replace(store, &editor(), old, new).await.unwrap();
        changed.sort();
        assert_eq!(changed, all);
        assert!(places(store, old).await.is_empty());

        assert_eq!(newest(store, drafted).await, leading("Drafted", new));
        assert_eq!(shown(store, same).await, within("Published", new));
        assert_eq!(article::by_id(store, same).await.unwrap().unwrap().updated_at, None, "minor");
        assert_eq!(shown(store, ahead).await, leading("Before", new));
        assert_eq!(newest(store, ahead).await, leading("After", new));
        assert_eq!(shown(store, dropped).await, leading("Before", new));
        assert_eq!(newest(store, dropped).await, content("Without"));
        let waiting = article::by_id(store, scheduled).await.unwrap().unwrap();
        assert_eq!((waiting.state, waiting.scheduled_at), (State::Draft, Some(after(9_000))));
        let due = article::revision(store, scheduled, waiting.scheduled_revision.unwrap()).await;
        assert_eq!(due.unwrap().unwrap().content, leading("Scheduled", new));
        assert_eq!(newest(store, scheduled).await, content("Written on"));
        // Whoever writes goes on in the same document, and nothing that was typed is lost.
        let (after_all, shared) = open(store, ahead).await;
        assert_eq!(after_all, typed);
        let said = shared.said().unwrap().content;
        assert_eq!((&*said.headline, said.photos()), ("Typed: After", vec![new]));
        for id in [open_only, compacted] {
            assert_eq!(open(store, id).await.1.said().unwrap().content.photos(), [new]);
        }
        assert_eq!(shown(store, untouched).await, leading("Another", new));
        assert!(is_public(store, new).await.unwrap() && !is_public(store, old).await.unwrap());
        let told = events::after(store, head, 100).await.unwrap();
        let replaced = Event::PhotoReplaced { photo: old, with: new };
        assert!(told.iter().any(|it| it.event == replaced));
        let published = told.iter().filter(|it| matches!(it.event, Event::ArticlePublished { .. }));
        assert_eq!(published.count(), 3);
    }

    async fn each_story_asks_the_policy(store: &TestStore) {
        let old = add_photo(store, 1, complete()).await;
        let new = add_photo(store, 2, complete()).await;
        let drafted = create(store, leading("Drafted", old)).await;
        let seen = published(store, leading("Seen", old)).await;
        let reporter = Actor::Person {
            person: PersonId(Uuid::max()),
            role: Role::Reporter,
            grants: Vec::new(),
        };
        let nobody = replace(store, &reporter, old, new).await.unwrap();
        assert_eq!(nobody, [], "neither is a reporter's own");
        assert!(replace(store, &person(Role::Moderator), old, new).await.is_err());
        // A photo editor places photos; an editor shows them to readers.
        let mut placed = replace(store, &person(Role::PhotoEditor), old, new).await.unwrap();
        placed.sort();
        let mut both = [drafted, seen];
        both.sort();
        assert_eq!(placed, both);
        assert_eq!(newest(store, drafted).await.photos(), [new]);
        assert_eq!(shown(store, seen).await.photos(), [old]);
        assert_eq!(newest(store, seen).await.photos(), [new]);
        assert_eq!(replace(store, &editor(), old, new).await.unwrap(), [seen]);
        assert_eq!(shown(store, seen).await.photos(), [new]);
    }

    async fn what_readers_must_not_be_shown_takes_no_place(store: &TestStore) {
        let old = add_photo(store, 1, complete()).await;
        let bare = add_photo(store, 2, DescribePhoto::default()).await;
        let over = DescribePhoto {
            usable_until: Some(Some("2020-01-01".parse().unwrap())),
            ..complete()
        };
        let over = add_photo(store, 3, over).await;
        let seen = published(store, leading("Seen", old)).await;
        let drafted = create(store, leading("Drafted", old)).await;
        for (new, told) in [
            (bare, "The photo that is to be shown lacks a caption and a credit"),
            (over, "The photo that is to be shown could be used until 2020-01-01 only."),
            (old, "A photo cannot take its own place."),
        ] {
            let refused = replace(store, &editor(), old, new).await.unwrap_err().to_string();
            assert!(refused.starts_with(told), "{refused}");
        }
        assert_eq!(newest(store, drafted).await.photos(), [old]);
        assert_eq!(shown(store, seen).await.photos(), [old]);
    }

    async fn it_is_found_deep_in_a_body(store: &TestStore) {
        let old = add_photo(store, 1, complete()).await;
        let new = add_photo(store, 2, complete()).await;
        let of = |id| {
            let photo = || document::Photo { id, caption: Some("Here".into()) };
            let blocks = [
                Block::Gallery(vec![photo(), photo()]),
                Block::Photo(photo()),
            ];
            Content { body: Document::from_blocks(&blocks).unwrap(), ..content("Deep") }
        };
        let story = create(store, of(old)).await;
        let (_, before) = open(store, story).await;
        assert!(before.shows(old));
        replace(store, &editor(), old, new).await.unwrap();
        assert_eq!(newest(store, story).await, of(new));
        assert_eq!(open(store, story).await.1.said().unwrap().content, of(new));
    }
}

#[test]
fn nobody_who_has_yet_to_hear_of_it_puts_the_old_photo_back() {
    let (old, new): (PhotoId, PhotoId) = (
        "0197d2a0-0000-7000-8000-000000000001".parse().unwrap(),
        "0197d2a0-0000-7000-8000-000000000002".parse().unwrap(),
    );
    let said =
        draft::shared::Said { content: leading("Lead", old), section: None, slug: String::new() };
    let state = Shared::begin(9, &said).state();
    // The highest and the lowest that browsers call themselves.
    for number in [1, u64::from(u32::MAX)] {
        let offline = browser(number, &state, |txn| {
            let fields = txn.get_or_insert_map("fields");
            for caption in ["One", "Another"] {
                let lead =
                    Any::from_json(&format!("{{\"photo\":\"{old}\",\"caption\":\"{caption}\"}}"));
                fields.insert(txn, "photo", lead.unwrap());
            }
            txn.get_or_insert_text("headline").insert(txn, 0, "Written offline: ");
        });
        let replaced = Shared::load(&state, [])
            .unwrap()
            .photo_replaced(u64::from(u32::MAX), old, new)
            .unwrap();
        for updates in [[&offline, &replaced], [&replaced, &offline]] {
            let updates = updates.map(Vec::as_slice);
            let merged = Shared::load(&state, updates).unwrap().said().unwrap().content;
            assert_eq!(merged.photos(), [new]);
            assert_eq!(merged.headline, "Written offline: Lead");
        }
        // Who has heard of it may choose the old one again.
        let heard = Shared::load(&state, [replaced.as_slice()]).unwrap();
        let again = browser(number, &heard.state(), |txn| {
            let lead = Any::from_json(&format!("{{\"photo\":\"{old}\",\"caption\":null}}"));
            txn.get_or_insert_map("fields").insert(txn, "photo", lead.unwrap());
        });
        heard.merge(&again).unwrap();
        assert_eq!(heard.said().unwrap().content.photos(), [old]);
    }
}
