//! Articles out, as Markdown files that [`crate::import`] takes again.

mod front;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use accounts::person;
use base::{ArticleId, PersonId, PhotoId};
use document::markdown::{PhotoFile, PhotoNames, to_markdown};
use document::{Block, Document, FactBox, RelatedRef};
use store::{FileError, Files, Store, sql};

use crate::article::{self, Article, Related, Revision, State};
use crate::import::{Notice, Progress};
use crate::photo::{self, Photo};
use crate::{PublishError, Result, section};

/// What came of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many articles were written.
    pub articles: usize,
    /// How many photos were written.
    pub photos: usize,
    /// How many articles were left out, because they are withdrawn.
    pub withdrawn: usize,
    /// What is not as it should be.
    pub notices: Vec<Notice>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { articles, photos, withdrawn, notices } = self;
        write!(f, "{articles} articles and {photos} photos written.")?;
        if *withdrawn > 0 {
            write!(f, " {withdrawn} articles were left out, because they are withdrawn.")?;
        }
        for notice in notices {
            write!(f, "\n  {notice}")?;
        }
        Ok(())
    }
}

const BATCH: i64 = 200;

/// Writes every article below `folder`, as `news/russia/some-slug.md`: the revision that readers
/// see or will see, and of a draft the newest. Photos lie in `photos/`, as they were uploaded.
/// For those who run the server: what is not public is written too.
pub async fn markdown(
    store: &Store,
    files: &Files,
    folder: &Path,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report> {
    let total: i64 = sql("SELECT COUNT(*) AS value FROM articles").value(store).await?;
    let total = usize::try_from(total).unwrap_or(0);
    let sections = section::tree(store).await?;
    let mut exporter = Exporter {
        store,
        files,
        folder,
        names: BTreeMap::new(),
        photos: BTreeMap::new(),
        failed: BTreeSet::new(),
        report: Report::default(),
    };
    let (mut done, mut before) = (0, None);
    loop {
        let articles = article::all(store, before, BATCH).await?;
        let Some(last) = articles.last() else { break };
        before = Some((last.created_at, last.id));
        for article in articles {
            let section = sections.by_id(article.section_id).map_or("", |it| it.path.as_str());
            exporter.article(&article, section).await?;
            done += 1;
            progress(Progress { done, total: total.max(done) });
        }
    }
    exporter.report.photos = exporter.photos.len();
    Ok(exporter.report)
}

struct Exporter<'a> {
    store: &'a Store,
    files: &'a Files,
    folder: &'a Path,
    names: BTreeMap<PersonId, String>,
    /// Those that are written.
    photos: BTreeMap<PhotoId, Written>,
    /// Those that could not be.
    failed: BTreeSet<PhotoId>,
    report: Report,
}

/// A photo whose file is there.
struct Written {
    path: String,
    /// What the file says of itself, which an import would believe.
    own: ::photo::Metadata,
}

/// What front matter is made of.
struct Entry<'a> {
    article: &'a Article,
    section: &'a str,
    revision: &'a Revision,
    names: &'a BTreeMap<PersonId, String>,
    lead: Option<(&'a Photo, &'a Written)>,
    shown: Vec<(&'a Photo, &'a Written)>,
    related: Vec<Related>,
    corrections: Vec<article::Correction>,
    aliases: Vec<String>,
}

impl Exporter<'_> {
    async fn article(&mut self, article: &Article, section: &str) -> Result<()> {
        let number = match article.state {
            State::Withdrawn => {
                self.report.withdrawn += 1;
                return Ok(());
            }
            State::Published => article.published_revision,
            State::Draft => article.scheduled_revision,
        };
        let number = number.unwrap_or(article.newest_revision);
        let Some(revision) = article::revision(self.store, article.id, number).await? else {
            return Ok(());
        };
        let content = &revision.content;
        self.learn_names(&revision).await?;
        let ids = content.photos();
        let known = photo::by_ids(self.store, &ids).await?;
        for photo in known.values() {
            self.photo(article, photo).await?;
        }
        let addresses = self.addresses(&revision).await?;
        let body = Document::from_blocks(&addressed(content.body.blocks(), &addresses))
            .unwrap_or_else(|_| content.body.clone());
        let both = |id: &PhotoId| known.get(id).zip(self.photos.get(id));
        let lead = content.photo.as_ref().map(|lead| lead.photo);
        let entry = Entry {
            article,
            section,
            revision: &revision,
            names: &self.names,
            lead: lead.as_ref().and_then(both),
            shown: ids.iter().filter(|id| Some(**id) != lead).filter_map(both).collect(),
            related: content.related.iter().map(|it| of_address(it, &addresses)).collect(),
            corrections: article::corrections(self.store, article.id).await?,
            aliases: sql("SELECT path AS value FROM former_addresses WHERE article_id = ?
                 ORDER BY path")
            .bind(article.id)
            .values(self.store)
            .await?,
        };
        let names = Names { photos: &self.photos, known: &known };
        let text = format!("{}\n{}", front::write(&entry), to_markdown(&body, &names));
        self.put(&file_of(&article.path), text.into()).await?;
        self.report.articles += 1;
        Ok(())
    }

    async fn learn_names(&mut self, revision: &Revision) -> Result<()> {
        let byline = revision.content.byline.iter().map(|author| author.person);
        let unknown: Vec<PersonId> = byline.filter(|id| !self.names.contains_key(id)).collect();
        for person in person::by_ids(self.store, &unknown).await? {
            self.names.insert(person.id, person.name);
        }
        Ok(())
    }

    async fn photo(&mut self, article: &Article, photo: &Photo) -> Result<()> {
        if self.photos.contains_key(&photo.id) || self.failed.contains(&photo.id) {
            return Ok(());
        }
        let key: String = sql("SELECT original_key AS value FROM photos WHERE id = ?")
            .bind(photo.id)
            .value(self.store)
            .await?;
        let bytes = match self.files.get(&key).await {
            Ok(bytes) => bytes,
            Err(FileError::Missing(_)) => {
                let text = format!("the photo {} has lost its file {key}", photo.id);
                self.report.notices.push(Notice::of_file(&file_of(&article.path), text));
                self.failed.insert(photo.id);
                return Ok(());
            }
            Err(other) => return Err(other.into()),
        };
        let ending = key.rsplit('.').next().unwrap_or("jpg");
        let path = format!("photos/{}.{ending}", photo.id);
        let own = ::photo::inspect(&bytes).map(|it| it.metadata).unwrap_or_default();
        self.put(&path, bytes.into()).await?;
        self.photos.insert(photo.id, Written { path, own });
        Ok(())
    }

    /// Where the stories are that this one knows by their ids: an id means nothing elsewhere.
    async fn addresses(&self, revision: &Revision) -> Result<BTreeMap<ArticleId, String>> {
        let chosen = revision.content.related.iter().filter_map(|related| related.article);
        let placed = revision.content.body.related();
        let placed = placed.iter().filter_map(|related| related.article);
        let mut addresses = BTreeMap::new();
        for id in chosen.chain(placed) {
            if let Some(article) = article::by_id(self.store, id).await? {
                addresses.insert(id, article.path);
            }
        }
        Ok(addresses)
    }

    async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<()> {
        let path = self.folder.join(path);
        let shown = path.display().to_string();
        let written = tokio::task::spawn_blocking(move || {
            if let Some(above) = path.parent() {
                std::fs::create_dir_all(above)?;
            }
            std::fs::write(&path, bytes)
        });
        let failed = |why: String| {
            PublishError::Invalid(format!(
                "{shown} cannot be written: {why}. Name a folder that can be written to, with \
                 room left."
            ))
        };
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(error) => Err(failed(error.to_string())),
        }
    }
}

/// The file for an address. One called `readme` would be taken for the folder's own description.
fn file_of(path: &str) -> String {
    let path = path.trim_start_matches('/');
    if path.ends_with("/readme") { format!("{path}/index.md") } else { format!("{path}.md") }
}

fn of_address(related: &Related, addresses: &BTreeMap<ArticleId, String>) -> Related {
    match related.article.and_then(|id| addresses.get(&id)) {
        Some(address) => {
            Related { title: related.title.clone(), address: Some(address.clone()), article: None }
        }
        None => related.clone(),
    }
}

fn addressed(blocks: &[Block], addresses: &BTreeMap<ArticleId, String>) -> Vec<Block> {
    let all = |items: &[Vec<Block>]| items.iter().map(|it| addressed(it, addresses)).collect();
    let one = |block: &Block| match block {
        Block::Related(RelatedRef { title, article: Some(id), .. })
            if addresses.contains_key(id) =>
        {
            let address = addresses.get(id).cloned();
            Block::Related(RelatedRef { title: title.clone(), address, article: None })
        }
        Block::BulletList(items) => Block::BulletList(all(items)),
        Block::OrderedList(first, items) => Block::OrderedList(*first, all(items)),
        Block::FactBox(FactBox { title, blocks }) => {
            Block::FactBox(FactBox { title: title.clone(), blocks: addressed(blocks, addresses) })
        }
        other => other.clone(),
    };
    blocks.iter().map(one).collect()
}

struct Names<'a> {
    photos: &'a BTreeMap<PhotoId, Written>,
    known: &'a BTreeMap<PhotoId, Photo>,
}

impl PhotoNames for Names<'_> {
    fn photo(&self, id: PhotoId) -> Option<PhotoFile> {
        let (written, photo) = self.photos.get(&id).zip(self.known.get(&id))?;
        Some(PhotoFile { path: written.path.clone(), alt: photo.alt.clone() })
    }
}
