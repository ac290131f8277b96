use accounts::policy::{self, Action};
use base::{Actor, ArticleId, Timestamp};
use store::{Event, Tx, sql};

use crate::article::{self, State};
use crate::{PublishError, Result};

/// How many stories an editor can put at the top.
pub const PLACES_MAX: usize = 12;

/// Puts these published articles at the top of the front page, in this order, and no others.
pub async fn arrange(
    tx: &mut Tx,
    actor: &Actor,
    articles: &[ArticleId],
    now: Timestamp,
) -> Result<()> {
    policy::check(actor, Action::ArrangeFront)?;
    if articles.len() > PLACES_MAX {
        return Err(PublishError::Invalid(format!(
            "The top of the front page has {PLACES_MAX} places, not {}.",
            articles.len()
        )));
    }
    sql("DELETE FROM front").run(tx).await?;
    for (place, id) in (0_i64..).zip(articles) {
        let article = article::by_id(tx, *id).await?.ok_or(PublishError::NoSuchArticle(*id))?;
        if article.state != State::Published {
            return Err(PublishError::Conflict(format!(
                "Article {id} is not published, so it cannot be on the front page."
            )));
        }
        if articles[..usize::try_from(place).unwrap_or(0)].contains(id) {
            return Err(PublishError::Invalid(format!("Article {id} is there twice.")));
        }
        sql("INSERT INTO front (place, article_id) VALUES (?, ?)")
            .bind(place)
            .bind(*id)
            .run(tx)
            .await?;
    }
    tx.append(actor, &Event::FrontArranged, now).await?;
    Ok(())
}
