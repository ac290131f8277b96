use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use super::{Batch, Event, Position, after};
use crate::{Result, Store};

const BATCH: i64 = 512;
/// Behind the wake-up, for notices that were lost.
const POLL: Duration = Duration::from_secs(1);
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// A cursor that only passed events of no concern is not worth a write; after so many it is, or a
/// restart would read them all again.
const UNSAVED_MAX: Position = 10_000;

/// Something that follows from the log.
#[async_trait]
pub trait Projection: Send {
    /// Names it on the command line and in the log.
    fn name(&self) -> &'static str;

    /// Whether this event concerns it.
    fn wants(&self, event: &Event) -> bool;

    /// Up to where it has followed the log.
    async fn cursor(&mut self, store: &Store) -> Result<Position>;

    /// Has the effects of these events, and moves the cursor to `batch.through` with them:
    /// together or not at all.
    async fn apply(&mut self, store: &Store, batch: Batch) -> Result<()>;

    /// Forgets all, cursor included, so that it is built anew from the log.
    async fn reset(&mut self, store: &Store) -> Result<()>;
}

/// Tells how far a projection has come on this node.
#[derive(Clone, Debug)]
pub struct Follower(watch::Receiver<Position>);

impl Follower {
    /// Waits until the effects of the event at `position` are there. `false` when the projection
    /// has stopped.
    pub async fn passed(&mut self, position: Position) -> bool {
        self.0.wait_for(|reached| *reached >= position).await.is_ok()
    }

    /// The place of the last event that was dealt with.
    pub fn position(&self) -> Position {
        *self.0.borrow()
    }
}

/// Drives `projection` for as long as the future is polled. A failure is logged and tried again:
/// the log waits.
pub fn follow(
    mut projection: Box<dyn Projection>,
    store: Store,
) -> (Follower, impl Future<Output = ()> + Send) {
    let (reached, follower) = watch::channel(0);
    let run = async move {
        let mut woken = store.woken();
        let mut standing = None;
        loop {
            woken.borrow_and_update();
            let pause = match advance(projection.as_mut(), &store, &mut standing, &reached).await {
                Ok(()) => POLL,
                Err(error) => {
                    tracing::error!("The projection {} is held up: {error}", projection.name());
                    standing = None;
                    PAUSE_AFTER_FAILURE
                }
            };
            // When the store is gone, there is nothing left to follow.
            if let Ok(Err(_)) = tokio::time::timeout(pause, woken.changed()).await {
                return;
            }
        }
    };
    (Follower(follower), run)
}

/// Brings `projection` to the end of the log, and says where that is.
pub async fn catch_up(projection: &mut dyn Projection, store: &Store) -> Result<Position> {
    let (reached, at) = watch::channel(0);
    advance(projection, store, &mut None, &reached).await?;
    Ok(*at.borrow())
}

/// Where a projection stands, and where its own cursor says so.
#[derive(Clone, Copy)]
struct Standing {
    position: Position,
    saved: Position,
}

async fn advance(
    projection: &mut dyn Projection,
    store: &Store,
    standing: &mut Option<Standing>,
    reached: &watch::Sender<Position>,
) -> Result<()> {
    let mut at = match *standing {
        Some(at) => at,
        None => {
            let cursor = projection.cursor(store).await?;
            Standing { position: cursor, saved: cursor }
        }
    };
    loop {
        reached.send_replace(at.position);
        *standing = Some(at);
        let events = after(store, at.position, BATCH).await?;
        let Some(last) = events.last() else { return Ok(()) };
        let through = last.position;
        let events: Vec<_> = events.into_iter().filter(|it| projection.wants(&it.event)).collect();
        at.position = through;
        if !events.is_empty() || through - at.saved > UNSAVED_MAX {
            projection.apply(store, Batch { events, through }).await?;
            at.saved = through;
        }
    }
}
