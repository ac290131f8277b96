//! Stories that are open in browsers: one room each, in memory for as long as somebody is in it.
//!
//! What a browser sends is applied to the room's document, which shows whether its author may, and
//! is then kept. Only what is kept is told to everybody, in the order of the record; so a room is a
//! follower of what was written, on this node or on another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{Actor, ArticleId, Clock, PersonId, Timestamp};
use bytes::Bytes;
use publish::PublishError;
use publish::draft::{self, DraftId, Field, Shared};
use publish::note;
use store::{Position, Store};
use tokio::sync::{Notify, broadcast, mpsc, oneshot};

use super::messages;

/// How many frames a browser may lag behind before it has to ask for what it lacks.
const BEHIND_MAX: usize = 1_024;
/// How many updates become true together at the most.
const TOGETHER_MAX: usize = 256;
/// How much a browser may send that has yet to be kept.
const WAITING_MAX: usize = 4_096;
/// While somebody writes on and on, a revision is made this often.
const REVISION_EVERY: Duration = Duration::from_secs(10 * 60);
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
    /// When a revision was last made by itself, or the room was opened.
    revised_at: Timestamp,
    /// How often the notes beside the story had changed, when everybody was told; none yet.
    notes: Option<i64>,
    /// What each browser last said of itself, for those who come in.
    present: BTreeMap<u64, Bytes>,
}

/// A browser in a room, from the moment it is let in: whoever leaves then does not let go of the
/// room, or two rooms of one story would not hear of each other.
pub(super) struct Entered {
    pub(super) room: Arc<Room>,
    /// What is told from now on.
    pub(super) told: broadcast::Receiver<Told>,
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
    done: oneshot::Sender<Result<(), Refusal>>,
}

/// Why a browser's change was not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Refusal {
    /// It never will be, as this sentence says.
    Change(String),
    /// Tribune cannot now. The browser keeps what it has, and comes again.
    NotNow,
}

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
    ) -> Result<Entered, PublishError> {
        let mut tx = self.store.begin().await?;
        let opened = draft::open(&mut tx, actor, article, self.clock.now()).await?;
        tx.commit().await?;
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = rooms.get(&article).filter(|room| room.draft == opened.id) {
            return Ok(Entered::into(room));
        }
        let shared = Shared::load(&opened.state, []).ok();
        let room = Arc::new(Room {
            draft: opened.id,
            inner: tokio::sync::Mutex::new(Inner {
                shared,
                position: opened.position,
                revised_at: self.clock.now(),
                notes: None,
                present: BTreeMap::new(),
            }),
            told: broadcast::Sender::new(BEHIND_MAX),
            kept: Arc::default(),
        });
        rooms.insert(article, Arc::clone(&room));
        let entered = Entered::into(&room);
        drop(rooms);
        tokio::spawn(follow(self.store.clone(), Arc::downgrade(&room)));
        room.kept.notify_one();
        Ok(entered)
    }

    /// Something was written in a story, or beside it, and not by a socket: the room hears of it, if
    /// there is one.
    pub(super) fn written(&self, article: ArticleId) {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = rooms.get(&article) {
            room.kept.notify_one();
        }
    }

    /// Lets go of a room when nobody is in it any more, makes a revision of what was written, and
    /// draws it together.
    pub(super) async fn leave(&self, room: Arc<Room>) {
        {
            let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
            let current = rooms.get(&room.draft.article).is_some_and(|it| Arc::ptr_eq(it, &room));
            if !current || room.told.receiver_count() > 0 {
                return;
            }
            rooms.remove(&room.draft.article);
        }
        let drawn_together: publish::Result<()> = async {
            let mut tx = self.store.begin().await?;
            draft::save_unattended(&mut tx, room.draft.article, self.clock.now()).await?;
            draft::compact(&mut tx, room.draft).await?;
            Ok(tx.commit().await?)
        }
        .await;
        if let Err(error) = drawn_together {
            tracing::warn!("A draft was not drawn together: {error}");
        }
    }

    /// Makes a revision of a story that has been written for long without one.
    async fn revise(&self, article: ArticleId) {
        let revised: publish::Result<()> = async {
            let mut tx = self.store.begin().await?;
            draft::save_unattended(&mut tx, article, self.clock.now()).await?;
            Ok(tx.commit().await?)
        }
        .await;
        if let Err(error) = revised {
            tracing::warn!("No revision was made of what was written: {error}");
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
        let taken = shared.take(&bytes, may).map_err(|error| Refusal::Change(error.to_string()));
        let taken = taken.and_then(|()| match shared.state().len() {
            length if length > STATE_BYTES_MAX => {
                let too_long = "This story has become too long to be kept. Divide it.";
                Err(Refusal::Change(too_long.to_owned()))
            }
            _ => Ok(()),
        });
        if let Err(refusal) = taken {
            inner.shared = None;
            return Err(refusal);
        }
        let now = self.clock.now();
        let due = now.since(inner.revised_at) > REVISION_EVERY;
        if due {
            inner.revised_at = now;
        }
        let (done, is_done) = oneshot::channel();
        let kept = Arc::clone(&room.kept);
        let update = Kept { draft: room.draft, person, bytes, room: kept, done };
        let sent = self.keeper.send(update).await;
        sent.map_err(|_| Refusal::NotNow)?;
        // The order of the record is settled. Whoever writes beside this one need not wait for the
        // disk twice: both become true with one flush.
        drop(inner);
        let result = is_done.await.map_err(|_| Refusal::NotNow).flatten();
        if result.is_err() {
            room.inner.lock().await.shared = None;
        } else if due {
            self.revise(room.draft.article).await;
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
        let missing =
            shared.missing(state_vector).map_err(|error| Refusal::Change(error.to_string()))?;
        Ok((missing, shared.state_vector()))
    }

    /// The room's document, loaded anew when a refused change has spoilt it.
    async fn document<'i>(
        &self,
        inner: &'i mut Inner,
        draft: DraftId,
    ) -> Result<&'i Shared, Refusal> {
        if inner.shared.is_none() {
            inner.shared = draft::load(&self.store, draft).await.map_err(|error| {
                tracing::error!("An open story could not be loaded: {error}");
                Refusal::NotNow
            })?;
        }
        let begun_anew = "This story was begun anew by a program. Load the page again.";
        inner.shared.as_ref().ok_or_else(|| Refusal::Change(begun_anew.to_owned()))
    }
}

impl Entered {
    /// To be called while nobody can let go of the room.
    fn into(room: &Arc<Room>) -> Self {
        Self { room: Arc::clone(room), told: room.told.subscribe() }
    }
}

impl Room {
    /// What those who are here say of themselves.
    pub(super) async fn here(&self) -> Vec<Bytes> {
        self.inner.lock().await.present.values().cloned().collect()
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
        match note::version(&store, strong.draft.article).await {
            Ok(version) => {
                let known = inner.notes.replace(version);
                if known.is_some_and(|known| known != version) {
                    let frame = messages::told(&serde_json::json!({ "kind": "notes" }));
                    let _ = strong.told.send(Told { from: 0, frame });
                }
            }
            Err(error) => tracing::warn!("The notes of an open story are held up: {error}"),
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
            let _ = tokio::time::timeout(Duration::from_secs(30), kept.notified()).await;
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

async fn keep_all(store: &Store, clock: &dyn Clock, batch: &[Kept]) -> Vec<Result<(), Refusal>> {
    let failed = |error: &dyn std::error::Error| {
        tracing::error!("What was written could not be kept: {error}");
        vec![Err(Refusal::NotNow); batch.len()]
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
            Err(PublishError::Conflict(why)) => results.push(Err(Refusal::Change(why))),
            Err(error) => return failed(&error),
        }
    }
    match tx.commit().await {
        Ok(()) => results,
        Err(error) => failed(&error),
    }
}

#[cfg(test)]
mod tests {
    use publish::article::{self, Author, Content, CreateArticle, Kind};
    use publish::section::{self, CreateSection};
    use testkit::{TestStore, noon};
    use yrs::updates::decoder::Decode as _;
    use yrs::{Doc, ReadTxn as _, Text as _, Transact as _, Update};

    use super::*;

    #[tokio::test]
    async fn who_leaves_takes_no_room_from_who_comes_in() {
        let store = TestStore::sqlite().await;
        let app = crate::testing::app(&store);
        let story = story(&store).await;
        let (hub, operator) = (app.hub(), &Actor::Operator);
        let first = hub.enter(operator, story).await.unwrap();
        let second = hub.enter(operator, story).await.unwrap();
        drop(first.told);
        hub.leave(first.room).await;
        let third = hub.enter(operator, story).await.unwrap();
        assert!(Arc::ptr_eq(&second.room, &third.room), "both write in one room");

        let before = Arc::downgrade(&second.room);
        drop(third);
        drop(second.told);
        hub.leave(second.room).await;
        let later = hub.enter(operator, story).await.unwrap();
        assert!(
            !std::ptr::eq(before.as_ptr(), Arc::as_ptr(&later.room)),
            "an empty one is let go of"
        );
        store.close().await;
    }

    #[tokio::test]
    async fn only_what_can_never_be_kept_is_refused_for_good() {
        let store = TestStore::sqlite().await;
        let app = crate::testing::app(&store);
        let story = story(&store).await;
        let hub = app.hub();
        let Entered { room, .. } = hub.enter(&Actor::Operator, story).await.unwrap();
        let rosa = PersonId(uuid::Uuid::from_u128(1));
        let (state, _) = hub.synchronise(&room, &[0]).await.unwrap();
        let all = Field::ALL.into();

        let none = BTreeSet::new();
        let change = letter(&state);
        let refusal = hub.take(&room, rosa, &none, change.clone()).await.unwrap_err();
        assert!(matches!(refusal, Refusal::Change(_)), "{refusal:?}");

        Store::close(&store).await;
        let refusal = hub.take(&room, rosa, &all, change.clone()).await.unwrap_err();
        assert_eq!(refusal, Refusal::NotNow, "a database that is away may come back");
    }

    /// What a browser sends that writes a letter into the headline.
    fn letter(state: &[u8]) -> Vec<u8> {
        let doc = Doc::new();
        doc.transact_mut().apply_update(Update::decode_v1(state).unwrap()).unwrap();
        let before = doc.transact().state_vector();
        let headline = doc.get_or_insert_text("headline");
        headline.insert(&mut doc.transact_mut(), 0, "A");
        doc.transact().encode_state_as_update_v1(&before)
    }

    async fn story(store: &TestStore) -> ArticleId {
        let mut tx = store.begin().await.unwrap();
        let operator = &Actor::Operator;
        let command = CreateSection { path: "news".to_owned(), name: "News".to_owned() };
        let section = section::create(&mut tx, operator, command, noon()).await.unwrap();
        let rosa = accounts::person::AddPerson::author("Rosa Kern");
        let person = accounts::person::add(&mut tx, operator, rosa, noon()).await.unwrap();
        let content = Content {
            kind: Kind::News,
            language: "en".to_owned(),
            headline: "Two in one room".to_owned(),
            deck: String::new(),
            dateline: String::new(),
            byline: vec![Author { person, role: None }],
            body: document::Document::default(),
            photo: None,
            related: Vec::new(),
        };
        let command = CreateArticle { section, slug: None, content, translation_of: None };
        let story = article::create(&mut tx, operator, command, noon()).await.unwrap();
        tx.commit().await.unwrap();
        story
    }
}
