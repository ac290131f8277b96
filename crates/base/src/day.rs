//! Days of a calendar, by whichever clocks.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A day: whole days since 1970-01-01.
///
/// Serialised as `2026-12-31`; stored as the integer, as a [`Timestamp`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "columns", derive(sea_orm::DeriveValueType))]
pub struct Day(i64);

impl Day {
    /// The day that it is then by the clocks of a zone, such as `Europe/Vienna`; by UTC where the
    /// zone is not known.
    pub fn at(instant: Timestamp, zone: &str) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        Self::from(zone.to_datetime(instant.to_jiff()).date())
    }

    /// So many days later.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    fn date(self) -> Date {
        let midnight = jiff::Timestamp::from_second(self.0.saturating_mul(SECONDS));
        TimeZone::UTC.to_datetime(midnight.unwrap_or(jiff::Timestamp::UNIX_EPOCH)).date()
    }
}

const SECONDS: i64 = 24 * 60 * 60;

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let midnight = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0));
        Self(midnight.unwrap_or(jiff::Timestamp::UNIX_EPOCH).as_second().div_euclid(SECONDS))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

/// Why a text is no day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotADay(String);

impl fmt::Display for NotADay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no day; write one such as 2026-12-31.", self.0)
    }
}

impl std::error::Error for NotADay {}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        // What bears a time besides would lose it.
        let is_long = text.len() > "2026-12-31".len();
        let date = text.parse::<Date>().ok().filter(|_| !is_long);
        date.map(Self::from).ok_or_else(|| NotADay(text.to_owned()))
    }
}

impl TryFrom<String> for Day {
    type Error = NotADay;

    fn try_from(text: String) -> Result<Self, NotADay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written() {
        for text in ["2026-12-31", "1970-01-01", "1969-12-31", "2028-02-29"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
        for wrong in ["", "2026-02-30", "31.12.2026", "2026-12-31T10:00", "soon"] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_where_the_clocks_are() {
        let late: jiff::Timestamp = "2026-12-31T23:30:00Z".parse().unwrap();
        assert_eq!(Day::at(late.into(), "UTC").to_string(), "2026-12-31");
        assert_eq!(Day::at(late.into(), "Europe/Vienna").to_string(), "2027-01-01");
        assert_eq!(Day::at(late.into(), "Nowhere/None").to_string(), "2026-12-31");
        assert_eq!(Day::at(late.into(), "UTC").plus(1).to_string(), "2027-01-01");
    }
}
