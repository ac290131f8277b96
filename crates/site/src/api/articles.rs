//! Articles: drafts and revisions, and what readers see of them.

mod content;
pub(super) mod publish;
pub(super) mod read;
pub(super) mod relocate;
pub(super) mod write;

use ::publish::article::{self, Kind, State};
use ::publish::section;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base::{ArticleId, Timestamp};
use serde::Serialize;
use store::Store;
use utoipa::ToSchema;

use super::change::known_article;
use super::{Answer, schema};
use content::Content;

/// An article without its words.
#[derive(Serialize, ToSchema)]
pub(super) struct Summary {
    /// Names the article through all its revisions.
    #[schema(schema_with = schema::id)]
    id: ArticleId,
    /// What has become of it.
    #[schema(schema_with = schema::state)]
    state: State,
    /// The headline of its newest revision.
    #[schema(example = "Two presidents speak for two hours")]
    headline: String,
    /// What its newest revision is.
    #[schema(schema_with = schema::kind)]
    kind: Kind,
    /// The language of its newest revision.
    #[schema(example = "en")]
    language: String,
    /// The path of its section.
    #[schema(example = "news/russia")]
    section: String,
    /// The last part of its address.
    #[schema(example = "two-presidents-speak")]
    slug: String,
    /// Its address.
    #[schema(example = "/news/russia/two-presidents-speak")]
    path: String,
    /// The number of its newest revision.
    revision: i64,
    /// The number of the revision that readers see, or last saw.
    published_revision: Option<i64>,
    /// When a revision will be published by itself.
    #[schema(schema_with = schema::instant)]
    scheduled_at: Option<Timestamp>,
    /// Which revision that is.
    scheduled_revision: Option<i64>,
    /// When readers first saw it.
    #[schema(schema_with = schema::instant)]
    published_at: Option<Timestamp>,
    /// When what readers see last changed in substance.
    #[schema(schema_with = schema::instant)]
    updated_at: Option<Timestamp>,
    /// When it was withdrawn.
    #[schema(schema_with = schema::instant)]
    withdrawn_at: Option<Timestamp>,
    /// What readers of its address are told since.
    withdrawn_note: Option<String>,
    /// Since when there is a draft.
    #[schema(schema_with = schema::instant)]
    created_at: Timestamp,
}

/// An article with its newest words.
#[derive(Serialize, ToSchema)]
pub(super) struct Article {
    #[serde(flatten)]
    summary: Summary,
    /// The words of its newest revision. It can be sent back as it is, to revise the article.
    content: Content,
    /// The published articles that say the same in other languages.
    translations: Vec<Translation>,
}

/// The same story in another language.
#[derive(Serialize, ToSchema)]
pub(super) struct Translation {
    /// The language that it is written in.
    #[schema(example = "es")]
    language: String,
    /// Its address.
    #[schema(example = "/es/rusia/dos-presidentes")]
    path: String,
}

/// The article as it is now.
async fn read_article(store: &Store, id: ArticleId) -> Answer<Article> {
    let known = known_article(store, id).await?;
    let newest = newest_revision(store, &known).await?;
    let translations = article::translations(store, &known).await?;
    let content = Content::of(store, &newest.content).await?;
    let tree = section::tree(store).await?;
    Ok(Article {
        summary: Summary::of(known, &newest.content, &tree),
        content,
        translations: translations
            .into_iter()
            .map(|(language, path)| Translation { language, path })
            .collect(),
    })
}

async fn newest_revision(store: &Store, known: &article::Article) -> Answer<article::Revision> {
    let newest = article::revision(store, known.id, known.newest_revision).await?;
    Ok(newest.ok_or_else(|| store::StoreError::Unreadable {
        what: "newest revision",
        why: format!("article {} has none", known.id),
    })?)
}

impl Summary {
    fn of(known: article::Article, newest: &article::Content, tree: &section::Tree) -> Self {
        let section = tree.by_id(known.section_id);
        Self {
            id: known.id,
            state: known.state,
            headline: newest.headline.clone(),
            kind: newest.kind,
            language: newest.language.clone(),
            section: section.map(|section| section.path.clone()).unwrap_or_default(),
            slug: known.slug,
            path: known.path,
            revision: known.newest_revision,
            published_revision: known.published_revision,
            scheduled_at: known.scheduled_at,
            scheduled_revision: known.scheduled_revision,
            published_at: known.published_at,
            updated_at: known.updated_at,
            withdrawn_at: known.withdrawn_at,
            withdrawn_note: known.withdrawn_note,
            created_at: known.created_at,
        }
    }
}

/// The newest revision's number is the ETag, so that `If-Match` protects what was not seen.
impl IntoResponse for Article {
    fn into_response(self) -> Response {
        let tag = HeaderValue::from_str(&format!("\"{}\"", self.summary.revision));
        let mut answer = axum::Json(self).into_response();
        if let Ok(tag) = tag {
            answer.headers_mut().insert(header::ETAG, tag);
        }
        answer
    }
}
