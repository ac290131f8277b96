//! WebVTT: cues of captions, as segments of a rendition, and pictures of the window.

use std::fmt::Write;

use base::Timestamp;
use bytes::Bytes;

use crate::time::CHANNEL_CLOCK;

/// Ticks of channel time in a millisecond, which is as fine as WebVTT is.
const MILLISECOND: u64 = CHANNEL_CLOCK as u64 / 1000;

/// What is written over the picture for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Tells it from others: what spans two segments is in both, and shown once.
    pub id: u64,
    /// When it appears, in ticks of channel time.
    pub start: u64,
    /// When it goes.
    pub end: u64,
    /// Plain text; lines are broken where it has line breaks.
    pub text: String,
}

/// A segment of a subtitle rendition that begins at `start` of channel time; without cues it says
/// that nothing is said (§3.1.4).
///
/// Times of cues are channel time, and so is what the fragments of the pictures say: the header maps
/// the one to the other, with the 33 bits that a time of MPEG has.
pub fn segment(start: u64, cues: &[Cue]) -> Bytes {
    let local = start / MILLISECOND;
    let mpeg = (local * MILLISECOND) & ((1 << 33) - 1);
    let mut out = format!("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:{},MPEGTS:{mpeg}\n", Clock(local));
    for Cue { id, start, end, text } in cues {
        let (from, to) = (start / MILLISECOND, end.div_ceil(MILLISECOND));
        let _ = write!(out, "\n{id}\n{} --> {}\n", Clock(from), Clock(to.max(from + 1)));
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let _ = writeln!(out, "{}", Escaped(line));
        }
    }
    out.into()
}

/// A picture of what was on air.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Still {
    /// When it was on air.
    pub aired: Timestamp,
    /// Where it is, relative to the list.
    pub uri: String,
}

/// The pictures of a window, oldest first, each until the next, as players read them for their seek
/// bars. Times are from the first picture on; a cue's identifier is the moment that it shows, since
/// what was first is another soon. The last is good for `last`, in milliseconds.
pub fn stills(stills: &[Still], last: u64) -> Bytes {
    let mut out = String::from("WEBVTT\n");
    let began = stills.first().map_or(0, |first| first.aired.as_micros());
    let since = |at: &Still| u64::try_from((at.aired.as_micros() - began) / 1000).unwrap_or(0);
    for (index, still) in stills.iter().enumerate() {
        let from = since(still);
        let to = stills.get(index + 1).map_or(from + last, since).max(from + 1);
        let at = still.aired.to_jiff();
        let _ = write!(out, "\n{at:.3}\n{} --> {}\n{}\n", Clock(from), Clock(to), still.uri);
    }
    out.into()
}

/// Milliseconds as WebVTT writes them, with the hours.
struct Clock(u64);

impl std::fmt::Display for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (seconds, rest) = (self.0 / 1000, self.0 % 1000);
        let (minutes, hours) = (seconds / 60, seconds / 3600);
        write!(f, "{hours:02}:{:02}:{:02}.{rest:03}", minutes % 60, seconds % 60)
    }
}

/// Text in which nothing is markup, and no line ends a cue or begins one.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            c if c.is_control() => f.write_char(' '),
            c => f.write_char(c),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: u64 = CHANNEL_CLOCK as u64;

    fn text(bytes: &Bytes) -> &str {
        std::str::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_segment_maps_its_times_to_those_of_the_pictures() {
        let cue = |id, start, end, text: &str| Cue { id, start, end, text: text.into() };
        let cues = [
            cue(7, 11 * SECOND, 12 * SECOND + SECOND / 2, "Good evening.\n\n  <b> & --> "),
            cue(8, 3600 * SECOND, 3600 * SECOND, "¿Qué?"),
        ];
        assert_eq!(
            text(&segment(10 * SECOND + 45, &cues)),
            "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:10.000,MPEGTS:900000\n\
             \n7\n00:00:11.000 --> 00:00:12.500\nGood evening.\n&lt;b&gt; &amp; --&gt;\n\
             \n8\n01:00:00.000 --> 01:00:00.001\n¿Qué?\n"
        );
        assert_eq!(text(&segment(0, &[])), "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n");
    }

    #[test]
    fn after_a_day_the_times_of_mpeg_have_wrapped_and_those_of_cues_have_not() {
        let start = (1 << 33) + 5 * SECOND;
        let read = segment(start, &[]);
        // The wrap itself is no whole number of milliseconds.
        assert_eq!(text(&read), "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:26:30:48.717,MPEGTS:449938\n");
    }

    #[test]
    fn stills_are_shown_until_the_next() {
        let at = |seconds: i64| Timestamp::from_micros(1_790_000_000_000_000 + seconds * 1_000_000);
        let still = |seconds, uri: &str| Still { aired: at(seconds), uri: uri.into() };
        let all = [still(0, "thumbnails/1.jpg"), still(6, "thumbnails/2.jpg")];
        assert_eq!(
            text(&stills(&all, 5_000)),
            "WEBVTT\n\
             \n2026-09-21T14:13:20.000Z\n00:00:00.000 --> 00:00:06.000\nthumbnails/1.jpg\n\
             \n2026-09-21T14:13:26.000Z\n00:00:06.000 --> 00:00:11.000\nthumbnails/2.jpg\n"
        );
        assert_eq!(text(&stills(&[], 5_000)), "WEBVTT\n");
    }

    proptest! {
        #[test]
        fn no_text_breaks_out_of_its_cue(said in any::<String>(), start in 0..1_u64 << 40) {
            let cue = Cue { id: 1, start, end: start + SECOND, text: said };
            let read = segment(start, std::slice::from_ref(&cue));
            let read = text(&read);
            prop_assert_eq!(read.matches("-->").count(), 1);
            // The header, and at most one block behind it.
            prop_assert!(read.trim_end().split("\n\n").count() <= 2);
            prop_assert!(!read.contains('\r') && !read.contains('\0'));
        }
    }
}
