//! The words of the index, and how often they occur. They outlive a withdrawn article for a while,
//! so nothing from here is shown to a reader before an article was found by it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;
use tantivy::{Searcher, SegmentReader, Term};

use super::SearchError;

/// A word, and in how many articles it occurs.
pub(super) type Known = (String, u64);

pub(super) struct Dictionary<'a> {
    pub(super) searcher: &'a Searcher,
    pub(super) field: Field,
}

impl Dictionary<'_> {
    /// In how many articles `word` occurs.
    pub(super) fn frequency(&self, word: &str) -> Result<u64, SearchError> {
        Ok(self.searcher.doc_freq(&Term::from_field_text(self.field, word))?)
    }

    /// The most frequent words that begin with `start` and go on.
    pub(super) fn beginning_with(
        &self,
        start: &str,
        limit: usize,
    ) -> Result<Vec<Known>, SearchError> {
        let mut found = BTreeMap::new();
        for segment in self.searcher.segment_readers() {
            self.beginning_in(segment, start, limit * 2, &mut found)?;
        }
        Ok(most_frequent(found, limit))
    }

    fn beginning_in(
        &self,
        segment: &SegmentReader,
        start: &str,
        limit: usize,
        found: &mut BTreeMap<String, u64>,
    ) -> Result<(), SearchError> {
        let words = segment.inverted_index(self.field)?;
        let words = words.terms();
        let mut range = words.range().gt(start);
        if let Some(end) = behind(start) {
            range = range.lt(end);
        }
        let mut stream = range.into_stream()?;
        let mut places = Vec::new();
        while stream.advance() {
            places.push((stream.value().doc_freq, stream.term_ord()));
        }
        places.sort_unstable_by_key(|(frequency, place)| (Reverse(*frequency), *place));
        for (frequency, place) in places.into_iter().take(limit) {
            let mut word = Vec::new();
            words.ord_to_term(place, &mut word)?;
            *found.entry(utf8(word)?).or_default() += u64::from(frequency);
        }
        Ok(())
    }

    /// Words that one (or two) slips of the finger make of `word`, other than itself: a letter too
    /// many, too few, or wrong, or two in the wrong order. The first letter is taken as right.
    pub(super) fn near(
        &self,
        word: &str,
        slips: u8,
        limit: usize,
    ) -> Result<Vec<Known>, SearchError> {
        let first = &word[..word.chars().next().map_or(0, char::len_utf8)];
        let term = Term::from_field_text(self.field, word);
        let slipped = FuzzyTermQuery::new(term, slips, true);
        let mut found = BTreeMap::new();
        for segment in self.searcher.segment_readers() {
            let words = segment.inverted_index(self.field)?;
            let mut range = words.terms().search(slipped.automaton()?).ge(first);
            if let Some(end) = behind(first) {
                range = range.lt(end);
            }
            let mut stream = range.into_stream()?;
            while let Some((near, info)) = stream.next() {
                if near != word.as_bytes() {
                    *found.entry(utf8(near.to_vec())?).or_default() += u64::from(info.doc_freq);
                }
            }
        }
        Ok(most_frequent(found, limit))
    }
}

/// The first string behind all that begin with `start`.
fn behind(start: &str) -> Option<Vec<u8>> {
    let mut end = start.as_bytes().to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

fn most_frequent(found: BTreeMap<String, u64>, limit: usize) -> Vec<Known> {
    let mut found: Vec<Known> = found.into_iter().collect();
    found.sort_by_key(|(_, frequency)| Reverse(*frequency));
    found.truncate(limit);
    found
}

fn utf8(word: Vec<u8>) -> io::Result<String> {
    String::from_utf8(word).map_err(io::Error::other)
}
