//! Stories about meetings: which story is about which.

use base::{Actor, ArticleId, MeetingId, Timestamp};
use store::events::Touches;
use store::{Connection, Event, Tx, sql};

use crate::{Result, meeting};

/// Says which meeting a story is about, or that it is about none. Whoever calls has seen that the actor may
/// edit the story, and knows what of it readers see.
pub async fn choose(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    meeting: Option<MeetingId>,
    touches: Touches,
    now: Timestamp,
) -> Result<()> {
    sql("DELETE FROM meeting_stories WHERE article_id = ?").bind(article).run(tx).await?;
    if let Some(id) = meeting {
        meeting::known(tx, id).await?;
        sql("INSERT INTO meeting_stories (article_id, meeting_id) VALUES (?, ?)")
            .bind(article)
            .bind(id)
            .run(tx)
            .await?;
    }
    tx.append(actor, &Event::ArticleMeetingChosen { article, meeting, touches }, now).await?;
    Ok(())
}

/// The meeting that a story is about.
pub async fn meeting_of(on: &impl Connection, article: ArticleId) -> Result<Option<MeetingId>> {
    Ok(sql("SELECT meeting_id AS value FROM meeting_stories WHERE article_id = ?")
        .bind(article)
        .optional(on)
        .await?)
}

/// The stories about a meeting.
pub async fn about(on: &impl Connection, meeting: MeetingId) -> Result<Vec<ArticleId>> {
    Ok(sql(
        "SELECT article_id AS value FROM meeting_stories WHERE meeting_id = ? ORDER BY article_id",
    )
    .bind(meeting)
    .values(on)
    .await?)
}
