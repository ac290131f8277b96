//! A few words of an article, around those that were looked for.

use std::collections::BTreeSet;

use super::words::{Word, words};

/// A stretch of plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnippetPart {
    /// The text.
    pub text: String,
    /// Whether it was looked for.
    pub matched: bool,
}

const BYTES: usize = 220;
/// How much of it comes before the first match.
const BEFORE: usize = 50;
/// As far into a body as a snippet is looked for.
const LOOKED_AT: usize = 16 * 1024;

/// From the body where it has at least as many of the `terms`, or else from the deck.
pub(super) fn snippet(deck: &str, body: &str, terms: &BTreeSet<String>) -> Vec<SnippetPart> {
    let body = &body[..body.floor_char_boundary(LOOKED_AT)];
    let (deck, body) = (Window::best(deck, terms), Window::best(body, terms));
    let shown = if body.worth == (0, 0) && !deck.text.is_empty() || deck.worth.0 > body.worth.0 {
        deck
    } else {
        body
    };
    shown.parts()
}

/// A part of a text that is short enough.
struct Window<'a> {
    text: &'a str,
    from: usize,
    to: usize,
    /// All matches of the text.
    matches: Vec<Word>,
    /// How many different terms are within, and how many matches.
    worth: (usize, usize),
}

impl<'a> Window<'a> {
    fn best(text: &'a str, terms: &BTreeSet<String>) -> Self {
        let mut matches = words(text);
        matches.retain(|word| terms.contains(&word.term));
        let mut best = Self { text, from: 0, to: 0, matches, worth: (0, 0) };
        let mut start = 0;
        for (index, first) in best.matches.iter().enumerate() {
            let within = best.matches[index..]
                .iter()
                .take_while(|word| word.to <= first.from + BYTES - BEFORE)
                .map(|word| word.term.as_str());
            let worth = (within.clone().collect::<BTreeSet<_>>().len(), within.count());
            if worth > best.worth {
                (best.worth, start) = (worth, first.from);
            }
        }
        best.from = begin(text, start);
        best.to = end(text, best.from);
        best
    }

    fn parts(&self) -> Vec<SnippetPart> {
        let mut parts = Vec::new();
        let mut push = |text: &str, matched| {
            if !text.is_empty() {
                // Line ends of the body are no concern of a line of text.
                let text = text.replace(['\n', '\r', '\t'], " ");
                parts.push(SnippetPart { text, matched });
            }
        };
        let mut at = self.from;
        if self.from > 0 {
            push("… ", false);
        }
        for word in self.matches.iter().filter(|word| word.from >= self.from && word.to <= self.to)
        {
            push(&self.text[at..word.from], false);
            push(&self.text[word.from..word.to], true);
            at = word.to;
        }
        push(&self.text[at..self.to], false);
        if self.to < self.text.trim_end().len() {
            push("…", false);
        }
        parts
    }
}

/// Where a window begins that shows what is at `start`: with its sentence if that began shortly
/// before, or else with a word.
fn begin(text: &str, start: usize) -> usize {
    if start <= BEFORE {
        return 0;
    }
    let earliest = text.ceil_char_boundary(start - BEFORE);
    let lead = &text[earliest..start];
    let sentence = lead.rfind(['.', '!', '?', '\n']).map(|at| at + 1);
    let word = || lead.find(char::is_whitespace);
    let begin = earliest + sentence.or_else(word).unwrap_or(lead.len());
    begin + (text[begin..start].len() - text[begin..start].trim_start().len())
}

/// Where it ends: behind a word, unless there is one that is very long.
fn end(text: &str, from: usize) -> usize {
    let latest = text.floor_char_boundary((from + BYTES).min(text.len()));
    if latest == text.len() {
        return text.trim_end().len().max(from);
    }
    let shown = &text[from..latest];
    let word = shown.rfind(char::is_whitespace).filter(|at| *at > BYTES / 2);
    from + word.map_or(shown.len(), |at| shown[..at].trim_end().len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(deck: &str, body: &str, terms: &[&str]) -> String {
        let terms = terms.iter().map(|term| (*term).to_owned()).collect();
        let show = |part: SnippetPart| match part.matched {
            true => format!("[{}]", part.text),
            false => part.text,
        };
        snippet(deck, body, &terms).into_iter().map(show).collect()
    }

    #[test]
    fn shows_what_was_looked_for() {
        assert_eq!(
            check("", "Leaders met.\n\nThe Reunión ended late.", &["reunion", "late"]),
            "Leaders met.  The [Reunión] ended [late]."
        );
    }

    #[test]
    fn shows_the_place_with_the_most_of_it() {
        let body = format!("A summit. {} Here the summit discussed gas.", "Filler. ".repeat(100));
        let shown = check("", &body, &["summit", "gas"]);
        assert!(shown.ends_with("Here the [summit] discussed [gas]."), "{shown}");
        assert!(shown.starts_with("… "), "{shown}");
    }

    #[test]
    fn shows_the_deck_when_the_body_has_less() {
        assert_eq!(check("On gas and oil", "They spoke.", &["gas"]), "On [gas] and oil");
        assert_eq!(check("On gas and oil", "They spoke.", &["summit"]), "On gas and oil");
        assert_eq!(check("", "They spoke.", &["summit"]), "They spoke.");
        assert_eq!(check("", "", &["summit"]), "");
    }

    #[test]
    fn is_short_and_ends_with_a_word() {
        let shown = check("", &"many words and more ".repeat(100), &["nothing"]);
        assert!(shown.len() < BYTES + 10 && shown.ends_with('…'), "{shown}");
        assert!(!shown.contains("mor…"), "{shown}");
    }

    proptest! {
        #[test]
        fn takes_any_text(deck in "\\PC{0,300}", body in "(\\PC|a |б |習){0,400}") {
            check(&deck, &body, &["a", "б", "習"]);
        }
    }
}
