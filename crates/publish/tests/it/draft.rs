//! Drafts that several people write: what goes in comes out, and nobody changes what is not theirs.

use std::collections::BTreeSet;

use accounts::person::AddPerson;
use base::{Actor, ArticleId, PersonId, Role};
use document::Document;
use proptest::prelude::*;
use publish::PublishError;
use publish::article::{self, Kind, Stage};
use publish::draft::shared::{Refused, Said};
use publish::draft::{self, Field, Shared};
use store::Tx;
use testkit::{noon, on_both_engines};
use yrs::updates::decoder::Decode as _;
use yrs::{
    Doc, GetString as _, Map as _, ReadTxn as _, Text as _, Transact as _, Update, WriteTxn as _,
    Xml as _, XmlFragment as _,
};

use crate::desk::{content, create, person, published};

fn everything() -> BTreeSet<Field> {
    Field::ALL.into()
}

fn said(body: &str) -> Said {
    let mut content = content("Two presidents speak");
    content.body = Document::from_json_str(body).unwrap();
    Said { content, section: None, slug: "two-presidents-speak".into() }
}

/// Another editor's copy of a document, and what it changes of it.
fn change(state: &[u8], edit: impl FnOnce(&mut yrs::TransactionMut<'_>)) -> Vec<u8> {
    let doc = Doc::new();
    doc.transact_mut().apply_update(Update::decode_v1(state).unwrap()).unwrap();
    let before = doc.transact().state_vector();
    edit(&mut doc.transact_mut());
    doc.transact().encode_state_as_update_v1(&before)
}

#[test]
fn every_golden_document_comes_out_as_it_went_in() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/documents");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let before = said(&text);
        let shared = Shared::begin(7, &before);
        assert_eq!(shared.said().unwrap(), before, "{}", path.display());
        let again = Shared::load(&shared.state(), []).unwrap();
        assert_eq!(again.said().unwrap(), before, "{}", path.display());
        seen += 1;
    }
    assert!(seen > 4, "the golden documents are there");
}

#[test]
fn a_field_that_is_not_ones_own_is_refused_by_name() {
    let state = Shared::begin(7, &said(r#"{"type":"doc","content":[]}"#)).state();
    let text = |name: &'static str| {
        change(&state, |txn| txn.get_or_insert_text(name).insert(txn, 0, "New: "))
    };
    let map = |name: &'static str| {
        change(&state, |txn| {
            txn.get_or_insert_map("fields").insert(txn, name, "opinion");
        })
    };
    let body = change(&state, |txn| {
        let body = txn.get_or_insert_xml_fragment("body");
        body.push_back(txn, yrs::XmlElementPrelim::empty("paragraph"));
    });
    let changes = [
        (Field::Headline, text("headline")),
        (Field::Deck, text("deck")),
        (Field::Kind, map("kind")),
        (Field::Slug, map("slug")),
        (Field::Body, body),
    ];
    for (field, bytes) in &changes {
        let mut may = everything();
        Shared::load(&state, []).unwrap().take(bytes, &may).unwrap();
        may.remove(field);
        let refused = Shared::load(&state, []).unwrap().take(bytes, &may);
        assert_eq!(refused, Err(Refused::NotYours(*field)));
        let nothing = Shared::load(&state, []).unwrap().take(bytes, &BTreeSet::new());
        assert_eq!(nothing, Err(Refused::NotYours(*field)));
    }
}

#[test]
fn what_waits_for_what_was_not_sent_is_refused() {
    let state = Shared::begin(7, &said(r#"{"type":"doc","content":[]}"#)).state();
    let first = change(&state, |txn| txn.get_or_insert_text("headline").insert(txn, 0, "A"));
    let both = {
        let doc = Doc::new();
        for bytes in [&state, &first] {
            doc.transact_mut().apply_update(Update::decode_v1(bytes).unwrap()).unwrap();
        }
        let before = doc.transact().state_vector();
        let headline = doc.get_or_insert_text("headline");
        headline.insert(&mut doc.transact_mut(), 1, "B");
        doc.transact().encode_state_as_update_v1(&before)
    };
    let shared = Shared::load(&state, []).unwrap();
    assert_eq!(shared.take(&both, &everything()), Err(Refused::Unreadable));
}

#[test]
fn a_part_that_no_editor_makes_is_refused() {
    let state = Shared::begin(7, &said(r#"{"type":"doc","content":[]}"#)).state();
    let foreign = change(&state, |txn| txn.get_or_insert_text("secrets").insert(txn, 0, "x"));
    let shared = Shared::load(&state, []).unwrap();
    assert_eq!(shared.take(&foreign, &everything()), Err(Refused::Foreign));
}

#[test]
fn suggestions_count_for_nothing_until_they_are_accepted() {
    let body = r#"{"type":"doc","content":[{"type":"paragraph","content":[
        {"type":"text","text":"They spoke for two hours."}]}]}"#;
    let before = said(body);
    let state = Shared::begin(7, &before).state();
    let suggested = change(&state, |txn| {
        let body = txn.get_or_insert_xml_fragment("body");
        let paragraph = body.get(txn, 0).unwrap().into_xml_element().unwrap();
        let text = paragraph.get(txn, 0).unwrap().into_xml_text().unwrap();
        let by = |id: &str| yrs::Any::from_json(&format!(r#"{{"id":"{id}"}}"#)).unwrap();
        let inserted = [("insertion--aB3dEf7h".into(), by("1"))].into();
        text.insert_with_attributes(txn, 5, "ONLY SUGGESTED ", inserted);
        text.format(txn, 0, 4, [("deletion".into(), by("1"))].into());
        let marked = |kind: &str| format!(r#"[{{"type":"{kind}","attrs":{{"id":"2"}}}}]"#);
        paragraph.insert_attribute(txn, "suggestion", marked("deletion"));
        let added = body.push_back(txn, yrs::XmlElementPrelim::empty("divider"));
        added.insert_attribute(txn, "suggestion", marked("insertion"));
    });
    let shared = Shared::load(&state, [suggested.as_slice()]).unwrap();
    assert_eq!(shared.said().unwrap(), before);
}

proptest! {
    #[test]
    fn bytes_that_are_no_update_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let shared = Shared::begin(7, &said(r#"{"type":"doc","content":[]}"#));
        let _ = shared.missing(&bytes);
        if shared.take(&bytes, &everything()).is_ok() {
            let _ = shared.said();
        }
    }

    #[test]
    fn an_update_with_a_slip_in_it_is_taken_or_refused(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let state = Shared::begin(7, &said(r#"{"type":"doc","content":[]}"#)).state();
        let mut bytes = change(&state, |txn| {
            txn.get_or_insert_text("headline").insert(txn, 0, "A new headline");
        });
        let at = at.index(bytes.len());
        bytes[at] = to;
        let shared = Shared::load(&state, []).unwrap();
        if shared.take(&bytes, &everything()).is_ok() {
            let _ = (shared.said(), shared.state());
        }
    }
}

async fn keep(tx: &mut Tx, opened: &draft::Opened, bytes: &[u8]) -> i64 {
    draft::append(tx, opened.id, Some(PersonId(Default::default())), bytes, noon()).await.unwrap()
}

async fn state_of(tx: &Tx, id: draft::DraftId) -> Vec<u8> {
    draft::load(tx, id).await.unwrap().unwrap().state()
}

fn headline_of(state: &[u8]) -> String {
    let doc = Doc::new();
    doc.transact_mut().apply_update(Update::decode_v1(state).unwrap()).unwrap();
    doc.get_or_insert_text("headline").get_string(&doc.transact())
}

on_both_engines! {
    async fn what_was_kept_is_there_also_after_it_was_drawn_together(store: &TestStore) {
        let article = create(store, content("A headline")).await;
        let mut tx = store.begin().await.unwrap();
        let editor = person(Role::Editor);
        let opened = draft::open(&mut tx, &editor, article, noon()).await.unwrap();
        let again = draft::open(&mut tx, &editor, article, noon()).await.unwrap();
        assert_eq!(opened.id, again.id, "opening twice is opening once");
        for letter in ["1", "2", "3"] {
            let state = state_of(&tx, opened.id).await;
            let bytes = change(&state, |txn| txn.get_or_insert_text("headline").insert(txn, 0, letter));
            keep(&mut tx, &opened, &bytes).await;
        }
        let written = draft::since(&tx, opened.id, 0).await.unwrap().unwrap();
        assert_eq!(written.len(), 3);
        assert!(written.is_sorted_by(|a, b| a.position < b.position));
        let before = state_of(&tx, opened.id).await;
        draft::compact(&mut tx, opened.id).await.unwrap();
        assert!(draft::since(&tx, opened.id, 0).await.unwrap().unwrap().is_empty());
        let after = state_of(&tx, opened.id).await;
        assert_eq!(headline_of(&after), "321A headline");
        assert_eq!(headline_of(&before), headline_of(&after));
        tx.commit().await.unwrap();
    }

    async fn saving_makes_a_revision_once_and_moves_the_article(store: &TestStore) {
        let article = create(store, content("A headline")).await;
        let mut tx = store.begin().await.unwrap();
        let editor = person(Role::Editor);
        assert_eq!(draft::save(&mut tx, &editor, article, noon()).await.unwrap(), 1, "never opened");
        let opened = draft::open(&mut tx, &editor, article, noon()).await.unwrap();
        assert_eq!(draft::save(&mut tx, &editor, article, noon()).await.unwrap(), 1, "nothing new");
        let bytes = change(&opened.state, |txn| {
            txn.get_or_insert_text("headline").insert(txn, 0, "Not ");
            let fields = txn.get_or_insert_map("fields");
            fields.insert(txn, "kind", "opinion");
            fields.insert(txn, "slug", "another-slug");
        });
        keep(&mut tx, &opened, &bytes).await;
        assert_eq!(draft::save(&mut tx, &editor, article, noon()).await.unwrap(), 2);
        assert_eq!(draft::save(&mut tx, &editor, article, noon()).await.unwrap(), 2);
        let revision = article::revision(&tx, article, 2).await.unwrap().unwrap();
        assert_eq!(revision.content.headline, "Not A headline");
        assert_eq!(revision.content.kind, Kind::Opinion);
        assert_eq!(article::by_id(&tx, article).await.unwrap().unwrap().slug, "another-slug");
        let same = draft::open(&mut tx, &editor, article, noon()).await.unwrap();
        assert_eq!(same.id, opened.id, "the document goes on");
        tx.commit().await.unwrap();
    }

    async fn a_programs_revision_begins_another_document(store: &TestStore) {
        let article = create(store, content("A headline")).await;
        let mut tx = store.begin().await.unwrap();
        let editor = person(Role::Editor);
        let opened = draft::open(&mut tx, &editor, article, noon()).await.unwrap();
        article::revise(&mut tx, &Actor::Operator, article, None, content("Another"), noon())
            .await
            .unwrap();
        let other = draft::open(&mut tx, &editor, article, noon()).await.unwrap();
        assert_ne!(other.id, opened.id);
        assert_eq!(headline_of(&other.state), "Another");
        let late = draft::append(&mut tx, opened.id, None, &[0, 0], noon()).await;
        assert!(matches!(late, Err(PublishError::Conflict(_))));
        assert!(draft::since(&tx, opened.id, 0).await.unwrap().is_none());
        tx.commit().await.unwrap();
    }

    async fn what_is_no_article_yet_is_kept_and_not_saved(store: &TestStore) {
        let article = create(store, content("A headline")).await;
        let mut tx = store.begin().await.unwrap();
        let editor = person(Role::Editor);
        let opened = draft::open(&mut tx, &editor, article, noon()).await.unwrap();
        let bytes = change(&opened.state, |txn| {
            let headline = txn.get_or_insert_text("headline");
            let length = headline.len(txn);
            headline.remove_range(txn, 0, length);
        });
        keep(&mut tx, &opened, &bytes).await;
        let refused = draft::save(&mut tx, &editor, article, noon()).await;
        assert!(matches!(refused, Err(PublishError::Invalid(why)) if why.contains("headline")));
        assert_eq!(headline_of(&state_of(&tx, opened.id).await), "");
        tx.commit().await.unwrap();
    }

    async fn an_article_takes_its_steps_by_right(store: &TestStore) {
        let article = create(store, content("A headline")).await;
        let mut tx = store.begin().await.unwrap();
        let step = async |tx: &mut Tx, actor: &Actor, to| {
            article::stage(tx, actor, article, to, "a word", noon()).await
        };
        let editor = person(Role::Editor);
        let stranger = Actor::Person {
            person: PersonId(uuid::Uuid::from_u128(99)),
            role: Role::Contributor,
            grants: Vec::new(),
        };
        let refused = step(&mut tx, &stranger, Stage::Review).await;
        assert!(matches!(refused, Err(PublishError::Denied(_))));
        step(&mut tx, &editor, Stage::Review).await.unwrap();
        step(&mut tx, &editor, Stage::Ready).await.unwrap();
        let known = article::by_id(&tx, article).await.unwrap().unwrap();
        assert_eq!(known.stage, Stage::Ready);
        step(&mut tx, &editor, Stage::Draft).await.unwrap();
        tx.commit().await.unwrap();
        let shown: ArticleId = published(store, content("Shown")).await;
        let mut tx = store.begin().await.unwrap();
        let late = article::stage(&mut tx, &editor, shown, Stage::Review, "", noon()).await;
        assert!(matches!(late, Err(PublishError::Conflict(_))));
    }
}

on_both_engines! {
    async fn a_restored_revision_is_written_again_and_what_stood_there_is_kept(store: &TestStore) {
        let id = create(store, content("Two presidents speak")).await;
        let mut tx = store.begin().await.unwrap();
        let editor = rosa(&mut tx).await;
        let opened = draft::open(&mut tx, &editor, id, noon()).await.unwrap();
        // Two people have it open: what one of them writes beside the restored words stays.
        let update = change(&opened.state, |txn| {
            txn.get_or_insert_text("headline").insert(txn, 0, "Changed: ");
            let body = txn.get_or_insert_xml_fragment("body");
            let paragraph = body.push_back(txn, yrs::XmlElementPrelim::empty("paragraph"));
            paragraph.push_back(txn, yrs::XmlTextPrelim::new("Added."));
        });
        draft::append(&mut tx, opened.id, editor.person(), &update, noon()).await.unwrap();
        let first = article::revision(&tx, id, 1).await.unwrap().unwrap();

        draft::restore(&mut tx, &editor, id, 1, noon()).await.unwrap();

        let shared = draft::load(&tx, opened.id).await.unwrap().expect("the same document");
        assert_eq!(shared.said().unwrap().content, first.content);
        let second = article::revision(&tx, id, 2).await.unwrap().unwrap();
        assert!(second.content.headline.starts_with("Changed: "), "what stood there is a revision");
        let third = article::revision(&tx, id, 3).await.unwrap().unwrap();
        assert_eq!(third.content, first.content);
        // A browser that has followed until now understands what the program wrote.
        let written = draft::since(&tx, opened.id, opened.position).await.unwrap().unwrap();
        let updates = written.iter().map(|it| it.bytes.as_slice());
        let browser = Shared::load(&opened.state, updates).unwrap();
        assert_eq!(browser.said().unwrap().content, first.content);
        tx.commit().await.unwrap();
    }

    async fn what_was_written_and_left_becomes_a_revision_of_who_wrote_it(store: &TestStore) {
        let id = create(store, content("Two presidents speak")).await;
        let mut tx = store.begin().await.unwrap();
        let editor = rosa(&mut tx).await;
        let opened = draft::open(&mut tx, &editor, id, noon()).await.unwrap();
        draft::save_unattended(&mut tx, id, noon()).await.unwrap();
        assert_eq!(article::versions(&tx, id).await.unwrap().len(), 1, "nothing was written");
        let update = change(&opened.state, |txn| {
            txn.get_or_insert_text("headline").insert(txn, 0, "Changed: ");
        });
        draft::append(&mut tx, opened.id, editor.person(), &update, noon()).await.unwrap();
        draft::save_unattended(&mut tx, id, noon()).await.unwrap();
        let versions = article::versions(&tx, id).await.unwrap();
        assert_eq!(versions.len(), 2);
        assert_eq!(versions[0].actor.person(), editor.person());
        let again = draft::open(&mut tx, &editor, id, noon()).await.unwrap();
        assert_eq!(again.id, opened.id, "the document goes on");
        // A headline that is gone is no article: it stays in the document, and nothing is lost.
        let now = draft::load(&tx, again.id).await.unwrap().unwrap().state();
        let update = change(&now, |txn| {
            let headline = txn.get_or_insert_text("headline");
            let length = headline.len(txn);
            headline.remove_range(txn, 0, length);
        });
        draft::append(&mut tx, opened.id, editor.person(), &update, noon()).await.unwrap();
        draft::save_unattended(&mut tx, id, noon()).await.unwrap();
        assert_eq!(article::versions(&tx, id).await.unwrap().len(), 2);
        tx.commit().await.unwrap();
    }
}

/// An editor whom the record knows.
async fn rosa(tx: &mut Tx) -> Actor {
    let add = AddPerson { role: Role::Editor, ..AddPerson::author("Rosa Kern") };
    let person = accounts::person::add(tx, &Actor::Operator, add, noon()).await.unwrap();
    Actor::Person { person, role: Role::Editor, grants: Vec::new() }
}
