use accounts::policy::Action;
use base::{Actor, ArticleId, RecordingId, Timestamp};
use store::events::Touches;
use store::{Connection, Event, Tx, sql};

use super::allowed::{allowed, touch};
use super::listing;
use crate::Result;

/// Has a recording lead a story, or none any more. Readers of a published story see it at once.
pub async fn choose_video(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    recording: Option<RecordingId>,
    now: Timestamp,
) -> Result<()> {
    let known = allowed(tx, actor, Action::PublishArticle, article).await?;
    sql("DELETE FROM article_videos WHERE article_id = ?").bind(article).run(tx).await?;
    if let Some(recording) = recording {
        sql("INSERT INTO article_videos (article_id, recording_id) VALUES (?, ?)")
            .bind(article)
            .bind(recording)
            .run(tx)
            .await?;
    }
    touch(tx, article, now).await?;
    let touches = listing::touches(tx, &known).await?;
    tx.append(actor, &Event::ArticleVideoChosen { article, recording, touches }, now).await?;
    Ok(())
}

/// Notes that something beside a story changes that its readers see with it, such as the meeting that it is
/// about, and says what shows the story.
pub async fn tie(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    now: Timestamp,
) -> Result<Touches> {
    let known = allowed(tx, actor, Action::PublishArticle, article).await?;
    touch(tx, article, now).await?;
    listing::touches(tx, &known).await
}

/// The recording that leads a story; readers may not see it at the moment.
pub async fn video(on: &impl Connection, article: ArticleId) -> Result<Option<RecordingId>> {
    Ok(sql("SELECT recording_id AS value FROM article_videos WHERE article_id = ?")
        .bind(article)
        .optional(on)
        .await?)
}
