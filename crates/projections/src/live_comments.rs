//! Tells those who read a discussion what is new in it, on every node, as soon as the log does.
//!
//! A reader is told which comments have appeared and how many there are now, never what they say:
//! thousands are told the same few bytes. They are server-sent events (HTML Living Standard §9.2),
//! written once for all who listen:
//!
//! ```text
//! event: comment
//! id: 4711
//! data: {"count":12,"comments":[{"id":"…"}]}
//! ```
//!
//! The id is a position in the log. Whoever comes back with it is told all that happened since. Who
//! was away for longer than this node remembers is told `"more":true`, and reads the page again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use base::{ArticleId, CommentId};
use bytes::Bytes;
use serde::Serialize;
use store::events::{Batch, Projection, after, head};
use store::{Event, Position, Store};
use tokio::sync::{broadcast, watch};

use crate::follows::of_the_record;

/// So much of what happened lately is remembered, for those who come back.
const REMEMBERED: usize = 4_096;
/// So many events of the log are read when a node starts, for those who were here before.
const READ_AT_START: i64 = 4_096;
/// Who is so many messages behind reads too slowly to be told each.
const BEHIND_MAX: usize = 16;
/// So many comments stand in one message.
const NAMED_MAX: usize = 50;
/// After telling anybody, whatever happens in this time is told together: fifty comments a second
/// would else be fifty messages to each of thousands.
const TOGETHER: Duration = Duration::from_millis(150);
const SILENCE_MAX: Duration = Duration::from_secs(25);

/// Those who listen on this node. Cheap to clone.
#[derive(Clone)]
pub struct LiveComments(Arc<Inner>);

struct Inner {
    /// Held only to look something up, or to hand messages over.
    state: Mutex<State>,
    /// Whether what happened before this node started has been read.
    ready: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    channels: BTreeMap<ArticleId, broadcast::Sender<Bytes>>,
    /// What happened, in the order of the log.
    recent: VecDeque<Happened>,
    /// Everything after this position is in `recent`.
    whole_after: Position,
    /// Everything up to this position has been told.
    told: Position,
    /// Nobody is told anything any more.
    ended: bool,
}

#[derive(Clone, Copy)]
struct Happened {
    position: Position,
    article: ArticleId,
    /// The comment that has appeared; none when one has gone.
    appeared: Option<CommentId>,
}

/// Somebody who listens.
pub struct Listener {
    /// What was missed.
    missed: Option<Bytes>,
    receiver: Option<broadcast::Receiver<Bytes>>,
}

impl Default for LiveComments {
    fn default() -> Self {
        Self(Arc::new(Inner { state: Mutex::default(), ready: watch::Sender::new(false) }))
    }
}

impl LiveComments {
    /// Listens to what is said under an article, `after` a position in the log or from now on.
    pub async fn listen(
        &self,
        store: &Store,
        article: ArticleId,
        after: Option<Position>,
    ) -> store::Result<Listener> {
        // It ends with the node only, which is there as long as we are.
        let _ = self.0.ready.subscribe().wait_for(|ready| *ready).await;
        let count = count(store, article).await?;
        let mut state = self.lock();
        if state.ended {
            return Ok(Listener { missed: None, receiver: None });
        }
        let missed = after.and_then(|after| state.since(article, after, count));
        let channel = state.channels.entry(article);
        let channel = channel.or_insert_with(|| broadcast::channel(BEHIND_MAX).0);
        Ok(Listener { missed, receiver: Some(channel.subscribe()) })
    }

    /// How many listen.
    pub fn listening(&self) -> usize {
        self.lock().channels.values().map(broadcast::Sender::receiver_count).sum()
    }

    /// Lets everybody go: the node stops.
    pub fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        state.channels.clear();
        self.0.ready.send_replace(true);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// The next message, or a line that says nothing, after so long a silence that a proxy would
    /// take the connection for a dead one. None once the node stops.
    pub async fn next(&mut self) -> Option<Bytes> {
        if let Some(missed) = self.missed.take() {
            return Some(missed);
        }
        match tokio::time::timeout(SILENCE_MAX, self.receiver.as_mut()?.recv()).await {
            Ok(Ok(message)) => Some(message),
            // It ends here; who comes back with the last id is told what was missed.
            Ok(Err(_)) => None,
            Err(_) => Some(Bytes::from_static(b":\n\n")),
        }
    }
}

impl State {
    /// What happened under an article since then, as one message.
    fn since(&self, article: ArticleId, after: Position, count: i64) -> Option<Bytes> {
        if after >= self.told {
            return None;
        }
        let here = self.recent.iter().filter(|it| it.position > after && it.article == article);
        let here: Vec<Happened> = here.copied().collect();
        let forgotten = after < self.whole_after;
        (forgotten || !here.is_empty()).then(|| message(self.told, count, &here, forgotten))
    }

    fn remember(&mut self, happened: &[Happened], through: Position) {
        self.recent.extend(happened);
        while self.recent.len() > REMEMBERED {
            let oldest = self.recent.pop_front();
            self.whole_after = oldest.map_or(self.whole_after, |it| it.position);
        }
        self.told = through;
    }
}

/// One server-sent event.
fn message(id: Position, count: i64, happened: &[Happened], forgotten: bool) -> Bytes {
    #[derive(Serialize)]
    struct Data {
        count: i64,
        comments: Vec<Named>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        more: bool,
    }
    #[derive(Serialize)]
    struct Named {
        id: CommentId,
    }
    let appeared = happened.iter().filter_map(|it| it.appeared);
    let comments: Vec<Named> = appeared.map(|id| Named { id }).take(NAMED_MAX + 1).collect();
    let more = forgotten || comments.len() > NAMED_MAX;
    let data = Data { count, comments: if more { Vec::new() } else { comments }, more };
    let data = serde_json::to_string(&data).unwrap_or_default();
    Bytes::from(format!("event: comment\nid: {id}\ndata: {data}\n\n"))
}

/// Follows the log for [`LiveComments`].
pub struct TellReaders {
    live: LiveComments,
    position: Option<Position>,
}

impl TellReaders {
    /// Follows for those who listen there.
    pub fn new(live: LiveComments) -> Self {
        Self { live, position: None }
    }
}

#[async_trait]
impl Projection for TellReaders {
    fn name(&self) -> &'static str {
        "live_comments"
    }

    fn wants(&self, event: &Event) -> bool {
        happened(0, event).is_some() || withdrawn(event).is_some()
    }

    async fn cursor(&mut self, store: &Store) -> store::Result<Position> {
        if let Some(position) = self.position {
            return Ok(position);
        }
        let head = head(store).await?;
        let begin = (head - READ_AT_START).max(0);
        let before = after(store, begin, READ_AT_START).await?;
        let through = before.last().map_or(head, |it| it.position);
        let before = before.iter().filter_map(|it| happened(it.position, &it.event));
        let mut state = self.live.lock();
        (state.recent, state.whole_after) = (VecDeque::new(), begin);
        state.remember(&before.collect::<Vec<_>>(), through);
        self.live.0.ready.send_replace(true);
        self.position = Some(through);
        Ok(through)
    }

    async fn apply(&mut self, store: &Store, batch: Batch) -> store::Result<()> {
        let all = batch.events.iter().filter_map(|it| happened(it.position, &it.event));
        let all: Vec<Happened> = all.collect();
        let mut articles: Vec<ArticleId> = {
            let state = self.live.lock();
            let heard = |it: &Happened| state.channels.contains_key(&it.article);
            all.iter().filter(|it| heard(it)).map(|it| it.article).collect()
        };
        articles.sort_unstable();
        articles.dedup();
        let mut counts = Vec::with_capacity(articles.len());
        for article in articles {
            counts.push((article, count(store, article).await?));
        }
        let told = !counts.is_empty();
        {
            let mut state = self.live.lock();
            state.remember(&all, batch.through);
            for (article, count) in counts {
                let here: Vec<Happened> =
                    all.iter().filter(|it| it.article == article).copied().collect();
                let message = message(batch.through, count, &here, false);
                let heard = state.channels.get(&article).is_some_and(|it| it.send(message).is_ok());
                if !heard {
                    state.channels.remove(&article);
                }
            }
            // Who comes back is told that there is no such story.
            for gone in batch.events.iter().filter_map(|it| withdrawn(&it.event)) {
                state.channels.remove(&gone);
            }
        }
        self.position = Some(batch.through);
        if told {
            tokio::time::sleep(TOGETHER).await;
        }
        Ok(())
    }

    async fn reset(&mut self, _: &Store) -> store::Result<()> {
        Ok(())
    }
}

/// What an event changes of what readers of a discussion see.
fn happened(position: Position, event: &Event) -> Option<Happened> {
    let (article, appeared) = match event {
        Event::CommentPosted { article, comment, shown: true } => (*article, Some(*comment)),
        Event::CommentDecided { article, comment, decision } => {
            (*article, Some(*comment).filter(|_| decision == "approve"))
        }
        Event::CommentRemoved { article, .. } | Event::CommentDecisionUndone { article, .. } => {
            (*article, None)
        }
        _ => return None,
    };
    Some(Happened { position, article, appeared })
}

fn withdrawn(event: &Event) -> Option<ArticleId> {
    match event {
        Event::ArticleWithdrawn { article, .. } => Some(*article),
        _ => None,
    }
}

/// How many comments readers are shown under an article.
async fn count(store: &Store, article: ArticleId) -> store::Result<i64> {
    discuss::comment::shown_count(store, article).await.map_err(of_the_record)
}

#[cfg(test)]
mod tests {
    use base::{Actor, Timestamp};
    use discuss::comment::{self, About, Decision, PostComment, Seen};
    use discuss::commenter::{self, Who};
    use discuss::rule::{self, Mode, Rule, Scope};
    use discuss::{Story, Text};
    use store::events::follow;
    use testkit::{TestStore, noon, on_both_engines};

    use super::*;

    /// A node whose readers are told.
    fn node(store: &TestStore) -> LiveComments {
        let live = LiveComments::default();
        let (_, run) = follow(Box::new(TellReaders::new(live.clone())), (**store).clone());
        tokio::spawn(run);
        live
    }

    async fn story(store: &TestStore) -> Story {
        let mut tx = store.begin().await.unwrap();
        let article = tx.new_id(noon());
        let rule = Rule { mode: Some(Mode::After), ..Rule::default() };
        let story = Story { article, sections: Vec::new(), published_at: noon() };
        rule::set(&mut tx, &Actor::Operator, Scope::Story(article), &[], rule, noon())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        story
    }

    /// Somebody new says something.
    async fn say(store: &TestStore, story: &Story, words: &str, now: Timestamp) -> CommentId {
        let mut tx = store.begin().await.unwrap();
        let commenter =
            commenter::enter(&mut tx, Who::Guest(words), Some("Rosa"), now).await.unwrap();
        let command = PostComment {
            story,
            language: "en",
            parent: None,
            commenter: &commenter,
            staff: false,
            text: &Text::parse(words).unwrap(),
            network: None,
            external: None,
            proof: None,
        };
        let posted = comment::post(&mut tx, &Actor::Reader, command, now).await.unwrap();
        tx.commit().await.unwrap();
        posted.id
    }

    /// What is told until these comments are, without what else was; and the last id.
    async fn hears(listener: &mut Listener, wanted: &[CommentId]) -> Position {
        let (mut heard, mut last) = (String::new(), 0);
        while !wanted.iter().all(|id| heard.contains(&id.to_string())) {
            let message = listener.next().await.expect("nobody is let go of yet");
            let message = String::from_utf8(message.to_vec()).unwrap();
            let id = message.lines().find_map(|line| line.strip_prefix("id: ")).unwrap();
            last = id.parse().unwrap();
            heard.push_str(&message);
        }
        last
    }

    on_both_engines! {
        async fn what_appears_is_told_on_every_node(store: &TestStore) {
            let story = story(store).await;
            let nodes = [node(store), node(store)];
            let mut listeners = Vec::new();
            for node in &nodes {
                listeners.push(node.listen(store, story.article, None).await.unwrap());
            }
            let one = say(store, &story, "One", noon()).await;
            let two = say(store, &story, "Two", noon()).await;
            for listener in &mut listeners {
                hears(listener, &[one, two]).await;
            }
        }

        async fn what_goes_changes_the_count_alone(store: &TestStore) {
            let story = story(store).await;
            let one = say(store, &story, "One", noon()).await;
            let node = node(store);
            let mut listener = node.listen(store, story.article, None).await.unwrap();
            let mut tx = store.begin().await.unwrap();
            let decision = Decision::PutBack;
            let about = About { comment: one, sections: Vec::new(), seen: Seen::default() };
            comment::decide(&mut tx, &Actor::Operator, &about, &decision, noon()).await.unwrap();
            tx.commit().await.unwrap();
            let told = String::from_utf8(listener.next().await.unwrap().to_vec()).unwrap();
            assert!(told.contains(r#"{"count":0,"comments":[]}"#), "{told}");
        }

        async fn who_comes_back_misses_nothing_even_after_a_restart(store: &TestStore) {
            let story = story(store).await;
            let first = node(store);
            let mut listener = first.listen(store, story.article, None).await.unwrap();
            let one = say(store, &story, "One", noon()).await;
            let last = hears(&mut listener, &[one]).await;
            first.end();
            assert!(listener.next().await.is_none(), "it is let go of");
            let two = say(store, &story, "Two", noon()).await;
            let second = node(store);
            let mut listener = second.listen(store, story.article, Some(last)).await.unwrap();
            let three = say(store, &story, "Three", noon()).await;
            let mut told = String::new();
            while !told.contains(&three.to_string()) {
                let message = listener.next().await.unwrap();
                told.push_str(std::str::from_utf8(&message).unwrap());
            }
            assert!(told.contains(&two.to_string()), "{told}");
            assert!(!told.contains(&one.to_string()), "it was told before: {told}");
        }

        async fn who_was_away_too_long_is_told_to_read_again(store: &TestStore) {
            let story = story(store).await;
            let node = node(store);
            let mut tx = store.begin().await.unwrap();
            for _ in 0..=READ_AT_START {
                tx.append(&Actor::System, &Event::FrontArranged, noon()).await.unwrap();
            }
            tx.commit().await.unwrap();
            drop(node.listen(store, story.article, None).await.unwrap());
            let later = self::node(store);
            let mut listener = later.listen(store, story.article, Some(1)).await.unwrap();
            let told = String::from_utf8(listener.next().await.unwrap().to_vec()).unwrap();
            assert!(told.contains(r#""more":true"#), "{told}");
        }
    }
}
