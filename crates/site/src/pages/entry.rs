//! Published articles as feeds, site maps and structured data take them.

use accounts::person::Person;
use base::PersonId;
use projections::page_cache::Tag;
use publish::article::{self, Author, PublishedArticle, Teaser};

use super::Result;
use super::pictures::Pictures;
use super::shell::{Shell, section_link};
use crate::App;
use crate::syndication::{self, Entry};

/// An article with its body, its photo and its people.
pub(super) struct Full {
    pub(super) published: PublishedArticle,
    pub(super) people: Vec<Person>,
    pub(super) corrections: Vec<article::Correction>,
    pub(super) translations: Vec<(String, String)>,
    pub(super) pictures: Pictures,
}

impl Full {
    /// Reads an article that readers may see, with all that belongs to it.
    pub(super) async fn load(app: &App, id: base::ArticleId) -> Result<Option<Self>> {
        match article::published(app.store(), id).await? {
            Some(published) => Self::of(app, published).await.map(Some),
            None => Ok(None),
        }
    }

    /// The same, of an article that was read already.
    pub(super) async fn of(app: &App, published: PublishedArticle) -> Result<Self> {
        let content = &published.revision.content;
        let ids: Vec<PersonId> = content.byline.iter().map(|author| author.person).collect();
        let people = accounts::person::by_ids(app.store(), &ids).await?;
        let corrections = article::corrections(app.store(), published.article.id).await?;
        let translations = article::translations(app.store(), &published.article).await?;
        let pictures = Pictures::load(app, &content.photos()).await?;
        Ok(Self { published, people, corrections, translations, pictures })
    }

    /// The tags of what this shows.
    pub(super) fn tags(&self) -> Vec<Tag> {
        let content = &self.published.revision.content;
        let mut tags = vec![Tag::Article(self.published.article.id)];
        tags.extend(self.people.iter().map(|person| Tag::Person(person.id)));
        tags.extend(content.photos().into_iter().map(Tag::Photo));
        tags
    }

    pub(super) fn author(&self, author: &Author) -> Option<&Person> {
        self.people.iter().find(|person| person.id == author.person)
    }

    pub(super) fn entry(&self, shell: &Shell, kind_label: String, html: String) -> Entry {
        let PublishedArticle { article, revision, published_at } = &self.published;
        let content = &revision.content;
        let photo = content.photo.as_ref();
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Entry {
            id: article.id,
            url: article.path.clone(),
            headline: content.headline.clone(),
            summary: text(&content.deck).unwrap_or_else(|| revision.summary.clone()),
            html,
            kind: content.kind,
            kind_label,
            sections: shell
                .sections
                .trail(article.section_id)
                .into_iter()
                .map(section_link)
                .collect(),
            language: content.language.clone(),
            dateline: text(&content.dateline),
            authors: content
                .byline
                .iter()
                .filter_map(|author| {
                    let person = self.author(author)?;
                    Some(syndication::Author {
                        name: person.name.clone(),
                        url: Some(author_address(person)),
                        role: author.role.clone(),
                        fediverse: None,
                    })
                })
                .collect(),
            published: *published_at,
            updated: article.updated_at,
            photo: photo
                .and_then(|lead| self.pictures.for_machines(lead.photo, lead.caption.as_deref())),
            corrections: self
                .corrections
                .iter()
                .map(|it| syndication::Correction { text: it.text.clone(), published: it.at })
                .collect(),
            word_count: u32::try_from(revision.words).unwrap_or(0),
            live: None,
            gated: None,
            translations: self.translations.clone(),
        }
    }
}

/// Where a person's page is.
pub(super) fn author_address(person: &Person) -> String {
    format!("/authors/{}", person.slug)
}

/// An article as a list names it: without body, authors and photo.
pub(super) fn of_teaser(shell: &Shell, teaser: &Teaser) -> Entry {
    Entry {
        id: teaser.id,
        url: teaser.path.clone(),
        headline: teaser.headline.clone(),
        summary: if teaser.deck.is_empty() { teaser.summary.clone() } else { teaser.deck.clone() },
        html: String::new(),
        kind: teaser.kind,
        kind_label: String::new(),
        sections: shell.sections.trail(teaser.section_id).into_iter().map(section_link).collect(),
        language: teaser.language.clone(),
        dateline: None,
        authors: Vec::new(),
        published: teaser.published_at,
        updated: teaser.updated_at,
        photo: None,
        corrections: Vec::new(),
        word_count: 0,
        live: None,
        gated: None,
        translations: Vec::new(),
    }
}
