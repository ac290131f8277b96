use accounts::policy::{self, Action};
use base::{Actor, ArticleId, PersonId, PhotoId, Timestamp};
use store::{Connection, FromQueryResult, Position, StoreError, Tx, sql};
use uuid::Uuid;

use super::DraftId;
use super::shared::{Said, Shared};
use crate::article::{self, Article, Content};
use crate::{PublishError, Result};

/// A shared document as it is kept.
#[derive(Debug)]
pub struct Opened {
    /// Which.
    pub id: DraftId,
    /// The document, up to `position`.
    pub state: Vec<u8>,
    /// The last update that the state holds.
    pub position: Position,
}

/// An update that was kept.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Written {
    /// Its place; places grow in the order of commits.
    pub position: Position,
    /// The update.
    pub bytes: Vec<u8>,
}

#[derive(FromQueryResult)]
struct Row {
    epoch: Uuid,
    revision: i64,
    state: Vec<u8>,
    position: i64,
}

/// The shared document of an article, begun if there is none. One is begun anew when a program has
/// written a revision that the document does not know.
pub async fn open(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    now: Timestamp,
) -> Result<Opened> {
    let known = article::by_id(tx, article).await?.ok_or(PublishError::NoSuchArticle(article))?;
    let object = article::object(tx, &known).await?;
    policy::check_on(actor, Action::ReadUnpublished, &object)?;
    if let Some(row) = row(tx, article).await?
        && row.revision == known.newest_revision
    {
        let id = DraftId { article, epoch: row.epoch };
        return Ok(Opened { id, state: row.state, position: row.position });
    }
    begin(tx, &known, now).await
}

async fn begin(tx: &mut Tx, known: &Article, now: Timestamp) -> Result<Opened> {
    let newest = article::revision(tx, known.id, known.newest_revision).await?;
    let newest = newest.ok_or(PublishError::NoSuchArticle(known.id))?;
    let said =
        Said { content: newest.content, section: Some(known.section_id), slug: known.slug.clone() };
    let epoch: ArticleId = tx.new_id(now);
    let state = Shared::begin(client(epoch.0), &said).state();
    sql("DELETE FROM draft_updates WHERE article_id = ?").bind(known.id).run(tx).await?;
    sql("INSERT INTO drafts (article_id, epoch, revision, state, position) VALUES (?, ?, ?, ?, 0)
         ON CONFLICT (article_id) DO UPDATE SET epoch = excluded.epoch,
           revision = excluded.revision, state = excluded.state, position = 0")
    .bind(known.id)
    .bind(epoch.0)
    .bind(known.newest_revision)
    .bind(state.clone())
    .run(tx)
    .await?;
    Ok(Opened { id: DraftId { article: known.id, epoch: epoch.0 }, state, position: 0 })
}

/// Every editor of a document has a number of its own; the program takes it from a new id.
pub(super) fn client(id: Uuid) -> u64 {
    let [.., a, b, c, d] = *id.as_bytes();
    u64::from(u32::from_be_bytes([a, b, c, d]))
}

/// Keeps an update. Whoever applied it to the document has checked what it changes.
///
/// # Errors
/// [`PublishError::Conflict`] when the document was begun anew meanwhile.
pub async fn append(
    tx: &mut Tx,
    draft: DraftId,
    person: Option<PersonId>,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Position> {
    if epoch(tx, draft.article).await? != Some(draft.epoch) {
        return Err(PublishError::Conflict(
            "This story was begun anew by a program. Load the page again.".into(),
        ));
    }
    let position = sql("INSERT INTO draft_updates (article_id, epoch, person_id, bytes)
         VALUES (?, ?, ?, ?) RETURNING position AS value")
    .bind(draft.article)
    .bind(draft.epoch)
    .bind(person)
    .bind(bytes.to_vec())
    .value(tx)
    .await?;
    article::touch(tx, draft.article, now).await?;
    tx.wake_others();
    Ok(position)
}

/// What was written to a document after `position`, in order; `None` when there is another document
/// by now.
pub async fn since(
    on: &impl Connection,
    draft: DraftId,
    position: Position,
) -> Result<Option<Vec<Written>>> {
    if epoch(on, draft.article).await? != Some(draft.epoch) {
        return Ok(None);
    }
    let written = sql("SELECT position, bytes FROM draft_updates
         WHERE article_id = ? AND epoch = ? AND position > ? ORDER BY position")
    .bind(draft.article)
    .bind(draft.epoch)
    .bind(position)
    .all(on)
    .await?;
    Ok(Some(written))
}

/// Draws all updates of a document together into its state.
pub async fn compact(tx: &mut Tx, draft: DraftId) -> Result<()> {
    let Some((shared, position)) = current(tx, draft.article).await? else { return Ok(()) };
    sql("UPDATE drafts SET state = ?, position = ?,
           written_at = (SELECT touched_at FROM articles WHERE id = article_id)
         WHERE article_id = ? AND epoch = ?")
    .bind(shared.state())
    .bind(position)
    .bind(draft.article)
    .bind(draft.epoch)
    .run(tx)
    .await?;
    sql("DELETE FROM draft_updates WHERE article_id = ? AND position <= ?")
        .bind(draft.article)
        .bind(position)
        .run(tx)
        .await?;
    Ok(())
}

/// The document as it is kept, and up to where.
pub(super) async fn current(tx: &Tx, article: ArticleId) -> Result<Option<(Shared, Position)>> {
    let Some(row) = row(tx, article).await? else { return Ok(None) };
    let written: Vec<Written> = sql("SELECT position, bytes FROM draft_updates
         WHERE article_id = ? AND epoch = ? AND position > ? ORDER BY position")
    .bind(article)
    .bind(row.epoch)
    .bind(row.position)
    .all(tx)
    .await?;
    let position = written.last().map_or(row.position, |it| it.position);
    let updates = written.iter().map(|it| it.bytes.as_slice());
    let shared = Shared::load(&row.state, updates)
        .map_err(|error| StoreError::Unreadable { what: "draft", why: error.to_string() })?;
    Ok(Some((shared, position)))
}

pub(super) async fn noted(tx: &mut Tx, article: ArticleId, revision: i64) -> Result<()> {
    sql("UPDATE drafts SET revision = ? WHERE article_id = ?")
        .bind(revision)
        .bind(article)
        .run(tx)
        .await?;
    Ok(())
}

/// Says that what was written upon one revision stands upon another one now, which says the same of
/// all that the document does not say anew.
pub(crate) async fn follows(tx: &mut Tx, article: ArticleId, from: i64, to: i64) -> Result<()> {
    sql("UPDATE drafts SET revision = ? WHERE article_id = ? AND revision = ?")
        .bind(to)
        .bind(article)
        .bind(from)
        .run(tx)
        .await?;
    Ok(())
}

/// The shared document of an article, if there is one that knows this revision.
pub(crate) async fn newest(
    on: &impl Connection,
    article: ArticleId,
    revision: i64,
) -> Result<Option<Shared>> {
    match row(on, article).await? {
        Some(row) if row.revision == revision => {
            load(on, DraftId { article, epoch: row.epoch }).await
        }
        _ => Ok(None),
    }
}

/// Puts a photo in place of another one in the shared document of an article, and says whether it
/// was there. Browsers that have the story open are told, as of anything that is written.
pub(crate) async fn replace_photo(
    tx: &mut Tx,
    article: &Article,
    old: PhotoId,
    new: PhotoId,
    now: Timestamp,
) -> Result<bool> {
    let Some(row) = row(tx, article.id).await? else { return Ok(false) };
    let Some((shared, _)) = current(tx, article.id).await? else { return Ok(false) };
    let editor: ArticleId = tx.new_id(now);
    let editor = client(editor.0);
    let Some(update) = shared.photo_replaced(editor, old, new) else { return Ok(false) };
    append(tx, DraftId { article: article.id, epoch: row.epoch }, None, &update, now).await?;
    Ok(true)
}

/// Asked at each keystroke, and so without the document.
async fn epoch(on: &impl Connection, article: ArticleId) -> Result<Option<Uuid>, StoreError> {
    sql("SELECT epoch AS value FROM drafts WHERE article_id = ?").bind(article).optional(on).await
}

async fn row(on: &impl Connection, article: ArticleId) -> Result<Option<Row>, StoreError> {
    sql("SELECT epoch, revision, state, position FROM drafts WHERE article_id = ?")
        .bind(article)
        .one(on)
        .await
}

/// The document as it is kept now; `None` when there is another one by now.
pub async fn load(on: &impl Connection, draft: DraftId) -> Result<Option<Shared>> {
    let Some(row) = row(on, draft.article).await? else { return Ok(None) };
    let Some(written) = since(on, draft, row.position).await? else { return Ok(None) };
    let updates = written.iter().map(|it| it.bytes.as_slice());
    Ok(Shared::load(&row.state, updates).ok())
}

/// What an article's shared document says, or its newest revision while nobody has opened it.
///
/// # Errors
/// [`PublishError::Invalid`] when the document says what is no article yet.
pub async fn content(on: &impl Connection, known: &Article) -> Result<Content> {
    if let Some(row) = row(on, known.id).await?.filter(|row| row.revision == known.newest_revision)
        && let Some(shared) = load(on, DraftId { article: known.id, epoch: row.epoch }).await?
    {
        return Ok(shared.said().map_err(PublishError::Invalid)?.content);
    }
    let newest = article::revision(on, known.id, known.newest_revision).await?;
    Ok(newest.ok_or(PublishError::NoSuchArticle(known.id))?.content)
}
