//! ProseMirror's JSON as y-prosemirror keeps it: an element for each node, its attributes as values,
//! and a text for each run of text nodes, whose formats are the marks.

use std::collections::BTreeMap;

use base::PhotoId;
use document::Document;
use serde_json::{Map, Value, json};
use similar::{Algorithm, DiffTag, capture_diff_slices};
use yrs::types::Attrs;
use yrs::types::text::YChange;
use yrs::types::xml::{Xml as _, XmlFragment as _, XmlOut};
use yrs::{
    Any, Out, ReadTxn, Text as _, XmlElementPrelim, XmlElementRef, XmlFragmentRef, XmlTextPrelim,
    XmlTextRef,
};

use super::{Txn, attributes_of, from_any, from_out, to_any};

/// What has been suggested is marked by these; a revision knows none of them.
const INSERTED: &str = "insertion";
const SUGGESTED: [&str; 3] = [INSERTED, "deletion", "modification"];
/// The attribute of a node that somebody suggests to add, to remove or to change.
const SUGGESTION: &str = "suggestion";

/// Writes the nodes of a document into an empty fragment.
pub(super) fn write(txn: Txn<'_, '_>, fragment: &XmlFragmentRef, document: &Value) {
    for node in blocks(document) {
        let element = fragment.push_back(txn, XmlElementPrelim::empty(kind(node)));
        write_node(txn, &element, node);
    }
}

/// Makes a fragment hold these blocks: those that it holds already stay, the others are taken out
/// and put in.
pub(super) fn rewrite(txn: Txn<'_, '_>, fragment: &XmlFragmentRef, document: &Value) {
    let children: Vec<XmlOut> = fragment.children(txn).collect();
    // What is only suggested is no block of a document, and equals none.
    let old: Vec<Option<Value>> = children.iter().map(|child| block(txn, child)).collect();
    let new: Vec<Option<Value>> = blocks(document).cloned().map(Some).collect();
    let old: Vec<String> = old.iter().map(|it| json!(it).to_string()).collect();
    let new_keys: Vec<String> = new.iter().map(|it| json!(it).to_string()).collect();
    // From the end, so that places before stay what they were.
    for op in capture_diff_slices(Algorithm::Myers, &old, &new_keys).iter().rev() {
        let (tag, at, wanted) = op.as_tag_tuple();
        if tag == DiffTag::Equal {
            continue;
        }
        if !at.is_empty() {
            fragment.remove_range(txn, place(at.start), place(at.len()));
        }
        for node in new[wanted].iter().rev().flatten() {
            let element =
                fragment.insert(txn, place(at.start), XmlElementPrelim::empty(kind(node)));
            write_node(txn, &element, node);
        }
    }
}

/// A child of a fragment as a checked document spells it.
fn block(txn: &impl ReadTxn, child: &XmlOut) -> Option<Value> {
    let read = json!({ "type": "doc", "content": read_child(txn, child)? });
    let checked = Document::parse(&read).ok()?;
    blocks(&checked.to_json()).next().cloned()
}

fn blocks(document: &Value) -> impl Iterator<Item = &Value> {
    document["content"].as_array().into_iter().flatten()
}

/// No document has as many blocks as this can count.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn write_node(txn: Txn<'_, '_>, element: &XmlElementRef, node: &Value) {
    for (name, value) in attributes_of(&node["attrs"]).filter(|(_, value)| !value.is_null()) {
        element.insert_attribute(txn, name.as_str(), to_any(value));
    }
    let mut run: Option<XmlTextRef> = None;
    for child in node["content"].as_array().into_iter().flatten() {
        let Some(text) = child["text"].as_str() else {
            run = None;
            let inner = element.push_back(txn, XmlElementPrelim::empty(kind(child)));
            write_node(txn, &inner, child);
            continue;
        };
        let run = run.get_or_insert_with(|| element.push_back(txn, XmlTextPrelim::new("")));
        let at = run.len(txn);
        run.insert_with_attributes(txn, at, text, formats(&child["marks"]));
    }
}

fn kind(node: &Value) -> String {
    node["type"].as_str().unwrap_or_default().to_owned()
}

fn formats(marks: &Value) -> Attrs {
    let marks = marks.as_array().into_iter().flatten();
    let formats = marks.map(|mark| {
        let attributes: Map<String, Value> = attributes_of(&mark["attrs"])
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        (kind(mark).into(), to_any(&Value::Object(attributes)))
    });
    formats.collect()
}

/// The attribute of a photo that says which.
pub(super) const PHOTO_ID: &str = "id";

/// Every element that shows a photo, also where it is only suggested.
pub(super) fn photos(
    txn: &impl ReadTxn,
    fragment: &XmlFragmentRef,
    photo: PhotoId,
) -> Vec<XmlElementRef> {
    let wanted = photo.to_string();
    let is_wanted = |element: &XmlElementRef| {
        element.try_tag().is_some_and(|tag| &**tag == "photo")
            && element
                .get_attribute(txn, PHOTO_ID)
                .is_some_and(|id| from_out(&id).as_str() == Some(&wanted))
    };
    let mut waiting: Vec<XmlOut> = fragment.children(txn).collect();
    let mut found = Vec::new();
    while let Some(node) = waiting.pop() {
        let XmlOut::Element(element) = node else { continue };
        waiting.extend(element.children(txn));
        if is_wanted(&element) {
            found.push(element);
        }
    }
    found
}

/// The document that a fragment holds, with every suggestion to insert left out and every
/// suggestion to delete not followed.
pub(super) fn read(txn: &impl ReadTxn, fragment: &XmlFragmentRef) -> Value {
    let content: Vec<Value> =
        fragment.children(txn).filter_map(|child| read_child(txn, &child)).flatten().collect();
    json!({ "type": "doc", "content": content })
}

/// None for what is only suggested.
fn read_child(txn: &impl ReadTxn, child: &XmlOut) -> Option<Vec<Value>> {
    match child {
        XmlOut::Element(element) => read_element(txn, element).map(|node| vec![node]),
        XmlOut::Text(text) => Some(read_text(txn, text)),
        XmlOut::Fragment(_) => None,
    }
}

fn read_element(txn: &impl ReadTxn, element: &XmlElementRef) -> Option<Value> {
    let mut attributes = BTreeMap::new();
    for (name, value) in element.attributes(txn) {
        // A node bears the marks of its suggestions as JSON.
        if name == SUGGESTION {
            if from_out(&value).as_str().is_some_and(is_inserted) {
                return None;
            }
            continue;
        }
        attributes.insert(name.to_owned(), from_out(&value));
    }
    let content: Vec<Value> =
        element.children(txn).filter_map(|child| read_child(txn, &child)).flatten().collect();
    let mut node = json!({ "type": element.try_tag()?.to_string() });
    if !attributes.is_empty() {
        node["attrs"] = attributes.into_iter().collect();
    }
    if !content.is_empty() {
        node["content"] = Value::Array(content);
    }
    Some(node)
}

fn is_inserted(marks: &str) -> bool {
    let marks: Value = serde_json::from_str(marks).unwrap_or_default();
    marks.as_array().into_iter().flatten().any(|mark| mark["type"] == INSERTED)
}

fn read_text(txn: &impl ReadTxn, text: &XmlTextRef) -> Vec<Value> {
    let mut nodes = Vec::new();
    for piece in text.diff(txn, YChange::identity) {
        let Out::Any(Any::String(words)) = &piece.insert else { continue };
        let mut marks = Vec::new();
        let mut only_suggested = false;
        let formats: BTreeMap<_, _> = piece.attributes.iter().flat_map(|it| it.iter()).collect();
        for (name, value) in formats {
            // Marks that exclude none of their own kind carry a hash behind their name.
            let kind = name.split_once("--").map_or(&**name, |(kind, _)| kind);
            only_suggested |= kind == INSERTED;
            if SUGGESTED.contains(&kind) || matches!(value, Any::Null) {
                continue;
            }
            let mut mark = json!({ "type": kind });
            if let Value::Object(attributes) = from_any(value)
                && !attributes.is_empty()
            {
                mark["attrs"] = Value::Object(attributes);
            }
            marks.push(mark);
        }
        if only_suggested || words.is_empty() {
            continue;
        }
        let mut node = json!({ "type": "text", "text": words.to_string() });
        if !marks.is_empty() {
            node["marks"] = Value::Array(marks);
        }
        nodes.push(node);
    }
    nodes
}
