//! Comments on their way to the record: as many as wait become true together, with one flush of the
//! disk.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use base::{Actor, ArticleId, Clock, CommentId};
use discuss::comment::{self, External, Given, PostComment, Posted};
use discuss::commenter::{self, Who};
use discuss::{DiscussError, Story, Text};
use publish::section::Tree;
use publish::{article, section};
use store::{Store, Tx};
use tokio::sync::{mpsc, oneshot};

/// How many become true together at the most.
const TOGETHER_MAX: usize = 256;
/// How many may wait. More is a flood, and is told so.
const WAITING_MAX: usize = 4_096;

/// Takes what is said. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Speaking(mpsc::Sender<Spoken>);

/// Something that somebody says.
pub(super) struct Say {
    pub(super) actor: Actor,
    pub(super) article: ArticleId,
    pub(super) parent: Option<CommentId>,
    pub(super) who: Speaker,
    pub(super) name: String,
    pub(super) text: Text,
    pub(super) network: Option<String>,
    pub(super) proof: String,
    pub(super) external: Option<External>,
}

/// Who says it.
pub(super) enum Speaker {
    /// One of the staff.
    Staff(base::PersonId),
    /// A reader who is signed in.
    Reader(base::ReaderId),
    /// A guest, with the secret of the browser.
    Guest(String),
}

/// What became of it; nothing, where readers see no such story.
type Said = discuss::Result<Option<Posted>>;

struct Spoken {
    say: Say,
    done: oneshot::Sender<Said>,
}

impl Speaking {
    pub(crate) fn start(store: Store, clock: Arc<dyn Clock>) -> Self {
        let (sender, waiting) = mpsc::channel(WAITING_MAX);
        tokio::spawn(keep(store, clock, waiting));
        Self(sender)
    }

    /// Says it, and answers once it is on the disk.
    pub(super) async fn say(&self, say: Say) -> Said {
        let busy = || {
            DiscussError::TooMuch(
                "Very many are writing at this moment. Wait a little, and send it again.".into(),
            )
        };
        let (done, is_done) = oneshot::channel();
        self.0.try_send(Spoken { say, done }).map_err(|_| busy())?;
        is_done.await.map_err(|_| busy())?
    }
}

async fn keep(store: Store, clock: Arc<dyn Clock>, mut waiting: mpsc::Receiver<Spoken>) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, TOGETHER_MAX).await > 0 {
        let results = match keep_all(&store, clock.as_ref(), &batch).await {
            Ok(results) => results,
            // What spoils a transaction spoils it for all; alone, each is told what is wrong.
            Err(_) if batch.len() > 1 => {
                let mut results = Vec::new();
                for one in batch.chunks(1) {
                    let alone = keep_all(&store, clock.as_ref(), one).await;
                    results.extend(alone.unwrap_or_else(|error| vec![Err(error)]));
                }
                results
            }
            Err(error) => vec![Err(error)],
        };
        for (one, result) in batch.drain(..).zip(results) {
            // A browser may have gone meanwhile.
            let _ = one.done.send(result);
        }
    }
}

/// An error of one is in the list; what fails them all is the error of the whole.
async fn keep_all(
    store: &Store,
    clock: &dyn Clock,
    batch: &[Spoken],
) -> discuss::Result<Vec<Said>> {
    let mut tx = store.begin().await?;
    let (mut stories, mut given) = (Stories::default(), Given::default());
    let mut results = Vec::with_capacity(batch.len());
    for Spoken { say, .. } in batch {
        let now = clock.now();
        let (who, staff) = match &say.who {
            Speaker::Staff(person) => (Who::Person(*person), true),
            Speaker::Reader(reader) => (Who::Reader(*reader), false),
            Speaker::Guest(secret) => (Who::Guest(secret), false),
        };
        let posted = async {
            let Some((story, language)) = stories.of(&tx, say.article).await? else {
                return Ok(None);
            };
            if let Who::Guest(_) = who {
                given.takes_guests(&tx, story, now).await?;
            }
            let commenter = commenter::enter(&mut tx, who, Some(&say.name), now).await?;
            let command = PostComment {
                story,
                language,
                parent: say.parent,
                commenter: &commenter,
                staff,
                text: &say.text,
                network: say.network.as_deref(),
                proof: Some(say.proof.as_str()).filter(|it| !it.is_empty()),
                external: say.external.as_ref(),
            };
            let posted = comment::post_given(&mut tx, &mut given, &say.actor, command, now);
            posted.await.map(Some)
        }
        .await;
        match posted {
            Err(DiscussError::Store(error)) => return Err(error.into()),
            other => results.push(other),
        }
    }
    tx.commit().await?;
    Ok(results)
}

/// The stories of one transaction, each looked up for the first who writes under it.
#[derive(Default)]
struct Stories {
    sections: Option<Tree>,
    known: BTreeMap<ArticleId, Option<(Story, String)>>,
}

impl Stories {
    /// The story and its language, if readers see it.
    async fn of(&mut self, tx: &Tx, id: ArticleId) -> discuss::Result<Option<&(Story, String)>> {
        let unknown = match self.known.entry(id) {
            Entry::Occupied(known) => return Ok(known.into_mut().as_ref()),
            Entry::Vacant(unknown) => unknown,
        };
        let published = article::published(tx, id).await?;
        if self.sections.is_none() {
            self.sections = Some(section::tree(tx).await?);
        }
        let sections = self.sections.iter().flat_map(|tree| {
            let within = published.as_ref().map(|it| tree.trail(it.article.section_id));
            within.into_iter().flatten().rev().map(|section| section.id)
        });
        let sections = sections.collect();
        let told = published.map(|it| {
            let story = Story { article: id, sections, published_at: it.published_at };
            (story, it.revision.content.language)
        });
        Ok(unknown.insert(told).as_ref())
    }
}
