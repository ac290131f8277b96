//! What to answer to a request for a playlist or a part: at once, later, or not. Pure decisions;
//! the waiting is the server's.

use std::time::Duration;

use bytes::Bytes;

use crate::playlist::{Playlist, Position};
use crate::{MediaKind, MediaName};

/// What a request for a playlist asks for (§6.2.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// Not before this segment is there, or this part of it.
    pub until: Option<Wanted>,
    /// Only what is new will do.
    pub skip: bool,
}

/// A segment, or a part of it, that a playlist shall contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Media sequence number.
    pub sequence: u64,
    /// Which part of it; none for the whole.
    pub part: Option<u32>,
}

/// Why a playlist is refused. `status` is that of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// 400
    #[error("{0} must be a whole number, once. Leave it out to get the playlist at once.")]
    NotANumber(&'static str),
    /// 400
    #[error("_HLS_part needs _HLS_msn beside it.")]
    PartAlone,
    /// 400
    #[error("Segment {wanted} is too far ahead: the playlist's last is {last}. Ask for {next} at most.", next = last + 2)]
    TooFar {
        /// What was asked for.
        wanted: u64,
        /// What there is.
        last: u64,
    },
    /// 400
    #[error("Part {wanted} is too far ahead: ask for part {most} at most, or leave _HLS_part out.")]
    PartTooFar {
        /// What was asked for.
        wanted: u32,
        /// What would have been waited for.
        most: u32,
    },
    /// 503
    #[error(
        "Nothing new has come for three target durations. The channel has stopped; try again later."
    )]
    Stalled,
}

impl Refused {
    /// The HTTP status that says it.
    pub fn status(self) -> u16 {
        match self {
            Self::Stalled => 503,
            _ => 400,
        }
    }
}

impl Directives {
    /// Reads `_HLS_msn`, `_HLS_part` and `_HLS_skip` out of a request's query, which is what follows
    /// the question mark. Other parameters are left alone.
    pub fn parse(query: &str) -> Result<Self, Refused> {
        let (mut sequence, mut part, mut skip) = (None, None, false);
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "_HLS_msn" => {
                    sequence = Some(number::<u64>("_HLS_msn", value, sequence.is_some())?);
                }
                "_HLS_part" => part = Some(number::<u32>("_HLS_part", value, part.is_some())?),
                // Whatever else it says, it is from a later version, and the whole will do.
                "_HLS_skip" => skip = matches!(value, "YES" | "v2"),
                _ => {}
            }
        }
        let until = match (sequence, part) {
            (None, Some(_)) => return Err(Refused::PartAlone),
            (None, None) => None,
            (Some(sequence), part) => Some(Wanted { sequence, part }),
        };
        Ok(Self { until, skip })
    }
}

fn number<N: std::str::FromStr>(
    name: &'static str,
    value: &str,
    twice: bool,
) -> Result<N, Refused> {
    let plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) && !twice;
    value.parse().ok().filter(|_| plain).ok_or(Refused::NotANumber(name))
}

/// What to do with a request for a playlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Send this text.
    Now(Bytes),
    /// Ask again when the playlist has changed, at the latest after this time.
    Wait(Duration),
}

/// Decides about a request that has been `waiting` so long, by the playlist as it is.
///
/// Ask at arrival and whenever the rendition's playlist has changed.
pub fn decide(
    playlist: &Playlist,
    directives: Directives,
    waiting: Duration,
) -> Result<Answer, Refused> {
    let text = match directives.skip {
        true => playlist.delta().unwrap_or(playlist.text()),
        false => playlist.text(),
    };
    let now = Ok(Answer::Now(text.clone()));
    let Some(wanted) = directives.until.filter(|_| !playlist.ended) else { return now };
    if playlist.has(wanted) {
        return now;
    }
    playlist.check_reach(wanted)?;
    let most = Duration::from_secs(3 * u64::from(playlist.target_seconds));
    match most.checked_sub(waiting).filter(|left| !left.is_zero()) {
        Some(left) => Ok(Answer::Wait(left)),
        None => Err(Refused::Stalled),
    }
}

/// What to do with a request for a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartAnswer {
    /// It is there: send it whole.
    Now,
    /// It is hinted at: ask again when the playlist has changed, at the latest after this time. Not
    /// a byte may be sent before the whole part is there (§6.2.6).
    Wait(Duration),
    /// 410: it was there.
    Gone,
    /// 404: there is no such part.
    Unknown,
    /// 503: what was hinted at does not come.
    Stalled,
}

/// Decides about a request for a part that has been `waiting` so long.
pub fn decide_part(playlist: &Playlist, name: MediaName, waiting: Duration) -> PartAnswer {
    if name.kind != MediaKind::Part || name.run > playlist.run || name.run == 0 {
        return PartAnswer::Unknown;
    }
    let served = &playlist.parts_served;
    if name.run < playlist.run || name.number < served.start {
        return PartAnswer::Gone;
    }
    if name.number < served.end {
        return PartAnswer::Now;
    }
    if name.number > served.end || !playlist.hinted {
        return PartAnswer::Unknown;
    }
    let most = Duration::from_secs(3 * u64::from(playlist.target_seconds));
    match most.checked_sub(waiting).filter(|left| !left.is_zero()) {
        Some(left) => PartAnswer::Wait(left),
        None => PartAnswer::Stalled,
    }
}

impl Playlist {
    /// Whether the playlist holds what is wanted. What has rolled out of it is past, and any
    /// playlist will do.
    fn has(&self, wanted: Wanted) -> bool {
        if wanted.sequence < self.open {
            // A part behind a segment's last is the first of the next segment.
            let Some(part) = wanted.part else { return true };
            let count = self.parts.iter().find(|(sequence, _)| *sequence == wanted.sequence);
            let beyond = count.is_some_and(|(_, count)| part >= *count);
            let next = Position { sequence: wanted.sequence + 1, part: 0 };
            return !beyond || self.newest().is_some_and(|newest| newest >= next);
        }
        match wanted.part {
            Some(part) if self.part_seconds.is_some() => {
                let wanted = Position { sequence: wanted.sequence, part };
                self.newest().is_some_and(|newest| newest >= wanted)
            }
            _ => false,
        }
    }

    /// Refuses what is more than two segments, or an Advance Part Limit, ahead (§6.2.5.2).
    fn check_reach(&self, wanted: Wanted) -> Result<(), Refused> {
        // The last segment is the open one as soon as it has a part.
        let opened = self.parts.last().is_some_and(|(at, count)| *at == self.open && *count > 0);
        let last = if opened { self.open } else { self.open.saturating_sub(1) };
        if wanted.sequence > last + 2 {
            return Err(Refused::TooFar { wanted: wanted.sequence, last });
        }
        let (Some(part), Some(target)) = (wanted.part, self.part_seconds) else { return Ok(()) };
        let limit = if target < 1.0 { (3.0 / target).ceil() as u32 } else { 3 };
        let newest = self.newest().filter(|newest| newest.sequence == wanted.sequence);
        let most = newest.map_or(limit, |newest| newest.part + limit);
        if part > most {
            return Err(Refused::PartTooFar { wanted: part, most });
        }
        Ok(())
    }
}
