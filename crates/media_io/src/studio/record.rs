//! What the record says that the channel shows: it may be written on any node, and outlives a kill.

use std::sync::Arc;
use std::time::Duration;

use broadcast::captions::{self, Caption, CaptionSettings};
use broadcast::programme;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Studio, lock};

/// How often the record is asked, if nothing wakes us.
const LOOK: Duration = Duration::from_secs(1);
/// The log wakes us for whatever happens on the site; it is not asked more often than this.
const PAUSE: Duration = Duration::from_millis(50);
/// A caption that nothing was put on air for in this time has passed.
const KEPT: Duration = Duration::from_secs(60);

/// What was read of it last.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) captions: CaptionSettings,
    /// Until the channel takes it.
    pub(super) written: Vec<Caption>,
    /// What the programme is called that is on.
    pub(super) title: Option<Arc<str>>,
}

/// Follows the record until `stop`.
pub(super) async fn follow(studio: Studio, stop: CancellationToken) {
    let mut woken = studio.0.store.woken();
    let mut known: Option<i64> = None;
    loop {
        match look(&studio, known).await {
            Ok(number) => known = Some(number),
            Err(error) => tracing::warn!("The channel cannot read the record: {error}"),
        }
        let again = async {
            sleep(PAUSE).await;
            // Where nobody wakes us any more, the poll goes on.
            if woken.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = again => {}
            () = sleep(LOOK) => {}
        }
    }
}

async fn look(studio: &Studio, known: Option<i64>) -> broadcast::Result<i64> {
    let (store, channel, now) = (&studio.0.store, studio.0.channel, studio.0.clock.now());
    let settings = captions::settings(store, channel).await?;
    let mut written = match known {
        Some(number) => captions::after(store, channel, number).await?,
        // What an earlier run has shown has passed.
        None => captions::latest(store, channel, 100).await?,
    };
    let title = programme::on_now(store, channel).await?.map(|it| it.title.into());
    let newest = written.iter().map(|it| it.number).max();
    if known.is_none() {
        written.reverse();
        written.retain(|it| it.ends_at > now);
    }
    let mut desk = lock(&studio.0.desk);
    (desk.captions, desk.title) = (settings, title);
    desk.written.retain(|it| it.ends_at.plus(KEPT) > now);
    desk.written.extend(written);
    Ok(newest.or(known).unwrap_or(0))
}
