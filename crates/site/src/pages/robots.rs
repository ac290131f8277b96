//! `/robots.txt`.

use axum::extract::State;
use axum::response::Response;
use projections::page_cache::{Rendered, Tag};

use super::Result;
use super::answer::{Answer, cached};
use super::shell::Shell;
use crate::App;
use crate::error::PageError;
use crate::syndication::robots::{self, Robots};

pub(crate) async fn robots(State(app): State<App>, answer: Answer) -> Response {
    cached(&app, answer, "/robots.txt", || render(&app)).await
}

pub(super) async fn render(app: &App) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let body = robots::write(
        &shell.publication,
        &Robots {
            disallow: ["/api/", "/newsroom/", "/search"].map(str::to_owned).into(),
            refused: app.0.settings.refused_agents.clone(),
            sitemaps: ["/sitemap.xml", "/news-sitemap.xml"].map(str::to_owned).into(),
            license: None,
        },
    )
    .map_err(|error| PageError::Settings(error.to_string()))?;
    Ok(Rendered {
        status: 200,
        content_type: robots::CONTENT_TYPE,
        body: body.into(),
        modified: None,
        location: None,
        tags: vec![Tag::Site],
    })
}
