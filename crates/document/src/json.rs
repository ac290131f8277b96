//! Writing ProseMirror's JSON.

use serde_json::{Map, Value, json};

use crate::schema::{Block, Inline, Mark, Photo};

/// The document with these blocks. ProseMirror wants at least one, so an empty document is written
/// with an empty paragraph.
pub(crate) fn document(blocks: &[Block]) -> Value {
    let content = if blocks.is_empty() {
        vec![json!({ "type": "paragraph" })]
    } else {
        blocks.iter().map(block).collect()
    };
    json!({ "type": "doc", "content": content })
}

fn block(block: &Block) -> Value {
    match block {
        Block::Paragraph(content) => node("paragraph", Attrs::new(), line(content)),
        Block::Heading(heading) => {
            let attrs = Attrs::new().set("level", heading.level).option("id", heading.id.as_ref());
            node("heading", attrs, line(&heading.content))
        }
        Block::Quotation(quotation) => {
            let attrs = Attrs::new()
                .option("speaker", quotation.speaker.as_ref())
                .option("role", quotation.role.as_ref())
                .option("source", quotation.source.as_ref())
                .option("source_url", quotation.source_url.as_ref());
            let paragraph = |content: &Vec<Inline>| node("paragraph", Attrs::new(), line(content));
            node("quotation", attrs, quotation.paragraphs.iter().map(paragraph).collect())
        }
        Block::BulletList(items) => node("bullet_list", Attrs::new(), items_of(items)),
        Block::OrderedList(order, items) => {
            node("ordered_list", Attrs::new().set("order", *order), items_of(items))
        }
        Block::Photo(shown) => photo(shown),
        Block::Gallery(photos) => node("gallery", Attrs::new(), photos.iter().map(photo).collect()),
        Block::Related(related) => {
            let attrs = Attrs::new()
                .option("title", related.title.as_ref())
                .option("address", related.address.as_ref())
                .option("article", related.article.map(|id| id.to_string()).as_ref());
            node("related", attrs, Vec::new())
        }
        Block::Embed(embed) => {
            let attrs = Attrs::new()
                .set("url", embed.url.as_str())
                .option("title", embed.title.as_ref())
                .option("provider", embed.provider.as_ref());
            node("embed", attrs, Vec::new())
        }
        Block::Table(table) => {
            let attrs = Attrs::new()
                .option("caption", table.caption.as_ref())
                .set("header_row", table.header_row)
                .set("header_column", table.header_column);
            let cell = |content: &Vec<Inline>| node("table_cell", Attrs::new(), line(content));
            let row = |cells: &Vec<Vec<Inline>>| {
                node("table_row", Attrs::new(), cells.iter().map(cell).collect())
            };
            node("table", attrs, table.rows.iter().map(row).collect())
        }
        Block::FactBox(fact_box) => {
            let attrs = Attrs::new().option("title", fact_box.title.as_ref());
            node("fact_box", attrs, fact_box.blocks.iter().map(self::block).collect())
        }
        Block::Divider => node("divider", Attrs::new(), Vec::new()),
        Block::Code(code) => {
            let attrs = Attrs::new().option("language", code.language.as_ref());
            let text =
                (!code.text.is_empty()).then(|| json!({ "type": "text", "text": code.text }));
            node("code_block", attrs, text.into_iter().collect())
        }
    }
}

fn photo(photo: &Photo) -> Value {
    let attrs =
        Attrs::new().set("id", photo.id.to_string()).option("caption", photo.caption.as_ref());
    node("photo", attrs, Vec::new())
}

fn items_of(items: &[Vec<Block>]) -> Vec<Value> {
    items
        .iter()
        .map(|item| node("list_item", Attrs::new(), item.iter().map(block).collect()))
        .collect()
}

fn line(content: &[Inline]) -> Vec<Value> {
    content
        .iter()
        .map(|inline| match inline {
            Inline::Break => json!({ "type": "hard_break" }),
            Inline::Text(text, marks) if marks.is_empty() => {
                json!({ "type": "text", "text": text })
            }
            Inline::Text(text, marks) => {
                let marks: Vec<Value> = marks.iter().map(mark).collect();
                json!({ "type": "text", "text": text, "marks": marks })
            }
        })
        .collect()
}

fn mark(mark: &Mark) -> Value {
    match mark {
        Mark::Link { href, title } => {
            let attrs = Attrs::new().set("href", href.as_str()).option("title", title.as_ref());
            json!({ "type": "link", "attrs": attrs.0 })
        }
        Mark::Strong => json!({ "type": "strong" }),
        Mark::Emphasis => json!({ "type": "emphasis" }),
        Mark::Strike => json!({ "type": "strike" }),
        Mark::Superscript => json!({ "type": "superscript" }),
        Mark::Subscript => json!({ "type": "subscript" }),
        Mark::Code => json!({ "type": "code" }),
    }
}

fn node(kind: &str, attrs: Attrs, content: Vec<Value>) -> Value {
    let mut node = Map::new();
    node.insert("type".into(), kind.into());
    if !attrs.0.is_empty() {
        node.insert("attrs".into(), attrs.0.into());
    }
    if !content.is_empty() {
        node.insert("content".into(), content.into());
    }
    node.into()
}

struct Attrs(Map<String, Value>);

impl Attrs {
    fn new() -> Self {
        Self(Map::new())
    }

    fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    fn option(self, name: &str, value: Option<&String>) -> Self {
        match value {
            Some(value) => self.set(name, value.as_str()),
            None => self,
        }
    }
}
