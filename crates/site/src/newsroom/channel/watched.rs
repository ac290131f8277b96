//! How many watched, minute by minute, as a plot and a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use base::{ChannelId, Timestamp};
use broadcast::viewers::{self, Count};
use serde::Serialize;
use store::Connection;

const MINUTE: Duration = Duration::from_secs(60);
/// The last hours are shown, or the programme that is on, if it is longer …
const HOURS: Duration = Duration::from_secs(3 * 3600);
/// … and no more than this.
const HOURS_MAX: Duration = Duration::from_secs(24 * 3600);

/// How many watched since an instant.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Watched {
    since: Timestamp,
    /// The plot is so wide: a unit for each minute.
    minutes: u64,
    /// The most at once, which is its height.
    most: i64,
    /// The points of its line.
    points: String,
    rows: Vec<Row>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Row {
    rendition: String,
    most: i64,
    /// Over all of the time, to the nearest.
    average: i64,
}

/// How many watched since the programme that is on `began`, or for some hours; none if nobody did.
pub(super) async fn watched(
    on: &impl Connection,
    channel: ChannelId,
    began: Option<Timestamp>,
    now: Timestamp,
) -> broadcast::Result<Option<Watched>> {
    let hours = now.minus(HOURS);
    let since = began.map_or(hours, |began| began.min(hours)).max(now.minus(HOURS_MAX));
    let counts = viewers::between(on, channel, (since, now)).await?;
    Ok(plot(&counts, since, now))
}

fn plot(counts: &[Count], since: Timestamp, now: Timestamp) -> Option<Watched> {
    let minute = |at: Timestamp| at.since(since).as_secs() / MINUTE.as_secs();
    let minutes = minute(now).max(1);
    let mut all: BTreeMap<u64, i64> = BTreeMap::new();
    let mut each: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for count in counts {
        *all.entry(minute(count.minute)).or_default() += count.viewers;
        let (most, sum) = each.entry(&count.rendition).or_default();
        *most = count.viewers.max(*most);
        *sum += count.viewers;
    }
    let most = *all.values().max()?;
    let mut points = String::new();
    for at in 0..minutes {
        let viewers = all.get(&at).copied().unwrap_or_default();
        let height = 100 - 100 * viewers / most.max(1);
        // A string takes every character.
        let _ = write!(points, "{at},{height} ");
    }
    let per_minute = i64::try_from(minutes).unwrap_or(i64::MAX);
    let rows = each.into_iter().map(|(rendition, (most, sum))| Row {
        rendition: rendition.to_owned(),
        most,
        average: (sum + per_minute / 2) / per_minute,
    });
    Some(Watched {
        since,
        minutes,
        most,
        points: points.trim_end().to_owned(),
        rows: rows.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_micros(1_790_000_000_000_000).plus(MINUTE * u32::try_from(minutes).unwrap())
    }

    #[test]
    fn minutes_without_anybody_are_shown_as_such() {
        let count = |minute, rendition: &str, viewers| Count {
            minute: at(minute),
            rendition: rendition.to_owned(),
            viewers,
        };
        let counts = [count(1, "720p", 3), count(1, "source", 7), count(3, "source", 5)];
        let plotted = plot(&counts, at(0), at(4)).unwrap();
        assert_eq!((plotted.minutes, plotted.most), (4, 10));
        assert_eq!(plotted.points, "0,100 1,0 2,100 3,50");
        let row =
            |rendition: &str, most, average| Row { rendition: rendition.into(), most, average };
        assert_eq!(plotted.rows, [row("720p", 3, 1), row("source", 7, 3)]);
        assert_eq!(plot(&[], at(0), at(4)), None);
    }
}
