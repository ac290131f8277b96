//! From what a reader typed to the articles that were meant.

use std::collections::BTreeSet;
use std::ops::Bound;

use base::Timestamp;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, PhraseQuery, Query as Matching,
    RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, Order, Score, Searcher, SegmentReader, TantivyDocument, Term};

use super::dictionary::Dictionary;
use super::parse::{self, Asked, Clause};
use super::schema::{Fields, PUBLISHED};
use super::words::words;
use super::{Hit, Inner, Query, Results, SearchError, snippet};

/// Beside what the text as a whole scores, which the same words score once already.
const HEADLINE: Score = 3.0;
const DECK: Score = 1.0;
const AUTHORS: Score = 2.0;

/// What a word counts that is not quite the one that was typed.
const OTHER_NUMBER: Score = 0.7;
const LONGER: Score = 0.4;
const MISTYPED: Score = 0.3;

/// With fewer results than this, words may have been mistyped.
const FEW: usize = 3;
/// A word is taken for a slip of another one that is in so many times as many articles.
const LIKELIER: u64 = 10;

/// A new article counts so much more than an old one with the same words.
const NEW: f64 = 0.3;
/// In this time half of that is gone.
const NEW_MICROS: f64 = 90.0 * 86_400e6;

pub(super) fn find(inner: &Inner, query: &Query) -> Result<Results, SearchError> {
    Search {
        fields: inner.fields,
        searcher: inner.reader.searcher(),
        query,
        skip: query.skip.min(Query::SKIP_MAX),
        limit: query.limit.min(Query::LIMIT_MAX),
    }
    .find(&parse::parse(&query.text))
}

struct Search<'a> {
    fields: Fields,
    searcher: Searcher,
    query: &'a Query,
    skip: usize,
    limit: usize,
}

/// A clause, with the words that may stand for its own.
struct Meant<'a> {
    clause: &'a Clause,
    /// For each of its words: the terms, each with what it counts.
    terms: Vec<Vec<(String, Score)>>,
}

impl Meant<'_> {
    fn is_loose(&self) -> bool {
        self.terms.iter().flatten().any(|(_, weight)| *weight == MISTYPED)
    }
}

#[derive(Default)]
struct Found {
    total: usize,
    page: Vec<DocAddress>,
}

impl Search<'_> {
    fn find(&self, asked: &Asked) -> Result<Results, SearchError> {
        if asked.wanted.is_empty() {
            let found = self.newest(asked)?;
            return self.results(found, &[], None);
        }
        let mut meant = self.as_typed(asked)?;
        let mut found = self.run(asked, &meant, Occur::Must)?;
        let mut suggestion = None;
        if found.total < FEW {
            suggestion = self.mistyped(asked, &mut meant)?;
            // Even what cannot be suggested may have been meant.
            if meant.iter().any(Meant::is_loose) {
                found = self.run(asked, &meant, Occur::Must)?;
            }
        }
        if found.total == 0 && meant.len() > 1 {
            found = self.run(asked, &meant, Occur::Should)?;
        }
        self.results(found, &meant, suggestion)
    }

    /// Each word as it was typed, in singular and plural, and with the end that the reader has not
    /// typed yet.
    fn as_typed<'a>(&self, asked: &'a Asked) -> Result<Vec<Meant<'a>>, SearchError> {
        let dictionary = self.dictionary();
        let mut meant = Vec::new();
        for clause in &asked.wanted {
            let mut terms: Vec<Vec<(String, Score)>> =
                clause.words.iter().map(|word| vec![(word.term.clone(), 1.0)]).collect();
            if let ([word], false) = (clause.words.as_slice(), clause.quoted) {
                for other in other_numbers(&word.term) {
                    if dictionary.frequency(&other)? > 0 {
                        terms[0].push((other, OTHER_NUMBER));
                    }
                }
                if clause.unfinished && word.term.chars().count() >= 3 {
                    for (longer, _) in dictionary.beginning_with(&word.term, 12)? {
                        if terms[0].iter().all(|(known, _)| *known != longer) {
                            terms[0].push((longer, LONGER));
                        }
                    }
                }
            }
            meant.push(Meant { clause, terms });
        }
        Ok(meant)
    }

    /// Adds the words that rare ones may be slips of, and says how the text reads with them.
    fn mistyped(
        &self,
        asked: &Asked,
        meant: &mut [Meant<'_>],
    ) -> Result<Option<String>, SearchError> {
        let dictionary = self.dictionary();
        let mut suggestion = asked.text.clone();
        let mut differs = false;
        // From the end, so that the places of earlier words stay true.
        for meant in meant.iter_mut().rev() {
            let ([word], [terms]) = (meant.clause.words.as_slice(), meant.terms.as_mut_slice())
            else {
                continue;
            };
            let length = word.term.chars().count();
            let unlikely = meant.clause.quoted
                || !(4..=24).contains(&length)
                || word.term.chars().any(|letter| letter.is_ascii_digit())
                || terms.iter().any(|(_, weight)| *weight == LONGER);
            if unlikely {
                continue;
            }
            let frequency = dictionary.frequency(&word.term)?;
            let slips = if length < 8 { 1..=1 } else { 1..=2 };
            for slips in slips {
                let mut near = dictionary.near(&word.term, slips, 8)?;
                near.retain(|(_, count)| *count >= LIKELIER * frequency);
                let Some((best, _)) = near.first() else { continue };
                if let Some(spelled) = self.spelled(best)? {
                    suggestion.replace_range(word.from..word.to, &spelled);
                    differs = true;
                }
                for (other, _) in near {
                    if terms.iter().all(|(known, _)| *known != other) {
                        terms.push((other, MISTYPED));
                    }
                }
                break;
            }
        }
        Ok(differs.then(|| suggestion.trim().to_owned()))
    }

    /// How a published article spells this term, accents included. None when there is no such
    /// article any more.
    fn spelled(&self, term: &str) -> Result<Option<String>, SearchError> {
        let query = self.term(self.fields.text, term);
        let best = self.searcher.search(&query, &TopDocs::with_limit(1).order_by_score())?;
        let Some((_, address)) = best.first() else { return Ok(None) };
        let document: TantivyDocument = self.searcher.doc(*address)?;
        let Fields { headline, deck, body, .. } = self.fields;
        for field in [headline, deck, body] {
            let text = Fields::text_of(&document, field);
            if let Some(word) = words(&text).into_iter().find(|word| word.term == term) {
                return Ok(Some(text[word.from..word.to].to_lowercase()));
            }
        }
        // An author's name.
        Ok(Some(term.to_owned()))
    }

    /// Without words to rank by, the newest are the best. Without any wish, there are none.
    fn newest(&self, asked: &Asked) -> Result<Found, SearchError> {
        let Query { section, from, until, .. } = self.query;
        if section.is_none() && from.is_none() && until.is_none() {
            return Ok(Found::default());
        }
        let query = self.within(asked, Box::new(AllQuery));
        let page = self.page().order_by_fast_field::<i64>(PUBLISHED, Order::Desc);
        let (total, page) = self.searcher.search(&query, &(Count, page))?;
        Ok(Found { total, page: page.into_iter().map(|(_, address)| address).collect() })
    }

    fn run(&self, asked: &Asked, meant: &[Meant<'_>], each: Occur) -> Result<Found, SearchError> {
        let mut clauses: Vec<(Occur, Box<dyn Matching>)> = Vec::new();
        for meant in meant {
            clauses.push((each, self.clause(self.fields.text, meant)));
            let Fields { headline, deck, authors, .. } = self.fields;
            for (field, boost) in [(headline, HEADLINE), (deck, DECK), (authors, AUTHORS)] {
                let clause = BoostQuery::new(self.clause(field, meant), boost);
                clauses.push((Occur::Should, Box::new(clause)));
            }
        }
        let query = self.within(asked, Box::new(BooleanQuery::new(clauses)));
        let newest = self.newest_instant()?;
        let page = self.page().tweak_score(move |segment: &SegmentReader| {
            let published = segment.fast_fields().i64(PUBLISHED).ok();
            move |doc, score: Score| {
                let at = published.as_ref().and_then(|published| published.first(doc));
                score * newness(at.unwrap_or(0), newest)
            }
        });
        let (total, page) = self.searcher.search(&query, &(Count, page))?;
        Ok(Found { total, page: page.into_iter().map(|(_, address)| address).collect() })
    }

    fn clause(&self, field: Field, meant: &Meant<'_>) -> Box<dyn Matching> {
        let words = &meant.clause.words;
        if words.len() > 1 {
            let terms = words.iter().map(|word| Term::from_field_text(field, &word.term));
            return Box::new(PhraseQuery::new(terms.collect()));
        }
        let mut terms: Vec<Box<dyn Matching>> = meant
            .terms
            .iter()
            .flatten()
            .map(|(term, weight)| -> Box<dyn Matching> {
                Box::new(BoostQuery::new(Box::new(self.term(field, term)), *weight))
            })
            .collect();
        match terms.len() {
            1 => terms.remove(0),
            _ => Box::new(BooleanQuery::union(terms)),
        }
    }

    /// What matches `query`, is where and when the reader looks, and holds nothing unwanted.
    fn within(&self, asked: &Asked, query: Box<dyn Matching>) -> BooleanQuery {
        let mut clauses = vec![(Occur::Must, query)];
        let mut only = |query: Box<dyn Matching>| {
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(query, 0.0))));
        };
        if let Some(section) = &self.query.section {
            let term = Term::from_field_text(self.fields.section, section.trim_matches('/'));
            only(Box::new(TermQuery::new(term, IndexRecordOption::Basic)));
        }
        let (from, until) = (self.query.from, self.query.until);
        if from.is_some() || until.is_some() {
            let term = |at: Timestamp| Term::from_field_i64(self.fields.published, at.as_micros());
            let from = from.map_or(Bound::Unbounded, |from| Bound::Included(term(from)));
            let until = until.map_or(Bound::Unbounded, |until| Bound::Excluded(term(until)));
            only(Box::new(RangeQuery::new(from, until)));
        }
        for clause in &asked.unwanted {
            let terms = clause.words.iter().map(|word| vec![(word.term.clone(), 1.0)]).collect();
            let unwanted = self.clause(self.fields.text, &Meant { clause, terms });
            clauses.push((Occur::MustNot, unwanted));
        }
        BooleanQuery::new(clauses)
    }

    fn results(
        &self,
        found: Found,
        meant: &[Meant<'_>],
        suggestion: Option<String>,
    ) -> Result<Results, SearchError> {
        let terms: BTreeSet<String> =
            meant.iter().flat_map(|it| &it.terms).flatten().map(|(term, _)| term.clone()).collect();
        let mut hits = Vec::new();
        for address in found.page.into_iter().take(self.limit) {
            let document: TantivyDocument = self.searcher.doc(address)?;
            let Some(article) = self.fields.id_of(&document) else { continue };
            let deck = Fields::text_of(&document, self.fields.deck);
            let body = Fields::text_of(&document, self.fields.body);
            hits.push(Hit { article, snippet: snippet::snippet(&deck, &body, &terms) });
        }
        Ok(Results { total: found.total, hits, suggestion })
    }

    fn term(&self, field: Field, term: &str) -> TermQuery {
        TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::WithFreqs)
    }

    fn page(&self) -> TopDocs {
        TopDocs::with_limit(self.limit.max(1)).and_offset(self.skip)
    }

    fn dictionary(&self) -> Dictionary<'_> {
        Dictionary { searcher: &self.searcher, field: self.fields.text }
    }

    /// When the newest article was published. An article is new beside the others, and not for a
    /// while only: an archive ranks as it did when it was alive.
    fn newest_instant(&self) -> Result<i64, SearchError> {
        let mut newest = i64::MIN;
        for segment in self.searcher.segment_readers() {
            newest = newest.max(segment.fast_fields().i64(PUBLISHED)?.max_value());
        }
        Ok(newest)
    }
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "it is a score")]
fn newness(published: i64, newest: i64) -> Score {
    let age = newest.saturating_sub(published).max(0) as f64;
    (1.0 + NEW * (-age / NEW_MICROS).exp2()) as Score
}

/// The plural of a singular and the singular of a plural, as English and Spanish make them. Those
/// that are no words are in no article either.
fn other_numbers(word: &str) -> Vec<String> {
    let mut others = Vec::new();
    if !word.is_ascii() || word.len() < 3 || word.ends_with(|last: char| last.is_ascii_digit()) {
        return others;
    }
    if let Some(stem) = word.strip_suffix("ies") {
        others.push(format!("{stem}y"));
    }
    if let Some(stem) = word.strip_suffix("ces") {
        others.push(format!("{stem}z"));
    }
    if let Some(stem) = word.strip_suffix("es").filter(|stem| stem.len() > 2) {
        others.push(stem.to_owned());
    }
    match word.strip_suffix('s').filter(|_| !word.ends_with("ss")) {
        Some(stem) if stem.len() > 2 => others.push(stem.to_owned()),
        Some(_) => {}
        None => {
            others.push(format!("{word}s"));
            others.push(format!("{word}es"));
            if let Some(stem) = word.strip_suffix('y') {
                others.push(format!("{stem}ies"));
            }
            if let Some(stem) = word.strip_suffix('z') {
                others.push(format!("{stem}ces"));
            }
        }
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_singular_and_plural() {
        for (singular, plural) in [
            ("summit", "summits"),
            ("country", "countries"),
            ("president", "presidents"),
            ("reunion", "reuniones"),
            ("voz", "voces"),
            ("address", "addresses"),
        ] {
            assert!(other_numbers(singular).contains(&plural.to_owned()), "{plural}");
            assert!(other_numbers(plural).contains(&singular.to_owned()), "{singular}");
        }
        assert!(other_numbers("us").is_empty());
        assert!(!other_numbers("congress").contains(&"congres".to_owned()));
    }

    #[test]
    fn prefers_the_new_gently() {
        let day = 86_400_000_000;
        assert!(newness(0, 0) > newness(0, 90 * day));
        assert!(newness(0, 90 * day) > newness(0, 3_650 * day));
        assert!(newness(0, 0) <= 1.3 && newness(i64::MIN, i64::MAX) >= 1.0);
    }
}
