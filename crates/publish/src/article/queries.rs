use base::{Actor, ArticleId, PhotoId, RevisionId, SectionId, Timestamp};
use document::Document;
use sea_orm::FromQueryResult;
use serde::de::DeserializeOwned;
use store::{Connection, Result, StoreError, sql};
use uuid::Uuid;

use super::address::as_asked_for;
use super::{Article, ArticleRow, Author, Content, Kind, LeadPhoto, Related, State};

/// One revision, as it was written.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Names the revision.
    pub id: RevisionId,
    /// Counts the article's revisions from 1.
    pub number: i64,
    /// The words.
    pub content: Content,
    /// The first words of the body.
    pub summary: String,
    /// How many words the body has.
    pub words: i64,
    /// Who wrote it.
    pub actor: Actor,
    /// When.
    pub created_at: Timestamp,
}

/// A revision without its words.
#[derive(Clone, Debug)]
pub struct Version {
    /// Counts the article's revisions from 1.
    pub number: i64,
    /// The name that somebody gave it; empty for none.
    pub name: String,
    /// How many words the body has.
    pub words: i64,
    /// Who wrote it.
    pub actor: Actor,
    /// When.
    pub created_at: Timestamp,
    /// When readers first saw it, if they did.
    pub shown_at: Option<Timestamp>,
}

/// An article as readers see it.
#[derive(Clone, Debug)]
pub struct PublishedArticle {
    /// Without its words.
    pub article: Article,
    /// Its words.
    pub revision: Revision,
    /// When readers first saw it.
    pub published_at: Timestamp,
}

/// What was wrong with an article, as readers are told.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Correction {
    /// What was wrong, and what is right.
    pub text: String,
    /// Since when readers are told.
    pub at: Timestamp,
}

/// A published article as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Teaser {
    /// Names the article.
    pub id: ArticleId,
    /// Its address.
    pub path: String,
    /// Where it belongs.
    pub section_id: SectionId,
    /// What it is.
    pub kind: Kind,
    /// The language that it is written in.
    pub language: String,
    /// The headline.
    pub headline: String,
    /// The standfirst.
    pub deck: String,
    /// The first words of the body.
    pub summary: String,
    /// The lead photo.
    pub photo_id: Option<PhotoId>,
    /// Who wrote it.
    pub byline: Vec<Author>,
    /// When readers first saw it.
    pub published_at: Timestamp,
    /// When it last changed in substance.
    pub updated_at: Option<Timestamp>,
}

/// Which part of a list, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// From the newest.
    First,
    /// What is older than this place.
    Before(Timestamp, ArticleId),
    /// What is newer than this place, nearest to it.
    After(Timestamp, ArticleId),
}

/// What is at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// An article that readers may see.
    Published(ArticleId),
    /// An article that moved to this address.
    Moved(String),
    /// An article that is gone, and the note that says why.
    Withdrawn {
        /// Which.
        article: ArticleId,
        /// Why.
        note: String,
    },
}

/// What readers find at `path`. An article that was never published is not found.
pub async fn find(on: &impl Connection, path: &str) -> Result<Option<Found>> {
    if let Some(article) = by_path(on, path).await? {
        return Ok(match article.state {
            State::Published => Some(Found::Published(article.id)),
            State::Withdrawn => Some(withdrawn(&article)),
            State::Draft => None,
        });
    }
    let row: Option<ArticleRow> = sql("SELECT a.* FROM former_addresses f
         JOIN articles a ON a.id = f.article_id WHERE f.path = ?")
    .bind(as_asked_for(path))
    .one(on)
    .await?;
    Ok(row.map(ArticleRow::read).and_then(|article| match article.state {
        State::Published => Some(Found::Moved(article.path)),
        State::Withdrawn => Some(withdrawn(&article)),
        State::Draft => None,
    }))
}

fn withdrawn(article: &Article) -> Found {
    let note = article.withdrawn_note.clone().unwrap_or_default();
    Found::Withdrawn { article: article.id, note }
}

/// The article with this id, whatever its state.
pub async fn by_id(on: &impl Connection, id: ArticleId) -> Result<Option<Article>> {
    let row: Option<ArticleRow> =
        sql("SELECT * FROM articles WHERE id = ?").bind(id).one(on).await?;
    Ok(row.map(ArticleRow::read))
}

/// The article that has this address now, whatever its state.
pub async fn by_path(on: &impl Connection, path: &str) -> Result<Option<Article>> {
    let row: Option<ArticleRow> =
        sql("SELECT * FROM articles WHERE path = ?").bind(path).one(on).await?;
    Ok(row.map(ArticleRow::read))
}

/// Articles in every state, the newest first, behind `before`.
pub async fn all(
    on: &impl Connection,
    before: Option<(Timestamp, ArticleId)>,
    limit: i64,
) -> Result<Vec<Article>> {
    let (at, id) = before.unwrap_or((Timestamp::from_micros(i64::MAX), ArticleId(Uuid::max())));
    let rows: Vec<ArticleRow> = sql("SELECT * FROM articles WHERE (created_at, id) < (?, ?)
         ORDER BY created_at DESC, id DESC LIMIT ?")
    .bind(at)
    .bind(id)
    .bind(limit)
    .all(on)
    .await?;
    Ok(rows.into_iter().map(ArticleRow::read).collect())
}

/// An article as readers see it, if they do.
pub async fn published(on: &impl Connection, id: ArticleId) -> Result<Option<PublishedArticle>> {
    let Some(article) = by_id(on, id).await? else { return Ok(None) };
    let (State::Published, Some(number), Some(published_at)) =
        (article.state, article.published_revision, article.published_at)
    else {
        return Ok(None);
    };
    let revision = revision(on, id, number).await?;
    Ok(revision.map(|revision| PublishedArticle { article, revision, published_at }))
}

#[derive(FromQueryResult)]
struct RevisionRow {
    id: RevisionId,
    number: i64,
    kind: String,
    language: String,
    headline: String,
    deck: String,
    dateline: String,
    body: String,
    summary: String,
    words: i64,
    photo_id: Option<PhotoId>,
    photo_caption: Option<String>,
    byline: String,
    related: String,
    actor: String,
    created_at: Timestamp,
}

impl RevisionRow {
    fn read(self) -> Result<Revision> {
        let body = Document::from_json_str(&self.body)
            .map_err(|error| StoreError::Unreadable { what: "body", why: error.to_string() })?;
        Ok(Revision {
            id: self.id,
            number: self.number,
            content: Content {
                kind: read_kind(&self.kind)?,
                language: self.language,
                headline: self.headline,
                deck: self.deck,
                dateline: self.dateline,
                byline: read_json::<Vec<Author>>("byline", &self.byline)?,
                body,
                photo: self
                    .photo_id
                    .map(|photo| LeadPhoto { photo, caption: self.photo_caption.clone() }),
                related: read_json::<Vec<Related>>("related", &self.related)?,
            },
            summary: self.summary,
            words: self.words,
            actor: read_json("actor", &self.actor)?,
            created_at: self.created_at,
        })
    }
}

/// One revision of an article.
pub async fn revision(
    on: &impl Connection,
    article: ArticleId,
    number: i64,
) -> Result<Option<Revision>> {
    let row: Option<RevisionRow> =
        sql("SELECT * FROM revisions WHERE article_id = ? AND number = ?")
            .bind(article)
            .bind(number)
            .one(on)
            .await?;
    row.map(RevisionRow::read).transpose()
}

/// All revisions of an article, the newest first.
pub async fn revisions(on: &impl Connection, article: ArticleId) -> Result<Vec<Revision>> {
    let rows: Vec<RevisionRow> =
        sql("SELECT * FROM revisions WHERE article_id = ? ORDER BY number DESC")
            .bind(article)
            .all(on)
            .await?;
    rows.into_iter().map(RevisionRow::read).collect()
}

/// All revisions of an article without their words, the newest first.
pub async fn versions(on: &impl Connection, article: ArticleId) -> Result<Vec<Version>> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        name: String,
        words: i64,
        actor: String,
        created_at: Timestamp,
        shown_at: Option<Timestamp>,
    }
    let rows: Vec<Row> = sql("SELECT number, name, words, actor, created_at, shown_at
         FROM revisions WHERE article_id = ? ORDER BY number DESC")
    .bind(article)
    .all(on)
    .await?;
    let read = |row: Row| {
        let Row { number, name, words, created_at, shown_at, .. } = row;
        let actor = read_json("actor", &row.actor)?;
        Ok(Version { number, name, words, actor, created_at, shown_at })
    };
    rows.into_iter().map(read).collect()
}

/// The corrections of an article, the oldest first.
pub async fn corrections(on: &impl Connection, article: ArticleId) -> Result<Vec<Correction>> {
    sql("SELECT text, at FROM corrections WHERE article_id = ? ORDER BY at, id")
        .bind(article)
        .all(on)
        .await
}

/// The published articles that say the same in other languages: language and address.
pub async fn translations(
    on: &impl Connection,
    article: &Article,
) -> Result<Vec<(String, String)>> {
    #[derive(FromQueryResult)]
    struct Row {
        language: String,
        path: String,
    }
    let rows: Vec<Row> = sql("SELECT r.language, a.path FROM articles a
         JOIN revisions r ON r.article_id = a.id AND r.number = a.published_revision
         WHERE a.translation_key = ? AND a.id <> ? AND a.state = 'published'
         ORDER BY r.language, a.path")
    .bind(article.translation_key)
    .bind(article.id)
    .all(on)
    .await?;
    Ok(rows.into_iter().map(|row| (row.language, row.path)).collect())
}

#[derive(FromQueryResult)]
struct TeaserRow {
    id: ArticleId,
    path: String,
    section_id: SectionId,
    kind: String,
    language: String,
    headline: String,
    deck: String,
    summary: String,
    photo_id: Option<PhotoId>,
    byline: String,
    published_at: Timestamp,
    updated_at: Option<Timestamp>,
}

impl TeaserRow {
    fn read(self) -> Result<Teaser> {
        Ok(Teaser {
            id: self.id,
            path: self.path,
            section_id: self.section_id,
            kind: read_kind(&self.kind)?,
            language: self.language,
            headline: self.headline,
            deck: self.deck,
            summary: self.summary,
            photo_id: self.photo_id,
            byline: read_json("byline", &self.byline)?,
            published_at: self.published_at,
            updated_at: self.updated_at,
        })
    }
}

/// The columns of a [`TeaserRow`], before whatever says which articles.
macro_rules! teaser_sql {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.path, a.section_id, r.kind, r.language, r.headline, r.deck, ",
            "r.summary, r.photo_id, r.byline, a.published_at, a.updated_at ",
            $rest
        )
    };
}

/// Published articles of a list: a section's or a person's. The newest first, whichever page.
pub async fn teasers_in(
    on: &impl Connection,
    list: impl Into<Uuid>,
    page: Page,
    limit: i64,
) -> Result<Vec<Teaser>> {
    let newest = (Timestamp::from_micros(i64::MAX), ArticleId(Uuid::max()));
    let (query, (at, id)) = match page {
        Page::First => (BEFORE, newest),
        Page::Before(at, id) => (BEFORE, (at, id)),
        Page::After(at, id) => (AFTER, (at, id)),
    };
    let rows: Vec<TeaserRow> =
        sql(query).bind(list.into()).bind(at).bind(id).bind(limit).all(on).await?;
    let mut teasers: Vec<Teaser> = rows.into_iter().map(TeaserRow::read).collect::<Result<_>>()?;
    if matches!(page, Page::After(..)) {
        teasers.reverse();
    }
    Ok(teasers)
}

const BEFORE: &str = teaser_sql!(
    "FROM listings l JOIN articles a ON a.id = l.article_id
     JOIN revisions r ON r.article_id = a.id AND r.number = a.published_revision
     WHERE l.list_id = ? AND (l.published_at, l.article_id) < (?, ?)
     ORDER BY l.published_at DESC, l.article_id DESC LIMIT ?"
);

const AFTER: &str = teaser_sql!(
    "FROM listings l JOIN articles a ON a.id = l.article_id
     JOIN revisions r ON r.article_id = a.id AND r.number = a.published_revision
     WHERE l.list_id = ? AND (l.published_at, l.article_id) > (?, ?)
     ORDER BY l.published_at, l.article_id LIMIT ?"
);

/// The newest published articles of the whole site.
pub async fn teasers_newest(on: &impl Connection, limit: i64) -> Result<Vec<Teaser>> {
    let rows: Vec<TeaserRow> = sql(teaser_sql!(
        "FROM articles a JOIN revisions r ON r.article_id = a.id AND r.number = a.published_revision
         WHERE a.state = 'published' ORDER BY a.published_at DESC, a.id DESC LIMIT ?"
    ))
    .bind(limit)
    .all(on)
    .await?;
    rows.into_iter().map(TeaserRow::read).collect()
}

/// Those of these articles that are published, in the order asked for.
pub async fn teasers(on: &impl Connection, ids: &[ArticleId]) -> Result<Vec<Teaser>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<TeaserRow> = sql(teaser_sql!(
        "FROM articles a JOIN revisions r ON r.article_id = a.id AND r.number = a.published_revision
         WHERE a.state = 'published' AND a.id IN (?)"
    ))
    .bind_all(ids.iter().copied())
    .all(on)
    .await?;
    let mut teasers: Vec<Teaser> = rows.into_iter().map(TeaserRow::read).collect::<Result<_>>()?;
    teasers.sort_by_key(|teaser| ids.iter().position(|id| *id == teaser.id));
    Ok(teasers)
}

/// Published articles by headline, as [`base::title_key`] spells it; the newest first.
pub async fn teasers_by_title(on: &impl Connection, titles: &[String]) -> Result<Vec<Teaser>> {
    if titles.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<TeaserRow> = sql(teaser_sql!(
        "FROM articles a JOIN revisions r ON r.article_id = a.id AND r.number = a.published_revision
         WHERE a.state = 'published' AND a.title_key IN (?)
         ORDER BY a.published_at DESC, a.id DESC LIMIT 200"
    ))
    .bind_all(titles.iter().map(String::as_str))
    .all(on)
    .await?;
    rows.into_iter().map(TeaserRow::read).collect()
}

/// The months in which articles were published, each as its first instant in UTC, newest first.
pub async fn published_months(on: &impl Connection) -> Result<Vec<Timestamp>> {
    let mut months = Vec::new();
    let mut before = Timestamp::from_micros(i64::MAX);
    // One step of the index for each month, instead of a walk over all articles.
    while let Some(newest) = sql("SELECT published_at AS value FROM articles
         WHERE state = 'published' AND published_at < ? ORDER BY published_at DESC LIMIT 1")
    .bind(before)
    .optional::<Timestamp>(on)
    .await?
    {
        before = month_of(newest);
        months.push(before);
    }
    Ok(months)
}

/// How many articles were published from `from` until before `until`.
pub async fn published_count(
    on: &impl Connection,
    from: Timestamp,
    until: Timestamp,
) -> Result<i64> {
    sql("SELECT COUNT(*) AS value FROM articles
         WHERE state = 'published' AND published_at >= ? AND published_at < ?")
    .bind(from)
    .bind(until)
    .value(on)
    .await
}

/// Articles published from `from` until before `until`, the newest first, without the first `skip`.
pub async fn published_in(
    on: &impl Connection,
    from: Timestamp,
    until: Timestamp,
    skip: i64,
    limit: i64,
) -> Result<Vec<Teaser>> {
    let rows: Vec<TeaserRow> = sql(teaser_sql!(
        "FROM articles a JOIN revisions r ON r.article_id = a.id AND r.number = a.published_revision
         WHERE a.state = 'published' AND a.published_at >= ? AND a.published_at < ?
         ORDER BY a.published_at DESC, a.id DESC LIMIT ? OFFSET ?"
    ))
    .bind(from)
    .bind(until)
    .bind(limit)
    .bind(skip)
    .all(on)
    .await?;
    rows.into_iter().map(TeaserRow::read).collect()
}

/// When one of the articles that [`published_in`] gives for the same arguments changed last.
pub async fn changed_in(
    on: &impl Connection,
    from: Timestamp,
    until: Timestamp,
    skip: i64,
    limit: i64,
) -> Result<Option<Timestamp>> {
    sql("SELECT MAX(COALESCE(updated_at, published_at)) AS value
         FROM (SELECT updated_at, published_at FROM articles
               WHERE state = 'published' AND published_at >= ? AND published_at < ?
               ORDER BY published_at DESC, id DESC LIMIT ? OFFSET ?) AS part")
    .bind(from)
    .bind(until)
    .bind(limit)
    .bind(skip)
    .value(on)
    .await
}

fn month_of(at: Timestamp) -> Timestamp {
    let date = jiff::tz::TimeZone::UTC.to_datetime(at.to_jiff()).date().first_of_month();
    let first = date.at(0, 0, 0, 0);
    jiff::tz::TimeZone::UTC.to_timestamp(first).map_or(at, Timestamp::from)
}

fn read_kind(name: &str) -> Result<Kind> {
    Kind::parse(name)
        .ok_or_else(|| StoreError::Unreadable { what: "kind", why: format!("{name:?} is none") })
}

fn read_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::Unreadable { what, why: error.to_string() })
}
