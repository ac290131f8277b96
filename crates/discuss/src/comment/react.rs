//! What readers do about a comment without answering it.

use base::{Actor, CommentId, CommenterId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use super::{Comment, State, by_id};
use crate::pace::{self, Act};
use crate::{DiscussError, Result};

const WORDS_MAX: usize = 1_000;

/// Why a comment should not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportReason {
    /// It insults somebody.
    Insult,
    /// It is against people for what they are.
    Hate,
    /// It tells what is nobody's business.
    Privacy,
    /// It sells something.
    Spam,
    /// It breaks the law.
    Illegal,
    /// Something else.
    Other,
}

impl ReportReason {
    /// Every reason, in the order of a menu.
    pub const ALL: [Self; 6] =
        [Self::Insult, Self::Hate, Self::Privacy, Self::Spam, Self::Illegal, Self::Other];

    /// Its name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Insult => "insult",
            Self::Hate => "hate",
            Self::Privacy => "privacy",
            Self::Spam => "spam",
            Self::Illegal => "illegal",
            Self::Other => "other",
        }
    }

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// A report that nobody has dealt with.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Report {
    /// The reason's name.
    pub reason: String,
    /// What the reader added.
    pub words: String,
    /// When.
    pub created_at: Timestamp,
}

/// A report as who made it takes it along.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct OwnReport {
    /// About what.
    pub comment_id: CommentId,
    /// The reason's name.
    pub reason: String,
    /// What was added.
    pub words: String,
    /// When.
    pub created_at: Timestamp,
    /// When a moderator dealt with it.
    pub settled_at: Option<Timestamp>,
}

/// Who does something about a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader<'a> {
    /// Who it is.
    pub commenter: CommenterId,
    /// The network that it comes from.
    pub network: Option<&'a str>,
}

/// Recommends a comment; once, however often it is said.
pub async fn recommend(
    tx: &mut Tx,
    actor: &Actor,
    reader: Reader<'_>,
    comment: CommentId,
    now: Timestamp,
) -> Result<Comment> {
    let commenter = reader.commenter;
    pace::count(tx, Act::Recommend, reader, now).await?;
    let known = shown(tx, comment).await?;
    if known.commenter == commenter {
        return Err(DiscussError::Invalid("This is your own comment.".into()));
    }
    let added = sql("INSERT INTO recommendations (comment_id, commenter_id) VALUES (?, ?)
         ON CONFLICT (comment_id, commenter_id) DO NOTHING")
    .bind(comment)
    .bind(commenter)
    .run(tx)
    .await?;
    counted(tx, actor, known, i64::from(added > 0), now).await
}

/// Takes a recommendation back.
pub async fn unrecommend(
    tx: &mut Tx,
    actor: &Actor,
    reader: Reader<'_>,
    comment: CommentId,
    now: Timestamp,
) -> Result<Comment> {
    let commenter = reader.commenter;
    pace::count(tx, Act::Recommend, reader, now).await?;
    let known = shown(tx, comment).await?;
    let removed = sql("DELETE FROM recommendations WHERE comment_id = ? AND commenter_id = ?")
        .bind(comment)
        .bind(commenter)
        .run(tx)
        .await?;
    counted(tx, actor, known, -i64::from(removed > 0), now).await
}

async fn counted(
    tx: &mut Tx,
    actor: &Actor,
    known: Comment,
    by: i64,
    now: Timestamp,
) -> Result<Comment> {
    if by == 0 {
        return Ok(known);
    }
    sql("UPDATE comments SET recommended = recommended + ? WHERE id = ?")
        .bind(by)
        .bind(known.id)
        .run(tx)
        .await?;
    let event = Event::CommentRecommended { article: known.article, comment: known.id };
    tx.append(actor, &event, now).await?;
    Ok(Comment { recommended: known.recommended + by, ..known })
}

/// Which of these comments a commenter recommends.
pub async fn recommended_by(
    on: &impl Connection,
    commenter: CommenterId,
    comments: &[CommentId],
) -> Result<Vec<CommentId>> {
    let found = sql("SELECT comment_id AS value FROM recommendations
         WHERE commenter_id = ? AND comment_id IN (?)")
    .bind(commenter)
    .bind_all(comments.iter().copied());
    Ok(found.values(on).await?)
}

/// Says that a comment should not stand; once for each commenter.
pub async fn report(
    tx: &mut Tx,
    actor: &Actor,
    reader: Reader<'_>,
    comment: CommentId,
    (reason, words): (ReportReason, &str),
    now: Timestamp,
) -> Result<()> {
    pace::count(tx, Act::Report, reader, now).await?;
    let known = shown(tx, comment).await?;
    let words = words.trim().replace('\0', "");
    if words.chars().count() > WORDS_MAX {
        return Err(DiscussError::Invalid(format!("Say it in at most {WORDS_MAX} letters.")));
    }
    let added = sql("INSERT INTO comment_reports
           (comment_id, commenter_id, reason, words, created_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (comment_id, commenter_id) DO NOTHING")
    .bind(comment)
    .bind(reader.commenter)
    .bind(reason.name())
    .bind(words)
    .bind(now)
    .run(tx)
    .await?;
    if added == 0 {
        return Ok(());
    }
    sql("UPDATE comments SET reports = reports + 1 WHERE id = ?").bind(comment).run(tx).await?;
    tx.append(actor, &Event::CommentReported { article: known.article, comment }, now).await?;
    Ok(())
}

/// What readers say against a comment, as far as nobody has dealt with it.
pub async fn reports_of(on: &impl Connection, comment: CommentId) -> Result<Vec<Report>> {
    let found = sql("SELECT reason, words, created_at FROM comment_reports
         WHERE comment_id = ? AND settled_at IS NULL ORDER BY created_at")
    .bind(comment);
    Ok(found.all(on).await?)
}

/// Every comment that a commenter recommends, in the order in which they were written.
pub async fn recommendations_by(
    on: &impl Connection,
    commenter: CommenterId,
) -> Result<Vec<CommentId>> {
    let found = sql("SELECT comment_id AS value FROM recommendations
         WHERE commenter_id = ? ORDER BY value")
    .bind(commenter);
    Ok(found.values(on).await?)
}

/// What a commenter has reported, in order.
pub async fn reports_by(on: &impl Connection, commenter: CommenterId) -> Result<Vec<OwnReport>> {
    let found = sql("SELECT comment_id, reason, words, created_at, settled_at FROM comment_reports
         WHERE commenter_id = ? ORDER BY created_at, comment_id")
    .bind(commenter);
    Ok(found.all(on).await?)
}

async fn shown(tx: &Tx, comment: CommentId) -> Result<Comment> {
    let known = by_id(tx, comment).await?;
    known.filter(|it| it.state == State::Shown).ok_or(DiscussError::NoSuchComment(comment))
}
