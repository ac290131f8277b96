//! Reading ProseMirror's JSON, and refusing what the schema does not have.

use std::fmt;

use base::{ArticleId, PhotoId};
use serde_json::{Map, Value};

use crate::address::{self, Use};
use crate::characters::{is_blank, objection, one_line};
use crate::error::DocumentError;
use crate::limits::{
    ADDRESS_CHARS_MAX, CAPTION_CHARS_MAX, DEPTH_MAX, HEADING_ID_CHARS_MAX, LANGUAGE_CHARS_MAX,
    NODES_MAX, TABLE_COLUMNS_MAX, TEXT_BYTES_MAX, TITLE_CHARS_MAX,
};
use crate::schema::{
    Block, CodeBlock, Embed, FactBox, Heading, Inline, Mark, Photo, Quotation, RelatedRef, Table,
};

type Result<T> = std::result::Result<T, DocumentError>;

/// The blocks of the document, not yet in normal form.
pub(crate) fn document(json: &Value) -> Result<Vec<Block>> {
    let mut reader = Reader { nodes: 0, bytes: 0 };
    let node = reader.node(json, Path::ROOT)?;
    if node.kind != "doc" {
        return Err(node.error(format!("is a {:?}; the outermost node is a \"doc\"", node.kind)));
    }
    node.allow(&[])?;
    reader.blocks(&node)
}

struct Reader {
    nodes: usize,
    bytes: usize,
}

impl Reader {
    /// Opens one node: its shape is right, its kind is not yet judged.
    fn node<'a>(&mut self, json: &'a Value, path: Path<'a>) -> Result<Node<'a>> {
        let error = |problem: &str| Err(DocumentError::new(&path, problem));
        let Value::Object(object) = json else {
            return error("is not a node; write an object with a \"type\"");
        };
        let Some(kind) = object.get("type").and_then(Value::as_str) else {
            return error("has no type; give it one, such as \"paragraph\"");
        };
        let mut node = Node { path, kind, attrs: None, content: &[], marks: &[], text: None };
        for (key, value) in object {
            match (key.as_str(), value) {
                ("type", _) | ("attrs" | "content" | "marks", Value::Null) => {}
                ("attrs", Value::Object(attrs)) => node.attrs = Some(attrs),
                ("content", Value::Array(content)) => node.content = content,
                ("marks", Value::Array(marks)) => node.marks = marks,
                ("text", Value::String(text)) if kind == "text" => node.text = Some(text),
                ("attrs", _) => return error("has attrs that are not an object; write {…}"),
                ("content" | "marks", _) => {
                    return Err(node.error(format!("has {key} that is not a list; write […]")));
                }
                ("text", Value::String(_)) => {
                    return error("has a text of its own; put it into a node of type \"text\"");
                }
                ("text", _) => return error("has a text that is not a string; write \"…\""),
                _ => {
                    return Err(node.error(format!(
                        "has a key {:?}; a node has type, attrs, content, marks and text",
                        shortened(key)
                    )));
                }
            }
        }
        if path.depth > DEPTH_MAX {
            return error(&format!("is nested deeper than {DEPTH_MAX} nodes; flatten it"));
        }
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return error(&format!("is one of more than {NODES_MAX} nodes; split the article"));
        }
        Ok(node)
    }

    fn children<'a>(
        &mut self,
        node: &'a Node<'a>,
    ) -> impl Iterator<Item = Result<Node<'a>>> + use<'a, '_> {
        let child = move |(index, json)| self.node(json, node.path.child(index));
        node.content.iter().enumerate().map(child)
    }

    fn blocks(&mut self, parent: &Node<'_>) -> Result<Vec<Block>> {
        let mut blocks = Vec::with_capacity(parent.content.len());
        for (index, json) in parent.content.iter().enumerate() {
            let node = self.node(json, parent.path.child(index))?;
            blocks.push(self.block(&node)?);
        }
        Ok(blocks)
    }

    fn block(&mut self, node: &Node<'_>) -> Result<Block> {
        if !node.marks.is_empty() {
            return Err(node.error("has marks; only text has them"));
        }
        match node.kind {
            "paragraph" => Ok(Block::Paragraph(self.paragraph(node)?)),
            "heading" => {
                node.allow(&["level", "id"])?;
                let level = match node.attr("level").and_then(Value::as_u64) {
                    Some(level @ 2..=4) => level as u8,
                    _ => return Err(node.error_at("level", "is not 2, 3 or 4")),
                };
                let id = self.string(node, "id", HEADING_ID_CHARS_MAX)?;
                if let Some(id) = &id
                    && !id.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
                {
                    let problem =
                        "has more than letters, digits, - and _; leave it out to have one made";
                    return Err(node.error_at("id", problem));
                }
                Ok(Block::Heading(Heading { level, id, content: self.line(node)? }))
            }
            "quotation" => {
                node.allow(&["speaker", "role", "source", "source_url"])?;
                let paragraphs = self.each(node, "paragraph", Self::paragraph)?;
                Ok(Block::Quotation(Quotation {
                    paragraphs,
                    speaker: self.string(node, "speaker", TITLE_CHARS_MAX)?,
                    role: self.string(node, "role", TITLE_CHARS_MAX)?,
                    source: self.string(node, "source", TITLE_CHARS_MAX)?,
                    source_url: self.address(node, "source_url", Use::Link)?,
                }))
            }
            "bullet_list" => {
                node.allow(&[])?;
                Ok(Block::BulletList(self.each(node, "list_item", Self::item)?))
            }
            "ordered_list" => {
                node.allow(&["order"])?;
                let order = match node.attr("order") {
                    None => 1,
                    Some(order) => match order.as_u64() {
                        Some(order @ 0..=999_999_999) => order as u32,
                        _ => {
                            let problem = "is not a whole number from 0 to 999999999";
                            return Err(node.error_at("order", problem));
                        }
                    },
                };
                Ok(Block::OrderedList(order, self.each(node, "list_item", Self::item)?))
            }
            "photo" => Ok(Block::Photo(self.photo(node)?)),
            "gallery" => {
                node.allow(&[])?;
                Ok(Block::Gallery(self.each(node, "photo", Self::photo)?))
            }
            "related" => {
                node.allow(&["title", "address", "article"])?;
                node.childless()?;
                let title = self.string(node, "title", TITLE_CHARS_MAX)?;
                let address = self.address(node, "address", Use::Story)?;
                let article = node.id("article")?.map(ArticleId);
                if title.is_none() && address.is_none() && article.is_none() {
                    return Err(
                        node.error("names no story; give it a title, an address or an article")
                    );
                }
                Ok(Block::Related(RelatedRef { title, address, article }))
            }
            "embed" => {
                node.allow(&["url", "title", "provider"])?;
                node.childless()?;
                let Some(url) = self.address(node, "url", Use::Embed)? else {
                    return Err(node.error_at("url", "is missing; say where the embed is"));
                };
                Ok(Block::Embed(Embed {
                    url,
                    title: self.string(node, "title", TITLE_CHARS_MAX)?,
                    provider: self.string(node, "provider", TITLE_CHARS_MAX)?,
                }))
            }
            "table" => self.table(node),
            "fact_box" => {
                node.allow(&["title"])?;
                let title = self.string(node, "title", TITLE_CHARS_MAX)?;
                Ok(Block::FactBox(FactBox { title, blocks: self.blocks(node)? }))
            }
            "divider" => {
                node.allow(&[])?;
                node.childless()?;
                Ok(Block::Divider)
            }
            "code_block" => self.code(node),
            other => Err(node.error(format!(
                "{:?} is not a block; use paragraph, heading, quotation, bullet_list, \
                 ordered_list, photo, gallery, related, embed, table, fact_box, divider or \
                 code_block",
                shortened(other)
            ))),
        }
    }

    fn paragraph(&mut self, node: &Node<'_>) -> Result<Vec<Inline>> {
        node.allow(&[])?;
        self.line(node)
    }

    fn item(&mut self, node: &Node<'_>) -> Result<Vec<Block>> {
        node.allow(&[])?;
        self.blocks(node)
    }

    fn photo(&mut self, node: &Node<'_>) -> Result<Photo> {
        node.allow(&["id", "caption"])?;
        node.childless()?;
        let Some(id) = node.id("id")? else {
            return Err(node.error_at("id", "is missing; say which photo"));
        };
        Ok(Photo { id: PhotoId(id), caption: self.string(node, "caption", CAPTION_CHARS_MAX)? })
    }

    fn table(&mut self, node: &Node<'_>) -> Result<Block> {
        node.allow(&["caption", "header_row", "header_column"])?;
        let mut table = Table {
            caption: self.string(node, "caption", CAPTION_CHARS_MAX)?,
            header_row: node.flag("header_row")?,
            header_column: node.flag("header_column")?,
            rows: Vec::new(),
        };
        for row in self.children(node).collect::<Result<Vec<_>>>()? {
            row.is("table_row", "table")?;
            row.allow(&[])?;
            let cells = self.each(&row, "table_cell", Self::paragraph)?;
            let wanted = table.rows.first().map_or(cells.len(), Vec::len);
            if cells.len() != wanted {
                return Err(row.error(format!(
                    "has {} cells and the first row has {wanted}; fill up the shorter one",
                    cells.len()
                )));
            }
            if cells.is_empty() || cells.len() > TABLE_COLUMNS_MAX {
                return Err(row.error(format!(
                    "has {} cells; a row has 1 to {TABLE_COLUMNS_MAX}",
                    cells.len()
                )));
            }
            table.rows.push(cells);
        }
        Ok(Block::Table(table))
    }

    fn code(&mut self, node: &Node<'_>) -> Result<Block> {
        node.allow(&["language"])?;
        let language = self.string(node, "language", LANGUAGE_CHARS_MAX)?;
        if let Some(language) = &language
            && !(language.chars().all(is_language_char)
                && language.starts_with(|c: char| c.is_ascii_alphanumeric()))
        {
            let problem = "is not a language's name; write one such as \"rust\" or \"c++\"";
            return Err(node.error_at("language", problem));
        }
        let mut text = String::new();
        for child in self.children(node).collect::<Result<Vec<_>>>()? {
            child.is("text", "code_block")?;
            if !child.marks.is_empty() {
                return Err(child.error("has marks; text in a code_block has none"));
            }
            text.push_str(self.text(&child)?);
        }
        Ok(Block::Code(CodeBlock { language, text }))
    }

    /// The children, which must all be of one kind.
    fn each<T>(
        &mut self,
        parent: &Node<'_>,
        kind: &str,
        read: impl Fn(&mut Self, &Node<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::with_capacity(parent.content.len());
        for (index, json) in parent.content.iter().enumerate() {
            let child = self.node(json, parent.path.child(index))?;
            child.is(kind, parent.kind)?;
            if !child.marks.is_empty() {
                return Err(child.error("has marks; only text has them"));
            }
            all.push(read(self, &child)?);
        }
        Ok(all)
    }

    fn line(&mut self, parent: &Node<'_>) -> Result<Vec<Inline>> {
        let mut line = Vec::with_capacity(parent.content.len());
        for (index, json) in parent.content.iter().enumerate() {
            let node = self.node(json, parent.path.child(index))?;
            line.push(match node.kind {
                "text" => {
                    let text = self.text(&node)?.to_owned();
                    Inline::Text(text, self.marks(&node)?)
                }
                "hard_break" => {
                    node.allow(&[])?;
                    node.childless()?;
                    // Editors mark a break inside strong text; a break looks the same either way.
                    self.marks(&node)?;
                    Inline::Break
                }
                other => {
                    return Err(node.error(format!(
                        "{:?} cannot stand in a line of text; use text or hard_break",
                        shortened(other)
                    )));
                }
            });
        }
        Ok(line)
    }

    fn text<'a>(&mut self, node: &Node<'a>) -> Result<&'a str> {
        node.allow(&[])?;
        node.childless()?;
        let text = node.text.ok_or_else(|| node.error("has no text; leave the node out"))?;
        self.count(node, text)?;
        check_characters(text).map_err(|problem| node.error(problem))?;
        Ok(text)
    }

    fn marks(&mut self, node: &Node<'_>) -> Result<Vec<Mark>> {
        let mut marks = Vec::with_capacity(node.marks.len());
        for json in node.marks {
            // A mark has the shape of a node, and its errors name the text that bears it.
            let inner = self.node(json, node.path)?;
            if !inner.content.is_empty() || !inner.marks.is_empty() || inner.text.is_some() {
                return Err(
                    inner.error("has a mark that holds something; a mark has type and attrs")
                );
            }
            let mark = match inner.kind {
                "link" => {
                    inner.allow(&["href", "title"])?;
                    let href = match inner.attr("href") {
                        Some(Value::String(href)) => href.clone(),
                        _ => return Err(inner.error("has a link without href; say where it goes")),
                    };
                    self.count(&inner, &href)?;
                    address::check(&href, Use::Link).map_err(|problem| inner.error(problem))?;
                    Mark::Link { href, title: self.string(&inner, "title", TITLE_CHARS_MAX)? }
                }
                "strong" => Mark::Strong,
                "emphasis" => Mark::Emphasis,
                "strike" => Mark::Strike,
                "superscript" => Mark::Superscript,
                "subscript" => Mark::Subscript,
                "code" => Mark::Code,
                other => {
                    return Err(inner.error(format!(
                        "{:?} is not a mark; use link, strong, emphasis, strike, superscript, \
                         subscript or code",
                        shortened(other)
                    )));
                }
            };
            if inner.kind != "link" {
                inner.allow(&[])?;
            }
            let same_kind =
                |other: &Mark| std::mem::discriminant(other) == std::mem::discriminant(&mark);
            if marks.iter().any(same_kind) {
                return Err(inner.error(format!("has the mark {:?} twice; keep one", inner.kind)));
            }
            marks.push(mark);
        }
        marks.sort();
        Ok(marks)
    }

    /// A plain text attribute, on one line; `None` when it is missing or blank.
    fn string(
        &mut self,
        node: &Node<'_>,
        name: &'static str,
        chars_max: usize,
    ) -> Result<Option<String>> {
        let text = match node.attr(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text,
            Some(_) => return Err(node.error_at(name, "is not text; write \"…\"")),
        };
        self.count(node, text)?;
        check_characters(text).map_err(|problem| node.error_at(name, problem))?;
        let text = one_line(text);
        if text.chars().count() > chars_max {
            let problem = format!("is longer than {chars_max} characters; shorten it");
            return Err(node.error_at(name, problem));
        }
        Ok((!is_blank(&text)).then_some(text))
    }

    fn address(
        &mut self,
        node: &Node<'_>,
        name: &'static str,
        used: Use,
    ) -> Result<Option<String>> {
        let Some(text) = self.string(node, name, ADDRESS_CHARS_MAX)? else { return Ok(None) };
        address::check(&text, used).map_err(|problem| node.error_at(name, problem))?;
        Ok(Some(text))
    }

    fn count(&mut self, node: &Node<'_>, text: &str) -> Result<()> {
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > TEXT_BYTES_MAX {
            return Err(node
                .error(format!("goes beyond {TEXT_BYTES_MAX} bytes of text; split the article")));
        }
        Ok(())
    }
}

/// Whether `c` may stand in the name of a code block's language.
pub(crate) fn is_language_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '#' | '.' | '_')
}

fn check_characters(text: &str) -> std::result::Result<(), String> {
    match text.chars().find_map(|c| objection(c).map(|why| (c, why))) {
        None => Ok(()),
        Some((c, why)) => Err(format!("holds U+{:04X}, {why}; remove it", u32::from(c))),
    }
}

struct Node<'a> {
    path: Path<'a>,
    kind: &'a str,
    attrs: Option<&'a Map<String, Value>>,
    content: &'a [Value],
    marks: &'a [Value],
    text: Option<&'a str>,
}

impl<'a> Node<'a> {
    fn error(&self, problem: impl Into<String>) -> DocumentError {
        DocumentError::new(&self.path, problem)
    }

    fn error_at(&self, attr: &str, problem: impl Into<String>) -> DocumentError {
        DocumentError::new(&format_args!("{}.attrs.{attr}", self.path), problem)
    }

    fn attr(&self, name: &str) -> Option<&'a Value> {
        self.attrs?.get(name).filter(|value| !value.is_null())
    }

    /// Refuses attributes other than `names`.
    fn allow(&self, names: &[&str]) -> Result<()> {
        let unknown =
            self.attrs.and_then(|attrs| attrs.keys().find(|key| !names.contains(&key.as_str())));
        match unknown {
            None => Ok(()),
            Some(key) if names.is_empty() => {
                let problem =
                    format!("has an attribute {:?}; a {} has none", shortened(key), self.kind);
                Err(self.error(problem))
            }
            Some(key) => Err(self.error(format!(
                "has an attribute {:?}; a {} has {}",
                shortened(key),
                self.kind,
                names.join(", ")
            ))),
        }
    }

    fn childless(&self) -> Result<()> {
        if self.content.is_empty() {
            return Ok(());
        }
        Err(self.error(format!("has content; a {} has none", self.kind)))
    }

    fn is(&self, kind: &str, parent: &str) -> Result<()> {
        if self.kind == kind {
            return Ok(());
        }
        Err(self.error(format!("is a {:?}; a {parent} holds {kind} nodes", shortened(self.kind))))
    }

    fn flag(&self, name: &str) -> Result<bool> {
        match self.attr(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.error_at(name, "is not true or false")),
        }
    }

    fn id(&self, name: &str) -> Result<Option<uuid::Uuid>> {
        let Some(value) = self.attr(name) else { return Ok(None) };
        match value.as_str().and_then(|text| uuid::Uuid::parse_str(text).ok()) {
            Some(id) => Ok(Some(id)),
            None => Err(self.error_at(name, "is not an id; write a UUID")),
        }
    }
}

/// Where a node stands, written only when something is wrong with it.
#[derive(Clone, Copy)]
struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    index: usize,
    depth: usize,
}

impl Path<'_> {
    const ROOT: Path<'static> = Path { parent: None, index: 0, depth: 0 };

    fn child(&self, index: usize) -> Path<'_> {
        Path { parent: Some(self), index, depth: self.depth + 1 }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parent {
            None => f.write_str("document"),
            Some(parent) => {
                if parent.parent.is_some() {
                    write!(f, "{parent}.")?;
                }
                write!(f, "content[{}]", self.index)
            }
        }
    }
}

/// Enough of a name to recognise it by.
fn shortened(name: &str) -> String {
    if name.chars().count() <= 40 {
        return name.to_owned();
    }
    name.chars().take(40).chain(['…']).collect()
}
