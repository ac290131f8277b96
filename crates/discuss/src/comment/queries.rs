use base::{ArticleId, CommentId, CommenterId, Timestamp};
use store::{Connection, FromQueryResult, sql};
use uuid::Uuid;

use super::thread::named;
use super::{Comment, Row};
use crate::Result;
use crate::commenter::Place;

/// Comments as [`Row`] reads them, whichever the rest says.
macro_rules! comments {
    ($rest:literal) => {
        concat!(
            "SELECT c.*, w.person_id, w.reader_id, w.name AS called
             FROM comments c JOIN commenters w ON w.id = c.commenter_id ",
            $rest
        )
    };
}

/// In which order threads are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// The most recommended first.
    Recommended,
    /// The most answered first.
    Replied,
}

impl Order {
    /// Every order, as in a menu.
    pub const ALL: [Self; 4] = [Self::Newest, Self::Oldest, Self::Recommended, Self::Replied];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Recommended => "recommended",
            Self::Replied => "replied",
        }
    }

    /// The order of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == name)
    }
}

/// Some comments of a discussion, or of one thread in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// In the order that was asked for.
    pub comments: Vec<Comment>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// How a comment read before its author changed it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Edition {
    /// Of what.
    pub comment_id: CommentId,
    /// As it was typed.
    pub text: String,
    /// When it was changed.
    pub until: Timestamp,
}

/// How many comments readers are shown under an article.
pub async fn shown_count(on: &impl Connection, article: ArticleId) -> Result<i64> {
    let shown = sql("SELECT shown AS value FROM discussions WHERE article_id = ?").bind(article);
    Ok(shown.optional(on).await?.unwrap_or_default())
}

/// The comment of this id, whatever its state.
pub async fn by_id(on: &impl Connection, id: CommentId) -> Result<Option<Comment>> {
    let row: Option<Row> = sql(comments!("WHERE c.id = ?")).bind(id).one(on).await?;
    Ok(row.map(Row::read))
}

/// Those comments of an article that readers are shown, in the order in which they were written.
pub async fn shown_of(
    on: &impl Connection,
    article: ArticleId,
    ids: &[CommentId],
) -> Result<Vec<Comment>> {
    let rows: Vec<Row> = sql(comments!(
        "WHERE c.id IN (?) AND c.article_id = ? AND c.state = 'shown' ORDER BY c.created_at, c.id"
    ))
    .bind_all(ids.iter().copied())
    .bind(article)
    .all(on)
    .await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

/// Threads that readers are shown, those behind `after` in this order.
///
/// A comment that is not shown, or not any more, keeps its place while something below it is.
pub async fn threads(
    on: &impl Connection,
    article: ArticleId,
    order: Order,
    after: Option<&Comment>,
    limit: usize,
) -> Result<Page> {
    let text = match order {
        Order::Newest => {
            comments!(
                "WHERE c.article_id = ? AND c.depth = 0
               AND (c.state = 'shown' OR c.replies > 0)
               AND (c.created_at, c.id) < (?, ?)
             ORDER BY c.created_at DESC, c.id DESC LIMIT ?"
            )
        }
        Order::Oldest => {
            comments!(
                "WHERE c.article_id = ? AND c.depth = 0
               AND (c.state = 'shown' OR c.replies > 0)
               AND (c.created_at, c.id) > (?, ?)
             ORDER BY c.created_at, c.id LIMIT ?"
            )
        }
        Order::Recommended => {
            comments!(
                "WHERE c.article_id = ? AND c.depth = 0
               AND (c.state = 'shown' OR c.replies > 0)
               AND (c.recommended, c.id) < (?, ?)
             ORDER BY c.recommended DESC, c.id DESC LIMIT ?"
            )
        }
        Order::Replied => {
            comments!(
                "WHERE c.article_id = ? AND c.depth = 0
               AND (c.state = 'shown' OR c.replies > 0)
               AND (c.replies, c.id) < (?, ?)
             ORDER BY c.replies DESC, c.id DESC LIMIT ?"
            )
        }
    };
    let (first, last) = (CommentId(Uuid::nil()), CommentId(Uuid::max()));
    let (key, id) = match (order, after) {
        (Order::Oldest, None) => (i64::MIN, first),
        (_, None) => (i64::MAX, last),
        (Order::Newest | Order::Oldest, Some(it)) => (it.created_at.as_micros(), it.id),
        (Order::Recommended, Some(it)) => (it.recommended, it.id),
        (Order::Replied, Some(it)) => (it.replies, it.id),
    };
    let rows: Vec<Row> =
        sql(text).bind(article).bind(key).bind(id).bind(one_more(limit)).all(on).await?;
    Ok(cut(rows, limit))
}

/// The first answers of each of these threads, in the same order as they are asked for.
pub async fn replies_of(
    on: &impl Connection,
    threads: &[Comment],
    limit: usize,
) -> Result<Vec<Page>> {
    let answered = threads.iter().filter(|it| it.replies > 0).map(|it| it.id);
    // From one answer to the next by the index, for a thread may have thousands behind the first.
    let paths: Vec<String> = sql("WITH RECURSIVE answers (thread_id, path, place) AS (
           SELECT t.id, (SELECT c.path FROM comments c
               WHERE c.thread_id = t.id AND c.depth > 0 AND (c.state = 'shown' OR c.replies > 0)
               ORDER BY c.path LIMIT 1), 1
           FROM comments t WHERE t.id IN (?)
           UNION ALL
           SELECT a.thread_id, (SELECT c.path FROM comments c
               WHERE c.thread_id = a.thread_id AND c.path > a.path
                 AND (c.state = 'shown' OR c.replies > 0)
               ORDER BY c.path LIMIT 1), a.place + 1
           FROM answers a WHERE a.path IS NOT NULL AND a.place < ?
         )
         SELECT path AS value FROM answers WHERE path IS NOT NULL")
    .bind_all(answered)
    .bind(one_more(limit))
    .values(on)
    .await?;
    let rows: Vec<Row> = sql(comments!("WHERE c.id IN (?) ORDER BY c.path"))
        .bind_all(paths.iter().filter_map(|path| named(path).pop()))
        .all(on)
        .await?;
    let mut all: Vec<Page> = threads.iter().map(|_| Page::default()).collect();
    for row in rows {
        let comment = row.read();
        let Some(at) = threads.iter().position(|it| it.id == comment.thread) else { continue };
        match all[at].comments.len() < limit {
            true => all[at].comments.push(comment),
            false => all[at].more = true,
        }
    }
    Ok(all)
}

/// The answers of one thread that stand behind `after`, or from its beginning.
pub async fn thread_of(
    on: &impl Connection,
    thread: CommentId,
    after: Option<&Comment>,
    limit: usize,
) -> Result<Page> {
    let rows: Vec<Row> = sql(comments!(
        "WHERE c.thread_id = ? AND c.depth > 0 AND c.path > ?
           AND (c.state = 'shown' OR c.replies > 0)
         ORDER BY c.path LIMIT ?"
    ))
    .bind(thread)
    .bind(after.map_or("", |it| it.path.as_str()))
    .bind(one_more(limit))
    .all(on)
    .await?;
    Ok(cut(rows, limit))
}

/// What a commenter wrote, the newest first, whatever its state.
pub async fn of_commenter(
    on: &impl Connection,
    commenter: CommenterId,
    before: Option<Timestamp>,
    limit: usize,
) -> Result<Vec<Comment>> {
    let rows: Vec<Row> = sql(comments!(
        "WHERE c.commenter_id = ? AND c.created_at < ?
         ORDER BY c.created_at DESC, c.id DESC LIMIT ?"
    ))
    .bind(commenter)
    .bind(before.map_or(i64::MAX, Timestamp::as_micros))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .all(on)
    .await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

/// What readers see of somebody who has a page, the newest first, behind this place.
///
/// Of a reader, only what was written under the name that they go by: who takes another name, or
/// signs in after having written as a guest under one, may want the two not to be put together.
/// Staff sign with their own names.
pub async fn shown_by(
    on: &impl Connection,
    commenter: CommenterId,
    before: Option<Place>,
    limit: usize,
) -> Result<Page> {
    let before = before.unwrap_or_else(Place::first);
    let rows: Vec<Row> = sql(comments!(
        "WHERE c.commenter_id = ? AND c.state = 'shown'
           AND (w.person_id IS NOT NULL OR (w.reader_id IS NOT NULL AND c.name = w.name))
           AND (c.created_at, c.id) < (?, ?)
         ORDER BY c.created_at DESC, c.id DESC LIMIT ?"
    ))
    .bind(commenter)
    .bind(before.at)
    .bind(before.id)
    .bind(one_more(limit))
    .all(on)
    .await?;
    Ok(cut(rows, limit))
}

/// What a commenter wrote, the newest first, behind this place; only under these stories, if any are
/// named.
pub(crate) async fn said_by(
    on: &impl Connection,
    commenter: CommenterId,
    under: Option<&[ArticleId]>,
    (at, id): (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<Comment>> {
    let rows: Vec<Row> = sql(comments!(
        "WHERE c.commenter_id = ? AND (? OR c.article_id IN (?))
           AND (c.created_at, c.id) < (?, ?)
         ORDER BY c.created_at DESC, c.id DESC LIMIT ?"
    ))
    .bind(commenter)
    .bind(under.is_none())
    .bind_all(under.unwrap_or_default().iter().copied())
    .bind(at)
    .bind(id)
    .bind(limit)
    .all(on)
    .await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

/// The network that a comment came from, while that is remembered.
pub async fn network_of(on: &impl Connection, comment: CommentId) -> Result<Option<String>> {
    let found = sql("SELECT network AS value FROM comments WHERE id = ? AND network IS NOT NULL")
        .bind(comment);
    Ok(found.optional(on).await?)
}

/// How these comments read before, the oldest first.
pub async fn editions(on: &impl Connection, comments: &[CommentId]) -> Result<Vec<Edition>> {
    let found = sql("SELECT comment_id, text, until FROM comment_editions
         WHERE comment_id IN (?) ORDER BY until")
    .bind_all(comments.iter().copied());
    Ok(found.all(on).await?)
}

fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// Without the one that was asked for only to see whether there are more.
fn cut(mut rows: Vec<Row>, limit: usize) -> Page {
    let more = rows.len() > limit;
    rows.truncate(limit);
    Page { comments: rows.into_iter().map(Row::read).collect(), more }
}
