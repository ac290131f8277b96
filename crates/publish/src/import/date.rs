//! Dates as people write them into front matter.

use base::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

/// The instant that `text` means. One without an offset is meant in `zone`, and a date alone is
/// its midnight there.
pub(super) fn parse(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    // With an offset, the name of the zone says nothing more.
    let text = text.split('[').next().unwrap_or_default();
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.into());
    }
    if let Some(offset) = OFFSET.iter().find_map(|format| strtime::parse(format, text).ok()) {
        return offset.to_timestamp().ok().map(Timestamp::from);
    }
    if let Some(utc) = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT")) {
        return local(utc, &TimeZone::UTC);
    }
    local(text, zone)
}

const OFFSET: &[&str] = &[
    "%Y-%m-%d %H:%M:%S%.f %z",
    "%Y-%m-%d %H:%M %z",
    "%Y-%m-%dT%H:%M:%S%.f%z",
    "%Y-%m-%d %H:%M:%S%.f %:z",
    "%Y-%m-%dT%H:%M%:z",
    "%a, %d %b %Y %H:%M:%S %z",
];

const LOCAL: &[&str] = &["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y/%m/%d %H:%M:%S"];
const DATE: &[&str] = &["%Y-%m-%d", "%Y/%m/%d", "%d %B %Y", "%B %d, %Y", "%d %b %Y"];

fn local(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let moment = text
        .parse::<DateTime>()
        .ok()
        .or_else(|| LOCAL.iter().find_map(|it| DateTime::strptime(it, text).ok()))
        .or_else(|| {
            let date = DATE.iter().find_map(|it| jiff::civil::Date::strptime(it, text).ok())?;
            Some(date.at(0, 0, 0, 0))
        })?;
    zone.to_timestamp(moment).ok().map(Timestamp::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let moscow = TimeZone::get("Europe/Moscow").unwrap();
        let cases = [
            ("2021-12-07", "2021-12-06T21:00:00Z"),
            ("2021-1-7", "2021-01-06T21:00:00Z"),
            ("7 December 2021", "2021-12-06T21:00:00Z"),
            ("December 7, 2021", "2021-12-06T21:00:00Z"),
            ("2021-12-07T22:15:00+03:00", "2021-12-07T19:15:00Z"),
            ("2021-12-07 22:15:00 +0300", "2021-12-07T19:15:00Z"),
            ("2021-12-07 22:15:00 +03:00", "2021-12-07T19:15:00Z"),
            ("2021-12-07 22:15 +0100", "2021-12-07T21:15:00Z"),
            ("2021-12-07T22:15:00Z", "2021-12-07T22:15:00Z"),
            ("2021-12-07 22:15:00", "2021-12-07T19:15:00Z"),
            ("2021-12-07 22:15", "2021-12-07T19:15:00Z"),
            ("2021-12-07T22:15", "2021-12-07T19:15:00Z"),
            ("2021-12-07 22:15:00 UTC", "2021-12-07T22:15:00Z"),
            ("2021-12-07T22:15:00+03:00[Europe/Moscow]", "2021-12-07T19:15:00Z"),
            ("Tue, 07 Dec 2021 22:15:00 +0000", "2021-12-07T22:15:00Z"),
        ];
        for (text, expected) in cases {
            let read = parse(text, &moscow).map(|it| it.to_string());
            assert_eq!(read.as_deref(), Some(expected), "{text}");
        }
        for text in ["", "tomorrow", "2021-13-01", "2021-02-30", "12"] {
            assert_eq!(parse(text, &moscow), None, "{text}");
        }
    }
}
