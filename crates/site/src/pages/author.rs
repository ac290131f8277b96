//! `/authors/some-slug`: a person and what the person wrote.

use accounts::person::{self, Person};
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use projections::page_cache::{Rendered, Tag};
use publish::article::Page;

use super::answer::{Answer, cached};
use super::cards::Cards;
use super::section::{Listed, Place, listed};
use super::shell::Shell;
use super::{Result, missing};
use crate::App;
use crate::syndication::structured_data::{self, Profile};
use crate::view::AuthorPage;

pub(crate) async fn author(
    State(app): State<App>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    answer: Answer,
) -> Response {
    // The cache's key is made of the slug, and the record's engines disagree on strange letters.
    if !base::is_slug(&slug) {
        return missing::never_here(&app).await;
    }
    let place = Place::parse(query.as_deref()).unwrap_or(Place(Page::First));
    let key = format!("/authors/{slug}{}", place.query());
    cached(&app, answer, &key, || find(&app, &slug, place)).await
}

pub(super) async fn find(app: &App, slug: &str, place: Place) -> Result<Rendered> {
    match person::by_slug(app.store(), slug).await? {
        Some(person) => render(app, &person, place).await,
        None => missing::not_found_until(app, vec![Tag::People]).await,
    }
}

async fn render(app: &App, person: &Person, place: Place) -> Result<Rendered> {
    let address = format!("/authors/{}", person.slug);
    let Listed { teasers, pagination } = listed(app, person.id, place, &address).await?;
    // Only those who wrote something, or of whom something is said, have a page.
    if teasers.is_empty() && (place.0 != Page::First || person.bio.is_empty()) {
        return missing::not_found_until(app, vec![Tag::Person(person.id)]).await;
    }
    let shell = Shell::load(app).await?;
    let mut tags = vec![Tag::Person(person.id)];
    let cards = Cards::load(app, &teasers.iter().collect::<Vec<_>>()).await?;
    let mut head =
        shell.head(&person.name, &shell.site.language, &format!("{address}{}", place.query()));
    head.description = person.bio.lines().next().unwrap_or_default().to_owned();
    head.open_graph = shell.card(&head, &address, true);
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    head.json_ld = vec![structured_data::author(
        &shell.publication,
        &Profile {
            name: person.name.clone(),
            url: address.clone(),
            job_title: text(&person.title),
            description: text(&person.bio),
            image: None,
            same_as: Vec::new(),
        },
    )];
    if place.0 != Page::First {
        head.robots = Some("noindex, follow".to_owned());
    }
    let page = AuthorPage {
        head,
        name: person.name.clone(),
        title: person.title.clone(),
        biography: person
            .bio
            .split("\n\n")
            .filter(|it| !it.trim().is_empty())
            .map(str::to_owned)
            .collect(),
        picture: None,
        links: Vec::new(),
        cards: cards.all(&shell, &teasers, &mut tags),
        pagination,
    };
    shell.render(app, 200, page, tags)
}
