//! What every page shows of the site: its name, its sections, its words.

use broadcast::channel::{self, MAIN};
use broadcast::programme;
use jiff::tz::TimeZone;
use media_io::studio::Studio;
use projections::page_cache::Tag;
use publish::article::Kind;
use publish::section::{self, Section, Tree};
use publish::site::{self, Site};

use super::Result;
use crate::App;
use crate::syndication::{Publication, SectionLink, open_graph};
use crate::view::{self, Feed, Head, Link, NavSection, OnAir, Page};

pub(super) struct Shell {
    pub(super) site: Site,
    pub(super) sections: Tree,
    pub(super) publication: Publication,
    view: view::Site,
}

impl Shell {
    pub(super) async fn load(app: &App) -> Result<Self> {
        let site = site::current(app.store()).await?;
        let sections = section::tree(app.store()).await?;
        let settings = &app.0.settings;
        let zone = TimeZone::get(&site.zone).unwrap_or(TimeZone::UTC);
        let year = zone.to_datetime(app.now().to_jiff()).year();
        let channel = on_air(app).await?;
        let view = view::Site {
            name: site.name.clone(),
            description: site.description.clone(),
            language: site.language.clone(),
            zone: site.zone.clone(),
            address: settings.public_url.as_str().trim_end_matches('/').to_owned(),
            sections: navigation(&sections, None),
            channel,
            meetings: meet::meeting::any_public(app.store()).await?,
            share_targets: settings.share_targets.clone(),
            links: Vec::new(),
            owner: site.name.clone(),
            year,
        };
        let publication = Publication {
            name: site.name.clone(),
            description: site.description.clone(),
            language: site.language.clone(),
            public_url: settings.public_url.clone(),
            logo: None,
            zone,
            copyright: Some(format!("© {year} {}", site.name)),
            license_page: None,
            search_prefix: Some("/search?q=".to_owned()),
            same_as: Vec::new(),
            twitter: None,
            policies: crate::syndication::Policies::default(),
        };
        Ok(Self { site, sections, publication, view })
    }

    /// The finished page, with [`Tag::Site`] beside its own tags.
    pub(super) fn render(
        &self,
        app: &App,
        status: u16,
        page: impl Into<Page>,
        mut tags: Vec<Tag>,
    ) -> Result<projections::page_cache::Rendered> {
        let body = app.0.templates.render(&self.view, &page.into())?;
        tags.push(Tag::Site);
        Ok(super::html(status, body, tags))
    }

    pub(super) fn view(&self) -> &view::Site {
        &self.view
    }

    /// A page's head with its one absolute address and the site's own feeds.
    pub(super) fn head(&self, title: &str, language: &str, path: &str) -> Head {
        let mut head = Head::new(title, language);
        head.canonical = Some(self.publication.absolute(path));
        head.feeds = self.feeds(&self.site.name, "/");
        head
    }

    /// The card of a page that is no article, made of its head.
    pub(super) fn card(&self, head: &Head, path: &str, profile: bool) -> Vec<open_graph::Meta> {
        let page = open_graph::Page {
            title: head.title.clone(),
            description: head.description.clone(),
            url: path.to_owned(),
            image: None,
            profile,
        };
        open_graph::page(&self.publication, &page)
    }

    /// The feeds below a page such as `/` or `/news/russia/`.
    pub(super) fn feeds(&self, title: &str, page: &str) -> Vec<Feed> {
        [
            ("RSS", "rss.xml", "application/rss+xml"),
            ("Atom", "atom.xml", "application/atom+xml"),
            ("JSON Feed", "feed.json", "application/feed+json"),
        ]
        .map(|(format, file, media_type)| Feed {
            title: format!("{title} ({format})"),
            url: format!("{page}feeds/{file}"),
            media_type: media_type.to_owned(),
        })
        .into()
    }

    /// The interface's word in the language nearest to `language`.
    pub(super) fn word(&self, app: &App, language: &str, key: &str) -> Result<String> {
        let words = app.0.templates.words();
        Ok(words.say(words.closest(language, &self.site.language), key, &[])?)
    }

    /// The same, about a story of this headline.
    pub(super) fn word_with(
        &self,
        app: &App,
        language: &str,
        key: &str,
        headline: &str,
    ) -> Result<String> {
        let words = app.0.templates.words();
        let about = [("headline", headline.into())];
        Ok(words.say(words.closest(language, &self.site.language), key, &about)?)
    }

    pub(super) fn kind(&self, app: &App, language: &str, kind: Kind) -> Result<String> {
        self.word(app, language, &format!("kind-{}", kind.name()))
    }
}

async fn on_air(app: &App) -> Result<OnAir> {
    let Some(channel) = channel::by_slug(app.store(), MAIN).await? else {
        return Ok(OnAir::default());
    };
    let on = programme::on_now(app.store(), channel.id).await?;
    let story = on.as_ref().and_then(|it| it.article_id);
    let pictured = app.studio().and_then(Studio::thumbnails).is_some();
    let picture = pictured.then(|| format!("/channels/{MAIN}/thumbnail.jpg"));
    let on_air = channel.on_air_since.is_some();
    Ok(OnAir { on_air, story, title: on.map(|it| it.title), picture })
}

fn navigation(sections: &Tree, parent: Option<base::SectionId>) -> Vec<NavSection> {
    let below = sections.below(parent).map(|section| NavSection {
        name: section.name.clone(),
        url: section.address(),
        children: navigation(sections, Some(section.id)),
    });
    below.collect()
}

pub(super) fn link(section: &Section) -> Link {
    Link::new(section.name.clone(), section.address())
}

pub(super) fn section_link(section: &Section) -> SectionLink {
    SectionLink { name: section.name.clone(), url: section.address() }
}
