//! What a player takes from a playlist (draft-pantos-hls-rfc8216bis-20 §4.4).

use anyhow::{Context, Result};

use crate::bench::channel::serving::part;

pub(super) struct Listed {
    /// The addresses of all that are listed, the oldest first.
    pub(super) parts: Vec<String>,
    pub(super) part_seconds: f64,
    /// The segment and the part that come next.
    next: (u64, usize),
}

impl Listed {
    pub(super) fn read(text: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(text)?;
        let after = |tag: &str| text.lines().find_map(|line| line.strip_prefix(tag));
        let first: u64 =
            after("#EXT-X-MEDIA-SEQUENCE:").context("a playlist without a number")?.parse()?;
        let target = after("#EXT-X-PART-INF:PART-TARGET=").context("a playlist without parts")?;
        let mut next = (first, 0);
        let mut parts = Vec::new();
        for line in text.lines() {
            if let Some(name) = part(line) {
                parts.push(name.to_owned());
                next.1 += 1;
            } else if line.starts_with("#EXTINF") {
                next = (next.0 + 1, 0);
            }
        }
        Ok(Self { parts, part_seconds: target.parse()?, next })
    }

    /// With which query the playlist is asked for that has more.
    pub(super) fn next(&self) -> String {
        format!("?_HLS_msn={}&_HLS_part={}", self.next.0, self.next.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_next_is_the_part_after_the_last() {
        let text = "#EXTM3U\n#EXT-X-PART-INF:PART-TARGET=0.4\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:2,\ns1-7.m4s\n\
                    #EXT-X-PART:DURATION=0.4,URI=\"p1-40.m4s\"\n#EXTINF:2,\ns1-8.m4s\n\
                    #EXT-X-PART:DURATION=0.4,URI=\"p1-41.m4s\"\n#EXT-X-PART:DURATION=0.4,URI=\"p1-42.m4s\"\n";
        let listed = Listed::read(text.as_bytes()).unwrap();
        assert_eq!(listed.parts, ["p1-40.m4s", "p1-41.m4s", "p1-42.m4s"]);
        assert_eq!(listed.next(), "?_HLS_msn=9&_HLS_part=2");
    }
}
