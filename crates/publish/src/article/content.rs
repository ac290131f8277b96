use base::limits::{CAPTION_CHARS_MAX, DECK_CHARS_MAX, HEADLINE_CHARS_MAX};
use base::{ArticleId, PersonId, PhotoId};
use document::Document;
use document::limits::ADDRESS_CHARS_MAX;
use serde::{Deserialize, Serialize};
use store::{Connection, sql};

use super::Kind;
use crate::{PublishError, Result};

/// What somebody did for an article, in characters.
const ROLE_CHARS_MAX: usize = 200;

/// The words of an article, as one revision has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// What it is.
    pub kind: Kind,
    /// The language that it is written in, as BCP 47 tags it.
    pub language: String,
    /// The headline.
    pub headline: String,
    /// The standfirst below it.
    pub deck: String,
    /// Where it was written, such as "GENEVA".
    pub dateline: String,
    /// Who wrote it, in order.
    pub byline: Vec<Author>,
    /// The body.
    pub body: Document,
    /// The lead photo.
    pub photo: Option<LeadPhoto>,
    /// The stories that an editor chose beside those within the body.
    pub related: Vec<Related>,
}

/// One name of a byline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Who.
    pub person: PersonId,
    /// In which role, such as "Photographs", when it is not simply as author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// The photo at the top of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadPhoto {
    /// Which.
    pub photo: PhotoId,
    /// The caption here, when it is not the photo's own.
    pub caption: Option<String>,
}

/// A related story: known by its id, by its address, or by its title only until it appears.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// As the editor wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its address, such as `/news/russia/some-slug`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The story itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<ArticleId>,
}

impl Content {
    /// Tidies the texts and refuses what no page could show.
    pub(crate) async fn checked(mut self, on: &impl Connection) -> Result<Self> {
        self.headline = one_line("headline", &self.headline, HEADLINE_CHARS_MAX)?;
        self.deck = one_line("deck", &self.deck, DECK_CHARS_MAX)?;
        self.dateline = one_line("dateline", &self.dateline, 200)?;
        if self.headline.is_empty() {
            return Err(PublishError::Invalid("An article needs a headline.".into()));
        }
        if !is_language(&self.language) {
            return Err(PublishError::Invalid(format!(
                "{:?} is no language tag; write one such as \"en\" or \"pt-BR\".",
                self.language
            )));
        }
        if self.related.len() > 20 || self.byline.len() > 30 {
            return Err(PublishError::Invalid(
                "An article has at most 20 related stories and 30 authors.".into(),
            ));
        }
        for author in &mut self.byline {
            if let Some(role) = &author.role {
                author.role = Some(one_line("role of an author", role, ROLE_CHARS_MAX)?);
            }
        }
        for related in &mut self.related {
            if let Some(title) = &related.title {
                related.title = Some(one_line("related title", title, HEADLINE_CHARS_MAX)?);
            }
            if let Some(address) = &related.address {
                let address = one_line("related address", address, ADDRESS_CHARS_MAX)?;
                related.address = Some(address);
            }
            if related.title.is_none() && related.address.is_none() && related.article.is_none() {
                return Err(PublishError::Invalid(
                    "A related story needs a title, an address or an id.".into(),
                ));
            }
        }
        if let Some(lead) = &mut self.photo
            && let Some(caption) = &lead.caption
        {
            lead.caption = Some(one_line("caption", caption, CAPTION_CHARS_MAX)?);
        }
        self.check_people(on).await?;
        self.check_photos(on).await?;
        Ok(self)
    }

    /// Every photo that readers of this article see.
    pub fn photos(&self) -> Vec<PhotoId> {
        let mut photos = self.body.photos();
        if let Some(lead) = &self.photo
            && !photos.contains(&lead.photo)
        {
            photos.insert(0, lead.photo);
        }
        photos
    }

    async fn check_people(&self, on: &impl Connection) -> Result<()> {
        let ids: Vec<PersonId> = self.byline.iter().map(|author| author.person).collect();
        let known = accounts::person::by_ids(on, &ids).await?;
        for (index, id) in ids.iter().enumerate() {
            if !known.iter().any(|person| person.id == *id) {
                return Err(PublishError::Invalid(format!("There is no person {id}.")));
            }
            if ids[..index].contains(id) {
                return Err(PublishError::Invalid(format!(
                    "The person {id} is twice in the byline."
                )));
            }
        }
        Ok(())
    }

    async fn check_photos(&self, on: &impl Connection) -> Result<()> {
        let wanted = self.photos();
        if wanted.is_empty() {
            return Ok(());
        }
        let known: Vec<PhotoId> = sql("SELECT id AS value FROM photos WHERE id IN (?)")
            .bind_all(wanted.iter().copied())
            .values(on)
            .await?;
        match wanted.into_iter().find(|id| !known.contains(id)) {
            Some(missing) => Err(PublishError::NoSuchPhoto(missing)),
            None => Ok(()),
        }
    }
}

/// Whether this looks like a BCP 47 tag: letters, then subtags of letters and digits.
pub fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && tag.len() <= 35
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

fn one_line(what: &str, text: &str, chars_max: usize) -> Result<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().any(char::is_control) {
        return Err(PublishError::Invalid(format!("The {what} holds a control character.")));
    }
    let chars = text.chars().count();
    if chars > chars_max {
        return Err(PublishError::Invalid(format!(
            "The {what} has {chars} characters; at most {chars_max} are possible."
        )));
    }
    Ok(text)
}
