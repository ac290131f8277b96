use std::time::Duration;

use accounts::policy::Action;
use accounts::secret;
use base::{Actor, ArticleId, PreviewId, Timestamp};
use store::{Event, Tx, sql};

use crate::article::allowed;
use crate::{PublishError, Result};

/// No link shows a story for longer.
pub const LASTS_MAX: Duration = Duration::from_secs(90 * 86_400);

/// Makes a link that shows a story as it is being written, and gives what it holds: nobody can be
/// told it again.
pub async fn share(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    label: &str,
    lasts: Duration,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<String> {
    allowed(tx, actor, Action::WriteArticle, article).await?;
    let Some(person) = actor.person() else {
        return Err(PublishError::Invalid("Only a person can answer for a preview link.".into()));
    };
    if lasts > LASTS_MAX || lasts.is_zero() {
        return Err(PublishError::Invalid("A preview link lasts between 1 and 90 days.".into()));
    }
    if label.chars().count() > 200 {
        return Err(PublishError::Invalid("Say in at most 200 characters whom it is for.".into()));
    }
    let text = secret::text(secret);
    let preview: PreviewId = tx.new_id(now);
    sql("INSERT INTO previews
           (id, article_id, person_id, secret_hash, label, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)")
    .bind(preview)
    .bind(article)
    .bind(person)
    .bind(secret::hash(&text))
    .bind(label.trim())
    .bind(now)
    .bind(now.plus(lasts))
    .run(tx)
    .await?;
    tx.append(actor, &Event::PreviewShared { article, preview }, now).await?;
    Ok(text)
}
