use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use base::{Actor, ArticleId, CommentId, Timestamp};
use store::{Event, Tx, sql};

use super::pipeline::{Facts, sent_before};
use super::thread::{above, count, path};
use super::{Comment, DEPTH_MAX, State, by_id};
use crate::commenter::Commenter;
use crate::rule::{self, InForce, Mode, Speak};
use crate::words::Words;
use crate::{DiscussError, Result, Story, Text};

/// What somebody says.
#[derive(Clone, Debug)]
pub struct PostComment<'a> {
    /// Under what.
    pub story: &'a Story,
    /// The language of the story, for the words that are looked for.
    pub language: &'a str,
    /// What it answers.
    pub parent: Option<CommentId>,
    /// Who says it.
    pub commenter: &'a Commenter,
    /// Whether that is one of the staff, who waits for no moderator.
    pub staff: bool,
    /// What is said.
    pub text: &'a Text,
    /// The network that it comes from: an address, or of IPv6 what one household has.
    pub network: Option<&'a str>,
    /// The proof of work that came with it: see [`crate::proof`].
    pub proof: Option<&'a str>,
    /// What a check outside of this program said of it, if there is one.
    pub external: Option<&'a External>,
}

/// What a check outside of this program says of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum External {
    /// Nothing against it.
    Pass,
    /// A moderator should look, for this reason.
    Wait(String),
    /// It is not taken, as its author is told in these words.
    Refuse(String),
    /// It said nothing, for this reason.
    Skipped(String),
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Names it.
    pub id: CommentId,
    /// Whether readers see it already.
    pub shown: bool,
}

/// What holds for each comment of one transaction, and is looked up for the first.
#[derive(Debug, Default)]
pub struct Given {
    rules: BTreeMap<ArticleId, InForce>,
    words: BTreeMap<String, Words>,
}

impl Given {
    /// Sends guests away who have to sign in, before they are asked for anything else.
    pub async fn takes_guests(&mut self, tx: &Tx, story: &Story, now: Timestamp) -> Result<()> {
        let InForce { mode, speak, .. } = self.rule(tx, story, now).await?;
        match speak {
            // That it is closed goes before.
            _ if matches!(mode, Mode::Closed | Mode::ReadOnly) => Ok(()),
            Speak::Guests => Ok(()),
            Speak::Confirmed => Err(DiscussError::SignIn),
            Speak::Accounts => Err(DiscussError::SignInByKey),
        }
    }

    pub(super) async fn rule(&mut self, tx: &Tx, story: &Story, now: Timestamp) -> Result<InForce> {
        if let Some(known) = self.rules.get(&story.article) {
            return Ok(*known);
        }
        let found = rule::in_force(tx, story, now).await?;
        self.rules.insert(story.article, found);
        Ok(found)
    }

    pub(super) async fn words(&mut self, tx: &Tx, language: &str) -> Result<&Words> {
        Ok(match self.words.entry(language.to_owned()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(Words::of(tx, language).await?),
        })
    }
}

/// Says something. The same, sent twice by the same commenter, is said once.
pub async fn post(
    tx: &mut Tx,
    actor: &Actor,
    command: PostComment<'_>,
    now: Timestamp,
) -> Result<Posted> {
    post_given(tx, &mut Given::default(), actor, command, now).await
}

/// Says one of several things of the same transaction.
pub async fn post_given(
    tx: &mut Tx,
    given: &mut Given,
    actor: &Actor,
    command: PostComment<'_>,
    now: Timestamp,
) -> Result<Posted> {
    if let Some(id) = sent_before(tx, &command, now).await? {
        let known = by_id(tx, id).await?.ok_or(DiscussError::NoSuchComment(id))?;
        return Ok(Posted { id, shown: known.state == State::Shown });
    }
    let parent = match command.parent {
        Some(parent) => Some(answered(tx, parent, command.story).await?),
        None => None,
    };
    let outcome = Facts::gather(tx, given, &command, now).await?.judge()?;
    let shown = outcome.shown || command.staff;
    let id: CommentId = tx.new_id(now);
    let article = command.story.article;
    let (thread, above, depth) = match &parent {
        None => (id, String::new(), 0),
        // At the bottom it stands beside what it answers.
        Some(it) if it.depth >= DEPTH_MAX => (it.thread, above(&it.path).to_owned(), it.depth),
        Some(it) => (it.thread, it.path.clone(), it.depth + 1),
    };
    let path = path(&above, id);
    let state = if shown { State::Shown } else { State::Waiting };
    sql("INSERT INTO comments (id, article_id, commenter_id, parent_id, thread_id, path, depth,
           name, text, state, created_at, verdicts, toxicity, network)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    .bind(id)
    .bind(article)
    .bind(command.commenter.id)
    .bind(command.parent)
    .bind(thread)
    .bind(path.as_str())
    .bind(depth)
    .bind(command.commenter.name.as_str())
    .bind(command.text.as_str())
    .bind(state.name())
    .bind(now)
    .bind(outcome.verdicts)
    .bind(outcome.toxicity)
    .bind(command.network)
    .run(tx)
    .await?;
    count(tx, article, &path, i64::from(shown)).await?;
    tx.append(actor, &Event::CommentPosted { article, comment: id, shown }, now).await?;
    Ok(Posted { id, shown })
}

/// What is answered: something that readers see, under the same story.
async fn answered(tx: &Tx, parent: CommentId, story: &Story) -> Result<Comment> {
    let known = by_id(tx, parent).await?;
    known
        .filter(|it| it.article == story.article && it.state == State::Shown)
        .ok_or(DiscussError::NoSuchComment(parent))
}
