//! Words that are looked for in comments.

use base::{Actor, ArticleId, CommentId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use crate::commenter::moderates;
use crate::{DiscussError, Result, Text};

const LINES_MAX: usize = 5_000;
/// How many past comments a dry run looks at, the newest first.
const TRIED: i64 = 5_000;

/// What becomes of a comment with such words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It is not taken, and says which word it is.
    Banned,
    /// It waits for a moderator.
    Suspect,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Banned => "banned",
            Self::Suspect => "suspect",
        }
    }
}

/// The words of one kind, for stories in one language, or for all with an empty one.
pub async fn of(on: &impl Connection, language: &str, kind: Kind) -> Result<Vec<String>> {
    let found = sql("SELECT words AS value FROM discussion_words
         WHERE language = ? AND kind = ? ORDER BY words")
    .bind(language)
    .bind(kind.name());
    Ok(found.values(on).await?)
}

/// The languages that have words of their own.
pub async fn languages(on: &impl Connection) -> Result<Vec<String>> {
    let found = sql("SELECT DISTINCT language AS value FROM discussion_words ORDER BY language");
    Ok(found.values(on).await?)
}

/// Says which words are looked for in a language: each line one word, or several in their order.
pub async fn set(
    tx: &mut Tx,
    actor: &Actor,
    language: &str,
    (banned, suspect): (&str, &str),
    now: Timestamp,
) -> Result<()> {
    moderates(actor, &[])?;
    let language = language.trim().to_lowercase();
    if language.len() > 8 || !language.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(DiscussError::Invalid(
            "Name the language as “en” or “es”, or leave it out for all.".into(),
        ));
    }
    let banned = lines(banned);
    let suspect: Vec<_> = lines(suspect).into_iter().filter(|it| !banned.contains(it)).collect();
    if banned.len() + suspect.len() > LINES_MAX {
        return Err(DiscussError::Invalid(format!("There can be {LINES_MAX} lines at most.")));
    }
    sql("DELETE FROM discussion_words WHERE language = ?").bind(language.as_str()).run(tx).await?;
    for (kind, lines) in [(Kind::Banned, banned), (Kind::Suspect, suspect)] {
        for words in lines {
            sql("INSERT INTO discussion_words (language, words, kind) VALUES (?, ?, ?)")
                .bind(language.as_str())
                .bind(words)
                .bind(kind.name())
                .run(tx)
                .await?;
        }
    }
    tx.append(actor, &Event::DiscussionWordsSet, now).await?;
    Ok(())
}

/// A past comment in which words were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub comment: CommentId,
    /// Under what.
    pub article: ArticleId,
    /// What it says.
    pub text: Text,
    /// The words.
    pub words: Vec<String>,
}

/// Which past comments hold one of these words, and how many were looked at: before words are set
/// one sees whom they would have met.
pub async fn dry_run(on: &impl Connection, typed: &str) -> Result<(Vec<Hit>, usize)> {
    #[derive(FromQueryResult)]
    struct Row {
        id: CommentId,
        article_id: ArticleId,
        text: String,
    }
    let lines = lines(typed);
    let rows: Vec<Row> = sql("SELECT id, article_id, text FROM comments WHERE state <> 'removed'
         ORDER BY created_at DESC, id DESC LIMIT ?")
    .bind(TRIED)
    .all(on)
    .await?;
    let looked_at = rows.len();
    let hit = |row: Row| {
        let text = Text::read(row.text);
        let words = found(&text, lines.iter());
        (!words.is_empty()).then_some(Hit { comment: row.id, article: row.article_id, text, words })
    };
    Ok((rows.into_iter().filter_map(hit).collect(), looked_at))
}

/// The words that are looked for under stories in one language.
#[derive(Debug, Default)]
pub(crate) struct Words {
    banned: Vec<String>,
    suspect: Vec<String>,
}

impl Words {
    pub(crate) async fn of(on: &impl Connection, language: &str) -> Result<Self> {
        #[derive(FromQueryResult)]
        struct Row {
            words: String,
            kind: String,
        }
        let language = language.split('-').next().unwrap_or_default().to_lowercase();
        let rows: Vec<Row> = sql("SELECT words, kind FROM discussion_words
             WHERE language IN (?) ORDER BY language, words")
        .bind_all([String::new(), language])
        .all(on)
        .await?;
        let mut words = Self::default();
        for Row { words: line, kind } in rows {
            let of =
                if kind == Kind::Banned.name() { &mut words.banned } else { &mut words.suspect };
            of.push(line);
        }
        Ok(words)
    }

    /// The banned and the suspect ones that stand in a text.
    pub(crate) fn in_text(&self, text: &Text) -> (Vec<String>, Vec<String>) {
        if self.banned.is_empty() && self.suspect.is_empty() {
            return (Vec::new(), Vec::new());
        }
        (found(text, self.banned.iter()), found(text, self.suspect.iter()))
    }
}

/// Those that stand in the text as whole words, in their order.
fn found<'w>(text: &Text, words: impl Iterator<Item = &'w String>) -> Vec<String> {
    let said = format!(" {} ", text.words().collect::<Vec<_>>().join(" "));
    words.filter(|it| said.contains(&format!(" {it} "))).cloned().collect()
}

/// One entry for each line, spelled as texts are read, each once.
fn lines(typed: &str) -> Vec<String> {
    let spelled = |line: &str| Text::read(line.to_owned()).words().collect::<Vec<_>>().join(" ");
    let mut lines: Vec<String> =
        typed.lines().map(spelled).filter(|line| !line.is_empty()).collect();
    lines.sort();
    lines.dedup();
    lines
}
