//! Finished pages, forgotten exactly when an event touches them.
//!
//! A page is cached with the tags of all that it shows. An event names tags, and every page that
//! bears one of them is forgotten, on every node, as soon as the log tells of it. A page whose
//! rendering began before such an event is not kept: it may show what was true before.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use base::{ArticleId, MeetingId, PersonId, PhotoId, RecordingId, SectionId, Timestamp};
use bytes::Bytes;
use moka::sync::Cache;
use store::events::{Batch, Projection, Touches, head};
use store::{Event, Position, Store};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::compress;

/// Something that a page shows, and that an event can change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    /// The site's name, its sections, its words: every page bears it.
    Site,
    /// The editor-ordered top of the front page.
    Front,
    /// What was published last, anywhere.
    Newest,
    /// What a section lists.
    Section(SectionId),
    /// What is known of a person, and what the person wrote.
    Person(PersonId),
    /// Who there is.
    People,
    /// An article, or its teaser.
    Article(ArticleId),
    /// A photo and what is said of it.
    Photo(PhotoId),
    /// What is said under an article.
    Discussion(ArticleId),
    /// How discussions are moderated.
    Discussions,
    /// What the channel will show.
    Schedule,
    /// What was on air, and can be seen again.
    Recording(RecordingId),
    /// What readers are told of a meeting.
    Meeting(MeetingId),
    /// What somebody says, wherever it is. One tag for all who have a page: hardly anybody looks at
    /// one, and a tag for each would have the cache searched for each who speaks.
    Commenters,
    /// What the search index finds alike to an article. No event names it: the index does, once it
    /// has the article.
    Alike(ArticleId),
    /// A story that is not known yet, by its title as [`base::title_key`] spells it.
    Title(String),
    /// A story that is not known yet, by its address.
    Address(String),
}

/// A page before it is compressed.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The HTTP status.
    pub status: u16,
    /// The media type, with its charset.
    pub content_type: &'static str,
    /// The page itself.
    pub body: Bytes,
    /// When what it shows last changed, where that is known.
    pub modified: Option<Timestamp>,
    /// Where to go instead, for a status that says so.
    pub location: Option<String>,
    /// All that it shows.
    pub tags: Vec<Tag>,
}

/// A finished page.
#[derive(Debug)]
pub struct Finished {
    /// As it was rendered.
    pub page: Rendered,
    /// Names the content for conditional requests, quotes included.
    pub etag: String,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

impl Finished {
    /// Names a rendered page; its compressed forms are made when they are first asked for.
    pub fn new(page: Rendered) -> Self {
        let etag = compress::etag(&page.body);
        Self { page, etag, gzip: OnceLock::new(), brotli: OnceLock::new() }
    }

    /// The body for those who accept gzip; made once.
    pub fn gzip(&self) -> &Bytes {
        self.gzip.get_or_init(|| compress::gzip(&self.page.body))
    }

    /// The body for those who accept Brotli; made once.
    pub fn brotli(&self) -> &Bytes {
        self.brotli.get_or_init(|| compress::brotli(&self.page.body))
    }

    /// What it takes of the cache, both compressed forms included.
    fn weight(&self) -> u32 {
        let body = self.page.body.len();
        u32::try_from(body + body / 2 + 2_048).unwrap_or(u32::MAX)
    }
}

/// How a page came to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It was there.
    Cache,
    /// It was rendered for this request, or for another at the same moment.
    Renderer,
}

/// The pages of this node. Cheap to clone.
#[derive(Clone)]
pub struct PageCache(Arc<Inner>);

struct Inner {
    pages: Cache<Arc<str>, Arc<Finished>>,
    /// One renderer at a time for each page: the others wait for its result. Held only to look
    /// the flight up.
    flights: Mutex<BTreeMap<Arc<str>, Flight>>,
    /// What was forgotten lately, for renderings that began before. Held only to note or ask.
    forgotten: Mutex<Forgotten>,
}

type Flight = Arc<OnceCell<Arc<Finished>>>;

/// The tags that events named, each with the count of the event that named it last.
#[derive(Default)]
struct Forgotten {
    count: u64,
    tags: BTreeMap<Tag, u64>,
    /// Tags named up to here have been dropped from the map.
    horizon: u64,
}

impl Forgotten {
    const TAGS_MAX: usize = 4_096;

    fn note(&mut self, tags: &[Tag]) {
        self.count += 1;
        if self.tags.len() > Self::TAGS_MAX {
            self.tags.clear();
            self.horizon = self.count;
        }
        for tag in tags {
            self.tags.insert(tag.clone(), self.count);
        }
    }

    /// Whether one of `tags` was named after `since`; also when that can no longer be told.
    fn any_since(&self, tags: &[Tag], since: u64) -> bool {
        since < self.horizon
            || tags.iter().any(|tag| self.tags.get(tag).is_some_and(|named| *named > since))
    }
}

impl PageCache {
    /// Keeps pages of up to `bytes_max` in all.
    pub fn new(bytes_max: u64) -> Self {
        let pages = Cache::builder()
            .weigher(|_, page: &Arc<Finished>| page.weight())
            .max_capacity(bytes_max)
            .build();
        Self(Arc::new(Inner { pages, flights: Mutex::default(), forgotten: Mutex::default() }))
    }

    /// The page at `key`, if it is there.
    pub fn get(&self, key: &str) -> Option<Arc<Finished>> {
        self.0.pages.get(key)
    }

    /// The page at `key`: as it is there, or rendered now. Of many who ask at once, one renders.
    pub async fn get_or_render<E, F>(
        &self,
        key: &str,
        render: impl FnOnce() -> F,
    ) -> Result<(Arc<Finished>, Source), E>
    where
        F: Future<Output = Result<Rendered, E>>,
    {
        if let Some(page) = self.get(key) {
            return Ok((page, Source::Cache));
        }
        let key: Arc<str> = key.into();
        let flight = Arc::clone(lock(&self.0.flights).entry(Arc::clone(&key)).or_default());
        let page = flight
            .get_or_try_init(async || {
                // Whoever waited for a renderer that has finished meanwhile finds its page.
                if let Some(page) = self.get(&key) {
                    return Ok(page);
                }
                let began = lock(&self.0.forgotten).count;
                let page = Arc::new(Finished::new(render().await?));
                self.keep(&key, &page, began);
                Ok(page)
            })
            .await
            .cloned();
        let mut flights = lock(&self.0.flights);
        if flights.get(&key).is_some_and(|current| Arc::ptr_eq(current, &flight)) {
            flights.remove(&key);
        }
        drop(flights);
        page.map(|page| (page, Source::Renderer))
    }

    /// Forgets every page that bears one of `tags`, and names them.
    pub fn forget(&self, tags: &[Tag]) -> Vec<Arc<str>> {
        // Noted under the lock under which pages are kept: a page is either seen below or not kept.
        let mut forgotten = lock(&self.0.forgotten);
        forgotten.note(tags);
        let touched: Vec<Arc<str>> = self
            .0
            .pages
            .iter()
            .filter(|(_, page)| page.page.tags.iter().any(|tag| tags.contains(tag)))
            .map(|(key, _)| (*key).clone())
            .collect();
        for key in &touched {
            self.0.pages.invalidate(key);
        }
        // Those who ask from now on must not be given what is being rendered from older data.
        lock(&self.0.flights).clear();
        touched
    }

    /// How many pages are kept, and how many bytes they are thought to take.
    pub fn size(&self) -> (u64, u64) {
        self.0.pages.run_pending_tasks();
        (self.0.pages.entry_count(), self.0.pages.weighted_size())
    }

    fn keep(&self, key: &Arc<str>, page: &Arc<Finished>, began: u64) {
        let forgotten = lock(&self.0.forgotten);
        if !forgotten.any_since(&page.page.tags, began) {
            self.0.pages.insert(Arc::clone(key), Arc::clone(page));
        }
    }
}

/// Renders pages again that were forgotten, before anybody asks.
pub trait Warm: Send + Sync {
    /// Begins to render the page at `key`, and returns at once.
    fn warm(&self, key: &str);
}

/// Follows the log for a [`PageCache`]. Its cursor is as short-lived as the cache itself.
pub struct ForgetPages {
    pages: Pages,
    position: Option<Position>,
    /// Held only to look up when a discussion's pages were forgotten last.
    paced: Arc<Mutex<BTreeMap<Tag, Pace>>>,
}

/// The pages, and who renders them again.
#[derive(Clone)]
struct Pages {
    cache: PageCache,
    warm: Option<Arc<dyn Warm>>,
}

/// When the pages of a discussion were forgotten last, and whether they are about to be again.
struct Pace {
    forgotten: Instant,
    due: bool,
}

impl Pages {
    fn forget(&self, tags: &[Tag]) {
        let mut forgotten = self.cache.forget(tags);
        if let Some(warm) = &self.warm {
            // The front page and sections have short addresses, and most readers.
            forgotten.sort_by_key(|key| (key.len(), Arc::clone(key)));
            forgotten.iter().take(ForgetPages::WARM_MAX).for_each(|key| warm.warm(key));
        }
    }
}

impl ForgetPages {
    /// The pages that are rendered again at once, at the most, after one batch of events.
    const WARM_MAX: usize = 32;

    /// A story is read while comments pour in: its pages are forgotten no more often than this.
    const PACE: Duration = Duration::from_millis(500);
    /// So many discussions are remembered before those that have been quiet are let go of.
    const PACED_MAX: usize = 1_024;

    /// Follows for `cache`, which must be empty: it begins at the log's end.
    pub fn new(cache: PageCache, warm: Option<Arc<dyn Warm>>) -> Self {
        Self { pages: Pages { cache, warm }, position: None, paced: Arc::default() }
    }

    /// Forgets the pages of a discussion, or of those who speak: now, if they were not a short while ago, or else when that
    /// while is over, together with whatever happens until then.
    fn forget_in_time(&self, tag: Tag) {
        let now = Instant::now();
        let mut paced = lock(&self.paced);
        if paced.len() > Self::PACED_MAX {
            paced.retain(|_, pace| pace.due || now - pace.forgotten < Self::PACE);
        }
        match paced.get_mut(&tag) {
            Some(pace) if pace.due => {}
            Some(pace) if now - pace.forgotten < Self::PACE => {
                pace.due = true;
                let at = pace.forgotten + Self::PACE;
                let (pages, paced) = (self.pages.clone(), Arc::clone(&self.paced));
                tokio::spawn(async move {
                    tokio::time::sleep_until(at).await;
                    let pace = Pace { forgotten: Instant::now(), due: false };
                    lock(&paced).insert(tag.clone(), pace);
                    pages.forget(&[tag]);
                });
            }
            _ => {
                paced.insert(tag.clone(), Pace { forgotten: now, due: false });
                drop(paced);
                self.pages.forget(&[tag]);
            }
        }
    }
}

#[async_trait]
impl Projection for ForgetPages {
    fn name(&self) -> &'static str {
        "page_cache"
    }

    fn wants(&self, event: &Event) -> bool {
        !tags(event).is_empty()
    }

    async fn cursor(&mut self, store: &Store) -> store::Result<Position> {
        if let Some(position) = self.position {
            return Ok(position);
        }
        let position = head(store).await?;
        // What was rendered before this moment may miss events that are before this position.
        self.pages.cache.forget(&[Tag::Site]);
        self.position = Some(position);
        Ok(position)
    }

    async fn apply(&mut self, _: &Store, batch: Batch) -> store::Result<()> {
        let mut touched: Vec<Tag> = batch.events.iter().flat_map(|it| tags(&it.event)).collect();
        touched.sort();
        touched.dedup();
        let (discussions, others): (Vec<Tag>, Vec<Tag>) = touched
            .into_iter()
            .partition(|tag| matches!(tag, Tag::Discussion(_) | Tag::Commenters));
        if !others.is_empty() {
            self.pages.forget(&others);
        }
        self.position = Some(batch.through);
        for discussion in discussions {
            self.forget_in_time(discussion);
        }
        Ok(())
    }

    async fn reset(&mut self, _: &Store) -> store::Result<()> {
        self.pages.cache.forget(&[Tag::Site]);
        Ok(())
    }
}

/// What an event changes for readers.
fn tags(event: &Event) -> Vec<Tag> {
    match event {
        // The head of every page names the sections, and says whether the channel is live.
        Event::SiteDescribed
        | Event::SectionCreated { .. }
        | Event::SectionRenamed { .. }
        | Event::ChannelDescribed { .. }
        | Event::ChannelWentOnAir { .. }
        | Event::ChannelWentOffAir { .. }
        | Event::ProgrammePlanned { on: true, .. }
        | Event::ProgrammeBegan { .. }
        | Event::ProgrammeEnded { .. } => vec![Tag::Site],
        Event::ProgrammePlanned { .. } | Event::ProgrammeCancelled { .. } => vec![Tag::Schedule],
        Event::RecordingBegan { recording, .. }
        | Event::RecordingEnded { recording, .. }
        | Event::RecordingKept { recording, .. }
        | Event::RecordingPublished { recording, .. }
        | Event::RecordingUnpublished { recording, .. }
        | Event::RecordingTrimmed { recording, .. }
        | Event::ChaptersMarked { recording, .. }
        | Event::RecordingDeleted { recording, .. } => {
            vec![Tag::Schedule, Tag::Recording(*recording)]
        }
        Event::ArticleVideoChosen { article, touches, .. } => touched(*article, touches),
        Event::ArticleMeetingChosen { article, meeting, touches } => {
            let mut tags = touched(*article, touches);
            tags.extend(meeting.map(Tag::Meeting));
            tags
        }
        // Every page leads to the meetings, once there are any that readers are told of.
        Event::MeetingAdvised { .. } | Event::RecordPublished { .. } => vec![Tag::Site],
        Event::MeetingPlanned { meeting }
        | Event::MeetingCancelled { meeting }
        | Event::PartyAdded { meeting, .. }
        | Event::PartyRenamed { meeting, .. }
        | Event::SeatRenamed { meeting, .. }
        | Event::MeetingBegan { meeting }
        | Event::MeetingEnded { meeting }
        | Event::SeatAdmitted { meeting, .. }
        | Event::AgendaItemMarked { meeting, .. }
        | Event::OfficialPhotoReleased { meeting, .. }
        | Event::OutcomesWritten { meeting }
        | Event::ReadoutReleased { meeting, .. } => vec![Tag::Meeting(*meeting)],
        Event::FrontArranged => vec![Tag::Front],
        Event::PersonAdded { .. } => vec![Tag::People],
        Event::PersonDescribed { person } => vec![Tag::People, Tag::Person(*person)],
        Event::ArticlePublished { article, touches, .. }
        | Event::ArticleWithdrawn { article, touches }
        | Event::ArticleMoved { article, touches }
        | Event::ArticleCorrected { article, touches, .. } => {
            let mut tags = touched(*article, touches);
            if !touches.sections.is_empty() {
                tags.push(Tag::Newest);
            }
            tags
        }
        Event::CommentPosted { article, shown: true, .. }
        | Event::CommentEdited { article, .. }
        | Event::CommentRemoved { article, .. }
        | Event::CommentDecided { article, .. }
        | Event::CommentDecisionUndone { article, .. }
        | Event::CommentFeatured { article, .. }
        | Event::CommentRecommended { article, .. }
        // A discussion that is closed takes what was said in it from the pages of those who said it.
        | Event::DiscussionRuled { article: Some(article), .. } => {
            vec![Tag::Discussion(*article), Tag::Commenters]
        }
        Event::CommentPosted { shown: false, .. } => Vec::new(),
        // Beside each of their comments the name, and whether it leads anywhere.
        Event::CommenterRenamed { articles, .. } | Event::CommenterJoined { articles, .. } => {
            let discussions = articles.iter().copied().map(Tag::Discussion);
            discussions.chain([Tag::Commenters]).collect()
        }
        Event::DiscussionRuled { article: None, .. } => vec![Tag::Discussions],
        Event::RenditionsMade { photo, .. } => vec![Tag::Photo(*photo)],
        Event::PhotoDescribed { photo, .. } => vec![Tag::Photo(*photo)],
        Event::RoleGranted { .. }
        | Event::PersonSuspended { .. }
        | Event::PersonRestored { .. }
        | Event::PersonInvited { .. }
        | Event::InvitationAccepted { .. }
        | Event::InvitationRevoked { .. }
        | Event::SignedIn { .. }
        | Event::SignInFailed { .. }
        | Event::SessionEnded { .. }
        | Event::PasswordSet { .. }
        | Event::AuthenticatorAdded { .. }
        | Event::RecoveryCodesMade { .. }
        | Event::RecoveryCodeUsed { .. }
        | Event::PasskeyAdded { .. }
        | Event::PasskeyRemoved { .. }
        | Event::IdentityLinked { .. }
        | Event::IdentityUnlinked { .. }
        | Event::TokenAdded { .. }
        | Event::TokenRevoked { .. }
        | Event::ArticleCreated { .. }
        | Event::ArticleRevised { .. }
        | Event::RevisionNamed { .. }
        | Event::ArticleStaged { .. }
        | Event::ArticleAssigned { .. }
        | Event::AssignmentFinished { .. }
        | Event::AssignmentTakenAway { .. }
        | Event::ArticleScheduled { .. }
        | Event::ArticleUnscheduled { .. }
        | Event::PreviewShared { .. }
        | Event::PreviewRevoked { .. }
        | Event::ArticleHeldBack { .. }
        | Event::NoteWritten { .. }
        | Event::NoteAnswered { .. }
        | Event::NoteResolved { .. }
        | Event::NoteReopened { .. }
        | Event::CommentReported { .. }
        | Event::CommentAppealed { .. }
        | Event::CommenterBanned { .. }
        | Event::CommenterNoted { .. }
        | Event::CommenterWatched { .. }
        // It goes with the pictures.
        | Event::CaptionWritten { .. }
        // Of the room, and of those in it.
        | Event::SeatAdded { .. }
        | Event::SeatTakenAway { .. }
        | Event::SeatsInvited { .. }
        | Event::MeetingWentOnAir { .. }
        | Event::MeetingWentOffAir { .. }
        | Event::MeetingLocked { .. }
        | Event::SeatRefused { .. }
        | Event::SeatRemoved { .. }
        | Event::SeatFreed { .. }
        | Event::CodeConfirmed { .. }
        | Event::OfficialPhotoProposed { .. }
        | Event::OfficialPhotoJudged { .. }
        // What is not taken changes no page.
        | Event::NetworkBanned { .. }
        | Event::DiscussionWordsSet
        | Event::ReaderJoined { .. }
        | Event::ReaderLeft { .. }
        | Event::ReaderPasskeyAdded { .. }
        | Event::ReaderPasskeyRemoved { .. }
        | Event::ReaderIdentityLinked { .. }
        | Event::ReaderIdentityUnlinked { .. }
        | Event::DiscussionFollowed { .. }
        | Event::SlateShown { .. }
        | Event::SlateHidden { .. }
        | Event::StreamKeyMade { .. }
        | Event::StreamKeyRevoked { .. }
        | Event::PhotoAdded { .. }
        | Event::PhotoReplaced { .. }
        | Event::Unknown => Vec::new(),
    }
}

fn touched(article: ArticleId, touches: &Touches) -> Vec<Tag> {
    let mut tags = vec![Tag::Article(article)];
    tags.extend(touches.sections.iter().copied().map(Tag::Section));
    tags.extend(touches.people.iter().copied().map(Tag::Person));
    tags.extend(touches.translations.iter().copied().map(Tag::Article));
    tags.extend(touches.titles.iter().cloned().map(Tag::Title));
    tags.extend(touches.addresses.iter().cloned().map(Tag::Address));
    tags
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::oneshot;

    use super::*;

    fn page(body: &'static str, tags: &[Tag]) -> Rendered {
        Rendered {
            status: 200,
            content_type: "text/plain",
            body: Bytes::from_static(body.as_bytes()),
            modified: None,
            location: None,
            tags: tags.to_vec(),
        }
    }

    async fn ask(cache: &PageCache, key: &str, body: &'static str, tag: Tag) -> (Bytes, Source) {
        let render = async || Ok::<_, Infallible>(page(body, &[tag]));
        let Ok((page, source)) = cache.get_or_render(key, render).await;
        (page.page.body.clone(), source)
    }

    #[tokio::test]
    async fn a_page_is_forgotten_by_its_tags_and_no_others() {
        let cache = PageCache::new(1 << 20);
        ask(&cache, "/", "old", Tag::Front).await;
        cache.forget(&[Tag::Newest]);
        assert_eq!(ask(&cache, "/", "new", Tag::Front).await, ("old".into(), Source::Cache));
        assert_eq!(cache.forget(&[Tag::Front]), [Arc::from("/")]);
        assert_eq!(ask(&cache, "/", "new", Tag::Front).await, ("new".into(), Source::Renderer));
    }

    #[tokio::test(start_paused = true)]
    async fn a_story_is_forgotten_twice_a_second_while_comments_pour_in() {
        let cache = PageCache::new(1 << 20);
        let follower = ForgetPages::new(cache.clone(), None);
        let tag = || Tag::Discussion(ArticleId(uuid::Uuid::nil()));
        let (began, mut renders) = (Instant::now(), 0);
        for _ in 0..200 {
            follower.forget_in_time(tag());
            let (_, source) = ask(&cache, "/story", "page", tag()).await;
            renders += usize::from(source == Source::Renderer);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(Instant::now() - began, Duration::from_secs(2));
        assert!((4..=5).contains(&renders), "{renders}");
        // The last one is seen without another to push it.
        tokio::time::sleep(ForgetPages::PACE).await;
        assert_eq!(ask(&cache, "/story", "last", tag()).await.1, Source::Renderer);
    }

    #[tokio::test]
    async fn of_many_who_ask_at_once_one_renders() {
        let cache = PageCache::new(1 << 20);
        let renders = Arc::new(AtomicUsize::new(0));
        let (release, gate) = oneshot::channel::<()>();
        let gate = Arc::new(tokio::sync::Mutex::new(Some(gate)));
        let ask = || {
            let (cache, renders, gate) = (cache.clone(), Arc::clone(&renders), Arc::clone(&gate));
            tokio::spawn(async move {
                let render = async || {
                    renders.fetch_add(1, Ordering::SeqCst);
                    if let Some(gate) = gate.lock().await.take() {
                        gate.await.ok();
                    }
                    Ok::<_, Infallible>(page("body", &[Tag::Site]))
                };
                cache.get_or_render("/", render).await.map(|(page, _)| page.page.body.clone())
            })
        };
        let readers: Vec<_> = (0..16).map(|_| ask()).collect();
        tokio::task::yield_now().await;
        release.send(()).unwrap();
        for reader in readers {
            assert_eq!(reader.await.unwrap().unwrap(), "body");
        }
        assert_eq!(renders.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_was_rendered_across_an_event_is_not_kept() {
        let cache = PageCache::new(1 << 20);
        let render = async || {
            cache.forget(&[Tag::Newest]);
            Ok::<_, Infallible>(page("before", &[Tag::Newest]))
        };
        let Ok((page, _)) = cache.get_or_render("/", render).await;
        assert_eq!(page.page.body, "before");
        let after = ask(&cache, "/", "after", Tag::Newest).await;
        assert_eq!(after, ("after".into(), Source::Renderer));
    }

    #[tokio::test]
    async fn who_asks_after_an_event_never_joins_a_rendering_from_before_it() {
        let cache = PageCache::new(1 << 20);
        let (release, gate) = oneshot::channel::<()>();
        let (begun, began) = oneshot::channel::<()>();
        let old = tokio::spawn({
            let cache = cache.clone();
            async move {
                let render = async || {
                    begun.send(()).ok();
                    gate.await.ok();
                    Ok::<_, Infallible>(page("before", &[Tag::Newest]))
                };
                cache.get_or_render("/", render).await.map(|(page, _)| page.page.body.clone())
            }
        });
        began.await.unwrap();
        cache.forget(&[Tag::Newest]);
        let after = ask(&cache, "/", "after", Tag::Newest).await;
        assert_eq!(after, ("after".into(), Source::Renderer));
        release.send(()).unwrap();
        assert_eq!(old.await.unwrap().unwrap(), "before");
        assert_eq!(ask(&cache, "/", "later", Tag::Newest).await.0, "after");
    }
}
