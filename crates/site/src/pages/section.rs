//! `/news/russia/`: a section's stories, newest first, page by page.

use base::{ArticleId, Timestamp};
use projections::page_cache::{Rendered, Tag};
use publish::article::{self, Page, Teaser};
use publish::section::Section;

use super::cards::Cards;
use super::missing;
use super::shell::{Shell, link, section_link};
use super::{Result, entry};
use crate::App;
use crate::syndication::structured_data;
use crate::view::{Pagination, SectionPage};

pub(super) const PER_PAGE: usize = 20;

/// Which page a reader asks for: `before` or `after` the story with a key, as [`key`] writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(pub(super) Page);

impl Place {
    /// Reads the query part of an address; `None` when it is not one that a page links to.
    pub(super) fn parse(query: Option<&str>) -> Option<Self> {
        let Some(query) = query.filter(|query| !query.is_empty()) else {
            return Some(Self(Page::First));
        };
        let (side, key) = query.split_once('=')?;
        let (at, id) = key.split_once('.')?;
        let at = Timestamp::from_micros(at.parse().ok()?);
        let id: ArticleId = id.parse().ok()?;
        match side {
            "before" => Some(Self(Page::Before(at, id))),
            "after" => Some(Self(Page::After(at, id))),
            _ => None,
        }
    }

    /// The query part of the address, with its `?`; empty for the first page.
    pub(super) fn query(self) -> String {
        match self.0 {
            Page::First => String::new(),
            Page::Before(at, id) => format!("?before={}", key(at, id)),
            Page::After(at, id) => format!("?after={}", key(at, id)),
        }
    }
}

fn key(at: Timestamp, id: ArticleId) -> String {
    format!("{}.{}", at.as_micros(), id.0.simple())
}

/// One page of a list, and the ways to its neighbours.
pub(super) struct Listed {
    pub(super) teasers: Vec<Teaser>,
    pub(super) pagination: Pagination,
}

/// Reads one page of the list of a section or a person.
pub(super) async fn listed(
    app: &App,
    list: impl Into<uuid::Uuid>,
    place: Place,
    address: &str,
) -> Result<Listed> {
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let mut teasers = article::teasers_in(app.store(), list, place.0, limit).await?;
    let more = teasers.len() > PER_PAGE;
    // The one beyond the page tells that there is another page, at the end that was read last.
    if more {
        match place.0 {
            Page::After(..) => drop(teasers.remove(0)),
            Page::First | Page::Before(..) => drop(teasers.pop()),
        }
    }
    let (newer, older) = match place.0 {
        Page::First => (false, more),
        Page::Before(..) => (true, more),
        Page::After(..) => (more, true),
    };
    let to = |place: fn(Timestamp, ArticleId) -> Page, teaser: Option<&Teaser>| {
        teaser.map(|it| format!("{address}{}", Place(place(it.published_at, it.id)).query()))
    };
    let pagination = Pagination {
        first: (place.0 != Page::First).then(|| address.to_owned()),
        newer: if newer { to(Page::After, teasers.first()) } else { None },
        older: if older { to(Page::Before, teasers.last()) } else { None },
    };
    Ok(Listed { teasers, pagination })
}

pub(super) async fn render(
    app: &App,
    shell: &Shell,
    section: &Section,
    place: Place,
) -> Result<Rendered> {
    let address = section.address();
    let Listed { teasers, pagination } = listed(app, section.id, place, &address).await?;
    if teasers.is_empty() && place.0 != Page::First {
        return missing::not_found(app).await;
    }
    let mut tags = vec![Tag::Section(section.id)];
    let cards = Cards::load(app, &teasers.iter().collect::<Vec<_>>()).await?;
    let mut trail = shell.sections.trail(section.id);
    let links: Vec<_> = trail.iter().map(|section| section_link(section)).collect();
    trail.pop();
    let mut head =
        shell.head(&section.name, &shell.site.language, &format!("{address}{}", place.query()));
    head.feeds.extend(shell.feeds(&format!("{}: {}", shell.site.name, section.name), &address));
    let entries: Vec<_> =
        teasers.iter().map(|teaser| entry::of_teaser(shell, teaser)).collect::<Vec<_>>();
    head.open_graph = shell.card(&head, &address, false);
    head.json_ld = vec![structured_data::section(&shell.publication, &links, &entries)];
    if place.0 != Page::First {
        // Older pages shift with every story; what they list is found through the site map.
        head.robots = Some("noindex, follow".to_owned());
    }
    let page = SectionPage {
        head,
        name: section.name.clone(),
        description: String::new(),
        crumbs: trail.into_iter().map(link).collect(),
        children: shell.sections.below(Some(section.id)).map(link).collect(),
        cards: cards.all(shell, &teasers, &mut tags),
        pagination,
    };
    shell.render(app, 200, page, tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_places_that_pages_link_to_and_no_others() {
        for page in [
            Page::First,
            Page::Before(Timestamp::from_micros(17), ArticleId(uuid::Uuid::max())),
            Page::After(Timestamp::from_micros(-4), ArticleId(uuid::Uuid::nil())),
        ] {
            let place = Place(page);
            assert_eq!(Place::parse(place.query().strip_prefix('?')), Some(place));
        }
        for query in ["before=", "before=1", "page=2", "before=x.y", "after=1.nonsense", "x"] {
            assert_eq!(Place::parse(Some(query)), None, "{query}");
        }
    }
}
