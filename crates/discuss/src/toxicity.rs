//! How much a comment reads like abuse: by a short list of words, and by what was refused as abuse
//! here. It says which waiting comments a moderator sees first, and nothing else: words alone do not
//! tell whether somebody insults or quotes an insult.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::Text;
use crate::lesson::Likeness;

/// Each line is a weight from 0 to 1 and a few words, in small letters.
const LISTS: [&str; 2] = [include_str!("toxicity/en.txt"), include_str!("toxicity/es.txt")];
/// So many words a line has at the most.
const WORDS_MAX: usize = 4;

/// Of all languages at once: readers do not always write in that of the story.
static WEIGHTS: LazyLock<BTreeMap<&str, f64>> = LazyLock::new(|| {
    let lines = LISTS.into_iter().flat_map(str::lines);
    let read = |line: &'static str| {
        let (weight, words) = line.split_once(' ')?;
        Some((words, weight.parse().ok()?))
    };
    lines.filter_map(read).collect()
});

/// From 0, not at all, to 1. `learned` is how much the text reads like what was refused as abuse.
pub(crate) fn score(text: &Text, learned: Option<&Likeness>) -> f64 {
    let said: Vec<String> = text.words().collect();
    let runs = (1..=WORDS_MAX).flat_map(|length| said.windows(length).map(|run| run.join(" ")));
    let found: BTreeSet<&str> =
        runs.filter_map(|run| WEIGHTS.get_key_value(run.as_str()).map(|it| *it.0)).collect();
    let innocence: f64 = found.into_iter().map(|words| 1.0 - WEIGHTS[words]).product();
    // One half is to know nothing.
    let learned = learned.map_or(0.0, |it| (it.score * 2.0 - 1.0).max(0.0));
    1.0 - innocence * (1.0 - learned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_spelled_as_texts_are_read() {
        for line in LISTS.into_iter().flat_map(str::lines) {
            let (weight, words) = line.split_once(' ').unwrap();
            let weight: f64 = weight.parse().unwrap();
            assert!(weight > 0.0 && weight <= 1.0, "{line}");
            let read: Vec<_> = Text::read(words.to_owned()).words().collect();
            assert_eq!(read.join(" "), words);
            assert!(read.len() <= WORDS_MAX, "{line}");
        }
    }

    #[test]
    fn worse_is_more() {
        let read = |text: &str, learned: Option<f64>| {
            let learned = learned.map(|score| Likeness { score, words: Vec::new() });
            score(&Text::read(text.to_owned()), learned.as_ref())
        };
        for (text, learned, least, most) in [
            ("The council repairs the bridge.", None, 0.0, 0.0),
            ("Das Buch von Scunthorpe", None, 0.0, 0.0),
            ("That is ridiculous.", None, 0.1, 0.3),
            ("You IDIOT!", None, 0.3, 0.5),
            ("You stupid, pathetic idiot", None, 0.6, 0.8),
            ("Idiot idiot idiot", None, 0.3, 0.5),
            ("I will find you, and", None, 0.99, 1.0),
            ("¡Te voy a matar!", None, 0.99, 1.0),
            ("Hijo\nde puta", None, 0.9, 1.0),
            ("The council", Some(0.5), 0.0, 0.0),
            ("The council", Some(0.1), 0.0, 0.0),
            ("The council", Some(0.9), 0.75, 0.85),
            ("You idiot", Some(0.9), 0.85, 0.9),
        ] {
            let score = read(text, learned);
            assert!((least..=most).contains(&score), "{text:?} {learned:?}: {score}");
        }
    }
}
