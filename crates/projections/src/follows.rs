//! Tells readers by mail of what is said in the discussions that they follow. A projection notes
//! each comment for those who follow, and asks for one mail of each discussion; the mail is written
//! when it is due, of all that has been noted by then.

use std::sync::Arc;

use accounts::mail::{self, Mail};
use accounts::reader::{self, Reader};
use async_trait::async_trait;
use base::{ArticleId, Clock, ReaderId};
use discuss::DiscussError;
use discuss::comment::Comment;
use discuss::follow::{self, Follow};
use publish::article::{self, PublishedArticle};
use publish::site::{self, Site};
use serde::{Deserialize, Serialize};
use store::events::{Batch, Projection};
use store::jobs::Job;
use store::{Event, Position, Store, StoreError, jobs};

use crate::worker::{POLL, alive, read};

/// The jobs that write such a mail.
const JOB: &str = "follow";
const NAME: &str = "follows";
/// What could not be sent for so long is no news.
const NEWS_FOR: std::time::Duration = std::time::Duration::from_secs(2 * 86_400);

/// What a reader is told.
#[derive(Clone, Debug)]
pub struct News {
    /// The site, which says in which language.
    pub site: Site,
    /// The story.
    pub story: PublishedArticle,
    /// What is followed; it ends the mails.
    pub follow: Follow,
    /// What was said, in the order of time.
    pub comments: Vec<Comment>,
}

/// Writes mails in the site's words.
pub trait Letters: Send + Sync {
    /// The mail to `reader`: its subject, its text, and where one click ends it.
    ///
    /// # Errors
    /// As a sentence, when a word is missing.
    fn news(&self, reader: &Reader, news: &News) -> Result<(String, String, String), String>;
}

/// Notes what is said for those who follow.
#[derive(Debug, Default)]
pub struct NoteForFollowers;

#[derive(Serialize, Deserialize)]
struct Task {
    reader: ReaderId,
    article: ArticleId,
}

#[async_trait]
impl Projection for NoteForFollowers {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::CommentPosted { shown: true, .. } | Event::CommentDecided { .. })
    }

    async fn cursor(&mut self, store: &Store) -> store::Result<Position> {
        store.cursor(NAME).await
    }

    async fn apply(&mut self, store: &Store, batch: Batch) -> store::Result<()> {
        let mut tx = store.begin().await?;
        let done = tx.cursor(NAME).await?;
        for recorded in batch.events.iter().filter(|it| it.position > done) {
            let (Event::CommentPosted { comment, .. } | Event::CommentDecided { comment, .. }) =
                recorded.event
            else {
                continue;
            };
            let due = follow::note(&mut tx, comment, recorded.at).await.map_err(of_the_record)?;
            for follow::Due { reader, article, at } in due {
                let key = format!("{JOB}/{reader}/{article}/{}", recorded.position);
                let task = serde_json::json!(Task { reader, article }).to_string();
                jobs::enqueue(&mut tx, JOB, &key, &task, at).await?;
            }
        }
        tx.set_cursor(NAME, batch.through.max(done)).await?;
        tx.commit().await
    }

    /// What was told once is remembered apart, so that nobody is told again.
    async fn reset(&mut self, store: &Store) -> store::Result<()> {
        let mut tx = store.begin().await?;
        tx.set_cursor(NAME, 0).await?;
        tx.commit().await
    }
}

/// Writes one mail after the other as they fall due, for as long as the future is polled.
pub async fn write(store: Store, letters: Arc<dyn Letters>, clock: Arc<dyn Clock>) {
    let mut woken = store.woken();
    loop {
        woken.borrow_and_update();
        match write_once(&store, letters.as_ref(), &clock).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!("Mails to followers cannot be written: {error}"),
        }
        if let Ok(Err(_)) = tokio::time::timeout(POLL, woken.changed()).await {
            return;
        }
    }
}

/// Writes the next mail that is due, and says whether there was one.
pub async fn write_once(
    store: &Store,
    letters: &dyn Letters,
    clock: &Arc<dyn Clock>,
) -> Result<bool, StoreError> {
    let Some(job) = jobs::lease(store, &[JOB], clock.now()).await? else { return Ok(false) };
    if let Err(error) = alive(store, clock, &job, written(store, letters, clock, &job)).await {
        tracing::warn!("A mail to a follower was not written: {error}");
        jobs::fail(store, &job, &error.to_string(), clock.now()).await?;
    }
    Ok(true)
}

/// What is told, that it is told, and the mail become true together.
async fn written(
    store: &Store,
    letters: &dyn Letters,
    clock: &Arc<dyn Clock>,
    job: &Job,
) -> Result<(), StoreError> {
    let Task { reader, article } = read(job)?;
    let now = clock.now();
    let mut tx = store.begin().await?;
    let told = follow::tell(&mut tx, reader, article, now).await.map_err(of_the_record)?;
    let reader = reader::by_id(&tx, reader).await?;
    let story = article::published(&tx, article).await?;
    if let (Some((follow, comments)), Some(reader), Some(story)) = (told, reader, story) {
        let site = site::current(&tx).await?;
        let news = News { site, story, follow, comments };
        let (subject, text, unsubscribe) = letters
            .news(&reader, &news)
            .map_err(|why| StoreError::Unreadable { what: "mail", why })?;
        let (unsubscribe, until) = (Some(unsubscribe), now.plus(NEWS_FOR));
        let mail = Mail { to: reader.email, subject, text, unsubscribe, until };
        mail::send(&mut tx, &format!("{JOB}/{}", job.id), &mail, now).await?;
    }
    jobs::finish(&mut tx, job.id, now).await?;
    tx.commit().await
}

/// Nothing else can go wrong where nobody asks for anything.
pub(crate) fn of_the_record(error: DiscussError) -> StoreError {
    match error {
        DiscussError::Store(error) => error,
        other => StoreError::Unreadable { what: "discussion", why: other.to_string() },
    }
}
