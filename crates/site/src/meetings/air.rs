//! An open meeting as a source of the channel.
//!
//! That a meeting is on air is on record, as the agenda and the lock are: after a restart it goes on air
//! again with the first page that comes back.

use std::sync::Arc;

use base::{Actor, MeetingId, Timestamp};
use media_io::rooms;
use meet::meeting;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::acts::{Refused, Speaker};
use super::live::{Live, Told};
use super::media;
use crate::App;

const NO_CHANNEL: &str = "This server has no channel. Whoever runs it makes one by letting it listen \
    for encoders (--rtmp-listen or --srt-listen).";

/// A meeting that is on air, as long as this is kept.
pub(super) struct Airing {
    task: JoinHandle<()>,
    stops: DropGuard,
}

impl Airing {
    /// Takes it off the air. What follows may go on air at once.
    async fn ends(self) {
        drop(self.stops);
        if let Err(error) = self.task.await {
            tracing::error!("A meeting was on air until something went wrong: {error}");
        }
    }
}

impl Speaker<'_> {
    /// Puts the meeting on air, or takes it off.
    pub(super) async fn goes_on_air(
        &self,
        actor: &Actor,
        on: bool,
        now: Timestamp,
    ) -> Result<Value, Refused> {
        let mut tx = self.app.store().begin().await?;
        if on {
            meeting::go_on_air(&mut tx, actor, self.meeting, now).await?;
        } else {
            meeting::go_off_air(&mut tx, actor, self.meeting, now).await?;
        }
        tx.commit().await?;
        let done = follow(self.app, self.live, self.meeting, on).await;
        self.live.tell(Told::Changed);
        done.map(|()| json!({}))
    }
}

/// Does what the record says. Where the channel does not take the meeting, that is on record afterwards.
pub(super) async fn follow(
    app: &App,
    live: &Arc<Live>,
    meeting: MeetingId,
    on: bool,
) -> Result<(), Refused> {
    let mut airing = live.airing().await;
    let is_on = airing.as_ref().is_some_and(|it| !it.task.is_finished());
    if on == is_on {
        return Ok(());
    }
    if let Some(old) = airing.take() {
        old.ends().await;
    }
    if on {
        match start(app, live, meeting).await {
            Ok(started) => *airing = Some(started),
            Err(refused) => {
                take_off(app, meeting, &refused.sentence).await;
                return Err(refused);
            }
        }
    }
    Ok(())
}

async fn start(app: &App, live: &Arc<Live>, meeting: MeetingId) -> Result<Airing, Refused> {
    let rooms = media::rooms(app)?;
    let studio = app.studio().ok_or_else(|| Refused::sentence(NO_CHANNEL))?;
    let on_air = rooms::on_air(rooms, studio, meeting).await;
    let on_air = on_air.map_err(|refusal| Refused::sentence(refusal.to_string()))?;
    let stop = CancellationToken::new();
    let (stopped, app, live) = (stop.clone(), app.clone(), Arc::downgrade(live));
    let task = tokio::spawn(async move {
        if let Some(why) = on_air.run(stopped).await {
            take_off(&app, meeting, &why).await;
            if let Some(live) = live.upgrade() {
                live.tell(Told::Changed);
            }
        }
    });
    Ok(Airing { task, stops: stop.drop_guard() })
}

/// The channel takes it no longer.
async fn take_off(app: &App, meeting: MeetingId, why: &str) {
    tracing::info!(%meeting, "A meeting is no longer on air: {why}");
    let noted = async {
        let mut tx = app.store().begin().await?;
        meeting::go_off_air(&mut tx, &Actor::System, meeting, app.now()).await?;
        Ok::<_, meet::MeetError>(tx.commit().await?)
    };
    if let Err(error) = noted.await {
        tracing::error!("That a meeting is off the air is not on record: {error}");
    }
}
