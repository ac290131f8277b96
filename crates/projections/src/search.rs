//! Search: what is published, findable by its words.
//!
//! The index is a projection of the log. It lies in a folder of this node, holds its own cursor in
//! each commit, and can be thrown away at any time: it is then built anew. It answers with ids and
//! snippets; headline and address come from the record, so they are never stale.

mod dictionary;
mod directory;
mod find;
mod parse;
mod projection;
mod schema;
mod similar;
mod snippet;
#[cfg(test)]
mod tests;
mod words;

use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;

use base::{ArticleId, Timestamp};
use tantivy::{Index, IndexReader, ReloadPolicy, TantivyError};
use tokio::sync::Semaphore;

pub use projection::{Indexed, SearchProjection};
pub use snippet::SnippetPart;

use schema::Fields;

/// What a reader looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// As the reader typed it: words, "phrases in quotes", and -words that must not occur. When
    /// there are none, but a section or a date is given, the newest articles are found.
    pub text: String,
    /// Only in the section with this path, such as `news/russia`, and below it.
    pub section: Option<String>,
    /// Only what was published at this instant or later.
    pub from: Option<Timestamp>,
    /// Only what was published before this instant.
    pub until: Option<Timestamp>,
    /// How many of the best results to leave out; at most [`Query::SKIP_MAX`].
    pub skip: usize,
    /// How many to give; at most [`Query::LIMIT_MAX`].
    pub limit: usize,
}

/// An article, published or not, that others may be like.
#[derive(Clone, Debug)]
pub struct LikeThis {
    /// Not found itself.
    pub article: ArticleId,
    /// The language that it is written in.
    pub language: String,
    /// The headline.
    pub headline: String,
    /// The deck.
    pub deck: String,
    /// The body as text.
    pub body: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Results {
    /// How many articles match.
    pub total: usize,
    /// This page of them, the best first.
    pub hits: Vec<Hit>,
    /// The text as the reader may have meant it.
    pub suggestion: Option<String>,
}

/// An article that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub article: ArticleId,
    /// Some of its words, with those marked that were looked for.
    pub snippet: Vec<SnippetPart>,
}

/// Why nothing can be searched.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The folder cannot hold an index.
    #[error(
        "The search index cannot be opened in {folder}: {why} Make the folder writable, or remove \
         it: the index is then built anew."
    )]
    CannotOpen {
        /// Where.
        folder: String,
        /// What is wrong, as a sentence.
        why: String,
    },
    /// The index failed.
    #[error(
        "The search index failed: {0}. If that goes on, run `tribune projection rebuild search`."
    )]
    Failed(#[from] TantivyError),
    /// The program is shutting down, or the work panicked.
    #[error("The search did not finish.")]
    Unfinished,
}

impl From<std::io::Error> for SearchError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// The index, for those who search. Cheap to clone.
#[derive(Clone)]
pub struct SearchIndex(Arc<Inner>);

struct Inner {
    index: Index,
    fields: Fields,
    reader: IndexReader,
    /// As many searches run at a time as there are cores: more would only be slower, and a flood
    /// of them must leave threads for everything else that blocks.
    turns: Semaphore,
}

impl Query {
    /// More than so many results nobody leafs through.
    pub const SKIP_MAX: usize = 1_000;
    /// What one page can show.
    pub const LIMIT_MAX: usize = 50;

    /// Looks for `text` everywhere.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), section: None, from: None, until: None, skip: 0, limit: 10 }
    }
}

impl SearchIndex {
    /// Opens the index in `folder`: one half to search it, the other to keep it true. What another
    /// version of Tribune wrote there, or what is broken, is removed. Blocks for a moment.
    pub fn open(folder: &Path) -> Result<(Self, SearchProjection), SearchError> {
        let (index, fields) = schema::open(folder)?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(8)
            .try_into()?;
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let inner = Inner { index, fields, reader, turns: Semaphore::new(cores) };
        let search = Self(Arc::new(inner));
        let projection = SearchProjection::new(search.clone())?;
        Ok((search, projection))
    }

    /// Finds articles. No text is an error: what cannot be found is not found.
    pub async fn search(&self, query: &Query) -> Result<Results, SearchError> {
        let query = query.clone();
        self.run(move |inner| find::find(inner, &query)).await
    }

    /// Published articles about the same, the most alike first; those in its language before any
    /// others.
    pub async fn similar(&self, to: LikeThis, limit: usize) -> Result<Vec<ArticleId>, SearchError> {
        self.run(move |inner| similar::similar(inner, &to, limit.min(Query::LIMIT_MAX))).await
    }

    /// How many articles can be found.
    pub fn len(&self) -> u64 {
        self.0.reader.searcher().num_docs()
    }

    /// Whether none can be found.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, SearchError> {
        let inner = self.0.clone();
        let _turn = self.0.turns.acquire().await.map_err(|_| SearchError::Unfinished)?;
        tokio::task::spawn_blocking(move || work(&inner))
            .await
            .map_err(|_| SearchError::Unfinished)?
    }
}
