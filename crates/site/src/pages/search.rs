//! `/search`: what is published, by its words.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query as Parameters, State};
use axum::response::Response;
use base::Timestamp;
use jiff::civil::Date;
use projections::search::{Hit, Query, SnippetPart};
use publish::article::{self, Teaser};
use publish::section::Tree;
use serde::Deserialize;

use super::Result;
use super::answer::{Answer, fresh};
use super::cards::Cards;
use super::shell::Shell;
use crate::App;
use crate::view::{self, Link, Pagination, SearchPage, SearchResult, SearchSection};

const PER_PAGE: usize = 20;
const QUESTION_CHARS_MAX: usize = 300;

/// The form, as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    q: String,
    section: String,
    from: String,
    until: String,
    skip: String,
}

pub(crate) async fn search(
    State(app): State<App>,
    form: Result<Parameters<Form>, QueryRejection>,
    answer: Answer,
) -> Response {
    let form = form.map_or_else(|_| Form::default(), |Parameters(form)| form);
    fresh(&app, answer, render(&app, &form)).await
}

async fn render(app: &App, form: &Form) -> Result<projections::page_cache::Rendered> {
    let shell = Shell::load(app).await?;
    let question = question(form, &shell);
    let skip = form.skip.parse().unwrap_or(0_usize).min(Query::SKIP_MAX);
    let asked = matches!(question, Ok(Some(_)));
    let (results, problem) = match question {
        Ok(Some(query)) => {
            (app.0.search.search(&Query { skip, limit: PER_PAGE, ..query }).await?, None)
        }
        Ok(None) => (projections::search::Results::default(), None),
        Err(problem) => (projections::search::Results::default(), Some(problem.to_owned())),
    };
    let ids: Vec<_> = results.hits.iter().map(|hit| hit.article).collect();
    let teasers = article::teasers(app.store(), &ids).await?;
    let cards = Cards::load(app, &teasers.iter().collect::<Vec<_>>()).await?;
    let title = shell.word(app, &shell.site.language, "search-title")?;
    let mut head = shell.head(&title, &shell.site.language, "/search");
    // Nothing is gained from pages of results in other search engines.
    head.robots = Some("noindex, follow".to_owned());
    head.canonical = None;
    let page = SearchPage {
        head,
        action: "/search".to_owned(),
        query: form.q.trim().to_owned(),
        asked,
        sections: sections(&shell.sections, None, 0, &form.section),
        from: form.from.clone(),
        until: form.until.clone(),
        problem,
        total: results.total as u64,
        results: results
            .hits
            .into_iter()
            .filter_map(|hit| result(&shell, &cards, &teasers, hit))
            .collect(),
        suggestion: results
            .suggestion
            .map(|text| Link::new(text.clone(), address(&Form { q: text, ..form.filters() }, 0))),
        pagination: Pagination {
            first: None,
            newer: (skip > 0).then(|| address(form, skip.saturating_sub(PER_PAGE))),
            older: (results.total > skip + PER_PAGE && skip + PER_PAGE <= Query::SKIP_MAX)
                .then(|| address(form, skip + PER_PAGE)),
        },
    };
    shell.render(app, 200, page, Vec::new())
}

/// What the form asks; nothing before it was filled in; or the word for what is wrong with it.
fn question(form: &Form, shell: &Shell) -> std::result::Result<Option<Query>, &'static str> {
    if form.q.chars().count() > QUESTION_CHARS_MAX {
        return Err("search-problem-long");
    }
    let from = day(&form.from, shell, false)?;
    let until = day(&form.until, shell, true)?;
    if let (Some(from), Some(until)) = (from, until)
        && from >= until
    {
        return Err("search-problem-dates");
    }
    let section = shell.sections.by_path(&form.section).map(|section| section.path.clone());
    if form.q.trim().is_empty() && from.is_none() && until.is_none() && section.is_none() {
        return Ok(None);
    }
    Ok(Some(Query { section, from, until, ..Query::new(form.q.clone()) }))
}

/// The beginning of a day in the site's zone, or its end.
fn day(
    text: &str,
    shell: &Shell,
    end: bool,
) -> std::result::Result<Option<Timestamp>, &'static str> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let unreadable = "search-problem-date-form";
    let mut date: Date = text.trim().parse().map_err(|_| unreadable)?;
    if end {
        date = date.tomorrow().map_err(|_| unreadable)?;
    }
    let at = shell.publication.zone.to_timestamp(date.at(0, 0, 0, 0)).map_err(|_| unreadable)?;
    Ok(Some(at.into()))
}

fn result(shell: &Shell, cards: &Cards, teasers: &[Teaser], hit: Hit) -> Option<SearchResult> {
    let teaser = teasers.iter().find(|teaser| teaser.id == hit.article)?;
    let part = |part: SnippetPart| view::SnippetPart { text: part.text, matched: part.matched };
    Some(SearchResult {
        card: cards.card(shell, teaser, &mut Vec::new()),
        snippet: hit.snippet.into_iter().map(part).collect(),
    })
}

fn sections(
    tree: &Tree,
    parent: Option<base::SectionId>,
    depth: u8,
    selected: &str,
) -> Vec<SearchSection> {
    let mut all = Vec::new();
    for section in tree.below(parent) {
        all.push(SearchSection {
            name: section.name.clone(),
            path: section.path.clone(),
            depth,
            selected: section.path == selected,
        });
        all.extend(sections(tree, Some(section.id), depth + 1, selected));
    }
    all
}

impl Form {
    /// The filters alone.
    fn filters(&self) -> Self {
        Self {
            section: self.section.clone(),
            from: self.from.clone(),
            until: self.until.clone(),
            ..Self::default()
        }
    }
}

/// The address of the same search, further on.
fn address(form: &Form, skip: usize) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", &form.q);
    let filters = [("section", &form.section), ("from", &form.from), ("until", &form.until)];
    for (name, value) in filters.into_iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    if skip > 0 {
        query.append_pair("skip", &skip.to_string());
    }
    format!("/search?{}", query.finish())
}
