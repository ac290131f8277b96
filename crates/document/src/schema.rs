//! What an article's body is made of.
//!
//! The tree below is the schema: what it cannot express, no article can hold. A [`Document`] is
//! only ever made by checking ([`Document::parse`]), so whoever has one need not check again.

use std::collections::BTreeSet;

use base::{ArticleId, PhotoId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::error::DocumentError;
use crate::{json, limits, normal, parse};

/// An article's body: checked, and in normal form (see [`Document::parse`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    blocks: Vec<Block>,
}

impl Document {
    /// Checks ProseMirror's JSON and brings it into normal form.
    ///
    /// Normal form leaves out what no reader would see (empty paragraphs, items and texts, breaks
    /// at the edge of a block), collapses white space as HTML does, joins neighbouring texts with
    /// the same marks, and gives every heading an id that is unique in the document. So two
    /// documents that look the same are equal.
    ///
    /// # Errors
    /// Names the first node that the schema does not allow, and says what it allows.
    pub fn parse(json: &Value) -> Result<Self, DocumentError> {
        let mut blocks = normal::blocks(parse::document(json)?);
        normal::assign_heading_ids(&mut blocks);
        Ok(Self { blocks })
    }

    /// The same, from JSON text.
    ///
    /// # Errors
    /// As [`Document::parse`]; also when the text is not JSON or too long.
    pub fn from_json_str(text: &str) -> Result<Self, DocumentError> {
        if text.len() > limits::JSON_BYTES_MAX {
            let problem = format!(
                "is {} bytes of JSON, and may be {}; split the article",
                text.len(),
                limits::JSON_BYTES_MAX
            );
            return Err(DocumentError::new(&"document", problem));
        }
        let json = serde_json::from_str(text)
            .map_err(|error| DocumentError::new(&"document", format!("is not JSON: {error}")))?;
        Self::parse(&json)
    }

    /// Checks blocks that were made in code.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn from_blocks(blocks: &[Block]) -> Result<Self, DocumentError> {
        Self::parse(&json::document(blocks))
    }

    /// The canonical JSON: always accepted by [`Document::parse`], giving an equal document.
    pub fn to_json(&self) -> Value {
        json::document(&self.blocks)
    }

    /// The blocks, in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Whether there is nothing to read or see.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// How many paragraphs stand at the top level, as `Render::after_paragraph` counts them.
    pub fn paragraph_count(&self) -> usize {
        self.blocks.iter().filter(|block| matches!(block, Block::Paragraph(_))).count()
    }

    /// Every photo in the body, in order, each once.
    pub fn photos(&self) -> Vec<PhotoId> {
        let mut photos = Vec::new();
        let mut seen = BTreeSet::new();
        walk(&self.blocks, &mut |block| {
            let shown: &[Photo] = match block {
                Block::Photo(photo) => std::slice::from_ref(photo),
                Block::Gallery(photos) => photos,
                _ => &[],
            };
            for photo in shown {
                if seen.insert(photo.id) {
                    photos.push(photo.id);
                }
            }
        });
        photos
    }

    /// Every related story that an editor placed in the body, in order.
    pub fn related(&self) -> Vec<RelatedRef> {
        let mut related = Vec::new();
        walk(&self.blocks, &mut |block| {
            if let Block::Related(story) = block {
                related.push(story.clone());
            }
        });
        related
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        Self::parse(&json).map_err(serde::de::Error::custom)
    }
}

/// One block of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// `paragraph`
    Paragraph(Vec<Inline>),
    /// `heading`
    Heading(Heading),
    /// `quotation`
    Quotation(Quotation),
    /// `bullet_list`: each item holds blocks.
    BulletList(Vec<Vec<Block>>),
    /// `ordered_list`: its first number and its items.
    OrderedList(u32, Vec<Vec<Block>>),
    /// `photo`
    Photo(Photo),
    /// `gallery`
    Gallery(Vec<Photo>),
    /// `related`
    Related(RelatedRef),
    /// `embed`
    Embed(Embed),
    /// `table`
    Table(Table),
    /// `fact_box`
    FactBox(FactBox),
    /// `divider`
    Divider,
    /// `code_block`
    Code(CodeBlock),
}

/// A heading within the body; the headline is the article's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 2, 3 or 4.
    pub level: u8,
    /// The anchor. Made from the text when missing, and kept from then on, so that links to it
    /// survive a change of the words. A document always has it.
    pub id: Option<String>,
    /// The words.
    pub content: Vec<Inline>,
}

/// What somebody said or wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quotation {
    /// Its paragraphs.
    pub paragraphs: Vec<Vec<Inline>>,
    /// Who said it.
    pub speaker: Option<String>,
    /// As what, such as "Presidential Spokesman".
    pub role: Option<String>,
    /// Where it was said or published.
    pub source: Option<String>,
    /// The source's address.
    pub source_url: Option<String>,
}

/// A photo, shown with its own caption and credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Which.
    pub id: PhotoId,
    /// A caption for this article instead of the photo's own.
    pub caption: Option<String>,
}

/// A story that an editor relates to this one. It has at least a title or a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RelatedRef {
    /// The title as the editor wrote it: shown until the story is known, and when it is gone.
    pub title: Option<String>,
    /// The story's address, such as `/news/russia/some-slug`.
    pub address: Option<String>,
    /// The story itself; goes before the address.
    pub article: Option<ArticleId>,
}

/// Something of another site, shown as a card that links to it. Nothing is loaded from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embed {
    /// Where it is.
    pub url: String,
    /// What it is.
    pub title: Option<String>,
    /// Whose it is, such as "YouTube".
    pub provider: Option<String>,
}

/// A table. Every row has as many cells as the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub caption: Option<String>,
    /// Whether the first row heads the columns.
    pub header_row: bool,
    /// Whether the first cell of each row heads the row.
    pub header_column: bool,
    /// Rows of cells.
    pub rows: Vec<Vec<Vec<Inline>>>,
}

/// A box beside the story.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactBox {
    /// Its title.
    pub title: Option<String>,
    /// What it holds.
    pub blocks: Vec<Block>,
}

/// Program text, shown as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeBlock {
    /// Its language, such as `rust`.
    pub language: Option<String>,
    /// The text.
    pub text: String,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Text, with its marks in order and each kind at most once.
    Text(String, Vec<Mark>),
    /// `hard_break`
    Break,
}

/// What a text is besides its words. The order is from the outside in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// `link`
    Link {
        /// Where to.
        href: String,
        /// A title, shown as a tooltip.
        title: Option<String>,
    },
    /// `strong`
    Strong,
    /// `emphasis`
    Emphasis,
    /// `strike`
    Strike,
    /// `superscript`
    Superscript,
    /// `subscript`
    Subscript,
    /// `code`
    Code,
}

/// Calls `visit` with every block, each before the blocks it holds.
pub(crate) fn walk<'a>(blocks: &'a [Block], visit: &mut impl FnMut(&'a Block)) {
    for block in blocks {
        visit(block);
        match block {
            Block::BulletList(items) | Block::OrderedList(_, items) => {
                for item in items {
                    walk(item, visit);
                }
            }
            Block::FactBox(fact_box) => walk(&fact_box.blocks, visit),
            _ => {}
        }
    }
}
