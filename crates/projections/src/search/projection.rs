//! Keeps the index true to the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use base::{ArticleId, PersonId};
use publish::article::{self, PublishedArticle};
use serde::{Deserialize, Serialize};
use store::events::{self, Batch, Projection};
use store::{Event, Position, Store, StoreError};
use tantivy::IndexWriter;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::schema::document::TantivyDocument;
use tokio::task::JoinHandle;

use super::schema::Entry;
use super::{Inner, SearchError, SearchIndex};

/// The least that tantivy writes with.
const WRITER_BYTES: usize = 15_000_000;
/// A writer costs memory and threads, so it goes when nothing has been written for this long.
const WRITER_IDLE: Duration = Duration::from_secs(5);

/// Keeps the index true to the log: what is published is in it, and nothing else.
///
/// What an article is *now* decides, not what an event says, so events may be dealt with twice.
pub struct SearchProjection {
    index: SearchIndex,
    /// Taken by whoever writes or tidies up, in threads that may block. None between two bursts of
    /// changes.
    writer: Arc<Mutex<Option<IndexWriter>>>,
    tidying: Option<JoinHandle<()>>,
    cursor: Cursor,
    /// Told which articles the index has anew.
    indexed: Option<Indexed>,
}

/// Hears which articles can be found anew, once they can.
pub type Indexed = Box<dyn Fn(&BTreeSet<ArticleId>) + Send>;

/// Where the index stands. Part of each commit, so that index and cursor move together.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Cursor {
    through: Position,
    /// Where the log last spoke of an article, and of which. A log that does not is not the one that
    /// the index was made from.
    last: Option<(Position, ArticleId)>,
}

/// A change of the index: the article as it is now, or that it is gone.
type Change = (ArticleId, Option<TantivyDocument>);

impl SearchProjection {
    pub(super) fn new(index: SearchIndex) -> Result<Self, SearchError> {
        let cursor = read_cursor(&index.0)?;
        Ok(Self { index, writer: Arc::default(), tidying: None, cursor, indexed: None })
    }

    /// Has `indexed` told which articles can be found anew.
    #[must_use]
    pub fn telling(mut self, indexed: Indexed) -> Self {
        self.indexed = Some(indexed);
        self
    }

    async fn write(
        &mut self,
        cursor: Cursor,
        change: impl FnOnce(&Inner, &mut IndexWriter) -> Result<(), SearchError> + Send + 'static,
    ) -> Result<(), StoreError> {
        if let Some(tidying) = self.tidying.take() {
            tidying.abort();
        }
        let (index, writer) = (self.index.clone(), self.writer.clone());
        blocking(move || {
            let mut slot = writer.lock().unwrap_or_else(PoisonError::into_inner);
            // Out of its slot: what fails is dropped, and nothing half-done is committed later.
            let mut writer = match slot.take() {
                Some(writer) => writer,
                None => new_writer(&index.0)?,
            };
            change(&index.0, &mut writer)?;
            commit(&mut writer, cursor)?;
            index.0.reader.reload()?;
            *slot = Some(writer);
            Ok(())
        })
        .await?;
        self.cursor = cursor;
        self.tidying = Some(tokio::spawn(tidy(self.index.clone(), self.writer.clone())));
        Ok(())
    }
}

#[async_trait]
impl Projection for SearchProjection {
    fn name(&self) -> &'static str {
        "search"
    }

    fn wants(&self, event: &Event) -> bool {
        article_of(event).is_some()
    }

    async fn cursor(&mut self, store: &Store) -> store::Result<Position> {
        self.cursor = read_cursor(&self.index.0).map_err(held_up)?;
        if !made_from(store, self.cursor).await? {
            tracing::warn!("The search index was made from another database, and is built anew.");
            self.reset(store).await?;
        }
        Ok(self.cursor.through)
    }

    async fn apply(&mut self, store: &Store, batch: Batch) -> store::Result<()> {
        let touched: BTreeSet<ArticleId> =
            batch.events.iter().filter_map(|recorded| article_of(&recorded.event)).collect();
        let mut names = BTreeMap::new();
        let mut changes: Vec<Change> = Vec::with_capacity(touched.len());
        for id in touched.iter().copied() {
            let document = match article::published(store, id).await? {
                Some(published) => {
                    let entry = entry(store, published, &mut names).await?;
                    Some(self.index.0.fields.document(&entry))
                }
                None => None,
            };
            changes.push((id, document));
        }
        let last = batch.events.last().and_then(|it| Some((it.position, article_of(&it.event)?)));
        let cursor = Cursor { through: batch.through, last: last.or(self.cursor.last) };
        let written = self.write(cursor, |inner, writer| {
            for (id, document) in changes {
                writer.delete_term(inner.fields.id_term(id));
                if let Some(document) = document {
                    writer.add_document(document)?;
                }
            }
            Ok(())
        });
        written.await?;
        if let Some(indexed) = &self.indexed {
            indexed(&touched);
        }
        Ok(())
    }

    async fn reset(&mut self, _store: &Store) -> store::Result<()> {
        self.write(Cursor::default(), |_, writer| {
            writer.delete_all_documents()?;
            Ok(())
        })
        .await
    }
}

impl Drop for SearchProjection {
    fn drop(&mut self) {
        if let Some(tidying) = self.tidying.take() {
            tidying.abort();
        }
        // The folder is free for another writer as soon as this is gone.
        if let Ok(mut writer) = self.writer.try_lock() {
            writer.take();
        }
    }
}

/// The article of which an event changes what can be found. A section's name cannot be searched,
/// and a person's does not change.
fn article_of(event: &Event) -> Option<ArticleId> {
    match event {
        Event::ArticlePublished { article, .. }
        | Event::ArticleWithdrawn { article, .. }
        | Event::ArticleMoved { article, .. } => Some(*article),
        _ => None,
    }
}

async fn entry(
    store: &Store,
    published: PublishedArticle,
    names: &mut BTreeMap<PersonId, String>,
) -> store::Result<Entry> {
    let PublishedArticle { article, revision, published_at } = published;
    let content = revision.content;
    let people: Vec<PersonId> = content.byline.iter().map(|author| author.person).collect();
    let unknown: Vec<PersonId> =
        people.iter().copied().filter(|person| !names.contains_key(person)).collect();
    for person in accounts::person::by_ids(store, &unknown).await? {
        names.insert(person.id, person.name);
    }
    let section = article.path.trim_start_matches('/').rsplit_once('/').unwrap_or_default().0;
    Ok(Entry {
        id: article.id,
        section: section.to_owned(),
        headline: content.headline,
        deck: content.deck,
        authors: people.iter().filter_map(|person| names.get(person).cloned()).collect(),
        body: content.body.to_text(),
        language: content.language,
        kind: content.kind.name(),
        published_at,
    })
}

/// Whether the log still has the event that the index saw last.
async fn made_from(store: &Store, cursor: Cursor) -> store::Result<bool> {
    if events::head(store).await? < cursor.through {
        return Ok(false);
    }
    let Some((position, article)) = cursor.last else { return Ok(true) };
    let there = events::after(store, position - 1, 1).await?;
    Ok(there
        .first()
        .is_some_and(|it| it.position == position && article_of(&it.event) == Some(article)))
}

fn read_cursor(inner: &Inner) -> Result<Cursor, SearchError> {
    let payload = inner.index.load_metas()?.payload;
    Ok(payload.and_then(|payload| serde_json::from_str(&payload).ok()).unwrap_or_default())
}

pub(super) fn new_writer(inner: &Inner) -> Result<IndexWriter, SearchError> {
    let options = IndexWriterOptions::builder()
        .memory_budget_per_thread(WRITER_BYTES)
        .num_worker_threads(1)
        .num_merge_threads(1)
        .build();
    let writer = inner.index.writer_with_options(options)?;
    let mut merging = LogMergePolicy::default();
    merging.set_min_num_segments(6);
    // Revised and withdrawn articles leave the disk when they are many; from results they are gone
    // at once.
    merging.set_del_docs_ratio_before_merge(0.2);
    writer.set_merge_policy(Box::new(merging));
    Ok(writer)
}

fn commit(writer: &mut IndexWriter, cursor: Cursor) -> Result<(), SearchError> {
    let payload = serde_json::to_string(&cursor).map_err(std::io::Error::from)?;
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(&payload);
    commit.commit()?;
    Ok(())
}

/// After a burst of changes: lets merges end, then frees the writer and the files that it replaced.
async fn tidy(index: SearchIndex, writer: Arc<Mutex<Option<IndexWriter>>>) {
    tokio::time::sleep(WRITER_IDLE).await;
    let tidied = blocking(move || {
        let mut slot = writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = slot.take() {
            writer.wait_merging_threads()?;
        }
        index.0.reader.reload()?;
        Ok(())
    });
    if let Err(error) = tidied.await {
        tracing::warn!("The search index was not tidied up: {error}");
    }
}

async fn blocking(
    work: impl FnOnce() -> Result<(), SearchError> + Send + 'static,
) -> Result<(), StoreError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| SearchError::Unfinished);
    done.and_then(|done| done).map_err(held_up)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn held_up(error: SearchError) -> StoreError {
    StoreError::Unreadable { what: "search index", why: error.to_string() }
}
