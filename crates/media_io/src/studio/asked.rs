//! What is asked of the record, and told it, beside the work: a database that is busy keeps no frame
//! from viewers, and brings no slate.

use std::time::Duration;

use base::StreamKeyId;
use broadcast::channel;
use broadcast::key::{self, Rank};
use broadcast::programme;
use tokio::time::timeout;

use super::{Rules, Studio};

pub(super) struct Question {
    /// The rules that hold, should the record not say.
    pub(super) rules: Rules,
    /// The keys that are in use.
    pub(super) keys: Vec<(Rank, StreamKeyId)>,
    /// That the channel has gone on air, or off.
    pub(super) news: Option<bool>,
    /// Whether it is on air, so that a programme may begin.
    pub(super) on_air: bool,
}

pub(super) struct Answer {
    pub(super) rules: Rules,
    /// Keys in use that no longer work.
    pub(super) revoked: Vec<(Rank, StreamKeyId)>,
    /// What the record did not take, to be told again.
    pub(super) untold: Option<bool>,
}

pub(super) async fn ask(studio: Studio, question: Question) -> Answer {
    let untold = match question.news {
        Some(on_air) if !note_on_air(&studio, on_air).await => Some(on_air),
        _ => None,
    };
    let mut revoked = Vec::new();
    for (rank, key) in question.keys {
        match key::works(&studio.0.store, key).await {
            Ok(true) => {}
            Ok(false) => revoked.push((rank, key)),
            Err(error) => tracing::warn!("Whether a stream key still works is not known: {error}"),
        }
    }
    let rules = rules(&studio, question.rules).await;
    if question.on_air {
        begin_what_is_due(&studio).await;
    }
    Answer { rules, revoked, untold }
}

/// What the record says of the channel, or `before`, if it cannot be asked.
pub(super) async fn rules(studio: &Studio, before: Rules) -> Rules {
    match channel::by_slug(&studio.0.store, &studio.0.slug).await {
        Ok(Some(it)) => Rules { held: it.slate_since.is_some(), still: it.slate_photo },
        Ok(None) => Rules::default(),
        Err(error) => {
            tracing::warn!("What the slate is to be is not known: {error}");
            before
        }
    }
}

/// A programme that is to begin by itself does so while the channel is on air.
async fn begin_what_is_due(studio: &Studio) {
    let begun = async {
        let (store, channel, now) = (&studio.0.store, studio.0.channel, studio.0.clock.now());
        if programme::is_due(store, channel, now).await?.is_some() {
            let mut tx = store.begin().await?;
            programme::begin_due(&mut tx, channel, now).await?;
            tx.commit().await?;
        }
        Ok::<_, broadcast::BroadcastError>(())
    };
    if let Err(error) = begun.await {
        tracing::error!("A programme that is due has not begun: {error}");
    }
}

/// Tells the record, which tells readers. Gives back whether it took it.
pub(super) async fn note_on_air(studio: &Studio, on_air: bool) -> bool {
    const PATIENCE: Duration = Duration::from_secs(5);
    let noted = async {
        let (channel, now) = (studio.0.channel, studio.0.clock.now());
        let mut tx = studio.0.store.begin().await?;
        match on_air {
            true => channel::go_on_air(&mut tx, channel, now).await?,
            false => channel::go_off_air(&mut tx, channel, now).await?,
        }
        tx.commit().await?;
        Ok::<_, broadcast::BroadcastError>(())
    };
    let noted = timeout(PATIENCE, noted).await;
    match &noted {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!("That the channel is on air or off it is not on record: {error}");
        }
        Err(_) => tracing::error!("The record did not take in time whether the channel is on air."),
    }
    matches!(noted, Ok(Ok(())))
}
