//! `GET /newsroom/calendar`: what will be published, and what is to be done, day by day.

use std::collections::BTreeMap;

use accounts::person;
use axum::extract::{Query, State};
use base::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};
use publish::{article, assignment};
use serde::{Deserialize, Serialize};

use super::desk::reads_others;
use super::gate::Staff;
use super::page::{Answer, Frame, View};
use crate::App;

#[derive(Deserialize)]
pub(super) struct Which {
    /// Such as `2026-12`; the present month else.
    #[serde(default)]
    month: String,
}

#[derive(Serialize)]
struct CalendarPage {
    month: i8,
    /// As text, for numbers are spelt with groups.
    year: String,
    before: String,
    after: String,
    days: Vec<Day>,
}

#[derive(Serialize)]
struct Day {
    at: Timestamp,
    number: i8,
    today: bool,
    /// Whether it belongs to the month before or after.
    outside: bool,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    story: String,
    headline: String,
    at: Timestamp,
    /// Who is to have done it by then; none where the story is published.
    who: Option<String>,
    task: String,
    late: bool,
}

impl View for CalendarPage {
    const TEMPLATE: &'static str = "calendar.html";
}

/// `GET /newsroom/calendar?month=2026-12`
pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Query(which): Query<Which>,
) -> Answer {
    let zone = TimeZone::get(&frame.site.zone).unwrap_or(TimeZone::UTC);
    let now = app.now();
    let today = zone.to_datetime(now.to_jiff()).date();
    let first = format!("{}-01", which.month).parse::<Date>().unwrap_or(today.first_of_month());
    let begin = moved(first, -days(i64::from(first.weekday().since(Weekday::Monday))));
    let last = first.last_of_month();
    let end = moved(last, days(1 + i64::from(Weekday::Sunday.since(last.weekday()))));
    let midnight = |date: Date| {
        let instant = zone.to_timestamp(date.at(0, 0, 0, 0));
        instant.map_or(now, Timestamp::from)
    };
    let mut entries = entries(&app, &staff, &zone, (midnight(begin), midnight(end))).await?;
    let mut all = Vec::new();
    let mut date = begin;
    while date < end {
        all.push(Day {
            at: midnight(date),
            number: date.day(),
            today: date == today,
            outside: date.month() != first.month(),
            entries: entries.remove(&date).unwrap_or_default(),
        });
        date = moved(date, days(1));
    }
    let name = |date: Date| format!("{:04}-{:02}", date.year(), date.month());
    frame.show(&CalendarPage {
        month: first.month(),
        year: first.year().to_string(),
        before: name(moved(first, -days(1))),
        after: name(moved(last, days(1))),
        days: all,
    })
}

async fn entries(
    app: &App,
    staff: &Staff,
    zone: &TimeZone,
    (from, until): (Timestamp, Timestamp),
) -> Result<BTreeMap<Date, Vec<Entry>>, super::trouble::Trouble> {
    let (store, now, me) = (app.store(), app.now(), staff.person());
    let all = reads_others(staff);
    let mut entries = Vec::new();
    for row in article::scheduled_between(store, from, until).await? {
        if all || row.owner_id == Some(me) {
            entries.push(Entry {
                story: row.id.to_string(),
                headline: row.headline,
                at: row.scheduled_at.unwrap_or(now),
                who: None,
                task: String::new(),
                late: false,
            });
        }
    }
    let due = assignment::due_between(store, from, until).await?;
    let ids: Vec<_> = due.iter().map(|it| it.person_id).collect();
    let people = person::by_ids(store, &ids).await?;
    for it in due.into_iter().filter(|it| all || it.person_id == me) {
        let who = people.iter().find(|person| person.id == it.person_id);
        let at = it.due_at.unwrap_or(now);
        entries.push(Entry {
            story: it.article_id.to_string(),
            headline: it.headline,
            at,
            who: Some(who.map(|who| who.name.clone()).unwrap_or_default()),
            task: it.task,
            late: at < now,
        });
    }
    entries.sort_by_key(|entry| entry.at);
    let mut by_day: BTreeMap<Date, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        by_day.entry(zone.to_datetime(entry.at.to_jiff()).date()).or_default().push(entry);
    }
    Ok(by_day)
}

fn days(count: i64) -> Span {
    count.days()
}

/// The end of what a calendar can name stays where it is.
fn moved(date: Date, by: Span) -> Date {
    date.checked_add(by).unwrap_or(date)
}
