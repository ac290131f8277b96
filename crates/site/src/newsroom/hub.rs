//! Stories that are open in browsers: one room each, in memory for as long as somebody is in it.
//!
//! What a browser sends is applied to the room's document, which shows whether its author may, and
//! is then kept. Only what is kept is told to everybody, in the order of the record; so a room is a
//! follower of what was written, on this node or on another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use base::{Actor, ArticleId, Clock, PersonId};
use bytes::Bytes;
use publish::PublishError;
use publish::draft::{self, DraftId, Field, Shared};
use store::{Position, Store};
use tokio::sync::{Notify, broadcast, mpsc, oneshot};

use super::messages;

/// How many frames a browser may lag behind before it has to ask for what it lacks.
const BEHIND_MAX: usize = 1_024;
/// How many updates become true together at the most.
const TOGETHER_MAX: usize = 256;
/// How much a browser may send that has yet to be kept.
const WAITING_MAX: usize = 4_096;
/// A document that is larger is no article.
const STATE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// All rooms of this node.
pub(crate) struct Hub {
    store: Store,
    clock: Arc<dyn Clock>,
    /// Held only to find a room, or to put one in.
    rooms: Mutex<BTreeMap<ArticleId, Arc<Room>>>,
    keeper: mpsc::Sender<Kept>,
}

/// One story that is open.
pub(super) struct Room {
    pub(super) draft: DraftId,
    /// One browser's message at a time.
    inner: tokio::sync::Mutex<Inner>,
    /// What is told to every browser in the room.
    told: broadcast::Sender<Told>,
    /// Something was kept.
    kept: Arc<Notify>,
}

struct Inner {
    /// None after an update was refused: the document has taken it all the same.
    shared: Option<Shared>,
    position: Position,
    /// What each browser last said of itself, for those who come in.
    present: BTreeMap<u64, Bytes>,
}

/// A frame for every browser but the one that it came from.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) from: u64,
    pub(super) frame: Bytes,
}

/// An update on its way to the record.
struct Kept {
    draft: DraftId,
    person: PersonId,
    bytes: Vec<u8>,
    room: Arc<Notify>,
    done: oneshot::Sender<Result<(), String>>,
}

/// Why a browser's change was not taken, as a sentence.
pub(super) type Refusal = String;

impl Hub {
    pub(crate) fn start(store: Store, clock: Arc<dyn Clock>) -> Self {
        let (keeper, waiting) = mpsc::channel(WAITING_MAX);
        tokio::spawn(keep(store.clone(), Arc::clone(&clock), waiting));
        Self { store, clock, rooms: Mutex::default(), keeper }
    }

    /// The room of an article, opened if nobody is in it.
    pub(super) async fn enter(
        &self,
        actor: &Actor,
        article: ArticleId,
    ) -> Result<Arc<Room>, PublishError> {
        let mut tx = self.store.begin().await?;
        let opened = draft::open(&mut tx, actor, article, self.clock.now()).await?;
        tx.commit().await?;
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = rooms.get(&article).filter(|room| room.draft == opened.id) {
            return Ok(Arc::clone(room));
        }
        let shared = Shared::load(&opened.state, []).ok();
        let room = Arc::new(Room {
            draft: opened.id,
            inner: tokio::sync::Mutex::new(Inner {
                shared,
                position: opened.position,
                present: BTreeMap::new(),
            }),
            told: broadcast::Sender::new(BEHIND_MAX),
            kept: Arc::default(),
        });
        rooms.insert(article, Arc::clone(&room));
        drop(rooms);
        tokio::spawn(follow(self.store.clone(), Arc::downgrade(&room)));
        room.kept.notify_one();
        Ok(room)
    }

    /// Lets go of a room when nobody is in it any more, and draws together what was written.
    pub(super) async fn leave(&self, room: Arc<Room>) {
        {
            let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
            let current = rooms.get(&room.draft.article).is_some_and(|it| Arc::ptr_eq(it, &room));
            if !current || room.told.receiver_count() > 0 {
                return;
            }
            rooms.remove(&room.draft.article);
        }
        let compacted: store::Result<()> = async {
            let mut tx = self.store.begin().await?;
            if let Err(error) = draft::compact(&mut tx, room.draft).await {
                tracing::warn!("A draft was not drawn together: {error}");
                return Ok(());
            }
            tx.commit().await
        }
        .await;
        if let Err(error) = compacted {
            tracing::warn!("A draft was not drawn together: {error}");
        }
    }

    /// Takes a change from a browser: checks it, keeps it, and says when it is kept.
    pub(super) async fn take(
        &self,
        room: &Arc<Room>,
        person: PersonId,
        may: &BTreeSet<Field>,
        bytes: Vec<u8>,
    ) -> Result<(), Refusal> {
        let mut inner = room.inner.lock().await;
        let shared = self.document(&mut inner, room.draft).await?;
        let taken = shared.take(&bytes, may).map_err(|error| error.to_string());
        let taken = taken.and_then(|()| match shared.state().len() {
            length if length > STATE_BYTES_MAX => {
                Err("This story has become too long to be kept. Divide it.".to_owned())
            }
            _ => Ok(()),
        });
        if let Err(refusal) = taken {
            inner.shared = None;
            return Err(refusal);
        }
        let (done, is_done) = oneshot::channel();
        let kept = Arc::clone(&room.kept);
        let update = Kept { draft: room.draft, person, bytes, room: kept, done };
        let sent = self.keeper.send(update).await;
        let ended = || "Tribune is being stopped. Your work is kept in this browser.".to_owned();
        sent.map_err(|_| ended())?;
        let result = is_done.await.map_err(|_| ended()).flatten();
        if result.is_err() {
            inner.shared = None;
        }
        result
    }

    /// What a browser lacks that has this state vector, and what the room has, for it to say what
    /// the room lacks.
    pub(super) async fn synchronise(
        &self,
        room: &Arc<Room>,
        state_vector: &[u8],
    ) -> Result<(Vec<u8>, Vec<u8>), Refusal> {
        let mut inner = room.inner.lock().await;
        let shared = self.document(&mut inner, room.draft).await?;
        let missing = shared.missing(state_vector).map_err(|error| error.to_string())?;
        Ok((missing, shared.state_vector()))
    }

    /// The room's document, loaded anew when a refused change has spoilt it.
    async fn document<'i>(
        &self,
        inner: &'i mut Inner,
        draft: DraftId,
    ) -> Result<&'i Shared, Refusal> {
        if inner.shared.is_none() {
            let loaded =
                draft::load(&self.store, draft).await.map_err(|error| error.to_string())?;
            inner.shared = loaded;
        }
        let begun_anew = "This story was begun anew by a program. Load the page again.";
        inner.shared.as_ref().ok_or_else(|| begun_anew.to_owned())
    }
}

impl Room {
    /// Hears what is told from now on, and gives what those who are here say of themselves.
    pub(super) async fn join(&self) -> (broadcast::Receiver<Told>, Vec<Bytes>) {
        let inner = self.inner.lock().await;
        (self.told.subscribe(), inner.present.values().cloned().collect())
    }

    /// Tells the others what a browser says of itself.
    pub(super) async fn present(&self, from: u64, update: Bytes) {
        self.inner.lock().await.present.insert(from, update.clone());
        // Nobody else may be here.
        let _ = self.told.send(Told { from, frame: messages::awareness(&update) });
    }

    /// Tells the others that a browser has gone.
    pub(super) async fn gone(&self, from: u64) {
        let last = self.inner.lock().await.present.remove(&from);
        if let Some(goodbye) = last.and_then(|last| messages::goodbye(&last)) {
            let _ = self.told.send(Told { from, frame: messages::awareness(&goodbye) });
        }
    }
}

/// Tells a room what was kept, for as long as there is one.
async fn follow(store: Store, room: std::sync::Weak<Room>) {
    let mut woken = store.woken();
    let several_nodes = store.engine() == store::Engine::Postgres;
    loop {
        let Some(strong) = room.upgrade() else { return };
        let kept = Arc::clone(&strong.kept);
        let mut inner = strong.inner.lock().await;
        match draft::since(&store, strong.draft, inner.position).await {
            Ok(Some(written)) => {
                for one in written {
                    if let Some(shared) = &inner.shared
                        && shared.merge(&one.bytes).is_err()
                    {
                        inner.shared = None;
                    }
                    inner.position = one.position;
                    // Who sent it has it; to take it again changes nothing.
                    let frame = messages::update(&one.bytes);
                    let _ = strong.told.send(Told { from: 0, frame });
                }
            }
            // Begun anew: every browser is sent away, and comes back to the other document.
            Ok(None) => {
                let _ = strong.told.send(Told { from: 0, frame: Bytes::new() });
                return;
            }
            Err(error) => tracing::warn!("An open story is held up: {error}"),
        }
        drop(inner);
        drop(strong);
        if several_nodes {
            tokio::select! {
                () = kept.notified() => {}
                changed = woken.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
            }
        } else {
            // A room that nobody is in any more is let go of; this looks now and then.
            let _ = tokio::time::timeout(std::time::Duration::from_secs(30), kept.notified()).await;
        }
    }
}

/// Keeps what browsers send: as much as waits becomes true together, with one flush of the disk.
async fn keep(store: Store, clock: Arc<dyn Clock>, mut waiting: mpsc::Receiver<Kept>) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, TOGETHER_MAX).await > 0 {
        let kept = keep_all(&store, clock.as_ref(), &batch).await;
        for (one, result) in batch.drain(..).zip(kept) {
            one.room.notify_one();
            // A browser may have gone meanwhile.
            let _ = one.done.send(result);
        }
    }
}

async fn keep_all(store: &Store, clock: &dyn Clock, batch: &[Kept]) -> Vec<Result<(), String>> {
    let failed = |error: &dyn std::error::Error| {
        tracing::error!("What was written could not be kept: {error}");
        vec![
            Err("Tribune could not keep this. Your work is kept in this browser.".into());
            batch.len()
        ]
    };
    let mut tx = match store.begin().await {
        Ok(tx) => tx,
        Err(error) => return failed(&error),
    };
    let mut results = Vec::with_capacity(batch.len());
    for one in batch {
        let appended =
            draft::append(&mut tx, one.draft, Some(one.person), &one.bytes, clock.now()).await;
        match appended {
            Ok(_) => results.push(Ok(())),
            Err(PublishError::Conflict(why)) => results.push(Err(why)),
            Err(error) => return failed(&error),
        }
    }
    match tx.commit().await {
        Ok(()) => results,
        Err(error) => failed(&error),
    }
}
