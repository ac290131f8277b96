//! Site maps: an index, one part for each month, and what was published in the last two days.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Response;
use base::{PhotoId, Timestamp};
use projections::page_cache::{Rendered, Tag};
use publish::article::{self, Teaser};

use super::answer::{Answer, cached};
use super::entry::{author_address, of_teaser};
use super::pictures::Pictures;
use super::shell::Shell;
use super::{Result, meeting, missing};
use crate::App;
use crate::syndication::news_sitemap as news;
use crate::syndication::sitemap::{self, Location, PartLink};

/// A month with more is split (sitemaps.org allows 50,000; each has its images beside it).
const PER_PART: i64 = 20_000;

/// The part that lists the pages which list others.
const PAGES: &str = "pages.xml";
/// What is news ages without an event, so its map is kept for so long.
const RECENT_KEPT: Duration = Duration::from_secs(600);
/// For how long a story is news (developers.google.com, news sitemaps).
const RECENT: Duration = Duration::from_secs(2 * 86_400);

pub(crate) async fn sitemap_index(State(app): State<App>, answer: Answer) -> Response {
    cached(&app, answer, "/sitemap.xml", || index(&app)).await
}

pub(crate) async fn sitemap_part(
    State(app): State<App>,
    Path(file): Path<String>,
    answer: Answer,
) -> Response {
    if file != PAGES && parse(&file).is_none() {
        return missing::never_here(&app).await;
    }
    let key = format!("/sitemaps/{file}");
    cached(&app, answer, &key, || part(&app, &file)).await
}

pub(crate) async fn news_sitemap(State(app): State<App>, answer: Answer) -> Response {
    let kept = i64::try_from(RECENT_KEPT.as_micros()).unwrap_or(i64::MAX);
    let began = app.now().as_micros() / kept;
    cached(&app, answer, &format!("/news-sitemap.xml?at={began}"), || recent(&app)).await
}

pub(super) async fn index(app: &App) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let mut parts = vec![PartLink { url: format!("/sitemaps/{PAGES}"), modified: None }];
    for month in article::published_months(app.store()).await? {
        let count = article::published_count(app.store(), month, next_month(month)).await?;
        for number in 0..(count + PER_PART - 1) / PER_PART {
            let skip = number * PER_PART;
            let modified =
                article::changed_in(app.store(), month, next_month(month), skip, PER_PART).await?;
            parts.push(PartLink {
                url: format!("/sitemaps/{}", file_name(month, number)),
                modified,
            });
        }
    }
    let body = sitemap::index(&shell.publication, &parts);
    Ok(xml(body, sitemap::CONTENT_TYPE, vec![Tag::Newest, Tag::Site]))
}

pub(super) async fn part(app: &App, file: &str) -> Result<Rendered> {
    if file == PAGES {
        return pages(app).await;
    }
    let Some((month, number)) = parse(file) else { return missing::not_found(app).await };
    let shell = Shell::load(app).await?;
    let teasers =
        article::published_in(app.store(), month, next_month(month), number * PER_PART, PER_PART)
            .await?;
    if teasers.is_empty() {
        return missing::not_found_until(app, vec![Tag::Newest]).await;
    }
    let mut locations = Vec::with_capacity(teasers.len());
    // Photos in pieces, because a database takes only so many values at once.
    for piece in teasers.chunks(500) {
        let photos: Vec<PhotoId> = piece.iter().filter_map(|it| it.photo_id).collect();
        let pictures = Pictures::load(app, &photos).await?;
        locations.extend(piece.iter().map(|teaser| location(teaser, &pictures)));
    }
    let parts = sitemap::parts(&shell.publication, &locations);
    let body = parts.into_iter().next().map(|part| part.xml).unwrap_or_default();
    Ok(xml(body, sitemap::CONTENT_TYPE, vec![Tag::Newest, Tag::Site]))
}

fn location(teaser: &Teaser, pictures: &Pictures) -> Location {
    let picture = teaser.photo_id.and_then(|id| pictures.picture(id, None));
    Location {
        url: teaser.path.clone(),
        modified: Some(teaser.updated_at.unwrap_or(teaser.published_at)),
        images: picture.map(|picture| picture.src).into_iter().collect(),
        translations: Vec::new(),
    }
}

/// The pages that list others, and those of meetings.
async fn pages(app: &App) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let mut addresses = vec!["/".to_owned()];
    addresses.extend(shell.sections.iter().map(publish::section::Section::address));
    for person in accounts::person::with_articles(app.store(), 10_000).await? {
        addresses.push(author_address(&person));
    }
    let meetings = meet::meeting::public(app.store()).await?;
    if !meetings.is_empty() {
        addresses.push(meeting::LIST.to_owned());
    }
    addresses.extend(meetings.iter().map(|it| meeting::address(it.id)));
    let locations: Vec<Location> =
        addresses.into_iter().map(|url| Location { url, ..Location::default() }).collect();
    let parts = sitemap::parts(&shell.publication, &locations);
    let body = parts.into_iter().next().map(|part| part.xml).unwrap_or_default();
    Ok(xml(body, sitemap::CONTENT_TYPE, vec![Tag::Newest, Tag::Site]))
}

async fn recent(app: &App) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let now = app.now();
    // Nothing that is too old when the map is forgotten.
    let span = i64::try_from((RECENT - RECENT_KEPT).as_micros()).unwrap_or(i64::MAX);
    let from = Timestamp::from_micros(now.as_micros() - span);
    let later = now.plus(Duration::from_secs(60));
    let teasers = article::published_in(app.store(), from, later, 0, 1_000).await?;
    let entries: Vec<_> = teasers.iter().map(|teaser| of_teaser(&shell, teaser)).collect();
    let body = news::write(&shell.publication, &entries, now);
    Ok(xml(body, news::CONTENT_TYPE, vec![Tag::Newest, Tag::Site]))
}

fn xml(body: String, content_type: &'static str, tags: Vec<Tag>) -> Rendered {
    Rendered { status: 200, content_type, body: body.into(), modified: None, location: None, tags }
}

/// `2021-12.xml`, and `2021-12-2.xml` for what does not fit in it.
fn file_name(month: Timestamp, number: i64) -> String {
    let month = month.to_jiff().strftime("%Y-%m").to_string();
    if number == 0 { format!("{month}.xml") } else { format!("{month}-{}.xml", number + 1) }
}

fn parse(file: &str) -> Option<(Timestamp, i64)> {
    let name = file.strip_suffix(".xml")?;
    let mut parts = name.splitn(3, '-');
    let (year, month) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let number = match parts.next() {
        Some(number) => number.parse::<i64>().ok().filter(|number| (2..1_000).contains(number))?,
        None => 1,
    };
    let date = jiff::civil::Date::new(year, month, 1).ok()?;
    let first = jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
    let month = Timestamp::from(first);
    (file_name(month, number - 1) == file).then_some((month, number - 1))
}

fn next_month(month: Timestamp) -> Timestamp {
    let date = jiff::tz::TimeZone::UTC.to_datetime(month.to_jiff()).date();
    let next = date.last_of_month().tomorrow().ok();
    let next = next.and_then(|it| jiff::tz::TimeZone::UTC.to_timestamp(it.at(0, 0, 0, 0)).ok());
    next.map_or(Timestamp::from_micros(i64::MAX), Timestamp::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_by_its_own_name_only() {
        let (month, number) = parse("2021-12.xml").unwrap();
        assert_eq!((month.to_string().as_str(), number), ("2021-12-01T00:00:00Z", 0));
        assert_eq!(next_month(month).to_string(), "2022-01-01T00:00:00Z");
        assert_eq!(parse("2021-12-2.xml").unwrap().1, 1);
        for file in
            ["2021-1.xml", "2021-13.xml", "2021-12-1.xml", "2021-12-02.xml", "x.xml", "2021"]
        {
            assert!(parse(file).is_none(), "{file}");
        }
    }
}
