//! The names of what viewers fetch, below the address of their rendition.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An initialisation, a segment or a part. Its bytes never change, so it can be cached for ever:
/// every run of the program names anew.
///
/// Parts are counted through, across segments. What the next part will be called is so known before
/// it is known whether a new segment begins with it, and a hint is never wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MediaName {
    /// What it is.
    pub kind: MediaKind,
    /// The run of the program that made it, counted from 1.
    pub run: u32,
    /// Its number among its like: a segment's is its media sequence number.
    pub number: u64,
}

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MediaKind {
    /// `i1-0.mp4`
    Init,
    /// `s1-7.m4s`
    Segment,
    /// `p1-42.m4s`
    Part,
    /// `t1-7.vtt`: a segment of text, which needs no initialisation.
    Text,
}

impl fmt::Display for MediaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (letter, ending) = match self.kind {
            MediaKind::Init => ('i', "mp4"),
            MediaKind::Segment => ('s', "m4s"),
            MediaKind::Part => ('p', "m4s"),
            MediaKind::Text => ('t', "vtt"),
        };
        write!(f, "{letter}{}-{}.{ending}", self.run, self.number)
    }
}

/// A name that nothing bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("No media bears this name. Names are like s1-7.m4s, p1-42.m4s and i1-0.mp4.")]
pub struct NotAName;

impl FromStr for MediaName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let (stem, ending) = text.split_once('.').ok_or(NotAName)?;
        let kind = match (stem.as_bytes().first(), ending) {
            (Some(b'i'), "mp4") => MediaKind::Init,
            (Some(b's'), "m4s") => MediaKind::Segment,
            (Some(b'p'), "m4s") => MediaKind::Part,
            (Some(b't'), "vtt") => MediaKind::Text,
            _ => return Err(NotAName),
        };
        let (run, number) = stem[1..].split_once('-').ok_or(NotAName)?;
        let name = Self {
            kind,
            run: run.parse().map_err(|_| NotAName)?,
            number: number.parse().map_err(|_| NotAName)?,
        };
        // One name for one thing: no signs, no leading zeros.
        if name.to_string() == text { Ok(name) } else { Err(NotAName) }
    }
}

impl TryFrom<String> for MediaName {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        text.parse()
    }
}

impl From<MediaName> for String {
    fn from(name: MediaName) -> Self {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written_and_in_no_other_way() {
        for text in ["i1-0.mp4", "t1-7.vtt", "s12-18446744073709551615.m4s", "p4294967295-42.m4s"] {
            assert_eq!(text.parse::<MediaName>().unwrap().to_string(), text);
        }
        for text in
            ["", "s", "s1.m4s", "s1-07.m4s", "s+1-7.m4s", "s1-7.mp4", "é1-7.m4s", "s1-7.m4s."]
        {
            assert_eq!(text.parse::<MediaName>(), Err(NotAName), "{text}");
        }
    }
}
