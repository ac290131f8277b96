use std::collections::BTreeMap;

use accounts::person::{self, Person};
use accounts::policy::{Action, check_on};
use base::{Actor, ArticleId, MessageId, NoteId, PersonId, Timestamp};
use store::{Connection, FromQueryResult, sql};

use super::{Message, Note, Row, Text};
use crate::Result;
use crate::article::{self, Article};

/// How many mentions are looked at, the newest first.
const MENTIONS_MAX: i64 = 200;

/// Somebody is asked for in a note, and has not seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MentionRow {
    /// The note.
    pub note: NoteId,
    /// Beside which article.
    pub article: ArticleId,
    /// The article's newest headline.
    pub headline: String,
    /// Who asks.
    pub by: PersonId,
    /// What for.
    pub text: Text,
    /// When.
    pub at: Timestamp,
}

/// The notes beside an article, in the order in which they were begun.
pub async fn of(on: &impl Connection, article: ArticleId) -> Result<Vec<Note>> {
    let rows: Vec<Row> = sql("SELECT id, article_id, person_id, epoch, anchor_start, anchor_end,
           quote, resolved_at, resolved_by
         FROM notes WHERE article_id = ? ORDER BY created_at, id")
    .bind(article)
    .all(on)
    .await?;
    let ids: Vec<NoteId> = rows.iter().map(|row| row.id).collect();
    let mut messages = messages(on, &ids).await?;
    let read = |row: Row| {
        let said = messages.remove(&row.id).unwrap_or_default();
        row.read(said)
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The note of this id.
pub async fn by_id(on: &impl Connection, id: NoteId) -> Result<Option<Note>> {
    let row: Option<Row> = sql("SELECT id, article_id, person_id, epoch, anchor_start, anchor_end,
           quote, resolved_at, resolved_by
         FROM notes WHERE id = ?")
    .bind(id)
    .one(on)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let said = messages(on, &[id]).await?.remove(&id).unwrap_or_default();
    Ok(Some(row.read(said)))
}

async fn messages(
    on: &impl Connection,
    notes: &[NoteId],
) -> Result<BTreeMap<NoteId, Vec<Message>>> {
    #[derive(FromQueryResult)]
    struct MessageRow {
        id: MessageId,
        note_id: NoteId,
        person_id: PersonId,
        text: String,
        created_at: Timestamp,
    }
    #[derive(FromQueryResult)]
    struct Unseen {
        message_id: MessageId,
        person_id: PersonId,
    }
    let rows: Vec<MessageRow> = sql("SELECT id, note_id, person_id, text, created_at
         FROM note_messages WHERE note_id IN (?) ORDER BY created_at, id")
    .bind_all(notes.iter().copied())
    .all(on)
    .await?;
    let unseen: Vec<Unseen> = sql("SELECT s.message_id, s.person_id
         FROM mentions s JOIN note_messages m ON m.id = s.message_id
         WHERE m.note_id IN (?) AND s.seen_at IS NULL ORDER BY s.message_id, s.person_id")
    .bind_all(notes.iter().copied())
    .all(on)
    .await?;
    let mut messages: BTreeMap<NoteId, Vec<Message>> = BTreeMap::new();
    for row in rows {
        let asked = unseen.iter().filter(|it| it.message_id == row.id);
        messages.entry(row.note_id).or_default().push(Message {
            unseen: asked.map(|it| it.person_id).collect(),
            id: row.id,
            person: row.person_id,
            text: Text::read(&row.text),
            at: row.created_at,
        });
    }
    Ok(messages)
}

/// Where somebody is asked for, has not looked yet, and may: the newest first.
pub async fn mentions_of(on: &impl Connection, actor: &Actor) -> Result<Vec<MentionRow>> {
    #[derive(FromQueryResult)]
    struct Found {
        note_id: NoteId,
        article_id: ArticleId,
        headline: String,
        person_id: PersonId,
        text: String,
        created_at: Timestamp,
    }
    let Some(person) = actor.person() else { return Ok(Vec::new()) };
    let rows: Vec<Found> = sql("SELECT m.note_id, n.article_id, r.headline, m.person_id, m.text,
           m.created_at
         FROM mentions s
         JOIN note_messages m ON m.id = s.message_id
         JOIN notes n ON n.id = m.note_id
         JOIN articles a ON a.id = n.article_id
         JOIN revisions r ON r.article_id = a.id AND r.number = a.newest_revision
         WHERE s.person_id = ? AND s.seen_at IS NULL AND n.resolved_at IS NULL
         ORDER BY m.created_at DESC, m.id DESC LIMIT ?")
    .bind(person)
    .bind(MENTIONS_MAX)
    .all(on)
    .await?;
    let mut readable: BTreeMap<ArticleId, bool> = BTreeMap::new();
    let mut mentions = Vec::new();
    for row in rows {
        let reads = match readable.get(&row.article_id) {
            Some(reads) => *reads,
            None => {
                let reads = reads(on, actor, row.article_id).await?;
                readable.insert(row.article_id, reads);
                reads
            }
        };
        if reads {
            mentions.push(MentionRow {
                note: row.note_id,
                article: row.article_id,
                headline: row.headline,
                by: row.person_id,
                text: Text::read(&row.text),
                at: row.created_at,
            });
        }
    }
    Ok(mentions)
}

/// Rights may have changed since the person was asked for.
async fn reads(on: &impl Connection, actor: &Actor, article: ArticleId) -> Result<bool> {
    let Some(article) = article::by_id(on, article).await? else { return Ok(false) };
    let object = article::object(on, &article).await?;
    Ok(check_on(actor, Action::LeaveNote, &object).is_ok())
}

/// Those who may be asked for in a note beside the article, by name.
pub async fn people(on: &impl Connection, article: &Article) -> Result<Vec<Person>> {
    let object = article::object(on, article).await?;
    let mut may = Vec::new();
    for person in person::staff(on).await? {
        if check_on(&person::actor(on, &person).await?, Action::LeaveNote, &object).is_ok() {
            may.push(person);
        }
    }
    Ok(may)
}

/// How often the notes beside an article have changed.
pub async fn version(on: &impl Connection, article: ArticleId) -> Result<i64> {
    let version = sql("SELECT notes AS value FROM drafts WHERE article_id = ?").bind(article);
    Ok(version.optional(on).await?.unwrap_or_default())
}
