use std::time::Duration;

use base::{ReaderId, ReaderSessionId, Timestamp};
use store::{Connection, FromQueryResult, StoreError, Tx, sql};

use super::{Reader, by_id};
use crate::secret;

/// How long a reader stays signed in.
pub const SESSION_LASTS: Duration = Duration::from_secs(90 * 86_400);

/// A reader in one browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Names it.
    pub id: ReaderSessionId,
    /// Whose it is.
    pub reader: Reader,
    /// Where they were about to say something when they were asked to sign in.
    pub back: String,
    /// What they were about to say; nothing once it is said.
    pub draft: String,
}

/// One session, of the list that a reader sees.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct KnownSession {
    /// Names it.
    pub id: ReaderSessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// What the browser said it is.
    pub agent: String,
}

/// The session of a cookie.
pub async fn find(
    on: &impl Connection,
    text: &str,
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ReaderSessionId,
        reader_id: ReaderId,
        back: String,
        draft: String,
    }
    let row: Option<Row> = sql("SELECT id, reader_id, back, draft FROM reader_sessions
         WHERE secret_hash = ? AND expires_at > ?")
    .bind(secret::hash(text))
    .bind(now)
    .one(on)
    .await?;
    let Some(Row { id, reader_id, back, draft }) = row else { return Ok(None) };
    let reader = by_id(on, reader_id).await?;
    Ok(reader.map(|reader| Session { id, reader, back, draft }))
}

/// The sessions of a reader, the newest first.
pub async fn of_reader(
    on: &impl Connection,
    reader: ReaderId,
    now: Timestamp,
) -> Result<Vec<KnownSession>, StoreError> {
    sql("SELECT id, created_at, agent FROM reader_sessions
         WHERE reader_id = ? AND expires_at > ? ORDER BY created_at DESC, id")
    .bind(reader)
    .bind(now)
    .all(on)
    .await
}

/// Ends one session of a reader, or with none all of them.
pub async fn end(
    tx: &mut Tx,
    reader: ReaderId,
    session: Option<ReaderSessionId>,
) -> Result<(), StoreError> {
    match session {
        Some(session) => {
            sql("DELETE FROM reader_sessions WHERE reader_id = ? AND id = ?")
                .bind(reader)
                .bind(session)
                .run(tx)
                .await?
        }
        None => sql("DELETE FROM reader_sessions WHERE reader_id = ?").bind(reader).run(tx).await?,
    };
    Ok(())
}

/// Lets go of what one was about to say: it is said.
pub async fn drop_draft(tx: &mut Tx, session: ReaderSessionId) -> Result<(), StoreError> {
    sql("UPDATE reader_sessions SET draft = '' WHERE id = ?").bind(session).run(tx).await?;
    Ok(())
}

/// Keeps what one was about to say where one may not yet.
pub async fn keep_draft(
    tx: &mut Tx,
    session: ReaderSessionId,
    (back, draft): (&str, &str),
) -> Result<(), StoreError> {
    sql("UPDATE reader_sessions SET back = ?, draft = ? WHERE id = ?")
        .bind(back)
        .bind(draft)
        .bind(session)
        .run(tx)
        .await?;
    Ok(())
}

/// Begins a session of a reader who has shown who it is, and gives what its cookie holds.
pub async fn begin(
    tx: &mut Tx,
    reader: Reader,
    (back, draft): (&str, &str),
    secret: [u8; 32],
    agent: &str,
    now: Timestamp,
) -> Result<(Session, String), StoreError> {
    sql("DELETE FROM reader_sessions WHERE expires_at <= ?").bind(now).run(tx).await?;
    let text = secret::text(secret);
    let id: ReaderSessionId = tx.new_id(now);
    sql("INSERT INTO reader_sessions
           (id, reader_id, secret_hash, created_at, expires_at, agent, back, draft)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    .bind(id)
    .bind(reader.id)
    .bind(secret::hash(&text))
    .bind(now)
    .bind(now.plus(SESSION_LASTS))
    .bind(agent.chars().take(300).collect::<String>())
    .bind(back)
    .bind(draft)
    .run(tx)
    .await?;
    let session = Session { id, reader, back: back.to_owned(), draft: draft.to_owned() };
    Ok((session, text))
}
