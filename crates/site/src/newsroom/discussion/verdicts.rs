//! What the steps of the pipeline said of a comment, as moderators read it.

use discuss::comment;
use serde::{Deserialize, Serialize};

/// What a step said, be it only for moderators to know.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Verdict {
    /// The step's name; there are words for each.
    pub(super) step: &'static str,
    /// What it said.
    pub(super) words: String,
}

#[derive(Deserialize)]
struct Kept {
    step: String,
    waits: Option<String>,
    notes: Option<String>,
}

/// What each step said that said something, in their order.
pub(super) fn all(verdicts: &str) -> Vec<Verdict> {
    let said = kept(verdicts).into_iter().filter_map(|it| {
        // One that ran on another version, and that this one has no words for.
        let step = comment::steps().find(|name| *name == it.step)?;
        Some(Verdict { step, words: it.waits.or(it.notes)? })
    });
    said.collect()
}

/// Why a comment waits.
pub(super) fn waits(verdicts: &str) -> Vec<String> {
    kept(verdicts).into_iter().filter_map(|it| it.waits).collect()
}

fn kept(verdicts: &str) -> Vec<Kept> {
    serde_json::from_str(verdicts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_said_nothing_is_left_out_and_so_is_a_step_from_elsewhere() {
        let kept = r#"[{"step":"closed"},{"step":"links","waits":"4 links"},
            {"step":"spam","notes":"0.42"},{"step":"moon","notes":"full"}]"#;
        let said: Vec<_> = all(kept).into_iter().map(|it| (it.step, it.words)).collect();
        assert_eq!(said, [("links", "4 links".to_owned()), ("spam", "0.42".to_owned())]);
        assert_eq!(waits(kept), ["4 links"]);
        assert_eq!(all("nonsense"), []);
    }
}
