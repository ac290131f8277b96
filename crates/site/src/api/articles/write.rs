//! Writing: a new article, and the next revision of one.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use base::ArticleId;
use publish::article::{self, CreateArticle, Kind};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::content::{ByName, Lead, NewContent, Related};
use super::{Article, read_article};
use crate::api::auth::{May, WriteArticle};
use crate::api::change::Change;
use crate::api::extract::{Json, Path};
use crate::api::problem::Problem;
use crate::api::{Answer, schema, sections};
use crate::app::App;

/// An article to be: where it belongs, and the words of its first revision.
// The content's fields are written out, because serde cannot refuse unknown fields through
// `flatten`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewArticle {
    /// The path of the section that it belongs to, which must exist.
    #[schema(example = "news/russia")]
    section: String,
    /// The last part of its address; made of the headline when left out.
    #[schema(example = "two-presidents-speak")]
    slug: Option<String>,
    /// The article that says the same in another language.
    #[schema(schema_with = schema::id)]
    translation_of: Option<ArticleId>,
    /// What it is.
    #[schema(schema_with = schema::kind)]
    kind: Kind,
    /// The language that it is written in, as BCP 47 tags it; the site's own when left out.
    #[schema(example = "en")]
    language: Option<String>,
    /// The headline.
    #[schema(max_length = 300, example = "Two presidents speak for two hours")]
    headline: String,
    /// The standfirst below it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    deck: String,
    /// Where it was written.
    #[serde(default)]
    #[schema(example = "GENEVA")]
    dateline: String,
    /// Who wrote it, in order.
    #[serde(default)]
    #[schema(max_items = 30)]
    byline: Vec<ByName>,
    /// The body; or else `body_markdown`.
    #[schema(schema_with = schema::body)]
    body: Option<Value>,
    /// The body as Markdown; or else `body`. Refused when any of it would be lost.
    #[schema(example = "The two presidents spoke for **two hours**.")]
    body_markdown: Option<String>,
    /// The photo at the top.
    photo: Option<Lead>,
    /// The stories that an editor chose beside those within the body.
    #[serde(default)]
    #[schema(max_items = 20)]
    related: Vec<Related>,
}

/// Begin an article, as a draft
#[utoipa::path(post, path = "/articles", operation_id = "create_article", tag = "Articles",
    security(("token" = ["write"])), request_body = NewArticle,
    responses(
        (status = 201, description = "The draft.", body = Article, headers(
            ("Location" = String, description = "Where the API has the article."),
            ("ETag" = String, description = "The number of the revision."))),
        (status = 409, description = "Its address is taken, or was once."),
    ))]
pub(crate) async fn create(
    may: May<WriteArticle>,
    State(app): State<App>,
    Json(article): Json<NewArticle>,
) -> Answer<impl IntoResponse> {
    let mut change = Change::begin(&app).await?;
    let section = sections::at_path(&change.tx, &article.section).await?;
    let (slug, translation_of, content) = article.split();
    let content = content.read(&mut change, &may.actor).await?;
    let command = CreateArticle { section, slug, content, translation_of };
    let id = article::create(&mut change.tx, &may.actor, command, change.now).await?;
    change.commit(&app).await?;
    let location = format!("/api/v1/articles/{id}");
    let article = read_article(app.store(), id).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], article))
}

/// Write the next revision
///
/// Readers go on seeing the published revision. With `If-Match`, nothing is changed when somebody
/// wrote another revision meanwhile.
#[utoipa::path(put, path = "/articles/{id}", operation_id = "revise_article", tag = "Articles",
    security(("token" = ["write"])),
    params(
        ("id" = String, Path, description = "The article's id."),
        ("If-Match" = Option<String>, Header,
            description = "The ETag of the revision that this one was written upon.",
            example = "\"1\""),
    ),
    request_body = NewContent,
    responses(
        (status = 200, description = "The article with its new revision.", body = Article,
            headers(("ETag" = String, description = "The number of the revision."))),
        (status = 412, description = "The article has been revised since."),
    ))]
pub(crate) async fn revise(
    may: May<WriteArticle>,
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    headers: HeaderMap,
    Json(content): Json<NewContent>,
) -> Answer<Article> {
    let (mut change, known) = Change::of_article(&app, id).await?;
    check_seen(&headers, &known)?;
    let content = content.read(&mut change, &may.actor).await?;
    let seen = Some(known.newest_revision);
    article::revise(&mut change.tx, &may.actor, id, seen, content, change.now).await?;
    change.commit(&app).await?;
    read_article(app.store(), id).await
}

/// Whether the writer has seen the newest revision, or does not say which.
fn check_seen(headers: &HeaderMap, known: &article::Article) -> Answer<()> {
    let mut tags = headers
        .get_all(header::IF_MATCH)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .peekable();
    let newest = format!("\"{}\"", known.newest_revision);
    if tags.peek().is_none() || tags.any(|tag| tag == "*" || tag == newest) {
        return Ok(());
    }
    Err(Problem::outdated(format!(
        "The newest revision of this article is {}, and not the one that If-Match names. Read \
         it, and write yours upon it.",
        known.newest_revision
    )))
}

impl NewArticle {
    fn split(self) -> (Option<String>, Option<ArticleId>, NewContent) {
        let content = NewContent {
            kind: self.kind,
            language: self.language,
            headline: self.headline,
            deck: self.deck,
            dateline: self.dateline,
            byline: self.byline,
            body: self.body,
            body_markdown: self.body_markdown,
            photo: self.photo,
            related: self.related,
        };
        (self.slug, self.translation_of, content)
    }
}
