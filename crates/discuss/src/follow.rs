//! Who is told by mail of what is said: a whole discussion, or one thread of it. What is said is
//! gathered, so that many comments are one mail.

use std::time::Duration;

use base::{Actor, ArticleId, CommentId, FollowId, ReaderId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};
use uuid::Uuid;

use crate::Result;
use crate::comment::{self, Comment, State};

/// Of one discussion a reader has no two mails closer together than this.
pub const BETWEEN_MAILS: Duration = Duration::from_secs(15 * 60);

/// So long it is known who was told of what, so that nobody is told twice: what was said before is
/// no news any more, whatever becomes of it.
pub const TOLD_KEPT: Duration = Duration::from_secs(30 * 86_400);

/// Something that a reader follows.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Follow {
    /// Names it. Nobody can guess it, so whoever holds it may end it without signing in.
    pub id: FollowId,
    /// Who follows.
    pub reader_id: ReaderId,
    /// The discussion.
    pub article_id: ArticleId,
    /// The comment that began the thread; nil for the whole discussion.
    thread_id: Uuid,
    /// Since when.
    pub created_at: Timestamp,
}

impl Follow {
    /// The thread, if it is one.
    pub fn thread(&self) -> Option<CommentId> {
        (!self.thread_id.is_nil()).then_some(CommentId(self.thread_id))
    }
}

/// Has a reader told of what is said from now on.
pub async fn follow(
    tx: &mut Tx,
    reader: ReaderId,
    article: ArticleId,
    thread: Option<CommentId>,
    now: Timestamp,
) -> Result<()> {
    let added = sql("INSERT INTO follows (id, reader_id, article_id, thread_id, created_at)
         VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (reader_id, article_id, thread_id) DO NOTHING")
    .bind(tx.new_id::<FollowId>(now))
    .bind(reader)
    .bind(article)
    .bind(thread.map_or(Uuid::nil(), |it| it.0))
    .bind(now)
    .run(tx)
    .await?;
    if added > 0 {
        let event = Event::DiscussionFollowed { reader, article, follows: true };
        tx.append(&Actor::Reader, &event, now).await?;
    }
    Ok(())
}

/// Ends it. What is ended already stays so.
pub async fn unfollow(tx: &mut Tx, id: FollowId, now: Timestamp) -> Result<()> {
    let Some(known) = by_id(tx, id).await? else { return Ok(()) };
    sql("DELETE FROM follows WHERE id = ?").bind(id).run(tx).await?;
    let (reader, article) = (known.reader_id, known.article_id);
    let event = Event::DiscussionFollowed { reader, article, follows: false };
    tx.append(&Actor::Reader, &event, now).await?;
    Ok(())
}

/// Ends all that a reader follows, and forgets what they were told.
pub async fn forget(tx: &mut Tx, reader: ReaderId) -> Result<()> {
    sql("DELETE FROM follows WHERE reader_id = ?").bind(reader).run(tx).await?;
    sql("DELETE FROM follow_news WHERE reader_id = ?").bind(reader).run(tx).await?;
    sql("DELETE FROM follow_mails WHERE reader_id = ?").bind(reader).run(tx).await?;
    Ok(())
}

/// What of this id is followed.
pub async fn by_id(on: &impl Connection, id: FollowId) -> Result<Option<Follow>> {
    let found = sql("SELECT id, reader_id, article_id, thread_id, created_at
         FROM follows WHERE id = ?")
    .bind(id);
    Ok(found.one(on).await?)
}

/// All that a reader follows, the newest first.
pub async fn of_reader(on: &impl Connection, reader: ReaderId) -> Result<Vec<Follow>> {
    let found = sql("SELECT id, reader_id, article_id, thread_id, created_at
         FROM follows WHERE reader_id = ? ORDER BY created_at DESC, id")
    .bind(reader);
    Ok(found.all(on).await?)
}

/// A mail that is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// To whom.
    pub reader: ReaderId,
    /// About what.
    pub article: ArticleId,
    /// Not before.
    pub at: Timestamp,
}

/// Notes a comment for each of those who follow and did not write it. Gives the mails that nobody
/// has asked for yet. A comment is noted once, however often it is come by.
pub async fn note(tx: &mut Tx, comment: CommentId, now: Timestamp) -> Result<Vec<Due>> {
    #[derive(FromQueryResult)]
    struct Mailed {
        due_at: Timestamp,
        waiting: bool,
    }
    let known = comment::by_id(tx, comment).await?;
    let Some(known) = known.filter(|it| it.state == State::Shown) else { return Ok(Vec::new()) };
    let article = known.article;
    let readers: Vec<ReaderId> = sql("SELECT DISTINCT f.reader_id AS value FROM follows f
         WHERE f.article_id = ? AND f.thread_id IN (?) AND f.created_at <= ?
           AND NOT EXISTS (SELECT 1 FROM commenters c
                           WHERE c.id = ? AND c.reader_id = f.reader_id)
         ORDER BY f.reader_id")
    .bind(article)
    .bind_all([Uuid::nil(), known.thread.0])
    .bind(now)
    .bind(known.commenter)
    .values(tx)
    .await?;
    let mut due = Vec::new();
    for reader in readers {
        let noted = sql("INSERT INTO follow_news (reader_id, comment_id, article_id)
             VALUES (?, ?, ?) ON CONFLICT (reader_id, comment_id) DO NOTHING")
        .bind(reader)
        .bind(comment)
        .bind(article)
        .run(tx)
        .await?;
        let mailed: Option<Mailed> = sql("SELECT due_at, waiting FROM follow_mails
             WHERE reader_id = ? AND article_id = ?")
        .bind(reader)
        .bind(article)
        .one(tx)
        .await?;
        if noted == 0 || mailed.as_ref().is_some_and(|it| it.waiting) {
            continue;
        }
        let at = mailed.map_or(now, |it| it.due_at.max(now));
        mailed_at(tx, (reader, article), at, true).await?;
        due.push(Due { reader, article, at });
    }
    Ok(due)
}

/// What a reader is to be told of a discussion, in the order of time, and what ends each of it; none
/// where the reader follows it no more. Whatever it is, it is told now.
pub async fn tell(
    tx: &mut Tx,
    reader: ReaderId,
    article: ArticleId,
    now: Timestamp,
) -> Result<Option<(Follow, Vec<Comment>)>> {
    let noted: Vec<CommentId> = sql("SELECT comment_id AS value FROM follow_news
         WHERE reader_id = ? AND article_id = ? AND told_at IS NULL ORDER BY comment_id")
    .bind(reader)
    .bind(article)
    .values(tx)
    .await?;
    sql("UPDATE follow_news SET told_at = ?
         WHERE reader_id = ? AND article_id = ? AND told_at IS NULL")
    .bind(now)
    .bind(reader)
    .bind(article)
    .run(tx)
    .await?;
    let follows = of_reader(tx, reader).await?;
    let follows: Vec<_> = follows.into_iter().filter(|it| it.article_id == article).collect();
    let whole = follows.iter().find(|it| it.thread().is_none());
    let (mut news, mut through) = (Vec::new(), whole);
    for id in noted {
        // It may have been taken away meanwhile, or its thread may be followed no more.
        let known = comment::by_id(tx, id).await?.filter(|it| it.state == State::Shown);
        let Some(known) = known else { continue };
        // Whether it was told already is not known any more.
        if now.since(known.created_at) >= TOLD_KEPT {
            continue;
        }
        let follow = whole.or(follows.iter().find(|it| it.thread() == Some(known.thread)));
        if let Some(follow) = follow {
            through = through.or(Some(follow));
            news.push(known);
        }
    }
    let next = if news.is_empty() { now } else { now.plus(BETWEEN_MAILS) };
    mailed_at(tx, (reader, article), next, false).await?;
    Ok(through.filter(|_| !news.is_empty()).map(|it| (it.clone(), news)))
}

/// Forgets what was told so long ago that it is told no more, and distances between mails that are
/// over.
pub(crate) async fn forget_told(tx: &mut Tx, now: Timestamp) -> Result<()> {
    sql("DELETE FROM follow_news WHERE told_at <= ?").bind(now.minus(TOLD_KEPT)).run(tx).await?;
    sql("DELETE FROM follow_mails WHERE waiting = FALSE AND due_at <= ?").bind(now).run(tx).await?;
    Ok(())
}

async fn mailed_at(
    tx: &mut Tx,
    (reader, article): (ReaderId, ArticleId),
    due_at: Timestamp,
    waiting: bool,
) -> Result<()> {
    sql("INSERT INTO follow_mails (reader_id, article_id, due_at, waiting) VALUES (?, ?, ?, ?)
         ON CONFLICT (reader_id, article_id) DO UPDATE SET due_at = excluded.due_at,
           waiting = excluded.waiting")
    .bind(reader)
    .bind(article)
    .bind(due_at)
    .bind(waiting)
    .run(tx)
    .await?;
    Ok(())
}
