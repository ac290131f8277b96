//! How the channel does: what is wrong, and the last minutes second by second.

use accounts::policy::{self, Action};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse as _;
use base::Timestamp;
use media_io::studio::{Reading, Sample, Studio, Viewers};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::error::PageError;
use crate::newsroom::gate::Staff;
use crate::newsroom::page::{Answer, Frame};
use crate::newsroom::trouble::Trouble;

/// A row of the table for so many seconds.
const SECONDS: usize = 15;

/// What the page's script has already.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::newsroom) struct Known {
    after: Option<Timestamp>,
}

#[derive(Serialize)]
struct Told {
    troubles: Vec<String>,
    on_air: bool,
    viewers: Viewers,
    watching: String,
    samples: Vec<Sample>,
}

/// The plots as a table, and what is wrong.
#[derive(Serialize)]
pub(super) struct Health {
    troubles: Vec<String>,
    watching: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    at: Timestamp,
    #[serde(flatten)]
    reading: Reading,
    /// The slowest rendition.
    lag: f64,
}

/// `GET /newsroom/channel/health`: JSON, for the page's script and other programs.
pub(in crate::newsroom) async fn health(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Query(known): Query<Known>,
) -> Answer {
    policy::check(staff.actor(), Action::Broadcast)?;
    let Some(studio) = app.studio() else {
        return Err(Trouble::missing("channel on this node"));
    };
    let status = studio.status();
    let told = Told {
        troubles: troubles(&app, &frame.language, studio)?,
        on_air: status.on_air,
        watching: watching(&app, &frame.language, &status.viewers)?,
        viewers: status.viewers,
        samples: studio.samples(known.after),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(told)).into_response())
}

impl Health {
    pub(super) fn of(app: &App, language: &str, studio: &Studio) -> Result<Self, Trouble> {
        let samples = studio.samples(None);
        let rows = samples.rchunks(SECONDS).map(row).collect();
        Ok(Self {
            troubles: troubles(app, language, studio)?,
            watching: watching(app, language, &studio.status().viewers)?,
            rows,
        })
    }
}

/// What is wrong, in sentences that say what to do.
fn troubles(app: &App, language: &str, studio: &Studio) -> Result<Vec<String>, Trouble> {
    let words = app.0.templates.words();
    let say = |it: media_io::studio::Trouble| {
        let number = (it.number * 10.0).round() / 10.0;
        words.say(language, &format!("health-{}", it.key), &[("number", number.into())])
    };
    studio.troubles().into_iter().map(say).collect::<Result<_, _>>().map_err(lacking)
}

fn watching(app: &App, language: &str, viewers: &Viewers) -> Result<String, Trouble> {
    let count = [("count", viewers.all.into())];
    app.0.templates.words().say(language, "viewers-now", &count).map_err(lacking)
}

fn lacking(error: crate::view::WordsError) -> Trouble {
    PageError::from(error).into()
}

/// Seconds as one row: the worst of each that can be bad, the average of what merely is.
fn row(seconds: &[Sample]) -> Row {
    let all = || seconds.iter().map(|it| &it.reading);
    let count = seconds.len().max(1) as u64;
    let most = |of: fn(&Reading) -> f64| all().map(of).fold(0.0, f64::max);
    let speeds = all().filter_map(|it| it.speed);
    Row {
        at: seconds.last().map_or(Timestamp::from_micros(0), |it| it.at),
        lag: most(|it| it.renditions.iter().map(|it| it.behind).fold(0.0, f64::max)),
        reading: Reading {
            kilobits: all().map(|it| it.kilobits).sum::<u64>() / count,
            frames: all().map(|it| it.frames).sum::<u64>() / count,
            key_frames_apart: most(|it| it.key_frames_apart),
            lost: all().map(|it| it.lost).sum(),
            behind: most(|it| it.behind),
            parts_late: all().map(|it| it.parts_late).sum(),
            speed: speeds.reduce(f64::min),
            renditions: Vec::new(),
            viewers: all().map(|it| it.viewers).max().unwrap_or_default(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_the_worst_of_its_seconds() {
        let sample = |second: i64, kilobits, lost, speed| Sample {
            at: Timestamp::from_micros(second * 1_000_000),
            reading: Reading { kilobits, lost, speed, ..Reading::default() },
        };
        let row = row(&[
            sample(1, 100, 0, Some(1.0)),
            sample(2, 300, 4, Some(0.5)),
            sample(3, 200, 1, None),
        ]);
        assert_eq!(row.at, Timestamp::from_micros(3_000_000));
        let Reading { kilobits, lost, speed, .. } = row.reading;
        assert_eq!((kilobits, lost, speed), (200, 5, Some(0.5)));
    }
}
