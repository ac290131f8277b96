//! `/`: the editor's order at the top, then the newest by section.

use axum::extract::State;
use axum::response::Response;
use base::ArticleId;
use projections::page_cache::{Rendered, Tag};
use publish::article::{self, Page, Teaser};

use super::Result;
use super::answer::{Answer, cached};
use super::cards::Cards;
use super::shell::{Shell, link};
use crate::App;
use crate::syndication::structured_data;
use crate::view::{FrontPage, FrontSection};

/// When no editor has put anything at the top.
const TOP_BY_ITSELF: i64 = 5;
const OF_EACH_SECTION: usize = 4;

pub(crate) async fn front(State(app): State<App>, answer: Answer) -> Response {
    cached(&app, answer, "/", || render(&app)).await
}

pub(super) async fn render(app: &App) -> Result<Rendered> {
    let places = publish::front::places(app.store()).await?;
    arranged(app, &places).await
}

/// The page that arranging it so would make: for those who may see it before.
pub(crate) async fn preview_front(app: &App, places: &[ArticleId]) -> Result<String> {
    let rendered = arranged(app, places).await?;
    Ok(String::from_utf8_lossy(&rendered.body).into_owned())
}

async fn arranged(app: &App, places: &[ArticleId]) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let mut tags = vec![Tag::Front, Tag::Newest];
    let top = top(app, places).await?;
    let shown: Vec<ArticleId> = top.iter().map(|teaser| teaser.id).collect();
    let mut sections = Vec::new();
    for section in shell.sections.below(None) {
        tags.push(Tag::Section(section.id));
        let limit = i64::try_from(OF_EACH_SECTION + shown.len()).unwrap_or(i64::MAX);
        let newest = article::teasers_in(app.store(), section.id, Page::First, limit).await?;
        let newest: Vec<Teaser> = newest
            .into_iter()
            .filter(|teaser| !shown.contains(&teaser.id))
            .take(OF_EACH_SECTION)
            .collect();
        sections.push((section, newest));
    }
    let all: Vec<&Teaser> = top.iter().chain(sections.iter().flat_map(|(_, it)| it)).collect();
    let cards = Cards::load(app, &all).await?;
    let mut head = shell.head(&shell.site.name, &shell.site.language, "/");
    head.description.clone_from(&shell.site.description);
    head.open_graph = shell.card(&head, "/", false);
    head.json_ld = vec![structured_data::front_page(&shell.publication)];
    let page = FrontPage {
        head,
        top: cards.all(&shell, &top, &mut tags),
        sections: sections
            .iter()
            .filter(|(_, newest)| !newest.is_empty())
            .map(|(section, newest)| FrontSection {
                section: link(section),
                cards: cards.all(&shell, newest, &mut tags),
            })
            .collect(),
    };
    shell.render(app, 200, page, tags)
}

async fn top(app: &App, places: &[ArticleId]) -> Result<Vec<Teaser>> {
    if places.is_empty() {
        return Ok(article::teasers_newest(app.store(), TOP_BY_ITSELF).await?);
    }
    Ok(article::teasers(app.store(), places).await?)
}
