//! What a reader typed, as what is to be found.

use super::words::{self, Word};

/// Nobody types more; programs do.
const TEXT_BYTES_MAX: usize = 512;
const WORDS_MAX: usize = 16;

/// What is to be found, and what is not to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The text that the words stand in, cut to what is looked at.
    pub(super) text: String,
    pub(super) wanted: Vec<Clause>,
    pub(super) unwanted: Vec<Clause>,
}

/// A word, or several that stand side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) words: Vec<Word>,
    /// Whether it means what it says, to the letter.
    pub(super) quoted: bool,
    /// Whether the reader may still be typing it.
    pub(super) unfinished: bool,
}

/// Reads any text at all.
pub(super) fn parse(text: &str) -> Asked {
    let text = text.trim_start();
    let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
    let mut asked = Asked { text: text.to_owned(), ..Asked::default() };
    let mut room = WORDS_MAX;
    let mut at = 0;
    while let Some(chunk) = next_chunk(text, &mut at) {
        let mut words = words::words(&text[chunk.from..chunk.to]);
        words.truncate(room);
        room -= words.len();
        for word in &mut words {
            word.from += chunk.from;
            word.to += chunk.from;
        }
        let list = if chunk.unwanted { &mut asked.unwanted } else { &mut asked.wanted };
        if chunk.quoted {
            if !words.is_empty() {
                list.push(Clause { words, quoted: true, unfinished: false });
            }
            continue;
        }
        for word in words {
            match list.last_mut() {
                Some(last) if belongs(text, last, &word, chunk.from) => last.words.push(word),
                _ => list.push(Clause { words: vec![word], ..Clause::default() }),
            }
        }
    }
    if let Some(last) = asked.wanted.last_mut() {
        last.unfinished = !last.quoted && last.words.iter().any(|word| word.to == text.len());
    }
    asked
}

struct Chunk {
    from: usize,
    to: usize,
    quoted: bool,
    unwanted: bool,
}

/// What stands between two spaces, or between two quotation marks.
fn next_chunk(text: &str, at: &mut usize) -> Option<Chunk> {
    let is_mark = |c: char| matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '«' | '»');
    *at += text[*at..].find(|c: char| !c.is_whitespace())?;
    let unwanted = text[*at..].starts_with('-')
        && text[*at + 1..].starts_with(|c: char| c.is_alphanumeric() || is_mark(c));
    if unwanted {
        *at += 1;
    }
    let rest = &text[*at..];
    let mark = rest.chars().next().filter(|first| is_mark(*first)).map(char::len_utf8);
    let from = *at + mark.unwrap_or(0);
    let end = match mark {
        Some(_) => text[from..].find(is_mark),
        None => rest.find(|c: char| c.is_whitespace() || is_mark(c)),
    };
    let to = end.map_or(text.len(), |end| from + end);
    *at = to;
    // The mark that ends a phrase begins no other.
    if mark.is_some() {
        *at += text[to..].chars().next().map_or(0, char::len_utf8);
    }
    Some(Chunk { from, to, quoted: mark.is_some(), unwanted })
}

/// Whether `word` is one with the words before it, as in "covid-19" and "o'brien", and as in scripts
/// that are written without spaces.
fn belongs(text: &str, before: &Clause, word: &Word, chunk_from: usize) -> bool {
    let Some(last) = before.words.last().filter(|last| last.from >= chunk_from) else {
        return false;
    };
    let between = &text[last.to..word.from];
    let mut letters = between.chars();
    !before.quoted
        && matches!(
            (letters.next(), letters.next()),
            (None | Some('-' | '\'' | '\u{2019}' | '.' | '_' | '\u{2010}' | '\u{2011}'), None)
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spell(clauses: &[Clause]) -> Vec<String> {
        let spell = |clause: &Clause| {
            let words: Vec<&str> = clause.words.iter().map(|word| word.term.as_str()).collect();
            let mark = if clause.quoted { "\"" } else { "" };
            let more = if clause.unfinished { "…" } else { "" };
            format!("{mark}{}{mark}{more}", words.join(" "))
        };
        clauses.iter().map(spell).collect()
    }

    fn check(text: &str, wanted: &[&str], unwanted: &[&str]) {
        let asked = parse(text);
        assert_eq!(spell(&asked.wanted), wanted, "{text:?}");
        assert_eq!(spell(&asked.unwanted), unwanted, "{text:?}");
    }

    #[test]
    fn reads_what_readers_type() {
        check("Putin Biden ", &["putin", "biden"], &[]);
        check("Putin Bid", &["putin", "bid…"], &[]);
        check("\"video conference\" summit ", &["\"video conference\"", "summit"], &[]);
        check("“video conference”", &["\"video conference\""], &[]);
        check("summit -nato -\"cold war\" ", &["summit"], &["nato", "\"cold war\""]);
        check("covid-19 o'brien ", &["covid 19", "o brien"], &[]);
        check("putin,biden/xi ", &["putin", "biden", "xi"], &[]);
        check("習近平 ", &["習 近 平"], &[]);
        check("- -- a - b ", &["a", "b"], &[]);
        check("\"unclosed phrase", &["\"unclosed phrase\""], &[]);
        check("\"\" \"", &[], &[]);
        check("", &[], &[]);
    }

    #[test]
    fn looks_at_no_more_than_a_person_types() {
        let asked = parse(&"word ".repeat(10_000));
        assert_eq!(asked.wanted.len(), WORDS_MAX);
        assert!(asked.text.len() <= TEXT_BYTES_MAX);
    }

    proptest! {
        #[test]
        fn reads_any_text(text in "\\PC*|[-\" a“»'.]*") {
            let asked = parse(&text);
            for word in asked.wanted.iter().chain(&asked.unwanted).flat_map(|it| &it.words) {
                prop_assert!(asked.text.get(word.from..word.to).is_some());
            }
        }
    }
}
