//! How text becomes the words that the index knows.

use tantivy::tokenizer::{AsciiFoldingFilter, TextAnalyzer, Token, TokenStream, Tokenizer};
use unicode_segmentation::{UWordBoundIndices, UnicodeSegmentation};

/// Names these rules in the index. Whoever changes them changes the name, so that indexes made by
/// the old ones are built anew.
pub(super) const RULES: &str = "words_1";

/// Longer ones are not words but noise, such as encoded data.
const WORD_BYTES_MAX: usize = 64;

/// Divides as Unicode does (UAX #29), so every script works, and forgets what readers do not type:
/// case, accents, and the possessive's "'s".
pub(super) fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(Words::default()).filter(AsciiFoldingFilter).build()
}

/// One word of a text, and where it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) term: String,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The words of `text`.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    analyzer().token_stream(text).process(&mut |token| {
        found.push(Word { term: token.text.clone(), from: token.offset_from, to: token.offset_to });
    });
    found
}

#[derive(Clone, Default)]
struct Words {
    token: Token,
}

struct WordStream<'a> {
    segments: UWordBoundIndices<'a>,
    /// What is left of a segment that holds several words, and where it stands.
    rest: (usize, &'a str),
    token: &'a mut Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream {
            segments: text.split_word_bound_indices(),
            rest: (0, ""),
            token: &mut self.token,
        }
    }
}

impl WordStream<'_> {
    /// The next stretch without a separator, and where it stands.
    fn next_part(&mut self) -> Option<(usize, usize)> {
        loop {
            let (at, rest) = self.rest;
            if rest.is_empty() {
                let (at, segment) = self.segments.next()?;
                if !segment.contains(char::is_alphanumeric) {
                    continue;
                }
                self.rest = (at, segment);
                if is_initials(segment) {
                    self.rest = (at, "");
                    self.take(segment);
                    return Some((at, at + segment.len()));
                }
                continue;
            }
            let start = rest.find(|c| !is_separator(c)).unwrap_or(rest.len());
            let end = rest[start..].find(is_separator).map_or(rest.len(), |end| start + end);
            self.rest = (at + end, &rest[end..]);
            let part = &rest[start..end];
            let possessive = part.eq_ignore_ascii_case("s")
                && rest[..start].ends_with(['\'', '\u{2019}'])
                && self.rest.1.is_empty();
            if !part.is_empty() && !possessive {
                self.take(part);
                return Some((at + start, at + end));
            }
        }
    }

    fn take(&mut self, part: &str) {
        self.token.text.clear();
        for letter in part.chars() {
            if letter.is_ascii() {
                if letter != '.' {
                    self.token.text.push(letter.to_ascii_lowercase());
                }
                continue;
            }
            for letter in letter.to_lowercase().filter(|letter| !is_mark(*letter)) {
                self.token.text.push(match letter {
                    'ё' => 'е',
                    'ς' => 'σ',
                    other => other,
                });
            }
        }
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        while let Some((from, to)) = self.next_part() {
            self.token.position = self.token.position.wrapping_add(1);
            if (1..=WORD_BYTES_MAX).contains(&self.token.text.len()) {
                self.token.offset_from = from;
                self.token.offset_to = to;
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

/// Whether this is an abbreviation such as "U.S", which is also written without its points.
fn is_initials(segment: &str) -> bool {
    segment.contains('.')
        && segment.split('.').all(|part| {
            let mut letters = part.chars();
            letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
        })
}

/// What Unicode allows within a word, and is none of its letters.
fn is_separator(letter: char) -> bool {
    letter.is_ascii_punctuation()
        || matches!(letter, '\u{2018}' | '\u{2019}' | '\u{b7}' | '\u{2024}' | '\u{2027}')
        || matches!(letter, '\u{203f}' | '\u{ff07}' | '\u{ff0e}' | '\u{ff1a}' | '\u{ff3f}')
}

/// What is written upon, below or between letters and seldom typed: accents apart from their
/// letter, Hebrew and Arabic vowel points, joiners, soft hyphens.
fn is_mark(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}'
        | '\u{640}' | '\u{670}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = words(text);
        let terms: Vec<&str> = found.iter().map(|word| word.term.as_str()).collect();
        assert_eq!(terms, expected, "{text:?}");
    }

    #[test]
    fn divides_text_into_words() {
        check("The Kremlin photo’s release", &["the", "kremlin", "photo", "release"]);
        check("Reunión en MADRID: ¿qué pasó?", &["reunion", "en", "madrid", "que", "paso"]);
        check("Путин Ещё раз", &["путин", "еще", "раз"]);
        check("U.S. and NATO", &["us", "and", "nato"]);
        check("O'Brien, l’État", &["o", "brien", "l", "etat"]);
        check("COVID-19 3.14 18:08", &["covid", "19", "3", "14", "18", "08"]);
        check("習近平", &["習", "近", "平"]);
        check("cafe\u{301} CAFÉ", &["cafe", "cafe"]);
        check("كِتَاب", &["كتاب"]);
        check("İstanbul Straße ΛΟΓΟΣ λόγος", &["istanbul", "strasse", "λογοσ", "λόγοσ"]);
        check("snake_case #tag @name", &["snake", "case", "tag", "name"]);
        check("", &[]);
        check("'s ... '' _", &["s"]);
    }

    #[test]
    fn leaves_out_what_is_no_word_and_keeps_its_place() {
        let long = "x".repeat(200);
        check(&format!("a {long} b"), &["a", "b"]);
    }

    #[test]
    fn says_where_each_word_stands() {
        let text = "¡Año nuevo!";
        for word in words(text) {
            assert!(text.is_char_boundary(word.from) && text.is_char_boundary(word.to));
        }
        assert_eq!(&text[words(text)[1].from..words(text)[1].to], "nuevo");
    }
}
