//! The playlist of a recording, from its first segment on.

use std::fmt::Write;

use bytes::Bytes;

use super::{Segment, seconds};

/// Whether a recording is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// Nothing follows.
    Here,
    /// More follows: the list only grows (§4.4.3.5).
    Later,
}

/// Lists segments, the oldest first. `target_seconds` is that of the rendition.
pub fn recorded(segments: &[Segment], target_seconds: u32, ends: Ends) -> Bytes {
    let mut out = String::with_capacity(256 + 100 * segments.len());
    // Writing to a String does not fail.
    let _ = write_all(&mut out, segments, target_seconds, ends);
    out.into()
}

fn write_all(
    out: &mut String,
    segments: &[Segment],
    target_seconds: u32,
    ends: Ends,
) -> std::fmt::Result {
    let kind = match ends {
        Ends::Here => "VOD",
        Ends::Later => "EVENT",
    };
    writeln!(out, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{target_seconds}")?;
    writeln!(out, "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:{kind}")?;
    let mut init = None;
    for (index, segment) in segments.iter().enumerate() {
        let breaks = if index == 0 { 0 } else { segment.discontinuities };
        for _ in 0..breaks {
            out.push_str("#EXT-X-DISCONTINUITY\n");
        }
        if init != Some(segment.init) || breaks > 0 {
            writeln!(out, "#EXT-X-MAP:URI=\"{}\"", segment.init)?;
            init = Some(segment.init);
        }
        writeln!(out, "#EXT-X-PROGRAM-DATE-TIME:{:.3}", segment.aired.to_jiff())?;
        writeln!(out, "#EXTINF:{},\n{}", seconds(segment.units, segment.clock), segment.name)?;
    }
    if ends == Ends::Here {
        out.push_str("#EXT-X-ENDLIST\n");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use base::Timestamp;

    use super::*;
    use crate::{MediaKind, MediaName};

    fn segment(number: u64, init: u64, discontinuities: u32) -> Segment {
        Segment {
            name: MediaName { kind: MediaKind::Segment, run: 1, number },
            init: MediaName { kind: MediaKind::Init, run: 1, number: init },
            start: number * 180_000,
            units: 180_000,
            clock: 90_000,
            aired: Timestamp::from_micros(1_790_000_000_000_000),
            discontinuities,
            bytes: 1,
        }
    }

    #[test]
    fn a_recording_begins_at_its_beginning_and_names_each_break_once() {
        let all = [segment(7, 0, 3), segment(8, 0, 0), segment(9, 1, 1), segment(10, 0, 1)];
        let text = recorded(&all, 4, Ends::Here);
        let text = String::from_utf8(text.to_vec()).unwrap();
        let of = |wanted: &str| text.lines().filter(|line| line.starts_with(wanted)).count();
        assert_eq!(of("#EXT-X-DISCONTINUITY"), 2, "none before the first: {text}");
        assert_eq!((of("#EXT-X-MAP:"), of("#EXTINF:2,"), of("s1-")), (3, 4, 4), "{text}");
        assert!(text.contains("#EXT-X-PLAYLIST-TYPE:VOD\n"), "{text}");
        assert!(text.ends_with("s1-10.m4s\n#EXT-X-ENDLIST\n"), "{text}");
    }

    #[test]
    fn one_that_goes_on_is_the_beginning_of_itself_later() {
        let all = [segment(1, 0, 0), segment(2, 0, 0), segment(3, 0, 1)];
        let (early, late) = (recorded(&all[..2], 4, Ends::Later), recorded(&all, 4, Ends::Later));
        assert!(late.starts_with(&early));
        assert!(!late.windows(7).any(|word| word == b"ENDLIST"));
    }
}
