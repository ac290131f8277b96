//! One copy of a document, kept by Yjs or by yrs, and what its owner does with it.

use document::Document;
use publish::draft::shared::Said;
use publish::draft::{Field, Shared};
use serde_json::{Map, Value, json};
use yrs::types::Attrs;
use yrs::types::text::YChange;
use yrs::types::xml::XmlOut;
use yrs::updates::decoder::Decode as _;
use yrs::updates::encoder::Encode as _;
use yrs::{
    Any, Array as _, ClientID, Doc, GetString as _, Map as _, OffsetKind, Options, Out,
    ReadTxn as _, Snapshot, StateVector, Text as _, Transact as _, TransactionMut, Update,
    WriteTxn as _, Xml as _, XmlElementPrelim, XmlElementRef, XmlFragment as _, XmlTextPrelim,
    XmlTextRef,
};

use super::peer::{Peer, bytes, text};
use crate::desk::content;

const TEXTS: [&str; 3] = ["headline", "deck", "dateline"];
const LISTS: [&str; 2] = ["byline", "related"];

/// Numbers that look like chance and follow from a seed (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        it ^ (it >> 31)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.index(all.len())]
    }
}

/// A copy.
pub(super) enum Replica {
    /// A browser's, by its number there.
    Yjs(u64),
    /// One of a server.
    Yrs(Doc),
}

/// A story with something in it, as a server begins it.
pub(super) fn first_state(client: u64) -> Vec<u8> {
    let body = json!({ "type": "doc", "content": [
        { "type": "paragraph", "content": [
            { "type": "text", "text": "Two presidents " },
            { "type": "text", "text": "spoke", "marks": [{ "type": "strong" }] },
            { "type": "text", "text": " 🎉 at noon." },
        ] },
        { "type": "heading", "attrs": { "level": 2 }, "content": [
            { "type": "text", "text": "What they said" },
        ] },
    ] });
    let mut content = content("Two presidents speak");
    content.body = Document::parse(&body).unwrap();
    let said = Said { content, section: None, slug: "two-presidents-speak".into() };
    Shared::begin(client, &said).state()
}

impl Replica {
    pub(super) fn begin(peer: &mut Peer, doc: Option<u64>, client: u64) -> Self {
        if let Some(doc) = doc {
            peer.ask(&json!({ "ask": "begin", "doc": doc, "client": client }));
            return Self::Yjs(doc);
        }
        let mut options = Options::with_client_id(ClientID::new(client));
        options.offset_kind = OffsetKind::Utf16;
        let doc = Doc::with_options(options);
        {
            let mut txn = doc.transact_mut();
            for name in TEXTS {
                txn.get_or_insert_text(name);
            }
            for name in LISTS {
                txn.get_or_insert_array(name);
            }
            txn.get_or_insert_map("fields");
            txn.get_or_insert_xml_fragment("body");
        }
        Self::Yrs(doc)
    }

    /// Does something, and gives the updates that tell of it.
    pub(super) fn edit(&mut self, peer: &mut Peer, dice: &mut Dice) -> Vec<Vec<u8>> {
        let edit = any_edit(dice);
        match self {
            Self::Yjs(doc) => {
                let edit = match dice.below(12) {
                    0 => json!({ "kind": "undo" }),
                    1 => json!({ "kind": "redo" }),
                    _ => edit,
                };
                let told = peer.ask(&json!({ "ask": "edit", "doc": doc, "edit": edit }));
                told.as_array().unwrap().iter().map(bytes).collect()
            }
            Self::Yrs(doc) => {
                let mut txn = doc.transact_mut();
                edit_with_yrs(&mut txn, &edit);
                txn.commit();
                vec![txn.encode_update_v1()]
            }
        }
    }

    pub(super) fn apply(&mut self, peer: &mut Peer, update: &[u8]) {
        match self {
            Self::Yjs(doc) => {
                peer.ask(&json!({ "ask": "apply", "doc": doc, "update": text(update) }));
            }
            Self::Yrs(doc) => {
                // As the server does: what it refuses it is sent again, with what comes before it.
                let state = doc.transact().encode_state_as_update_v1(&StateVector::default());
                let shared = Shared::load(&state, []).unwrap();
                if shared.take(update, &Field::ALL.into()).is_ok() {
                    let update = Update::decode_v1(update).unwrap();
                    doc.transact_mut().apply_update(update).unwrap();
                }
            }
        }
    }

    pub(super) fn vector(&self, peer: &mut Peer) -> Vec<u8> {
        match self {
            Self::Yjs(doc) => bytes(&peer.ask(&json!({ "ask": "vector", "doc": doc }))),
            Self::Yrs(doc) => doc.transact().state_vector().encode_v1(),
        }
    }

    /// What is there and what was taken away.
    pub(super) fn snapshot(&self, peer: &mut Peer) -> Snapshot {
        match self {
            Self::Yjs(doc) => {
                let snapshot = bytes(&peer.ask(&json!({ "ask": "snapshot", "doc": doc })));
                Snapshot::decode_v1(&snapshot).unwrap()
            }
            Self::Yrs(doc) => doc.transact().snapshot(),
        }
    }

    /// What somebody lacks who has this state vector.
    pub(super) fn missing(&self, peer: &mut Peer, vector: &[u8]) -> Vec<u8> {
        match self {
            Self::Yjs(doc) => {
                let vector = text(vector);
                bytes(&peer.ask(&json!({ "ask": "missing", "doc": doc, "vector": vector })))
            }
            Self::Yrs(doc) => {
                let vector = StateVector::decode_v1(vector).unwrap();
                doc.transact().encode_state_as_update_v1(&vector)
            }
        }
    }

    /// Whether something was sent that builds on what was not.
    pub(super) fn waits(&self, peer: &mut Peer) -> bool {
        match self {
            Self::Yjs(doc) => peer.ask(&json!({ "ask": "waits", "doc": doc })).as_bool().unwrap(),
            Self::Yrs(doc) => doc.transact().has_missing_updates(),
        }
    }

    /// Everything that it says, in one spelling for both.
    pub(super) fn read(&self, peer: &mut Peer) -> Value {
        let read = match self {
            Self::Yjs(doc) => peer.ask(&json!({ "ask": "read", "doc": doc })),
            Self::Yrs(doc) => read_with_yrs(doc),
        };
        spelled_alike(read)
    }
}

impl std::fmt::Debug for Replica {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Yjs(doc) => write!(f, "browser {doc}"),
            Self::Yrs(doc) => write!(f, "server {}", doc.client_id()),
        }
    }
}

/// Something that an editor does: `a`, `b` and `c` say where and how much, whatever is there.
fn any_edit(dice: &mut Dice) -> Value {
    let words = dice.one_of(&["a", "the lamp ", "ß", "🎉", "naïve ", "x y z", "\u{202e}"]);
    let marks = match dice.below(6) {
        0 => json!({ "strong": {} }),
        1 => json!({ "em": {} }),
        2 => json!({ "link": { "href": dice.one_of(&["https://a.example/", "/b"]) } }),
        3 => json!({ "insertion--a1b2": { "id": dice.below(9), "user": "anna" } }),
        4 => json!({ "strong": null, "em": {} }),
        _ => json!({}),
    };
    let mut edit = match dice.below(24) {
        0 | 1 => json!({ "kind": "insert", "name": dice.one_of(&TEXTS) }),
        2 => json!({ "kind": "delete", "name": dice.one_of(&TEXTS) }),
        3 | 4 => json!({
            "kind": "set",
            "name": dice.one_of(&["kind", "section", "photo", "path", "dirty"]),
            "value": match dice.below(4) {
                0 => json!("opinion"),
                1 => json!({ "photo": "p1", "caption": words }),
                2 => json!(dice.below(70_000)),
                _ => Value::Null,
            },
        }),
        5 => json!({ "kind": "unset", "name": dice.one_of(&["kind", "photo", "path"]) }),
        6 | 7 => json!({
            "kind": "list_insert",
            "name": dice.one_of(&LISTS),
            "value": { "person": dice.below(9).to_string(), "role": words },
        }),
        8 => json!({ "kind": "list_delete", "name": dice.one_of(&LISTS) }),
        9..=11 => {
            let name = dice.one_of(&["paragraph", "heading", "list_item", "quotation"]);
            let attributes = if name == "heading" { json!({ "level": 2 }) } else { json!({}) };
            json!({ "kind": "block", "name": name, "attributes": attributes })
        }
        12 => json!({ "kind": "block_delete" }),
        13 => json!({
            "kind": "attribute",
            "name": dice.one_of(&["level", "suggestion"]),
            "value": match dice.below(2) {
                0 => json!(2 + dice.below(3)),
                _ => json!("[{\"type\":\"deletion\"}]"),
            },
        }),
        14..=18 => json!({ "kind": "type" }),
        19 | 20 => json!({ "kind": "erase" }),
        _ => json!({ "kind": "mark" }),
    };
    for name in ["a", "b", "c"] {
        edit[name] = json!(dice.below(10_000));
    }
    edit["words"] = json!(words);
    // To mark with nothing would be no edit.
    edit["marks"] =
        if edit["kind"] == "mark" && marks == json!({}) { json!({ "em": null }) } else { marks };
    edit
}

fn edit_with_yrs(txn: &mut TransactionMut<'_>, edit: &Value) {
    let number = |name: &str| u32::try_from(edit[name].as_u64().unwrap()).unwrap();
    let (a, b, c) = (number("a"), number("b"), number("c"));
    let name = edit["name"].as_str().unwrap_or_default();
    let words = edit["words"].as_str().unwrap();
    let value: Any = serde_json::from_value(edit["value"].clone()).unwrap();
    let marks = || -> Attrs {
        let marks = edit["marks"].as_object().unwrap().iter();
        let any = |it: &Value| serde_json::from_value(it.clone()).unwrap();
        marks.map(|(name, it)| (name.as_str().into(), any(it))).collect()
    };
    let body = txn.get_or_insert_xml_fragment("body");
    match edit["kind"].as_str().unwrap() {
        "insert" => {
            let whole = txn.get_or_insert_text(name);
            let at = place(&whole.get_string(txn), a);
            whole.insert(txn, at, words);
        }
        "delete" => {
            let whole = txn.get_or_insert_text(name);
            let (from, length) = range(&whole.get_string(txn), a, b);
            whole.remove_range(txn, from, length);
        }
        "set" => drop(txn.get_or_insert_map("fields").insert(txn, name, value)),
        "unset" => drop(txn.get_or_insert_map("fields").remove(txn, name)),
        "list_insert" => {
            let list = txn.get_or_insert_array(name);
            let at = a % (list.len(txn) + 1);
            list.insert(txn, at, value);
        }
        "list_delete" => {
            let list = txn.get_or_insert_array(name);
            let from = a % (list.len(txn) + 1);
            let length = (b % 3).min(list.len(txn) - from);
            list.remove_range(txn, from, length);
        }
        "block" => {
            let holders: Vec<XmlElementRef> = holders(txn);
            let made = XmlElementPrelim::empty(name);
            let element = match (b as usize % (holders.len() + 1)).checked_sub(1) {
                Some(index) => {
                    let at = a % (holders[index].len(txn) + 1);
                    holders[index].insert(txn, at, made)
                }
                None => {
                    let at = a % (body.len(txn) + 1);
                    body.insert(txn, at, made)
                }
            };
            for (name, value) in edit["attributes"].as_object().unwrap() {
                let value: Any = serde_json::from_value(value.clone()).unwrap();
                element.insert_attribute(txn, name.as_str(), value);
            }
            if name != "list_item" {
                let inner = element.push_back(txn, XmlTextPrelim::new(""));
                inner.insert_with_attributes(txn, 0, words, marks());
            }
        }
        "block_delete" if body.len(txn) > 0 => {
            let at = a % body.len(txn);
            body.remove_range(txn, at, 1);
        }
        "attribute" => {
            let all = elements(txn);
            if let Some(element) = pick(&all, a) {
                element.insert_attribute(txn, name, value);
            }
        }
        "type" => {
            if let Some(inner) = pick(&texts(txn), a) {
                let at = place(&plain(txn, inner), b);
                inner.insert_with_attributes(txn, at, words, marks());
            }
        }
        "erase" => {
            if let Some(inner) = pick(&texts(txn), a) {
                let (from, length) = range(&plain(txn, inner), b, c);
                inner.remove_range(txn, from, length);
            }
        }
        "mark" => {
            if let Some(inner) = pick(&texts(txn), a) {
                let (from, length) = range(&plain(txn, inner), b, c);
                if length > 0 {
                    inner.format(txn, from, length, marks());
                }
            }
        }
        _ => {}
    }
}

fn pick<T>(all: &[T], number: u32) -> Option<&T> {
    all.get(number as usize % all.len().max(1))
}

fn elements(txn: &TransactionMut<'_>) -> Vec<XmlElementRef> {
    let body = txn.get_xml_fragment("body").unwrap();
    let successors = body.successors(txn);
    successors
        .filter_map(|one| if let XmlOut::Element(it) = one { Some(it) } else { None })
        .collect()
}

fn holders(txn: &TransactionMut<'_>) -> Vec<XmlElementRef> {
    elements(txn).into_iter().filter(|it| &**it.tag() == "list_item").collect()
}

fn texts(txn: &TransactionMut<'_>) -> Vec<XmlTextRef> {
    let body = txn.get_xml_fragment("body").unwrap();
    let successors = body.successors(txn);
    successors.filter_map(|one| if let XmlOut::Text(it) = one { Some(it) } else { None }).collect()
}

fn plain(txn: &TransactionMut<'_>, inner: &XmlTextRef) -> String {
    pieces(txn, inner).into_iter().map(|(words, _)| words).collect()
}

/// A place between two characters, never within one, in UTF-16.
fn place(whole: &str, number: u32) -> u32 {
    let units: Vec<u16> = whole.encode_utf16().collect();
    let at = number as usize % (units.len() + 1);
    let within = units.get(at).is_some_and(|unit| (0xDC00..0xE000).contains(unit));
    u32::try_from(at - usize::from(within)).unwrap()
}

fn range(whole: &str, a: u32, b: u32) -> (u32, u32) {
    let length = u32::try_from(whole.encode_utf16().count()).unwrap();
    let from = place(whole, a);
    let to = place(whole, length.min(from + b % 6));
    (from, to.saturating_sub(from))
}

fn read_with_yrs(doc: &Doc) -> Value {
    let txn = doc.transact();
    let mut said = Map::new();
    for name in TEXTS {
        said.insert(name.into(), txn.get_text(name).unwrap().get_string(&txn).into());
    }
    for name in LISTS {
        let list = txn.get_array(name).unwrap();
        said.insert(name.into(), list.iter(&txn).map(|it| plain_value(&it)).collect());
    }
    let fields = txn.get_map("fields").unwrap();
    let fields: Map<String, Value> =
        fields.iter(&txn).map(|(name, it)| (name.to_owned(), plain_value(&it))).collect();
    said.insert("fields".into(), fields.into());
    let body = txn.get_xml_fragment("body").unwrap();
    said.insert("body".into(), body.children(&txn).map(|it| read_node(&txn, &it)).collect());
    Value::Object(said)
}

fn read_node(txn: &impl yrs::ReadTxn, node: &XmlOut) -> Value {
    match node {
        XmlOut::Text(inner) => {
            let pieces = pieces(txn, inner).into_iter();
            pieces.map(|(words, marks)| json!([words, marks])).collect()
        }
        XmlOut::Element(element) => {
            let attributes: Map<String, Value> = element
                .attributes(txn)
                .map(|(name, it)| (name.to_owned(), plain_value(&it)))
                .collect();
            let content: Vec<Value> = element.children(txn).map(|it| read_node(txn, &it)).collect();
            json!({ "name": &**element.tag(), "attributes": attributes, "content": content })
        }
        XmlOut::Fragment(_) => Value::Null,
    }
}

fn pieces(txn: &impl yrs::ReadTxn, inner: &XmlTextRef) -> Vec<(String, Value)> {
    let pieces = inner.diff(txn, YChange::identity).into_iter();
    let pieces = pieces.map(|piece| {
        let marks = piece.attributes.iter().flat_map(|it| it.iter());
        let marks = marks.map(|(name, it)| (name.to_string(), serde_json::to_value(it).unwrap()));
        (plain_value(&piece.insert).as_str().unwrap().to_owned(), marks.collect())
    });
    pieces.collect()
}

fn plain_value(out: &Out) -> Value {
    match out {
        Out::Any(any) => serde_json::to_value(any).unwrap(),
        other => panic!("no editor makes {other:?}"),
    }
}

/// The two cut texts into other pieces, and count in other numbers.
fn spelled_alike(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().unwrap()),
        Value::Object(all) => all.into_iter().map(|(name, it)| (name, spelled_alike(it))).collect(),
        Value::Array(all) if all.iter().all(is_piece) && !all.is_empty() => {
            let mut joined: Vec<(String, Value)> = Vec::new();
            for piece in all {
                let words = piece[0].as_str().unwrap();
                let mut marks = spelled_alike(piece[1].clone());
                marks.as_object_mut().unwrap().retain(|_, it| !it.is_null());
                match joined.last_mut() {
                    Some((before, same)) if *same == marks => before.push_str(words),
                    _ => joined.push((words.to_owned(), marks)),
                }
            }
            joined.retain(|(words, _)| !words.is_empty());
            json!(joined)
        }
        Value::Array(all) => all.into_iter().map(spelled_alike).collect(),
        other => other,
    }
}

fn is_piece(value: &Value) -> bool {
    value.as_array().is_some_and(|it| it.len() == 2 && it[0].is_string() && it[1].is_object())
}
