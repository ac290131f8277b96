use accounts::policy::Action;
use base::{Actor, ArticleId, Timestamp, title_key};
use store::{Event, Tx, sql};

use super::allowed::allowed;
use super::{State, by_id, listing, ready, revision};
use crate::{PublishError, Result};

/// How an article is published.
#[derive(Clone, Copy, Debug, Default)]
pub struct Publish {
    /// The date that the article bears, when it is not the present one: for what was published
    /// elsewhere before.
    pub dated: Option<Timestamp>,
    /// When what readers see last changed in substance, when that was before the present.
    pub updated: Option<Timestamp>,
    /// Whether the change is one that readers need not be told of, such as a spelling.
    pub minor: bool,
}

/// Shows readers the newest revision.
pub async fn publish(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    how: Publish,
    now: Timestamp,
) -> Result<()> {
    let known = allowed(tx, actor, Action::PublishArticle, article).await?;
    if how.dated.is_some_and(|dated| dated > now) {
        return Err(PublishError::Invalid(
            "An article cannot bear a date that is still to come. Schedule it instead.".into(),
        ));
    }
    ready::check_revision(tx, actor, article, known.newest_revision, now).await?;
    show(tx, actor, article, known.newest_revision, how, now).await
}

/// Shows readers one revision, whoever asked for it.
pub(super) async fn show(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    number: i64,
    how: Publish,
    now: Timestamp,
) -> Result<()> {
    let known = by_id(tx, article).await?.ok_or(PublishError::NoSuchArticle(article))?;
    let shown = revision(tx, article, number).await?.ok_or_else(|| {
        PublishError::Conflict(format!("Article {article} has no revision {number}."))
    })?;
    let first = known.published_at.is_none();
    let published_at = how.dated.or(known.published_at).unwrap_or(now);
    let same = known.published_revision == Some(number) && known.state == State::Published;
    let unchanged = first || how.minor || same;
    let updated_at = how.updated.or(if unchanged { known.updated_at } else { Some(now) });
    let before = listing::touches(tx, &known).await?;
    sql("UPDATE articles SET state = ?, published_revision = ?, published_at = ?, updated_at = ?,
           scheduled_at = NULL, scheduled_revision = NULL, withdrawn_at = NULL,
           withdrawn_note = NULL, title_key = ?, touched_at = ?
         WHERE id = ?")
    .bind(State::Published.name())
    .bind(number)
    .bind(published_at)
    .bind(updated_at)
    .bind(title_key(&shown.content.headline))
    .bind(now)
    .bind(article)
    .run(tx)
    .await?;
    sql("UPDATE revisions SET shown_at = ? WHERE id = ? AND shown_at IS NULL")
        .bind(now)
        .bind(shown.id)
        .run(tx)
        .await?;
    listing::list(tx, &known, &shown.content, published_at).await?;
    let after = listing::touches_of(tx, &known, &shown.content).await?;
    let event = Event::ArticlePublished {
        article,
        revision: shown.id,
        touches: listing::joined(before, after),
    };
    tx.append(actor, &event, now).await?;
    Ok(())
}
