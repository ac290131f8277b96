//! The fields of the index, and how it comes to lie in its folder.

use std::path::Path;

use base::{ArticleId, Timestamp};
use tantivy::schema::{
    BytesOptions, Field, IndexRecordOption, NumericOptions, STORED, STRING, Schema,
    TextFieldIndexing, TextOptions, Value,
};
use tantivy::{Index, IndexSettings, TantivyDocument, Term};

use super::SearchError;
use super::directory::Folder;
use super::words::{RULES, analyzer};

/// Longer bodies are searched and shown by their beginning.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// The fields of the index.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub(super) id: Field,
    /// All words of the article. Whatever matches, matches here; the three that follow repeat some
    /// of them, to rank by.
    pub(super) text: Field,
    pub(super) headline: Field,
    pub(super) deck: Field,
    pub(super) authors: Field,
    /// The body as text, for snippets.
    pub(super) body: Field,
    /// The paths of the article's section and of those above it.
    pub(super) section: Field,
    pub(super) language: Field,
    pub(super) kind: Field,
    /// Microseconds since 1970.
    pub(super) published: Field,
}

/// Where [`Fields::published`] is read by name.
pub(super) const PUBLISHED: &str = "published";

/// What the index takes in of an article.
pub(super) struct Entry {
    pub(super) id: ArticleId,
    pub(super) headline: String,
    pub(super) deck: String,
    pub(super) authors: Vec<String>,
    pub(super) body: String,
    /// The path of its own section, such as `news/russia`.
    pub(super) section: String,
    pub(super) language: String,
    pub(super) kind: &'static str,
    pub(super) published_at: Timestamp,
}

impl Fields {
    /// The term by which an article is deleted and found again.
    pub(super) fn id_term(&self, article: ArticleId) -> Term {
        Term::from_field_bytes(self.id, article.0.as_bytes())
    }

    pub(super) fn document(&self, entry: &Entry) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        let body = &entry.body[..entry.body.floor_char_boundary(BODY_BYTES_MAX)];
        document.add_bytes(self.id, entry.id.0.as_bytes());
        for text in [&entry.headline, &entry.deck] {
            document.add_text(self.text, text);
        }
        for author in &entry.authors {
            document.add_text(self.text, author);
            document.add_text(self.authors, author);
        }
        document.add_text(self.text, body);
        document.add_text(self.headline, &entry.headline);
        document.add_text(self.deck, &entry.deck);
        document.add_text(self.body, body);
        let ends = entry.section.match_indices('/').map(|(at, _)| at).chain([entry.section.len()]);
        for end in ends {
            document.add_text(self.section, &entry.section[..end]);
        }
        document.add_text(self.language, &entry.language);
        document.add_text(self.kind, entry.kind);
        document.add_i64(self.published, entry.published_at.as_micros());
        document
    }

    /// The id that [`Fields::document`] stored.
    pub(super) fn id_of(&self, document: &TantivyDocument) -> Option<ArticleId> {
        let bytes = document.get_first(self.id)?.as_bytes()?.to_vec();
        uuid::Uuid::from_slice(&bytes).ok().map(ArticleId)
    }

    /// A text that [`Fields::document`] stored.
    pub(super) fn text_of(document: &TantivyDocument, field: Field) -> String {
        document
            .get_first(field)
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

fn schema() -> (Schema, Fields) {
    let words = |record| TextFieldIndexing::default().set_tokenizer(RULES).set_index_option(record);
    let text = || {
        TextOptions::default().set_indexing_options(words(IndexRecordOption::WithFreqsAndPositions))
    };
    let mut schema = Schema::builder();
    let fields = Fields {
        id: schema.add_bytes_field("id", BytesOptions::default().set_indexed().set_stored()),
        text: schema.add_text_field("text", text()),
        headline: schema.add_text_field("headline", text().set_stored()),
        deck: schema.add_text_field("deck", text().set_stored()),
        authors: schema.add_text_field("authors", text()),
        body: schema.add_text_field("body", STORED),
        section: schema.add_text_field("section", STRING),
        language: schema.add_text_field("language", STRING | STORED),
        kind: schema.add_text_field("kind", STRING),
        published: schema.add_i64_field(PUBLISHED, NumericOptions::default().set_fast()),
    };
    (schema.build(), fields)
}

/// Opens the index in `folder`, or makes an empty one there.
pub(super) fn open(folder: &Path) -> Result<(Index, Fields), SearchError> {
    let cannot =
        |why: String| SearchError::CannotOpen { folder: folder.display().to_string(), why };
    std::fs::create_dir_all(folder).map_err(|error| cannot(format!("{error}.")))?;
    let (schema, fields) = schema();
    let index = match existing(folder, &schema) {
        Some(index) => index,
        None => {
            clear(folder).map_err(|error| cannot(format!("{error}.")))?;
            let directory = Folder::open(folder).map_err(|error| cannot(format!("{error}.")))?;
            let settings = IndexSettings {
                docstore_compress_dedicated_thread: false,
                ..IndexSettings::default()
            };
            Index::create(directory, schema, settings)
                .map_err(|error| cannot(format!("{error}.")))?
        }
    };
    index.tokenizers().register(RULES, analyzer());
    Ok((index, fields))
}

/// The index of this schema, if there is one and it can be read.
fn existing(folder: &Path, schema: &Schema) -> Option<Index> {
    let directory = Folder::open(folder).ok()?;
    if !Index::exists(&directory).unwrap_or(false) {
        return None;
    }
    let read = Index::open(directory).and_then(|index| {
        index.tokenizers().register(RULES, analyzer());
        index.reader()?;
        Ok(index)
    });
    match read {
        Ok(index) if index.schema() == *schema => Some(index),
        Ok(_) => {
            tracing::info!("The search index is of another version, and is built anew.");
            None
        }
        Err(error) => {
            tracing::warn!("The search index is broken, and is built anew: {error}");
            None
        }
    }
}

/// The folder is the index's own; no folder within it is.
fn clear(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
