//! Stories as other pages announce them.

use std::collections::BTreeMap;

use accounts::person::{self, Person};
use base::{PersonId, PhotoId};
use projections::page_cache::Tag;
use publish::article::Teaser;

use super::Result;
use super::pictures::Pictures;
use super::shell::{Shell, link};
use crate::App;
use crate::view::Card;

/// What cards need beside the teasers: the names of authors, and the photos.
pub(super) struct Cards {
    people: BTreeMap<PersonId, Person>,
    pictures: Pictures,
}

impl Cards {
    pub(super) async fn load(app: &App, teasers: &[&Teaser]) -> Result<Self> {
        let mut ids: Vec<PersonId> =
            teasers.iter().flat_map(|it| &it.byline).map(|author| author.person).collect();
        ids.sort();
        ids.dedup();
        let people = person::by_ids(app.store(), &ids).await?;
        let mut photos: Vec<PhotoId> = teasers.iter().filter_map(|it| it.photo_id).collect();
        photos.sort();
        photos.dedup();
        Ok(Self {
            people: people.into_iter().map(|person| (person.id, person)).collect(),
            pictures: Pictures::load(app, &photos).await?,
        })
    }

    /// The card of a story, with the tags of what it shows.
    pub(super) fn card(&self, shell: &Shell, teaser: &Teaser, tags: &mut Vec<Tag>) -> Card {
        tags.push(Tag::Article(teaser.id));
        tags.extend(teaser.photo_id.map(Tag::Photo));
        let authors = teaser.byline.iter().filter_map(|it| self.people.get(&it.person));
        Card {
            url: teaser.path.clone(),
            headline: teaser.headline.clone(),
            deck: if teaser.deck.is_empty() { teaser.summary.clone() } else { teaser.deck.clone() },
            kind: teaser.kind.name().to_owned(),
            section: shell.sections.by_id(teaser.section_id).map(link),
            authors: authors.map(|person| person.name.clone()).collect(),
            published: teaser.published_at,
            picture: teaser.photo_id.and_then(|id| self.pictures.picture(id, None)),
            language: teaser.language.clone(),
        }
    }

    /// The cards of some stories.
    pub(super) fn all(&self, shell: &Shell, teasers: &[Teaser], tags: &mut Vec<Tag>) -> Vec<Card> {
        teasers.iter().map(|teaser| self.card(shell, teaser, tags)).collect()
    }
}
