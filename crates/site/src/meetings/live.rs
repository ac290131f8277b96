//! Who is connected to which meeting, on this node.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{MeetingId, SeatId};
use store::Store;
use tokio::sync::broadcast;
use tokio::time::timeout;

use super::air::Airing;
use super::said::Sending;

/// So much may wait for a browser that reads slowly; then it is told to come again.
const TOLD_MAX: usize = 256;
/// How soon what was changed elsewhere is felt in the room, where nobody was woken for it.
const LOOKED_EVERY: Duration = Duration::from_secs(1);

/// The meetings that somebody is connected to.
#[derive(Default)]
pub(crate) struct Meetings {
    /// Held only to look one up.
    live: Mutex<BTreeMap<MeetingId, Arc<Live>>>,
}

/// One of them.
pub(super) struct Live {
    told: broadcast::Sender<Told>,
    /// Held only to look up or note.
    here: Mutex<BTreeMap<SeatId, Here>>,
    /// Held while it goes on air, or off.
    airing: tokio::sync::Mutex<Option<Airing>>,
}

/// The page that sits on a seat.
#[derive(Clone, Debug)]
pub(super) struct Here {
    pub(super) connection: u64,
    pub(super) instance: String,
    pub(super) sending: Sending,
}

/// What the connections of a meeting tell each other.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// Something is different: look.
    Changed,
    /// To be passed on as it is.
    Message { from: SeatId, to: Option<SeatId>, text: Arc<str> },
    /// The seat was taken up by another connection.
    TakenUp { seat: SeatId, connection: u64 },
}

impl Meetings {
    /// The meeting's connections, whether there are any yet or not.
    pub(super) fn enter(&self, id: MeetingId, store: &Store) -> Arc<Live> {
        let mut all = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(id).or_insert_with(|| {
            let told = broadcast::channel(TOLD_MAX).0;
            let live = Arc::new(Live { told, here: Mutex::default(), airing: Default::default() });
            tokio::spawn(look(Arc::downgrade(&live), store.clone()));
            live
        }))
    }

    /// Forgets a meeting that nobody is connected to.
    pub(super) fn leave(&self, id: MeetingId, live: &Arc<Live>) {
        let mut all = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever enters does so under the same lock.
        let alone = Arc::strong_count(live) <= 2 && live.told.receiver_count() == 0;
        if alone {
            all.remove(&id);
        }
    }
}

impl Live {
    pub(super) fn listen(&self) -> broadcast::Receiver<Told> {
        self.told.subscribe()
    }

    /// What keeps the meeting on air, if it is.
    pub(super) async fn airing(&self) -> tokio::sync::MutexGuard<'_, Option<Airing>> {
        self.airing.lock().await
    }

    /// Tells everybody who is connected; nobody is no error.
    pub(super) fn tell(&self, told: Told) {
        let _ = self.told.send(told);
    }

    /// Takes up a seat; whoever sat there from another page is told.
    pub(super) fn sit(&self, seat: SeatId, connection: u64, instance: &str) {
        let here = Here { connection, instance: instance.to_owned(), sending: Sending::default() };
        self.here.lock().unwrap_or_else(PoisonError::into_inner).insert(seat, here);
        self.tell(Told::TakenUp { seat, connection });
        self.tell(Told::Changed);
    }

    /// Leaves it, unless another connection has taken it up meanwhile.
    pub(super) fn rise(&self, seat: SeatId, connection: u64) {
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        if here.get(&seat).is_some_and(|it| it.connection == connection) {
            here.remove(&seat);
            drop(here);
            self.tell(Told::Changed);
        }
    }

    pub(super) fn sends(&self, seat: SeatId, sending: Sending) {
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(it) = here.get_mut(&seat)
            && it.sending != sending
        {
            it.sending = sending;
            drop(here);
            self.tell(Told::Changed);
        }
    }

    pub(super) fn here(&self) -> BTreeMap<SeatId, Here> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Tells the connections whenever the record has grown, for as long as there are any.
async fn look(live: std::sync::Weak<Live>, store: Store) {
    let mut woken = store.woken();
    let mut seen = store::events::head(&store).await.ok();
    loop {
        if let Ok(Err(_)) = timeout(LOOKED_EVERY, woken.changed()).await {
            return;
        }
        let Some(live) = live.upgrade() else { return };
        match store::events::head(&store).await {
            Ok(head) if Some(head) == seen => {}
            Ok(head) => {
                seen = Some(head);
                live.tell(Told::Changed);
            }
            Err(error) => tracing::warn!("A meeting does not see what changes: {error}"),
        }
    }
}
