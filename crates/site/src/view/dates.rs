//! Dates and times as people read them, in the site's zone.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use super::words::{Words, WordsError};

/// The instant (RFC 3339) as the calendar and clock of `zone` have it; an unknown zone reads as
/// UTC, since settings are checked where they are read.
pub(super) fn zoned(instant: &str, zone: &str) -> Result<ZonedDateTime, jiff::Error> {
    let instant: Timestamp = instant.parse()?;
    Ok(instant.to_zoned_datetime(TimeZone::get(zone).unwrap_or(TimeZone::UTC)))
}

/// Such as "7 December 2021".
pub(super) fn date(
    words: &Words,
    language: &str,
    at: &ZonedDateTime,
) -> Result<String, WordsError> {
    let month = words.say(language, &format!("month-{}", at.month()), &[])?;
    words.say(
        language,
        "date",
        &[
            ("day", at.day().to_string().as_str().into()),
            ("month", month.into()),
            ("year", at.year().to_string().as_str().into()),
        ],
    )
}

/// Such as "18:24 MSK"; empty at midnight sharp, which stands for a day without a time.
pub(super) fn clock(at: &ZonedDateTime) -> String {
    if at.hour() == 0 && at.minute() == 0 && at.second() == 0 {
        return String::new();
    }
    let zone = at.strftime("%Z").to_string();
    // Zones without an abbreviation of their own are named by their offset: "+03".
    let zone = match zone.strip_prefix('-') {
        Some(offset) => format!("UTC−{}", hours(offset)),
        None => zone.strip_prefix('+').map_or(zone.clone(), |o| format!("UTC+{}", hours(o))),
    };
    format!("{:02}:{:02} {zone}", at.hour(), at.minute())
}

/// Such as "18:24"; whoever shows it says by whose clocks.
pub(super) fn hours_and_minutes(at: &ZonedDateTime) -> String {
    at.strftime("%H:%M").to_string()
}

/// For `datetime`, where the time is known at midnight too.
pub(super) fn machine_exact(at: &ZonedDateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// What the clocks of a zone show: such as "Moscow time". A zone is named after a city; the words may have
/// a name of their own for it.
pub(super) fn zone_time(words: &Words, language: &str, zone: &str) -> Result<String, WordsError> {
    let key = format!("city-{}", zone.to_ascii_lowercase().replace(['/', '_'], "-"));
    let city = match words.say(language, &key, &[]) {
        Ok(city) => city,
        Err(_) => match zone.rsplit_once('/') {
            Some((area, city)) if area != "Etc" => city.replace('_', " "),
            // Such as UTC, which is nobody's.
            _ => return Ok(zone.trim_start_matches("Etc/").to_owned()),
        },
    };
    words.say(language, "zone-time", &[("city", city.into())])
}

/// Such as "2 h 2 min", in whole minutes.
pub(super) fn length(words: &Words, language: &str, seconds: u64) -> Result<String, WordsError> {
    let minutes = seconds / 60;
    let (hours, rest) = (minutes / 60, minutes % 60);
    let key = match (hours, rest) {
        (0, 0) => "length-short",
        (0, _) => "length-minutes",
        (_, 0) => "length-hours",
        _ => "length-hours-and-minutes",
    };
    let number = |count: u64| count.to_string().into();
    words.say(language, key, &[("hours", number(hours)), ("minutes", number(rest))])
}

/// For `datetime`: with the zone's offset, and only the day where only the day is known.
pub(super) fn machine(at: &ZonedDateTime) -> String {
    if clock(at).is_empty() {
        at.strftime("%Y-%m-%d").to_string()
    } else {
        at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

fn hours(offset: &str) -> String {
    let (hours, minutes) = offset.split_at(offset.len().min(2));
    let hours = hours.trim_start_matches('0');
    let hours = if hours.is_empty() { "0" } else { hours };
    if minutes.is_empty() { hours.into() } else { format!("{hours}:{minutes}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(instant: &str, zone: &str, language: &str) -> (String, String, String) {
        let words = Words::built_in();
        let at = zoned(instant, zone).unwrap();
        (date(&words, language, &at).unwrap(), clock(&at), machine(&at))
    }

    #[test]
    fn the_zone_decides_the_day() {
        let late = "2021-12-07T21:30:00Z";
        assert_eq!(shown(late, "UTC", "en").0, "7 December 2021");
        assert_eq!(shown(late, "Europe/Moscow", "en").0, "8 December 2021");
        assert_eq!(shown(late, "Europe/Moscow", "es").0, "8 de diciembre de 2021");
    }

    #[test]
    fn clocks_name_their_zone() {
        let at = "2021-12-07T15:24:00Z";
        assert_eq!(shown(at, "Europe/Moscow", "en").1, "18:24 MSK");
        assert_eq!(shown(at, "America/Caracas", "en").1, "11:24 UTC−4");
        assert_eq!(shown(at, "Asia/Kathmandu", "en").1, "21:09 UTC+5:45");
        assert_eq!(shown(at, "Europe/Moscow", "en").2, "2021-12-07T18:24:00+03:00");
    }

    #[test]
    fn a_zone_is_called_by_its_city() {
        let words = Words::built_in();
        for (language, zone, expected) in [
            ("en", "Europe/Moscow", "Moscow time"),
            ("es", "Europe/Moscow", "hora de Moscú"),
            ("en", "America/New_York", "New York time"),
            ("en", "America/Argentina/Ushuaia", "Ushuaia time"),
            ("en", "UTC", "UTC"),
            ("es", "Etc/GMT+3", "GMT+3"),
        ] {
            assert_eq!(zone_time(&words, language, zone).unwrap(), expected, "{zone}");
        }
    }

    #[test]
    fn a_length_is_told_in_hours_and_minutes() {
        let words = Words::built_in();
        for (seconds, expected) in [
            (7_320, "2 h 2 min"),
            (7_379, "2 h 2 min"),
            (7_200, "2 h"),
            (90, "1 min"),
            (59, "under 1 min"),
        ] {
            assert_eq!(length(&words, "en", seconds).unwrap(), expected, "{seconds}");
        }
    }

    #[test]
    fn midnight_is_a_day_without_a_time() {
        let (_, clock, machine) = shown("2021-12-06T21:00:00Z", "Europe/Moscow", "en");
        assert_eq!((clock.as_str(), machine.as_str()), ("", "2021-12-07"));
    }
}
