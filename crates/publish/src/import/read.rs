//! One file, read as far as that is possible without the record: on any thread, ahead of writing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base::limits::PHOTO_BYTES_MAX;
use base::{ArticleId, PhotoId};
use document::Document;
use document::markdown::{Image, Resolver, from_markdown};
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::folder::{Place, place};
use super::front::{self, Front, PhotoWords};
use super::recognise::Known;
use super::report::Notice;
use crate::PublishError;

/// What became of a file.
pub(super) enum Read {
    /// It is what it was when it became this article.
    Unchanged {
        story: String,
        article: ArticleId,
    },
    Failed(Vec<Notice>),
    Draft(Box<Draft>),
}

/// An article that is ready to be written, but for the ids of its photos.
pub(super) struct Draft {
    pub(super) source: String,
    /// What became of files of this path.
    pub(super) known: Vec<Known>,
    /// What it has in common with its translations.
    pub(super) story: String,
    /// Of the file and of every photo that it shows.
    pub(super) content_hash: String,
    pub(super) front: Front,
    pub(super) section: String,
    pub(super) slug: String,
    pub(super) language: String,
    body: String,
    body_line: usize,
    /// The body, when no photo is in it.
    document: Option<Document>,
    /// The photos that are there, by the path as it was written.
    pub(super) photos: BTreeMap<String, PhotoOnDisk>,
    /// What the body's links to other files of the folder lead to.
    links: BTreeMap<String, String>,
    pub(super) notices: Vec<Notice>,
}

#[derive(Clone, Debug)]
pub(super) struct PhotoOnDisk {
    pub(super) path: PathBuf,
    pub(super) hash: String,
    /// What the body and front matter say of it.
    pub(super) words: PhotoWords,
}

/// Changes when the same file would be taken otherwise than before.
const READING: &str = "1";

pub(super) struct Reader {
    root: PathBuf,
    zone: TimeZone,
    language: String,
    known: Arc<BTreeMap<String, Vec<Known>>>,
    /// Hashes of photos, which several articles may show. Held only to look one up.
    hashes: Mutex<BTreeMap<PathBuf, String>>,
}

impl Reader {
    pub(super) fn new(
        root: PathBuf,
        zone: TimeZone,
        language: String,
        known: Arc<BTreeMap<String, Vec<Known>>>,
    ) -> Self {
        Self { root, zone, language, known, hashes: Mutex::default() }
    }

    pub(super) fn read(&self, source: &str) -> Read {
        self.try_read(source).unwrap_or_else(|notice| Read::Failed(vec![notice]))
    }

    fn try_read(&self, source: &str) -> Result<Read, Notice> {
        let bytes = std::fs::read(self.root.join(source))
            .map_err(|error| Notice::of_file(source, format!("cannot be read: {error}")))?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].split(|b| *b == b'\n').count();
            Notice::at(source, line, "is not UTF-8. Save it in that encoding")
        })?;
        let divided = front::divide(source, text)?;
        let (body, body_line) = (divided.body.to_owned(), divided.body_line);
        let mut front = divided.read(source, &self.zone)?;
        let Place { section, slug, date, language, draft, story } = place(source);
        front.draft |= draft;
        let date_of_name = date.and_then(|date| super::date::parse(&date, &self.zone));
        front.date = front.date.or(date_of_name).or(front.publish_date);
        let mut asked =
            Asked { reader: self, source, photos: BTreeMap::new(), links: BTreeMap::new() };
        let (document, body_notices) = from_markdown(&body, &mut asked).map_err(|error| {
            Notice::at(source, body_line, format!("has a body that cannot be taken: {error}"))
        })?;
        let Asked { mut photos, links, .. } = asked;
        let mut notices = std::mem::take(&mut front.notices);
        let wanted = front.photo.iter().chain(&front.photos);
        for words in wanted {
            let found = photos
                .get(&words.file)
                .cloned()
                .flatten()
                .or_else(|| self.photo(source, &words.file));
            let found = found
                .map(|found| PhotoOnDisk { words: said_by_both(words, &found.words), ..found });
            if found.is_none() {
                let text = format!(
                    "there is no photo {:?}, so the article is without it; looked for beside the \
                     file, in the folder, and in static/",
                    words.file
                );
                notices.push(Notice::at(source, words.line, text));
            }
            photos.insert(words.file.clone(), found);
        }
        for related in &mut front.related {
            if let Some(address) = &related.address {
                related.address = self.link(source, address).or_else(|| own_path(address));
            }
        }
        let content_hash = content_hash(&bytes, &photos);
        let known = self.known.get(source).cloned().unwrap_or_default();
        if let Some(same) = known.iter().find(|known| known.content_hash == content_hash) {
            return Ok(Read::Unchanged { story, article: same.article });
        }
        let photos: BTreeMap<String, PhotoOnDisk> =
            photos.into_iter().filter_map(|(written, found)| Some((written, found?))).collect();
        let document = if document.photos().is_empty() {
            notices.extend(of_body(source, body_line, body_notices));
            Some(document)
        } else {
            None
        };
        let section = match (&front.section, section.is_empty()) {
            (Some(written), _) => written.clone(),
            (None, false) => section,
            (None, true) => "news".to_owned(),
        };
        let language = front.language.clone().or(language).unwrap_or_else(|| self.language.clone());
        Ok(Read::Draft(Box::new(Draft {
            source: source.to_owned(),
            known,
            story,
            content_hash,
            slug: front.slug.clone().unwrap_or(slug),
            section,
            language,
            front,
            body,
            body_line,
            document,
            photos,
            links,
            notices,
        })))
    }

    /// The file of a photo: beside the Markdown, in the folder, or where static files are kept.
    /// One outside the folder is not looked at.
    fn photo(&self, source: &str, written: &str) -> Option<PhotoOnDisk> {
        if written.contains("://") || written.starts_with("data:") {
            return None;
        }
        let written = written.split(['?', '#']).next().unwrap_or_default();
        let relative = written.trim_start_matches('/');
        let beside = self.root.join(source).parent().map(Path::to_path_buf)?;
        let candidates = [
            beside.join(relative),
            self.root.join(relative),
            self.root.join("static").join(relative),
            self.root.join("content").join(relative),
        ];
        let path = candidates.into_iter().find_map(|path| {
            let path = path.canonicalize().ok()?;
            (path.starts_with(&self.root) && path.is_file()).then_some(path)
        })?;
        let hash = self.hash(&path)?;
        Some(PhotoOnDisk { path, hash, words: PhotoWords::default() })
    }

    fn hash(&self, path: &Path) -> Option<String> {
        let known = self.hashes.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if known.is_some() {
            return known;
        }
        let size = path.metadata().ok()?.len();
        // What is too large is refused by its first bytes as well as by all of them.
        let hash = if size > PHOTO_BYTES_MAX as u64 {
            format!("{size} bytes")
        } else {
            hex(&Sha256::digest(std::fs::read(path).ok()?))
        };
        let mut hashes = self.hashes.lock().unwrap_or_else(PoisonError::into_inner);
        hashes.insert(path.to_owned(), hash.clone());
        Some(hash)
    }

    /// The address of another file of the folder, as it is or will be taken.
    fn link(&self, source: &str, target: &str) -> Option<String> {
        let (file, fragment) = target.split_once('#').map_or((target, None), |(f, a)| (f, Some(a)));
        let (beside, _) = source.rsplit_once('/').unwrap_or(("", source));
        let inside = file.trim_start_matches("@/").trim_start_matches('/');
        let mut candidates = Vec::new();
        for base in [beside, "", "content", "_posts"] {
            for ending in ["", ".md", ".markdown", "/index.md"] {
                candidates.extend(joined(base, inside).map(|path| format!("{path}{ending}")));
            }
        }
        let found = candidates.into_iter().find(|path| {
            let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
            matches!(ending, "md" | "markdown") && self.root.join(path).is_file()
        })?;
        let bytes = std::fs::read(self.root.join(&found)).ok()?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let front = front::divide(&found, text).ok()?.read(&found, &self.zone).ok()?;
        let Place { section, slug, .. } = place(&found);
        let section = front.section.unwrap_or(section);
        let section = if section.is_empty() { "news" } else { section.trim_matches('/') };
        let slug = front.slug.unwrap_or(slug);
        let fragment = fragment.map(|it| format!("#{it}")).unwrap_or_default();
        Some(format!("/{section}/{slug}{fragment}"))
    }
}

/// `../b.md` seen from `news/russia` is `news/b.md`; nothing when that is outside the folder.
fn joined(base: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// The path of an address, whether or not it begins with the site's own name.
fn own_path(address: &str) -> Option<String> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let path = rest.map_or(address, |rest| rest.find('/').map_or("/", |slash| &rest[slash..]));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    Some(if path.len() > 1 { path.trim_end_matches('/').to_owned() } else { path.to_owned() })
}

/// Front matter goes before the body.
fn said_by_both(front: &PhotoWords, body: &PhotoWords) -> PhotoWords {
    let or = |a: &Option<String>, b: &Option<String>| a.clone().or_else(|| b.clone());
    PhotoWords {
        file: front.file.clone(),
        caption: or(&front.caption, &body.caption),
        credit: or(&front.credit, &body.credit),
        credit_url: or(&front.credit_url, &body.credit_url),
        alt: or(&front.alt, &body.alt),
        creator: front.creator.clone(),
        decorative: front.decorative,
        copyright: front.copyright.clone(),
        rights: front.rights.clone(),
        usable_until: front.usable_until,
        focal: front.focal.or(body.focal),
        line: front.line,
    }
}

/// Hears what the body refers to.
struct Asked<'a> {
    reader: &'a Reader,
    source: &'a str,
    photos: BTreeMap<String, Option<PhotoOnDisk>>,
    links: BTreeMap<String, String>,
}

impl Resolver for Asked<'_> {
    fn photo(&mut self, image: &Image) -> Option<PhotoId> {
        let found = self
            .photos
            .entry(image.path.clone())
            .or_insert_with(|| self.reader.photo(self.source, &image.path))
            .as_mut()?;
        let words = said_by_both(
            &found.words,
            &PhotoWords {
                credit: image.credit.clone(),
                credit_url: image.credit_url.clone(),
                alt: image.alt.clone(),
                ..PhotoWords::default()
            },
        );
        found.words = words;
        // Until the photo has its own; only whether there is one matters here.
        Some(PhotoId(Uuid::max()))
    }

    fn link(&mut self, target: &str) -> Option<String> {
        let address = self.reader.link(self.source, target)?;
        self.links.insert(target.to_owned(), address.clone());
        Some(address)
    }
}

/// Answers from what was found out before.
struct Answers<'a> {
    photos: &'a BTreeMap<String, PhotoId>,
    links: &'a BTreeMap<String, String>,
}

impl Resolver for Answers<'_> {
    fn photo(&mut self, image: &Image) -> Option<PhotoId> {
        self.photos.get(&image.path).copied()
    }

    fn link(&mut self, target: &str) -> Option<String> {
        self.links.get(target).cloned()
    }
}

impl Draft {
    /// The body with its photos, and what could not be taken of it.
    pub(super) fn document(
        &self,
        photos: &BTreeMap<String, PhotoId>,
    ) -> Result<(Document, Vec<Notice>), PublishError> {
        if let Some(document) = &self.document {
            return Ok((document.clone(), Vec::new()));
        }
        let mut answers = Answers { photos, links: &self.links };
        let (document, notices) = from_markdown(&self.body, &mut answers)
            .map_err(|error| PublishError::Invalid(error.to_string()))?;
        Ok((document, of_body(&self.source, self.body_line, notices)))
    }
}

fn of_body(
    source: &str,
    body_line: usize,
    notices: Vec<document::markdown::Notice>,
) -> Vec<Notice> {
    let notice = |it: document::markdown::Notice| {
        Notice::at(source, body_line + it.line.saturating_sub(1), it.problem)
    };
    notices.into_iter().map(notice).collect()
}

fn content_hash(bytes: &[u8], photos: &BTreeMap<String, Option<PhotoOnDisk>>) -> String {
    let mut hash = Sha256::new();
    hash.update(READING);
    hash.update(bytes.len().to_le_bytes());
    hash.update(bytes);
    for (written, found) in photos {
        hash.update(written);
        hash.update([0]);
        hash.update(found.as_ref().map_or("missing", |found| &found.hash));
        hash.update([0]);
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
