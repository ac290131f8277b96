//! Articles about the same.

use std::collections::BTreeMap;

use base::ArticleId;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, Score, Searcher, TERMINATED, Term};

use super::schema::Fields;
use super::words::words;
use super::{Inner, LikeThis, SearchError};

/// An article's topic shows in few words, and each more makes every page slower.
const TERMS_MAX: usize = 8;
/// The beginning of the body says what it is about, in bytes.
const BEGINNING: usize = 600;
/// Words in more than this share of all articles tell nothing.
const COMMON: u64 = 20;

pub(super) fn similar(
    inner: &Inner,
    to: &LikeThis,
    limit: usize,
) -> Result<Vec<ArticleId>, SearchError> {
    let searcher = inner.reader.searcher();
    let fields = inner.fields;
    let terms = telling_terms(&searcher, &fields, to)?;
    if terms.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let language = Term::from_field_text(fields.language, &to.language);
    let mut found = Vec::new();
    // In its own language first; in any, if that is not enough.
    for same_language in [Occur::Must, Occur::MustNot] {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = vec![
            (Occur::Must, Box::new(BooleanQuery::union(alike(&fields, &terms)))),
            (Occur::MustNot, Box::new(only(fields.id_term(to.article)))),
        ];
        let language: Box<dyn Query> = Box::new(only(language.clone()));
        clauses.push((same_language, Box::new(ConstScoreQuery::new(language, 0.0))));
        let top = TopDocs::with_limit(limit - found.len()).order_by_score();
        for (_, address) in searcher.search(&BooleanQuery::new(clauses), &top)? {
            found.extend(fields.id_of(&searcher.doc(address)?));
        }
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

/// The few words that tell this article from others, each with what it counts: the same before the
/// article is published and after.
fn telling_terms(
    searcher: &Searcher,
    fields: &Fields,
    to: &LikeThis,
) -> Result<Vec<(String, Score)>, SearchError> {
    let mut counts: BTreeMap<String, u8> = BTreeMap::new();
    for (text, count) in [
        (to.headline.as_str(), 3),
        (to.deck.as_str(), 2),
        (&to.body[..to.body.floor_char_boundary(BEGINNING)], 1),
    ] {
        for word in words(text).into_iter().filter(|word| word.term.chars().count() > 2) {
            let so_far = counts.entry(word.term).or_default();
            *so_far = so_far.saturating_add(count);
        }
    }
    let own = address_of(searcher, fields, to.article)?;
    let all = searcher.num_docs() - u64::from(own.is_some());
    // In a small archive every word is common.
    let common = (all / COMMON).max(10);
    let mut words = Vec::with_capacity(counts.len());
    for (term, count) in counts {
        let word = Term::from_field_text(fields.text, &term);
        let frequency = searcher.doc_freq(&word)?;
        let others = frequency.saturating_sub(u64::from(own.is_some()));
        let most = rarity(others, all) * Score::from(count).sqrt();
        if frequency > 0 && others <= common {
            words.push((most, frequency, count, word, term));
        }
    }
    words.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut terms: Vec<(String, Score)> = Vec::new();
    for (most, frequency, count, word, term) in words {
        // To see whether the article itself is among those that have a word costs more than all else
        // here: it is asked of few, the most telling first.
        if terms.get(TERMS_MAX - 1).is_some_and(|(_, least)| *least >= most) {
            break;
        }
        let itself = match own {
            Some(own) => contains(searcher, own, &word)?,
            None => false,
        };
        let others = frequency - u64::from(itself);
        if others > 0 && others <= common {
            terms.push((term, rarity(others, all) * Score::from(count).sqrt()));
            terms.sort_by(|a, b| b.1.total_cmp(&a.1));
        }
    }
    terms.truncate(TERMS_MAX);
    Ok(terms)
}

#[expect(clippy::cast_precision_loss, reason = "it is a score")]
fn rarity(frequency: u64, all: u64) -> Score {
    (1.0 + all as Score / (1.0 + frequency as Score)).ln()
}

fn alike(fields: &Fields, terms: &[(String, Score)]) -> Vec<Box<dyn Query>> {
    let clause = |field, boost: Score, (term, weight): &(String, Score)| -> Box<dyn Query> {
        let term = Term::from_field_text(field, term);
        let query = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
        Box::new(BoostQuery::new(query, boost * weight))
    };
    let text = terms.iter().map(|term| clause(fields.text, 1.0, term));
    let headline = terms.iter().map(|term| clause(fields.headline, 1.0, term));
    text.chain(headline).collect()
}

fn only(term: Term) -> TermQuery {
    TermQuery::new(term, IndexRecordOption::Basic)
}

fn contains(searcher: &Searcher, own: DocAddress, word: &Term) -> Result<bool, SearchError> {
    let index = searcher.segment_reader(own.segment_ord).inverted_index(word.field())?;
    let postings = index.read_postings(word, IndexRecordOption::Basic)?;
    Ok(postings.is_some_and(|mut postings| {
        // Postings stand at their first document, and go forwards only.
        postings.doc() == own.doc_id
            || (postings.doc() < own.doc_id && postings.seek(own.doc_id) == own.doc_id)
    }))
}

fn address_of(
    searcher: &Searcher,
    fields: &Fields,
    article: ArticleId,
) -> Result<Option<DocAddress>, SearchError> {
    let term = fields.id_term(article);
    for (ordinal, segment) in (0..).zip(searcher.segment_readers()) {
        let index = segment.inverted_index(fields.id)?;
        let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else {
            continue;
        };
        let mut doc = postings.doc();
        while doc != TERMINATED {
            if !segment.is_deleted(doc) {
                return Ok(Some(DocAddress::new(ordinal, doc)));
            }
            doc = postings.advance();
        }
    }
    Ok(None)
}
