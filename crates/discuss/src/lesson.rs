//! What moderators' decisions teach: in how many comments of each kind a word stood, and so which
//! kind a new one reads like (naive Bayes, with Robinson's smoothing of rare words). It is local, and
//! knows no word but those that were decided about here.

use std::collections::BTreeMap;

use base::CommentId;
use sha2::{Digest as _, Sha256};
use store::{Connection, FromQueryResult, Tx, sql};

use crate::comment::{Decision, Reason};
use crate::{Result, Text};

/// Nothing is told before so many comments of both kinds were decided about.
const LEARNED_FROM: i64 = 20;
/// So many words of a comment count.
const WORDS_MAX: usize = 120;
/// What tells most decides; all the rest of a long comment would only drown it.
const TELLING_MAX: usize = 15;
/// So many of them are named to moderators.
const NAMED_MAX: usize = 5;
/// What a word tells that nobody has met, as if it had been met once.
const UNKNOWN: f64 = 0.5;
/// The word that stands in every comment.
const EVERY: i64 = 0;

/// What one decision teaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lesson {
    /// Let stand.
    Good,
    /// Refused as spam.
    Spam,
    /// Refused for an insult, or for hate.
    Abuse,
}

impl Lesson {
    /// What a decision teaches, if anything.
    pub(crate) fn of(decision: &Decision) -> Option<Self> {
        match decision {
            Decision::Approve => Some(Self::Good),
            Decision::Reject { reason: Reason::Spam, .. } => Some(Self::Spam),
            Decision::Reject { reason: Reason::Insult | Reason::Hate, .. } => Some(Self::Abuse),
            Decision::Reject { .. } | Decision::PutBack | Decision::Pick | Decision::Unpick => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Spam => "spam",
            Self::Abuse => "abuse",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Good, Self::Spam, Self::Abuse].into_iter().find(|it| it.name() == name)
    }
}

/// What was learned from a comment.
pub(crate) async fn of(on: &impl Connection, comment: CommentId) -> Result<Option<Lesson>> {
    let lesson: Option<String> =
        sql("SELECT lesson AS value FROM comments WHERE id = ?").bind(comment).value(on).await?;
    Ok(lesson.as_deref().and_then(Lesson::parse))
}

/// Learns from a comment that reads like this, in place of what was learned from it before, and says
/// what that was. None only takes it back.
pub(crate) async fn learn(
    tx: &mut Tx,
    comment: CommentId,
    text: &Text,
    lesson: Option<Lesson>,
) -> Result<Option<Lesson>> {
    let before = of(tx, comment).await?;
    if before == lesson {
        return Ok(before);
    }
    let words: Vec<i64> = words(text).into_keys().chain([EVERY]).collect();
    let known: Vec<i64> = sql("SELECT word AS value FROM learned_words WHERE word IN (?)")
        .bind_all(words.iter().copied())
        .values(tx)
        .await?;
    for word in words.iter().filter(|word| !known.contains(word)) {
        sql("INSERT INTO learned_words (word) VALUES (?)").bind(*word).run(tx).await?;
    }
    let by = |it: Lesson| i64::from(lesson == Some(it)) - i64::from(before == Some(it));
    sql("UPDATE learned_words SET good = good + ?, spam = spam + ?, abuse = abuse + ?
         WHERE word IN (?)")
    .bind(by(Lesson::Good))
    .bind(by(Lesson::Spam))
    .bind(by(Lesson::Abuse))
    .bind_all(words.iter().copied())
    .run(tx)
    .await?;
    sql("DELETE FROM learned_words WHERE word IN (?) AND good = 0 AND spam = 0 AND abuse = 0")
        .bind_all(words)
        .run(tx)
        .await?;
    sql("UPDATE comments SET lesson = ? WHERE id = ?")
        .bind(lesson.map(Lesson::name))
        .bind(comment)
        .run(tx)
        .await?;
    Ok(before)
}

/// What was learned about the words of one text.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    every: Counts,
    words: Vec<(String, Counts)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    good: i64,
    spam: i64,
    abuse: i64,
}

/// How much a text reads like what was refused.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Likeness {
    /// From 0, not at all, to 1.
    pub(crate) score: f64,
    /// The words that speak for it, those that tell most first.
    pub(crate) words: Vec<String>,
}

/// What was learned about the words of a text.
pub(crate) async fn recall(on: &impl Connection, text: &Text) -> Result<Learned> {
    #[derive(FromQueryResult)]
    struct Row {
        word: i64,
        good: i64,
        spam: i64,
        abuse: i64,
    }
    let mut words = words(text);
    let rows: Vec<Row> = sql("SELECT word, good, spam, abuse FROM learned_words WHERE word IN (?)")
        .bind_all(words.keys().copied().chain([EVERY]))
        .all(on)
        .await?;
    let mut learned = Learned::default();
    for Row { word, good, spam, abuse } in rows {
        let counts = Counts { good, spam, abuse };
        match words.remove(&word) {
            Some(spelled) => learned.words.push((spelled, counts)),
            None => learned.every = counts,
        }
    }
    Ok(learned)
}

impl Learned {
    /// How much the text reads like spam; none before enough was learned.
    pub(crate) fn spam(&self) -> Option<Likeness> {
        self.likeness(|counts| counts.spam)
    }

    /// How much the text reads like abuse; none before enough was learned.
    pub(crate) fn abuse(&self) -> Option<Likeness> {
        self.likeness(|counts| counts.abuse)
    }

    fn likeness(&self, bad: impl Fn(&Counts) -> i64) -> Option<Likeness> {
        let (bad_ones, good_ones) = (bad(&self.every), self.every.good);
        if bad_ones.min(good_ones) < LEARNED_FROM {
            return None;
        }
        let mut telling: Vec<(f64, &str)> = self
            .words
            .iter()
            .filter_map(|(word, counts)| {
                let (bad, good) = (bad(counts) as f64, counts.good as f64);
                let seen = bad + good;
                let (bad, good) = (bad / bad_ones as f64, good / good_ones as f64);
                (seen > 0.0).then(|| {
                    let badness = (UNKNOWN + seen * bad / (bad + good)) / (1.0 + seen);
                    ((badness / (1.0 - badness)).ln(), word.as_str())
                })
            })
            .collect();
        telling.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then_with(|| a.1.cmp(b.1)));
        telling.truncate(TELLING_MAX);
        let told: f64 = telling.iter().map(|it| it.0).sum();
        let against = telling.iter().filter(|it| it.0 > 0.0).take(NAMED_MAX);
        Some(Likeness {
            score: 1.0 / (1.0 + (-told).exp()),
            words: against.map(|it| it.1.to_owned()).collect(),
        })
    }
}

/// The different words of a text by their hashes. Of a long one, those of the lowest hashes: a part
/// that nobody can fill with harmless words by writing them first.
fn words(text: &Text) -> BTreeMap<i64, String> {
    let mut words: BTreeMap<i64, String> = text.words().map(|it| (hash(&it), it)).collect();
    if let Some(first_left_out) = words.keys().nth(WORDS_MAX).copied() {
        words.split_off(&first_left_out);
    }
    words
}

/// One and the same for ever, for it is kept.
fn hash(word: &str) -> i64 {
    let mut first = [0; 8];
    first.copy_from_slice(&Sha256::digest(word.as_bytes())[..8]);
    i64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(every: (i64, i64), words: &[(&str, i64, i64)]) -> Learned {
        let counts = |good, spam| Counts { good, spam, abuse: 0 };
        Learned {
            every: counts(every.0, every.1),
            words: words.iter().map(|it| (it.0.to_owned(), counts(it.1, it.2))).collect(),
        }
    }

    #[test]
    fn nothing_is_told_before_enough_was_learned_of_both_kinds() {
        let words = [("pills", 0, 19), ("cheap", 0, 19)];
        for (every, told) in [((20, 19), false), ((19, 20), false), ((20, 20), true)] {
            assert_eq!(learned(every, &words).spam().is_some(), told, "{every:?}");
        }
    }

    #[test]
    fn what_stands_in_both_kinds_alike_tells_nothing_and_what_stands_in_one_tells_much() {
        for (words, least, most) in [
            (&[][..], 0.5, 0.5),
            (&[("the", 100, 20)][..], 0.49, 0.51),
            (&[("pills", 0, 10)][..], 0.9, 0.98),
            (&[("pills", 0, 10), ("cheap", 1, 9)][..], 0.98, 1.0),
            (&[("council", 50, 0)][..], 0.0, 0.02),
            (&[("pills", 0, 2), ("council", 50, 0)][..], 0.0, 0.1),
        ] {
            // Five times as many were let stand as were refused.
            let score = learned((100, 20), words).spam().unwrap().score;
            assert!((least..=most).contains(&score), "{words:?}: {score}");
        }
        let named = learned((100, 20), &[("cheap", 1, 9), ("well", 9, 1), ("pills", 0, 10)]);
        assert_eq!(named.spam().unwrap().words, ["pills", "cheap"]);
        assert_eq!(named.abuse(), None);
    }

    #[test]
    fn so_many_words_count_and_harmless_ones_in_front_push_none_out() {
        let bait: Vec<String> = (0..200).map(|it| format!("bait{it}")).collect();
        let padding: Vec<String> = (0..200).map(|it| format!("padding{it}")).collect();
        let kept = |text: String| words(&Text::read(text)).into_values().collect::<Vec<_>>();
        let front = kept(format!("{} {}", padding.join(" "), bait.join(" ")));
        let back = kept(format!("{} {}", bait.join(" "), padding.join(" ")));
        assert_eq!((front.len(), &front), (WORDS_MAX, &back));
        let of_bait = front.iter().filter(|it| it.starts_with("bait")).count();
        assert!((WORDS_MAX / 4..WORDS_MAX * 3 / 4).contains(&of_bait), "{of_bait}");
    }
}
