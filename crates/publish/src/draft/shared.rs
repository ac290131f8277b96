//! The shared document, and what it says.
//!
//! Its shape is a contract with `web/editor`: the texts `headline`, `deck` and `dateline`, the map
//! `fields`, the lists `byline` and `related`, and the fragment `body`, which y-prosemirror keeps.

mod body;

use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use accounts::policy::{Action, Object, check_on};
use base::{Actor, PersonId, PhotoId, SectionId};
use document::Document;
use serde_json::{Value, json};
use yrs::types::xml::Xml as _;
use yrs::updates::decoder::Decode as _;
use yrs::{
    Any, Array as _, ClientID, Doc, GetString as _, Map as _, OffsetKind, Options, Out,
    ReadTxn as _, StateVector, Text as _, Transact as _, TransactionMut, Update, WriteTxn as _,
};

use crate::article::{Author, Content, Kind, LeadPhoto, Related};

/// A part of the shared document that somebody may change, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The body.
    Body,
    /// The headline.
    Headline,
    /// The deck.
    Deck,
    /// The dateline.
    Dateline,
    /// The byline.
    Byline,
    /// The related stories.
    Related,
    /// The language.
    Language,
    /// The lead photo and its caption.
    Photo,
    /// The kind.
    Kind,
    /// The section.
    Section,
    /// The slug.
    Slug,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 11] = [
        Self::Body,
        Self::Headline,
        Self::Deck,
        Self::Dateline,
        Self::Byline,
        Self::Related,
        Self::Language,
        Self::Photo,
        Self::Kind,
        Self::Section,
        Self::Slug,
    ];

    /// What somebody has to be allowed who changes it.
    pub fn action(self) -> Action {
        match self {
            Self::Photo => Action::PlacePhoto,
            Self::Kind | Self::Section | Self::Slug => Action::FileArticle,
            _ => Action::WriteArticle,
        }
    }

    /// The fields of a story that somebody may change.
    pub fn of(actor: &Actor, story: &Object) -> BTreeSet<Self> {
        Self::ALL
            .into_iter()
            .filter(|field| check_on(actor, field.action(), story).is_ok())
            .collect()
    }

    /// As the shared document and the page call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Headline => "headline",
            Self::Deck => "deck",
            Self::Dateline => "dateline",
            Self::Byline => "byline",
            Self::Related => "related",
            Self::Language => "language",
            Self::Photo => "photo",
            Self::Kind => "kind",
            Self::Section => "section",
            Self::Slug => "slug",
        }
    }
}

/// Why an update was not taken. The document is of no more use then: it is loaded anew.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no update, or builds on what was never sent.
    #[error("The browser sent what cannot be read. Load the page again.")]
    Unreadable,
    /// It changes what its author may not.
    #[error("You may not change the {} of this story.", .0.name())]
    NotYours(Field),
    /// It adds something that no editor makes.
    #[error("The browser sent something that is no part of a story. Load the page again.")]
    Foreign,
}

/// A shared document in memory.
pub struct Shared(Doc);

/// What a shared document says: the content of a revision, and where the story belongs.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The words.
    pub content: Content,
    /// The section, when it is one.
    pub section: Option<SectionId>,
    /// The slug; empty for none of its own.
    pub slug: String,
}

/// Above every number that a browser gives itself.
const ABOVE_BROWSERS: u64 = 1 << 52;

/// The names of all there is; anything else is foreign.
const ROOTS: [&str; 7] = ["body", "byline", "dateline", "deck", "fields", "headline", "related"];

impl Shared {
    /// Begins a document that says this. Whoever begins one keeps it at once: two that say the same
    /// are not the same.
    pub fn begin(client: u64, said: &Said) -> Self {
        let shared = Self::empty(client);
        {
            let mut txn = shared.0.transact_mut();
            let content = &said.content;
            let texts = [
                ("headline", &content.headline),
                ("deck", &content.deck),
                ("dateline", &content.dateline),
            ];
            for (name, text) in texts {
                txn.get_or_insert_text(name).insert(&mut txn, 0, text);
            }
            let fields = txn.get_or_insert_map("fields");
            fields.insert(&mut txn, "kind", content.kind.name());
            fields.insert(&mut txn, "language", content.language.as_str());
            fields.insert(
                &mut txn,
                "section",
                said.section.map(|section| section.to_string()).unwrap_or_default(),
            );
            fields.insert(&mut txn, "slug", said.slug.as_str());
            let photo = wanted(content, Field::Photo).unwrap_or_default();
            fields.insert(&mut txn, "photo", to_any(&photo));
            let byline = txn.get_or_insert_array("byline");
            for author in &content.byline {
                byline.push_back(&mut txn, to_any(&json!(author)));
            }
            let related = txn.get_or_insert_array("related");
            for story in &content.related {
                related.push_back(&mut txn, to_any(&json!(story)));
            }
            let fragment = txn.get_or_insert_xml_fragment("body");
            body::write(&mut txn, &fragment, &content.body.to_json());
        }
        shared
    }

    /// The document that these bytes are, with what was written since.
    pub fn load<'a>(
        state: &'a [u8],
        updates: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, Refused> {
        let shared = Self::empty(0);
        for bytes in std::iter::once(state).chain(updates) {
            shared.merge(bytes)?;
        }
        Ok(shared)
    }

    fn empty(client: u64) -> Self {
        let mut options = Options::with_client_id(ClientID::new(client));
        options.offset_kind = OffsetKind::Utf16;
        let doc = Doc::with_options(options);
        {
            let mut txn = doc.transact_mut();
            for name in ["headline", "deck", "dateline"] {
                txn.get_or_insert_text(name);
            }
            txn.get_or_insert_map("fields");
            txn.get_or_insert_array("byline");
            txn.get_or_insert_array("related");
            txn.get_or_insert_xml_fragment("body");
        }
        Self(doc)
    }

    /// Takes an update that was kept before.
    ///
    /// # Errors
    /// When it is refused, the document is of no more use.
    pub fn merge(&self, bytes: &[u8]) -> Result<(), Refused> {
        self.apply(decoded(bytes)?)
    }

    fn apply(&self, update: Update) -> Result<(), Refused> {
        // Dropped in the middle of a panic, the transaction would be committed, and panic again.
        let mut txn = ManuallyDrop::new(self.0.transact_mut());
        let taken = guarded(|| {
            let taken = txn.apply_update(update);
            txn.commit();
            taken.is_ok()
        });
        if taken.is_some() {
            drop(ManuallyDrop::into_inner(txn));
        }
        if taken == Some(true) { Ok(()) } else { Err(Refused::Unreadable) }
    }

    /// Takes an update of somebody who may change `may`.
    ///
    /// # Errors
    /// When it is refused, the document holds it all the same, and has to be loaded anew.
    pub fn take(&self, bytes: &[u8], may: &BTreeSet<Field>) -> Result<(), Refused> {
        let closed: Vec<Field> =
            Field::ALL.into_iter().filter(|field| !may.contains(field)).collect();
        let before: Vec<Value> = closed.iter().map(|field| self.value(*field)).collect();
        let update = decoded(bytes)?;
        if !guarded(|| self.goes_on(&update)).unwrap_or(false) {
            return Err(Refused::Unreadable);
        }
        self.apply(update)?;
        guarded(|| self.check(&closed, &before)).unwrap_or(Err(Refused::Unreadable))
    }

    /// Whether an update goes on, for each of its editors, where the document ends. Behind a gap Yjs
    /// waits for what is missing, and yrs reads on (and counts wrongly when the gap is filled): what
    /// one of them shows, the other does not.
    fn goes_on(&self, update: &Update) -> bool {
        let known = self.0.transact().state_vector();
        update.insertions(true).iter().all(|(client, ranges)| {
            let mut end = known.get(client);
            ranges.iter().all(|range| {
                let fits = range.start <= end;
                end = end.max(range.end);
                fits
            })
        })
    }

    /// What an update must not have done.
    fn check(&self, closed: &[Field], before: &[Value]) -> Result<(), Refused> {
        let txn = self.0.transact();
        // What waits for something that was not sent would be taken later, in another's name.
        if txn.has_missing_updates() {
            return Err(Refused::Unreadable);
        }
        if txn.root_refs().any(|(name, _)| !ROOTS.contains(&name)) {
            return Err(Refused::Foreign);
        }
        drop(txn);
        for (field, before) in closed.iter().zip(before) {
            if self.value(*field) != *before {
                return Err(Refused::NotYours(*field));
            }
        }
        Ok(())
    }

    /// The whole document.
    pub fn state(&self) -> Vec<u8> {
        self.0.transact().encode_state_as_update_v1(&StateVector::default())
    }

    /// What the document holds, for others to say what it lacks.
    pub fn state_vector(&self) -> Vec<u8> {
        use yrs::updates::encoder::Encode as _;
        self.0.transact().state_vector().encode_v1()
    }

    /// What somebody lacks who has this state vector.
    pub fn missing(&self, state_vector: &[u8]) -> Result<Vec<u8>, Refused> {
        let known = guarded(|| StateVector::decode_v1(state_vector).ok()).flatten();
        let known = known.ok_or(Refused::Unreadable)?;
        guarded(|| self.0.transact().encode_state_as_update_v1(&known)).ok_or(Refused::Unreadable)
    }

    /// Makes these fields say what the content says, and gives the update that does so. What says
    /// it already stays as it is, and with it whatever others write there meanwhile. `editor` numbers
    /// whoever does this.
    pub(super) fn rewritten(
        &self,
        editor: u64,
        content: &Content,
        fields: &BTreeSet<Field>,
    ) -> Result<Vec<u8>, Refused> {
        let copy = self.copy_of(editor)?;
        let changed: Vec<Field> = fields
            .iter()
            .copied()
            .filter(|field| wanted(content, *field).is_some_and(|it| it != copy.value(*field)))
            .collect();
        let mut txn = copy.0.transact_mut();
        for field in changed {
            let value = wanted(content, field).unwrap_or_default();
            match field {
                Field::Headline | Field::Deck | Field::Dateline => {
                    let text = txn.get_or_insert_text(field.name());
                    let length = text.len(&txn);
                    text.remove_range(&mut txn, 0, length);
                    text.insert(&mut txn, 0, value.as_str().unwrap_or_default());
                }
                Field::Kind | Field::Language | Field::Section | Field::Slug | Field::Photo => {
                    let fields = txn.get_or_insert_map("fields");
                    fields.insert(&mut txn, field.name(), to_any(&value));
                }
                Field::Byline | Field::Related => {
                    let list = txn.get_or_insert_array(field.name());
                    let length = list.len(&txn);
                    list.remove_range(&mut txn, 0, length);
                    for one in value.as_array().into_iter().flatten() {
                        list.push_back(&mut txn, to_any(one));
                    }
                }
                Field::Body => {
                    let body = txn.get_or_insert_xml_fragment("body");
                    body::rewrite(&mut txn, &body, &value);
                }
            }
        }
        Ok(txn.encode_update_v1())
    }

    /// A copy that a program changes. Of several who change the same at once Yjs lets the highest
    /// number win, and browsers number themselves with 32 bits: so nobody who has yet to hear of the
    /// change takes it back.
    fn copy_of(&self, editor: u64) -> Result<Self, Refused> {
        let copy = Self::empty(ABOVE_BROWSERS + editor);
        copy.merge(&self.state())?;
        Ok(copy)
    }

    /// What the document says. Suggestions that nobody has accepted are left out, and what somebody
    /// suggests to delete is still there.
    ///
    /// # Errors
    /// As a sentence, when what it says is no article yet.
    pub fn said(&self) -> Result<Said, String> {
        let text = |field: Field| self.value(field).as_str().unwrap_or_default().to_owned();
        let body = Document::parse(&self.value(Field::Body)).map_err(|error| error.to_string())?;
        let list = |field: Field| self.value(field).as_array().cloned().unwrap_or_default();
        let byline = list(Field::Byline).into_iter().filter_map(|author| {
            let person: PersonId = author["person"].as_str()?.parse().ok()?;
            let role = author["role"].as_str().map(str::trim).filter(|role| !role.is_empty());
            Some(Author { person, role: role.map(str::to_owned) })
        });
        let related = list(Field::Related).into_iter();
        let related = related.filter_map(|story| serde_json::from_value::<Related>(story).ok());
        let photo = self.value(Field::Photo);
        let photo = photo["photo"].as_str().and_then(|id| id.parse().ok()).map(|id| LeadPhoto {
            photo: id,
            caption: photo["caption"].as_str().filter(|it| !it.is_empty()).map(str::to_owned),
        });
        Ok(Said {
            content: Content {
                kind: Kind::parse(&text(Field::Kind)).unwrap_or(Kind::News),
                language: text(Field::Language),
                headline: text(Field::Headline),
                deck: text(Field::Deck),
                dateline: text(Field::Dateline),
                byline: byline.collect(),
                body,
                photo,
                related: related.collect(),
            },
            section: text(Field::Section).parse().ok(),
            slug: text(Field::Slug),
        })
    }

    /// Whether a photo is anywhere in it, also where it is only suggested.
    pub fn shows(&self, photo: PhotoId) -> bool {
        let is_lead = self.value(Field::Photo)["photo"] == photo.to_string();
        let txn = self.0.transact();
        let body = txn.get_xml_fragment("body");
        is_lead || body.is_some_and(|body| !body::photos(&txn, &body, photo).is_empty())
    }

    /// The update that puts a photo in place of another one; none when that is nowhere in it.
    ///
    /// `editor` numbers whoever does this.
    pub fn photo_replaced(&self, editor: u64, old: PhotoId, new: PhotoId) -> Option<Vec<u8>> {
        let copy = self.copy_of(editor).ok()?;
        let before = copy.0.transact().state_vector();
        let mut lead = copy.value(Field::Photo);
        {
            let mut txn = copy.0.transact_mut();
            let body = txn.get_or_insert_xml_fragment("body");
            let within = body::photos(&txn, &body, old);
            let is_lead = lead["photo"] == old.to_string();
            if within.is_empty() && !is_lead {
                return None;
            }
            if is_lead {
                lead["photo"] = new.to_string().into();
                let fields = txn.get_or_insert_map("fields");
                fields.insert(&mut txn, Field::Photo.name(), to_any(&lead));
            }
            for photo in within {
                photo.insert_attribute(&mut txn, body::PHOTO_ID, new.to_string());
            }
        }
        Some(copy.0.transact().encode_state_as_update_v1(&before))
    }

    /// What a field says, as JSON.
    fn value(&self, field: Field) -> Value {
        let txn = self.0.transact();
        match field {
            Field::Headline | Field::Deck | Field::Dateline => {
                let text = txn.get_text(field.name());
                text.map_or(Value::Null, |text| Value::String(text.get_string(&txn)))
            }
            Field::Kind | Field::Language | Field::Section | Field::Slug | Field::Photo => {
                let fields = txn.get_map("fields");
                let value = fields.and_then(|fields| fields.get(&txn, field.name()));
                value.as_ref().map_or(Value::Null, from_out)
            }
            Field::Byline | Field::Related => {
                let list = txn.get_array(field.name());
                list.map_or(Value::Null, |list| list.iter(&txn).map(|it| from_out(&it)).collect())
            }
            Field::Body => {
                let body = txn.get_xml_fragment("body");
                body.map_or(Value::Null, |body| body::read(&txn, &body))
            }
        }
    }
}

/// How a document spells what a content says in a field; where a story belongs is no part of it.
fn wanted(content: &Content, field: Field) -> Option<Value> {
    Some(match field {
        Field::Headline => json!(content.headline),
        Field::Deck => json!(content.deck),
        Field::Dateline => json!(content.dateline),
        Field::Kind => json!(content.kind.name()),
        Field::Language => json!(content.language),
        Field::Photo => content
            .photo
            .as_ref()
            .map_or(Value::Null, |lead| json!({ "photo": lead.photo, "caption": lead.caption })),
        Field::Byline => json!(content.byline),
        Field::Related => json!(content.related),
        Field::Body => content.body.to_json(),
        Field::Section | Field::Slug => return None,
    })
}

fn decoded(bytes: &[u8]) -> Result<Update, Refused> {
    guarded(|| Update::decode_v1(bytes).ok()).flatten().ok_or(Refused::Unreadable)
}

/// Runs what reads foreign bytes: yrs panics over some that no Yjs ever wrote.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// A plain value; shared types are made by no editor where a value belongs, and read as nothing.
fn from_out(value: &Out) -> Value {
    match value {
        Out::Any(any) => from_any(any),
        _ => Value::Null,
    }
}

fn from_any(any: &Any) -> Value {
    serde_json::to_value(any).unwrap_or_default()
}

fn to_any(value: &Value) -> Any {
    serde_json::from_value(value.clone()).unwrap_or(Any::Null)
}

fn attributes_of(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

/// Only for [`body`], which writes within a transaction of this module.
type Txn<'a, 'b> = &'a mut TransactionMut<'b>;
