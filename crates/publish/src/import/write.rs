//! Drafts into the record: many articles in one change, each of them whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use accounts::person::{self, AddPerson};
use base::{Actor, ArticleId, PersonId, PhotoId, SectionId, Timestamp, title_key};
use store::{Files, Store, Tx, sql};

use super::front::PhotoWords;
use super::read::{Draft, PhotoOnDisk, Read};
use super::recognise::{recognise, source_of};
use super::report::{Notice, Progress, Report};
use crate::article::{
    self, Article, Author, Content, CreateArticle, Kind, LeadPhoto, Publish, Related, State,
};
use crate::photo::{self, DescribePhoto, Prepared};
use crate::{PublishError, Result, section};

pub(super) struct Writer<'a> {
    store: &'a Store,
    files: &'a Files,
    actor: &'a Actor,
    now: Timestamp,
    progress: &'a mut (dyn FnMut(Progress) + Send),
    reached: Progress,
    /// By the name's key.
    people: BTreeMap<String, PersonId>,
    /// By path, as front matter spells it.
    sections: BTreeMap<String, SectionId>,
    /// By the hash of the file.
    photos: BTreeMap<String, PhotoId>,
    /// By what the files of a story's translations have in common.
    stories: BTreeMap<String, ArticleId>,
    /// Every article that a file of this run is.
    met: BTreeSet<ArticleId>,
}

/// What one article added, remembered only when it stays.
#[derive(Default)]
struct Added {
    people: BTreeMap<String, PersonId>,
    sections: BTreeMap<String, SectionId>,
    photos: BTreeMap<String, PhotoId>,
    /// The lead photo, when it was known before.
    known_lead: Option<(PhotoId, DescribePhoto)>,
    notices: Vec<Notice>,
}

enum Outcome {
    Taken,
    Revised,
}

impl<'a> Writer<'a> {
    pub(super) async fn new(
        store: &'a Store,
        files: &'a Files,
        actor: &'a Actor,
        now: Timestamp,
        progress: &'a mut (dyn FnMut(Progress) + Send),
        total: usize,
    ) -> Result<Self> {
        let people = person::all(store).await?;
        Ok(Self {
            store,
            files,
            actor,
            now,
            progress,
            reached: Progress { done: 0, total },
            people: people.into_iter().map(|it| (title_key(&it.name), it.id)).collect(),
            sections: BTreeMap::new(),
            photos: BTreeMap::new(),
            stories: BTreeMap::new(),
            met: BTreeSet::new(),
        })
    }

    /// Writes what is new of a batch.
    pub(super) async fn write(&mut self, batch: Vec<Read>, report: &mut Report) -> Result<()> {
        let mut drafts = Vec::new();
        let mut prepared = BTreeMap::new();
        for read in batch {
            match read {
                Read::Unchanged { story, article } => {
                    report.unchanged += 1;
                    self.meet(story, article);
                }
                Read::Failed(notices) => report.failed.extend(notices),
                Read::Draft(mut draft) => {
                    self.prepare(&mut draft, &mut prepared).await?;
                    drafts.push(*draft);
                }
            }
            self.reached.done += 1;
            (self.progress)(self.reached);
        }
        if drafts.is_empty() {
            return Ok(());
        }
        let written = self.write_all(drafts, &prepared, report).await;
        for (hash, prepared) in &prepared {
            if written.is_err() {
                prepared.discard_unless_kept(self.store, self.files).await;
            } else if self.photos.get(hash) != Some(&prepared.id()) {
                prepared.discard(self.files).await;
            }
        }
        written
    }

    fn meet(&mut self, story: String, article: ArticleId) {
        self.stories.insert(story, article);
        self.met.insert(article);
    }

    /// Looks at the photos before the change begins: that takes long, and there is one writer.
    async fn prepare(
        &self,
        draft: &mut Draft,
        prepared: &mut BTreeMap<String, Prepared>,
    ) -> Result<()> {
        let mut refused = Vec::new();
        for (written, on_disk) in &draft.photos {
            if self.photos.contains_key(&on_disk.hash) || prepared.contains_key(&on_disk.hash) {
                continue;
            }
            match self.prepare_one(on_disk).await {
                Ok(one) => {
                    prepared.insert(on_disk.hash.clone(), one);
                }
                Err(PublishError::PhotoRejected(why) | PublishError::Invalid(why)) => {
                    let line = Some(on_disk.words.line).filter(|line| *line > 0);
                    let text = format!("the photo {written:?} cannot be taken: {why}");
                    draft.notices.push(Notice { file: draft.source.clone(), line, text });
                    refused.push(written.clone());
                }
                Err(other) => return Err(other),
            }
        }
        for written in refused {
            draft.photos.remove(&written);
        }
        Ok(())
    }

    async fn prepare_one(&self, on_disk: &PhotoOnDisk) -> Result<Prepared> {
        let bytes = tokio::fs::read(&on_disk.path)
            .await
            .map_err(|error| PublishError::Invalid(format!("its file cannot be read: {error}")))?;
        photo::prepare(self.store, self.files, self.actor, bytes.into(), self.now).await
    }

    async fn write_all(
        &mut self,
        drafts: Vec<Draft>,
        prepared: &BTreeMap<String, Prepared>,
        report: &mut Report,
    ) -> Result<()> {
        let mut tx = self.store.begin().await?;
        for draft in drafts {
            sql("SAVEPOINT article").run(&tx).await?;
            let mut added = Added::default();
            match self.write_one(&mut tx, &draft, prepared, &mut added).await {
                Ok((article, outcome)) => {
                    sql("RELEASE SAVEPOINT article").run(&tx).await?;
                    match outcome {
                        Outcome::Taken => report.taken += 1,
                        Outcome::Revised => report.revised += 1,
                    }
                    self.meet(draft.story, article);
                    self.people.extend(added.people);
                    self.sections.extend(added.sections);
                    self.photos.extend(added.photos);
                    report.notices.extend(draft.notices);
                    report.notices.extend(added.notices);
                    for key in draft.front.unused_keys {
                        *report.unused_keys.entry(key).or_default() += 1;
                    }
                }
                Err(error) => {
                    sql("ROLLBACK TO SAVEPOINT article").run(&tx).await?;
                    sql("RELEASE SAVEPOINT article").run(&tx).await?;
                    report.failed.push(Notice::of_file(&draft.source, error.to_string()));
                }
            }
        }
        Ok(tx.commit().await?)
    }

    async fn write_one(
        &self,
        tx: &mut Tx,
        draft: &Draft,
        prepared: &BTreeMap<String, Prepared>,
        added: &mut Added,
    ) -> Result<(ArticleId, Outcome)> {
        let section = self.section(tx, &draft.section, added).await?;
        let content = self.content(tx, draft, prepared, added).await?;
        let (id, outcome) = match recognise(tx, draft, section, &content, &self.met).await? {
            Some(known) => {
                self.revise(tx, draft, known, section, content, added).await?;
                (known, Outcome::Revised)
            }
            None => {
                let id = self.create(tx, draft, section, content, added).await?;
                self.show(tx, draft, id, false, added).await?;
                (id, Outcome::Taken)
            }
        };
        self.describe_lead(tx, draft, id, added).await?;
        self.correct(tx, draft, id, added).await?;
        for alias in &draft.front.aliases {
            match article::also_at(tx, self.actor, id, alias, self.now).await {
                Err(PublishError::Invalid(why) | PublishError::Conflict(why)) => {
                    let text = format!("the old address {alias:?} was left out: {why}");
                    added.notices.push(Notice::of_file(&draft.source, text));
                }
                other => other?,
            }
        }
        sql("INSERT INTO imports (source, article_id, content_hash) VALUES (?, ?, ?)
             ON CONFLICT (source) DO UPDATE
             SET article_id = excluded.article_id, content_hash = excluded.content_hash")
        .bind(source_of(draft, id))
        .bind(id)
        .bind(draft.content_hash.clone())
        .run(tx)
        .await?;
        Ok((id, outcome))
    }

    async fn section(&self, tx: &mut Tx, path: &str, added: &mut Added) -> Result<SectionId> {
        if let Some(id) = self.sections.get(path) {
            return Ok(*id);
        }
        let id = section::ensure(tx, self.actor, path, self.now).await?;
        added.sections.insert(path.to_owned(), id);
        Ok(id)
    }

    async fn person(&self, tx: &mut Tx, name: &str, added: &mut Added) -> Result<PersonId> {
        let key = title_key(name);
        if let Some(id) = self.people.get(&key).or_else(|| added.people.get(&key)) {
            return Ok(*id);
        }
        let id = person::add(tx, self.actor, AddPerson::author(name), self.now).await?;
        added.people.insert(key, id);
        Ok(id)
    }

    async fn content(
        &self,
        tx: &mut Tx,
        draft: &Draft,
        prepared: &BTreeMap<String, Prepared>,
        added: &mut Added,
    ) -> Result<Content> {
        let front = &draft.front;
        let mut photos = BTreeMap::new();
        let lead = front.photo.as_ref().map(|lead| lead.file.as_str());
        for (written, on_disk) in &draft.photos {
            let is_lead = lead == Some(written);
            let id = self.photo(tx, on_disk, is_lead, prepared, added).await?;
            photos.insert(written.clone(), id);
        }
        let (body, notices) = draft.document(&photos)?;
        added.notices.extend(notices);
        let mut byline = Vec::new();
        for (name, role) in &front.authors {
            byline.push(Author { person: self.person(tx, name, added).await?, role: role.clone() });
        }
        let photo = match &front.photo {
            Some(lead) => match photos.get(&lead.file) {
                Some(photo) => Some(LeadPhoto {
                    photo: *photo,
                    caption: own_caption(tx, *photo, lead.caption.as_deref()).await?,
                }),
                None => None,
            },
            None => None,
        };
        let related = front.related.iter().map(|it| Related {
            title: it.title.clone(),
            address: it.address.clone(),
            article: None,
        });
        Ok(Content {
            kind: front.kind.unwrap_or(Kind::News),
            language: draft.language.clone(),
            headline: front.title.clone(),
            deck: front.deck.clone(),
            dateline: front.dateline.clone(),
            byline,
            body,
            photo,
            related: related.collect(),
        })
    }

    /// The photo of a file; its words are given to it when they are the first.
    async fn photo(
        &self,
        tx: &mut Tx,
        on_disk: &PhotoOnDisk,
        is_lead: bool,
        prepared: &BTreeMap<String, Prepared>,
        added: &mut Added,
    ) -> Result<PhotoId> {
        let known = self.photos.get(&on_disk.hash).or_else(|| added.photos.get(&on_disk.hash));
        let words = described(&on_disk.words);
        let (id, is_new) = match (known, prepared.get(&on_disk.hash)) {
            (Some(id), _) => (*id, false),
            (None, Some(prepared)) => {
                let id = photo::add(tx, self.actor, prepared, words.clone(), self.now).await?;
                (id, id == prepared.id() && prepared.is_new())
            }
            (None, None) => {
                return Err(PublishError::Invalid(format!(
                    "The photo {} could not be looked at.",
                    on_disk.path.display()
                )));
            }
        };
        added.photos.insert(on_disk.hash.clone(), id);
        if !is_new && is_lead {
            // The caption stays with the article that wrote it.
            added.known_lead = Some((id, DescribePhoto { caption: None, ..words }));
        }
        Ok(id)
    }

    /// Describes the article's own photo anew. Pages that show it tell nothing of an article that
    /// readers do not see yet.
    async fn describe_lead(
        &self,
        tx: &mut Tx,
        draft: &Draft,
        id: ArticleId,
        added: &mut Added,
    ) -> Result<()> {
        let Some((photo, words)) = added.known_lead.take() else { return Ok(()) };
        let article = article::by_id(tx, id).await?.ok_or(PublishError::NoSuchArticle(id))?;
        let shown = article.state == State::Published && draft.front.is_for_now(self.now);
        if shown || !photo::is_public(tx, photo).await? {
            return photo::describe(tx, self.actor, photo, words, self.now).await;
        }
        if photo::says_otherwise(tx, photo, words).await? {
            let text = "what it says of its photo was left out: pages show the photo already, and \
                        readers do not see this text yet. Change the file and import again when \
                        they do";
            added.notices.push(Notice::of_file(&draft.source, text));
        }
        Ok(())
    }

    async fn create(
        &self,
        tx: &mut Tx,
        draft: &Draft,
        section: SectionId,
        content: Content,
        added: &mut Added,
    ) -> Result<ArticleId> {
        for known in &draft.known {
            added.notices.push(self.not_the_same(tx, draft, known.article).await?);
        }
        let mut slug = Some(draft.slug.clone()).filter(|slug| !slug.is_empty());
        for number in 2.. {
            let command = CreateArticle {
                section,
                slug: slug.clone(),
                content: content.clone(),
                translation_of: self.stories.get(&draft.story).copied(),
            };
            match article::create(tx, self.actor, command, self.now).await {
                // Another file has the same name, as is common where addresses hold the date.
                Err(PublishError::Conflict(why)) => {
                    if draft.front.slug.is_some() || number > 1_000 {
                        return Err(PublishError::Conflict(why));
                    }
                    slug = Some(format!("{}-{number}", draft.slug));
                }
                Ok(id) => {
                    if number > 2 {
                        let slug = slug.unwrap_or_default();
                        let text = format!(
                            "another article has the address of this file's name, so this one is \
                             at {slug:?}"
                        );
                        added.notices.push(Notice::of_file(&draft.source, text));
                    }
                    return Ok(id);
                }
                Err(other) => return Err(other),
            }
        }
        Err(PublishError::Conflict("There is no address left for this name.".into()))
    }

    /// Says that another article came from a file of this path, and how to revise that one.
    async fn not_the_same(&self, tx: &Tx, draft: &Draft, other: ArticleId) -> Result<Notice> {
        let other = article::by_id(tx, other).await?.ok_or(PublishError::NoSuchArticle(other))?;
        let (section, slug) =
            other.path.trim_start_matches('/').rsplit_once('/').unwrap_or_default();
        let text = format!(
            "{} came from another file of this name, with another headline, date and text, so this \
             is an article of its own. If it is to be the next revision of that one, write \
             section: {section} and slug: {slug} into the file and import it again",
            other.path
        );
        Ok(Notice::of_file(&draft.source, text))
    }

    async fn revise(
        &self,
        tx: &mut Tx,
        draft: &Draft,
        id: ArticleId,
        section: SectionId,
        content: Content,
        added: &mut Added,
    ) -> Result<()> {
        let known = article::by_id(tx, id).await?.ok_or(PublishError::NoSuchArticle(id))?;
        let newest = article::revision(tx, id, known.newest_revision).await?;
        let same = newest.is_some_and(|newest| newest.content == content);
        if !same {
            article::revise(tx, self.actor, id, None, content, self.now).await?;
        }
        if known.section_id != section {
            article::move_to(tx, self.actor, id, section, self.now).await?;
        }
        if let Some(slug) = &draft.front.slug {
            article::rename(tx, self.actor, id, slug.clone(), self.now).await?;
        }
        self.show(tx, draft, id, same, added).await
    }

    /// Publishes or schedules, as the file says. `same` when its words are what they were.
    async fn show(
        &self,
        tx: &mut Tx,
        draft: &Draft,
        id: ArticleId,
        same: bool,
        added: &mut Added,
    ) -> Result<()> {
        let known = article::by_id(tx, id).await?.ok_or(PublishError::NoSuchArticle(id))?;
        let front = &draft.front;
        let mut notice = |text: &str| added.notices.push(Notice::of_file(&draft.source, text));
        if known.state == State::Withdrawn {
            notice(
                "the article was withdrawn, so this is a revision that readers do not see; \
                 publish it in the newsroom if they should",
            );
            return Ok(());
        }
        if front.draft || front.expired(self.now).is_some() {
            return self.keep_back(tx, draft, &known, added).await;
        }
        if let Some(at) = front.expiry_date {
            notice(&format!(
                "its expiryDate {at} was left out, for no article goes by itself; withdraw it in \
                 the newsroom then"
            ));
        }
        if let Some(at) = front.appears_at().filter(|at| *at > self.now) {
            article::schedule(tx, self.actor, id, at, self.now).await?;
            return Ok(());
        }
        if front.date.is_none() && known.published_at.is_none() {
            notice(
                "has no date, so it bears the time of the import; add one such as date: 2021-12-07",
            );
        }
        let shown = known.state == State::Published
            && known.published_revision == Some(known.newest_revision);
        // What came out on its publishDate goes on bearing it.
        let kept = front.publish_date.filter(|at| Some(*at) == known.published_at);
        let date = kept.or(front.date);
        let dated = date.is_none() || date == known.published_at;
        let updated = front.updated.is_none() || front.updated == known.updated_at;
        if same && shown && dated && updated {
            return Ok(());
        }
        let updated = front.updated.filter(|at| *at <= self.now);
        let how = Publish { dated: date, updated, minor: same };
        article::publish(tx, self.actor, id, how, self.now).await
    }

    /// Leaves a draft as it is, and what has expired as a draft.
    async fn keep_back(
        &self,
        tx: &mut Tx,
        draft: &Draft,
        known: &Article,
        added: &mut Added,
    ) -> Result<()> {
        let expired = draft.front.expired(self.now).map(|at| format!("expired on {at}"));
        let mut notice = |text| added.notices.push(Notice::of_file(&draft.source, text));
        if known.state == State::Published {
            let why = expired.as_deref().unwrap_or("this is a draft now");
            notice(format!(
                "{why}, but readers see the article; withdraw it in the newsroom if they should not"
            ));
            return Ok(());
        }
        if let Some(expired) = expired {
            notice(format!("{expired}, so it is kept as a draft"));
        }
        if known.scheduled_at.is_some() {
            article::unschedule(tx, self.actor, known.id, self.now).await?;
        }
        Ok(())
    }

    /// Adds the corrections that readers were not told of yet.
    async fn correct(
        &self,
        tx: &mut Tx,
        draft: &Draft,
        id: ArticleId,
        added: &mut Added,
    ) -> Result<()> {
        let front = &draft.front;
        if front.corrections.is_empty() {
            return Ok(());
        }
        let known = article::by_id(tx, id).await?.ok_or(PublishError::NoSuchArticle(id))?;
        if known.state != State::Published || !front.is_for_now(self.now) {
            let text = "its corrections were left out: readers do not see this text yet. Change \
                        the file and import again when they do";
            added.notices.push(Notice::of_file(&draft.source, text));
            return Ok(());
        }
        let told = article::corrections(tx, id).await?;
        for (at, text) in &front.corrections {
            if told.iter().any(|told| told.text == *text) {
                continue;
            }
            let at = at.or(front.updated).unwrap_or(self.now).min(self.now);
            article::correct(tx, self.actor, id, text, at, self.now).await?;
        }
        Ok(())
    }
}

fn described(words: &PhotoWords) -> DescribePhoto {
    DescribePhoto {
        caption: words.caption.clone(),
        credit: words.credit.clone(),
        credit_url: words.credit_url.clone(),
        alt: words.alt.clone(),
        decorative: words.decorative,
        creator: words.creator.clone(),
        copyright: words.copyright.clone(),
        rights: words.rights.clone(),
        usable_until: words.usable_until,
        focal: words.focal,
    }
}

/// The caption that only this article has: none when it is the photo's own.
async fn own_caption(tx: &Tx, photo: PhotoId, caption: Option<&str>) -> Result<Option<String>> {
    let Some(caption) = caption else { return Ok(None) };
    let caption = caption.split_whitespace().collect::<Vec<_>>().join(" ");
    let known = photo::by_ids(tx, &[photo]).await?;
    let own = known.get(&photo).is_some_and(|photo| photo.caption == caption);
    Ok((!own).then_some(caption))
}
