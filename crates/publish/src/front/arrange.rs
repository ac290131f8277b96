use accounts::policy::{self, Action};
use base::{Actor, Timestamp};
use store::{Connection, Event, Tx, sql};

use super::Place;
use crate::article::{self, State};
use crate::{PublishError, Result};

/// How many stories an editor can put at the top.
pub const PLACES_MAX: usize = 12;

/// Puts these published articles at the top of the front page, in this order, and no others.
pub async fn arrange(
    tx: &mut Tx,
    actor: &Actor,
    places: &[impl Into<Place> + Copy],
    now: Timestamp,
) -> Result<()> {
    policy::check(actor, Action::ArrangeFront)?;
    let places: Vec<Place> = places.iter().map(|place| (*place).into()).collect();
    if places.len() > PLACES_MAX {
        return Err(PublishError::Invalid(format!(
            "The top of the front page has {PLACES_MAX} places, not {}.",
            places.len()
        )));
    }
    sql("DELETE FROM front").run(tx).await?;
    for (number, Place { article: id, until }) in (0_i64..).zip(&places) {
        let article = article::by_id(tx, *id).await?.ok_or(PublishError::NoSuchArticle(*id))?;
        if article.state != State::Published {
            return Err(PublishError::Conflict(format!(
                "Article {id} is not published, so it cannot be on the front page."
            )));
        }
        let before = &places[..usize::try_from(number).unwrap_or(0)];
        if before.iter().any(|place| place.article == *id) {
            return Err(PublishError::Invalid(format!("Article {id} is there twice.")));
        }
        if until.is_some_and(|until| until <= now) {
            return Err(PublishError::Invalid(
                "A story cannot leave the top at a time that has passed. Take it out, or give a \
                 time to come."
                    .into(),
            ));
        }
        sql("INSERT INTO front (place, article_id, until) VALUES (?, ?, ?)")
            .bind(number)
            .bind(*id)
            .bind(*until)
            .run(tx)
            .await?;
    }
    tx.append(actor, &Event::FrontArranged, now).await?;
    Ok(())
}

/// Takes out what was to stay until `due`, and says how many stories that were.
pub async fn release_due(tx: &mut Tx, due: Timestamp, now: Timestamp) -> Result<u64> {
    let left = sql("DELETE FROM front WHERE until <= ?").bind(due).run(tx).await?;
    if left > 0 {
        tx.append(&Actor::System, &Event::FrontArranged, now).await?;
    }
    Ok(left)
}

/// When the next story leaves the top by itself, if any does.
pub async fn next_due(on: &impl Connection) -> Result<Option<Timestamp>> {
    Ok(sql("SELECT until AS value FROM front WHERE until IS NOT NULL ORDER BY until LIMIT 1")
        .optional(on)
        .await?)
}
