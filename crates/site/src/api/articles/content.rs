//! The words of an article, on their way in and out.

use accounts::person::{self, AddPerson};
use base::{Actor, ArticleId, PersonId, PhotoId};
use document::markdown::{Image, Resolver, from_markdown};
use document::{Document, DocumentError};
use publish::article::{self, Author, Kind, LeadPhoto};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::change::Change;
use crate::api::problem::Problem;
use crate::api::{Answer, schema};

/// The words of an article, as one revision has them.
#[derive(Serialize, ToSchema)]
pub(crate) struct Content {
    /// What it is.
    #[schema(schema_with = schema::kind)]
    kind: Kind,
    /// The language that it is written in, as BCP 47 tags it.
    #[schema(example = "en")]
    language: String,
    /// The headline.
    headline: String,
    /// The standfirst below it.
    deck: String,
    /// Where it was written.
    #[schema(example = "GENEVA")]
    dateline: String,
    /// Who wrote it, in order.
    byline: Vec<ByName>,
    /// The body.
    #[schema(schema_with = schema::body)]
    body: Value,
    /// The photo at the top.
    photo: Option<Lead>,
    /// The stories that an editor chose beside those within the body.
    related: Vec<Related>,
}

/// The words of a revision to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContent {
    /// What it is.
    #[schema(schema_with = schema::kind)]
    pub(super) kind: Kind,
    /// The language that it is written in, as BCP 47 tags it; the site's own when left out.
    #[schema(example = "en")]
    pub(super) language: Option<String>,
    /// The headline.
    #[schema(max_length = 300, example = "Two presidents speak for two hours")]
    pub(super) headline: String,
    /// The standfirst below it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub(super) deck: String,
    /// Where it was written.
    #[serde(default)]
    #[schema(example = "GENEVA")]
    pub(super) dateline: String,
    /// Who wrote it, in order.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub(super) byline: Vec<ByName>,
    /// The body; or else `body_markdown`.
    #[schema(schema_with = schema::body)]
    pub(super) body: Option<Value>,
    /// The body as Markdown; or else `body`. Refused when any of it would be lost.
    #[schema(example = "The two presidents spoke for **two hours**.")]
    pub(super) body_markdown: Option<String>,
    /// The photo at the top.
    pub(super) photo: Option<Lead>,
    /// The stories that an editor chose beside those within the body.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub(super) related: Vec<Related>,
}

/// One name of a byline.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByName {
    /// Who; when left out, the person of that name.
    #[schema(schema_with = schema::id)]
    person: Option<PersonId>,
    /// The person's name. Beside `person` it says nothing new; without, somebody unknown is added
    /// as an author.
    #[schema(example = "Rosa Kern")]
    name: Option<String>,
    /// In which role, when it is not simply as author.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Photographs")]
    role: Option<String>,
}

/// The photo at the top of an article.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lead {
    /// Which.
    #[schema(schema_with = schema::id)]
    id: PhotoId,
    /// The caption here, when it is not the photo's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000)]
    caption: Option<String>,
}

/// A related story: known by its id, by its address, or by its title only until it appears.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RelatedStory)]
pub(crate) struct Related {
    /// As the editor wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/news/russia/some-slug")]
    address: Option<String>,
    /// The story itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::id)]
    article: Option<ArticleId>,
}

impl Content {
    /// What a revision says, with the names of those who wrote it.
    pub(super) async fn of(
        on: &impl store::Connection,
        content: &article::Content,
    ) -> Answer<Self> {
        let ids: Vec<PersonId> = content.byline.iter().map(|author| author.person).collect();
        let people = person::by_ids(on, &ids).await?;
        let by_name = |author: &Author| ByName {
            person: Some(author.person),
            name: people.iter().find(|it| it.id == author.person).map(|it| it.name.clone()),
            role: author.role.clone(),
        };
        Ok(Self {
            kind: content.kind,
            language: content.language.clone(),
            headline: content.headline.clone(),
            deck: content.deck.clone(),
            dateline: content.dateline.clone(),
            byline: content.byline.iter().map(by_name).collect(),
            body: content.body.to_json(),
            photo: content.photo.clone().map(|it| Lead { id: it.photo, caption: it.caption }),
            related: content.related.iter().cloned().map(Related::from).collect(),
        })
    }
}

impl NewContent {
    /// As the commands take it. Authors who are not known yet are added by the same change.
    pub(super) async fn read(self, change: &mut Change, actor: &Actor) -> Answer<article::Content> {
        let body = read_body(self.body.as_ref(), self.body_markdown.as_deref())?;
        let language = match self.language {
            Some(language) => language,
            None => publish::site::current(&change.tx).await?.language,
        };
        let mut byline = Vec::new();
        for (index, by) in self.byline.into_iter().enumerate() {
            byline.push(by.read(change, actor, index).await?);
        }
        Ok(article::Content {
            kind: self.kind,
            language,
            headline: self.headline,
            deck: self.deck,
            dateline: self.dateline,
            byline,
            body,
            photo: self.photo.map(|Lead { id, caption }| LeadPhoto { photo: id, caption }),
            related: self.related.into_iter().map(article::Related::from).collect(),
        })
    }
}

impl ByName {
    async fn read(self, change: &mut Change, actor: &Actor, index: usize) -> Answer<Author> {
        let person = match (self.person, self.name) {
            (Some(person), _) => person,
            (None, Some(name)) => match person::by_name(&change.tx, &name).await? {
                Some(person) => person.id,
                None => {
                    let author = AddPerson::author(&name);
                    person::add(&mut change.tx, actor, author, change.now).await?
                }
            },
            (None, None) => {
                return Err(Problem::invalid("A byline names a person, or gives a name.")
                    .at(format!("/byline/{index}")));
            }
        };
        Ok(Author { person, role: self.role })
    }
}

fn read_body(json: Option<&Value>, markdown: Option<&str>) -> Answer<Document> {
    match (json, markdown) {
        (Some(json), None) => Document::parse(json).map_err(|error| {
            Problem::invalid(sentence(&error)).at(format!("/body{}", pointer(error.path())))
        }),
        (None, Some(text)) => read_markdown(text),
        _ => Err(Problem::invalid(
            "An article has either a body or a body_markdown; send exactly one of them.",
        )),
    }
}

fn read_markdown(text: &str) -> Answer<Document> {
    let problem = |why: String| Problem::invalid(why).at("/body_markdown");
    let (body, notices) =
        from_markdown(text, &mut PhotosById).map_err(|error| problem(sentence(&error)))?;
    if notices.is_empty() {
        return Ok(body);
    }
    // Somebody who imports a folder reads a report; a program that posts may drop it unread.
    let lost: Vec<String> = notices.iter().map(ToString::to_string).collect();
    Err(problem(format!("Some of the Markdown cannot be kept as it is: {}.", lost.join("; "))))
}

/// Images in Markdown that comes by the API name photos that are here, by their ids.
struct PhotosById;

impl Resolver for PhotosById {
    fn photo(&mut self, image: &Image) -> Option<PhotoId> {
        image.path.trim_start_matches("/photos/").parse().ok()
    }
}

fn sentence(error: &DocumentError) -> String {
    format!("The body cannot be taken: {error}.")
}

/// `content[2].content[0]` as a JSON Pointer.
fn pointer(path: &str) -> String {
    if !path.starts_with("content") {
        return String::new();
    }
    format!("/{}", path.replace(']', "").replace(['[', '.'], "/"))
}

impl From<article::Related> for Related {
    fn from(article::Related { title, address, article }: article::Related) -> Self {
        Self { title, address, article }
    }
}

impl From<Related> for article::Related {
    fn from(Related { title, address, article }: Related) -> Self {
        Self { title, address, article }
    }
}
